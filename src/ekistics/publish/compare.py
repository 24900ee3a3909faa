"""Whether two values can be told apart, from what is known of their uncertainty."""

import math
from dataclasses import dataclass

from ekistics.core.observation import Estimate

__all__ = ["NORMAL_95", "Comparison", "compare"]

NORMAL_95 = 1.959963984540054  # 97.5 % point of the normal distribution


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two values compare.

    Parameters
    ----------
    verdict : str
        ``higher`` or ``lower`` (the first against the second), ``same`` when they cannot be told apart, ``unknown``
        when a value or the uncertainty of one is not known.
    basis : str
        ``difference`` (interval of the difference of independent samples), ``overlap`` (of the two intervals) or
        ``none``.
    difference : float
        First minus second; NaN where a value is absent.
    lci, uci : float
        Interval of the difference; NaN where it cannot be stated.
    """

    verdict: str
    basis: str
    difference: float
    lci: float = math.nan
    uci: float = math.nan


def compare(first: Estimate, second: Estimate, *, independent: bool = False) -> Comparison:
    """Compare two values.

    Where both standard errors are known and the samples are independent, the difference has a 95 % interval of its
    own, ``d ± 1.96 sqrt(se1² + se2²)``, and the values differ when it leaves zero out. Else the intervals are held
    against each other: values whose intervals share a point cannot be told apart. That is the more careful rule: it
    never calls different what the first would not.

    Parameters
    ----------
    first, second : Estimate
        The two values.
    independent : bool
        Whether they come from independent samples; say so only where it is known.

    Returns
    -------
    Comparison
        The verdict and what it rests on.

    Examples
    --------
    >>> a, b = Estimate(58.0, lci=54.1, uci=61.8), Estimate(60.0, lci=57.0, uci=63.0)
    >>> [compare(a, other).verdict for other in (b, Estimate(70.0, lci=66.0, uci=74.0), Estimate(40.0))]
    ['same', 'lower', 'unknown']
    """
    gap = first.value - second.value
    if not math.isfinite(gap):
        return Comparison("unknown", "none", math.nan)
    if independent and math.isfinite(first.se) and math.isfinite(second.se):
        half = NORMAL_95 * math.hypot(first.se, second.se)
        return Comparison(_verdict(gap - half, gap + half), "difference", gap, gap - half, gap + half)
    ends = (first.lci, first.uci, second.lci, second.uci)
    if not all(math.isfinite(end) for end in ends):
        return Comparison("unknown", "none", gap)
    return Comparison(_verdict(first.lci - second.uci, first.uci - second.lci), "overlap", gap)


def _verdict(low: float, high: float) -> str:
    return "higher" if low > 0 else "lower" if high < 0 else "same"
