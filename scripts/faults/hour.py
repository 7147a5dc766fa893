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


def faults():
    # In memory where there is some: a card that waits for a disk is none.
    memory = Path("/dev/shm")
    with Place(within=memory if memory.is_dir() else None) as place:
        card = Card(place / "card", strict=True)
        place.write("hour.json", ROUTINE % int((SECONDS - 1) / ROUND))
        options = ["hour.json", "--guard", "off", "--quiet"]
        place.run("export", *options, "--channels", 2, "-o", "hour.wav")
        samples_of(place / "hour.wav", place / "hour.raw")
        hogs = [subprocess.Popen([sys.executable, "-c", HOG], preexec_fn=end_with_me) for _ in range(2)]
        try:
            # It ends by itself; what hangs is killed.
            code, _ = place.run("play", *options, "--device", "alsa:plughw", preexec_fn=end_with_me, seconds=SECONDS + 60,
                                env={**place.environment(), **card.environment()})
        finally:
            for hog in hogs:
                hog.kill()
                hog.wait()
        gaps = card.gaps()
        dry = sum(event == "underrun" for event, *_ in card.log())
        lost = sum(end - begin for begin, end in gaps)
        same, differ = differing(card.folder / "heard", place / "hour.raw", gaps)
        found = (f"exit {code}; the sound broke off {quantity(dry, 'time')}, {lost / RATE:.2f} s in all; "
                 f"{same} frames in their order, {differ} differ")
        with wave.open(str(place / "hour.wav")) as file:
            length = file.getnframes() / RATE
        yield Found(f"{length:.0f} s by the clock, beside two that count", 1, found, code == 0 and differ == 0 and dry == 0
                    and not place.wrong)
