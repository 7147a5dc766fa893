"""Folders that cannot be written to, and folders that are removed while something is written into them."""
import random
import shutil
import time

from card import Card
from support import DONE, FAILED, Found, Place, quantity

TIMES = 30  # of each kind
KINDS = [
    ["export", "-o", "there/out.wav"],
    ["export", "-o", "there/out.wav", "--with", "lrc,srt,vtt,cue,labels,json"],
    ["export", "box-breathing", "-o", "there/out.flac"],
    ["export", "box-breathing", "-o", "there/out.opus"],
    ["export", "--tracks", "there/out"],
    ["bundle", "routine.json", "-o", "there/out.earcoach"],
]
MORE = [
    ["play", "routine.json", "--take", "there/take.json"],
    ["voice", "fill", "routine.json", "--voice", "there/spoken", "--language", "en", "--tts", "espeak-ng"],
    ["voice", "record", "there/me", "routine.json"],
    ["man", "--dir", "there"],
]
# For the program alone, and for root as well.
READ_ONLY = 'mount --bind there there && mount -o remount,ro,bind there && exec "$@"'


def is_told(code, said):
    return code == DONE or (code == FAILED and said.count("error: ") == 1)


def read_only():
    refused = wrong = 0
    kinds = KINDS + [args + ["-f"] for args in KINDS] + MORE
    for args in kinds:
        with Place() as place:
            place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
            old = place.write("there/out.wav", "old")
            card = Card(place / "card", speed=20.0)
            before = ["unshare", "--map-root-user", "--mount", "sh", "-c", READ_ONLY, "sh"]
            code, said = place.run(*args, before=before, env={**place.environment(), **card.environment()})
            refused += code == FAILED
            if code != FAILED or not is_told(code, said) or old.read_text() != "old" or place.leftovers():
                wrong += 1
                place.wrong.append(f"{args} into a read-only folder: {code}, said {said!r}")
    return Found("a folder that is mounted read-only", len(kinds), f"refused {refused}, wrong {quantity(wrong, 'run')}", not wrong)


def removed():
    chance = random.Random(1)
    for args in KINDS:
        told = done = wrong = 0
        with Place() as place:
            place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
            (place / "there").mkdir()
            begin = time.monotonic()
            place.run(*args)
            took = time.monotonic() - begin
            for _ in range(TIMES):
                shutil.rmtree(place / "there")
                (place / "there").mkdir()
                with place.start(*args) as process:
                    time.sleep(chance.uniform(0, took))
                    shutil.rmtree(place / "there", ignore_errors=True)
                    said = process.communicate()[1].decode(errors="replace")
                code = process.returncode
                place.judge(args, code, said)
                told, done = told + (code == FAILED), done + (code == DONE)
                if not is_told(code, said) or place.leftovers():
                    wrong += 1
                    place.wrong.append(f"{args}, its folder removed: {code}, said {said!r}, left {place.leftovers()}")
                (place / "there").mkdir(exist_ok=True)
            what = args[-1].rpartition(".")[2] if "--with" not in args else "wav with files beside"
            yield Found(f"removed while written: {what.replace('there/out', 'tracks')}", TIMES,
                        f"an error that names it {told}, done before {done}, wrong {quantity(wrong, 'run')}", not wrong and not place.wrong and told > 0)


def faults():
    yield read_only()
    yield from removed()
