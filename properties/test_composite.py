"""Indices whatever the data: order, units of measure, directions, missing cells, means, order of rows and items."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekistics.composite import Aggregate, Data, Group, Item, Scenario, Standardise, Structure, Treat, build
from ekistics.composite.aggregate import aggregate, combine
from ekistics.composite.ranks import rank
from ekistics.composite.standardise import borda, distance_to_maximum, min_max, percentile_rank, z_score
from ekistics.composite.treat import treat
from ekistics.composite.weights import resolve

SEED = st.integers(0, 2**32)
ORDERED = (min_max, z_score, percentile_rank, borda)
RELATIVE = ("min-max", "z-score", "percentile-rank", "borda")


@st.composite
def indices(draw, *, holes=True):
    """Give data of a tree of two levels: the shape is drawn, the numbers follow from a seed."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    n = draw(st.integers(3, 15))
    rng = np.random.default_rng(draw(SEED))
    items = [Item(f"i{g}{i}", f"g{g}", rng.uniform(0.1, 3), rng.choice([-1, 1])) for g, size in enumerate(sizes)
             for i in range(size)]
    groups = [Group("all", ""), *(Group(f"g{g}", "all", rng.uniform(0.1, 3)) for g in range(len(sizes)))]
    values = rng.gamma(1, 10, (n, len(items)))
    if holes:
        gaps = rng.random(values.shape) < draw(st.sampled_from([0, 0.1, 0.3]))
        gaps[:2] = False  # so that no item is all missing
        values[gaps] = np.nan
    return Data(values, Structure.of(items, groups), [f"u{i}" for i in range(n)])


def other(data, **changed):
    return Data(**{"values": data.values, "structure": data.structure, "units": data.units} | changed)


def scenario(method="min-max", aggregation="arithmetic"):
    return Scenario(treat=Treat(), standardise=Standardise(method), aggregate=Aggregate(aggregation))


@given(indices(), st.sampled_from(ORDERED))
def test_the_order_of_values_is_kept(data, method) -> None:
    for column in data.values.T:
        column = column[np.isfinite(column)]
        found = method(column[:, None])[:, 0]
        assert (np.diff(found[np.argsort(column)]) >= 0).all()
        np.testing.assert_array_equal(rank(found), rank(column))


@given(indices())
def test_treatment_keeps_the_order_and_what_is_missing(data) -> None:
    found = treat(data.values).values
    np.testing.assert_array_equal(np.isnan(found), np.isnan(data.values))
    for before, after in zip(data.values.T, found.T, strict=True):
        order = np.argsort(before)[: np.isfinite(before).sum()]
        assert (np.diff(after[order]) >= -1e-12).all()


@given(indices(), st.sampled_from(RELATIVE), st.floats(0.01, 1000), st.floats(-50, 50))
def test_a_change_of_unit_changes_nothing(data, method, scale, shift) -> None:
    """Even one with another zero, as from degrees Fahrenheit to Celsius."""
    one, two = build(data, scenario(method)), build(other(data, values=data.values * scale + shift), scenario(method))
    np.testing.assert_allclose(one.scores, two.scores, rtol=1e-6, atol=1e-6)


@given(indices(), st.floats(0.01, 1000))
def test_a_change_of_scale_changes_no_share_of_the_best(data, scale) -> None:
    direction = data.structure.directions
    np.testing.assert_allclose(distance_to_maximum(data.values * scale, direction),
                               distance_to_maximum(data.values, direction))


@given(indices(), st.sampled_from(RELATIVE))
def test_less_being_better_is_more_of_the_opposite(data, method) -> None:
    turned = Structure.of([Item(i.code, i.parent, i.weight, -i.direction) for i in data.structure.items],
                          data.structure.groups)
    one, two = build(data, scenario(method)), build(Data(-data.values, turned, data.units), scenario(method))
    np.testing.assert_allclose(one.scores, two.scores, atol=1e-9)


@given(indices(holes=False))
def test_directions_turned_turn_the_index(data) -> None:
    """Without treatment, which looks at one end: 100 less the score."""
    turned = Structure.of([Item(i.code, i.parent, i.weight, -i.direction) for i in data.structure.items],
                          data.structure.groups)
    one, two = build(data, Scenario()), build(other(data, structure=turned), Scenario())
    np.testing.assert_allclose(two.scores, 100 - one.scores, atol=1e-9)


