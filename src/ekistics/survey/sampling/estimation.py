"""National values from a sample of cities: ratios of weighted totals with the error of the draw."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.intervals import INTERVALS as _KINDS
from ekistics.survey.intervals import interval as confidence_interval
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers

__all__ = ["INTERVALS", "NationalEstimate", "Selection", "national_ratio", "national_total", "variance_of_total"]

INTERVALS = (*_KINDS, "normal")
_CERTAIN = 1 - 1e-12
_RANK = 1e-10  # of the largest singular value


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The cities that were drawn and answered, and how.

    Parameters
    ----------
    method : str
        One of ``ekistics.survey.sampling.METHODS``.
    pi : numpy.ndarray, shape (n,)
        Inclusion probabilities, made smaller where other cities of their class are silent
        (:func:`ekistics.survey.sampling.reweighted`).
    stratum : numpy.ndarray of int, shape (n,)
        Code of the stratum.
    order : numpy.ndarray of int, shape (n,), optional
        Position in the walk, for ``systematic-pps``.
    balancing : numpy.ndarray, shape (n, n_variables), optional
        Variables that were balanced, for ``cube``.
    imbalance : numpy.ndarray, shape (n_variables, n_variables), optional
        Covariance over draws of the weighted totals of these variables, as
        :func:`ekistics.survey.sampling.imbalance_of` finds it: no draw balances all of them fully.
    """

    method: str
    pi: Floats
    stratum: Integers
    order: Integers | None = None
    balancing: Floats | None = None
    imbalance: Floats | None = None

    def __len__(self) -> int:
        return len(self.pi)

    @property
    def open(self) -> Bools:
        """Tell which cities were not certain: only these bring an error of the draw."""
        return np.asarray(self.pi < _CERTAIN)

    @property
    def degrees_of_freedom(self) -> int:
        """Open cities less one a stratum, and less the variables that were balanced."""
        taken = len(np.unique(self.stratum[self.open]))
        if self.method == "cube" and self.balancing is not None:
            taken += self.balancing.shape[1]
        return int(self.open.sum()) - taken

    def collapsed(self) -> "Selection":
        """Give the same with strata of one open city joined to the next stratum (the last to the one before)."""
        stratum = self.stratum.copy()
        while len(lonely := _lonely(self.open, stratum)):
            codes = np.unique(stratum[self.open])
            if len(codes) == 1:
                break
            at = int(np.searchsorted(codes, lonely[0]))
            stratum[stratum == lonely[0]] = codes[at + 1 if at + 1 < len(codes) else at - 1]
        return replace(self, stratum=stratum)


@dataclass(frozen=True, slots=True)
class NationalEstimate:
    """A national value with its error.

    Parameters
    ----------
    value, se, lci, uci : float
        Value, standard error and interval; NaN where there is none.
    df : float
        Degrees of freedom; endless where every city was certain.
    numerator, denominator : float
        Weighted totals; NaN for a total's denominator.
    n : int
        Cities it rests on.
    deff : float
        Variance by that of a simple random sample without replacement of as many cities.
    within : float
        Share of the variance that comes from within cities.
    """

    value: float
    se: float
    lci: float
    uci: float
    df: float
    numerator: float
    denominator: float
    n: int
    deff: float
    within: float


def _lonely(is_open: Bools, stratum: Integers) -> Integers:
    codes, counts = np.unique(stratum[is_open], return_counts=True)
    return np.asarray(codes[counts == 1])


