"""Estimates of a million households with svy: its sample is made before the time begins."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import svy

TIMES = 3


def listed(sample: svy.Sample, estimate: Any) -> dict[str, Any]:
    """Give an estimate by domain as lists."""
    table = estimate.to_polars().sort("domain")
    return {name: table[name].to_list() for name in ("est", "se", "df", "n") if name in table.columns}


def means(sample: svy.Sample) -> dict[str, Any]:
    """Give the means of the domains."""
    return listed(sample, sample.estimation.mean("y", by="domain"))


def medians(sample: svy.Sample) -> dict[str, Any]:
    """Give the medians of the domains."""
    return listed(sample, sample.estimation.median("amount", by="domain"))


def tables(sample: svy.Sample) -> dict[str, Any]:
    """Give ten indicators by five groups, all indicators of a group in one call."""
    shares = [f"share{i}" for i in range(10)]
    by_group = [sample.estimation.mean(shares, by=f"group{g}", drop_nulls=True) for g in range(5)]
    ordered = [by_group[g][i].to_polars() for i in range(10) for g in range(5)]
    return {"est": [float(t["est"].sum()) for t in ordered], "se": [float(t["se"].sum()) for t in ordered]}


def main() -> None:
    """Read the households, make the sample and time one task."""
    with np.load(sys.argv[1]) as stored:
        frame = pl.DataFrame({name: stored[name] for name in stored.files})
    frame = frame.with_columns(pl.col("^share.*$").fill_nan(None))
    sample = svy.Sample(frame, svy.Design(wgt="weight", stratum="strata", psu="psu"))
    work: Callable[[svy.Sample], Any] = {"means": means, "medians": medians, "tables": tables}[sys.argv[2]]
    shortest, found = float("inf"), None
    for _round in range(TIMES):
        begin = time.perf_counter()
        found = work(sample)
        shortest = min(shortest, time.perf_counter() - begin)
    print(json.dumps({"seconds": shortest, "found": found}))


main()
