"""Aggregation: means, penalty and outranking by hand and by brute force; what is missing; blocks of replicates."""

from fractions import Fraction

import numpy as np
import pytest

from ekistics.composite import Aggregate, Group, Item, Structure, Weigh
from ekistics.composite.aggregate import aggregate, combine, copeland
from ekistics.composite.weights import normalised, resolve
from ekistics.core.errors import InvalidValueError

METHODS = Aggregate.METHODS
RNG = np.random.default_rng(11)
DEEP = Structure.of([Item("a", "x", 2), Item("b", "x"), Item("c", "y"), Item("d", "y"), Item("e", "y", 3)],
                    [Group("city", ""), Group("x", "city"), Group("y", "city", 2)])
FLAT = Structure.of([Item(code, "city") for code in "abc"], [Group("city", "")])
NAN = np.nan


def test_the_mean_with_penalty_by_hand() -> None:
    """Mazziotta and Pareto: mean 100, variance 8/3, so 100 -/+ (8/3) / 100; in fractions."""
    values = [Fraction(98), Fraction(100), Fraction(102)]
    mean = sum(values) / 3
    variance = sum((value - mean) ** 2 for value in values) / 3
    for penalty in (-1, 1):
        found = combine([[98, 100, 102]], [1, 1, 1], "mpi", penalty=penalty)[0]
        assert found == pytest.approx(float(mean + penalty * variance / mean), rel=1e-14)
    assert combine([[7, 7, 7]], [1, 2, 3], "mpi")[0] == pytest.approx(7)


def test_the_city_prosperity_index_of_new_york() -> None:
    """UN-Habitat, State of the World's Cities 2012/2013: dimensions to an index of 0.825; arithmetic 0.8486."""
    dimensions = [[0.994, 0.866, 0.941, 0.940, 0.502]]
    geometric, arithmetic = (combine(dimensions, np.ones(5), method)[0] for method in ("geometric", "arithmetic"))
    assert (round(geometric, 6), round(arithmetic, 4)) == (0.825021, 0.8486)
    print(f"SHOWN New York 2012, five dimensions: geometric {geometric:.6f}, arithmetic {arithmetic:.4f}")


def outranked(x, w):
    """Compare all pairs one by one."""
    scores = []
    for a in x:
        total = 0
        for b in x:
            both = [(p, q, v) for p, q, v in zip(a, b, w, strict=True) if np.isfinite(p) and np.isfinite(q)]
            won = sum(v * (1 if p > q else 0.5 if p == q else 0) for p, q, v in both)
            share = won / sum(v for *_pq, v in both) if both else 0.5
            total += int(share > 0.5) - int(share < 0.5)
        scores.append(total if np.isfinite(a).any() else NAN)
    return scores


@pytest.mark.parametrize("pairs", [1, 64, 1000])
def test_outranking_is_that_of_all_pairs(pairs, monkeypatch) -> None:
    """In blocks of a unit, of two, and all at once."""
    monkeypatch.setattr("ekistics.composite.aggregate._CELLS", pairs)
    x = RNG.integers(0, 5, (30, 4)).astype(float)
    x[RNG.random(x.shape) < 0.2] = NAN
    w = np.array([1.0, 2, 1, 4])
    np.testing.assert_array_equal(copeland(x, w), outranked(x, w))
    assert np.nansum(copeland(x, w)) == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_cell_is_left_out_and_never_zero(method) -> None:
    holes = np.array([[50.0, 90, NAN], [60, 30, NAN], [20, 70, NAN]])
    np.testing.assert_allclose(combine(holes, [1, 2, 5], method), combine(holes[:, :2], [1, 2], method))
    assert np.isnan(combine([[NAN, NAN]], [1, 1], method)).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("holes", [False, True])
def test_a_block_of_replicates_is_each_of_them(method, holes) -> None:
    x = RNG.uniform(1, 100, (12, 5))
    if holes:
        x[RNG.random(x.shape) < 0.15] = NAN
    weights = normalised(DEEP, RNG.uniform(0.2, 1, (7, 8)))
    step = Aggregate(("arithmetic", method))
    own = np.stack([x + r for r in range(7)], axis=1)
    shared, each = aggregate(DEEP, x, weights, step), aggregate(DEEP, own, weights, step)
    one = aggregate(DEEP, own, weights[0], step)
    for r in range(7):
        for found, values, w in ((shared, x, weights[r]), (each, x + r, weights[r]), (one, x + r, weights[0])):
            alone = aggregate(DEEP, values, w, step)
            np.testing.assert_allclose(found.scores[:, r], alone.scores, rtol=1e-12)
            np.testing.assert_allclose(np.broadcast_to(found.coverage, found.scores.shape)[:, r], alone.coverage)


@pytest.mark.parametrize(("values", "score", "coverage"), [
    ([60, 80, 100], 80, 1), ([60, 80, NAN], 70, 2 / 3), ([60, NAN, NAN], NAN, 1 / 3), ([NAN, NAN, NAN], NAN, 0)])
