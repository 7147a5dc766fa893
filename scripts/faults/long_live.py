"""Ten hours live on the null device, which takes frames as fast as they come."""
import json
import subprocess

from support import Found, Place

ROUNDS = 1110
ROUTINE = '{ "title": "Ten hours", "steps": [{ "repeat": { "times": %d, "steps": [{ "hold": "30s" }] } }] }' % ROUNDS


def memory_of(process):
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def faults():
    with Place() as place:
        place.write("long.json", ROUTINE)
        with place.start("show", "long.json", "--json", stdout=subprocess.PIPE) as show:
            planned = json.load(show.stdout)
        args = ["play", "long.json", "--device", "alsa:null", "--events", "--quiet"]
        told, memory = [], []
        with place.start(*args, stdout=subprocess.PIPE) as process:
            for number, line in enumerate(process.stdout):
                told.append(json.loads(line))
                if number % 500 == 499 and process.poll() is None:
                    memory.append(memory_of(process))
            said = process.stderr.read().decode()
        place.judge(args, process.returncode, said)
        cues = [event["at"] for event in told if event["event"] == "cue"]
        expected = [cue["at"] for cue in planned["cues"]]
        in_order = all(a["at"] <= b["at"] for a, b in zip(told, told[1:]))
        hours = planned["frames"] / planned["rate"] / 3600
        found = (f"exit {process.returncode}; {len(cues)} cues of {len(expected)} told, "
                 f"{'each at its frame' if cues == expected else 'NOT at their frames'}, "
                 f"{'in order' if in_order else 'NOT in order'}; memory {memory[0] / 1024:.1f} MB at first, "
                 f"{memory[-1] / 1024:.1f} MB at last")
        well = process.returncode == 0 and cues == expected and in_order and memory[-1] - memory[0] < 2048
        yield Found(f"{hours:.1f} h", 1, found, well and not place.wrong)
