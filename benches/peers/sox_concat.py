"""sox: every sound padded with the silence after it, all of them one after another."""

import os
import sys

from timeline import gaps

folder, count, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
inputs = [f"|sox -q -D -V1 {file} -p pad 0 {silence}s" for file, silence in gaps(folder, count)]
os.execvp("sox", ["sox", "-q", *inputs, "-D", "-b", "16", out])
