"""csound: one instrument that plays a file, a line of the score for every sound."""

import os
import sys
from pathlib import Path

from timeline import RATE, events, frames

ORCHESTRA = f"""<CsoundSynthesizer>
<CsInstruments>
sr = {RATE}
ksmps = 64
nchnls = 1
0dbfs = 1
instr 1
  out diskin2:a(p4, 1)
endin
</CsInstruments>
<CsScore>
f 0 {{seconds}}
{{lines}}
e
</CsScore>
</CsoundSynthesizer>
"""

folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
found, end = events(folder, count)
lengths = {file: frames(file) for _, file in found}
lines = [f'i 1 {at / RATE:.9f} {lengths[file] / RATE:.9f} "{file}"' for at, file in found]
score = Path(out + ".csd")
score.write_text(ORCHESTRA.format(seconds=end / RATE, lines="\n".join(lines)))
quiet = ["-d", "-m0", "-O", "null"]
os.execvp("csound", ["csound", *quiet, "--sample-accurate", "-W", "-s", "-o", out, str(score)])
