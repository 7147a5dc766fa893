"""Killed without a word (SIGKILL) at random moments: the old file or the whole new one, never a part."""
import hashlib
import random
import time

from support import Found, Place, quantity

TIMES = 50  # of each kind
# What is written, over something that is there already, and where it lands.
KINDS = [
    ("a WAV file", ["export", "-f", "-o", "out.wav"], "out.wav"),
    ("a WAV file with files beside", ["export", "-f", "-o", "out.wav", "--with", "lrc,srt,vtt,cue,labels,json"], "out.wav"),
    ("a FLAC file", ["export", "box-breathing", "-f", "-o", "out.flac"], "out.flac"),
    ("an Opus file", ["export", "box-breathing", "-f", "-o", "out.opus"], "out.opus"),
    ("tracks", ["export", "-f", "--tracks", "out"], "out"),
    ("a bundle", ["bundle", "routine.json", "-f", "-o", "out.earcoach"], "out.earcoach"),
    ("a filled voice", ["voice", "fill", "routine.json", "--voice", "spoken", "--language", "en", "--tts", "espeak-ng"],
     "home/data/earcoach/voices/spoken"),
]
ROUTINE = '{ "title": "Short", "steps": [{ "say": "Well done." }, { "hold": "20s" }] }'


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
    """Starts the program and kills it; whether it was still at work."""
    with place.start(*args) as process:
        time.sleep(seconds)
        process.kill()
        return process.wait() != 0


def faults():
    chance = random.Random(1)
    for what, args, lands in KINDS:
        with Place() as place:
            place.write("routine.json", ROUTINE)
            begin = time.monotonic()
            place.run(*args)
            took, whole = time.monotonic() - begin, sum_of(place / lands)
            is_filling = args[1] == "fill"
            killed = old = new = wrong = 0
            for _ in range(TIMES):
                if is_filling:
                    # What is spoken already is not made again: from nothing each time.
                    with Place() as fresh:
                        fresh.write("routine.json", ROUTINE)
                        killed += kill_at(fresh, args, chance.uniform(0, took))
                        code, said = fresh.run(*args)
                        wrong += code != 0 or fresh.run("voice", "check", "spoken")[0] != 0
                        new += 1
                        place.wrong += fresh.wrong
                    continue
                make_old(place, args, lands)
                before = sum_of(place / lands)
                killed += kill_at(place, args, chance.uniform(0, took * 1.1))
                after = sum_of(place / lands)
                old, new = old + (after == before), new + (after == whole)
                wrong += after not in (before, whole)
            left = len(place.leftovers())
            place.run(*args)
            still = len(place.leftovers())
            found = (f"killed at work {quantity(killed, 'time')}; " + ("done by the next run" if is_filling
                     else f"the old one {old}, the whole new one {new}") + f", neither {wrong}; "
                     f"left over {left}, after the next run {still}")
            yield Found(what, TIMES, found, whole is not None and not wrong and not still and not place.wrong)
