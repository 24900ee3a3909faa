"""Balance, response, and sample sizes."""

import numpy as np
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.survey.sampling import (
    balance_of,
    r_indicator,
    reweighted,
    sample_size_of_ratio,
    sample_size_of_share,
)


def test_balance_is_told_in_standard_deviations_of_the_frame():
    values = np.arange(10.0)
    frame, sample, difference = balance_of(values, np.full(10, 0.2), values >= 8)
    assert (frame, sample) == (4.5, 8.5)
    assert difference == pytest.approx(4 / np.std(values, ddof=1))


def test_balance_weighs_by_inverse_probability():
    assert balance_of([1.0, 5.0, 9.0], np.array([1.0, 0.5, 0.5]), np.array([True, True, False]))[1] == (1 + 10) / 3


def test_balance_of_a_constant():
    assert np.isnan(balance_of([1.0, 1.0], np.full(2, 0.5), np.array([True, False]))[2])


def test_r_indicator_by_hand():
    # two classes of weights 2 and 1 with shares 1 and 0.5: mean 5/6, variance 1/18, so 1 - 2 sqrt(1/18)
    found = r_indicator([True, True, True, False], [0, 0, 1, 1], [2.0, 2, 1, 1])
    assert found == pytest.approx(1 - 2 * np.sqrt(1 / 18))


def test_silent_cities_are_stood_for_by_their_class():
    pi = np.array([0.5, 0.5, 0.25, 0.25])
    new = reweighted(pi, np.array([0, 0, 1, 1]), np.array([True, False, True, True]))
    assert (1 / new[[0, 2, 3]]).tolist() == [4, 4, 4]
    assert np.isnan(new[1])


def test_weighted_size_is_kept():
    pi, size = np.array([0.2, 0.4, 0.4]), np.array([1.0, 2.0, 2.0])
    answered = np.array([True, True, False])
    new = reweighted(pi, np.zeros(3, int), answered, measure=size)
    assert (size / new)[answered].sum() == pytest.approx((size / pi).sum())


def test_nobody_of_a_class():
    with pytest.raises(InvalidValueError, match="No city of a class answered"):
        reweighted(np.full(2, 0.5), np.array([0, 1]), np.array([True, False]))


def test_sizes_by_hand():
    assert sample_size_of_share(0.5, 0.05) == 385  # 1.96^2 x 0.25 / 0.0025 = 384.1
    assert sample_size_of_share(0.5, 0.05, response=0.8) == 481  # 384.15 / 0.8 = 480.2
    assert sample_size_of_share(0.5, 0.05, deff=2.0) == 769
    assert sample_size_of_share(0.5, 0.01, population=100) == 99
    assert sample_size_of_ratio(0.4, 0.05, population=200) == 111  # 245.9 / (1 + 244.9 / 200) = 110.5
    with pytest.raises(InvalidValueError):
        sample_size_of_share(1.0, 0.05)
    with pytest.raises(InvalidValueError):
        sample_size_of_ratio(0.0, 0.05)
