"""The doors of OGC API Features, part 1: core, GeoJSON and OpenAPI."""

import functools
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from ekistics.core.errors import EkisticsError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.web.api.asking import actor_for
from ekistics.web.api.filters import known_only
from ekistics.web.observatory.models import Layer
from ekistics.web.ogc import layers, places
from ekistics.web.ogc.asked import DEFAULT, MOST, Asked, box_of_numbers, read_asked, require_json
from ekistics.web.policy import Actor
from ekistics.web.problems import problem_response
from ekistics.web.zero_bytes import require_query, takes_any_query

__all__ = ["collection", "collections", "conformance", "definition", "item", "items", "landing"]

JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CLASSES = [f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson", "oas30")]
LISTED = 100
Json = dict[str, Any]
View = Callable[..., HttpResponse]


def door(view: View) -> View:
    """Answer what cannot be read with 400, as the standard wants."""

    @takes_any_query
    @require_safe
    @functools.wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            require_query(request.GET)
            return view(request, *args, **kwargs)
        except UnknownNameError:
            raise
        except EkisticsError as error:
            return problem_response(request, error, status=400)

    return opened


def _answer(content: Json, kind: str = JSON) -> HttpResponse:
    return JsonResponse(content, content_type=kind, json_dumps_params={"ensure_ascii": False})


def _link(request: HttpRequest, rel: str, door_name: str, kind: str = JSON, **parts: str) -> Json:
    return {"rel": rel, "type": kind, "href": request.build_absolute_uri(reverse(door_name, kwargs=parts))}


def _plain(request: HttpRequest, *more: str) -> None:
    known_only(request.GET, None, "f", *more)
    require_json(request.GET.dict())


@door
def landing(request: HttpRequest) -> HttpResponse:
    """Say what is here."""
    _plain(request)
    return _answer({
        "title": "Ekistics", "description": _("Places with their boundaries, and the map layers of city profiles."),
        "links": [_link(request, "self", "ogc"), _link(request, "service-desc", "ogc-api", OPENAPI),
                  _link(request, "conformance", "ogc-conformance"), _link(request, "data", "ogc-collections")]})


@door
def conformance(request: HttpRequest) -> HttpResponse:
    """Say which classes of the standard are kept."""
    _plain(request)
    return _answer({"conformsTo": CLASSES})


@door
def collections(request: HttpRequest) -> HttpResponse:
    """List the collections: places first, then the layers of newest editions, page by page."""
    _plain(request, "offset", "limit")
    asked = read_asked({k: v for k, v in request.GET.items() if k in ("offset", "limit")}, ())
    actor = actor_for(request)
    found = layers.listed_layers(actor)
    rows = list(found[asked.offset:asked.offset + LISTED + 1])
    shown = [_of_places(request, actor, name) for name in places.COLLECTIONS] if asked.offset == 0 else []
    shown += [_of_layer(request, row) for row in rows[:LISTED]]
    links = [_link(request, "self", "ogc-collections")]
    if len(rows) > LISTED:
        links.append(_page_link(request, "next", asked.offset + LISTED, LISTED))
    return _answer({"links": links, "collections": shown})


def _of_places(request: HttpRequest, actor: Actor, name: str) -> Json:
    titles = {"cities": _("Cities"), "neighbourhoods": _("Neighbourhoods"), "countries": _("Countries")}
    return _collection(request, name, titles[name], _("Places with the boundary that holds, else a point."),
                       places.extent(actor, name))


def _of_layer(request: HttpRequest, row: Layer) -> Json:
    place = row.edition.place
    return _collection(request, f"layer-{row.edition_id}-{row.code}", f"{place.name}: {row.title}", row.note,
                       box_of_numbers((place.west, place.south, place.east, place.north)))


def _collection(request: HttpRequest, name: str, title: str, text: str, box: list[float] | None) -> Json:
    spatial = {"spatial": {"bbox": [box], "crs": CRS84}} if box else {}
    return {"id": name, "title": title, "description": text, "itemType": "feature", "crs": [CRS84], "extent": spatial,
            "links": [_link(request, "self", "ogc-collection", name=name),
                      _link(request, "items", "ogc-items", GEOJSON, name=name)]}


@door
def collection(request: HttpRequest, name: str) -> HttpResponse:
    """Describe a collection."""
    _plain(request)
    actor = actor_for(request)
    if name in places.COLLECTIONS:
        return _answer(_of_places(request, actor, name))
    return _answer(_of_layer(request, _layer(actor, name).row))


def _layer(actor: Actor, name: str) -> layers.LayerFile:
    found = layers.layer_named(actor, name)
    if found is None:
        raise Http404
    return found


@door
def items(request: HttpRequest, name: str) -> HttpResponse:
    """Give a page of features."""
    actor = actor_for(request)
    if name in places.COLLECTIONS:
        asked = _asked(request, places.PROPERTIES)
        found, matched = places.features(actor, name, asked)
    else:
        layer = _layer(actor, name)
        asked = _asked(request, layer.columns)
        found, matched = layers.features(layer, asked)
    links = [{"rel": "self", "type": GEOJSON, "href": request.build_absolute_uri()},
             _link(request, "collection", "ogc-collection", name=name)]
    if asked.offset + len(found) < matched:
        links.append(_page_link(request, "next", asked.offset + asked.limit, asked.limit))
    if asked.offset:
        links.append(_page_link(request, "prev", max(0, asked.offset - asked.limit), asked.limit))
    return _answer({"type": "FeatureCollection", "timeStamp": timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "numberMatched": matched, "numberReturned": len(found), "links": links, "features": found}, GEOJSON)


def _asked(request: HttpRequest, properties: Iterable[str]) -> Asked:
    return read_asked(request.GET.dict(), properties)


def _page_link(request: HttpRequest, rel: str, offset: int, limit: int) -> Json:
    asked = request.GET.dict() | {"offset": str(offset), "limit": str(limit)}
    kind = GEOJSON if request.path.endswith("items") else JSON
    return {"rel": rel, "type": kind, "href": request.build_absolute_uri(f"{request.path}?{urlencode(asked)}")}


@door
def item(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """Give one feature."""
    _plain(request)
    actor = actor_for(request)
    if name in places.COLLECTIONS:
        found = places.feature(actor, name, key)
    else:
        number = int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else 0
        found = layers.feature(_layer(actor, name), number)
    if found is None:
        raise Http404
    links = [_link(request, "self", "ogc-item", GEOJSON, name=name, key=key),
             _link(request, "collection", "ogc-collection", name=name)]
    return _answer({**found, "links": links}, GEOJSON)


def _parameter(name: str, where: str, text: str, schema: Json) -> Json:
    return {"name": name, "in": where, "description": text, "required": where == "path", "schema": schema}


def _operation(name: str, summary: str, kind: str, parameters: list[Json]) -> Json:
    problem = {"description": "A problem document (RFC 9457).", "content": {"application/problem+json": {}}}
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": {
        "200": {"description": summary, "content": {kind: {"schema": {"type": "object"}}}}, "default": problem}}}


