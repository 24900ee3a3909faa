"""Estimates of a million households with ekistics: from arrays, the design included."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from memory import peak_mib

from ekistics.survey import Design, Domains, mean, proportion, quantile

TIMES = 3


def floor(given: dict[str, Any]) -> None:
    """Do the least that a mean with its standard error by domain needs: three sums, no check, count or interval."""
    count = int(given["domain"].max()) + 1
    cell = given["psu"] * count + given["domain"]
    by_cell = [np.bincount(cell, values) for values in (given["weight"], given["weight"] * given["y"])]
    size, amount = (sums.reshape(-1, count) for sums in by_cell)
    value = amount.sum(axis=0) / size.sum(axis=0)
    z = ((amount - value * size) / size.sum(axis=0)).reshape(int(given["strata"].max()) + 1, -1, count)
    spread = ((z - z.mean(axis=1, keepdims=True)) ** 2).sum(axis=(0, 1)) * z.shape[1] / (z.shape[1] - 1)
    np.sqrt(spread)


def means(given: dict[str, Any]) -> dict[str, Any]:
    """Give the means of the domains."""
    design = Design.of(given["weight"], strata=given["strata"], psu=given["psu"])
    found = mean(design, given["y"], domain=given["domain"])
    return {"est": found.value.tolist(), "se": found.se.tolist(), "df": found.df.tolist(), "n": found.n.tolist()}


def medians(given: dict[str, Any]) -> dict[str, Any]:
    """Give the medians of the domains."""
    design = Design.of(given["weight"], strata=given["strata"], psu=given["psu"])
    return {"est": quantile(design, given["amount"], domain=given["domain"]).value.tolist()}


def tables(given: dict[str, Any]) -> dict[str, Any]:
    """Give ten indicators by five groups."""
    design = Design.of(given["weight"], strata=given["strata"], psu=given["psu"])
    groups = [Domains.of(design, given[f"group{g}"]) for g in range(5)]
    found = [proportion(design, given[f"share{i}"], domain=group) for i in range(10) for group in groups]
    return {"est": [float(e.value.sum()) for e in found], "se": [float(e.se.sum()) for e in found]}


def best(work: Callable[[dict[str, Any]], Any], given: dict[str, Any]) -> tuple[float, Any]:
    """Give the shortest of some times, and the result."""
    shortest, result = float("inf"), None
    for _round in range(TIMES):
        begin = time.perf_counter()
        result = work(given)
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, result


def main() -> None:
    """Read the households and time one task."""
    with np.load(sys.argv[1]) as stored:
        given = dict(stored)
    seconds, found = best({"means": means, "medians": medians, "tables": tables}[sys.argv[2]], given)
    least = best(floor, given)[0] if sys.argv[2] == "means" else None
    print(json.dumps({"seconds": seconds, "floor": least, "found": found, "peak_mib": peak_mib()}))


main()
