"""The delineation job and its command: what is written, what is refused, and that nothing is left half written."""

import importlib.util
import json
import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import typer
from affine import Affine
from typer.testing import CliRunner

from ekistics.cli.delineate import delineate
from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.errors import (
    ConfigurationError,
    CrsMismatchError,
    EkisticsError,
    GeographicCrsError,
    InputFormatError,
    InvalidValueError,
    MissingCrsError,
    MissingInputError,
    NoOverlapError,
    UnknownNameError,
)
from ekistics.geo.degurba import DegurbaParameters, classify_source
from ekistics.jobs import delineate as job
from ekistics.readers.raster import read_raster
from ekistics.readers.raster_blocks import RasterGrids
from tests.geo.degurba.conftest import TRANSFORM, city, rewrite, save  # noqa: F401 - fixtures

APP = typer.Typer()
APP.command()(delineate)


def run(city, outputs=None, **how):  # noqa: F811 - the fixture's value
    return job.run(city["population"], city["built_up"], city["land"], outputs=outputs or job.Outputs(), **how)


def command(city, *more):  # noqa: F811 - the fixture's value
    given = ["--population", city["population"], "--built-up", city["built_up"], "--land", city["land"], *more]
    return CliRunner().invoke(APP, [str(part) for part in given])


def test_classes_are_written_with_colours_and_how_they_were_made(city, tmp_path):  # noqa: F811
    out = tmp_path / "maps" / "classes.tif"
    result = run(city, job.Outputs({1: out}), crop=1)
    with rasterio.open(out) as file:
        classes, tags = file.read(1), file.tags()
        assert (file.nodata, file.dtypes, file.crs.to_string()) == (255, ("uint8",), "ESRI:54009")
        assert file.transform == TRANSFORM @ Affine.translation(1, 1)
        assert file.colormap(1)[3] == (255, 0, 0, 255)
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert classes.shape == (5, 10)
    assert (classes == 3).sum() == 15
    assert tags["RUN"] == result.run.id
    assert json.loads(tags["PARAMETERS"])["semi_dense_density"] == 900
    assert "sha256:" + result.run.inputs[0].sha256 in tags["INPUT_POPULATION"]


def test_centres_are_written_with_polygon_and_sums(city, tmp_path):  # noqa: F811
    out = tmp_path / "centres.gpkg"
    run(city, job.Outputs(centres=out))
    centres = gpd.read_file(out)
    assert centres["population"].tolist() == [75_000]
    assert centres["area_km2"].tolist() == [15]
    assert centres.geometry.area.iloc[0] == pytest.approx(15e6)
    assert centres["centre_id"].tolist() == ["UCE00305N05995"]
    middle = gpd.GeoSeries.from_xy(centres["longitude"], centres["latitude"], crs=WGS84).to_crs(MOLLWEIDE)
    assert (middle.x.iloc[0], middle.y.iloc[0]) == (pytest.approx(305_500), pytest.approx(5_995_500))


def test_the_id_of_a_centre_does_not_depend_on_the_window(city, tmp_path, rewrite):  # noqa: F811
    before = run(city)
    for name in city:
        rewrite(name, lambda values: values[:, 1:], transform=TRANSFORM @ Affine.translation(1, 0))
    after = run(city)
    from ekistics.geo.degurba import centre_frame

    ids = [centre_frame(r.classification.centres, r.grid)["centre_id"].tolist() for r in (before, after)]
    assert ids[0] == ids[1]


def test_units_are_written_with_all_rules(city, tmp_path):  # noqa: F811
    sides = [shapely.box(302_000, 5_993_000, 308_000, 5_998_000), shapely.box(308_000, 5_993_000, 312_000, 5_998_000)]
    units = gpd.GeoDataFrame({"code": ["a", "b"]}, geometry=sides, crs=MOLLWEIDE)
    units.to_crs(WGS84).to_file(tmp_path / "units.gpkg")
    run(city, job.Outputs(units=tmp_path / "units.csv"), units=job.Units(tmp_path / "units.gpkg"))
    table = pd.read_csv(tmp_path / "units.csv", index_col="code")
    assert table["level1_class"].tolist() == [3, 1]
    assert table["level2_documented_2024_class"].tolist() == [30, 13]
    assert table["level2_rules_2021_class"].tolist() == [30, 13]
    assert table["population"].tolist() == [pytest.approx(75_000, rel=1e-3), pytest.approx(600)]


