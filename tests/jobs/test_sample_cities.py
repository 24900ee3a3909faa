"""A sample of cities from design to replacement: what is promised before the draw is what everybody finds after it."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ekistics.cli.app import app
from ekistics.core.errors import (
    ConfigurationError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    PackageError,
    UnknownNameError,
)
from ekistics.core.i18n import use_language
from ekistics.core.place import Place
from ekistics.jobs.sample_cities import commit_seed, draw_sample, replace_city, verify_sample
from ekistics.jobs.sample_cities.commit import seed_file
from ekistics.jobs.sample_cities.document import read_sample
from ekistics.jobs.sample_cities.frame import read_rows
from ekistics.package.documents import document_faults
from ekistics.survey.sampling import commitment

SEED = "a seed of the tests, long enough"
DESIGN = """
[sample]
title = "Cities of Merrow"
country = "XMU"
size = 14
{sample}

[frame]
path = "cities.csv"
definition = "Every place with a town hall"

[strata]
{strata}

[seed]
{seed}
"""


def write_cities(path: Path, n: int = 60, **changed: str) -> None:
    rng = np.random.default_rng(7)
    size = np.exp(rng.normal(11, 1.2, n)).round()
    rows = [{"code": f"XMU-{i:02d}", "name": f"City {i}", "population": f"{size[i]:.0f}",
             "longitude": f"{rng.uniform(0, 5):.4f}", "latitude": f"{rng.uniform(0, 5):.4f}",
             "region": "north" if i % 2 else "south", "elevation": f"{rng.uniform(0, 900):.0f}"} for i in range(n)]
    rows[4] |= changed
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def prepare(folder: Path, *, sample: str = "", strata: str = 'columns = ["region"]', seed: str = "",
            **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    write_cities(folder / "cities.csv", **changed)
    (folder / "design.toml").write_text(DESIGN.format(sample=sample, strata=strata, seed=seed), encoding="utf-8")
    return folder / "design.toml"


def drawn(tmp_path: Path, **how: str):
    design = prepare(tmp_path / "in", **how)
    commit_seed(design, tmp_path / "out", seed=SEED)
    return draw_sample(design, tmp_path / "out").document


@pytest.mark.parametrize("sample", ['method = "srs"', 'method = "sampford"', 'method = "pareto"',
                                    'method = "systematic-pps"', 'method = "systematic-pps"\norder = "geographic"',
                                    'method = "systematic-pps"\norder = "random"',
                                    'method = "cube"\nbalancing = ["population", "elevation", "region"]',
                                    'method = "cube"\nprobabilities = "size"\nallocation = "neyman"'])
def test_every_method_draws_a_sample_that_can_be_drawn_again(sample, tmp_path):
    document = drawn(tmp_path, sample=sample)
    assert len(document["cities"]) == 14
    assert read_sample(tmp_path / "out") == json.loads((tmp_path / "out/sample.json").read_bytes())
    strata = document["design"]["strata"]
    assert [row["title"] for row in strata] == ["north", "south"]
    assert sum(row["sample"] for row in strata) == 14
    assert sum(city["weight"] for city in document["cities"]) == pytest.approx(60, rel=0.8)
    assert verify_sample(tmp_path / "out") == []
    assert not seed_file(tmp_path / "out").exists()


def test_what_is_in_the_folder(tmp_path):
    document = drawn(tmp_path, strata="size_classes = [50000, 200000]\ntake_all = 500000")
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == ["commitment.json", "design.toml", "frame.csv",
                                                           "replacements.csv", "sample.csv", "sample.json"]
    rows = read_rows(out / "sample.csv", what="sample")
    assert len(rows) == 60
    assert [row["code"] for row in rows[:14]] == [city["code"] for city in document["cities"]]
    assert {row["status"] for row in rows[14:]} == {"reserve"}
    others = {row["code"]: row for row in document["reserve"]}
    assert len(others) == 46
    listed = {row["code"]: row for row in read_rows(tmp_path / "in/cities.csv", what="cities")}
    for code, row in others.items():
        assert (row["size"], row["longitude"], row["latitude"]) == tuple(
            float(listed[code][name]) for name in ("population", "longitude", "latitude"))
        assert set(row) == {"code", "name", "stratum", "rank", "size", "longitude", "latitude"}
    frame = read_rows(out / "frame.csv", what="frame")
    large = {row["code"] for row in frame if float(row["size"]) >= 500000}
    assert large
    assert {city["code"] for city in document["cities"] if city["certainty"]} >= large
    people = next(row for row in document["balance"] if row["variable"] == "population")
    assert people["frame"] == pytest.approx(np.mean([float(row["size"]) for row in frame]))
    assert [row["title"] for row in document["design"]["strata"]] == ["below 50,000", "50,000 to 200,000",
                                                                      "200,000 or more"]


def test_the_order_of_the_list_does_not_matter(tmp_path):
    design = prepare(tmp_path / "in")
    one = commit_seed(design, tmp_path / "a", seed=SEED)
    lines = (tmp_path / "in/cities.csv").read_text().splitlines()
    (tmp_path / "in/cities.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    other = commit_seed(design, tmp_path / "b", seed=SEED)
    assert one.frame_sha256 == other.frame_sha256
    codes = [[city["code"] for city in draw_sample(design, tmp_path / x).document["cities"]] for x in "ab"]
    assert codes[0] == codes[1]


def test_no_draw_without_a_commitment(tmp_path):
    design = prepare(tmp_path / "in")
    with pytest.raises(ConfigurationError, match="No seed is committed.*--commit"):
        draw_sample(design, tmp_path / "out")


def test_the_seed_is_not_in_the_folder_before_the_draw(tmp_path):
    design = prepare(tmp_path / "in")
    commit_seed(design, tmp_path / "out", seed=SEED)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["commitment.json"]
    assert SEED not in (tmp_path / "out/commitment.json").read_text()
    assert seed_file(tmp_path / "out").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("what", ["seed", "frame", "design"])
def test_nothing_may_change_between_commitment_and_draw(what, tmp_path):
    design = prepare(tmp_path / "in")
    commit_seed(design, tmp_path / "out", seed=SEED)
    if what == "seed":
        seed_file(tmp_path / "out").write_text("another seed that is long")
    elif what == "frame":
        write_cities(tmp_path / "in/cities.csv", population="77777")
    else:
        design.write_text(design.read_text() + "\n# one word more\n")
    with pytest.raises(ConfigurationError, match=f"The {what} is not the one that was committed"):
        draw_sample(design, tmp_path / "out")
    assert not (tmp_path / "out/sample.json").exists()


def test_seeds_are_not_tried_out(tmp_path):
    design = prepare(tmp_path / "in")
    commit_seed(design, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="committed here already"):
        commit_seed(design, tmp_path / "out")
    draw_sample(design, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="drawn once"):
        draw_sample(design, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="at least 16"):
        commit_seed(design, tmp_path / "other", seed="short")


def test_a_seed_that_was_written_is_never_written_over(tmp_path):
    design = prepare(tmp_path / "in")
    commit_seed(design, tmp_path / "out", seed=SEED)
    (tmp_path / "out").rename(tmp_path / "published")
    with pytest.raises(ConfigurationError, match="committed here already"):
        commit_seed(design, tmp_path / "out", seed="another seed that is long")
    again = commit_seed(design, tmp_path / "out")  # as after a commitment that was killed before its folder was there
    assert again.commitment == commitment(SEED)
    assert seed_file(tmp_path / "out").read_text() == SEED


def test_what_cannot_be_drawn_is_not_committed(tmp_path):
    for sample, text in (("minimum = 40", "does not fit the strata"), ("method = \"cube\"\nbalancing = [\"name\"]",
                                                                      "no more cities than balancing variables"),
                         ("allocation = \"stated\"\nnumbers = { north = 40, south = 2 }", "north.*0 ... 30")):
        with pytest.raises((ConfigurationError, InvalidValueError), match=text):
            commit_seed(prepare(tmp_path / "in", sample=sample), tmp_path / "out")
        assert not (tmp_path / "out").exists()
        assert not seed_file(tmp_path / "out").exists()


def test_stated_numbers_go_by_titles_in_any_language(tmp_path):
    stated = 'method = "srs"\nallocation = "stated"\nnumbers = { "below 50,000" = 4, "50,000 or more" = 10 }'
    design = prepare(tmp_path / "in", sample=stated, strata="size_classes = [50000]")
    with use_language("fr"):
        commit_seed(design, tmp_path / "out", seed=SEED)
        document = draw_sample(design, tmp_path / "out").document
        assert verify_sample(tmp_path / "out") == []
    assert [row["sample"] for row in document["design"]["strata"]] == [4, 10]
    assert document["design"]["strata"][0]["title"] != "below 50,000"
    assert verify_sample(tmp_path / "out") == []


def test_a_public_value_is_mixed_in(tmp_path):
    design = prepare(tmp_path / "in", seed='public_source = "Lottery of Friday"')
    codes = []
    for name, value in (("a", "1 2 3"), ("b", "4 5 6")):
        commit_seed(design, tmp_path / name, seed=SEED)
        with pytest.raises(ConfigurationError, match="Lottery of Friday"):
            draw_sample(design, tmp_path / name)
        codes.append([city["code"] for city in draw_sample(design, tmp_path / name, public_value=value)
                      .document["cities"]])
        assert verify_sample(tmp_path / name) == []
    assert codes[0] != codes[1]


def test_a_forged_sample_is_found(tmp_path):
    document = drawn(tmp_path)
    city, spare = document["cities"][0], document["reserve"][0]
    path = tmp_path / "out/sample.json"
    path.write_text(path.read_text().replace(f'"{city["code"]}"', '"XMU-swap"').replace(
        f'"{spare["code"]}"', f'"{city["code"]}"').replace('"XMU-swap"', f'"{spare["code"]}"'))
    assert any("draws other cities" in problem for problem in verify_sample(tmp_path / "out"))


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    folder = tmp_path_factory.mktemp("balanced")
    drawn(folder, sample='method = "cube"\nbalancing = ["elevation"]')
    assert verify_sample(folder / "out") == []
    return folder / "out"


@pytest.mark.parametrize(("change", "named"), [
    (lambda told: told["cities"][2].update(pi=0.9, weight=1 / 0.9), "XMU-"),
    (lambda told: told["cities"][2].update(stratum="1" if told["cities"][2]["stratum"] == "2" else "2"), "XMU-"),
    (lambda told: told["design"]["strata"][0].update(frame=25), "tells what.*design"),
    (lambda told: told["frame"].update(cities=70), "tells what.*frame"),
    (lambda told: told["balance"][0].update(difference=0.0), "balance"),
    (lambda told: told["design"].update(imbalance=[[0.0] * len(row) for row in told["design"]["imbalance"]]),
     "imbalance"),
    (lambda told: told["seed"].update(committed="2020-01-01T00:00:00Z"), "commitment is not the one"),
])
def test_numbers_that_the_draw_did_not_give_are_found(change, named, balanced, tmp_path):
    path = shutil.copytree(balanced, tmp_path / "out") / "sample.json"
    told = json.loads(path.read_bytes())
    change(told)
    path.write_text(json.dumps(told))
    (problem,) = verify_sample(tmp_path / "out")
    assert re.search(named, problem)


def edited(path: Path, line: int, column: str, text: str) -> str:
    """Change a cell of a table, and give what was there."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    place = rows[0].index(column)
    before, rows[line - 1][place] = rows[line - 1][place], text
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return before


