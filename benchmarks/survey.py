"""Survey estimates beside svy in the same run: a million households, 50 strata, 2,000 units, weights of their own.

Each program runs in a process of its own; the shortest of three times counts. Ours begins at arrays and makes its
design within the time; svy's sample is made before the time begins. The floor is three sums over the rows in plain
numpy, without checks, counts, design effects and intervals.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "benchmarks/peers"
PEER_PYTHON = ROOT / ".venv-peers/bin/python"
MANY, FEW = 1_000_000, 100_000
PATIENCE_S = 600
TASKS = (("means", "200 domains, means with standard errors", 0.3, 10.0),
         ("medians", "200 domains, medians with intervals", 2.0, 10.0),
         ("tables", "ten shares (a tenth missing) by five groups of 2 to 12", 5.0, 1.0))  # s at most, times faster


def households(count: int) -> dict[str, np.ndarray]:
    """Make households in no order of units: weights, a share, an amount, 200 domains, five groups and ten shares."""
    rng = np.random.default_rng(20261126)
    psu = rng.permutation(np.arange(count) % 2000)
    level = rng.normal(0, 0.1, 2000)[psu]
    made = {"psu": psu, "strata": psu // 40, "weight": rng.uniform(50, 150, count),
            "y": (rng.random(count) < 0.35 + level).astype(float), "amount": np.round(rng.gamma(2, 50, count), 2),
            "domain": rng.integers(0, 200, count)}
    made |= {f"group{g}": rng.integers(0, size, count) for g, size in enumerate((2, 3, 5, 8, 12))}
    shares = {f"share{i}": (rng.random(count) < 0.05 * (i + 1) + level / 2).astype(float) for i in range(10)}
    return made | {name: np.where(rng.random(count) < 0.1, np.nan, values) for name, values in shares.items()}


def run(python: Path | str, script: str, given: Path, task: str) -> dict[str, Any] | None:
    """Run a script in a process of its own; None where it did not work."""
    outcome = subprocess.run([str(python), str(SCRIPTS / script), str(given), task], capture_output=True, text=True,
                             cwd=ROOT, check=False, timeout=PATIENCE_S)
    if outcome.returncode:
        print(outcome.stderr[-2000:], file=sys.stderr)
        return None
    return dict(json.loads(outcome.stdout.strip().splitlines()[-1]))


def apart(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    """Give the largest relative difference of what both tell."""
    names = [name for name in theirs["found"] if name in ours["found"]]
    return max(float(np.abs(np.divide(ours["found"][name], theirs["found"][name]) - 1).max()) for name in names)


def row(task: str, what: str, given: Path, *, most_s: float, faster: float, quick: bool) -> dict[str, Any]:
    """Time one task."""
    ours = run(sys.executable, "survey_ours.py", given, task)
    theirs = run(PEER_PYTHON, "survey_svy.py", given, task)
    name = f"Survey estimates, {FEW if quick else MANY:,} households, {what}"
    if ours is None or theirs is None:
        return {"name": name, "note": "did not run", "met": False}
    ratio, difference = theirs["seconds"] / ours["seconds"], apart(ours, theirs)
    note = f"results differ by at most {difference:.0e}"
    if ours["floor"]:
        note += f"; floor {ours['floor']:.3g} s"
    return {"name": name, "ours_s": ours["seconds"], "peer": "svy", "peer_s": theirs["seconds"], "ratio": ratio,
            "bar": f"<= {most_s:g} s, >= {faster:g} times faster",
            "peak_mib": ours["peak_mib"], "note": note,
            "met": None if quick else ours["seconds"] <= most_s and ratio >= faster and difference < 1e-6}


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time the tasks; the short run takes a tenth of the households and tests no bar."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "households.npz"
        np.savez(given, **households(FEW if quick else MANY))
        return [row(task, what, given, most_s=most_s, faster=faster, quick=quick)
                for task, what, most_s, faster in TASKS]
