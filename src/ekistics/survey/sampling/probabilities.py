"""Inclusion probabilities proportional to size, with the units that are certain to be drawn."""

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Bools", "Floats", "Integers", "checked_probabilities", "inclusion_probabilities"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_WHOLE = 1e-6  # how far a sum of probabilities may be from a whole number
_CERTAIN = 1e-12  # a probability nearer to 1 is 1


def inclusion_probabilities(size: npt.ArrayLike, n: int) -> Floats:
    """Give inclusion probabilities proportional to size; units that would pass 1 are certain.

    Parameters
    ----------
    size : array-like, shape (n_units,)
        Size measure of each unit (people, say), above zero.
    n : int
        Number of units to draw, at most ``n_units``.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Probabilities in (0, 1], with sum ``n``.

    Raises
    ------
    InvalidValueError
        A size is missing, not finite or not above zero, or ``n`` is not among the possible numbers.

    Notes
    -----
    Method: Särndal, Swensson and Wretman, Model Assisted Survey Sampling (1992), section 3.6.2: ``n x / sum(x)``; units
    at or above 1 are certain, and the rest is computed anew until none is left. A unit of size zero could never be
    drawn and would be a hole in the frame, so it is refused.

    Examples
    --------
    >>> inclusion_probabilities([1, 2, 3, 10], 2).round(4).tolist()
    [0.1667, 0.3333, 0.5, 1.0]
    """
    sizes = _checked_sizes(size)
    if not 0 <= n <= len(sizes):
        raise InvalidValueError(_("The number to draw does not fit the frame."), param="n",
                                expected=f"0 ... {len(sizes)}", got=n)
    certain = np.zeros(len(sizes), dtype=bool)
    while True:
        left = n - int(certain.sum())
        pi = np.where(certain, 1.0, left * sizes / max(sizes[~certain].sum(), np.finfo(float).tiny))
        over = ~certain & (pi >= 1 - _CERTAIN)
        if not over.any():
            return pi
        certain |= over


def _checked_sizes(size: npt.ArrayLike) -> Floats:
    sizes = np.asarray(size, dtype=np.float64)
    wrong = ~(np.isfinite(sizes) & (sizes > 0))
    if wrong.any():
        raise InvalidValueError(
            _("A unit without a size above zero could never be drawn."), param="size",
            where=_("row {row}").format(row=int(np.argmax(wrong)) + 1), expected="> 0", got=sizes[wrong][0],
            hint=_("Give it a size, or take it out of the frame and say so."))
    return sizes


def checked_probabilities(pi: npt.ArrayLike, *, whole: bool = True) -> tuple[Floats, int]:
    """Give probabilities as an array with their sum as a whole number.

    Parameters
    ----------
    pi : array-like, shape (n_units,)
        Inclusion probabilities.
    whole : bool, default True
        Whether the sum must be a whole number.

    Returns
    -------
    pi : numpy.ndarray, shape (n_units,)
        The probabilities.
    n : int
        Their sum.

    Raises
    ------
    InvalidValueError
        A probability is not in (0, 1], or the sum is not whole.
    """
    probabilities = np.asarray(pi, dtype=np.float64)
    if not ((probabilities > 0) & (probabilities <= 1 + _CERTAIN)).all():
        raise InvalidValueError(_("An inclusion probability is not above 0 and at most 1."), param="pi")
    total = float(probabilities.sum())
    if whole and abs(total - round(total)) > _WHOLE * max(1.0, total):
        raise InvalidValueError(_("Inclusion probabilities of a sample of fixed size have a whole sum."), param="pi",
                                got=total)
    return np.minimum(probabilities, 1.0), round(total)
