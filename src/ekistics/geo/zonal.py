"""Zonal sums with exact fractions: shares of cells are computed once for a boundary set and used for all rasters."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import Transformer

from ekistics.core.crs import WGS84, norm_crs
from ekistics.core.errors import InvalidValueError, NoOverlapError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid, Raster
from ekistics.geo.cells import cell_areas_m2
from ekistics.geo.coverage import CoveredCells, covered_cells, expand, polygon_edges
from ekistics.geo.outlines import reproject_outlines

__all__ = ["Coverage", "cell_areas_m2", "cell_points", "coverage", "weighted_mean", "zonal_sums"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Values = npt.NDArray[Any] | Raster

_PIECES_AT_ONCE = 4_000_000
_CELLS_AT_ONCE = 1 << 20
_NOTHING = 1e-9  # of a zone's area: rounding
_CROSSED = 1e-6  # of a cell; far above rounding, far below what a crossing outline makes


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Which share of which cell each zone covers.

    Parameters
    ----------
    grid : Grid
        The cells.
    zones : pandas.Index
        Labels of the zones, as in the frame they came from.
    area : numpy.ndarray, shape (n_zones,)
        Area of each zone in cells of the grid's plane, also where it leaves the grid.
    zone, cell, fraction : numpy.ndarray, shape (n_partial,)
        Zone number, cell (row x width + column) and covered share of cells on an outline.
    run_zone, run_start, run_stop : numpy.ndarray, shape (n_runs,)
        Zone number, first cell and cell after the last of stretches of a row that are covered whole, by first cell.
    """

    grid: Grid
    zones: pd.Index
    area: Floats
    zone: Integers
    cell: Integers
    fraction: Floats
    run_zone: Integers
    run_start: Integers
    run_stop: Integers

    def __len__(self) -> int:
        return len(self.zones)

    def cells(self) -> tuple[Integers, Integers, Floats]:
        """List every covered cell of every zone, in compressed rows.

        Returns
        -------
        indptr : numpy.ndarray, shape (n_zones + 1,)
            Zone ``i`` has the entries ``indptr[i]`` up to ``indptr[i + 1]``.
        cell : numpy.ndarray
            Cells (row x width + column), in order within a zone.
        fraction : numpy.ndarray
            Their covered share, above 0 and at most 1.
        """
        inside, length = expand(self.run_start, self.run_stop)
        zone = np.concatenate([self.zone, np.repeat(self.run_zone, length)])
        cell = np.concatenate([self.cell, inside])
        fraction = np.concatenate([self.fraction, np.ones(len(inside))])
        order = np.lexsort((cell, zone))
        indptr = np.append(0, np.cumsum(np.bincount(zone, minlength=len(self))))
        return indptr, cell[order], fraction[order]

    def sums(self, values: npt.NDArray[Any]) -> Floats:
        """Sum value x share for each zone; every value must be a number.

        Parameters
        ----------
        values : numpy.ndarray, shape (height, width)
            The cells' values, without NaN.

        Returns
        -------
        numpy.ndarray, shape (n_zones,)
            The sums, in float64.
        """
        total = _by_zone(self.zone, values.ravel()[self.cell] * self.fraction, len(self))
        for first, last, begin, end in self._blocks():
            block = np.append(values[first:last].astype(np.float64).ravel(), 0.0)
            ends = np.column_stack([self.run_start[begin:end], self.run_stop[begin:end]]).ravel()
            runs = np.add.reduceat(block, ends - first * self.grid.width)[::2]
            total += _by_zone(self.run_zone[begin:end], runs, len(self))
        return total

    def inside(self) -> Floats:
        """Give the area of each zone that lies on the grid.

        Returns
        -------
        numpy.ndarray, shape (n_zones,)
            Areas in cells.
        """
        length = (self.run_stop - self.run_start).astype(np.float64)
        return _by_zone(self.zone, self.fraction, len(self)) + _by_zone(self.run_zone, length, len(self))

    def _blocks(self) -> Iterator[tuple[int, int, int, int]]:
        """Give blocks of rows with the runs that lie in them: first and last row, first and last run."""
        height, width = self.grid.shape
        step = max(1, _CELLS_AT_ONCE // width)
        for first in range(0, height, step):
            last = min(first + step, height)
            begin, end = np.searchsorted(self.run_start, [first * width, last * width])
            if end > begin:
                yield first, last, int(begin), int(end)


def _by_zone(zone: Integers, amounts: Floats, n_zones: int) -> Floats:
    """Sum amounts by zone."""
    return np.bincount(zone, amounts, minlength=n_zones).astype(np.float64)


def coverage(grid: Grid, zones: gpd.GeoDataFrame) -> Coverage:
    """Compute which share of which cell each zone covers.

    Parameters
    ----------
    grid : Grid
        The cells, in any CRS.
    zones : geopandas.GeoDataFrame
        Valid polygons in any CRS; long edges are followed by points when they are reprojected.

    Returns
    -------
    Coverage
        The shares, exact in the plane of the grid's CRS.

    Raises
    ------
    MissingCrsError
        The zones have no CRS.
    InvalidValueError
        A zone is not a polygon, is empty, or crosses itself.
    NoOverlapError
        No zone touches the grid.

    Notes
    -----
    Method: cutting of edges at the grid's lines and summing of signed areas (``ekistics.geo.coverage``), in float64.
    Zones may overlap each other; each is covered by itself. Checked against intersections by GEOS and against
    exactextract, golden case ``tests/geo/golden_zonal.toml``.

    Examples
    --------
    >>> from affine import Affine
    >>> from ekistics.core.crs import MOLLWEIDE
    >>> grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 2), 2, 2)
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0.5, 0, 2, 1)], crs=MOLLWEIDE)
    >>> coverage(grid, zones).cells()
    (array([0, 2]), array([2, 3]), array([0.5, 1. ]))
    """
    norm_crs(zones.crs, where="zones")
    _refuse_unusable(zones.geometry.to_numpy(), zones.index)
    outlines = reproject_outlines(zones, grid.crs).geometry.to_numpy()
    _refuse_outside(outlines, grid)
    parts, areas = [], []
    for first, last in _chunks(outlines, grid):
        edges = polygon_edges(outlines[first:last], grid)
        cells = covered_cells(edges, last - first, *grid.shape)
        _refuse_crossed(cells.worst, zones.index[first:last])
        areas.append(edges.areas(last - first))
        parts.append((cells, first))
    return _joined(parts, np.concatenate(areas), grid, zones.index)


def zonal_sums(values: Values, coverage: Coverage) -> pd.DataFrame:
    """Sum a raster by zones, and tell how much of each zone the raster knows.

    Parameters
    ----------
    values : numpy.ndarray, shape (height, width), or Raster
        The cells' values; NaN where there is no data.
    coverage : Coverage
        The zones on the same grid.

    Returns
    -------
    pandas.DataFrame
        A row for each zone: ``sum`` of value x share, NaN where no cell of the zone has data; ``covered_share``,
        ``nodata_share`` and ``outside_share`` of the zone's area in the grid's plane: with data, on cells without
        data, and outside the grid. The three add to 1.

    Raises
    ------
    InvalidValueError
        The array is not on the coverage's grid.

    Notes
    -----
    The sums of the parts of a zone add to the sum of the whole to about 1e-12.

    Examples
    --------
    >>> from affine import Affine
    >>> from ekistics.core.crs import MOLLWEIDE
    >>> grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 1), 1, 2)
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 1)], crs=MOLLWEIDE)
    >>> zonal_sums(np.array([[10.0, 4.0]]), coverage(grid, zones))["sum"].tolist()
    [12.0]
    """
    array = _on_grid(values, coverage)
    missing = np.isnan(array)
    known = np.where(missing, 0, array) if missing.any() else array
    total = coverage.sums(known)
    inside = coverage.inside()
    nodata = coverage.sums(missing) if missing.any() else np.zeros(len(coverage))
    covered = inside - nodata
    outside = np.maximum(coverage.area - inside, 0)
    whole = inside + outside
    total[covered <= _NOTHING * whole] = np.nan
    shares = {"covered_share": covered, "nodata_share": nodata, "outside_share": outside}
    ground = np.where(whole > 0, whole, np.nan)  # a sliver without area has no shares
    return pd.DataFrame({"sum": total} | {name: area / ground for name, area in shares.items()}, index=coverage.zones)


def weighted_mean(values: Values, weights: Values, coverage: Coverage) -> pd.DataFrame:
    """Average a raster by zones, weighted by another, such as fine particles by people.

    Parameters
    ----------
    values, weights : numpy.ndarray, shape (height, width), or Raster
        What is averaged, and by what; NaN where there is no data. Both on the coverage's grid.
    coverage : Coverage
        The zones.

    Returns
    -------
    pandas.DataFrame
        A row for each zone: ``mean``, NaN where no weight meets a value; ``weight``, the sum of weight x share that
        meets a value; ``weight_share``, its part of the zone's whole weight, NaN where that is zero.

    Raises
    ------
    InvalidValueError
        An array is not on the coverage's grid, or a weight is negative.

    Examples
    --------
    >>> from affine import Affine
    >>> from ekistics.core.crs import MOLLWEIDE
    >>> grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 1), 1, 2)
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 2, 1)], crs=MOLLWEIDE)
    >>> weighted_mean(np.array([[10.0, 20.0]]), np.array([[3.0, 1.0]]), coverage(grid, zones))["mean"].tolist()
    [12.5]
    """
    array, weight = _on_grid(values, coverage), _on_grid(weights, coverage)
    if (weight < 0).any():
        raise InvalidValueError(_("A weight is negative."), param="weights", expected=">= 0",
                                got=float(np.nanmin(weight)))
    weight = np.where(np.isnan(weight), 0.0, weight)
    both = np.where(np.isnan(array), 0.0, weight)
    used, whole = coverage.sums(both), coverage.sums(weight)
    product = coverage.sums(np.where(np.isnan(array), 0.0, array) * both)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame({"mean": product / used, "weight": used, "weight_share": used / whole},
                            index=coverage.zones)


def cell_points(raster: Raster, zones: gpd.GeoDataFrame | Coverage) -> pd.DataFrame:
    """Put the people of a grid at its cell centres, by zone.

    Parameters
    ----------
    raster : Raster
        People per cell.
    zones : geopandas.GeoDataFrame or Coverage
        The zones, or their coverage of the raster's grid.

    Returns
    -------
    pandas.DataFrame
        A row for each inhabited cell of each zone: ``lon``, ``lat`` (degrees, WGS84) of the cell's centre,
        ``population`` (value x share), ``row``, ``column``, ``zone`` (its label) and ``fraction`` (the share). Cells
        without people or without data have no row; :func:`zonal_sums` tells how much has no data. The centre of a
        cell on the outline may lie outside.

    Raises
    ------
    InvalidValueError
        The coverage is of another grid.

    Examples
    --------
    >>> from affine import Affine
    >>> grid = Grid(WGS84, Affine(1, 0, 0, 0, -1, 1), 1, 2)
    >>> zones = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1.5, 1)], crs=WGS84)
    >>> cell_points(Raster(np.array([[10.0, 4.0]]), grid, "PS"), zones)[["lon", "lat", "population"]].values.tolist()
    [[0.5, 0.5, 10.0], [1.5, 0.5, 2.0]]
    """
    shares = zones if isinstance(zones, Coverage) else coverage(raster.grid, zones)
    array = _on_grid(raster, shares)
    indptr, cell, fraction = shares.cells()
    number = np.repeat(np.arange(len(shares)), np.diff(indptr))
    people = array.ravel()[cell] * fraction
    inhabited = people > 0  # False for NaN
    cell, number = cell[inhabited], number[inhabited]
    row, column = np.divmod(cell, raster.grid.width)
    x, y = raster.grid.centres()
    lon, lat = Transformer.from_crs(raster.grid.crs, WGS84, always_xy=True).transform(x[column], y[row])
    return pd.DataFrame({"lon": lon, "lat": lat, "population": people[inhabited], "row": row, "column": column,
                         "zone": shares.zones.take(number), "fraction": fraction[inhabited]})


def _on_grid(values: Values, coverage: Coverage) -> npt.NDArray[Any]:
    """Give the array, refusing one that is not on the coverage's grid."""
    if isinstance(values, Raster):
        if not values.grid.same_cells(coverage.grid):
            raise InvalidValueError(_("The raster is not on the grid of the coverage."), expected=coverage.grid.bounds,
                                    got=values.grid.bounds, hint=_("Compute the coverage on the raster's own grid."))
        return values.values
    if values.shape != coverage.grid.shape:
        raise InvalidValueError(_("The array is not on the grid of the coverage."), expected=coverage.grid.shape,
                                got=values.shape)
    return values


def _refuse_unusable(outlines: npt.NDArray[Any], labels: pd.Index) -> None:
    """Refuse zones that are no polygons, empty, or invalid."""
    kinds = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    for flags, message in (
        (~np.isin(shapely.get_type_id(outlines), kinds) | shapely.is_empty(outlines), _("The zone is not a polygon.")),
        (~shapely.is_valid(outlines), _("The zone crosses itself.")),
    ):
        if flags.any():
            raise InvalidValueError(message, where=_("zone {label}").format(label=labels[int(flags.argmax())]),
                                    hint=_("Mend it first, as 'read_vector' does."))


def _refuse_outside(outlines: npt.NDArray[Any], grid: Grid) -> None:
    """Refuse zones none of which touches the grid."""
    if not len(outlines):
        raise NoOverlapError(_("There is no zone, so the zones and the grid do not overlap."))
    left, bottom, right, top = (float(edge) for edge in shapely.total_bounds(outlines))
    west, south, east, north = grid.bounds
    if left >= east or right <= west or bottom >= north or top <= south:
        raise NoOverlapError(_("The zones and the grid do not overlap."), expected=grid.bounds,
                             got=(left, bottom, right, top),
                             hint=_("Check both coordinate reference systems, or take the tile that covers the city."))


def _refuse_crossed(worst: Floats, labels: pd.Index) -> None:
    """Refuse zones whose shares show that their outline crosses itself."""
    if (worst > _CROSSED).any():
        raise InvalidValueError(_("The zone crosses itself."), hint=_("Mend it first, as 'read_vector' does."),
                                where=_("zone {label}").format(label=labels[int(worst.argmax())]))


def _chunks(outlines: npt.NDArray[Any], grid: Grid) -> Iterator[tuple[int, int]]:
    """Split zones so that their cut edges fit in memory: by points, and by lines that their extent may cross."""
    box = shapely.bounds(outlines)
    spans = (box[:, 2] - box[:, 0]) / grid.transform.a, (box[:, 1] - box[:, 3]) / grid.transform.e
    lines = np.minimum(spans[0], grid.width) + np.minimum(spans[1], grid.height)
    load = np.cumsum(shapely.get_num_coordinates(outlines) + 2 * lines)
    first = 0
    while first < len(outlines):
        done = load[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(load, done + _PIECES_AT_ONCE, side="right")))
        yield first, last
        first = last


def _joined(parts: list[tuple[CoveredCells, int]], area: Floats, grid: Grid, labels: pd.Index) -> Coverage:
    """Join the chunks; runs are ordered by their first cell, as sums by blocks of rows need them."""
    zone = np.concatenate([cells.zone + first for cells, first in parts])
    cell = np.concatenate([cells.cell for cells, _first in parts])
    fraction = np.concatenate([cells.fraction for cells, _first in parts])
    run_zone = np.concatenate([cells.run_zone + first for cells, first in parts])
    start = np.concatenate([cells.run_start for cells, _first in parts])
    stop = np.concatenate([cells.run_stop for cells, _first in parts])
    order = np.argsort(start, kind="stable")
    return Coverage(grid, labels, area, zone, cell, fraction, run_zone[order], start[order], stop[order])
