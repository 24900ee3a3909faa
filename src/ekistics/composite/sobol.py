"""Sobol' indices: which uncertain input makes an output spread, alone and with the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Sobol", "sobol", "sobol_points"]

Floats = npt.NDArray[np.float64]
_LEAST = 2  # rows: a variance needs two
_QUANTILES = (0.05, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Sobol:
    """Sobol' indices with bootstrap intervals.

    Parameters
    ----------
    names : tuple of str
        The inputs.
    first, total : numpy.ndarray, shape (d,)
        Share of the output's variance that an input makes alone, and with all its interactions. NaN where the output
        never varies.
    first_interval, total_interval : numpy.ndarray, shape (d, 2)
        5 and 95 % quantiles over bootstrap samples of the rows.
    variance : float
        Variance of the output.
    n, runs : int
        Rows of the design, and evaluations of the function: n (d + 2).
    """

    names: tuple[str, ...]
    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats
    variance: float
    n: int
    runs: int


def sobol_points(d: int, n: int, seed: int) -> Floats:
    """Give the points of the design: A, B, and for each input A with that input's column of B.

    Parameters
    ----------
    d : int
        Inputs.
    n : int
        Rows of A; a power of two, as Sobol' points are balanced only then.
    seed : int
        Seed of the scrambling.

    Returns
    -------
    numpy.ndarray, shape (d + 2, n, d)
        Numbers from 0 to below 1.

    Raises
    ------
    InvalidValueError
        When there is no input, or n is no power of two.

    Examples
    --------
    >>> sobol_points(3, 8, seed=1).shape
    (5, 8, 3)
    """
    if d < 1:
        raise InvalidValueError(_("There is no uncertain input."), where="d", param="d", expected=">= 1", got=d)
    if n < _LEAST or n & (n - 1):
        below = 1 << max(n.bit_length() - 1, 1)
        raise InvalidValueError(_("The number of rows must be a power of two."), where="n", param="n", got=n,
                                hint=_("Take {below} or {above}.").format(below=below, above=2 * below))
    drawn = qmc.Sobol(2 * d, scramble=True, rng=np.random.default_rng(seed)).random_base2(n.bit_length() - 1)
    first, second = drawn[:, :d], drawn[:, d:]
    points = np.repeat(first[None], d + 2, axis=0)
    points[1] = second
    for i in range(d):
        points[i + 2, :, i] = second[:, i]
    return points


def sobol(function: Callable[[Floats], npt.ArrayLike], d: int, n: int, seed: int, *, names: Sequence[str] = (),
          resamples: int = 1000) -> Sobol:
    """Estimate first-order and total Sobol' indices of a function on the unit cube.

    Parameters
    ----------
    function : callable
        Takes points, shape (n (d + 2), d), numbers from 0 to below 1, and gives the output of each.
    d : int
        Inputs.
    n : int
        Rows of the design; a power of two. The function is asked n (d + 2) times.
    seed : int
        Seed of the points and of the bootstrap.
    names : sequence of str, optional
        Names of the inputs; their numbers where absent.
    resamples : int, default 1000
        Bootstrap samples of the rows.

    Returns
    -------
    Sobol
        The indices.

    Raises
    ------
    InvalidValueError
        When the design cannot be, or an output is missing or infinite.

    Notes
    -----
    Method: S = mean(y_B (y_AB - y_A)) / V and ST = mean((y_A - y_AB)^2) / (2 V), with outputs less their mean and V
    their variance over A and B (Saltelli et al., Computer Physics Communications 181, 2010, table 2 b and f; as COINr
    has them). Points are Sobol' points, scrambled. Intervals are those of rows drawn again with replacement; points
    that are more even than chance make them wider than the error is. Small indices can come out below zero.

    Examples
    --------
    >>> found = sobol(lambda x: 2 * x[:, 0] + x[:, 1], 2, 1024, seed=1)
    >>> found.first.round(2).tolist(), found.total.round(2).tolist()
    ([0.8, 0.2], [0.8, 0.2])
    """
    points = sobol_points(d, n, seed)
    outputs = np.asarray(function(points.reshape(-1, d)), dtype=np.float64)
    if outputs.shape != (n * (d + 2),) or not np.isfinite(outputs).all():
        raise InvalidValueError(_("Each point needs one finite output."), where="function", param="function",
                                expected=n * (d + 2), got=int(np.isfinite(outputs).sum()))
    y = outputs.reshape(d + 2, n)
    first, total, variance = _indices(y, None)
    rng = np.random.default_rng([seed, 1])  # another stream than that of the points
    drawn = [_indices(y, rng.integers(0, n, n))[:2] for _resample in range(resamples)] or [(first, total)]
    low_high = np.quantile(np.array(drawn), _QUANTILES, axis=0)  # (2, first | total, d)
    return Sobol(tuple(names) or tuple(str(i + 1) for i in range(d)), first, total, low_high[:, 0].T, low_high[:, 1].T,
                 variance, n, outputs.size)


def _indices(y: Floats, rows: npt.NDArray[np.int64] | None) -> tuple[Floats, Floats, float]:
    """Give both indices and the variance for outputs of shape (d + 2, n), of all rows or of some."""
    taken = y if rows is None else y[:, rows]
    mean, variance = float(taken[:2].mean()), float(taken[:2].var())
    by_a, by_b, mixed = taken[0] - mean, taken[1] - mean, taken[2:] - mean
    if variance == 0:
        nothing = np.full(len(mixed), np.nan)
        return nothing, nothing, 0.0
    return (mixed - by_a) @ by_b / len(by_a) / variance, ((by_a - mixed) ** 2).mean(axis=1) / (2 * variance), variance
