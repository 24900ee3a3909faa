"""The cities of a country on a map, by how they came into a national sample, or did not."""

from collections.abc import Mapping
from typing import Any

from ekistics.core.i18n import _
from ekistics.publish.palette import GREY, OKABE_ITO
from ekistics.publish.sample_tables import MARKS, sample_cities
from ekistics.web.observatory.pages.shared import city_addresses, listed_cities
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.render import language_now

__all__ = ["sample_features"]

# By day and by night, in the order of MARKS; the words of a class stand in the legend, the list and the card.
COLOURS = ((OKABE_ITO[0], "#4ea3dc"), (OKABE_ITO[1], OKABE_ITO[1]), (OKABE_ITO[3], OKABE_ITO[3]),
           (OKABE_ITO[2], "#35c19a"), (GREY, "#8d9aa6"))


def sample_features(place: Place, sample: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give the cities for the map: those of the sample where they are stated, and the others that the site knows.

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
    drawn = sample_cities(sample, language=language) if sample is not None else ()
    found = []
    for city in drawn:
        held = known.pop(city.code, None)
        x, y = (city.longitude, city.latitude) if city.longitude is not None else (
            (held.longitude, held.latitude) if held else (None, None))
        note = _("{stratum}; stands for {weight} cities").format(stratum=city.stratum, weight=city.weight)
        found.append((city.code, named.get(held.pk, held.name) if held else city.name, x, y, city.mark, note, held))
    rest = [(p.code, named.get(p.pk, p.name), p.longitude, p.latitude, len(MARKS) - 1, "", p) for p in known.values()]
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]},
                 "properties": {"id": code, "name": name, "class": mark, "note": note,
                                **({"href": href(code)} if held is not None else {})}}
                for code, name, x, y, mark, note, held in [*rest, *found] if x is not None and y is not None]
    return {"type": "FeatureCollection", "features": features, "near": True,
            "classes": _classes() if sample is not None else []}


def _classes() -> list[dict[str, str]]:
    return [{"title": _(title), "day": day, "night": night, "mark": "dot"}
            for title, (day, night) in zip(MARKS, COLOURS, strict=True)]
