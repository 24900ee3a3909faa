"""Specifications of charts: plain, drawable on the server, and without code that a browser would have to evaluate."""

import json
import math
import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ekistics.core.i18n import use_language
from ekistics.core.observation import observations, result_rows
from ekistics.indicators.registry import specs
from ekistics.publish.briefs import compose_city_brief, compose_comparison
from ekistics.publish.charts import bars, bounded, draw, lines, multiples, ranking, strips
from ekistics.publish.content import Chart
from ekistics.publish.figures import numbered
from ekistics.publish.findings import charts
from ekistics.publish.palette import INK
from ekistics.publish.records import PlaceRecord

from .reports import FOUR, KNOWN, cited, city_records, comparison_records

ROWS = [{"name": "Nerea", "value": 58.0, "low": 54.0, "high": 62.0, "text": "58 %", "kind": "main"},
        {"name": "Pharos", "value": 30.0, "text": "30 %", "kind": "other"}]
YEARS = [{"year": y, "value": v, "low": v - 2, "high": v + 2, "text": str(v)} for y, v in (
    (2000, 10.0), (2010, 20.0), (2020, 40.0))]
SPECS = {
    "ranking": ranking(ROWS, full=True),
    "thin": ranking([*ROWS, *({"name": f"Place {i}", "value": i, "text": "", "kind": "other"} for i in range(200))],
                    thin=True),
    "lines": lines(YEARS, breaks=[2020], broken="new method"),
    "strips": strips([{"title": "Access", "rows": ROWS, "full": True}, {"title": "Density", "rows": ROWS}]),
    "multiples": multiples([{"title": "Nerea", "rows": YEARS}, {"title": "Pharos", "rows": YEARS[1:]}]),
}
FUNCTIONS = {"isValid", "split", "format"}  # of the expression language, which Vega's interpreter has


@pytest.mark.parametrize("name", SPECS)
def test_a_specification_is_plain_and_drawable(name):
    spec = json.loads(json.dumps(SPECS[name]))
    assert spec == SPECS[name]
    assert spec["$schema"].endswith("/vega-lite/v6.json")
    svg = draw(spec, code=name, language="en")
    assert svg.startswith("<svg") and "style=" not in svg and "<script" not in svg


@pytest.mark.parametrize("name", SPECS)
def test_expressions_use_known_functions_only(name):
    def expressions(value):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            if key in ("labelExpr", "filter", "calculate", "expr"):
                yield part
            elif isinstance(part, dict | list):
                yield from expressions(part)
    assert {f for e in expressions(SPECS[name]) for f in re.findall(r"(\w+)\(", e)} <= FUNCTIONS


def test_an_interval_that_is_not_stated_is_not_drawn():
    with_one = draw(SPECS["ranking"], code="a", language="en").count('opacity="0.55"')
    with_none = draw(ranking([{**r, "low": None, "high": None} for r in ROWS]), code="a", language="en")
    assert (with_one, with_none.count('opacity="0.55"')) == (1, 0)


@pytest.mark.parametrize(("values", "full", "domain", "words"), [
    ((30.0, 58.0), True, (0.0, 100.0), None),
    ((0.5, 2.5), True, (0.0, 2.62), ["The axis does not end at 100."]),
    ((30.0, 35.0), True, (29.7, 35.3), ["The axis does not start at 0 or end at 100."]),
    ((80.0, 120.0), False, (77.6, 122.4), ["The axis does not start at 0."]),
    ((4000.0, 5000.0), False, (3940.0, 5060.0), ["The axis does not start at 0."]),
    ((100.0, 5000.0), False, (0.0, 5294.0), None),
    ((-2.0, 3.0), False, (-2.3, 3.3), None),
    ((-5.0, -1.0), False, (-5.24, -0.76), ["The axis does not reach 0."]),
    ((-5.0, 0.0), False, (-5.3, 0.3), None),
    ((0.0,), True, (0.0, 1.0), ["The axis does not end at 100."]),
])
def test_an_axis_fits_its_values_and_says_where_it_is_not_whole(values, full, domain, words):
    spec = ranking([{"name": str(v), "value": v, "text": str(v)} for v in values], full=full)
    for layer in spec["layer"]:
        assert layer["encoding"]["x"]["scale"]["domain"] == pytest.approx(domain)
        assert layer["encoding"]["x"]["axis"]["title"] == words
    svg = draw(spec, code="a", language="en")
    assert svg.count("The axis does not") == (1 if words else 0)


