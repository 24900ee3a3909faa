"""Line 3: a census whose truth is known: what its sample says, and how often intervals cover the truth."""

import re

from tests.conftest import SHARED
from tests.jobs.surveys import census as known
from tools.shown.testing import Line, printed

COVERED = (93.0, 97.0)  # percent of the draws
MANY, SEED = 8000, 7  # draws that leave a standard error of a quarter of a point


def lines() -> list[Line]:
    """Estimate each indicator beside the census, draw the census a thousand times, and eight thousand times again."""
    figures = ("census, ", "coverage of ", "coverage, lowest ")
    found = printed(3, ["tests/jobs/test_households_census.py"], figures, marks="")
    return [*map(_judged, found), *_again()]


def _judged(line: Line) -> Line:
    """Hold each coverage that is no rare share's against what is promised, also where a test gives it more room."""
    number, text, figure, status = line
    seen = re.match(r"([\d.]+) %", figure) if text.startswith("coverage of ") and "RARE" not in figure else None
    if seen and not COVERED[0] <= float(seen[1]) <= COVERED[1]:
        return number, text, figure, "fail"
    return line


def _again() -> list[Line]:
    path = SHARED / known.FOLDER / "hld_pop_wb_2023.parquet"
    if not path.exists():
        return [(3, f"coverage in {MANY} draws", "../shared/data is absent", "skipped")]
    frame = known.households(path)
    true = known.shares(frame)
    found = known.coverage(known.Census.of(frame), true, draws=MANY, seed=SEED)
    shown = []
    for unit in ("households", "people"):
        held = [100 * share for name, share in found.items()
                if name.endswith(unit) and known.COMMON[0] <= true[name] <= known.COMMON[1]]
        good = COVERED[0] <= min(held) and max(held) <= COVERED[1]
        shown.append((3, f"coverage of {len(held)} shares of {unit} in {MANY} draws, lowest to highest",
                      f"{min(held):.1f} to {max(held):.1f} %", "pass" if good else "fail"))
    return shown
