"""numpy and soundfile: every sound added into one array."""

import sys

import numpy
import soundfile

from timeline import RATE, events

folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
found, end = events(folder, count)
whole = numpy.zeros(end, dtype=numpy.int16)
sounds = {}
for at, file in found:
    if file not in sounds:
        sounds[file] = soundfile.read(file, dtype="int16")[0]
    place = whole[at : at + len(sounds[file])]
    total = place.astype(numpy.int32) + sounds[file][: len(place)]
    place[:] = numpy.clip(total, -32768, 32767)
soundfile.write(out, whole, RATE, subtype="PCM_16")
