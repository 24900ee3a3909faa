"""Line 3: clients that nobody here wrote read what the site gives, and a downloaded package is whole."""

import sys

from tools.shown.testing import Line, tested

PARTS = (("pyogrio reads places and a layer through OGC API Features", "tests/web/test_ogc.py"),
         ("sdmx1 reads our SDMX back; every SDG code is in the structure file", "tests/publish/test_sdmx.py"),
         ("tables and packages from the site: `ekistics verify` after the download", "tests/web/test_tables.py"),
         ("the static export: every link leads to a file", "tests/web/test_export.py"))


def lines() -> list[Line]:
    """Run the tests of each, and give their closing line."""
    return [tested(3, text, [sys.executable], file) for text, file in PARTS]
