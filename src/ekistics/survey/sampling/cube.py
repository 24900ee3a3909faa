"""The cube method: samples whose weighted totals of auxiliary variables are those of the frame."""

import numba
import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.sampling.probabilities import Bools, Floats, checked_probabilities

__all__ = ["balancing_matrix", "draw_cube", "flight"]

_WHOLE = 1e-9  # a probability nearer to 0 or 1 than this is one of them
_PIVOT = 1e-11
_LISTED = 12  # open units of which all 4096 samples are listed
_SAME, _HALF = 1e-6, 0.5


def balancing_matrix(pi: npt.ArrayLike, variables: npt.ArrayLike, *,
                     strata: npt.ArrayLike | None = None) -> Floats:
    """Give the constraints of a balanced draw, the most important first: sizes of strata, then variables.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities; in each stratum their sum is whole.
    variables : array-like, shape (n_units, n_variables)
        Variables whose weighted totals are to be those of the frame.
    strata : array-like of int, shape (n_units,), optional
        Codes of strata, whose numbers of units drawn are fixed; one where not given.

    Returns
    -------
    numpy.ndarray, shape (n_units, n_constraints)
        ``pi`` within each stratum, then the variables; of each variable a multiple is taken, which changes nothing.

    Raises
    ------
    InvalidValueError
        A value is missing, or the lengths differ.
    """
    probabilities, _n = checked_probabilities(pi)
    values = np.asarray(variables, dtype=np.float64).reshape(len(probabilities), -1)
    if not np.isfinite(values).all():
        raise InvalidValueError(_("A balancing variable has a missing value."), param="variables",
                                where=_("row {row}").format(row=int(np.argwhere(~np.isfinite(values))[0, 0]) + 1))
    codes = np.zeros(len(probabilities), dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64)
    sizes = (codes[:, None] == np.unique(codes)) * probabilities[:, None]
    scale = np.maximum(np.abs(values).mean(axis=0), np.finfo(float).tiny)
    return np.column_stack([sizes, values / scale])


def flight(pi: npt.ArrayLike, constraints: npt.ArrayLike, rng: np.random.Generator) -> Floats:
    """Fly: move the probabilities at random to 0 or 1 while every constraint holds.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Probabilities.
    constraints : array-like, shape (n_units, n_constraints)
        Variables whose sums of value by ``pi`` are kept; a unit's row is divided by its first ``pi``.
    rng : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Probabilities of 0 and 1, but for at most ``n_constraints`` units; their expectation is ``pi``.

    Notes
    -----
    Method: fast flight of Chauvet and Tillé, Computational Statistics 21 (2006): each step takes the next
    ``n_constraints + 1`` units that are still open and a vector of the kernel of their constraints, so that a step
    costs the same in a frame of any length. Units are taken in an order drawn at random.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> moved = flight([0.5, 0.5, 0.5, 0.5], [[0.5], [0.5], [0.5], [0.5]], rng)
    >>> sorted(moved.round(9).tolist())
    [0.0, 0.0, 1.0, 1.0]
    """
    probabilities = np.array(pi, dtype=np.float64)
    rows = np.asarray(constraints, dtype=np.float64) / probabilities[:, None]
    return _flown(probabilities, rows, rng)


def _flown(now: Floats, rows: Floats, rng: np.random.Generator) -> Floats:
    """Fly over the units that are open, in a random order."""
    open_units = np.flatnonzero((now > _WHOLE) & (now < 1 - _WHOLE))
    order = open_units[np.argsort(rng.random(len(open_units)), kind="stable")]
    moved = now.copy()
    moved[order] = _fly(now[order], np.ascontiguousarray(rows[order]), rng.random(2 * len(order) + rows.shape[1] + 1))
    return moved


def draw_cube(pi: npt.ArrayLike, variables: npt.ArrayLike, rng: np.random.Generator, *,
              strata: npt.ArrayLike | None = None) -> Bools:
    """Draw a balanced sample of fixed size.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities; in each stratum their sum is whole.
    variables : array-like, shape (n_units, n_variables)
        Variables to balance, the most important first: the last are given up first where no sample balances all.
    rng : numpy.random.Generator
        Source of random numbers.
    strata : array-like of int, shape (n_units,), optional
        Codes of strata, whose numbers of units drawn are fixed.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: Deville and Tillé, Biometrika 91 (2004): :func:`flight`, then landing. While more than twelve units are open
    the last variable is given up and the flight goes on; then a linear programme gives each possible sample of these
    units a chance, with the least expected imbalance that keeps the inclusion probabilities. Sizes are always exact.
    """
    probabilities, _n = checked_probabilities(pi)
    constraints = balancing_matrix(probabilities, variables, strata=strata)
    rows = constraints / probabilities[:, None]
    sizes = constraints.shape[1] - np.asarray(variables).reshape(len(probabilities), -1).shape[1]
    now = probabilities.copy()
    for kept in range(rows.shape[1], sizes - 1, -1):
        now = _flown(now, rows[:, :kept], rng)
        if ((now > _WHOLE) & (now < 1 - _WHOLE)).sum() <= _LISTED:
            now = _landed(now, rows, sizes, rng)
            break
    drawn = now > _HALF
    if np.abs(now - drawn).max() > np.sqrt(_WHOLE):
        raise InvalidValueError(_("In a stratum the inclusion probabilities have no whole sum."), param="pi")
    return np.asarray(drawn, dtype=bool)


