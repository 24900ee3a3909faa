"""Bad input: each case one clear error with its place, or a status with its reason; and nothing is written.

Requirements (issue MAIN, "Bad input"): B1 no CRS, B2 degrees where areas are needed, B3 grids that do not overlap,
B4 boundary outside the data, B5 self-crossing polygon, B6 negative or infinite population, B7 nodata inside the city,
B8 truncated PBF, GeoTIFF or zip, B9 zip bomb, B10 GTFS without stop_times, with 25:10:00, with a stop at 0,0,
B11 empty city, B12 no streets, B13 population of zero, B14 year given twice, B15 a stage killed (test_profile.py).
"""

import zipfile

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import calculate_default_transform, reproject
from shapely.geometry import MultiPolygon, Polygon

from ekistics.core.crs import GEOD, MOLLWEIDE
from ekistics.core.errors import EkisticsError
from ekistics.jobs.profile import profile

from .conftest import CELL, LEFT, SIZE, TOP, degrees, square, write_feed, write_grid, write_streets


def no_crs(city):
    write_grid(city / "population_2020.tif", np.ones((SIZE, SIZE)), crs=None)


def elsewhere(city):
    far = Affine(CELL, 0, LEFT + 500_000, 0, -CELL, TOP)
    write_grid(city / "population_2020.tif", np.ones((SIZE, SIZE)), transform=far)


def boundary_elsewhere(city):
    polygon = gpd.GeoSeries([square(10, 50)], crs=MOLLWEIDE).translate(xoff=500_000)
    gpd.GeoDataFrame(geometry=polygon, crs=MOLLWEIDE).to_file(city / "boundary.gpkg")


def negative(city):
    values = np.ones((SIZE, SIZE))
    values[30, 31] = -5
    write_grid(city / "population_2020.tif", values, nodata=-9999)


def infinite(city):
    values = np.ones((SIZE, SIZE))
    values[30, 31] = np.inf
    write_grid(city / "population_2020.tif", values)


