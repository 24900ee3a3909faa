"""The steps of a line: which values of a place stand in it, and in which order."""

from functools import lru_cache
from math import isnan
from typing import Any

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.period import Period
from ekistics.publish.figures import Rows, default_of, headline_of

__all__ = ["through_time"]


def through_time(spec: IndicatorSpec, rows: Rows) -> list[Any]:
    """Give the values over time of the series and variant that a card shows first, the newest last.

    A value of a time that holds the time of another value (1990 to 2020 beside 2010 to 2020) is not a step of a line.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    rows : dict of str to list of namedtuple
        Its rows, of one place and for everybody, by series; one without a value is no step.

    Returns
    -------
    list of namedtuple
        The steps.
    """
    for series in headline_of(spec, rows)[:1]:
        first = default_of(spec, series.code, [row.variant for row in rows[series.code]])
        found = {row.time_period: row for row in rows[series.code]
                 if row.variant == first and row.time_period and not isnan(row.obs_value)}
        return [found[text] for text in _steps(tuple(found))]
    return []


@lru_cache(maxsize=1024)  # few times are told of in many places
def _steps(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Order times by their ends, without those that hold another."""
    times = {text: Period.parse(text) for text in texts}
    steps = [text for text, one in times.items() if not any(
        one.start <= other.start and other.end <= one.end for key, other in times.items() if key != text)]
    return tuple(sorted(steps, key=lambda text: times[text].end))
