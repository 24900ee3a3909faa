"""Pages in Arabic: lists have the commas of the language, and names in Latin letters keep their brackets."""

import re
from pathlib import Path

import pytest
from django.test import Client

from ekistics.core.i18n import joined, use_language
from ekistics.package import write_package
from ekistics.web.observatory.models import Dataset, Observation
from ekistics.web.observatory.publishing import publish_packages
from tests.web.nations import documents, national_package, sample_document, survey_document
from tests.web.packages import small_package

pytestmark = pytest.mark.django_db


def test_lists_have_the_comma_of_the_language() -> None:
    found = {}
    for language in ("ar", "en", "es", "fr", "ru", "zh"):
        with use_language(language):
            found[language] = joined(["1", "", "2", "3"])
    assert found.pop("ar") == "1\u060c 2\u060c 3" and found.pop("zh") == "1\u30012\u30013"
    assert set(found.values()) == {"1, 2, 3"} == {joined("123")}


def test_arabic_pages_list_with_their_own_comma(publish, client_of) -> None:
    publish(name="Avalon (made-up)")
    client = client_of(None)
    value = Observation.objects.filter(current=True, place__code="GHA-AVA", measure__variant="network").get()
    for address in (f"values/{value.pk}/", "search/?q=avalon", "releases/", "data/profile:GHA-AVA/", "cities/GHA-AVA/",
                    f"indicators/{value.measure.indicator.code}/"):
        page = client.get(f"/ar/{address}").content.decode()
        shown = re.sub(r"<(script|head)\b.*?</\1>|<[^>]+>", "", page, flags=re.S)
        assert "\u060c " in shown, address
        assert not re.findall(r"[\u0620-\u064a], [\u0620-\u064a]", shown), address


def test_names_in_latin_letters_stand_apart_from_the_text_around_them(publish, client_of) -> None:
    publish(name="Avalon (made-up)")
    for address in ("", "search/?q=avalon", "compare/?c=GHA-AVA"):
        page = client_of(None).get(f"/ar/{address}").content.decode()
        assert "<bdi>Avalon (made-up)</bdi>" in page, address


def test_titles_and_cells_in_latin_letters_keep_their_order(world, tmp_path: Path) -> None:
    sample, survey = sample_document(), survey_document() | {"title": "Household survey (made-up) 2024."}
    sample["design"]["strata"][0]["title"] = "150,000 or more"
    write_package(national_package(), tmp_path / "nation", documents=documents(sample=sample, survey=survey))
    (outcome,) = publish_packages([tmp_path / "nation"])
    assert outcome.error is None, outcome.error
    page = Client().get("/ar/countries/XMU/").content.decode()
    assert "<h3>\u2068Household survey (made-up) 2024.\u2069</h3>" in page
    assert re.search(r'<th scope="row">\u2068150,000 or more\u2069</th>', page)
    lead = re.search(r'<p class="lead">(.*?)</p>', page)
    assert "\u2068Merrow (made-up)\u2069" in lead[1]
    english = Client().get("/en/countries/XMU/").content.decode()
    assert "\u2068" not in english


def test_a_quoted_title_stands_between_its_quotation_marks(publish, world, tmp_path: Path) -> None:
    publish()
    survey = survey_document("GHA-AVA", "city") | {"title": "Household survey 2024 (made-up)"}
    write_package(small_package("GHA-AVA", access=44.0, year="2024", layers=False, seed=5), tmp_path / "survey",
                  documents=documents(survey=survey))
    (outcome,) = publish_packages([tmp_path / "survey"])
    assert outcome.error is None, outcome.error
    title = Dataset.objects.get(kind="survey").title
    assert "(" in title
    page = Client().get("/ar/cities/GHA-AVA/").content.decode()
    assert page.count(title) == page.count(f"\u2068{title}\u2069") >= 3
