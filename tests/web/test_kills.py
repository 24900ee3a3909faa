"""The site's programs, killed at random moments; the full run is ``python -m tools.kill_trials``."""

import os
import re
import subprocess
import sys

import pytest

from tests.web.sites import ROOT
from tools import with_postgres

SEED = 11


def trials(count: int, *command: str) -> str:
    """Do some trials and give what they said."""
    done = subprocess.run([*command, sys.executable, "-m", "tools.kill_trials", "--trials", str(count), "--seed",
                           str(SEED)], cwd=ROOT, capture_output=True, text=True, check=False, timeout=3600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def killed(said: str) -> int:
    """Count the runs that were killed before their end."""
    return sum(map(int, re.findall(r"(\d+) killed", said)))


def test_killed_programs_leave_a_whole_site() -> None:
    said = trials(24)
    assert "0 faults" in said.splitlines()[-1] and killed(said) == 24


@pytest.mark.full
@pytest.mark.skipif(bool(os.environ.get("EKISTICS_DATABASE")), reason="the full run is of SQLite")
def test_200_kills_leave_a_whole_site() -> None:
    assert killed(trials(200)) >= 200


@pytest.mark.full
@pytest.mark.skipif(bool(os.environ.get("EKISTICS_DATABASE")), reason="there is a server already")
@pytest.mark.skipif(with_postgres.binaries() is None, reason="PostgreSQL is absent")
def test_60_kills_on_postgresql() -> None:
    assert killed(trials(60, sys.executable, "-m", "tools.with_postgres")) == 60
