"""Numbers that a table has a place for and does not give: too imprecise, not asked, below a threshold.

Nobody is told them, so they are unknowns of the equations like what is withheld, and not numbers that stay where they
are: held still, they would bind what is withheld so that nothing could hide it. What follows for them from all that is
given, published or not, need not be one number. Any numbers that fit are as good as those that were left out: the
solutions of the equations are the same from wherever in them one starts.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

__all__ = ["fitting", "unshown"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
_WRONG = 1e3  # what it costs to miss an equation, beside what it costs to leave a remainder in a sum
_MISSED = 1e-6  # relative: an equation that is missed by more does not hold for what is not shown


def unshown(known: Bools, lines: Iterable[tuple[Ints, Ints]]) -> Bools:
    """Tell which numbers are not given and stand in a sum with some that are, or with others of these.

    Parameters
    ----------
    known : numpy.ndarray of bool, shape (n_coordinates,)
        Where a number is given.
    lines : iterable of tuple of numpy.ndarray
        Sums over axes: coordinates of the totals, and of their parts (-1 where there is none).

    Returns
    -------
    numpy.ndarray of bool, shape (n_coordinates,)
        Where there is an unknown that matters.

    Examples
    --------
    >>> unshown(np.array([True, True, False, False]), [(np.array([0]), np.array([[1, 2]]))]).tolist()
    [False, False, True, False]
    """
    kept = list(lines)
    there = known.copy()
    while True:
        before = int(there.sum())
        for totals, below in kept:
            some = (there[below] & (below >= 0)).any(axis=1)
            parts = below[some]
            there[totals[some]] = True
            there[parts[parts >= 0]] = True
        if int(there.sum()) == before:
            return there & ~known


def fitting(equations: sparse.csr_array, within: Bools, truth: Floats) -> tuple[Floats, Bools]:
    """Find numbers for what is not given that fit everything that is.

    Parameters
    ----------
    equations : scipy.sparse.csr_array, shape (n_equations, n_quantities)
        Equations; the sums over axes with -1 at the total.
    within : numpy.ndarray of bool, shape (n_equations,)
        Whether an equation is between quantities of one cell. The others may leave a remainder in their total.
    truth : numpy.ndarray, shape (n_quantities,)
        The quantities; NaN for those that are not given.

    Returns
    -------
    numbers : numpy.ndarray, shape (n_quantities,)
        All of them.
    unfit : numpy.ndarray of bool, shape (n_quantities,)
        Those that were not given and for which nothing fits: an equation holds for what is given alone.
    """
    open_ = np.isnan(truth)
    numbers, unfit = np.where(open_, 0.0, truth), np.zeros(len(truth), dtype=bool)
    if not open_.any():
        return numbers, unfit
    part = sparse.csr_array(sparse.csc_array(equations)[:, np.flatnonzero(open_)])
    asked = np.flatnonzero(np.diff(part.indptr) > 0)
    part, right = sparse.csr_array(part[asked]), -(equations @ numbers)[asked]
    size = np.maximum(abs(equations) @ np.abs(numbers), 1.0)[asked]
    scale = float(size.max(initial=1.0)) / 1e3
    count, wide = len(asked), part.shape[1]
    whole = sparse.eye_array(count, format="csr")
    cost = np.concatenate([np.zeros(wide), np.full(2 * count, _WRONG), np.ones(count)])
    most = np.concatenate([np.full(wide + 2 * count, np.inf), np.where(within[asked], 0.0, np.inf)])
    found = linprog(cost, A_eq=sparse.hstack([part, whole, -whole, whole]), b_eq=right / scale,
                    bounds=np.column_stack([np.zeros(len(cost)), most]), method="highs")
    if found.x is None:
        return numbers, open_
    numbers[open_] = found.x[:wide] * scale
    missed = np.maximum(found.x[wide:wide + count], found.x[wide + count:wide + 2 * count]) * scale > _MISSED * size
    unfit[open_] = _connected(part, missed)
    return numbers, unfit


def _connected(part: sparse.csr_array, missed: Bools) -> Bools:
    """Tell which columns are connected with some rows."""
    both = sparse.block_array([[None, part], [part.T, None]], format="csr")
    labels = connected_components(both, directed=False)[1]
    return np.isin(labels[part.shape[0]:], labels[:part.shape[0]][missed])