@pytest.mark.parametrize(("value", "low", "high", "domain", "words"), [
    (90.0, 70.0, 104.0, (0.0, 104.0), ["An interval goes above 100."]),
    (2.0, -0.5, 4.5, (-0.5, 4.8), ["The axis does not end at 100.", "An interval goes below 0."]),
    (50.0, -3.0, 103.0, (-3.0, 103.0), ["Intervals go below 0 and above 100."]),
    (99.0, 97.0, 100.0, (0.0, 100.0), None),
    (99.0, 97.0, 100.0 + 1e-9, (0.0, 100.0), None),
    (39.0, 38.5, 39.5, (38.44, 39.56), ["The axis does not start at 0 or end at 100."]),
    (1.0, 0.0, 2.0, (0.0, 2.12), ["The axis does not end at 100."]),
])
def test_an_axis_of_shares_leaves_0_to_100_only_as_far_as_an_interval(value, low, high, domain, words):
    spec = ranking([{"name": "Nerea", "value": value, "low": low, "high": high, "text": "", "kind": "main"}], full=True)
    for layer in spec["layer"]:
        assert layer["encoding"]["x"]["scale"]["domain"] == pytest.approx(domain)
        assert layer["encoding"]["x"]["axis"]["title"] == words


def labels(spec):
    """Give the labels of the axes in a drawing, with their places: along the foot, and up the side."""
    texts = re.findall(r'text-anchor="(\w+)" transform="translate\(([-\d.]+),([-\d.]+)\)"[^>]*>([^<]+)<',
                       draw(spec, code="a", language="en"))
    return ([(float(x), text) for _anchor, x, y, text in texts if y == "16"],
            [(float(y), text) for anchor, x, y, text in texts if (anchor, x) == ("end", "-6")])


@pytest.mark.parametrize("values", [
    (58.02, 58.08), (2460.2, 2461.1), (2460.0, 2595.0), (0.0012, 0.0019), (0.5, 2.5), (-5.0, -1.0), (12.0, 14e6),
    (3e-6, 4e-6), (1e-7, 2e-7), (1e-15, 2e-15)])
def test_no_two_ticks_have_one_label(values):
    rows = [{"name": f"Place {i}", "value": v, "text": "", "year": 2000 + 10 * i, "kind": "main"}
            for i, v in enumerate(values)]
    foot, _names = labels(ranking(rows))
    _years, side = labels(lines(rows))
    for shown in (foot, side, labels(strips([{"title": "Density", "rows": rows}]))[0]):
        assert len(shown) > 1 and len({text for _at, text in shown}) == len(shown)


@pytest.mark.parametrize("values", [
    (2460.0, 2480.0, 2595.0), (2460.0, 2480.0, 2552.0), (246000.0, 259500.0), (2460000.0, 2552000.0), (0.0, 14e6),
    (2451.0, 2549.0), (58.02, 58.08), (30.0, 44.0), (-2595.0, -2460.0), (3.5, 319.0), (3e-6, 4e-6), (1e-7, 2e-7)])
def test_long_labels_stand_apart_and_each_tick_has_one(values):
    rows = [{"name": f"Place {i}", "value": v, "text": "", "kind": "main"} for i, v in enumerate(values)]
    for spec in (ranking(rows), strips([{"title": "Density", "rows": rows}])):
        shown = labels(spec)[0]
        for (at, text), (following, after) in pairwise(shown):
            assert following - at - 7 * (len(text) + len(after)) / 2 > 9, (text, after)
        drawn = draw(spec, code="a", language="en")
        assert len(shown) > 1 and drawn.count('x2="0" y2="-') in (0, len(shown))


CHARTS = {
    "ranking": ranking, "full": lambda rows: ranking(rows, full=True), "thin": lambda rows: ranking(rows, thin=True),
    "bars": bars, "lines": lines, "strips": lambda rows: strips([{"title": "Density", "rows": rows}]),
    "multiples": lambda rows: multiples([{"title": "Nerea", "rows": rows}])}


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("values", [
    (1e300, 1.7e308), (-1e308, 1e308), (-1e307, 1e307), (1e307, 1e307), (1.7e308, 1.7e308), (1e-320, 2e-320),
    (math.nan, 3.0), (math.inf, 3.0, 4.0), (-math.inf, math.nan)])
def test_values_that_no_axis_can_hold_are_left_out_of_it(name, values):
    spec = CHARTS[name]([{"name": f"Place {i}", "value": v, "low": v, "high": v, "text": "", "kind": "main",
                          "colour": INK, "year": 2000 + 10 * i} for i, v in enumerate(values)])
    json.dumps(spec, allow_nan=False)
    assert not re.search("NaN|Infinity", draw(spec, code="a", language="en"))