def _landed(now: Floats, rows: Floats, sizes: int, rng: np.random.Generator) -> Floats:
    """Land the few units that are open on the samples of least imbalance, by a linear programme over all of them."""
    left = np.flatnonzero((now > _WHOLE) & (now < 1 - _WHOLE))
    if not len(left):
        return now
    samples = ((np.arange(1 << len(left))[:, None] >> np.arange(len(left))) & 1).astype(np.float64)
    moved = (samples - now[left]) @ rows[left]
    samples, moved = (each[np.abs(moved[:, :sizes]).max(axis=1) < _SAME] for each in (samples, moved))
    if not len(samples):  # the sizes of strata are not whole
        return now
    cost = ((moved[:, sizes:] / len(rows)) ** 2).sum(axis=1)  # squares of relative errors
    equal = np.vstack([samples.T, np.ones(len(samples))])
    solved = linprog(cost, A_eq=equal, b_eq=np.append(now[left], 1.0), method="highs")
    if not solved.success:
        return now
    chances = np.cumsum(np.maximum(solved.x, 0.0))
    landed = now.copy()
    landed[left] = samples[min(int(np.searchsorted(chances, rng.random() * chances[-1], "right")), len(samples) - 1)]
    return landed


@numba.njit(cache=True)
def _fly(pi: Floats, rows: Floats, random: Floats) -> Floats:
    """Fly over units in order; each step closes one of a small window at least."""
    n_units, p = rows.shape
    window = min(p + 1, n_units)
    inside = np.arange(window)
    following, step = window, 0
    while window > 0:
        vector = _kernel_vector(rows[inside[:window]])
        if vector[0] > 1.0:  # a window without a free direction
            break
        up, down = np.inf, np.inf
        for i in range(window):
            v, x = vector[i], pi[inside[i]]
            if v > 0:
                up, down = min(up, (1 - x) / v), min(down, x / v)
            elif v < 0:
                up, down = min(up, -x / v), min(down, (x - 1) / v)
        by = up if random[step] * (up + down) < down else -down
        step += 1
        left = 0
        for i in range(window):
            unit = inside[i]
            pi[unit] = min(max(pi[unit] + by * vector[i], 0.0), 1.0)
            if _WHOLE < pi[unit] < 1 - _WHOLE:
                inside[left] = unit
                left += 1
            else:
                pi[unit] = np.round(pi[unit])
        while left < p + 1 and following < n_units and left < len(inside):
            inside[left] = following
            left, following = left + 1, following + 1
        window = left
    return pi


@numba.njit(cache=True)
def _kernel_vector(rows: Floats) -> Floats:
    """Give a vector of length one at most in each entry with ``vector @ rows = 0``; 2 at first where there is none."""
    count, p = rows.shape
    a = rows.T.copy()
    pivot_of = np.full(p, -1)
    rank, free = 0, -1
    for column in range(count):
        at = rank
        for r in range(rank + 1, p):
            if abs(a[r, column]) > abs(a[at, column]):
                at = r
        if rank == p or abs(a[at, column]) <= _PIVOT * max(1.0, np.abs(rows[column]).max()):
            free = column
            break
        _eliminate(a, rank, at, column)
        pivot_of[rank] = column
        rank += 1
    vector = np.zeros(count)
    if free < 0:
        vector[0] = 2.0
        return vector
    vector[free] = 1.0
    for r in range(rank):
        vector[pivot_of[r]] = -a[r, free]
    scaled: Floats = vector / np.abs(vector).max()
    return scaled


@numba.njit(cache=True)
def _eliminate(a: Floats, rank: int, at: int, column: int) -> None:
    """Bring the row of the pivot to its place, and take its column out of all other rows."""
    for c in range(a.shape[1]):
        a[rank, c], a[at, c] = a[at, c], a[rank, c]
    a[rank] /= a[rank, column]
    for r in range(a.shape[0]):
        if r != rank and a[r, column] != 0.0:
            a[r] -= a[r, column] * a[rank]
