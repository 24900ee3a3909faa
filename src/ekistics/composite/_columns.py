"""What several steps ask of columns."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError

__all__ = ["ends", "refuse"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def ends(x: Floats) -> tuple[Floats, Floats]:
    """Give the least and the greatest value of each column; NaN where it has none.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values; missing ones are left out.

    Returns
    -------
    low, high : numpy.ndarray, shape (k,)
        The ends.
    """
    low: Floats = np.fmin.reduce(x, axis=0, initial=np.nan)
    high: Floats = np.fmax.reduce(x, axis=0, initial=np.nan)
    return low, high


def refuse(wrong: Bools, message: str, got: npt.ArrayLike, names: Sequence[str], *, step: str, param: str,  # noqa: PLR0913
           expected: str | None = None) -> None:
    """Refuse the first column that is wrong, by its name.

    Parameters
    ----------
    wrong : numpy.ndarray of bool, shape (k,)
        Whether a column is.
    message : str
        What is wrong.
    got : array_like, shape (k,)
        The number of each column that shows it.
    names : sequence of str, length k, or empty
        Names of the columns.
    step : str
        The place where columns have no names.
    param : str
        The parameter that is wrong.
    expected : str, optional
        What it should be.

    Raises
    ------
    InvalidValueError
        When a column is wrong.
    """
    if wrong.any():
        first = int(wrong.argmax())
        raise InvalidValueError(message, where=names[first] if names else step, param=param, expected=expected,
                                got=float(np.broadcast_to(np.asarray(got), wrong.shape)[first]))
