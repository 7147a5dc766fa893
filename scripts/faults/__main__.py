"""Does the faults that are named, or all of them; see scripts/test-faults."""
import importlib
import sys
import time

NAMES = ["killed", "disk", "folders", "temporary", "home", "unreadable", "pipe", "clock", "descriptors", "threads", "memory",
         "lost_device", "long_live", "hour"]


def main():
    names = sys.argv[1:] or NAMES
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        sys.exit(f"test-faults: there is no fault {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    print("| fault | what | times | found | |\n|---|---|---|---|---|", flush=True)
    all_well = True
    for name in names:
        begin = time.monotonic()
        for row in importlib.import_module(name).faults():
            all_well &= row.well
            print(f"| {name} | {row.what} | {row.times} | {row.found} | {'well' if row.well else 'WRONG'} |", flush=True)
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    sys.exit(0 if all_well else 1)


main()
