"""Fill the small gaps of urban centres, each within its own box."""

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from ekistics.geo.degurba.cells import BoolArray
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.geo.degurba.smoothing import IdArray

__all__ = ["fill_gaps", "gap_limit_cells"]

_ROOK = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=bool)
_SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))


def gap_limit_cells(parameters: DegurbaParameters, cell_area: float) -> int:
    """Give the number of cells of the largest gap that is filled.

    Parameters
    ----------
    parameters : DegurbaParameters
        The rules.
    cell_area : float
        Area of a cell, square metres.

    Returns
    -------
    int
        Cells.

    Examples
    --------
    >>> gap_limit_cells(DegurbaParameters(), 1e6), gap_limit_cells(DegurbaParameters(gap_limit_included=True), 1e6)
    (14, 15)
    """
    cells = parameters.gap_limit * 1e6 / cell_area
    return int(np.floor(cells)) if parameters.gap_limit_included else int(np.ceil(cells)) - 1


def fill_gaps(centres: IdArray, known: BoolArray, limit: int, *, pockets: bool = False) -> IdArray:
    """Fill the holes of each centre that are small enough.

    Parameters
    ----------
    centres : numpy.ndarray of int32, shape (height, width)
        Number of the centre of a cell, 0 outside.
    known : numpy.ndarray of bool, shape (height, width)
        Cells with data; others are never filled.
    limit : int
        Cells of the largest hole that is filled.
    pockets : bool
        Fill the pockets between several centres too.

    Returns
    -------
    numpy.ndarray of int32, shape (height, width)
        The centres with their gaps filled.

    Notes
    -----
    A hole belongs to one part of a centre that is connected by sides, and is connected by sides itself; whatever lies
    in it counts for its area, but other centres in it keep their cells. A hole of two centres, one within the other,
    goes to the inner one. What touches the border of the grid is no hole.
    """
    filled = centres.copy()
    smallest = np.full(centres.shape, np.iinfo(np.int32).max, dtype=np.int32)
    for number, box in enumerate(ndimage.find_objects(centres), start=1):
        if box is not None:
            _fill_centre(filled[box], smallest[box], (centres[box] == number, (centres[box] == 0) & known[box]),
                         number, limit)
    return _fill_pockets(filled, known, limit) if pockets else filled


def _fill_centre(filled: IdArray, smallest: IdArray, masks: tuple[BoolArray, BoolArray], number: int,
                 limit: int) -> None:
    """Fill the holes of one centre in views of its box."""
    own, free = masks
    parts, count = ndimage.label(own, structure=_ROOK)
    for part in range(1, count + 1):
        outside, holes = ndimage.label(np.pad(parts != part, 1, constant_values=True), structure=_ROOK)
        if holes < 2:
            continue
        sizes = np.bincount(outside.reshape(-1))[outside[1:-1, 1:-1]]
        hole = ((outside[1:-1, 1:-1] > 0) & (outside[1:-1, 1:-1] != outside[0, 0]) & (sizes <= limit) & free
                & (sizes < smallest))
        filled[hole] = number
        smallest[hole] = sizes[hole]


def _fill_pockets(centres: IdArray, known: BoolArray, limit: int) -> IdArray:
    """Give small pockets of free cells between several centres to the one with the most sides around."""
    padded = np.pad(centres, 1)
    pockets, count = ndimage.label(np.pad(centres == 0, 1, constant_values=True), structure=_ROOK)
    sizes = np.bincount(pockets.reshape(-1), minlength=count + 1)
    small = np.flatnonzero(sizes <= limit)
    boxes = ndimage.find_objects(pockets)
    for pocket in small[small > 0]:
        if pocket != pockets[0, 0]:
            _fill_pocket(padded, pockets, int(pocket), boxes[pocket - 1])
    inner = padded[1:-1, 1:-1]
    return np.where(known, inner, centres)


def _fill_pocket(padded: IdArray, pockets: npt.NDArray[np.int32], pocket: int, box: tuple[slice, slice]) -> None:
    rows, columns = np.nonzero(pockets[box] == pocket)
    rows, columns = rows + box[0].start, columns + box[1].start
    around = np.concatenate([padded[rows + down, columns + right] for down, right in _SIDES])
    around = around[around > 0]
    if around.size:
        padded[rows, columns] = int(np.argmax(np.bincount(around)))
