"""What an index says of one city: sentences hold the numbers of the index, what is missing is told, ranks are tried."""

import csv
import json
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from ekistics.cli.index import index as commands
from ekistics.composite import Data
from ekistics.composite.uncertainty import InputNoise, replicate, replicate_at
from ekistics.core.errors import MissingInputError, PackageError, UnknownNameError
from ekistics.instruments.indices import parse_index, shipped_index
from ekistics.jobs.index import Uncertainty, build_index, explain_city, read_index, try_ranks
from ekistics.jobs.index.uncertainty import bounds_of, replicated, uncertain_inputs
from ekistics.jobs.profile.run import _results_of
from ekistics.jobs.sample_index import make_sample_index
from ekistics.package import read_package, verify_package
from ekistics.publish.index_gaps import some_text
from ekistics.publish.index_section import index_section
from tests.jobs.index_files import CITIES, MINE, results_of, write_files, write_profile

RUNNER = CliRunner()
MORE = CITIES + "".join(f"XMU-{i},City {i},XMU,2024,{40 + 3 * i},1,{90 - 2 * i},{5000 + 700 * i}\n" for i in range(8))


@pytest.fixture
def package(tmp_path):
    definition, values = write_files(tmp_path, cities=MORE)
    return build_index(definition, values, tmp_path / "out").folder


def test_sentences_say_score_place_parts_and_what_would_help(package):
    unit = results_of(package)[0]["XMU-A"]
    said = explain_city(package, "aville").sentences
    assert said[0] == (f'Aville has {unit["score"]:.1f} points of 100 in the index "My index". That is place '
                       f'{unit["rank"]:.0f} of 10.')
    assert "has not been tried" in said[1]
    assert said[2] == "Its best part is Services (75.0 points), its weakest is Land (60.0 points)."
    assert "scored by doubtful benchmarks (Population density)" in said[-1]


def test_the_middle_is_a_made_up_city_with_the_median_score_in_every_item(package):
    """By numpy from the table: services the plain mean of two medians, land 100 less the share that is off 15,000."""
    rows = [line.split(",") for line in MORE.splitlines()[1:]]
    water, light = (np.median([float(row[i]) for row in rows if row[i]]) for i in (4, 6))
    land = np.median([100 * (1 - abs(float(row[7]) - 15000) / 15000) for row in rows])
    middle, score = np.sqrt((water + light) / 2 * land), np.sqrt(75 * 60)
    said = " ".join(explain_city(package, "XMU-A").sentences)
    assert score > middle
    assert (f"That is {score - middle:.1f} points more than a made-up city with the median score in every single item "
            "would have.") in said
    low = next(text for text in explain_city(package, "XMU-0").sentences if text.startswith("The values that cost"))
    assert f"Homes with water, 40 % of homes, gets 40.0 points where the median of all cities is {water:.1f}" in low
    held = " ".join(explain_city(package, "XMU-0", against="XMU-A").sentences)
    assert "Homes with water, 40 % of homes, gets 40.0 points where Aville gets 80.0" in held


def test_a_dozen_doubtful_benchmarks_are_all_named():
    assert some_text(list("abcdefghijkl")) == "a, b, c, d, e, f, g, h, i, j, k, l"
    assert some_text(list("abcdefghijklmn")) == "a, b, c, d, e, f, g, h, i, j, k, l and 2 more"


def test_points_of_the_parts_add_up_to_the_distance(package):
    for against in ("", "XMU-B"):
        parts = {part["code"]: part for part in explain_city(package, "XMU-A", against=against).parts}
        whole = parts["total"]
        assert whole["distance"] == pytest.approx(whole["score"] - whole["reference"])
        below = sum(parts[code]["distance"] for code in ("services", "land"))
        assert below + whole["rest"] == pytest.approx(whole["distance"])


