"""Charts: Vega-Lite specifications as plain dicts, one for page, print and test; a table stands beside each.

They need no evaluated code in the browser: the expressions in them use functions that Vega's interpreter has.
"""

import json
import math
import re
import textwrap
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import Any
from unicodedata import bidirectional

import vl_convert
from babel.numbers import get_decimal_symbol, get_group_symbol

from ekistics.core.i18n import _
from ekistics.core.indicator import SeriesSpec
from ekistics.publish.content import Chart
from ekistics.publish.palette import ACCENT, GREY, INK, LINE, SOFT

__all__ = [
    "axis_span",
    "bars",
    "bounded",
    "draw",
    "drawing",
    "lines",
    "multiples",
    "picture",
    "printable",
    "ranking",
    "strips",
]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 300
WRAP = 24
ROW = 34
LINE_HEIGHT = 16
THIN_ROW = 7  # a row of a country's ranking, where only the chosen places are named
PANEL = 150
KINDS = ("main", "city", "other")
BEYOND = re.compile("[\u0590-\u1fff\u2e80-\uffff]")  # letters that Noto Sans alone does not have
PRINT_SCALE = 3.0
SMALL_SHARE, WHOLE = 40.0, 100.0  # percentages that all lie below the first would be flat on an axis to the second
FROM_ZERO, ROOM = 1 / 3, 0.06
EXACT = 6  # decimals of a share; what is smaller is the noise of sums
TINIEST = 1e-18  # what is smaller has no digits that an axis can show
FARTHEST = 1e307  # the room around what is farther would pass the largest number
AXIS_WRAP, WIDE_WRAP = 44, 64
NAMED = 26  # pixels that the words above a point of a line take
LEAST_STEP, MOST_DECIMALS = 0.126, 20  # five ticks are never nearer than this part of an axis; Vega writes no more
MOST_TICKS, LETTER, APART = 5, 6.9, 12  # pixels: a digit or mark, and the room between two labels


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


def drawing(chart: Chart, *, language: str) -> str:
    """Give the drawing of a chart, made from its specification where it has none yet.

    Parameters
    ----------
    chart : Chart
        The chart.
    language : str
        Language of the axes' numbers.

    Returns
    -------
    str
        The SVG; empty for a chart without drawing and specification.
    """
    if chart.svg or chart.spec is None:
        return chart.svg
    return _drawn(json.dumps(chart.spec, ensure_ascii=False, default=float), chart.code, language)


@lru_cache(maxsize=64)
def _drawn(spec: str, code: str, language: str) -> str:
    """Draw once for a page and the documents made of the same report."""
    return draw(json.loads(spec), code=code, language=language)


def printable(svg: str) -> str:
    """Give a drawing in a form that the typesetter can place: one with letters beyond Europe's as a picture inside.

    Parameters
    ----------
    svg : str
        The drawing.

    Returns
    -------
    str
        The same drawing, or an SVG around its picture: the typesetter finds no second font for texts in a drawing.
    """
    if not svg or not BEYOND.search(svg):
        return svg
    _register_fonts()
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', svg)
    if size is None:
        return svg
    pixels = b64encode(vl_convert.svg_to_png(svg, scale=PRINT_SCALE)).decode()
    width, height = size.groups()
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f'<image width="{width}" height="{height}" href="data:image/png;base64,{pixels}"/></svg>')


def picture(chart: Chart, *, language: str, scale: float = 2.0) -> bytes:
    """Give the drawing of a chart as PNG, for documents that cannot hold SVG.

    Parameters
    ----------
    chart : Chart
        The chart.
    language : str
        Language of the axes' numbers.
    scale : float
        Pixels a unit of the drawing.

    Returns
    -------
    bytes
        The picture.
    """
    return bytes(vl_convert.svg_to_png(drawing(chart, language=language), scale=scale))


def _config() -> dict[str, Any]:
    axis = {"domain": False, "ticks": False, "gridColor": LINE, "labelColor": SOFT, "labelFontSize": 13,
            "titleColor": SOFT, "titleFontSize": 13, "titleFontWeight": "normal", "labelPadding": 6}
    return {"font": "Noto Sans", "background": None, "view": {"stroke": None}, "axis": axis, "padding": 4,
            "title": {"anchor": "start", "fontSize": 13, "fontWeight": "normal", "color": INK, "offset": 6},
            "lineBreak": "\n", "text": {"fontSize": 13, "color": INK}}


