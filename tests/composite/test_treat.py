"""Treatment of outliers against scipy's skew and kurtosis, and a plain loop over the points of one column."""

import numpy as np
import pytest
from scipy import stats

from ekistics.composite.impute import fill
from ekistics.composite.screen import keep
from ekistics.composite.treat import kurtosis, log_ct, skew, treat

RNG = np.random.default_rng(3)


@pytest.fixture(scope="module")
def columns():
    """Give columns of every kind: even, with a few high or low outliers, with many, with holes, constant, absent."""
    x = RNG.normal(50, 10, (60, 12))
    x[:3, 2:6] += 400
    x[:2, 6] -= 900
    x[:9, 7] *= np.geomspace(30, 4000, 9)
    x[:, 8] = np.exp(RNG.normal(0, 3, 60))
    x[:, 9] = 0
    x[:4, 9] = [5, 6, 9, 7]  # winsorised to nothing but zeros
    x[:, 10] = 4
    x[RNG.random(x.shape) < 0.05] = np.nan
    x[:, 11] = np.nan
    return x


def told(column):
    return stats.skew(column, bias=False), stats.kurtosis(column, bias=False)


def by_points(column, most):
    """Winsorise one column point by point, as COINr's manual says: the rows of the points, and the values."""
    values, points = column.copy(), 0
    rows = np.argsort(column, kind="stable")
    low, high = 0, len(rows) - 1
    while points < most:
        if np.ptp(values) == 0:
            break
        s, k = told(values)
        if not (abs(s) > 2 and k > 3.5):
            break
        points += 1
        if s > 0:
            high -= 1
            values[rows[high + 1:]] = column[rows[high]]
        else:
            low += 1
            values[rows[:low]] = column[rows[low]]
    return values, points


def test_skew_and_kurtosis_are_those_of_scipy(columns) -> None:
    for i in range(10):
        column = columns[np.isfinite(columns[:, i]), i]
        np.testing.assert_allclose([skew(columns)[i], kurtosis(columns)[i]], told(column), rtol=1e-9)
    assert np.isnan(skew(columns)[10:]).all() and np.isnan(kurtosis(columns)[10:]).all()
    assert np.isnan(skew(np.ones((2, 1)))).all() and np.isnan(kurtosis(np.array([[1.0], [2], [4]]))).all()


def test_points_are_drawn_in_as_one_by_one(columns) -> None:
    made = treat(columns, log=False)
    points = set()
    for i in range(10):
        there = np.isfinite(columns[:, i])
        values, count = by_points(columns[there, i], 5)
        np.testing.assert_allclose(made.values[there, i], values)
        assert made.points[i] == count
        points.add(count)
    assert {0, 2, 3, 5} <= points  # or the columns would show nothing
    np.testing.assert_array_equal(np.isnan(made.values), np.isnan(columns))


@pytest.mark.parametrize(("column", "skewed", "peaked"), [
    ([0] * 87 + [1] * 13, True, False), ([-100, *range(-10, 11), 100], False, True)])
def test_skew_alone_and_kurtosis_alone_are_no_outliers(column, skewed, peaked) -> None:
    x = np.array(column, dtype=float)[:, None]
    assert (abs(skew(x)[0]) > 2, kurtosis(x)[0] > 3.5) == (skewed, peaked)
    made = treat(x)
    assert (made.points[0], made.logged[0]) == (0, False)
    np.testing.assert_array_equal(made.values, x)


def test_what_five_points_do_not_mend_takes_the_logarithm_of_all(columns) -> None:
    made = treat(columns)
    assert made.logged[[7, 8, 9]].any()
    for i in np.flatnonzero(made.logged):
        there = np.isfinite(columns[:, i])
        x = columns[there, i]
        np.testing.assert_allclose(made.values[there, i], np.log(x - x.min() + 0.01 * np.ptp(x)))
        assert made.points[i] == 0
    np.testing.assert_allclose(made.skew_after, skew(made.values))


def test_a_column_winsorised_to_one_value_takes_the_logarithm() -> None:
    x = np.zeros((40, 1))
    x[:4, 0] = [5, 6, 9, 7]
    made = treat(x)
    assert made.logged[0] and np.ptp(made.values) > 0


def test_a_negative_skew_is_mirrored() -> None:
    """COINr's log_CT_plus: -log(max + a - x), a = 1 % of the range."""
    x = np.array([-100.0, 1, 2, 3])
    np.testing.assert_allclose(log_ct(x[:, None])[:, 0], -np.log(3 + 1.03 - x))


def test_a_block_of_columns_is_each_of_them(columns) -> None:
    block = treat(columns)
    for i in range(columns.shape[1]):
        one = treat(columns[:, [i]])
        np.testing.assert_array_equal(one.values[:, 0], block.values[:, i])
        assert (one.points[0], one.logged[0]) == (block.points[i], block.logged[i])


def test_no_points_and_no_logarithm_change_nothing(columns) -> None:
    np.testing.assert_array_equal(treat(columns, winsorise=0, log=False).values, columns)


def test_filling_by_hand() -> None:
    x = np.array([[1.0, 5], [np.nan, 7], [4, np.nan], [10, np.nan], [np.nan, np.nan]])
    nan = np.nan
    np.testing.assert_allclose(fill(x, "mean"), [[1, 5], [5, 7], [4, 6], [10, 6], [5, 6]])
    np.testing.assert_allclose(fill(x, "median"), [[1, 5], [4, 7], [4, 6], [10, 6], [4, 6]])
    by_group = fill(x, "mean", np.array([0, 0, 1, 1, -1]))
    np.testing.assert_allclose(by_group, [[1, 5], [1, 7], [4, nan], [10, nan], [nan, nan]])


def test_screening_by_hand() -> None:
    x = np.array([[1.0, 0, 0], [1, 2, np.nan], [1, np.nan, np.nan]])
    there = np.isfinite(x)
    assert keep(x, there, data=2 / 3).tolist() == [True, True, False]
    assert keep(x, there, data=0, nonzero=0.5).tolist() == [False, True, True]
