"""The page of a city is an overview first: what is behind a value is folded under it, and nothing of it is lost."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import html

from ekistics.core.quality import QualityFlag
from ekistics.package import write_package
from ekistics.web.observatory.publishing import publish_packages
from tests.web.nations import documents, framework_document, national_package, survey_document
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db
FOLDED = "ancestor::details[@class='fold' and not(@open)]"


@pytest.fixture
def city(publish: Any, world: Any, tmp_path: Path) -> html.HtmlElement:
    """Give the page of a city with a profile and two rounds of a survey."""
    publish("GHA-AVA", access=58.0)
    for year in ("2018", "2023"):
        survey = survey_document("GHA-AVA", "city") | {"code": f"AVA-{year}", "title": f"Survey {year}"}
        write_package(small_package("GHA-AVA", access=44.0, year=year, layers=False, seed=int(year)), tmp_path / year,
                      documents=documents(survey=survey))
        (outcome,) = publish_packages([tmp_path / year])
        assert outcome.error is None, outcome.error
    return html.fromstring(Client().get("/en/cities/GHA-AVA/").content.decode())


def test_each_indicator_is_a_row_whose_value_is_seen_and_whose_method_is_folded(city: html.HtmlElement) -> None:
    rows = city.xpath("//ul[contains(@class, 'rows')]/li")
    assert len(rows) == 3
    for row in rows:
        (number,) = row.xpath("./div[starts-with(@class, 'value')]/p[@class='number']")
        assert number.xpath(".//a[@class='proof']") and not number.xpath(FOLDED)
        (fold,) = row.xpath("./details[@class='fold']")
        words = fold.text_content()
        assert "Definition" in words and "Proof and history" in words and "Report a problem" in words
        assert row.xpath("string(.//h3/a)") in fold.xpath("string(summary)")  # each fold has a name of its own


def facts(page: html.HtmlElement, code: str) -> dict[str, str]:
    """Give how a card says that its value was computed, by term."""
    held = page.xpath(f"//li[@id='{code}']//dl[@class='facts']/div")
    return {each.xpath("string(dt)").strip(): " ".join(each.xpath("string(dd)").split()) for each in held}


@pytest.mark.parametrize("order", [("2018", "2023"), ("2023", "2018")])
def test_a_card_tells_how_the_round_that_it_shows_was_computed(world: Any, tmp_path: Path,
                                                               order: tuple[str, str]) -> None:
    rounds = {year: small_package(access=40.0 + i, year=year, layers=False, seed=int(year), edition=year)
              for i, year in enumerate(("2018", "2023"))}
    for year in order:
        survey = survey_document("GHA-AVA", "city") | {"code": f"AVA-{year}", "title": f"Survey {year}"}
        flag = QualityFlag("flag", f"Flag of {year}", 40.0, "PT", "warn", indicators=("sdg_11_2_1",))
        write_package(replace(rounds[year], checks=(flag,)), tmp_path / year, documents=documents(survey=survey))
        assert publish_packages([tmp_path / year])[0].error is None
    page = html.fromstring(Client().get("/en/cities/GHA-AVA/").content.decode())
    (card,) = page.xpath("//li[@id='sdg_11_2_1']")
    assert "41" in card.xpath("string(.//p[@class='number'])")
    (used,) = rounds["2023"].run.inputs
    told = facts(page, "sdg_11_2_1")
    assert told["Run"] == rounds["2023"].run.id != rounds["2018"].run.id
    assert told["Inputs"] == f"people.tif (2023), SHA-256 {used.sha256[:16]}"
    assert "Flag of 2023" in card.text_content() and "Flag of 2018" not in card.text_content()


def test_tables_are_folded_under_their_titles_and_none_is_lost(city: html.HtmlElement) -> None:
    tables = city.xpath("//main//table")
    titles = [" ".join(t.xpath("string(caption/span[@class='title'])").split()) for t in tables]
    assert {"Neighbourhoods", "Strata and units", "Sources and licences", "Conformance certificate"} <= set(titles)
    for table, title in zip(tables, titles, strict=True):
        (fold,) = table.xpath(FOLDED)
        assert " ".join(fold.xpath("string(summary)").split()).startswith(title) and title


def test_no_two_elements_have_one_name_and_links_of_the_page_lead_somewhere(city: html.HtmlElement) -> None:
    names = Counter(city.xpath("//@id"))
    assert [name for name, count in names.items() if count > 1] == []
    assert {href[1:] for href in city.xpath("//a[starts-with(@href, '#')]/@href")} <= set(names)


def test_a_value_that_rests_on_weak_data_says_so_before_it_is_unfolded(world: Any, tmp_path: Path) -> None:
    checks = tuple(QualityFlag(f"flag-{i}", f"Flag {i}", 40.0 + i, "PT", status, indicators=("sdg_11_2_1",))
                   for i, status in enumerate(("good", "bad", "warn", "warn")))
    write_package(replace(small_package(), checks=checks), tmp_path / "p")
    assert publish_packages([tmp_path / "p"])[0].error is None
    page = html.fromstring(Client().get("/en/cities/GHA-AVA/").content.decode())
    rests, other = (page.xpath(f"//li[@id='{code}']/details/summary") for code in ("sdg_11_2_1", "population_density"))
    assert rests[0].text_content().endswith("weak: 1 take care: 2")
    assert len(rests[0].xpath("./span/svg")) == 2 and not other[0].xpath(".//svg")


def test_groups_of_people_say_where_they_lie_before_they_are_unfolded(world: Any, tmp_path: Path) -> None:
    write_package(national_package(), tmp_path / "nation", documents=documents(survey=survey_document()))
    assert publish_packages([tmp_path / "nation"])[0].error is None
    page = html.fromstring(Client().get("/en/countries/XMU/").content.decode())
    folds = page.xpath("//section[@id='groups']/details[@class='fold']")
    assert folds
    for fold in folds:
        marks = fold.xpath("summary//circle/@cx")
        assert sorted(marks) == sorted(fold.xpath(".//table//circle/@cx"))
        words = " ".join(fold.xpath("string(summary)").split())
        assert words.count("From ") == 1 and " to " in words


def test_slots_of_which_nothing_is_known_are_one_fold(world: Any, tmp_path: Path) -> None:
    write_package(national_package(), tmp_path / "nation", documents=documents(framework=framework_document()))
    assert publish_packages([tmp_path / "nation"])[0].error is None
    for address in ("/en/frameworks/nua/", "/en/frameworks/nua/?c=XMU"):
        page = html.fromstring(Client().get(address).content.decode())
        rows = page.xpath("//tr[starts-with(@id, 'slot-')]")
        folded = [row for row in rows if row.xpath(FOLDED)]
        assert len({row.get("id") for row in rows}) == 77 and 0 < len(folded) < 77
        assert page.xpath("string(//details[@class='fold']/summary)") == f"Slots: text not retrieved, {len(folded)}"
        for row in rows:
            words = row.text_content()
            assert ("text not retrieved" in words) or row not in folded
            if row in folded:
                assert not row.xpath(".//a") and not row.xpath(".//p[@class='note']")
