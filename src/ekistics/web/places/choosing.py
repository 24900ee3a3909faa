"""A place as people type it: its code, its name in any language, or both as a list offers them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.search_terms import query_terms
from ekistics.web.places.models import Place, PlaceName
from ekistics.web.places.naming import names_of
from ekistics.web.places.search import find_places, near_places
from ekistics.web.policy import Actor, visible
from ekistics.web.render import language_now

__all__ = ["OFFERED", "Match", "chosen_place", "matching", "offer", "offered"]

OFFERED = 200  # places of a list; where there are more, people type and are told what is near
LOOKED_THROUGH = 100
NEAR = 5
CODE_AT_END = re.compile(r"\((?P<code>[^()]+)\)\s*$")


def offer(name: str, code: str) -> str:
    """Write a place as a list offers it: browsers look through names, and the code says which one it is."""
    return f"{name} ({code})"


def offered(places: Iterable[Place]) -> list[str]:
    """Write places as a list offers them, in the language of the request.

    Parameters
    ----------
    places : iterable of Place
        The places.

    Returns
    -------
    list of str
        Name and code; none where the list would be too long to be one.
    """
    held = list(places)
    if len(held) > OFFERED:
        return []
    named = names_of([p.pk for p in held], language_now())
    return [offer(named.get(p.pk, p.name), p.code) for p in held]


@dataclass(frozen=True, slots=True)
class Match:
    """What somebody's words mean.

    Parameters
    ----------
    place : Place or None
        The place, where they mean one.
    near : tuple of Place
        Else those that they may mean.
    how : str
        ``code``, ``name`` (also of several), ``start`` (names begin so), ``slip`` or ``none``.
    """

    place: Place | None
    near: tuple[Place, ...]
    how: str


def matching(actor: Actor, text: str, may: Callable[[Place], bool]) -> Match:
    """Find what somebody typed.

    Parameters
    ----------
    actor : Actor
        Who asks.
    text : str
        A code, a name in any of the six languages, or both as :func:`offer` writes them.
    may : callable
        Tells whether a place is among those meant; only these are found by name and named as near.

    Returns
    -------
    Match
        The place, or those near; one that is found by its code need not be among those meant, but is one that the
        actor may know of.
    """
    typed = text.strip()
    inside = CODE_AT_END.search(typed)
    for code in (typed, *([inside["code"].strip()] if inside else [])):
        found = Place.objects.filter(visible(actor), code__iexact=code).first()
        if found is not None:
            return Match(found, (), "code")
    candidates = [p for p in find_places(actor, typed, limit=LOOKED_THROUGH) if may(p)]
    same = _called(candidates, typed)
    if same or candidates:
        return Match(same[0] if len(same) == 1 else None, tuple(same or candidates), "name" if same else "start")
    near = tuple(p for p in near_places(actor, typed, limit=LOOKED_THROUGH) if may(p))
    return Match(None, near, "slip" if near else "none")


def chosen_place(actor: Actor, text: str, may: Callable[[Place], bool]) -> Place:
    """Give the place that somebody typed.

    Parameters
    ----------
    actor : Actor
        Who asks.
    text : str
        As for :func:`matching`.
    may : callable
        As for :func:`matching`.

    Returns
    -------
    Place
        The place; one that is found by its code need not be among those meant.

    Raises
    ------
    UnknownNameError
        There is none, or several have the name; the error names them or the nearest.
    """
    found = matching(actor, text, may)
    if found.place is None:
        raise _unknown(list(found.near[:NEAR]), several=found.how == "name")
    return found.place


def _called(places: list[Place], typed: str) -> list[Place]:
    """Keep the places of which a name in some language is what was typed."""
    wanted = query_terms(typed)
    names: dict[int, list[str]] = {p.pk: [p.name] for p in places}
    for key, name in PlaceName.objects.filter(place__in=names).values_list("place_id", "name"):
        names[key].append(name)
    return [p for p in places if any(query_terms(name) == wanted for name in names[p.pk])]


def _unknown(near: list[Place], *, several: bool) -> UnknownNameError:
    text = _("Several places have this name.") if several else _("There is no place with this code or name.")
    listed = "; ".join(offered(near))
    hint = _("Choose one of them: {places}.") if several else _("Near it: {places}.")
    return UnknownNameError(text, hint=hint.format(places=listed) if listed else None)
