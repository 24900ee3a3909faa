"""How far a sample is like its frame, who answered, and what those who came by themselves would have said."""

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers

__all__ = ["Balance", "balance_of", "r_indicator", "reweighted"]

Balance = tuple[float, float, float]


def balance_of(values: npt.ArrayLike, pi: Floats, drawn: Bools) -> Balance:
    """Hold the weighted mean of a variable in the sample against its mean in the frame.

    Parameters
    ----------
    values : array-like, shape (n_cities,)
        A variable that is known of every city.
    pi : numpy.ndarray, shape (n_cities,)
        Inclusion probabilities.
    drawn : numpy.ndarray of bool, shape (n_cities,)
        Cities in the sample.

    Returns
    -------
    frame, sample, difference : float
        Mean of the frame, weighted mean of the sample, and their difference in standard deviations of the frame; NaN
        where a value is missing, and for the difference also where the variable does not vary.

    Examples
    --------
    >>> balance_of([1.0, 2, 3, 4], np.full(4, 0.5), np.array([True, False, False, True]))
    (2.5, 2.5, 0.0)
    """
    known = np.asarray(values, dtype=np.float64)
    mean, spread = float(known.mean()), float(known.std(ddof=1)) if len(known) > 1 else 0.0
    w = 1 / pi[drawn]
    sample = float((w * known[drawn]).sum() / w.sum()) if drawn.any() else float("nan")
    return mean, sample, (sample - mean) / spread if spread > 0 else float("nan")


def r_indicator(answered: npt.ArrayLike, classes: npt.ArrayLike, weight: npt.ArrayLike) -> float:
    """Give the R-indicator: how alike the chances to answer are among classes of cities.

    Parameters
    ----------
    answered : array-like of bool, shape (n,)
        Whether a city that was drawn answered.
    classes : array-like of int, shape (n,)
        Class of the city, whose share of answers is its chance.
    weight : array-like, shape (n,)
        Weights of the draw.

    Returns
    -------
    float
        1 where all classes answer alike, 0 where they differ as much as they can.

    Notes
    -----
    Method: Schouten, Cobben and Bethlehem, Survey Methodology 35 (2009): ``1 - 2 S(rho)``, with ``rho`` the weighted
    share of answers in the class.

    Examples
    --------
    >>> r_indicator([True, True, False, False], [0, 0, 1, 1], [1.0, 1, 1, 1])
    0.0
    """
    codes = np.unique(np.asarray(classes), return_inverse=True)[1]
    w = np.asarray(weight, dtype=np.float64)
    rho = (np.bincount(codes, w * np.asarray(answered, dtype=np.float64)) / np.bincount(codes, w))[codes]
    mean = float((w * rho).sum() / w.sum())
    return 1 - 2 * float(np.sqrt((w * (rho - mean) ** 2).sum() / w.sum()))


def reweighted(pi: Floats, classes: Integers, answered: Bools, *, measure: npt.ArrayLike = 1.0) -> Floats:
    """Let the cities that answered stand for those of their class that did not.

    Parameters
    ----------
    pi : numpy.ndarray, shape (n,)
        Inclusion probabilities of the cities drawn.
    classes : numpy.ndarray of int, shape (n,)
        Class of each: stratum, and whether it was certain.
    answered : numpy.ndarray of bool, shape (n,)
        Whether it answered.
    measure : array-like, shape (n,), default 1
        What is kept in each class: the weighted number of cities, or their weighted size.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Probabilities whose inverse is the new weight; NaN for silent cities.

    Raises
    ------
    InvalidValueError
        Nobody of a class answered.

    Notes
    -----
    Method: weighting within response classes, Särndal, Swensson and Wretman (1992), section 15.6.2; it takes the silent
    cities of a class to be like the others, which is an assumption and is told as one.

    Examples
    --------
    >>> reweighted(np.full(3, 0.5), np.zeros(3, int), np.array([True, True, False])).round(4).tolist()
    [0.3333, 0.3333, nan]
    """
    codes = np.unique(classes, return_inverse=True)[1]
    w = np.broadcast_to(np.asarray(measure, dtype=np.float64), (len(pi),)) / pi
    asked, heard = np.bincount(codes, w), np.bincount(codes, w * answered)
    if (heard <= 0).any():
        empty = classes[np.argmax(codes == int(np.argmax(heard <= 0)))]
        raise InvalidValueError(_("No city of a class answered, so nobody can stand for it."), param="classes",
                                got=int(empty), hint=_("Take a city from the reserve, or join strata."))
    return np.where(answered, pi * (heard / asked)[codes], np.nan)
