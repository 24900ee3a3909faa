"""Primary suppression: the rows that could tell about a person by themselves."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.disclosure.grid import Grid
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.table import CellTable

__all__ = ["Primary", "primary_rows"]

Bools = npt.NDArray[np.bool_]
_SAME = 1e-9  # relative; sums of the same weights in another order


@dataclass(frozen=True, slots=True, eq=False)
class Primary:
    """What is withheld for what it says itself.

    Parameters
    ----------
    small : numpy.ndarray of bool, shape (n_rows,)
        Rows with some cases but too few, in too few primary sampling units, with a share of 0 % or 100 % in a small
        group, or with too few cases that are counted. A row without a value is one too: its cases are a number.
    said : numpy.ndarray of bool, shape (n_rows,)
        Shares of 0 % that a larger group's 0 % says already: nothing can hide them.
    """

    small: Bools
    said: Bools


def primary_rows(table: CellTable, rules: DisclosureRules, grid: Grid) -> Primary:
    """Tell which rows must be withheld for what they say themselves.

    Parameters
    ----------
    table : CellTable
        The table.
    rules : DisclosureRules
        What is too little.
    grid : Grid
        Its rows by measure and coordinate.

    Returns
    -------
    Primary
        The rows.

    Raises
    ------
    InvalidValueError
        A rule needs a column that the table does not have.
    """
    n = table.rows["n"].to_numpy(dtype=float)
    some, share = n > 0, np.asarray(table.rows["unit_measure"] == "PT", dtype=bool)
    small = some & (n < rules.cases)
    if rules.psus:
        small |= some & (_column(table, "n_psu") < rules.psus)
    nobody, everybody = _certain(table, share)
    large = n >= rules.certain
    said = _said_above(grid, nobody, large)
    small |= some & ~large & ((nobody & ~said) | (everybody & ~_said_above(grid, everybody, large)))
    if rules.counted:
        part = _column(table, "n_numerator")
        small |= (part > 0) & (part < rules.counted)
        small |= share & (n - part > 0) & (n - part < rules.counted)
    return Primary(small, said)


def _column(table: CellTable, name: str) -> npt.NDArray[np.float64]:
    if name not in table.rows.columns:
        raise InvalidValueError(_("A rule of disclosure control needs a column that the table lacks."), param="rows",
                                expected=name)
    return table.rows[name].to_numpy(dtype=float)


def _certain(table: CellTable, share: Bools) -> tuple[Bools, Bools]:
    """Tell where a share says of everybody in the group that they are not counted, and that they are."""
    part, whole, value = (table.rows[name].to_numpy(dtype=float) for name in ("numerator", "denominator", "obs_value"))
    nobody, everybody = (part <= _SAME * whole) | (value <= 0), (part >= (1 - _SAME) * whole) | (value >= 100)  # noqa: PLR2004 - percent
    return share & nobody, share & everybody


def _said_above(grid: Grid, certain: Bools, large: Bools) -> Bools:
    """Tell of which rows a group that holds theirs says the same, and is large enough to say it."""
    said = np.zeros(len(certain), dtype=bool)
    for _step in range(len(grid.lines) + 1):
        before = int(said.sum())
        says = certain & (large | said)
        for totals, below in grid.lines:
            for numbers in grid.row:
                top = numbers[totals]
                rows = np.where(below >= 0, numbers[below], -1)[(top >= 0) & says[top]]
                said[rows[rows >= 0]] = True
        said &= certain
        if int(said.sum()) == before:
            break
    return said
