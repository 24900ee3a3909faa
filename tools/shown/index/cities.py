"""Line 3: an index of the urban centres of Ghana and of a thousand made-up cities, by the commands."""

from tools.shown.testing import Line, printed

FILES = ("tests/jobs/test_index_shown.py",)


def lines() -> list[Line]:
    """Build both from end to end, and print what is said of a city."""
    return printed(3, FILES, ("urban centres of Ghana ", "Accra explained", "1,000 made-up cities "), marks="full")
