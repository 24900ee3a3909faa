"""Cities that somebody types to add them to a comparison: by name, code, or both as the list offers them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, zip_longest

from ekistics.web.observatory.pages.shared import listed_cities
from ekistics.web.places.choosing import OFFERED, matching, offered
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor

__all__ = ["Typed", "city_names", "typed_cities"]

SEPARATORS = re.compile(r"[,;\u060c\u3001\uff0c\uff1b]")
LONGEST = 200  # characters that are read at a time


@dataclass(frozen=True, slots=True)
class Typed:
    """What the words of a field mean.

    Parameters
    ----------
    cities : tuple of Place
        Cities that are meant.
    maybe : tuple of Place
        Cities that may be meant, to choose from.
    unknown : tuple of str
        Words that no city is called by, not even with a slip.
    slips : tuple of str
        Words for which ``maybe`` has cities that are written otherwise.
    left : tuple of str
        Names that were not read: there were too many.
    """

    cities: tuple[Place, ...] = ()
    maybe: tuple[Place, ...] = ()
    unknown: tuple[str, ...] = ()
    slips: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def typed_cities(actor: Actor, text: str, *, most: int, offers: int) -> Typed:
    """Read what was typed: one city, or several with commas between them.

    Parameters
    ----------
    actor : Actor
        Who asks.
    text : str
        The words.
    most : int
        The most names looked for.
    offers : int
        The most cities offered for one of them.

    Returns
    -------
    Typed
        A name counts where one city has it, or begins with it. Of the cities that may be meant, the first of each name
        stand before the second ones, so that whoever shows some of them shows some for each name.
    """
    if not text.strip():
        return Typed()
    whole = _one(actor, text, offers)
    parts = [part.strip() for part in SEPARATORS.split(text) if part.strip()]
    if len(parts) < 2 or whole.cities or whole.maybe:
        return whole
    read = _read_at_once(parts, most)
    found = [_one(actor, part, offers) for part in parts[:read]]
    cities, unknown, slips = (tuple(dict.fromkeys(each for one in found for each in getattr(one, name)))
                              for name in ("cities", "unknown", "slips"))
    ranks = zip_longest(*(one.maybe for one in found))
    maybe = dict.fromkeys(place for rank in ranks for place in rank if place is not None)
    return Typed(cities, tuple(maybe), unknown, slips, tuple(parts[read:]))


def _read_at_once(parts: list[str], most: int) -> int:
    """Count the names that are read: each costs look-ups, and more where no city is called so."""
    within = sum(size <= LONGEST for size in accumulate(map(len, parts)))
    return max(1, min(most, within))


def _one(actor: Actor, text: str, most: int) -> Typed:
    if len(text) > LONGEST:
        return Typed(unknown=(text.strip(),))  # the record holds no name as long
    found = matching(actor, text, lambda place: place.kind == "city")
    if found.place is not None:
        return Typed((found.place,))
    if found.how == "start" and len(found.near) == 1:
        return Typed(found.near)
    if found.near:
        return Typed(maybe=found.near[:most], slips=(text.strip(),) if found.how == "slip" else ())
    return Typed(unknown=(text.strip(),))


def city_names() -> Iterable[str]:
    """Give the names and codes of all cities with something published; none where a list of them would be too long."""
    cities = listed_cities()
    return [] if cities[OFFERED:OFFERED + 1] else offered(cities)
