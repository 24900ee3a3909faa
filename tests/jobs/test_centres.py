"""All urban centres of a ground at once: what is written, what is kept, and that one failure stays with its centre."""

import csv
import json
import tomllib

import numpy as np
import pytest
import rasterio
import rasterio.features
import rasterio.warp
import typer
from affine import Affine
from typer.testing import CliRunner

from ekistics.cli.centres import profile_centres
from ekistics.core.crs import GEOD, WGS84
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.geo.degurba import DegurbaParameters
from ekistics.jobs import centres as job
from ekistics.package.read import read_package
from ekistics.package.verify import verify_package
from tests.conftest import ROOT
from tests.geo.degurba.conftest import save

APP = typer.Typer()
APP.command()(profile_centres)

TRANSFORM = Affine(1000, 0, -200_000, 0, -1000, 900_000)
NORTH, SOUTH = "XXX-UCW00190N00891", "XXX-UCW00172N00875"  # middles of the two blocks below, in whole kilometres


def people(inside):
    """A block of 5 x 7 cells and one of 5 x 5, each a centre, in thinly settled land of 36 x 36 cells."""
    values = np.full((36, 36), 5.0)
    values[6:11, 7:14] = inside
    values[22:27, 26:31] = inside + 1000
    return values


@pytest.fixture
def grids(tmp_path):
    folder = tmp_path / "grids"
    folder.mkdir()
    made = {period: save(folder / f"pop_{period}.tif", people(inside), transform=TRANSFORM)
            for period, inside in (("2010", 2500.0), ("2020", 3000.0))}
    built = {period: save(folder / f"built_{period}.tif", np.where(people(1000) > 10, share * 1e6, 1e3),
                          transform=TRANSFORM) for period, share in (("2010", 0.25), ("2020", 0.3))}
    land = save(folder / "land.tif", np.full((36, 36), 1e6), transform=TRANSFORM)
    return job.Grids(population=made, built_up=built, land=land, stated={"producer": "Nobody"})


def run(grids, tmp_path, **how):
    return job.run(grids, country="XXX", out=tmp_path / "out", **how)


