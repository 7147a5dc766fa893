"""Times left as the program joins them from a pack's clips: are they heard right, and how smooth are the joints?"""
import json, subprocess, tempfile
from itertools import pairwise
from pathlib import Path
import numpy as np
import soundfile as sf

from check_audio.ears import to_16k
from check_audio.words import same, times_left

FLOOR, STEP_MS = -55.0, 5
LONGEST_GAP, LOUDEST_STEP = 0.120, 1.5


def laid_out(program, pack, language, sentences):
    """(samples, rate, [[(words, begin, end)] a sentence]): one export that says them all"""
    routine = json.dumps({"title": "Times left", "language": language, "steps": [{"say": s} for s in sentences]})
    run = lambda *args: subprocess.run([program, *args, "--voice", str(pack), "--guard", "off"],
                                       input=routine.encode(), capture_output=True, check=False)
    with tempfile.TemporaryDirectory() as tmp:
        wav = Path(tmp, "left.wav")
        shown, written = run("show", "-", "--json"), run("export", "-", "-o", str(wav))
        for done in (shown, written):
            if done.returncode:
                raise SystemExit(done.stderr.decode())
        samples, rate = sf.read(wav, dtype="float32")
    cues = [c for c in json.loads(shown.stdout)["cues"] if c["kind"] == "voice"]
    said = [[] for _ in sentences]
    for c in cues:
        said[c["step"]].append((c["text"], c["at"], c["at"] + c["frames"]))
    return samples, rate, said


def speech(clip, rate):
    """where speech begins and ends in a clip: its first and last step of 5 ms within FLOOR dB of the loudest"""
    step = rate * STEP_MS // 1000
    level = (clip[: len(clip) // step * step].reshape(-1, step) ** 2).mean(1)
    on = np.flatnonzero(level > level.max() * 10 ** (FLOOR / 10))
    return on[0] * step, (on[-1] + 1) * step


def joints(samples, rate, cues, loudness):
    """[(gap in seconds, largest step at the joint, largest within, loudness step)] of a sentence"""
    out = []
    for (words, begin, end), (next_words, next_begin, next_end) in pairwise(cues):
        first, second = samples[begin:end], samples[next_begin:next_end]
        gap = next_begin + speech(second, rate)[0] - begin - speech(first, rate)[1]
        steps = np.abs(np.diff(samples[begin:next_end]))
        near = slice(end - begin - rate // 100, next_begin - begin + rate // 100)
        at, within = steps[near].max(), np.delete(steps, np.r_[near]).max()
        out.append((gap / rate, float(at), float(within), abs(loudness[words] - loudness[next_words])))
    return out


def check_joined(program, pack, language, ears, meter):
    """what is wrong"""
    bad = []
    sentences = times_left()[language]
    samples, rate, said = laid_out(program, pack, language, sentences)
    loudness = {words: meter(samples[begin:end], rate) for cues in said for words, begin, end in cues}
    measured, by_model = [], {}
    for sentence, cues in zip(sentences, said):
        here = joints(samples, rate, cues, loudness)
        measured += here
        clips = " | ".join(words for words, *_ in cues)
        if any(gap >= LONGEST_GAP or at >= within or step >= LOUDEST_STEP for gap, at, within, step in here):
            bad.append(f"{clips}: joint not smooth: " + ", ".join(
                f"gap {gap * 1000:.0f} ms, step {at:.4f} against {within:.4f}, {step:.1f} LU" for gap, at, within, step in here))
        if not same("".join(f" {words}" for words, *_ in cues), sentence, language):
            bad.append(f"{sentence} is said as {clips}")
        if not ears:
            continue
        heard, by = ears.hear_until_right(to_16k(samples[cues[0][1]: cues[-1][2]], rate), sentence)
        by_model[by] = by_model.get(by, 0) + 1
        if by is None or len(heard) > 1:
            print(f"{'note ' if by else 'FAIL '} {clips}: " + ", ".join(f"{m} heard {h!r}" for m, h in heard.items()), flush=True)
        if by is None:
            bad.append(f"{clips} is misheard")
    gaps, at, within, steps = zip(*measured)
    print(f"{len(sentences)} times left, {len(measured)} joints: gap {min(gaps) * 1000:.0f} to {max(gaps) * 1000:.0f} ms; "
          f"largest step from sample to sample at a joint {max(at):.5f}, within the clips {min(within):.3f} and more; "
          f"loudness step at most {max(steps):.1f} LU")
    if ears:
        missed = by_model.pop(None, 0)
        print(f"joined times recognised exactly {len(sentences) - missed}/{len(sentences)}: "
              + ", and of the rest ".join(f"{n} by {model}" for model, n in by_model.items()))
    return bad
