"""Words for the parameters of a run that have no sentence of their own, and for values that are codes."""

import re
from collections.abc import Mapping
from dataclasses import fields
from functools import cache

from ekistics.core.city_keys import CITY_KEYS
from ekistics.core.i18n import N_, _
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.publish.figures import dimension_text

__all__ = ["code_words", "meaning"]

# Parameters that a run makes itself; those of city.toml have its help, and rules of a delineation theirs.
MEANINGS: Mapping[str, str] = {
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
    "degurba.preset": N_("Set of rules of the Degree of Urbanisation to start from."),
    "title": N_("Title of the upload."),
}

_TOUCH = {"rook": N_("cells with a common side"), "queen": N_("cells with a common side or corner")}
_SURFACE = {"m2": N_("square metres per cell"), "share": N_("share of the cell, 0 to 1")}
_BUILT_UP = {"dynamic": N_("found from the data"), "none": N_("none, the rule is not used")}

# By parameter, as "none" means one thing here and another there. Words of sex and age are those of the code lists.
CODES: Mapping[str, Mapping[str, str]] = {
    "service_day": {"busiest-midweek": N_("the busiest day in the middle of a week"), "any": N_("any day")},
    "attach": {"edge": N_("the nearest point of a street"), "node": N_("the nearest end of a street")},
    "population.nodata": {"missing": N_("not known how many live there"), "zero": N_("nobody lives there")},
    "built_up.unit": _SURFACE,
    "land.unit": _SURFACE,
    "degurba.preset": {"r2023a": N_("since July 2024, with the grids of GHSL R2023A"),
                       "r2022a": N_("with the grids of GHSL R2022A"),
                       "semi_dense_before_2024": N_("before July 2024, with the grids of GHSL R2023A")},
    **{f"degurba.{part}_contiguity": _TOUCH for part in ("centre", "cluster", "dense", "semi_dense", "suburban",
                                                         "rural_cluster", "dynamic")},
    "degurba.centre_built_up": _BUILT_UP,
    "degurba.dense_built_up": _BUILT_UP,
    "degurba.centre_size_test": {"before_gap_filling": N_("before gaps are filled"),
                                 "after_gap_filling": N_("after gaps are filled")},
    "degurba.smoothing": {"r2023a": N_("more than half of the neighbours that count, as in GHSL R2023A"),
                          "r2022a": N_("at least five of eight neighbours, as in GHSL R2022A"),
                          "none": N_("edges are left as they are")},
    "degurba.smoothing_leaves_out": {"water_and_low_land": N_("water cells and empty cells with little land"),
                                     "water": N_("water cells"), "low_land": N_("empty cells with little land"),
                                     "nothing": N_("none")},
    "degurba.gap_fill_order": {"after_smoothing": N_("after smoothing"), "before_smoothing": N_("before smoothing")},
    "degurba.gap_pockets": {"leave": N_("left"), "fill": N_("given to a centre")},
    "degurba.zero_land": {"infinite": N_("pass every threshold"), "cell_area": N_("divided by the whole cell"),
                          "excluded": N_("never pass")},
    "degurba.missing_cells": {"missing": N_("no class"), "water": N_("is water")},
    "degurba.built_up_rounding": {"half_even": N_("halves to the even digit"), "half_up": N_("halves up"),
                                  "none": N_("not rounded")},
    "degurba.dynamic_rounding": {"up_to_percent": N_("up to whole percent"), "none": N_("not rounded")},
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
    >>> meaning("degurba.gap_limit"), meaning("read.neighbourhoods.1.id")
    ('Gaps of less than this area are filled.', 'Column with a stable code.')
    """
    key = _key(name)
    text = MEANINGS.get(key) or CITY_KEYS.get(key) or _degurba().get(key, "")
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
        Words in the language in use; the value itself where it is no code of this parameter.

    Examples
    --------
    >>> code_words("degurba.smoothing", "none"), code_words("degurba.dynamic_rounding", "none")
    ('edges are left as they are', 'not rounded')
    >>> code_words("read.population.2.age", "Y_GE65"), code_words("title", "none")
    ('65 years and older', 'none')
    """
    key = _key(name)
    if key in ("population.sex", "population.age"):
        return dimension_text(key.partition(".")[2], value)
    known = CODES.get(key, {})
    return _(known[value]) if value in known else value


def _key(name: str) -> str:
    """Name a parameter as city.toml does: ``read.population.1.sex`` is the key ``sex`` of its table ``population``."""
    read = re.fullmatch(r"read\.(\w+)\.[0-9]+\.(\w+)", name)
    return ".".join(read.groups()) if read else name


@cache
def _degurba() -> dict[str, str]:
    return {f"degurba.{item.name}": item.metadata["help"] for item in fields(DegurbaParameters)}
