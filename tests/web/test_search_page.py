"""The search: indicators by their titles in any language, names with a slip, and what it says when it finds nothing."""

import re

import pytest

from ekistics.web.places.models import Place
from ekistics.web.places.search import find_places, near_places
from ekistics.web.places.tree import index_names
from ekistics.web.policy import PUBLIC

pytestmark = pytest.mark.django_db
TITLES = ("Access to public transport", "acceso transporte", "transports publics", "общественному транспорту",
          "الوصول إلى النقل", "النقل العام", "公共交通", "11.2.1", "sdg_11_2_1")


def found(client, language: str, words: str) -> tuple[list[str], list[str], str]:
    """Give the codes of the indicators and the cities that a search page leads to, and the page."""
    answer = client.get(f"/{language}/search/", {"q": words})
    page = answer.content.decode()
    main = page[page.index("<main"):page.index("</main>")]
    return (re.findall(r'href="/[a-z-]+/indicators/([^"/]+)/"', main),
            re.findall(r'href="/[a-z-]+/cities/([^"/]+)/"', main), page)


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_an_indicator_is_found_by_its_title_in_any_language_on_pages_in_any_other(publish, client, language) -> None:
    publish()
    for words in TITLES:
        indicators, _cities, page = found(client, language, words)
        assert indicators == ["sdg_11_2_1"], words
        assert 'id="near"' not in page
    assert found(client, language, "доступ suelo")[0] == []  # words of two languages are no title


def test_a_word_with_one_slip_leads_to_what_may_be_meant(publish, client) -> None:
    publish()
    publish("GHA-BOR", name="Borneau", at=(-1.0, 6.0), layers=False)
    for words, indicators, cities in (("Avalin", [], ["GHA-AVA"]), ("borneu", [], ["GHA-BOR"]),
                                      ("transprot", ["sdg_11_2_1"], []), ("транспрту", ["sdg_11_2_1"], [])):
        shown, places, page = found(client, "en", words)
        assert (shown, places) == (indicators, cities), words
        assert f"Nothing is called &#39;{words}&#39;. Did you mean one of these?" in page, words
    assert 'id="near"' not in found(client, "en", "Avalon")[2]
    for words in ("Avxlin", "zzzz", "axa"):
        shown, places, page = found(client, "en", words)
        assert (shown, places) == ([], []) and "Try the beginning of a name" in page, words


def test_a_city_in_work_is_not_suggested_to_others(publish, client) -> None:
    publish("GHA-NEW", name="Newtown", state="draft", layers=False)
    page = found(client, "en", "Newtawn")[2]
    assert "Newtown" not in page and 'id="near"' not in page


def test_no_number_of_neighbourhoods_hides_a_city_of_their_name(publish) -> None:
    publish(layers=False, neighbourhoods=0)
    avalon, ghana = Place.objects.get(code="GHA-AVA"), Place.objects.get(code="GHA")
    quarters = [Place(code=f"GHA-AVA-{i:03}", name="Barrio", kind="neighbourhood", country="GHA", parent=avalon,
                      path=f"{avalon.path}GHA-AVA-{i:03}/") for i in range(420)]
    cities = [Place(code=f"GHA-{code}", name="Barrio", kind="city", country="GHA", parent=ghana, listed=listed,
                    path=f"{ghana.path}GHA-{code}/") for code, listed in (("ZZ", True), ("YY", True), ("WW", False))]
    index_names(Place.objects.bulk_create([*quarters, *cities]))
    for words, looked_for in (("barrio", find_places), ("barroi", near_places)):
        assert [p.code for p in looked_for(PUBLIC, words, limit=4)] == [
            "GHA-YY", "GHA-ZZ", "GHA-AVA-000", "GHA-AVA-001"], words
