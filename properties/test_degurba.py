"""Both engines, any block size and any number of threads give one map, and the map keeps the rules' invariants."""

from dataclasses import fields

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ekistics.geo.degurba import ArrayGrids, Classification, DegurbaParameters, classify, classify_source

QUIET = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# Small thresholds on small grids, so that centres, holes, pockets and rivals are common.
SMALL = {"centre_size": 40_000.0, "dense_size": 5_000.0, "gap_limit": 6.0}


@st.composite
def grids(draw):
    """A made-up grid: lumps of people, water, missing cells, built-up cells."""
    height, width = draw(st.integers(1, 26)), draw(st.integers(1, 26))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    density = draw(st.sampled_from([0.3, 0.55, 0.75, 0.9]))
    levels = np.array([0, 0.5, 60, 310, 920, 1500, 4000], dtype=float)
    shares = np.array([1 - density, 0.03, 0.1, 0.1, 0.1, 0.17, density]) / 1.5
    people = rng.choice(levels, (height, width), p=shares / shares.sum())
    people += draw(st.sampled_from([0.0, 0.37])) * rng.random((height, width)) * (people > 0)
    land = rng.choice([1e6, 5e5, 4.9e5, 1e5, 0.0], (height, width), p=[0.7, 0.08, 0.08, 0.08, 0.06])
    built_up = np.minimum(rng.choice([0.0, 1e4, 1.9949e5, 1.995e5, 5e5], (height, width)), 1e6)
    for grid in (people, land, built_up):
        grid[rng.random((height, width)) < draw(st.sampled_from([0.0, 0.05]))] = np.nan
    hidden = rng.random((height, width)) < draw(st.sampled_from([0.0, 0.1]))
    for grid in (people, land, built_up):
        grid[hidden] = np.nan
    return people, built_up, land


@st.composite
def rules(draw):
    """Any set of rules: every choice and switch at random, numbers near their defaults."""
    values = dict(SMALL)
    for item in fields(DegurbaParameters):
        kind = item.metadata["kind"]
        if kind == "choice":
            values[item.name] = draw(st.sampled_from(item.metadata["choices"]))
        elif kind == "switch":
            values[item.name] = draw(st.booleans())
        elif item.name.endswith("_window"):
            values[item.name] = draw(st.sampled_from([1, 1, 1, 3, 5]))
    values["centre_built_up"] = draw(st.sampled_from([0.2, 0.5, "none", "dynamic"]))
    values["dense_built_up"] = draw(st.sampled_from([0.2, "none"]))
    values["semi_dense_distance"] = draw(st.integers(0, 3))
    values["low_density"] = draw(st.sampled_from([0.0, 50.0]))
    return DegurbaParameters(**values)


def run(arrays, parameters, **how) -> Classification:
    return classify(*arrays, parameters=parameters, **how)


def assert_same(a: Classification, b: Classification) -> None:
    np.testing.assert_array_equal(a.level2, b.level2)
    np.testing.assert_array_equal(a.level1, b.level1)
    np.testing.assert_array_equal(a.centres.cells, b.centres.cells)
    np.testing.assert_array_equal(a.centres.owner, b.centres.owner)
    np.testing.assert_array_equal(a.centres.population, b.centres.population)
    np.testing.assert_array_equal(a.centres.built_up, b.centres.built_up)


@QUIET
@given(grids(), rules())
def test_both_engines_give_one_map(arrays, parameters):
    assert_same(run(arrays, parameters, engine="numpy"), run(arrays, parameters, engine="numba"))


@QUIET
@given(grids(), rules(), st.integers(1, 30), st.integers(1, 4))
def test_blocks_and_threads_do_not_matter(arrays, parameters, block_rows, threads):
    whole = run(arrays, parameters, engine="numba", block_rows=1000, threads=1)
    assert_same(whole, run(arrays, parameters, engine="numba", block_rows=block_rows, threads=threads))


@QUIET
@given(grids())
def test_storage_types_do_not_matter(arrays):
    people, built_up, land = (np.nan_to_num(grid, nan=-200).astype(np.float32) for grid in arrays)
    exact = [np.where(grid == -200, np.nan, grid.astype(np.float64)) for grid in (people, built_up, land)]
    stored = ArrayGrids(people, built_up, land, nodata=(-200.0, -200.0, -200.0))
    for engine in ("numpy", "numba"):
        assert_same(run(exact, DegurbaParameters(**SMALL), engine=engine),
                    classify_source(stored, parameters=DegurbaParameters(**SMALL), engine=engine))


@QUIET
@given(grids(), st.sampled_from(["numpy", "numba"]))
def test_a_mirrored_grid_gives_a_mirrored_map(arrays, engine):
    parameters = DegurbaParameters(**SMALL)
    plain = run(arrays, parameters, engine=engine)
    for axis in (0, 1):
        mirrored = run([np.flip(grid, axis).copy() for grid in arrays], parameters, engine=engine)
        np.testing.assert_array_equal(np.flip(mirrored.level2, axis), plain.level2)
        np.testing.assert_array_equal(np.flip(mirrored.level1, axis), plain.level1)


@QUIET
@given(grids(), rules())
def test_classes_say_what_they_mean(arrays, parameters):
    people, built_up, land = arrays
    found = run(arrays, parameters, engine="numpy")
    level1, level2 = found.level1, found.level2
    np.testing.assert_array_equal(level1 == 3, level2 == 30)
    np.testing.assert_array_equal(level1 == 255, level2 == 255)
    absent = np.isnan(people) & np.isnan(built_up) & np.isnan(land)
    expected = absent if parameters.missing_cells == "missing" else np.zeros_like(absent)
    np.testing.assert_array_equal(level1 == 255, expected)
    assert len(found.centres.cells) == (level1 == 3).sum()
    inside = np.nan_to_num(people)[level1 == 3].sum()
    np.testing.assert_allclose(found.centres.population.sum(), inside, rtol=1e-12)
