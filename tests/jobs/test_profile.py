"""The main job on a small city: numbers that plain array sums give too, reuse, changes, and kills."""

import json
import os
import shutil
import signal
import subprocess
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio

from ekistics.core.crs import GEOD
from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.indicators import specs
from ekistics.jobs.profile import profile, validate
from ekistics.package.documents import read_document
from ekistics.package.verify import verify_package

from .conftest import write_feed

KEY = ["indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS]


def cells(city, name, columns=slice(10, 50)):
    with rasterio.open(city / name) as source:
        return source.read(1)[10:50, columns].astype(float)


@pytest.fixture(scope="module")
def outcome(small_city_source, tmp_path_factory):
    return profile(small_city_source, out=tmp_path_factory.mktemp("profile") / "out", documents=False)


@pytest.fixture
def values(outcome):
    frame = outcome.package.observations

    def pick(query="", **wanted):
        chosen = {"ref_area": "XTH", "sex": "_T", "age": "_T", **wanted}
        rows = frame[np.logical_and.reduce([frame[k] == v for k, v in chosen.items()])]
        rows = rows.query(query) if query else rows
        assert len(rows) == 1, rows[KEY]
        return rows.iloc[0]

    return pick


def test_every_indicator_is_there_and_every_row_keeps_the_rules(outcome):
    frame = outcome.package.observations
    assert list(frame.columns) == list(OBSERVATION_COLUMNS)
    assert set(frame["indicator"]) == {spec.code for spec in specs() if not spec.people_records}
    assert not frame.duplicated(KEY).any()
    assert (frame["obs_value"].isna() == (frame["reason"] != "")).all()
    assert (frame.loc[frame["unit_measure"] == "PT", "base"] != "").all()
    assert not np.isinf(frame["obs_value"]).any()


def test_population_density_is_people_by_square_kilometre(values, small_city_source):
    row = values(indicator="population_density", variant="urban_extent", time_period="2020")
    people = cells(small_city_source, "population_2020.tif").sum()
    assert row["numerator"] == pytest.approx(people, rel=1e-9)
    outline = gpd.read_file(small_city_source / "boundary.gpkg").segmentize(50).to_crs(4326).geometry.iloc[0]
    on_ellipsoid = abs(GEOD.geometry_area_perimeter(outline)[0]) / 1e6  # 16 km2 of the Mollweide sphere are less
    assert on_ellipsoid == pytest.approx(16.0, rel=3e-3)
    assert row["obs_value"] == pytest.approx(people / on_ellipsoid, rel=1e-6)


def test_built_up_per_person(values, small_city_source):
    row = values(indicator="built_up_per_person", time_period="2010")
    built, people = (cells(small_city_source, f"{n}_2010.tif").sum() for n in ("built", "population"))
    assert row["obs_value"] == pytest.approx(built / people, rel=1e-9)


def test_land_use_efficiency_by_both_formulas_in_the_given_boundary(outcome, small_city_source):
    built = [cells(small_city_source, f"built_{y}.tif").sum() for y in (2010, 2020)]
    people = [cells(small_city_source, f"population_{y}.tif").sum() for y in (2010, 2020)]
    growth = np.log(people[1] / people[0]) / 10
    expected = {"linear": (built[1] / built[0] - 1) / 10 / growth, "log": np.log(built[1] / built[0]) / 10 / growth}
    frame = outcome.package.observations.query("indicator == 'sdg_11_3_1' and series == 'ratio' and ref_area == 'XTH'")
    for formula, value in expected.items():
        rows = frame[frame["variant"].str.contains(formula) & frame["variant"].str.contains("given")]
        assert rows["obs_value"].to_numpy() == pytest.approx(value, rel=1e-9)
    assert frame["variant"].str.contains("per_epoch").any()


def test_air_that_is_the_same_everywhere_is_what_everybody_breathes(values):
    row = values(indicator="sdg_11_6_2", series="mean_pm25", variant="population_weighted")
    assert row["obs_value"] == pytest.approx(12.5, rel=1e-6)


def test_neighbourhoods_and_sexes_add_up_to_the_city(outcome):
    frame = outcome.package.observations.query(
        "indicator == 'sdg_11_2_1' and series == 'either' and variant == 'network' and age == '_T'")
    table = frame.pivot(index="ref_area", columns="sex", values="numerator")
    assert table.loc[["XTH:w", "XTH:e"]].sum()["_T"] == pytest.approx(table.loc["XTH", "_T"], rel=1e-9)
    assert table.loc["XTH", ["F", "M"]].sum() == pytest.approx(table.loc["XTH", "_T"], rel=1e-6)


def test_network_never_reaches_more_people_than_a_straight_line(outcome):
    frame = outcome.package.observations.query("indicator == 'sdg_11_2_1' and series == 'either'")
    wide = frame.pivot(index=["ref_area", "sex", "age"], columns="variant", values="obs_value")
    assert (wide["network"] <= wide["straight_line"]).all()
    assert (wide["network"] > 0).all()


def test_unserved_stop_is_flagged_with_its_base(outcome):
    flag = next(f for f in outcome.package.checks if f.code == "stops-without-service")
    assert (flag.numerator, flag.denominator, flag.base) == (1.0, 4.0, "stops within 20 km of the boundary")


def test_the_package_verifies(outcome):
    assert verify_package(outcome.folder).ok


def test_what_the_city_states_is_in_the_package(small_city, tmp_path):
    with (small_city / "city.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[not_applicable]]\ncell = "culture.resilient"\nreason = "The city is new, it has no heritage."\n'
                   'by = "City of X"\nday = "2026-11-20"\n')
    made = profile(small_city, out=tmp_path / "out", documents=False)
    assert verify_package(made.folder).ok
    assert read_document(made.folder, "framework.json")["statements"][0]["cell"] == "culture.resilient"


def test_validate_says_what_each_input_is(small_city):
    reports = validate(small_city)
    assert [r.error for r in reports] == [None] * len(reports)
    assert next(r for r in reports if r.role == "timetables").found.startswith("4 stops, 2 trips")
    (small_city / "bus.zip").write_bytes(b"PK")
    assert next(r for r in validate(small_city) if r.role == "timetables").error.code == "input-format"


@pytest.mark.parametrize(("old", "new", "role", "words"), [
    ('id = "code"', 'id = "kode"', "neighbourhoods", ["'kode'", "'code'"]),
    ('path = "built_2020.tif"', 'path = "built_2020.tif"\nunit = "share"', "built_up", ["A share is greater than 1"]),
    ('time_period = "2020-06-01"', "", "streets", ["what day it describes", "[streets] time_period"]),
])
def test_validate_refuses_what_profile_refuses(small_city, tmp_path, old, new, role, words):
    path = small_city / "city.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    errors = {r.role: r.error for r in validate(small_city) if r.error}
    assert list(errors) == [role]
    assert all(word in str(errors[role]) for word in words), str(errors[role])
    with pytest.raises(type(errors[role])):
        profile(small_city, out=tmp_path / "out", documents=False)


def test_validate_holds_a_timetable_against_the_largest_size(small_city, monkeypatch):
    monkeypatch.setenv("EKISTICS_MAX_UNPACKED_MB", "0")
    assert [r.role for r in validate(small_city) if r.error] == ["timetables"]


def run_again(city, out):
    events = []
    outcome = profile(city, out=out, documents=False, on_event=events.append)
    return outcome, {e.stage: e.what for e in events if e.what != "started"}


def test_nothing_changed_means_everything_reused_and_no_change_reported(small_city, tmp_path):
    first, _ = run_again(small_city, tmp_path / "out")
    second, stages = run_again(small_city, tmp_path / "out")
    assert set(stages.values()) == {"reused"}
    assert (second.first, second.changes, second.causes) == (False, (), ())
    assert first.package.run.id == second.package.run.id


def test_a_changed_timetable_recomputes_its_stages_alone_and_says_why(small_city, tmp_path):
    run_again(small_city, tmp_path / "out")
    write_feed(small_city / "bus.zip", trips_txt="route_id,service_id,trip_id\nb,d,t1\n")
    outcome, stages = run_again(small_city, tmp_path / "out")
    assert {s for s, what in stages.items() if what == "computed"} == {"stops", "access"}
    assert {c.indicator for c in outcome.changes} == {"sdg_11_2_1"}
    assert any("bus.zip" in cause for cause in outcome.causes)


def test_a_changed_parameter_is_named_with_old_and_new_value(small_city, tmp_path):
    run_again(small_city, tmp_path / "out")
    path = small_city / "city.toml"
    path.write_text(path.read_text("utf-8") + "\n[parameters]\nlow_capacity_m = 300\n", "utf-8")
    outcome, stages = run_again(small_city, tmp_path / "out")
    assert {s for s, what in stages.items() if what == "computed"} == {"access"}
    assert any("low_capacity_m: 500.0 -> 300.0" in cause for cause in outcome.causes)
    assert outcome.changes


def test_the_same_files_read_in_another_way_are_another_run_and_the_causes_say_so(small_city, tmp_path):
    first, _ = run_again(small_city, tmp_path / "out")
    path = small_city / "city.toml"
    earlier, later = "population_2010.tif", "population_2020.tif"
    text = path.read_text("utf-8").replace(earlier, "@").replace(later, earlier)
    path.write_text(text.replace("@", later), "utf-8")
    second, _ = run_again(small_city, tmp_path / "out")
    assert first.package.run.id != second.package.run.id
    assert "population population_2010.tif time_period: 2010 -> 2020" in second.causes
    assert "population population_2020.tif time_period: 2020 -> 2010" in second.causes
    assert second.changes


def test_the_run_names_what_it_was_computed_with(outcome):
    used = outcome.package.run.parameters
    assert used["degurba.centre_density"] == 1500.0
    assert used["service_day_used"] == ["2020-06-02"]
    assert used["frequency_hours"] == [6.0, 20.0]
    assert "3" in used["route_types.low_capacity"]
    assert used["read.land.1.unit"] == "share"
    assert used["boundary.from_population"] is False
    assert len(used["street_widths.sha256"]) == len(used["open_space_tags.sha256"]) == 64
    assert json.loads(json.dumps(used)) == used


@pytest.mark.parametrize("stage", ["boundary", "streets", "walking distances"])
def test_a_run_killed_after_a_stage_leaves_no_package_and_the_next_one_goes_on(small_city, tmp_path, outcome, stage):
    command = [sys.executable, "-m", "ekistics", "profile", str(small_city), "--out", str(tmp_path / "out"),
               "--no-documents"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment,
                          text=True) as process:
        for line in process.stderr:
            if line.strip().startswith(stage):
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    again, stages = run_again(small_city, tmp_path / "out")
    assert "reused" in stages.values()
    assert verify_package(again.folder).ok
    pd.testing.assert_frame_equal(again.package.observations.drop(columns="run"),
                                  outcome.package.observations.drop(columns="run"))


def test_an_error_leaves_the_package_before_untouched(small_city, tmp_path):
    run_again(small_city, tmp_path / "out")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()}
    (small_city / "bus.zip").write_bytes(b"PK\x03\x04 not a zip")
    with pytest.raises(Exception, match=r"bus\.zip"):
        profile(small_city, out=tmp_path / "out", documents=False)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir() if p.is_file()} == before