def test_an_axis_is_the_same_beside_values_that_it_cannot_hold():
    def domain(*values):
        rows = [{"name": str(v), "value": v, "high": v, "text": ""} for v in values]
        return ranking(rows)["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert domain(30.0, 58.0, math.nan, math.inf, -1.7e308) == domain(30.0, 58.0)
    assert domain(0.0, 1e307)[1] == pytest.approx(1.06e307)


def change_rows(places, values):
    areas = pd.Index([p.code for p in places], name="ref_area")
    rows = result_rows(pd.Series(values, areas), series="total_change_built_up", variant="linear:built_up_area",
                       time_period="2000-01-01/P20Y")
    return cited(observations(rows, KNOWN["sdg_11_3_1"], run="a1b2"))


def titles(chart):
    """Give the words under the axes of a chart."""
    parts = chart.spec.get("vconcat", [chart.spec])
    return [p["encoding"]["x"]["axis"]["title"] if "x" in p["encoding"] else
            p["layer"][0]["encoding"]["x"]["axis"]["title"] for p in parts]


def test_only_shares_that_cannot_pass_100_have_an_axis_of_100():
    free = {s.code for known in specs() for s in known.series if s.unit_measure == "PT" and not bounded(s)}
    assert {"total_change_built_up", "total_change_urban_extent", "open_and_street_share"} <= free
    assert not free & {"either", "access", "urban_population_share", "regime_certainty"}
    assert not any(bounded(s) for known in specs() for s in known.series if s.unit_measure != "PT")


def test_a_change_in_percent_is_no_share_of_100():
    known = (KNOWN["sdg_11_3_1"],)
    compared = compose_comparison(comparison_records(rows=change_rows(FOUR, [3.5, 31.9, 20.0, 36.0]), specs=known))
    assert titles(next(b for b in compared.blocks if isinstance(b, Chart))) == [None]
    peers = tuple(PlaceRecord(f"AAA-{i}", f"Peer {i}") for i in range(5))
    records = replace(city_records(), specs=known, places=(), peers=peers)
    brief = compose_city_brief(replace(records, rows=change_rows((records.place,), [31.9]),
                                       peer_rows=change_rows(peers, [3.5, 12.0, 20.0, 28.0, 36.0])))
    assert titles(next(b for b in brief.blocks if isinstance(b, Chart) and b.code == "peers")) == [None]


@pytest.mark.parametrize(("indicator", "series", "words"), [
    ("sdg_11_2_1", "either", 1), ("sdg_11_7_1", "open_and_street_share", 0)])
def test_a_profiles_readings_have_an_axis_of_100_only_where_none_can_pass_it(package, indicator, series, words):
    rows = numbered(package.observations)
    rows = rows[(rows["series"] == series) & (rows["ref_area"] == package.place.code)].drop_duplicates("variant")
    rows = rows.assign(obs_value=[12.0 + i for i in range(len(rows))], lci=np.nan, uci=np.nan)
    drawn = next(c for c in charts(package, {indicator: KNOWN[indicator]}, rows, language="en")
                 if c.code.startswith("variants-"))
    assert (drawn.svg.count("The axis does not start at 0"), drawn.svg.count("end at 100")) == (1, words)


def test_a_break_parts_the_line():
    whole, parted = (draw(lines(YEARS, breaks=b, broken="new method"), code="a", language="en") for b in ([], [2020]))
    assert "new method" in parted and "new method" not in whole
    assert 'stroke-dasharray="4,4"' in parted


def test_a_countrys_ranking_names_the_chosen_place_only():
    svg = draw(SPECS["thin"], code="a", language="en")
    assert "Nerea" in svg and "Place 7" not in svg


def test_small_multiples_share_one_scale():
    domains = {json.dumps(p["encoding"]["y"]["scale"]) for p in SPECS["multiples"]["concat"]}
    assert len(domains) == 1 and json.loads(domains.pop())["domain"] == pytest.approx([0.0, 42.0 + 0.06 * 34.0])


@pytest.mark.parametrize("value", [58.02, 12.34, 1000.4, -58.02, 0.0, 1e-25])
@pytest.mark.parametrize("drawn", [lines, lambda rows: multiples([{"title": "Nerea", "rows": rows}])])
def test_an_axis_of_one_value_has_ticks_at_the_numbers_that_they_say(drawn, value):
    spec = drawn([{"year": year, "value": value, "text": ""} for year in (2000, 2010)])
    low, high = spec.get("concat", [spec])[0]["encoding"]["y"]["scale"]["domain"]
    height = spec.get("concat", [spec])[0]["height"]
    shown = labels(spec)[1]
    assert low <= value <= high and len(shown) > 2
    for at, text in shown:
        assert (high - low) * (1 - (at - 4) / height) + low == pytest.approx(
            float(text.replace(",", "").replace("\u2212", "-")), abs=(high - low) / 1000)


@pytest.mark.parametrize(("values", "words"), [
    ((30.0, 35.0), ["The axis does not start at 0."]), ((3.0, 35.0), []),
    ((-5.0, -1.0), ["The axis does not reach 0."])])
def test_lines_say_what_their_axis_leaves_out(values, words):
    rows = [{"year": 2000 + i, "value": v, "text": str(v)} for i, v in enumerate(values)]
    for spec in (lines(rows), multiples([{"title": name, "rows": rows} for name in ("Nerea", "Pharos")])):
        assert re.findall(r"The axis does not[^<]+", draw(spec, code="a", language="en")) == words


def test_the_full_stop_of_an_arabic_note_ends_it():
    rows = [{"name": "A", "value": 50.0, "text": "", "kind": "main"}, {"name": "B", "value": 55.0, "text": ""}]
    for language, end in (("ar", ".\u200f"), ("en", "0.")):
        with use_language(language):
            said = ranking(rows)["layer"][0]["encoding"]["x"]["axis"]["title"]
        assert said and said[-1].endswith(end)
