"""Few threads, or none but the first (RLIMIT_NPROC, setrlimit(2)): done, or an error that says so."""
import os
import shutil
import wave

from support import DONE, FAILED, PROGRAM, Found, Place, quantity

# Root is under no such limit: without root's rights.
OTHER = 54321
# The most threads that anything takes are fewer.
MOST = 32
# What an error says: of ours, or of espeak-ng, which ends where it cannot have its own.
SAID = ["temporarily unavailable", "it failed (signal: 6 (SIGABRT)); its last words: espeak-ng"]
ROUTINE = '{ "steps": [{ "say": "Well done." }, { "rest": "15s" }, { "say": "Well done." }] }'
NONE_NEEDED = {
    "list": ["list"],
    "check": ["check", "routine.json"],
    "show": ["show", "routine.json"],
    "export": ["export", "routine.json", "-f", "-o", "out.wav"],
    "export told": ["export", "routine.json", "-f", "-o", "out.wav", "--json"],
    "flac": ["export", "routine.json", "-f", "-o", "out.flac", "--quiet"],
    "tracks": ["export", "routine.json", "-f", "--tracks", "out"],
    "bundle": ["bundle", "routine.json", "-f", "-o", "out.earcoach"],
}
SOME_NEEDED = {
    "play": ["play", "routine.json", "--device", "alsa:null", "--events"],
    "play with music": ["play", "routine.json", "--device", "alsa:null", "--watch", "--music", "music.wav"],
    "say": ["voice", "say", "Well done.", "--device", "alsa:null"],
    "music": ["export", "routine.json", "-f", "-o", "out.wav", "--music", "music.wav"],
    "loudness": ["export", "routine.json", "-f", "-o", "out.wav", "--loudness", "-14"],
    "fill": ["voice", "fill", "routine.json", "--again", "--voice", "spoken", "--language", "en", "--tts", "espeak-ng"],
}


def before(place, threads):
    """The words before a command under which its user may have so many threads."""
    limited = ["prlimit", f"--nproc={threads}:{threads}"]
    if os.geteuid() != 0:
        return limited
    for path in [place.path, *place.path.rglob("*")]:
        shutil.chown(path, OTHER)
    return ["setpriv", f"--reuid={OTHER}", "--clear-groups", *limited]


def faults():
    with Place() as place:
        place.write("routine.json", ROUTINE)
        with wave.open(str(place / "music.wav"), "wb") as music:
            music.setparams((2, 2, 48000, 0, "NONE", ""))
            music.writeframes(bytes(4 * 48000 * 5))
        # It may lie where nobody else gets to.
        shutil.copy(PROGRAM, place / "earcoach")

        def run(args, threads):
            return place.run(*args, program=place / "earcoach", before=before(place, threads))

        done = [run(args, 1)[0] for args in NONE_NEEDED.values()].count(DONE)
        yield Found(f"one thread: {', '.join(NONE_NEEDED)}", len(NONE_NEEDED),
                    f"done {quantity(done, 'time')}",
                    done == len(NONE_NEEDED) and not place.wrong and not place.leftovers())
        for name, args in SOME_NEEDED.items():
            found = [run(args, threads) for threads in range(1, MOST + 1)]
            refused = [code == FAILED and any(words in said for words in SAID) for code, said in found]
            done = [code == DONE for code, _ in found]
            enough = refused.index(False) + 1 if False in refused else MOST
            yield Found(f"1 to {MOST} threads: {name}", MOST,
                        f"refused {quantity(sum(refused), 'time')} with an error that says so, "
                        f"done {quantity(sum(done), 'time')}, from {enough} threads on",
                        sum(refused) + sum(done) == MOST and not place.wrong and not place.leftovers())
