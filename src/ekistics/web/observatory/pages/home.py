"""The first page: the cities on a map and in a list, and the search for places and indicators."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from ekistics.core.i18n import LANGUAGES, N_, _, use_language
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.search_terms import query_terms, terms
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs, rows_for
from ekistics.web.observatory.models import Indicator
from ekistics.web.observatory.pages.caching import public_page, took
from ekistics.web.observatory.pages.shared import (
    city_addresses,
    country_names,
    listed_cities,
    national_countries,
    plain,
)
from ekistics.web.paging import paged
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.places.search import SHORTEST, find_places, near_places, one_slip
from ekistics.web.policy import Actor
from ekistics.web.render import language_now
from ekistics.web.zero_bytes import takes_any_query

__all__ = ["cities", "find_indicators", "home", "near_indicators", "search"]

SHOWN, NEAR = 40, 5
KINDS = {"world": N_("world"), "region": N_("region"), "country": N_("country"), "city": N_("city"),
         "neighbourhood": N_("neighbourhood"), "parcel": N_("parcel"), "facility": N_("facility")}


@public_page(knows=("page",))
def home(request: HttpRequest) -> HttpResponse:
    """Show the cities that have something published."""
    page = paged(listed_cities(), request.GET.get("page"), SHOWN)
    took(request, page=page.number)
    names, countries = names_of([p.pk for p in page], language_now()), country_names(p.country for p in page)
    shown = [_row(place, names, countries) for place in page]
    return render(request, "home.html", {
        "cities": shown, "page": page, "indicators": Indicator.objects.count(),
        "national": national_countries(actor_of(request)) if page.number == 1 else ()})


def _row(place: Place, names: dict[int, str], countries: dict[str, str]) -> dict[str, Any]:
    return {"code": place.code, "name": names.get(place.pk, place.name),
            "country": countries.get(place.country, place.country)}


@public_page
def cities(request: HttpRequest) -> HttpResponse:
    """Give the cities for the map: name, country, address, longitude, latitude."""
    rows = list(listed_cities().exclude(longitude=None).values_list("pk", "code", "name", "country", "longitude",
                                                                    "latitude"))
    named = names_of([row[0] for row in rows], language_now())
    countries = country_names({row[3] for row in rows})
    href = city_addresses()
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]},
                 "properties": {"id": code, "name": named.get(key, name), "country": countries.get(country, country),
                                "href": href(code)}}
                for key, code, name, country, x, y in rows]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@takes_any_query
def search(request: HttpRequest) -> HttpResponse:
    """Find places and indicators by words of any of the six languages."""
    asked = plain(request.GET.get("q", "").strip(), 100)
    actor = actor_of(request)
    places = find_places(actor, asked, limit=SHOWN) if asked else []
    indicators = find_indicators(asked)
    near = bool(asked) and not places and not indicators
    if near:
        places, indicators = near_places(actor, asked, limit=NEAR), near_indicators(asked)
    named = names_of([p.pk for p in places], language_now())
    countries = country_names(p.country for p in places)
    shown = [_row(p, named, countries) | {"kind": _(KINDS[p.kind]), "href": _address(actor, p)} for p in places]
    return render(request, "search.html", {
        "typed": asked, "places": shown, "found_indicators": indicators, "near": near})


def _address(actor: Actor, place: Place) -> str:
    """Give the page where something of a place stands; empty where there is none."""
    if place.kind == "city" and place.listed:
        return reverse("city", kwargs={"code": place.code})
    if place.kind == "neighbourhood" and place.parent is not None and place.parent.listed:
        return reverse("city", kwargs={"code": place.parent.code}) + "#tables"
    if place.kind == "country" and (listed_cities().filter(country=place.country).exists() or rows_for(
            actor, where=Q(place=place)).exists()):
        return reverse("country", kwargs={"code": place.code})
    return ""


def find_indicators(text: str) -> list[IndicatorSpec]:
    """Find indicators whose code, number, or title in any of the six languages begins with each word."""
    code = text.strip().casefold() or " "
    numbered = [s for s in indicator_specs().values() if s.number.startswith(code) or s.code.startswith(code)]
    return numbered or _matching(text, lambda asked, known: known.startswith(asked))


def near_indicators(text: str) -> list[IndicatorSpec]:
    """Find indicators of which the words asked for begin a word, or are one slip from it."""
    return _matching(text, lambda asked, known: known.startswith(asked) or (
        len(asked) >= SHORTEST and one_slip(asked, known)))[:NEAR]


def _matching(text: str, alike: Callable[[str, str], bool]) -> list[IndicatorSpec]:
    wanted = query_terms(text)
    found = []
    for spec in indicator_specs().values() if wanted else ():
        names = _words(spec.title, spec.number, spec.code)
        if any(all(any(alike(each, word) for word in words) for each in wanted) for words in names):
            found.append(spec)
    return found


@lru_cache(maxsize=4096)
def _words(title: str, number: str, code: str) -> tuple[frozenset[str], ...]:
    """Give the words of an indicator in each language: what is asked for is looked for in one of them at a time."""
    found = []
    for language in LANGUAGES:
        with use_language(language):
            found.append(frozenset({*terms(_(title)), *terms(title), *terms(number), code.casefold(), number}))
    return tuple(dict.fromkeys(found))
