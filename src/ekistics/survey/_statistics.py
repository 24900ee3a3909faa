"""Statistics before their intervals: values, linearised values or replicates, and what is counted in each domain."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.core.reasons import Reason
from ekistics.survey._arrays import numbers
from ekistics.survey._layout import Bools, Floats, Integers, StageLayout
from ekistics.survey._refusal import invalid
from ekistics.survey.design import Design
from ekistics.survey.domains import AnyDesign, Domains
from ekistics.survey.freedom import DEGREES_OF_FREEDOM, satterthwaite
from ekistics.survey.replicates import ReplicateDesign
from ekistics.survey.variance import (
    replicate_spread,
    replicate_sums,
    replicate_variance,
    taylor_covariance,
    taylor_variance,
)

__all__ = ["ALL_OR_NONE", "EMPTY", "NO_VARIANCE", "ZERO_DENOMINATOR", "Counted", "Grouping", "Statistic", "domains_of",
           "ratio_statistic", "total_statistic", "variable"]

EMPTY = Reason.NO_CASES.value
ZERO_DENOMINATOR = Reason.ZERO_DENOMINATOR.value
NO_VARIANCE = "one-unit"
ALL_OR_NONE = "all-or-none"

Grouping = npt.ArrayLike | Domains | None


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What is counted in each domain.

    Parameters
    ----------
    n, missing : numpy.ndarray of int, shape (d,)
        Cases, and rows left out because a variable is missing.
    n_psu, df : numpy.ndarray, shape (d,)
        Primary sampling units with cases, and degrees of freedom.
    weight_sum : numpy.ndarray, shape (d,)
        Sum of the weights of the cases; NaN where there are none.
    """

    n: Integers
    missing: Integers
    n_psu: Floats
    df: Floats
    weight_sum: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """A statistic of each domain.

    Parameters
    ----------
    domains : Domains
        The domains.
    counted : Counted
        What is counted in them.
    value, numerator, denominator : numpy.ndarray, shape (d,)
        The value, and what it is a quotient of.
    z : numpy.ndarray, shape (n,)
        Linearised values.
    thetas : numpy.ndarray, shape (d, n_replicates), or None
        The value in each replicate.
    srs : numpy.ndarray, shape (d,)
        Variance in a simple random sample without replacement.
    reason : numpy.ndarray of str, shape (d,)
        Why a value is absent.
    """

    domains: Domains
    counted: Counted
    value: Floats
    numerator: Floats
    denominator: Floats
    z: Floats
    thetas: Floats | None
    srs: Floats
    reason: npt.NDArray[np.str_]

    @property
    def uncertainty(self) -> str:
        """How standard errors are made."""
        return "taylor" if self.thetas is None else "replicates"

    @property
    def certain(self) -> bool:
        """Whether the sample is the whole population, so that nothing is uncertain."""
        design = self.domains.design
        return isinstance(design, Design) and all(_taken_whole(stage) for stage in design.layout)

    def covariance(self) -> Floats:
        """Give the covariance between domains, also where there are no degrees of freedom; shape (d, d)."""
        if self.thetas is None:
            return taylor_covariance(self.domains, self.z)
        assert isinstance(self.domains.design, ReplicateDesign)  # noqa: S101 - they have replicates
        return replicate_variance(self.domains.design, self.thetas, self.value)

    def _variances(self) -> Floats:
        """Give the variance of each domain, without a table of all pairs; shape (d,)."""
        if self.thetas is None:
            return taylor_variance(self.domains, self.z)
        assert isinstance(self.domains.design, ReplicateDesign)  # noqa: S101 - they have replicates
        return np.asarray((replicate_spread(self.domains.design, self.thetas, self.value) ** 2).sum(axis=1))

    def variance(self, *, covariance: bool) -> tuple[Floats, Floats | None]:
        """Give the variance of each domain, NaN where it is not known, and the covariance where it is asked for."""
        table = self.covariance() if covariance else None
        found = self._variances() if table is None else np.diag(table).copy()
        unknown = np.isnan(self.value) | ((self.counted.df <= 0) & (not _whole(self.domains)))
        if table is not None:
            table[unknown] = np.nan
            table[:, unknown] = np.nan
        return np.where(unknown, np.nan, found), table if covariance else None

    def degrees_of_freedom(self, rule: str) -> Floats:
        """Give the degrees of freedom that an interval uses by a rule; shape (d,)."""
        if rule not in DEGREES_OF_FREEDOM:
            raise invalid(_("This choice does not exist."), param="degrees_of_freedom",
                          expected=", ".join(DEGREES_OF_FREEDOM), got=rule)
        if rule == "units":
            return self.counted.df
        if self.thetas is not None:
            raise invalid(_("Replicate weights do not tell what each stratum adds to the variance."),
                          param="degrees_of_freedom", expected="units", got=rule,
                          hint=_("Replicates have their own count: take degrees_of_freedom='units'."))
        return satterthwaite(self.domains, self.z, self.counted.df)


