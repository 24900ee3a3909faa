"""Numbers as people read them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekistics.core.errors import InvalidValueError
from ekistics.core.units import UNITS
from ekistics.publish.numbers import digits_borne, interval_text, number_text, period_text, value_text


@pytest.mark.parametrize(("value", "unit", "lci", "uci", "text"), [
    (58.0, "PT", 54.1, 61.8, "58.0 % (54.1–61.8)"),
    (812_934.6, "PS", 790_000, 840_000, "813,000 (790,000–840,000)"),
    (5.2119, "RO", 2.0, 9.0, "5.2 (2.0–9.0)"),
    (0.04, "PT", math.nan, math.nan, "<0.1 % interval not stated"),
    (-1.5, "PT_Y", -2.0, -1.0, "-1.50 % / year (-2.00 to -1.00)"),
])
def test_a_value_has_no_more_digits_than_its_interval_bears(value, unit, lci, uci, text):
    shown = f"{value_text(value, unit, lci=lci, uci=uci)} {interval_text(lci, uci, unit)}"
    assert shown.replace("\u00a0", " ") == text


def test_thousands_and_decimals_follow_the_locale():
    assert number_text(1234567.8, 1, language="de") == "1.234.567,8"
    assert number_text(1234567.8, 1, language="fr").replace("\u202f", " ") == "1 234 567,8"


def test_an_absent_value_is_never_written_as_a_number():
    with pytest.raises(InvalidValueError):
        value_text(math.nan, "PT")
    with pytest.raises(InvalidValueError):
        value_text(math.inf, "PT")


def test_periods_are_written_as_people_do():
    assert period_text("2000-01-01/P20Y") == "2000–2020"
    assert period_text("2019-05-14", language="es") == "14 may 2019"
    assert period_text("") == "year not stated"


@given(st.floats(-1e9, 1e9), st.sampled_from(sorted(UNITS)))
def test_a_shown_value_is_within_half_a_step_of_the_true_one(value, unit):
    digits = digits_borne(unit)
    text = value_text(value, unit).split("\u00a0")[0]
    if text.startswith(("<", ">")):
        assert abs(value) < 10.0**-digits
    else:
        assert abs(float(text.replace(",", "")) - value) <= 0.5 * 10.0**-digits + 1e-6 * max(1, abs(value)) * 1e-3
