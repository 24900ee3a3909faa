"""The sample city is the same everywhere, in formats that other programs read, and looks like a city."""

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import osmium
import pyogrio
import pytest
import rasterio

from ekistics.core.errors import ConfigurationError
from ekistics.core.provenance import digest_file
from ekistics.jobs.city_config import read_city
from ekistics.jobs.sample_city import make_sample_city
from ekistics.jobs.sample_city.make import FILES
from ekistics.jobs.sample_city.people import EPOCHS, GROUPS


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return make_sample_city(tmp_path_factory.mktemp("sample") / "city")


def values(city, name) -> np.ndarray:
    with rasterio.open(city.folder / name) as source:
        return source.read(1)


def tables(path: Path) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: list(csv.DictReader(io.StringIO(archive.read(name).decode()))) for name in archive.namelist()}


def test_another_process_makes_the_same_bytes(city, tmp_path):
    script = ("import sys, json; from pathlib import Path; from ekistics.jobs.sample_city import make_sample_city\n"
              "print(json.dumps(make_sample_city(Path(sys.argv[1])).files))")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "c")], check=True, capture_output=True)
    assert json.loads(done.stdout) == city.files
    assert {name: digest_file(tmp_path / "c" / name) for name in FILES} == city.files


def test_another_seed_makes_another_city_in_its_place(city, tmp_path):
    other = make_sample_city(Path(shutil.copytree(city.folder, tmp_path / "c")), seed=2)
    assert {path.name for path in tmp_path.iterdir()} == {"c"}
    changed = {name for name in FILES if other.files[name] != city.files[name]}
    assert changed >= {"population_2020.tif", "port-merrow.osm.pbf", "pm25.tif"}
    assert 500_000 < other.people < 1_000_000


def test_everything_is_there_and_small(city):
    assert {path.name for path in city.folder.iterdir()} == set(FILES) == set(city.files)
    assert sum(path.stat().st_size for path in city.folder.iterdir()) < 15e6


def test_the_configuration_reads_and_says_made_up(city):
    config = read_city(city.config)
    assert "made-up" in config.city.name
    assert config.city.country == "XMU"
    stated = [config.boundary, config.land, config.streets, config.air, config.neighbourhoods, *config.population,
              *config.built_up, *config.timetables]
    assert all(source.producer == "Ekistics sample generator" and source.licence == "CC0-1.0" for source in stated)
    assert {path.name for path in city.folder.iterdir()} - {Path(s.path).name for s in stated} == {"city.toml"}


def test_grids_share_one_frame_and_hold_no_impossible_value(city):
    frames = set()
    for name in FILES:
        if name.endswith(".tif") and name != "pm25.tif":
            with rasterio.open(city.folder / name) as source:
                frames.add((source.transform, source.shape, source.crs.to_wkt()))
                assert "made-up" in source.tags()["TITLE"]
            grid = values(city, name)
            assert np.isfinite(grid).all()
            assert grid.min() == 0
    assert len(frames) == 1
    transform, *_ = frames.pop()
    assert (transform.a, transform.e) == (100, -100)
    assert transform.c % 1000 == transform.f % 1000 == 0
    assert 5 < values(city, "pm25.tif").min() < values(city, "pm25.tif").max() < 40


def test_groups_add_up_to_everybody(city):
    total = sum(values(city, f"population_2020_{sex}_{age}.tif").astype(float) for sex, age in GROUPS)
    np.testing.assert_allclose(total, values(city, "population_2020.tif"), atol=1e-4)


def test_nobody_lives_or_builds_on_water(city):
    wet = values(city, "land.tif") == 0
    for year in EPOCHS:
        assert values(city, f"population_{year}.tif")[wet].sum() == 0
        assert (values(city, f"built_up_{year}.tif") <= values(city, "land.tif")).all()


def test_land_grows_faster_than_people(city):
    people = [values(city, f"population_{year}.tif").sum(dtype=float) for year in EPOCHS]
    built = [values(city, f"built_up_{year}.tif").sum(dtype=float) for year in EPOCHS]
    assert people == sorted(people)
    for i in range(3):
        assert built[i + 1] / built[i] > people[i + 1] / people[i] > 1
    assert 600_000 < people[-1] < 900_000
    assert city.people == pytest.approx(people[-1], rel=1e-6)


def read_pbf(path: Path):
    nodes, ways, relations = {}, {}, {}
    for thing in osmium.FileProcessor(str(path)):
        if thing.is_node():
            nodes[thing.id] = (thing.location.lon, thing.location.lat, dict(thing.tags))
        elif thing.is_way():
            ways[thing.id] = ([n.ref for n in thing.nodes], dict(thing.tags))
        else:
            relations[thing.id] = ([(m.type, m.ref, m.role) for m in thing.members], dict(thing.tags))
    return nodes, ways, relations


