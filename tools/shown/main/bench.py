"""Line 7: the table of speeds, with peers beside."""

import os

from benchmarks.__main__ import collect, verdict

TEXT = "speed"


def lines() -> list[tuple[int, str, str, str]]:
    """Run the benchmarks; ``BENCH=0`` leaves them out, ``BENCH_QUICK=1`` takes the short ones."""
    if os.environ.get("BENCH") == "0":
        return [(7, "`make bench`", "left out (BENCH=0)", "skipped")]
    shown = []
    for row in collect(quick=os.environ.get("BENCH_QUICK") == "1"):
        shown.append((7, row.name, row.figure(), verdict(row)))
    return shown
