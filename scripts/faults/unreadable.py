"""Files that the user may not read (mode 000)."""
import shutil

from card import Card
from support import FAILED, INVALID, ROOT, USAGE, Found, Place, quantity

# Root may read everything: without root's rights, and as the owner of the files.
PLAIN = ["unshare", "--user", "--map-user=12345"]
ROUTINE = '{ "steps": [{ "say": "Well done." }] }'
OWN = '{ "steps": [{ "clip": "bell.wav" }, { "say": "Well done." }] }'
# What cannot be read, and what is asked for.
KINDS = [
    ("voice/well-done.flac", ["export", "routine.json", "--voice", "./voice", "-o", "out.wav"]),
    ("voice/well-done.flac", ["play", "routine.json", "--voice", "./voice"]),
    ("voice/well-done.flac", ["voice", "check", "./voice"]),
    ("voice/voice.json", ["export", "routine.json", "--voice", "./voice", "-o", "out.wav"]),
    ("voice", ["export", "routine.json", "--voice", "./voice", "-o", "out.wav"]),
    ("voice", ["play", "routine.json", "--voice", "./voice"]),
    ("bell.wav", ["export", "own.json", "-o", "out.wav"]),
    ("bell.wav", ["play", "own.json"]),
    ("bell.wav", ["bundle", "own.json", "-o", "out.earcoach"]),
    ("routine.json", ["export", "routine.json", "-o", "out.wav"]),
    ("routine.json", ["play", "routine.json"]),
    ("routine.json", ["check", "routine.json"]),
    ("song.wav", ["export", "routine.json", "--music", "song.wav", "-o", "out.wav"]),
    ("song.wav", ["play", "routine.json", "--music", "song.wav"]),
    ("song.wav", ["verify", "song.wav", "routine.json"]),
    ("take.json", ["export", "routine.json", "--take", "take.json", "-o", "out.wav"]),
    ("out.earcoach", ["play", "out.earcoach"]),
]


def furnish(place):
    place.write("routine.json", ROUTINE), place.write("own.json", OWN)
    shutil.copytree(ROOT / "audio/voices/heart", place / "voice")
    place.run("export", "routine.json", "-o", "bell.wav")
    place.run("export", "routine.json", "-o", "song.wav")
    place.run("bundle", "routine.json", "-o", "out.earcoach")
    card = Card(place / "first", speed=20.0)
    place.run("play", "routine.json", "--take", "take.json", env={**place.environment(), **card.environment()})


def faults():
    named = wrong = 0
    for file, args in KINDS:
        with Place() as place:
            furnish(place)
            if args[0] == "bundle":
                (place / "out.earcoach").unlink()
            card = Card(place / "card", speed=20.0)
            (place / file).chmod(0)
            code, said = place.run(*args, before=PLAIN, env={**place.environment(), **card.environment()})
            (place / file).chmod(0o700)
            is_named = file.split("/")[-1] in said and "ermission denied" in said
            named += is_named
            made = [name for name in ("out.wav", "out.earcoach") if name in args and name != file and (place / name).exists()]
            if code not in (FAILED, USAGE, INVALID) or not is_named or made or place.leftovers():
                wrong += 1
                place.wrong.append(f"{args}, {file} unreadable: {code}, made {made}, said {said!r}")
    yield Found("a clip, pack, routine, music, take or bundle", len(KINDS), f"an error that names it {named}, wrong {quantity(wrong, 'run')}", not wrong)
