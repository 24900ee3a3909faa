"""Totals, means, ratios and proportions of a sample and its domains, with their standard errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey._layout import Bools, Floats, Integers
from ekistics.survey.design import Design
from ekistics.survey.domains import AnyDesign, Domains
from ekistics.survey.intervals import interval as confidence_interval
from ekistics.survey.replicates import ReplicateDesign
from ekistics.survey.variance import replicate_sums, replicate_variance, taylor_covariance, taylor_variance

__all__ = ["ALL_OR_NONE", "EMPTY", "NO_VARIANCE", "ZERO_DENOMINATOR", "Estimates", "mean", "proportion", "ratio",
           "total"]

EMPTY = "no-cases"
ZERO_DENOMINATOR = "zero-denominator"
NO_VARIANCE = "one-unit"
ALL_OR_NONE = "all-or-none"

Grouping = npt.ArrayLike | Domains | None


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Estimates of one quantity, a row a domain; NaN is what is not known.

    Parameters
    ----------
    value, se, lci, uci : numpy.ndarray, shape (d,)
        Estimate, standard error and confidence limits.
    df : numpy.ndarray, shape (d,)
        Degrees of freedom: primary sampling units less strata, of those with cases in the domain.
    n : numpy.ndarray of int, shape (d,)
        Cases, unweighted.
    n_psu : numpy.ndarray, shape (d,)
        Primary sampling units with cases; NaN where replicate weights come without units.
    missing : numpy.ndarray of int, shape (d,)
        Rows of the domain left out because a variable is missing.
    numerator, denominator : numpy.ndarray, shape (d,)
        Weighted totals that the estimate is a quotient of; NaN where it is none.
    deff : numpy.ndarray, shape (d,)
        Variance over that of a simple random sample of as many cases from as many units; NaN for quantiles.
    reason : numpy.ndarray of str, shape (d,)
        Why something is absent or weak: ``no-cases`` (no value), ``zero-denominator`` (no value), ``one-unit`` (a value
        without standard error: no degrees of freedom), ``all-or-none`` (a proportion of 0 or 1: the interval is that of
        so many independent cases); empty where nothing is.
    uncertainty : str
        How standard errors were made: ``taylor`` or ``replicates``.
    deff_reference : str
        The simple random sample in ``deff``: ``without-replacement`` (as the R package survey has it by default).
    weight_sum : numpy.ndarray, shape (d,)
        Sum of the weights of the cases.
    covariance : numpy.ndarray, shape (d, d), or None
        Covariance between domains, where it was asked for.
    confidence : float
        Level of the interval.
    interval : str
        Kind of the interval.
    """

    value: Floats
    se: Floats
    lci: Floats
    uci: Floats
    df: Floats
    n: Integers
    n_psu: Floats
    missing: Integers
    numerator: Floats
    denominator: Floats
    deff: Floats
    reason: npt.NDArray[np.str_]
    uncertainty: str
    weight_sum: Floats
    deff_reference: str = "without-replacement"
    covariance: Floats | None = None
    confidence: float = 0.95
    interval: str = "t"

    def __len__(self) -> int:
        return len(self.value)

    @property
    def deff_with_replacement(self) -> Floats:
        """Design effect against a simple random sample with replacement: the other times 1 - n/N."""
        return self.deff * (1 - self.n / self.weight_sum)


