"""Lines 2 and 3: five reference rasters of Belgium cell by cell, and its municipalities, through the real command."""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared/data"
BELGIUM = DATA / "ghsl-belgium"
ORACLE = DATA / "oracle/belgium_municipalities.csv"
GOLDEN = ROOT / "tests/geo/degurba/golden_belgium.toml"
TEXT2 = "reference raster {name} of Belgium, cell by cell"
TEXT3 = "municipalities of Belgium"
Line = tuple[int, str, str, str]


def delineate(*more: object) -> subprocess.CompletedProcess[str]:
    """Run the command on the Belgian grids, with their buffer cut off."""
    grids = ["--population", BELGIUM / "POP.tif", "--built-up", BELGIUM / "BUILT_S.tif", "--land", BELGIUM / "LAND.tif"]
    command = [sys.executable, "-c", "from ekistics.cli import main; main()", "delineate", *grids, "--crop", 5, *more]
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)


def setting(name: str, value: Any) -> str:
    """Write a parameter as the command takes it."""
    return f"{name}={str(value).lower() if isinstance(value, bool) else value}"


def raster(name: str, case: dict[str, Any]) -> Line:
    """Compare one reference raster."""
    settings = [part for pair in case["parameters"].items() for part in ("--set", setting(*pair))]
    outcome = delineate("--level", case["level"], "--compare", BELGIUM / f"{name}.tif", *settings)
    printed = [line for line in outcome.stdout.splitlines() if line.endswith("cells differ")]
    figure = printed[0] if printed else (outcome.stderr.strip() or "nothing printed").splitlines()[-1]
    status = "pass" if outcome.returncode == 0 and figure == "0 of 61237 cells differ" else "fail"
    return 2, TEXT2.format(name=name), figure, status


def municipalities(golden: dict[str, Any]) -> list[Line]:
    """Compare shares and classes of the municipalities."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "units.csv"
        outcome = delineate("--units", BELGIUM / "municipalities_2024.gpkg", "--units-id", "UID", "--units-out", out,
                            "--json")
        if outcome.returncode:
            return [(3, TEXT3, outcome.stderr.strip().splitlines()[-1], "fail")]
        ours = pd.read_csv(out).set_index("UID").sort_index()
    oracle = pd.read_csv(ORACLE).set_index("UID").sort_index()
    counts = json.loads(outcome.stdout)["units"]
    lines = [_shares(ours, oracle, golden["tolerance"])]
    for text, mine, theirs, key in (("level 1", "level1", "level1", "level1"),
                                    ("level 2, rules of 2021", "level2_rules_2021", "level2_2021_rules", "rules_2021"),
                                    ("level 2, documented rules of 2024", "level2_documented_2024",
                                     "level2_2024_documented", "documented_2024")):
        differ = int((ours[f"{mine}_class"] != oracle[theirs]).sum())
        good = differ == 0 and counts[mine] == golden[key]
        figure = f"{differ} of {len(oracle)} differ; " + " / ".join(map(str, counts[mine].values()))
        lines.append((3, f"{TEXT3}, {text}", figure, "pass" if good else "fail"))
    return lines


def _shares(ours: pd.DataFrame, oracle: pd.DataFrame, tolerance: float) -> Line:
    known = oracle["pop_uc_share"].notna()
    pairs = (("share_3", "pop_uc_share"), ("share_2", "pop_cluster_share"), ("share_1", "pop_rural_share"))
    largest = max(float((ours[a] - oracle[b])[known].abs().max()) for a, b in pairs)
    same = ours.index.equals(oracle.index) and ((ours["basis"] == "population") == known).all()
    figure = f"largest difference {largest:.1e} over {int(known.sum())} units"
    return 3, f"{TEXT3}, shares of people by class", figure, "pass" if same and largest <= tolerance else "fail"


def lines() -> list[Line]:
    """Run both lines, or say that the data are absent."""
    golden = tomllib.loads(GOLDEN.read_text(encoding="utf-8"))
    if not (BELGIUM.exists() and ORACLE.exists()):
        absent = "the data of Belgium are absent"
        return [(2, TEXT2.format(name="(all)"), absent, "skipped"), (3, TEXT3, absent, "skipped")]
    return [*(raster(name, case) for name, case in golden["classification"].items()),
            *municipalities(golden["municipalities"])]
