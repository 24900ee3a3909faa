"""Indices of cities: which are published, and the live page of one, on which every choice is changed by hand."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.told import told
from ekistics.package.live_index import read_live
from ekistics.publish.index_page import index_body, index_page
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.caching import public_page, took
from ekistics.web.observatory.pages.shared import absolute, edition_line, how_to_cite, named_places, plain
from ekistics.web.observatory.tables import open_editions
from ekistics.web.policy import Actor, State
from ekistics.web.render import language_now

__all__ = ["city_index", "city_indices", "index_code"]

KEPT = 4  # indices that a process remembers: each holds every value of a thousand cities
LONGEST = 60


def index_code(edition: Edition) -> str:
    """Give the code of the index that an edition is of: the last part of its entry's code."""
    return edition.dataset.code.rpartition(":")[2]


def _published(actor: Actor) -> QuerySet[Edition]:
    """Give the released editions of indices whose whole package an actor may have, the newest first."""
    return open_editions(actor).filter(dataset__kind="index", state=str(State.PUBLISHED), released_at__isnull=False).\
        exclude(folder="").select_related("dataset", "place").order_by("-released_at", "-pk")


def _newest(actor: Actor) -> list[Edition]:
    """Give the newest edition of each entry."""
    return list({edition.dataset_id: edition for edition in reversed(_published(actor))}.values())


@lru_cache(maxsize=KEPT)
def _live(media: str, folder: str) -> dict[str, Any] | None:
    return read_live(Path(media) / folder / "package")


@public_page
def city_indices(request: HttpRequest) -> HttpResponse:
    """List the indices."""
    editions = sorted(_newest(actor_of(request)), key=lambda each: (each.dataset.title, each.place.code))
    rows = [{"code": index_code(each), "title": told(each.dataset.title), "place": each.place.code,
             "edition": edition_line(each)} for each in editions]
    return render(request, "city_indices.html", {"rows": rows, "names": {
        place.code: name for place, name in _named(editions).items()}})


def _named(editions: list[Edition]) -> dict[Any, str]:
    names = named_places([each.place for each in editions])
    return {each.place: names[each.place_id] for each in editions}


@public_page(knows=("p",))
def city_index(request: HttpRequest, code: str) -> HttpResponse:
    """Show an index: of the place that is asked for, else the one that was published last."""
    actor, language, asked = actor_of(request), language_now(), plain(request.GET.get("p", ""), LONGEST)
    editions = [each for each in _newest(actor) if index_code(each) == code]
    if not editions:
        raise Http404
    edition = next((each for each in editions if each.place.code == asked),
                   max(editions, key=lambda each: (each.released_at, each.pk)))
    took(request, p=asked if edition.place.code == asked else "")
    live = _live(str(settings.MEDIA_ROOT), edition.folder)
    if live is None:
        raise Http404
    shown = index_page(live, language=language)
    names = _named(editions)
    return render(request, "city_index.html", {
        "p": shown, "body": index_body(live, shown), "edition": edition, "edition_line": edition_line(edition),
        "place": names[edition.place], "others": [(each.place.code, names[each.place]) for each in editions
                                                  if each.pk != edition.pk],
        "cite": how_to_cite(shown.title, edition, absolute("city-index", code=code))})
