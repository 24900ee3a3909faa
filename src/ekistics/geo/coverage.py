"""Exact shares of grid cells that polygons cover: edges are cut at the grid's lines, and their signed areas summed.

Every piece of an edge lies in one cell. It adds to that cell the area between itself and the cell's right side, and to
all cells further right its height; summed along a row, the heights are 1 inside the polygon and 0 outside. So only
cells on an outline are computed one by one, and the cells between them are kept as runs of a row. Arithmetic is
float64; for valid polygons the shares are exact to about 1e-12 of a cell.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from ekistics.core.raster import Grid

__all__ = ["CoveredCells", "Edges", "covered_cells", "expand", "polygon_edges"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SLIVER = 1e-11  # of a cell; smaller shares are rounding: a coordinate of 30,000 cells has steps of 4e-12


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges of closed, consistently turned rings, in units of cells: x from the left, y down from the top.

    Parameters
    ----------
    x0, y0, x1, y1 : numpy.ndarray, shape (n_edges,)
        Ends of each edge. Outer rings run so that the ground is at one hand, holes the other way.
    zone : numpy.ndarray of int, shape (n_edges,)
        The polygon each edge belongs to, from 0.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    zone: Integers

    def areas(self, n_zones: int) -> Floats:
        """Give the area of each polygon in cells, signed by the turn of its rings.

        Parameters
        ----------
        n_zones : int
            Number of polygons.

        Returns
        -------
        numpy.ndarray, shape (n_zones,)
            Areas: positive where heights summed along a row come out positive inside.
        """
        halves = (self.y0 - self.y1) * (self.x0 + self.x1) / 2
        return np.bincount(self.zone, halves, minlength=n_zones).astype(np.float64)

    def take(self, keep: npt.NDArray[np.bool_]) -> "Edges":
        """Keep some of the edges.

        Parameters
        ----------
        keep : numpy.ndarray of bool, shape (n_edges,)
            Which.

        Returns
        -------
        Edges
            Those.
        """
        return Edges(self.x0[keep], self.y0[keep], self.x1[keep], self.y1[keep], self.zone[keep])


@dataclass(frozen=True, slots=True, eq=False)
class CoveredCells:
    """Cells that polygons cover: those on outlines with their share, those inside as runs.

    Parameters
    ----------
    zone, cell, fraction : numpy.ndarray, shape (n_partial,)
        Polygon, cell (row x width + column) and covered share, for cells on an outline.
    run_zone, run_start, run_stop : numpy.ndarray, shape (n_runs,)
        Polygon, first cell and cell after the last of runs that are covered whole.
    worst : numpy.ndarray, shape (n_zones,)
        How far shares leave 0 ... 1; above 1e-6 the polygon crosses or overlaps itself.
    """

    zone: Integers
    cell: Integers
    fraction: Floats
    run_zone: Integers
    run_start: Integers
    run_stop: Integers
    worst: Floats

    def expand_runs(self) -> tuple[Integers, Integers]:
        """List the cells of the runs one by one.

        Returns
        -------
        zone : numpy.ndarray
            Polygons, run after run.
        cell : numpy.ndarray
            Their cells.
        """
        cell, length = expand(self.run_start, self.run_stop)
        return np.repeat(self.run_zone, length), cell


def covered_cells(edges: Edges, n_zones: int, height: int, width: int) -> CoveredCells:
    """Compute which cells polygons cover, and by what share.

    Parameters
    ----------
    edges : Edges
        The outlines, turned so that heights along a row come out positive inside (y down: areas positive).
    n_zones : int
        Number of polygons.
    height, width : int
        Size of the grid; outlines may leave it.

    Returns
    -------
    CoveredCells
        The shares.

    Examples
    --------
    >>> x, y = np.array([0.5, 0.5, 2.5, 2.5, 0.5]), np.array([0.0, 1.0, 1.0, 0.0, 0.0])
    >>> square = Edges(x[:-1], y[:-1], x[1:], y[1:], np.zeros(4, np.int64))
    >>> cells = covered_cells(square, 1, 1, 4)
    >>> cells.cell, cells.fraction, cells.run_start, cells.run_stop
    (array([0, 2]), array([0.5, 0.5]), array([1]), array([2]))
    """
    key, cover, area = _summed_by_cell(*_contributions(edges, height, width))
    line = key // width  # zone x height + row
    heights = _running(cover, line)
    share = heights - area
    zone = line // height
    cell = key - zone * (height * width)
    ends = np.append(line[1:] != line[:-1], True)[:len(line)]
    stop = np.where(ends, (line % height + 1) * width, np.append(cell[1:], 0)[:len(cell)])
    worst = np.zeros(n_zones)
    np.maximum.at(worst, zone, np.maximum(np.maximum(-share, share - 1), np.maximum(-heights, heights - 1)))
    share[np.abs(share - 1) < SLIVER] = 1.0
    partial, between = share > SLIVER, stop - cell > 1
    whole = between & (heights > 1 - SLIVER)
    level = between & ~whole & (heights > SLIVER)  # stretches along a level side
    inner, length = expand(cell[level] + 1, stop[level])
    return CoveredCells(np.append(zone[partial], np.repeat(zone[level], length)), np.append(cell[partial], inner),
                        np.append(share[partial], np.repeat(heights[level], length)),
                        zone[whole], cell[whole] + 1, stop[whole], worst)


def expand(start: Integers, stop: Integers) -> tuple[Integers, Integers]:
    """List the cells of stretches one by one.

    Parameters
    ----------
    start, stop : numpy.ndarray of int, shape (n,)
        First cell, and cell after the last, of each stretch.

    Returns
    -------
    cell : numpy.ndarray
        The cells, stretch after stretch.
    length : numpy.ndarray, shape (n,)
        How many each stretch has.

    Examples
    --------
    >>> expand(np.array([3, 9]), np.array([6, 10]))[0]
    array([3, 4, 5, 9])
    """
    length = stop - start
    before = np.cumsum(length) - length
    return np.arange(length.sum()) + np.repeat(start - before, length), length


def polygon_edges(outlines: npt.NDArray[Any], grid: Grid) -> Edges:
    """Give the edges of polygons in cells of a grid.

    Parameters
    ----------
    outlines : numpy.ndarray of shapely geometries, shape (n_zones,)
        Valid polygons in the grid's CRS.
    grid : Grid
        The grid.

    Returns
    -------
    Edges
        Their edges, turned as :func:`covered_cells` needs them.
    """
    parts, zone_of_part = shapely.get_parts(shapely.orient_polygons(outlines), return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    t = grid.transform
    x, y = (points[:, 0] - t.c) / t.a, (points[:, 1] - t.f) / t.e
    joined = ring[1:] == ring[:-1]
    zone = zone_of_part[part_of_ring[ring[:-1][joined]]]
    return Edges(x[:-1][joined], y[:-1][joined], x[1:][joined], y[1:][joined], zone)


def _running(cover: Floats, line: Integers) -> Floats:
    """Sum heights along each row of each polygon, so that rounding does not pass from row to row."""
    if not len(line):
        return cover
    total = np.cumsum(cover)
    first = np.append(0, np.flatnonzero(line[1:] != line[:-1]) + 1)
    base = np.append(0.0, total[first[1:] - 1])
    return np.asarray(total - np.repeat(base, np.diff(np.append(first, len(line)))), dtype=np.float64)


def _summed_by_cell(key: Integers, cover: Floats, area: Floats) -> tuple[Integers, Floats, Floats]:
    """Sum the contributions of the pieces to each cell, cells in order."""
    if not len(key):
        return key, cover, area
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.append(0, np.flatnonzero(key[1:] != key[:-1]) + 1)
    return key[first], np.add.reduceat(cover[order], first), np.add.reduceat(area[order], first)


def _contributions(edges: Edges, height: int, width: int) -> tuple[Integers, Floats, Floats]:
    """Give for each piece its cell (numbered through all polygons), its height and the area on its left in the cell."""
    low, high = np.minimum(edges.y0, edges.y1), np.maximum(edges.y0, edges.y1)
    left = np.minimum(edges.x0, edges.x1)
    edges = edges.take((low < high) & (low < height) & (high > 0) & (left < width))
    pieces = _pieces(edges, height, width)
    x, y = (pieces.x0 + pieces.x1) / 2, (pieces.y0 + pieces.y1) / 2
    column, row = np.floor(x), np.floor(y)
    cover = pieces.y1 - pieces.y0
    keep = (row >= 0) & (row < height) & (column < width) & (cover != 0)
    x, column, row, cover = x[keep], column[keep], row[keep], cover[keep]
    before = column < 0  # left of the grid: the whole row is on its right
    x[before] = column[before] = 0.0
    line = pieces.zone[keep] * height + row.astype(np.int64)
    return line * width + column.astype(np.int64), cover, cover * (x - column)


def _pieces(edges: Edges, height: int, width: int) -> Edges:
    """Cut edges at the lines of the grid."""
    count_x, first_x = _crossings(edges.x0, edges.x1, width)
    count_y, first_y = _crossings(edges.y0, edges.y1, height)
    cut = (count_x + count_y) > 0
    if not cut.any():
        return edges
    long, count_x, first_x, count_y, first_y = (edges.take(cut), count_x[cut], first_x[cut], count_y[cut], first_y[cut])
    number = np.arange(len(long.zone))
    at_x, line_x = _lines(number, count_x, first_x)
    at_y, line_y = _lines(number, count_y, first_y)
    dx, dy = long.x1 - long.x0, long.y1 - long.y0
    part_x, part_y = (line_x - long.x0[at_x]) / dx[at_x], (line_y - long.y0[at_y]) / dy[at_y]
    at = np.concatenate([number, at_x, at_y, number])
    part = np.concatenate([np.zeros(len(number)), part_x, part_y, np.ones(len(number))])
    x = np.concatenate([long.x0, line_x, long.x0[at_y] + part_y * dx[at_y], long.x1])
    y = np.concatenate([long.y0, long.y0[at_x] + part_x * dy[at_x], line_y, long.y1])
    order = np.argsort(2.0 * at + part, kind="stable")
    at, x, y = at[order], x[order], y[order]
    inner = at[1:] == at[:-1]
    short = edges.take(~cut)
    return Edges(np.append(short.x0, x[:-1][inner]), np.append(short.y0, y[:-1][inner]),
                 np.append(short.x1, x[1:][inner]), np.append(short.y1, y[1:][inner]),
                 np.append(short.zone, long.zone[at[:-1][inner]]))


def _crossings(start: Floats, end: Floats, size: int) -> tuple[Integers, Floats]:
    """Count the lines 0 ... size strictly between the ends of each edge, and give the first."""
    first = np.maximum(np.floor(np.minimum(start, end)) + 1, 0)
    last = np.minimum(np.ceil(np.maximum(start, end)) - 1, size)
    return np.maximum(last - first + 1, 0).astype(np.int64), first


def _lines(number: Integers, count: Integers, first: Floats) -> tuple[Integers, Floats]:
    """List the crossed lines edge by edge."""
    at = np.repeat(number, count)
    rank = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    return at, first[at] + rank