def test_two_thirds_of_the_weight_make_a_score(values, score, coverage) -> None:
    found = aggregate(FLAT, np.array([values]), resolve(FLAT, Weigh()), Aggregate())
    np.testing.assert_allclose([found.scores[0, 0], found.coverage[0, 0]], [score, coverage])


def test_a_whole_index_has_no_score_for_one_hole_but_its_coverage() -> None:
    found = aggregate(FLAT, np.array([[60, 80, NAN], [60, 80, 100]]), resolve(FLAT, Weigh()), Aggregate(whole=True))
    np.testing.assert_allclose(found.scores[:, 0], [NAN, 80])
    np.testing.assert_allclose(found.coverage[:, 0], [2 / 3, 1])


def test_shares_below_are_not_spent_twice() -> None:
    """Group x has 2/3 of its weight, y 3/5 and so no score; what is left for the city is a third of 2/3: too little."""
    found = aggregate(DEEP, np.array([[50.0, NAN, NAN, NAN, 70]]), resolve(DEEP, Weigh()), Aggregate())
    np.testing.assert_allclose(found.scores[0], [50, NAN, NAN])
    np.testing.assert_allclose(found.coverage[0], [2 / 3, 3 / 5, 2 / 3 / 3 + 3 / 5 * 2 / 3])


def test_values_below_a_group_without_a_score_make_none_above_it() -> None:
    """Two of three groups have half of their items: two thirds of the values are there, but one group has a score."""
    tree = Structure.of([Item(f"{group}{i}", group) for group in "xyz" for i in (1, 2)],
                        [Group("city", ""), *(Group(group, "city") for group in "xyz")])
    found = aggregate(tree, np.array([[50.0, NAN, 60, NAN, 70, 90]]), resolve(tree, Weigh()), Aggregate())
    np.testing.assert_allclose(found.scores[0], [NAN, NAN, 80, NAN])
    np.testing.assert_allclose(found.coverage[0], [0.5, 0.5, 1, 2 / 3])


def test_a_weight_of_zero_is_no_hole() -> None:
    found = aggregate(FLAT, np.array([[60, 80, NAN]]), resolve(FLAT, Weigh(weights={"c": 0})), Aggregate(whole=True))
    assert (found.scores[0, 0], found.coverage[0, 0]) == (70, 1)


@pytest.mark.parametrize("method", ["geometric", "harmonic"])
@pytest.mark.parametrize("worst", [0.0, -3.0])
def test_zero_or_less_is_refused_with_its_group_unless_a_floor_is_declared(method, worst) -> None:
    x = np.array([[worst, 80, 50, 50, 50], [60, 80, 50, 50, 50]])
    weights = resolve(DEEP, Weigh())
    with pytest.raises(InvalidValueError, match=f"x: A {method} mean needs scores above zero.*{worst}.*floor"):
        aggregate(DEEP, x, weights, Aggregate(method))
    floored = aggregate(DEEP, x, weights, Aggregate(method, floor=1))
    assert floored.scores[0, 0] == pytest.approx(combine([[1, 80]], [2, 1], method)[0])


def test_a_floor_holds_for_groups_too() -> None:
    """Outranked below, geometric above: the loser of two has -1 in both groups, the winner 1."""
    x = np.array([[9.0] * 5, [5.0] * 5])
    step = Aggregate(("copeland", "geometric"), floor=1)
    found = aggregate(DEEP, x, resolve(DEEP, Weigh()), step)
    np.testing.assert_allclose(found.scores, [[1, 1, 1], [-1, -1, 1]])
    with pytest.raises(InvalidValueError, match="city: A geometric mean"):
        aggregate(DEEP, x, resolve(DEEP, Weigh()), Aggregate(("copeland", "geometric")))


def test_a_penalty_needs_a_mean_above_zero() -> None:
    with pytest.raises(InvalidValueError, match="means above zero"):
        combine([[-1.0, 1]], [1, 1], "mpi")


def test_other_methods_by_level() -> None:
    x = RNG.uniform(10, 90, (6, 5))
    weights = resolve(DEEP, Weigh())
    found = aggregate(DEEP, x, weights, Aggregate(("arithmetic", "geometric"))).scores
    np.testing.assert_allclose(found[:, 0], x[:, :2] @ [2 / 3, 1 / 3])
    np.testing.assert_allclose(found[:, 2], found[:, 0] ** (1 / 3) * found[:, 1] ** (2 / 3))


def test_a_weight_so_small_that_nothing_is_left_of_a_harmonic_mean_makes_no_score() -> None:
    made = combine([[np.nan, 60.0], [30.0, 60.0]], [1.0, 5e-324], "harmonic")
    assert np.isnan(made[0])
    assert made[1] == pytest.approx(30.0)
