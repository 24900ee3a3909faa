"""A small line of a value through time, drawn without a script; the numbers stand in its description."""

from dataclasses import dataclass

import pandas as pd

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
        First and last value in words.
    first_period, last_period : str
        What the two ends are.
    """

    points: str
    last: tuple[float, float]
    band: str
    text: str
    first_period: str
    last_period: str


def sparkline(rows: pd.DataFrame, *, language: str) -> Sparkline | None:
    """Draw the values of one series.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations of one series and variant, in the order of time.
    language : str
        Language of the words.

    Returns
    -------
    Sparkline or None
        The line; None for fewer than two values.
    """
    if len(rows) < 2:
        return None
    days = [Period.parse(text).end.toordinal() for text in rows["time_period"]]
    ends = rows[["obs_value", "lci", "uci"]]
    low, high = float(ends.min(axis=None)), float(ends.max(axis=None))
    span, days_span = (high - low) or 1.0, (days[-1] - days[0]) or 1
    x = [MARGIN + (day - days[0]) / days_span * (WIDTH - 2 * MARGIN) for day in days]

    def up(values: pd.Series) -> list[float]:
        return [HEIGHT - MARGIN - (float(v) - low) / span * (HEIGHT - 2 * MARGIN) for v in values]

    y = up(rows["obs_value"])
    whole = bool(rows["lci"].notna().all())
    band = _corners([*x, *reversed(x)], [*up(rows["uci"]), *reversed(up(rows["lci"]))]) if whole else ""
    unit = str(rows["unit_measure"].iloc[-1])
    shown = [value_text(float(v), unit, language=language) for v in (rows["obs_value"].iloc[0],
                                                                     rows["obs_value"].iloc[-1])]
    when = [period_text(str(t), language=language) for t in (rows["time_period"].iloc[0], rows["time_period"].iloc[-1])]
    text = _("From {first} ({then}) to {last} ({now})").format(first=shown[0], then=when[0], last=shown[1], now=when[1])
    return Sparkline(_corners(x, y), (round(x[-1], 1), round(y[-1], 1)), band, text, *when)


def _corners(x: list[float], y: list[float]) -> str:
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
