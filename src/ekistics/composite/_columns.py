"""What several steps ask of columns."""

import numpy as np
import numpy.typing as npt

__all__ = ["ends"]

Floats = npt.NDArray[np.float64]


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
