"""Imputation, only when asked for: missing values filled from those of other units; who fills marks them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["fill", "numbered"]

Floats = npt.NDArray[np.float64]


def fill(x: Floats, statistic: str = "mean", group: npt.NDArray[np.int64] | None = None) -> Floats:
    """Fill the missing values of each column with the mean or median of what is there.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    statistic : {'mean', 'median'}
        What fills.
    group : numpy.ndarray of int, shape (n,), optional
        Group of each unit, from which alone it is filled; -1 for none, and a unit of none is not filled.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        The values. What no unit of the group has stays missing.

    Examples
    --------
    >>> fill(np.array([[1.0], [np.nan], [3.0], [8.0]]), group=np.array([0, 0, 0, 1])).ravel().tolist()
    [1.0, 2.0, 3.0, 8.0]
    """
    filled = x.copy()
    codes = np.zeros(len(x), dtype=np.int64) if group is None else group
    for code in np.unique(codes[codes >= 0]):
        rows = codes == code
        own = x[rows]
        some = np.isfinite(own).any(axis=0)
        middle = np.full(x.shape[1], np.nan)
        middle[some] = (np.nanmean if statistic == "mean" else np.nanmedian)(own[:, some], axis=0)
        filled[rows] = np.where(np.isfinite(own), own, middle)
    return filled


def numbered(labels: Sequence[object]) -> npt.NDArray[np.int64]:
    """Give each unit the number of the group that it names.

    Parameters
    ----------
    labels : sequence of str, length n
        Group of each unit; empty, None or NaN, as pandas has it, for none.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Number of each unit's group; -1 for none.

    Examples
    --------
    >>> numbered(["b", "", "a", "b", float("nan")]).tolist()
    [2, -1, 1, 2, -1]
    """
    named = np.array(["" if not label or label != label else str(label)  # noqa: PLR0124 - NaN is not itself
                      for label in labels], dtype=str)
    return np.where(named == "", -1, np.unique(named, return_inverse=True)[1])
