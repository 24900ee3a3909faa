"""What moves ranks: choices, parts left out and Sobol' indices, held against builds by plain arithmetic.

The golden numbers are made here by numpy and scipy.stats.rankdata from the table of values alone: the two levels of the
index are written out, and nothing of the program's standardising, joining or ranking is called.
"""

import json

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from ekistics.cli.index import index as commands
from ekistics.composite.noise import draw
from ekistics.composite.reach import Need
from ekistics.composite.sobol import sobol_points
from ekistics.composite.uncertainty import replicate_at
from ekistics.core.errors import InvalidValueError
from ekistics.instruments.indices import shipped_index
from ekistics.jobs.index import Uncertainty, build_index, explain_city, read_index, try_ranks
from ekistics.jobs.index.sensitivity import settled, sobol_runs
from ekistics.jobs.index.uncertainty import replicated, summary, uncertain_inputs
from ekistics.jobs.sample_index import make_sample_index
from ekistics.package import verify_package
from ekistics.publish.index_section import index_section
from ekistics.publish.index_story import IndexCity, _realistic
from ekistics.publish.index_worth import IndexWorth
from tests.jobs.index_files import CITIES, MINE, results_of, write_files

RUNNER = CliRunner()
MORE = CITIES + "".join(f"XMU-{i},City {i},XMU,2024,{40 + 3 * i},1,{90 - 2 * i},{5000 + 700 * i}\n" for i in range(8))
ROWS = [line.split(",") for line in MORE.splitlines()[1:]]
WHOLE = sorted(row[0] for row in ROWS if row[4])  # the city with a hole has no place, whatever is done
VALUES = {row[0]: (float(row[4] or "nan"), float(row[6]), float(row[7])) for row in ROWS}
HOW = Uncertainty(50, 7, 0.3, 8)


def plain(mean="geometric", **weights):
    """Score and rank the whole cities: both levels written out."""
    w = {"water": 1.0, "light": 1.0, "services": 1.0, "land": 1.0} | weights
    water, light, density = np.array([VALUES[code] for code in WHOLE]).T
    services = (w["water"] * water + w["light"] * light) / (w["water"] + w["light"])
    land = 100 * (1 - abs(density - 15000) / 15000)
    a, b = w["services"] / (w["services"] + w["land"]), w["land"] / (w["services"] + w["land"])
    scores = services**a * land**b if mean == "geometric" else a * services + b * land
    return stats.rankdata(-scores.round(10), method="min")


@pytest.fixture
def package(tmp_path):
    definition, values = write_files(tmp_path, cities=MORE)
    return build_index(definition, values, tmp_path / "out").folder


def effect(ranks):
    moved = np.abs(ranks - plain())
    row = int(moved.argmax())
    return moved.mean(), {"unit": WHOLE[row], "from": plain()[row], "to": ranks[row]}


def test_single_choices_are_those_of_plain_builds(package):
    found = try_ranks(package, HOW).results["uncertainty"]["choices"]
    assert verify_package(package).problems == ()
    rebuilt = [plain(**{code: factor}) for code in ("water", "light", "services", "land") for factor in (0.7, 1.3)]
    named = {(each["of"], each["option"]) if each["kind"] == "weight" else each["of"]: each for each in found["tried"]}
    assert len(named) == len(found["tried"]) == 9
    keys = [(code, factor) for code in ("water", "light", "services", "land") for factor in (0.7, 1.3)]
    for key, ranks in [*zip(keys, rebuilt, strict=True), ("aggregate", plain("arithmetic"))]:
        mean, largest = effect(ranks)
        assert named[key]["mean_shift"] == pytest.approx(mean), key
        assert named[key]["largest"] == largest, key
    assert named["aggregate"]["variant"] == "plain"
    table = np.abs(np.array([*rebuilt, plain("arithmetic")]) - plain())
    for row, code in enumerate(WHOLE):
        most = found["units"][code]
        assert (0 if most is None else abs(most["rank"] - plain()[row])) == table[:, row].max(), code
    assert table.max() > 0
    assert found["units"]["XMU-C"] is None


def test_ranks_without_a_part_are_those_of_plain_builds_of_the_same_cities(package):
    """Without services the city with a hole in them has a score; it must not push the others down."""
    found = try_ranks(package, HOW).results["uncertainty"]["without"]
    for number, (code, kept) in enumerate((("services", plain(services=0)), ("land", plain(land=0)))):
        part = next(each for each in found["parts"] if each["of"] == code)
        mean, largest = effect(kept)
        assert (part["mean_shift"], part["largest"]) == (pytest.approx(mean), largest)
        number = [each["of"] for each in found["parts"]].index(code)
        assert [found["units"][city][number] for city in WHOLE] == kept.tolist()
    assert found["units"]["XMU-C"] == [None, None]


