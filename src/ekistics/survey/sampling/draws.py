"""Draws of fixed size: simple random, systematic, Pareto, maximum entropy and Sampford.

Each gives a mask of the units drawn. Units with probability 1 are always among them.
"""

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.sampling.joint import poisson_probabilities
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers, checked_probabilities

__all__ = ["draw_maximum_entropy", "draw_pareto", "draw_sampford", "draw_srs", "draw_systematic"]

_SLACK = 1e-12  # rounding of a sum of probabilities
_TRIES = 1_000_000  # far above what a draw needs: about 3 sqrt(n_units) at the worst


def draw_srs(random: npt.ArrayLike, n: int) -> Bools:
    """Draw a simple random sample: the units with the smallest random numbers.

    Parameters
    ----------
    random : array-like, shape (n_units,)
        A random number a unit, permanent or new.
    n : int
        Units to draw.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: sequential simple random sampling, Ohlsson (1995), with permanent random numbers. The units that follow in
    order of their numbers are the reserve, in that order.

    Examples
    --------
    >>> draw_srs([0.7, 0.1, 0.4], 2).tolist()
    [False, True, True]
    """
    return _smallest(np.asarray(random, dtype=np.float64), n)


def _smallest(values: Floats, n: int) -> Bools:
    drawn = np.zeros(len(values), dtype=bool)
    drawn[np.argsort(values, kind="stable")[:n]] = True
    return drawn


def draw_pareto(pi: npt.ArrayLike, random: npt.ArrayLike) -> Bools:
    """Draw with probabilities near to given ones by permanent random numbers.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities wanted, with a whole sum.
    random : array-like, shape (n_units,)
        A random number a unit, above 0 and below 1, permanent or new.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: Rosén, Journal of Statistical Planning and Inference 62 (1997): the units with the smallest
    ``u (1 - pi) / (pi (1 - u))``. Its true probabilities differ from those wanted by little, and by less the larger the
    sample; samples of two rounds overlap as far as the probabilities allow.

    Examples
    --------
    >>> draw_pareto([0.5, 1.0, 0.5], [0.7, 0.99, 0.4]).tolist()
    [False, True, True]
    """
    probabilities, n = checked_probabilities(pi)
    u = np.asarray(random, dtype=np.float64)
    return _smallest(u * (1 - probabilities) / (probabilities * (1 - u)), n)


def draw_systematic(pi: npt.ArrayLike, start: float, *, order: Integers | None = None) -> Bools:
    """Draw systematically: walk through the frame and take a unit each time the sum of probabilities passes a mark.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.
    start : float
        A random number from 0 up to, not including, 1.
    order : numpy.ndarray of int, shape (n_units,), optional
        Positions of the units in the order of the walk; that of the frame where not given.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: Madow, The Annals of Mathematical Statistics 20 (1949).

    Examples
    --------
    >>> draw_systematic([0.07, 0.17, 0.41, 0.61, 0.83, 0.91], 0.3).tolist()
    [False, False, True, False, True, True]
    """
    probabilities, n = checked_probabilities(pi)
    walk = np.arange(len(probabilities)) if order is None else order
    ends = np.cumsum(probabilities[walk])
    ends *= n / ends[-1] if n else 1.0  # the rounding of the sum moves no mark past the end
    passed = np.floor(np.append(0.0, ends) - start + _SLACK)
    drawn = np.zeros(len(probabilities), dtype=bool)
    drawn[walk] = np.diff(passed) > 0
    return drawn


def draw_maximum_entropy(pi: npt.ArrayLike, rng: np.random.Generator) -> Bools:
    """Draw from the design of maximum entropy, in which every sample is as likely as the probabilities let it be.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.
    rng : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: conditional Poisson sampling, Hájek (1964), with the probabilities of Chen, Dempster and Liu, Biometrika 81
    (1994); Poisson samples are drawn until one has the size.
    """
    probabilities, n = checked_probabilities(pi)
    certain = probabilities >= 1
    p = poisson_probabilities(probabilities)
    for _try in range(_TRIES):
        drawn = certain | (rng.random(len(p)) < p)
        if drawn.sum() == n:
            return drawn
    raise _never()


def draw_sampford(pi: npt.ArrayLike, rng: np.random.Generator) -> Bools:
    """Draw by Sampford's design, whose inclusion probabilities are exactly those given.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.
    rng : numpy.random.Generator
        Source of random numbers.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        Units drawn.

    Notes
    -----
    Method: Sampford, Biometrika 54 (1967), drawn by Poisson samples: one unit with probability proportional to ``pi``,
    a Poisson sample with ``pi``, kept if it has the size less one and not that unit. Such a sample has a probability
    proportional to ``prod(pi / (1 - pi)) sum(1 - pi)`` over its units, which is Sampford's, and one of some tens of
    tries is kept whatever the size, where his own procedure needs ever more.
    """
    probabilities, n = checked_probabilities(pi)
    certain = probabilities >= 1
    drawn = certain.copy()
    left = np.flatnonzero(~certain)
    if wanted := n - int(certain.sum()):
        drawn[left[_sampford(probabilities[left], wanted, rng)]] = True
    return drawn


def _sampford(pi: Floats, n: int, rng: np.random.Generator) -> Bools:
    marks = np.cumsum(pi) / pi.sum()
    for _try in range(_TRIES):
        first = min(int(np.searchsorted(marks, rng.random(), side="right")), len(pi) - 1)
        drawn: Bools = rng.random(len(pi)) < pi
        if not drawn[first] and drawn.sum() == n - 1:
            drawn[first] = True
            return drawn
    raise _never()


def _never() -> InvalidValueError:
    return InvalidValueError(_("No sample of this size came up."), param="pi",
                             hint=_("Draw systematically, or by the cube method."))
