"""The axis of a comparison's chart: shares that cannot pass 100 have another one than changes in percent."""

from dataclasses import replace

import pytest
from django.test import Client

from ekistics.indicators.registry import spec
from ekistics.web.observatory.pages import compare

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("upper", "words"), [(100.0, ["The axis does not end at 100."]), (None, None)])
def test_only_what_cannot_pass_100_has_an_axis_of_100(publish, monkeypatch, upper, words) -> None:
    for i, (code, share) in enumerate((("GHA-AVA", 3.5), ("GHA-COR", 31.9))):
        publish(code, access=share, at=(i * 0.5, 6.0), layers=False, neighbourhoods=0)
    known = spec("sdg_11_2_1")
    series = tuple(replace(s, upper=upper) for s in known.series)
    monkeypatch.setattr(compare, "indicator_specs", lambda: {known.code: replace(known, series=series)})
    drawn = Client().get(f"/en/charts/compare.json?c=GHA-AVA&c=GHA-COR&i={known.code}").json()
    assert len(drawn["data"]["values"]) == 2
    assert drawn["layer"][0]["encoding"]["x"]["axis"]["title"] == words
