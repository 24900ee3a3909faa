"""Laws of what an index is worth: of replicates, of explanations, of what is needed to move up."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.composite import Aggregate, Data, Group, Item, Scenario, Standardise, Structure, build
from ekistics.composite._blocks import prepare, total_block
from ekistics.composite.aggregate import aggregate
from ekistics.composite.explain import explain
from ekistics.composite.uncertainty import Choice, InputNoise, WeightNoise, replicate
from ekistics.composite.weights import normalised

MEANS = ("arithmetic", "geometric", "harmonic")
BASE = Scenario(standardise=Standardise(lower=1), aggregate=Aggregate(minimum_share=0.4))
UNCERTAIN = [WeightNoise(0.3), InputNoise(), Choice("aggregate.method", MEANS)]


@st.composite
def trees(draw) -> Structure:
    """Draw a tree: groups hang below the index or below an earlier group, each with at least one item."""
    count = draw(st.integers(1, 5))
    parents = ["", *(f"g{draw(st.integers(0, i))}" for i in range(count - 1))]
    weight = st.integers(1, 5).map(float)
    items = [Item(f"i{i}", f"g{i}" if i < count else f"g{draw(st.integers(0, count - 1))}", draw(weight),
                  draw(st.sampled_from([1.0, -1.0]))) for i in range(count + draw(st.integers(0, 4)))]
    return Structure.of(items, [Group(f"g{i}", parents[i], draw(weight)) for i in range(count)])


@st.composite
def indices(draw, holes: float = 0.15) -> tuple[Data, Scenario]:
    """Draw data for a tree, and a mean for each of its levels."""
    structure = draw(trees())
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.gamma(3, 20, (12, len(structure.items)))
    values[rng.random(values.shape) < holes] = np.nan
    values[0], values[1] = 1.0, 90.0  # two that have all, and differ
    methods = tuple(draw(st.sampled_from(MEANS)) for _level in range(structure.levels))
    data = Data(values, structure, [f"u{i}" for i in range(12)], se=np.full(values.shape, 2.0))
    return data, BASE.replace(aggregate=Aggregate(methods, minimum_share=draw(st.sampled_from([0.0, 0.4, 0.8]))))


@given(indices(), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_blocks_are_aggregated_as_one_by_one(drawn, seed):
    data, scenario = drawn
    standardised = build(data, scenario).standardised
    weights = normalised(data.structure, np.random.default_rng(seed).uniform(0.1, 3, (4, len(data.structure.codes))))
    block = total_block(prepare(data.structure, standardised, scenario.aggregate), weights)
    for own, row in zip(block, weights, strict=True):
        alone = aggregate(data.structure, standardised, row, scenario.aggregate).scores[:, -1]
        assert np.allclose(own, alone, equal_nan=True, rtol=1e-10)


@given(indices(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_the_order_of_units_does_not_matter(drawn, random):
    data, _scenario = drawn
    order = list(range(len(data.units)))
    random.shuffle(order)
    mixed = Data(data.values[order], data.structure, [data.units[i] for i in order])
    inputs = [UNCERTAIN[0], UNCERTAIN[2]]
    one, other = (replicate(each, BASE, inputs, 20, seed=3) for each in (data, mixed))
    assert np.array_equal(one.ranks[:, order], other.ranks)


@given(indices(), st.floats(0.01, 1000), st.floats(-50, 50))
@settings(deadline=None, max_examples=30)
def test_another_unit_of_measure_changes_no_rank(drawn, factor, shift):
    data, _scenario = drawn
    other = Data(data.values * factor + shift, data.structure, data.units, se=data.se * factor)
    one, same = (replicate(each, BASE, UNCERTAIN[:2], 20, seed=3) for each in (data, other))
    assert np.allclose(one.scores, same.scores, equal_nan=True, rtol=1e-4, atol=1e-3)


@given(indices())
@settings(deadline=None, max_examples=30)
def test_every_interval_holds_its_share_and_chances_add_up(drawn):
    made = replicate(drawn[0], BASE, UNCERTAIN, 40, seed=1)
    low, high = made.rank_interval(0.8).T
    for unit in np.flatnonzero(made.ranked):
        own = made.ranks[:, unit][made.ranks[:, unit] > 0]
        assert ((own >= low[unit]) & (own <= high[unit])).mean() >= 0.8
    assert made.ranks.max() <= len(made.base.data.units)
    assert (np.nan_to_num(made.top(3)) >= np.nan_to_num(made.top(2))).all()


@given(indices(), st.integers(0, 11), st.integers(0, 11))
@settings(deadline=None, max_examples=80)
def test_explanations_add_up(drawn, one, other):
    index = build(*drawn)
    told = explain(index, f"u{one}", f"u{other}")
    whole = told.parts[0]
    if not math.isfinite(whole.score + whole.reference):
        assert math.isnan(whole.distance)
        return
    assert math.isclose(whole.distance, whole.score - whole.reference, abs_tol=1e-9)
    carried = sum(part.distance if part.is_item else part.rest for part in told.parts)
    assert math.isclose(carried, whole.distance, abs_tol=1e-7)
    back = explain(index, f"u{other}", f"u{one}")
    for here, there in zip(told.parts, back.parts, strict=True):
        assert math.isclose(here.distance, -there.distance, abs_tol=1e-7)
        if here.is_item and here.score > here.reference:
            assert here.distance >= -1e-9  # what is better never pulls down
