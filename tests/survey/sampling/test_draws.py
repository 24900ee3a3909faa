"""Draws: sizes, chances, order, and what is refused."""

from itertools import permutations

import numpy as np
import pytest

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.survey.sampling import (
    Allocation,
    Frame,
    Selection,
    allocate,
    allocation_measure,
    draw_cube,
    draw_maximum_entropy,
    draw_pareto,
    draw_plan,
    draw_sampford,
    draw_srs,
    draw_systematic,
    flight,
    generator,
    geographic_order,
    imbalance_of,
    inclusion_probabilities,
    joint_maximum_entropy,
    joint_sampford,
    national_ratio,
    permanent_random_numbers,
    plan_sample,
    reserve_ranks,
    serpentine_order,
    variance_of_total,
)
from ekistics.survey.sampling.cube import balancing_matrix
from ekistics.survey.sampling.joint import poisson_probabilities

PI = np.array([0.07, 0.17, 0.41, 0.61, 0.83, 0.91])


def frequencies(draw, times):
    found = np.array([draw() for _time in range(times)], dtype=float)
    return found.T @ found / times


@pytest.mark.parametrize(("draw", "joint"), [(draw_sampford, joint_sampford),
                                             (draw_maximum_entropy, joint_maximum_entropy)])
def test_pairs_come_as_often_as_their_joint_probability(draw, joint):
    times, rng = 1_000, np.random.default_rng(1)
    expected = joint(PI)
    error = np.sqrt(expected * (1 - expected) / times)
    assert (np.abs(frequencies(lambda: draw(PI, rng), times) - expected) < 4.5 * error).all()


def test_systematic_takes_each_unit_as_often_as_its_probability():
    starts = (np.arange(10_000) + 0.5) / 10_000
    found = np.mean([draw_systematic(PI, start) for start in starts], axis=0)
    assert found == pytest.approx(PI, abs=1e-4)


@pytest.mark.parametrize("start", [0.0, 1 - 2**-53])
def test_systematic_has_its_size_at_the_ends_of_the_start(start):
    pi = inclusion_probabilities(np.arange(1.0, 1001), 100)
    assert draw_systematic(pi, start).sum() == 100


def test_simple_random_mean_is_unbiased_over_all_orders():
    y = np.array([3.0, 8, 1, 12, 7])
    means = [y[draw_srs(np.array(order, dtype=float), 2)].mean() for order in permutations(range(5))]
    assert np.mean(means) == pytest.approx(y.mean())


def test_simple_random_variance_is_unbiased_over_all_orders():
    y, totals, variances = np.array([3.0, 8, 1, 12, 7]), [], []
    for order in permutations(range(5)):
        drawn = draw_srs(np.array(order, dtype=float), 2)
        totals.append(y[drawn].sum() * 2.5)
        variances.append(variance_of_total(Selection("srs", np.full(2, 0.4), np.zeros(2, int)), y[drawn]))
    assert np.mean(variances) == pytest.approx(np.var(totals))


def test_pareto_is_near_its_probabilities():
    pi, rng = inclusion_probabilities(np.arange(1.0, 41), 12), np.random.default_rng(2)
    found = np.mean([draw_pareto(pi, rng.random(40)) for _time in range(8000)], axis=0)
    assert np.abs(found - pi).max() < 0.02


def test_cube_keeps_probabilities_and_sizes_of_strata():
    pi, strata = np.repeat([0.25, 0.5], 20), np.repeat([0, 1], 20)
    rng, times = np.random.default_rng(3), 200
    found = np.zeros(40)
    for _time in range(times):
        drawn = draw_cube(pi, np.arange(40.0) ** 2, rng, strata=strata)
        assert (drawn[:20].sum(), drawn[20:].sum()) == (5, 10)
        found += drawn
    assert (np.abs(found / times - pi) < 4.5 * np.sqrt(pi * (1 - pi) / times)).all()


def test_cube_balances_better_than_chance():
    rng = np.random.default_rng(4)
    size, pi = rng.lognormal(size=500), np.full(500, 0.12)
    others = np.column_stack([np.ones(500), size, rng.normal(10, 3, 500), rng.random(500)])
    errors = {"cube": [], "sampford": []}
    for _time in range(60):
        for name, drawn in (("cube", draw_cube(pi, others, rng)), ("sampford", draw_sampford(pi, rng))):
            errors[name].append((others[drawn] / pi[drawn, None]).sum(axis=0) / others.sum(axis=0) - 1)
    spread = {name: np.std(found, axis=0) for name, found in errors.items()}
    assert spread["cube"][0] < 1e-9  # the number of cities
    assert (spread["cube"][1:] < 0.5 * spread["sampford"][1:]).all()


