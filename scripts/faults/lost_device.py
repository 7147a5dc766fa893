"""The device lost and back a hundred times in one run."""
import json
import os
import subprocess
import time

from card import Card, RATE
from support import Found, Place

TIMES = 100
ROUTINE = '{ "steps": [{ "repeat": { "times": 100, "steps": [{ "say": "Get your breath back." }, { "hold": "30s" }] } }] }'


def resources(process):
    """Open files, threads, and resident memory in kB."""
    folder = f"/proc/{process.pid}"
    with open(f"{folder}/status") as status:
        memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return len(os.listdir(f"{folder}/fd")), len(os.listdir(f"{folder}/task")), memory


def wait(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def faults():
    with Place() as place:
        place.write("long.json", ROUTINE)
        card = Card(place / "card")
        events = open(place / "events", "w+")
        args = ["play", "long.json", "--events", "--quiet", "--take", "take.json"]
        process = place.start(*args, stdout=events, stdin=subprocess.PIPE,
                              env={**place.environment(), **card.environment()})
        wait(lambda: card.heard_frames() > RATE)
        used = []
        for n in range(TIMES):
            card.harm("gone")
            wait(lambda: (place / "events").read_text().count("device_lost") > n)
            at = card.heard_frames()
            card.heal("gone")
            wait(lambda: (place / "events").read_text().count("device_back") > n
                 and card.heard_frames() > at + RATE // 2)
            used.append(resources(process))
        process.stdin.write(b"quit\n"), process.stdin.close()
        said = process.stderr.read().decode()
        code = process.wait()
        place.judge(args, code, said)
        told = [json.loads(line) for line in (place / "events").read_text().splitlines()]
        counts = {name: sum(event["event"] == name for event in told) for name in ("device_lost", "device_back")}
        in_order = all(a["at"] <= b["at"] for a, b in zip(told, told[1:]))
        env = place.environment()
        exported, _ = place.run("export", "long.json", "--take", "take.json", "-o", "out.wav", env=env)
        first, last = used[4], used[-1]
        found = (f"exit {code}; lost {counts['device_lost']}, back {counts['device_back']}, "
                 f"{'in order' if in_order else 'NOT in order'}; the take exports with {exported}; files open "
                 f"{first[0]} then {last[0]}, threads {first[1]} then {last[1]}, memory {first[2] / 1024:.1f} then "
                 f"{last[2] / 1024:.1f} MB")
        well = (code == 0 and set(counts.values()) == {TIMES} and in_order and exported == 0
                and last[0] <= first[0] and last[1] <= first[1] + 1 and last[2] - first[2] < 2048)
        yield Found("one run", TIMES, found, well and not place.wrong)
