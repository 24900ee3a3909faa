"""Differences: between domains of one sample, and between two rounds that share primary sampling units."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._arrays import codes
from ekistics.survey._layout import Floats, Integers, StageLayout, factorise, sums_by
from ekistics.survey._refusal import invalid
from ekistics.survey._statistics import (
    Grouping,
    Statistic,
    domains_of,
    ratio_statistic,
    total_statistic,
    variable,
)
from ekistics.survey.design import Design
from ekistics.survey.domains import AnyDesign
from ekistics.survey.estimates import Estimates, estimates
from ekistics.survey.intervals import t_quantile
from ekistics.survey.replicates import ReplicateDesign
from ekistics.survey.variance import first_stage_totals, replicate_spread

__all__ = ["Change", "Round", "change", "differences"]

QUANTITIES = ("mean", "total", "ratio")


def differences(found: Estimates, pairs: npt.ArrayLike) -> Estimates:
    """Give the difference between domains of one sample, second less first.

    Parameters
    ----------
    found : Estimates
        Estimates of all domains with their covariance.
    pairs : array_like of int, shape (k, 2)
        First and second domain of each difference.

    Returns
    -------
    Estimates
        A row a difference; degrees of freedom are the smaller of both, cases and units those of the smaller domain.

    Raises
    ------
    InvalidValueError
        When the covariance is not there (ask for it with ``covariance=True``), or there is no such domain.

    Examples
    --------
    >>> from ekistics.survey.estimates import mean
    >>> design = Design.of(np.ones(4))
    >>> found = mean(design, np.array([1.0, 3, 5, 9]), domain=[0, 0, 1, 1], covariance=True)
    >>> differences(found, [[0, 1]]).value.tolist()
    [5.0]
    """
    if found.covariance is None:
        raise invalid(_("A difference needs the covariance of the domains."), param="found",
                      hint=_("Estimate with covariance=True."))
    numbers = codes(np.ravel(np.asarray(pairs)), "pairs")
    if len(numbers) % 2 or ((numbers < 0) | (numbers >= len(found))).any():
        raise invalid(_("The code of a domain is out of range."), param="pairs", expected=f"0 ... {len(found) - 1}",
                      got=", ".join(map(str, numbers[(numbers < 0) | (numbers >= len(found))][:5])))
    first, second = numbers.reshape(-1, 2).T
    variance = (found.covariance[first, first] + found.covariance[second, second]
                - 2 * found.covariance[first, second])
    return _difference(found, found, first, second, variance)


def _difference(one: Estimates, two: Estimates, first: Integers, second: Integers, variance: Floats) -> Estimates:
    """Put the difference of two sets of estimates together."""
    value = two.value[second] - one.value[first]
    df = np.minimum(one.df[first], two.df[second])
    se = np.where(np.isnan(value), np.nan, np.sqrt(np.maximum(variance, 0.0)))
    half = t_quantile(df, one.confidence) * se
    none = np.full(len(value), np.nan)
    reason = np.where(one.reason[first] != "", one.reason[first], two.reason[second])
    reason = np.where(np.isnan(value) | np.isnan(se), reason, "")
    return replace(one, value=value, se=se, lci=value - half, uci=value + half, df=df,
                   n=np.minimum(one.n[first], two.n[second]), n_psu=np.minimum(one.n_psu[first], two.n_psu[second]),
                   missing=one.missing[first] + two.missing[second], numerator=none, denominator=none, deff=none,
                   reason=reason, weight_sum=none, covariance=None, interval="t", df_interval=df)


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """One round of a survey: its sample and what is estimated from it.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y : array_like, shape (n,)
        The variable.
    x : array_like, shape (n,), optional
        The denominator's variable, for a ratio.
    domain : array_like of int, shape (n,), or Domains, optional
        Domains, numbered alike in both rounds.
    """

    design: AnyDesign
    y: npt.ArrayLike
    x: npt.ArrayLike | None = None
    domain: Grouping = None


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change between two rounds.

    Parameters
    ----------
    first, second : Estimates
        The rounds.
    difference : Estimates
        Second less first.
    covariance : numpy.ndarray, shape (d,)
        Covariance of the two estimates; 0 where no unit is common.
    common_psu : int
        Primary sampling units in both rounds.
    only_first, only_second : tuple of int
        Codes of strata that one round has and the other not; they add no covariance.
    """

    first: Estimates
    second: Estimates
    difference: Estimates
    covariance: Floats
    common_psu: int
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]


