"""64 MB of memory (RLIMIT_DATA: what the program takes for itself; its voice is read from the disk as needed)."""
import resource
import wave

from card import Card
from support import Found, Place

MB = 1 << 20
LONG = '{ "title": "Long", "steps": [{ "repeat": { "times": 720, "steps": [{ "hold": "30s" }] } }] }'


def limit():
    resource.setrlimit(resource.RLIMIT_DATA, (64 * MB, 64 * MB))


def faults():
    with Place() as place:
        place.write("long.json", LONG)
        with wave.open(str(place / "song.wav"), "wb") as song:
            song.setparams((2, 2, 44100, 0, "NONE", "")), song.writeframes(bytes(4 * 44100 * 90))
        card = Card(place / "card", speed=20.0)
        for what, args in (("export of 7:33", ["export", "-f", "-o", "out.wav"]),
                           ("export of 6 h", ["export", "long.json", "-f", "-o", "out.wav"]),
                           ("export with music", ["export", "-f", "-o", "out.wav", "--music", "song.wav"]),
                           ("export to Opus", ["export", "-f", "-o", "out.opus"]),
                           ("live", ["play", "box-breathing"]),
                           ("live with music", ["play", "box-breathing", "--music", "song.wav"])):
            code, said = place.run(*args, preexec_fn=limit, env={**place.environment(), **card.environment()})
            yield Found(what, 1, f"exit {code}", code == 0 and not place.wrong)
