"""Thinning: what was withheld to protect others and is not needed is shown again, and nothing else is."""

import numpy as np
import pandas as pd
import pytest

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure import CellTable, DisclosureRules, control
from ekistics.survey.disclosure import secondary as choice
from ekistics.survey.disclosure.bounds import Reach, settle
from ekistics.survey.disclosure.equations import system_of
from ekistics.survey.disclosure.grid import grid_of
from ekistics.survey.disclosure.thinning import thin
from tests.survey.attack import AXES, attack
from tests.survey.tables import cell_table, people
from tests.survey.test_disclosure import RULES, invested

ATTACKED = DisclosureRules(cases=10, certain=20)


def thinned(table: CellTable, begin: np.ndarray) -> np.ndarray:
    """Thin a choice of rows around the one small row of a table; rows are units of their own here."""
    system = system_of(table, RULES, grid_of(table))
    primary, units = (np.zeros(system.hides.shape[1], dtype=bool) for _ in range(2))
    primary[system.unit[(table.rows["n"] < RULES.cases).to_numpy()]] = True
    units[system.unit[begin]] = True
    reach = Reach.nothing(system)
    for _time in range(20):
        settle(system, np.flatnonzero(system.hidden(units)), reach, random=np.random.default_rng(0))
    assert not reach.lacks(system, np.flatnonzero(system.hidden(units))).any()
    return thin(system, units, primary, reach)[system.unit]


@pytest.mark.parametrize("begin", ["all", "inner"])
def test_of_the_textbook_table_four_cells_are_left(begin: str) -> None:
    """A row or column with one withheld cell tells it, so that IIC needs another in each, and these a fourth: four.

    Four do: with IIB + IIC = 41, IIIB + IIIC = 44, IIB + IIIB = 51 and IIC + IIIC = 34, IIC is between 0 and 34, beyond
    22 * 1.2 and 22 * 0.8, IIB between 7 and 41, IIIB between 10 and 44, and IIIC between 0 and 34. Other fours would do
    too. One cell alone can never be shown again where two are left in its row: those that hang on it go with it.
    """
    table = invested()
    inner = ((table.rows["ref_area"] != "city") & (table.rows["tenure"] != "_T")).to_numpy()
    left = thinned(table, np.ones(len(inner), dtype=bool) if begin == "all" else inner)
    gone = table.rows[left]
    assert left.sum() == 4
    assert ("II", "C") in set(zip(gone["ref_area"], gone["tenure"], strict=True)) and inner[left].all()
    assert set(gone.groupby("ref_area").size()) == set(gone.groupby("tenure").size()) == {2}


def test_what_is_needed_is_not_shown_again() -> None:
    table = invested()
    needed = (table.rows["ref_area"].isin(["II", "III"]) & table.rows["tenure"].isin(["A", "C"])).to_numpy()
    assert (thinned(table, needed) == needed).all()


@pytest.mark.parametrize("seed", [4, 6, 10])
def test_no_protecting_cell_could_be_shown(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each protecting cell, shown alone, lets the adversary that is written apart come too close to another."""
    table = cell_table(people(seed, 150), ("sex",))
    made = control(table, ATTACKED)
    gone = (made.rows["reason"] == "withheld").to_numpy()
    keys = list(table.rows[["indicator", "series", *AXES]].itertuples(index=False, name=None))
    small = {tuple(row.get(name, "_T") for name in ("indicator", "series", *AXES)): True
             for row in made.private_report["small"]}
    held = table.rows.assign(gone=gone, small=[key in small for key in keys]).groupby(["indicator", *AXES])
    protecting = [list(part.index) for _key, part in held if part["gone"].all() and not part["small"].any()]
    assert protecting
    needless = [rows for rows in protecting if not _told_without(table, gone, rows, small)]
    assert needless == []
    monkeypatch.setattr(choice, "thin", lambda _system, units, *_others: units)
    assert control(table, ATTACKED).report["counts"]["withheld"] >= gone.sum()


def _told_without(table: CellTable, gone: np.ndarray, shown: list[int], small: dict[tuple[str, ...], bool]) -> bool:
    hidden = gone.copy()
    hidden[shown] = False
    rows = table.rows[list(OBSERVATION_COLUMNS)].copy()
    rows.loc[hidden, ["numerator", "denominator", "obs_value"]] = np.nan
    bounds = attack(rows, table.rows["n"].astype(float).mask(hidden), table.rows, small)
    return any(b.told or (b.small and b.close) for b in bounds)


def test_the_same_table_gives_the_same_choice() -> None:
    table = cell_table(people(4, 150), ("sex",))
    one, other = (control(table, ATTACKED) for _ in range(2))
    assert one.digest == other.digest
    pd.testing.assert_frame_equal(one.rows, other.rows)
