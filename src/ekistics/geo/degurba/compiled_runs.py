# mypy: disable-error-code="no-untyped-def,assignment,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0913 - numba takes types from the call; a hot loop is one function
"""Compiled: join runs into clusters, paint them, and test the distance of semi-dense clusters."""

import numpy as np
from numba import njit

from ekistics.geo.degurba.codes import DENSE

__all__ = ["cells_of_runs", "drop_near", "join_runs", "paint_runs", "sum_by_cluster"]


@njit(cache=True, nogil=True, inline="always")
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def join_runs(starts, stops, first, queen):
    """Count off the clusters of runs that touch, in the order of their first runs.

    Parameters
    ----------
    starts, stops : numpy.ndarray of int32, shape (n_runs,)
        First cell of each run, and the one after its last.
    first : numpy.ndarray of int64, shape (height + 1,)
        Position of the first run of each row.
    queen : bool
        Corners touch too.

    Returns
    -------
    cluster : numpy.ndarray of int32, shape (n_runs,)
        Number of the cluster of each run, from 0.
    count : int
        Number of clusters.
    """
    parent = np.arange(len(starts)).astype(np.int32)
    reach = 1 if queen else 0
    for row in range(1, len(first) - 1):
        above, end = first[row - 1], first[row]
        for here in range(first[row], first[row + 1]):
            while above < end and stops[above] + reach <= starts[here]:
                above += 1
            other = above
            while other < end and starts[other] < stops[here] + reach:
                a, b = _root(parent, here), _root(parent, other)
                if a < b:
                    parent[b] = a
                elif b < a:
                    parent[a] = b
                other += 1
    count = 0
    for i in range(len(parent)):
        if parent[i] == i:
            parent[i] = count
            count += 1
        else:
            # The root comes first and already holds its number; what lies between is flattened on the way.
            parent[i] = parent[parent[i]]
    return parent, count


@njit(cache=True, nogil=True)
def sum_by_cluster(cluster, people, count):
    """Sum people over the runs of each cluster, in order.

    Parameters
    ----------
    cluster : numpy.ndarray of int32, shape (n_runs,)
        Number of the cluster of each run.
    people : numpy.ndarray of float64, shape (n_runs,)
        People of each run.
    count : int
        Number of clusters.

    Returns
    -------
    numpy.ndarray of float64, shape (count,)
        People of each cluster.
    """
    total = np.zeros(count)
    for i in range(len(cluster)):
        total[cluster[i]] += people[i]
    return total


@njit(cache=True, nogil=True)
def paint_runs(byte, runs, keep, level2, level1):
    """Paint the runs of the clusters that stay, never downwards and never on missing cells.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes.
    runs : tuple
        First cells, cells after the last, position of each row's first run, and cluster of each run.
    keep : numpy.ndarray of bool
        Clusters that stay.
    level2, level1 : int
        Ranks to paint.
    """
    starts, stops, first, cluster = runs
    for row in range(len(first) - 1):
        for i in range(first[row], first[row + 1]):
            if keep[cluster[i]]:
                for column in range(starts[i], stops[i]):
                    old = byte[row, column]
                    if old & 15:
                        byte[row, column] = (old & 192) | max(old & 15, level2) | max(old >> 4 & 3, level1) << 4


@njit(cache=True, nogil=True)
def drop_near(byte, runs, keep, distance):
    """Drop the clusters of which a cell lies near a cell painted as dense or as a centre.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes with centres and dense clusters painted.
    runs : tuple
        As for :func:`paint_runs`.
    keep : numpy.ndarray of bool
        Clusters that stay; changed in place.
    distance : int
        Cells, counted as a king moves.
    """
    starts, stops, first, cluster = runs
    height, width = byte.shape
    for row in range(height):
        for i in range(first[row], first[row + 1]):
            if not keep[cluster[i]]:
                continue
            left, right = max(starts[i] - distance, 0), min(stops[i] + distance, width)
            for r in range(max(row - distance, 0), min(row + distance + 1, height)):
                for column in range(left, right):
                    if byte[r, column] & 15 >= DENSE:
                        keep[cluster[i]] = False
                        break
                if not keep[cluster[i]]:
                    break


@njit(cache=True, nogil=True)
def cells_of_runs(runs, keep, width):
    """List the cells of the clusters that stay.

    Parameters
    ----------
    runs : tuple
        As for :func:`paint_runs`.
    keep : numpy.ndarray of bool
        Clusters that stay.
    width : int
        Columns of the grid.

    Returns
    -------
    cells : numpy.ndarray of int64
        Flat numbers, ascending.
    owner : numpy.ndarray of int32
        Cluster of each cell, from 0.
    """
    starts, stops, first, cluster = runs
    count = 0
    for i in range(len(starts)):
        if keep[cluster[i]]:
            count += stops[i] - starts[i]
    cells, owner = np.empty(count, np.int64), np.empty(count, np.int32)
    k = 0
    for row in range(len(first) - 1):
        for i in range(first[row], first[row + 1]):
            if keep[cluster[i]]:
                for column in range(starts[i], stops[i]):
                    cells[k], owner[k] = row * width + column, cluster[i]
                    k += 1
    return cells, owner
