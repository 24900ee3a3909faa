"""What published indices say of a city, for its page: read once a process, asked for once a state of the record."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ekistics.publish.content import Section
from ekistics.publish.index_section import index_section
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.city_index import index_code
from ekistics.web.observatory.pages.shared import named_places
from ekistics.web.observatory.tables import open_editions
from ekistics.web.places.models import Place
from ekistics.web.policy import PUBLIC, Actor, State
from ekistics.web.workflow.stamp import Remembered

__all__ = ["CityScore", "city_scores"]

KEPT = 8  # packages of indices that a process remembers: what stands under a content's digest never changes
# What reading results can raise that another program wrote, from a list for a number to one without end.
NOT_OURS = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True, eq=False)
class CityScore:
    """What one index says of a city.

    Parameters
    ----------
    section : Section
        Score, rank, dimensions, what is missing, source.
    code, place : str
        Codes of the index and of the place whose cities it ranks.
    name : str
        Name of that place.
    """

    section: Section
    code: str
    place: str
    name: str


def city_scores(actor: Actor, city: Place, *, language: str, stamp: str) -> tuple[CityScore, ...]:
    """Give what each published index says of a city.

    Parameters
    ----------
    actor : Actor
        Who asks.
    city : Place
        The city.
    language : str
        Language of numbers.
    stamp : str
        Stamp of the record, read before.

    Returns
    -------
    tuple of CityScore
        One for each index and place that has the city inside it, by title. An index of another place is left out even
        where it names the city: who publishes there has no say here.
    """
    around = [e for e in _newest(actor, stamp) if city.path.startswith(e.place.path)]
    told = [(e, section) for e in around if (section := _section(e, city.code, language)) is not None]
    if not told:
        return ()
    names = named_places([e.place for e, _section in told])
    found = (CityScore(section, index_code(e), e.place.code, names[e.place_id]) for e, section in told)
    return tuple(sorted(found, key=lambda each: (each.section.title, each.place)))


_RELEASED: Remembered[str, list[Edition]] = Remembered()


def _newest(actor: Actor, stamp: str) -> list[Edition]:
    """Give the newest edition of each index that an actor may have whole; nobody is asked for where there is none."""
    known = _RELEASED.under(stamp)
    if "all" not in known:
        known["all"] = list(Edition.objects.filter(
            dataset__kind="index", state=str(State.PUBLISHED), released_at__isnull=False).exclude(folder="").
            select_related("dataset", "place").order_by("-released_at", "-pk"))
    if not known["all"]:
        return []
    if actor != PUBLIC:
        return _open(actor, known["all"])
    if "public" not in known:  # no embargo ends or begins while the stamp is the same
        known["public"] = _open(actor, known["all"])
    return known["public"]


def _open(actor: Actor, editions: list[Edition]) -> list[Edition]:
    may = set(open_editions(actor).filter(pk__in=[e.pk for e in editions]).values_list("pk", flat=True))
    return list({e.dataset_id: e for e in reversed(editions) if e.pk in may}.values())


def _section(edition: Edition, city: str, language: str) -> Section | None:
    """Write what an index says of a city; nothing where it does not hold the city."""
    held = _results(str(settings.MEDIA_ROOT), edition.folder)
    if held is None or city not in held[1]:
        return None
    # No schema holds results.json: what another program wrote there must not take the page of a city away.
    try:
        return index_section({**json.loads(held[0]), **json.loads(held[1][city])}, city, language=language)
    except (*NOT_OURS, StopIteration):
        return None


@lru_cache(maxsize=KEPT)
def _results(media: str, folder: str) -> tuple[bytes, dict[str, bytes]] | None:
    """Read the results of a package: what is said of the index, and of each city; both written again."""
    try:
        head = json.loads((Path(media) / folder / "package" / "results.json").read_bytes())
        units, tried = head.pop("units"), head.pop("uncertainty", None)
        return _packed(head), {
            unit["code"]: _packed({"units": [unit], **_tried(tried, unit["code"])}) for unit in units}
    except (OSError, *NOT_OURS):
        return None


def _packed(content: dict[str, Any]) -> bytes:
    """Write content again; half a sign of a text, which no page could send, is an error."""
    return json.dumps(content, ensure_ascii=False).encode()


def _tried(tried: dict[str, Any] | None, city: str) -> dict[str, Any]:
    return {"uncertainty": {"units": {city: tried["units"][city]}}} if tried else {}
