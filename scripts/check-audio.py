#!/usr/bin/env python3
"""Check a voice pack of earcoach. Run by scripts/check-audio.

  check-audio               the whole proof of the pack heart, some minutes
  check-audio michael       of another
  check-audio --no-ears     all but the recogniser, some seconds
  check-audio --joined      instead: every time left of 1 to 59 seconds and minutes, as the program joins it from clips.
                            It is read back, and no joint may have a gap of 120 ms or more, a step from sample to
                            sample as large as those within the clips, or a loudness step of 1.5 LU or more.
  check-audio --schedule EXPORT.wav SCHEDULE.tsv
                            instead: is each line `start<TAB>end<TAB>words` (seconds) heard there and then?

It shares no code with make-voice.py, and measures with another meter. What it asks:
  files    mono, 16 bit, 24 kHz FLAC; voice.json, the lines of its language and the folder list the same clips.
  margins  exactly 20 ms of zeros before the speech and 60 ms after it, and the speech begins and ends there:
           something other than zero within 12 ms and 20 ms of these.
  level    ffmpeg's EBU R128 meter with dualmono (what two ears get of a mono file), on the speech without its
           margins, looped to 10 s, because a short word has no whole 400 ms block: -16 +-0.5 LUFS, and the same
           as the manifest within 0.2. True peak by the same meter: at most -1.5 dBTP. It reads to 0.1.
  words    Whisper reads the clip, with 0.5 s of silence at each side, no prompt, temperature 0: English by tiny.en
           and base, French by base. A clip passes when one of them reads exactly its words. Capitals, punctuation
           and hyphens do not count, figures are words, and what no ear can tell apart either is one: homophones in
           English, in French whatever espeak-ng gives the same sounds. The summary says how many each read, and its
           word errors.
"""
import argparse, json, re, subprocess, sys
from pathlib import Path
import numpy as np
import soundfile as sf

from check_audio.ears import Ears, file_at_16k, place, to_16k
from check_audio.joined import check_joined
from check_audio.words import errors

ROOT = Path(__file__).resolve().parent.parent
RATE, LEAD, TAIL = 24000, 480, 1440
LINES = {"en": "lines.txt", "fr": "lines.fr.txt"}


# ---- measures

