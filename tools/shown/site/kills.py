"""Line 5: backup, restore, and programs killed at random moments; what was compared."""

import os
import subprocess
import sys

from tools.shown.testing import ROOT, Line, tested
from tools.with_postgres import binaries


def lines() -> list[Line]:
    """Restore backups elsewhere, and kill programs; ``KILLS=N`` sets how many, 200 by default."""
    found = [tested(5, "backup and restore, content compared", [sys.executable], "tests/web/test_backup.py"),
             *_kills("SQLite", [sys.executable], os.environ.get("KILLS", "200"))]
    if binaries() is not None:
        found += _kills("PostgreSQL", [sys.executable, "-m", "tools.with_postgres", sys.executable],
                        os.environ.get("KILLS", "60"))
    return found


def _kills(name: str, python: list[str], trials: str) -> list[Line]:
    done = subprocess.run([*python, "-m", "tools.kill_trials", "--trials", trials], cwd=ROOT, capture_output=True,
                          text=True, check=False)
    printed = [line for line in done.stdout.splitlines() if line.strip()]
    status = "fail" if done.returncode else "pass"
    return [(5, f"kill -9, {name}", line.strip(), status) for line in printed] or [
        (5, f"kill -9, {name}", done.stderr.strip().splitlines()[-1], "fail")]