def test_flight_leaves_as_many_open_as_there_are_constraints():
    rng = np.random.default_rng(5)
    pi = inclusion_probabilities(rng.lognormal(size=300), 40)
    variables = rng.normal(size=(300, 4))
    moved = flight(pi, balancing_matrix(pi, variables), rng)
    assert ((moved > 1e-9) & (moved < 1 - 1e-9)).sum() <= 5


def test_flight_is_fair():
    rng, times = np.random.default_rng(12), 4000
    constraints = balancing_matrix(PI, np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0]))
    found = np.array([flight(PI, constraints, rng) for _time in range(times)])
    assert (np.abs(found.mean(axis=0) - PI) < 4.5 * found.std(axis=0) / np.sqrt(times)).all()


def test_cube_with_dependent_variables():
    rng = np.random.default_rng(6)
    x = rng.random(100)
    drawn = draw_cube(np.full(100, 0.2), np.column_stack([x, 2 * x, np.ones(100), 3 - x]), rng)
    assert drawn.sum() == 20


def test_cube_without_variables_is_a_draw_of_fixed_size():
    assert draw_cube(np.full(30, 0.3), np.empty((30, 0)), np.random.default_rng(7)).sum() == 9


def test_cube_refuses_sizes_of_strata_that_are_not_whole():
    with pytest.raises(InvalidValueError, match="whole sum"):
        draw_cube(np.full(10, 0.5), np.empty((10, 0)), np.random.default_rng(8), strata=np.repeat([0, 1], 5))


@pytest.mark.parametrize("size", [[1.0, 0.0, 2.0], [1.0, -1.0, 2.0], [1.0, np.nan, 2.0], [1.0, np.inf, 2.0]])
def test_a_city_that_could_never_be_drawn_is_refused(size):
    with pytest.raises(InvalidValueError, match="row 2"):
        inclusion_probabilities(size, 1)


def test_more_cities_than_there_are():
    with pytest.raises(InvalidValueError, match=r"Expected 0 \.\.\. 2, got 3"):
        inclusion_probabilities([1.0, 2.0], 3)


def test_all_cities():
    assert inclusion_probabilities([1.0, 2.0, 3.0], 3).tolist() == [1, 1, 1]


def brute_force(measure, n, units, minimum):
    least = np.minimum(minimum, units)
    grids = np.meshgrid(*[np.arange(a, b + 1) for a, b in zip(least, units, strict=True)])
    options = np.column_stack([grid.ravel() for grid in grids])
    options = options[options.sum(axis=1) == n]
    return min((np.asarray(measure) ** 2 / option).sum() for option in options)


@pytest.mark.parametrize("n", [6, 9, 15, 20])
def test_allocation_is_the_best_in_whole_numbers(n):
    measure, units = np.array([80.0, 60.0, 25.0]), np.array([8, 12, 5])
    found = allocate(measure, n, population=units)
    assert found.sum() == n
    assert (measure**2 / found).sum() == pytest.approx(brute_force(measure, n, units, 2))


def test_neyman_where_nothing_varies_goes_by_the_units():
    assert allocate(allocation_measure("neyman", [36, 35, 49], spread=[0, 0, 0]), 30,
                    population=[36, 35, 49], minimum=5).tolist() == [9, 9, 12]
    spread = allocate([0, 80, 0], 20, population=[40, 8, 20], minimum=2)
    assert spread.tolist() == [8, 8, 4], "the stratum that varies is full, and the rest is shared"


def test_allocation_by_kind():
    assert allocation_measure("power", [100, 25], power=0.5).tolist() == [10, 5]
    with pytest.raises(InvalidValueError, match="standard deviation"):
        allocation_measure("neyman", [100, 25])
    with pytest.raises(InvalidValueError, match="does not fit"):
        allocate([1.0, 1.0], 3, population=[5, 5])


def test_random_numbers_depend_on_nothing_but_code_and_seed():
    one = permanent_random_numbers(["A", "B", "C"], "s")
    assert permanent_random_numbers(["C", "A"], "s").tolist() == one[[2, 0]].tolist()
    assert (permanent_random_numbers(["A", "B", "C"], "t") != one).all()
    many = permanent_random_numbers(map(str, range(4000)), "s")
    assert abs(many.mean() - 0.5) < 0.02
    assert np.bincount((many * 10).astype(int)).min() > 320


def test_the_stream_of_a_seed_stays_what_it_is():
    # PCG64 and the 53 bits of random() are kept by numpy; if this fails, a published draw cannot be made again.
    assert generator("seed", "cube").random(2).tolist() == [0.6624077341260375, 0.5786335132198827]


