import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
from geopandas.testing import assert_geodataframe_equal

from ekistics.core.crs import MOLLWEIDE, equal_area_for
from ekistics.core.errors import MissingInputError, PackageError
from ekistics.core.raster import Raster
from ekistics.package import Layer, read_package, verify_package, write_package
from ekistics.package.layers import read_vector
from ekistics.package.table import canonical_observations

DOCUMENTS = {"profile.html": b"<!doctype html>", "profile.pdf": b"%PDF-1.7"}


def digests(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


def assert_same_raster(got: Raster, wanted: Raster):
    np.testing.assert_array_equal(got.values, wanted.values)
    assert got.grid == wanted.grid
    assert (got.unit_measure, got.time_period, got.provenance) == (
        wanted.unit_measure, wanted.time_period, wanted.provenance)


@pytest.fixture(scope="module")
def written(package, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "profile"
    write_package(package, folder, documents=DOCUMENTS)
    return folder


def test_reads_back_what_was_written(package, written):
    got = read_package(written)
    for name in ("place", "places", "run", "checks", "certificates", "created", "edition", "indicators"):
        wanted = getattr(package, name)
        if name == "run":  # JSON has lists, not tuples; the id does not care
            assert got.run.id == wanted.id
            assert got.run.inputs == wanted.inputs
            continue
        assert getattr(got, name) == wanted, name
    pd.testing.assert_frame_equal(got.observations, canonical_observations(package.observations))
    for one, two in zip(got.layers, package.layers, strict=True):
        assert [getattr(one, n) for n in ("code", "title", "value", "unit_measure", "note")] == [
            getattr(two, n) for n in ("code", "title", "value", "unit_measure", "note")]
        if two.frame is not None:
            assert_geodataframe_equal(one.frame, two.frame, check_dtype=False)
        else:
            assert_same_raster(one.raster, two.raster)


def test_whole_package_verifies(package, written):
    outcome = verify_package(written)
    assert outcome.problems == ()
    assert outcome.observations == len(package.observations) == 6
    assert outcome.files == len(digests(written)) == 13
    assert json.loads(json.dumps(outcome.as_dict()))["ok"] is True


def test_writing_twice_gives_the_same_bytes(package, written, tmp_path):
    write_package(package, tmp_path / "again", documents=DOCUMENTS)
    assert digests(tmp_path / "again") == digests(written)


def test_only_the_descriptor_follows_the_clock(package, written, tmp_path):
    write_package(replace(package, created=""), tmp_path / "later", documents=DOCUMENTS)
    one, two = digests(tmp_path / "later"), digests(written)
    assert {name for name in one if one[name] != two[name]} == {"datapackage.json"}
    old, new = (json.loads((folder / "datapackage.json").read_bytes()) for folder in (written, tmp_path / "later"))
    for descriptor in (old, new):
        del descriptor["created"], descriptor["ekistics"]["digest"]
    assert old == new


def test_another_process_writes_the_same_bytes(written, tmp_path):
    script = ("import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import conftest as c\n"
              "from ekistics.package import write_package\n"
              "write_package(c.make_package(c.make_layers()), Path(sys.argv[2]),"
              " documents={'profile.html': b'<!doctype html>', 'profile.pdf': b'%PDF-1.7'})")
    subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / "other")], check=True)
    assert digests(tmp_path / "other") == digests(written)


def test_descriptor_is_a_data_package(written):
    descriptor = json.loads((written / "datapackage.json").read_text("utf-8"))
    by_path = {resource["path"]: resource for resource in descriptor["resources"]}
    assert set(by_path) | {"datapackage.json"} == set(digests(written))
    for path, resource in by_path.items():
        content = (written / path).read_bytes()
        assert resource["bytes"] == len(content)
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
    table = by_path["observations.csv"]
    assert (table["profile"], table["encoding"]) == ("tabular-data-resource", "utf-8")
    header = (written / "observations.csv").read_text("utf-8").splitlines()[0].split(",")
    assert [field["name"] for field in table["schema"]["fields"]] == header
    assert descriptor["licenses"] == [{"name": "CC-BY-4.0", "title": "CC BY 4.0"}]
    assert descriptor["sources"][0]["title"] == "Survey - pop.tif"


def test_csv_keeps_every_digit_and_leaves_missing_empty(written):
    rows = pd.read_csv(written / "observations.csv", keep_default_na=False, dtype=str)
    assert rows["obs_value"].tolist()[:3] == [repr(100 / 3), repr(10 / 0.7), ""]
    assert rows["reason"].tolist()[:3] == ["", "", "no-streets"]


def test_rasters_are_cloud_optimized(written):
    with rasterio.open(written / "layers/population.tif") as source:
        assert source.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert source.overviews(1)
        assert np.isnan(source.nodata)
        assert source.units == ("PS",)
        assert source.tags()["time_period"] == "2020"
    with rasterio.open(written / "layers/degree_of_urbanisation.tif") as source:
        assert source.dtypes == ("uint8",)
        # Overviews of classes hold classes only, never a mean of two.
        assert set(np.unique(source.read(1, out_shape=(150, 140)))) <= {10, 11, 12, 13, 21, 30}


