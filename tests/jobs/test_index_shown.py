"""Two indices from end to end by the commands: urban centres of Ghana, and a thousand made-up cities."""

import csv
import json
import time

import pytest
import typer
from typer.testing import CliRunner

from ekistics.cli.centres import profile_centres
from ekistics.cli.index import index
from ekistics.cli.sample_index import sample_index
from ekistics.package import verify_package
from tests.conftest import ROOT

APP = typer.Typer()
APP.command("profile-centres")(profile_centres)
APP.command("sample-index")(sample_index)
APP.add_typer(index, name="index")


def run(*arguments):
    done = CliRunner().invoke(APP, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.full
def test_the_centres_of_ghana_have_an_index_and_say_what_the_prosperity_index_lacks(shared_data, tmp_path):
    grids = [shared_data(f"ghsl-ghana/{name}.tif") for name in ("POP", "BUILT_S", "LAND")]
    run("profile-centres", "--population", f"2020={grids[0]}", "--built-up", f"2020={grids[1]}", "--land", grids[2],
        "--country", "GHA", "--names", ROOT / "examples/ghana/names.csv", "--out", tmp_path / "centres")
    built = json.loads(run("index", "build", ROOT / "examples/index/centres.toml", "--values", tmp_path / "centres",
                           "--out", tmp_path / "land", "--json"))
    tried = json.loads(run("index", "uncertainty", tmp_path / "land", "--replicates", 500, "--json"))
    assert built["cities"] == built["ranked"] > 10
    assert verify_package(tmp_path / "land").problems == ()
    first = min(built["units"], key=lambda unit: unit["rank"])["code"]
    said = run("index", "explain", tmp_path / "land", "Accra")
    print(f"SHOWN urban centres of Ghana by 'sparing use of land': {built['ranked']} of {built['cities']} ranked, "
          f"first {first} (9 of 10 replicates {tried['units'][first]['rank']}), mean shift of a rank "
          f"{tried['mean_rank_shift']:.2f} places")
    print(f"SHOWN Accra explained: {' '.join(said.split())}")
    whole = json.loads(run("index", "build", "city_prosperity", "--values", tmp_path / "centres", "--out",
                           tmp_path / "cpi", "--json"))
    assert whole["ranked"] == 0
    assert {unit["known"] for unit in whole["units"]} == {1}
    said = run("index", "explain", tmp_path / "cpi", "Accra")
    assert "no score" in said
    print(f"SHOWN Accra in the City Prosperity Index: {' '.join(said.split())}")


@pytest.mark.full
def test_a_thousand_made_up_cities_have_a_prosperity_index(tmp_path):
    run("sample-index", tmp_path / "made", "--cities", 1000, "--seed", 1)
    begin = time.perf_counter()
    built = json.loads(run("index", "build", "city_prosperity", "--values", tmp_path / "made" / "cities.csv", "--out",
                           tmp_path / "cpi", "--json"))
    seconds = time.perf_counter() - begin
    assert verify_package(tmp_path / "cpi").problems == ()
    with (tmp_path / "made" / "truth.csv").open(encoding="utf-8", newline="") as stream:
        truth = {row["code"]: float(row["score"]) for row in csv.DictReader(stream)}
    off = [abs(unit["score"] - truth[unit["code"]]) for unit in built["units"] if unit["score"] is not None]
    assert len(off) == built["ranked"] == 900
    assert max(off) < 5
    print(f"SHOWN 1,000 made-up cities by the City Prosperity Index: {built['ranked']} ranked, the others lack values; "
          f"scores within {max(off):.2f} points of the truth, package written in {seconds:.1f} s")
    begin = time.perf_counter()
    tried = json.loads(run("index", "uncertainty", tmp_path / "cpi", "--replicates", 100, "--json"))
    print(f"SHOWN 1,000 made-up cities, 100 replicates with errors of all values: mean shift of a rank "
          f"{tried['mean_rank_shift']:.1f} places, {time.perf_counter() - begin:.1f} s")
    said = run("index", "explain", tmp_path / "cpi", "XMU-C0100")
    print(f"SHOWN a made-up city explained: {' '.join(said.split())}")
