"""Line 2: the site's suite on both databases, its right matrix, schemathesis, and axe on every page."""

import os
import sys

from tools.shown.testing import Line, printed, tested
from tools.with_postgres import binaries

# What the tests must print.
FIGURES = ("rights", "rights in rooms", *(f"axe at the width of a {name}" for name in ("phone", "tablet", "desktop")),
           "axe behind the door", "first page without the map", "schemathesis ")
FILES = ("tests/web/test_matrix.py", "tests/web/test_api_schema.py", "tests/web/test_browser.py")


def lines() -> list[Line]:
    """Run the suite twice, and show the counts that its tests print; ``SUITE=0`` leaves it out."""
    if os.environ.get("SUITE") == "0":
        return [(2, "the site's suite", "left out (SUITE=0)", "skipped")]
    first = _run("the suite on SQLite", [sys.executable])
    second = (2, "the suite on PostgreSQL", "PostgreSQL is absent", "skipped")
    if binaries() is not None:
        second = _run("the suite on PostgreSQL", [sys.executable, "-m", "tools.with_postgres", sys.executable],
                      "not browser and not full")
    return [first, second, *printed(2, FILES, FIGURES)]


def _run(text: str, python: list[str], marks: str = "not full") -> Line:
    return tested(2, text, python, "-n", "2", "--dist", "loadfile", "-m", marks, "tests/web")
