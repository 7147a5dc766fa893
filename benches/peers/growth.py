"""Routines of more and more cues, without any clips."""

import json

CUES = [10_000, 100_000, 200_000]


def write_routine(folder, cues):
    """A rest of 0.2 s between two tones, so many times over; gives its file."""
    silent = {"say": "", "announce": [], "count": 0}
    steps = [{"rest": {"for": "200ms", **silent}}]
    file = folder / f"growth{cues}.json"
    file.write_text(json.dumps({"title": "Growth", "steps": [{"repeat": {"times": cues // 2, "steps": steps}}]}))
    return file
