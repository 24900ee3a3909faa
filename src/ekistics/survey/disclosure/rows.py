"""Observation rows under disclosure control: their keys, their digest, and which of them are withheld."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.core.reasons import Reason

__all__ = ["KEY_COLUMNS", "NUMBERS", "WITHHELD_STATUS", "digest_rows", "row_keys", "row_order",
           "told_key", "withheld_mask"]

NUMBERS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")
KEY_COLUMNS = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS)
# One status for all that is withheld: "small counts" beside "to protect others" would tell which cells are small.
WITHHELD_STATUS = {"obs_status": "Q", "conf_status": "C", "reason": str(Reason.WITHHELD)}

Columns = Mapping[str, Sequence[Any]]


def digest_rows(rows: pd.DataFrame | Columns) -> str:
    """Give one digest of observation rows, whatever their order.

    Parameters
    ----------
    rows : pandas.DataFrame or mapping of str to sequence
        Columns of ``ekistics.core.observation.OBSERVATION_COLUMNS``; others do not count.

    Returns
    -------
    str
        SHA-256, lower-case hexadecimal, of the rows' texts in their order as texts. A missing text is empty, and so is
        a missing number; a number is the shortest text that gives it again.

    Examples
    --------
    >>> digest_rows({name: [] for name in OBSERVATION_COLUMNS})[:12]
    'e3b0c44298fc'
    """
    columns = [_texts(rows[name], number=name in NUMBERS) for name in OBSERVATION_COLUMNS]
    lines = sorted("\x1f".join(cells) for cells in zip(*columns, strict=True))
    return hashlib.sha256("".join(f"{line}\x1e" for line in lines).encode()).hexdigest()


def _texts(values: Any, *, number: bool) -> list[str]:
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    if number:
        return ["" if _is_gap(value) else repr(float(value)) for value in listed]
    return ["" if _is_gap(value) else str(value) for value in listed]


def _is_gap(value: Any) -> bool:
    return value is None or value is pd.NA or value != value  # noqa: PLR0124 - NaN


def row_keys(rows: pd.DataFrame | Columns) -> list[tuple[str, ...]]:
    """Give the key of each row.

    Parameters
    ----------
    rows : pandas.DataFrame or mapping of str to sequence
        Observation rows.

    Returns
    -------
    list of tuple of str
        Indicator, series, variant, area, period and dimensions.
    """
    return list(zip(*(_texts(rows[name], number=False) for name in KEY_COLUMNS), strict=True))


def row_order(rows: pd.DataFrame | Columns) -> npt.NDArray[np.intp]:
    """Give the order of rows by their keys, in which the report tells of them.

    Parameters
    ----------
    rows : pandas.DataFrame or mapping of str to sequence
        Observation rows.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        Numbers of the rows, sorted by key.
    """
    keys = row_keys(rows)
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def told_key(key: Sequence[str]) -> dict[str, str]:
    """Give a key as the report tells it: without what is total or empty.

    Parameters
    ----------
    key : sequence of str
        As :func:`row_keys` gives it.

    Returns
    -------
    dict of str to str
        Texts by column.

    Examples
    --------
    >>> told_key(["water", "basic", "", "X", "2024", *["_T"] * 8])
    {'indicator': 'water', 'series': 'basic', 'ref_area': 'X', 'time_period': '2024'}
    """
    return {name: text for name, text in zip(KEY_COLUMNS, key, strict=True) if text not in ("", "_T")}


def withheld_mask(rows: pd.DataFrame | Columns) -> npt.NDArray[np.bool_]:
    """Tell which rows say that they are withheld.

    Parameters
    ----------
    rows : pandas.DataFrame or mapping of str to sequence
        Observation rows.

    Returns
    -------
    numpy.ndarray of bool, shape (n_rows,)
        Whether the reason says so; a value that is suppressed for other reasons, such as too few cases to be
        reliable, has the same status.
    """
    return np.array([reason == WITHHELD_STATUS["reason"] for reason in _texts(rows["reason"], number=False)],
                    dtype=bool)