def truncate(name):
    def spoil(city):
        content = (city / name).read_bytes()
        (city / name).write_bytes(content[:len(content) * 2 // 3])
    spoil.__name__ = f"truncated {name}"
    return spoil


def zip_bomb(city):
    with zipfile.ZipFile(city / "bus.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("stop_times.txt", "w", force_zip64=True) as table:
            for _block in range(256):
                table.write(b"0" * (1 << 20))


def no_stop_times(city):
    write_feed(city / "bus.zip", stop_times_txt=None)


def year_twice(city):
    path = city / "city.toml"
    path.write_text(path.read_text("utf-8").replace('built_2010.tif"\ntime_period = "2010"',
                                                    'built_2010.tif"\ntime_period = "2020"'), "utf-8")


def missing_file(city):
    (city / "pm25.tif").unlink()


def wrong_key(city):
    path = city / "city.toml"
    path.write_text(path.read_text("utf-8").replace("[streets]", "[street]"), "utf-8")


def points_for_boundary(city):
    lon, lat = degrees(30, 30)
    gpd.GeoDataFrame(geometry=gpd.points_from_xy([lon], [lat]), crs=4326).to_file(city / "boundary.gpkg")


def duplicate_neighbourhoods(city):
    frame = gpd.read_file(city / "neighbourhoods.gpkg")
    frame["code"] = "w"
    frame.to_file(city / "neighbourhoods.gpkg")


@pytest.mark.parametrize(("spoil", "code", "words"), [
    (no_crs, "missing-crs", ["population_2020.tif", "city.toml"]),  # B1
    (elsewhere, "no-overlap", ["population_2020.tif"]),  # B3
    (boundary_elsewhere, "no-overlap", [".tif"]),  # B4
    (negative, "invalid-value", ["population_2020.tif", "row 3", "-5"]),  # B6
    (infinite, "invalid-value", ["population_2020.tif", "row 3", "inf"]),
    (truncate("streets.osm.pbf"), "input-format", ["streets.osm.pbf"]),  # B8
    (truncate("population_2020.tif"), "input-format", ["population_2020.tif"]),
    (truncate("bus.zip"), "input-format", ["bus.zip"]),
    (zip_bomb, "unsafe-archive", ["bus.zip"]),  # B9
    (no_stop_times, "input-format", ["bus.zip", "stop_times.txt"]),  # B10
    (year_twice, "configuration", ["[[built_up]]", "twice", "2020"]),  # B14
    (missing_file, "missing-input", ["pm25.tif", "'air'"]),
    (wrong_key, "unknown-name", ["'street'", "'streets'"]),
    (points_for_boundary, "input-format", ["boundary.gpkg", "Point"]),
    (duplicate_neighbourhoods, "invalid-value", ["neighbourhoods.gpkg", "code", "w"]),
], ids=lambda value: getattr(value, "__name__", None))
def test_one_clear_error_and_nothing_written(small_city, tmp_path, monkeypatch, spoil, code, words):
    monkeypatch.setenv("EKISTICS_MAX_UNPACKED_MB", "100")
    spoil(small_city)
    with pytest.raises(EkisticsError) as caught:
        profile(small_city, out=tmp_path / "out", documents=False)
    assert caught.value.code == code, str(caught.value)
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert not (tmp_path / "out").exists()


def add(city, text):
    """Add a table to city.toml."""
    path = city / "city.toml"
    path.write_text(path.read_text("utf-8") + "\n" + text, "utf-8")


def warp(path, crs):
    """Bring a raster into another CRS, cell by cell."""
    with rasterio.open(path) as source:
        transform, width, height = calculate_default_transform(source.crs, crs, source.width, source.height,
                                                               *source.bounds)
        values = np.full((height, width), -1.0, dtype=np.float32)
        reproject(rasterio.band(source, 1), values, dst_transform=transform, dst_crs=crs, dst_nodata=-1.0)
    write_grid(path, values, crs=crs, transform=transform)


def values_of(city, tmp_path):
    outcome = profile(city, out=tmp_path / "out", documents=False)
    return outcome.package.observations, {flag.code: flag for flag in outcome.package.checks}


def reasons(observations, indicator):
    rows = observations[observations["indicator"] == indicator]
    assert rows["obs_value"].isna().all()
    return set(rows["reason"])


def test_self_crossing_boundary_is_repaired_and_flagged(small_city, tmp_path):  # B5
    a, b = square(10, 50).bounds[:2], square(10, 50).bounds[2:]
    bow = Polygon([a, b, (b[0], a[1]), (a[0], b[1])])
    gpd.GeoDataFrame(geometry=[bow], crs=MOLLWEIDE).to_file(small_city / "boundary.gpkg")
    _, flags = values_of(small_city, tmp_path)
    assert flags["boundary-repaired"].value == 1


def test_cells_without_data_are_left_out_and_their_share_is_told(small_city, tmp_path):  # B7
    values = np.full((SIZE, SIZE), 50.0)
    values[10:50, 10:14] = -1.0
    write_grid(small_city / "population_2020.tif", values)
    observations, flags = values_of(small_city, tmp_path)
    flag = flags["nodata-population-2020"]
    assert flag.value == pytest.approx(10.0, abs=0.01)  # 4 of 40 columns
    assert flag.indicators
    city = observations.query("indicator == 'population_density' and ref_area == 'XTH' and variant == 'urban_extent'")
    assert city[["obs_value", "reason"]].isna().to_numpy().tolist() == [[True, False]]
    assert set(city["reason"]) == {"nodata-inside"}  # a tenth is more than may be missing
    growth = observations.query("indicator == 'sdg_11_3_1' and series == 'ratio' and ref_area == 'XTH' "
                                "and variant == 'linear:given:built_up_area'")
    assert set(growth["reason"]) == {"nodata-inside"}  # else the half-known year would look like people leaving


@pytest.mark.parametrize(("setting", "people"), [("[parameters]\nmax_missing_share = 0.2\n", 50.0 * 36 * 40)])
def test_what_may_be_missing_is_the_users_choice(small_city, tmp_path, setting, people):
    values = np.full((SIZE, SIZE), 50.0)
    values[10:50, 10:14] = -1.0
    write_grid(small_city / "population_2020.tif", values)
    add(small_city, setting)
    observations, _ = values_of(small_city, tmp_path)
    city = observations.query("indicator == 'population_density' and ref_area == 'XTH' and variant == 'urban_extent'")
    assert city["numerator"].to_numpy() == pytest.approx(people, rel=1e-6)


def test_no_data_may_be_stated_to_mean_nobody(small_city, tmp_path):
    values = np.full((SIZE, SIZE), 50.0)
    values[10:50, 10:14] = -1.0
    write_grid(small_city / "population_2020.tif", values)
    path = small_city / "city.toml"
    path.write_text(path.read_text("utf-8").replace('path = "population_2020.tif"',
                                                    'path = "population_2020.tif"\nnodata = "zero"'), "utf-8")
    observations, flags = values_of(small_city, tmp_path)
    city = observations.query("indicator == 'population_density' and ref_area == 'XTH' and variant == 'urban_extent'")
    assert city["numerator"].to_numpy() == pytest.approx(50.0 * 36 * 40, rel=1e-6)
    assert "nodata-population-2020" not in flags


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # rasterio's own
def test_a_national_projection_that_keeps_no_areas_works(small_city, tmp_path):
    for name in ("population_2010.tif", "population_2020.tif", "women_2020.tif", "men_2020.tif", "built_2010.tif",
                 "built_2020.tif", "land.tif"):
        warp(small_city / name, "EPSG:32626")
    observations, _ = values_of(small_city, tmp_path)
    share = observations.query("indicator == 'degree_of_urbanisation' and series == 'urban_population_share' "
                               "and ref_area == 'XTH' and variant == 'by_definition'")["obs_value"]
    assert share.to_numpy() == pytest.approx(100.0, abs=2.0)


def test_air_of_half_the_people_is_not_the_citys(small_city, tmp_path):
    lon, lat = degrees(30, 0)
    write_grid(small_city / "pm25.tif", np.full((40, 40), 12.5), crs="EPSG:4326",
               transform=Affine(0.01, 0, lon, 0, -0.01, lat + 0.15))
    observations, flags = values_of(small_city, tmp_path)
    city = observations.query("indicator == 'sdg_11_6_2' and ref_area == 'XTH' and variant == 'population_weighted'")
    assert set(city["reason"]) == {"nodata-inside"}
    assert 30 < flags["air-people-missing"].value < 70


def test_people_and_built_up_of_different_years_are_not_mixed(small_city, tmp_path):
    path = small_city / "city.toml"
    path.write_text(path.read_text("utf-8").replace('built_2020.tif"\ntime_period = "2020"',
                                                    'built_2020.tif"\ntime_period = "2025"'), "utf-8")
    observations, _ = values_of(small_city, tmp_path)
    density = observations.query("indicator == 'population_density' and ref_area == 'XTH'").set_index("variant")
    assert set(density["time_period"]) == {"2020"}
    assert density.loc["built_up_area", "reason"] == "no-common-period"
    assert reasons(observations, "sdg_11_3_1") == {"no-common-period"}


def test_streets_without_parks_keep_their_share(small_city, tmp_path):
    write_streets(small_city / "streets.osm.pbf", park=False)
    observations, _ = values_of(small_city, tmp_path)
    rows = observations.query("indicator == 'sdg_11_7_1' and ref_area == 'XTH' and variant == 'urban_extent'")
    assert rows.set_index("series").loc["street_share", "obs_value"] > 0
    assert set(rows.query("series == 'open_space_share'")["reason"]) == {"no-open-space"}


def test_a_point_delineates_and_a_small_window_is_refused(small_city, tmp_path):
    lon, lat = degrees(30, 30)
    path = small_city / "city.toml"
    by_point = path.read_text("utf-8").replace('path = "boundary.gpkg"', f"point = [{lon}, {lat}]")
    path.write_text(by_point[:by_point.index("[neighbourhoods]")], "utf-8")
    observations, _ = values_of(small_city, tmp_path)
    ratio = observations.query("indicator == 'sdg_11_3_1' and series == 'ratio'")
    assert ratio["variant"].str.contains("fixed_last").any()
    extent = observations.query("indicator == 'population_density' and variant == 'urban_extent'")["denominator"]
    assert 12 < extent.iloc[0] < 25  # a disc of 2.4 km radius, in whole square kilometres
    add(small_city, "[parameters]\ndelineation_window_km = 1\n")
    with pytest.raises(EkisticsError, match="delineation_window_km"):
        profile(small_city, out=tmp_path / "out", documents=False)


def test_late_night_times_are_legal_and_a_stop_at_zero_is_left_out(small_city, tmp_path):  # B10
    rows = "s1,Nowhere,0,0\ns2,East,{1},{0}\ns3,Metro,{1},{0}\ns4,Spare,{1},{0}\n".format(*degrees(40, 30))
    write_feed(small_city / "bus.zip", stops_txt="stop_id,stop_name,stop_lat,stop_lon\n" + rows)
    observations, flags = values_of(small_city, tmp_path)
    assert "Stop s1 has no usable position" in flags["timetable-1"].note
    share = observations.query("indicator == 'sdg_11_2_1' and series == 'high_capacity' and variant == 'network' "
                               "and ref_area == 'XTH' and sex == '_T'")["obs_value"]
    assert 0 < share.iloc[0] < 100


@pytest.mark.parametrize("indicator", ["sdg_11_2_1", "population_density"])
def test_a_city_without_people_has_no_shares(small_city, tmp_path, indicator):  # B11, B13
    for name in ("population_2010.tif", "population_2020.tif", "women_2020.tif", "men_2020.tif"):
        write_grid(small_city / name, np.zeros((SIZE, SIZE)))
    observations, _ = values_of(small_city, tmp_path)
    rows = observations[observations["indicator"] == indicator]
    if indicator == "sdg_11_2_1":
        assert set(rows["reason"]) == {"zero-population"}
        assert rows["obs_value"].isna().all()
    else:
        assert (rows["obs_value"].dropna() == 0).all()


def test_a_street_file_without_streets_gives_reasons_not_numbers(small_city, tmp_path):  # B12
    write_streets(small_city / "streets.osm.pbf", highways=False)
    observations, _ = values_of(small_city, tmp_path)
    assert reasons(observations, "street_density") == {"no-streets"}
    along = observations.query("indicator == 'sdg_11_2_1' and variant == 'network'")
    assert along["obs_value"].isna().all()
    assert set(along["reason"]) == {"no-streets"}


def test_no_service_on_the_day_is_a_reason(small_city, tmp_path):
    path = small_city / "city.toml"
    path.write_text(path.read_text("utf-8") + '\n[parameters]\nservice_day = "2020-06-07"\n', "utf-8")  # a Sunday
    observations, _ = values_of(small_city, tmp_path)
    assert reasons(observations, "sdg_11_2_1") == {"no-service"}


def test_a_boundary_in_parts_is_one_city(small_city, tmp_path):
    parts = MultiPolygon([square(10, 20), square(30, 50)])
    gpd.GeoDataFrame(geometry=[parts], crs=MOLLWEIDE).to_file(small_city / "boundary.gpkg")
    observations, _ = values_of(small_city, tmp_path)
    extent = observations.query("indicator == 'population_density' and ref_area == 'XTH' and variant == 'urban_extent'")
    on_ellipsoid = sum(abs(GEOD.geometry_area_perimeter(part)[0]) for part in
                       gpd.GeoSeries([parts], crs=MOLLWEIDE).segmentize(50).to_crs(4326).explode())
    assert extent["denominator"].to_numpy() == pytest.approx(on_ellipsoid / 1e6, rel=1e-6)
