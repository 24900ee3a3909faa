"""Charts: Vega-Lite specifications drawn to SVG once, for the page, the document and the tests; a table beside each."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import altair as alt
import vl_convert
from babel.numbers import get_decimal_symbol, get_group_symbol

from ekistics.core.i18n import _
from ekistics.publish.palette import ACCENT, GREY, INK, LINE, SOFT

__all__ = ["bars", "draw", "lines", "ranking"]

WIDTH = 300
WRAP = 24
ROW = 34


def draw(spec: Mapping[str, Any], *, code: str, language: str) -> str:
    """Draw a Vega-Lite specification.

    Parameters
    ----------
    spec : mapping
        The specification.
    code : str
        Name of the chart: ids in the drawing begin with it, so that several may stand in one page.
    language : str
        Language of the axes' numbers.

    Returns
    -------
    str
        The SVG, without roles of its own: the figure around it says what it is.
    """
    _register_fonts()
    group = get_group_symbol(language)
    locale = {"decimal": get_decimal_symbol(language), "thousands": group, "grouping": [3], "currency": ["", ""]}
    svg = vl_convert.vegalite_to_svg(dict(spec), format_locale=locale)
    svg = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", svg)
    svg = re.sub(r'<path class="(?:background|foreground)"[^>]*/>', "", svg)
    svg = re.sub(r"(?<=id=\")|(?<=url\(#)", f"{code}-", svg)
    return re.sub(r' class="mark-[^"]*"| xmlns:xlink="[^"]*"| pointer-events="none"', "", svg)


@cache
def _register_fonts() -> None:
    with as_file(files("ekistics.publish") / "static" / "fonts") as folder:
        if folder.is_dir():
            vl_convert.register_font_directory(str(folder))


def _theme(chart: alt.TopLevelMixin) -> dict[str, Any]:
    axis = {"domain": False, "ticks": False, "gridColor": LINE, "labelColor": SOFT, "labelFontSize": 13,
            "titleColor": SOFT, "titleFontSize": 13, "titleFontWeight": "normal", "labelPadding": 6}
    spec = chart.to_dict()
    spec["config"] = {"font": "Noto Sans", "background": None, "view": {"stroke": None}, "axis": axis, "padding": 4,
                      "header": {"labelFontSize": 13, "labelColor": INK, "labelAnchor": "start", "title": None},
                      "text": {"fontSize": 13, "color": INK}}
    return spec


def _wrapped(text: str, width: int = WRAP) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def _rows_axis() -> alt.Axis:
    return alt.Axis(title=None, labelExpr="split(datum.value, '\\n')", labelLimit=400, labelColor=INK, grid=False,
                    labelLineHeight=16, minExtent=170, maxExtent=170)


def _numbers_axis() -> alt.Axis:
    return alt.Axis(title=None, tickCount=5, labelExpr="format(datum.value, ',~r')")


def ranking(rows: Sequence[Mapping[str, Any]], *, full: bool = False) -> dict[str, Any]:
    """Specify dots in rows, with whiskers where an interval is known.

    Parameters
    ----------
    rows : sequence of mapping
        ``name``, ``value``, ``text``; optionally ``low``, ``high`` and ``kind``: ``main`` (accent), ``city`` (ink) or
        ``other`` (grey, hollow).
    full : bool
        Whether the axis runs from 0 to 100.

    Returns
    -------
    dict
        The specification.
    """
    values = [{"kind": "main", "low": None, "high": None, **row, "name": _wrapped(str(row["name"]))} for row in rows]
    names = list(dict.fromkeys(row["name"] for row in values))
    scale = alt.Scale(domain=[0, 100]) if full else alt.Scale(zero=False, nice=True, padding=12)
    colour = alt.Color("kind:N", legend=None, scale=alt.Scale(domain=["main", "city", "other"],
                                                              range=[ACCENT, INK, GREY]))
    base = alt.Chart(alt.Data(values=values)).encode(y=alt.Y("name:N", sort=names, axis=_rows_axis()))
    whisker = base.mark_rule(strokeWidth=2, opacity=0.55).encode(
        x=alt.X("low:Q", scale=scale, axis=_numbers_axis()), x2="high:Q", color=colour).transform_filter(
        "isValid(datum.low) && isValid(datum.high)")
    dot = base.mark_point(size=90, filled=True, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, axis=_numbers_axis()), color=colour,
        shape=alt.Shape("kind:N", legend=None, scale=alt.Scale(domain=["main", "city", "other"],
                                                               range=["circle", "diamond", "square"])))
    text = base.mark_text(align="left", dx=10, dy=0, fontSize=13, color=INK).encode(x="value:Q", text="text:N")
    tall = max(name.count("\n") + 1 for name in names)
    chart = alt.layer(whisker, dot, text).properties(width=WIDTH, height=alt.Step(max(ROW - 6, 12 + 16 * tall)))
    return _theme(chart)


def bars(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Specify bars from zero, each labelled with its value.

    Parameters
    ----------
    rows : sequence of mapping
        ``name``, ``value``, ``text`` and ``colour``.

    Returns
    -------
    dict
        The specification.
    """
    values = [{**row, "name": _wrapped(str(row["name"]))} for row in rows]
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("name:N", sort=[row["name"] for row in values], axis=_rows_axis()),
        x=alt.X("value:Q", scale=alt.Scale(zero=True), axis=_numbers_axis()))
    bar = base.mark_bar(height={"band": 0.62}, stroke=INK, strokeWidth=0.4).encode(
        color=alt.Color("colour:N", scale=None, legend=None))
    text = base.mark_text(align="left", dx=6, fontSize=13, color=INK).encode(text="text:N")
    return _theme(alt.layer(bar, text).properties(width=WIDTH, height=alt.Step(ROW)))


def lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Specify one line through time, its first and last points labelled.

    Parameters
    ----------
    rows : sequence of mapping
        ``year`` (number), ``value``, ``text``; optionally ``low`` and ``high``.

    Returns
    -------
    dict
        The specification.
    """
    ends = {min(r["year"] for r in rows), max(r["year"] for r in rows)}
    values = [{"low": None, "high": None, **r, "shown": r["text"] if r["year"] in ends else ""} for r in rows]
    base = alt.Chart(alt.Data(values=values)).encode(
        x=alt.X("year:Q", scale=alt.Scale(nice=False, padding=34),
                axis=alt.Axis(title=None, format="d", grid=False, values=sorted({r["year"] for r in rows}))),
        y=alt.Y("value:Q", scale=alt.Scale(zero=False, padding=26), axis=_numbers_axis()))
    band = base.mark_area(opacity=0.2, color=ACCENT).encode(y="low:Q", y2="high:Q").transform_filter(
        "isValid(datum.low) && isValid(datum.high)")
    line = base.mark_line(color=ACCENT, strokeWidth=2.5)
    dot = base.mark_point(color=ACCENT, filled=True, size=60, opacity=1)
    text = base.mark_text(dy=-14, fontSize=13, color=INK).encode(text="shown:N")
    return _theme(alt.layer(band, line, dot, text).properties(width=WIDTH + 140, height=190))


def explained() -> str:
    """Give the words that explain whiskers and bands, once a document.

    Returns
    -------
    str
        One line.
    """
    return _("Lines through dots, and bands around lines, are intervals where they are stated.")
