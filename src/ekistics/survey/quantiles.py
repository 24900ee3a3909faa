"""Quantiles of a sample and its domains, with intervals by Woodruff's method."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._layout import Floats, Integers
from ekistics.survey._refusal import invalid
from ekistics.survey._statistics import ALL_OR_NONE, Grouping, domains_of, ratio_statistic, variable
from ekistics.survey.domains import AnyDesign, Domains
from ekistics.survey.estimates import Estimates, estimates
from ekistics.survey.intervals import t_quantile

__all__ = ["TIES", "quantile", "quantiles"]

TIES = ("lower", "middle")
_EQUAL = 1e-12  # shares closer than it are the same: sums of weights are rounded
_ROUNDED = 2.0**-52  # and each weight that is added may round by so much more


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """Known rows by domain and value; ``start`` and ``stop`` are a domain's rows, ``weight`` is the sum of its weights.

    ``sums`` are of the weights so far in the row's domain: sums through all domains would be rounded by those before.
    """

    values: Floats
    sums: Floats
    start: Integers
    stop: Integers
    weight: Floats
    ties: str

    def at(self, share: Floats) -> Floats:
        """Give the value at a share of each domain's weight; NaN for a share that is none, or without rows."""
        usable = (share >= 0) & (share <= 1) & (self.stop > self.start)
        if not usable.any():
            return np.full(len(share), np.nan)
        wanted = np.where(usable, share, 0.0) * self.weight
        slack = np.maximum(_EQUAL, _ROUNDED * (self.stop - self.start)) * self.weight
        here = np.where(usable, self._reached(wanted - slack), 0)
        found = self.values[here]
        if self.ties == "middle":
            exact = np.abs(self.sums[here] - wanted) <= slack
            after = np.where(exact & usable, np.minimum(here + 1, self.stop - 1), here)
            found = (found + self.values[after]) / 2
        return np.where(usable, found, np.nan)

    def _reached(self, wanted: Floats) -> Integers:
        """Give the first row of each domain at which its sum of weights is reached, by halving; its last at most."""
        low, high = self.start, np.maximum(self.stop - 1, self.start)
        while bool((low < high).any()):
            middle = (low + high) // 2
            short = (self.sums[np.minimum(middle, len(self.sums) - 1)] < wanted) & (low < high)
            low, high = np.where(short, middle + 1, low), np.where(short, high, np.where(low < high, middle, high))
        return low


def quantile(design: AnyDesign, y: npt.ArrayLike, q: float = 0.5, *,  # noqa: PLR0913 - as the other estimates
             domain: Grouping = None, n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
             ties: str = "lower", degrees_of_freedom: str = "units") -> Estimates:
    r"""Estimate a quantile of a variable in each domain.

    .. math:: \hat{Q}(q) = \min \{y : \hat{F}(y) \ge q\}

    with :math:`\hat{F}` the weighted share of cases at or below a value.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    y : array_like, shape (n,)
        The variable; rows with NaN count as outside the domain.
    q : float, default 0.5
        Which quantile, between 0 and 1; 0.5 is the median.
    domain, n_domains : optional
        As in :func:`~ekistics.survey.estimates.total`.
    interval : {"t", "logit", "korn-graubard", "wilson"}, default "t"
        Interval of the share of cases at or below the quantile, from which that of the quantile follows.
    confidence : float, default 0.95
        Confidence level.
    ties : {"lower", "middle"}, default "lower"
        What the quantile is where the share is exactly ``q`` at a value: that value, or the middle between it and the
        next one.
    degrees_of_freedom : {"units", "satterthwaite"}, default "units"
        What the interval of the share counts, as in :func:`~ekistics.survey.estimates.total`.

    Returns
    -------
    Estimates
        A row a domain. A limit is NaN where the interval of the share goes below 0 or above 1, or where no case lies
        above the quantile (reason ``all-or-none``): the data do not bound it then. The standard error is the interval's
        length over twice Student's t.

    Raises
    ------
    InvalidValueError
        When ``q`` is not between 0 and 1; and as in :func:`~ekistics.survey.estimates.total`.

    Notes
    -----
    Method: Woodruff, Confidence intervals for medians and other position measures, Journal of the American Statistical
    Association 47, 1952.

    Examples
    --------
    >>> from ekistics.survey.design import Design
    >>> design = Design.of(np.ones(4))
    >>> y = np.array([1.0, 2, 3, 4])
    >>> quantile(design, y).value.tolist(), quantile(design, y, ties="middle").value.tolist()
    ([2.0], [2.5])
    """
    return quantiles(design, y, (q,), domain=domain, n_domains=n_domains, interval=interval, confidence=confidence,
                     ties=ties, degrees_of_freedom=degrees_of_freedom)[0]


