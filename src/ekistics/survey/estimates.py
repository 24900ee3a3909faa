"""Totals, means, ratios and proportions of a sample and its domains, with their standard errors."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._layout import Floats, Integers
from ekistics.survey._refusal import invalid
from ekistics.survey._statistics import (
    ALL_OR_NONE,
    EMPTY,
    NO_VARIANCE,
    ZERO_DENOMINATOR,
    Grouping,
    Statistic,
    domains_of,
    ratio_statistic,
    total_statistic,
    variable,
)
from ekistics.survey.domains import AnyDesign
from ekistics.survey.intervals import interval as confidence_interval

__all__ = ["ALL_OR_NONE", "EMPTY", "NO_VARIANCE", "ZERO_DENOMINATOR", "Estimates", "estimates", "mean", "proportion",
           "ratio", "total"]


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
        without interval, and without standard error unless it is that of later stages: no degrees of freedom),
        ``all-or-none`` (a proportion of 0 or 1: the interval is that of so many independent cases); empty where nothing
        is.
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
    df_interval : numpy.ndarray, shape (d,), optional
        Degrees of freedom that the interval uses; ``df`` where absent.
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
    df_interval: Floats = None  # type: ignore[assignment]  # always there once it is made

    def __post_init__(self) -> None:
        if self.df_interval is None:
            object.__setattr__(self, "df_interval", self.df)

    def __len__(self) -> int:
        return len(self.value)

    @property
    def deff_with_replacement(self) -> Floats:
        """Design effect against a simple random sample with replacement: the other times 1 - n/N."""
        return self.deff * (1 - self.n / self.weight_sum)


def total(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - the same for all estimates
          n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
          covariance: bool = False, degrees_of_freedom: str = "units") -> Estimates:
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
    degrees_of_freedom : {"units", "satterthwaite"}, default "units"
        What the interval counts: units less strata, as other programs do; or fewer where few strata carry the variance,
        see :func:`ekistics.survey.freedom.satterthwaite`. Replicate weights have their own count only.

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
    >>> from ekistics.survey.design import Design
    >>> design = Design.of(np.array([10.0, 10, 10, 10]))
    >>> found = total(design, np.array([1.0, 2, 3, 4]))
    >>> float(found.value[0]), float(found.se[0].round(4))
    (100.0, 25.8199)
    """
    if interval != "t":
        raise invalid(_("Totals have intervals by Student's t only."), param="interval", expected="t",
                      got=interval)
    statistic = total_statistic(domains_of(design, domain, n_domains), variable(y, len(design), "y"))
    return estimates(statistic, kind=interval, confidence=confidence, covariance=covariance,
                     degrees_of_freedom=degrees_of_freedom)


def ratio(design: AnyDesign, y: npt.ArrayLike, x: npt.ArrayLike, *,  # noqa: PLR0913 - the same for all estimates
          domain: Grouping = None, n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
          covariance: bool = False, degrees_of_freedom: str = "units") -> Estimates:
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
    confidence, covariance, degrees_of_freedom : optional
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
    >>> from ekistics.survey.design import Design
    >>> found = ratio(Design.of(np.ones(4)), np.array([1.0, 2, 3, 4]), np.array([2.0, 2, 4, 4]))
    >>> found.value.round(4).tolist(), found.numerator.tolist(), found.denominator.tolist()
    ([0.8333], [10.0], [12.0])
    """
    values, base = variable(y, len(design), "y"), variable(x, len(design), "x")
    statistic = ratio_statistic(domains_of(design, domain, n_domains), values, base)
    return estimates(statistic, kind=interval, confidence=confidence, covariance=covariance,
                     degrees_of_freedom=degrees_of_freedom)


def mean(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - the same for all estimates
         n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
         covariance: bool = False, degrees_of_freedom: str = "units") -> Estimates:
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
    confidence, covariance, degrees_of_freedom : optional
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
    >>> from ekistics.survey.design import Design
    >>> design = Design.of(np.ones(4), psu=np.array([1, 1, 2, 2]))
    >>> found = mean(design, np.array([1.0, 3, 5, 7]), domain=np.array([0, 0, 0, -1]))
    >>> float(found.value[0]), int(found.n[0]), float(found.df[0])
    (3.0, 3, 1.0)
    """
    statistic = ratio_statistic(domains_of(design, domain, n_domains), variable(y, len(design), "y"), None)
    return estimates(statistic, kind=interval, confidence=confidence, covariance=covariance,
                     degrees_of_freedom=degrees_of_freedom)


def proportion(design: AnyDesign, y: npt.ArrayLike, *, domain: Grouping = None,  # noqa: PLR0913 - as its neighbours
               n_domains: int | None = None, interval: str = "logit", confidence: float = 0.95,
               covariance: bool = False, degrees_of_freedom: str = "units") -> Estimates:
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
    confidence, covariance, degrees_of_freedom : optional
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
    >>> from ekistics.survey.design import Design
    >>> found = proportion(Design.of(np.ones(3)), np.array([1.0, 1.0, 1.0]))
    >>> float(found.value[0]), float(found.lci[0].round(4)), found.reason.tolist()
    (1.0, 0.2924, ['all-or-none'])
    """
    values = variable(y, len(design), "y")
    wrong = ~((values == 0) | (values == 1) | np.isnan(values))
    if wrong.any():
        raise invalid(_("A property is there (1), not there (0) or unknown."), param="y",
                      where=_("row {row}").format(row=int(wrong.argmax())), expected="0, 1",
                      got=_("{count} such rows").format(count=int(wrong.sum())))
    statistic = ratio_statistic(domains_of(design, domain, n_domains), values, None)
    return estimates(statistic, kind=interval, confidence=confidence, covariance=covariance,
                     degrees_of_freedom=degrees_of_freedom)


def estimates(statistic: Statistic, *, kind: str, confidence: float, covariance: bool = False,
              degrees_of_freedom: str = "units") -> Estimates:
    """Add variance, interval, design effect and reasons to a statistic.

    Parameters
    ----------
    statistic : Statistic
        Values and linearised values or replicates.
    kind : str
        Kind of interval.
    confidence : float
        Confidence level.
    covariance : bool, default False
        Whether the covariance between domains is computed.
    degrees_of_freedom : {"units", "satterthwaite"}, default "units"
        What the interval counts.

    Returns
    -------
    Estimates
        A row a domain.

    Raises
    ------
    InvalidValueError
        When a choice does not exist, or replicates are asked for "satterthwaite".
    """
    counted = statistic.counted
    variance, table = statistic.variance(covariance=covariance)
    se = np.sqrt(variance)
    df = statistic.degrees_of_freedom(degrees_of_freedom)
    lci, uci, extreme = confidence_interval(statistic.value, se, df=df, n=counted.n.astype(np.float64),
                                            kind=kind, confidence=confidence)
    if statistic.certain:
        lci, uci, extreme = statistic.value, statistic.value, np.zeros_like(extreme)
    alone = np.isfinite(statistic.value) & np.isnan(lci)
    reason = np.where(alone, NO_VARIANCE, np.where(extreme & ~alone, ALL_OR_NONE, statistic.reason))
    deff = np.where(statistic.srs > 0, variance / np.where(statistic.srs > 0, statistic.srs, 1.0), np.nan)
    return Estimates(statistic.value, se, lci, uci, counted.df, counted.n, counted.n_psu, counted.missing,
                     statistic.numerator, statistic.denominator, deff, reason, statistic.uncertainty,
                     counted.weight_sum, covariance=table, confidence=confidence, interval=kind, df_interval=df)
