import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ekistics.core.errors import MissingInputError
from ekistics.package import verify_package, write_package
from ekistics.package.descriptor import json_bytes, seal

from .sealing import reseal

DOCUMENTS = {"profile.html": b"<!doctype html>", "profile.pdf": b"%PDF-1.7"}
FILES = ("checks.json", "datapackage.json", "layers/degree_of_urbanisation.tif", "layers/people.parquet",
         "layers/people.pmtiles", "layers/population.tif", "layers/stops.parquet", "layers/streets.parquet",
         "layers/streets.pmtiles", "observations.csv", "observations.parquet", "profile.html", "profile.pdf")


@pytest.fixture(scope="module")
def pristine(package, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "p"
    write_package(package, folder, documents=DOCUMENTS)
    return folder


@pytest.fixture
def copy(pristine, tmp_path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "p"))


def codes(folder: Path) -> list[str]:
    return [problem.code for problem in verify_package(folder).problems]


def edit_descriptor(folder: Path, change) -> None:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_bytes())
    change(descriptor)
    path.write_bytes(json_bytes(seal(descriptor)))


def test_the_list_of_files_is_whole(pristine):
    assert tuple(sorted(p.relative_to(pristine).as_posix() for p in pristine.rglob("*") if p.is_file())) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_shows(name, copy):
    path = copy / name
    content = bytearray(path.read_bytes())
    for position in np.linspace(0, len(content) - 1, 5).astype(int):
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        outcome = verify_package(copy)
        assert not outcome.ok, position
        found = {problem.where.split(",")[0] for problem in outcome.problems}
        assert found == {name} or (name == "datapackage.json" and name in found)
    path.write_bytes(content)
    assert verify_package(copy).ok


def test_every_byte_of_the_descriptor_counts(copy):
    path = copy / "datapackage.json"
    content = path.read_bytes()
    for position in range(0, len(content), 211):
        path.write_bytes(content[:position] + bytes([content[position] ^ 4]) + content[position + 1:])
        assert not verify_package(copy).ok, position


@pytest.mark.parametrize("name", [name for name in FILES if name != "datapackage.json"])
def test_a_missing_file_shows(name, copy):
    (copy / name).unlink()
    assert [(p.code, p.where) for p in verify_package(copy).problems] == [("missing", name)]


def test_a_folder_without_descriptor_is_no_package(copy):
    (copy / "datapackage.json").unlink()
    with pytest.raises(MissingInputError):
        verify_package(copy)


def test_added_files_and_links_show(copy):
    (copy / "layers/extra.tif").write_bytes(b"x")
    (copy / "link").symlink_to("/etc/hostname")
    assert codes(copy) == ["extra", "extra"]
    (copy / "profile.html").unlink()
    (copy / "profile.html").symlink_to(copy / "profile.pdf")
    assert "missing" in codes(copy)


def test_a_value_swapped_in_the_csv_alone_shows(copy):
    path = copy / "observations.csv"
    path.write_bytes(path.read_bytes().replace(b"33.333333333333336", b"33.333333333333346"))
    assert codes(copy) == ["hash"]
    reseal(copy)
    assert codes(copy) == ["tables"]


def test_a_cut_file_is_told_by_its_size(copy):
    path = copy / "layers/population.tif"
    path.write_bytes(path.read_bytes()[:5000])
    assert codes(copy) == ["bytes"]
    reseal(copy)
    assert codes(copy) == ["layer"]


def test_nonsense_under_a_true_checksum_shows(copy):
    for name in FILES:
        if name not in ("datapackage.json", "profile.html", "profile.pdf"):
            (copy / name).write_bytes(b"nonsense\n")
    reseal(copy)
    found = {problem.where.split(",")[0] for problem in verify_package(copy).problems}
    assert found >= {name for name in FILES if name.startswith("layers/") or name == "checks.json"}
    assert found & {"observations.csv", "observations.parquet"}


def test_one_layer_in_place_of_another_shows(copy):
    shutil.copy(copy / "layers/population.tif", copy / "layers/streets.parquet")
    reseal(copy)
    assert codes(copy) == ["layer"]


