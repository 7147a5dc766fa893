"""The timeline that every peer makes: every ten seconds a beep, and 3.137 s after it a spoken clip.

48 kHz, one channel, 16 bit; every sound begins and ends on a whole millisecond, so that none of the
peers has to round, and no two overlap, so that those that cannot mix can take part.
"""

import json
import subprocess
import wave
from pathlib import Path

RATE = 48_000
EVERY = 10 * RATE
CLIP_AT = 3_137 * RATE // 1000
CLIPS = 60
BEEP_MS = 200
# What earcoach leaves of itself between a clip and the next step.
PAUSE_MS = 500


def make_clips(voice, folder):
    """Decodes sixty clips of 1.2 to 4 s of a voice pack, and makes a beep, with ffmpeg."""
    entries = json.loads((voice / "voice.json").read_text())
    rate = entries["rate"]
    lengths = {clip["file"]: clip["frames"] / rate for clip in entries["clips"]}
    chosen = [file for file, seconds in lengths.items() if 1.2 <= seconds <= 4][:CLIPS]
    for index, file in enumerate(chosen):
        whole = int(lengths[file] * 1000) / 1000
        to_wav(["-i", voice / file, "-t", f"{whole:.3f}"], folder / name(index))
    beep = f"sine=1000:sample_rate={RATE}:duration={BEEP_MS / 1000}"
    to_wav(["-f", "lavfi", "-i", beep], folder / "beep.wav")
    return len(chosen)


def to_wav(source, file):
    command = ["ffmpeg", "-v", "error", "-y", *source, "-ar", str(RATE), "-ac", "1"]
    subprocess.run([*command, "-bitexact", file], check=True)


def name(index):
    return f"clip{index:02}.wav"


def frames(file):
    """How many frames a WAV file has."""
    with wave.open(str(file)) as wav:
        return wav.getnframes()


def events(folder, count):
    """So many beeps and clips as (frame, file), and the frame at which the timeline ends."""
    clips = sorted(Path(folder).glob("clip*.wav"))
    found = []
    for turn in range(count):
        found.append((turn * EVERY, Path(folder) / "beep.wav"))
        found.append((turn * EVERY + CLIP_AT, clips[turn % len(clips)]))
    return found, count * EVERY


def gaps(folder, count):
    """The same as (file, frames of silence after it): nothing overlaps."""
    found, end = events(folder, count)
    lengths = {file: frames(file) for _, file in found}
    nexts = [at for at, _ in found[1:]] + [end]
    return [(file, after - at - lengths[file]) for (at, file), after in zip(found, nexts)]


def write_routine(folder, count):
    """The same as a routine of earcoach's, in the folder of the clips; gives its file."""
    steps, all_gaps = [], gaps(folder, count)
    for place, (file, silence) in enumerate(all_gaps):
        # It leaves as much again of itself at the end.
        pauses = 2 if place + 1 == len(all_gaps) else 1
        rest = silence * 1000 // RATE - pauses * PAUSE_MS
        steps += [{"clip": file.name}, {"rest": {"for": f"{rest}ms", **SILENT}}]
    file = Path(folder) / f"peers{count}.json"
    file.write_text(json.dumps({"title": "Peers", "steps": steps}))
    return file


# A rest of which nothing is heard.
SILENT = {"say": "", "announce": [], "count": 0, "tones": False}