def test_sobol_indices_are_those_of_builds_one_by_one(package):
    stored = read_index(package)
    found = try_ranks(package, HOW).results["uncertainty"]["sobol"]
    base, inputs = stored.built.base, uncertain_inputs(stored.built, HOW)
    points = sobol_points(len(inputs), 8, 7).reshape(-1, len(inputs))
    draws = draw(points, inputs)
    shifts = []
    for row in range(len(points)):
        alone = replicate_at(base.data, base.scenario, inputs, draws, row).ranks
        shifts.append(np.nanmean(np.abs(alone - base.ranks)))
    y_a, y_b, *mixed = np.array(shifts).reshape(-1, 8)
    both = np.concatenate([y_a, y_b])
    assert [each["of"] for each in found["inputs"]] == ["weights", "observations", "aggregate"]
    assert (found["rows"], found["runs"]) == (8, 8 * 5)
    for told, y in zip(found["inputs"], mixed, strict=True):
        assert told["first"] == pytest.approx(((y - y_a) * (y_b - both.mean())).mean() / both.var())
        assert told["total"] == pytest.approx(((y_a - y) ** 2).mean() / 2 / both.var())
        for name in ("first", "total"):
            assert told[f"{name}_interval"][0] <= told[f"{name}_interval"][1]


def test_weights_alone_make_all_of_the_movement(tmp_path):
    whole = "\n".join(line for line in MINE.split("[[variant]]")[0].splitlines())
    index = whole + "\n[[group]]" + MINE.split("[[group]]", 1)[1]
    cities = "\n".join(",".join(part for i, part in enumerate(line.split(",")) if i != 5) for line in MORE.splitlines())
    definition, values = write_files(tmp_path, index=index, cities=cities + "\n")
    folder = build_index(definition, values, tmp_path / "out").folder
    results = try_ranks(folder, Uncertainty(20, 1, 0.5, 64)).results
    (only,) = results["uncertainty"]["sobol"]["inputs"]
    assert only["total"] == pytest.approx(1, abs=0.3)
    assert IndexWorth.of(results).decisive().startswith("What matters most for all ranks: other weights.")


def test_rows_fit_the_index_and_none_leave_the_indices_out(package, tmp_path):
    stored = read_index(package)
    assert settled(stored.built, Uncertainty()).sobol == 1024
    made = make_sample_index(shipped_index("city_prosperity"), tmp_path / "made", cities=600, seed=1)
    large = build_index("city_prosperity", made.folder / "cities.csv", tmp_path / "large").built
    rows = settled(large, Uncertainty()).sobol
    assert 64 <= rows < 1024
    assert rows & (rows - 1) == 0
    assert sobol_runs(large, Uncertainty(sobol=rows)) == rows * 5
    outcome = try_ranks(package, Uncertainty(20, sobol=0))
    assert "sobol" not in outcome.results["uncertainty"]
    assert outcome.package.run.parameters["uncertainty.sobol"] == 0
    assert IndexWorth.of(outcome.results).decisive() == ""
    before = (package / "results.json").read_bytes()
    with pytest.raises(InvalidValueError, match="Take 64 or 128"):
        try_ranks(package, Uncertainty(20, sobol=100))
    assert (package / "results.json").read_bytes() == before


def test_progress_counts_all_builds_and_a_late_cancel_leaves_the_package(package):
    before = {path.name: path.read_bytes() for path in package.iterdir() if path.is_file()}
    told = []

    def cancel(done, of):
        told.append((done, of))
        if done > HOW.replicates:  # the replicates are done, the Sobol' indices have begun
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        try_ranks(package, HOW, progress=cancel)
    assert {path.name: path.read_bytes() for path in package.iterdir() if path.is_file()} == before
    told.clear()
    try_ranks(package, HOW, progress=lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1] == (50 + 40, 50 + 40)
    assert {of for _done, of in told} == {90}


def test_sentences_command_and_page_say_the_same(package):
    assert "What the ranks are worth" not in (package / "index.html").read_text(encoding="utf-8")
    done = RUNNER.invoke(commands, ["uncertainty", str(package), "--replicates", "50", "--seed", "7", "--sobol", "64"],
                         catch_exceptions=False)
    results = json.loads((package / "results.json").read_bytes())
    worth = IndexWorth.of(results)
    page = (package / "index.html").read_text(encoding="utf-8")
    assert worth.decisive() in " ".join(done.stdout.split())
    assert worth.decisive() in page
    assert "What the ranks are worth" in page
    for code in WHOLE:
        said = explain_city(package, code).sentences
        moved, leans = worth.of_city(code)
        assert moved in said
        assert leans in said
        most = results["uncertainty"]["choices"]["units"][code]
        assert (most is None) == (moved == "No single choice moves it from its place.")
        if most is not None:
            assert f"place {most['rank']:.0f} of 10." in moved
    assert worth.of_city("XMU-C") == ()
    units, _results = results_of(package)
    told = [worth.of_city(code)[1] for code in WHOLE]
    for code, text in zip(WHOLE, told, strict=True):
        ranks = results["uncertainty"]["without"]["units"][code]
        far = max(ranks, key=lambda rank: abs(rank - units[code]["rank"]))
        same = far == units[code]["rank"]
        assert (f"would be {far:.0f} of 10." in text) != same
        assert ("keeps its place" in text) == same
    assert len(set(told)) > 2


