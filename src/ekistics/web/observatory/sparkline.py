"""A small line of a value through time, drawn without a script; the numbers stand in its description."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.publish.numbers import period_text, value_text

__all__ = ["Sparkline", "sparkline"]

WIDTH, HEIGHT, MARGIN = 132.0, 36.0, 5.0


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A line in a field of :data:`WIDTH` by :data:`HEIGHT`.

    Parameters
    ----------
    points : str
        Corners of the line, as SVG takes them.
    last : tuple of float
        Its last point.
    band : str
        Corners of the band of its intervals; empty where one is not stated.
    text : str
        First and last value in words, and when they were.
    """

    points: str
    last: tuple[float, float]
    band: str
    text: str


def sparkline(rows: Sequence[Any], *, language: str) -> Sparkline | None:
    """Draw the values of one series.

    Parameters
    ----------
    rows : sequence of namedtuple
        Observations with a value, of one series and variant, in the order of time.
    language : str
        Language of the words.

    Returns
    -------
    Sparkline or None
        The line; None for fewer than two values.
    """
    if len(rows) < 2:
        return None
    across = _across(tuple(row.time_period for row in rows))
    values, lower, upper = zip(*((row.obs_value, row.lci, row.uci) for row in rows), strict=True)
    ends = [end for end in (*values, *lower, *upper) if math.isfinite(end)]
    low, bottom = min(ends), HEIGHT - MARGIN
    scale = (HEIGHT - 2 * MARGIN) / ((max(ends) - low) or 1.0)
    y = [bottom - (value - low) * scale for value in values]
    band = ""
    if len(ends) == 3 * len(rows):
        band = across.band % tuple([bottom - (end - low) * scale for end in (*upper, *reversed(lower))])
    unit = str(rows[-1].unit_measure)
    shown = [value_text(float(row.obs_value), unit, language=language, lci=row.lci, uci=row.uci)
             for row in (rows[0], rows[-1])]
    when = [period_text(str(row.time_period), language=language) for row in (rows[0], rows[-1])]
    text = _("From {first} ({then}) to {last} ({now})").format(first=shown[0], then=when[0], last=shown[1], now=when[1])
    return Sparkline(across.line % tuple(y), (across.last, round(y[-1], 1)), band, text)


class _Across(NamedTuple):
    """Corners of a line and of its band, still without their heights, and where the line ends."""

    line: str
    band: str
    last: float


@lru_cache(maxsize=1024)  # the series of a city, and of all cities, are of few times
def _across(times: tuple[str, ...]) -> _Across:
    days = [Period.parse(text).end.toordinal() for text in times]
    scale = (WIDTH - 2 * MARGIN) / ((days[-1] - days[0]) or 1)
    x = [MARGIN + (day - days[0]) * scale for day in days]
    return _Across(_corners(x), _corners([*x, *reversed(x)]), round(x[-1], 1))


def _corners(x: list[float]) -> str:
    return " ".join(f"{at:.1f},%.1f" for at in x)