def frame_of(n=30, certain=0):
    rng = np.random.default_rng(9)
    size = np.sort(rng.lognormal(10, 1, n))[::-1]
    return Frame([f"XMU-{i:02d}" for i in range(n)], size, np.arange(n) % 3, np.arange(n) < certain)


@pytest.mark.parametrize("method", ["srs", "systematic-pps", "sampford", "maximum-entropy", "pareto", "cube"])
def test_plan_and_draw(method):
    frame = frame_of(certain=1)
    plan = plan_sample(frame, 12, method=method)
    assert plan.pi.sum() == pytest.approx(12)
    assert (np.bincount(frame.stratum[~plan.certain]) >= plan.drawn_of).all()
    drawn = draw_plan(frame, plan, method=method, seed="s", random=permanent_random_numbers(frame.code, "s"),
                      variables=frame.size)
    assert drawn.sum() == 12
    assert drawn[plan.certain].all()
    assert (np.bincount(frame.stratum[drawn & ~plan.certain], minlength=3) == plan.drawn_of).all()


def test_the_same_seed_draws_the_same_cities_whatever_came_before():
    frame = frame_of()
    plan = plan_sample(frame, 9, method="sampford")
    draws = [draw_plan(frame, plan, method="sampford", seed=seed, random=np.zeros(30)) for seed in "aab"]
    assert (draws[0] == draws[1]).all()
    assert (draws[0] != draws[2]).any()


def test_a_reserve_for_each_stratum():
    frame = frame_of()
    plan = plan_sample(frame, 9, method="srs")
    random = permanent_random_numbers(frame.code, "s")
    drawn = draw_plan(frame, plan, method="srs", seed="s", random=random)
    ranks = reserve_ranks(frame, plan, drawn, random)
    assert (ranks[drawn] == 0).all()
    for stratum in range(3):
        left = (frame.stratum == stratum) & ~drawn
        assert sorted(ranks[left]) == list(range(1, 8))
        assert random[left][np.argmin(ranks[left])] == random[left].min()


def test_plans_that_cannot_be():
    frame = frame_of(certain=5)
    with pytest.raises(UnknownNameError, match="sampford"):
        plan_sample(frame, 10, method="samford")
    with pytest.raises(InvalidValueError, match="More cities are certain"):
        plan_sample(frame, 4, method="srs")
    with pytest.raises(InvalidValueError, match="do not add up"):
        plan_sample(frame, 10, method="srs", allocation=Allocation("stated", stated=(2, 2, 2)))
    with pytest.raises(InvalidValueError, match="none of the sample"):
        plan_sample(frame, 10, method="srs", allocation=Allocation("stated", stated=(0, 2, 3)))


def test_cities_that_the_whole_sample_cannot_miss_are_certain():
    size = np.append([60.0, 55, 50, 45], np.ones(24))
    frame = Frame([str(i) for i in range(28)], size, np.repeat([0, 1], [8, 20]), np.zeros(28, bool))
    plan = plan_sample(frame, 10, method="sampford")
    assert plan.certain.tolist() == [True] * 4 + [False] * 24  # though few of their stratum are drawn
    assert plan.drawn_of.tolist() == [2, 4]


def test_stated_numbers():
    plan = plan_sample(frame_of(), 10, method="srs", allocation=Allocation("stated", stated=(2, 5, 3)))
    assert plan.drawn_of.tolist() == [2, 5, 3]


def test_serpentine_and_geographic_orders_have_near_neighbours():
    grid = np.stack(np.meshgrid(np.arange(8.0), np.arange(8.0)), axis=-1).reshape(-1, 2)
    for order in (geographic_order(grid[:, 0], grid[:, 1]), serpentine_order(grid[:, 0], grid[:, 1])):
        assert sorted(order) == list(range(64))
        assert np.abs(np.diff(grid[order], axis=0)).sum(axis=1).max() == 1


def test_a_stratum_of_one_city():
    sample = Selection("srs", np.full(3, 0.5), np.array([0, 0, 1]))
    with pytest.raises(InvalidValueError, match="one city only"):
        variance_of_total(sample, np.ones(3))
    with pytest.raises(InvalidValueError, match="one city only"):
        variance_of_total(Selection("cube", sample.pi, sample.stratum), np.ones(3))
    assert variance_of_total(sample.collapsed(), np.array([1.0, 2.0, 3.0])) > 0


