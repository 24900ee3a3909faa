"""Line 2: the site's suite on both databases, its right matrix, schemathesis, and axe on every page."""

import os
import re
import subprocess
import sys

from tools.shown.site import ROOT, Line, tested
from tools.with_postgres import binaries

# What the tests must print; and, with each operation's name behind it, at least one of the last.
FIGURES = ("rights", "rights in rooms", *(f"axe at the width of a {name}" for name in ("phone", "tablet", "desktop")),
           "axe behind the door", "first page without the map")
OPERATIONS = "schemathesis "


def lines() -> list[Line]:
    """Run the suite twice, and show the counts that its tests print; ``SUITE=0`` leaves it out."""
    if os.environ.get("SUITE") == "0":
        return [(2, "the site's suite", "left out (SUITE=0)", "skipped")]
    first = _run("the suite on SQLite", [sys.executable])
    second = (2, "the suite on PostgreSQL", "PostgreSQL is absent", "skipped")
    if binaries() is not None:
        second = _run("the suite on PostgreSQL", [sys.executable, "-m", "tools.with_postgres", sys.executable],
                      "not browser and not full")
    return [first, second, *_printed()]


def _run(text: str, python: list[str], marks: str = "not full") -> Line:
    return tested(2, text, python, "-n", "2", "--dist", "loadfile", "-m", marks, "tests/web")


def _printed() -> list[Line]:
    """Run the tests whose figures are asked for, and give what they print as ``SHOWN text: figure``."""
    files = ("tests/web/test_matrix.py", "tests/web/test_api_schema.py", "tests/web/test_browser.py")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", "-m", "not full", *files], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    found = re.findall(r"^\.*SHOWN (.+?): (.+)$", done.stdout, re.M)
    texts = {text for text, _figure in found}
    silent = [name for name in FIGURES if name not in texts]
    silent += [] if any(text.startswith(OPERATIONS) for text in texts) else [OPERATIONS]
    if done.returncode or silent:
        print(done.stdout[-4000:])
        return [(2, ", ".join(silent or FIGURES), "a test failed or printed nothing", "fail")]
    return [(2, text, figure, "pass") for text, figure in found]