def _spec(rows: Sequence[Mapping[str, Any]], encoding: Mapping[str, Any], layer: list[dict[str, Any]],
          size: Mapping[str, Any]) -> dict[str, Any]:
    return {"$schema": SCHEMA, "config": _config(), "data": {"values": [dict(row) for row in rows]},
            "encoding": dict(encoding), "layer": layer, **size}


def _wrapped(text: str, width: int = WRAP) -> str:
    return "\n".join(textwrap.wrap(text, width)) or text


def _rows_axis(names: Sequence[str]) -> dict[str, Any]:
    axis = {"title": None, "labelExpr": "split(datum.value, '\\n')", "labelLimit": 400, "labelColor": INK,
            "grid": False, "labelLineHeight": 16, "minExtent": 170, "maxExtent": 170}
    return {"field": "name", "type": "nominal", "sort": list(names), "axis": axis}


def _step(names: Sequence[str]) -> int:
    """Give rows the height that the tallest name needs: its first line stands at the mark, the others below."""
    return max(ROW - 6, 2 + LINE_HEIGHT * max((name.count("\n") + 1 for name in names), default=1))


def _numbers_axis(span: tuple[float, float], **more: Any) -> dict[str, Any]:
    label = f"format(datum.value, ',.{_decimals(span)}~f')"
    return {"title": None, "tickCount": 5, "labelExpr": label, **more}


def _decimals(span: tuple[float, float]) -> int:
    """Choose as many decimals as tell the ticks of an axis apart."""
    step = LEAST_STEP * (span[1] - span[0] or abs(span[1]))
    return min(max(-math.floor(math.log10(step)), 0), MOST_DECIMALS) if step > 0 else 0


def _drawable(value: Any) -> float | None:
    """Give a number that an axis can hold; none for one that is absent, infinite or too far."""
    return float(value) if value is not None and abs(value) <= FARTHEST else None  # false of NaN too


