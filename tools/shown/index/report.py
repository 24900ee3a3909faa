"""Line 5: the national report of a made-up country of 200 cities: every number is in its data sheet."""

from tools.shown.testing import Line, printed

FILES = ("tests/jobs/test_national_report.py",)


def lines() -> list[Line]:
    """Take every number of each document in each language, and every share; `make pictures` has the pages."""
    return printed(5, FILES, ("national report, html ", "national report, pdf ", "national report, docx ",
                              "national report, shares "))