@pytest.mark.parametrize("line", [3, 40])  # a city that was drawn, and one of the reserve
@pytest.mark.parametrize(("column", "text"), [("weight", "9.5"), ("code", "XMU-99"), ("name", "Elsewhere"),
                                              ("pi", "0.001"), ("status", "replaced"), ("stratum", "east")])
def test_a_table_that_was_edited_is_found(line, column, text, balanced, tmp_path):
    out = shutil.copytree(balanced, tmp_path / "out")
    before = edited(out / "sample.csv", line, column, text)
    (problem,) = verify_sample(out)
    assert problem.startswith(f"sample.csv, line {line}: ")
    assert f"give: {column}. Expected {before}, got {text}." in problem


def test_numbers_of_another_machine_are_no_edit(balanced, tmp_path):
    out = shutil.copytree(balanced, tmp_path / "out")
    weight = read_rows(out / "sample.csv", what="sample")[1]["weight"]
    edited(out / "sample.csv", 3, "weight", repr(float(weight) * (1 + 1e-14)))
    assert verify_sample(out) == []


def test_lines_too_many_and_too_few_are_found(balanced, tmp_path):
    out = shutil.copytree(balanced, tmp_path / "out")
    with (out / "replacements.csv").open("a", encoding="utf-8") as stream:
        stream.write("2027-01-10T12:00:00Z,XMU-01,XMU-02,no-data,,\n")
    (problem,) = verify_sample(out)
    assert re.search(r"^replacements\.csv, line 2: .*Expected none, got 2027-01-10T12:00:00Z, XMU-01", problem)
    lines = (out / "sample.csv").read_text().splitlines(keepends=True)
    (out / "sample.csv").write_text("".join(lines[:-1]))
    shutil.copy(balanced / "replacements.csv", out)
    (problem,) = verify_sample(out)
    assert re.search(rf"^sample\.csv, line {len(lines)}: .*Expected XMU-.*, got none\.", problem)
    (out / "sample.csv").unlink()
    (problem,) = verify_sample(out)
    assert "cannot be read" in problem


