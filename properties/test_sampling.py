"""What holds of every draw of cities, whatever the frame."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.core.errors import InvalidValueError
from ekistics.survey.sampling import (
    Allocation,
    Frame,
    Selection,
    allocate,
    draw_cube,
    draw_maximum_entropy,
    draw_pareto,
    draw_sampford,
    draw_srs,
    draw_systematic,
    flight,
    inclusion_probabilities,
    joint_maximum_entropy,
    joint_sampford,
    joint_systematic,
    national_ratio,
    national_total,
    permanent_random_numbers,
    plan_sample,
)
from ekistics.survey.sampling.cube import balancing_matrix

sizes = st.lists(st.floats(0.01, 1000), min_size=2, max_size=40).map(np.array)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def designs(draw, most=40):
    size = draw(st.lists(st.floats(0.05, 100), min_size=2, max_size=most).map(np.array))
    return size, draw(st.integers(1, len(size)))


@given(designs())
def test_probabilities_add_up_and_go_with_size(design):
    size, n = design
    pi = inclusion_probabilities(size, n)
    assert pi.sum() == pytest.approx(n)
    assert ((pi > 0) & (pi <= 1)).all()
    order = np.argsort(size)
    assert (np.diff(pi[order]) >= -1e-12).all()


@given(designs(), seeds)
def test_every_draw_has_its_size_and_its_certain_cities(design, seed):
    size, n = design
    pi, rng = inclusion_probabilities(size, n), np.random.default_rng(seed)
    draws = [draw_systematic(pi, rng.random()), draw_sampford(pi, rng), draw_pareto(pi, rng.random(len(pi))),
             draw_cube(pi, size, rng), draw_maximum_entropy(np.full(len(pi), n / len(pi)), rng)]
    for drawn in draws:
        assert drawn.sum() == n
    for drawn in draws[:-1]:
        assert drawn[pi == 1].all()


@given(designs(most=15))
def test_rows_of_joint_probabilities_add_up(design):
    size, n = design
    pi = inclusion_probabilities(size, n)
    for joint in (joint_systematic(pi), joint_sampford(pi)):
        assert joint.sum(axis=1) == pytest.approx(n * pi, rel=1e-6, abs=1e-9)
        assert joint == pytest.approx(joint.T, abs=1e-9)


@given(st.lists(st.floats(1, 5), min_size=3, max_size=12).map(np.array))
def test_rows_of_the_maximum_entropy_add_up(size):
    pi = inclusion_probabilities(size, 2)
    assert joint_maximum_entropy(pi).sum(axis=1) == pytest.approx(2 * pi, rel=1e-6)


@given(designs(), seeds)
def test_flight_keeps_every_total(design, seed):
    size, n = design
    rng = np.random.default_rng(seed)
    pi = inclusion_probabilities(size, n)
    variables = rng.normal(size=(len(size), 2))
    constraints = balancing_matrix(pi, variables)
    moved = flight(pi, constraints, rng)
    before, after = constraints.sum(axis=0), (constraints * (moved / pi)[:, None]).sum(axis=0)
    assert after == pytest.approx(before, abs=1e-6 * (1 + np.abs(constraints / pi[:, None]).max()))


@given(designs(), seeds)
def test_systematic_goes_by_the_order_it_is_given(design, seed):
    size, n = design
    rng = np.random.default_rng(seed)
    pi, order, start = inclusion_probabilities(size, n), rng.permutation(len(size)), rng.random()
    assert (draw_systematic(pi, start, order=order)[order] == draw_systematic(pi[order], start)).all()


@given(st.integers(2, 60), st.integers(1, 60), seeds)
def test_rounds_overlap_by_permanent_random_numbers(units, more, seed):
    codes = [f"XMU-{i}" for i in range(units + more)]
    random = permanent_random_numbers(codes, str(seed))
    n = units // 2
    first, second = draw_srs(random[:units], n), draw_srs(random, n)
    new = second[units:].sum()  # only cities that are new to the frame push others out
    assert (first & second[:units]).sum() == n - new


@given(sizes, seeds)
@settings(max_examples=30)
def test_horvitz_thompson_is_unbiased_over_all_systematic_samples(size, seed):
    n = max(1, len(size) // 3)
    pi = inclusion_probabilities(size, n)
    y = np.random.default_rng(seed).normal(size=len(size))
    marks = np.unique(np.append(np.cumsum(pi) % 1.0, [0.0, 1.0]))
    total = sum(length * (y / pi)[draw_systematic(pi, middle)].sum()
                for length, middle in zip(np.diff(marks), (marks[1:] + marks[:-1]) / 2, strict=True))
    assert total == pytest.approx(y.sum(), abs=1e-6 * (1 + np.abs(y / pi).sum()))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6), st.data())
def test_allocation_adds_up_within_its_bounds(units, data):
    least = sum(min(2, u) for u in units)
    n = data.draw(st.integers(least, sum(units)))
    measure = data.draw(st.lists(st.floats(0, 100), min_size=len(units), max_size=len(units)))
    found = allocate(measure, n, population=units)
    assert found.sum() == n
    assert (found <= units).all()
    assert (found >= np.minimum(2, units)).all()


@given(st.lists(st.floats(1, 100), min_size=24, max_size=60).map(np.array), st.integers(1, 3), st.integers(12, 20))
def test_plans_add_up_in_every_stratum(size, strata, n):
    frame = Frame([str(i) for i in range(len(size))], size, np.arange(len(size)) % strata, np.zeros(len(size), bool))
    try:
        plan = plan_sample(frame, n, method="sampford", allocation=Allocation(minimum=1))
    except InvalidValueError:  # what the certain cities leave is too little for the minimum
        return
    assert plan.pi.sum() == pytest.approx(n)
    inside = np.bincount(frame.stratum, np.where(plan.certain, 0, plan.pi), minlength=strata)
    assert inside == pytest.approx(plan.drawn_of)


@given(st.lists(st.tuples(st.floats(1, 100), st.floats(0, 1)), min_size=3, max_size=20), st.floats(0.1, 10))
def test_ratio_does_not_hang_on_the_unit_of_people(cities, factor):
    people, share = np.array(cities).T
    sample = Selection("srs", np.full(len(people), 0.5), np.zeros(len(people), dtype=int))
    one, other = (national_ratio(sample, share * people * by, people * by) for by in (1.0, factor))
    assert (other.value, other.se) == pytest.approx((one.value, one.se), rel=1e-9, abs=1e-12)
    assert national_total(sample, people * factor).value == pytest.approx(factor * 2 * people.sum())
