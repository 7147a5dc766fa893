"""A user without a home: no HOME, no XDG folders, and none in the system's list of users either. Whatever would be kept
there is kept in the folder at hand."""
from card import Card
from support import DONE, Found, Place, quantity

# A number that no user has.
STRANGER = ["unshare", "--user", "--map-user=12345"]
KINDS = [
    ["list"],
    ["show"],
    ["check", "routine.json"],
    ["voice", "list"],
    ["devices"],
    ["completions", "bash"],
    ["export", "-f", "-o", "out.wav", "--with", "lrc,html"],
    ["export", "-f", "--tracks", "out"],
    ["bundle", "routine.json", "-f", "-o", "out.earcoach"],
    ["play", "routine.json", "--take", "take.json"],
    ["voice", "fill", "routine.json", "--voice", "spoken", "--language", "en", "--tts", "espeak-ng"],
    ["voice", "record", "me", "routine.json"],
]


def faults():
    done = wrong = 0
    for args in KINDS:
        with Place() as place:
            place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
            card = Card(place / "card", speed=20.0)
            env = {"PATH": place.environment()["PATH"], **card.environment()}
            code, said = place.run(*args, before=STRANGER, env=env)
            done += code == DONE
            if code != DONE or place.leftovers() or (place / "home").exists():
                wrong += 1
                place.wrong.append(f"{args} without a home: {code}, said {said!r}")
    yield Found("no HOME, a user that the system does not know", len(KINDS), f"done {done}, wrong {quantity(wrong, 'command')}", not wrong)
