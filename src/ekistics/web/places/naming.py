"""Names of places in a language, else the name that the record shows first."""

from collections.abc import Iterable

from ekistics.web.chunks import parts
from ekistics.web.places.models import Place, PlaceName
from ekistics.web.statements import Statement

__all__ = ["forget_countries", "names_of", "names_of_countries"]

# By language and code. Countries are written when the site is made ready, or with the first package of one, and never
# changed, so a process may remember them; one that meets a code that it does not know reads all again.
_COUNTRIES: dict[str, dict[str, str]] = {}


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
    return {key: name for part in parts(list(places)) for key, name in _NAMES(places=part, language=language)}


_NAMES = Statement(lambda places, language: PlaceName.objects.filter(
    place__in=places, language=language, valid_to__isnull=True).exclude(kind="alternative").values_list(
    "place_id", "name"))


def names_of_countries(codes: Iterable[str], language: str) -> dict[str, str]:
    """Give the names of countries in a language.

    Parameters
    ----------
    codes : iterable of str
        Codes of countries.
    language : str
        One of ar, en, es, fr, ru and zh.

    Returns
    -------
    dict of str to str
        The name by code; a code that is no country's is left out.
    """
    wanted = set(codes) - {""}
    if not wanted <= _COUNTRIES.get(language, {}).keys():
        rows = list(Place.objects.filter(kind="country").values_list("pk", "country", "name"))
        named = names_of([key for key, _country, _name in rows], language)
        _COUNTRIES[language] = {country: named.get(key, name) for key, country, name in rows}
    known = _COUNTRIES.get(language, {})
    return {code: known[code] for code in wanted if code in known}


def forget_countries() -> None:
    """Forget the names of countries: for tests, whose records come and go."""
    _COUNTRIES.clear()
