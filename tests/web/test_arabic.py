"""Pages in Arabic: lists have the commas of the language, and names in Latin letters keep their brackets."""

import re

import pytest

from ekistics.core.i18n import joined, use_language
from ekistics.web.observatory.models import Observation

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
