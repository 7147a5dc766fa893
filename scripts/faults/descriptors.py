"""Out of file descriptors: one clear message, or it is done; never a panic, nothing left."""
import resource

from card import Card
from support import Found, Place


def few(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def faults():
    with Place() as place:
        place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
        card = Card(place / "card", speed=20.0)
        for what, args in (("export", ["export", "-f", "-o", "out.wav", "--with", "lrc,json"]),
                           ("tracks", ["export", "-f", "--tracks", "out"]),
                           ("live", ["play", "routine.json"])):
            codes, silent = {}, 0
            for count in range(3, 33):
                code, said = place.run(*args, preexec_fn=few(count),
                                       env={**place.environment(), **card.environment()})
                codes[code] = codes.get(code, 0) + 1
                # With three none is left to read the program's own libraries with: that is the system's word.
                silent += code != 0 and not said
            told = ", ".join(f"exit {code}: {count}" for code, count in sorted(codes.items()))
            well = not place.wrong and not silent and not place.leftovers()
            yield Found(f"{what} with 3 to 32 descriptors", 30, told, well)