def marked(geo: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Give what a file says of its geometry, changed."""
    return {**geo["columns"]["geometry"], **changed}


GEO_FAULTS = {
    "a list": lambda geo: [],
    "a number": lambda geo: 3,
    "nothing": lambda geo: None,
    "no columns": lambda geo: {**geo, "columns": None},
    "columns in a list": lambda geo: {**geo, "columns": ["geometry"]},
    "a column of nothing": lambda geo: {**geo, "columns": {"geometry": None}},
    "a column that is not there": lambda geo: {**geo, "primary_column": "x", "columns": {"x": marked(geo)}},
    "a name that is no text": lambda geo: {**geo, "primary_column": []},
    "a column of words": lambda geo: {**geo, "primary_column": "highway", "columns": {"highway": marked(geo)}},
    "no version": lambda geo: {name: said for name, said in geo.items() if name != "version"},
    "an unknown encoding": lambda geo: {**geo, "columns": {"geometry": marked(geo, encoding="X")}},
    "no system": lambda geo: {**geo, "columns": {"geometry": marked(geo, crs=None)}},
    "an unknown system": lambda geo: {**geo, "columns": {"geometry": marked(geo, crs={"a": 1})}},
}


@pytest.mark.parametrize("fault", GEO_FAULTS)
def test_marks_of_a_layer_that_are_not_those_of_the_format_show(copy, fault):
    path = copy / "layers/streets.parquet"
    table = pq.read_table(path)
    marks = table.schema.metadata
    geo = GEO_FAULTS[fault](json.loads(marks[b"geo"]))
    pq.write_table(table.replace_schema_metadata({**marks, b"geo": json.dumps(geo).encode()}), path)
    reseal(copy)
    (problem,) = verify_package(copy).problems
    assert (problem.code, problem.where) == ("layer", "layers/streets.parquet") and problem.message


@pytest.mark.parametrize("marks", [b"{", b"\xff\xfe", b""])
def test_marks_of_a_layer_that_cannot_be_read_show(copy, marks):
    path = copy / "layers/streets.parquet"
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"geo": marks}), path)
    reseal(copy)
    assert codes(copy) == ["layer"]


@pytest.mark.parametrize("shape", [b"junk", b"", b"\x01\x02\x00\x00\x00\xff\xff\xff\xff"])
def test_shapes_of_a_layer_that_are_no_shapes_show(copy, shape):
    path = copy / "layers/streets.parquet"
    table = pq.read_table(path)
    at = table.column_names.index("geometry")
    shapes = pa.array([shape] * len(table), pa.binary())
    pq.write_table(table.set_column(at, "geometry", shapes), path)
    reseal(copy)
    assert codes(copy) == ["layer"]


@pytest.mark.parametrize(("change", "code"), [
    (lambda d: d["resources"][0].update(path="../secret.csv"), "schema"),
    (lambda d: d["resources"][0].update(path="/etc/hostname"), "schema"),
    (lambda d: d["resources"].append(d["resources"][0]), "schema"),
    (lambda d: d["resources"].pop(0), "missing"),
    (lambda d: d["ekistics"].pop("run"), "schema"),
    (lambda d: d["ekistics"].update(place="elsewhere"), "schema"),
    (lambda d: d["ekistics"]["places"][0].update(country="X"), "schema"),
    (lambda d: d["ekistics"]["places"][0].update(kind="planet"), "schema"),
    (lambda d: d["ekistics"]["run"]["parameters"].update(distance=400), "run"),
    (lambda d: d["ekistics"]["layers"][1].update(unit_measure="FURLONG"), "unit"),
    (lambda d: d["ekistics"]["layers"][1].update(crs="EPSG:0"), "layer"),
    (lambda d: d["ekistics"]["layers"].append({**d["ekistics"]["layers"][1], "code": "ghost"}), "missing"),
    (lambda d: d["ekistics"]["indicators"].clear(), ""),
    (lambda d: d["ekistics"]["indicators"][0]["series"][0].update(upper=10), "bounds"),
])
def test_a_false_descriptor_shows(change, code, copy):
    edit_descriptor(copy, change)
    assert (codes(copy) or [""])[0] == code


@pytest.mark.parametrize("text", [b"", b"7", b"[]", b"{", b'{"ekistics": 7}', b"\xff", b"[" * 100_000])
def test_a_descriptor_that_is_none_is_one_problem(text, copy):
    (copy / "datapackage.json").write_bytes(text)
    assert codes(copy) == ["schema"]


def column(name, value, row=0):
    def change(table):
        table.loc[row, name] = value
        return table
    return change


@pytest.mark.parametrize(("change", "code"), [
    (column("unit_measure", "FURLONG"), "unit"),
    (column("unit_measure", "PS"), "unit"),
    (column("reason", "no-streets"), "reason"),
    (column("reason", "", row=2), "reason"),
    (column("obs_status", "O"), "status"),
    (column("obs_status", "A", row=2), "status"),
    (column("obs_status", "?"), "status"),
    (column("conf_status", "?"), "status"),
    (column("base", ""), "base"),
    (column("base", "all mankind"), "base"),
    (column("numerator", np.nan), "base"),
    (column("denominator", 0.0), "base"),
    (column("obs_value", 34.0), "base"),
    (column("obs_value", -1.0, row=3), "bounds"),
    (column("series", "shares"), "series"),
    (column("variant", "flight"), "series"),
    (column("ref_area", "X-9"), "ref-area"),
    (column("ref_area", "X-1"), "duplicate"),
    (column("run", "0" * 16), "run"),
    (column("time_period", "once"), "time-period"),
    (column("time_period", ""), "time-period"),
    (column("lci", 2.0, row=3), "interval"),
    (column("lci", np.nan, row=3), "interval"),
    (column("se", -1.0, row=3), "interval"),
    (column("uci", 1.0, row=2), "interval"),
])
def test_a_broken_rule_shows_with_its_row(change, code, small, tmp_path):
    table = change(small.observations.reset_index(drop=True).copy())
    write_package(replace(small, observations=table, layers=()), tmp_path / "p")
    found = verify_package(tmp_path / "p").problems
    assert code in {problem.code for problem in found}
    assert all(problem.where.startswith("observations.parquet, row") for problem in found)


def test_without_indicators_the_general_rules_hold(small, tmp_path):
    write_package(replace(small, indicators=(), layers=()), tmp_path / "p")
    assert verify_package(tmp_path / "p").ok