@door
def definition(request: HttpRequest) -> HttpResponse:
    """Describe these doors in OpenAPI."""
    _plain(request)
    text: Json = {"type": "string"}
    name = _parameter("name", "path", "Id of a collection.", text)
    page = [_parameter("limit", "query", "Features of a page.",
                       {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT}),
            _parameter("offset", "query", "Features before the page.", {"type": "integer", "minimum": 0, "default": 0})]
    asked = [*page, _parameter("bbox", "query", "West, south, east, north in degrees.", text),
             _parameter("datetime", "query", "A time, or a span of times with a slash between.", text),
             *(_parameter(each, "query", "Value that the property must have.", text) for each in places.PROPERTIES)]
    paths = {
        "/": _operation("getLanding", "What is here", JSON, []),
        "/conformance": _operation("getConformance", "Classes of the standard", JSON, []),
        "/collections": _operation("getCollections", "Collections", JSON, page),
        "/collections/{name}": _operation("getCollection", "A collection", JSON, [name]),
        "/collections/{name}/items": _operation("getFeatures", "Features", GEOJSON, [name, *asked]),
        "/collections/{name}/items/{key}": _operation("getFeature", "A feature", GEOJSON, [
            name, _parameter("key", "path", "Id of a feature.", text)])}
    server = request.build_absolute_uri(reverse("ogc")).rstrip("/")
    return _answer({"openapi": "3.0.3", "info": {"title": "Ekistics: OGC API Features", "version": "1"},
                    "servers": [{"url": server}], "paths": paths}, OPENAPI)
