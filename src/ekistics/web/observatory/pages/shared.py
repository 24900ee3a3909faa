"""What several pages need: names of places, titles of measures, citations, and who may see a city."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.figures import variant_of
from ekistics.publish.numbers import day_text
from ekistics.web.observatory.frames import MeasureKey, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of, names_of_countries
from ekistics.web.policy import Actor, visible
from ekistics.web.render import language_now
from ekistics.web.statements import ActorStatement, Statement

__all__ = ["absolute", "address_of_place", "city_addresses", "country_names", "edition_line", "how_to_cite",
           "listed_cities", "listed_countries", "measure_title", "named_places", "national_countries", "plain",
           "require_city", "require_country", "series_title", "site_name", "variant_title"]

PLAIN = "!$&'()*+,;=/~:@"  # what an address's path may hold as it is


def site_name() -> str:
    """Name the site in citations."""
    return _("Ekistics, the open urban observatory")


def absolute(name: str, **parts: Any) -> str:
    """Give the whole address of a page, as citations need it."""
    return settings.EKISTICS.address.rstrip("/") + reverse(name, kwargs=parts)


def require_city(actor: Actor, code: str) -> Place:
    """Give a city; answer 404 for one that is not there or that the actor may not know of."""
    for found in _CITY(actor, code=code):
        return found
    raise Http404


def require_country(code: str) -> Place:
    """Give a country; answer 404 for a code that is none. That a country exists is told to everybody."""
    for found in _COUNTRY(code=code):
        return found
    raise Http404


_COUNTRY = Statement(lambda code: Place.objects.filter(code=code, kind="country"))
_CITY = ActorStatement(lambda actor, code, now: Place.objects.filter(visible(actor), code=code, kind="city"))


def named_places(places: Iterable[Place]) -> dict[int, str]:
    """Give the names of places in the language of the request, by key."""
    held = list(places)
    return {p.pk: p.name for p in held} | names_of([p.pk for p in held], language_now())


def address_of_place(place: Place) -> str:
    """Give the page of a city or country; empty for places that have none of their own."""
    return reverse(place.kind, kwargs={"code": place.code}) if place.kind in ("city", "country") else ""


def city_addresses() -> Callable[[str], str]:
    """Give the function that gives the page of a city by its code: for lists of thousands, which ask for the rest once.

    Returns
    -------
    callable
        What ``reverse("city", ...)`` gives, in the language of the request.
    """
    before, after = reverse("city", kwargs={"code": "0"}).rsplit("0", 1)
    return lambda code: f"{before}{quote(code, safe=PLAIN)}{after}"


def country_names(codes: Iterable[str]) -> dict[str, str]:
    """Give the names of countries in the language of the request, by code; a code that is no country's is left out."""
    return names_of_countries(codes, language_now())


def listed_cities() -> QuerySet[Place]:
    """Give the cities that have something published, as lists and maps order them."""
    return Place.objects.filter(kind="city", listed=True).order_by("name", "code")


def listed_countries() -> list[tuple[str, str]]:
    """Give the countries that have a listed city, as code and name, in the order of their names."""
    codes = listed_cities().order_by().values_list("country", flat=True).distinct()
    names = country_names(codes)
    return sorted(((code, names.get(code, code)) for code in codes if code), key=lambda entry: entry[1])


def national_countries(actor: Actor) -> list[tuple[str, str]]:
    """Give the countries that have a national value an actor may read, as code and name, in the order of names."""
    own = rows_for(actor, where=Q(place=OuterRef("pk")))
    codes = list(Place.objects.filter(Exists(own), kind="country").values_list("code", flat=True))
    names = country_names(codes)
    return sorted(((code, names.get(code, code)) for code in codes), key=lambda entry: entry[1])


def series_title(spec: IndicatorSpec, series: str) -> str:
    """Give the title of a series; its code where the specification no longer has it."""
    try:
        return _(spec.find_series(series).title)
    except UnknownNameError:
        return series


def variant_title(spec: IndicatorSpec, code: str) -> str:
    """Give the title of a variant; empty where there is none."""
    found = variant_of(spec, code) if code else None
    return _(found.title) if found else code


def measure_title(spec: IndicatorSpec, measure: MeasureKey) -> str:
    """Name a measure: its series, and its variant where it has one."""
    parts = [series_title(spec, measure.series), variant_title(spec, measure.variant)]
    return joined(parts)


def edition_line(edition: Edition) -> str:
    """Say which edition it is, and when it was released and computed."""
    text = _("Edition {number}, released {day}").format(number=edition.number, day=_day(edition.released_at))
    if edition.label:
        text = _("Edition {number} ({label}), released {day}").format(
            number=edition.number, label=edition.label, day=_day(edition.released_at))
    return text


def how_to_cite(what: str, edition: Edition | None, address: str) -> str:
    """Write how something of the site is cited: what, which edition, where."""
    if edition is None:
        return _("{site}: {what}. {address}").format(site=site_name(), what=what, address=address)
    by = edition.dataset.publisher
    words = _("{publisher}: {what}. {edition}. {site}, {address}") if by else _("{what}. {edition}. {site}, {address}")
    return words.format(publisher=by, what=what, edition=edition_line(edition), site=site_name(), address=address)


def _day(moment: datetime | None) -> str:
    return _("not yet") if moment is None else day_text(moment.date(), language=language_now())


def plain(text: str, most: int = 80) -> str:
    """Take a text of an address without signs that no text of the record holds: one database refuses them."""
    return "".join(sign for sign in text[:most] if sign.isprintable())
