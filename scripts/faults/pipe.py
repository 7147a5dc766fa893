"""Whoever reads the output goes away: before it begins, or after some of it."""
import os
import random
import subprocess

from card import Card
from support import DONE, Found, Place, quantity

TIMES = 20  # of each kind; half of them before it begins
KINDS = [
    ["export", "-o", "-", "--format", "wav"],
    ["export", "box-breathing", "-o", "-", "--format", "flac"],
    ["export", "box-breathing", "-o", "-", "--format", "opus"],
    ["export", "--plain", "-f", "-o", "out.wav", "--json"],
    ["show"],
    ["show", "--json"],
    ["list"],
    ["list", "--json"],
    ["check", "routine.json"],
    ["devices"],
    ["voice", "list"],
    ["completions", "bash"],
    ["man"],
    ["play", "box-breathing", "--events"],
]


def read_nothing(place, args, env):
    """Runs the program with a reader that has gone already, and gives its exit code and what it said."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return place.run(*args, stdout=writer, env=env)
    finally:
        os.close(writer)


def read_some(place, args, env, count):
    """The same with a reader that goes away after so many bytes."""
    with place.start(*args, stdout=subprocess.PIPE, bufsize=0, env=env) as process:
        while count > 0 and (block := process.stdout.read(min(count, 1 << 16))):
            count -= len(block)
        process.stdout.close()
        said = process.stderr.read().decode(errors="replace")
    place.judge(args, process.returncode, said)
    return process.returncode, said


def faults():
    chance = random.Random(1)
    for args in KINDS:
        with Place() as place:
            place.write("routine.json", '{ "steps": [{ "say": "Well done." }] }')
            card = Card(place / "card", speed=200.0)
            env = {**place.environment(), **card.environment()}
            with place.start(*args, stdout=subprocess.PIPE, env=env) as process:
                whole = len(process.communicate()[0])
            codes, silent = {}, 0
            for n in range(TIMES):
                code, said = (read_nothing(place, args, env) if n % 2
                              else read_some(place, args, env, chance.randrange(whole)))
                codes[code] = codes.get(code, 0) + 1
                silent += "error" not in said
            told = ", ".join(f"exit {code}: {count}" for code, count in sorted(codes.items()))
            yield Found(" ".join(args), TIMES, f"{told}; {quantity(silent, 'time')} without a complaint",
                        codes == {DONE: TIMES} and silent == TIMES and not place.wrong and not place.leftovers())
