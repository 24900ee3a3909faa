"""What is kept of public pages: one answer a page, whatever stands behind its address; and every parameter it reads."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import resolve

from ekistics.web.languages import LANGUAGES

pytestmark = pytest.mark.django_db

LINK = re.compile(r'(?:href|data-source|data-spec|action|src)="(/[^"#]*\?[^"#]*)')
FORM = re.compile(r'<form[^>]*method="get"[^>]*>.*?</form>', re.S)
OTHERS = {code for code, _name in LANGUAGES} - {"en"}
FIELD = re.compile(r'<(?:input|select)[^>]*\sname="([^"]+)"')


def kept() -> int:
    return len(caches["pages"]._cache)


def test_unknown_parameters_fill_no_cache_and_change_no_page(publish: Callable[..., Any], client: Client) -> None:
    publish()
    for address in ("/en/", "/en/cities/GHA-AVA/", "/en/indicators/sdg_11_2_1/", "/en/gaps/", "/en/compare/?c=GHA-AVA",
                    "/en/compare/report.html?c=GHA-AVA", "/en/releases/"):
        joined = address + ("&" if "?" in address else "?")
        first, held = client.get(address), kept()
        assert first.status_code == 200
        for i in range(5):
            again = client.get(f"{joined}utm_source=letter{i}&{'x' * i}=%00{i}")
            assert again.content == first.content and again["ETag"] == first["ETag"], address
        assert kept() == held, address
    assert client.get("/en/indicators/sdg_11_2_1/?o=up&p=2020").content == client.get(
        "/en/indicators/sdg_11_2_1/?nothing&p=2020&o=up").content


def test_a_page_knows_every_parameter_that_a_link_or_a_form_gives_it(publish: Callable[..., Any], client: Client,
                                                                     ) -> None:
    for i in range(3):
        publish(f"GHA-S{i:02d}", name=f"Town {i}", access=30.0 + i)
    seen, named = set(), set()
    pages = ("/en/", "/en/gaps/?c=GHA&i=sdg_11_2_1", "/en/indicators/sdg_11_2_1/?o=up&c=GHA", "/en/data/",
             "/en/compare/?c=GHA-S00&c=GHA-S01&q=Town&i=sdg_11_2_1", "/en/cities/GHA-S00/", "/en/releases/")
    for page in pages:
        text = client.get(page).content.decode()
        asked = [(link.replace("&amp;", "&"), set(parse_qs(urlsplit(link.replace("&amp;", "&")).query)))
                 for link in LINK.findall(text)]
        asked += [(urljoin(page, _action(form)), set(FIELD.findall(form))) for form in FORM.findall(text)]
        for address, names in asked:
            if address.split("/")[1] in OTHERS:
                continue  # the same page in another language
            view = resolve(urlsplit(address).path).func
            if hasattr(view, "knows"):
                seen.add(address)
                named |= names
                assert names <= set(view.knows), (page, address)
    assert len(seen) >= 10 and {"c", "i", "p", "q", "o", "m", "lang"} <= named


def _action(form: str) -> str:
    found = re.search(r'action="([^"]*)"', form)
    return found[1] if found else ""