def meter(pcm, rate=RATE):
    """(LUFS, dBTP) of 16-bit mono samples by ffmpeg, looped to 10 s"""
    pcm = np.tile(pcm, -(-10 * rate // len(pcm)))
    run = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "pipe:0",
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
    lufs, peak = meter(speech)
    if abs(lufs + 16) > 0.5 or abs(lufs - entry["lufs"]) > 0.2:
        wrong.append(f"loudness {lufs} LUFS, the manifest says {entry['lufs']}")
    if peak > -1.5 or abs(peak - entry["peak"]) > 0.3:
        wrong.append(f"true peak {peak} dBTP, the manifest says {entry['peak']}")
    return wrong, pcm, lufs, peak


def check_lists(pack, manifest, lines, fail):
    """the manifest, the lines and the folder name the same clips"""
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


def check_pack(pack, lines, ears):
    bad = []

    def fail(what):
        bad.append(what)
        print(f"FAIL  {what}", flush=True)

    manifest = json.loads((pack / "voice.json").read_text(encoding="utf-8"))
    language = manifest["language"].partition("-")[0]
    clips = manifest["clips"]
    check_lists(pack, manifest, lines or ROOT / "audio" / LINES[language], fail)
    frames = size = passed = 0
    levels, peaks, score = [], [], {}
    for c in clips:
        path = pack / c["file"]
        if not path.exists():
            fail(f"{c['file']} is missing")
            continue
        wrong, pcm, lufs, peak = check_clip(path, c)
        frames, size = frames + len(pcm), size + path.stat().st_size
        levels.append(lufs)
        peaks.append(peak)
        if ears:
            heard = ears.hear(to_16k(pcm / np.float32(32768), RATE))
            right = ears.right(heard, c["words"])
            passed += bool(right)
            for model, text in heard.items():
                of = score.setdefault(model, np.zeros(3, int))
                of += (model in right, *errors(text, c["words"], language))
                if right and model not in right:
                    print(f"note  {c['file']}: {model} heard {text!r}, {right[0]} heard it right", flush=True)
            if not right:
                wrong.append("heard as " + " and ".join(repr(h) for h in heard.values()))
        if wrong:
            fail(f"{c['file']}: {'; '.join(wrong)}")
    print(f"{len(clips)} clips, {frames / RATE:.1f} s, {size} bytes")
    print(f"loudness {min(levels)} to {max(levels)} LUFS, true peak at most {max(peaks)} dBTP")
    if max(levels) - min(levels) > 1:
        fail("loudness spreads over more than 1 LU")
    if ears:
        print(f"recognised exactly {passed}/{len(clips)}")
        for model, (right, wrong, words) in score.items():
            print(f"  {model}: {right}/{len(clips)} clips, {wrong} word errors in {words} words ({wrong / words:.1%})")
    print(f"{len(bad)} failures" if bad else "all well")
    return not bad


def check_times_left(program, pack, language, ears):
    loudness = lambda samples, rate: meter(np.rint(np.trim_zeros(samples) * 32768), rate)[0]
    bad = check_joined(program, pack, language, ears, loudness)
    for what in bad:
        print(f"FAIL  {what}")
    print(f"{len(bad)} failures" if bad else "all well")
    return not bad


def check_schedule(wav, tsv, ears):
    """every scheduled line, read in a window that reaches 0.5 s beyond it but never past the middle of a pause"""
    rows = [r.split("\t") for r in tsv.read_text(encoding="utf-8").splitlines() if r.count("\t") >= 2]
    rows = sorted((float(r[0]), float(r[1]), r[2]) for r in rows)
    a, found, offs = file_at_16k(wav), 0, []
    for i, (start, end, words) in enumerate(rows):
        before = rows[i - 1][1] if i else -1.0
        after = rows[i + 1][0] if i + 1 < len(rows) else end + 1
        lo, hi = max(0.0, start - 0.5, (before + start) / 2), min(end + 0.5, (end + after) / 2)
        part = a[int(min(lo, start) * 16000): int(max(hi, end) * 16000)]
        heard = ears.hear(part)
        right = ears.right(heard, words)
        at = place(part, words)
        off = min(lo, start) + at[0] - start if at else None
        found += bool(right)
        offs += [abs(off)] if at else []
        told = "ok  " if right else "DIFF"
        print(f"{start:8.2f} {end:8.2f}  {told} {'  ?  ' if off is None else f'{off:+.2f}'}  {words}"
              + ("" if right else f"   heard as {' and '.join(repr(h) for h in heard.values())}"), flush=True)
    print(f"{found}/{len(rows)} lines recognised exactly; placed {len(offs)}, "
          f"onset off by at most {max(offs, default=0):.2f} s, median {np.median(offs) if offs else 0:.3f} s")
    return found == len(rows)


def main():
    args = argparse.ArgumentParser(prog="check-audio", description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("pack", nargs="?", default="heart", help="name of a pack in audio/voices, or its folder (heart)")
    args.add_argument("--no-ears", action="store_true", help="do not run the recogniser")
    args.add_argument("--joined", action="store_true", help="check times left, joined by the program, instead")
    args.add_argument("--program", type=Path, default=ROOT / "target/debug/earcoach", help="the program (target/debug's)")
    args.add_argument("--schedule", nargs=2, type=Path, metavar=("WAV", "TSV"), help="check an English export instead")
    args.add_argument("--lines", type=Path, help="the lines it records (those of its language, in audio)")
    args.add_argument("--threads", type=int, default=1, help="threads of the recogniser (1)")
    args.add_argument("--home", type=Path, required=True, help=argparse.SUPPRESS)
    o = args.parse_args()
    pack = ROOT / "audio/voices" / o.pack if "/" not in o.pack else Path(o.pack)
    language = json.loads((pack / "voice.json").read_text(encoding="utf-8"))["language"].partition("-")[0]
    if o.schedule:
        return check_schedule(*o.schedule, Ears(o.home, o.threads, "en"))
    if o.joined and not o.program.exists():
        sys.exit(f"check-audio: --joined needs the program, and there is no {o.program}: run cargo build")
    ears = None if o.no_ears else Ears(o.home, o.threads, language)
    return check_times_left(o.program, pack, language, ears) if o.joined else check_pack(pack, o.lines, ears)


sys.exit(0 if main() else 1)