def test_what_is_said_to_help_does_help(package, tmp_path):
    """Take a value that the story names, give the city that value, build again: it stands where the story says."""
    said = next(text for text in explain_city(package, "XMU-A").sentences if text.startswith("To come up"))
    target = int(re.search(r"place (\d+)", said)[1])
    title, needed = re.search(r"(Homes with \w+) from [\d.,]+ to ([\d.,]+)", said).groups()
    column = {"Homes with water": 4, "Homes with light": 6}[title]
    rows = [line.split(",") for line in MORE.splitlines()]
    row = next(row for row in rows if row[0] == "XMU-A")
    row[column] = str(float(needed.replace(",", "")) + 0.5)  # what is written is rounded
    definition, values = write_files(tmp_path, cities="".join(",".join(row) + "\n" for row in rows))
    assert results_of(build_index(definition, values, tmp_path / "again").folder)[0]["XMU-A"]["rank"] <= target


def test_a_city_with_a_hole_is_told_what_is_missing_and_has_no_place(package):
    story = explain_city(package, "XMU-C")
    assert "values are missing: 1 of 3" in story.sentences[0]
    assert "Missing: Homes with water." in story.sentences
    assert "What is known covers 75 % of the index by weight." in story.sentences
    assert "These parts have a score all the same: Land (46.7 points)." in story.sentences
    assert not any("That is place" in text for text in story.sentences)


def lenient(folder, step, cities=CITIES):
    """Give the folder of an index of which a part may be missing."""
    whole = MINE.replace('method = ["arithmetic", "geometric"], whole = true', f'method = "arithmetic", {step}')
    definition, values = write_files(folder, index=whole, cities=cities)
    return build_index(definition, values, folder / "lenient").folder


def test_a_score_with_holes_says_what_is_missing_and_what_does_not_count(tmp_path):
    holes = CITIES + "XMU-D,Dville,XMU,2024,70,,80,\n"
    package = lenient(tmp_path, "minimum_share = 0.5", holes)
    for code, share, said in (
            ("XMU-C", 75, "In this score 1 of 3 values are missing: Homes with water. They are not "
             "taken for zero: the known ones count for more."),
            ("XMU-D", 50, "In this score 1 of 3 values are missing: Population density. They are "
             "not taken for zero: the known ones count for more. Parts that have no score and do not count: Land.")):
        story = explain_city(package, code)
        assert story.unit["score"] is not None
        assert story.sentences[1] == f"{said} What is known covers {share} % of the index by weight."
        assert index_section(results_of(package)[1], code).paragraphs[1:] == (said,)
        whole = explain_city(package, "XMU-A").sentences
        assert not any("In this score" in text for text in whole)
        assert not any("In this score" in text for text in index_section(results_of(package)[1], "XMU-A").paragraphs)
    filled = MINE.replace("[scenario]\n", '[scenario]\nimpute = { method = "median" }\n')
    definition, values = write_files(tmp_path, index=filled)
    package = build_index(definition, values, tmp_path / "filled").folder
    assert not any("In this score" in text for text in explain_city(package, "XMU-C").sentences)
    assert not any("In this score" in text for text in index_section(results_of(package)[1], "XMU-C").paragraphs)


def test_ranks_that_were_tried_stand_in_package_sentences_and_table(package):
    outcome = try_ranks(package, Uncertainty(300, 7, 0.3))
    assert verify_package(package).problems == ()
    told = outcome.results["uncertainty"]["units"]["XMU-A"]
    table = read_package(package).observations
    row = table[(table["ref_area"] == "XMU-A") & (table["series"] == "rank") & (table["variant"] == "as_defined")]
    assert [row["lci"].item(), row["uci"].item()] == told["rank"]
    assert row["uncertainty"].item() == "replicates"
    least, most = told["rank_extremes"]
    assert least <= told["rank"][0] <= told["rank_mean"] <= told["rank"][1] <= most
    low, high = (int(end) for end in told["rank"])
    said = " ".join(explain_city(package, "XMU-A").sentences)
    assert f"between {low} and {high}" in said or "firm" in said
    assert outcome.results["uncertainty"]["units"]["XMU-C"]["rank"] == [None, None]


