"""Whether two properties of a sample are independent: Rao and Scott's test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from ekistics.core.i18n import _
from ekistics.survey._arrays import codes
from ekistics.survey._layout import Floats
from ekistics.survey._refusal import invalid
from ekistics.survey._statistics import total_statistic
from ekistics.survey.domains import AnyDesign, Domains

__all__ = ["Independence", "independence"]


@dataclass(frozen=True, slots=True)
class Independence:
    """Result of the test.

    Parameters
    ----------
    statistic : float
        F.
    ndf, ddf : float
        Degrees of freedom of numerator and denominator.
    p_value : float
        Probability of at least such a value where the properties are independent.
    n : int
        Cases.
    """

    statistic: float
    ndf: float
    ddf: float
    p_value: float
    n: int


def independence(design: AnyDesign, rows: npt.ArrayLike, columns: npt.ArrayLike) -> Independence:
    """Test whether two classifications are independent in the population.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    rows, columns : array_like of int, shape (n,)
        Class of each row from 0, -1 where unknown (left out of the test).

    Returns
    -------
    Independence
        F statistic with its degrees of freedom; NaN where the table has no sampling error, as in a census.

    Raises
    ------
    InvalidValueError
        When a classification has fewer than two classes, or a class has no case.

    Notes
    -----
    Method: Rao and Scott, On chi-squared tests for multiway contingency tables with cell proportions estimated from
    survey data, Annals of Statistics 12, 1984, with the second-order correction; F form by Thomas and Rao, 1987, as
    function ``svychisq`` of the R package survey has it by default.

    Examples
    --------
    >>> from ekistics.survey.design import Design
    >>> found = independence(Design.of(np.ones(8)), [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 0, 0, 1, 1])
    >>> found.statistic, found.n
    (0.0, 8)
    """
    one, two = codes(rows, "rows"), codes(columns, "columns")
    if len(one) != len(two):
        raise invalid(_("Every row needs both classes."), param="columns", expected=len(one), got=len(two))
    n_rows, n_columns = int(one.max()) + 1, int(two.max()) + 1
    if min(n_rows, n_columns) < 1:
        raise invalid(_("A test of independence needs two classes with cases in rows and in columns."), param="rows",
                      got=f"{n_rows} x {n_columns}")
    cell = np.where((one >= 0) & (two >= 0), one * n_columns + two, -1)
    counts = total_statistic(Domains.of(design, cell, n_domains=n_rows * n_columns), np.ones(len(design)))
    seen = counts.counted.n.reshape(n_rows, n_columns)
    if min(n_rows, n_columns) < 2 or not (seen.sum(axis=0).all() and seen.sum(axis=1).all()):  # noqa: PLR2004 - two
        raise invalid(_("A test of independence needs two classes with cases in rows and in columns."),
                      param="rows", got=f"{n_rows} x {n_columns}")
    n, whole = int(seen.sum()), float(np.nansum(counts.value))
    share = np.nan_to_num(counts.value) / whole
    to_shares = (np.eye(len(share)) - share[:, None]) / whole
    covariance = to_shares @ counts.covariance() @ to_shares.T
    pearson = _pearson(share.reshape(n_rows, n_columns), n)
    effects = _design_effects(share, covariance * n, n_rows, n_columns)
    trace, squares = float(np.trace(effects)), float(np.trace(effects @ effects))
    if not squares > 0:
        return Independence(np.nan, np.nan, np.nan, np.nan, n)
    ndf = trace**2 / squares
    ddf = ndf * _freedom(design, cell >= 0)
    return Independence(pearson / trace, ndf, ddf, float(stats.f.sf(pearson / trace, ndf, ddf)), n)


def _pearson(share: Floats, n: int) -> float:
    """Give Pearson's statistic of a table of shares and n cases."""
    expected = share.sum(axis=1, keepdims=True) * share.sum(axis=0)
    return float(n * ((share - expected) ** 2 / expected).sum())


def _design_effects(share: Floats, covariance: Floats, n_rows: int, n_columns: int) -> Floats:
    """Give the matrix whose eigenvalues are the generalised design effects of the interaction."""
    row, column = np.divmod(np.arange(len(share)), n_columns)
    of_rows = (row[:, None] == np.arange(n_rows)).astype(np.float64)
    of_columns = (column[:, None] == np.arange(n_columns)).astype(np.float64)
    main = np.column_stack([of_rows, of_columns[:, 1:]])
    both = (of_rows[:, 1:, None] * of_columns[:, None, 1:]).reshape(len(share), -1)
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.where(share > 0, 1 / np.where(share > 0, share, 1.0), 0.0)[:, None]
    scaled = inverse * contrast
    return np.asarray(np.linalg.solve(contrast.T @ scaled, scaled.T @ covariance @ scaled))


def _freedom(design: AnyDesign, inside: npt.NDArray[np.bool_]) -> float:
    """Give the degrees of freedom of the cases in the table."""
    return float(Domains.of(design, np.where(inside, 0, -1), n_domains=1).presence(inside & (design.weight > 0))[1][0])
