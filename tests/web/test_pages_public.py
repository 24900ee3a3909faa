"""Every public page: in six languages, with its numbers in HTML, without a script, and quick to link."""

import json
import re
from collections import namedtuple
from typing import Any

import pytest
from django.test import Client

from ekistics.indicators.registry import specs
from ekistics.web.languages import LANGUAGES
from ekistics.web.observatory.models import Coverage, Edition, Observation
from ekistics.web.observatory.pages.steps import through_time
from ekistics.web.observatory.quantiles import quantiles
from ekistics.web.places.models import Place
from ekistics.web.workflow.stamp import renew_stamp

pytestmark = pytest.mark.django_db

INLINE = re.compile(r"<[^>]*\s(?:style|on[a-z]+)=\"|<script(?![^>]*(?:src=|type=\"application/))")


@pytest.fixture
def site(publish) -> Client:
    """Give a visitor of a site with seven cities, one of which has two editions."""
    for i, code in enumerate(("BOR", "COR", "DEN", "ESA", "FIR", "GAL")):
        publish(f"GHA-{code}", name=code.title(), access=40.0 + 6 * i, at=(i * 0.5, 6.0), layers=False)
    publish()
    publish(access=61.0, seed=2)
    Place.objects.filter(kind="city", longitude=None).update(longitude=1.0, latitude=6.0)
    return Client()


def observation(code: str = "GHA-AVA", variant: str = "network", **more: Any) -> Observation:
    return Observation.objects.get(current=True, place__code=code, measure__variant=variant, **more)


def addresses() -> list[str]:
    value, edition = observation().pk, Edition.objects.get(place__code="GHA-AVA", number=2).pk
    absent = Observation.objects.filter(current=True, obs_value__isnull=True).first()
    assert absent is not None
    return ["", "search/?q=ava", "cities/GHA-AVA/", f"values/{value}/", f"values/{absent.pk}/",
            f"values/{value}/report/", "indicators/", "indicators/sdg_11_2_1/", "indicators/sdg_11_6_2/", "compare/",
            "compare/?c=GHA-AVA&c=GHA-BOR&q=cor", "gaps/", "gaps/?c=GHA", "data/", "data/profile:GHA-AVA/", "releases/",
            f"releases/{edition}/", "methods/", "languages/"]


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " "))


@pytest.mark.parametrize("language", [code for code, _name in LANGUAGES])
def test_every_page_answers_in_every_language_without_inline_code(site, language) -> None:
    for address in addresses():
        answer = site.get(f"/{language}/{address}")
        page = answer.content.decode()
        assert answer.status_code == 200, address
        assert not INLINE.search(page), (address, INLINE.search(page))
        assert f'lang="{"zh-Hans" if language.startswith("zh") else language}"' in page
        assert ('dir="rtl"' in page) is (language == "ar")
        assert page.count("<h1") == 1, address


def test_every_map_has_a_list_or_a_table_and_every_link_leads_somewhere(site) -> None:
    seen: set[str] = set()
    for address in addresses():
        page = site.get(f"/en/{address}").content.decode()
        if "data-map" in page or "data-chart" in page:
            assert "<table" in page or 'class="beside"><ul>' in page, address
        found = re.findall(r'(?:href|data-source|data-spec)="(/(?:en|layers)/[^"#]*)', page)
        seen |= {link.replace("&amp;", "&") for link in found}
    seen = {link for link in seen if "/account" not in link and "/brief." not in link and "/report." not in link}
    assert len(seen) > 60
    assert [link for link in sorted(seen) if site.get(link).status_code != 200] == []


def test_a_city_shows_value_interval_trend_standing_and_what_changed(site) -> None:
    text = text_of(site, "/en/cities/GHA-AVA/")
    assert "61.0 % (58.0–64.0) 2020" in text
    assert "Above the middle of 7 cities." in text
    assert "Edition 2, released" in text and "6 values differ from the edition before." in text
    assert "A survey office: City profile of Avalon. Edition 2" in text
    page = site.get("/en/cities/GHA-AVA/").content.decode()
    assert f'/en/values/{observation().pk}/report/"' in page
    assert 'href="/tables/cities/GHA-AVA.csv"' in page


