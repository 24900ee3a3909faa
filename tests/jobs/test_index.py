"""An index from file and values to package: numbers by hand, holes, what is filled from where, and bad input."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from ekistics.cli.index import index as commands
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.jobs.index import build_index
from ekistics.jobs.index.stored import city_row, read_index
from ekistics.package import read_package, verify_package, write_package
from tests.jobs.index_files import CITIES, MINE, results_of, write_files, write_profile


def build(tmp_path, *, index=MINE, cities=CITIES, **how):
    definition, values = write_files(tmp_path, index=index, cities=cities)
    return build_index(definition, values, tmp_path / "out", **how)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_scores_and_ranks_are_those_worked_by_hand(tmp_path):
    units, found = results_of(build(tmp_path).folder)
    # By hand: services (80 + 70) / 2 = 75, land 100 (1 - 6000 / 15000) = 60; the root of 75 x 60 and of 75 x 80.
    assert units["XMU-A"]["scores"] == pytest.approx({"services": 75, "land": 60, "total": math.sqrt(75 * 60)})
    assert units["XMU-B"]["score"] == pytest.approx(math.sqrt(75 * 80))
    assert (units["XMU-A"]["rank"], units["XMU-B"]["rank"], found["ranked"]) == (2, 1, 2)
    assert units["XMU-A"]["variants"]["plain"]["score"] == pytest.approx(67.5)


def test_a_hole_is_told_with_its_coverage_and_never_filled(tmp_path):
    outcome = build(tmp_path)
    units, _found = results_of(outcome.folder)
    hole = units["XMU-C"]
    assert (hole["score"], hole["rank"], hole["missing"], hole["imputed"]) == (None, None, ["water"], [])
    assert hole["coverage"] == pytest.approx({"services": 0.5, "land": 1, "total": 0.75})
    # The variant scores what is known: light 50, land 100 x 7000 / 15000.
    assert hole["variants"]["plain"]["score"] == pytest.approx((50 + 700 / 15) / 2)
    cell = next(row for row in rows_of(outcome.folder / "inputs.csv") if (row["ref_area"], row["item"])
                == ("XMU-C", "water"))
    assert (cell["obs_value"], cell["used"], cell["status"], cell["reason"]) == ("", "", "missing", "not-stated")
    table = read_package(outcome.folder).observations
    row = table[(table["ref_area"] == "XMU-C") & (table["series"] == "total") & (table["variant"] == "as_defined")]
    assert (row["reason"].item(), row["obs_status"].item()) == ("incomplete", "O")
    covered = table[(table["ref_area"] == "XMU-C") & (table["series"] == "coverage")]
    assert (covered["numerator"].item(), covered["denominator"].item()) == (2, 3)


def divided_by(name):
    return MINE.replace("[scenario]\n", f'[scenario]\ndenominate = {{ by = {{ density = "{name}" }} }}\n')


def test_a_value_without_its_denominator_is_missing_and_counted_so(tmp_path):
    cities = "\n".join(row + more for row, more in zip(CITIES.splitlines(), (",area", ",1", ",0", ",1"), strict=True))
    outcome = build(tmp_path, index=divided_by("area"), cities=cities)
    unit = results_of(outcome.folder)[0]["XMU-B"]
    assert (unit["score"], unit["missing"], unit["known"]) == (None, ["density"], 2)
    table = read_package(outcome.folder).observations
    covered = table[(table["ref_area"] == "XMU-B") & (table["series"] == "coverage")]
    assert covered["numerator"].item() == 2
    with pytest.raises(UnknownNameError, match=r"cities.csv: There is no denominator 'area'"):
        build(tmp_path, index=divided_by("area"))  # of which no score at all could come


def test_an_item_that_others_are_divided_by_keeps_its_unit(tmp_path):
    cells = rows_of(build(tmp_path, index=divided_by("light")).folder / "inputs.csv")
    assert {row["item"]: row["unit"] for row in cells} == {
        "water": "% of homes", "light": "% of homes", "density": "people per km2"}


def test_what_is_imputed_on_request_is_marked(tmp_path):
    asked = MINE.replace("[scenario]\n", '[scenario]\nimpute = { method = "mean" }\n')
    units, _found = results_of(build(tmp_path, index=asked).folder)
    assert units["XMU-C"]["imputed"] == units["XMU-C"]["missing"] == ["water"]
    assert units["XMU-C"]["scores"]["services"] == pytest.approx((70 + 50) / 2)  # the mean of 80 and 60, and 50
    cell = next(row for row in rows_of(tmp_path / "out" / "inputs.csv") if row["status"] == "imputed")
    assert (cell["ref_area"], cell["item"], cell["obs_value"], float(cell["used"])) == ("XMU-C", "water", "", 70)


def test_the_package_verifies_and_gives_the_same_index_again(tmp_path):
    outcome = build(tmp_path)
    assert verify_package(outcome.folder).problems == ()
    again = read_index(outcome.folder)
    np.testing.assert_array_equal(again.built.base.scores, outcome.built.base.scores)
    np.testing.assert_array_equal(again.built.base.data.se, outcome.built.base.data.se)
    assert again.definition.text == MINE
    assert (city_row(again.results, "XMU-B"), city_row(again.results, "bville")) == (1, 1)


def test_the_live_document_carries_what_the_page_checks_itself_against(tmp_path):
    outcome = build(tmp_path)
    live = json.loads((outcome.folder / "live.json").read_bytes())
    assert live["format"] == 1
    assert [item["code"] for item in live["items"]] == ["water", "light", "density"]
    assert live["values"][2] == [None, 50, 7000]
    assert live["se"][0] == [2, None, None]
    assert live["check"]["ranks"] == [2, 1, None]
    assert live["groups"][-1]["parent"] == ""
    assert live["items"][2]["status"] == "doubtful"
    np.testing.assert_allclose(np.array(live["check"]["scores"], float), outcome.built.base.scores)


def test_packages_fill_items_with_the_newest_value(tmp_path):
    write_profile(tmp_path / "cities", "XMU-A", {"2010": 3000.0, "2020": 6000.0})
    write_profile(tmp_path / "cities", "XMU-B", {"2010": 7500.0, "2020": float("nan")})
    definition, _values = write_files(tmp_path)
    outcome = build_index(definition, tmp_path / "cities", tmp_path / "out")
    units, _found = results_of(outcome.folder)
    assert units["XMU-A"]["scores"]["land"] == pytest.approx(40)
    assert units["XMU-B"]["scores"]["land"] == pytest.approx(50)  # of 2010: the newer one has no value
    assert [units[code]["time_period"] for code in units] == ["2020", "2010"]
    cell = next(row for row in rows_of(outcome.folder / "inputs.csv") if row["item"] == "density")
    assert (cell["indicator"], cell["fit"], cell["origin"]) == ("population_density", "same", "XMU-A")
    assert cell["run"]


def test_what_is_only_near_fills_nothing_unless_asked(tmp_path):
    write_profile(tmp_path / "cities", "XMU-A", {"2020": 6000.0})
    near = MINE.replace('variant = "urban_extent" }', 'variant = "urban_extent", fit = "near", note = "other land" }')
    definition, _values = write_files(tmp_path, index=near)
    with pytest.raises(ConfigurationError, match="No package in this folder has a value for an item"):
        build_index(definition, tmp_path / "cities", tmp_path / "out")
    outcome = build_index(definition, tmp_path / "cities", tmp_path / "out", use_near=True)
    assert results_of(outcome.folder)[0]["XMU-A"]["scores"]["land"] == pytest.approx(40)


def test_observations_are_read_as_packages_are(tmp_path):
    write_profile(tmp_path / "cities", "XMU-A", {"2020": 6000.0})
    definition, _values = write_files(tmp_path)
    for name in ("observations.csv", "observations.parquet"):
        outcome = build_index(definition, tmp_path / "cities" / "XMU-A" / name, tmp_path / "out")
        assert results_of(outcome.folder)[0]["XMU-A"]["scores"]["land"] == pytest.approx(40)


def test_columns_that_fill_nothing_are_told_and_times_may_be_stated(tmp_path):
    plain = CITIES.replace("time_period,", "extra,")
    outcome = build(tmp_path, cities=plain, time_period="2023")
    assert outcome.built.values.ignored == ("extra",)
    assert results_of(outcome.folder)[0]["XMU-A"]["time_period"] == "2023"


@pytest.mark.parametrize(("change", "kind", "text"), [
    ({"cities": CITIES + "XMU-A,Again,XMU,2024,1,,1,1\n"}, InvalidValueError,
     "cities.csv, line 5: A city is in the table twice. Got XMU-A."),
    ({"cities": CITIES.replace("9000", "many")}, InputFormatError,
     "line 2, density: This is not a number. Got 'many'."),
    ({"cities": CITIES.replace(",2,70", ",-2,70")}, InputFormatError,
     "line 2, water.se: A standard error cannot be negative. Got '-2'."),
    ({"cities": CITIES.replace("9000", "inf")}, InputFormatError, "line 2, density: This is not a number."),
    ({"cities": CITIES.replace("XMU-A,Aville,XMU", "XMU A,Aville,XMU")}, InvalidValueError, "line 2: A place code"),
    ({"cities": CITIES.replace("XMU,2024", ",2024").replace("XMU-", "")}, InvalidValueError, "--country"),
    ({"cities": CITIES.replace("2024", "")}, ConfigurationError, "A value does not say its time."),
    ({"cities": CITIES.replace("code,", "kode,")}, UnknownNameError, "There is no column 'code'"),
    ({"cities": "code,name,country\nXMU-A,A,XMU\n"}, ConfigurationError, "No item of the index has a value"),
    ({"cities": "code,name,country\n"}, InputFormatError, "has no rows"),
    ({"cities": CITIES.replace("water.se", "density")}, InputFormatError,
     "cities.csv: Two columns have this name. Got density. Take one of them out."),
    ({"index": MINE.replace('kind = "direct"', 'kind = "log", low = 1, high = 100'),
      "cities": CITIES.replace(",80,", ",0,")}, InvalidValueError, "XMU-A, "),
    ({"cities": CITIES.replace(",12000", ",0")}, InvalidValueError, "XMU-B, total: A geometric mean needs"),
    ({"index": MINE.replace('"goalposts"', '"min-max"'), "cities": CITIES.replace("90,", "70,").replace("50,", "70,")},
     InvalidValueError, "light"),
    ({"index": MINE.replace('"goalposts"', '"min-max"'),
      "cities": CITIES.replace(",80,2", ",,").replace(",60,3", ",,")}, InvalidValueError, "water"),
    ({"cities": CITIES.replace("XMU-B,Bville,XMU,2024", "XMU-B,Bville,XMU,last year")}, InvalidValueError,
     "cities.csv, XMU-B: This is not a time period."),
    ({"index": MINE.replace('"plain"', '"as_defined"')}, ConfigurationError,
     "variant[1]: This code has a meaning of its own"),
    ({"index": "code = "}, ConfigurationError, "mine.toml: This is not a TOML file."),
])
def test_what_cannot_be_is_refused_and_leaves_the_old_package(tmp_path, change, kind, text):
    before = build(tmp_path).package.run.id
    with pytest.raises(EkisticsError) as caught:
        build(tmp_path, **change)
    assert isinstance(caught.value, kind), repr(caught.value)
    assert text in str(caught.value), str(caught.value)
    assert read_package(tmp_path / "out").run.id == before


def test_the_remedy_of_a_bad_code_is_not_that_of_a_country(tmp_path):
    with pytest.raises(InvalidValueError, match=r"cities.csv, line 2: A place code") as caught:
        build(tmp_path, cities=CITIES.replace("XMU-A", "XMU A"))
    assert caught.value.hint is None


def test_a_stated_time_that_is_none_is_refused_even_where_values_say_theirs(tmp_path):
    with pytest.raises(InvalidValueError, match=r"--time-period: This is not a time period.* got 'last year'"):
        build(tmp_path, time_period="last year")


def test_an_index_file_may_begin_with_a_byte_order_mark(tmp_path):
    assert build(tmp_path, index=f"\ufeff{MINE}").results["ranked"] == 2
    assert read_index(tmp_path / "out").definition.text == MINE


@pytest.mark.parametrize("command", [["build", "mine.toml", "--values", "cities.csv", "--out", "out"],
                                     ["explain", "out", "XMU-A"], ["uncertainty", "out", "--replicates", "2"]])
def test_a_language_that_texts_are_not_in_is_refused(tmp_path, monkeypatch, command):
    build(tmp_path)
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(commands, [*command, "--language", "xx"])
    assert isinstance(said.exception, UnknownNameError)
    assert "--language: There is no language 'xx'" in str(said.exception)


def test_an_index_or_file_that_is_not_there_is_refused(tmp_path):
    _definition, values = write_files(tmp_path)
    with pytest.raises(UnknownNameError, match="city_prosperity"):
        build_index("city_prosperitty", values, tmp_path / "out")
    with pytest.raises(MissingInputError, match="no such file"):
        build_index(tmp_path / "other.toml", values, tmp_path / "out")
    with pytest.raises(UnknownNameError, match="no city 'Dville'"):
        city_row(build(tmp_path).results, "Dville")


def confidential(folder, code, values, *, status="C"):
    """Write a package of a city with values that may not be published, but for those of the first time."""
    package = read_package(write_profile(folder, code, values))
    rows = package.observations
    newer = rows["time_period"] != min(values)
    write_package(replace(package, observations=rows.assign(conf_status=rows["conf_status"].mask(newer, status),
                                                            obs_status=rows["obs_status"].mask(~newer, "P"))),
                  folder / code)


def everything_of(folder):
    """Give all texts of a package, and its table as text."""
    texts = [path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in {".csv", ".json", ".html"}]
    return "\n".join([*texts, read_package(folder).observations.to_csv()])


@pytest.mark.parametrize("status", ["C", "N", "E", "A", "D"])
def test_a_value_that_may_not_be_published_leaves_no_trace(tmp_path, status):
    confidential(tmp_path / "cities", "XMU-A", {"2010": 7500.0, "2020": 6123.25}, status=status)
    confidential(tmp_path / "cities", "XMU-B", {"2010": float("nan"), "2020": 6123.25}, status=status)
    definition, _values = write_files(tmp_path)
    outcome = build_index(definition, tmp_path / "cities", tmp_path / "out")
    assert "6123" not in everything_of(outcome.folder)
    assert "40.8" not in everything_of(outcome.folder)  # nor its score, 100 x 6123.25 / 15000
    cells = {row["ref_area"]: row for row in rows_of(outcome.folder / "inputs.csv") if row["item"] == "density"}
    assert (cells["XMU-A"]["obs_value"], cells["XMU-A"]["time_period"], cells["XMU-A"]["obs_status"]) == (
        "7500.0", "2010", "P")  # the older value is free
    assert (cells["XMU-B"]["obs_value"], cells["XMU-B"]["status"], cells["XMU-B"]["reason"]) == (
        "", "missing", "restricted")
    flag = next(each for each in outcome.package.checks if each.code == "values-restricted")
    assert flag.value == 1
    assert read_index(outcome.folder).built.values.restricted == 1


def test_a_table_may_say_which_values_are_not_free(tmp_path):
    head, *rows = CITIES.splitlines()
    marks = (",,", ",C,", ",,N")  # of the whole city, of light alone
    cities = "\n".join([f"{head},conf_status,light.conf_status", *(f"{row}{mark}" for row, mark in
                                                                  zip(rows, marks, strict=True)), ""])
    outcome = build(tmp_path, cities=cities)
    cells = {(row["ref_area"], row["item"]): (row["obs_value"], row["se"], row["reason"])
             for row in rows_of(outcome.folder / "inputs.csv")}
    assert [cells["XMU-B", item] for item in ("water", "light", "density")] == [("", "", "restricted")] * 3
    assert cells["XMU-C", "light"] == ("", "", "restricted")
    assert cells["XMU-C", "density"] == ("7000.0", "", "")
    assert (outcome.built.values.restricted, outcome.built.values.ignored) == (4, ())
    said = CliRunner().invoke(commands, ["build", str(tmp_path / "mine.toml"), "--values", str(tmp_path / "cities.csv"),
                                         "--out", str(tmp_path / "out")], catch_exceptions=False).output
    assert "Values that may not be published, and were left out: 4" in said
    assert not any(each.code == "values-restricted" for each in build(tmp_path).package.checks)


def test_an_index_of_values_that_may_not_be_published_is_refused(tmp_path):
    cities = CITIES.replace("code,", "conf_status,code,").replace("XMU-", "C,XMU-")
    with pytest.raises(ConfigurationError, match="a value that may be published") as caught:
        build(tmp_path, cities=cities)
    assert not (tmp_path / "out").exists()
    assert "Expected F" in str(caught.value)


def two_sources(folder, first, second):
    """Write an index whose density has two sources, and a table of observations of both."""
    source = '{ indicator = "population_density", series = "density", variant = "urban_extent" }'
    other = source.replace("urban_extent", "municipality")
    definition, _values = write_files(folder, index=MINE.replace(source, f"{source}, {other}"))
    rows = [("urban_extent", *each) for each in first] + [("municipality", *each) for each in second]
    table = folder / "observations.csv"
    table.write_text("\n".join(["indicator,series,variant,ref_area,time_period,obs_value", *(
        f"population_density,density,{variant},{code},{time},{value}" for variant, code, time, value in rows), ""]))
    return definition, table


def test_a_source_without_a_value_leaves_the_item_to_the_next(tmp_path):
    definition, table = two_sources(tmp_path, [("XMU-A", 2020, ""), ("XMU-B", 2020, 3000)],
                                    [("XMU-A", 2020, 6000), ("XMU-B", 2021, 9000)])
    units, _found = results_of(build_index(definition, table, tmp_path / "out").folder)
    assert units["XMU-A"]["scores"]["land"] == pytest.approx(40)
    assert units["XMU-B"]["scores"]["land"] == pytest.approx(20)  # the first source comes first where it has a value


def test_two_values_of_one_city_and_time_are_refused(tmp_path):
    definition, table = two_sources(tmp_path, [("XMU-A", 2020, 6000), ("XMU-A", 2019, 5), ("XMU-A", 2020, 7000)], [])
    with pytest.raises(InvalidValueError, match=r"observations.csv, XMU-A: A value is in the table twice\."):
        build_index(definition, table, tmp_path / "out")


def test_a_city_of_which_nothing_is_known_has_the_time_of_the_index(tmp_path):
    outcome = build(tmp_path, cities=CITIES.replace("XMU-C,Cville,XMU,2024", "XMU-C,Cville,XMU,2022")
                    + "XMU-D,Dville,XMU,,,,,\n")
    assert verify_package(outcome.folder).problems == ()
    units, _found = results_of(outcome.folder)
    assert [units[code]["time_period"] for code in units] == ["2024", "2024", "2022", "2024"]
    assert (units["XMU-D"]["score"], units["XMU-D"]["known"]) == (None, 0)


def test_what_a_killed_run_left_beside_a_package_is_no_city(tmp_path):
    write_profile(tmp_path / "cities", "XMU-A", {"2020": 6000.0})
    left = write_profile(tmp_path, "XMU-A", {"2020": 7000.0})
    left.rename(tmp_path / "cities" / ".XMU-A.ekistics-new-abc")
    definition, _values = write_files(tmp_path)
    outcome = build_index(definition, tmp_path / "cities", tmp_path / "out")
    assert results_of(outcome.folder)[0]["XMU-A"]["scores"]["land"] == pytest.approx(40)
