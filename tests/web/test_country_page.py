"""The page of a country: what it shows of national values, of the sample behind them, and of what is missing."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from django.test import Client
from lxml import html

from ekistics.core import place as core
from ekistics.package import write_package
from ekistics.survey.sampling import commitment
from ekistics.web.observatory.models import Dataset, Edition, Observation
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.places.models import Place
from tests.web.nations import documents, framework_document, national_package, sample_document, survey_document
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db


@pytest.fixture
def nation(world: Place, tmp_path: Path) -> Callable[..., int]:
    """Publish a package of a country and give its edition."""

    def done(code: str = "XMU", *, held: dict[str, bytes] | None = None, how: dict[str, Any] | None = None,
             **changes: Any) -> int:
        folder = tmp_path / f"nation-{len(list(tmp_path.iterdir()))}"
        papers = documents(sample=sample_document(code)) if held is None else held
        write_package(national_package(code, **changes), folder, documents=papers)
        (outcome,) = publish_packages([folder], **(how or {}))
        assert outcome.error is None, outcome.error
        return outcome.edition

    return done


def page(address: str, client: Client | None = None) -> html.HtmlElement:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return html.fromstring(answer.content.decode())


def text(found: html.HtmlElement, path: str = ".") -> str:
    return " ".join(" ".join(found.xpath(path)[0].text_content().split()).replace("\xa0", " ").split())


def test_a_value_stands_with_interval_base_and_how_it_was_made(nation: Callable[..., int]) -> None:
    nation()
    card = text(page("/en/countries/XMU/"), "//li[@id='sdg_11_2_1']")
    assert "58.9 %" in card
    assert "(55.9–61.9)" in card
    assert "5,890,000 of 10,000,000; base: people living inside the boundary" in card
    assert "From 14 of 83 cities, by the sample's design" in card


def test_the_first_sentence_is_the_widest_gap_whose_intervals_do_not_meet(nation: Callable[..., int]) -> None:
    nation()
    lead = text(page("/en/countries/XMU/"), "//p[@class='lead']")
    assert "36.9 % for displaced people, but 60.9 % for people not displaced" in lead


def test_groups_stand_beside_each_other_and_what_is_withheld_says_why(nation: Callable[..., int]) -> None:
    nation()
    table = page("/en/countries/XMU/").xpath("//table[@id='table-groups-sdg-11-2-1-either-network']")[0]
    rows = [" ".join(row.text_content().split()) for row in table.xpath(".//tr")]
    assert any("By displacement" in row for row in rows)
    withheld = next(row for row in rows if "refugees" in row)
    assert "withheld: too few cases to publish" in withheld
    assert not table.xpath(".//tr[contains(., 'refugees')]//circle")
    assert len(table.xpath(".//circle")) == 5  # everybody, two by sex, two by displacement


def test_the_sample_is_told_whole(nation: Callable[..., int]) -> None:
    nation()
    shown = page("/en/countries/XMU/")
    assert "sample of 14 of 83 cities" in text(shown, "//section[@id='sample']")
    comparison = text(shown, "//table[@id='table-comparison-0']")
    assert "58.9 %(56.5–61.3)" in comparison
    assert "Mean of the cities, unweighted" in comparison
    assert "53.9 %" in comparison
    assert "68.2 %" in comparison
    parts = text(shown, "//table[@id='table-parts-0']")
    assert re.search(r"the whole country ?14 of 83 ?58\.9 %", parts)
    assert re.search(r"Coast ?9 of 31 ?64(\.1)? %", parts)
    assert re.search(r"Hills ?4 of 40 ?49(\.2)? % ?\(.{9,13}\) ?rests on few cities", parts)
    assert re.search(r"Plain ?1 of 12 ?not shown: the sample tells too little to publish a value ?none", parts)
    assert len(shown.xpath("//table[starts-with(@id, 'table-parts-')]")) == 1, "only what has parts"
    assert "107.3 %" in text(shown, "//table[@id='table-balance']")
    assert "the city could not be reached" in text(shown, "//table[@id='table-replacements']")
    assert commitment("an example, not a secret") in text(shown, "//section[@id='sample']")


def test_the_map_shows_how_cities_came_in(nation: Callable[..., int], publish: Callable[..., Any]) -> None:
    publish("XMU-OTHER", name="Elsewhere", country="XMU", at=(3.0, 2.0))
    nation()
    found = Client().get("/en/countries/XMU/map.json").json()
    marks = {each["properties"]["name"]: found["classes"][each["properties"]["class"]]["title"]
             for each in found["features"]}
    assert marks == {"Ostharbour": "certain to be in the sample", "Alder": "put in the place of another",
                     "Elsewhere": "not in the sample", "Fenbridge": "not in the sample"}
    spare = next(each for each in found["features"] if each["properties"]["name"] == "Fenbridge")
    assert spare["geometry"]["coordinates"] == [1.9, 2.2]
    assert spare["properties"]["note"] == "200,000 to 1,000,000; size 310,000"


def test_two_samples_have_a_map_and_names_of_their_own(nation: Callable[..., int]) -> None:
    early = sample_document()
    early["cities"][0] |= {"name": "Ostharbour of old"}
    first = nation(held=documents(sample=early), years=("2020",))
    late = sample_document(seed=early["seed"] | {"seed": "another", "commitment": commitment("another")})
    nation(held=documents(sample=late), years=("2025",), seed=2)
    shown = page("/en/countries/XMU/")
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids)), sorted({each for each in ids if ids.count(each) > 1})
    others = [text(shown, f"//table[@id='{each}']") for each in ids if each.startswith("table-not-drawn")]
    assert len(others) == 2
    assert all("Fenbridge" in each and "310,000" in each for each in others)
    sources = shown.xpath("//*[@data-map='world']/@data-source")
    assert sources == ["/en/countries/XMU/map.json", f"/en/countries/XMU/map.json?edition={first}"]
    names = [{each["properties"]["name"] for each in Client().get(source).json()["features"]} for source in sources]
    assert "Ostharbour" in names[0]
    assert "Ostharbour of old" in names[1]


def test_times_stand_with_their_intervals(nation: Callable[..., int]) -> None:
    nation()
    table = text(page("/en/countries/XMU/"), "//table[@id='table-rounds-sdg-11-2-1-either']")
    assert "2020 54.9 %" in table
    assert "2025 58.9 %" in table


def test_a_country_without_a_value_says_so(world: Place) -> None:
    shown = page("/en/countries/GHA/")
    assert "No national value" in text(shown, "//p[@class='lead']")
    assert "Measured in Ghana: 0 of 77 slots" in text(shown, "//section[@id='gaps']")
    assert Client().get("/en/countries/NOO/").status_code == 404
    assert Client().get("/en/countries/002/").status_code == 404


def test_slots_count_what_is_measured_of_all(nation: Callable[..., int]) -> None:
    nation(held=documents(sample=sample_document(), framework=framework_document()))
    shown = page("/en/frameworks/nua/?c=XMU")
    lead = text(shown, "//p[@class='lead']")
    assert "Measured in Merrow (made-up): 1 of 77 slots." in lead
    assert "Do not apply, as the country states: 1." in lead
    assert "what 61 of them ask for was not retrieved" in lead
    assert len(shown.xpath("//tr[starts-with(@id, 'slot-')]")) == 77
    assert "31.5 %" in text(shown, "//tr[@id='slot-19']")
    assert "Statistical office of Merrow" in text(shown, "//tr[@id='slot-12']")
    assert "not measured" in text(shown, "//tr[@id='slot-20']")
    plain = page("/en/frameworks/nua/")
    assert len(plain.xpath("//tr[starts-with(@id, 'slot-')]")) == 77
    assert not plain.xpath("//span[contains(@class, 'status')]")


def test_a_slot_shows_the_reading_that_its_card_shows_first(world: Place, tmp_path: Path) -> None:
    package = national_package()
    rows = package.observations
    other = rows[rows["indicator"] == "sdg_11_7_1"].assign(
        variant="built_up_area", base="built-up area inside the boundary", obs_value=44.0, numerator=4.4e6, lci=41.0,
        uci=47.0)
    package = replace(package, observations=pd.concat([other, rows], ignore_index=True))
    write_package(package, tmp_path / "nation", documents=documents(sample=sample_document()))
    (outcome,) = publish_packages([tmp_path / "nation"])
    assert outcome.error is None, outcome.error
    assert "31.5 %" in text(page("/en/countries/XMU/"), "//li[@id='sdg_11_7_1']/div[@class='value']")
    slot = text(page("/en/frameworks/nua/?c=XMU"), "//tr[@id='slot-19']")
    assert "31.5 %" in slot
    assert "44.0 %" not in slot


def test_each_round_has_an_entry_of_its_own(nation: Callable[..., int], publish: Callable[..., Any]) -> None:
    nation()
    nation(held=documents(survey=survey_document()), years=("2019",), access=41.0, seed=2)
    nation(held=documents(survey=survey_document() | {"code": "XXX-HS-2029"}), years=("2029",), access=66.0, seed=3)
    assert set(Dataset.objects.values_list("code", "kind")) == {
        ("sample:XMU:d2c13cf67c07:2025", "sample"), ("survey:XMU:XXX-HS-2024", "survey"),
        ("survey:XMU:XXX-HS-2029", "survey")}
    standing = Observation.objects.filter(current=True, place__code="XMU", group__total=True,
                                          measure__indicator__code="sdg_11_2_1")
    assert set(standing.values_list("period__text", flat=True)) == {"2019", "2020", "2025", "2029"}


def test_a_survey_of_a_city_leaves_its_profile_alone(publish: Callable[..., Any], world: Place, tmp_path: Path) -> None:
    first = publish("GHA-AVA", access=58.0).edition
    folder = tmp_path / "survey"
    write_package(small_package("GHA-AVA", access=44.0, year="2024", layers=False, seed=5), folder,
                  documents=documents(survey=survey_document("GHA-AVA", "city")))
    (outcome,) = publish_packages([folder])
    assert outcome.error is None
    assert Edition.objects.get(pk=outcome.edition).dataset.kind == "survey"
    assert Observation.objects.filter(edition=first, current=True).exists()
    shown = page("/en/cities/GHA-AVA/")
    assert shown.xpath("//div[@data-map='city']")  # the map of the profile, not of the survey


def test_cities_that_a_package_only_names_are_not_listed(world: Place, tmp_path: Path) -> None:
    package = national_package()
    named = core.Place("XMU-L1", "Ostharbour", "city", "XMU", "XMU")
    write_package(replace(package, places=(*package.places, named)), tmp_path / "p")
    (outcome,) = publish_packages([tmp_path / "p"])
    assert outcome.error is None
    assert not Place.objects.get(code="XMU-L1").listed
    assert Place.objects.get(code="XMU").name == "Merrow (made-up)"


def test_a_country_of_another_code_is_refused(world: Place, tmp_path: Path) -> None:
    wrong = core.Place("GHA-NATION", "Ghana", "country", "GHA")
    package = national_package("GHA", name="Ghana")
    rows = package.observations.assign(ref_area="GHA-NATION")
    write_package(replace(package, place=wrong, places=(wrong,), observations=rows), tmp_path / "p")
    (outcome,) = publish_packages([tmp_path / "p"])
    assert outcome.error is not None
    assert not Place.objects.filter(code="GHA-NATION").exists()
