"""Denomination: items divided by quantities that make units of unlike size comparable."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ekistics.composite._columns import ends, refuse
from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _

__all__ = ["denominate", "divisors"]

Floats = npt.NDArray[np.float64]


def denominate(x: Floats, by: Floats, *, names: Sequence[str] = ()) -> Floats:
    """Divide columns; by zero or by what is missing gives missing.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    by : numpy.ndarray, shape (n, k)
        Denominators, zero or more.
    names : sequence of str, length k, optional
        Names of the columns, for the error.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Ratios.

    Raises
    ------
    InvalidValueError
        When a denominator is below zero.

    Examples
    --------
    >>> denominate(np.array([[6.0], [1.0]]), np.array([[3.0], [0.0]])).ravel().tolist()
    [2.0, nan]
    """
    least = ends(by)[0]
    refuse(least < 0, _("A denominator is below zero."), least, names, step="denominate", param="by", expected=">= 0")
    return x / np.where(by > 0, by, np.nan)


def divisors(by: Mapping[str, str], quantities: Mapping[str, npt.ArrayLike], items: Sequence[str], n: int) -> Floats:
    """Give what each value is divided by.

    Parameters
    ----------
    by : mapping of str to str
        Code of an item to the name of its denominator.
    quantities : mapping of str to array_like, shape (n,)
        The denominators.
    items : sequence of str, length k
        Codes of the columns.
    n : int
        Number of units.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Denominators; 1 for items that are not divided.

    Raises
    ------
    UnknownNameError
        When there is no such item or denominator.

    Examples
    --------
    >>> divisors({"cars": "people"}, {"people": [10, 20]}, ["air", "cars"], 2).tolist()
    [[1.0, 10.0], [1.0, 20.0]]
    """
    table = np.ones((n, len(items)))
    for code, name in by.items():
        if code not in items:
            raise UnknownNameError.among(code, list(items), what=_("item"), where="denominate")
        if name not in quantities:
            raise UnknownNameError.among(name, list(quantities), what=_("denominator"), where=f"denominate, {code}")
        table[:, items.index(code)] = np.asarray(quantities[name], dtype=np.float64)
    return table