def test_units_need_a_column_that_tells_them_apart(city, tmp_path):  # noqa: F811
    shape = shapely.box(302_000, 5_994_000, 307_000, 5_999_000)
    gpd.GeoDataFrame({"code": ["a", "a"]}, geometry=[shape, shape], crs=MOLLWEIDE).to_file(tmp_path / "units.gpkg")
    for units, error in ((job.Units(tmp_path / "units.gpkg"), InputFormatError),
                         (job.Units(tmp_path / "units.gpkg", "code"), InvalidValueError),
                         (job.Units(tmp_path / "units.gpkg", "kode"), InputFormatError)):
        with pytest.raises(error):
            run(city, units=units)


@pytest.mark.parametrize("layout", [{"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"},
                                    {"blockysize": 1}, {"compress": "lzw"}])
def test_any_layout_of_blocks_gives_one_map(city, rewrite, layout):  # noqa: F811
    plain = run(city).classification
    for name in city:
        rewrite(name, **layout)
    for engine in ("numpy", "numba"):
        source = RasterGrids(*city.values())
        again = classify_source(source, engine=engine, block_rows=source.block_rows, threads=2)
        np.testing.assert_array_equal(again.level2, plain.level2)
        assert again.centres.population.tolist() == plain.centres.population.tolist()
        source.close()


def test_integers_with_a_nodata_value_and_scales_are_read(city, rewrite):  # noqa: F811
    plain = run(city).classification
    rewrite("land", dtype="uint32", nodata=4_294_967_295)
    with rasterio.open(city["population"], "r+") as file:
        file.write(file.read(1) / 2, 1)
        file.scales = (2.0,)
    np.testing.assert_array_equal(run(city).classification.level2, plain.level2)


def bad(name, error, text):
    return pytest.param(name, error, text, id=name)


@pytest.mark.parametrize(("name", "error", "text"), [
    bad("no crs", MissingCrsError, "no coordinate reference system"), bad("degrees", GeographicCrsError, "degrees"),
    bad("not equal-area", GeographicCrsError, "Areas cannot be measured"),
    bad("another crs", CrsMismatchError, "different coordinate"), bad("elsewhere", NoOverlapError, "do not overlap"),
    bad("shifted", NoOverlapError, "same cells"), bad("negative", InvalidValueError, r"row 3, column 5"),
    bad("infinite", InvalidValueError, r"row 3, column 5"), bad("shares", InvalidValueError, "shares"),
    bad("truncated", InputFormatError, "truncated|damaged|cannot be read"),
    bad("absent", MissingInputError, "no such file")])
def test_bad_input_gives_one_clear_error_and_nothing_is_written(name, error, text, city, rewrite, tmp_path):  # noqa: F811
    def place(value):
        def edit(values):
            values[2, 4] = value
            return values
        return edit

    breakers = {
        "no crs": lambda: rewrite("land", crs=None), "degrees": lambda: rewrite("population", crs="EPSG:4326"),
        "not equal-area": lambda: rewrite("population", crs="EPSG:3857"),
        "another crs": lambda: rewrite("land", crs="EPSG:3035"),
        "elsewhere": lambda: rewrite("land", transform=TRANSFORM @ Affine.translation(900, 0)),
        "shifted": lambda: rewrite("land", transform=TRANSFORM @ Affine.translation(0.5, 0)),
        "negative": lambda: rewrite("population", place(-1)), "infinite": lambda: rewrite("population", place(np.inf)),
        "shares": lambda: rewrite("land", lambda values: values / 1e6),
        "truncated": lambda: city["population"].write_bytes(city["population"].read_bytes()[:200]),
        "absent": lambda: city["population"].unlink(),
    }
    breakers[name]()
    folder = tmp_path / "out"
    with pytest.raises(error, match=text):
        run(city, job.Outputs({2: folder / "classes.tif"}, centres=folder / "centres.gpkg"))
    assert not folder.exists()


@pytest.mark.parametrize("crop", [-1, 4, 99])
def test_a_buffer_that_does_not_fit_is_refused(city, crop):  # noqa: F811
    with pytest.raises(ConfigurationError, match="does not fit"):
        run(city, crop=crop)


def test_a_cancelled_run_leaves_nothing_half_written(city, tmp_path):  # noqa: F811
    out = tmp_path / "out"
    out.mkdir()
    (out / "1.tif").write_text("the one before")

    def cancel(step, share):
        if step == "level 2":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(city, job.Outputs({1: out / "1.tif", 2: out / "2.tif"}), progress=cancel)
    assert [path.name for path in out.iterdir()] == ["1.tif"]
    assert (out / "1.tif").read_text() == "the one before"