def test_a_log_that_was_edited_is_found(tmp_path):
    document = drawn(tmp_path, sample='method = "srs"')
    replace_city(tmp_path / "out", document["cities"][3]["code"], reason="no-access", note="The road,\nclosed.")
    assert verify_sample(tmp_path / "out") == []
    edited(tmp_path / "out/replacements.csv", 2, "reason", "no-consent")
    (problem,) = verify_sample(tmp_path / "out")
    assert "replacements.csv, line 2: " in problem
    assert "Expected no-access, got no-consent." in problem


@pytest.mark.parametrize("out", ["XMU-99", "reserve", "drawn"])
def test_an_invented_replacement_is_found_in_the_document_too(out, balanced, tmp_path):
    path = shutil.copytree(balanced, tmp_path / "out") / "sample.json"
    told = json.loads(path.read_bytes())
    code = {"reserve": told["reserve"][0]["code"], "drawn": told["cities"][0]["code"]}.get(out, out)
    told["replacements"].append({"out": code, "in": None, "reason": "no-data", "note": "",
                                 "time": "2027-01-10T12:00:00Z", "by": ""})
    path.write_text(json.dumps(told))
    assert verify_sample(tmp_path / "out")


def test_a_city_said_to_be_replaced_without_a_log_is_found(balanced, tmp_path):
    path = shutil.copytree(balanced, tmp_path / "out") / "sample.json"
    told = json.loads(path.read_bytes())
    told["cities"][2]["status"] = "replaced"
    path.write_text(json.dumps(told))
    (problem,) = verify_sample(tmp_path / "out")
    assert told["cities"][2]["code"] in problem


