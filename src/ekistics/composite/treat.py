"""Treatment of outliers: columns whose skew and kurtosis are too large are Winsorised, or take a logarithm."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.composite._columns import ends

__all__ = ["Treated", "kurtosis", "log_ct", "skew", "treat"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_SKEW_LEAST = 3
_KURTOSIS_LEAST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Treated:
    """Columns after treatment, and what was done to each.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, k)
        The columns.
    points : numpy.ndarray of int, shape (k,)
        Points Winsorised; 0 where the logarithm was taken instead.
    logged : numpy.ndarray of bool, shape (k,)
        Whether the logarithm was taken.
    skew_before, kurtosis_before, skew_after, kurtosis_after : numpy.ndarray, shape (k,)
        Skew and kurtosis.
    """

    values: Floats
    points: npt.NDArray[np.int64]
    logged: Bools
    skew_before: Floats
    kurtosis_before: Floats
    skew_after: Floats
    kurtosis_after: Floats


def skew(x: Floats) -> Floats:
    """Give the skew of each column, corrected for its number of values.

    .. math:: G_1 = g_1 sqrt(n (n - 1)) / (n - 2)

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values; missing ones are left out.

    Returns
    -------
    numpy.ndarray, shape (k,)
        Skew; NaN with fewer than three values, or constant ones.

    Notes
    -----
    Method: Joanes and Gill (1998), The Statistician 47: 183-189, G1; as COINr 1.1 and spreadsheets.

    Examples
    --------
    >>> skew(np.array([[1.0], [2.0], [6.0]])).round(6).tolist()
    [1.457863]
    """
    n, second, third, _fourth = _moments(x)
    n = np.where(n >= _SKEW_LEAST, n, np.nan)
    corrected: Floats = third / second**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    return corrected


def kurtosis(x: Floats) -> Floats:
    """Give the excess kurtosis of each column, corrected for its number of values.

    .. math:: G_2 = (n - 1) ((n + 1) g_2 + 6) / ((n - 2) (n - 3))

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values; missing ones are left out.

    Returns
    -------
    numpy.ndarray, shape (k,)
        Kurtosis, 0 for a normal distribution; NaN with fewer than four values, or constant ones.

    Notes
    -----
    Method: Joanes and Gill (1998), The Statistician 47: 183-189, G2; as COINr 1.1 and spreadsheets.

    Examples
    --------
    >>> kurtosis(np.array([[1.0], [2.0], [3.0], [9.0]])).round(6).tolist()
    [3.01436]
    """
    n, second, _third, fourth = _moments(x)
    n = np.where(n >= _KURTOSIS_LEAST, n, np.nan)
    corrected: Floats = (n - 1) * ((n + 1) * (fourth / second**2 - 3) + 6) / ((n - 2) * (n - 3))
    return corrected


def log_ct(x: Floats) -> Floats:
    """Take the logarithm of each column after its least value was brought near zero; of a negative skew, mirrored.

    .. math:: ln(x - min x + (max x - min x) / 100)

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values of any sign.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Logarithms, in the order of the values; NaN for a constant column.

    Notes
    -----
    Method: the logarithm of the COIN Tool (European Commission, JRC). A logarithm draws in high values only, so a
    column with a negative skew is mirrored before and after, and keeps its order (log_CT_plus of COINr 1.1).

    Examples
    --------
    >>> log_ct(np.array([[0.0], [1.0], [100.0]])).ravel().round(4).tolist()
    [0.0, 0.6931, 4.6151]
    """
    sign = np.where(skew(x) < 0, -1.0, 1.0)
    z = sign * x
    low, high = ends(z)
    width = np.where(high > low, high - low, np.nan)
    logs: Floats = sign * np.log(z - low + width / 100)
    return logs


def treat(x: Floats, *, winsorise: int = 5, skew_limit: float = 2.0, kurtosis_limit: float = 3.5,
          log: bool = True) -> Treated:
    """Treat the columns that have outliers: size of skew above one limit and kurtosis above the other.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values; missing ones stay missing.
    winsorise : int, default 5
        Most points to Winsorise in a column.
    skew_limit, kurtosis_limit : float, default 2 and 3.5
        The limits.
    log : bool, default True
        Whether a column that still has outliers takes a logarithm, of its values before Winsorising.

    Returns
    -------
    Treated
        The columns and what was done.

    Notes
    -----
    Method: OECD and JRC (2008) and COINr 1.1. One point at a time takes the value of its neighbour inwards, at the
    high end while the skew is positive and at the low end while it is negative, until the column passes or the points
    are used up.

    Examples
    --------
    >>> made = treat(np.array([*range(1, 11), 100.0])[:, None])
    >>> made.points.tolist(), float(made.values.max())
    ([1], 10.0)
    """
    before = skew(x), kurtosis(x)
    values, skews, kurts = x.copy(), before[0].copy(), before[1].copy()
    points = np.zeros((2, x.shape[1]), dtype=np.int64)  # taken at the low and at the high end
    ordered = np.sort(x, axis=0)
    count = np.isfinite(x).sum(axis=0)
    for _point in range(winsorise):
        still = np.flatnonzero(_outlying(skews, kurts, skew_limit, kurtosis_limit))
        if not still.size:
            break
        high = (skews[still] > 0).astype(np.int64)
        points[high, still] += 1
        values[:, still] = _clipped(x[:, still], ordered[:, still], points[:, still], count[still])
        skews[still], kurts[still] = skew(values[:, still]), kurtosis(values[:, still])
    failed = _outlying(skews, kurts, skew_limit, kurtosis_limit) | (np.isnan(skews) & ~np.isnan(before[0]))
    logged = np.flatnonzero(failed) if log else np.empty(0, dtype=np.int64)
    if logged.size:
        values[:, logged] = log_ct(x[:, logged])
        points[:, logged] = 0
        skews[logged], kurts[logged] = skew(values[:, logged]), kurtosis(values[:, logged])
    return Treated(values, points.sum(axis=0), failed & log, *before, skews, kurts)


def _outlying(skews: Floats, kurts: Floats, skew_limit: float, kurtosis_limit: float) -> Bools:
    """Say which columns have outliers."""
    return (np.abs(skews) > skew_limit) & (kurts > kurtosis_limit)


def _clipped(x: Floats, ordered: Floats, points: npt.NDArray[np.int64], count: npt.NDArray[np.int64]) -> Floats:
    """Bring the given points of each end to the value next inwards."""
    low = np.take_along_axis(ordered, points[0][None], axis=0)
    high = np.take_along_axis(ordered, (count - 1 - points[1])[None], axis=0)
    return np.clip(x, low, high)


def _moments(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the count of each column and its second, third and fourth central moments; NaN for constant columns."""
    there = np.isfinite(x)
    n = there.sum(axis=0).astype(np.float64)
    some = np.where(n > 0, n, np.nan)
    off = np.where(there, x - np.where(there, x, 0.0).sum(axis=0) / some, 0.0)
    square = off * off
    low, high = ends(x)
    second = np.where(high > low, square.sum(axis=0) / some, np.nan)
    return n, second, (square * off).sum(axis=0) / some, (square * square).sum(axis=0) / some