def _placed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give a row whose value and interval can be drawn: one that cannot keeps its name and has no mark."""
    return {**row, **{name: _drawable(row.get(name)) for name in ("value", "low", "high")}}


def _ends(rows: Sequence[Mapping[str, Any]]) -> list[float | None]:
    """Give values and ends of intervals, as they are known."""
    return [row.get(name) for row in rows for name in ("value", "low", "high")]


def _range(ends: Iterable[float | None]) -> tuple[float, float]:
    """Give the lowest and the highest of what an axis can hold."""
    known = [v for end in ends if (v := _drawable(end)) is not None]
    return (min(known), max(known)) if known else (0.0, WHOLE)


def _x(field: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", **more}


def _known(*fields: str) -> list[dict[str, str]]:
    """Keep the rows that have all these fields: an interval that is not stated is not drawn."""
    return [{"filter": " && ".join(f"isValid(datum.{name})" for name in fields)}]


def _kind(values: Sequence[str], **more: Any) -> dict[str, Any]:
    return {"field": "kind", "type": "nominal", "legend": None,
            "scale": {"domain": list(KINDS), "range": list(values)}, **more}


def axis_span(ends: Iterable[float | None], *, full: bool, part: float = ROOM) -> tuple[float, float]:
    """Choose where an axis begins and ends: at zero where that leaves enough room between the values.

    Parameters
    ----------
    ends : iterable of float
        Values and ends of intervals; what is absent or not finite is left out.
    full : bool
        Whether the values are shares that cannot leave 0 to 100, as for :func:`ranking`.
    part : float
        Room beside the outermost values, as a part of what lies between them.

    Returns
    -------
    tuple of float
        The lowest and the highest number of the axis.

    Examples
    --------
    >>> axis_span([3.5, 90.0, None], full=True), axis_span([90.0, 70.0, 104.0], full=True)
    ((0.0, 100.0), (0.0, 104.0))
    """
    low, high = _range(ends)
    room = part * (high - low)
    if math.isclose(low, high, abs_tol=TINIEST):  # around one value, so that ticks stand at round numbers
        room = abs(high) * ROOM if abs(high) > TINIEST else 1.0
    start = 0.0 if 0 <= low <= high * FROM_ZERO else max(low - room, 0.0) if low >= 0 else low - room
    return _share_span((low, high), (start, high + room)) if full else (start, high + room)


def _share_span(ends: tuple[float, float], fitted: tuple[float, float]) -> tuple[float, float]:
    """Take all of an axis of shares, unless that would flatten small ones; leave it only as far as an interval does."""
    low, high = (round(end, EXACT) for end in ends)
    start, end = (0.0, WHOLE) if high >= SMALL_SHARE else fitted
    return min(max(start, 0.0), low), max(min(end, WHOLE), high)


def _told(span: tuple[float, float], *, full: bool) -> list[str]:
    """Say at which ends an axis is not whole, and where an interval leads it past what a share can be."""
    late, early = span[0] > 0, full and span[1] < WHOLE
    below, above = full and span[0] < 0, full and span[1] > WHOLE
    parts = (_("The axis does not start at 0 or end at 100.") if late and early else
             _("The axis does not start at 0.") if late else _("The axis does not end at 100.") if early else
             _("The axis does not reach 0.") if span[1] < 0 else "",
             _("Intervals go below 0 and above 100.") if below and above else
             _("An interval goes below 0.") if below else _("An interval goes above 100.") if above else "")
    return [part for part in parts if part]


def _closed(text: str) -> str:
    """Keep the full stop of a text from right to left at its end: a drawing sets all texts from left to right."""
    return f"{text}\u200f" if any(bidirectional(sign) in ("R", "AL") for sign in text) else text


def _lines_told(span: tuple[float, float], *, full: bool, wrap: int = AXIS_WRAP) -> list[str]:
    """Give what an axis leaves out, in lines to stand below it."""
    return [_closed(line) for text in _told(span, full=full) for line in textwrap.wrap(text, wrap)]


def _tick_count(span: tuple[float, float], width: int) -> int:
    """Choose how many ticks an axis asks for: the most whose labels stand apart, but at least two."""
    low, high = span
    longest = max(len(f"{end:,.{_decimals(span)}f}") for end in span)
    room, chosen = (LETTER * longest + APART) * (high - low) / width, MOST_TICKS
    for count in range(MOST_TICKS, 1, -1):
        step = _tick_step((high - low) / count)
        if math.floor(high / step) <= math.ceil(low / step):
            break
        chosen = count
        if step >= room:
            break
    return chosen


def _tick_step(least: float) -> float:
    """Give the step that Vega takes: the round one that is nearest by ratio."""
    power = 10.0 ** math.floor(math.log10(least))
    return power * next((up for down, up in ((5, 10), (2, 5), (1, 2)) if least / power >= math.sqrt(down * up)), 1)


def _fitted(rows: Sequence[Mapping[str, Any]], *, full: bool, width: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the scale of an axis of numbers, and the axis, whose title says what is left out."""
    span = axis_span(_ends(rows), full=full)
    words = _lines_told(span, full=full)
    axis = _numbers_axis(span, title=words or None, titlePadding=8, tickCount=_tick_count(span, width))
    return {"domain": list(span), "nice": False, "zero": False}, axis


def bounded(series: SeriesSpec) -> bool:
    """Tell whether the values of a series are shares that cannot pass 100: a change in percent can.

    Parameters
    ----------
    series : SeriesSpec
        The series.

    Returns
    -------
    bool
        Whether its axis is one of 0 to 100: ``full`` of :func:`axis_span`, :func:`ranking` and :func:`strips`.
    """
    return series.unit_measure == "PT" and series.upper == WHOLE


