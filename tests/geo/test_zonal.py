"""Zonal sums against hand sheets, GEOS and exactextract; and what is said where the raster does not know."""

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from pyproj import CRS, Geod

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.errors import GeographicCrsError, InvalidValueError, MissingCrsError, NoOverlapError
from ekistics.core.raster import Grid, Raster
from ekistics.geo import zonal
from ekistics.geo.zonal import cell_areas_m2, cell_points, coverage, weighted_mean, zonal_sums
from ekistics.readers.raster import read_raster
from ekistics.readers.vector import read_vector

GOLDEN = tomllib.loads((Path(__file__).parent / "golden_zonal.toml").read_text("utf-8"))
METRE = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 2), 2, 3)


def frame(*outlines, crs=MOLLWEIDE, index=None):
    return gpd.GeoDataFrame(geometry=list(outlines), crs=crs, index=index)


def fractions(grid, outline):
    indptr, cell, share = coverage(grid, frame(outline, crs=grid.crs)).cells()
    assert indptr.tolist() == [0, len(cell)]
    table = np.zeros(grid.height * grid.width)
    table[cell] = share
    return table.reshape(grid.shape)


@pytest.mark.parametrize("case", GOLDEN["case"], ids=lambda case: case["name"])
def test_shares_and_sums_of_the_hand_sheets(case):
    outline = shapely.from_wkt(case["polygon"])
    np.testing.assert_allclose(fractions(METRE, outline), case["fractions"], rtol=0, atol=case["tolerance"])
    sums = zonal_sums(np.array(case["values"]), coverage(METRE, frame(outline)))
    assert sums["sum"].tolist() == pytest.approx([case["sum"]], rel=case["tolerance"])


@pytest.mark.parametrize("turned", [False, True])
def test_the_turn_of_a_ring_does_not_matter(turned):
    ring = shapely.box(0.25, 0.5, 2.5, 1.75, ccw=turned)
    assert fractions(METRE, ring).sum() == pytest.approx(2.25 * 1.25, abs=1e-12)


def stars(count, size, seed):
    rng = np.random.default_rng(seed)
    outlines = []
    for _number in range(count):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 40))
        radius = rng.uniform(0.1, 0.5, 40) * size
        x, y = rng.uniform(-0.1, 1.1, 2) * size
        outlines.append(shapely.make_valid(shapely.Polygon(
            np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])), method="structure"))
    return np.array(outlines)


def cells_of(grid):
    left, _bottom, _right, top = grid.bounds
    row, column = (part.ravel() for part in np.indices(grid.shape))
    return shapely.box(left + column, top - row - 1, left + column + 1, top - row)


def test_shares_equal_the_intersections_of_geos():
    grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 30), 30, 40)
    cells = cells_of(grid)
    for outline in stars(25, 30, seed=5):
        expected = shapely.area(shapely.intersection(outline, cells)).reshape(grid.shape)
        np.testing.assert_allclose(fractions(grid, outline), expected, rtol=0, atol=1e-11)


def test_sums_equal_those_of_exactextract():
    grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 60), 60, 80)
    values = np.random.default_rng(6).gamma(1, 30, grid.shape)
    values[5:9, 10:30] = np.nan
    zones = frame(*stars(40, 50, seed=7))
    zones = zones[zones.intersects(shapely.box(0, 0, 80, 60))]
    source = NumPyRasterSource(values, *grid.bounds, nodata=np.nan, srs_wkt=zones.crs.to_wkt())
    theirs = exact_extract(source, zones, ["sum", "count"], output="pandas")
    ours = zonal_sums(values, coverage(grid, zones))
    np.testing.assert_allclose(ours["sum"], theirs["sum"], rtol=1e-6)
    np.testing.assert_allclose(ours["covered_share"] * zones.area, theirs["count"], rtol=1e-6)


def test_belgium_equals_geos_and_exactextract(shared_data):
    golden = GOLDEN["belgium"]
    people = read_raster(shared_data("ghsl-belgium/POP.tif"), role="population", unit_measure="PS")
    zones = read_vector(shared_data("ghsl-belgium/municipalities_2024.gpkg"), role="units").frame.set_index("UID")
    sums = zonal_sums(people, coverage(people.grid, zones))
    assert np.nansum(people.values) == pytest.approx(golden["raster_sum"], rel=golden["tolerance"])
    assert sums["sum"].sum() == pytest.approx(golden["total"], rel=golden["tolerance"])
    assert sums["sum"].sum() == pytest.approx(golden["total_exactextract"], rel=golden["exactextract_tolerance"])
    for uid, expected in golden["sums"].items():
        assert sums["sum"][int(uid)] == pytest.approx(expected, rel=golden["tolerance"]), uid
    assert sums["covered_share"].min() == pytest.approx(1, abs=1e-12)


