"""Line 3: a census whose truth is known: what its sample says, and how often intervals cover the truth."""

import re

from tools.shown.testing import Line, printed

COVERED = (93.0, 97.0)  # percent of the draws


def lines() -> list[Line]:
    """Estimate each indicator beside the census, draw the census a thousand times, and eight thousand times again."""
    figures = ("census, ", "coverage of ", "coverage, lowest ")
    found = printed(3, ["tests/jobs/test_households_census.py"], figures, marks="")
    return [_judged(line) for line in found]


def _judged(line: Line) -> Line:
    """Hold each coverage in a thousand draws, but of rare shares, against what is promised.

    It is judged with the degrees of freedom that surveys count; what units less strata give stands beside, not judged.
    """
    number, text, figure, status = line
    seen = re.match(r"([\d.]+) %", figure) if text.startswith("coverage of ") and "RARE" not in figure else None
    if seen and not COVERED[0] <= float(seen[1]) <= COVERED[1]:
        return number, text, figure, "fail"
    return line
