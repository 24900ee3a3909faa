"""Line 4: the load table with its floor."""

import os

from benchmarks.__main__ import verdict
from benchmarks.site_bench import rows


def lines() -> list[tuple[int, str, str, str]]:
    """Run the site's benchmarks; ``BENCH=0`` leaves them out, ``BENCH_QUICK=1`` takes the small record."""
    if os.environ.get("BENCH") == "0":
        return [(4, "`make bench`, the site", "left out (BENCH=0)", "skipped")]
    return [(4, row.name, row.figure(), verdict(row)) for row in rows(os.environ.get("BENCH_QUICK") == "1")]
