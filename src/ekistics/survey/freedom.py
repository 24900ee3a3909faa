"""Degrees of freedom of an interval: units less strata, or Satterthwaite's count by what carries the variance.

Method: Satterthwaite, An Approximate Distribution of Estimates of Variance Components, Biometrics Bulletin 2, 1946; for
strata Cochran, Sampling Techniques, 3rd edition, 1977, section 5.4, equation 5.16.
"""

import numpy as np

from ekistics.core.i18n import N_
from ekistics.survey._layout import Floats, StageLayout
from ekistics.survey.domains import Domains
from ekistics.survey.variance import taylor_components

__all__ = ["DEGREES_OF_FREEDOM", "INTERVALS_BY", "satterthwaite"]

INTERVALS_BY = {"units": N_("intervals by units less strata"), "satterthwaite": N_("intervals by Satterthwaite")}
DEGREES_OF_FREEDOM = tuple(INTERVALS_BY)


def satterthwaite(domains: Domains, z: Floats, units: Floats) -> Floats:
    r"""Count degrees of freedom by the parts that the variance of the weighted total of z is the sum of.

    .. math:: f = \left(\sum_j v_j\right)^2 \Big/ \sum_j v_j^2 / f_j

    with :math:`v_j` what a stratum of the first stage adds, or what a later stage adds within a unit (or its stratum
    there), and :math:`f_j` the units drawn there less one, at least 1.

    Parameters
    ----------
    domains : Domains
        Domains of a :class:`~ekistics.survey.design.Design`.
    z : numpy.ndarray, shape (n,)
        Linearised values, zero in rows that do not count.
    units : numpy.ndarray, shape (n_domains,)
        Primary sampling units less strata, of those with cases in the domain: what the first stage counts at most.

    Returns
    -------
    numpy.ndarray, shape (n_domains,)
        Degrees of freedom, which need not be whole; ``units`` where the variance is zero, 0 where the first stage adds
        to it and has none.

    Notes
    -----
    The parts are estimates, whose squares are too large on average: the count is too low where each rests on few units,
    with two units in each of H like strata about H / 3.

    Examples
    --------
    >>> from ekistics.survey.design import Design
    >>> design = Design.of(np.ones(6), strata=np.array([1, 1, 1, 2, 2, 2]))
    >>> even, uneven = np.array([1.0, 2, 3, 1, 2, 3]), np.array([1.0, 2, 3, 2, 2, 2])
    >>> [satterthwaite(Domains.of(design), z, np.array([4.0])).round(9).tolist() for z in (even, uneven)]
    [[4.0], [2.0]]
    """
    stages = taylor_components(domains, z)
    variance = np.sum([parts.sum(axis=0) for _stage, parts in stages], axis=0)
    usable = variance > 0
    size = np.where(usable, variance, 1.0)
    spent = np.zeros(domains.count)  # the sum of squared shares of the variance over degrees of freedom
    for number, (stage, parts) in enumerate(stages):
        shares = parts / size
        squares = _over_freedom(stage, shares)
        spent += _at_most(squares, shares.sum(axis=0), units) if number == 0 else squares
    return np.where(usable, 1 / np.where(usable, spent, 1.0), units)


def _over_freedom(stage: StageLayout, shares: Floats) -> Floats:
    """Sum squared shares of a stage's strata over their degrees of freedom; shape (n_domains,)."""
    return np.asarray((shares**2 / np.maximum(stage.taken - 1, 1)[:, None]).sum(axis=0))


def _at_most(squares: Floats, share: Floats, units: Floats) -> Floats:
    """Raise the first stage's sum to what it is with all its units less strata, so that it never counts more."""
    least = np.where(units > 0, share**2 / np.where(units > 0, units, 1.0), np.where(share > 0, np.inf, 0.0))
    return np.maximum(squares, least)