def total(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - the same for all estimates
          n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
          covariance: bool = False) -> Estimates:
    """Estimate the total of a variable in each domain.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y : array_like, shape (n,)
        The variable; rows with NaN count as outside the domain.
    domain : array_like of int, shape (n,), or Domains, optional
        Domain of each row from 0, -1 for none; all rows where absent.
    n_domains : int, optional
        Number of domains; the highest code plus one where absent.
    interval : {"t"}, default "t"
        Kind of interval.
    confidence : float, default 0.95
        Confidence level.
    covariance : bool, default False
        Whether the covariance between domains is computed.

    Returns
    -------
    Estimates
        A row a domain. A domain without cases has no value; its total is not zero by observation.

    Raises
    ------
    InvalidValueError
        When an array has another length than the sample, a value is infinite or a choice does not exist.

    Examples
    --------
    >>> design = Design.of(np.array([10.0, 10, 10, 10]))
    >>> found = total(design, np.array([1.0, 2, 3, 4]))
    >>> float(found.value[0]), float(found.se[0].round(4))
    (100.0, 25.8199)
    """
    domains = _domains(design, domain, n_domains)
    values = variable(y, len(design), "y")
    known = domains.known(values)
    values = _zero_where_unknown(values, known)
    sums = domains.sums(domains.weights * values)
    counted = _counts(domains, known)
    absent = counted.n == 0
    parts = _Parts(np.where(absent, np.nan, sums), values, np.full(domains.count, np.nan),
                   np.full(domains.count, np.nan), np.where(absent, EMPTY, ""))
    spread = _spread(domains, values - (sums / counted.weight_sum)[domains.code], known, counted)
    thetas = replicate_sums(domains, values) if isinstance(design, ReplicateDesign) else None
    return _finish(domains, parts, counted, thetas=thetas, srs=spread * counted.weight_sum**2, covariance=covariance,
                   kind=_only_t(interval), confidence=confidence)


def ratio(design: AnyDesign, y: npt.ArrayLike, x: npt.ArrayLike, *,  # noqa: PLR0913 - the same for all estimates
          domain: Grouping = None, n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
          covariance: bool = False) -> Estimates:
    """Estimate the ratio of two totals in each domain.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y, x : array_like, shape (n,)
        Variables of the numerator and the denominator; rows with NaN in one count as outside the domain.
    domain, n_domains : optional
        As in :func:`total`.
    interval : {"t", "logit", "korn-graubard", "wilson"}, default "t"
        Kind of interval; those for proportions ask for ratios from 0 to 1.
    confidence, covariance : optional
        As in :func:`total`.

    Returns
    -------
    Estimates
        A row a domain, with numerator and denominator.

    Raises
    ------
    InvalidValueError
        As in :func:`total`.

    Notes
    -----
    Linearised: :math:`z_k = (y_k - R x_k) / X`.

    Examples
    --------
    >>> found = ratio(Design.of(np.ones(4)), np.array([1.0, 2, 3, 4]), np.array([2.0, 2, 4, 4]))
    >>> found.value.round(4).tolist(), found.numerator.tolist(), found.denominator.tolist()
    ([0.8333], [10.0], [12.0])
    """
    domains = _domains(design, domain, n_domains)
    values, base = variable(y, len(design), "y"), variable(x, len(design), "x")
    return _quotient(domains, values, base, kind=interval, confidence=confidence, covariance=covariance)


def mean(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - the same for all estimates
         n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
         covariance: bool = False) -> Estimates:
    """Estimate the mean of a variable in each domain.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y : array_like, shape (n,)
        The variable; rows with NaN count as outside the domain.
    domain, n_domains : optional
        As in :func:`total`.
    interval : {"t", "logit", "korn-graubard", "wilson"}, default "t"
        Kind of interval; those for proportions ask for means from 0 to 1.
    confidence, covariance : optional
        As in :func:`total`.

    Returns
    -------
    Estimates
        A row a domain; the denominator is the sum of the weights.

    Raises
    ------
    InvalidValueError
        As in :func:`total`.

    Examples
    --------
    >>> design = Design.of(np.ones(4), psu=np.array([1, 1, 2, 2]))
    >>> found = mean(design, np.array([1.0, 3, 5, 7]), domain=np.array([0, 0, 0, -1]))
    >>> float(found.value[0]), int(found.n[0]), float(found.df[0])
    (3.0, 3, 1.0)
    """
    domains = _domains(design, domain, n_domains)
    values = variable(y, len(design), "y")
    return _quotient(domains, values, None, kind=interval, confidence=confidence, covariance=covariance)


