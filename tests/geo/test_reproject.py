"""Moving people to another grid: nobody lost, missing kept missing, shares as GEOS intersects the cells."""

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from pyproj import CRS, Transformer

from ekistics.core.crs import MOLLWEIDE, WGS84, equal_area_for
from ekistics.core.errors import GeographicCrsError, InvalidValueError, NoOverlapError
from ekistics.core.raster import Grid, Raster
from ekistics.geo.reproject import aggregate, reproject_population, target_grid_for
from ekistics.readers.raster import read_raster

GOLDEN = tomllib.loads((Path(__file__).parent / "golden_zonal.toml").read_text("utf-8"))
LAEA = equal_area_for(10.0, 50.0)


def raster(values, transform=None, crs=MOLLWEIDE):
    values = np.asarray(values, dtype=float)
    return Raster(values, Grid(crs, transform or Affine(1, 0, 0, 0, -1, values.shape[0]), *values.shape), "PS", "2020")


def degrees(height, width, seed=0):
    values = np.random.default_rng(seed).gamma(0.5, 50, (height, width))
    return raster(values, Affine(0.01, 0, 10, 0, -0.01, 50), WGS84)


def test_a_shift_of_half_a_cell_halves_the_people():
    people = raster([[8.0, 4.0]])
    moved, residual = reproject_population(people, Grid(MOLLWEIDE, Affine(1, 0, 0.5, 0, -1, 1), 1, 2))
    assert moved.values.tolist() == [[6, 2]]
    assert (residual.outside, residual.target, residual.partly_known_cells) == (4, 8, 1)
    assert residual.known.tolist() == [[1, 0.5]]
    assert (moved.unit_measure, moved.time_period) == ("PS", "2020")


def test_missing_stays_missing_and_zero_stays_zero():
    people = raster([[np.nan, np.nan, 0.0, 0.0, 5.0, np.nan]])
    moved, residual = reproject_population(people, Grid(MOLLWEIDE, Affine(2, 0, 0, 0, -1, 1), 1, 4))
    np.testing.assert_array_equal(moved.values, [[np.nan, 0, 5, np.nan]])
    assert (residual.missing_cells, residual.partly_known_cells) == (3, 1)
    assert residual.source == residual.target == 5


def test_shares_between_systems_are_the_intersections_of_geos():
    people = degrees(6, 7)
    target = target_grid_for(people.grid, 700, LAEA)
    moved, residual = reproject_population(people, target)
    carry = Transformer.from_crs(WGS84, LAEA, always_xy=True)
    t = target.transform
    rows, columns = (part.ravel() for part in np.indices(target.shape))
    left, top = t.c + t.a * columns, t.f + t.e * rows
    cells = shapely.box(left, top + t.e, left + t.a, top)
    expected = np.zeros(len(cells))
    for (row, column), count in np.ndenumerate(people.values):
        square = shapely.box(10 + 0.01 * column, 50 - 0.01 * (row + 1), 10 + 0.01 * (column + 1), 50 - 0.01 * row)
        bent = shapely.segmentize(square, 0.0051)  # one point in the middle of each side, as for cells of 1.1 km
        shape = shapely.transform(bent, lambda xy: np.column_stack(carry.transform(*xy.T)))
        expected += count * shapely.area(shapely.intersection(shape, cells)) / shape.area
    np.testing.assert_allclose(np.nan_to_num(moved.values).ravel(), expected, rtol=1e-6, atol=1e-9)
    assert residual.source == pytest.approx(residual.target, rel=1e-12)
    assert abs(residual.rounding) < 1e-9 * residual.source