def rasters(city):  # noqa: F811 - the fixture's value
    return [read_raster(path, role=role, unit_measure="PS" if role == "population" else "M2")
            for role, path in city.items()]


def test_the_centre_at_a_point_is_found(city):  # noqa: F811
    middle = gpd.GeoSeries([shapely.Point(305_500, 5_995_500)], crs=MOLLWEIDE).to_crs(WGS84).iloc[0]
    found = job.urban_centre_at(middle.x, middle.y, *rasters(city), DegurbaParameters())
    assert found.crs == WGS84
    assert found["population"].tolist() == [75_000]
    assert found.to_crs(MOLLWEIDE).area.iloc[0] == pytest.approx(15e6, rel=1e-6)


def test_a_point_in_no_centre_names_the_nearest(city):  # noqa: F811
    east = gpd.GeoSeries([shapely.Point(311_500, 5_995_500)], crs=MOLLWEIDE).to_crs(WGS84).iloc[0]
    with pytest.raises(NoOverlapError, match="UCE00305N05995 with 75000 people, [0-9.]+ km away"):
        job.urban_centre_at(east.x, east.y, *rasters(city))
    with pytest.raises(NoOverlapError, match="no urban centre at all"):
        job.urban_centre_at(east.x, east.y, *rasters(city), DegurbaParameters(centre_size=1e6))
    people, built_up, land = rasters(city)
    small = read_raster(city["land"], role="land", unit_measure="M2",
                        within=gpd.GeoDataFrame(geometry=[shapely.Point(305_500, 5_995_500)], crs=MOLLWEIDE))
    with pytest.raises(NoOverlapError, match="same cells"):
        job.urban_centre_at(east.x, east.y, people, built_up, small)


def test_the_command_compares_with_a_reference(city, tmp_path):  # noqa: F811
    out = tmp_path / "classes.tif"
    assert command(city, "--out", out, "--level", 1, "--crop", 1).exit_code == 0
    same = command(city, "--compare", out, "--level", 1)
    assert (same.exit_code, same.output.strip().splitlines()[-1]) == (0, "0 of 50 cells differ")
    other = command(city, "--compare", out, "--level", 1, "--set", "centre_size=80000")
    assert other.exit_code == 1
    assert "15 of 50 cells differ" in other.output
    assert "3 in the reference, 2 here: 15" in other.output
    outside = command(city, "--compare", city["land"], "--level", 1, "--crop", 1)
    assert isinstance(outside.exception, NoOverlapError)


def test_the_command_prints_for_machines(city, tmp_path):  # noqa: F811
    printed = json.loads(command(city, "--centres", tmp_path / "c.gpkg", "--json").output)
    assert (printed["cells"]["30"], printed["centres"], printed["built_up_threshold"]) == (15, 1, 0.2)
    listed = json.loads(CliRunner().invoke(APP, ["--list-parameters", "--json", "--preset", "r2022a"]).output)
    assert next(p for p in listed if p["name"] == "smoothing")["value"] == "r2022a"
    plain = CliRunner().invoke(APP, ["--list-parameters"]).output
    assert "semi_dense_density = 900.0  [people/km2 of permanent land]" in plain


@pytest.mark.parametrize(("more", "error", "text"), [
    (["--out", "c.tif", "--set", "smothing=none"], UnknownNameError, "smoothing"),
    (["--out", "c.tif", "--preset", "r2024a"], UnknownNameError, "r2023a|r2022a"),
    ([], ConfigurationError, "Nothing to write"), (["--units", "u.gpkg"], ConfigurationError, "belong together")])
def test_the_command_refuses_what_it_cannot_do(more, error, text, city):  # noqa: F811
    outcome = command(city, *more)
    assert isinstance(outcome.exception, error)
    assert isinstance(outcome.exception, EkisticsError)
    assert text.split("|")[0] in str(outcome.exception) or text.split("|")[-1] in str(outcome.exception)


def test_the_command_names_the_inputs_that_are_absent():
    outcome = CliRunner().invoke(APP, ["--land", "x.tif", "--out", "c.tif"])
    assert str(outcome.exception) == "An input is not named. Expected --population, --built-up."


def test_the_job_does_not_load_the_compiler_for_a_city(city):  # noqa: F811
    import subprocess

    program = ("import sys; from ekistics.jobs import delineate as job; "
               "job.run(*sys.argv[1:4], outputs=job.Outputs()); print('numba' in sys.modules)")
    outcome = subprocess.run([sys.executable, "-c", program, *map(str, city.values())], capture_output=True, text=True,
                             check=True)
    assert outcome.stdout.strip() == "False"
    assert importlib.util.find_spec("numba") is not None
