"""Semi-dense urban clusters: only those that keep their distance from centres and dense clusters."""

from scipy import ndimage

from ekistics.geo.degurba.cells import BoolArray
from ekistics.geo.degurba.clusters import Clusters

__all__ = ["semi_dense_cells"]


def semi_dense_cells(clusters: Clusters, size: float, protected: BoolArray, distance: int) -> BoolArray:
    """Give the cells of the semi-dense clusters that stay.

    Parameters
    ----------
    clusters : Clusters
        The clusters of the semi-dense mask.
    size : float
        People a cluster needs.
    protected : numpy.ndarray of bool, shape (height, width)
        Cells of urban centres and dense urban clusters.
    distance : int
        Cells, counted as a king moves, within which no cell of a cluster may lie.

    Returns
    -------
    numpy.ndarray of bool, shape (height, width)
        The cells. One cell within the distance drops the whole cluster.

    Examples
    --------
    >>> import numpy as np
    >>> clusters = Clusters(np.array([[0, 0, 0, 1, 1]], dtype=np.int32), np.array([0.0, 3000.0]))
    >>> semi_dense_cells(clusters, 2500, np.array([[True, False, False, False, False]]), 2).any(axis=0).tolist()
    [False, False, False, True, True]
    >>> semi_dense_cells(clusters, 2500, np.array([[False, True, False, False, False]]), 2).any()
    np.False_
    """
    near = protected
    if distance:
        near = ndimage.maximum_filter(protected, size=2 * distance + 1, mode="constant", cval=False)
    stays = clusters.at_least(size)
    stays[clusters.labels[near]] = False
    stays[0] = False
    return stays[clusters.labels]