def test_titles_of_strata_that_are_codes_of_others(tmp_path):
    """A region named "2" is the first stratum; a replacement leaves the reserve in the strata in which it was."""
    design = prepare(tmp_path / "in", sample='method = "srs"')
    cities = tmp_path / "in/cities.csv"
    cities.write_text(cities.read_text().replace(",north,", ",2,").replace(",south,", ",3,"))
    commit_seed(design, tmp_path / "out", seed=SEED)
    document = draw_sample(design, tmp_path / "out").document
    replace_city(tmp_path / "out", document["cities"][3]["code"], reason="no-data")
    assert verify_sample(tmp_path / "out") == []


def test_a_seed_that_was_not_committed_is_no_document(balanced, tmp_path):
    """A package with such a document is not whole, so the site does not take it."""
    path = shutil.copytree(balanced, tmp_path / "out") / "sample.json"
    told = json.loads(path.read_bytes())
    path.write_text(json.dumps(told | {"seed": told["seed"] | {"commitment": "0" * 64}}))
    with pytest.raises(PackageError, match="seed is not the one that was committed"):
        read_sample(tmp_path / "out")
    (_name, error), = document_faults(tmp_path / "out", Place("XMU", "Merrow", "country", "XMU"), ["sample.json"])
    assert "seed is not the one" in str(error)


