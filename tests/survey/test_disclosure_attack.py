"""Disclosure attack: an adversary with all that is published does not recover a withheld cell within 20 %."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure import CellTable, Disclosed, DisclosureRules, control
from tests.survey.attack import AXES, Bound, attack
from tests.survey.tables import cell_table, people

RULES = DisclosureRules(cases=10, certain=20)


@cache
def controlled(table: CellTable) -> Disclosed:
    return control(table, RULES)


def attacked(table: CellTable, *, secondary: bool = True, most: int = 10_000) -> list[Bound]:
    """Control a table and bound what is withheld; without secondary suppression only small cells are withheld."""
    made = controlled(table)
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
    nearest = sorted(positive, key=lambda b: b.high / max(b.low, 1e-12))[:3]
    shown = ", ".join(f"{b.low / b.truth:.2f} to {b.high / b.truth:.2f}" for b in nearest)
    return (f"{len(bounds)} numbers bounded, {sum(b.told for b in bounds)} recovered within 20 %; of "
            f"{sum(b.small for b in positive)} in small cells {sum(b.small and b.close for b in positive)} with a "
            f"bound within 20 % of the truth; the narrowest bounds are {shown} of the truth")


CASES = {"areas, sex, age": {"seed": 1, "count": 500, "areas": 4},
         "areas, sex, age, two ladders": {"seed": 2, "count": 450, "ladders": 2},
         "areas, sex, age, equal weights": {"seed": 3, "count": 400, "areas": 4, "equal": True},
         "areas, sex, age, many small cells": {"seed": 4, "count": 150}}


@cache
def tabulated(name: str) -> CellTable:
    return cell_table(people(**CASES[name]), ("sex", "age"))


@pytest.mark.parametrize("name", CASES)
def test_a_withheld_cell_is_not_recovered(name: str) -> None:
    bounds = attacked(tabulated(name), most=120)
    assert len([b for b in bounds if b.small]) > 1
    print(f"\nSHOWN Disclosure attack, {name}: {said(bounds)}")
    assert [b for b in bounds if b.told] == []
    assert [b for b in bounds if b.small and b.close] == []


@pytest.mark.parametrize("name", CASES)
def test_without_secondary_suppression_cells_are_recovered(name: str) -> None:
    bounds = attacked(tabulated(name), secondary=False, most=60)
    assert sum(b.told for b in bounds) > len(bounds) / 5


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