@pytest.mark.parametrize("resolution", [300, 1000, 5000])
def test_people_that_leave_the_target_are_counted_outside(resolution):
    people = degrees(40, 40, seed=3)
    whole = target_grid_for(people.grid, resolution)
    half = whole.window(0, 0, whole.height, whole.width // 2)
    everything = reproject_population(people, whole)[0].values
    moved, residual = reproject_population(people, half)
    np.testing.assert_allclose(moved.values[:, :-1], everything[:, : half.width - 1], rtol=1e-9)
    assert residual.outside == pytest.approx(np.nansum(everything[:, half.width:]), rel=1e-9)
    assert abs(residual.rounding) < 1e-9 * residual.source


def test_neither_the_block_size_nor_finer_sides_change_much(monkeypatch):
    people = degrees(30, 20, seed=4)
    target = target_grid_for(people.grid, 1000)
    expected = reproject_population(people, target)[0].values
    finer = reproject_population(people, target, max_edge_m=50)[0].values
    np.testing.assert_allclose(finer, expected, rtol=1e-3, atol=1e-3)
    monkeypatch.setattr("ekistics.geo.reproject._CELLS_AT_ONCE", 45)
    np.testing.assert_allclose(reproject_population(people, target)[0].values, expected, rtol=1e-10)


def test_large_cells_are_carried_with_bent_sides():
    people = raster(np.ones((2, 2)), Affine(5, 0, 0, 0, -5, 65), WGS84)
    target = target_grid_for(people.grid, 20_000)
    _moved, residual = reproject_population(people, target)
    sphere = 6378137.0**2 * np.radians(10) * (np.sin(np.radians(65)) - np.sin(np.radians(55)))
    assert residual.known.sum() * 4e8 == pytest.approx(sphere, rel=1e-6), "the ground that Mollweide keeps"
    assert residual.target == pytest.approx(4, rel=1e-12)


def test_nairobi_at_1_km_keeps_everybody(shared_data):
    path = shared_data("nairobi-matatus/Nairobi_2025_Pop_100m.tif")
    people = read_raster(path, role="population", unit_measure="PS")
    moved, residual = reproject_population(people, target_grid_for(people.grid))
    assert np.nansum(moved.values) == pytest.approx(GOLDEN["nairobi"]["total"], abs=0.5)
    assert abs(residual.source - residual.target) < 1e-9 * residual.source
    assert residual.outside == pytest.approx(0, abs=1e-6)
    assert residual.missing_cells == np.isnan(people.values).sum()
    assert np.isnan(moved.values[residual.known == 0]).all()
    assert residual.known.max() == pytest.approx(1, abs=1e-9)


def test_ghana_in_utm_keeps_everybody(shared_data):
    people = read_raster(shared_data("ghsl-ghana/POP.tif"), role="population", unit_measure="PS")
    moved, residual = reproject_population(people, target_grid_for(people.grid, 2000, CRS.from_epsg(32630)))
    assert np.nansum(moved.values) == pytest.approx(GOLDEN["ghana"]["total"], abs=0.5)
    assert abs(residual.source - residual.target) < 1e-9 * residual.source


def test_blocks_are_summed_on_the_lattice():
    people = raster(np.arange(12.0).reshape(3, 4), Affine(100, 0, 100, 0, -100, 400))
    summed = aggregate(people, 2)
    assert summed.grid.bounds == (0, 0, 600, 400)
    assert summed.values.tolist() == [[0 + 4, 1 + 2 + 5 + 6, 3 + 7], [8, 9 + 10, 11]]
    off = aggregate(raster(np.ones((2, 2)), Affine(100, 0, 33, 0, -100, 277)), 2)
    assert off.grid.bounds == (33, 77, 233, 277), "a raster off the lattice starts its own"
    assert aggregate(people, 1).values.tolist() == people.values.tolist()
    with pytest.raises(InvalidValueError, match="factor"):
        aggregate(people, 0)


def test_ghana_sums_to_5_km_without_loss(shared_data):
    people = read_raster(shared_data("ghsl-ghana/POP.tif"), role="population", unit_measure="PS")
    summed = aggregate(people, 5)
    assert np.nansum(summed.values) == pytest.approx(np.nansum(people.values, dtype=np.float64), rel=1e-12)
    assert [edge % 5000 for edge in summed.grid.bounds] == [0, 0, 0, 0]


def test_the_target_grid_lies_on_the_lattice_of_ghsl():
    ground = gpd.GeoDataFrame(geometry=[shapely.box(4.35, 50.84, 4.36, 50.85)], crs=WGS84)
    grid = target_grid_for(ground, buffer_cells=5)
    assert [edge % 1000 for edge in grid.bounds] == [0, 0, 0, 0]
    belgium = Grid(MOLLWEIDE, Affine(1000, 0, 187000, 0, -1000, 6035000), 219, 303)  # the frame of ghsl-belgium
    assert target_grid_for(belgium).same_cells(belgium)
    with pytest.raises(GeographicCrsError):
        target_grid_for(ground, 100, WGS84)


@pytest.mark.parametrize("value", [-1.0, np.inf])
def test_impossible_people_are_refused(value):
    with pytest.raises(InvalidValueError, match=r"row 1, column 2.*negative or infinite"):
        reproject_population(raster([[1.0, value]]), Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 1), 1, 2))


@pytest.mark.parametrize("crs", [MOLLWEIDE, LAEA])
def test_grids_that_do_not_overlap_are_refused(crs):
    with pytest.raises(NoOverlapError, match="do not overlap"):
        reproject_population(raster([[1.0]]), Grid(crs, Affine(1, 0, 7000, 0, -1, 9000), 2, 2))
