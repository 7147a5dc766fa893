"""What the faults have in common: the program in a folder of its own, and what was found."""
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("EARCOACH", ROOT / "target/release/earcoach"))
# What the program may leave with when something outside of it is at fault.
DONE, FAILED, USAGE, INVALID, NO_DEVICE = range(5)
INTERRUPTED = 130


@dataclass
class Found:
    """A row of the table: what was done, how often, what came of it, and whether that is well."""
    what: str
    times: int
    found: str
    well: bool


class Place:
    """A folder of one's own in which the program runs, with a home in it."""

    def __init__(self, within=None):
        self.path = Path(tempfile.mkdtemp(prefix="earcoach-fault-", dir=within))
        (self.path / "tmp").mkdir()
        self.wrong = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for wrong in self.wrong:
            print(wrong, file=sys.stderr)
        shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name):
        return self.path / name

    def environment(self):
        home = {name: str(self.path / folder) for name, folder in (
            ("HOME", "home"), ("XDG_CONFIG_HOME", "home/config"), ("XDG_DATA_HOME", "home/data"),
            ("XDG_CACHE_HOME", "home/cache"), ("TMPDIR", "tmp"))}
        return {"PATH": os.environ["PATH"], **home, "RUST_BACKTRACE": "0"}

    def start(self, *args, **how):
        """Starts the program; what is not said goes nowhere."""
        how = {"cwd": self.path, "env": self.environment(), "stdin": subprocess.DEVNULL,
               "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **how}
        return subprocess.Popen([*how.pop("before", []), how.pop("program", PROGRAM), *map(str, args)], **how)

    def run(self, *args, seconds=3600, **how):
        """Runs the program to its end, and gives its exit code and what it said; so many seconds at most."""
        with self.start(*args, **how) as process:
            try:
                _, said = process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                _, said = process.communicate()
        said = (said or b"").decode(errors="replace")
        self.judge(args, process.returncode, said)
        return process.returncode, said

    def judge(self, args, code, said):
        """No run may panic, or be ended by a signal that nobody sent."""
        if "panicked" in said or code < 0 or code > INTERRUPTED:
            self.wrong.append(f"{' '.join(map(str, args))} left with {code}: {said[-400:]}")

    def leftovers(self):
        """The files and folders in the making that lie about, here and below."""
        return sorted(path for path in self.path.rglob(".earcoach-*"))

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


def end_with_me():
    """For a process that is begun: it is killed when whoever began it ends, however that comes (prctl(2))."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def samples_of(wav, raw):
    """Writes the samples of a WAV file alone."""
    with wave.open(str(wav)) as reader, open(raw, "wb") as out:
        while block := reader.readframes(1 << 16):
            out.write(block)


def quantity(count, singular, plural=None):
    """`3 files`, `1 file`."""
    return f"{count} {singular if count == 1 else plural or singular + 's'}"
