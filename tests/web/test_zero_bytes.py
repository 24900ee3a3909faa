"""A zero byte in an address is refused with words on every database, or left out where a page takes any query."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ekistics.web.policy import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("address", "status"), [
    ("/ogc/collections/cities/items?code=a%00b", 400), ("/ogc/collections/cities/items?a%00b=c", 400),
    ("/ogc/?%00", 400), ("/api/v1/observations?ref_area=a%00b", 422), ("/api/v1/audit?action=a%00b", 422),
    ("/tables/observations.csv?ref_area=a%00b", 422), ("/en/audit/?action=a%00b", 422),
    ("/en/audit/?target=a%00b", 422), ("/en/uploads/?place=a%00b", 422), ("/en/uploads/template/?place=a%00b", 422),
    ("/en/account/login/?next=a%00b", 422)])
def test_queries_with_a_zero_byte_are_refused_with_words(publish: Callable[..., Any], person: Callable[..., Any],
                                                         client_of: Callable[..., Client], address, status) -> None:
    publish()
    for user in (None, person(Role.ADMINISTRATOR)):
        refused = client_of(user).get(address)
        assert refused.status_code == status, address
        assert "Take %00 out of the address" in refused.content.decode()


def public_pages(patterns: list[Any]) -> Iterator[URLPattern]:
    """Give each address whose view knows parameters."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from public_pages(each.url_patterns)
        elif getattr(each.callback, "knows", ()):
            yield each


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR])
def test_public_pages_and_the_search_take_any_query(publish: Callable[..., Any], person: Callable[..., Any],
                                                    client_of: Callable[..., Client], role: Role | None) -> None:
    given = {"kind": "html", "edition": publish().edition, "code": "sdg_11_2_1"}
    pages = [(reverse(each.name, kwargs={part: given[part] for part in each.pattern.converters}), each.callback.knows)
             for each in public_pages(get_resolver().url_patterns)]
    assert len(pages) > 8
    client = client_of(person(role) if role else None)
    client.raise_request_exception = False
    for address, knows in [*pages, ("/en/search/", ("q",))]:
        for name in (*knows, "a%00b"):
            for more in ("", "&c=GHA-AVA&i=sdg_11_2_1"):
                asked = f"{address}?{name}=GHA%00-AVA{more}"
                answer = client.get(asked)
                assert answer.status_code in (200, 404, 422) and b"%00 out" not in answer.content, asked
    assert "/en/cities/GHA-AVA/" in client.get("/en/search/?q=GHA-%00AVA").content.decode()


@pytest.mark.parametrize("key", [r'"aaaaaaaaaaaa\000b"', "aaaaaaaa-aaaa", "aaaa\u00b2aaaaaa"])
def test_a_session_that_no_site_gave_is_none(client: Client, key: str) -> None:
    for address in ("/en/", "/en/account/", "/api/v1/places", "/en/search/?q=a"):
        answer = client.get(address, headers={"cookie": f"sessionid={key}"})
        assert answer.status_code in (200, 302), address
