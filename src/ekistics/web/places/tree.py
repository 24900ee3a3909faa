"""The tree of places: the world by M49, countries, and the cities and neighbourhoods that packages bring."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import shapely
from django.db import transaction

from ekistics.core import m49
from ekistics.core import place as core
from ekistics.core.crs import GEOD
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.place_names import area_names
from ekistics.core.search_terms import terms
from ekistics.web.chunks import parts
from ekistics.web.places.models import Boundary, Place, PlaceCode, PlaceName, SearchTerm
from ekistics.web.places.naming import forget_countries

__all__ = ["NewBoundary", "ensure_country", "ensure_places", "index_names", "seed_world", "set_boundary"]

M49_SOURCE = "United Nations Statistics Division, M49 (core/tables/m49.toml has the edition)"
CLDR_SOURCE = "Unicode CLDR"
ABOVE = ("world", "region")  # kinds of places that are in no country


@dataclass(frozen=True, slots=True)
class NewBoundary:
    """A boundary that a package brings.

    Parameters
    ----------
    shape : shapely.Geometry
        In EPSG:4326.
    source, licence : str
        As the input states them.
    """

    shape: shapely.Geometry
    source: str = ""
    licence: str = ""


@transaction.atomic
def seed_world() -> int:
    """Put the world, its regions and countries into the record, with names in six languages; again changes nothing.

    Returns
    -------
    int
        Places that were added.
    """
    known = {place.code: place for place in Place.objects.filter(kind__in=("world", "region", "country"))}
    new: dict[str, m49.Area] = {}
    for area in _from_the_world_down():
        code = area.iso_alpha3 or area.m49
        if code in known:
            continue
        parent = known.get(_code_of(area.parent)) if area.parent else None
        known[code] = Place(code=code, kind=area.kind, country=area.iso_alpha3, parent=parent,
                            path=f"{parent.path if parent else ''}{code}/", name=area_names(area.m49).get("en", code))
        new[code] = area
    _create(known[code] for code in new)
    _describe_areas((known[code], area) for code, area in new.items())
    index_names(known[code] for code in new)
    return len(new)


def _code_of(number: str) -> str:
    area = m49.area(number)
    return area.iso_alpha3 or area.m49


def _from_the_world_down() -> Iterable[m49.Area]:
    waiting = [m49.area(m49.WORLD)]
    while waiting:
        area = waiting.pop(0)
        yield area
        waiting += m49.children(area.m49)


def _describe_areas(areas: Iterable[tuple[Place, m49.Area]]) -> None:
    codes, names = [], []
    for place, area in areas:
        known = {"M49": area.m49, "ISO 3166-1 alpha-2": area.iso_alpha2, "ISO 3166-1 alpha-3": area.iso_alpha3}
        codes += [PlaceCode(place=place, scheme=scheme, value=value, source=M49_SOURCE)
                  for scheme, value in known.items() if value]
        names += [PlaceName(place=place, language=language, name=name, source=CLDR_SOURCE)
                  for language, name in area_names(area.m49).items()]
    PlaceCode.objects.bulk_create(codes)
    PlaceName.objects.bulk_create(names)


def _create(places: Iterable[Place]) -> None:
    """Put new places into the record, parents first: a place refers to its parent by a key that the record gives."""
    waiting = list(places)
    while waiting:
        Place.objects.bulk_create(p for p in waiting if p.parent is None or p.parent.pk is not None)
        waiting = [place for place in waiting if place.pk is None]


def ensure_country(code: str, name: str = "") -> Place:
    """Give a country by its ISO 3166-1 alpha-3 code; a code that M49 lacks (made-up cities) stands under the world.

    Parameters
    ----------
    code : str
        The code.
    name : str
        Name for a country that M49 lacks; one that has none yet takes it, too.

    Returns
    -------
    Place
        The country.
    """
    found = Place.objects.filter(code=code, kind="country").first()
    if found is None and not Place.objects.filter(code=m49.WORLD).exists():
        seed_world()
        return ensure_country(code, name)
    if found is None:
        found = Place.objects.create(code=code, kind="country", country=code, name=name or code,
                                     parent=Place.objects.get(code=m49.WORLD))
    elif name in ("", found.name) or found.name != found.code:
        return found
    else:
        found.name = name
        found.save(update_fields=["name"])
    index_names([found])
    forget_countries()
    return found


def ensure_places(given: Iterable[core.Place], known: dict[str, Place]) -> set[str]:
    """Put places of packages into the record, or find them there.

    Parameters
    ----------
    given : iterable of core.Place
        Parents before children.
    known : dict of str to Place
        Places looked up before, by code; what is found or made is added.

    Returns
    -------
    set of str
        Codes of the places that were made.

    Raises
    ------
    InvalidValueError
        The record has the code for a place of another kind or country, or a country has another code than its own.
    """
    wanted = list(given)
    absent = {code for p in wanted for code in (p.code, p.parent, p.country) if code} - known.keys()
    for part in parts(sorted(absent)):
        known |= {place.code: place for place in Place.objects.filter(code__in=part)}
    new: dict[str, Place] = {}
    for each in wanted:
        if each.kind == "country":
            known[each.code] = _own_country(each)
            continue
        if each.code in known:
            _require_same(known[each.code], each)
            continue
        parent = known.get(each.parent or "") or _country(each.country, known)
        new[each.code] = known[each.code] = Place(
            code=each.code, kind=each.kind, country=each.country, parent=parent, name=each.name,
            path=f"{parent.path}{each.code}/")
    _create(new.values())
    index_names(new.values())
    return set(new)


def _own_country(given: core.Place) -> Place:
    """Give the country that a package is about: there is one of a code, whatever a package calls it."""
    if given.code != given.country:
        raise InvalidValueError(_("A country has its ISO 3166-1 alpha-3 code."), where=given.code,
                                expected=given.country)
    return ensure_country(given.code, given.name)


def _country(code: str, known: dict[str, Place]) -> Place:
    if code not in known:
        known[code] = ensure_country(code)
    return known[code]


def _require_same(have: Place, given: core.Place) -> None:
    country = have.country if given.kind in ABOVE else given.country  # a package gives the world the code of no country
    if (have.kind, have.country) != (given.kind, country):
        raise InvalidValueError(_("The record has this code for another place."), where=given.code,
                                expected=f"{have.kind}, {have.country}", got=f"{given.kind}, {given.country}",
                                hint=_("Give the place a code of its own."))


def index_names(places: Iterable[Place]) -> None:
    """Write anew the words by which places are found: of every name in every language, and of the code.

    Parameters
    ----------
    places : iterable of Place
        The places.
    """
    by_key = {place.pk: place for place in places}
    SearchTerm.objects.filter(place__in=by_key).delete()
    words: dict[int, set[str]] = {key: {*terms(p.name), p.code.casefold()} for key, p in by_key.items()}
    for key, name in PlaceName.objects.filter(place__in=by_key).values_list("place_id", "name"):
        words[key].update(terms(name))
    SearchTerm.objects.bulk_create(SearchTerm(place_id=key, term=term, backwards=term[::-1])
                                   for key, found in words.items() for term in sorted(found))


def set_boundary(place: Place, new: NewBoundary, *, day: date | None) -> bool:
    """Give a place a boundary; one that differs from the newest becomes a new edition, and the old one ends.

    Parameters
    ----------
    place : Place
        The place; its bounding box and point follow.
    new : NewBoundary
        The boundary.
    day : date, optional
        The first day it holds for.

    Returns
    -------
    bool
        Whether the boundary changed.
    """
    wkb = shapely.to_wkb(shapely.normalize(new.shape))
    digest = hashlib.sha256(wkb).hexdigest()
    last = place.boundaries.order_by("-number").first() if place.pk else None
    if last is not None and last.digest == digest:
        return False
    if last is not None:
        last.valid_to = day
        last.save(update_fields=["valid_to"])
    west, south, east, north = map(float, new.shape.bounds)
    area = abs(GEOD.geometry_area_perimeter(new.shape)[0]) / 1e6
    Boundary.objects.create(place=place, number=(last.number if last else 0) + 1, valid_from=day, wkb=wkb, west=west,
                            south=south, east=east, north=north, area_km2=area, source=new.source[:300],
                            licence=new.licence[:100], digest=digest)
    inside = new.shape.representative_point()
    place.west, place.south, place.east, place.north = west, south, east, north
    place.longitude, place.latitude = float(inside.x), float(inside.y)
    place.save(update_fields=["west", "south", "east", "north", "longitude", "latitude"])
    return True