def domains_of(design: AnyDesign, domain: Grouping, n_domains: int | None) -> Domains:
    """Take domains as they are, or make them from codes.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    domain : array_like of int, shape (n,), or Domains, or None
        The domains.
    n_domains : int or None
        Their number.

    Returns
    -------
    Domains
        The domains.

    Raises
    ------
    InvalidValueError
        When they were made for another design.
    """
    if isinstance(domain, Domains):
        if domain.design is not design:
            raise invalid(_("These domains belong to another design."), param="domain")
        return domain
    return Domains.of(design, domain, n_domains=n_domains)


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
    given = numbers(values, param)
    if len(given) != n:
        raise invalid(_("A variable needs a value for each row of the sample."), param=param, expected=n,
                      got=len(given))
    if not np.isfinite(given.sum()) and np.isinf(given).any():
        raise invalid(_("A variable must not be infinite."), param=param,
                      where=_("row {row}").format(row=int(np.isinf(given).argmax())))
    return given


def total_statistic(domains: Domains, y: Floats) -> Statistic:
    """Give the total of each domain; linearised, it is the variable itself.

    Parameters
    ----------
    domains : Domains
        The domains.
    y : numpy.ndarray, shape (n,)
        The variable; NaN where unknown.

    Returns
    -------
    Statistic
        Totals.
    """
    known = domains.known(y)
    values = _zero_where_unknown(y, known)
    sums = domains.sums(domains.weights * values)
    counted = _counts(domains, known)
    absent = counted.n == 0
    none = np.full(domains.count, np.nan)
    rest = _zero_where_unknown(values - (sums / counted.weight_sum)[domains.code], known)
    thetas = replicate_sums(domains, values) if isinstance(domains.design, ReplicateDesign) else None
    return Statistic(domains, counted, np.where(absent, np.nan, sums), none, none, values, thetas,
                     _spread(domains, rest, counted) * counted.weight_sum**2, np.where(absent, EMPTY, ""))


def ratio_statistic(domains: Domains, y: Floats, x: Floats | None) -> Statistic:
    """Give the ratio of two totals in each domain; linearised it is (y - R x) / X.

    Parameters
    ----------
    domains : Domains
        The domains.
    y : numpy.ndarray, shape (n,)
        Variable of the numerator; NaN where unknown.
    x : numpy.ndarray, shape (n,), or None
        Variable of the denominator; 1 a row where absent, which makes a mean.

    Returns
    -------
    Statistic
        Ratios.
    """
    known = domains.known(y) if x is None else domains.known(y, x)
    counted = _counts(domains, known)
    y = _zero_where_unknown(y, known)
    base = None if x is None else _zero_where_unknown(x, known)
    absent = counted.n == 0
    upper = np.where(absent, np.nan, domains.sums(domains.weights * y))
    lower = counted.weight_sum if base is None else np.where(absent, np.nan, domains.sums(domains.weights * base))
    usable = ~absent & (lower != 0)
    safe = np.where(usable, lower, 1.0)
    value = np.where(usable, upper / safe, np.nan)
    filled = np.where(usable, value, 0.0)[domains.code]
    rest = _zero_where_unknown(y - filled if base is None else y - filled * base, known)
    thetas = None
    if isinstance(domains.design, ReplicateDesign):
        thetas = _replicate_ratios(domains, y, np.ones(len(y)) if base is None else base, known)
    srs = _spread(domains, rest, counted) * (counted.weight_sum / safe) ** 2
    reason = np.where(absent, EMPTY, np.where(usable, "", ZERO_DENOMINATOR))
    return Statistic(domains, counted, value, upper, lower, rest / safe[domains.code], thetas, srs, reason)


def _zero_where_unknown(values: Floats, known: Bools | None) -> Floats:
    """Put zero into rows that do not count."""
    return values if known is None else np.where(known, values, 0.0)


def _counts(domains: Domains, known: Bools | None) -> Counted:
    """Count cases, units and weights of each domain."""
    n = domains.counts(known)
    missing = np.zeros_like(n) if known is domains.live else domains.live_counts - n
    n_psu, df = domains.presence(known)
    sums = domains.sums(_zero_where_unknown(domains.weights, known))
    return Counted(n, missing, n_psu, df, np.where(n > 0, sums, np.nan))


def _replicate_ratios(domains: Domains, y: Floats, x: Floats, known: Bools | None) -> Floats:
    """Give the ratio in each replicate; NaN where its denominator is zero."""
    upper, lower = replicate_sums(domains, y), replicate_sums(domains, _zero_where_unknown(x, known))
    return np.where(lower != 0, upper / np.where(lower != 0, lower, 1.0), np.nan)


def _spread(domains: Domains, rest: Floats, counted: Counted) -> Floats:
    """Give the variance of the mean of ``rest`` in a simple random sample without replacement, by domain."""
    many = counted.n > 1
    n, size = np.where(many, counted.n, 2), np.where(many, counted.weight_sum, 1.0)
    variance = domains.sums(domains.weights * rest**2) / size * n / (n - 1)
    return np.where(many, variance / n * np.maximum(1 - n / size, 0.0), np.nan)


def _whole(domains: Domains) -> bool:
    """Tell whether nothing was left out of the first stage, so that degrees of freedom do not matter there."""
    return isinstance(domains.design, Design) and _taken_whole(domains.design.layout[0])


def _taken_whole(stage: StageLayout) -> bool:
    """Tell whether every unit was drawn."""
    return bool((stage.taken >= stage.population * (1 - 1e-7)).all())
