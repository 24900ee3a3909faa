"""Line 5: an adversary with everything that is published, and every public way around disclosure control."""

import sys

from tools.shown.testing import Line, printed, tested

ATTACK = ["tests/survey/test_disclosure_attack.py"]
WAYS = ["tests/package/test_disclosed.py", "tests/jobs/test_people_records.py", "tests/web/test_people_records.py"]


def lines() -> list[Line]:
    """Print the bounds of withheld cells, and try every way to get an undisclosed table into a package or the site."""
    return [*printed(5, ATTACK, ("Disclosure attack, ",)),
            tested(5, "every public way around disclosure control is refused", (sys.executable,), *WAYS)]
