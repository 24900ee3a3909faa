"""Line 6: a person's erasure leaves the audit id alone."""

import sys

from tools.shown.testing import Line, printed, tested

FIGURES = ("pieces of the vault that hold the person, decrypted", "sealed pieces with the person",
           "traces of an erased household and its people")


def lines() -> list[Line]:
    """Look for a planted person in the vault's file, the database, media and logs, and in all that is decrypted."""
    tests = ["tests/vault/test_erasure.py", "tests/web/test_erasure_site.py"]
    return [tested(6, "erasure of a person, a household and a survey", (sys.executable,), *tests),
            *printed(6, tests, FIGURES)]
