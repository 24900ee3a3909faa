"""What is kept of public pages: one answer a page, whatever stands behind its address; and every parameter it reads."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from ekistics.web.languages import LANGUAGES
from ekistics.web.observatory.models import Edition, Measure, Observation
from ekistics.web.observatory.pages import caching
from ekistics.web.observatory.pages.caching import public_page

pytestmark = pytest.mark.django_db

LINK = re.compile(r'(?:href|data-source|data-spec|action|src)="(/[^"#]*\?[^"#]*)')
FORM = re.compile(r'<form[^>]*method="get"[^>]*>.*?</form>', re.S)
RANKING = "/en/indicators/sdg_11_2_1/"
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


def test_addresses_without_end_leave_the_cache_as_it_is(publish: Callable[..., Any], client: Client) -> None:
    for i in range(3):
        publish(f"GHA-S{i:02d}", name=f"Town {i}", access=30.0 + i)
    edition, compare = Edition.objects.order_by("pk")[0].pk, "/en/compare/?c=GHA-S00&c=GHA-S01"
    paged = ("/en/", "/en/gaps/", "/en/data/", "/en/releases/", f"/en/releases/{edition}/", RANKING)
    wanted = {
        **{address: [f"page={page}" for page in (2, 9999, 10**9, -1, "01", "x")] for address in paged},
        "/en/gaps/map.json?i=sdg_11_2_1": ["c=XXA", "c=XXB", "c=GHAA", "i=none"],
        f"{RANKING}map.json": ["c=XXA", "p=1066", "m=999999", "m=x", "g=999999", "o=down", "p=1067&m=0"],
        "/layers/city/GHA-S00/manifest.json": ["lang=xx", "lang=xy", "lang=None"],
        compare: ["c=GHA-X1", "i=none", "p=1066", "q=Town", "q=Town+2", "f=GHA-S02", "c=" + "&c=".join("ABCDEFGHIJKL")],
        "/en/compare/report.html?c=GHA-S00&c=GHA-S01": ["p=1066", "p=1067", "c=GHA-X1", "i=none"],
        "/en/compare/table.csv?c=GHA-S00&c=GHA-S01": ["p=1066", "c=None"],
    }
    wanted["/en/gaps/"] += [f"{name}={value}" for name in "cik" for value in (999, "XXA", "None")]
    wanted[RANKING] += [f"{name}={value}" for name in "mpgco" for value in (999999, "XXA", "None")]
    wanted[f"/en/releases/{edition}/"] += [f"values={page}" for page in (2, 9999)]
    for address, endless in wanted.items():
        assert client.get(address).status_code == 200
        held, joined = kept(), address + ("&" if "?" in address else "?")
        for more in endless:
            assert client.get(joined + more).status_code == 200, (address, more)
            assert kept() == held, (address, more)
    for address in (f"/en/releases/{edition}/", f"/en/values/{Observation.objects.order_by('pk')[0].pk}/"):
        assert client.get(address).status_code == 200
        held, (start, number) = kept(), address.rstrip("/").rsplit("/", 1)
        for zeros in ("0", "00", "000"):
            assert client.get(f"{start}/{zeros}{number}/").status_code == 200
        assert kept() == held, address


def test_a_repeated_or_empty_value_is_the_same_page(publish: Callable[..., Any], client: Client) -> None:
    for i in range(2):
        publish(f"GHA-S{i:02d}", name=f"Town {i}", access=30.0 + i)
    for address, same in (("/en/compare/?c=GHA-S00&c=GHA-S01", "c=GHA-S00&c=GHA-S00&c=GHA-S01&p=1066&p=&q="),
                          (f"{RANKING}?c=GHA", "c=KEN&c=XX&c=GHA&o=&p="), ("/en/?page=1", "page=7&page=8&page=1"),
                          ("/en/releases/", "page=&page=")):
        first, held = client.get(address), kept()
        again = client.get(f"{address.split('?')[0]}?{same}")
        assert (again.content, again["ETag"], kept()) == (first.content, first["ETag"], held), address


def test_the_pages_that_a_reader_is_led_to_are_kept(publish: Callable[..., Any], client: Client) -> None:
    for i in range(3):
        publish(f"GHA-S{i:02d}", name=f"Town {i}", access=30.0 + i)
    measure = Measure.objects.get(indicator__code="sdg_11_2_1", variant="network").pk
    for address in ("/en/?page=1", "/en/gaps/?c=GHA&i=sdg_11_2_1&k=1&page=1", "/en/gaps/map.json?c=GHA&i=sdg_11_2_1",
                    f"{RANKING}?m={measure}&p=2020&c=GHA&o=up&page=1", f"{RANKING}map.json?p=2020&o=up&c=GHA",
                    "/en/data/?page=1", "/en/releases/?page=1", "/layers/city/GHA-S00/manifest.json?lang=fr",
                    f"/en/releases/{Edition.objects.order_by('pk')[0].pk}/?page=1&values=1",
                    "/en/compare/?c=GHA-S01&c=GHA-S00&i=sdg_11_2_1&p=2020", "/en/compare/?c=GHA-S00",
                    "/en/compare/report.html?c=GHA-S00&p=2020", "/en/compare/table.csv?c=GHA-S00&i=sdg_11_2_1"):
        held = kept()
        assert client.get(address).status_code == 200, address
        assert kept() == held + 1, address


def _action(form: str) -> str:
    found = re.search(r'action="([^"]*)"', form)
    return found[1] if found else ""


def asked_at_once(view: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch) -> list[HttpResponse]:
    """Ask a view for one page from two threads; neither reads a database."""
    monkeypatch.setattr(caching, "record_stamp", lambda: "one")
    caches["pages"].clear()

    def ask(_number: int) -> HttpResponse:
        request = RequestFactory().get("/en/some/page/")
        request.LANGUAGE_CODE = "en"
        return view(request)

    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(ask, range(2)))


def test_two_who_ask_at_once_for_a_page_that_is_not_kept_wait_for_one_making(monkeypatch: pytest.MonkeyPatch) -> None:
    made, at_work = [], []

    @public_page
    def page(_request: Any) -> HttpResponse:
        at_work.append(1)
        assert len(at_work) == 1, "two pages are made at once"
        time.sleep(0.3)  # the other comes meanwhile
        at_work.pop()
        made.append(1)
        return HttpResponse(f"page {len(made)}")

    first, second = asked_at_once(page, monkeypatch)
    assert len(made) == 1 and first.content == second.content == b"page 1"
    assert caching.MAKING.acquire(blocking=False)
    caching.MAKING.release()


def test_what_takes_seconds_is_made_beside_others(monkeypatch: pytest.MonkeyPatch) -> None:
    both = Barrier(2, timeout=10)

    @public_page(alone=False)
    def file(_request: Any) -> HttpResponse:
        both.wait()  # broken, and an error, unless two threads are here
        return HttpResponse("file")

    assert [answer.content for answer in asked_at_once(file, monkeypatch)] == [b"file", b"file"]
