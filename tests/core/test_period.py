"""Time periods against the calendar."""

from datetime import date

import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.core.period import Period


@pytest.mark.parametrize(("text", "start", "end"), [
    ("2020", date(2020, 1, 1), date(2020, 12, 31)),
    ("2020-S2", date(2020, 7, 1), date(2020, 12, 31)),
    ("2020-Q1", date(2020, 1, 1), date(2020, 3, 31)),
    ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
    ("2021-12", date(2021, 12, 1), date(2021, 12, 31)),
    ("2020-W53", date(2020, 12, 28), date(2021, 1, 3)),  # ISO 8601: 2020 has 53 weeks
    ("2020-02-29", date(2020, 2, 29), date(2020, 2, 29)),
    ("2000-01-01/P20Y", date(2000, 1, 1), date(2020, 1, 1)),
])
def test_first_and_last_day(text, start, end):
    period = Period.parse(text)
    assert (period.start, period.end, str(period)) == (start, end, text)


@pytest.mark.parametrize("text", ["", "20", "2021-02-29", "2020-13", "2020-Q5", "2021-W53", "2020-1-1", "last year",
                                  "٢٠٢٠", "２０２０-Q1"])
def test_what_is_no_period_is_refused_with_examples(text):
    with pytest.raises(InvalidValueError, match="2020-Q1"):
        Period.parse(text)


def test_years_between_two_years_are_whole():
    assert Period.parse(1990).years_to(Period.parse(2015)) == 25.0


def test_years_between_days_follow_the_calendar():
    assert Period.parse("2020-01-01").years_to(Period.parse("2020-12-31")) == pytest.approx(365 / 365.2425)


def test_periods_sort_by_time_not_by_text():
    assert max(["2020-Q4", "2019", "2020-02"], key=Period.parse) == "2020-Q4"