def change(first: Round, second: Round, *, common: bool, quantity: str = "mean", n_domains: int | None = None,
           confidence: float = 0.95) -> Change:
    r"""Estimate the change between two rounds, with the covariance of the units that both have.

    .. math:: C = \sum_h \frac{n_c - n_1 n_2 / N}{n_c - 1} \sum_{i=1}^{n_c} (t_{1i} - \bar t_1)(t_{2i} - \bar t_2)

    with the n_c units of stratum h that are in both rounds, and their weighted totals t of linearised values.

    Parameters
    ----------
    first, second : Round
        The rounds.
    common : bool
        Whether codes of primary sampling units (and of strata) mean the same in both rounds. If not, the rounds are
        taken as independent. For replicates: whether replicate r of both leaves out the same units.
    quantity : {"mean", "total", "ratio"}, default "mean"
        What is estimated.
    n_domains : int, optional
        Number of domains; needed where the rounds' codes do not show it.
    confidence : float, default 0.95
        Confidence level.

    Returns
    -------
    Change
        The rounds, their difference and what they have in common.

    Raises
    ------
    InvalidValueError
        When a unit that both rounds have lies in different strata, one round has replicates and the other not, or the
        domains do not match.

    Notes
    -----
    Method: Tam, On covariances from overlapping samples, The American Statistician 38, 1984; Qualité and Tillé,
    Variance estimation of changes in repeated surveys, Survey Methodology 34, 2008. With the same units in both rounds
    it is the variance of the difference in one sample. Within common units, later stages count as drawn independently.
    A stratum with one common unit adds no covariance, which makes the error of a change rather too large. The
    correlation is kept between -1 and 1.

    Examples
    --------
    >>> design = Design.of(np.ones(3), psu=[1, 2, 3])
    >>> found = change(Round(design, [1.0, 2, 3]), Round(design, [2.0, 3, 4]), common=True)
    >>> found.difference.value.tolist(), found.difference.se.round(9).tolist(), found.common_psu
    ([1.0], [0.0], 3)
    """
    before, after = _statistic(first, quantity, n_domains), _statistic(second, quantity, n_domains)
    if before.domains.count != after.domains.count or (before.thetas is None) != (after.thetas is None):
        raise invalid(_("Both rounds need the same domains and the same kind of design."), param="second",
                      expected=f"{before.domains.count}, {before.uncertainty}",
                      got=f"{after.domains.count}, {after.uncertainty}")
    one, two = (estimates(s, kind="t", confidence=confidence) for s in (before, after))
    covariance, n_common, only = _covariance(before, after, common)
    limit = one.se * two.se
    covariance = np.clip(covariance, -limit, limit)
    every = np.arange(len(one))
    difference = _difference(one, two, every, every, one.se**2 + two.se**2 - 2 * covariance)
    return Change(one, two, difference, covariance, n_common, *only)


def _statistic(one: Round, quantity: str, n_domains: int | None) -> Statistic:
    """Give the statistic of a round."""
    if quantity not in QUANTITIES or (quantity == "ratio") != (one.x is not None):
        raise invalid(_("A change is of a mean, a total, or a ratio with its denominator."),
                      param="quantity", expected=", ".join(QUANTITIES), got=quantity)
    domains = domains_of(one.design, one.domain, n_domains)
    y = variable(one.y, len(one.design), "y")
    if quantity == "total":
        return total_statistic(domains, y)
    return ratio_statistic(domains, y, None if one.x is None else variable(one.x, len(one.design), "x"))


