"""Operations on places."""

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest
from ninja import Query, Router

from ekistics.web.api import schemas
from ekistics.web.api.asking import actor_for
from ekistics.web.api.filters import Code, known_only
from ekistics.web.api.paging import next_address, page_of
from ekistics.web.observatory.selection import Box, inside, read_box, visible_places
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.places.search import find_places
from ekistics.web.render import language_now

router = Router(tags=["places"])


@router.get("/places", response=schemas.Places, operation_id="listPlaces", summary="List places")
def list_places(request: HttpRequest, asked: Query[schemas.PlaceFilters]) -> schemas.Places:
    """Give places in a stable order, page by page."""
    known_only(request.GET, schemas.PlaceFilters)
    found = visible_places(actor_for(request)).select_related("parent")
    for name in ("kind", "country"):
        if value := getattr(asked, name):
            found = found.filter(**{name: value})
    if asked.listed is not None:
        found = found.filter(listed=asked.listed)
    if asked.parent:
        found = found.filter(inside(asked.parent)).exclude(code=asked.parent)
    if asked.bbox:
        found = found.filter(touches(read_box(asked.bbox)))
    page, position = page_of(found, asked.cursor, asked.limit)
    return schemas.Places(items=_rows(page), next=next_address(request, position))


def touches(box: Box) -> Q:
    """Select what touches a box, by its own box; across the date line there are two."""
    west, south, east, north = box
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found = Q(pk__in=[])
    for low, high in halves:
        found |= Q(west__lte=high, east__gte=low)
    return found & Q(south__lte=north, north__gte=south)


@router.get("/places/search", response=schemas.Found, operation_id="searchPlaces", summary="Search places by name")
def search_places(request: HttpRequest, asked: Query[schemas.SearchFilters]) -> schemas.Found:
    """Find places by the beginnings of words of their names."""
    known_only(request.GET, schemas.SearchFilters)
    return schemas.Found(items=_rows(find_places(actor_for(request), asked.q, limit=asked.limit)))


@router.get("/places/{code}", response=schemas.WholePlace, operation_id="getPlace", summary="Give a place")
def get_place(request: HttpRequest, code: Code) -> schemas.WholePlace:
    """Give a place with its names, the codes that others use, and the editions of its boundary."""
    known_only(request.GET)
    place = _visible(request).filter(code=code).first()
    if place is None:
        raise Http404
    (row,) = _rows([place])
    names = place.names.filter(valid_to__isnull=True).exclude(kind="alternative").order_by("language", "pk")
    return schemas.WholePlace(
        **row.dict(), names=dict(names.values_list("language", "name")),
        codes=[schemas.PlaceCode(scheme=c.scheme, value=c.value) for c in place.codes.order_by("scheme", "value")],
        boundaries=[schemas.Boundary(number=b.number, valid_from=b.valid_from, valid_to=b.valid_to,
                                     area_km2=b.area_km2, source=b.source)
                    for b in place.boundaries.defer("wkb").order_by("number")])


def _visible(request: HttpRequest) -> QuerySet[Place]:
    return visible_places(actor_for(request)).select_related("parent")


def _rows(places: list[Place]) -> list[schemas.Place]:
    named = names_of([p.pk for p in places], language_now())
    return [schemas.Place(code=p.code, kind=p.kind, name=named.get(p.pk, p.name), country=p.country,
                          parent=p.parent.code if p.parent is not None else None, longitude=p.longitude,
                          latitude=p.latitude, bbox=_box(p), listed=p.listed) for p in places]


def _box(place: Place) -> list[float] | None:
    box = [b for b in (place.west, place.south, place.east, place.north) if b is not None]
    return box if len(box) == 4 else None
