"""Weights from judgements and rankings of options by several criteria: AHP, TOPSIS, entropy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["RANDOM_INDEX", "Judged", "ahp", "entropy_weights", "topsis"]

Floats = npt.NDArray[np.float64]

# Mean consistency index of random reciprocal matrices of 1, 2, 3 ... criteria: T. L. Saaty, The Analytic Hierarchy
# Process, McGraw-Hill, 1980.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
CONSISTENT = 0.1  # Saaty's limit: above it the judgements should be thought over
NORMALISATIONS = ("vector", "min-max")
_RECIPROCAL = 1e-3  # relative: 0.33 is accepted for a third only if written as 0.333
_TABLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Weights from pairwise judgements.

    Parameters
    ----------
    weights : numpy.ndarray, shape (k,)
        Weights, summing to one.
    lambda_max : float
        The largest eigenvalue; k where the judgements do not contradict each other.
    consistency_ratio : float
        0 for judgements that agree, about 1 for random ones.
    """

    weights: Floats
    lambda_max: float
    consistency_ratio: float

    @property
    def consistent(self) -> bool:
        """Whether the consistency ratio is at most 0.1."""
        return self.consistency_ratio <= CONSISTENT


def ahp(matrix: npt.ArrayLike) -> Judged:
    """Give the weights that pairwise judgements imply: the analytic hierarchy process.

    Parameters
    ----------
    matrix : array_like, shape (k, k)
        How many times as important the criterion of the row is as that of the column; the entry across the diagonal is
        its reciprocal.

    Returns
    -------
    Judged
        Weights, and how far the judgements contradict each other.

    Raises
    ------
    InvalidValueError
        When the matrix is not square, not positive, not reciprocal, or has more than 15 criteria.

    Notes
    -----
    Method: T. L. Saaty, The Analytic Hierarchy Process (1980): the principal eigenvector; consistency ratio
    (lambda max - k) / (k - 1) over that of random matrices.

    Examples
    --------
    >>> judged = ahp([[1, 3, 5], [1 / 3, 1, 3], [1 / 5, 1 / 3, 1]])
    >>> judged.weights.round(6).tolist(), round(judged.lambda_max, 6), round(judged.consistency_ratio, 4)
    ([0.636986, 0.258285, 0.104729], 3.038511, 0.0332)
    """
    table = np.asarray(matrix, dtype=np.float64)
    _check_judgements(table)
    values, vectors = np.linalg.eig(table)
    largest = int(np.argmax(values.real))
    weights = np.abs(vectors[:, largest].real)
    k, lambda_max = len(table), float(values[largest].real)
    random = RANDOM_INDEX[k - 1]
    ratio = (lambda_max - k) / (k - 1) / random if random else 0.0
    return Judged(weights / weights.sum(), lambda_max, max(ratio, 0.0))


def _check_judgements(table: Floats) -> None:
    """Refuse a matrix that is none of pairwise judgements."""
    if table.ndim != _TABLE or table.shape[0] != table.shape[1] or not 1 <= len(table) <= len(RANDOM_INDEX):
        raise InvalidValueError(_("Judgements need as many rows as columns, at most 15."), where="ahp", param="matrix",
                                got=table.shape)
    if not bool((np.isfinite(table) & (table > 0)).all()):
        raise InvalidValueError(_("A judgement must be above zero."), where="ahp", param="matrix", expected="> 0",
                                got=float(table.min()))
    off = np.argwhere(np.abs(table * table.T - 1) > _RECIPROCAL)
    if len(off):
        row, column = off[0]
        raise InvalidValueError(_("Two judgements of one pair contradict each other."),
                                where=f"ahp, {row + 1}, {column + 1}", param="matrix",
                                expected=1 / float(table[column, row]), got=float(table[row, column]),
                                hint=_("The one must be the reciprocal of the other."))


