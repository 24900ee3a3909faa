"""Line 1: the worked example of composite indicators to its printed digits, and Sobol indices of a known function."""

from tools.shown.testing import Line, printed

FILES = ("tests/composite/test_asem.py", "tests/composite/test_aggregate.py", "tests/composite/test_multicriteria.py",
         "tests/composite/test_sobol.py")


def lines() -> list[Line]:
    """Run the golden tests of the kernel."""
    return printed(1, FILES, ("ASEM, ", "Ishigami, "))
