"""Confidence intervals: Student's t for any estimate; logit, Korn-Graubard and Wilson for proportions."""

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from ekistics.core.i18n import _
from ekistics.survey._layout import Bools, Floats
from ekistics.survey._refusal import invalid

__all__ = ["INTERVALS", "effective_size", "interval", "t_quantile"]

INTERVALS = ("t", "logit", "korn-graubard", "wilson")

_EXACT = 1e12  # effective cases above which an interval has no width


def t_quantile(df: npt.ArrayLike, confidence: float) -> Floats:
    """Give the two-sided quantile of Student's t; NaN where there are no degrees of freedom.

    Parameters
    ----------
    df : array_like
        Degrees of freedom; infinite for the normal distribution.
    confidence : float
        Confidence level, between 0 and 1.

    Returns
    -------
    numpy.ndarray
        Quantiles.

    Raises
    ------
    InvalidValueError
        When the confidence level is not between 0 and 1.

    Examples
    --------
    >>> t_quantile([14, np.inf, 0], 0.95).round(3).tolist()
    [2.145, 1.96, nan]
    """
    if not 0 < confidence < 1:
        raise invalid(_("A confidence level lies between 0 and 1."), param="confidence", got=confidence,
                      expected="0.95")
    freedom = np.asarray(df, dtype=np.float64)
    usable = freedom > 0
    quantile = stats.t.ppf(0.5 + confidence / 2, np.where(usable, freedom, 1.0))
    return np.asarray(np.where(usable, quantile, np.nan))


def effective_size(p: Floats, se: Floats, n: Floats, *, df: Floats, confidence: float) -> tuple[Floats, Bools]:
    r"""Give the effective number of cases of proportions, adjusted for degrees of freedom.

    .. math:: n^* = \frac{p (1 - p)}{se^2} \left(\frac{t_{n - 1}}{t_{df}}\right)^2

    Parameters
    ----------
    p, se, n : numpy.ndarray, shape (k,)
        Proportions, standard errors and numbers of cases.
    df : numpy.ndarray, shape (k,)
        Degrees of freedom.
    confidence : float
        Confidence level.

    Returns
    -------
    size, counted : numpy.ndarray, shape (k,)
        The effective size, infinite where the standard error is zero; and where it is the number of cases because all
        cases or none have the property.

    Notes
    -----
    Method: Korn and Graubard, Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data, Survey Methodology 24, 1998.
    """
    adjusted = (t_quantile(n - 1, confidence) / t_quantile(df, confidence)) ** 2
    counted = (p <= 0) | (p >= 1)
    size = np.where(se > 0, p * (1 - p) / np.where(se > 0, se, 1.0) ** 2 * adjusted, np.inf)
    return np.where(counted, n, np.where(np.isnan(se), np.nan, size)), counted


def interval(p: Floats, se: Floats, *, df: Floats, n: Floats, kind: str,
             confidence: float) -> tuple[Floats, Floats, Bools]:
    """Give confidence intervals.

    Parameters
    ----------
    p, se : numpy.ndarray, shape (k,)
        Estimates and standard errors; proportions from 0 to 1 for all kinds but "t".
    df, n : numpy.ndarray, shape (k,)
        Degrees of freedom and numbers of cases.
    kind : {"t", "logit", "korn-graubard", "wilson"}
        The interval.
    confidence : float
        Confidence level.

    Returns
    -------
    lci, uci, counted : numpy.ndarray, shape (k,)
        Limits, NaN where there are no degrees of freedom; and where all cases or none have the property, so that the
        interval is that of so many independent cases: Wilson's for "wilson", Clopper and Pearson's for the others.

    Raises
    ------
    InvalidValueError
        When the kind is unknown, or one of proportions is asked for what lies outside 0 to 1.

    Examples
    --------
    >>> one = np.ones(1)
    >>> [float(x[0].round(4)) for x in interval(0.5 * one, 0.1 * one, df=20 * one, n=50 * one, kind="logit",
    ...                                         confidence=0.95)[:2]]
    [0.3027, 0.6973]
    """
    if kind not in INTERVALS:
        raise invalid(_("This choice does not exist."), param="interval",
                      expected=", ".join(INTERVALS), got=kind)
    t = t_quantile(df, confidence)
    if kind == "t":
        return p - t * se, p + t * se, np.zeros(len(p), dtype=np.bool_)
    _check_shares(p, kind)
    size, counted = effective_size(p, se, n, df=df, confidence=confidence)
    size = np.where(np.isfinite(t), size, np.nan)
    exact = size > _EXACT
    size = np.minimum(size, _EXACT)
    if kind == "wilson":
        lower, upper = _wilson(p, size, t)
    else:
        lower, upper = _clopper_pearson(p, size, confidence)
        if kind == "logit":
            by_logit = _logit(p, se, t)
            lower, upper = np.where(counted, lower, by_logit[0]), np.where(counted, upper, by_logit[1])
    return np.where(exact, p, lower), np.where(exact, p, upper), counted


def _logit(p: Floats, se: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Give the interval that is symmetric on the scale of log odds."""
    inside = (p > 0) & (p < 1)
    share = np.where(inside, p, 0.5)
    centre, half = special.logit(share), t * se / (share * (1 - share))
    return (np.where(inside, special.expit(centre - half), np.nan),
            np.where(inside, special.expit(centre + half), np.nan))


def _clopper_pearson(p: Floats, size: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Give the exact interval of a binomial proportion of so many cases, which need not be whole."""
    tail = (1 - confidence) / 2
    hits, misses = p * size, (1 - p) * size
    lower = np.where(p > 0, special.betaincinv(np.where(p > 0, hits, 1.0), misses + 1, tail), 0.0)
    upper = np.where(p < 1, special.betaincinv(hits + 1, np.where(p < 1, misses, 1.0), 1 - tail), 1.0)
    unknown = ~np.isfinite(size)
    return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)


def _wilson(p: Floats, size: Floats, t: Floats) -> tuple[Floats, Floats]:
    """Give Wilson's score interval with the effective size and Student's t."""
    pull = t**2 / size
    centre = (p + pull / 2) / (1 + pull)
    half = t / (1 + pull) * np.sqrt(p * (1 - p) / size + pull / (4 * size))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)

def _check_shares(value: Floats, kind: str) -> None:
    """Refuse an interval of proportions for what is none."""
    wrong = (value < 0) | (value > 1)
    if wrong.any():
        raise invalid(_("This interval is for proportions."), param="interval",
                      where=_("domain {domain}").format(domain=int(wrong.argmax())), expected="0 ... 1",
                      got=_("{count} such domains").format(count=int(wrong.sum())),
                      hint=_("Take interval='t' for all else, instead of {kind!r}.").format(kind=kind))
