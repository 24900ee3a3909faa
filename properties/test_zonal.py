"""Zonal sums whatever the zones: parts add to the whole, order and turn do not matter, shares stay in 0 ... 1."""

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.raster import Grid
from ekistics.geo.zonal import coverage, weighted_mean, zonal_sums

GRID = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, 8), 8, 10)
people = arrays(np.float64, GRID.shape, elements=st.floats(0, 1e6))
corner = st.tuples(st.floats(0, 9.99), st.floats(0, 7.99))  # so that no zone only touches the grid


@st.composite
def boxes(draw, least=0.01):
    (x0, y0), (x1, y1) = draw(corner), draw(corner)
    return shapely.box(min(x0, x1), min(y0, y1), max(x0, x1) + least, max(y0, y1) + least)


@st.composite
def stars(draw):
    radii = draw(st.lists(st.floats(0.2, 6), min_size=3, max_size=12))
    x, y = draw(corner)
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return shapely.Polygon(np.column_stack([x + radii * np.cos(angle), y + radii * np.sin(angle)]))


def frame(outlines):
    return gpd.GeoDataFrame(geometry=outlines, crs=MOLLWEIDE)


def sums(values, outlines):
    return zonal_sums(values, coverage(GRID, frame(outlines)))


@given(people, stars(), st.floats(0.1, 9.9), st.floats(0.1, 7.9))
@settings(deadline=None)
def test_the_parts_of_a_zone_add_to_the_whole(values, outline, x, y):
    assume(outline.is_valid)
    quarters = [shapely.box(-50, -50, x, y), shapely.box(x, -50, 50, y), shapely.box(-50, y, x, 50),
                shapely.box(x, y, 50, 50)]
    parts = [part for quarter in quarters for part in shapely.get_parts(shapely.intersection(outline, quarter))
             if part.geom_type == "Polygon" and part.area > 0 and part.is_valid]
    found = sums(values, [outline, *parts])["sum"].fillna(0)
    np.testing.assert_allclose(found[1:].sum(), found[0], rtol=1e-9, atol=1e-6)


@given(people, st.lists(boxes(), min_size=1, max_size=6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_zones_does_not_matter(values, outlines, random):
    order = list(range(len(outlines)))
    random.shuffle(order)
    found, shuffled = sums(values, outlines), sums(values, [outlines[i] for i in order])
    np.testing.assert_allclose(shuffled.to_numpy(), found.to_numpy()[order], rtol=1e-12, atol=1e-12)


@given(stars())
@settings(deadline=None)
def test_shares_are_those_of_geos(outline):
    assume(outline.is_valid)
    row, column = (part.ravel() for part in np.indices(GRID.shape))
    expected = shapely.area(shapely.intersection(outline, shapely.box(column, 7 - row, column + 1, 8 - row)))
    assume(expected.any())
    indptr, cell, share = coverage(GRID, frame([outline])).cells()
    found = np.zeros(len(expected))
    found[cell] = share
    assert indptr[-1] == len(np.unique(cell)) == len(cell)
    assert ((share > 0) & (share <= 1 + 1e-9)).all()
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@given(people, boxes(), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9)), max_size=20))
@settings(deadline=None)
def test_cells_without_data_take_their_share_and_nothing_else(values, outline, holes):
    holed = values.copy()
    for row, column in holes:
        holed[row, column] = np.nan
    missing = np.isnan(holed)
    found, emptied = sums(holed, [outline]), sums(np.where(missing, 0, values), [outline])
    shares = found[["covered_share", "nodata_share", "outside_share"]].to_numpy()
    np.testing.assert_allclose(shares.sum(), 1, rtol=1e-12)
    np.testing.assert_allclose(shares[0, 1], sums(missing.astype(float), [outline])["sum"] / outline.area, atol=1e-9)
    if shares[0, 0] > 1e-6:
        np.testing.assert_allclose(found["sum"], emptied["sum"], rtol=1e-12, atol=1e-9)
    if shares[0, 0] == 0:
        assert found["sum"].isna().all()


@given(people, arrays(np.float64, GRID.shape, elements=st.floats(0.5, 100)), boxes())
@settings(deadline=None)
def test_a_weighted_mean_lies_between_the_values(weights, values, outline):
    mean = weighted_mean(values, weights + 1, coverage(GRID, frame([outline])))["mean"].iloc[0]
    assert values.min() - 1e-9 <= mean <= values.max() + 1e-9
