"""The cities of a country on a map, by how they came into a national sample, or did not."""

from collections.abc import Iterator, Mapping
from typing import Any

from ekistics.core.i18n import _
from ekistics.publish.palette import GREY, OKABE_ITO
from ekistics.publish.sample_tables import MARKS, cities_not_drawn, sample_cities
from ekistics.web.observatory.pages.shared import city_addresses, listed_cities
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.render import language_now

__all__ = ["sample_features"]

# By day and by night, in the order of MARKS; the words of a class stand in the legend, the list and the card.
COLOURS = ((OKABE_ITO[0], "#4ea3dc"), (OKABE_ITO[1], OKABE_ITO[1]), (OKABE_ITO[3], OKABE_ITO[3]),
           (OKABE_ITO[2], "#35c19a"), (GREY, "#8d9aa6"))
OUTSIDE = len(MARKS) - 1

_Where = tuple[float | None, float | None]
_Spot = tuple[str, str, _Where, int, str, bool]  # code, name, place, class, note, whether it has a page


def sample_features(place: Place, sample: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the cities for the map: those of the frame, drawn or not, and the others that the site knows.

    Parameters
    ----------
    place : Place
        The country.
    sample : mapping or None
        The document ``sample.json``; None where there is no sample.

    Returns
    -------
    dict
        A collection of features with classes.
    """
    language, href = language_now(), city_addresses()
    known = {p.code: p for p in listed_cities().filter(country=place.country)}
    named = names_of([p.pk for p in known.values()], language)
    found: list[_Spot] = []
    for code, name, where, mark, note in _told(sample, language) if sample is not None else ():
        held = known.pop(code, None)
        at = where if None not in where or held is None else (held.longitude, held.latitude)
        found.append((code, named.get(held.pk, held.name) if held else name, at, mark, note, held is not None))
    rest = [(p.code, named.get(p.pk, p.name), (p.longitude, p.latitude), OUTSIDE, "", True) for p in known.values()]
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]},
                 "properties": {"id": code, "name": name, "class": mark, "note": note,
                                **({"href": href(code)} if has_page else {})}}
                for code, name, (x, y), mark, note, has_page in [*rest, *found] if x is not None and y is not None]
    return {"type": "FeatureCollection", "features": features, "near": True,
            "classes": _classes() if sample is not None else []}


def _told(sample: Mapping[str, Any], language: str) -> Iterator[tuple[str, str, _Where, int, str]]:
    """Give what a document tells of each city of its frame; those that were drawn come last, and lie on top."""
    for other in cities_not_drawn(sample, language=language):
        note = _("{stratum}; size {size}").format(stratum=other.stratum, size=other.size)
        yield other.code, other.name, (other.longitude, other.latitude), OUTSIDE, note
    for city in sample_cities(sample, language=language):
        note = _("{stratum}; stands for {weight} cities").format(stratum=city.stratum, weight=city.weight)
        yield city.code, city.name, (city.longitude, city.latitude), city.mark, note


def _classes() -> list[dict[str, str]]:
    return [{"title": _(title), "day": day, "night": night, "mark": "dot"}
            for title, (day, night) in zip(MARKS, COLOURS, strict=True)]