def _covariance(before: Statistic, after: Statistic,
                common: bool) -> tuple[Floats, int, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Give the covariance of the rounds, the number of common units and the strata of one round only."""
    nothing = np.zeros(before.domains.count)
    if before.thetas is not None and after.thetas is not None:
        return (_replicate_covariance(before, after) if common else nothing), 0, ((), ())
    one, two = before.domains.stages[0], after.domains.stages[0]
    homes = np.unique(one.home), np.unique(two.home)
    only = tuple(np.setdiff1d(homes[0], homes[1]).tolist()), tuple(np.setdiff1d(homes[1], homes[0]).tolist())
    if not common:
        return nothing, 0, only
    here, there = _common_units(before.domains.design, after.domains.design)
    found = np.zeros(before.domains.count)
    if len(here):
        group, factor = _overlap(one, two, here, there)
        for (domain, earlier), (_same, later) in zip(first_stage_totals(before.domains, before.z),
                                                     first_stage_totals(after.domains, after.z), strict=True):
            found[domain] = factor @ _products(group, earlier[here], later[there], len(factor))
    return found, len(here), only


def _common_units(before: AnyDesign, after: AnyDesign) -> tuple[Integers, Integers]:
    """Give the numbers of units that both rounds have, in the one and in the other; refuse units that moved."""
    assert isinstance(before, Design) and isinstance(after, Design)  # noqa: S101, PT018 - the caller looked
    one, two = before.layout[0], after.layout[0]
    if before.stages[0].nested or after.stages[0].nested:
        keys, _values = factorise(_paired(np.concatenate([one.home, two.home]), np.concatenate([one.ids, two.ids])))
        ids = keys[:one.n_units], keys[one.n_units:]
    else:
        ids = one.ids, two.ids
    _shared, here, there = np.intersect1d(*ids, assume_unique=True, return_indices=True)
    moved = one.home[here] != two.home[there]
    if moved.any():
        unit = here[int(moved.argmax())]
        raise invalid(_("A unit lies in different strata in the two rounds."), param="strata",
                      where=_("unit {unit}").format(unit=int(one.ids[unit])), expected=int(one.home[unit]),
                      got=int(two.home[there[int(moved.argmax())]]),
                      hint=_("Use the strata of the first round for both."))
    return here, there


def _paired(one: Integers, two: Integers) -> Integers:
    """Give one code for pairs of codes."""
    first, _firsts = factorise(one)
    second, seconds = factorise(two)
    return first * len(seconds) + second


def _overlap(one: StageLayout, two: StageLayout, here: Integers, there: Integers) -> tuple[Integers, Floats]:
    """Give the stratum of each common unit, numbered, and what the products of each stratum are multiplied by."""
    group, _pairs = factorise(_paired(one.stratum[here], two.stratum[there]))
    first = np.unique(group, return_index=True)[1]
    n1, n2 = one.taken[one.stratum[here[first]]], two.taken[two.stratum[there[first]]]
    population = np.maximum(one.population[one.stratum[here[first]]], two.population[two.stratum[there[first]]])
    n_common = np.bincount(group).astype(np.float64)
    several = n_common > 1
    return group, np.where(several, (n_common - n1 * n2 / population) / np.where(several, n_common - 1, 1.0), 0.0)


def _products(group: Integers, a: Floats, b: Floats, count: int) -> Floats:
    """Sum the products of deviations from the means of groups, by group."""
    size = np.bincount(group, minlength=count)
    a = a - (sums_by(group, a, count) / size)[group]
    b = b - (sums_by(group, b, count) / size)[group]
    return sums_by(group, a * b, count)


def _replicate_covariance(before: Statistic, after: Statistic) -> Floats:
    """Give the covariance of estimates whose replicates were made together."""
    one, two = before.domains.design, after.domains.design
    assert isinstance(one, ReplicateDesign) and isinstance(two, ReplicateDesign)  # noqa: S101, PT018 - they have some
    if not np.array_equal(one.rule.factors, two.rule.factors) or one.rule.centre != two.rule.centre:
        raise invalid(_("Replicates that were made together have the same number and factors."),
                      param="common", expected=one.n_replicates, got=two.n_replicates)
    earlier, later = (replicate_spread(one, s.thetas, s.value) for s in (before, after) if s.thetas is not None)
    return np.asarray((earlier * later).sum(axis=1))
