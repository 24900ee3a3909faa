"""Tables of generated people for disclosure control: by area, sex, age and tenure with all margins, and ladders."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.survey.disclosure import CellTable

CITY = "city"
GROUPS = ("sex", "age", "tenure")


def people(seed: int, count: int, *, areas: int = 3, ages: int = 3, tenures: int = 2, ladders: int = 1,
           rungs: int = 3, equal: bool = False) -> pd.DataFrame:
    """Draw people: one a row, with area, groups, weight and the rung of each ladder on which they stand."""
    random = np.random.default_rng(seed)

    def chosen(names: Sequence[str], spread: float) -> np.ndarray:
        return random.choice(names, count, p=random.dirichlet(np.full(len(names), spread)))

    drawn = {"ref_area": chosen([f"area-{i}" for i in range(areas)], 4), "sex": random.choice(["F", "M"], count),
             "age": chosen([f"Y{20 * i}T{20 * i + 19}" for i in range(ages)], 4),
             "tenure": chosen([f"T{i}" for i in range(tenures)], 3),
             "weight": np.full(count, 25.0) if equal else random.gamma(5, 20, count)}
    return pd.DataFrame(drawn | {f"ladder-{i}": random.choice(rungs, count, p=random.dirichlet(np.full(rungs, 3)))
                                 for i in range(ladders)})


def cell_table(found: pd.DataFrame, groups: Sequence[str] = GROUPS, *, rungs: int = 3,
               crossed: int = 9) -> CellTable:
    """Tabulate people: by area and groups with every margin, as far as ``crossed`` groups at once."""
    rows = []
    for axes in itertools.product([False, True], repeat=1 + len(groups)):
        if sum(axes[1:]) > crossed:
            continue
        by = [name for name, split in zip(("ref_area", *groups), axes, strict=True) if split]
        for key, part in found.groupby(by) if by else [((), found)]:
            rows += _cell(dict(zip(by, key, strict=True)), part, rungs)
    table = pd.DataFrame(rows)
    return CellTable(table, {area: CITY for area in found["ref_area"].unique()})


def _cell(key: dict[str, str], part: pd.DataFrame, rungs: int) -> list[dict[str, object]]:
    empty = dict.fromkeys(OBSERVATION_COLUMNS, "") | dict.fromkeys(DIMENSIONS, "_T")
    whole, rows = float(part["weight"].sum()), []
    for ladder in [name for name in part.columns if name.startswith("ladder")]:
        for rung in range(rungs):
            on = part[ladder] == rung
            counted = float(part["weight"][on].sum())
            rows.append(empty | {"ref_area": CITY} | key | {
                "indicator": ladder, "series": f"rung-{rung}", "time_period": "2024", "unit_measure": "PT",
                "base": "people", "obs_value": 100 * counted / whole, "numerator": counted, "denominator": whole,
                "se": 1.0, "lci": 0.0, "uci": 100.0, "uncertainty": "taylor", "obs_status": "A", "conf_status": "F",
                "method": "m", "run": "0123456789abcdef", "n": len(part), "n_numerator": int(on.sum())})
    return rows
