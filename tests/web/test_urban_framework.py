"""The Urban Monitoring Framework on the site: a grid of twenty cells, what a city has in them, what it states."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from lxml import html

from ekistics.core.errors import PackageError
from ekistics.package import write_package
from ekistics.package.documents import read_document, require_document
from ekistics.package.verify import verify_package
from ekistics.web.observatory.models import Observation
from ekistics.web.observatory.pages.urban_framework import cells_told
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.observatory.records import city_record
from ekistics.web.places.models import Place
from ekistics.web.policy import PUBLIC, Role, State
from tests.web.nations import documents, framework_document
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db
GRID = "/en/frameworks/umf/?c=GHA-AVA"
REASON = "The city is new and has no heritage that could be lost."


def statement(cell: str = "culture.resilient", city: str = "GHA-AVA") -> dict[str, Any]:
    return {"schema_version": "1", "framework": "umf", "city": city, "statements": [
        {"cell": cell, "state": "not-applicable", "reason": REASON, "by": "City of Avalon", "day": "2026-11-20"}]}


@pytest.fixture
def stated(world: Place, tmp_path: Path) -> Callable[..., None]:
    """Publish a city's profile with a statement."""

    def done(cell: str = "culture.resilient", **how: Any) -> None:
        folder = tmp_path / f"stated-{len(list(tmp_path.iterdir()))}"
        write_package(small_package(seed=7, access=61.0), folder, documents=documents(framework=statement(cell)))
        (outcome,) = publish_packages([folder], **how)
        assert outcome.error is None, outcome.error

    return done


def page(address: str = GRID, client: Client | None = None) -> html.HtmlElement:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content.decode())


def words(found: html.HtmlElement) -> str:
    return " ".join(found.text_content().replace("\xa0", " ").split())


def cells(shown: html.HtmlElement) -> dict[str, str]:
    return {cell.get("id"): words(cell) for cell in shown.xpath("//td[starts-with(@id, 'cell-')]")}


def test_each_cell_says_whether_it_has_a_value_and_leads_to_it(publish) -> None:
    publish()
    shown = page()
    held = cells(shown)
    assert len(held) == 20
    full = {code for code, said in held.items() if "has a value" in said}
    assert full == {"cell-society-inclusive", "cell-environment-sustainable"}  # 11.2.1; density of people
    assert all(("not measured" in said) for code, said in held.items() if code not in full)
    assert words(shown.xpath("//p[@class='lead']")[0]) == "Avalon has a value in 2 of 20 cells."
    near = Observation.objects.get(place__code="GHA-AVA", measure__variant="network", current=True)
    (cell,) = shown.xpath("//td[@id='cell-society-inclusive']")
    assert cell.xpath(f".//a[@href='/en/values/{near.pk}/']") and "58.0 % (55.0–61.0) 2020" in words(cell)
    assert "/en/indicators/sdg_11_2_1/" in cell.xpath(".//a/@href")


def test_a_value_of_a_neighbourhood_or_without_a_number_fills_no_cell(publish) -> None:
    publish()
    assert "not measured" in cells(page())["cell-environment-safe"]  # its air is known to lack, with a reason
    Observation.objects.filter(place__code="GHA-AVA", measure__indicator__code="sdg_11_2_1").update(current=False)
    caches["pages"].clear()
    assert "not measured" in cells(page())["cell-society-inclusive"]


def test_every_cell_stands_under_its_domain_and_its_objective(publish) -> None:
    publish()
    (table,) = page().xpath("//table")
    assert [words(each) for each in table.xpath(".//tbody//th[@scope='row']")] == [
        "Society", "Economy", "Environment", "Culture", "Governance and implementation"]
    heads = [words(each) for each in table.xpath(".//thead//th[@scope='col']")]
    assert heads == ["Safe and peaceful", "Inclusive", "Resilient", "Sustainable"]
    for row in table.xpath(".//tbody/tr"):
        assert [words(each) for each in row.xpath("./td/p[@aria-hidden='true']")] == heads  # what a phone shows
    assert {each.tag: each.get("role") for each in table.iter("table", "thead", "tbody", "tr", "th", "td")}.keys() == {
        "table", "thead", "tbody", "tr", "th", "td"}
    assert not table.xpath(".//*[self::tr or self::th or self::td][not(@role)]")


