"""Which cells a polygon holds and by what share: by the middles of a fine lattice, by touch, or exactly.

The official workflow cuts each cell into a lattice of 50 m and gives a lattice cell to the polygon that holds its
middle. Nothing is rasterised for that: each polygon's edges are cut by the lattice's rows, and the middles between a
way in and a way out are counted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid
from ekistics.geo.coverage import Edges, covered_cells
from ekistics.geo.crossings import outline_edges

__all__ = ["Overlap", "exact_overlap", "lattice_overlap", "touched_overlap"]

Geometries = npt.NDArray[Any]
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares of cells that lie in polygons.

    Parameters
    ----------
    unit : numpy.ndarray of int64
        Position of the polygon.
    cell : numpy.ndarray of int64
        Flat number of the cell.
    share : numpy.ndarray of float64
        Share of the cell that the polygon holds.
    """

    unit: IntArray
    cell: IntArray
    share: FloatArray


def lattice_overlap(polygons: Geometries, grid: Grid, spacing: float = 50.0) -> Overlap:
    """Share cells by the middles of a lattice, as the official workflow does.

    Parameters
    ----------
    polygons : numpy.ndarray of shapely.Geometry
        Polygons in the grid's CRS.
    grid : Grid
        The grid.
    spacing : float
        Side of a lattice cell in CRS units; the grid's cells must be whole multiples of it.

    Returns
    -------
    Overlap
        Shares in steps of one lattice cell; only cells with a share.

    Raises
    ------
    InvalidValueError
        The lattice does not divide the cells.
    """
    across, down = _divisions(grid, spacing)
    x, y, unit = _edges_in_cells(polygons, grid, across, down)
    unit, row, first, last = _spans(x, y, unit, (grid.height * down, grid.width * across))
    return _share_of_spans(unit, row, first, last, (across, down, grid.width))


def _divisions(grid: Grid, spacing: float) -> tuple[int, int]:
    sides = np.array([grid.transform.a, -grid.transform.e]) / spacing
    whole = np.rint(sides)
    if (whole < 1).any() or np.abs(sides - whole).max() > 1e-6:
        raise InvalidValueError(_("The lattice must divide the cells of the grid."), param="spacing",
                                expected=_("a whole part of {side:g}").format(side=grid.transform.a), got=spacing)
    return int(whole[0]), int(whole[1])


def _edges_in_cells(polygons: Geometries, grid: Grid, across: int = 1,
                    down: int = 1) -> tuple[FloatArray, FloatArray, IntArray]:
    """Give the ends of all edges in cells of the lattice: x from the left, y down; shape (n_edges, 2) each."""
    start, end, unit = outline_edges(polygons)
    t = grid.transform
    x = np.column_stack([start[:, 0], end[:, 0]])
    y = np.column_stack([start[:, 1], end[:, 1]])
    return (x - t.c) / t.a * across, (y - t.f) / t.e * down, unit


