"""Killed without a word (SIGKILL) at random moments: the old file or the whole new one, never a part, and nothing left."""
import hashlib
import random
import subprocess
import time

from card import Card
from support import DONE, Found, Place, quantity, samples_of

TIMES = 50  # of each kind
# What is written, over something that is there already, and where it lands.
KINDS = [
    ("a WAV file", ["export", "-f", "-o", "out.wav"], "out.wav"),
    ("a WAV file with files beside", ["export", "-f", "-o", "out.wav", "--with", "lrc,srt,vtt,cue,labels,json"], "out.wav"),
    ("a FLAC file", ["export", "box-breathing", "-f", "-o", "out.flac"], "out.flac"),
    ("an Opus file", ["export", "box-breathing", "-f", "-o", "out.opus"], "out.opus"),
    ("tracks", ["export", "-f", "--tracks", "out"], "out"),
    ("a bundle", ["bundle", "routine.json", "-f", "-o", "out.earcoach"], "out.earcoach"),
]
ROUTINE = '{ "title": "Short", "steps": [{ "say": "Well done." }, { "hold": "20s" }] }'
CHANCE = random.Random(1)


def sum_of(path):
    """What a file or a folder holds, as one number; None where there is nothing."""
    if not path.exists():
        return None
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    both = hashlib.sha256()
    for file in files:
        both.update(str(file.relative_to(path.parent)).encode() + b"\0" + file.read_bytes())
    return both.hexdigest()


def make_old(place, args, lands):
    """Puts something else there than what will be written."""
    if args[0] == "export":
        where = args[args.index("-o"):][:2] if "-o" in args else ["--tracks", lands]
        place.run("export", "desk-break", "-f", *where)
    else:
        (place / lands).write_bytes(b"old")


def kill_at(place, args, seconds):
    """Starts the program and kills it; whether it had not ended before."""
    with place.start(*args) as process:
        time.sleep(seconds)
        process.kill()
        return process.wait() != 0


def longest(place, args):
    """How long it takes at most, of a few times."""
    took = []
    for _ in range(3):
        begin = time.monotonic()
        code, said = place.run(*args)
        took.append(time.monotonic() - begin)
        assert code == DONE, said
    return max(took)


def replaced(what, args, lands):
    killed = old = new = wrong = left = 0
    with Place() as place:
        place.write("routine.json", ROUTINE)
        took, whole = longest(place, args), sum_of(place / lands)
        for _ in range(TIMES):
            make_old(place, args, lands)
            before = sum_of(place / lands)
            killed += kill_at(place, args, CHANCE.uniform(0, took * 1.1))
            after = sum_of(place / lands)
            old, new = old + (after == before), new + (after == whole)
            wrong += after not in (before, whole)
            left += bool(place.leftovers())
        place.run(*args)
        still = len(place.leftovers())
        found = (f"killed before its end {quantity(killed, 'time')}; the old one {old}, the whole new one {new}, neither "
                 f"{wrong}; something left over {quantity(left, 'time')}, after the next run {still}")
        return Found(what, TIMES, found, whole is not None and not wrong and not still and not place.wrong)


def filled():
    """What is spoken already is not made again: from nothing each time."""
    args = ["voice", "fill", "routine.json", "--voice", "spoken", "--language", "en", "--tts", "espeak-ng"]
    killed = done = left = still = 0
    wrong = []
    with Place() as place:
        place.write("routine.json", ROUTINE)
        took = longest(place, [*args, "--again"])
    for _ in range(TIMES):
        with Place() as place:
            place.write("routine.json", ROUTINE)
            killed += kill_at(place, args, CHANCE.uniform(0, took))
            left += bool(place.leftovers())
            again, said = place.run(*args)
            code, _ = place.run("export", "routine.json", "--voice", "spoken", "-o", "out.wav")
            done, still = done + (code == 0), still + bool(place.leftovers())
            if again or code:
                place.wrong.append(f"{args} after it was killed: {again}, said {said!r}")
            wrong += place.wrong
    found = (f"killed before its end {quantity(killed, 'time')}; made whole by the next run {done}; something left over "
             f"{quantity(left, 'time')}, after the next run {still}")
    return Found("a filled voice", TIMES, found, done == TIMES and not still and not wrong)


def sit(place, card, until):
    """Somebody records a line, and the program is killed after `until` seconds, or when the line is recorded. How long
    that took."""
    args = ["voice", "record", "me", "routine.json", "--events", "--silent"]
    env = {**place.environment(), **card.environment()}
    with place.start(*args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
        next(line for line in process.stdout if b'"recording"' in line)
        begin = time.monotonic()
        (place / "spoken.raw").rename(card.folder / "spoken")
        if until is None:
            next(line for line in process.stdout if b'"recorded"' in line)
        else:
            time.sleep(until)
        process.kill()
        return time.monotonic() - begin


def is_whole(wav):
    """Whether a WAV file is as long as it says at its begin."""
    data = wav.read_bytes()
    return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") == len(data) - 8


def recorded():
    """While a line is recorded, until it is put among the takes."""
    takes = parts = left = 0
    took = None
    for n in range(TIMES + 1):
        with Place() as place:
            place.write("routine.json", ROUTINE)
            place.run("export", "routine.json", "--guard", "off", "--channels", 2, "-o", "spoken.wav")
            samples_of(place / "spoken.wav", place / "spoken.raw")
            card = Card(place / "card", speed=20.0)
            seconds = sit(place, card, took and CHANCE.uniform(0, 1.1) * took)
            if took is None:
                took = seconds
                continue
            for take in (place / "home/data/earcoach/voices/me").glob("takes/*.wav"):
                takes += 1
                parts += not is_whole(take)
            left += bool(place.leftovers())
    found = f"a take {quantity(takes, 'time')}, each of them whole but {parts}; something left over {quantity(left, 'time')}"
    return Found("a recording", TIMES, found, not parts and not left and takes > 0)


def faults():
    for what, args, lands in KINDS:
        yield replaced(what, args, lands)
    yield filled()
    yield recorded()