def proportion(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - as its neighbours
               n_domains: int | None = None, interval: str = "logit", confidence: float = 0.95,
               covariance: bool = False) -> Estimates:
    """Estimate the share of units that have a property in each domain.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y : array_like, shape (n,)
        1 where the unit has the property, 0 where not, NaN where it is unknown (outside the domain).
    domain, n_domains : optional
        As in :func:`total`.
    interval : {"logit", "korn-graubard", "wilson", "t"}, default "logit"
        Kind of interval.
    confidence, covariance : optional
        As in :func:`total`.

    Returns
    -------
    Estimates
        A row a domain, shares from 0 to 1.

    Raises
    ------
    InvalidValueError
        When a value is none of 0, 1 and NaN; and as in :func:`total`.

    Examples
    --------
    >>> found = proportion(Design.of(np.ones(3)), np.array([1.0, 1.0, 1.0]))
    >>> float(found.value[0]), float(found.lci[0].round(4)), found.reason.tolist()
    (1.0, 0.2924, ['all-or-none'])
    """
    values = variable(y, len(design), "y")
    wrong = ~((values == 0) | (values == 1) | np.isnan(values))
    if wrong.any():
        raise InvalidValueError(_("A property is there (1), not there (0) or unknown."), param="y",
                                where=_("row {row}").format(row=int(wrong.argmax())), expected="0, 1",
                                got=_("{count} such rows").format(count=int(wrong.sum())))
    domains = _domains(design, domain, n_domains)
    return _quotient(domains, values, None, kind=interval, confidence=confidence, covariance=covariance)


