"""Lines 5 and 6: Porto Alegre and Las Palmas profiled from their raw data, through the command line."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data"
PORTO_ALEGRE = {"low_capacity": 90.4556, "high_capacity": 2.5369, "either": 90.4556}
TOLERANCE = 5e-5  # the published shares have four decimals
Line = tuple[int | str, str, str, str]


def lines() -> list[Line]:
    """Profile both cities and read their observations."""
    if not SHARED.is_dir():
        return [(5, "Porto Alegre", "real data absent", "skipped"), (6, "Las Palmas", "real data absent", "skipped")]
    with tempfile.TemporaryDirectory() as folder:
        return [*_porto_alegre(Path(folder) / "poa"), *_las_palmas(Path(folder) / "lpa")]


def _profile(example: str, out: Path) -> pd.DataFrame:
    city = ROOT / "examples" / example / "city.toml"
    command = [sys.executable, "-m", "ekistics", "profile", str(city), "--out", str(out), "--json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    frame = pd.read_parquet(out / "observations.parquet")
    if json.loads(printed)["observations"] != len(frame):
        raise AssertionError("the command and the package disagree on the number of observations")
    return frame


def _one(frame: pd.DataFrame, indicator: str, series: str, variant: str) -> pd.Series:
    here = frame[(frame["indicator"] == indicator) & (frame["series"] == series) & (frame["variant"] == variant)
                 & (frame["sex"] == "_T") & (frame["age"] == "_T")]
    if len(here) != 1:
        raise AssertionError(f"{len(here)} rows of {indicator} {series} {variant}")
    return here.iloc[0]


def _porto_alegre(out: Path) -> list[Line]:
    frame = _profile("portoalegre", out)
    found = []
    for series, expected in PORTO_ALEGRE.items():
        along, straight = (_one(frame, "sdg_11_2_1", series, variant) for variant in ("network", "straight_line"))
        good = abs(along["obs_value"] - expected) < TOLERANCE
        figure = (f"{along['obs_value']:.4f} % along the streets ({along['numerator']:,.0f} of "
                  f"{along['denominator']:,.0f} people), {straight['obs_value']:.4f} % in a straight line")
        found.append((5, f"Porto Alegre 11.2.1 {series}, service day any; expected {expected}", figure,
                      "pass" if good else "fail"))
    return found


def _las_palmas(out: Path) -> list[Line]:
    frame = _profile("laspalmas", out)
    found = []
    for indicator, series, variant in (("sdg_11_7_1", "open_space_share", "urban_extent"),
                                       ("sdg_11_7_1", "street_share", "urban_extent"),
                                       ("intersection_density", "density", "urban_extent"),
                                       ("street_density", "density", "urban_extent")):
        row = _one(frame, indicator, series, variant)
        bounds = "" if pd.isna(row["lci"]) else f" ({row['lci']:.4f}-{row['uci']:.4f})"
        found.append((6, f"Las Palmas {indicator} {series}", f"{row['obs_value']:.4f}{bounds} {row['unit_measure']}",
                      "pass" if row["obs_value"] > 0 else "fail"))
    silent = frame[frame["indicator"].isin(["population_density", "built_up_per_person", "sdg_11_2_1"])]
    reasons = sorted(set(silent["reason"]))
    said = silent["obs_value"].isna().all() and "no-population" in reasons
    found.append((6, "Las Palmas: what lacks a population grid says so", ", ".join(reasons),
                  "pass" if said else "fail"))
    return found
