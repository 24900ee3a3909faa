"""Rasters as they come: nodata, masks, scales, windows; and those that must be refused, with their place."""

import hashlib
import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.errors import (
    CrsMismatchError,
    InputFormatError,
    InvalidValueError,
    MissingCrsError,
    MissingInputError,
    NoOverlapError,
    UnknownNameError,
)
from ekistics.readers.raster import raster_grid, read_raster

KM = Affine(1000, 0, 0, 0, -1000, 4000)


@pytest.fixture
def write(tmp_path):
    def _write(values, *, crs="ESRI:54009", transform=KM, nodata=None, mask=None, scale=None, **options):
        values = np.asarray(values)
        path = tmp_path / "grid.tif"
        with (warnings.catch_warnings(), rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True)):
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
            with rasterio.open(path, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
                               dtype=values.dtype, crs=crs, transform=transform, nodata=nodata, **options) as target:
                target.write(values, 1)
                if mask is not None:
                    target.write_mask(mask)
                if scale is not None:
                    target.scales, target.offsets = [scale[0]], [scale[1]]
        return path
    return _write


def people(path, **options):
    return read_raster(path, role="population", unit_measure="PS", **options)


def square(left, bottom, right, top, crs=MOLLWEIDE):
    return gpd.GeoDataFrame(geometry=[shapely.box(left, bottom, right, top)], crs=crs)


@pytest.mark.parametrize(("dtype", "nodata", "read_as"), [
    ("float64", -200.0, "float64"), ("float32", -99999.0, "float32"), ("float32", float("nan"), "float32"),
    ("uint8", 255, "float32"), ("uint16", 65535, "float32"), ("uint32", 4294967295, "float64"),
    ("int32", -200, "float64"),
])
def test_nodata_as_the_file_declares_it_becomes_nan(write, dtype, nodata, read_as):
    raster = people(write(np.array([[1, nodata], [3, 4]], dtype), nodata=nodata))
    assert raster.values.dtype == read_as
    np.testing.assert_array_equal(raster.values, [[1, np.nan], [3, 4]])


def test_a_mask_band_becomes_nan_and_zero_stays_zero(write):
    raster = people(write(np.array([[0, 7], [3, 4]], "float32"), mask=np.array([[255, 0], [255, 255]], "uint8")))
    np.testing.assert_array_equal(raster.values, [[0, np.nan], [3, 4]])


def test_scale_and_offset_are_applied_and_nodata_is_not_scaled(write):
    raster = read_raster(write(np.array([[10, 255]], "uint8"), nodata=255, scale=(0.1, 2.0)), role="air",
                         unit_measure="GPERM3")
    np.testing.assert_allclose(raster.values, [[3.0, np.nan]])


def test_what_is_read_says_its_frame_unit_time_and_origin(write):
    path = write(np.ones((4, 3), "float32"))
    raster = people(path, time_period="2020", stated={"producer": "A", "licence": "CC BY 4.0"})
    assert (raster.grid.shape, raster.grid.bounds) == ((4, 3), (0.0, 0.0, 3000.0, 4000.0))
    assert raster.grid.crs == MOLLWEIDE
    assert (raster.unit_measure, raster.time_period) == ("PS", "2020")
    origin = raster.provenance
    assert (origin.name, origin.role, origin.producer, origin.licence) == ("grid.tif", "population", "A", "CC BY 4.0")
    assert origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert raster_grid(path).same_cells(raster.grid)


def test_only_the_window_around_the_ground_is_read(write):
    path = write(np.arange(24, dtype="float32").reshape(4, 6))
    raster = people(path, within=square(2100, 1100, 2900, 1900))
    np.testing.assert_array_equal(raster.values, [[14]])
    assert raster.grid.bounds == (2000, 1000, 3000, 2000)
    buffered = people(path, within=square(2100, 1100, 2900, 1900), buffer_cells=2)
    assert buffered.grid.bounds == (0, 0, 5000, 4000), "clipped at the raster's edge"
    np.testing.assert_array_equal(buffered.values, np.arange(24).reshape(4, 6)[:, :5])


def test_ground_in_another_crs_is_found(write):
    path = write(np.arange(24, dtype="float32").reshape(4, 6))
    ground = square(2100, 1100, 2900, 1900).to_crs(4326)
    assert people(path, within=ground).values.tolist() == [[14]]


def test_ground_that_ends_on_a_cell_line_takes_no_further_cell(write):
    assert people(write(np.ones((4, 6), "float32")), within=square(1000, 1000, 3000, 2000)).grid.shape == (1, 2)


def test_a_point_takes_one_cell_also_on_a_line(write):
    path = write(np.arange(24, dtype="float32").reshape(4, 6))
    for x, y in ((2500, 2500), (2000, 3000)):
        point = gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=MOLLWEIDE)
        assert people(path, within=point).values.tolist() == [[8]]


