"""Python's own wave module, which copies silences and sounds into the file."""

import sys
import wave

from timeline import RATE, gaps

folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
sounds = {}
with wave.open(out, "wb") as whole:
    whole.setnchannels(1)
    whole.setsampwidth(2)
    whole.setframerate(RATE)
    for file, silence in gaps(folder, count):
        if file not in sounds:
            with wave.open(str(file)) as wav:
                sounds[file] = wav.readframes(wav.getnframes())
        whole.writeframesraw(sounds[file])
        whole.writeframesraw(bytes(2 * silence))