def _spans(x: FloatArray, y: FloatArray, unit: IntArray,
           shape: tuple[int, int]) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Give the runs of lattice cells whose middles lie in a polygon: polygon, row, first column and the one after."""
    low, high = y.min(axis=1), y.max(axis=1)
    # An edge crosses the middle of a row from its upper end on and before its lower end, so each end counts once.
    first = np.clip(np.ceil(low - 0.5), 0, shape[0]).astype(np.int64)
    count = np.clip(np.ceil(high - 0.5), 0, shape[0]).astype(np.int64) - first
    edge = np.repeat(np.arange(len(first)), count)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    along = (row + 0.5 - y[edge, 0]) / (y[edge, 1] - y[edge, 0])
    crossing = x[edge, 0] + along * (x[edge, 1] - x[edge, 0])
    order = np.lexsort((crossing, row, unit[edge]))
    column = np.clip(np.ceil(crossing[order] - 0.5), 0, shape[1]).astype(np.int64)
    ways_in, ways_out = column[0::2], column[1::2]
    kept = ways_out > ways_in
    return unit[edge][order][0::2][kept], row[order][0::2][kept], ways_in[kept], ways_out[kept]


def _share_of_spans(unit: IntArray, row: IntArray, first: IntArray, last: IntArray,
                    frame: tuple[int, int, int]) -> Overlap:
    """Sum lattice cells of runs by polygon and cell."""
    across, down, width = frame
    cells = (last - 1) // across - first // across + 1
    run = np.repeat(np.arange(len(first)), cells)
    column = first[run] // across + np.arange(len(run)) - np.repeat(np.cumsum(cells) - cells, cells)
    middles = np.minimum(last[run], (column + 1) * across) - np.maximum(first[run], column * across)
    return _summed(unit[run], (row[run] // down) * width + column, middles, across * down)


def _summed(unit: IntArray, cell: IntArray, middles: IntArray, whole: int) -> Overlap:
    """Add up the lattice cells that belong to one polygon and one cell, as shares of the whole cell."""
    cells = int(cell.max()) + 1 if len(cell) else 1
    pair, where = np.unique(unit * cells + cell, return_inverse=True)
    total = np.bincount(where, weights=middles, minlength=len(pair)).astype(np.float64)
    return Overlap(pair // cells, pair % cells, total / whole)


def exact_overlap(polygons: Geometries, grid: Grid) -> Overlap:
    """Share cells exactly by area.

    Parameters
    ----------
    polygons : numpy.ndarray of shapely.Geometry
        Polygons in the grid's CRS.
    grid : Grid
        The grid.

    Returns
    -------
    Overlap
        Exact shares.
    """
    x, y, unit = _edges_in_cells(shapely.orient_polygons(polygons), grid)
    edges = Edges(x[:, 0], y[:, 0], x[:, 1], y[:, 1], unit)
    if edges.areas(len(polygons)).sum() < 0:
        edges = Edges(x[:, 1], y[:, 1], x[:, 0], y[:, 0], unit)
    covered = covered_cells(edges, len(polygons), grid.height, grid.width)
    length = covered.run_stop - covered.run_start
    run = np.repeat(np.arange(len(length)), length)
    inside = covered.run_start[run] + np.arange(len(run)) - np.repeat(np.cumsum(length) - length, length)
    return Overlap(np.concatenate([covered.zone, covered.run_zone[run]]), np.concatenate([covered.cell, inside]),
                   np.concatenate([covered.fraction, np.ones(len(inside))]))


def touched_overlap(polygon: Any, grid: Grid, spacing: float = 50.0) -> Overlap:
    """Share cells by the lattice cells that a small polygon touches.

    Parameters
    ----------
    polygon : shapely.Geometry
        A polygon in the grid's CRS that holds no middle of the lattice.
    grid : Grid
        The grid.
    spacing : float
        Side of a lattice cell in CRS units.

    Returns
    -------
    Overlap
        Shares, all for polygon 0; empty where the polygon lies outside the grid.
    """
    across, down = _divisions(grid, spacing)
    t = grid.transform
    left, bottom, right, top = polygon.bounds
    columns = _touched_range((left - t.c) / t.a * across, (right - t.c) / t.a * across, grid.width * across)
    rows = _touched_range((top - t.f) / t.e * down, (bottom - t.f) / t.e * down, grid.height * down)
    row, column = (axis.reshape(-1) for axis in np.meshgrid(rows, columns, indexing="ij"))
    dx, dy = t.a / across, t.e / down
    boxes = shapely.box(t.c + column * dx, t.f + (row + 1) * dy, t.c + (column + 1) * dx, t.f + row * dy)
    touched = shapely.intersects(boxes, polygon)
    row, column = row[touched], column[touched]
    one = np.ones(len(row), dtype=np.int64)
    return _summed(one - 1, row // down * grid.width + column // across, one, across * down)


def _touched_range(first: float, last: float, size: int) -> IntArray:
    return np.arange(max(int(np.floor(first)), 0), min(int(np.floor(last)) + 1, size), dtype=np.int64)