def test_a_cell_that_the_city_states_not_to_apply_says_why(stated) -> None:
    stated()
    shown = page()
    said = cells(shown)["cell-culture-resilient"]
    assert "does not apply" in said and f"{REASON} (City of Avalon, 2026-11-20)" in said
    assert "Cells that do not apply, as the city states: 1." in words(shown.xpath("//p[@class='lead']")[0])


def test_what_is_measured_exists_whatever_is_stated(stated) -> None:
    stated("society.inclusive")
    said = cells(page())["cell-society-inclusive"]
    assert "has a value" in said and REASON not in said


def test_a_statement_that_is_not_released_is_shown_to_nobody(publish, stated) -> None:
    publish()
    stated(embargo_until=timezone.now() + timedelta(days=3))
    shown = page()
    assert "not measured" in cells(shown)["cell-culture-resilient"] and "58.0 %" in words(shown)
    assert "61.0 %" not in words(shown) and "City of Avalon" not in words(shown)


def test_restricted_values_fill_cells_for_those_who_may_read_them(publish, person, client_of) -> None:
    publish(conf_status="C")
    viewer = client_of(person(Role.VIEWER, "GHA"))
    assert ["58" in cells(page(client=client))["cell-society-inclusive"] for client in (
        Client(), viewer, Client())] == [False, True, False]


def test_a_city_in_work_is_not_told_of(publish) -> None:
    publish("GHA-COR", name="Corvania", state=State.DRAFT)
    shown = page("/en/frameworks/umf/?c=GHA-COR")
    assert "Corvania" not in words(shown) and words(shown) == words(page("/en/frameworks/umf/"))


@pytest.mark.parametrize("address", ["", "?c=", "?c=NOWHERE", "?c=%00", "?c=" + "x" * 300])
def test_without_a_city_the_grid_shows_where_indicators_stand(publish, address) -> None:
    publish()
    held = cells(page("/en/frameworks/umf/" + address))
    assert len(held) == 20 and "has a value" not in " ".join(held.values())
    assert sum(said.endswith("none") for said in held.values()) > 10


def test_the_city_page_leads_there_and_counts_what_it_has_read_already(publish, django_assert_num_queries) -> None:
    publish()
    (link,) = page("/en/cities/GHA-AVA/").xpath("//section[@id='framework']//a")
    assert (link.get("href"), words(link)) == (GRID, "Avalon has a value in 2 of 20 cells.")
    assert "/en/frameworks/umf/" in page("/en/indicators/").xpath("//main//a/@href")
    record = city_record(PUBLIC, Place.objects.get(code="GHA-AVA"), language="en")
    with django_assert_num_queries(0):
        assert cells_told(record, language="en").sentence == words(link)


@pytest.mark.parametrize("change", [
    {"city": None}, {"country": "GHA"}, {"statements": [framework_document()["statements"][0]]},
    {"statements": [statement()["statements"][0] | {"cell": "culture.cheap"}]},
    {"statements": [statement()["statements"][0] | {"slot": 3}]}])
def test_a_statement_of_cells_is_of_a_city_and_of_cells_of_the_grid(change) -> None:
    content = {key: value for key, value in (statement() | change).items() if value is not None}
    with pytest.raises(PackageError, match="schema asks for"):
        require_document("framework.json", content)


def test_a_country_still_states_slots_only() -> None:
    for change in ({"city": "XMU-A"}, {"statements": statement()["statements"]}):
        with pytest.raises(PackageError, match="schema asks for"):
            require_document("framework.json", framework_document() | change)


def test_a_statement_about_another_city_is_refused(tmp_path: Path) -> None:
    write_package(small_package(), tmp_path / "p", documents=documents(framework=statement(city="GHA-BOR")))
    assert read_document(tmp_path / "p", "framework.json")
    (problem,) = verify_package(tmp_path / "p").problems
    assert problem.where == "framework.json" and "another place" in json.dumps(str(problem))
