"""Screening: units with too little data left out before anything is compared."""

import numpy as np
import numpy.typing as npt

__all__ = ["data_share", "keep", "nonzero_share"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def data_share(observed: Bools) -> Floats:
    """Give the share of items that each unit has observed values of.

    Parameters
    ----------
    observed : numpy.ndarray of bool, shape (n, m)
        Whether a value was observed, not imputed.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Shares.

    Examples
    --------
    >>> data_share(np.array([[True, False], [True, True]])).tolist()
    [0.5, 1.0]
    """
    shares: Floats = observed.mean(axis=1)
    return shares


def nonzero_share(x: Floats, observed: Bools) -> Floats:
    """Give the share of each unit's observed values that are not zero.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, m)
        Values.
    observed : numpy.ndarray of bool, shape (n, m)
        Whether a value was observed, not imputed.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Shares; NaN for a unit without values.

    Examples
    --------
    >>> nonzero_share(np.array([[0.0, 2.0]]), np.array([[True, True]])).tolist()
    [0.5]
    """
    count = observed.sum(axis=1)
    shares: Floats = ((x != 0) & observed).sum(axis=1) / np.where(count > 0, count, np.nan)
    return shares


def keep(x: Floats, observed: Bools, *, data: float, nonzero: float = 0.0) -> Bools:
    """Say which units have enough data.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, m)
        Values.
    observed : numpy.ndarray of bool, shape (n, m)
        Whether a value was observed, not imputed.
    data : float
        Least share of items observed.
    nonzero : float, default 0
        Least share of the observed values that are not zero.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        Whether the unit stays.

    Examples
    --------
    >>> keep(np.array([[1.0, np.nan], [1.0, 2.0]]), np.array([[True, False], [True, True]]), data=0.9).tolist()
    [False, True]
    """
    enough = data_share(observed) >= data
    return enough if nonzero <= 0 else enough & (nonzero_share(x, observed) >= nonzero)