def quantiles(design: AnyDesign, y: npt.ArrayLike, qs: Sequence[float], *,  # noqa: PLR0913 - as the other estimates
              domain: Grouping = None, n_domains: int | None = None, interval: str = "t", confidence: float = 0.95,
              ties: str = "lower", degrees_of_freedom: str = "units") -> tuple[Estimates, ...]:
    """Estimate several quantiles of a variable, which is sorted once.

    Parameters
    ----------
    design, y : Design or ReplicateDesign, array_like
        As in :func:`quantile`.
    qs : sequence of float
        Which quantiles.
    domain, n_domains, interval, confidence, ties, degrees_of_freedom : optional
        As in :func:`quantile`.

    Returns
    -------
    tuple of Estimates
        One a quantile.

    Raises
    ------
    InvalidValueError
        As in :func:`quantile`.

    Examples
    --------
    >>> from ekistics.survey.design import Design
    >>> [float(e.value[0]) for e in quantiles(Design.of(np.ones(4)), np.array([4.0, 2, 3, 1]), (0.25, 0.75))]
    [1.0, 3.0]
    """
    if ties not in TIES or not all(0 < q < 1 for q in qs):
        raise invalid(_("A quantile lies between 0 and 1, and ties are 'lower' or 'middle'."), param="q",
                      got=f"{', '.join(map(str, qs))}, {ties}")
    domains = domains_of(design, domain, n_domains)
    values = variable(y, len(design), "y")
    ordered = _sorted(domains, values, ties)
    return tuple(_one(domains, values, ordered, q, how={"kind": interval, "confidence": confidence,
                                                        "degrees_of_freedom": degrees_of_freedom}) for q in qs)


def _one(domains: Domains, y: Floats, ordered: _Sorted, q: float, *, how: dict[str, Any]) -> Estimates:
    """Estimate one quantile: the share at or below it, that share's interval, and the values at its limits."""
    value = ordered.at(np.full(domains.count, q))
    below = np.where(np.isnan(y), np.nan, y <= value[domains.code])
    share = estimates(ratio_statistic(domains, below, None), **how)
    everything = share.value >= 1  # no case lies above: the data do not bound the quantile
    lci = ordered.at(np.where(everything & (share.interval == "t"), np.nan, share.lci))
    uci = ordered.at(np.where(everything, np.nan, share.uci))
    se = (uci - lci) / (2 * t_quantile(share.df_interval, share.confidence))
    none = np.full(domains.count, np.nan)
    reason = np.where(everything & (share.reason == ""), ALL_OR_NONE, share.reason)
    return replace(share, value=value, se=se, lci=lci, uci=uci, numerator=none, denominator=none, deff=none,
                   reason=reason)


def _sorted(domains: Domains, y: Floats, ties: str) -> _Sorted:
    """Sort known rows by domain and value."""
    known = domains.known(y)
    rows = np.argsort(y, kind="stable") if known is None else np.flatnonzero(known)
    if known is not None:
        rows = rows[np.argsort(y[rows], kind="stable")]
    code = domains.code[rows]
    narrow = code.astype(np.int16) if domains.count < np.iinfo(np.int16).max else code  # 16 bits are sorted by counting
    rows = rows[np.argsort(narrow, kind="stable")]
    stop = np.cumsum(np.bincount(code, minlength=domains.count))
    start = np.concatenate([[0], stop[:-1]])
    sums = domains.design.weight[rows]
    for first, last in zip(start.tolist(), stop.tolist(), strict=True):
        np.cumsum(sums[first:last], out=sums[first:last])
    weight = np.zeros(domains.count)
    weight[stop > start] = sums[stop[stop > start] - 1]
    return _Sorted(y[rows], sums, start, stop, weight, ties)