def topsis(x: npt.ArrayLike, weights: npt.ArrayLike, direction: npt.ArrayLike, *,
           normalisation: str = "vector") -> Floats:
    """Give how near each option is to the best there could be, and how far from the worst.

    Parameters
    ----------
    x : array_like, shape (n, k)
        Options by criteria.
    weights : array_like, shape (k,)
        Weights of the criteria; only their shares count.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    normalisation : {'vector', 'min-max'}
        Criteria are divided by the root of their sum of squares, or stretched from 0 to 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Closeness, from 0 for the worst to 1 for the best; NaN for an option with a missing value, which no other is
        held against. All NaN where the options do not differ.

    Raises
    ------
    InvalidValueError
        When weights are negative or sum to zero, or a direction is neither 1 nor -1.
    UnknownNameError
        When the normalisation is unknown.

    Notes
    -----
    Method: C.-L. Hwang and K. Yoon, Multiple Attribute Decision Making, Springer, 1981.

    Examples
    --------
    >>> topsis([[4, 4, .2], [1, 5, .5], [3, 2, .3], [4, 3, .5]], [.5, .3, .2], [1, -1, 1]).round(8).tolist()
    [0.67868755, 0.22400924, 0.68306225, 0.86283675]
    """
    table, w, sign = (np.asarray(each, dtype=np.float64) for each in (x, weights, direction))
    _check_criteria(table, w, sign)
    if normalisation not in NORMALISATIONS:
        raise UnknownNameError.among(normalisation, NORMALISATIONS, what=_("normalisation"), where="topsis")
    whole = np.isfinite(table).all(axis=1)
    options = table[whole]
    closeness = np.full(len(table), np.nan)
    if not len(options):
        return closeness
    weighted = _scaled(options, normalisation) * (w / w.sum()) * sign
    best, worst = weighted.max(axis=0), weighted.min(axis=0)
    to_best = np.sqrt(((weighted - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=1))
    both = to_best + to_worst
    closeness[whole] = to_worst / np.where(both > 0, both, np.nan)
    return closeness


def _scaled(x: Floats, normalisation: str) -> Floats:
    """Free the criteria of their units; a criterion that does not differ has no part."""
    low = np.zeros(x.shape[1]) if normalisation == "vector" else x.min(axis=0)
    size = np.sqrt((x * x).sum(axis=0)) if normalisation == "vector" else x.max(axis=0) - low
    scaled: Floats = (x - low) / np.where(size > 0, size, 1.0)
    return scaled


def _check_criteria(x: Floats, w: Floats, sign: Floats) -> None:
    """Refuse what is no table of options by criteria with their weights and directions."""
    if x.ndim != _TABLE or w.shape != x.shape[1:] or sign.shape != x.shape[1:]:
        raise InvalidValueError(_("Every criterion needs a weight and a direction."), where="topsis", param="weights",
                                expected=x.shape[1:], got=(*w.shape, *sign.shape))
    if not bool((np.isfinite(w) & (w >= 0)).all()) or w.sum() <= 0:
        raise InvalidValueError(_("Weights must be zero or more, and not all zero."), where="topsis", param="weights",
                                got=w.tolist())
    if not bool(np.isin(sign, (1, -1)).all()):
        raise InvalidValueError(_("A direction is 1 where more is better, and -1 where less is."), where="topsis",
                                param="direction", expected=_("1 or -1"), got=sign.tolist())


def entropy_weights(x: npt.ArrayLike, *, names: Sequence[str] = ()) -> Floats:
    """Give the weights that the spread of each criterion implies: information, not importance.

    Parameters
    ----------
    x : array_like, shape (n, k)
        Values of zero or more; rows with a missing value are left out.
    names : sequence of str, length k, optional
        Names of the criteria, for the error.

    Returns
    -------
    numpy.ndarray, shape (k,)
        Weights, summing to one: 0 for a constant criterion. All NaN where no criterion differs.

    Raises
    ------
    InvalidValueError
        When a value is below zero, or a criterion is zero everywhere.

    Notes
    -----
    Method: C. E. Shannon's entropy e of the shares of each column, weight (1 - e) over their sum (Hwang and Yoon,
    1981). It tells which criteria tell units apart. To weigh by it would let the data say what matters.

    Examples
    --------
    >>> entropy_weights([[1, 5], [1, 1], [1, 3]]).tolist()
    [0.0, 1.0]
    """
    table = np.asarray(x, dtype=np.float64)
    table = table[np.isfinite(table).all(axis=1)]
    totals = table.sum(axis=0)
    wrong = np.flatnonzero((table < 0).any(axis=0) | (totals <= 0))
    if wrong.size:
        name = names[wrong[0]] if names else str(wrong[0] + 1)
        raise InvalidValueError(_("Entropy needs values of zero or more, and some above."), where=name, param="x",
                                expected=">= 0", got=float(table[:, wrong[0]].min(initial=0)))
    shares = table / totals
    logs = np.where(shares > 0, np.log(np.where(shares > 0, shares, 1.0)), 0.0)
    told = 1 + (shares * logs).sum(axis=0) / np.log(max(len(table), 2))
    told = np.where(table.max(axis=0) > table.min(axis=0), told, 0.0)
    return told / (told.sum() if told.sum() > 0 else np.nan)
