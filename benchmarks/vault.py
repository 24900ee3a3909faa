"""The vault beside plain Parquet: a million households of thirty columns, of which fifteen are read for ten indicators.

The bar is our own, a part of "a vault of one million rows, ten indicators by five groups: at most 10 s, 2 GiB"; plain
Parquet is the floor, without encryption, log and erasure.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ekistics.vault import SurveyRecord, Vault, VaultKey, make_key_file

ROOT = Path(__file__).resolve().parent.parent
RECORD = SurveyRecord("B", "Benchmark", "time", "made-up people", date(2099, 12, 31))
READ = ["household_id", "weight", "stratum", "psu", *(f"class{n}" for n in range(6)), "count0", "count1", "amount0",
        "amount1", "code0"]
MOST_S, MOST_MIB = 2.0, 2048


def households(count: int) -> pd.DataFrame:
    """Make households: an id, weight and design, and classes, counts, amounts and codes with missing ones."""
    rng = np.random.default_rng(20261126)
    made: dict[str, Any] = {"household_id": [f"H{n:08d}" for n in range(count)], "weight": rng.gamma(5, 100, count),
                            "stratum": rng.integers(0, 40, count), "psu": rng.integers(0, 20_000, count)}
    names = [f"class {n}" for n in range(8)]
    made |= {f"class{n}": pd.Categorical.from_codes(rng.integers(-1, 8, count), names) for n in range(10)}
    made |= {f"count{n}": rng.integers(0, 30, count) for n in range(8)}
    made |= {f"amount{n}": np.round(rng.gamma(2, 50, count), 2) for n in range(5)}
    made |= {f"code{n}": np.where(rng.random(count) < 0.1, np.nan, rng.integers(1, 99, count)) for n in range(3)}
    return pd.DataFrame(made)


def seconds(work: Callable[[], object], times: int) -> float:
    """Give the shortest of some times."""
    shortest = float("inf")
    for _round in range(times):
        begin = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest


def open_and_read(path: Path, key: Path) -> int:
    """Open a vault and read what ten indicators need."""
    with Vault.open(path, VaultKey.from_file(key)) as vault:
        return len(vault.read("B", "household", columns=READ, purpose="benchmark", actor="bench"))


def peak_of(path: Path, key: Path) -> float:
    """Give the peak of memory of opening and reading in a process of its own."""
    program = (f"import benchmarks.vault as b, benchmarks.peers.memory as m; from pathlib import Path; "
               f"b.open_and_read(Path({str(path)!r}), Path({str(key)!r})); print(m.peak_mib())")
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return float(outcome.stdout)


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time storing, opening and reading, erasing one household, a new key (a tenth of the rows in the short run)."""
    count, times = (100_000, 1) if quick else (1_000_000, 3)
    frame = households(count)
    with tempfile.TemporaryDirectory(prefix="ekistics-vault-") as place:
        path, key, plain = (Path(place) / name for name in ("vault/people.vault", "key/vault.key", "plain.parquet"))
        vault = Vault.create(path, make_key_file(key))
        floor_write = seconds(lambda: frame.to_parquet(plain, compression="zstd"), times=1)
        store = seconds(lambda: vault.store(RECORD, {"household": frame}, actor="bench"), times=1)
        vault.close()
        floor = seconds(lambda: pd.read_parquet(plain, columns=READ), times)
        read, peak = seconds(lambda: open_and_read(path, key), times), peak_of(path, key)
        with Vault.open(path, VaultKey.from_file(key)) as vault:
            erase = seconds(lambda: vault.erase_household(f"H{count // 2:08d}", actor="bench", reason="time"), times=1)
            rekey = seconds(lambda: vault.rekey(make_key_file(key.with_name("new.key")), actor="bench"), times=1)
    name = f"Vault of {count:,} households, {frame.shape[1]} columns"
    return [
        {"name": f"{name}: open, log, read {len(READ)}", "ours_s": read, "peer": "plain Parquet (floor)",
         "peer_s": floor, "bar": f"<= {MOST_S:.0f} s, {MOST_MIB / 1024:.0f} GiB", "peak_mib": peak,
         "met": None if quick else read <= MOST_S and peak <= MOST_MIB, "note": "from the key file to arrays"},
        {"name": f"{name}: store", "ours_s": store, "peer": "plain Parquet (floor)", "peer_s": floor_write,
         "note": "compressed and sealed, one transaction"},
        {"name": f"{name}: erase one", "ours_s": erase, "note": "from every table, pieces overwritten"},
        {"name": f"{name}: new key", "ours_s": rekey, "note": "everything encrypted anew"},
    ]
