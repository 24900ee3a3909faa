"""Disclosure control of a table: withhold, check against an adversary, seal, report."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure.earlier import compare_editions
from ekistics.survey.disclosure.equations import system_of
from ekistics.survey.disclosure.grid import grid_of
from ekistics.survey.disclosure.primary import Primary, primary_rows
from ekistics.survey.disclosure.rows import NUMBERS, WITHHELD_STATUS, digest_rows, row_keys, row_order, told_key
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.sealed import Disclosed, _Contents, _seal
from ekistics.survey.disclosure.secondary import protect
from ekistics.survey.disclosure.system import System
from ekistics.survey.disclosure.table import CellTable

__all__ = ["control"]

Bools = npt.NDArray[np.bool_]


def control(table: CellTable, rules: DisclosureRules, *, earlier: pd.DataFrame | None = None) -> Disclosed:
    """Withhold what could tell about a person, and everything from which that could be worked out.

    Parameters
    ----------
    table : CellTable
        Everything that is to be published together.
    rules : DisclosureRules
        What is too little, and how far a withheld cell must stay from being known.
    earlier : pandas.DataFrame, optional
        Rows of an edition of the same table that was published before, with ``n`` where its report gave cases: what
        the difference of the two tells is reported, in the private report. Nothing more is withheld for it.

    Returns
    -------
    Disclosed
        The rows, with neither value, numerator, denominator nor error where they are withheld, and the report.

    Raises
    ------
    InvalidValueError
        The table lacks what the rules need, its parts nearly add up to their totals, or it cannot be protected.

    Notes
    -----
    Method: cell suppression in linked tables with protection intervals, checked by linear programmes; own
    implementation. What is promised, against whom, and what is not: the explanation of disclosure control.
    """
    choice = _choose(table, rules)
    rows = _withhold(table.rows, choice.withheld)
    cases = table.rows["n"].astype(float).reset_index(drop=True).mask(choice.withheld)
    private = _private(rows, choice)
    if earlier is not None:
        private["earlier"] = compare_editions(table.rows, choice.withheld, earlier, rules=rules)
    return _seal(_Contents(rows, cases, _report(rows, cases, choice, rules), private, digest_rows(rows)))


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    small: Bools
    withheld: Bools
    quantities: int = 0
    programmes: int = 0
    not_additive: int = 0


def _choose(table: CellTable, rules: DisclosureRules) -> _Choice:
    """Choose the rows that are withheld: those that are small, and those that protect them."""
    if table.rows.empty:
        return _Choice(np.zeros(0, dtype=bool), np.zeros(0, dtype=bool))
    grid = grid_of(table)
    primary = primary_rows(table, rules, grid)
    system = system_of(table, rules, grid)
    if not primary.small.any() and not (system.always & (system.need > 0)).any():
        return _Choice(primary.small, primary.small, not_additive=system.not_additive)
    units = np.zeros(system.hides.shape[1], dtype=bool)
    units[system.unit[primary.small]] = True
    found = protect(_with_needs(system, primary, units), units)
    withheld = found.units[system.unit]
    unknown = int((system.hidden(found.units) & ~system.always).sum())
    return _Choice(primary.small, withheld, unknown, found.reach.programmes, system.not_additive)


def _with_needs(system: System, primary: Primary, units: Bools) -> System:
    """Ask for distance on both sides of small cells, and for none where a larger group says it already."""
    need = system.need.copy()
    said = system.numerator[primary.said]
    need[said[said >= 0]] = 0
    return replace(system, need=need, strict=system.hidden(units))


def _withhold(rows: pd.DataFrame, withheld: Bools) -> pd.DataFrame:
    out = rows[list(OBSERVATION_COLUMNS)].reset_index(drop=True)
    out.loc[withheld, list(NUMBERS)] = np.nan
    for name, value in WITHHELD_STATUS.items():
        out[name] = out[name].astype(object).mask(withheld, value)
    return out


def _report(rows: pd.DataFrame, cases: pd.Series, choice: _Choice, rules: DisclosureRules) -> dict[str, Any]:
    """Make the report that is published: it says nothing that the rows do not say, but who asked for it."""
    withheld = choice.withheld
    return {"schema_version": "1", "digest": f"sha256:{digest_rows(rows)}", "rules": rules.as_dict(),
            "counts": {"rows": len(rows), "published": int((~withheld).sum()), "withheld": int(withheld.sum())},
            "attack": {"recovered": 0, "within": rules.protection},
            "withheld": _keys(rows, withheld),
            "cases": [None if np.isnan(n) else int(n) for n in cases.to_numpy()[row_order(rows)]]}


def _private(rows: pd.DataFrame, choice: _Choice) -> dict[str, Any]:
    return {"small": _keys(rows, choice.small), "protecting": _keys(rows, choice.withheld & ~choice.small),
            "quantities": choice.quantities, "programmes": choice.programmes, "not_additive": choice.not_additive}


def _keys(rows: pd.DataFrame, mask: Bools) -> list[dict[str, str]]:
    return [told_key(key) for key in sorted(row_keys(rows.loc[mask]))]
