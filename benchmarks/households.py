"""From a vault of a million households to ten indicators by five groups, with standard errors: opening, log and all.

Everything of ``ekistics households estimate`` but disclosure control and the package: the records are read for a stated
purpose, households are classified by the rules of the indicators, and shares are estimated by design. The floor is the
reading alone.
"""

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ekistics.indicators import module
from ekistics.indicators._survey_rows import estimated
from ekistics.indicators.households import cells
from ekistics.vault import SurveyRecord, Vault, VaultKey, make_key_file

ROOT = Path(__file__).resolve().parent.parent
MOST_S, MOST_MIB = 10.0, 2048.0
GROUPS = ("sex", "tenure", "displacement_status", "urbanisation", "income_quantile")
INDICATORS = ("sdg_11_1_1", "drinking_water", "sanitation", "hygiene", "living_space")
# Ten shares: slum conditions, the five deprivations, and the first of each of four other indicators.
SHARES = ("slum", "without_water", "without_sanitation", "without_living_area", "without_durability", "without_tenure")
RECORD = SurveyRecord("B", "A made-up survey of many", purpose="benchmark", consent="made up",
                      retention_until=date(2099, 12, 31))
DESIGN = ("household_id", "weight", "stratum", "psu", "members", "head_sex", *GROUPS[1:])
ASKED = {"water_source": ("piped_dwelling", "standpipe", "borehole", "unprotected_well", "surface"),
         "sanitation_facility": ("flush_sewer", "flush_septic", "pit_slab", "pit_open", "none"),
         "sanitation_shared": ("yes", "no"), "wall_material": ("bricks", "blocks", "dirt", "cardboard"),
         "roof_material": ("metal", "tiles", "thatch"), "floor_material": ("cement", "earth"),
         "tenure_document": ("yes", "no"), "tenure_perceived": ("yes", "no"), "handwashing_facility": ("yes", "no"),
         "handwashing_water": ("yes", "no"), "handwashing_soap": ("yes", "no")}
HOW = {"groups": tuple((name,) for name in GROUPS)}
CODES = {"head_sex": ("F", "M"), "tenure": ("OWN", "RENT", "FREE", "INFORMAL"), "displacement_status": ("ND", "DP"),
         "urbanisation": ("U", "R"), "income_quantile": ("Q1", "Q2", "Q3", "Q4", "Q5")}


def households(count: int) -> pd.DataFrame:
    """Make households: design, five groups, and answers of which one in a hundred is missing."""
    rng = np.random.default_rng(20261126)
    psu = np.sort(rng.integers(0, 2000, count))
    frame = pd.DataFrame({"household_id": [f"H{i:08d}" for i in range(count)], "weight": rng.uniform(50, 150, count),
                          "stratum": psu // 40, "psu": psu, "members": rng.integers(1, 12, count).astype(float),
                          "rooms": rng.integers(1, 6, count).astype(float),
                          "water_minutes": rng.gamma(2, 10, count).round()})
    for name, codes in {**CODES, **ASKED}.items():
        number = rng.integers(0, len(codes), count)
        number[rng.random(count) < (0.01 if name in ASKED else 0.0)] = -1
        frame[name] = pd.Categorical.from_codes(number, list(codes))
    return frame


def records(path: Path, key: Path) -> pd.DataFrame:
    """Open the vault and read what is needed."""
    with Vault.open(path, VaultKey.from_file(key)) as vault:
        names = [*DESIGN, *ASKED, "rooms", "water_minutes"]
        frame = vault.read("B", "household", columns=names, purpose="benchmark", actor="bench").frame()
    return frame.rename(columns={"head_sex": "sex"}).assign(ref_area="A")


def ten(path: Path, key: Path) -> int:
    """Estimate ten shares of households and of people, by five groups and in all; give the number of rows."""
    frame = records(path, key)
    first = [module(code).statuses(frame)[0] for code in INDICATORS[1:]]
    chosen = {status.key: status for status in module("sdg_11_1_1").statuses(frame)}
    return len(estimated(frame, None, [*(chosen[name] for name in SHARES), *first], how=HOW, time_period="2024"))


def everything(path: Path, key: Path) -> int:
    """Estimate all series and readings of five indicators; give the number of rows."""
    frame = records(path, key)
    return sum(len(cells(code, frame, None, how=HOW, time_period="2024")) for code in INDICATORS)


def timed(work: str, path: Path, key: Path) -> tuple[float, float]:
    """Give the time and the peak of memory of a run in a process of its own."""
    program = (f"import time, benchmarks.households as b, benchmarks.peers.memory as m; from pathlib import Path; "
               f"t = time.perf_counter(); b.{work}(Path({str(path)!r}), Path({str(key)!r})); "
               f"print(time.perf_counter() - t, m.peak_mib())")
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    seconds, peak = map(float, outcome.stdout.split())
    return seconds, peak


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time ten shares, and all that five indicators give (a tenth of the households in the short run)."""
    count = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory(prefix="ekistics-households-") as place:
        path, key = Path(place) / "vault/people.vault", Path(place) / "key/vault.key"
        with Vault.create(path, make_key_file(key)) as vault:
            vault.store(RECORD, {"household": households(count)}, actor="bench")
        reading, _peak = timed("records", path, key)
        few, peak = min(timed("ten", path, key) for _time in range(1 if quick else 3))
        every, most = timed("everything", path, key)
    name = f"From a vault of {count:,} households"
    return [{"name": f"{name}: ten shares by five groups", "ours_s": few, "peer": "reading alone (floor)",
             "peer_s": reading, "bar": f"<= {MOST_S:.0f} s, {MOST_MIB / 1024:.0f} GiB", "peak_mib": peak,
             "met": None if quick else few <= MOST_S and peak <= MOST_MIB,
             "note": "of households and of people, with bounds of what is not known"},
            {"name": f"{name}: all of five indicators by five groups", "ours_s": every, "peak_mib": most,
             "note": "every series and reading"}]
