"""Clusters of cells that touch, and the people in them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ekistics.geo.degurba.cells import BoolArray
from ekistics.geo.degurba.grids import FloatArray

__all__ = ["Clusters", "find_clusters"]

_ROOK = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
_QUEEN = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of one mask.

    Parameters
    ----------
    labels : numpy.ndarray of int32, shape (height, width)
        Number of the cluster of a cell, 0 outside.
    people : numpy.ndarray of float64, shape (clusters + 1,)
        People by cluster number; the entry for 0 is 0.
    """

    labels: npt.NDArray[np.int32]
    people: FloatArray

    def at_least(self, size: float) -> npt.NDArray[np.bool_]:
        """Tell which clusters have enough people.

        Parameters
        ----------
        size : float
            People.

        Returns
        -------
        numpy.ndarray of bool, shape (clusters + 1,)
            By cluster number; False for 0, which is no cluster.
        """
        enough = self.people >= size
        enough[0] = False
        return enough


def find_clusters(mask: BoolArray, population: FloatArray, *, queen: bool) -> Clusters:
    """Group the cells of a mask that touch and count their people.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (height, width)
        The cells.
    population : numpy.ndarray, shape (height, width)
        People, zero where there is no data.
    queen : bool
        Corners touch too.

    Returns
    -------
    Clusters
        Numbers and people.

    Notes
    -----
    People are summed along each run of a row and then over the runs in order, as the compiled kernel does, so that both
    give the same number to the last bit.

    Examples
    --------
    >>> mask = np.array([[True, False], [False, True]])
    >>> find_clusters(mask, np.ones((2, 2)), queen=True).people.tolist()
    [0.0, 2.0]
    """
    labels, count = ndimage.label(mask, structure=_QUEEN if queen else _ROOK)
    starts = mask.copy()
    starts[:, 1:] &= ~mask[:, :-1]
    run_of_cell = np.cumsum(starts.ravel()[mask.ravel()]) - 1
    run_people = np.bincount(run_of_cell, weights=population[mask])
    people = np.bincount(labels[starts], weights=run_people, minlength=count + 1)
    return Clusters(labels, people.astype(np.float64))
