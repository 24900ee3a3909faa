"""Stages: computed once, reused while nothing they hang on changes, whole or absent after a kill."""

import os
import signal
import subprocess
import sys
import textwrap

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from affine import Affine
from shapely.geometry import Point

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.provenance import Provenance
from ekistics.core.raster import Grid, Raster
from ekistics.jobs.stages import Stage, StageRunner, StageStore, code_digest


def make(tmp_path, *, inputs=None, parameters=None, code="1"):
    events = []
    stages = [
        Stage("base", lambda r: {"value": 2}, roles=("streets",)),
        Stage("double", lambda r: {"value": 2 * r.get("base")["value"]}, needs=("base",), parameters=("factor",)),
        Stage("apart", lambda r: {"value": 1}, parameters=("degurba.",)),
    ]
    runner = StageRunner(stages, StageStore(tmp_path), inputs=inputs or {"streets": ["a"]},
                         parameters=parameters or {"factor": 1, "degurba.size": 5}, code=code,
                         on_event=events.append)
    return runner, events


def done(events):
    return [(e.stage, e.what) for e in events if e.what != "started"]


def test_each_stage_is_computed_once_and_reused_the_next_time(tmp_path):
    runner, events = make(tmp_path)
    assert runner.get("double")["value"] == runner.get("double")["value"] == 4
    assert done(events) == [("base", "computed"), ("double", "computed")]
    runner, events = make(tmp_path)
    runner.get("double")
    assert done(events) == [("double", "reused")]


def test_the_digest_of_code_changes_with_the_code(tmp_path, monkeypatch):
    package = tmp_path / "somecode"
    package.mkdir()
    (package / "__init__.py").write_text("x = 1", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    before = code_digest("somecode")
    assert code_digest("somecode") == before
    (package / "table.toml").write_text("a = 1", encoding="utf-8")
    assert code_digest("somecode") != before


@pytest.mark.parametrize(("change", "computed"), [
    ({"inputs": {"streets": ["b"]}}, ["base", "double"]),
    ({"code": "2"}, ["base", "double", "apart"]),
    ({"parameters": {"factor": 3, "degurba.size": 5}}, ["double"]),
    ({"parameters": {"factor": 1, "degurba.size": 6}}, ["apart"]),
    ({"parameters": {"factor": 1, "degurba.size": 5, "other": 1}}, []),
])
def test_a_change_recomputes_what_hangs_on_it_and_nothing_else(tmp_path, change, computed):
    runner, _ = make(tmp_path)
    for name in ("double", "apart"):
        runner.get(name)
    runner, events = make(tmp_path, **change)
    for name in ("base", "double", "apart"):
        runner.get(name)
    assert [e.stage for e in events if e.what == "computed"] == computed


def test_a_broken_result_is_computed_again(tmp_path):
    runner, _ = make(tmp_path)
    runner.get("base")
    next(tmp_path.glob("base-*/values.json")).write_text("{", encoding="utf-8")
    runner, events = make(tmp_path)
    assert runner.get("base")["value"] == 2
    assert done(events) == [("base", "computed")]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"\x93NUMPY", b"not what it was"])
def test_a_damaged_file_of_a_result_is_no_result(tmp_path, content):
    store = StageStore(tmp_path)
    values = {"frame": pd.DataFrame({"a": [1.0]}), "array": np.arange(3)}
    for name in ("frame.parquet", "array.npy", "values.json"):
        store.save("s", "k" * 64, values)
        (store.place("s", "k" * 64) / name).write_bytes(content)
        assert store.load("s", "k" * 64) is None


def test_prune_keeps_only_what_could_be_reused(tmp_path):
    runner, _ = make(tmp_path)
    runner.get("double")
    (tmp_path / "base-0123.99.part").mkdir()
    runner, _ = make(tmp_path, inputs={"streets": ["b"]})
    runner.get("double")
    runner.prune()
    assert len(list(tmp_path.iterdir())) == 2


def test_every_kind_of_value_comes_back_as_it_was(tmp_path):
    grid = Grid(MOLLWEIDE, Affine(1000, 0, 5000, 0, -1000, 9000), 2, 3)
    provenance = Provenance("p.tif", "ab" * 32, "population", licence="CC0")
    values = {
        "frame": pd.DataFrame({"a": [1.5, np.nan], "b": ["x", "y"]}, index=pd.Index(["i", "j"], name="ref_area")),
        "geoframe": gpd.GeoDataFrame({"n": [1]}, geometry=[Point(1, 2)], crs=WGS84),
        "array": np.arange(6, dtype=np.int64).reshape(2, 3),
        "raster": Raster(np.array([[1, np.nan, 3], [4, 5, 6]], dtype=np.float32), grid, "PS", "2020", provenance),
        "provenance": provenance, "plain": {"list": [1, "two", None], "number": 0.1},
    }
    store = StageStore(tmp_path)
    store.save("s", "k" * 64, values)
    back = store.load("s", "k" * 64)
    pd.testing.assert_frame_equal(back["frame"], values["frame"])
    assert back["geoframe"].crs == WGS84
    assert back["geoframe"].geometry.iloc[0] == Point(1, 2)
    np.testing.assert_array_equal(back["array"], values["array"])
    np.testing.assert_array_equal(back["raster"].values, values["raster"].values)
    assert back["raster"].grid.same_cells(grid)
    assert (back["raster"].time_period, back["raster"].provenance) == ("2020", provenance)
    assert back["provenance"] == provenance
    assert back["plain"] == values["plain"]


def test_a_stage_killed_while_it_writes_leaves_nothing_that_is_taken_for_a_result(tmp_path):
    script = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        import ekistics.jobs.stages as stages
        write = stages.write_values
        def half(folder, values):
            write(folder, values)
            print("written", flush=True)
            sys.stdin.read()
        stages.write_values = half
        stages.StageStore(Path(sys.argv[1])).save("base", "k" * 64, {"value": 1})
    """)
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    with process:
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert StageStore(tmp_path).load("base", "k" * 64) is None
