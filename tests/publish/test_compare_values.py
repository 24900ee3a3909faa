"""Whether two values can be told apart: cases worked by hand, and what must hold for all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekistics.core.observation import Estimate
from ekistics.publish.compare import NORMAL_95, compare


def sampled(value: float, se: float) -> Estimate:
    return Estimate(value, se, value - NORMAL_95 * se, value + NORMAL_95 * se, "taylor")


# By hand: se of a difference = sqrt(se1² + se2²); sqrt(2² + 1.5²) = 2.5, times 1.959964 = 4.89991;
# sqrt(2² + 2²) = 2.828427, times 1.959964 = 5.543616.
@pytest.mark.parametrize(("first", "second", "verdict", "low", "high"), [
    ((58.0, 2.0), (50.0, 1.5), "higher", 3.10009, 12.89991),
    ((54.0, 2.0), (50.0, 1.5), "same", -0.89991, 8.89991),
    ((45.0, 2.0), (50.0, 1.5), "lower", -9.89991, -0.10009),
    ((58.0, 2.0), (52.0, 2.0), "higher", 0.456384, 11.543616),
])
def test_the_difference_of_independent_samples_has_an_interval_of_its_own(first, second, verdict, low, high):
    found = compare(sampled(*first), sampled(*second), independent=True)
    assert (found.verdict, found.basis) == (verdict, "difference")
    assert found.difference == first[0] - second[0]
    assert (found.lci, found.uci) == (pytest.approx(low, abs=1e-5), pytest.approx(high, abs=1e-5))


@pytest.mark.parametrize(("first", "second", "verdict"), [
    ((58.0, 54.1, 61.8), (66.0, 61.8, 70.0), "same"),  # one shared point is enough
    ((58.0, 54.1, 61.8), (66.0, 61.9, 70.0), "lower"),
    ((66.0, 61.9, 70.0), (58.0, 54.1, 61.8), "higher"),
    ((60.0, 40.0, 80.0), (60.0, 59.0, 61.0), "same"),
])
def test_without_independent_samples_intervals_are_held_against_each_other(first, second, verdict):
    a, b = (Estimate(value, lci=low, uci=high) for value, low, high in (first, second))
    found = compare(a, b)
    assert (found.verdict, found.basis) == (verdict, "overlap")
    assert math.isnan(found.lci)


def test_intervals_may_overlap_where_the_difference_is_clear():
    a, b = sampled(58.0, 2.0), sampled(52.0, 2.0)
    assert compare(a, b).verdict == "same"
    assert compare(a, b, independent=True).verdict == "higher"


@pytest.mark.parametrize(("first", "second"), [
    (Estimate(58.0), Estimate(40.0, lci=39.0, uci=41.0)),
    (Estimate(58.0, se=1.0), Estimate(40.0)),
    (Estimate(math.nan), Estimate(40.0, lci=39.0, uci=41.0)),
])
def test_what_is_not_known_is_not_judged(first, second):
    assert compare(first, second, independent=True).verdict == "unknown"
    assert compare(second, first, independent=True).verdict == "unknown"


VALUES = st.floats(-1e6, 1e6)
ERRORS = st.floats(0.001, 1e4)
TURNED = {"higher": "lower", "lower": "higher", "same": "same"}


@given(VALUES, ERRORS, VALUES, ERRORS, st.booleans())
def test_turning_the_two_round_turns_the_verdict(a, se_a, b, se_b, independent):
    first, second = sampled(a, se_a), sampled(b, se_b)
    forth, back = (compare(*pair, independent=independent) for pair in ((first, second), (second, first)))
    assert back.verdict == TURNED[forth.verdict]


@given(VALUES, ERRORS, VALUES, ERRORS)
def test_overlap_is_the_more_careful_rule(a, se_a, b, se_b):
    first, second = sampled(a, se_a), sampled(b, se_b)
    if compare(first, second).verdict != "same":
        assert compare(first, second, independent=True).verdict == compare(first, second).verdict