def test_no_step_is_asked_for_that_no_city_can_take(tmp_path):
    """To place 1 one value of 86 would do, which a scale of 100 has and no city: that is no advice."""
    rows = "".join(f"XMU-{i:02},City {i},XMU,2024,{50 + 0.1 * i},,{50 + 0.1 * i},9000\n" for i in range(40))
    top = "".join(f"XMU-T{i},Top {i},XMU,2024,{70 + 0.1 * i},,70,9000\n" for i in range(2))
    definition, values = write_files(tmp_path, cities=MORE.splitlines()[0] + "\n" + rows + top)
    folder = build_index(definition, values, tmp_path / "out").folder
    said = " ".join(explain_city(folder, "XMU-39").sentences)
    assert "No single realistic step brings it up even to place 2, the next above it" in said
    assert "one of these alone would do" not in said
    assert "one of these alone would do" in " ".join(explain_city(folder, "XMU-20").sentences)


def test_where_no_step_goes_further_the_next_place_is_named(tmp_path):
    """Place 7 of 45 looks up to place 5, where a value of 126 would have to be; to place 6 one of 54 does."""
    rows = "".join(f"XMU-{i:02},City {i},XMU,2024,{50 + 0.1 * i},,{50 + 0.1 * i},9000\n" for i in range(40))
    top = "".join(f"XMU-T{i},Top {i},XMU,2024,{90 + 0.1 * i},,90,9000\n" for i in range(5))
    definition, values = write_files(tmp_path, cities=MORE.splitlines()[0] + "\n" + rows + top)
    folder = build_index(definition, values, tmp_path / "out").folder
    assert results_of(folder)[0]["XMU-38"]["rank"] == 7
    said = " ".join(explain_city(folder, "XMU-38").sentences)
    assert "To come up to place 6, one of these alone would do: Homes with water from 53.8 to 54" in said


def test_places_are_written_as_numbers_of_the_language(tmp_path):
    rows = "".join(f"XMU-{i:04},City {i},XMU,2024,{99 - 0.05 * i:.2f},,60,9000\n" for i in range(1200))
    definition, values = write_files(tmp_path, cities=MORE.splitlines()[0] + "\n" + rows)
    folder = build_index(definition, values, tmp_path / "out").folder
    said = " ".join(explain_city(folder, "XMU-1100").sentences)
    assert "That is place 1,101 of 1,200." in said
    assert "To come up to place 1,041, one of these" in said
    results = results_of(folder)[1]
    assert "place 1,101 of 1,200." in index_section(results, "XMU-1100").paragraphs[0]
    tried = {"choices": {"tried": [{"kind": "weight", "of": "w", "option": 1.25}],
                         "units": {"b": {"choice": 0, "rank": 1002.0}}},
             "without": {"parts": [{"of": "w"}], "units": {"b": [1003.0]}}}
    moved, leans = IndexWorth(tried, {"w": "Water"}, {}, {"b": 1001.0}).of_city("b")
    assert "place 1,002 of 1." in moved
    assert "would be 1,003 of 1." in leans


@pytest.mark.parametrize(("cities", "tops"), [(12, []), (19, []), (20, ["10"]), (100, ["10", "50"])])
def test_a_chance_to_be_among_the_first_is_told_of_at_most_half_of_the_cities(tmp_path, cities, tops):
    rows = "".join(f"XMU-{i:03},City {i},XMU,2024,{50 + 0.1 * i:.1f},,60,9000\n" for i in range(cities))
    definition, values = write_files(tmp_path, cities=MORE.splitlines()[0] + "\n" + rows)
    built = build_index(definition, values, tmp_path / "out").built
    how = Uncertainty(4)
    units = summary(replicated(built, how), how)["units"]
    assert [list(unit["top"]) for unit in units.values()] == [tops] * cities


@pytest.mark.parametrize(("score", "needed", "realistic"), [
    (30, 60, True),  # passes 40 and 50
    (10, 80, False),  # passes six of ten: more than half
    (20, 80, True),  # passes five of ten
    (80, 100, True),  # one of ten is there
    (80, 101, False),  # nobody is
    (60, 60, False),  # no step at all
])
def test_a_step_is_realistic_up_to_the_best_tenth_and_past_half_of_the_cities(tmp_path, score, needed, realistic):
    rows = "".join(f"XMU-{i:02},City {i},XMU,2024,{10 * i},,50,9000\n" for i in range(1, 11))
    definition, values = write_files(tmp_path, cities=MORE.splitlines()[0] + "\n" + rows)
    built = build_index(definition, values, tmp_path / "out").built
    city = IndexCity(built.definition, built.indices, "XMU-01", {})
    assert _realistic(city, Need("water", True, score, needed, True, score, needed)) is realistic


@pytest.mark.parametrize(("shift", "said"), [(0.0, "None of what is uncertain moves ranks."), (0.1, "")])
def test_trials_that_all_move_ranks_alike_are_not_called_still(shift, said):
    tried = {"mean_rank_shift": shift, "sobol": {"inputs": [{"of": "weights", "total": None}]}}
    assert IndexWorth(tried, {}, {}, {}).decisive() == said
