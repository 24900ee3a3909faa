"""Smooth the edges of urban centres: cells join the centre that holds the majority of their neighbours."""

import numpy as np
import numpy.typing as npt

from ekistics.geo.degurba.cells import BoolArray
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["smooth_edges"]

IdArray = npt.NDArray[np.int32]


def smooth_edges(centres: IdArray, byte: npt.NDArray[np.uint8], parameters: DegurbaParameters) -> IdArray:
    """Let cells join centres by majority until nothing changes, all cells of a round together.

    Parameters
    ----------
    centres : numpy.ndarray of int32, shape (height, width)
        Number of the centre of a cell, 0 outside.
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes before any cluster is painted.
    parameters : DegurbaParameters
        The rules.

    Returns
    -------
    numpy.ndarray of int32, shape (height, width)
        The centres with what joined.

    Notes
    -----
    Votes are counted by centre, never on a mask, so that two centres cannot add up to a majority. A strict majority
    cannot tie. Only cells beside the last additions are looked at again.
    """
    if parameters.smoothing == "none" or not centres.any():
        return centres
    ids = np.pad(centres, 1)
    may_join, counts = _surroundings(byte, parameters)
    offsets = _neighbours(ids.shape[1])
    flat = ids.reshape(-1)
    new = np.flatnonzero(flat)
    while new.size:
        near = np.unique(new[:, None] + offsets)
        near = near[may_join[near] & (flat[near] == 0)]
        winner = _majority(flat[near[:, None] + offsets], counts[near[:, None] + offsets], parameters.smoothing)
        new = near[winner > 0]
        flat[new] = winner[winner > 0]
    return ids[1:-1, 1:-1]


def _surroundings(byte: npt.NDArray[np.uint8], parameters: DegurbaParameters) -> tuple[BoolArray, BoolArray]:
    """Give which cells may join and which count as neighbours, with one more cell around the grid, flat."""
    joins = (byte & 15) != 0
    if parameters.smoothing == "r2023a":
        joins &= (byte >> 4 & 3) != 0
    counts = np.pad((byte & 128) == 0, 1, constant_values=parameters.smoothing_counts_outside)
    return np.pad(joins, 1).reshape(-1), counts.reshape(-1)


def _neighbours(width: int) -> npt.NDArray[np.int64]:
    return np.array([-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1])


def _majority(ids: IdArray, counts: BoolArray, rule: str) -> IdArray:
    """Give the centre with the majority among the neighbours of each cell, or 0."""
    votes = np.zeros(len(ids), dtype=np.int64)
    winner = np.zeros(len(ids), dtype=np.int32)
    for k in range(8):
        same = np.where(ids[:, k] > 0, (ids == ids[:, k:k + 1]).sum(axis=1), 0)
        better = same > votes
        winner[better] = ids[better, k]
        votes[better] = same[better]
    valid = (counts | (ids > 0)).sum(axis=1)
    enough = votes >= 5 if rule == "r2022a" else 2 * votes > valid
    return np.where(enough, winner, 0).astype(np.int32)

