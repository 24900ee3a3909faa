"""Point tiles are held against GDAL's reader, and their numbering against a plain walk along the curve."""

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from ekistics.package.point_tiles import _hilbert, write_point_tiles


@pytest.fixture
def points() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(3)
    at = rng.uniform(-0.2, 0.2, (500, 2)) + [-51.2, -30.0]
    return gpd.GeoDataFrame({"name": [f"stop {i} ä" for i in range(500)], "distance": [*rng.uniform(0, 9, 499), np.nan],
                             "low": np.arange(500) % 3 == 0, "count": np.arange(500) - 250},
                            geometry=shapely.points(at), crs=4326)


@pytest.mark.parametrize("zoom", [0, 8, 12])
def test_gdal_reads_every_point_with_its_values(zoom, points, tmp_path):
    path = tmp_path / "p.pmtiles"
    write_point_tiles(points, path, layer="stops", title="Stops", zooms=(0, 12))
    got = pyogrio.read_dataframe(path, zoom_level=zoom).to_crs(4326).set_index("name").loc[points["name"]]
    np.testing.assert_array_equal(got["distance"], points["distance"])
    np.testing.assert_array_equal(got["low"].astype(bool), points["low"])
    np.testing.assert_array_equal(got["count"], points["count"])
    half_a_step = 360 / 2 ** zoom / 8192 / 2
    off = shapely.get_coordinates(got.geometry) - shapely.get_coordinates(points.geometry)
    assert np.abs(off).max() <= half_a_step * 1.001
    info = pyogrio.read_info(path)
    assert info["layer_name"] == "stops"
    assert (info["dataset_metadata"]["minzoom"], info["dataset_metadata"]["maxzoom"]) == ("0", "12")


def test_tiles_are_numbered_along_the_curve():
    # The numbers that the format's description gives for the first levels.
    assert [_hilbert(0, 0, 0), _hilbert(0, 0, 1), _hilbert(0, 1, 1), _hilbert(1, 1, 1), _hilbert(1, 0, 1)] == [
        0, 1, 2, 3, 4]
    assert _hilbert(0, 0, 2) == 5
    for zoom in (2, 5):
        walk = sorted((_hilbert(x, y, zoom), x, y) for x in range(2 ** zoom) for y in range(2 ** zoom))
        first = (4 ** zoom - 1) // 3
        assert [number for number, _x, _y in walk] == list(range(first, first + 4 ** zoom))
        steps = np.abs(np.diff([[x, y] for _number, x, y in walk], axis=0)).sum(axis=1)
        assert (steps == 1).all()


def test_the_same_points_give_the_same_bytes(points, tmp_path):
    for name in ("a", "b"):
        write_point_tiles(points, tmp_path / name, layer="stops", title="Stops", zooms=(7, 11))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
