"""Words as an ear tells them apart, so that what a recogniser wrote can be held against what was to be said."""
import re, shutil, subprocess, sys
from functools import cache

HOMOPHONES = {"for": "four", "our": "hour", "ours": "hours", "to": "two", "too": "two", "won": "one", "ate": "eight",
              "weight": "wait", "heal": "heel", "caf": "calf", "caff": "calf",
              "pushups": "push ups", "situps": "sit ups", "stepups": "step ups", "warmup": "warm up",
              "cooldown": "cool down", "fibres": "fibers"}
ENGLISH = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
           "seventeen eighteen nineteen").split()
ENGLISH_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
FRENCH = ("zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
          "dix-huit dix-neuf").split()
FRENCH_TENS = "- - vingt trente quarante cinquante soixante".split()


def english_number(n):
    if n > 99:
        return str(n)
    return ENGLISH[n] if n < 20 else ENGLISH_TENS[n // 10] + (" " + ENGLISH[n % 10] if n % 10 else "")


def french_number(n, feminine=False):
    if n > 69:
        return str(n)
    ten, one = divmod(n, 10)
    e = "e" * (feminine and one == 1 and n != 11)
    if n < 20:
        return FRENCH[n] + e
    return FRENCH_TENS[ten] + (f" et un{e}" if one == 1 else f"-{FRENCH[one]}" if one else "")


def english(text):
    """capitals, punctuation and hyphens do not count, figures are words, and HOMOPHONES are one"""
    text = re.sub(r"[^a-z0-9 ]+", "", text.lower().replace("-", " "))
    text = re.sub(r"\d+", lambda m: f" {english_number(int(m[0]))} ", text)
    return [w for word in text.split() for w in HOMOPHONES.get(word, word).split()]


RESPELT = {"assieds-toi": "assié toi", "restes-y": "reste zi", "vas-y": "va zi", "dos": "dô", "rythme": "ritme"}


@cache
def french(text, feminine=False):
    """the sounds of the words by espeak-ng: much that French writes apart it says alike. Stress and length do not
    count, nor whether e, o and eu are open or closed, nor the vowel of "brun" against that of "brin", which many
    speakers do not tell apart and spelling does not show. A number before a unit, or where wished, is feminine."""
    program = shutil.which("espeak-ng")
    if not program:
        sys.exit("check-audio: French needs the program espeak-ng (Debian: apt-get install espeak-ng)")
    text = re.sub(r"(\d+) *h\b", r"\1 heures", text.lower().replace("’", "'").replace("œ", "oe"))
    text = re.sub(r"(\d+)( *(?:seconde|minute|heure))?",
                  lambda m: french_number(int(m[1]), feminine or bool(m[2])) + (m[2] or ""), text)
    text = re.sub(r"[\w-]+", lambda m: RESPELT.get(m[0], m[0]), text)
    text = " ".join(re.sub(r"[^\w' ]+", " ", text).split())
    run = subprocess.run([program, "-q", "--ipa", "-v", "fr-fr", text], capture_output=True, check=True)
    sounds = run.stdout.decode().replace("œ̃", "ɛ̃").replace("ɔ̃", "õ").replace("ɛ̃", "Ẽ")
    sounds = sounds.translate(str.maketrans({"ɛ": "e", "ɔ": "o", "œ": "ø"}))
    return re.sub(r"[ˈˌː-]", "", sounds).split()


LANGUAGES = {"en": english, "fr": french}


def same(heard, words, language):
    """Whether the two say the same. Where words are parted does not matter."""
    plain = LANGUAGES[language]
    # Figures do not show their gender.
    readings = [plain(heard), french(heard, True)] if language == "fr" else [plain(heard)]
    return "".join(plain(words)) in ("".join(reading) for reading in readings)


def errors(heard, words, language):
    """(word errors, words): the least words to change, add or leave out"""
    plain = LANGUAGES[language]
    if same(heard, words, language):
        return 0, len(plain(words))
    heard, words = plain(heard), plain(words)
    row = list(range(len(heard) + 1))
    for i, word in enumerate(words, 1):
        corner, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (word != other))
    return row[-1], len(words)


def times_left():
    """{language: [how 1 to 59 seconds and minutes that are left are told]}"""
    english = [f"{english_number(n)} {unit}{'s' * (n > 1)} left." for unit in ("second", "minute") for n in range(1, 60)]
    french = [f"Encore {french_number(n, True)} {unit}{'s' * (n > 1)}." for unit in ("seconde", "minute")
              for n in range(1, 60)]
    return {"en": english, "fr": french}