def test_replacement_takes_the_first_of_the_reserve(tmp_path):
    document = drawn(tmp_path, sample='method = "srs"')
    leaving = document["cities"][3]
    first = next(row for row in document["reserve"] if row["stratum"] == leaving["stratum"])
    entry = replace_city(tmp_path / "out", leaving["code"], reason="no-access", note="The road is closed.",
                         clock=lambda: "2027-01-10T12:00:00Z")
    assert entry["in"] == first["code"]
    after = read_sample(tmp_path / "out")
    status = {city["code"]: city["status"] for city in after["cities"]}
    assert (status[leaving["code"]], status[first["code"]]) == ("replaced", "substitute")
    stands = next(city for city in after["cities"] if city["code"] == first["code"])
    listed = next(row for row in read_rows(tmp_path / "in/cities.csv", what="cities") if row["code"] == first["code"])
    assert (stands["longitude"], stands["latitude"]) == (float(listed["longitude"]), float(listed["latitude"]))
    assert after["replacements"] == [entry]
    assert first["code"] not in {row["code"] for row in after["reserve"]}
    assert "no-access,The road is closed." in (tmp_path / "out/replacements.csv").read_text()
    assert len(read_rows(tmp_path / "out/sample.csv", what="sample")) == 60
    assert verify_sample(tmp_path / "out") == []
    again = replace_city(tmp_path / "out", first["code"], reason="no-data")
    assert again["in"] not in (first["code"], None)
    assert verify_sample(tmp_path / "out") == [], "who stood in and was replaced in turn was not drawn by the seed"


def test_a_stand_in_that_somebody_chose_is_found(tmp_path):
    document = drawn(tmp_path, sample='method = "srs"')
    leaving = document["cities"][3]
    taken = replace_city(tmp_path / "out", leaving["code"], reason="no-data")["in"]
    chosen = [row["code"] for row in document["reserve"] if row["stratum"] == leaving["stratum"]][1]
    path = tmp_path / "out/sample.json"
    path.write_text(path.read_text().replace(f'"{taken}"', f'"{chosen}"'))
    assert any(taken in problem and chosen in problem for problem in verify_sample(tmp_path / "out"))


def test_nobody_stands_in_for_a_certain_city(tmp_path):
    document = drawn(tmp_path, strata="take_all = 500000")
    code = next(city["code"] for city in document["cities"] if city["certainty"])
    assert replace_city(tmp_path / "out", code, reason="no-consent")["in"] is None


def test_replacements_that_cannot_be(tmp_path):
    document = drawn(tmp_path)
    code, out = document["cities"][0]["code"], tmp_path / "out"
    with pytest.raises(UnknownNameError, match="no-data"):
        replace_city(out, code, reason="nodata")
    with pytest.raises(InvalidValueError, match="needs a note"):
        replace_city(out, code, reason="other")
    with pytest.raises(UnknownNameError, match="city in the sample"):
        replace_city(out, document["reserve"][0]["code"], reason="no-data")
    replace_city(out, code, reason="no-data")
    with pytest.raises(InvalidValueError, match="replaced already"):
        replace_city(out, code, reason="no-data")
    with pytest.raises(MissingInputError, match=r"sample\.json"):
        replace_city(tmp_path / "in", code, reason="no-data")


def test_the_next_round_keeps_cities(tmp_path):
    first = drawn(tmp_path, sample='method = "srs"')
    design = prepare(tmp_path / "in", sample='method = "srs"', seed='previous = "../out"', population="88888")
    commit_seed(design, tmp_path / "next")
    second = draw_sample(design, tmp_path / "next").document
    kept = {city["code"] for city in first["cities"]} & {city["code"] for city in second["cities"]}
    assert len(kept) == 14
    assert verify_sample(tmp_path / "next") == []


def test_the_numbers_of_the_earlier_round_are_promised_too(tmp_path):
    """Who could change them after the commitment could choose every city of the next round."""
    drawn(tmp_path, sample='method = "srs"')
    design = prepare(tmp_path / "in", sample='method = "srs"', seed='previous = "../out"')
    commit_seed(design, tmp_path / "next", seed=SEED)
    path = tmp_path / "out/sample.json"
    told = json.loads(path.read_bytes())
    own, other = told["seed"]["panel_seed"], "0" * 64
    path.write_text(json.dumps(told | {"seed": told["seed"] | {"panel_seed": other}}))
    with pytest.raises(ConfigurationError, match="random numbers are not of the committed seed"):
        draw_sample(design, tmp_path / "next")
    with pytest.raises(ConfigurationError, match="random numbers are not of the committed seed"):
        commit_seed(design, tmp_path / "third", seed=SEED)
    path.write_text(json.dumps(told))
    draw_sample(design, tmp_path / "next")
    third = prepare(tmp_path / "in", sample='method = "srs"', seed='previous = "../next"')
    commit_seed(third, tmp_path / "third", seed="another seed that is long")
    assert draw_sample(third, tmp_path / "third").document["seed"]["panel_seed"] == own
    assert verify_sample(tmp_path / "third") == []
    path = tmp_path / "third/sample.json"
    path.write_text(path.read_text().replace(own, other))
    assert any("random numbers are not of the committed seed" in text for text in verify_sample(tmp_path / "third"))


