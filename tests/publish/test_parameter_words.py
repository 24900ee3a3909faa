"""Every parameter of a run is told in words, in the profile and on the page of a city."""

from dataclasses import fields

import pytest

from ekistics.core.city_keys import CITY_KEYS
from ekistics.core.i18n import use_language
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.jobs.city_config import (
    AirInput,
    BoundaryInput,
    BuiltUpInput,
    LandInput,
    NeighbourhoodsInput,
    Parameters,
    PopulationInput,
    StreetsInput,
    TimetableInput,
    Uncertainty,
)
from ekistics.jobs.profile.parameters import STATED
from ekistics.publish.method import sentence, value_shown
from ekistics.publish.parameter_words import CODES, MEANINGS, meaning

KEYS = [*(f.name for f in fields(Parameters)),
        *(f"uncertainty.{f.name}" for f in fields(Uncertainty)),
        *(f"degurba.{f.name}" for f in fields(DegurbaParameters))]


@pytest.mark.parametrize("name", [*KEYS, "read.population.1.time_period", "read.neighbourhoods.2.id", "boundary.point",
                                  "boundary.layer", "title", "degurba.preset", "service_day_used",
                                  "route_types.low_capacity", "frequency_classes.high", "street_widths.sha256"])
def test_a_parameter_has_words(name):
    told = sentence(name, "x1", language="en")
    assert " = " not in told and "x1" in told and not told.startswith(name)


TABLES = {"boundary": BoundaryInput, "population": PopulationInput, "built_up": BuiltUpInput, "land": LandInput,
          "streets": StreetsInput, "timetables": TimetableInput, "air": AirInput, "neighbourhoods": NeighbourhoodsInput,
          "": Parameters, "uncertainty": Uncertainty}


def test_a_key_of_city_toml_has_one_text_there_and_in_the_profile():
    helps = {f"{table}.{f.name}".lstrip("."): f.metadata["help"] for table, kind in TABLES.items()
             for f in fields(kind) if f.name not in STATED}
    assert helps == CITY_KEYS
    assert {name: meaning(name) for name in helps} == helps
    assert not {*MEANINGS} & {*helps}


@pytest.mark.parametrize("role", [role for role in TABLES if role not in ("", "uncertainty", "boundary")])
def test_how_an_input_was_read_is_told_by_the_help_of_its_table(role):
    for f in fields(TABLES[role]):
        assert meaning(f"read.{role}.12.{f.name}") == ("" if f.name in STATED else f.metadata["help"])


def test_codes_are_told_in_words():
    choices = {(f.name, code) for f in fields(DegurbaParameters) for code in f.metadata.get("choices", ())}
    assert {code for _name, code in choices} - set(CODES["degurba"]) == {"r2023a", "r2022a"}
    assert sentence("degurba.centre_contiguity", "rook", language="en") == (
        "Which cells of an urban centre touch. Value: cells with a common side.")
    days = {"busiest-midweek": "the busiest day in the middle of a week.", "2019-05-14": "2019-05-14."}
    for value, words in days.items():
        assert sentence("service_day", value, language="en").endswith(words)
    assert sentence("degurba.centre_built_up", 0.2, language="en").endswith("the share: 0.2.")


def test_words_are_told_in_the_language_of_the_page():
    with use_language("fr"):
        told = meaning("degurba.gap_limit")
    assert told and told != "Gaps of less than this area are filled."
    assert sentence("unheard_of", 3, language="en") == "unheard_of = 3"


@pytest.mark.parametrize(("value", "text"), [
    (1e-5, "0.00001"), (-1e-5, "-0.00001"), (6e-5, "0.00006"), (1.23456e-7, "0.0000001235"), (1e-12, "0.000000000001"),
    (0.0001, "0.0001"), (0.00012345, "0.0001"), (1.23456, "1.2346"), (0.05, "0.05"), (-23.99, "-23.99"), (0.0, "0"),
    (15.0, "15"), (10_000, "10,000")])
def test_a_number_shows_the_digits_that_it_has(value, text):
    assert value_shown(value, language="en") == text
    assert value_shown(value, language="fr") == text.replace(",", "\u202f").replace(".", ",")
