"""The made-up survey: the same seed gives the same files, the mapping fits them, and its truth is what it says."""

import json
import shlex
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from ekistics.core.errors import ConfigurationError
from ekistics.core.provenance import digest_file
from ekistics.jobs.households import check
from ekistics.jobs.sample_survey.make import FILES, ROUNDS, make_sample_survey
from ekistics.jobs.sample_survey.people import census, draw
from ekistics.survey import Design, Stage, proportion


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey") / "s"
    return folder, make_sample_survey(folder)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(made, tmp_path):
    folder, outcome = made
    assert outcome.households == dict.fromkeys(ROUNDS, 1232)
    assert {path.name for path in folder.iterdir()} == set(FILES)
    make_sample_survey(tmp_path / "again")
    make_sample_survey(tmp_path / "other", seed=2)
    for name in FILES:
        same = digest_file(folder / name)
        assert digest_file(tmp_path / "again" / name) == same
        assert (digest_file(tmp_path / "other" / name) != same) == name.endswith(".csv")


def test_nothing_else_is_replaced(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/thesis.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"thesis\.txt"):
        make_sample_survey(tmp_path / "s")
    assert (tmp_path / "s/thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("year", ROUNDS)
def test_the_mapping_fits_the_files_and_the_form(made, year):
    assert check(made[0] / f"survey_{year}.toml") == ()


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """Eleven areas, twelve answers of all households: the share of intervals that hold the truth, of 12 samples."""
    people = census(1)
    every = people.households
    asked = [(name, code) for name in ("water_source", "toilet", "wall", "tenure") for code in
             every[name].value_counts().index[:3]]
    held = []
    for seed in range(12):
        sample = draw(people, seed).households
        area, unit = (pd.factorize(sample[name])[0] for name in ("area", "enumeration_area"))
        stages = (Stage(unit, area, sample["areas_listed"].to_numpy(float), nested=True),
                  Stage(np.arange(len(sample)), None, sample["households_listed"].to_numpy(float)))
        design = Design.staged(sample["weight"].to_numpy(), stages)
        for name, code in asked:
            known = sample[name] != "dont_know"
            found = proportion(design, np.where(known, sample[name] == code, np.nan))
            held.append(found.lci[0] <= (every[name] == code).mean() <= found.uci[0])
    assert len(held) == 144 and 0.90 <= np.mean(held) <= 0.99


def test_the_command_says_how_to_go_on_and_so_it_goes(tmp_path):
    """The commands at the top of the file, run as they stand there."""
    done = subprocess.run([sys.executable, "-m", "ekistics", "sample-survey", str(tmp_path / "s"), "--json"],
                          capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["households"] == {"2018": 1232, "2023": 1232}
    lines = (tmp_path / "s/survey_2023.toml").read_text().splitlines()
    commands = [line.removeprefix("#   ") for line in lines if line.startswith("#   ")]
    assert [command.split()[:3] for command in commands][-1] == ["ekistics", "households", "estimate"]
    for command in commands:
        words = shlex.split(command)
        run = [sys.executable, "-m", *words] if words[0] == "ekistics" else words
        done = subprocess.run(run, cwd=tmp_path / "s", capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
    assert (tmp_path / "s/survey-2023/survey.json").is_file()
