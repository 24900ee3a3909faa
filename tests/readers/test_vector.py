"""Vector layers: kinds of file, layers, CRS, mended outlines, and those that must be refused, with their place."""

import json
import zipfile

import geopandas as gpd
import numpy as np
import pytest
import shapely

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.errors import (
    CrsMismatchError,
    InputFormatError,
    InvalidValueError,
    MissingCrsError,
    MissingInputError,
    UnknownNameError,
    UnsafeArchiveError,
)
from ekistics.readers.vector import read_vector, to_wgs84

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


@pytest.fixture
def squares():
    return gpd.GeoDataFrame({"name": ["a", "b"], "people": [1, 2]}, crs=4326,
                            geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])


def zipped(frame, folder, *, name="areas", without=()):
    (folder / "parts").mkdir(exist_ok=True)
    frame.to_file(folder / "parts" / f"{name}.shp")
    with zipfile.ZipFile(folder / "areas.zip", "a") as archive:
        for part in sorted((folder / "parts").glob(f"{name}.*")):
            if part.suffix not in without:
                archive.write(part, f"deep/{part.name}")
    return folder / "areas.zip"


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "json", "parquet", "geoparquet", "fgb", "zip"])
def test_every_kind_gives_the_same_rows(squares, tmp_path, ending):
    path = tmp_path / f"areas.{ending}"
    if ending == "zip":
        zipped(squares, tmp_path)
    elif "parquet" in ending:
        squares.to_parquet(path)
    else:
        squares.to_file(path, driver={"gpkg": "GPKG", "fgb": "FlatGeobuf"}.get(ending, "GeoJSON"))
    got = read_vector(path, role="neighbourhoods", stated={"licence": "ODbL"})
    frame = got.frame.sort_values("name", ignore_index=True)
    assert frame["name"].tolist() == ["a", "b"]
    assert shapely.equals(frame.geometry.to_numpy(), squares.geometry.to_numpy()).all()
    assert frame.crs.to_epsg() == 4326
    assert (got.repaired, frame["repaired"].any()) == (0, False)
    assert (got.provenance.role, got.provenance.licence, len(got.provenance.sha256)) == ("neighbourhoods", "ODbL", 64)
    columns = read_vector(path, role="neighbourhoods", columns=["people"]).frame
    assert [name for name in columns if name != columns.geometry.name] == ["people", "repaired"]
    with pytest.raises(UnknownNameError, match="Did you mean 'people'"):
        read_vector(path, role="neighbourhoods", columns=["peple"])


def test_bare_geometries_are_read(tmp_path):
    polygon = shapely.box(36, -2, 37, -1)
    for bare in (polygon, shapely.GeometryCollection([shapely.MultiPolygon([polygon])])):
        (tmp_path / "city.json").write_text(shapely.to_geojson(bare))
        frame = read_vector(tmp_path / "city.json", role="boundary").frame
        assert frame.geometry.tolist() == [polygon]
        assert frame.crs.to_epsg() == 4326


def test_a_self_crossing_polygon_is_mended_and_flagged(tmp_path):
    frame = gpd.GeoDataFrame(geometry=[shapely.box(5, 5, 6, 6), BOW_TIE], crs=MOLLWEIDE)
    frame.to_file(tmp_path / "areas.gpkg")
    got = read_vector(tmp_path / "areas.gpkg", role="boundary")
    assert got.repaired == 1
    assert got.frame["repaired"].tolist() == [False, True]
    assert got.frame.is_valid.all()
    assert got.frame.area.tolist() == [1, 2], "both wings of the bow tie"


def test_heights_are_dropped(tmp_path):
    gpd.GeoDataFrame(geometry=[shapely.force_3d(shapely.box(0, 0, 1, 1), 5)], crs=4326).to_file(tmp_path / "a.gpkg")
    assert not shapely.has_z(read_vector(tmp_path / "a.gpkg", role="boundary").frame.geometry.iloc[0])


def test_rows_without_geometry_are_refused_with_their_number(tmp_path):
    gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1), None], crs=4326).to_file(tmp_path / "a.gpkg")
    with pytest.raises(InvalidValueError, match=r"a\.gpkg, row 2: The row has no geometry"):
        read_vector(tmp_path / "a.gpkg", role="boundary")


def test_a_polygon_without_area_is_refused(tmp_path):
    line = shapely.Polygon([(0, 0), (1, 1), (0, 0), (0, 0)])
    gpd.GeoDataFrame(geometry=[line], crs=4326).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InvalidValueError, match=r"row 1: The (polygon has no area|row has no geometry)"):
        read_vector(tmp_path / "a.parquet", role="boundary")


def test_coordinates_that_are_not_finite_are_refused(tmp_path):
    odd = shapely.Polygon([(0, 0), (1, np.inf), (1, 0)])
    gpd.GeoDataFrame(geometry=[odd], crs=4326).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InvalidValueError, match="not finite|cannot be degrees"):
        read_vector(tmp_path / "a.parquet", role="boundary")