def variance_of_total(selection: Selection, values: npt.ArrayLike) -> float:
    """Estimate the variance, over draws, of a total of cities.

    Parameters
    ----------
    selection : Selection
        The sample.
    values : array-like, shape (n,)
        A value a city; for a ratio its linearised value ``(y - R x) / X``.

    Returns
    -------
    float
        Variance of ``sum(values / pi)``; cities that were certain add nothing.

    Raises
    ------
    InvalidValueError
        A stratum has one city only that was not certain.

    Notes
    -----
    Method, within strata, with ``z = values / pi``: simple random, Sampford, maximum entropy and Pareto sampling:
    Deville, Workshop on Variance Estimation (1999), as in R sampling ``varest``:
    ``sum((1 - pi) (z - A)**2) / (1 - sum(a**2))``, ``a = (1 - pi) / sum(1 - pi)``, ``A = sum(a z)``, which for equal
    ``pi`` is the textbook's. Systematic: differences of successive cities, Wolter, Introduction to Variance Estimation
    (2nd ed., 2007), section 8.2. Balanced: Deville and Tillé, Journal of Statistical Planning and Inference 128 (2005):
    ``sum(c e**2)``, ``e`` the residual of ``z`` on ``x / pi`` with weights ``1 - pi``, and ``c = (1 - pi) / (1 - h)``
    with the city's leverage ``h`` where they have ``(1 - pi) n / (n - p)``, so that strata alone give the textbook's
    form; to which ``b' S b`` is added, ``b`` the coefficients and ``S`` the covariance that landing leaves.

    Examples
    --------
    >>> y, pi = np.array([12.0, 30, 45, 7, 22, 18]), np.array([0.2, 0.5, 0.8, 0.1, 0.4, 0.3])
    >>> round(variance_of_total(Selection("sampford", pi, np.zeros(6, int)), y), 5)
    123.78125
    """
    z = np.asarray(values, dtype=np.float64) / selection.pi
    is_open = selection.open
    if not is_open.any():
        return 0.0
    if len(lonely := _lonely(is_open, selection.stratum)):
        raise InvalidValueError(_("A stratum has one city only that was drawn by chance, so its error is not known."),
                                param="stratum", got=", ".join(str(code) for code in lonely[:5]),
                                hint=_("Join strata with lonely = \"collapse\", or draw two of each."))
    if selection.method == "cube":
        return _balanced(selection, z)
    one = _successive if selection.method == "systematic-pps" else _deville
    order = np.arange(len(z)) if selection.order is None else selection.order
    total = 0.0
    for code in np.unique(selection.stratum[is_open]):
        rows = np.flatnonzero(is_open & (selection.stratum == code))
        rows = rows[np.argsort(order[rows], kind="stable")]
        total += one(z[rows], selection.pi[rows])
    return total


def _deville(z: Floats, pi: Floats) -> float:
    a = (1 - pi) / (1 - pi).sum()
    return float(((1 - pi) * (z - (a * z).sum()) ** 2).sum() / (1 - (a**2).sum()))


def _successive(z: Floats, pi: Floats) -> float:
    n = len(z)
    left = 1 - (pi[1:] + pi[:-1]) / 2
    return float(n / (2 * (n - 1)) * (left * np.diff(z) ** 2).sum())


def _balanced(selection: Selection, z: Floats) -> float:
    rows = np.flatnonzero(selection.open)
    pi, stratum = selection.pi[rows], selection.stratum[rows]
    x = (stratum[:, None] == np.unique(stratum)).astype(np.float64)
    if selection.balancing is not None:
        x = np.column_stack([x, selection.balancing[rows] / pi[:, None]])
    n, p = x.shape
    if n <= p:
        raise InvalidValueError(_("The sample has no more cities than balancing variables, so its error is not known."),
                                param="variables", expected=f"< {n}", got=p)
    root, scale = np.sqrt(1 - pi), np.maximum(np.abs(x).max(axis=0), np.finfo(float).tiny)
    basis, singular, turned = np.linalg.svd((x / scale) * root[:, None], full_matrices=False)
    kept = singular > _RANK * singular.max()
    basis = basis[:, kept]
    along = basis.T @ (z[rows] * root)
    found = turned[kept].T @ (along / singular[kept]) / scale
    left = np.maximum(1 - (basis**2).sum(axis=1), 1 / n)
    residual = float((((z[rows] * root) - basis @ along) ** 2 / left).sum())
    if selection.imbalance is None:
        return residual
    of_variables = found[p - len(selection.imbalance):]
    return residual + float(of_variables @ selection.imbalance @ of_variables)


