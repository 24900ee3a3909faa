"""Two editions of one table: what their difference tells of the few cases that came between."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.survey.disclosure.rows import row_keys, told_key
from ekistics.survey.disclosure.rules import DisclosureRules

__all__ = ["compare_editions"]

Bools = npt.NDArray[np.bool_]


def compare_editions(rows: pd.DataFrame, withheld: Bools, earlier: pd.DataFrame, *,
                     rules: DisclosureRules) -> dict[str, Any]:
    """Report what somebody learns who keeps the edition before.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows before they are withheld, with ``n``.
    withheld : numpy.ndarray of bool, shape (n_rows,)
        Which of them are withheld now.
    earlier : pandas.DataFrame
        Rows that were published before, of observation columns; with ``n`` where that was published too.
    rules : DisclosureRules
        What is too little.

    Returns
    -------
    dict
        Lists of cells: ``few_cases_between``, shown then and now with a difference of fewer cases than the minimum
        (where cases were not published, than the minimum times the mean weight); ``shown_before``, withheld now though
        the edition before shows them; ``withheld_before``, shown now though they were withheld.
    """
    keys, place = row_keys(rows), {key: i for i, key in enumerate(row_keys(earlier))}
    both = [i for i, key in enumerate(keys) if key in place]
    now, before = rows.iloc[both], earlier.iloc[[place[keys[i]] for i in both]]
    hidden, hidden_before = withheld[both], before["denominator"].isna().to_numpy(dtype=bool)
    few = _few_between(now, before, rules.cases) & ~hidden & ~hidden_before
    lists = {"few_cases_between": few, "shown_before": hidden & ~hidden_before,
             "withheld_before": ~hidden & hidden_before}
    return {"compared": len(both), **{name: _told(keys[both[i]] for i in np.flatnonzero(mask))
                                      for name, mask in lists.items()}}


def _few_between(now: pd.DataFrame, before: pd.DataFrame, cases: int) -> Bools:
    change = np.abs(now["denominator"].to_numpy(float) - before["denominator"].to_numpy(float))
    with np.errstate(invalid="ignore", divide="ignore"):
        between = change * now["n"].to_numpy(float) / now["denominator"].to_numpy(float)
    if "n" in before.columns:
        between = np.abs(now["n"].to_numpy(float) - before["n"].to_numpy(float))
    return np.asarray((between > 0) & (between < cases), dtype=bool)


def _told(keys: Iterable[tuple[str, ...]]) -> list[dict[str, str]]:
    return [told_key(key) for key in sorted(keys)]