def test_another_earlier_round_after_the_commitment(tmp_path):
    drawn(tmp_path, sample='method = "srs"')
    design = prepare(tmp_path / "in", sample='method = "srs"', seed='previous = "../out"')
    commit_seed(design, tmp_path / "next", seed=SEED)
    shutil.rmtree(tmp_path / "out")
    plain = prepare(tmp_path / "other", sample='method = "srs"')
    commit_seed(plain, tmp_path / "out", seed="a seed chosen since it pleases")
    draw_sample(plain, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="not the one that was committed"):
        draw_sample(design, tmp_path / "next")


def test_stated_numbers_of_strata(tmp_path):
    document = drawn(tmp_path, sample='method = "srs"\nallocation = "stated"\nnumbers = { north = 10, south = 4 }')
    assert [row["sample"] for row in document["design"]["strata"]] == [10, 4]


@pytest.mark.parametrize(("how", "error", "text"), [
    ({"population": "0"}, InvalidValueError, "never be drawn"),
    ({"population": "many"}, InputFormatError, "line 6.*not a number"),
    ({"population": ""}, InputFormatError, "not a number|no value"),
    ({"code": "XMU-05"}, InvalidValueError, "in the list twice"),
    ({"population": "1_000"}, InputFormatError, "line 6.*not a number"),
    ({"population": "١٢٣"}, InputFormatError, "line 6.*not a number"),
    ({"population": "-7"}, InvalidValueError, "line 6.*never be drawn"),
    ({"elevation": "nan", "sample": 'method = "cube"\nbalancing = ["elevation"]'}, ConfigurationError, "missing value"),
    ({"latitude": "", "sample": 'method = "systematic-pps"\norder = "geographic"'}, ConfigurationError, "coordinates"),
    ({"latitude": "123"}, InvalidValueError, "line 6.*-90 ... 90, got 123"),
    ({"code": "a b"}, InvalidValueError, "line 6.*place code"),
    ({"code": ""}, InvalidValueError, "line 6.*place code"),
    ({"sample": "minimum = -1"}, ConfigurationError, "sample.minimum.*fewer cities than none"),
    ({"region": ""}, InputFormatError, "no value in a column"),
    ({"strata": 'columns = ["regin"]'}, UnknownNameError, "region"),
    ({"strata": 'certain = ["XMU-99"]'}, UnknownNameError, "XMU-9"),
    ({"strata": "size_classes = [5, 3]"}, ConfigurationError, "rising"),
    ({"sample": 'method = "cubes"'}, UnknownNameError, "cube"),
    ({"sample": 'allocation = "nyman"'}, UnknownNameError, "neyman"),
    ({"sample": 'balancing = ["population"]'}, ConfigurationError, "Only the cube"),
    ({"seed": 'previous = "x"'}, ConfigurationError, "permanent random numbers"),
])
def test_bad_input_is_one_message(how, error, text, tmp_path):
    design = prepare(tmp_path / "in", **how)
    with pytest.raises(error, match=text):
        commit_seed(design, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert not seed_file(tmp_path / "out").exists()


def test_names_in_other_scripts_and_with_commas(tmp_path):
    name = "مدينة، \"كبيرة\", 城市"
    document = drawn(tmp_path, sample="minimum = 5", name=name, strata='certain = ["XMU-04"]')
    assert next(city["name"] for city in document["cities"] if city["code"] == "XMU-04") == name
    assert verify_sample(tmp_path / "out") == []


def test_a_column_whose_name_the_frame_gives_to_another(tmp_path):
    design = prepare(tmp_path / "in", strata='columns = ["size"]')
    cities = tmp_path / "in/cities.csv"
    cities.write_text(cities.read_text().replace("elevation", "size"))
    with pytest.raises(ConfigurationError, match="uses this name for another column"):
        commit_seed(design, tmp_path / "out")


def test_strata_whose_titles_are_the_same_stay_apart(tmp_path):
    design = prepare(tmp_path / "in", strata='columns = ["region", "kind"]')
    cities, (head, *rows) = tmp_path / "in/cities.csv", (tmp_path / "in/cities.csv").read_text().splitlines()
    pairs = [("a / b", "c"), ("a", "b / c")]
    rows = [",".join([row.replace("north", pairs[i % 2][0]).replace("south", pairs[i % 2][0]), pairs[i % 2][1]])
            for i, row in enumerate(rows)]
    cities.write_text("\n".join([f"{head},kind", *rows]) + "\n")
    commit_seed(design, tmp_path / "out", seed=SEED)
    strata = draw_sample(design, tmp_path / "out").document["design"]["strata"]
    assert [(row["title"], row["frame"]) for row in strata] == [("a / b / c (1)", 30), ("a / b / c (2)", 30)]


def test_classes_of_sizes_in_millions_have_their_bounds_as_names(tmp_path):
    document = drawn(tmp_path, strata="size_classes = [50000.25, 100000.5]", sample="minimum = 1")
    assert [row["title"] for row in document["design"]["strata"]] == [
        "below 50,000.25", "50,000.25 to 100,000.5", "100,000.5 or more"]


def test_lists_that_are_none(tmp_path):
    design = prepare(tmp_path / "in")
    cities = tmp_path / "in/cities.csv"
    cities.write_bytes("code,name,population\nXMU-1,Bühl,5\n".encode("latin-1"))
    with pytest.raises(InputFormatError, match="UTF-8"):
        commit_seed(design, tmp_path / "out")
    cities.write_text("code,name,population\nXMU-1,A\n")
    with pytest.raises(InputFormatError, match="shorter or longer"):
        commit_seed(design, tmp_path / "out")
    cities.write_text("code,name,population\n")
    with pytest.raises(InputFormatError, match="no rows"):
        commit_seed(design, tmp_path / "out")
    cities.unlink()
    with pytest.raises(MissingInputError):
        commit_seed(design, tmp_path / "out")


KILL = """
import os, signal, sys
from pathlib import Path
from ekistics.jobs.sample_cities import draw_sample
count, wanted = 0, int(sys.argv[1])
def stop(name):
    real = getattr(Path, name)
    def once(self, *a, **k):
        global count
        count += 1
        if count == wanted: os.kill(os.getpid(), signal.SIGKILL)
        return real(self, *a, **k)
    setattr(Path, name, once)
for name in ("write_bytes", "write_text", "rename", "replace", "unlink"): stop(name)
draw_sample(Path(sys.argv[2]), Path(sys.argv[3]))
"""


@pytest.mark.parametrize("wanted", [4, 7, 8])  # while files are written; at each of the two renames
def test_a_killed_draw_leaves_nothing_half_written(wanted, tmp_path):
    design = prepare(tmp_path / "in")
    commit_seed(design, tmp_path / "out", seed=SEED)
    killed = subprocess.run([sys.executable, "-c", KILL, str(wanted), str(design), str(tmp_path / "out")],
                            capture_output=True, check=False, env=os.environ | {"PYTHONWARNINGS": "ignore"})
    assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr
    if (tmp_path / "out/sample.json").exists():
        assert verify_sample(tmp_path / "out") == []
    else:
        draw_sample(design, tmp_path / "out")
        assert verify_sample(tmp_path / "out") == []


def test_commands(tmp_path):
    design, out, runner = prepare(tmp_path / "in"), tmp_path / "out", CliRunner()

    def run(*arguments: str):
        return runner.invoke(app, ["sample", *arguments, "--out", str(out)], catch_exceptions=False)

    assert "Publish" in run(str(design), "--commit").stdout
    assert "14 of 60 cities drawn" in run(str(design)).stdout
    assert "draws the published cities" in run("--verify").stdout
    code = next(city["code"] for city in read_sample(out)["cities"] if not city["certainty"])
    assert f"stands in for {code}" in run("--replace", code, "--reason", "no-data").stdout
    assert json.loads(run("--verify", "--json").stdout) == {"ok": True, "problems": []}
