"""Denomination: items divided by quantities that make units of unlike size comparable."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["denominate"]

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
    wrong = np.flatnonzero((by < 0).any(axis=0))
    if wrong.size:
        raise InvalidValueError(_("A denominator is below zero."), where=names[wrong[0]] if names else "denominate",
                                param="by", expected=">= 0", got=float(np.nanmin(by[:, wrong[0]])))
    return x / np.where(by > 0, by, np.nan)