def test_a_city_defines_each_indicator_once_beside_its_numbers(site) -> None:
    told = "The definition and the method of each indicator above stand under its numbers"
    rows = Observation.objects.filter(place__code="GHA-AVA", current=True)
    for without in ("", "population_density", "sdg"):  # none, one, all are those of its areas only
        rows.filter(measure__indicator__code__startswith=without or "none such").update(current=False)
        cards, method = text_of(site, "/en/cities/GHA-AVA/").split("Every number of this profile")
        carded = {row.measure.indicator.code for row in rows.all()}
        present = {row.measure.indicator.code for row in Observation.objects.filter(
            place__path__contains="/GHA-AVA/", current=True)}
        assert len(present) == 3 and len(carded) == {"": 3, "population_density": 2, "sdg": 0}[without]
        for each in specs():
            assert cards.count(each.definition) == (each.code in carded)
            assert method.count(each.definition) == (each.code in present - carded)
        assert (told in method) == (carded != set())
        renew_stamp()


def test_a_value_shows_its_history_its_variants_and_its_inputs(site) -> None:
    text = text_of(site, f"/en/values/{observation().pk}/")
    assert "6,100 of 10,000" in text and "people.tif" in text and "CC-BY-4.0" in text
    assert re.search(r"edition 2 .*?61\.0 % .*?stands now", text)
    assert re.search(r"edition 1 .*?58\.0 % .*?replaced", text)
    assert "Straight line 67.0 %" in text
    old = Observation.objects.get(edition__number=1, place__code="GHA-AVA", measure__variant="network")
    assert "This value no longer stands" in text_of(site, f"/en/values/{old.pk}/")


def test_an_absent_value_says_why(site) -> None:
    absent = Observation.objects.filter(current=True, obs_value__isnull=True, place__code="GHA-AVA").get()
    assert "not computed: no PM2.5 grid was given" in text_of(site, f"/en/values/{absent.pk}/")


def test_an_indicator_ranks_by_value_with_intervals(site) -> None:
    page = site.get("/en/indicators/sdg_11_2_1/").content.decode()
    names = re.findall(r'<th scope="row"><a href="/en/cities/[^"]+">([^<]+)</a></th>', page)
    assert names == ["Gal", "Fir", "Avalon", "Esa", "Den", "Cor", "Bor"]
    assert "<line class=\"whisker\" x1=\"66.66%\" x2=\"72.54%\"" in page  # 70 ± 3 on an axis from 0 to 100
    rising = site.get("/en/indicators/sdg_11_2_1/?o=up").content.decode()
    assert rising.index(">Bor<") < rising.index(">Gal<")
    assert "7 cities with a value." in text_of(site, "/en/indicators/sdg_11_2_1/")
    assert "No city has a value" in text_of(site, "/en/indicators/sdg_11_2_1/?c=KEN")


def test_the_map_of_an_indicator_holds_the_same_values_in_classes(site) -> None:
    made = site.get("/en/indicators/sdg_11_2_1/map.json").json()
    by_code = {f["properties"]["id"]: f["properties"] for f in made["features"]}
    assert by_code["GHA-AVA"]["value"].replace("\u00a0", " ") == "61.0 %"
    assert len(made["features"]) == 7
    assert {f["class"] for f in by_code.values()} == set(range(len(made["classes"])))


def test_comparing_says_what_cannot_be_told_apart(site) -> None:
    text = text_of(site, "/en/compare/?c=GHA-AVA&c=GHA-FIR&c=GHA-GAL&c=GHA-BOR&i=sdg_11_2_1")
    assert "64.0 % (61.0–67.0) 2020 cannot be told apart from the first city" in text
    assert "70.0 % (67.0–73.0) 2020 higher than the first city" in text
    assert "40.0 % (37.0–43.0) 2020 lower than the first city" in text
    spec = site.get("/en/charts/compare.json?c=GHA-AVA&c=GHA-GAL&i=sdg_11_2_1").json()
    rows = next(iter(spec["data"].values())) if "data" in spec else []
    assert [(row["value"], row["low"], row["high"]) for row in rows] == [(70.0, 67.0, 73.0), (61.0, 58.0, 64.0)]


