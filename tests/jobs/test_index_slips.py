"""What a user of an index likely did by mistake is told: on the terminal, in the package, and in refusals."""

import json
import re

import pytest
from typer.testing import CliRunner

from ekistics.cli.index import index as commands
from ekistics.core.errors import ConfigurationError, InputFormatError
from ekistics.instruments.indices import shipped_index
from ekistics.jobs.index import Uncertainty, build_index, try_ranks
from ekistics.jobs.sample_index import make_sample_index
from tests.jobs.index_files import CITIES, MINE, write_files


def build(tmp_path, *, index=MINE, cities=CITIES, **how):
    definition, values = write_files(tmp_path, index=index, cities=cities)
    return build_index(definition, values, tmp_path / "out", **how)


def slips_of(outcome):
    """Give of each flag of a slip how often, and what it says, as the package keeps it."""
    found = json.loads((outcome.folder / "checks.json").read_bytes())
    rows = found["flags"] if isinstance(found, dict) else found
    return {row["code"]: (row["value"], row["note"], row["status"]) for row in rows
            if row["code"] in {"items-empty", "values-off-scale", "cities-alike"}}


def said_of(tmp_path, *more):
    """Build by the command, and give what it says."""
    return CliRunner().invoke(commands, ["build", str(tmp_path / "mine.toml"), "--values", str(tmp_path / "cities.csv"),
                                         "--out", str(tmp_path / "out"), *more], catch_exceptions=False).output


def test_an_item_without_any_value_is_told_with_the_column_that_was_meant(tmp_path):
    outcome = build(tmp_path, cities=CITIES.replace(",water,", ",Watr,").replace("density", "buses"))
    assert slips_of(outcome)["items-empty"] == (2, "water (did you mean the column 'Watr'?); density", "warn")
    assert ("Warning: Items without a value in any city, 2: water (did you mean the column 'Watr'?); density."
            in said_of(tmp_path))
    assert slips_of(build(tmp_path)) == {}
    assert "Warning" not in said_of(tmp_path)


def test_of_many_items_without_values_the_first_are_named_and_the_rest_counted(tmp_path):
    cities = tmp_path / "few.csv"
    cities.write_text("code,name,country,time_period,electricity\nXMU-A,Aville,XMU,2024,80\n")
    outcome = build_index("city_prosperity", cities, tmp_path / "out")
    count, note, _status = slips_of(outcome)["items-empty"]
    assert count > 50
    assert note.endswith(f"; and {count - 5:.0f} more")
    assert note.count(";") == 5


@pytest.mark.parametrize(("value", "note"), [
    ("882", "water of XMU-A: 882 % of homes, not between 0 and 100"),
    ("-1", "water of XMU-A: -1 % of homes, not between 0 and 100"), ("100", None), ("0.1", None)])
def test_a_value_that_its_scale_does_not_allow_is_told_and_kept(tmp_path, value, note):
    outcome = build(tmp_path, cities=CITIES.replace(",80,2", f",{value},2"))
    assert slips_of(outcome).get("values-off-scale") == (note and (1, note, "warn"))
    assert ("Warning: Values outside the scale" in said_of(tmp_path)) == bool(note)
    assert outcome.built.base.data.values[0, 0] == float(value)


@pytest.mark.parametrize(("form", "unit", "value", "told"), [
    ('kind = "linear", low = 0, high = 50', "% of homes", 101, 1),  # a share, whatever its benchmarks
    ('kind = "linear", low = -5, high = 150', "% a year", 120, 0),  # unless they say that it goes beyond
    ('kind = "linear", low = -5, high = 150', "% a year", -6, 1),
    ('kind = "linear", low = 0, high = 50', "dollars", 101, 0),  # beyond the benchmarks is nothing odd
    ('kind = "direct"', "points", 101, 1)])
def test_a_scale_is_that_of_the_form_or_of_a_share(tmp_path, form, unit, value, told):
    index = MINE.replace('unit = "% of homes"\nform = { kind = "direct" }', f'unit = "{unit}"\nform = {{ {form} }}', 1)
    cities = CITIES.replace(",80,2", f",{value},2").replace(",60,3", ",5,3")
    assert slips_of(build(tmp_path, index=index, cities=cities)).get("values-off-scale", (0,))[0] == told


def test_one_city_under_two_codes_is_told_with_both(tmp_path):
    again = CITIES + "XMU-D,aville,XMU,2024,80,2,70,9000\nXMU-E,Aville,XMU,2024,80,2,71,9000\n"
    outcome = build(tmp_path, cities=again)
    assert slips_of(outcome) == {"cities-alike": (1, "XMU-A, XMU-D: one name, Aville, and the same values", "warn")}
    assert "XMU-A, XMU-D: one name" in said_of(tmp_path)
    said = json.loads(said_of(tmp_path, "--json"))
    assert [(each["code"], each["count"]) for each in said["warnings"]] == [("cities-alike", 1)]
    holes = CITIES.replace("XMU-C,Cville", "XMU-C,Cville") + "XMU-D,Cville,XMU,2024,,,50,7000\nXMU-E,X,XMU,,,,,\n"
    told = slips_of(build(tmp_path, cities=holes + "XMU-F,X,XMU,,,,,\n"))["cities-alike"]
    assert told[:2] == (1, "XMU-C, XMU-D: one name, Cville, and the same values")  # of nothing known nothing is told


