"""Orders in which a systematic sample walks through a frame, so that it spreads over places and kinds."""

import numpy as np
import numpy.typing as npt

from ekistics.survey.sampling.probabilities import Integers

__all__ = ["geographic_order", "serpentine_order"]

_LEVELS = 16  # of the curve: cells of 1/65536 of the extent


def serpentine_order(*keys: npt.ArrayLike) -> Integers:
    """Order units by several keys, turning round at each change, so that neighbours in the order are alike.

    Parameters
    ----------
    *keys : array-like, shape (n_units,)
        Keys, the coarsest first; text or numbers. Ties keep the order of the frame.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Positions of the units, in order.

    Notes
    -----
    Method: hierarchic serpentine sorting as in Chromy (Proceedings of the Survey Research Methods Section, ASA, 1979):
    a key rises in the first group of the keys before it, falls in the second, and so on.

    Examples
    --------
    >>> serpentine_order(["a", "a", "b", "b"], [1, 2, 1, 2]).tolist()
    [0, 1, 3, 2]
    """
    ranks = [np.unique(np.asarray(key), return_inverse=True)[1].astype(np.int64) for key in keys]
    group = np.zeros(len(ranks[0]), dtype=np.int64)
    for rank in ranks:
        turned = np.where(group % 2 == 1, rank.max() - rank, rank)
        group = np.unique(group * (rank.max() + 1) + turned, return_inverse=True)[1].astype(np.int64)
    return np.argsort(group, kind="stable")


def geographic_order(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Integers:
    """Order units along a Hilbert curve through their places.

    Parameters
    ----------
    longitude, latitude : array-like, shape (n_units,)
        Degrees.

    Returns
    -------
    numpy.ndarray, shape (n_units,)
        Positions of the units, in order.

    Notes
    -----
    Method: Hilbert, Mathematische Annalen 38 (1891), on a square of 65536 cells a side over the extent. A country
    across the antimeridian needs longitudes without the jump.

    Examples
    --------
    >>> geographic_order([0, 1, 1, 0], [0, 0, 1, 1]).tolist()
    [0, 3, 2, 1]
    """
    x, y = _cells(np.asarray(longitude, dtype=np.float64), np.asarray(latitude, dtype=np.float64))
    distance = np.zeros(len(x), dtype=np.int64)
    side = 1 << (_LEVELS - 1)
    while side:
        right, up = (x & side) > 0, (y & side) > 0
        distance += side * side * ((3 * right) ^ up)
        turn, flip = ~up, ~up & right
        x, y = np.where(flip, (1 << _LEVELS) - 1 - x, x), np.where(flip, (1 << _LEVELS) - 1 - y, y)
        x, y = np.where(turn, y, x), np.where(turn, x, y)
        side >>= 1
    return np.argsort(distance, kind="stable")


def _cells(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> tuple[Integers, Integers]:
    extent = max(np.ptp(x), np.ptp(y), np.finfo(float).tiny)
    most = (1 << _LEVELS) - 1
    return ((x - x.min()) / extent * most).astype(np.int64), ((y - y.min()) / extent * most).astype(np.int64)
