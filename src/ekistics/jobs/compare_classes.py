"""Hold a classification against a reference raster, cell by cell."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ekistics.core.errors import NoOverlapError
from ekistics.core.i18n import _
from ekistics.geo.degurba import MISSING
from ekistics.geo.degurba.codes import decode
from ekistics.jobs.delineate import Delineation
from ekistics.readers.raster import raster_grid, read_raster

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A classification against a reference, cell by cell.

    Parameters
    ----------
    cells : int
        Cells that have a class in both.
    differ : int
        Cells among them whose classes differ.
    pairs : tuple of tuple
        (reference, ours, cells) of each kind of difference, most frequent first.
    """

    cells: int
    differ: int
    pairs: tuple[tuple[int, int, int], ...]


def compare(result: Delineation, reference: Path | str, level: int) -> Comparison:
    """Hold a classification against a reference raster that covers it or a part of it.

    Parameters
    ----------
    result : Delineation
        The classification.
    reference : path-like
        A raster of class codes on the same lattice.
    level : int
        The level of the reference.

    Returns
    -------
    Comparison
        Cells compared and differences.

    Raises
    ------
    NoOverlapError
        The reference lies on another lattice or outside the classified window.
    """
    grid, own = raster_grid(reference), result.window
    column = (grid.transform.c - own.transform.c) / own.transform.a
    row = (grid.transform.f - own.transform.f) / own.transform.e
    top, left = round(row), round(column)
    fits = (top >= 0 and left >= 0 and top + grid.height <= own.height and left + grid.width <= own.width
            and own.window(max(top, 0), max(left, 0), *grid.shape).same_cells(grid))
    if not fits:
        raise NoOverlapError(_("The reference does not lie on the classified cells."), where=reference,
                             expected=_("cells within {bounds}").format(bounds=own.bounds), got=grid.bounds,
                             hint=_("Cut the buffer with --crop so that both cover the same window."))
    theirs = read_raster(reference, role="reference", unit_measure="NUMBER").values
    c = result.crop
    rows, columns = slice(c + top, c + top + grid.height), slice(c + left, c + left + grid.width)
    ours = decode(result.classification.byte[rows, columns], level)
    known = ~np.isnan(theirs) & (ours != MISSING)
    wrong = known & (theirs != ours)
    pairs = pd.Series(list(zip(theirs[wrong].astype(int), ours[wrong].astype(int), strict=True)), dtype=object)
    counted = pairs.value_counts()
    return Comparison(int(known.sum()), int(wrong.sum()),
                      tuple((int(a), int(b), int(n)) for (a, b), n in counted.items()))
