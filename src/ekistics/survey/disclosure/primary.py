"""Primary suppression: the rows that could tell about a person by themselves."""

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.table import CellTable

__all__ = ["primary_mask"]

Bools = npt.NDArray[np.bool_]
_SAME = 1e-9  # relative; sums of the same weights in another order


def primary_mask(table: CellTable, rules: DisclosureRules) -> Bools:
    """Tell which rows must be withheld for what they say themselves.

    Parameters
    ----------
    table : CellTable
        The table.
    rules : DisclosureRules
        What is too little.

    Returns
    -------
    numpy.ndarray of bool, shape (n_rows,)
        True for a row with some cases but too few, in too few primary sampling units, with a share of 0 % or 100 % in
        a small group, or with too few cases that are counted. Rows that hold no number are left as they are.

    Raises
    ------
    InvalidValueError
        A rule needs a column that the table does not have.
    """
    n = table.rows["n"].to_numpy(dtype=float)
    some, holds = n > 0, _holds_number(table)
    small = some & (n < rules.cases)
    if rules.psus:
        small |= some & (_column(table, "n_psu") < rules.psus)
    small |= some & (n < rules.certain) & _is_certain(table)
    if rules.counted:
        part = _column(table, "n_numerator")
        rest = n - part
        small |= ((part > 0) & (part < rules.counted)) | ((rest > 0) & (rest < rules.counted) & _is_share(table))
    return np.asarray(small & holds, dtype=bool)


def _holds_number(table: CellTable) -> Bools:
    names = ["obs_value", "numerator", "denominator", "se", "lci", "uci"]
    return np.asarray(table.rows[names].notna().any(axis=1), dtype=bool)


def _column(table: CellTable, name: str) -> npt.NDArray[np.float64]:
    if name not in table.rows.columns:
        raise InvalidValueError(_("A rule of disclosure control needs a column that the table lacks."), param="rows",
                                expected=name)
    return table.rows[name].to_numpy(dtype=float)


def _is_share(table: CellTable) -> Bools:
    return np.asarray(table.rows["unit_measure"] == "PT", dtype=bool)


def _is_certain(table: CellTable) -> Bools:
    """Tell where a share says the same of everybody in the group."""
    part, whole = (table.rows[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    nobody, everybody = part <= _SAME * whole, part >= (1 - _SAME) * whole
    value = table.rows["obs_value"].to_numpy(dtype=float)
    return _is_share(table) & (nobody | everybody | (value <= 0) | (value >= 100))  # noqa: PLR2004 - percent
