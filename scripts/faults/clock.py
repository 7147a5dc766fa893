"""The wall clock jumps at every look: years ahead, to before 1970, back. Playing and export must not care."""
import subprocess

from card import Card, differing
from support import Found, Place, samples_of

TIMES = 20
ROUTINE = '{ "title": "Short", "steps": [{ "breathe": { "times": 2 } }] }'
# Loaded before the C library: the clocks that only go forward are let through.
JUMPS = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static unsigned long asked, steady;

static time_t jumped(time_t seconds) {
    static const time_t jumps[] = {0, 315360000, -2000000000, 3600, -3600, 0x7fff0000, -86400};
    unsigned long n = __atomic_fetch_add(&asked, 1, __ATOMIC_RELAXED);
    return seconds + jumps[n % (sizeof jumps / sizeof *jumps)];
}

int clock_gettime(clockid_t clock, struct timespec *out) {
    int code = syscall(SYS_clock_gettime, clock, out);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) out->tv_sec = jumped(out->tv_sec);
    else __atomic_fetch_add(&steady, 1, __ATOMIC_RELAXED);
    return code;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    out->tv_sec = now.tv_sec, out->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}

__attribute__((destructor)) static void tell(void) {
    FILE *file = fopen(getenv("ASKED"), "a");
    if (file) fprintf(file, "%lu %lu\n", asked, steady), fclose(file);
}
"""


def jumping(place):
    """The environment in which the clock jumps; how often it was looked at is written into `asked`."""
    source = place.write("jumps.c", JUMPS)
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", place / "jumps.so", source], check=True)
    return {"LD_PRELOAD": str(place / "jumps.so"), "ASKED": str(place / "asked")}


def looks(place):
    """How often the wall clock was looked at since the last time, and how often the clocks that only go forward."""
    asked = place / "asked"
    lines = [tuple(map(int, line.split())) for line in asked.read_text().splitlines()]
    asked.unlink()
    return tuple(map(sum, zip(*lines)))


def found(what, came, place, same):
    wall, steady = looks(place)
    return Found(what, TIMES, f"{came}; the wall clock was looked at {wall} times, the steady one {steady}",
                 same == TIMES and steady > 0 and not place.wrong)


def faults():
    with Place() as place:
        place.write("short.json", ROUTINE)
        jumps = jumping(place)
        subprocess.run(["date"], env=jumps, stdout=subprocess.DEVNULL, check=True)
        assert looks(place)[0] > 0, "the clock that jumps is not the one that is looked at"
        options = ["short.json", "--guard", "off", "--quiet"]
        place.run("export", *options, "--channels", 2, "-o", "even.wav")
        samples_of(place / "even.wav", place / "even.raw")
        same, even = 0, (place / "even.wav").read_bytes()
        for _ in range(TIMES):
            code, _ = place.run("export", *options, "--channels", 2, "-f", "-o", "out.wav", env={**place.environment(), **jumps})
            same += code == 0 and (place / "out.wav").read_bytes() == even
        yield found("export", f"the same bytes {same}", place, same)
        same = 0
        for n in range(TIMES):
            card = Card(place / f"card-{n}", speed=20.0)
            code, _ = place.run("play", *options, "--take", f"take-{n}.json",
                                env={**place.environment(), **card.environment(), **jumps})
            frames, differ = differing(card.folder / "heard", place / "even.raw", card.gaps())
            same += code == 0 and frames > 0 and differ == 0
        yield found("live", f"what was heard is the file {same}", place, same)