def test_real_buildings_much_smaller_than_a_cell_keep_their_area(shared_data):
    buildings = read_vector(shared_data("kathmandu-buildings-osm/kathmandu_extract.geojson"), role="buildings").frame
    buildings = buildings[buildings.geom_type == "Polygon"].to_crs(MOLLWEIDE)
    left, _bottom, _right, top = buildings.total_bounds // 1000 * 1000
    grid = Grid(MOLLWEIDE, Affine(1000, 0, left, 0, -1000, top + 1000), 5, 5)
    found = coverage(grid, buildings)
    np.testing.assert_allclose(found.inside() * 1e6, buildings.area, rtol=1e-6)
    assert zonal_sums(np.ones(grid.shape), found)["covered_share"].min() == pytest.approx(1)


def test_the_three_shares_of_a_zone_add_to_one():
    values = np.array([[np.nan, 2.0, 3.0], [4.0, 5.0, 6.0]])
    zones = frame(shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(0, 1, 1, 2), shapely.box(9, 9, 10, 10),
                  index=["nodata inside", "half outside", "only nodata", "outside"])
    sums = zonal_sums(values, coverage(METRE, zones))
    np.testing.assert_allclose(sums["sum"], [11, 9, np.nan, np.nan])
    np.testing.assert_allclose(sums[["covered_share", "nodata_share", "outside_share"]],
                               [[0.75, 0.25, 0], [0.5, 0, 0.5], [0, 1, 0], [0, 0, 1]], atol=1e-12)


def test_zero_is_a_sum_and_missing_is_none():
    sums = zonal_sums(np.array([[0.0, np.nan, 1.0]]), coverage(Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 1), 1, 3), frame(
        shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1))))
    assert sums["sum"].iloc[0] == 0
    assert np.isnan(sums["sum"].iloc[1])


def test_zones_may_overlap_and_keep_their_labels_and_order():
    zones = frame(shapely.box(0, 0, 3, 2), shapely.box(0, 0, 3, 1), shapely.box(1, 0, 3, 2), index=list("cab"))
    sums = zonal_sums(np.arange(6.0).reshape(2, 3), coverage(METRE, zones))
    assert sums["sum"].to_dict() == {"c": 15, "a": 12, "b": 12}


def test_neither_blocks_of_rows_nor_chunks_of_zones_change_anything(monkeypatch):
    grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 60), 60, 80)
    values, zones = np.random.default_rng(8).random(grid.shape), frame(*stars(30, 60, seed=9))
    expected = zonal_sums(values, coverage(grid, zones))
    monkeypatch.setattr(zonal, "_CELLS_AT_ONCE", 240)
    monkeypatch.setattr(zonal, "_PIECES_AT_ONCE", 300)
    np.testing.assert_allclose(zonal_sums(values, coverage(grid, zones)), expected, rtol=1e-13, atol=1e-14)


