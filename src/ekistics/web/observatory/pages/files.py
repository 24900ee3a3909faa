"""Files of an edition that its map is drawn from, and whether somebody may have its whole package."""

import re
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import translation

from ekistics.core.i18n import use_language
from ekistics.web.accounts.actors import actor_of
from ekistics.web.languages import LANGUAGES, core_language
from ekistics.web.observatory.layers import manifest_layer
from ekistics.web.observatory.models import Edition, Layer
from ekistics.web.observatory.pages.caching import public_page, took
from ekistics.web.observatory.records import newest_edition
from ekistics.web.observatory.tables import open_editions
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import PUBLIC, Actor, readable
from ekistics.web.ranges import ranged_file

__all__ = ["layer_file", "manifest", "may_have_package"]

KINDS = {"pmtiles": "application/vnd.pmtiles", "png": "image/png"}
_NAME = re.compile(r"([A-Za-z0-9_]+?)(?:-(?:day|night))?\.(pmtiles|png)")


@public_page(knows=("lang",))
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """List the layers of a city's map, in the language that is asked for."""
    asked = request.GET.get("lang", "en")
    address = asked if asked in dict(LANGUAGES) else "en"
    language = core_language(address)
    took(request, lang=address)
    place = get_object_or_404(Place, code=code, kind="city")
    actor = actor_of(request)
    edition = newest_edition(actor, place)
    if edition is None or place.west is None:
        raise Http404
    drawn = _drawable(actor, edition)
    with translation.override(address), use_language(language):
        name = names_of([place.pk], language).get(place.pk, place.name)
        return JsonResponse({"place": name, "bounds": [place.west, place.south, place.east, place.north],
                             "layers": _layers(edition, drawn, language)})


def _drawable(actor: Actor, edition: Edition) -> QuerySet[Layer]:
    """Give the layers that an actor may see: shapes; and drawn values where every number of the edition is theirs."""
    found = Layer.objects.filter(edition=edition).order_by("id")
    return found if may_have_package(actor, edition) else found.filter(value="")


def _layers(edition: Edition, drawn: QuerySet[Layer], language: str) -> list[dict[str, object]]:
    folder = Path(settings.MEDIA_ROOT) / edition.folder / "map"
    rows = drawn.values("code", "title", "kind", "note", "style")
    made = (manifest_layer(row, folder, lambda name: f"/layers/{edition.pk}/{name}", language=language) for row in rows)
    return [layer for layer in made if layer is not None]


def layer_file(request: HttpRequest, edition: int, name: str) -> HttpResponse:
    """Serve tiles or a picture of a layer to those who may read its edition."""
    held, found = _edition_for(request, edition), _NAME.fullmatch(name)
    if found is None or not _drawable(actor_of(request), held).filter(code=found[1]).exists():
        raise Http404
    path = Path(settings.MEDIA_ROOT) / held.folder / "map" / name
    if not path.is_file():
        raise Http404
    everybody = (Edition.objects.filter(readable(PUBLIC, edition=""), pk=edition).exists()
                 and _drawable(PUBLIC, held).filter(code=found[1]).exists())
    return ranged_file(request, path, kind=KINDS[found[2]], tag=f"{held.content_digest[:24]}-{name}", public=everybody)


def may_have_package(actor: Actor, edition: Edition) -> bool:
    """Tell whether an actor may read every number of an edition's package."""
    return edition.folder != "" and open_editions(actor).filter(pk=edition.pk).exists()


def _edition_for(request: HttpRequest, edition: int) -> Edition:
    return get_object_or_404(Edition.objects.select_related("place").filter(
        readable(actor_of(request), edition="")), pk=edition)
