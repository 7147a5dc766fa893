"""No thread but the first (RLIMIT_NPROC, setrlimit(2)): what needs no other is done all the same."""
import os
import shutil

from support import DONE, PROGRAM, Found, Place, quantity

# Root is under no such limit: without root's rights.
OTHER = 54321
ALONE = ["prlimit", "--nproc=1:1"]
KINDS = [
    ["list"], ["check", "routine.json"], ["show", "routine.json"],
    ["export", "routine.json", "-f", "-o", "out.wav"],
    ["export", "routine.json", "-f", "-o", "out.wav", "--json"],
    ["export", "routine.json", "-f", "-o", "out.flac", "--quiet"],
    ["export", "routine.json", "-f", "--tracks", "out"],
    ["bundle", "routine.json", "-f", "-o", "out.earcoach"],
]


def faults():
    with Place() as place:
        place.write("routine.json", '{ "steps": [{ "say": "Well done." }, { "rest": "15s" }, { "say": "Well done." }] }')
        before = ALONE
        if os.geteuid() == 0:
            before = ["setpriv", f"--reuid={OTHER}", "--clear-groups", *ALONE]
            for path in [place.path, *place.path.rglob("*")]:
                shutil.chown(path, OTHER)
        # It may lie where nobody else gets to.
        shutil.copy(PROGRAM, place / "earcoach")
        codes = [place.run(*args, program=place / "earcoach", before=before)[0] for args in KINDS]
        done = codes.count(DONE)
        yield Found("list, check, show, export, tracks, bundle", len(KINDS), f"done {quantity(done, 'time')}",
                    done == len(KINDS) and not place.wrong and not place.leftovers())
