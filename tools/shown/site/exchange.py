"""Line 3: clients that nobody here wrote read what the site gives, and a downloaded package is whole."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PARTS = (("pyogrio reads places and a layer through OGC API Features", "tests/web/test_ogc.py"),
         ("sdmx1 reads our SDMX back; every SDG code is in the structure file", "tests/publish/test_sdmx.py"),
         ("tables and packages from the site: `ekistics verify` after the download", "tests/web/test_tables.py"),
         ("the static export: every link leads to a file", "tests/web/test_export.py"))


def lines() -> list[tuple[int, str, str, str]]:
    """Run the tests of each, and give their closing line."""
    found = []
    for text, file in PARTS:
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", file], cwd=ROOT, capture_output=True, text=True,
                              check=False)
        closing = next((x for x in reversed(done.stdout.splitlines()) if " passed" in x or " failed" in x), "no count")
        found.append((3, text, closing.strip("= "), "fail" if done.returncode else "pass"))
    return found