def test_a_folder_that_is_no_package_is_not_overwritten(small_city, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("years of work", encoding="utf-8")
    with pytest.raises(Exception, match="out"):
        profile(small_city, out=tmp_path / "out", documents=False)
    assert (tmp_path / "out" / "thesis.docx").read_text(encoding="utf-8") == "years of work"


def ekistics(*arguments):
    return subprocess.run([sys.executable, "-m", "ekistics", *map(str, arguments)], capture_output=True, text=True,
                          check=False)


def test_the_command_line_end_to_end(small_city, tmp_path):
    done = ekistics("profile", small_city, "--out", tmp_path / "out", "--no-documents", "--json")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    assert printed["observations"] == len(pd.read_parquet(tmp_path / "out" / "observations.parquet"))
    assert ekistics("verify", tmp_path / "out").returncode == 0
    (tmp_path / "out" / "observations.csv").write_text("x", encoding="utf-8")
    assert ekistics("verify", tmp_path / "out").returncode == 1


def test_errors_on_the_command_line_are_text_or_json_and_exit_2(small_city, tmp_path):
    shutil.rmtree(small_city)
    said = ekistics("profile", small_city, "--out", tmp_path / "out")
    assert said.returncode == 2
    assert "Traceback" not in said.stderr
    assert "ekistics init" in said.stderr
    said = ekistics("profile", small_city, "--out", tmp_path / "out", "--json")
    assert said.returncode == 2
    assert json.loads(said.stdout)["error"]["code"] == "missing-input"


def test_init_writes_a_file_that_validate_understands(tmp_path):
    assert ekistics("init", tmp_path / "new").returncode == 0
    said = ekistics("validate", tmp_path / "new")
    assert said.returncode == 2
    assert "boundary.gpkg" in said.stderr
    assert ekistics("init", tmp_path / "new").returncode == 2
