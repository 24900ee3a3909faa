"""Line 2: a survey of Dhaka, household by household, and what it says of slums."""

from tools.shown.testing import Line, printed


def lines() -> list[Line]:
    """Recompute the published columns, and estimate by design."""
    return printed(2, ["tests/jobs/test_households_dhaka.py"], ("Dhaka, ",))
