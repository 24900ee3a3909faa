"""Denomination: items divided by quantities that make units of unlike size comparable."""

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["denominate"]

Floats = npt.NDArray[np.float64]


def denominate(x: Floats, by: Floats) -> Floats:
    """Divide columns; by zero or by what is missing gives missing.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    by : numpy.ndarray, shape (n, k)
        Denominators, zero or more.

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
    if bool((by < 0).any()):
        raise InvalidValueError(_("A denominator is below zero."), where="denominate", param="by", expected=">= 0",
                                got=float(np.nanmin(by)))
    return x / np.where(by > 0, by, np.nan)
