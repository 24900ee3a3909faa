"""How many units to draw, and how they are shared among strata."""

import math
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.sampling.probabilities import Floats, Integers

__all__ = ["allocate", "allocation_measure", "sample_size_of_ratio", "sample_size_of_share"]


def allocation_measure(kind: str, population: npt.ArrayLike, *, spread: npt.ArrayLike | None = None,
                       power: float = 0.5) -> Floats:
    """Give the measure by which a sample is shared among strata.

    Parameters
    ----------
    kind : str
        ``proportional``: units in the stratum; ``neyman``: units times their standard deviation; ``power``: units to
        a power.
    population : array-like, shape (n_strata,)
        Units of each stratum.
    spread : array-like, shape (n_strata,), optional
        Standard deviation within each stratum, for ``neyman``.
    power : float, default 0.5
        Exponent for ``power``: 1 is proportional, 0 gives all strata the same.

    Returns
    -------
    numpy.ndarray, shape (n_strata,)
        The measure.

    Raises
    ------
    InvalidValueError
        The kind is unknown, or its spread is absent.

    Notes
    -----
    Method: Cochran, Sampling Techniques (3rd ed., 1977), sections 5.5 and 5.9; Bankier, The American Statistician 42
    (1988), for the power.

    Examples
    --------
    >>> allocation_measure("neyman", [20, 60], spread=[4, 1]).tolist()
    [80.0, 60.0]
    """
    units = np.asarray(population, dtype=np.float64)
    if kind == "proportional":
        return units
    if kind == "power":
        return np.asarray(units**power, dtype=np.float64)
    if kind == "neyman" and spread is not None:
        return np.asarray(units * np.asarray(spread, dtype=np.float64), dtype=np.float64)
    raise InvalidValueError(_("This allocation cannot be computed."), param="allocation",
                            expected="proportional, power, neyman", got=kind,
                            hint=_("Neyman allocation needs the standard deviation in each stratum."))


def allocate(measure: npt.ArrayLike, n: int, *, population: npt.ArrayLike, minimum: int = 2) -> Integers:
    """Share a sample among strata in whole numbers, in the best way there is.

    Parameters
    ----------
    measure : array-like, shape (n_strata,)
        As :func:`allocation_measure` gives it; zero or more.
    n : int
        Units to draw in all.
    population : array-like, shape (n_strata,)
        Units of each stratum; no stratum gets more.
    minimum : int, default 2
        Fewest units of a stratum, or all of its units where it has fewer. Two are needed for a standard error.

    Returns
    -------
    numpy.ndarray, shape (n_strata,)
        Units to draw, with sum ``n``.

    Raises
    ------
    InvalidValueError
        The sample is too small for the minimum, or larger than the frame.

    Notes
    -----
    Method: Wright, The American Statistician 66 (2012) and 68 (2014): starting from the minimum, each further unit goes
    to the stratum with the largest ``measure / sqrt(k (k + 1))``, which makes ``sum(measure ** 2 / n_h)`` as small as
    whole numbers allow. Where no stratum with room has a measure above zero, as under Neyman's allocation where nothing
    varies, the rest goes by the units.

    Examples
    --------
    >>> allocate([100, 60, 3], 12, population=[100, 60, 3]).tolist()
    [6, 4, 2]
    """
    measures = np.asarray(measure, dtype=np.float64)
    units = np.asarray(population, dtype=np.int64)
    if not (np.isfinite(measures) & (measures >= 0)).all():
        raise InvalidValueError(_("The measure of a stratum is missing or negative."), param="measure")
    share = np.minimum(minimum, units)
    if not share.sum() <= n <= units.sum():
        raise InvalidValueError(_("The sample does not fit the strata."), param="n", got=n,
                                expected=f"{share.sum()} ... {units.sum()}",
                                hint=_("Draw more, or take fewer strata."))
    for _unit in range(n - int(share.sum())):
        room = share < units
        by = measures if measures[room].any() else units
        priority = np.where(room, by / np.sqrt(np.maximum(share, 1e-9) * (share + 1.0)), -1.0)
        share[int(np.argmax(priority))] += 1
    return share


def sample_size_of_share(share: float, error: float, *, population: int | None = None, deff: float = 1.0,
                         response: float = 1.0, confidence: float = 0.95) -> int:
    """Give the number of units that estimates a share with a wanted error.

    Parameters
    ----------
    share : float
        Expected share, between 0 and 1; 0.5 is the safe choice.
    error : float
        Half the width of the interval wanted, in the same terms.
    population : int, optional
        Units of the frame; without it the frame counts as endless.
    deff : float, default 1
        Design effect expected.
    response : float, default 1
        Share of units expected to answer.
    confidence : float, default 0.95
        Confidence of the interval.

    Returns
    -------
    int
        Units to draw, at most those of the frame.

    Raises
    ------
    InvalidValueError
        A value is outside its range.

    Notes
    -----
    Method: Cochran, Sampling Techniques (3rd ed., 1977), section 4.4: ``n0 = z**2 deff p (1 - p) / e**2``, then
    ``n0 / (1 + (n0 - 1) / N)``, divided by the response.

    Examples
    --------
    >>> sample_size_of_share(0.5, 0.05), sample_size_of_share(0.5, 0.05, population=1000)
    (385, 278)
    """
    if not (0 < share < 1 and error > 0 and deff > 0 and 0 < response <= 1 and 0 < confidence < 1):
        raise InvalidValueError(_("A share, error, design effect, response or confidence is outside its range."),
                                got=(share, error, deff, response, confidence))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return _finite(z**2 * deff * share * (1 - share) / error**2, population, response)


def sample_size_of_ratio(cv: float, relative_error: float, *, population: int | None = None, response: float = 1.0,
                         confidence: float = 0.95) -> int:
    """Give the number of units that estimates a ratio of totals with a wanted relative error.

    Parameters
    ----------
    cv : float
        Coefficient of variation of the residuals ``y - R x`` against the mean of ``y``, across units.
    relative_error : float
        Half the width of the interval wanted, as a share of the ratio.
    population : int, optional
        Units of the frame; without it the frame counts as endless.
    response : float, default 1
        Share of units expected to answer.
    confidence : float, default 0.95
        Confidence of the interval.

    Returns
    -------
    int
        Units to draw, at most those of the frame.

    Raises
    ------
    InvalidValueError
        A value is outside its range.

    Notes
    -----
    Method: Cochran, Sampling Techniques (3rd ed., 1977), sections 4.6 and 6.5: ``(z cv / e)**2``, corrected as for
    shares.

    Examples
    --------
    >>> sample_size_of_ratio(0.5, 0.1)
    97
    """
    if not (cv > 0 and relative_error > 0 and 0 < response <= 1 and 0 < confidence < 1):
        raise InvalidValueError(_("A share, error, design effect, response or confidence is outside its range."),
                                got=(cv, relative_error, response, confidence))
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    return _finite((z * cv / relative_error)**2, population, response)


def _finite(n0: float, population: int | None, response: float) -> int:
    """Correct for a finite frame and for those who do not answer, and round up."""
    needed = n0 if population is None else n0 / (1 + (n0 - 1) / population)
    drawn = math.ceil(round(needed / response, 9))
    return drawn if population is None else min(drawn, population)