def test_a_replicate_of_the_file_is_made_again_alone(package):
    try_ranks(package, Uncertainty(50, 7, 0.3))
    with (package / "replicates.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    stored = read_index(package)
    made = replicated(stored.built, Uncertainty(50, 7, 0.3))
    assert [int(row["weight_seed"]) for row in rows] == made.draws.weight_seed.tolist()
    assert [int(row["input_seed"]) for row in rows] == made.draws.input_seed.tolist()
    assert [int(row["aggregate"]) - 1 for row in rows] == made.draws.choices[:, 0].tolist()
    alone = replicate_at(stored.built.base.data, stored.built.base.scenario, made.inputs, made.draws, 7)
    np.testing.assert_array_equal(np.nan_to_num(alone.ranks), made.ranks[7])


def test_variants_count_as_choices_only_where_they_score_the_same_cities(package):
    stored = read_index(package)
    choice = next(each for each in uncertain_inputs(stored.built, Uncertainty()) if each.name == "aggregate")
    assert [option.method for option in choice.options] == [("arithmetic", "geometric"), "arithmetic"]
    assert all(option.whole for option in choice.options)


def test_values_of_replicates_stay_where_the_item_can_be():
    lower, upper = bounds_of(shipped_index("city_prosperity"))
    assert (lower["internet_access"], upper["internet_access"]) == (0, 100)
    assert upper["access_to_information"] == 10
    assert 0 < lower["homicide"] < 1e-6
    assert lower["unemployment"] == 0
    assert "population_density" not in lower


@pytest.mark.parametrize("steps", [
    {"scenario": {"standardise": {"method": "distance-to-maximum"}}},
    {"variant": [{"code": "best", "title": "By the best", "standardise": {"method": "distance-to-maximum"}}]}],
    ids=list)
def test_values_of_replicates_stay_above_zero_where_a_share_of_the_best_is_taken(steps):
    """A drawn value below zero has no share of the best one, and would end the replicates."""
    item = {"title": "T", "parent": "all", "unit": "%"}
    plain = {"code": "mine", "title": "Mine", "group": [{"code": "all", "title": "All"}],
             "item": [item | {"code": "taps"}, item | {"code": "smoke", "direction": -1}]}
    definition = parse_index(plain | steps)
    assert bounds_of(parse_index(plain))[0] == {}
    data = Data(np.array([[1.0, 0.5], [40, 3], [70, 9]]), definition.structure(), list("xyz"), se=np.full((3, 2), 2.0))
    scenario = definition.scenario_of("best" if "variant" in steps else "")
    assert np.isfinite(replicate(data, scenario, [InputNoise(*bounds_of(definition))], 200, 1).scores).all()


def test_cancelled_replicates_leave_the_package_as_it_was(package):
    before = {path.name: path.read_bytes() for path in package.iterdir() if path.is_file()}

    def cancel(_done, _of):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        try_ranks(package, Uncertainty(50), progress=cancel)
    assert {path.name: path.read_bytes() for path in package.iterdir() if path.is_file()} == before
    assert [path.name for path in package.parent.iterdir() if path.name.startswith(".out")] == []


def test_another_package_or_city_is_refused(package, tmp_path):
    with pytest.raises(MissingInputError):
        explain_city(tmp_path / "nowhere", "XMU-A")
    with pytest.raises(PackageError, match="not one of an index"):
        explain_city(write_profile(tmp_path / "profiles", "XMU-A", {"2020": 1.0}), "XMU-A")
    with pytest.raises(UnknownNameError, match="Did you mean 'XMU-A'"):
        explain_city(package, "XMU-AA")


def test_the_commands_do_all_of_it(tmp_path):
    definition, values = write_files(tmp_path, cities=MORE)
    out = str(tmp_path / "cli")
    done = RUNNER.invoke(commands, ["build", str(definition), "--values", str(values), "--out", out],
                         catch_exceptions=False)
    assert "10 of 11 cities have a score." in done.stdout
    assert "incomplete" in done.stdout
    done = RUNNER.invoke(commands, ["uncertainty", out, "--replicates", "50", "--json"], catch_exceptions=False)
    assert json.loads(done.stdout)["replicates"] == 50
    done = RUNNER.invoke(commands, ["explain", out, "Aville", "--against", "Bville"], catch_exceptions=False)
    assert "than Bville has." in done.stdout
    done = RUNNER.invoke(commands, ["items", "city_prosperity", "--json"], catch_exceptions=False)
    assert len(json.loads(done.stdout)) == 62


def test_the_section_of_a_profile_holds_what_the_index_says(package):
    _units, results = results_of(package)
    section = index_section(results, "XMU-A")
    assert section.title == "My index"
    assert section.paragraphs[0].startswith("67.1 points of 100, place ")
    assert {fact.term: fact.text for fact in section.facts}["Services"] == "75.0 points"
    hole = index_section(results, "XMU-C")
    facts = {fact.term: fact for fact in hole.facts}
    assert hole.paragraphs[0].startswith("No score: 1 of the 3 values")
    assert facts["Services"].text == "no score; 50 % of it is known"
    assert facts["Missing values"].items == ("Homes with water",)
    assert facts["Known"].text == "2 of 3 values, 75 % of the index by weight"
    assert facts["Scored by doubtful benchmarks"].items == ("Population density",)
    assert index_section(results, "XMU-Z") is None


def test_made_up_cities_are_scored_near_their_truth(tmp_path):
    """Errors of 3 percent of each value leave the order of the cities, and scores within a few points."""
    made = make_sample_index(shipped_index("city_prosperity"), tmp_path / "made", cities=200, seed=3)
    outcome = build_index("city_prosperity", made.folder / "cities.csv", tmp_path / "out")
    with (made.folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
        truth = {row["code"]: float(row["score"]) for row in csv.DictReader(stream)}
    units, _results = results_of(outcome.folder)
    pairs = np.array([(unit["score"], truth[code]) for code, unit in units.items() if unit["score"] is not None])
    assert len(pairs) == 200 - made.holes
    assert np.corrcoef(pairs.T)[0, 1] > 0.99
    assert np.abs(pairs[:, 0] - pairs[:, 1]).max() < 5
    holes = [unit for unit in units.values() if unit["score"] is None]
    assert holes
    assert all(unit["missing"] for unit in holes)


def test_the_same_seed_makes_the_same_cities(tmp_path):
    index = shipped_index("city_prosperity")
    for name in ("one", "two"):
        make_sample_index(index, tmp_path / name, cities=20, seed=5)
    assert (tmp_path / "one" / "cities.csv").read_bytes() == (tmp_path / "two" / "cities.csv").read_bytes()
    make_sample_index(index, tmp_path / "two", cities=20, seed=6)
    assert (tmp_path / "one" / "cities.csv").read_bytes() != (tmp_path / "two" / "cities.csv").read_bytes()
    (tmp_path / "two" / "mine.txt").write_text("kept")
    with pytest.raises(ValueError, match="holds something"):
        make_sample_index(index, tmp_path / "two", cities=20)




def test_a_city_that_the_index_leaves_out_is_not_said_to_lack_values(tmp_path):
    screened = MINE.replace("[scenario]\n", "[scenario]\nscreen = { data_share = 0.1, nonzero_share = 0.9 }\n")
    definition, values = write_files(tmp_path, index=screened, cities=CITIES.replace(",80,2,", ",0,2,"))
    package = build_index(definition, values, tmp_path / "out").folder
    (said,) = explain_city(package, "XMU-A").sentences
    assert said == ('Aville has no score in the index "My index", which leaves out cities of which too few values are '
                    "known or too many are zero. Known: 3 of 3.")
    section = index_section(results_of(package)[1], "XMU-A")
    assert section.paragraphs[0].endswith("too many are zero. Known: 3 of 3.")
    assert "values are missing: 1 of 3" in explain_city(package, "XMU-C").sentences[0]


@pytest.mark.parametrize("lost", ["groups", "items", "bands", "index", "units"])
def test_a_profile_refuses_results_of_which_no_page_can_tell(tmp_path, lost):
    definition, values = write_files(tmp_path)
    build_index(definition, values, tmp_path / "out")
    results = json.loads((tmp_path / "out" / "results.json").read_bytes())
    assert _results_of(tmp_path / "out", "XMU-A") == results
    del results[lost]
    (tmp_path / "out" / "results.json").write_text(json.dumps(results))
    with pytest.raises(PackageError, match=r"out: This package is not one of an index\."):
        _results_of(tmp_path / "out", "XMU-A")
