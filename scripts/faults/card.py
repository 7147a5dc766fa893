"""The virtual sound card of the tests, in tests/suite/pcm_virtual.c, which says how it behaves."""
import functools
import subprocess
import sys
import tempfile
from pathlib import Path

from support import ROOT

RATE = 48_000
FRAME = 4  # bytes: two channels of 16 bit


@functools.cache
def plugin():
    """The card as ALSA loads it, compiled anew once a run."""
    folder = ROOT / "target/faults"
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "libasound_module_pcm_virtual.so"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as new:
        subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-DPIC", "-o", new.name,
                        ROOT / "tests/suite/pcm_virtual.c", "-lasound"], check=True)
        Path(new.name).replace(made)
    return made


class Card:
    """A sound card in a folder; whoever has its environment plays on it."""

    def __init__(self, folder, speed=1.0, strict=False):
        self.folder = folder
        folder.mkdir()
        self.configuration = folder / "asound.conf"
        self.configuration.write_text(
            "</usr/share/alsa/alsa.conf>\n!@hooks []\n"
            f'pcm_type.virtual {{ lib "{plugin()}" }}\n'
            f'pcm.room {{ type virtual folder "{folder}" rate {RATE} channels 2 speed {speed}'
            f' strict {str(strict).lower()} hint.description "Virtual room" }}\n'
            'pcm.!plughw { type plug slave.pcm "room" hint.description "The card" }\n'
            'pcm.!default { type plug slave.pcm "room" hint.description "Virtual room" }\n')

    def environment(self):
        return {"ALSA_CONFIG_PATH": str(self.configuration)}

    def harm(self, name):
        (self.folder / name).touch()

    def heal(self, name):
        (self.folder / name).unlink()

    def heard_frames(self):
        heard = self.folder / "heard"
        return heard.stat().st_size // FRAME if heard.exists() else 0

    def log(self):
        """Each event with the frames received and heard until then."""
        events = []
        for line in (self.folder / "log").read_text().splitlines():
            try:
                _, event, received, heard = line.split()
                events.append((event, int(received), int(heard)))
            except ValueError:
                # An hour is not lost for a line; what it would have told shows in what was heard.
                print(f"the card's log has the line {line!r}", file=sys.stderr)
        return events

    def gaps(self):
        """Where the card ran dry or was away: frames of `heard` from which and up to which nothing was played."""
        gaps, dry = [], None
        for event, _, heard in self.log():
            if event in ("underrun", "gone", "storm") and dry is None:
                dry = heard
            elif event == "start" and dry is not None:
                gaps.append((dry, heard))
                dry = None
        return gaps


def differing(heard, file, gaps):
    """(frames of the file that were heard in their order, frames that differ), gaps left out, after the silence with
    which the card begins: both are raw files of frames."""
    same = differ = 0
    with open(heard, "rb") as heard, open(file, "rb") as file:
        skip_silence(heard), skip_silence(file)
        while block := file.read(1 << 16):
            mine = read_around(heard, len(block), gaps)
            if mine == block:
                same += len(block) // FRAME
                continue
            mine = mine.ljust(len(block), b"\0")
            wrong = sum(mine[i:i + FRAME] != block[i:i + FRAME] for i in range(0, len(block), FRAME))
            differ += wrong
            same += len(block) // FRAME - wrong
    return same, differ


def skip_silence(file):
    while block := file.read(1 << 16):
        at = next((i for i in range(0, len(block), FRAME) if block[i:i + FRAME] != bytes(FRAME)), None)
        if at is not None:
            file.seek(at - len(block), 1)
            return


def read_around(file, count, gaps):
    """Reads so many bytes of a file of frames, passing over the gaps."""
    got = b""
    while len(got) < count:
        at = file.tell() // FRAME
        begin, end = next(((b, e) for b, e in gaps if e > at), (None, None))
        if begin is not None and begin <= at:
            file.seek(end * FRAME)
            continue
        most = count - len(got) if begin is None else min(count - len(got), (begin - at) * FRAME)
        part = file.read(most)
        if not part:
            break
        got += part
    return got