def test_successive_differences_by_hand():
    # z = y / pi is 2, 6, 4 in the order of the walk: 3 / 4 x (1 - 0.5) x (16 + 4) = 7.5
    sample = Selection("systematic-pps", np.full(3, 0.5), np.zeros(3, int), order=np.array([2, 0, 1]))
    assert variance_of_total(sample, [2.0, 1.0, 3.0]) == pytest.approx(7.5)


def test_high_entropy_is_near_the_exact_variance_of_sampford():
    size = np.arange(1.0, 16)
    pi = inclusion_probabilities(size, 6)
    joint = joint_sampford(pi)
    y = size + np.sqrt(size) * np.cos(np.arange(15))
    exact = 0.5 * ((np.outer(pi, pi) - joint) * (y / pi - (y / pi)[:, None]) ** 2).sum()  # Sen, Yates and Grundy
    rng, found = np.random.default_rng(11), []
    for _time in range(2000):
        drawn = draw_sampford(pi, rng)
        found.append(variance_of_total(Selection("sampford", pi[drawn], np.zeros(6, int)), y[drawn]))
    assert np.mean(found) == pytest.approx(exact, rel=0.05)


def test_certain_cities_bring_only_their_own_error():
    sample = Selection("srs", np.ones(2), np.zeros(2, int))
    found = national_ratio(sample, [6.0, 3.0], [10.0, 5.0], interval="logit")
    assert (found.value, found.se, found.lci, found.uci) == pytest.approx((0.6, 0.0, 0.6, 0.6))
    found = national_ratio(sample, [6.0, 3.0], [10.0, 5.0], se_y=[0.3, np.nan])
    assert (found.se, found.within) == pytest.approx((0.3 / 15, 1.0))
    assert found.lci < 0.6 < found.uci


def test_error_within_cities_is_added_once_a_weight():
    sample = Selection("srs", np.full(4, 0.2), np.zeros(4, int))
    y, x = np.array([6.0, 3, 5, 2]), np.array([10.0, 6, 8, 5])
    without, added = national_ratio(sample, y, x).se, national_ratio(sample, y, x, se_y=np.full(4, 0.5)).se
    assert added**2 == pytest.approx(without**2 + 4 * 0.25 * 5 / (29 * 5) ** 2)  # by hand: sum of se squared / pi


def test_a_city_without_a_value_is_not_zero():
    sample = Selection("srs", np.full(2, 0.5), np.zeros(2, int))
    with pytest.raises(InvalidValueError, match="no value"):
        national_ratio(sample, [1.0, np.nan], [2.0, 2.0])
    assert np.isnan(national_ratio(sample, [0.0, 0.0], [0.0, 0.0]).value)


def test_strata_alone_give_a_balanced_sample_the_error_of_the_textbook():
    y, pi, stratum = np.array([1.0, 4, 2, 8, 5, 7]), np.repeat([0.5, 0.25], 3), np.repeat([0, 1], 3)
    cube, srs = (variance_of_total(Selection(method, pi, stratum), y) for method in ("cube", "srs"))
    assert cube == pytest.approx(srs)


def test_balanced_variable_adds_only_what_landing_leaves():
    rng = np.random.default_rng(10)
    x = rng.random(12)
    sample = Selection("cube", np.full(12, 0.3), np.zeros(12, int), balancing=x[:, None])
    assert variance_of_total(sample, 3 + 2 * x) == pytest.approx(0, abs=1e-20)
    left = Selection("cube", np.full(12, 0.3), np.zeros(12, int), balancing=x[:, None], imbalance=np.array([[0.5]]))
    assert variance_of_total(left, 3 + 2 * x) == pytest.approx(4 * 0.5)


def test_more_variables_than_cities():
    sample = Selection("cube", np.full(3, 0.3), np.zeros(3, int), balancing=np.ones((3, 2)))
    with pytest.raises(InvalidValueError, match="balancing variables"):
        variance_of_total(sample, np.ones(3))


def test_imbalance_is_none_where_the_variable_is_the_size():
    frame = frame_of()
    plan = plan_sample(frame, 12, method="cube", by_size=True)
    left = imbalance_of(frame, plan, frame.size, seed="s", draws=20)
    assert np.sqrt(left[0, 0]) < 0.2 * frame.size.sum() / np.sqrt(12)


@pytest.mark.parametrize("first", [0.5, 0.4444444444444444, 0.49, 0.01])
def test_one_of_two_units_is_drawn_with_its_probability(first):
    odds = (p := poisson_probabilities(np.array([first, 1 - first]))) / (1 - p)
    assert odds[0] / odds.sum() == pytest.approx(first, rel=1e-9)
    assert joint_maximum_entropy(np.array([first, 1 - first]))[0, 1] == pytest.approx(0.0, abs=1e-12)
