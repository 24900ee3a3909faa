"""Names of places in a language, else the name that the record shows first."""

from collections.abc import Iterable

from ekistics.web.chunks import parts
from ekistics.web.places.models import PlaceName

__all__ = ["names_of"]


def names_of(places: Iterable[int], language: str) -> dict[int, str]:
    """Give the names of places in a language.

    Parameters
    ----------
    places : iterable of int
        Keys of places.
    language : str
        One of ar, en, es, fr, ru and zh.

    Returns
    -------
    dict of int to str
        The name by key; a place without a name in the language is left out.
    """
    found: dict[int, str] = {}
    for part in parts(list(places)):
        found.update(PlaceName.objects.filter(place__in=part, language=language, valid_to__isnull=True).exclude(
            kind="alternative").values_list("place_id", "name"))
    return found
