"""Whole processes side by side: earcoach, what people would use instead, and a plain write of as many bytes.

Everything runs in an order of chance within each round, at real-time priority where that is allowed, so that a
slow moment of the machine hits all alike. Prints the tables of benches/README.md.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path

import growth
import timeline

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EARCOACH = Path(os.environ.get("EARCOACH", ROOT / "target/release/earcoach"))
PLAIN_WRITE = ROOT / "target/bench/plain_write"
PEERS = [
    ("numpy and soundfile", "numpy_mix"), ("Python's `wave`", "python_wave"), ("pydub, concatenating", "pydub_concat"),
    ("csound", "csound_play"), ("sox, concatenating", "sox_concat"), ("ffmpeg, concatenating", "ffmpeg_concat"),
]
# Minutes, and how often each process runs; of what takes longer than this many seconds, once.
LENGTHS = [("10 min", 10, 15), ("1 h", 60, 7), ("6 h", 360, 3)]
LONG = 5


@dataclass
class Job:
    """A command, what it writes, and what its runs took."""
    command: list
    out: Path
    walls: list = field(default_factory=list)
    processor: list = field(default_factory=list)

    def run(self):
        self.out.unlink(missing_ok=True)
        begin = time.perf_counter()
        with open(os.devnull, "r+b") as nothing:
            quiet = [(os.POSIX_SPAWN_DUP2, nothing.fileno(), stream) for stream in (0, 1, 2)]
            pid = os.posix_spawnp(str(self.command[0]), list(map(str, self.command)), os.environ, file_actions=quiet)
            _, status, usage = os.wait4(pid, 0)
        self.walls.append(time.perf_counter() - begin)
        self.processor.append(usage.ru_utime + usage.ru_stime)
        if status:
            sys.exit(f"{self.command} left with {os.waitstatus_to_exitcode(status)}")

    @property
    def wall(self):
        return statistics.median(self.walls)

    def peak(self):
        """The most memory of one more run, in MB. What this process starts itself counts its memory too; time is small."""
        timed = subprocess.run(["/usr/bin/time", "-f", "%M", *map(str, self.command)], capture_output=True, check=True)
        self.out.unlink(missing_ok=True)
        return int(timed.stderr.split()[-1]) / 1024


def take_turns(jobs, rounds):
    """Runs each of the jobs so often; what takes long, once."""
    for _ in range(rounds):
        for job in random.sample(jobs, len(jobs)):
            if not job.walls or job.walls[0] < LONG:
                job.run()
                job.out.unlink(missing_ok=True)


def ours(routine, out, *options):
    return Job([EARCOACH, "export", routine, "-f", "-o", out, *options], out)


def plain(out, size):
    return Job([PLAIN_WRITE, out, size], out)


def samples(file):
    with wave.open(str(file)) as reader:
        return reader.readframes(reader.getnframes())


def same(one, other):
    """How far the samples of two files agree."""
    if len(one) != len(other):
        return f"{abs(len(one) - len(other)) // 2} frames more or fewer"
    differing = sum(a != b for a, b in zip(memoryview(one).cast("h"), memoryview(other).cast("h")))
    return "the same samples" if not differing else f"{differing} samples differ"


def compare(work, clips):
    """The table of exports, a column for each length."""
    rows = {}
    for name, minutes, rounds in LENGTHS:
        count = minutes * 6
        routine = timeline.write_routine(clips, count)
        exports = {
            "`earcoach export --guard off --quiet`": ours(routine, work / "a.wav", "--guard", "off", "--quiet"),
            "`earcoach export --guard off`, which tells its loudness": ours(routine, work / "b.wav", "--guard", "off"),
            "`earcoach export --quiet`": ours(routine, work / "c.wav", "--quiet"),
            "`earcoach export`": ours(routine, work / "d.wav"),
        }
        first = next(iter(exports.values()))
        first.run()
        size, expected = first.out.stat().st_size, samples(first.out) if minutes == 10 else None
        jobs = {"a plain write": plain(work / "plain", size), **exports}
        for peer, program in PEERS:
            out = work / f"{program}.wav"
            jobs[peer] = Job(["/usr/bin/python3", HERE / f"{program}.py", clips, count, out], out)
        if expected:
            for peer, _ in PEERS:
                jobs[peer].run()
                print(f"{peer}: {same(expected, samples(jobs[peer].out))}", file=sys.stderr)
        take_turns(list(jobs.values()), rounds)
        limit = jobs["a plain write"].wall
        for what, job in jobs.items():
            rows.setdefault(what, []).append((job.wall, job.wall / limit, job.peak()))
    print("| what | " + " | ".join(f"{name}: ms, x plain" for name, *_ in LENGTHS) + " | peak MB at each |")
    print("|---|" + "---|" * (len(LENGTHS) + 1))
    for what, cells in rows.items():
        shown = [f"{wall * 1000:.1f}, {ratio:.2f}" for wall, ratio, _ in cells]
        print(f"| {what} | {' | '.join(shown)} | {', '.join(f'{peak:.1f}' for *_, peak in cells)} |")


def start(work):
    """The table of short runs, and of the built-in routine."""
    calf = ours("calf-cramp", work / "a.wav", "--guard", "off", "--quiet")
    calf.run()
    limit = plain(work / "plain", calf.out.stat().st_size)
    jobs = {
        "a plain write of the same bytes": limit,
        "`export calf-cramp --guard off --quiet`": calf,
        "`export calf-cramp --quiet`": ours("calf-cramp", work / "b.wav", "--quiet"),
        "`export calf-cramp`": ours("calf-cramp", work / "c.wav"),
        "`--version`": Job([EARCOACH, "--version"], work / "none"),
        "`list`": Job([EARCOACH, "list"], work / "none"),
        "`check calf-cramp`": Job([EARCOACH, "check", "calf-cramp"], work / "none"),
    }
    take_turns(list(jobs.values()), 41)
    print("\n| what | wall ms, median (least) | CPU ms | x plain | peak MB |\n|---|---|---|---|---|")
    for what, job in jobs.items():
        ratio = f"{job.wall / limit.wall:.2f}" if job.out.name != "none" else ""
        print(f"| {what} | {job.wall * 1000:.1f} ({min(job.walls) * 1000:.1f}) | {statistics.median(job.processor) * 1000:.1f}"
              f" | {ratio} | {job.peak():.1f} |")


def grow(work):
    """The table of routines that grow."""
    print("\n| cues | `check` | `show --json` | `export --guard off --quiet` |\n|---|---|---|---|")
    for cues in growth.CUES:
        routine = growth.write_routine(work, cues)
        jobs = [Job([EARCOACH, "check", routine], work / "none"), Job([EARCOACH, "show", "--json", routine], work / "none"),
                ours(routine, work / "a.wav", "--guard", "off", "--quiet")]
        take_turns(jobs, 9)
        print(f"| {cues:,} | " + " | ".join(f"{job.wall * 1000:.0f} ms, {job.peak():.1f} MB" for job in jobs) + " |")


def main():
    PLAIN_WRITE.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["rustc", "-O", "-o", PLAIN_WRITE, HERE / "plain_write.rs"], check=True)
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("without real-time priority: other work disturbs the times", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=PLAIN_WRITE.parent) as folder:
        work = Path(folder)
        clips = work / "clips"
        clips.mkdir()
        timeline.make_clips(ROOT / "audio/voices/heart", clips)
        for part in (compare, start, grow):
            part(*([work, clips] if part is compare else [work]))


main()