def test_zones_in_degrees_follow_their_edges_on_a_projected_grid():
    ground = frame(shapely.box(4, 50, 5, 51), crs=WGS84)
    left, bottom, right, top = ground.segmentize(0.001).to_crs(MOLLWEIDE).total_bounds // 1000 * 1000
    grid = Grid(MOLLWEIDE, Affine(1000, 0, left, 0, -1000, top + 1000), int((top - bottom) // 1000) + 2,
                int((right - left) // 1000) + 2)
    area = coverage(grid, ground).inside()[0] * 1e6
    sphere = 6378137.0**2 * np.radians(1) * (np.sin(np.radians(51)) - np.sin(np.radians(50)))  # what Mollweide keeps
    assert area == pytest.approx(sphere, rel=1e-8)


def test_bad_zones_are_refused():
    bow_tie = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    with pytest.raises(InvalidValueError, match="zone b: The zone crosses itself.*read_vector"):
        coverage(METRE, frame(shapely.box(0, 0, 1, 1), bow_tie, index=["a", "b"]))
    for odd in (shapely.LineString([(0, 0), (1, 1)]), shapely.Polygon(), None):
        with pytest.raises(InvalidValueError, match="zone 1: The zone is not a polygon"):
            coverage(METRE, frame(shapely.box(0, 0, 1, 1), odd))
    with pytest.raises(MissingCrsError):
        coverage(METRE, frame(shapely.box(0, 0, 1, 1), crs=None))
    with pytest.raises(NoOverlapError, match="do not overlap"):
        coverage(METRE, frame(shapely.box(50, 50, 51, 51)))
    with pytest.raises(NoOverlapError, match="do not overlap"):
        coverage(METRE, frame())
    with pytest.raises(InvalidValueError, match="cannot be expressed"):
        coverage(METRE, frame(shapely.box(500_000, 5e6, 501_000, 5.1e6), crs=WGS84))


def test_values_on_another_grid_are_refused():
    cover = coverage(METRE, frame(shapely.box(0, 0, 1, 1)))
    with pytest.raises(InvalidValueError, match="not on the grid"):
        zonal_sums(np.zeros((3, 3)), cover)
    shifted = Grid(MOLLWEIDE, Affine(1, 0, 1, 0, -1, 2), 2, 3)
    with pytest.raises(InvalidValueError, match="own grid"):
        zonal_sums(Raster(np.zeros((2, 3)), shifted, "PS"), cover)


def test_a_weighted_mean_counts_only_where_both_are_known():
    zones = frame(shapely.box(0, 0, 3, 2), shapely.box(0, 1, 1, 2), shapely.box(2, 1, 3, 2))
    air = np.array([[np.nan, 20.0, 30.0], [10.0, 10.0, 10.0]])
    people = np.array([[5.0, 1.0, np.nan], [1.0, 0.0, 2.0]])
    means = weighted_mean(air, people, coverage(METRE, zones))
    np.testing.assert_allclose(means["mean"], [(20 + 10 + 20) / 4, np.nan, np.nan])
    np.testing.assert_allclose(means["weight"], [4, 0, 0])
    np.testing.assert_allclose(means["weight_share"], [4 / 9, 0, np.nan])
    with pytest.raises(InvalidValueError, match="negative"):
        weighted_mean(air, -people, coverage(METRE, zones))


def test_cell_points_hold_the_zones_people_at_cell_centres():
    people = Raster(np.array([[8.0, 0.0, np.nan], [3.0, 4.0, 1.0]]), METRE, "PS")
    zones = frame(shapely.box(0, 0, 1.5, 2), shapely.box(1.5, 0, 3, 2), index=["west", "east"])
    points = cell_points(people, zones)
    assert points.groupby("zone")["population"].sum().to_dict() == {"west": 13, "east": 3}
    assert points[["row", "column", "zone", "fraction"]].to_numpy().tolist() == [
        [0, 0, "west", 1.0], [1, 0, "west", 1.0], [1, 1, "west", 0.5], [1, 1, "east", 0.5], [1, 2, "east", 1.0]]
    back = gpd.GeoSeries(gpd.points_from_xy(points["lon"], points["lat"]), crs=4326).to_crs(MOLLWEIDE)
    np.testing.assert_allclose(back.x, points["column"] + 0.5, atol=1e-6)
    np.testing.assert_allclose(back.y, 1.5 - points["row"], atol=1e-6)
    assert cell_points(people, coverage(METRE, zones)).equals(points)


def test_cell_areas_in_degrees_are_those_of_the_ellipsoid():
    grid = Grid(WGS84, Affine(0.5, 0, 10, 0, -0.5, 70), 200, 2)
    areas = cell_areas_m2(grid)
    assert areas.shape == (200, 1)
    geod = Geod(ellps="WGS84")
    for row in (0, 60, 139, 199):
        top, bottom = 70 - row / 2, 69.5 - row / 2
        lons = np.linspace(10, 10.5, 2001)  # sides along parallels are not geodesics: many short pieces
        area, _length = geod.polygon_area_perimeter(np.append(lons, lons[::-1]),
                                                    np.append(np.full(2001, bottom), np.full(2001, top)))
        assert areas[row, 0] == pytest.approx(area, rel=1e-7)


def test_cell_areas_of_projections():
    km = Affine(1000, 0, 300_000, 0, -1000, 5_800_000)
    assert (cell_areas_m2(Grid(MOLLWEIDE, km, 2, 3)) == 1e6).all()
    utm = Grid(CRS.from_epsg(32630), km, 2, 3)
    with pytest.raises(GeographicCrsError, match="cannot be measured"):
        cell_areas_m2(utm)
    true = cell_areas_m2(utm, on_ellipsoid=True)
    assert true.shape == (2, 3)
    cell = shapely.segmentize(shapely.box(300_000, 5_799_000, 301_000, 5_800_000), 50)
    corners = gpd.GeoSeries([cell], crs=32630).to_crs(4326)
    area, _length = Geod(ellps="WGS84").geometry_area_perimeter(corners.iloc[0])
    assert true[0, 0] == pytest.approx(area, rel=1e-6)
    equator = Grid(MOLLWEIDE, Affine(1000, 0, 0, 0, -1000, 500), 1, 1)
    assert cell_areas_m2(equator, on_ellipsoid=True)[0, 0] == pytest.approx(1e6 * (1 - 0.00669438), rel=1e-6)
