"""Moving people whatever the grids: nobody lost, nobody made, missing never turned into people or into zero."""

import numpy as np
from affine import Affine
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.raster import Grid, Raster
from ekistics.geo.reproject import aggregate, reproject_population, target_grid_for

shapes = st.tuples(st.integers(1, 8), st.integers(1, 8))
people = shapes.flatmap(lambda shape: arrays(np.float64, shape, elements=st.one_of(st.just(np.nan),
                                                                                   st.floats(0, 1e6))))


def in_degrees(values, longitude, latitude, size):
    grid = Grid(WGS84, Affine(size, 0, longitude, 0, -size, latitude), *values.shape)
    return Raster(values, grid, "PS")


def in_metres(values, left, top, size):
    return Raster(values, Grid(MOLLWEIDE, Affine(size, 0, left, 0, -size, top), *values.shape), "PS")


@given(people, st.floats(-170, 170), st.floats(-60, 70), st.sampled_from([0.001, 0.01, 0.05]),
       st.sampled_from([500, 1000, 3000]))
@settings(deadline=None)
def test_a_target_that_covers_the_source_holds_everybody(values, longitude, latitude, size, resolution):
    source = in_degrees(values, longitude, latitude, size)
    moved, residual = reproject_population(source, target_grid_for(source.grid, resolution, buffer_cells=1))
    total = np.nansum(values)
    assert abs(residual.target - total) <= 1e-9 * total + 1e-12
    assert abs(residual.outside) <= 1e-9 * total + 1e-12
    assert residual.missing_cells == np.isnan(values).sum()
    assert residual.known.max(initial=0) <= 1 + 1e-9
    assert (np.nan_to_num(moved.values) >= 0).all()
    assert (np.isnan(moved.values) == (residual.known <= 1e-9)).all()


@given(people, st.floats(-5, 5), st.floats(-5, 5), st.floats(0.3, 4), shapes)
@settings(deadline=None)
def test_people_are_on_the_target_or_outside(values, left, top, size, shape):
    source = in_metres(values, 0, 8, 1)
    target = Grid(MOLLWEIDE, Affine(size, 0, left, 0, -size, 8 + top), *shape)
    height, width = values.shape
    hair = 1e-9  # grids that share less than this of a metre touch, and touching is refused as no overlap
    assume(left < width - hair and left + size * shape[1] > hair)
    assume(8 + top > 8 - height + hair and 8 + top - size * shape[0] < 8 - hair)
    _moved, residual = reproject_population(source, target)
    np.testing.assert_allclose(residual.target + residual.outside, np.nansum(values), rtol=1e-9, atol=1e-6)


@given(people, st.integers(1, 5), st.integers(-9, 9))
@settings(deadline=None)
def test_blocks_hold_everybody(values, factor, start):
    summed = aggregate(in_metres(values, 100 * start, 800, 100), factor)
    np.testing.assert_allclose(np.nansum(summed.values), np.nansum(values), rtol=1e-12, atol=1e-12)