def test_several_layers_must_be_chosen_from(squares, tmp_path):
    for name in ("districts", "parks"):
        squares.to_file(tmp_path / "a.gpkg", layer=name)
        zipped(squares, tmp_path, name=name)
    for path in (tmp_path / "a.gpkg", tmp_path / "areas.zip"):
        with pytest.raises(InputFormatError, match="districts, parks"):
            read_vector(path, role="boundary")
        with pytest.raises(UnknownNameError, match="Did you mean 'parks'"):
            read_vector(path, role="boundary", layer="park")
        assert len(read_vector(path, role="boundary", layer="parks").frame) == 2


def test_no_crs_is_refused_unless_it_is_stated(squares, tmp_path):
    path = zipped(squares, tmp_path, without=(".prj",))
    with pytest.raises(MissingCrsError, match=r"areas\.zip.*no coordinate reference system"):
        read_vector(path, role="boundary")
    assert read_vector(path, role="boundary", crs="EPSG:4326").frame.crs.to_epsg() == 4326


def test_a_stated_crs_that_contradicts_the_file_is_refused(squares, tmp_path):
    squares.to_file(tmp_path / "a.gpkg")
    with pytest.raises(CrsMismatchError):
        read_vector(tmp_path / "a.gpkg", role="boundary", crs="EPSG:31370")


def test_metres_in_a_geojson_without_crs_need_the_crs_stated(tmp_path):
    (tmp_path / "a.geojson").write_text(shapely.to_geojson(shapely.box(150_000, 170_000, 151_000, 171_000)))
    with pytest.raises(InvalidValueError, match=r"cannot be degrees.*'crs'"):
        read_vector(tmp_path / "a.geojson", role="boundary")
    frame = read_vector(tmp_path / "a.geojson", role="boundary", crs="EPSG:31370").frame
    assert frame.crs.to_epsg() == 31370
    assert frame.area.iloc[0] == 1e6


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(MissingInputError, match=r"none\.gpkg"):
        read_vector(tmp_path / "none.gpkg", role="boundary")


def test_an_unknown_kind_is_refused_with_the_known_ones(tmp_path):
    (tmp_path / "a.shp").write_bytes(b"0")
    with pytest.raises(InputFormatError, match=r"GeoPackage \(\.gpkg\).*zipped Shapefile.*\.shp.*one zip"):
        read_vector(tmp_path / "a.shp", role="boundary")


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "parquet", "fgb", "zip"])
def test_a_truncated_file_is_refused(tmp_path, ending):
    rng = np.random.default_rng(0)
    corner = rng.random((3000, 2))
    frame = gpd.GeoDataFrame({"n": range(3000)}, geometry=shapely.box(*corner.T, *(corner + 0.1).T), crs=4326)
    path = tmp_path / f"areas.{ending}"
    if ending == "zip":
        zipped(frame, tmp_path)
    elif ending == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(InputFormatError, match=rf"areas\.{ending}"):
        read_vector(path, role="boundary")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "a.gpkg").write_text("not a database")
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "Topology"}))
    for name in ("a.gpkg", "a.geojson"):
        with pytest.raises(InputFormatError, match=name.replace(".", r"\.")):
            read_vector(tmp_path / name, role="boundary")


def test_a_parquet_table_without_geometry_is_refused(tmp_path, squares):
    squares.drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(InputFormatError, match="not GeoParquet"):
        read_vector(tmp_path / "a.parquet", role="boundary")


def test_a_zip_bomb_and_a_path_that_climbs_out_are_refused(squares, tmp_path):
    path = zipped(squares, tmp_path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/areas.cpg2", b"0" * 3_000_000)
    with pytest.raises(UnsafeArchiveError, match="more than it may"):
        read_vector(path, role="boundary", max_unpacked_mb=2)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../areas.shp", b"")
    with pytest.raises(UnsafeArchiveError, match="leaves its folder"):
        read_vector(path, role="boundary")


def test_an_archive_without_shapefile_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputFormatError, match="no Shapefile"):
        read_vector(tmp_path / "a.zip", role="boundary")


def test_long_edges_follow_their_straight_line_to_wgs84():
    frame = gpd.GeoDataFrame({"n": [7]}, geometry=[shapely.box(0, 5e6, 1e6, 6e6)], crs=MOLLWEIDE)
    moved = to_wgs84(frame)
    assert moved.crs.to_epsg() == 4326
    assert moved["n"].tolist() == [7]
    assert moved.to_crs(MOLLWEIDE).area.iloc[0] == pytest.approx(1e12, rel=1e-9)


def test_real_layers_are_read(shared_data):
    nairobi = read_vector(shared_data("nairobi-matatus/nairobi.json"), role="boundary").frame
    assert nairobi.geom_type.tolist() == ["Polygon"]
    assert nairobi.contains(shapely.Point(36.8172, -1.2864)).all(), "the city's centre"
    stops = read_vector(shared_data("nairobi-matatus/GIS_DATA_2019.zip"), role="stops", layer="stops").frame
    assert len(stops) == 4284
    belgium = read_vector(shared_data("ghsl-belgium/municipalities_2024.gpkg"), role="units")
    assert (len(belgium.frame), belgium.repaired, belgium.frame.crs) == (581, 0, MOLLWEIDE)


def test_a_real_row_without_geometry_is_found(shared_data):
    with pytest.raises(InvalidValueError, match=r"census\.geojson, row 4"):
        read_vector(shared_data("jakarta-inasafe/census.geojson"), role="population")
