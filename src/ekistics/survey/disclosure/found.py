"""What the numbers of a table show of its series: equal denominators, and series that add up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

__all__ = ["found_sums", "same_quantity"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
_SAME = 1e-9
_LARGEST = 3  # coefficients beyond which a sum is chance


class _Grid(Protocol):
    @property
    def part(self) -> Floats: ...
    @property
    def share(self) -> npt.NDArray[np.bool_]: ...
    @property
    def names(self) -> tuple[tuple[str, ...], ...]: ...


def same_quantity(whole: Floats, cases: Floats, periods: Sequence[str]) -> Ints:
    """Group measures whose denominators and cases are the same numbers wherever both are given.

    Parameters
    ----------
    whole, cases : numpy.ndarray of float, shape (n_measures, n_coordinates)
        Denominators and unweighted cases; NaN where there is none.
    periods : sequence of str
        Period of each measure.

    Returns
    -------
    numpy.ndarray of int, shape (n_measures,)
        Number of the group.

    Examples
    --------
    >>> same_quantity(np.array([[1., 2.], [1., 2.], [3., 2.]]), np.ones((3, 2)), ["2020"] * 3).tolist()
    [0, 0, 2]
    """
    group = np.arange(len(whole))
    for m in range(len(whole)):
        for first in dict.fromkeys(group[:m].tolist()):
            if periods[m] == periods[first] and _agree(whole[first], whole[m]) and _agree(cases[first], cases[m]):
                group[m] = first
                break
    return group


def _agree(one: Floats, other: Floats) -> bool:
    both = ~np.isnan(one) & ~np.isnan(other)
    return bool(both.any()) and bool(np.all(np.abs(one[both] - other[both]) <= _SAME * np.abs(one[both])))


def found_sums(grid: _Grid, members: Ints, whole: Floats) -> Iterator[tuple[Mapping[int, int], int]]:
    """Find series of one indicator whose numerators add up in every cell, to each other or to the denominator.

    Parameters
    ----------
    grid : Grid
        The rows by measure and coordinate.
    members : numpy.ndarray of int
        Measures that share a denominator.
    whole : numpy.ndarray of float, shape (n_coordinates,)
        That denominator.

    Yields
    ------
    tuple
        Coefficients by measure, and the coefficient of the denominator: together they make zero.

    Notes
    -----
    A sum is taken for one where it holds in at least twice as many cells as there are series, to nine digits, with
    whole coefficients up to three. What holds by chance only makes the adversary stronger than it is.
    """
    for indicator in dict.fromkeys(grid.names[m][0] for m in members):
        columns = [int(m) for m in members if grid.names[m][0] == indicator and grid.share[m]]
        values = grid.part[columns]
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = (values / whole).T
        good = np.isfinite(shares).all(axis=1)
        some = np.asarray((shares[good] > 0).any(axis=0))
        columns = [column for column, used in zip(columns, some.tolist(), strict=True) if used]
        matrix = np.column_stack([shares[good][:, some], np.ones(int(good.sum()))])
        for vector in _null_vectors(matrix):
            yield ({column: int(c) for column, c in zip(columns, vector, strict=False) if c}, int(vector[-1]))


def _null_vectors(matrix: Floats) -> list[Floats]:
    """Give the whole-numbered relations between the columns of a matrix."""
    if matrix.shape[1] < 2 or len(matrix) < 2 * matrix.shape[1]:  # noqa: PLR2004 - a relation is between two
        return []
    _u, singular, vectors = np.linalg.svd(matrix, full_matrices=False)
    basis = vectors[singular <= _SAME * singular[0]]
    reduced = _row_reduced(basis)
    whole = np.round(reduced)
    good = ((np.abs(reduced - whole) < 1e-6).all(axis=1) & (np.abs(whole) <= _LARGEST).all(axis=1)  # noqa: PLR2004
            & (np.abs(matrix @ whole.T) <= _SAME * 10).all(axis=0))
    return list(whole[good])


def _row_reduced(basis: Floats) -> Floats:
    out, row = basis.copy(), 0
    for column in range(out.shape[1]):
        if row == len(out):
            break
        pivot = row + int(np.argmax(np.abs(out[row:, column])))
        if abs(out[pivot, column]) < 1e-6:  # noqa: PLR2004 - no pivot here
            continue
        out[[row, pivot]] = out[[pivot, row]]
        out[row] /= out[row, column]
        others = np.arange(len(out)) != row
        out[others] -= np.outer(out[others, column], out[row])
        row += 1
    return out
