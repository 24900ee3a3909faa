"""Arrays as they are given, read as numbers or codes; an error never repeats a value, which may be somebody's."""

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._layout import Floats, Integers
from ekistics.survey._refusal import invalid

__all__ = ["codes", "numbers"]

_EXACT = 2.0**53  # floats from it on do not tell one whole number from the next


def numbers(values: npt.ArrayLike, param: str, *, dimensions: int = 1) -> Floats:
    """Read numbers; what is masked, None or missing by the means of pandas is NaN.

    Parameters
    ----------
    values : array_like
        Numbers.
    param : str
        What they are, for the error.
    dimensions : int, default 1
        How many dimensions they have.

    Returns
    -------
    numpy.ndarray of float
        The numbers.

    Raises
    ------
    InvalidValueError
        When a value is no number, or the dimensions are others.

    Examples
    --------
    >>> numbers([True, None, 3], "y").tolist()
    [1.0, nan, 3.0]
    """
    try:
        read = np.asarray(_unmasked(values), dtype=np.float64)
    except (TypeError, ValueError):
        raise invalid(_("The values must be numbers."), param=param, expected=_("numbers"),
                      got=str(getattr(values, "dtype", type(values).__name__)),
                      hint=_("Give NaN where a value is missing.")) from None
    if read.ndim != dimensions:
        raise invalid(_("An array has another number of dimensions."), param=param, expected=dimensions, got=read.ndim)
    return read


def codes(values: npt.ArrayLike, param: str) -> Integers:
    """Read codes as whole numbers.

    Parameters
    ----------
    values : array_like, shape (n,)
        Whole numbers of any type; floats count where they are whole and below 2^53, so that none stands for its
        neighbour.
    param : str
        What they are, for the error.

    Returns
    -------
    numpy.ndarray of int64, shape (n,)
        The codes.

    Raises
    ------
    InvalidValueError
        When a value is missing, not whole, too large or not a number, or there is more than one dimension.

    Examples
    --------
    >>> codes([3.0, 1.0], "psu").tolist()
    [3, 1]
    """
    given = np.asarray(_unmasked(values))
    if given.ndim != 1:
        raise invalid(_("An array has another number of dimensions."), param=param, expected=1, got=given.ndim)
    got: object = str(given.dtype)
    if given.dtype.kind in "biu" and not bool((given > np.iinfo(np.int64).max).any()):
        return given.astype(np.int64, copy=False)
    if given.dtype.kind == "f":
        wrong = ~(np.abs(given) < _EXACT) | (given != np.floor(given))
        if not wrong.any():
            return given.astype(np.int64)
        got = _("{count} such rows").format(count=int(wrong.sum()))
    raise invalid(_("Codes must be whole numbers, and none may be missing."), param=param,
                  expected=_("whole numbers"), got=got, hint=_("Number the codes first."))


def _unmasked(values: npt.ArrayLike) -> npt.ArrayLike:
    """Put NaN where values are masked."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    return np.asarray(np.ma.filled(values.astype(np.float64), np.nan))