def test_ground_outside_the_raster_is_refused_with_both_extents(write):
    with pytest.raises(NoOverlapError, match=r"\(0, 0, 3000, 4000\).*\(9000, 0, 9500, 1000\)"):
        people(write(np.ones((4, 3), "float32")), within=square(9000, 0, 9500, 1000))


def test_empty_ground_is_refused(write):
    with pytest.raises(InvalidValueError, match="empty"):
        people(write(np.ones((4, 3), "float32")), within=gpd.GeoDataFrame(geometry=[], crs=4326))


def test_no_crs_is_refused_unless_it_is_stated(write):
    path = write(np.ones((4, 3), "float32"), crs=None)
    with pytest.raises(MissingCrsError, match=r"grid\.tif.*no coordinate reference system.*'crs'"):
        people(path)
    assert people(path, crs="ESRI:54009").grid.crs == MOLLWEIDE


def test_a_picture_without_position_is_refused(write):
    with pytest.raises(MissingCrsError, match="not georeferenced"):
        people(write(np.ones((4, 3), "float32"), crs=None, transform=Affine.identity()), crs=4326)


def test_a_stated_crs_that_contradicts_the_file_is_refused(write):
    path = write(np.ones((4, 3), "float32"))
    with pytest.raises(CrsMismatchError, match=r"Mollweide.*WGS 84"):
        people(path, crs="EPSG:4326")
    assert people(path, crs="ESRI:54009").values.sum() == 12


def test_a_rotated_grid_is_refused(write):
    with pytest.raises(InputFormatError, match=r"grid\.tif.*north-up.*gdalwarp"):
        people(write(np.ones((4, 3), "float32"), transform=Affine(1000, 100, 0, 100, -1000, 4000)))


def test_an_absent_file_is_refused(tmp_path):
    with pytest.raises(MissingInputError, match=r"none\.tif"):
        people(tmp_path / "none.tif")


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "text.tif").write_text("a,b\n1,2\n")
    with pytest.raises(InputFormatError, match=r"text\.tif.*cannot be read as a raster"):
        people(tmp_path / "text.tif")


def test_a_missing_band_is_refused(write):
    with pytest.raises(InputFormatError, match=r"no such band.*1 \.\.\. 1.*2"):
        people(write(np.ones((4, 3), "float32")), band=2)


def test_an_unknown_unit_is_refused(write):
    with pytest.raises(UnknownNameError, match="PSS"):
        read_raster(write(np.ones((4, 3), "float32")), role="population", unit_measure="PSS")


@pytest.mark.parametrize("options", [{}, {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}])
def test_a_truncated_file_is_refused_with_the_rows_that_are_lost(write, options):
    values = np.random.default_rng(1).random((256, 256)).astype("float32")
    path = write(values, **options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputFormatError, match=r"grid\.tif, rows \d+ to \d+: The raster is truncated") as error:
        people(path)
    first = int(str(error.value.where).split("rows ")[1].split()[0])
    assert 64 < first <= 129, "the upper half is whole but for the header"


def test_a_negative_population_is_refused_with_its_cell_in_the_file(write):
    values = np.ones((4, 6), "float32")
    values[2, 3] = -5
    path = write(values)
    with pytest.raises(InvalidValueError, match=r"row 3, column 4: A population is negative.*-5.*nodata"):
        people(path, within=square(3000, 1000, 4000, 2000))
    assert read_raster(path, role="elevation", unit_measure="M").values.min() == -5, "elsewhere it may be"


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_an_infinite_value_is_refused_in_any_role(write, value):
    values = np.ones((4, 6), "float32")
    values[0, 5] = value
    with pytest.raises(InvalidValueError, match=r"row 1, column 6.*infinite"):
        read_raster(write(values), role="air", unit_measure="GPERM3")


@pytest.mark.parametrize(("name", "total", "tolerance"), [  # totals as the data's own descriptions print them
    ("ghsl-belgium/POP.tif", 20.60e6, 0.005e6), ("ghsl-ghana/POP.tif", 28_407_082, 0.5),
    ("nairobi-matatus/Nairobi_2025_Pop_100m.tif", 5_666_439, 0.5),
])
def test_real_populations_have_their_known_totals(shared_data, name, total, tolerance):
    raster = people(shared_data(name))
    assert np.nansum(raster.values, dtype=np.float64) == pytest.approx(total, abs=tolerance)


def test_real_nodata_is_counted_as_in_the_raw_file(shared_data):
    path = shared_data("nairobi-matatus/Nairobi_2025_Pop_100m.tif")
    with rasterio.open(path) as source:
        raw = source.read(1)
    assert np.isnan(people(path).values).sum() == (raw == -99999).sum() == 119_174