def test_the_street_file_is_sound(city):
    nodes, ways, relations = read_pbf(city.folder / "port-merrow.osm.pbf")
    assert all(set(refs) <= set(nodes) and len(refs) > 1 for refs, _tags in ways.values())
    assert all(len({nodes[r][:2] for r in refs[:2]}) == 2 for refs, _tags in ways.values())
    kinds = [tags.get("highway") for _refs, tags in ways.values()]
    for kind in ("motorway", "motorway_link", "primary", "secondary", "tertiary", "residential", "footway", "path",
                 "track", "steps", "service"):
        assert kinds.count(kind) >= 3, kind
    tags = [tags for _refs, tags in ways.values()]
    for key, value in (("foot", "no"), ("access", "private"), ("bridge", "yes")):
        assert any(t.get(key) == value and "highway" in t for t in tags), key
    streets = [t for t in tags if "highway" in t]
    assert 0.02 < np.mean(["width" in t for t in streets]) < 0.5
    assert 0.05 < np.mean(["lanes" in t for t in streets]) < 0.7
    closed = ("leisure", "building", "landuse", "aeroway", "place")
    assert all(refs[0] == refs[-1] for refs, t in ways.values() if any(key in t for key in closed))
    assert 2_000 < sum("building" in t for t in tags) < 6_000
    assert any(t.get("natural") == "coastline" for t in tags)
    access = {t.get("access") for t in tags if "leisure" in t}
    assert access >= {None, "yes", "private", "no"}
    (members, park), = relations.values()
    assert park == {"type": "multipolygon", "leisure": "park", "name": "Lantern Park"}
    assert [role for _type, _ref, role in members] == ["outer", "inner"]
    header = osmium.io.Reader(str(city.folder / "port-merrow.osm.pbf"), osmium.osm.NOTHING).header()
    box = header.box()
    assert all(box.contains(osmium.osm.Location(lon, lat)) for lon, lat, _tags in nodes.values())


def test_areas_can_be_built_from_the_street_file(city):
    built = {}
    for thing in osmium.FileProcessor(str(city.folder / "port-merrow.osm.pbf")).with_areas():
        if thing.is_area() and "leisure" in thing.tags:
            built[thing.tags.get("name")] = thing.num_rings()
    assert len(built) >= 12
    assert built["Lantern Park"] == (1, 1)


def test_streets_hang_together_but_not_all(city):
    nodes, ways, _relations = read_pbf(city.folder / "port-merrow.osm.pbf")
    group = {}

    def find(n):
        while group.setdefault(n, n) != n:
            group[n] = group[group[n]]
            n = group[n]
        return n

    for refs, tags in ways.values():
        if "highway" in tags and not tags["highway"].startswith("motorway"):
            for a, b in zip(refs, refs[1:], strict=False):
                group[find(a)] = find(b)
    sizes = np.unique([find(n) for n in list(group)], return_counts=True)[1]
    assert 0.9 < sizes.max() / sizes.sum() < 1


@pytest.mark.parametrize("name", ["gtfs_bus.zip", "gtfs_rapid.zip"])
def test_timetables_refer_to_what_is_there(name, city):
    feed = tables(city.folder / name)
    ids = {table: {row[f"{table[:-1]}_id"] for row in feed[f"{table}.txt"]} for table in ("stops", "routes", "trips")}
    services = {row["service_id"] for row in feed["calendar.txt"]}
    agencies = {row["agency_id"] for row in feed["agency.txt"]}
    assert all("made-up" in row["agency_name"] for row in feed["agency.txt"])
    assert {row["agency_id"] for row in feed["routes.txt"]} == agencies
    assert {row["service_id"] for row in feed["calendar_dates.txt"]} <= services
    assert all(r["route_id"] in ids["routes"] and r["service_id"] in services for r in feed["trips.txt"])
    times = feed["stop_times.txt"]
    assert {row["trip_id"] for row in times} == ids["trips"]
    served = {row["stop_id"] for row in times}
    assert served <= ids["stops"]
    for before, after in zip(times, times[1:], strict=False):
        if before["trip_id"] == after["trip_id"]:
            assert before["departure_time"] <= after["arrival_time"]
            assert int(before["stop_sequence"]) + 1 == int(after["stop_sequence"])
    if name == "gtfs_bus.zip":
        assert ids["stops"] - served == {"bus-closed"}
        assert any(row["arrival_time"] >= "25:10:00" for row in times)
        often = {row["trip_id"] for row in feed["frequencies.txt"]}
        assert often <= ids["trips"]
        assert often
        assert {row["route_type"] for row in feed["routes.txt"]} == {"3"}
    else:
        assert {row["route_type"] for row in feed["routes.txt"]} == {"1", "4"}


def test_neighbourhoods_lie_apart_inside_the_city(city):
    areas = pyogrio.read_dataframe(city.folder / "neighbourhoods.gpkg")
    outline = pyogrio.read_dataframe(city.folder / "boundary.gpkg")
    assert len(areas) == areas["code"].nunique() == areas["name"].nunique() == 11
    assert areas.geometry.is_valid.all()
    assert outline.geometry.is_valid.all()
    assert 250 < outline.to_crs("ESRI:54009").area.sum() / 1e6 < 400
    flat = areas.to_crs("ESRI:54009")
    together = flat.union_all().area
    assert flat.area.sum() == pytest.approx(together, rel=2e-3)
    assert flat.union_all().difference(outline.to_crs("ESRI:54009").union_all()).area / together < 1e-6


def test_a_folder_with_other_files_is_not_replaced(city, tmp_path):
    folder = Path(shutil.copytree(city.folder, tmp_path / "c"))
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match=r"mine\.txt"):
        make_sample_city(folder)
    assert (folder / "mine.txt").read_text() == "mine"
    with pytest.raises(ConfigurationError):
        make_sample_city(folder / "mine.txt")
