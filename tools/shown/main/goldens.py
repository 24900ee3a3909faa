"""Line 9: the facts behind lines 2 to 5 are committed, so that they are checked where the real data are absent."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TEXT = "golden facts are checked without the real data"


def lines() -> list[tuple[int, str, str, str]]:
    """Run the golden tests from a clone that has no ``../shared``."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        environment = {k: v for k, v in os.environ.items() if k != "CI"} | {"PYTHONPATH": str(clone / "src")}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "golden", "tests"]
        outcome = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True, check=False)
    printed = outcome.stdout.strip().splitlines()
    closing = printed[-1].strip("= ") if printed else "pytest printed nothing"
    passed = re.search(r"(\d+) passed", closing)
    if outcome.returncode:
        print(outcome.stdout[-4000:])
    return [(9, TEXT, closing, "pass" if passed and not outcome.returncode else "fail")]