def variable(values: npt.ArrayLike, n: int, param: str) -> Floats:
    """Read a variable of the sample.

    Parameters
    ----------
    values : array_like, shape (n,)
        Numbers; NaN where unknown.
    n : int
        Rows of the sample.
    param : str
        What it is, for the error.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        The variable.

    Raises
    ------
    InvalidValueError
        When its length is another or a value is infinite.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (n,):
        raise InvalidValueError(_("A variable needs a value for each row of the sample."), param=param, expected=n,
                                got=str(numbers.shape))
    if not np.isfinite(numbers.sum()) and np.isinf(numbers).any():
        raise InvalidValueError(_("A variable must not be infinite."), param=param,
                                where=_("row {row}").format(row=int(np.isinf(numbers).argmax())))
    return numbers


@dataclass(frozen=True, slots=True, eq=False)
class _Counted:
    """What is counted in each domain."""

    n: Integers
    missing: Integers
    n_psu: Floats
    df: Floats
    weight_sum: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """A statistic before its variance: value, linearised values, quotient and reason."""

    value: Floats
    z: Floats
    numerator: Floats
    denominator: Floats
    reason: npt.NDArray[np.str_]


def _domains(design: AnyDesign, domain: Grouping, n_domains: int | None) -> Domains:
    """Take domains as they are, or make them from codes."""
    if isinstance(domain, Domains):
        if domain.design is not design:
            raise InvalidValueError(_("These domains belong to another design."), param="domain")
        return domain
    return Domains.of(design, domain, n_domains=n_domains)


def _only_t(kind: str) -> str:
    """Refuse an interval that is for proportions."""
    if kind != "t":
        raise InvalidValueError(_("Totals have intervals by Student's t only."), param="interval", expected="t",
                                got=kind)
    return kind


def _zero_where_unknown(values: Floats, known: Bools | None) -> Floats:
    """Put zero into rows that do not count."""
    return values if known is None else np.where(known, values, 0.0)


def _counts(domains: Domains, known: Bools | None) -> _Counted:
    """Count cases, units and weights of each domain."""
    n = domains.counts(known)
    missing = np.zeros_like(n) if known is domains.live else domains.counts(domains.live) - n
    n_psu, df = domains.presence(known)
    sums = domains.sums(_zero_where_unknown(domains.weights, known))
    return _Counted(n, missing, n_psu, df, np.where(n > 0, sums, np.nan))


def _quotient(domains: Domains, y: Floats, x: Floats | None, *, kind: str, confidence: float,
              covariance: bool) -> Estimates:
    """Estimate a ratio; the denominator is 1 a row where ``x`` is absent."""
    known = domains.known(y) if x is None else domains.known(y, x)
    counted = _counts(domains, known)
    y = _zero_where_unknown(y, known)
    base = None if x is None else _zero_where_unknown(x, known)
    upper = domains.sums(domains.weights * y)
    lower = counted.weight_sum if base is None else domains.sums(domains.weights * base)
    usable = (counted.n > 0) & (lower != 0)
    safe = np.where(usable, lower, 1.0)
    value = np.where(usable, upper / safe, np.nan)
    filled = np.where(usable, value, 0.0)[domains.code]
    rest = _zero_where_unknown(y - filled if base is None else y - filled * base, known)
    reason = np.where(counted.n == 0, EMPTY, np.where(usable, "", ZERO_DENOMINATOR))
    absent = counted.n == 0
    parts = _Parts(value, rest / safe[domains.code], np.where(absent, np.nan, upper), np.where(absent, np.nan, lower),
                   reason)
    thetas = None
    if isinstance(domains.design, ReplicateDesign):
        thetas = _replicate_ratios(domains, y, np.ones(len(y)) if base is None else base, known)
    srs = _spread(domains, rest, known, counted) * (counted.weight_sum / safe) ** 2
    return _finish(domains, parts, counted, thetas=thetas, srs=srs, covariance=covariance, kind=kind,
                   confidence=confidence)


def _replicate_ratios(domains: Domains, y: Floats, x: Floats, known: Bools | None) -> Floats:
    """Give the ratio in each replicate; NaN where its denominator is zero."""
    upper, lower = replicate_sums(domains, y), replicate_sums(domains, _zero_where_unknown(x, known))
    return np.where(lower != 0, upper / np.where(lower != 0, lower, 1.0), np.nan)


def _spread(domains: Domains, rest: Floats, known: Bools | None, counted: _Counted) -> Floats:
    """Give the variance of the mean of ``rest`` in a simple random sample without replacement, by domain."""
    rest = _zero_where_unknown(rest, known)
    many = counted.n > 1
    n, size = np.where(many, counted.n, 2), np.where(many, counted.weight_sum, 1.0)
    variance = domains.sums(domains.weights * rest**2) / size * n / (n - 1)
    return np.where(many, variance / n * np.maximum(1 - n / size, 0.0), np.nan)


def _finish(domains: Domains, parts: _Parts, counted: _Counted, *,  # noqa: PLR0913 - what an estimate is made of
            thetas: Floats | None, srs: Floats, covariance: bool, kind: str, confidence: float) -> Estimates:
    """Add variance, interval, design effect and reasons to a statistic."""
    table = None
    if thetas is not None:
        assert isinstance(domains.design, ReplicateDesign)  # noqa: S101 - they have replicates
        table = replicate_variance(domains.design, thetas, parts.value)
        variance = np.diag(table).copy()
    elif covariance:
        table = taylor_covariance(domains, parts.z)
        variance = np.diag(table).copy()
    else:
        variance = taylor_variance(domains, parts.z)
    alone = (counted.df <= 0) & np.isfinite(parts.value) & ~_whole(domains)
    variance = np.where(np.isfinite(parts.value) & ~alone, variance, np.nan)
    se = np.sqrt(variance)
    lci, uci, extreme = confidence_interval(parts.value, se, df=counted.df, n=counted.n.astype(np.float64), kind=kind,
                                            confidence=confidence)
    reason = np.where(alone, NO_VARIANCE, np.where(extreme & ~alone, ALL_OR_NONE, parts.reason))
    deff = np.where(srs > 0, variance / np.where(srs > 0, srs, 1.0), np.nan)
    return Estimates(parts.value, se, lci, uci, counted.df, counted.n, counted.n_psu, counted.missing, parts.numerator,
                     parts.denominator, deff, reason, "taylor" if thetas is None else "replicates", counted.weight_sum,
                     covariance=table if covariance else None, confidence=confidence, interval=kind)


def _whole(domains: Domains) -> bool:
    """Tell whether nothing was left out of the first stage, so that degrees of freedom do not matter there."""
    design = domains.design
    return isinstance(design, Design) and not design.layout[0].scale.any()
