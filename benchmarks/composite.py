"""What an index is worth: many builds of one index beside COINr's time for one build of its own example.

COINr took 62.4 s for the 600 builds of a sensitivity analysis of its worked example (51 countries, 49 indicators):
104 ms each. That was measured once, with R, not in this run; what it would need for our number of builds stands beside
ours. Where the example's data are absent, numbers of the same shape are made up.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ekistics.composite import Aggregate, Data, Group, Item, Scenario, Standardise, Structure, Treat
from ekistics.composite.sensitivity import index_sobol
from ekistics.composite.uncertainty import Choice, InputNoise, UncertainInput, WeightNoise, replicate

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT.parent / "shared/data/asem-composite-coinr"
COINR_S = 0.104  # for one build
EXAMPLE_BUILDS, EXAMPLE_MOST_S = 10_000, 2.0
CITIES, ITEMS, BUILDS, MOST_S = 13_000, 60, 1_000, 10.0
SOBOL_ROWS = 1_024
NOISY_BUILDS = 1_000
FROM_ONE = Standardise(lower=1)
BASE = Scenario(treat=Treat(), standardise=FROM_ONE)


def uncertain(mean: float, sd: float) -> tuple[UncertainInput, ...]:
    """Give the four uncertain inputs of COINr's analysis; z-scores must stay above zero for geometric means."""
    return (Choice("treat.winsorise", (1, 2, 3, 4, 5)),
            Choice("standardise", (FROM_ONE, Standardise("z-score", mean=mean, sd=sd))),
            Choice("aggregate.method", ("arithmetic", "geometric")), WeightNoise(0.25))


UNCERTAIN, OF_CITIES = uncertain(10, 2), uncertain(100, 5)


def tree(items: int, subs: int, dimensions: int) -> Structure:
    """Give a tree of three levels."""
    return Structure.of([Item(f"i{i}", f"s{i % subs}", direction=-1.0 if i % 4 == 0 else 1.0) for i in range(items)],
                        [Group("all", ""), *(Group(f"d{i}", "all") for i in range(dimensions)),
                         *(Group(f"s{i}", f"d{i % dimensions}") for i in range(subs))])


def made_up(units: int, items: int, *, holes: float = 0.0) -> Data:
    """Make skewed values up, a tenth of the columns with outliers, and errors of 2 %."""
    rng = np.random.default_rng(20261127)
    values = rng.gamma(2, 30, (units, items))
    values *= np.where(rng.random(items) < 0.1, np.exp(rng.normal(0, 1.5, values.shape)), 1)
    values[rng.random(values.shape) < holes] = np.nan
    return Data(values, tree(items, 22, 6) if items > 50 else tree(items, 8, 2), [str(i) for i in range(units)],
                se=np.abs(values) * 0.02)


def example() -> tuple[Data, str]:
    """Read the worked example without its missing values, which are filled by the mean; or make its like up."""
    if not EXAMPLE.exists():
        return made_up(51, 49), "made-up values"
    with (EXAMPLE / "asem_metadata.csv").open(encoding="utf-8") as file:
        meta = list(csv.DictReader(file))
    with (EXAMPLE / "asem_data.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    items = [Item(r["iCode"], r["Parent"], float(r["Weight"]), float(r["Direction"])) for r in meta
             if r["Type"] == "Indicator"]
    groups = [Group(r["iCode"], r["Parent"], float(r["Weight"])) for r in meta if r["Type"] == "Aggregate"]
    structure = Structure.of(items, groups)
    values = np.array([[float(row[item.code] or "nan") for item in structure.items] for row in rows])
    values = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    data = Data(values, structure, [row["uCode"] for row in rows], se=np.abs(values) * 0.02)
    return data, "values of COINr's worked example"


def seconds(work: Callable[[], Any], times: int) -> tuple[float, Any]:
    """Give the shortest of some times, and the result."""
    shortest, result = float("inf"), None
    for _round in range(times):
        begin = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, result


