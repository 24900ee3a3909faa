"""Uncertainty of land and population carried to rates and their ratio, by random draws."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.indicators._land_use import Floats, Pairs, growth_rate, land_rate, rate_ratio, regime_numbers

__all__ = ["Draws", "intervals", "standard_errors", "standard_normal"]

LEVELS = (0.025, 0.975)
FEWEST = 100  # with fewer draws that can be, the 2.5 % points are noise


@dataclass(frozen=True, slots=True)
class Draws:
    """How the uncertainty of the inputs is drawn.

    Parameters
    ----------
    time_correlation : float
        Correlation of one quantity's errors between two dates.
    cross_correlation : float
        Correlation of land's errors with population's.
    draws : int
        Number of draws.
    seed : int
        Seed; the same seed gives the same interval.
    """

    time_correlation: float
    cross_correlation: float
    draws: int
    seed: int


def standard_errors(error: pd.DataFrame | float | None, amounts: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Give standard errors as a table like the amounts.

    Parameters
    ----------
    error : pandas.DataFrame, float or None
        Standard errors in the unit of the amounts, or one fraction of each amount (0.05 is 5 %), or none.
    amounts : pandas.DataFrame
        The amounts.
    where : str
        Name of the argument, for the error text.

    Returns
    -------
    pandas.DataFrame
        Standard errors; zero where none were given.

    Raises
    ------
    InvalidValueError
        An error is negative or infinite.
    """
    if isinstance(error, pd.DataFrame):
        table = error.rename(columns=str).reindex(index=amounts.index, columns=amounts.columns)
        table = table.astype(float).fillna(0.0)
    else:
        table = amounts * (0.0 if error is None else float(error))
    if ((table < 0) | np.isinf(table)).to_numpy().any():
        raise InvalidValueError(_("A standard error is negative or infinite."), where=where,
                                expected=_("zero or more"))
    return table


def standard_normal(how: Draws) -> Floats:
    """Draw correlated standard normal numbers for land and people at two dates.

    Parameters
    ----------
    how : Draws
        Correlations, number and seed.

    Returns
    -------
    numpy.ndarray, shape (draws, 4)
        Columns in the order of :class:`~ekistics.indicators._land_use.Pairs`.

    Raises
    ------
    InvalidValueError
        No four quantities can have these correlations.
    """
    t, c = how.time_correlation, how.cross_correlation
    correlation = np.array([[1, t, c, c], [t, 1, c, c], [c, c, 1, t], [c, c, t, 1]], dtype=float)
    values, vectors = np.linalg.eigh(correlation)
    if values.min() < -1e-12 or how.draws < 1:
        raise InvalidValueError(_("The correlations cannot hold together, or there are no draws."),
                                expected=_("a correlation matrix without negative eigenvalues"), got=(t, c, how.draws))
    # Where eigenvalues are equal, as they are without cross-correlation, which eigenvectors a processor's library gives
    # is chance. Unlike them the symmetric root is unique, also of a singular matrix, of which numpy makes no Cholesky
    # root.
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    drawn: Floats = np.random.default_rng(how.seed).standard_normal((how.draws, 4)) @ root
    return drawn


def intervals(pairs: Pairs, how: Draws) -> dict[str, Floats]:
    """Give intervals of every quantity of every row, from the same draws for all rows.

    Parameters
    ----------
    pairs : Pairs
        Amounts and their standard errors.
    how : Draws
        How to draw.

    Returns
    -------
    dict of str to numpy.ndarray, shape (n_rows, 3)
        Standard error, lower and upper limit of ``land:linear``, ``land:log``, ``people``, ``ratio:linear``,
        ``ratio:log`` and ``change``; and for ``regime:linear``, ``regime:log`` the draws in the regime of the value,
        the draws that counted, and NaN.

    Notes
    -----
    Draws in which an amount is not positive are left out: such amounts cannot be. All rows share their draws, so that a
    row's interval depends on its own amounts only.
    """
    normal = standard_normal(how)
    rows = [_row_intervals(amounts, errors, years, normal)
            for amounts, errors, years in zip(pairs.amounts, pairs.errors, pairs.years, strict=True)]
    return {name: np.array([row[name] for row in rows]).reshape(-1, 3) for name in _NAMES}


_NAMES = ("change", "people", *(f"{name}:{formula}" for name in ("land", "ratio", "regime")
                                for formula in ("linear", "log")))


def _row_intervals(amounts: Floats, errors: Floats, years: float, normal: Floats) -> dict[str, Floats]:
    empty = dict.fromkeys(_NAMES, np.full(3, np.nan))
    if not np.all(np.isfinite(amounts)) or not np.any(errors > 0):
        return empty
    drawn = amounts + normal * errors
    drawn = drawn[(drawn > 0).all(axis=1)]
    if len(drawn) < FEWEST:
        return empty
    (a1, a2, b1, b2), (v1, v2, p1, p2) = amounts[:, None], drawn.T
    people = growth_rate(p1, p2, years)
    found = {"people": _summary(people), "change": _summary(v2 / v1 - 1)}
    for formula in ("linear", "log"):
        land = land_rate(v1, v2, years, formula)
        point = regime_numbers(land_rate(a1, a2, years, formula), growth_rate(b1, b2, years))
        ratio = _summary(rate_ratio(land, people))
        ratio[0] = np.nan  # a ratio with a denominator near zero has no finite variance
        found |= {f"land:{formula}": _summary(land), f"ratio:{formula}": ratio,
                  f"regime:{formula}": np.array([np.sum(regime_numbers(land, people) == point), len(drawn), np.nan])}
    return found


def _summary(values: Floats) -> Floats:
    values = values[np.isfinite(values)]
    if len(values) < FEWEST:
        return np.full(3, np.nan)
    return np.array([values.std(ddof=1), *np.quantile(values, LEVELS)])