def ranking(rows: Sequence[Mapping[str, Any]], *, full: bool = False, thin: bool = False) -> dict[str, Any]:
    """Specify dots in rows, with whiskers where an interval is known.

    Parameters
    ----------
    rows : sequence of mapping
        ``name``, ``value``, ``text``; optionally ``low``, ``high`` and ``kind``: ``main`` (accent), ``city`` (ink) or
        ``other`` (grey).
    full : bool
        Whether the values are shares that cannot leave 0 to 100: the axis runs from 0 to 100, unless all of them are
        small, and beyond it only as far as an interval does.
    thin : bool
        Whether rows are thin and only places that are not ``other`` are named: for whole countries.

    Returns
    -------
    dict
        The specification.
    """
    values = [{"kind": "main", **_placed(row),
               "name": str(row["name"]) if thin else _wrapped(str(row["name"]))} for row in rows]
    names = list(dict.fromkeys(row["name"] for row in values))
    scale, axis = _fitted(values, full=full, width=WIDTH)
    x = {"scale": scale, "axis": axis}
    colour = _kind((ACCENT, INK, GREY))
    y = _rows_axis(names) | ({"axis": None} if thin else {})
    label = {"field": "label" if thin else "text", "type": "nominal"}
    for row in values:
        row["edge"] = row["value"] if row["high"] is None else row["high"]  # words stand clear of the whisker
        if thin:
            row["label"] = "" if row["kind"] == "other" else f"{row['name']}  {row['text']}"
    layer = [{"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.55}, "transform": _known("low", "high"),
              "encoding": {"x": _x("low", **x), "x2": {"field": "high"}, "color": colour}},
             {"mark": {"type": "point", "size": 24 if thin else 90, "filled": True, "opacity": 1},
              "encoding": {"x": _x("value", **x), "color": colour, "shape": _kind(("circle", "diamond", "square"))}},
             {"mark": {"type": "text", "align": "left", "dx": 10, "color": INK},
              "encoding": {"x": _x("edge", **x), "text": label}}]
    step = THIN_ROW if thin else _step(names)
    return _spec(values, {"y": y}, layer, {"width": WIDTH, "height": {"step": step}})


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
    values = [{**_placed(row), "name": _wrapped(str(row["name"]))} for row in rows]
    encoding = {"y": _rows_axis([row["name"] for row in values]),
                "x": _x("value", scale={"zero": True}, axis=_numbers_axis(_range([*_ends(values), 0.0])))}
    layer = [{"mark": {"type": "bar", "height": {"band": 0.62}, "stroke": INK, "strokeWidth": 0.4},
              "encoding": {"color": {"field": "colour", "type": "nominal", "scale": None, "legend": None}}},
             {"mark": {"type": "text", "align": "left", "dx": 6, "color": INK},
              "encoding": {"text": {"field": "text", "type": "nominal"}}}]
    return _spec(values, encoding, layer, {"width": WIDTH, "height": {"step": ROW}})


def lines(rows: Sequence[Mapping[str, Any]], *, breaks: Sequence[float] = (), broken: str = "",
          height: int = 190) -> dict[str, Any]:
    """Specify one line through time with its band, its first and last points labelled, on an axis fitted to it.

    Parameters
    ----------
    rows : sequence of mapping
        ``year`` (number), ``value``, ``text``; optionally ``low`` and ``high``.
    breaks : sequence of float
        Years before which the series breaks; the line is parted there and a dashed rule marks it.
    broken : str
        Word at the rule of a break.
    height : int
        Height of the drawing.

    Returns
    -------
    dict
        The specification.
    """
    values = _timed(rows, breaks)
    years = sorted({row["year"] for row in values})
    span = axis_span(_ends(values), full=False, part=NAMED / max(height - 2 * NAMED, NAMED))
    words = _lines_told(span, full=False, wrap=WIDE_WRAP)
    encoding = {"x": _x("year", scale={"nice": False, "padding": 34, "zero": False},
                        axis={"title": words or None, "titlePadding": 8, "format": "d", "grid": False,
                              "values": years}),
                "y": _x("value", scale={"domain": list(span), "nice": False, "zero": False},
                        axis=_numbers_axis(span))}
    layer = [*_band(), {"mark": {"type": "text", "dy": -14, "color": INK},
                        "encoding": {"text": {"field": "shown", "type": "nominal"}}}]
    if breaks:
        layer = [*_break_marks(breaks, broken), *layer]
    return _spec(values, encoding, layer, {"width": WIDTH + 140, "height": height})


def _timed(rows: Sequence[Mapping[str, Any]], breaks: Sequence[float]) -> list[dict[str, Any]]:
    """Label the ends, and number the stretches between breaks."""
    ends = {min(r["year"] for r in rows), max(r["year"] for r in rows)} if rows else set()
    return [{**_placed(r), "shown": r["text"] if r["year"] in ends else "",
             "part": sum(r["year"] >= at for at in breaks)} for r in rows]


def _band() -> list[dict[str, Any]]:
    part = {"field": "part", "type": "nominal"}
    return [{"mark": {"type": "area", "opacity": 0.2, "color": ACCENT}, "transform": _known("low", "high"),
             "encoding": {"y": _x("low"), "y2": {"field": "high"}, "detail": part}},
            {"mark": {"type": "line", "color": ACCENT, "strokeWidth": 2.5}, "encoding": {"detail": part}},
            {"mark": {"type": "point", "color": ACCENT, "filled": True, "size": 60, "opacity": 1}}]


