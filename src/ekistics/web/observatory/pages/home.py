"""The first page: the cities on a map and in a list, and the search for places and indicators."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.models import Indicator
from ekistics.web.observatory.pages.caching import public_page
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.places.search import find_places
from ekistics.web.render import language_now

__all__ = ["cities", "home"]

SHOWN = 40


@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the cities that have something published."""
    found = Paginator(listed_cities(), SHOWN).get_page(request.GET.get("page"))
    shown = [_row(place, names_of([p.pk for p in found], language_now()), _countries(found)) for place in found]
    return render(request, "home.html", {
        "cities": shown, "page": found, "indicators": Indicator.objects.count(), "count": found.paginator.count})


def listed_cities() -> QuerySet[Place]:
    """Give the cities of lists and maps."""
    return Place.objects.filter(kind="city", listed=True).order_by("name", "code")


def _countries(places: Any) -> dict[str, str]:
    rows = Place.objects.filter(kind="country", country__in={p.country for p in places}).values_list("pk", "country",
                                                                                                     "name")
    named = names_of([key for key, _code, _name in rows], language_now())
    return {code: named.get(key, name) for key, code, name in rows}


def _row(place: Place, names: dict[int, str], countries: dict[str, str]) -> dict[str, Any]:
    return {"code": place.code, "name": names.get(place.pk, place.name),
            "country": countries.get(place.country, place.country)}


@public_page
def cities(request: HttpRequest) -> HttpResponse:
    """Give the cities for the map: code, name, longitude, latitude."""
    rows = list(listed_cities().exclude(longitude=None).values_list("pk", "code", "name", "longitude", "latitude"))
    named = names_of([row[0] for row in rows], language_now())
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]},
                 "properties": {"code": code, "name": named.get(key, name)}} for key, code, name, x, y in rows]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def search(request: HttpRequest) -> HttpResponse:
    """Find places and indicators by words of any of the six languages."""
    asked = request.GET.get("q", "").strip()[:100]
    places = find_places(actor_of(request), asked, limit=50) if asked else []
    named = names_of([p.pk for p in places], language_now())
    shown = [_row(p, named, _countries(places)) | {"kind": p.kind, "listed": p.listed} for p in places]
    return render(request, "search.html", {"asked": asked, "places": shown})
