"""Places as features: the boundary that holds at the time asked for, else a point."""

from datetime import date
from typing import Any

import shapely
from django.db.models import Max, Min, Q, QuerySet

from ekistics.web.api.places import touches
from ekistics.web.chunks import parts
from ekistics.web.observatory.selection import visible_places
from ekistics.web.ogc.asked import Asked, box_of_numbers
from ekistics.web.places.models import Boundary, Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor
from ekistics.web.render import language_now

__all__ = ["COLLECTIONS", "PROPERTIES", "extent", "feature", "features"]

COLLECTIONS = {"cities": "city", "neighbourhoods": "neighbourhood", "countries": "country"}
PROPERTIES = {"code": "code", "name": "name", "country": "country", "parent": "parent__code"}
Feature = dict[str, Any]
Time = tuple[date | None, date | None]


def _places(actor: Actor, collection: str) -> QuerySet[Place]:
    return visible_places(actor).filter(kind=COLLECTIONS[collection]).select_related("parent")


def features(actor: Actor, collection: str, asked: Asked) -> tuple[list[Feature], int]:
    """Give a page of places.

    Parameters
    ----------
    actor : Actor
        Who asks.
    collection : str
        One of :data:`COLLECTIONS`.
    asked : Asked
        What is asked.

    Returns
    -------
    features : list of dict
        GeoJSON features.
    matched : int
        How many there are in all.
    """
    found = _places(actor, collection)
    for name, value in asked.properties.items():
        found = found.filter(**{PROPERTIES[name]: value})
    if asked.time is not None:
        found = found.filter(pk__in=Boundary.objects.filter(_holds(asked.time)).values("place"))
    if asked.box is not None:
        then = _holds(asked.time) if asked.time is not None else Q(valid_to__isnull=True)
        found = found.filter(pk__in=Boundary.objects.filter(then & touches(asked.box)).values("place"))
    page = list(found.order_by("pk")[asked.offset:asked.offset + asked.limit])
    return _drawn(page, asked.time), found.count()


def feature(actor: Actor, collection: str, code: str) -> Feature | None:
    """Give one place; None where there is none that the actor may see."""
    found = list(_places(actor, collection).filter(code=code))
    return _drawn(found, None)[0] if found else None


def extent(actor: Actor, collection: str) -> list[float] | None:
    """Give the box around all places of a collection."""
    box = _places(actor, collection).aggregate(w=Min("west"), s=Min("south"), e=Max("east"), n=Max("north"))
    return box_of_numbers(box.values())


def _holds(time: Time) -> Q:
    first, last = time
    found = Q()
    if last is not None:
        found &= Q(valid_from__isnull=True) | Q(valid_from__lte=last)
    if first is not None:
        found &= Q(valid_to__isnull=True) | Q(valid_to__gt=first)
    return found


def _drawn(places: list[Place], time: Time | None) -> list[Feature]:
    keys = [place.pk for place in places]
    named = names_of(keys, language_now())
    wanted = Q(valid_to__isnull=True) if time is None else _holds(time)
    boundaries: dict[int, Boundary] = {}
    for part in parts(keys):
        boundaries |= {b.place_id: b for b in Boundary.objects.filter(wanted, place__in=part).order_by("number")}
    return [_feature(place, named.get(place.pk, place.name), boundaries.get(place.pk)) for place in places]


def _feature(place: Place, name: str, boundary: Boundary | None) -> Feature:
    shape = None
    if boundary is not None:
        shape = shapely.from_wkb(bytes(boundary.wkb))
    elif place.longitude is not None and place.latitude is not None:
        shape = shapely.Point(place.longitude, place.latitude)
    return {"type": "Feature", "id": place.code,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {
                "code": place.code, "name": name, "country": place.country,
                "parent": place.parent.code if place.parent is not None else None,
                "boundary": boundary.number if boundary is not None else None,
                "valid_from": _day(boundary.valid_from) if boundary is not None else None,
                "valid_to": _day(boundary.valid_to) if boundary is not None else None,
                "area_km2": boundary.area_km2 if boundary is not None else None,
                "source": boundary.source if boundary is not None else ""}}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
