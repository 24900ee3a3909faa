"""Line 4: the load table with its floor."""

import os

from benchmarks.__main__ import collect, verdict, write_pages


def lines() -> list[tuple[int, str, str, str]]:
    """Run the site's benchmarks and write their page; ``BENCH=0`` runs none, ``BENCH_QUICK=1`` takes a small record."""
    if os.environ.get("BENCH") == "0":
        return [(4, "`make bench`, the site", "left out (BENCH=0)", "skipped")]
    quick = os.environ.get("BENCH_QUICK") == "1"
    rows = collect(quick=quick, only="site")
    if not quick:
        write_pages(rows)
    return [(4, row.name, f"{row.figure()}; {row.note}", verdict(row)) for row in rows]
