"""Ranks of scores: 1 is the highest; equal scores share the better rank; without a score there is no rank."""

import numpy as np
import numpy.typing as npt

__all__ = ["DIGITS", "rank"]

Floats = npt.NDArray[np.float64]
DIGITS = 10  # scores nearer than this are equal: their last bits tell the order of additions, not of cities


def rank(scores: npt.ArrayLike, *, digits: int | None = DIGITS) -> Floats:
    """Rank each column, the highest first.

    Parameters
    ----------
    scores : array_like, shape (n,) or (n, k)
        Scores; NaN where there is none.
    digits : int, optional
        Decimals to which scores are told apart, 10 by default; None for exact comparison.

    Returns
    -------
    numpy.ndarray of float, shape of ``scores``
        Ranks from 1; NaN where there is no score. Equal scores share the lowest of their places, and the places after
        them stay empty (1, 2, 2, 4).

    Examples
    --------
    >>> rank([30.0, 70.0, np.nan, 70.0]).tolist()
    [3.0, 1.0, nan, 1.0]
    """
    given = np.asarray(scores, dtype=np.float64)
    if not given.size:
        return given.copy()
    table = -given.reshape(len(given), -1)
    table = table if digits is None else np.round(table, digits)
    order = np.argsort(table, axis=0, kind="stable")  # NaN comes last
    ordered = np.take_along_axis(table, order, axis=0)
    starts = np.zeros(table.shape, dtype=np.int64)
    starts[1:] = np.where(ordered[1:] != ordered[:-1], np.arange(1, len(table))[:, None], 0)
    ranks = np.empty(table.shape)
    np.put_along_axis(ranks, order, np.maximum.accumulate(starts, axis=0) + 1.0, axis=0)
    ranks[np.isnan(table)] = np.nan
    return ranks.reshape(given.shape)
