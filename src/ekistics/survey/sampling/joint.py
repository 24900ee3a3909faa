"""Joint inclusion probabilities: how often two units are drawn together, which the variance hangs on."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.sampling.probabilities import Floats, Integers, checked_probabilities

__all__ = ["joint_maximum_entropy", "joint_sampford", "joint_srs", "joint_systematic", "poisson_probabilities"]

Complex = npt.NDArray[np.complex128]
_ROUNDS, _NEAR = 500, 1e-13


def joint_srs(n_units: int, n: int) -> Floats:
    """Give the joint inclusion probabilities of simple random sampling.

    Parameters
    ----------
    n_units, n : int
        Units of the frame, and of the sample.

    Returns
    -------
    numpy.ndarray, shape (n_units, n_units)
        Joint probabilities; inclusion probabilities on the diagonal.

    Examples
    --------
    >>> joint_srs(4, 2)[0].round(4).tolist()
    [0.5, 0.1667, 0.1667, 0.1667]
    """
    joint = np.full((n_units, n_units), n * (n - 1) / (n_units * max(n_units - 1, 1)), dtype=np.float64)
    np.fill_diagonal(joint, n / n_units)
    return joint


def joint_systematic(pi: npt.ArrayLike, *, order: Integers | None = None) -> Floats:
    """Give the joint inclusion probabilities of systematic sampling.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.
    order : numpy.ndarray of int, shape (n_units,), optional
        Positions of the units in the order of the walk; that of the frame where not given.

    Returns
    -------
    numpy.ndarray, shape (n_units, n_units)
        Joint probabilities; many are zero, so no unbiased variance follows from them.

    Notes
    -----
    Method: the samples change only where the start passes a fraction of a cumulated probability, so each of at most
    ``n_units`` samples is listed with the length of its starts (Connor, Journal of the American Statistical Association
    61, 1966).

    Examples
    --------
    >>> joint_systematic([0.07, 0.17, 0.41, 0.61, 0.83, 0.91])[3].round(2).tolist()
    [0.07, 0.17, 0.02, 0.61, 0.44, 0.52]
    """
    probabilities, _n = checked_probabilities(pi)
    walk = np.arange(len(probabilities)) if order is None else order
    ends = np.cumsum(probabilities[walk])
    marks = np.unique(np.append(np.round(ends % 1.0, 12) % 1.0, [0.0, 1.0]))
    middles, lengths = (marks[1:] + marks[:-1]) / 2, np.diff(marks)
    passed = np.floor(ends[:, None] - middles[None, :])
    drawn = np.zeros(passed.shape)
    drawn[walk] = np.diff(passed, axis=0, prepend=-1.0) > 0
    return np.asarray((drawn * lengths) @ drawn.T, dtype=np.float64)


def joint_sampford(pi: npt.ArrayLike) -> Floats:
    """Give the joint inclusion probabilities of Sampford's design.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.

    Returns
    -------
    numpy.ndarray, shape (n_units, n_units)
        Joint probabilities; inclusion probabilities on the diagonal.

    Notes
    -----
    Method: Sampford, Biometrika 54 (1967). His sums over samples are coefficients of a polynomial, which are taken from
    its values on a circle by a Fourier sum: exact to rounding, of order ``n_units ** 3``.

    Examples
    --------
    >>> joint = joint_sampford([0.5, 0.5, 0.5, 0.5])
    >>> joint[0].round(4).tolist()
    [0.5, 0.1667, 0.1667, 0.1667]
    """
    return _among_uncertain(pi, _sampford)


def joint_maximum_entropy(pi: npt.ArrayLike) -> Floats:
    """Give the joint inclusion probabilities of the design of maximum entropy.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.

    Returns
    -------
    numpy.ndarray, shape (n_units, n_units)
        Joint probabilities; inclusion probabilities on the diagonal.

    Notes
    -----
    Method: Chen, Dempster and Liu, Biometrika 81 (1994); golden values of R sampling 2.9.

    Examples
    --------
    >>> float(joint_maximum_entropy([0.07, 0.17, 0.41, 0.61, 0.83, 0.91])[2, 3].round(6))
    0.140686
    """
    return _among_uncertain(pi, _maximum_entropy)


def poisson_probabilities(pi: npt.ArrayLike) -> Floats:
    """Give the probabilities with which Poisson samples of the right size have given inclusion probabilities.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities, with a whole sum.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Probabilities of independent draws, with the same sum; 1 where ``pi`` is.

    Raises
    ------
    InvalidValueError
        The iteration does not come to rest.

    Notes
    -----
    Method: Deville's iteration ``p <- p + pi - pi(p)`` on the odds, as in Tillé, Sampling Algorithms (2006), section
    5.2, by half steps once it swings. Odds are fixed but for a factor, which is set so that the sums agree.
    """
    probabilities, _n = checked_probabilities(pi)
    found = probabilities.copy()
    free = probabilities < 1
    target = probabilities[free]
    n = round(float(target.sum()))
    if not free.any():
        return found
    p, gap, step = target.copy(), target, 1.0
    for _round in range(_ROUNDS):
        last, gap = gap, target - _conditional(p, n)
        if np.abs(gap).max() < _NEAR:
            break
        if gap @ last < 0:  # one of two nearly equal units swings about the truth: a whole step would never end
            step = 0.5
        p = np.clip(p + step * gap, 1e-300, 1 - 1e-16)
    if np.abs(gap).max() > np.sqrt(_NEAR):
        raise InvalidValueError(_("The probabilities of the design of maximum entropy were not found."), param="pi",
                                hint=_("Draw by Sampford's method."))
    found[free] = p
    return found


def _conditional(p: Floats, n: int) -> Floats:
    """Give the inclusion probabilities of Poisson samples of size n."""
    points = _circle(len(p))
    factors = 1 - p[:, None] + p[:, None] * points
    whole = np.exp(np.log(factors).sum(axis=0))
    return np.asarray(p * _coefficient(whole / factors, points, n - 1) / _coefficient(whole, points, n))


def _among_uncertain(pi: npt.ArrayLike, of: Callable[[Floats, int], Floats]) -> Floats:
    """Compute among units that are not certain; a certain one is drawn together with any other as often as that is."""
    probabilities, _n = checked_probabilities(pi)
    free = np.flatnonzero(probabilities < 1)
    joint = np.outer(probabilities, probabilities)
    if len(free):
        target = probabilities[free]
        joint[np.ix_(free, free)] = of(target, round(float(target.sum())))
    np.fill_diagonal(joint, probabilities)
    return np.asarray(joint, dtype=np.float64)


def _maximum_entropy(pi: Floats, n: int) -> Floats:
    p = poisson_probabilities(pi)
    points, factors, whole = _polynomial(p)
    joint = np.empty((len(p), len(p)))
    for k in range(len(p)):
        pairs = p[k] * p * _coefficient(whole / factors[k] / factors, points, n - 2)
        joint[k] = pairs
    return np.asarray(joint / _coefficient(whole, points, n))


def _sampford(pi: Floats, n: int) -> Floats:
    points, factors, whole = _polynomial(pi)
    spread = (pi * (1 - pi))[:, None] / factors
    all_spread = spread.sum(axis=0)
    joint = np.empty((len(pi), len(pi)))
    for k in range(len(pi)):
        rest = whole / factors[k] / factors
        both = (2 - pi[k] - pi) * _coefficient(rest, points, n - 2)
        third = _coefficient(rest * (all_spread - spread[k] - spread), points, n - 3)
        joint[k] = pi[k] * pi * (both + third)
    return np.asarray(joint / _coefficient(whole * all_spread, points, n - 1))


def _circle(n_units: int) -> Complex:
    """Give points on the unit circle, an odd number, so that none is -1, where a factor could vanish."""
    count = n_units + 1 + n_units % 2
    return np.asarray(np.exp(2j * np.pi * np.arange(count) / count))


def _polynomial(p: Floats) -> tuple[Complex, Complex, Complex]:
    """Give points, the factors ``1 - p + p z`` there and their product."""
    points = _circle(len(p))
    factors = 1 - p[:, None] + p[:, None] * points
    return points, factors, np.exp(np.log(factors).sum(axis=0))


def _coefficient(values: Complex, points: Complex, power: int) -> Floats:
    """Give the coefficient of a power of polynomials that are given by their values on the circle."""
    if power < 0:
        return np.zeros(values.shape[:-1])
    return np.asarray((values * points ** (-power)).mean(axis=-1).real, dtype=np.float64)
