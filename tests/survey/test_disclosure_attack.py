"""Disclosure attack: an adversary with all that is published does not recover a withheld cell within 20 %."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure import CellTable, DisclosureRules, control
from tests.survey.attack import AXES, Bound, attack
from tests.survey.tables import cell_table, people

RULES = DisclosureRules(cases=10, certain=20)


def attacked(table: CellTable, *, secondary: bool = True, most: int = 10_000) -> list[Bound]:
    """Control a table and bound what is withheld; without secondary suppression only small cells are withheld."""
    made = control(table, RULES)
    small = {tuple(row.get(name, "_T") for name in ("indicator", "series", *AXES)): True
             for row in made.private_report["small"]}
    rows, cases = made.rows, made.cases
    if not secondary:
        keys = list(table.rows[["indicator", "series", *AXES]].itertuples(index=False, name=None))
        hidden = np.array([key in small for key in keys])
        rows = table.rows[list(OBSERVATION_COLUMNS)].copy()
        rows.loc[hidden, ["numerator", "denominator", "obs_value"]] = np.nan
        cases = table.rows["n"].astype(float).mask(hidden)
    return attack(rows, cases, table.rows, small, most=most)


def said(bounds: list[Bound]) -> str:
    """Say how close the adversary came: relative to the truth, which only the test knows."""
    positive = [b for b in bounds if b.truth > 0]
    ratio = min((b.high / max(b.low, 1e-12) for b in positive), default=np.inf)
    return (f"{len(bounds)} numbers bounded, {sum(b.told for b in bounds)} recovered within 20 %; of "
            f"{sum(b.small for b in positive)} in small cells {sum(b.small and b.close for b in positive)} with a "
            f"bound within 20 % of the truth; narrowest highest/lowest {min(ratio, 99):.2f}")


CASES = {"three areas": {"seed": 1, "count": 700}, "two ladders": {"seed": 2, "count": 900, "ladders": 2},
         "equal weights": {"seed": 3, "count": 500, "equal": True}, "many small": {"seed": 4, "count": 260}}


@pytest.mark.parametrize("name", CASES)
def test_a_withheld_cell_is_not_recovered(name: str) -> None:
    table = cell_table(people(**CASES[name]))
    bounds = attacked(table, most=60)
    assert bounds
    print(f"\nSHOWN Disclosure attack, {name}: {said(bounds)}")
    assert [b for b in bounds if b.told] == []
    assert [b for b in bounds if b.small and b.close] == []


@pytest.mark.parametrize("name", CASES)
def test_without_secondary_suppression_cells_are_recovered(name: str) -> None:
    bounds = attacked(cell_table(people(**CASES[name])), secondary=False, most=40)
    assert sum(b.told for b in bounds) > 0


@pytest.mark.full
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_large_tables(seed: int) -> None:
    table = cell_table(people(seed, 12_000, areas=6, ages=5, tenures=3, ladders=3, rungs=4), rungs=4)
    bounds = attacked(table, most=400)
    print(f"\nSHOWN Disclosure attack, 6 areas by sex, age and tenure, 3 ladders, seed {seed}: {said(bounds)}")
    assert [b for b in bounds if b.told or (b.small and b.close)] == []


def test_frames_are_as_published() -> None:
    table = cell_table(people(1, 400))
    made = control(table, RULES)
    assert isinstance(made.rows, pd.DataFrame)
    assert len(made.rows) == len(table.rows)