@given(SEED, st.integers(1, 6), st.integers(1, 8))
def test_harmonic_below_geometric_below_arithmetic(seed, c, n) -> None:
    rng = np.random.default_rng(seed)
    x, w = rng.uniform(0.5, 100, (n, c)), rng.uniform(0.1, 2, c)
    x[:, 1:][rng.random((n, c - 1)) < 0.3] = np.nan
    harmonic, geometric, arithmetic = (combine(x, w, method) for method in ("harmonic", "geometric", "arithmetic"))
    low, high = np.nanmin(x, axis=1), np.nanmax(x, axis=1)
    slack = 1e-9
    assert (low - slack <= harmonic).all() and (harmonic <= geometric + slack).all()
    assert (geometric <= arithmetic + slack).all() and (arithmetic <= high + slack).all()
    assert (combine(x, w, "mpi") <= arithmetic + slack).all()


@given(indices(), st.sampled_from(RELATIVE), st.sampled_from(["arithmetic", "copeland"]), SEED)
def test_the_order_of_units_does_not_matter(data, method, aggregation, seed) -> None:
    rows = np.random.default_rng(seed).permutation(len(data.units))
    one = build(data, scenario(method, ("arithmetic", aggregation)))
    two = build(other(data, values=data.values[rows], units=[data.units[i] for i in rows]),
                scenario(method, ("arithmetic", aggregation)))
    np.testing.assert_allclose(two.scores, one.scores[rows], atol=1e-9)
    np.testing.assert_array_equal(two.ranks, one.ranks[rows])


@given(indices(), st.sampled_from(["arithmetic", "copeland"]), SEED)
def test_the_order_of_items_and_groups_does_not_matter(data, aggregation, seed) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.permutation(len(data.structure.items))
    mixed = Structure.of([data.structure.items[i] for i in columns],
                         [data.structure.groups[i] for i in rng.permutation(len(data.structure.groups))])
    one = build(data, scenario(aggregation=("arithmetic", aggregation)))
    two = build(other(data, values=data.values[:, columns], structure=mixed),
                scenario(aggregation=("arithmetic", aggregation)))
    for group in data.structure.groups:
        np.testing.assert_allclose(two.of(group.code), one.of(group.code), atol=1e-9)
    np.testing.assert_array_equal(two.ranks, one.ranks)


@given(indices(), st.sampled_from(["arithmetic", "geometric", "harmonic", "mpi"]))
def test_a_missing_cell_is_as_an_item_that_is_not_there(data, aggregation) -> None:
    """Each unit's score is that of a tree of the items that it has, so that a hole never counts as zero."""
    low, high = (60, 140) if aggregation == "mpi" else (1, 100)  # a penalty must not take all
    standardised = min_max(data.values, data.structure.directions, lower=low, upper=high)
    weights = resolve(data.structure, scenario().weigh)
    step = Aggregate(aggregation, minimum_share=0)
    found = aggregate(data.structure, standardised, weights, step)
    row = len(data.units) - 1
    there = np.flatnonzero(np.isfinite(data.values[row]))
    if not there.size:
        assert np.isnan(found.scores[row]).all()
        return
    items = [data.structure.items[i] for i in there]
    parents = {item.parent for item in items}
    smaller = Structure.of(items, [group for group in data.structure.groups if group.code in parents | {"all"}])
    alone = aggregate(smaller, standardised[[row]][:, there], resolve(smaller, scenario().weigh), step)
    assert found.scores[row, -1] == pytest.approx(alone.scores[0, -1])
    assert (alone.coverage == 1).all()


@given(indices(), st.floats(0, 1))
def test_a_score_is_there_only_with_its_coverage(data, least) -> None:
    step = Aggregate(minimum_share=least)
    index = build(data, Scenario(aggregate=step))
    assert (index.coverage >= 0).all() and (index.coverage <= 1 + 1e-12).all()
    assert (index.coverage[np.isfinite(index.scores)] >= least - 1e-9).all()
    whole = np.isfinite(data.values).all(axis=1)
    assert np.isfinite(index.scores[whole]).all()
    np.testing.assert_array_equal(np.isnan(index.ranks), np.isnan(index.total))
