"""Line 4: the load table with its floor."""

import os

from benchmarks.__main__ import collect, verdict


def lines() -> list[tuple[int, str, str, str]]:
    """Run the site's benchmarks; ``BENCH=0`` leaves them out, ``BENCH_QUICK=1`` takes the small record."""
    if os.environ.get("BENCH") == "0":
        return [(4, "`make bench`, the site", "left out (BENCH=0)", "skipped")]
    rows = collect(quick=os.environ.get("BENCH_QUICK") == "1", only="site")
    return [(4, row.name, f"{row.figure()}; {row.note}", verdict(row)) for row in rows]
