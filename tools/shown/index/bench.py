"""Line 6: the table of speeds."""

import os

from benchmarks.__main__ import collect, verdict
from tools.shown.testing import Line


def lines() -> list[Line]:
    """Run the benchmarks of indices; ``BENCH=0`` leaves them out, ``BENCH_QUICK=1`` shortens."""
    if os.environ.get("BENCH") == "0":
        return [(6, "`make bench`", "left out (BENCH=0)", "skipped")]
    quick = os.environ.get("BENCH_QUICK") == "1"
    return [(6, row.name, row.figure(), verdict(row)) for row in collect(quick=quick, only="composite")]
