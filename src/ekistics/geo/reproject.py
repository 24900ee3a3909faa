"""Population on another grid, with nobody lost: people are spread by exact overlap; what is left over is reported."""

from dataclasses import dataclass, replace
from math import ceil, floor

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from pyproj import CRS, Transformer
from scipy import sparse

from ekistics.core.crs import MOLLWEIDE, require_projected
from ekistics.core.errors import InvalidValueError, NoOverlapError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid, Raster
from ekistics.geo.coverage import Edges, covered_cells
from ekistics.geo.outlines import metres_per_unit, reproject_outlines

__all__ = ["Residual", "aggregate", "reproject_population", "target_grid_for"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_CELLS_AT_ONCE = 200_000
_NOTHING = 1e-9  # of a cell: rounding
_SNAP = 1e-9  # of a cell: two lines this near are one


@dataclass(frozen=True, slots=True, eq=False)
class Residual:
    """What a reprojection left over.

    Parameters
    ----------
    source : float
        People in the source raster.
    target : float
        People in the target raster.
    outside : float
        People whose part of a cell lies outside the target grid.
    missing_cells : int
        Source cells without data that touch the target: their people are unknown, not zero.
    partly_known_cells : int
        Target cells with data for only a part of their area: their people are those of the known part.
    known : numpy.ndarray, shape (height, width) of the target
        Share of each target cell that source cells with data cover.
    """

    source: float
    target: float
    outside: float
    missing_cells: int
    partly_known_cells: int
    known: Floats

    @property
    def rounding(self) -> float:
        """Give the people lost to rounding: source less target less outside."""
        return self.source - self.target - self.outside


def reproject_population(raster: Raster, target: Grid, *, max_edge_m: float = 1000.0) -> tuple[Raster, Residual]:
    """Put people on another grid, each cell's people spread evenly over its ground.

    Parameters
    ----------
    raster : Raster
        People per cell, in any CRS; NaN where there is no data.
    target : Grid
        The grid to fill, in an equal-area CRS where "evenly over its ground" shall be exact.
    max_edge_m : float
        Longest piece of a cell's side that is carried over as a straight line.

    Returns
    -------
    raster : Raster
        People per target cell, float64; NaN where no source cell with data reaches.
    residual : Residual
        What is left over. ``source = target + outside`` to about 1e-12.

    Raises
    ------
    InvalidValueError
        A source cell is negative or infinite, or cannot be expressed in the target CRS.
    NoOverlapError
        The two grids do not overlap.

    Notes
    -----
    Every side of a source cell is carried to the target plane once, for both cells that share it, so that the cells
    tile the plane without gaps; the shares of a cell are its overlaps divided by its area in that plane, and add to 1.
    Grids of one CRS need no carrying: overlaps are products of overlaps along the axes.

    Examples
    --------
    >>> from ekistics.core.crs import MOLLWEIDE, require_projected
    >>> fine = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 2), 2, 3)
    >>> people = Raster(np.array([[1.0, 2.0, 4.0], [1.0, np.nan, 4.0]]), fine, "PS")
    >>> coarse, residual = reproject_population(people, Grid(MOLLWEIDE, Affine(2, 0, 0, 0, -2, 2), 1, 1))
    >>> coarse.values.tolist(), residual.outside, residual.partly_known_cells
    ([[4.0]], 8.0, 1)
    """
    values = raster.values.astype(np.float64)
    _refuse_impossible(values)
    known = ~np.isnan(values)
    people = np.where(known, values, 0.0)
    spread = (_spread_along_axes(people, known, raster.grid, target) if raster.grid.crs == target.crs
              else _spread_by_overlap(people, known, raster.grid, target, max_edge_m))
    if not spread.known.any() and not spread.missing_cells:
        raise NoOverlapError(_("The population grid and the target grid do not overlap."), expected=target.bounds,
                             got=raster.grid.bounds, hint=_("Check both coordinate reference systems."))
    reached = spread.known > _NOTHING
    filled = np.where(reached, spread.people, np.nan)
    partly = int((reached & (spread.known < 1 - _NOTHING)).sum())
    residual = Residual(float(people.sum()), float(np.nansum(filled)), spread.outside, spread.missing_cells, partly,
                        spread.known)
    return replace(raster, values=filled, grid=target), residual


def aggregate(raster: Raster, factor: int) -> Raster:
    """Sum blocks of cells, such as 100 m cells to 1 km cells.

    Parameters
    ----------
    raster : Raster
        Amounts per cell, such as people or square metres; NaN where there is no data.
    factor : int
        Cells along each side of a block.

    Returns
    -------
    Raster
        The sums, float64, of the cells with data; NaN where a block has none. Blocks lie on the lattice of multiples
        of their size where the raster does (as GHSL's do), else they start at its upper left corner.

    Raises
    ------
    InvalidValueError
        The factor is not a whole number of at least 1, or a cell is negative or infinite.

    Examples
    --------
    >>> grid = Grid(MOLLWEIDE, Affine(100, 0, 0, 0, -100, 200), 2, 2)
    >>> aggregate(Raster(np.array([[1.0, 2.0], [3.0, np.nan]]), grid, "PS"), 2).values.tolist()
    [[6.0]]
    """
    if factor != int(factor) or factor < 1:
        raise InvalidValueError(_("Cells cannot be summed by this factor."), param="factor",
                                expected=_("a whole number of at least 1"), got=factor)
    grid, t = raster.grid, raster.grid.transform
    column, row = (_within_block(value, factor) for value in (t.c / t.a, t.f / t.e))
    width, height = ceil((grid.width + column) / factor), ceil((grid.height + row) / factor)
    corner = Affine(t.a * factor, 0.0, t.c - t.a * column, 0.0, t.e * factor, t.f - t.e * row)
    return reproject_population(raster, Grid(grid.crs, corner, height, width))[0]


def target_grid_for(ground: gpd.GeoDataFrame | Grid, resolution_m: float = 1000.0, crs: CRS = MOLLWEIDE, *,
                    buffer_cells: int = 0) -> Grid:
    """Give the grid of a resolution that covers some ground, on the lattice of multiples of its resolution.

    Parameters
    ----------
    ground : geopandas.GeoDataFrame or Grid
        The ground to cover, in any CRS.
    resolution_m : float
        Size of a cell in metres.
    crs : pyproj.CRS
        A projected CRS; World Mollweide by default, in which 1 km and 100 m cells are those of GHSL.
    buffer_cells : int
        Cells to add on each side.

    Returns
    -------
    Grid
        The grid.

    Raises
    ------
    GeographicCrsError
        The CRS is in degrees.

    Examples
    --------
    >>> import shapely
    >>> ground = gpd.GeoDataFrame(geometry=[shapely.box(1500, 200, 2500, 900)], crs=MOLLWEIDE)
    >>> target_grid_for(ground).bounds
    (1000.0, 0.0, 3000.0, 1000.0)
    """
    require_projected(crs)
    if isinstance(ground, Grid):
        ground = gpd.GeoDataFrame(geometry=[shapely.box(*ground.bounds)], crs=ground.crs)
    size = resolution_m / metres_per_unit(crs)
    left, bottom, right, top = (float(edge) / size for edge in reproject_outlines(ground, crs).total_bounds)
    west, south = floor(left + _SNAP) - buffer_cells, floor(bottom + _SNAP) - buffer_cells
    east, north = ceil(right - _SNAP) + buffer_cells, ceil(top - _SNAP) + buffer_cells
    return Grid(crs, Affine(size, 0, west * size, 0, -size, north * size), north - south, east - west)


@dataclass(slots=True, eq=False)
class _Spread:
    """People and known ground on the target while they are spread."""

    people: Floats
    known: Floats
    outside: float = 0.0
    missing_cells: int = 0


def _within_block(position: float, factor: int) -> int:
    """Give how many cells the raster starts after a block of the lattice; 0 where it is not on the lattice."""
    cells = round(position)
    return cells % factor if abs(position - cells) < _SNAP * max(1.0, abs(position)) else 0


def _spread_along_axes(people: Floats, known: npt.NDArray[np.bool_], source: Grid, target: Grid) -> _Spread:
    """Spread people between grids of one CRS: shares are products of shares along rows and columns."""
    s, t = source.transform, target.transform
    rows = _shares_along((s.f - t.f) / t.e, s.e / t.e, source.height, target.height)
    columns = _shares_along((s.c - t.c) / t.a, s.a / t.a, source.width, target.width)
    inside = np.outer(_column_sums(rows), _column_sums(columns))
    moved = rows @ people @ columns.T
    covered = (rows @ known.astype(np.float64) @ columns.T) * (s.e / t.e) * (s.a / t.a)
    return _Spread(moved, covered, float((people * (1 - inside)).sum()), int((~known & (inside > 0)).sum()))


def _shares_along(start: float, size: float, n_source: int, n_target: int) -> sparse.csr_array:
    """Give the share of each source cell that lies in each target cell along an axis, in units of target cells."""
    edges = start + size * np.arange(n_source + 1)
    nearest = np.round(edges)
    edges = np.where(np.abs(edges - nearest) < _SNAP * size, nearest, edges)
    cuts = np.unique(np.concatenate([edges, np.arange(n_target + 1)]))
    middle = (cuts[1:] + cuts[:-1]) / 2
    keep = (middle > max(edges[0], 0)) & (middle < min(edges[-1], n_target))
    middle, length = middle[keep], np.diff(cuts)[keep]
    cell = np.searchsorted(edges, middle) - 1
    shares = length / np.diff(edges)[cell]
    return sparse.csr_array((shares, (np.floor(middle).astype(np.int64), cell)), shape=(n_target, n_source))


def _column_sums(shares: sparse.csr_array) -> Floats:
    return np.asarray(shares.sum(axis=0), dtype=np.float64).ravel()


def _spread_by_overlap(people: Floats, known: npt.NDArray[np.bool_], source: Grid, target: Grid,
                       max_edge_m: float) -> _Spread:
    """Spread people between grids of different CRS by overlap of the cells' outlines, block by block of rows."""
    spread = _Spread(np.zeros(target.shape), np.zeros(target.shape))
    size_m = max(source.transform.a, -source.transform.e) * metres_per_unit(source.crs)
    parts = max(1, ceil(size_m / max_edge_m))
    to_target = Transformer.from_crs(source.crs, target.crs, always_xy=True)
    step = max(1, _CELLS_AT_ONCE // (source.width * parts))
    for first in range(0, source.height, step):
        rows = slice(first, min(first + step, source.height))
        block = source.window(first, 0, rows.stop - first, source.width)
        _spread_block(spread, people[rows].ravel(), known[rows].ravel(), _outlines(block, target, to_target, parts))
    return spread


def _outlines(block: Grid, target: Grid, to_target: Transformer, parts: int) -> tuple[Floats, Floats]:
    """Give the outline of each cell in target cells, counted from its upper left corner down and round.

    Neighbours share the points of their common side, to the last digit.
    """
    lines = np.arange(block.width + 1.0), np.arange(block.height + 1.0)
    points = np.arange(block.width * parts + 1) / parts, np.arange(block.height * parts + 1) / parts
    across = _carried(points[0][None, :], lines[1][:, None], block, target, to_target)
    down = across if parts == 1 else _carried(lines[0][None, :], points[1][:, None], block, target, to_target)
    return _round_cells(across[0], down[0], block, parts), _round_cells(across[1], down[1], block, parts)


def _carried(columns: Floats, rows: Floats, block: Grid, target: Grid, to_target: Transformer) -> tuple[Floats, Floats]:
    """Carry points of a block into target cells."""
    s, t = block.transform, target.transform
    east, north = np.broadcast_arrays(s.c + s.a * columns, s.f + s.e * rows)
    x, y = to_target.transform(east, north)
    return (np.asarray(x) - t.c) / t.a, (np.asarray(y) - t.f) / t.e


def _round_cells(across: Floats, down: Floats, block: Grid, parts: int) -> Floats:
    """Arrange the points on rows and columns of the lattice round each cell: left, bottom, right, top.

    Returns
    -------
    numpy.ndarray, shape (4 x parts + 1, n_cells)
        The first point comes again at the end.
    """
    height, width = block.shape
    side = [down[k : k + height * parts : parts] for k in range(parts)]  # (height, width + 1) each
    level = [across[:, k : k + width * parts : parts] for k in range(parts)]  # (height + 1, width) each
    end_side, end_level = down[parts::parts], across[:, parts::parts]
    left = [points[:, :-1] for points in side]
    bottom = [points[1:] for points in level]
    right = [points[:, 1:] for points in (end_side, *side[:0:-1])]
    top = [points[:-1] for points in (end_level, *level[::-1])]
    return np.stack([*left, *bottom, *right, *top]).reshape(4 * parts + 1, height * width)


def _spread_block(spread: _Spread, people: Floats, known: npt.NDArray[np.bool_],
                  outlines: tuple[Floats, Floats]) -> None:
    """Add a block of source cells to the target."""
    height, width = spread.people.shape
    touches = _touching(people, outlines, height, width)
    spread.outside += float(people[~touches].sum())
    x, y = (points[:, touches] for points in outlines)
    people, known = people[touches], known[touches]
    area = ((y[:-1] - y[1:]) * (x[:-1] + x[1:])).sum(axis=0) / 2
    if (area <= 0).any():
        raise InvalidValueError(_("A population cell folds over in the target coordinate reference system."))
    cell, at, overlap = _overlaps(x, y, area, height, width)
    share = overlap / area[cell]
    inside = np.bincount(cell, share, minlength=len(area))
    spread.outside += float((people * (1 - inside)).sum())
    spread.missing_cells += int((~known & (inside > _NOTHING)).sum())
    spread.people += np.bincount(at, people[cell] * share, minlength=height * width).reshape(height, width)
    spread.known += np.bincount(at, known[cell] * overlap, minlength=height * width).reshape(height, width)


def _touching(people: Floats, outlines: tuple[Floats, Floats], height: int, width: int) -> npt.NDArray[np.bool_]:
    """Tell which source cells reach the target, refusing people whose cell has no place in its plane."""
    x, y = outlines
    drawn = np.isfinite(x).all(axis=0) & np.isfinite(y).all(axis=0)
    if (people[~drawn] > 0).any():
        raise InvalidValueError(_("A population cell cannot be expressed in the target coordinate reference system."))
    near = (x.max(axis=0) > 0) & (x.min(axis=0) < width) & (y.max(axis=0) > 0) & (y.min(axis=0) < height)
    return np.asarray(drawn & near)


def _overlaps(x: Floats, y: Floats, area: Floats, height: int, width: int) -> tuple[Integers, Integers, Floats]:
    """Give source cell, target cell and overlap in target cells, for every pair that overlaps."""
    column, row = np.floor(x), np.floor(y)
    single = (column == column[0]).all(axis=0) & (row == row[0]).all(axis=0)  # whole in one target cell
    single &= (column[0] >= 0) & (column[0] < width) & (row[0] >= 0) & (row[0] < height)
    whole, cut = np.flatnonzero(single), np.flatnonzero(~single)
    at = (row[0, whole] * width + column[0, whole]).astype(np.int64)
    x, y = x[:, cut], y[:, cut]
    zone = np.tile(np.arange(len(cut)), len(x) - 1)
    edges = Edges(x[:-1].ravel(), y[:-1].ravel(), x[1:].ravel(), y[1:].ravel(), zone)
    shares = covered_cells(edges, len(cut), height, width)
    run, inner = shares.expand_runs()
    return (np.concatenate([whole, cut[shares.zone], cut[run]]), np.concatenate([at, shares.cell, inner]),
            np.concatenate([area[whole], shares.fraction, np.ones(len(run))]))


def _refuse_impossible(values: Floats) -> None:
    """Refuse negative and infinite amounts."""
    wrong = np.isinf(values) | (values < 0)
    if wrong.any():
        row, column = (int(number) for number in np.unravel_index(int(wrong.argmax()), values.shape))
        raise InvalidValueError(_("A population is negative or infinite."), expected=">= 0",
                                got=float(values[row, column]),
                                where=_("row {row}, column {column}").format(row=row + 1, column=column + 1))