def national_ratio(selection: Selection, y: npt.ArrayLike, x: npt.ArrayLike, *,  # noqa: PLR0913 - keyword choices
                   se_y: npt.ArrayLike | None = None, interval: str = "t", confidence: float = 0.95,
                   scale: float = 1.0, domain: Bools | None = None) -> NationalEstimate:
    """Estimate a national value as the ratio of two weighted totals.

    Parameters
    ----------
    selection : Selection
        The sample.
    y, x : array-like, shape (n,)
        Numerator and denominator of each city, such as people with access and people. Ones as ``x``, and ones and
        zeros as ``y``, give the share of cities.
    se_y : array-like, shape (n,), optional
        Standard error of ``y`` within each city; NaN where not stated, which adds nothing.
    interval : {"t", "logit", "korn-graubard", "wilson", "normal"}
        Kind of the interval, as in :mod:`ekistics.survey.intervals`; "normal" is "t" with endless degrees of freedom.
        A kind for shares gives way to "t" where the value is none.
    confidence : float, default 0.95
        Confidence of the interval.
    scale : float, default 1
        Factor of value, error and interval: 100 for percentages.
    domain : numpy.ndarray of bool, shape (n,), optional
        Cities of the part of the country that the value is of, such as a region; the others stay in the design.

    Returns
    -------
    NationalEstimate
        The value; NaN where the denominator is zero. Error and interval are NaN where no degree of freedom is left.

    Raises
    ------
    InvalidValueError
        A value is missing, or a stratum has one city.

    Notes
    -----
    Method: Särndal, Swensson and Wretman (1992), sections 5.6 (Taylor linearisation), 4.3 (two stages) and 10.3
    (domains, with ``y`` and ``x`` zero outside): variance of the draw of cities, and ``sum(se_y**2 / pi) / X**2`` from
    within them. A domain has the degrees of freedom of its own open cities less their strata.

    Examples
    --------
    >>> sample = Selection("srs", np.full(4, 0.2), np.zeros(4, int))
    >>> estimate = national_ratio(sample, [6, 3, 5, 2], [10, 6, 8, 5])
    >>> round(estimate.value, 4), round(estimate.se, 4)
    (0.5517, 0.0398)
    """
    if interval not in INTERVALS:
        raise InvalidValueError(_("There is no such interval."), param="interval", expected=", ".join(INTERVALS),
                                got=interval)
    inside = np.ones(len(selection), dtype=np.bool_) if domain is None else domain
    above, below = (_whole(each, len(selection)) * inside for each in (y, x))
    w = 1 / selection.pi
    numerator, denominator = float(w @ above), float(w @ below)
    if denominator == 0:
        nan = float("nan")
        return NationalEstimate(nan, nan, nan, nan, _freedom(selection, inside), numerator, denominator,
                                int(inside.sum()), nan, nan)
    ratio = numerator / denominator
    z = (above - ratio * below) / denominator
    return _estimate(selection, ratio, z, _within(selection, se_y, denominator, inside),
                     (numerator, denominator, interval, confidence, scale), inside)


