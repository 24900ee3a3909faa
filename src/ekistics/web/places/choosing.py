"""A place as people type it: its code, its name in any language, or both as a list offers them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.places.search import find_places, near_places, places_called
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


def matching(actor: Actor, text: str, may: Callable[[Place], bool], *, beyond: bool = False) -> Match:
    """Find what somebody typed.

    Parameters
    ----------
    actor : Actor
        Who asks.
    text : str
        A code, a name in any of the six languages, or both as :func:`offer` writes them.
    may : callable
        Tells whether a place is among those meant; only these are found.
    beyond : bool
        Whether places of other kinds that the actor may know of count, too, when a code is looked up and when it is
        asked whether another place is called so.

    Returns
    -------
    Match
        The place, or those near. A code in brackets decides; a code alone does where no other place is called so, as
        the code of a country may be the name of a city elsewhere.
    """
    typed = text.strip()
    meant = (lambda _place: True) if beyond else may
    coded = _coded(actor, typed, meant)
    called = places_called(actor, typed)
    if coded is not None:
        others = [p for p in called if meant(p) and p != coded]
        return Match(None, (coded, *others), "name") if others else Match(coded, (), "code")
    inside = CODE_AT_END.search(typed)
    coded = _coded(actor, inside["code"].strip(), meant) if inside else None
    if coded is not None:
        return Match(coded, (), "code")
    same = tuple(p for p in called if may(p))
    if same:
        return Match(same[0] if len(same) == 1 else None, same, "name")
    return _alike(actor, typed, may)


def _coded(actor: Actor, code: str, meant: Callable[[Place], bool]) -> Place | None:
    found = Place.objects.filter(visible(actor), code__iexact=code).first()
    return found if found is not None and meant(found) else None


def _alike(actor: Actor, typed: str, may: Callable[[Place], bool]) -> Match:
    """Find the places whose names begin with what was typed, else those that are a slip from it."""
    for how, looked_for in (("start", find_places), ("slip", near_places)):
        found = tuple(p for p in looked_for(actor, typed, limit=LOOKED_THROUGH) if may(p))
        if found:
            return Match(None, found, how)
    return Match(None, (), "none")


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
    found = matching(actor, text, may, beyond=True)
    if found.place is None:
        raise _unknown(list(found.near[:NEAR]), several=found.how == "name")
    return found.place


def _unknown(near: list[Place], *, several: bool) -> UnknownNameError:
    text = _("Several places have this name.") if several else _("There is no place with this code or name.")
    listed = "; ".join(offered(near))
    hint = _("Choose one of them: {places}.") if several else _("Near it: {places}.")
    return UnknownNameError(text, hint=hint.format(places=listed) if listed else None)
