"""Lines that are shown by running tests."""


import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["ROOT", "Line", "printed", "tested"]

ROOT = Path(__file__).resolve().parents[2]
Line = tuple[int | str, str, str, str]
SAID = 4000  # signs of what a failed run said


def tested(number: int | str, text: str, python: Sequence[str], *arguments: str) -> Line:
    """Run tests and give their closing line; where one fails, what was said is printed too.

    Parameters
    ----------
    number : int or str
        The line of "Shown by".
    text : str
        What is shown.
    python : sequence of str
        The command that runs Python.
    *arguments : str
        Arguments of pytest.

    Returns
    -------
    tuple of int or str, str, str and str
        Line, text, figure, and pass or fail.
    """
    done = subprocess.run([*python, "-m", "pytest", "-q", *arguments], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    closing = next((x for x in reversed(done.stdout.splitlines()) if " passed" in x or " failed" in x), "no count")
    if done.returncode:
        print((done.stdout + done.stderr)[-SAID:])
    return number, text, closing.strip("= "), "fail" if done.returncode else "pass"


def printed(number: int | str, files: Sequence[str], texts: Sequence[str], *, marks: str = "not full") -> list[Line]:
    """Run tests whose figures are asked for, and give what they print as ``SHOWN text: figure``.

    Parameters
    ----------
    number : int or str
        The line of "Shown by".
    files : sequence of str
        Files with tests.
    texts : sequence of str
        What must be printed; a text that ends in a space is the beginning of at least one.
    marks : str, default "not full"
        The tests that are chosen, as pytest takes them.

    Returns
    -------
    list of Line
        A line for each figure; one failed line where a test failed or a figure was not printed.
    """
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-s", "-m", marks, *files], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    found = re.findall(r"^[.s]*SHOWN (.+?): (.+)$", done.stdout, re.M)
    silent = [text for text in texts
              if not any(each.startswith(text) if text.endswith(" ") else each == text for each, _figure in found)]
    if done.returncode or silent:
        print((done.stdout + done.stderr)[-SAID:])
        return [(number, ", ".join(silent or texts), "a test failed or printed nothing", "fail")]
    return [(number, text, figure, "pass") for text, figure in found]
