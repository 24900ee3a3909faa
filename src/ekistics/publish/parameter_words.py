"""Words for the parameters of a run that have no sentence of their own, and for values that are codes."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache

from ekistics.core.i18n import N_, _
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["code_words", "meaning"]

# What city.toml says of its keys, word for word, so that both have one translation.
MEANINGS: Mapping[str, str] = {
    "attach": N_("What places attach to: 'edge', the nearest point of a street, or 'node', its nearest end."),
    "count_legs": N_("Whether the straight legs at both ends count."),
    "min_part_nodes": N_("Parts of the street network with fewer nodes are left out; 0 keeps every part."),
    "walk_never": N_("Values of 'highway' that nobody walks on."),
    "walk_foot_allows": N_("Values of 'foot' that always allow walking on the rest."),
    "walk_not": N_("Values of 'highway' that are not walked unless 'foot' allows it."),
    "walk_foot_refuses": N_("Values of 'foot' that refuse walking."),
    "walk_access_refuses": N_("Values of 'access' that refuse walking unless 'foot' allows it."),
    "max_missing_share": N_("Ground (or people, for the air) without data inside an area, as a share, above which a"
                            " value is not computed."),
    "street_window_km": N_("How far around the city streets are read, kilometres."),
    "frequency_cluster_m": N_("Stops of one capacity this near to each other count as one for departures per hour,"
                              " metres."),
    "frequency_hours": N_("Hours of the service day in which departures are counted, from and to."),
    "frequency_classes.high": N_("Departures per hour from which they are frequent."),
    "frequency_classes.medium": N_("Departures per hour from which they are regular."),
    "frequency_classes.low": N_("Departures per hour above which they are rare."),
    "route_types.low_capacity": N_("GTFS route types of bus, tram and informal transit."),
    "route_types.high_capacity": N_("GTFS route types of rail, metro, ferry and cable car."),
    "street_widths.edition": N_("Edition of the table of street widths."),
    "street_widths.sha256": N_("Checksum of the table of street widths."),
    "open_space_tags.edition": N_("Edition of the table of tags of open space."),
    "open_space_tags.sha256": N_("Checksum of the table of tags of open space."),
    "boundary.point": N_("The point, longitude and latitude, whose urban centre is the boundary."),
    "boundary.from_population": N_("Whether the boundary is the ground that the population points cover."),
    "uncertainty.built_up_relative_sd": N_("Relative standard deviation of built-up surface, e.g. 0.05."),
    "uncertainty.population_relative_sd": N_("Relative standard deviation of population, e.g. 0.10."),
    "uncertainty.time_correlation": N_("Correlation of one quantity's errors between two dates."),
    "uncertainty.cross_correlation": N_("Correlation of the errors of built-up surface and population."),
    "uncertainty.draws": N_("Draws of the simulation."),
    "uncertainty.seed": N_("Seed of the simulation."),
}

# How an input is read, by the last part of names such as read.population.1.time_period.
READ: Mapping[str, str] = {
    "time_period": N_("Time of the input."), "value": N_("Field of the input that holds the values."),
    "lon": N_("Field of the input that holds the longitude."), "lat": N_("Field of the input that holds the latitude."),
    "nodata": N_("What no data in the input means."), "sex": N_("Sex of the people in the input; _T is all."),
    "age": N_("Age of the people in the input; _T is all."), "unit": N_("Unit of the values in the input."),
    "id": N_("Field of the input that holds the code."), "name": N_("Field of the input that holds the name."),
    "layer": N_("Layer of the input's file."), "crs": N_("CRS of the input, where its file has none."),
}

# By parameter, so that "none" may mean one thing here and another there; "" holds for all.
CODES: Mapping[str, Mapping[str, str]] = {
    "service_day": {"busiest-midweek": N_("the busiest day in the middle of a week"), "any": N_("any day")},
    "attach": {"edge": N_("the nearest point of a street"), "node": N_("the nearest end of a street")},
    "degurba": {
        "rook": N_("cells with a common side"), "queen": N_("cells with a common side or corner"),
        "before_gap_filling": N_("before gaps are filled"), "after_gap_filling": N_("after gaps are filled"),
        "water_and_low_land": N_("water cells and empty cells with little land"), "water": N_("water cells"),
        "low_land": N_("empty cells with little land"), "nothing": N_("none"), "none": N_("none"),
        "after_smoothing": N_("after smoothing"), "before_smoothing": N_("before smoothing"),
        "leave": N_("left"), "fill": N_("given to a centre"), "infinite": N_("pass every threshold"),
        "cell_area": N_("divided by the whole cell"), "excluded": N_("never pass"), "missing": N_("no class"),
        "half_even": N_("halves to the even digit"), "half_up": N_("halves up"),
        "up_to_percent": N_("up to whole percent"), "dynamic": N_("found from the data")},
}


def meaning(name: str) -> str:
    """Say what a parameter means.

    Parameters
    ----------
    name : str
        Its flat name, such as ``degurba.gap_limit``.

    Returns
    -------
    str
        Words in the language in use; empty where there are none.

    Examples
    --------
    >>> meaning("degurba.gap_limit")
    'Gaps of less than this area are filled.'
    """
    first, _point, rest = name.partition(".")
    text = MEANINGS.get(name, "")
    if first == "degurba":
        text = _degurba().get(rest, "")
    elif first == "read":
        text = READ.get(rest.rpartition(".")[2], "")
    return _(text) if text else ""


def code_words(name: str, value: str) -> str:
    """Write a value that is a code in words.

    Parameters
    ----------
    name : str
        The parameter's flat name.
    value : str
        The value.

    Returns
    -------
    str
        Words in the language in use; the value itself where there are none.
    """
    known = CODES.get(name.partition(".")[0], {}).get(value)
    return _(known) if known else value


@cache
def _degurba() -> dict[str, str]:
    return {item.name: item.metadata["help"] for item in fields(DegurbaParameters)}
