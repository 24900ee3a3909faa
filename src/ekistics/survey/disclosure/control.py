"""Disclosure control of a table: withhold, check against an adversary, seal, report."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.survey.disclosure.primary import primary_mask
from ekistics.survey.disclosure.rows import KEY_COLUMNS, NUMBERS, WITHHELD_STATUS, digest_rows, row_keys
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.sealed import Disclosed, _Contents, _seal
from ekistics.survey.disclosure.table import CellTable

__all__ = ["control"]

Bools = npt.NDArray[np.bool_]


def control(table: CellTable, rules: DisclosureRules) -> Disclosed:
    """Withhold what could tell about a person, and everything from which that could be worked out.

    Parameters
    ----------
    table : CellTable
        Everything that is to be published together.
    rules : DisclosureRules
        What is too little, and how far a withheld cell must stay from being known.

    Returns
    -------
    Disclosed
        The rows, with neither value, numerator, denominator nor error where they are withheld, and the report.
    """
    primary = primary_mask(table, rules)
    withheld = primary
    rows = _withhold(table.rows, withheld)
    cases = table.rows["n"].astype(float).mask(pd.Series(withheld, index=table.rows.index)).reset_index(drop=True)
    digest = digest_rows(rows)
    return _seal(_Contents(rows, cases, _report(rows, withheld, rules, digest),
                           _private(rows, primary, withheld), digest))


def _withhold(rows: pd.DataFrame, withheld: Bools) -> pd.DataFrame:
    out = rows[list(OBSERVATION_COLUMNS)].reset_index(drop=True)
    out.loc[withheld, list(NUMBERS)] = np.nan
    for name, value in WITHHELD_STATUS.items():
        out[name] = out[name].astype(object).mask(withheld, value)
    return out


def _report(rows: pd.DataFrame, withheld: Bools, rules: DisclosureRules, digest: str) -> dict[str, Any]:
    return {"schema_version": "1", "digest": f"sha256:{digest}", "rules": rules.as_dict(),
            "counts": {"rows": len(rows), "published": int((~withheld).sum()), "withheld": int(withheld.sum())},
            "withheld": _keys(rows, withheld)}


def _private(rows: pd.DataFrame, primary: Bools, withheld: Bools) -> dict[str, Any]:
    return {"small": _keys(rows, primary), "protecting": _keys(rows, withheld & ~primary)}


def _keys(rows: pd.DataFrame, mask: Bools) -> list[dict[str, str]]:
    found: Sequence[tuple[str, ...]] = row_keys(rows.loc[mask])
    return [{name: text for name, text in zip(KEY_COLUMNS, key, strict=True) if text not in ("", "_T")}
            for key in sorted(found)]