def test_tiles_keep_light_fields_and_all_lines(package, written):
    info = pyogrio.read_info(written / "layers/streets.pmtiles")
    assert [name for name in info["fields"] if name != "mvt_id"] == ["highway"]
    low, high = (int(info["dataset_metadata"][name]) for name in ("minzoom", "maxzoom"))
    assert low <= 9 <= high <= 14
    lines = package.layers[2].frame
    drawn = pyogrio.read_dataframe(written / "layers/streets.pmtiles").to_crs(4326).clip(lines.total_bounds)
    wanted = lines.to_crs(MOLLWEIDE).length.sum()
    assert drawn.to_crs(MOLLWEIDE).length.sum() == pytest.approx(wanted, rel=0.03)
    fields = pyogrio.read_info(written / "layers/people.pmtiles")["fields"]
    assert {"code", "distance"} <= set(fields)


@pytest.mark.parametrize("code", ["streets", "people", "stops"])
def test_layers_are_read_as_geopandas_reads_them(written, code):
    path = written / f"layers/{code}.parquet"
    assert_geodataframe_equal(read_vector(path), gpd.read_parquet(path))


@pytest.mark.parametrize(("crs", "more"), [("OGC:CRS84", {}), (4326, {"geometry_encoding": "geoarrow"})],
                         ids=["other name", "other encoding"])
def test_layers_of_other_programs_are_read(package, tmp_path, crs, more):
    frame = package.layers[2].frame.to_crs(crs)
    frame.to_parquet(tmp_path / "streets.parquet", **more)
    assert_geodataframe_equal(read_vector(tmp_path / "streets.parquet"), frame, check_crs=False)


@pytest.mark.parametrize(("crs", "got"), [(3857, ", got WGS 84 / Pseudo-Mercator"), (4258, ", got ETRS89"), (None, "")])
def test_a_layer_in_another_system_is_refused(package, tmp_path, crs, got):
    package.layers[2].frame.set_crs(crs, allow_override=True).to_parquet(tmp_path / "streets.parquet")
    with pytest.raises(PackageError, match=rf"^streets.parquet: .* WGS84. Expected EPSG:4326{got}.$"):
        read_vector(tmp_path / "streets.parquet")


def test_no_tiles_for_an_empty_layer(written):
    assert (written / "layers/stops.parquet").exists()
    assert not (written / "layers/stops.pmtiles").exists()


def test_local_equal_area_systems_survive(package, tmp_path):
    layer = package.layers[1]
    grid = replace(layer.raster.grid, crs=equal_area_for(-37.1, 35.2))
    local = replace(layer, raster=replace(layer.raster, grid=grid))
    write_package(replace(package, layers=(local,)), tmp_path / "p")
    assert_same_raster(read_package(tmp_path / "p").layers[0].raster, local.raster)


def test_awkward_text_survives(package, tmp_path):
    table = package.observations.copy()
    texts = ['a,"b"', "two\nlines", "ends\r\n", "عربي", " spaced ", "NA"]
    table["base"] = texts
    write_package(replace(package, observations=table, layers=()), tmp_path / "p")
    assert read_package(tmp_path / "p").observations["base"].tolist() == texts
    assert "tables" not in {problem.code for problem in verify_package(tmp_path / "p").problems}


def test_an_empty_table_is_a_table(small, tmp_path):
    write_package(replace(small, observations=small.observations.iloc[:0]), tmp_path / "p")
    assert verify_package(tmp_path / "p").problems == ()
    assert read_package(tmp_path / "p").observations.empty


@pytest.mark.parametrize("change", ["column", "infinite", "crs", "twins", "flag", "name"])
def test_what_cannot_be_written_is_refused_and_nothing_left(change, package, small, tmp_path):
    documents = {}
    if change == "column":
        small = replace(small, observations=small.observations.drop(columns="base"))
    elif change == "infinite":
        small = replace(small, observations=small.observations.assign(obs_value=np.inf))
    elif change == "crs":
        small = replace(small, layers=(Layer("a", "A", frame=package.layers[2].frame.to_crs(3857)),))
    elif change == "twins":
        small = replace(small, layers=(package.layers[3],) * 2)
    elif change == "flag":
        small = replace(small, certificates=({"cases": float("nan")},))
    else:
        documents = {"../profile.html": b""}
    with pytest.raises(PackageError):
        write_package(small, tmp_path / "p", documents=documents)
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_replaced_whole(package, small, tmp_path):
    write_package(package, tmp_path / "p", documents=DOCUMENTS)
    write_package(replace(small, edition="second"), tmp_path / "p")
    assert read_package(tmp_path / "p").edition == "second"
    assert verify_package(tmp_path / "p").problems == ()
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_an_empty_folder_is_filled(small, tmp_path):
    (tmp_path / "p").mkdir()
    write_package(small, tmp_path / "p")
    assert verify_package(tmp_path / "p").ok


def test_other_peoples_files_are_not_replaced(small, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes/a.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    write_package(small, tmp_path / "p")
    (tmp_path / "p/layers/mine.txt").write_text("mine")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/datapackage.json").write_text('{"name": "x", "resources": []}')
    before = digests(tmp_path)
    for name in ("notes", "file", "p", "other"):
        with pytest.raises(PackageError) as caught:
            write_package(small, tmp_path / name)
        assert str(tmp_path / name) in str(caught.value)
    assert digests(tmp_path) == before


def test_reading_what_is_no_package_says_so(tmp_path):
    with pytest.raises(MissingInputError, match="datapackage.json"):
        read_package(tmp_path)
    (tmp_path / "datapackage.json").write_text("{")
    with pytest.raises(PackageError, match="not JSON"):
        read_package(tmp_path)
    (tmp_path / "datapackage.json").write_text('{"ekistics": {"schema_version": "0"}}')
    with pytest.raises(PackageError, match="schema version"):
        read_package(tmp_path)
