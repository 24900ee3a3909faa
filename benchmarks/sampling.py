"""Draw a balanced sample of 13,000 cities with 8 balancing variables: at most 2 s. No Python package has the method."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.survey.sampling import (
    Frame,
    draw_cube,
    draw_sampford,
    imbalance_of,
    inclusion_probabilities,
    plan_sample,
)

ROOT = Path(__file__).resolve().parent.parent
CITIES, DRAWN, VARIABLES, MOST_S = 13_000, 600, 8, 2.0
Floats = npt.NDArray[np.float64]


def frame(cities: int = CITIES) -> tuple[Floats, Floats]:
    """Give sizes of cities, and variables of which some go with size and some are shares of places."""
    rng = np.random.default_rng(20261126)
    size = np.exp(rng.normal(11.3, 1.0, cities))
    others = [size, size * rng.uniform(0.5, 1.5, cities), rng.gamma(2, 300, cities), rng.uniform(-35, 37, cities),
              rng.uniform(-18, 51, cities), *(rng.random((3, cities)) < 0.3)]
    return size, np.column_stack(others[:VARIABLES]).astype(np.float64)


def cube(cities: int = CITIES) -> float:
    """Draw once and give the largest relative error of a total."""
    size, variables = frame(cities)
    pi = inclusion_probabilities(size, DRAWN)
    drawn = draw_cube(pi, variables, np.random.default_rng(1))
    return float(np.abs((variables[drawn] / pi[drawn, None]).sum(axis=0) / variables.sum(axis=0) - 1).max())


def sampford(cities: int = CITIES) -> float:
    """Draw once by Sampford's method."""
    pi = inclusion_probabilities(frame(cities)[0], DRAWN)
    return float(draw_sampford(pi, np.random.default_rng(1)).sum())


def landing(cities: int = CITIES) -> float:
    """Find by 50 redraws what landing leaves."""
    size, variables = frame(cities)
    cities_of = Frame([str(i) for i in range(cities)], size, np.zeros(cities, dtype=int), np.zeros(cities, dtype=bool))
    plan = plan_sample(cities_of, DRAWN, method="cube", by_size=True)
    return float(imbalance_of(cities_of, plan, variables, seed="1", draws=50)[0, 0])


def best(work: Callable[[int], float], cities: int, times: int) -> tuple[float, float]:
    """Give the shortest of some times, and the result."""
    shortest = float("inf")
    for _round in range(times):
        begin = time.perf_counter()
        result = work(cities)
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, result


def peak() -> float:
    """Give the peak of memory of one draw in a process of its own."""
    program = "import benchmarks.sampling as b, benchmarks.peers.memory as m; b.cube(); print(m.peak_mib())"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return float(outcome.stdout)


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time the draws; the first one of a process, which compiles or loads what is compiled, is not counted."""
    times = 1 if quick else 5
    cube(1000)
    drawn_s, error = best(cube, CITIES, times)
    found = [{"name": f"Cube, {CITIES:,} cities x {VARIABLES} variables, {DRAWN} drawn", "ours_s": drawn_s,
              "bar": f"<= {MOST_S:g} s", "met": drawn_s <= MOST_S, "peak_mib": peak(),
              "note": f"flight and landing; largest error of a total {100 * error:.1f} %; no peer in Python"}]
    for name, work in ((f"Sampford, {CITIES:,} cities, {DRAWN} drawn", sampford),
                       ("What landing leaves, by 50 redraws of the cube", landing)):
        found.append({"name": name, "ours_s": best(work, CITIES, times)[0]})
    return found
