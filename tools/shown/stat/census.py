"""Line 3: a census whose truth is known: what its sample says, and how often intervals cover the truth."""

from tools.shown.testing import Line, printed


def lines() -> list[Line]:
    """Estimate each indicator beside the census, and draw the census a thousand times."""
    figures = ("census, ", "coverage of ", "coverage, lowest ")
    return printed(3, ["tests/jobs/test_households_census.py"], figures, marks="")