def national_total(selection: Selection, y: npt.ArrayLike, *, se_y: npt.ArrayLike | None = None,
                   interval: str = "t", confidence: float = 0.95, domain: Bools | None = None) -> NationalEstimate:
    """Estimate a national total by the Horvitz-Thompson estimator.

    Parameters
    ----------
    selection : Selection
        The sample.
    y : array-like, shape (n,)
        Value of each city.
    se_y : array-like, shape (n,), optional
        Standard error of ``y`` within each city; NaN where not stated, which adds nothing.
    interval : {"t", "normal"}
        Kind of the interval.
    confidence : float, default 0.95
        Confidence of the interval.
    domain : numpy.ndarray of bool, shape (n,), optional
        Cities of the part of the country that the total is of.

    Returns
    -------
    NationalEstimate
        The total.

    Raises
    ------
    InvalidValueError
        The interval is one for shares, a value is missing, or a stratum has one city.

    Examples
    --------
    >>> national_total(Selection("srs", np.full(4, 0.2), np.zeros(4, int)), [6, 3, 5, 2]).value
    80.0
    """
    if interval not in ("t", "normal"):
        raise InvalidValueError(_("There is no such interval."), param="interval", expected="t, normal", got=interval)
    inside = np.ones(len(selection), dtype=np.bool_) if domain is None else domain
    values = _whole(y, len(selection)) * inside
    total = float((values / selection.pi).sum())
    return _estimate(selection, total, values, _within(selection, se_y, 1.0, inside),
                     (total, float("nan"), interval, confidence, 1.0), inside)


def _whole(values: npt.ArrayLike, n: int) -> Floats:
    array = np.broadcast_to(np.asarray(values, dtype=np.float64), (n,))
    if not np.isfinite(array).all():
        raise InvalidValueError(_("A city has no value here."), got=int((~np.isfinite(array)).sum()),
                                hint=_("Leave cities without a value out, and reweight the others."))
    return array


def _freedom(selection: Selection, inside: Bools) -> float:
    """Give the degrees of freedom of a part of the country; endless where every city of it was certain."""
    own = selection.open & inside
    if not own.any():
        return np.inf
    if inside.all():
        return selection.degrees_of_freedom
    return min(int(own.sum()) - len(np.unique(selection.stratum[own])), selection.degrees_of_freedom)


def _within(selection: Selection, se_y: npt.ArrayLike | None, denominator: float, inside: Bools) -> float:
    if se_y is None:
        return 0.0
    errors = np.nan_to_num(np.asarray(se_y, dtype=np.float64)) * inside
    return float((errors**2 / selection.pi).sum() / denominator**2)


def _estimate(selection: Selection, value: float, z: Floats, within: float,
              told: tuple[float, float, str, float, float], inside: Bools) -> NationalEstimate:
    numerator, denominator, interval, confidence, scale = told
    variance = variance_of_total(selection, z) + within
    n, df = int(inside.sum()), float(_freedom(selection, inside))
    se = float(np.sqrt(variance)) if df > 0 else float("nan")  # of one city nobody knows how far others are from it
    lower, upper = _interval(value, se, df, n, how=(interval, confidence)) if df > 0 else (se, se)
    simple = _simple_variance(selection, z)
    return NationalEstimate(scale * value, scale * se, scale * lower, scale * upper, df, numerator, denominator,
                            n, variance / simple if simple > 0 else float("nan"),
                            within / variance if variance > 0 else 0.0)


def _simple_variance(selection: Selection, z: Floats) -> float:
    """Give the variance that a simple random sample without replacement of as many cities would have had."""
    w = 1 / selection.pi
    n, units = len(z), float(w.sum())
    if n < 2:  # noqa: PLR2004 - a spread needs two
        return 0.0
    spread = float((w * (z - (w @ z) / units) ** 2).sum() / units * n / (n - 1))
    return max(1 - n / units, 0.0) * units**2 / n * spread


def _interval(value: float, se: float, df: float, n: int, *, how: tuple[str, float]) -> tuple[float, float]:
    """Give an interval; a form for shares falls back to Student's t where the value is none."""
    kind, confidence = how
    if np.isinf(df) and se == 0.0:
        return value, value  # every city was certain, and no error within them is stated
    if kind == "normal":
        kind, df = "t", np.inf
    elif not 0 <= value <= 1:
        kind = "t"
    one = np.ones(1)
    lower, upper, _counted = confidence_interval(value * one, se * one, df=df * one, n=n * one, kind=kind,
                                                 confidence=confidence)
    return float(lower[0]), float(upper[0])