def test_grey_zones_count_with_their_base_and_say_why(site) -> None:
    text = text_of(site, "/en/gaps/")
    assert "On this page 14 of 21 cells (cities × indicators) have a value; 14 of these are older than 5 years." in text
    assert "no PM2.5 grid was given (7 of 21 cells)" in text
    made = site.get("/en/gaps/map.json?i=sdg_11_6_2").json()
    assert {f["properties"]["class"] for f in made["features"]} == {len(made["classes"]) - 1}


def test_the_catalogue_describes_data_for_people_and_machines(site) -> None:
    page = site.get("/en/data/profile:GHA-AVA/").content.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    known = json.loads(found[1])
    assert known["@type"] == "Dataset" and known["version"] == "2"
    assert "people.tif" in page and "A survey office" in page


def test_the_revision_log_lists_old_and_new(site) -> None:
    edition = Edition.objects.get(place__code="GHA-AVA", number=2)
    text = text_of(site, f"/en/releases/{edition.pk}/")
    assert "Against edition 1: 6 values changed, 0 added, 0 removed." in text
    assert "changed 58.0 % 61.0 %" in text and "seed" in text


def test_search_finds_places_and_indicators_in_the_language_of_the_page(site) -> None:
    assert "Avalon" in text_of(site, "/en/search/?q=aval")
    assert "11.2.1" in text_of(site, "/en/search/?q=public+transport") or "11.2.1" in text_of(
        site, "/en/search/?q=11.2.1")
    assert "Nothing is called" in text_of(site, "/en/search/?q=zzzz")


def test_quantiles_are_those_of_the_public_totals_of_cities(site) -> None:
    kept = Coverage.objects.get(measure=observation().measure, period__text="2020")
    values = sorted(Observation.objects.filter(current=True, measure=kept.measure, place__kind="city").values_list(
        "obs_value", flat=True))
    assert (kept.cities, kept.quantiles) == (7, quantiles(values))
    assert kept.quantiles == [40.0, 46.0, 58.0, 64.0, 70.0]


@pytest.mark.parametrize("address", [
    "cities/NOWHERE/", "values/999999/", "indicators/none/", "data/none/", "releases/999/", "values/999999/report/",
    "cities/GHA-AVA/brief.exe"])
def test_what_is_not_there_is_a_page_that_says_so(site, address) -> None:
    assert site.get(f"/en/{address}").status_code == 404


@pytest.mark.parametrize("query", ["page=99999999", "page=-1", "page=x", "m=1'--&p=zz&g=٣&c=%00", "g=999999999999"])
def test_strange_filters_do_no_harm(site, query) -> None:
    for address in ("indicators/sdg_11_2_1/", "gaps/", "data/", "releases/", "compare/", ""):
        assert site.get(f"/en/{address}?{query}").status_code == 200


def test_a_line_through_time_leaves_out_what_holds_another_step() -> None:
    spec = next(s for s in specs() if s.code == "sdg_11_2_1")
    one = namedtuple("one", "time_period variant obs_value")
    times = ["1990-01-01/P10Y", "2000-01-01/P10Y", "2010-01-01/P10Y", "1990-01-01/P30Y"]
    rows = {"either": [one(text, "network", 5.0) for text in times] + [one("2020", "straight_line", 5.0)]}
    assert [row.time_period for row in through_time(spec, rows)] == times[:3]


def test_a_line_through_time_is_of_the_reading_that_its_card_shows() -> None:
    spec = next(s for s in specs() if s.code == "sdg_11_2_1")
    one = namedtuple("one", "time_period variant obs_value")
    rows = {"either": [one("2018", "network", float("nan")), one("2018", "straight_line", 5.0),
                       one("2023", "network", float("nan")), one("2023", "straight_line", 6.0)]}
    assert through_time(spec, rows) == []
    rows["either"][2] = one("2023", "network", 7.0)
    assert [row.obs_value for row in through_time(spec, rows)] == [7.0]