def _break_marks(breaks: Sequence[float], broken: str) -> list[dict[str, Any]]:
    at = {"values": [{"year": year, "word": broken} for year in breaks]}
    x = {"x": _x("year"), "y": None}
    return [{"data": at, "mark": {"type": "rule", "strokeDash": [4, 4], "color": SOFT}, "encoding": x},
            {"data": at, "mark": {"type": "text", "align": "left", "baseline": "top", "dx": 5, "color": SOFT},
             "encoding": {**x, "y": {"value": 0}, "text": {"field": "word", "type": "nominal"}}}]


def strips(panels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Specify the distribution of peers in several quantities: a tick a peer, the city as a dot.

    Parameters
    ----------
    panels : sequence of mapping
        ``title``, ``rows`` (``name``, ``value``, ``kind``: ``main`` for the city and ``other`` for its peers;
        ``text`` for the city) and ``full``, as for :func:`ranking`.

    Returns
    -------
    dict
        The specification: one strip below the other, each with its own axis.
    """
    return {"$schema": SCHEMA, "config": _config(), "spacing": 14,
            "vconcat": [_strip(panel) for panel in panels]}


def _strip(panel: Mapping[str, Any]) -> dict[str, Any]:
    scale, axis = _fitted(panel["rows"], full=bool(panel.get("full")), width=WIDTH + 140)
    x = _x("value", scale=scale, axis={**axis, "grid": False, "domain": True, "domainColor": LINE})
    city = [{"filter": "datum.kind == 'main'"}]
    layer = [{"mark": {"type": "tick", "thickness": 1.5, "size": 18, "color": GREY, "opacity": 0.75},
              "transform": [{"filter": "datum.kind == 'other'"}]},
             {"mark": {"type": "point", "shape": "circle", "filled": True, "size": 110, "color": ACCENT, "opacity": 1},
              "transform": city},
             {"mark": {"type": "text", "dy": -15, "fontWeight": 600, "color": INK}, "transform": city,
              "encoding": {"text": {"field": "text", "type": "nominal"}}}]
    return {"title": panel["title"], "width": WIDTH + 140, "height": 38,
            "data": {"values": [{"text": "", **_placed(row)} for row in panel["rows"]]}, "encoding": {"x": x},
            "layer": layer}


def multiples(panels: Sequence[Mapping[str, Any]], *, columns: int = 3) -> dict[str, Any]:
    """Specify the same quantity in several places through time, side by side on one scale.

    Parameters
    ----------
    panels : sequence of mapping
        ``title`` and ``rows`` (as for :func:`lines`), optionally ``breaks``.
    columns : int
        Panels in a row.

    Returns
    -------
    dict
        The specification.
    """
    shown = [row for panel in panels for row in panel["rows"]]
    years = sorted({row["year"] for row in shown})
    span = axis_span(_ends(shown), full=False)
    ticks = years if len(years) <= 3 else [years[0], years[-1]]  # noqa: PLR2004 - more labels meet in a narrow panel
    encoding = {"x": _x("year", scale={"domain": [years[0], years[-1]], "nice": False, "padding": 20},
                        axis={"title": None, "format": "d", "grid": False, "values": ticks}),
                "y": _x("value", scale={"domain": list(span), "nice": False, "zero": False},
                        axis=_numbers_axis(span, tickCount=4))}
    made = [{"title": _wrapped(str(panel["title"])).split("\n"), "width": PANEL, "height": 96,
             "data": {"values": _timed(panel["rows"], panel.get("breaks", ()))}, "encoding": encoding,
             "layer": _band()} for panel in panels]
    words = _lines_told(span, full=False, wrap=WIDE_WRAP)
    title = {"title": {"text": words, "orient": "bottom", "color": SOFT, "offset": 10}} if words else {}
    return {"$schema": SCHEMA, "config": _config(), "concat": made, "columns": columns, "spacing": 18, **title}


def explained() -> str:
    """Give the words that explain whiskers and bands, once a document.

    Returns
    -------
    str
        One line.
    """
    return _("Lines through dots, and bands around lines, are intervals where they are stated.")
