"""National values from a sample of cities: the numbers of the worked example, silence, groups, and bad input."""

import csv
import json
import shutil
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from ekistics.cli.app import app
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    UnknownNameError,
)
from ekistics.core.i18n import _, use_language
from ekistics.core.observation import observations as with_spec
from ekistics.core.observation import share_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Run
from ekistics.indicators import spec
from ekistics.jobs.national import national
from ekistics.jobs.national.design import parse_national
from ekistics.jobs.national.estimate import Respondents
from ekistics.jobs.sample_cities import commit_seed, draw_sample, replace_city
from ekistics.jobs.sample_cities.design import read_design
from ekistics.jobs.sample_cities.document import read_sample
from ekistics.jobs.sample_cities.frame import parse_frame
from ekistics.package import ProfilePackage
from ekistics.package.verify import verify_package
from ekistics.package.write import write_package

# The worked example of tests/survey/sampling/golden_sampling.toml, in the order large, medium, small.
PEOPLE = [3.0, 2.0, 1.5, 0.40, 0.30, 0.35, 0.50, 0.45, 0.10, 0.08, 0.12, 0.09, 0.11, 0.10]
SHARE = [0.80, 0.75, 0.70, 0.60, 0.55, 0.50, 0.65, 0.60, 0.40, 0.35, 0.45, 0.30, 0.40, 0.50]
SAMPLE = """
[sample]
title = "Made-up"
country = "XMU"
size = 14
method = "srs"
allocation = "stated"
numbers = { L = 0, M = 5, S = 6 }

[frame]
path = "cities.csv"

[strata]
columns = ["kind"]
take_all = 1000000
"""
NATIONAL = """
[country]
name = "Made-up"
code = "XMU"

[sample]
path = "sample"

[observations]
path = "observations.csv"

[[indicator]]
code = "sdg_11_2_1"
above = 50.0

[estimation]
{estimation}

[volunteers]
codes = ["XMU-L0", "XMU-L1"]
"""
HEADS = ("indicator", "series", "variant", "ref_area", "time_period", "obs_value", "numerator", "denominator", "se",
         "sex")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Draw 14 of 83 cities, and let those that were drawn report the worked example."""
    folder = tmp_path_factory.mktemp("national")
    cities = [("L", i, 2_000_000) for i in range(3)] + [("M", i, 400_000) for i in range(20)]
    cities += [("S", i, 100_000) for i in range(60)]
    with (folder / "cities.csv").open("w") as stream:
        writer = csv.writer(stream)
        writer.writerow(("code", "name", "population", "kind"))
        writer.writerows((f"XMU-{kind}{i}", f"{kind}{i}", size, kind) for kind, i, size in cities)
    (folder / "sample.toml").write_text(SAMPLE)
    commit_seed(folder / "sample.toml", folder / "sample", seed="a seed of the tests")
    draw_sample(folder / "sample.toml", folder / "sample")
    return folder


def observations(folder: Path) -> list[list]:
    codes = sorted((city["code"] for city in read_sample(folder / "sample")["cities"]), key=lambda code: code[4])
    return [["sdg_11_2_1", "either", "network", code, "2025", 100 * share, 1e6 * people * share, 1e6 * people, "", "_T"]
            for code, people, share in zip(codes, PEOPLE, SHARE, strict=True)]


def prepare(drawn: Path, folder: Path, rows=None, *, estimation: str = 'interval = "normal"') -> Path:
    if folder != drawn:
        shutil.copytree(drawn, folder, dirs_exist_ok=True)
    with (folder / "observations.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([HEADS, *(observations(drawn) if rows is None else rows)])
    (folder / "national.toml").write_text(NATIONAL.format(estimation=estimation))
    return folder / "national.toml"


def run(drawn: Path, folder: Path, rows=None, **how):
    return national(prepare(drawn, folder, rows, **how), folder / "out")


def test_the_worked_example(drawn, tmp_path):
    outcome = run(drawn, tmp_path)
    ratio, count = outcome.document["comparison"]
    assert (ratio["value"], ratio["se"]) == pytest.approx((58.9268, 1.0705), abs=5e-5)
    assert (ratio["lci"], ratio["uci"]) == pytest.approx((56.83, 61.03), abs=1e-2)
    assert ratio["unweighted_mean"] == pytest.approx(53.93, abs=5e-3)
    assert ratio["volunteers"] == pytest.approx(100 * (2.4 + 1.5) / 5)
    assert count["value"] == pytest.approx(100 * 19 / 83)
    assert (count["kind"], count["threshold"]) == ("count", 50.0)
    rows = outcome.package.observations.set_index("indicator")
    assert rows.loc["sdg_11_2_1", ["numerator", "denominator"]].tolist() == pytest.approx([12.08e6, 20.5e6])
    assert rows["ref_area"].unique().tolist() == ["XMU"]
    assert rows["base"].tolist() == ["people living inside the boundary", "cities of the country"]


def test_a_count_of_cities_says_what_it_is_and_not_its_title_twice(drawn, tmp_path):
    counted = run(drawn, tmp_path).package.indicators[1]
    assert counted.question != counted.title
    assert counted.question == counted.definition


def test_a_threshold_is_written_out(drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    design.write_text(design.read_text().replace("above = 50.0", "above = 1000000.0\nbelow = 2.5"))
    _ratio, above, below = national(design, tmp_path / "out").package.indicators
    assert (above.code, below.code) == ("sdg_11_2_1_cities_above_1000000", "sdg_11_2_1_cities_below_2_5")
    assert above.title.startswith("Cities above 1,000,000: ")
    assert below.title.startswith("Cities below 2.5: ")


def test_a_count_is_described_in_english_like_every_indicator_and_read_in_any_language(drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    design.write_text(design.read_text().replace("[country]\n", "[country]\nlanguage = \"fr\"\n"))
    counted = national(design, tmp_path / "out").package.indicators[1]
    assert (counted.title, counted.series[0].base) == (
        "Cities above 50: People near public transport", "cities of the country")
    for language in ("ar", "es", "fr", "ru", "zh"):
        with use_language(language):
            assert not {_(counted.title), _(counted.definition), _(counted.series[0].base)} & {
                counted.title, counted.definition, counted.series[0].base}


def test_the_package_is_whole_and_about_the_country(drawn, tmp_path):
    outcome = run(drawn, tmp_path)
    assert verify_package(tmp_path / "out").problems == ()
    assert outcome.package.place.kind == "country"
    assert json.loads((tmp_path / "out/sample.json").read_bytes()) == outcome.document
    again = national(tmp_path / "national.toml", tmp_path / "out")
    assert again.package.run.id == outcome.package.run.id


def parts(outcome, series):
    return {row["group"]: row for row in outcome.document["domains"]["rows"] if row["series"] == series}


def test_parts_of_the_country(drawn, tmp_path):
    """The kinds of the worked example by hand: large cities are all in the sample, of the others some are drawn."""
    outcome = run(drawn, tmp_path, estimation='interval = "logit"\nby = ["kind"]')
    found = parts(outcome, "either")
    by_hand = {kind: 100 * np.dot(PEOPLE[a:b], SHARE[a:b]) / sum(PEOPLE[a:b])
               for kind, a, b in (("L", 0, 3), ("M", 3, 8), ("S", 8, 14))}
    assert {kind: row["value"] for kind, row in found.items()} == pytest.approx(by_hand)
    counts = [(row["frame"], row["cities"], row["df"]) for row in found.values()]
    assert counts == [(3, 3, None), (20, 5, 4), (60, 6, 5)]
    assert (found["L"]["se"], found["L"]["lci"]) == (0.0, found["L"]["value"])
    assert found["L"]["status"] == "publish", "every city of it is in the sample"
    for kind, a, b, size in (("M", 3, 8, 20), ("S", 8, 14, 60)):
        n, people, share = b - a, np.array(PEOPLE[a:b]), np.array(SHARE[a:b])
        left = people * (share - by_hand[kind] / 100)
        se = 100 * np.sqrt(size**2 * (1 - n / size) / n * left.var(ddof=1)) / (size / n * people.sum())
        assert found[kind]["se"] == pytest.approx(se)
        assert found[kind]["status"] == "review", "few degrees of freedom"
    assert outcome.document["domains"]["rules"] == "nchs-2017"
    assert verify_package(tmp_path / "out").problems == ()


def test_the_command_says_parts_below_their_whole(drawn, tmp_path):
    design = prepare(drawn, tmp_path, estimation='by = ["kind"]')
    done = CliRunner().invoke(app, ["national", str(design), "--out", str(tmp_path / "out")], catch_exceptions=False)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    names = [line.split()[0] for line in lines if line and line.split()[0] in ("People", "Cities", "L", "M", "S")]
    assert names == ["People", "L", "M", "S", "Cities", "L", "M", "S"]
    assert any(line.startswith("L 76.15 0 76.15") for line in lines)
    assert sum("too few" in line for line in lines) == 2, "of the counts of medium and small cities"


def test_a_part_with_too_few_cities_is_withheld(drawn, tmp_path):
    counted = parts(run(drawn, tmp_path, estimation='interval = "logit"\nby = ["stratum"]'), "cities_above_50")
    assert counted["L"]["value"] == 100.0
    for kind in ("M", "S"):
        row = counted[kind]
        assert (row["status"], row["reason"]) == ("suppress", "below-threshold")
        assert [row[name] for name in ("value", "se", "lci", "uci")] == [None] * 4


def test_columns_that_make_no_parts(drawn, tmp_path):
    with pytest.raises(UnknownNameError, match="kind"):
        run(drawn, tmp_path, estimation='by = ["kin"]')
    with pytest.raises(ConfigurationError, match="too many values"):
        run(drawn, tmp_path, estimation='by = ["code"]')
    assert "domains" not in run(drawn, tmp_path).document


def test_error_within_cities_widens_the_interval(drawn, tmp_path):
    rows = observations(drawn)
    for row in rows[:3]:
        row[8] = 2.0  # percentage points, in the three cities that are certain
    found = run(drawn, tmp_path, rows).document["comparison"][0]
    within = sum((0.02 * people) ** 2 for people in PEOPLE[:3]) / 20.5**2  # by hand: their weight is one
    assert found["se"] == pytest.approx(100 * np.sqrt(0.010705008**2 + within), rel=1e-6)


def test_groups_of_people_have_values_of_their_own(drawn, tmp_path):
    rows = observations(drawn)
    women = [[*row[:9], "F"] for row in rows]
    found = run(drawn, tmp_path, rows + women).package.observations
    assert found["sex"].tolist() == ["_T", "F", "_T"]
    assert found["obs_value"][0] == pytest.approx(found["obs_value"][1])


def test_a_silent_city_is_refused_unless_others_may_stand_for_it(drawn, tmp_path):
    rows = observations(drawn)
    silent = rows.pop(5)[3]
    with pytest.raises(InvalidValueError, match=f"(?s){silent}.*reweight"):
        run(drawn, tmp_path, rows)
    assert not (tmp_path / "out").exists()
    outcome = run(drawn, tmp_path, rows, estimation='nonresponse = "reweight"')
    w = np.array([1, 1, 1, 5, 5, 5, 5, *[10] * 6])
    people, share = (np.delete(np.array(values), 5) for values in (PEOPLE, SHARE))
    found = outcome.document["comparison"][0]
    assert found["value"] == pytest.approx(100 * (w * people * share).sum() / (w * people).sum())
    response = outcome.document["response"]
    assert (response["asked"], response["answered"], response["silent"]) == (14, 13, [silent])
    assert 0 < response["r_indicator"] < 1
    assert outcome.package.checks[0].status == "warn"


@pytest.mark.parametrize("method", ['"sampford"', '"cube"\nprobabilities = "size"'])
def test_under_a_draw_by_size_others_stand_for_the_size_of_a_silent_city(method, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "sample.toml"
    path.write_text(path.read_text().replace('"cube"', method).replace(
        'balancing = ["population", "elevation", "region"]', ""))
    commit_seed(path, tmp_path / "sample", seed="a seed of the tests")
    document = draw_sample(path, tmp_path / "sample").document
    design = read_design(path)
    sample = Respondents(document, design, parse_frame((tmp_path / "sample/frame.csv").read_bytes(), design))
    silent = next(city for city in sample.asked if not city["certainty"])
    answered = np.array([city is not silent for city in sample.asked])
    selection, heard = sample.selection(answered, parse_national(tomllib.loads(NATIONAL.format(
        estimation='nonresponse = "reweight"'))))
    assert len(heard) == len(sample.asked) - 1
    size = sum(city["size"] / pi for city, pi in zip(heard, selection.pi, strict=True))
    assert size == pytest.approx(document["frame"]["size_total"], rel=1e-9), "weight by size is the frame's"


def test_a_silent_certain_city_is_stood_for_by_certain_ones(drawn, tmp_path):
    rows = observations(drawn)
    rows.pop(0)
    found = run(drawn, tmp_path, rows, estimation='nonresponse = "reweight"').document["comparison"][0]
    certain = 1.5 * (2.0 * 0.75 + 1.5 * 0.70)
    others = 12.08 - 3.0 * 0.8 - 2.0 * 0.75 - 1.5 * 0.7
    assert found["value"] == pytest.approx(100 * (certain + others) / (1.5 * 3.5 + 14.0))
    assert found["se"] > 1.0705


def test_a_stand_in_speaks_for_the_city_it_replaces(drawn, tmp_path):
    shutil.copytree(drawn, tmp_path, dirs_exist_ok=True)
    rows = observations(drawn)
    entry = replace_city(tmp_path / "sample", rows[6][3], reason="no-data")
    rows[6][3] = entry["in"]
    prepare(tmp_path, tmp_path, rows)
    found = national(tmp_path / "national.toml", tmp_path / "out")
    assert found.document["comparison"][0]["value"] == pytest.approx(58.92682926829268)
    assert found.document["replacements"] == [entry]


def test_missing_is_not_zero(drawn, tmp_path):
    rows = observations(drawn)
    rows[5][5] = ""
    with pytest.raises(InvalidValueError, match="have no value"):
        run(drawn, tmp_path, rows)


def test_one_city_of_a_stratum(drawn, tmp_path):
    rows = observations(drawn)
    rows = rows[:4] + rows[8:]
    with pytest.raises(InvalidValueError, match="collapse"):
        run(drawn, tmp_path, rows, estimation='nonresponse = "reweight"')
    found = run(drawn, tmp_path, rows, estimation='nonresponse = "reweight"\nlonely = "collapse"')
    assert found.document["comparison"][0]["se"] > 0


def test_nobody_has_a_value(drawn, tmp_path):
    rows = [["sdg_11_6_2", "pm25", "", "XMU-L0", "2025", 20, "", "", "", "_T"]]
    outcome = run(drawn, tmp_path, rows)
    assert outcome.package.observations["reason"].tolist() == ["no-cases", "no-cases"]
    assert outcome.document["comparison"] == []


@pytest.mark.parametrize(("change", "error", "text"), [
    (lambda rows: rows[0].__setitem__(5, 12.0), InvalidValueError, "not its numerator by its denominator"),
    (lambda rows: rows[0].__setitem__(6, 0.0), InvalidValueError, "not its numerator by its denominator"),
    (lambda rows: rows[0].__setitem__(5, "x"), InputFormatError, "line 2.*not a number"),
    (lambda rows: rows[0].__setitem__(7, "inf"), InputFormatError, "not a number"),
    (lambda rows: rows[0].__setitem__(4, "2024"), ConfigurationError, "several times"),
    (lambda rows: rows.append(list(rows[0])), InvalidValueError, "two values"),
    (lambda rows: [row.__setitem__(4, "") for row in rows], ConfigurationError, "of which time"),
    (lambda rows: [row.__setitem__(4, "20x5") for row in rows], InvalidValueError, "20x5"),
])
def test_observations_that_cannot_be(change, error, text, drawn, tmp_path):
    rows = observations(drawn)
    change(rows)
    with pytest.raises(error, match=text):
        run(drawn, tmp_path, rows)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("old", "new", "error", "text"), [
    ('code = "sdg_11_2_1"', 'code = "sdg_11_2_2"', UnknownNameError, "sdg_11_2_1"),
    ('code = "sdg_11_2_1"', 'code = "sdg_11_1_1"', InvalidValueError, "people's records"),
    ('code = "sdg_11_2_1"', 'code = "sdg_11_2_1"\nvariant = "net"', UnknownNameError, "network"),
    ('code = "sdg_11_2_1"\nabove = 50.0', 'code = "sdg_11_3_1"', ConfigurationError, "above"),
    ('code = "XMU"', 'code = "XMV"', ConfigurationError, "another country"),
    ('interval = "normal"', 'interval = "norm"', UnknownNameError, "normal"),
    ('interval = "normal"', 'nonresponse = "ignore"', UnknownNameError, "refuse"),
    ('interval = "normal"', "confidence = 95.0", ConfigurationError, "between 0 and 1"),
    ("[[indicator]]", "[[indicators]]", EkisticsError, "indicator"),
])
def test_designs_that_cannot_be(old, new, error, text, drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    design.write_text(design.read_text().replace(old, new))
    with pytest.raises(error, match=text):
        national(design, tmp_path / "out")


def test_a_frame_that_was_changed_after_the_draw(drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    frame = tmp_path / "sample/frame.csv"
    frame.write_text(frame.read_text().replace("400000", "400001", 1))
    with pytest.raises(ConfigurationError, match="The frame is not the one"):
        national(design, tmp_path / "out")


def test_a_design_that_was_changed_after_the_draw(drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    held = tmp_path / "sample/design.toml"
    held.write_text(held.read_text().replace('method = "srs"', 'method = "systematic-pps"'))
    with pytest.raises(ConfigurationError, match="The design is not the one that was committed"):
        national(design, tmp_path / "out")


@pytest.mark.parametrize(("old", "new"), [('"weight": 4.0', '"weight": 3.9'), ('"pi": 0.25', '"pi": 0.26'),
                                          ('"code": "XMU-M', '"code": "XMU-X')])
def test_weights_that_do_not_match_the_frame(old, new, drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    path = tmp_path / "sample/sample.json"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ConfigurationError, match="does not match its frame"):
        national(design, tmp_path / "out")


def write_packages(drawn: Path, folder: Path) -> None:
    known, empty = spec("sdg_11_2_1"), Run((), {}, {}, "test")
    for _i, _s, _v, code, period, _value, above, below, _se, _sex in observations(drawn):
        rows = share_rows(pd.Series({code: above}), pd.Series({code: below}), series="either", variant="network",
                          time_period=period)
        place = Place(code, code, "city", "XMU")
        write_package(ProfilePackage(place, (place,), empty, with_spec(rows, known, run=empty.id), (),
                                     indicators=(known,)), folder / code)


def test_packages_of_cities(drawn, tmp_path):
    """A folder with a package of each city gives what the table gives."""
    design = prepare(drawn, tmp_path)
    write_packages(drawn, tmp_path / "packages")
    design.write_text(design.read_text().replace("observations.csv", "packages"))
    outcome = national(design, tmp_path / "out")
    assert outcome.document["comparison"][0]["value"] == pytest.approx(58.92682926829268)
    assert len(outcome.package.run.inputs) == 2 + 14


def test_a_volunteer_counts_once_and_is_no_slip(drawn, tmp_path):
    design = prepare(drawn, tmp_path)
    once = national(design, tmp_path / "out").document["comparison"][0]
    design.write_text(design.read_text().replace('"XMU-L1"]', '"XMU-L1", "XMU-L0", "XMU-L0"]'))
    again = national(design, tmp_path / "out").document["comparison"][0]
    assert (again["volunteers"], again["volunteer_cities"]) == (once["volunteers"], 2)
    design.write_text(design.read_text().replace('"XMU-L1"', '"XMU-L11"'))
    with pytest.raises(UnknownNameError, match="XMU-L1"):
        national(design, tmp_path / "out")


@pytest.mark.parametrize(("form", "quantile"), [("normal", 1.959964), ("t", 2.262157)])
def test_a_total_has_the_interval_asked_for_and_no_rival_in_a_mean(form, quantile, drawn, tmp_path, monkeypatch):
    known = spec("sdg_11_2_1")
    counted = replace(known, series=tuple(replace(each, aggregation="sum") for each in known.series))
    monkeypatch.setattr("ekistics.jobs.national.cities.specs", lambda: (counted,))
    outcome = run(drawn, tmp_path, estimation=f'interval = "{form}"')
    total, count = outcome.document["comparison"]
    assert total["df"] == 9
    assert (total["uci"] - total["value"]) / total["se"] == pytest.approx(quantile, abs=1e-6)
    assert (total["unweighted_mean"], total["volunteers"]) == (None, None)
    assert count["unweighted_mean"] == pytest.approx(100 * 7 / 14)


EXAMPLE = Path(__file__).parents[2] / "examples/national"
TRUTH = (64.854, 54.167)  # of all 120 cities of the example: people, and cities above half
REGIONS = (77.880, 59.020, 58.072)  # people of the coast, the hills and the plain


@pytest.mark.parametrize("method", ["cube", "systematic-pps", "sampford", "pareto"])
def test_every_method_from_list_to_country(method, tmp_path):
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    design = tmp_path / "sample.toml"
    text = design.read_text()
    if method != "cube":
        text = text.replace('balancing = ["population", "elevation", "region"]', "")
        text = text.replace('path = "cities.csv"', 'path = "cities.csv"\nkeep = ["region"]')
    design.write_text(text.replace('method = "cube"', f'method = "{method}"'))
    runner = CliRunner()
    commit_seed(design, tmp_path / "sample", seed="a seed of the tests")
    for arguments in (["sample", str(design), "--out", str(tmp_path / "sample")],
                      ["national", str(tmp_path / "national.toml"), "--out", str(tmp_path / "country"), "--json"]):
        done = runner.invoke(app, arguments, catch_exceptions=False)
    regions = json.loads(done.stdout)["parts"][:3]
    assert regions == json.loads((tmp_path / "country/sample.json").read_bytes())["domains"]["rows"][:3]
    for row, truth in zip(regions, REGIONS, strict=True):
        assert row["status"] in ("publish", "review")
        assert row["value"] == pytest.approx(truth, abs=4 * row["se"])
    ratio, count = json.loads(done.stdout)["values"]
    assert ratio["value"] == pytest.approx(TRUTH[0], abs=6 * ratio["se"])
    assert count["value"] == pytest.approx(TRUTH[1], abs=6 * count["se"])
    assert ratio["volunteers"] > ratio["uci"]
