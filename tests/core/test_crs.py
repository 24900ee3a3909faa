"""CRS rules: areas only in equal-area systems; local systems keep areas."""

import geopandas as gpd
import pytest
from pyproj import CRS
from shapely.geometry import box

from ekistics.core.crs import GEOD, MOLLWEIDE, WGS84, equal_area_for, is_equal_area, norm_crs, require_equal_area
from ekistics.core.errors import GeographicCrsError, InputFormatError, MissingCrsError


@pytest.mark.parametrize(("crs", "expected"), [
    ("ESRI:54009", True), ("EPSG:6933", True), ("EPSG:3035", True), ("EPSG:5070", True), ("ESRI:54034", True),
    ("ESRI:54012", True), ("EPSG:8857", True), ("EPSG:3857", False), ("EPSG:32722", False), ("EPSG:4326", False),
    ("ESRI:54030", False),  # Robinson
])
def test_equal_area_is_told_by_the_method(crs, expected):
    assert is_equal_area(CRS.from_user_input(crs)) is expected


@pytest.mark.parametrize("crs", [None, "", "  "])
def test_no_crs_is_refused(crs):
    with pytest.raises(MissingCrsError, match="EPSG:4326"):
        norm_crs(crs, where="a.tif")


def test_nonsense_is_refused():
    with pytest.raises(InputFormatError, match="a.tif"):
        norm_crs("EPSG:none", where="a.tif")


@pytest.mark.parametrize("crs", [WGS84, CRS.from_epsg(3857)])
def test_areas_are_refused_elsewhere(crs):
    with pytest.raises(GeographicCrsError, match="ESRI:54009"):
        require_equal_area(crs)


@pytest.mark.parametrize(("lon", "lat"), [(-51.2, -30.0), (0.0, 0.0), (25.0, 69.0), (179.9, -17.0)])
def test_local_system_keeps_the_area_of_the_ellipsoid(lon, lat):
    shape = box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1).segmentize(0.001)
    geodesic = abs(GEOD.geometry_area_perimeter(shape)[0])
    local = gpd.GeoSeries([shape], crs=WGS84).to_crs(equal_area_for(lon, lat)).area.iloc[0]
    assert local == pytest.approx(geodesic, rel=1e-7)


def test_mollweide_is_the_grid_of_the_world():
    assert MOLLWEIDE.to_authority() == ("ESRI", "54009")
