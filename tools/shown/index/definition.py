"""Line 2: the City Prosperity Index as data: its worked vectors, and the benchmarks that are doubtful."""

from tools.shown.testing import Line, printed

FILES = ("tests/instruments/test_city_prosperity.py",)


def lines() -> list[Line]:
    """Hold structure, rows, vectors and marks of the definition."""
    return printed(2, FILES, ("vector ", "doubtful benchmarks that are marked", "published index of New York 2012"))
