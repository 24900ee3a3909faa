"""Method text from the run's own parameters: a sentence for each one that was used, with the value that was used."""

import math
from collections.abc import Mapping
from typing import Any

from ekistics.core.i18n import N_, _, joined
from ekistics.publish.numbers import number_text
from ekistics.publish.parameter_words import code_words, meaning

__all__ = ["flattened", "of_method", "parameter_sentences", "role_text", "sentence"]

DIGITS = 4  # of a parameter, at most

# Name of a parameter: the indicators it bears on (by start of the code; empty for all), and its sentence.
SENTENCES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "low_capacity_m": (("sdg_11_2_1",), N_("A stop of bus, tram or informal transit counts within {value} m along the"
                                           " streets.")),
    "high_capacity_m": (("sdg_11_2_1",), N_("A stop of rail, metro, ferry or cable car counts within {value} m along"
                                            " the streets.")),
    "service_day": (("sdg_11_2_1",), N_("A stop counts when a trip calls there on the service day; the day: {value}.")),
    "open_space_m": (("sdg_11_7_1",), N_("Open public space counts within {value} m along the streets.")),
    "open_space_entrance_m": (("sdg_11_7_1",), N_("An open space without an entrance is entered from the nearest street"
                                                  " within {value} m.")),
    "max_leg_m": (("sdg_11_2_1", "sdg_11_7_1"), N_("A place farther than {value} m from any street counts as not"
                                                   " reachable.")),
    "small_part_nodes": (("sdg_11_2_1", "sdg_11_7_1"), N_("Parts of the street network with fewer than {value} nodes"
                                                          " are reported as small.")),
    "intersection_ways": (("street", "intersection"), N_("An intersection is where at least {value} street segments"
                                                         " meet.")),
    "delineation_window_km": (("degree", "degurba"), N_("Grids are read as far as {value} km around the city.")),
    "centre_density": (("degree", "degurba"), N_("A cell of an urban centre has at least {value} people per km² of"
                                                " land.")),
    "centre_size": (("degree", "degurba"), N_("An urban centre has at least {value} people.")),
    "centre_built_up": (("degree", "degurba"), N_("A cell built up by at least this share of its land counts as one of"
                                                 " an urban centre whatever its density; the share: {value}.")),
    "cluster_density": (("degree", "degurba"), N_("A cell of an urban cluster has at least {value} people per km² of"
                                                 " land.")),
    "cluster_size": (("degree", "degurba"), N_("An urban cluster has at least {value} people.")),
    "service_day_used": (("sdg_11_2_1",), N_("The service day that was taken: {value}.")),
}

ROLES: Mapping[str, str] = {
    "population": N_("people"), "population_points": N_("people"), "built_up": N_("built-up surface"),
    "land": N_("land"), "streets": N_("streets and open space"), "timetable": N_("timetable"),
    "timetables": N_("timetable"), "air": N_("fine particles (PM2.5)"), "boundary": N_("boundary"),
    "neighbourhoods": N_("neighbourhoods"), "upload": N_("uploaded file"), "households": N_("survey of households"),
    "persons": N_("survey of people"), "mapping": N_("mapping of survey variables"), "form": N_("form"),
    "codebook": N_("codebook"),
}


def role_text(role: str) -> str:
    """Name what an input is to the run.

    Parameters
    ----------
    role : str
        Its role.

    Returns
    -------
    str
        Words for people; the role itself where there are none.
    """
    known = ROLES.get(role.split(":")[0])
    return _(known) if known else role


def flattened(parameters: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flatten nested parameters to names with points.

    Parameters
    ----------
    parameters : mapping
        Parameters, perhaps with mappings among the values.
    prefix : str
        What the names begin with.

    Returns
    -------
    dict
        Name to value.

    Examples
    --------
    >>> flattened({"a": 1, "b": {"c": 2}})
    {'a': 1, 'b.c': 2}
    """
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def of_method(name: str) -> tuple[tuple[str, ...], str] | None:
    """Give what a parameter of a method bears on, and its sentence; None for all other parameters.

    Parameters
    ----------
    name : str
        The parameter's flat name.

    Returns
    -------
    tuple of (tuple of str, str), optional
        Beginnings of the codes of indicators, and the sentence in the source language.
    """
    return SENTENCES.get(name.rpartition(".")[2])


def sentence(name: str, value: Any, *, language: str) -> str:
    """Say one parameter with its value.

    Parameters
    ----------
    name : str
        The parameter's flat name.
    value : object
        The value that was used.
    language : str
        Language of numbers.

    Returns
    -------
    str
        A sentence where the parameter has one, else its meaning and the value; ``name = value`` where it has neither.
    """
    own = of_method(name)
    shown = value_shown(code_words(name, value) if isinstance(value, str) else value, language=language)
    if own:
        return _(own[1]).format(value=shown)
    words = meaning(name)
    return _("{meaning} Value: {value}.").format(meaning=words, value=shown) if words else f"{name} = {shown}"


def value_shown(value: Any, *, language: str) -> str:
    """Write a parameter's value.

    Parameters
    ----------
    value : object
        A number, text, truth value, list or None; a number has four digits after its point at most, one under 0.1 four
        significant ones.
    language : str
        Language of numbers.

    Returns
    -------
    str
        The text.
    """
    if value is None or value == "":
        return _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return number_text(value, _digits(value), language=language)
    if isinstance(value, list | tuple):
        return joined(value_shown(v, language=language) for v in value)
    return str(value)


def _digits(value: float) -> int:
    """Count the digits after the point: four at most, or as many as four that signify need."""
    most = max(DIGITS, DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else DIGITS
    return len(f"{value:.{most}f}".rstrip("0").partition(".")[2])


def parameter_sentences(parameters: Mapping[str, Any], indicator: str, *, language: str) -> tuple[str, ...]:
    """Give the sentences of the parameters that bear on an indicator.

    Parameters
    ----------
    parameters : mapping of str to object
        The run's parameters by flat name, from :func:`flattened`.
    indicator : str
        The indicator's code.
    language : str
        Language of numbers.

    Returns
    -------
    tuple of str
        The sentences; parameters under the indicator's own name are always among them.
    """
    found = []
    for name, value in parameters.items():
        owners, _text = of_method(name) or ((), "")
        if name.split(".")[0] == indicator or any(indicator.startswith(owner) for owner in owners):
            found.append(sentence(name, value, language=language))
    return tuple(found)
