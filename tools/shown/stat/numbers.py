"""Line 1: reference numbers of surveys and samples, to their printed digits."""

import sys

from tools.shown.testing import Line, printed, tested

PYTHON = (sys.executable,)
SURVEYS = ("tests/survey/test_golden_schools.py", "tests/survey/test_golden_synthetic.py")
SAMPLES = ("tests/survey/sampling/test_golden.py",)


def lines() -> list[Line]:
    """Run the golden tests of the kernels, and show the national vectors."""
    return [tested(1, "survey statistics: methods/engines.md 10.1, and R's on a made-up sample", PYTHON, *SURVEYS),
            tested(1, "sampling: methods/engines.md 10.2", PYTHON, *SAMPLES),
            *printed(1, SAMPLES, ("national ratio of weighted totals", "share of cities above half"))]