def summarised(data: Data, base: Scenario, inputs: tuple[UncertainInput, ...], builds: int) -> float:
    """Build, and say of every unit its interval of ranks and scores, its mean rank and its chance of the first ten."""
    made = replicate(data, base, inputs, builds, seed=1)
    made.score_interval()
    made.rank_mean()
    made.top(10)
    return float(np.nanmean(np.ptp(made.rank_interval(), axis=1)))


def large() -> float:
    """Do the largest task once."""
    return summarised(made_up(CITIES, ITEMS), BASE, OF_CITIES, BUILDS)


def peak() -> float:
    """Give the peak of memory of the largest task in a process of its own."""
    program = "import benchmarks.composite as b, benchmarks.peers.memory as m; b.large(); print(m.peak_mib())"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return float(outcome.stdout)


def row(name: str, ours_s: float, builds: int, note: str, most_s: float | None = None) -> dict[str, Any]:
    """Give a row of the example beside COINr."""
    bar = {} if most_s is None else {"bar": f"<= {most_s:g} s", "met": ours_s <= most_s}
    return {"name": name, "ours_s": ours_s, "peer": f"COINr, {1000 * COINR_S:.0f} ms a build",
            "peer_s": builds * COINR_S, "ratio": builds * COINR_S / ours_s, "note": note, **bar}


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time the example, and 13,000 cities; the short run takes each once and does not test the larger bar."""
    times = 1 if quick else 3
    data, what = example()
    took, width = seconds(lambda: summarised(data, BASE, UNCERTAIN, EXAMPLE_BUILDS), times)
    found = [row(f"Index, 51 x 49, {EXAMPLE_BUILDS:,} builds, four uncertain inputs", took, EXAMPLE_BUILDS,
                 f"{what}; {1e6 * took / EXAMPLE_BUILDS:.0f} us a build; intervals of ranks {width:.1f} wide on "
                 "average", EXAMPLE_MOST_S)]
    took, indices = seconds(lambda: index_sobol(data, BASE, UNCERTAIN, SOBOL_ROWS, seed=1), times)
    largest = indices.names[int(np.argmax(indices.total))]
    found.append(row(f"Sobol' indices of its ranks, {indices.runs:,} builds", took, indices.runs,
                     f"bootstrap of 1,000 samples included; the largest is {largest}"))
    noisy = (*UNCERTAIN, InputNoise())
    took, width = seconds(lambda: summarised(data, BASE, noisy, NOISY_BUILDS), times)
    found.append(row(f"The same with errors of all observations, {NOISY_BUILDS:,} builds", took, NOISY_BUILDS,
                     "each build is treated and standardised anew"))
    return found + cities(times, quick=quick)


def cities(times: int, *, quick: bool) -> list[dict[str, Any]]:
    """Time 13,000 cities, whole and with holes."""
    whole, holed = made_up(CITIES, ITEMS), made_up(CITIES, ITEMS, holes=0.02)
    begin = time.process_time()
    took, width = seconds(lambda: summarised(whole, BASE, OF_CITIES, BUILDS), times)
    busy = (time.process_time() - begin) / times
    found = [{"name": f"Index, {CITIES:,} x {ITEMS}, {BUILDS:,} builds, four uncertain inputs", "ours_s": took,
              "bar": f"<= {MOST_S:g} s", "met": None if quick else took <= MOST_S,
              "peak_mib": None if quick else peak(),
              "note": f"{busy:.1f} s of processor time; intervals of ranks {width:,.0f} wide on average; all ranks "
                      "kept"}]
    if not quick:
        base = BASE.replace(aggregate=Aggregate(minimum_share=0.4))
        took, _width = seconds(lambda: summarised(holed, base, OF_CITIES, BUILDS), 1)
        found.append({"name": "The same with 2 % of the values missing", "ours_s": took,
                      "note": "most cities have a hole: their weights are brought to one sum in every build"})
    return found
