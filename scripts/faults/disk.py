"""The disk fills up at every stage: a small disk in memory, and the user's limit for a file."""
import resource
import subprocess

from support import FAILED, Found, Place, quantity

# Little by little over the first blocks, then in strides through the whole.
SIZES = [4096 * n for n in range(1, 17)] + [10 ** 6 * n for n in range(1, 30, 3)]
KINDS = [
    ["export", "--plain", "-o", "small/out.wav"],
    ["export", "-o", "small/out.wav", "--with", "lrc,srt,vtt,cue,labels,json,html"],
    ["export", "-o", "small/out.flac"],
    ["export", "box-breathing", "-o", "small/out.opus"],
    ["export", "--tracks", "small/out"],
    ["bundle", "routine.json", "-o", "small/out.earcoach"],
]
# Mounts a disk that nobody else sees, runs the program, and lists what it left.
MOUNTED = 'mount -t tmpfs -o size="$1" tmpfs small && shift && "$@"; code=$?; ls -A small; exit $code'


def limited(size):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    return limit


def faults():
    with Place() as place:
        (place / "small").mkdir()
        place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
        full = done = wrong = 0
        for args in KINDS:
            for size in SIZES:
                before = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh", str(size)]
                process = place.start(*args, before=before, stdout=subprocess.PIPE)
                left, said = (text.decode() for text in process.communicate())
                place.judge(args, process.returncode, said)
                full, done = full + (process.returncode == FAILED), done + (process.returncode == 0)
                told = process.returncode == 0 or "No space left" in said or "storage" in said
                if process.returncode not in (0, FAILED) or (process.returncode and left) or not told:
                    wrong += 1
                    place.wrong.append(f"{args} on {size} bytes: {process.returncode}, left {left!r}, said {said!r}")
        yield Found("a small disk in memory", full + done, f"full {full}, room enough {done}, wrong {quantity(wrong, 'run')}", not place.wrong and full > 0)
    with Place() as place:
        (place / "small").mkdir()
        place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
        stopped = done = 0
        for args in KINDS:
            for size in SIZES:
                code, said = place.run(*args, preexec_fn=limited(size))
                stopped, done = stopped + (code == FAILED), done + (code == 0)
                left = list((place / "small").rglob("*"))
                if code not in (0, FAILED) or (code and left):
                    place.wrong.append(f"{args} to {size} bytes: {code}, left {left}, said {said}")
                for path in sorted(left, reverse=True):
                    path.rmdir() if path.is_dir() else path.unlink()
        yield Found("a limit for a file (RLIMIT_FSIZE)", stopped + done,
                    f"stopped {stopped}, room enough {done}, wrong {quantity(len(place.wrong), 'run')}", not place.wrong)
