"""Standardisation against numbers from elsewhere: scipy 1.16, COINr's documented rules, and sums by hand."""

import numpy as np
import pytest
from scipy import stats

from ekistics.composite import Form
from ekistics.composite.ranks import rank
from ekistics.composite.standardise import (
    borda,
    distance_to_maximum,
    distance_to_target,
    goalposts,
    min_max,
    percentile_rank,
    z_score,
)
from ekistics.core.errors import InvalidValueError

RNG = np.random.default_rng(5)
X = np.where(RNG.random((40, 6)) < 0.1, np.nan, np.round(RNG.gamma(2, 10, (40, 6))))  # rounded, so that some are equal
SIGNS = np.array([1, -1, 1, 1, -1, 1])


def test_min_max_by_hand_and_on_another_scale() -> None:
    found = min_max(np.array([[2.0, 2], [4, 4], [10, 10]]), [1, -1], lower=1, upper=9)
    np.testing.assert_allclose(found, [[1, 9], [3, 7], [9, 1]])


def test_z_scores_are_those_of_scipy() -> None:
    expected = stats.zscore(X * SIGNS, ddof=1, nan_policy="omit")
    np.testing.assert_allclose(z_score(X, SIGNS), expected, atol=1e-12)
    np.testing.assert_allclose(z_score(X, SIGNS, mean=50, sd=10), 50 + 10 * expected, atol=1e-11)


def test_borda_and_percentile_ranks_are_those_of_scipy() -> None:
    """COINr's n_borda is the rank, ties the lowest, less one; n_prank that over the number of the others."""
    expected = stats.rankdata(X * SIGNS, method="min", axis=0, nan_policy="omit") - 1
    np.testing.assert_array_equal(borda(X, SIGNS), expected)
    others = np.isfinite(X).sum(axis=0) - 1
    np.testing.assert_allclose(percentile_rank(X, SIGNS, lower=0, upper=1), expected / others)


def test_distance_to_target_as_coinr_documents_it() -> None:
    """The capped cases of COINr's n_dist2targ: 0, 5, 11 to 10 upwards; -1, 1, 10 to 0 downwards."""
    np.testing.assert_allclose(distance_to_target(np.array([[0.0], [5], [11]]), [10], upper=1).ravel(), [0, 0.5, 1])
    found = distance_to_target(np.array([[-1.0], [1], [10]]), [0], [-1], upper=1)
    np.testing.assert_allclose(found.ravel(), [1, 0.9, 0])


def test_distance_to_maximum_by_hand() -> None:
    """The one way x / max x, as COINr's n_fracmax; the other min x / x."""
    found = distance_to_maximum(np.array([[2.0, 2], [5, 5], [np.nan, 8]]), [1, -1])
    np.testing.assert_allclose(found, [[40, 100], [100, 40], [np.nan, 25]])


def test_goalposts_are_no_matter_of_other_units() -> None:
    forms = [Form("linear", low=0, high=80, inverse=True), Form("target", target=50)]
    both = goalposts(np.array([[20.0, 25], [np.nan, 100]]), forms)
    np.testing.assert_allclose(both, [[75, 50], [np.nan, 0]])
    np.testing.assert_array_equal(goalposts(np.array([[20.0, 25]]), forms), both[:1])


@pytest.mark.parametrize("method", [min_max, z_score, percentile_rank])
def test_a_column_that_tells_nothing_is_missing(method) -> None:
    """A constant or absent column has no scale; ranks of a constant one are all the lowest."""
    found = method(np.array([[3.0, np.nan, 1], [3, np.nan, 2]]))
    assert np.isnan(found[:, 1]).all() and np.isfinite(found[:, 2]).all()
    assert (found[:, 0] == 0).all() if method is percentile_rank else np.isnan(found[:, 0]).all()


@pytest.mark.parametrize(("target", "direction"), [([0], [1]), ([-1], [1]), ([12], [-1])])
def test_a_target_upside_down_is_refused(target, direction) -> None:
    with pytest.raises(InvalidValueError, match="upside down"):
        distance_to_target(np.array([[0.0], [5], [11]]), target, direction)


@pytest.mark.parametrize(("x", "direction"), [([[-1.0], [2]], [1]), ([[0.0], [2]], [-1])])
def test_shares_of_the_best_need_a_ratio_scale(x, direction) -> None:
    with pytest.raises(InvalidValueError, match="zero or more"):
        distance_to_maximum(np.array(x), direction)


def test_ranks_are_those_of_scipy() -> None:
    expected = stats.rankdata(-X, method="min", axis=0, nan_policy="omit")
    np.testing.assert_array_equal(rank(X), expected)
    np.testing.assert_array_equal(rank(X[:, 0]), expected[:, 0])


def test_scores_that_differ_in_their_last_bits_share_a_rank() -> None:
    scores = [0.1 + 0.2, 0.3, 0.2]
    assert rank(scores).tolist() == [1, 1, 3]
    assert rank(scores, digits=None).tolist() == [1, 2, 3]


def test_no_units_have_no_ranks() -> None:
    assert rank(np.empty((0, 3))).shape == (0, 3)
    assert np.isnan(rank([np.nan, np.nan])).all()
