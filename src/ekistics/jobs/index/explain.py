"""What an index package says of one city, in sentences and as parts that add up."""

from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from ekistics.composite.explain import explain
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import use_language
from ekistics.jobs.index.stored import city_row, read_index
from ekistics.publish.index_story import IndexCity, city_sentences

__all__ = ["CityStory", "explain_city"]


@dataclass(frozen=True, slots=True)
class CityStory:
    """What an index says of a city.

    Parameters
    ----------
    code, name : str
        The city.
    sentences : tuple of str
        In words.
    unit : dict
        Its entry in ``results.json``.
    parts : tuple of dict
        What each item and group adds, and by how much it sets the city apart; empty where that cannot be told.
    """

    code: str
    name: str
    sentences: tuple[str, ...]
    unit: dict[str, Any]
    parts: tuple[dict[str, Any], ...]


def explain_city(folder: Path, city: str, *, against: str = "", language: str = "en") -> CityStory:
    """Explain a city's score from an index package.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    city : str
        Code or name of the city.
    against : str, default ""
        Code or name of a city that it is held against; the middle of all when empty.
    language : str, default "en"
        Language of the sentences.

    Returns
    -------
    CityStory
        The explanation.

    Raises
    ------
    EkisticsError
        The package cannot be read, or has no such city.
    """
    stored = read_index(folder)
    unit = stored.results["units"][city_row(stored.results, city)]
    other = stored.results["units"][city_row(stored.results, against)]["code"] if against else ""
    names = {place.code: place.name for place in stored.built.values.places}
    shown = IndexCity(stored.definition.index, stored.built.indices, unit["code"], names,
                      stored.results.get("uncertainty", {}), other, language)
    with use_language(language):
        return CityStory(unit["code"], unit["name"], city_sentences(shown), unit, _parts(shown))


def _parts(city: IndexCity) -> tuple[dict[str, Any], ...]:
    try:
        found = explain(city.index, city.code, city.against or None)
    except InvalidValueError:  # an index that counts pairs of cities has no parts
        return ()
    return tuple({name: None if isinstance(value, float) and not isfinite(value) else value
                  for name, value in asdict(part).items()} for part in found.parts)
