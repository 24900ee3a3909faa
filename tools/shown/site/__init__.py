"""The observatory site: cities, indicators, comparison, data exchange."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["ROOT", "Line", "tested"]

ROOT = Path(__file__).resolve().parents[3]
Line = tuple[int, str, str, str]
SAID = 4000  # signs of what a failed run said


def tested(number: int, text: str, python: Sequence[str], *arguments: str) -> Line:
    """Run tests and give their closing line; where one fails, what was said is printed too.

    Parameters
    ----------
    number : int
        The line of "Shown by".
    text : str
        What is shown.
    python : sequence of str
        The command that runs Python.
    *arguments : str
        Arguments of pytest.

    Returns
    -------
    tuple of int, str, str and str
        Line, text, figure, and pass or fail.
    """
    done = subprocess.run([*python, "-m", "pytest", "-q", *arguments], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    closing = next((x for x in reversed(done.stdout.splitlines()) if " passed" in x or " failed" in x), "no count")
    if done.returncode:
        print((done.stdout + done.stderr)[-SAID:])
    return number, text, closing.strip("= "), "fail" if done.returncode else "pass"
