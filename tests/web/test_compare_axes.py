"""The axes of a comparison and of a ranking: shares that cannot pass 100 have another one than changes in percent."""

import math
import re
from dataclasses import replace

import pytest
from django.test import Client

from ekistics.indicators.registry import spec
from ekistics.publish.charts import ranking
from ekistics.web.observatory.pages import compare, indicators
from ekistics.web.observatory.pages.ranking import axis_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("upper", "words"), [(100.0, ["The axis does not end at 100."]), (None, None)])
def test_only_what_cannot_pass_100_has_an_axis_of_100(publish, monkeypatch, upper, words) -> None:
    for i, (code, share) in enumerate((("GHA-AVA", 3.5), ("GHA-COR", 31.9))):
        publish(code, access=share, at=(i * 0.5, 6.0), layers=False, neighbourhoods=0)
    known = spec("sdg_11_2_1")
    series = tuple(replace(s, upper=upper) for s in known.series)
    monkeypatch.setattr(compare, "indicator_specs", lambda _stamp: {known.code: replace(known, series=series)})
    drawn = Client().get(f"/en/charts/compare.json?c=GHA-AVA&c=GHA-COR&i={known.code}").json()
    assert len(drawn["data"]["values"]) == 2
    assert drawn["layer"][0]["encoding"]["x"]["axis"]["title"] == words


@pytest.mark.parametrize(("upper", "ends"), [(100.0, ["0.0 %", "100.0 %"]), (None, ["45.3 %", "76.7 %"])])
def test_the_ranking_of_an_indicator_has_its_ends_above_it(publish, monkeypatch, upper, ends) -> None:
    for i, (code, share) in enumerate((("GHA-AVA", 50.0), ("GHA-COR", 72.0))):
        publish(code, access=share, at=(i * 0.5, 6.0), layers=False, neighbourhoods=0)  # intervals: 47 to 75
    known = spec("sdg_11_2_1")
    series = tuple(replace(s, upper=upper) for s in known.series)
    monkeypatch.setattr(indicators, "indicator_specs", lambda _stamp: {known.code: replace(known, series=series)})
    page = Client().get(f"/en/indicators/{known.code}/").content.decode().replace("\u00a0", " ")
    assert re.findall(r"<span>([^<]+)</span><span>([^<]+)</span></span></th>", page) == [tuple(ends)]


@pytest.mark.parametrize(("full", "rows"), [
    (False, [(3.5, None, None), (36.0, None, None)]), (True, [(3.5, None, None), (36.0, None, None)]),
    (True, [(90.0, 70.0, 104.0)]), (True, [(30.0, 28.0, 33.0), (58.0, 50.0, 61.0)]),
    (False, [(2460.0, 2400.0, math.nan), (2595.0, None, math.inf)])])
def test_a_ranking_on_a_page_has_the_axis_of_a_chart(full, rows) -> None:
    axis = axis_of([end for row in rows for end in row], full=full, unit_measure="PT", language="en")
    chart = ranking([{"name": str(v), "value": v, "low": low, "high": high, "text": ""} for v, low, high in rows],
                    full=full)
    assert [axis.low, axis.high] == chart["layer"][0]["encoding"]["x"]["scale"]["domain"]