@pytest.mark.parametrize("columns", ["40", "80"])
def test_codes_of_items_are_whole_where_output_is_no_terminal(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    said = CliRunner().invoke(commands, ["items", "city_prosperity"], catch_exceptions=False).output.splitlines()
    items = shipped_index("city_prosperity").items
    assert [line.split()[0] for line in said[1:]] == [item.code for item in items]  # a line an item, and no other
    assert all(item.unit in line for item, line in zip(items, said[1:], strict=True))


def test_on_a_narrow_terminal_the_code_stays_whole_and_the_rest_is_folded(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("FORCE_COLOR", "1")  # which makes it a terminal
    said = CliRunner().invoke(commands, ["items", "city_prosperity"], catch_exceptions=False).output
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in said.splitlines()]
    assert max(map(len, lines)) <= 60
    words = {word for line in lines for word in line.split()}
    assert {item.code for item in shipped_index("city_prosperity").items} <= words


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_divided_by_other_marks_than_commas_is_refused_with_what_divides_it(tmp_path, mark, name):
    cities = CITIES.replace(",", mark).replace("9000", "9000,5")  # with decimals as such spreadsheets write them
    with pytest.raises(InputFormatError, match=rf"csv: The columns are divided by {name}, not by commas\.") as said:
        build(tmp_path, cities=cities)
    assert "Save it as CSV with commas between the columns" in str(said.value)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_table_in_another_encoding_is_refused_with_what_to_do(tmp_path, encoding):
    definition, values = write_files(tmp_path)
    values.write_text(CITIES.replace("Aville", "Áville"), encoding=encoding)
    with pytest.raises(InputFormatError, match=r"not a CSV file in UTF-8.*Save it as CSV in UTF-8\."):
        build_index(definition, values, tmp_path / "out")


def test_a_text_without_quotes_in_an_index_file_is_told_as_that(tmp_path):
    with pytest.raises(ConfigurationError, match=r'Texts stand in quotes: title = "My index"\.'):
        build(tmp_path, index=MINE.replace('title = "Services"', "title = Services"))
    with pytest.raises(ConfigurationError) as other:
        build(tmp_path, index=MINE.replace("[scenario]", "[scenario"))
    assert other.value.hint is None


def test_a_folder_that_holds_tables_and_no_package_that_fills_an_item_names_the_tables(tmp_path):
    definition, values = write_files(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        build_index(definition, tmp_path, tmp_path / "out")
    assert "The folder holds no package of a city." in str(caught.value)
    assert str(caught.value).endswith("It holds tables: cities.csv. State one of them with --values.")
    build_index(definition, values, tmp_path / "out")
    with pytest.raises(ConfigurationError) as caught:
        build_index(definition, tmp_path, tmp_path / "other")  # where the package of the index itself is found
    assert str(caught.value).endswith("No package in this folder has a value for an item of the index. Got out. "
                                      "It holds tables: cities.csv. State one of them with --values.")
    values.unlink()
    with pytest.raises(ConfigurationError, match="'ekistics index items INDEX' lists"):
        build_index(definition, tmp_path, tmp_path / "other")


def test_replicates_that_go_with_the_package_that_is_replaced_are_told(tmp_path):
    assert build(tmp_path).lost == 0
    assert "replaced" not in said_of(tmp_path)  # there were none
    tried = Uncertainty(replicates=3, sobol=0)
    assert try_ranks(tmp_path / "out", tried).lost == 0  # they are made, and of the same package
    assert build(tmp_path, uncertainty=tried).lost == 0  # there are new ones
    said = said_of(tmp_path).replace("\n", " ")
    assert ("The package that was here is replaced, and its 3 replicates with it. Try the ranks again: "
            f"ekistics index uncertainty {tmp_path / 'out'}") in said
    assert "replaced" not in said_of(tmp_path)
    try_ranks(tmp_path / "out", tried)
    assert json.loads(said_of(tmp_path, "--json"))["replicates_lost"] == 3
    (tmp_path / "out" / "results.json").write_text("[")
    assert build(tmp_path).lost == 0


def test_made_up_cities_have_no_share_beyond_all(tmp_path):
    index = shipped_index("city_prosperity")
    made = make_sample_index(index, tmp_path / "made", cities=60)
    outcome = build_index("city_prosperity", made.folder / "cities.csv", tmp_path / "out")
    assert slips_of(outcome) == {}
