"""An hour by the clock (or EARCOACH_HOUR seconds, a minute at least) on the strict card, beside two processes that do
nothing but count."""
import os
import subprocess
import sys
import wave
from pathlib import Path

from card import Card, RATE, differing
from support import Found, Place, end_with_me, quantity, samples_of

SECONDS = max(60, int(os.environ.get("EARCOACH_HOUR", 3600)))
# Words and tones that last so long, rounded up, so many times.
ROUND = 31.25
ROUTINE = '{ "title": "Hour", "steps": [{ "repeat": { "times": %d, "steps": [{ "breathe": { "times": 3 } }] } }] }'
HOG = "n = 0\nwhile True: n += 1"
# Tells after how many seconds the machine itself stood still, and for how many: nothing that plays can help that.
STILL = 0.04
WATCH = f"""
import time
begin = last = time.monotonic()
while True:
    time.sleep(0.005)
    now = time.monotonic()
    if now - last > {STILL}:
        print(f"{{last - begin:.2f}} {{now - last:.3f}}", flush=True)
    last = now
"""


def before_all():
    """For a process that is begun: it runs before whatever plays, where that is allowed, and ends with this one."""
    end_with_me()
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(2))
    except PermissionError:
        pass


def faults():
    # In memory where there is some: a card that waits for a disk is none.
    memory = Path("/dev/shm")
    with Place(within=memory if memory.is_dir() else None) as place:
        card = Card(place / "card", strict=True)
        place.write("hour.json", ROUTINE % int((SECONDS - 1) / ROUND))
        options = ["hour.json", "--guard", "off", "--quiet"]
        place.run("export", *options, "--channels", 2, "-o", "hour.wav")
        samples_of(place / "hour.wav", place / "hour.raw")
        helpers = [subprocess.Popen([sys.executable, "-c", HOG], preexec_fn=end_with_me) for _ in range(2)]
        watched = place / "watched"
        with watched.open("wb") as out:
            helpers.append(subprocess.Popen([sys.executable, "-c", WATCH], preexec_fn=before_all, stdout=out))
        try:
            # It ends by itself; what hangs is killed.
            code, _ = place.run("play", *options, "--device", "alsa:plughw", preexec_fn=end_with_me, seconds=SECONDS + 60,
                                env={**place.environment(), **card.environment()})
        finally:
            for helper in helpers:
                helper.kill()
                helper.wait()
        gaps = card.gaps()
        dry = sum(event == "underrun" for event, *_ in card.log())
        lost = sum(end - begin for begin, end in gaps)
        for begin, end in gaps:
            print(f"it broke off at {begin / RATE:.2f} s for {(end - begin) / RATE:.3f} s", file=sys.stderr)
        stills = watched.read_text().splitlines()
        for still in stills:
            print("the machine stood still at (s), for (s):", still, file=sys.stderr)
        same, differ = differing(card.folder / "heard", place / "hour.raw", gaps)
        found = (f"exit {code}; the sound broke off {quantity(dry, 'time')}, {lost / RATE:.2f} s in all; "
                 f"{same} frames in their order, {differ} differ; the machine itself stood still for {STILL * 1000:.0f} ms "
                 f"and more {quantity(len(stills), 'time')}")
        with wave.open(str(place / "hour.wav")) as file:
            length = file.getnframes() / RATE
        yield Found(f"{length:.0f} s by the clock, beside two that count", 1, found, code == 0 and differ == 0 and dry == 0
                    and not place.wrong)
