"""No room where temporary files go (TMPDIR): full, not to be written to, or not there."""
import subprocess

from card import Card
from support import DONE, FAILED, Found, Place, quantity

# The shell's words before the program, which has `tmp` as TMPDIR.
STATES = {
    "full": "mount -t tmpfs -o size=4k tmpfs tmp; head -c 4096 /dev/zero >tmp/full",
    "read-only": "mount -t tmpfs -o ro tmpfs tmp",
    "away": "rmdir tmp",
}
KINDS = [
    ["export", "-f", "-o", "out.wav"],
    ["export", "-f", "-o", "out.flac", "--with", "html"],
    ["export", "-f", "--tracks", "out"],
    ["bundle", "routine.json", "-f", "-o", "out.earcoach"],
    ["voice", "fill", "routine.json", "--voice", "spoken", "--language", "en", "--tts", "espeak-ng"],
    ["play", "routine.json", "--take", "take.json"],
    ["verify", "song.wav", "routine.json"],
]


def faults():
    for state, words in STATES.items():
        done = failed = wrong = 0
        for args in KINDS:
            with Place() as place:
                place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
                place.run("export", "routine.json", "-o", "song.wav")
                card = Card(place / "card", speed=20.0)
                before = ["unshare", "--map-root-user", "--mount", "sh", "-c", f'{words}; exec "$@"', "sh"]
                env = {**place.environment(), **card.environment()}
                code, said = place.run(*args, before=before, env=env)
                done, failed = done + (code == DONE), failed + (code == FAILED)
                if code not in (DONE, FAILED) or (code and not said.strip()) or place.leftovers():
                    wrong += 1
                    place.wrong.append(f"{args}, TMPDIR {state}: {code}, said {said!r}")
                elif code:
                    print(f"TMPDIR {state}: {said.strip().splitlines()[-1]}", flush=True)
        yield Found(f"TMPDIR {state}", len(KINDS), f"done {done}, an error with its code {failed}, wrong {quantity(wrong, 'run')}", not wrong)