def listed(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def value(package, indicator, variant, period):
    table = package.observations
    row = table[(table["indicator"] == indicator) & (table["variant"] == variant) & (table["time_period"] == period)]
    assert len(row) == 1
    return float(row["obs_value"].iloc[0])


def test_each_centre_gets_a_package_that_holds_its_numbers(grids, tmp_path):
    outcome = run(grids, tmp_path)
    assert [(r.code, r.status) for r in outcome.results] == [(NORTH, "written"), (SOUTH, "written")]
    assert (outcome.time_period, outcome.unmatched) == ("2020", ())
    package = read_package(tmp_path / "out" / NORTH)
    assert verify_package(tmp_path / "out" / NORTH).problems == ()
    assert (package.place.code, package.place.country, package.place.name) == (
        NORTH, "XXX", "Urban centre UCW00190N00891")
    assert value(package, "built_up_per_person", "", "2020") == pytest.approx(0.3e6 / 3000)  # by hand
    assert value(package, "built_up_per_person", "", "2010") == pytest.approx(0.25e6 / 2500)


def test_the_list_of_places_agrees_with_hand_and_package(grids, tmp_path):
    run(grids, tmp_path)
    rows = {row["code"]: row for row in listed(tmp_path / "out" / job.PLACES)}
    assert list(rows) == [NORTH, SOUTH]
    north, south = rows[NORTH], rows[SOUTH]
    assert (north["kind"], north["country"], north["parent"], north["time_period"]) == ("city", "XXX", "XXX", "2020")
    assert float(north["population"]) == 35 * 3000
    assert float(south["population"]) == 25 * 4000
    package = read_package(tmp_path / "out" / NORTH)
    boundary = next(layer for layer in package.layers if layer.code == "boundary").frame
    on_ellipsoid = abs(GEOD.geometry_area_perimeter(boundary.to_crs(WGS84).geometry.iloc[0])[0]) / 1e6
    assert float(north["area_km2"]) == pytest.approx(on_ellipsoid, rel=1e-4)
    assert value(package, "population_density", "urban_extent", "2020") == pytest.approx(
        float(north["population"]) / float(north["area_km2"]), rel=1e-5)
    middle = rasterio.warp.transform("ESRI:54009", "EPSG:4326", [-189_500], [891_500])
    assert [float(north["longitude"]), float(north["latitude"])] == pytest.approx(np.ravel(middle), abs=1e-5)


def test_the_package_says_whose_word_the_time_is(grids, tmp_path):
    run(grids, tmp_path)
    inputs = read_package(tmp_path / "out" / NORTH).run.inputs
    dated = [p for p in inputs if p.role in ("population", "built_up")]
    assert [p.time_period for p in dated] == ["2010", "2020", "2010", "2020"]
    assert all(f"Time period {p.time_period} as stated by the user" in p.citation for p in dated)
    assert {p.producer for p in inputs if p.role != "boundary"} == {"Nobody"}


def test_the_same_again_keeps_all_and_a_change_renews_all(grids, tmp_path):
    run(grids, tmp_path)
    stamp = (tmp_path / "out" / NORTH / "datapackage.json").stat().st_mtime_ns
    assert {r.status for r in run(grids, tmp_path).results} == {"kept"}
    assert (tmp_path / "out" / NORTH / "datapackage.json").stat().st_mtime_ns == stamp
    save(grids.built_up["2020"], np.where(people(1000) > 10, 0.4e6, 1e3), transform=TRANSFORM)
    assert {r.status for r in run(grids, tmp_path).results} == {"written"}
    assert value(read_package(tmp_path / "out" / NORTH), "built_up_per_person", "", "2020") == pytest.approx(400 / 3)


def test_a_stopped_run_goes_on_where_it_stopped(grids, tmp_path, monkeypatch):
    whole = job.profile

    def stop_at_south(work, **how):
        if work.name == SOUTH:
            raise KeyboardInterrupt
        return whole(work, **how)

    monkeypatch.setattr(job, "profile", stop_at_south)
    with pytest.raises(KeyboardInterrupt):
        run(grids, tmp_path)
    monkeypatch.setattr(job, "profile", whole)
    assert [(r.code, r.status) for r in run(grids, tmp_path).results] == [(NORTH, "kept"), (SOUTH, "written")]


def test_one_failing_centre_says_so_and_stops_no_other(grids, tmp_path):
    (tmp_path / "out" / NORTH).mkdir(parents=True)
    (tmp_path / "out" / NORTH / "letter.txt").write_text("mine")  # a folder that is no package is never replaced
    outcome = run(grids, tmp_path)
    assert [(r.code, r.status) for r in outcome.results] == [(NORTH, "failed"), (SOUTH, "written")]
    assert outcome.results[0].error
    assert (tmp_path / "out" / NORTH / "letter.txt").read_text() == "mine"
    assert [row["status"] for row in listed(tmp_path / "out" / job.RESULTS)] == ["failed", "written"]
    (tmp_path / "out" / NORTH / "letter.txt").unlink()
    assert [r.status for r in run(grids, tmp_path).results] == ["written", "kept"]


def test_a_fault_of_the_program_stays_with_its_centre_too(grids, tmp_path, monkeypatch):
    def broken(_work, **_how):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(job, "profile", broken)
    assert [r.error for r in run(grids, tmp_path).results] == ["ZeroDivisionError: division by zero"] * 2


def names(tmp_path, text):
    path = tmp_path / "names.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_names_come_from_the_table_by_country_and_code(grids, tmp_path):
    table = names(tmp_path, '\ufeffcountry,code,name\nXXX,UCW00190N00891,"Nordö ""Старый"""\n'
                            "GHA,UCW00172N00875,Elsewhere\nXXX,XXX-UCE00001N00001,Gone\n")
    outcome = run(grids, tmp_path, names=table)
    assert [r.name for r in outcome.results] == ['Nordö "Старый"', "Urban centre UCW00172N00875"]
    assert outcome.unmatched == ("XXX-UCE00001N00001",)
    assert read_package(tmp_path / "out" / NORTH).place.name == 'Nordö "Старый"'


@pytest.mark.parametrize(("text", "error", "where"), [
    ("country,name\nXXX,A\n", InputFormatError, "line 2"),
    ("country,code,name\nXXX,UCW00190N00891, \n", InputFormatError, "line 2"),
    ("country,code,name\nXXX,Nordö,A\n", InvalidValueError, "line 2"),
    ("country,code,name\nXXX,UCW00190N00891,A\nXXX,UCW00190N00891,B\n", InvalidValueError, "line 3")])
def test_a_table_of_names_that_cannot_be_used_is_refused(grids, tmp_path, text, error, where):
    with pytest.raises(error, match=where):
        run(grids, tmp_path, names=names(tmp_path, text))
    assert not (tmp_path / "out").exists()


def test_an_absent_table_of_names_is_refused(grids, tmp_path):
    with pytest.raises(MissingInputError):
        run(grids, tmp_path, names=tmp_path / "absent.csv")
    (tmp_path / "latin.csv").write_bytes("country,code,name\nXXX,UCW00190N00891,Nordö\n".encode("latin-1"))
    with pytest.raises(InputFormatError):
        run(grids, tmp_path, names=tmp_path / "latin.csv")


def test_rules_of_the_delineation_reach_each_package(grids, tmp_path):
    outcome = run(grids, tmp_path, parameters=DegurbaParameters(centre_size=102_000))
    assert [r.code for r in outcome.results] == [NORTH]
    city = tomllib.loads((tmp_path / "out" / job.WORK / NORTH / "city.toml").read_text(encoding="utf-8"))
    assert city["parameters"]["degurba"] == {"centre_size": 102_000}
    assert read_package(tmp_path / "out" / NORTH).run.parameters["degurba.centre_size"] == 102_000


def test_ground_without_a_centre_gives_empty_lists(grids, tmp_path):
    outcome = run(grids, tmp_path, parameters=DegurbaParameters(centre_size=800_000))
    assert outcome.results == ()
    assert listed(tmp_path / "out" / job.PLACES) == []


def command(grids, tmp_path, *more):
    given = ["--land", grids.land, "--country", "XXX", "--out", tmp_path / "out", *more]
    given += [part for name, files in (("--population", grids.population), ("--built-up", grids.built_up))
              for period, path in files.items() for part in (name, f"{period}={path}")]
    return CliRunner().invoke(APP, [str(part) for part in given])


def test_the_command_prints_a_summary_and_ends_with_one_where_a_centre_failed(grids, tmp_path):
    result = command(grids, tmp_path)
    assert result.exit_code == 0
    assert "2 urban centres of 2020: 2 packages written, 0 unchanged, 0 failed." in result.output
    (tmp_path / "out" / NORTH / "letter.txt").write_text("mine")
    result = command(grids, tmp_path, "--language", "fr", "--json")
    report = json.loads(result.output)
    assert (result.exit_code, report["centres"], report["written"], report["failed"]) == (1, 2, 1, 1)
    assert report["results"][0]["error"]


@pytest.mark.parametrize(("more", "error"), [
    (["--population", "pop.tif"], ConfigurationError), (["--population", "2020="], ConfigurationError),
    (["--population", "2020=twice.tif"], ConfigurationError), (["--population", "soon=pop.tif"], InvalidValueError),
    (["--nodata", "nothing"], ConfigurationError), (["--country", "XX"], UnknownNameError),
    (["--country", "GHX"], UnknownNameError), (["--set", "smothing=none"], UnknownNameError),
    (["--population", "2030=absent.tif", "--built-up", "2030=absent.tif"], EkisticsError)])
def test_the_command_refuses_what_it_cannot_use(grids, tmp_path, more, error):
    result = command(grids, tmp_path, *more)
    assert isinstance(result.exception, error)
    assert not list((tmp_path / "out").glob("*"))


def test_times_without_both_grids_are_refused(grids, tmp_path):
    apart = job.Grids(population={"2020": grids.population["2020"]}, built_up={"2010": grids.built_up["2010"]},
                      land=grids.land)
    with pytest.raises(ConfigurationError, match="2020"):
        run(apart, tmp_path)


@pytest.mark.full
def test_all_centres_of_ghana(shared_data, tmp_path):
    """The sums are taken again with rasterio's own mask, not with our zonal sums."""
    grids = job.Grids(population={"2020": shared_data("ghsl-ghana/POP.tif")},  # the epoch is this test's assumption
                      built_up={"2020": shared_data("ghsl-ghana/BUILT_S.tif")}, land=shared_data("ghsl-ghana/LAND.tif"))
    outcome = job.run(grids, country="GHA", out=tmp_path / "out", names=ROOT / "examples/ghana/names.csv")
    assert outcome.count("written") == len(outcome.results) == 17
    assert outcome.unmatched == ()
    assert {"Accra", "Kumasi", "Tamale"} < {result.name for result in outcome.results}
    rows = {row["code"]: row for row in listed(tmp_path / "out" / job.PLACES)}
    for result in outcome.results:
        package = read_package(tmp_path / "out" / result.code)
        outline = job.gpd.read_parquet(tmp_path / "out" / job.WORK / result.code / "boundary.parquet").geometry
        sums = {role: masked_sum(path, outline) for role, path in (("people", grids.population["2020"]),
                                                                   ("surface", grids.built_up["2020"]))}
        assert float(rows[result.code]["population"]) == pytest.approx(sums["people"], abs=0.001)
        assert sums["people"] >= 50_000
        assert value(package, "built_up_per_person", "", "2020") == pytest.approx(sums["surface"] / sums["people"])


def masked_sum(path, outline):
    with rasterio.open(path) as file:
        inside = rasterio.features.geometry_mask(outline, file.shape, file.transform, invert=True)
        return float(file.read(1, masked=True)[inside].astype(float).sum())
