"""city.toml: every wrong file gets one clear error with its place."""

import json
import tomllib

import pytest

from ekistics.core.errors import ConfigurationError, EkisticsError, MissingInputError, PackageError, UnknownNameError
from ekistics.jobs.city_config import CityConfig, city_template, input_entries, parse_city, read_city
from ekistics.jobs.profile.run import statements

LEAST = """
[city]
name = "A"
code = "A"
country = "XXX"
[boundary]
path = "b.gpkg"
"""


def parse(text):
    return parse_city(tomllib.loads(text))


def test_the_least_that_is_needed():
    config = parse(LEAST)
    assert isinstance(config, CityConfig)
    assert config.parameters.low_capacity_m == 500.0
    assert input_entries(config) == [("boundary", config.boundary)]


def test_the_template_is_a_valid_file_with_every_key_in_it():
    template = city_template()
    assert parse(template).city.code == "XXX-MYCITY"
    live = "\n".join(line.removeprefix("# ") if " = " in line or line.startswith("# [") else line
                     for line in template.splitlines())
    every = tomllib.loads(live.replace("from_population = false", "").replace("degurba = {}", ""))
    assert set(every) == {"city", "boundary", "population", "built_up", "land", "streets", "timetables", "air",
                          "neighbourhoods", "parameters", "uncertainty", "not_applicable"}


STATED = """
[[not_applicable]]
cell = "culture.resilient"
reason = "The city is new and has no heritage that could be lost."
by = "City of A"
day = "2026-11-20"
"""


def test_what_a_city_states_not_to_apply_becomes_a_document_of_its_package():
    (document,) = statements(parse(LEAST + STATED)).items()
    assert (document[0], json.loads(document[1])) == ("framework.json", {
        "schema_version": "1", "framework": "umf", "city": "A", "statements": [{
            "cell": "culture.resilient", "state": "not-applicable", "by": "City of A", "day": "2026-11-20",
            "reason": "The city is new and has no heritage that could be lost."}]})
    assert statements(parse(LEAST)) == {}


@pytest.mark.parametrize("change", [("culture.resilient", "culture.cheap"), ("2026-11-20", "soon"), ("City of A", "")])
def test_a_statement_of_no_cell_nobody_or_no_day_is_refused(change):
    with pytest.raises(PackageError, match="framework.json, statements/0"):
        statements(parse(LEAST + STATED.replace(*change)))


@pytest.mark.parametrize(("text", "kind", "words"), [
    (LEAST.replace("path", "pth"), UnknownNameError, ["[boundary]", "'pth'", "'path'"]),
    (LEAST + "[popluation]\n", UnknownNameError, ["'popluation'", "'population'"]),
    (LEAST.replace('name = "A"', ""), ConfigurationError, ["'city.name' is missing"]),
    (LEAST.replace('"b.gpkg"', "3"), ConfigurationError, ["boundary.path", "text in quotes", "3"]),
    (LEAST.replace('"XXX"', '"xx"'), ConfigurationError, ["[city]", "ISO 3166", "'xx'"]),
    (LEAST.replace('code = "A"', 'code = "A/B"'), ConfigurationError, ["'A/B'"]),
    (LEAST.replace('path = "b.gpkg"', ""), ConfigurationError, ["[boundary]", "one of 'path', 'point'"]),
    (LEAST.replace('path = "b.gpkg"', "point = [1.0]"), ConfigurationError, ["boundary.point", "two numbers"]),
    (LEAST + '[[population]]\npath="p.tif"\ntime_period=2020\n' * 2, ConfigurationError,
     ["[[population]]", "twice", "2020"]),
    (LEAST + '[[built_up]]\npath="p.tif"\ntime_period="2020"\n' * 2, ConfigurationError, ["[[built_up]]", "twice"]),
    (LEAST + '[[population]]\npath="p.tif"\ntime_period="now"\n', ConfigurationError, ["time period", "'now'"]),
    (LEAST + '[land]\npath="l.tif"\nunit="km2"\n', ConfigurationError, ["[land]", "'m2' or 'share'", "'km2'"]),
    (LEAST + '[[population]]\npath="p.tif"\ntime_period=2020\nsex="W"\n', ConfigurationError,
     ["[[population]] sex", "'F', 'M' or '_T'", "'W'"]),
    (LEAST + '[[population]]\npath="p.tif"\ntime_period=2020\nage="0-14"\n', ConfigurationError,
     ["[[population]] age", "Y0T14", "'0-14'"]),
    (LEAST + '[[population]]\npath="p.tif"\ntime_period=2020\nnodata="none"\n', ConfigurationError,
     ["[[population]]", "'missing' or 'zero'", "'none'"]),
    (LEAST + '[air]\npath="a.tif"\ntime_period="now"\n', ConfigurationError, ["[air] time_period", "'now'"]),
    (LEAST + '[streets]\npath="s.pbf"\ntime_period="May"\n', ConfigurationError, ["[streets] time_period", "'May'"]),
    (LEAST + "[parameters]\nopen_space_m = -1\n", ConfigurationError, ["[parameters] open_space_m", "-1"]),
    (LEAST + "[parameters]\nattach = \"door\"\n", ConfigurationError, ["'edge' or 'node'", "'door'"]),
    (LEAST + "[parameters.degurba]\ncentre_densty = 1\n", UnknownNameError,
     ["[parameters.degurba]", "'centre_densty'", "'centre_density'"]),
    (LEAST + "[parameters.degurba]\ncentre_density = -1\n", ConfigurationError, ["centre_density", "-1"]),
    (LEAST + "[uncertainty]\nbuilt_up_relative_sd = 0.1\n", ConfigurationError,
     ["[uncertainty]", "population_relative_sd"]),
    (LEAST + "[uncertainty]\nbuilt_up_relative_sd = 0.1\npopulation_relative_sd = -0.1\n", ConfigurationError,
     ["[uncertainty] population_relative_sd", "-0.1"]),
    (LEAST + "[parameters]\nlow_capacity_m = \"far\"\n", ConfigurationError, ["parameters.low_capacity_m", "a number"]),
], ids=lambda value: None if isinstance(value, str | list) else value.__name__)
def test_what_is_wrong_is_named_with_its_place_and_remedy(text, kind, words):
    with pytest.raises(kind) as caught:
        parse(text)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_groups_of_one_year_are_not_the_year_given_twice():
    rows = [f'[[population]]\npath="p{i}.tif"\ntime_period="2020"\nsex="{s}"\n' for i, s in enumerate(("_T", "F", "M"))]
    assert len(parse(LEAST + "".join(rows)).population) == 3


def test_a_year_may_be_written_without_quotes():
    assert parse(LEAST + '[[population]]\npath="p.tif"\ntime_period=2020\n').population[0].time_period == "2020"


def test_missing_configuration_says_how_to_make_one(tmp_path):
    with pytest.raises(MissingInputError, match="ekistics init"):
        read_city(tmp_path)


def test_missing_input_is_named_with_its_role(tmp_path):
    (tmp_path / "city.toml").write_text(LEAST, encoding="utf-8")
    with pytest.raises(MissingInputError, match="'boundary'"):
        read_city(tmp_path / "city.toml")


@pytest.mark.parametrize("content", [b"[city\n", b"\xff\xfe"])
def test_not_toml(tmp_path, content):
    (tmp_path / "city.toml").write_bytes(content)
    with pytest.raises(EkisticsError, match="not a TOML file"):
        read_city(tmp_path)
