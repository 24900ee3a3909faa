"""Line 2: the site's suite on both databases, its right matrix, schemathesis, and axe on every page."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tools.with_postgres import binaries

ROOT = Path(__file__).resolve().parents[3]
Line = tuple[int, str, str, str]


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
    done = subprocess.run([*python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", marks, "tests/web"],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    closing = next((x for x in reversed(done.stdout.splitlines()) if " passed" in x or " failed" in x), "no count")
    if done.returncode:
        print(done.stdout[-4000:])
    return 2, text, closing.strip("= "), "fail" if done.returncode else "pass"


def _printed() -> list[Line]:
    """Run the tests whose figures are asked for, and give what they print as ``SHOWN text: figure``."""
    files = ("tests/web/test_matrix.py", "tests/web/test_api_schema.py", "tests/web/test_browser.py")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", "-m", "not full", *files], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    found = re.findall(r"^\.*(?:SHOWN )?(axe .+?|first page .+?|rights|schemathesis.*?): (.+)$", done.stdout, re.M)
    if done.returncode or not found:
        print(done.stdout[-4000:])
        return [(2, "matrix, schemathesis, axe", "a test failed or printed nothing", "fail")]
    return [(2, text, figure, "pass") for text, figure in found]
