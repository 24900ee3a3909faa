"""Make the example of a national sample: a made-up country's cities, and what each would report if it were asked.

``python -m tools.make_national_example`` writes ``examples/national``; the same seed gives the same files.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "examples/national"
CITIES, SEED = 120, 20261126
BEGIN = ("Ash", "Brine", "Cald", "Dun", "East", "Fern", "Grey", "Holl", "Iron", "Kest", "Lark", "Moss")
END = ("combe", "well", "bay", "marrow", "quay", "holt", "haven", "ford", "mouth", "gate")
REGIONS = ("Coast", "Hills", "Plain")


def main() -> None:
    """Write both tables."""
    rng = np.random.default_rng(SEED)
    people = np.exp(rng.normal(np.log(70_000), 1.1, CITIES)).round()
    region = rng.integers(0, 3, CITIES)
    odds = 0.5 * np.log(people / 70_000) + np.array([0.5, 0.0, -0.4])[region] + rng.normal(0, 0.5, CITIES)
    served = (people / (1 + np.exp(-odds))).round()
    place = rng.uniform([0, 0, 0], [1, 1, 1], (CITIES, 3))
    rows = [(f"XMU-{i:03d}", BEGIN[i % 12] + END[i // 12], REGIONS[region[i]], f"{people[i]:.0f}",
             f"{2 + 4 * place[i, 0] + region[i]:.3f}", f"{-24 + 3 * place[i, 1]:.3f}", f"{900 * place[i, 2]:.0f}")
            for i in range(CITIES)]
    _write("cities.csv", ("code", "name", "region", "population", "longitude", "latitude", "elevation"), rows)
    reported = [("sdg_11_2_1", "either", "network", f"XMU-{i:03d}", "2025",
                 repr(float(100 * served[i] / people[i])), f"{served[i]:.0f}", f"{people[i]:.0f}")
                for i in range(CITIES)]
    _write("observations.csv", ("indicator", "series", "variant", "ref_area", "time_period", "obs_value", "numerator",
                                "denominator"), reported)


def _write(name: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
