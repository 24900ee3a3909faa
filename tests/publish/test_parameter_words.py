"""Every parameter of a run is told in words, in the profile and on the page of a city."""

from dataclasses import fields

import pytest

from ekistics.core.city_keys import CITY_KEYS
from ekistics.core.i18n import use_language
from ekistics.geo.degurba.parameters import PRESETS, DegurbaParameters
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
from ekistics.publish.parameter_words import CODES, MEANINGS, code_words, meaning

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


CHOICES = {f"degurba.{f.name}": f.metadata["choices"] for f in fields(DegurbaParameters) if "choices" in f.metadata} | {
    "degurba.preset": tuple(PRESETS), "service_day": ("busiest-midweek", "any"), "attach": ("edge", "node"),
    "population.nodata": ("missing", "zero"), "built_up.unit": ("m2", "share"), "land.unit": ("m2", "share")}


def test_each_parameter_has_words_for_its_own_choices_and_for_no_others():
    assert {name: set(known) for name, known in CODES.items()} == {name: set(its) for name, its in CHOICES.items()}
    assert len({code for its in CHOICES.values() for code in its}) > 25


@pytest.mark.parametrize(("name", "code"), [(name, code) for name, its in CHOICES.items() for code in its])
def test_a_choice_is_told_in_words_and_elsewhere_stands_as_it_is(name, code):
    role, _dot, key = name.partition(".")
    full = f"read.{role}.1.{key}" if role in TABLES else name
    assert code_words(full, code) == CODES[name][code] != code
    assert sentence(full, code, language="en").endswith(f"{CODES[name][code]}.")
    assert code_words("walk_never", code) == code_words("read.population.1.value", code) == code
    for last in ("nodata", "unit", "sex", "age", "attach", "service_day", "smoothing"):
        assert code_words(f"other.{last}", code) == code, last


@pytest.mark.parametrize(("name", "value", "words"), [
    ("degurba.centre_contiguity", "rook", "Which cells of an urban centre touch. Value: cells with a common side."),
    ("degurba.missing_cells", "water", "A cell without data in all three grids has no class, or is water."
                                       " Value: is water."),
    ("degurba.smoothing_leaves_out", "water", "Neighbours that do not count in r2023a: water cells, empty cells with"
                                              " little land, both, or none. Value: water cells."),
    ("read.population.3.nodata", "missing", "What a cell without data means: 'missing', or 'zero' where the producer"
                                            " says that nobody lives there. Value: not known how many live there."),
    ("read.population.3.sex", "F", "Sex that the file counts, as SDMX code: F, M, or _T for everybody."
                                   " Value: women and girls."),
    ("read.population.10.age", "Y_GE65", "Age group that the file counts, as SDMX code, e.g. Y0T14 or Y_GE65; _T is all"
                                         " ages. Value: 65 years and older."),
    ("read.built_up.1.unit", "m2", "Unit of the values: 'm2' per cell, or 'share' of the cell (0 to 1)."
                                   " Value: square metres per cell."),
    ("service_day", "busiest-midweek", "A stop counts when a trip calls there on the service day; the day: the busiest"
                                       " day in the middle of a week."),
    ("service_day", "2019-05-14", "A stop counts when a trip calls there on the service day; the day: 2019-05-14."),
    ("degurba.centre_built_up", 0.2, "A cell built up by at least this share of its land counts as one of an urban"
                                     " centre whatever its density; the share: 0.2.")])
def test_a_parameter_is_told_with_its_value(name, value, words):
    assert sentence(name, value, language="en") == words


def test_words_are_told_in_the_language_of_the_page():
    with use_language("fr"):
        told = meaning("degurba.gap_limit")
    assert told and told != "Gaps of less than this area are filled."
    assert sentence("unheard_of", 3, language="en") == "unheard_of = 3"


@pytest.mark.parametrize(("value", "text"), [
    (1e-5, "0.00001"), (-1e-5, "-0.00001"), (6e-5, "0.00006"), (1.23456e-7, "0.0000001235"), (1e-12, "0.000000000001"),
    (0.0001, "0.0001"), (0.00012345, "0.0001234"), (0.00025, "0.00025"), (0.012345678, "0.01235"),
    (1.23456, "1.2346"), (0.05, "0.05"), (-23.99, "-23.99"), (0.0, "0"),
    (15.0, "15"), (10_000, "10,000")])
def test_a_number_shows_the_digits_that_it_has(value, text):
    assert value_shown(value, language="en") == text
    assert value_shown(value, language="fr") == text.replace(",", "\u202f").replace(".", ",")
