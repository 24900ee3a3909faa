"""The map layers as files: vectors as GeoParquet and PMTiles, rasters as Cloud Optimized GeoTIFF."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
import rasterio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.enums import Resampling

from ekistics.core.crs import WGS84
from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid, Raster
from ekistics.package.model import Layer
from ekistics.package.point_tiles import write_point_tiles

__all__ = ["layer_files", "light_columns", "read_raster", "read_vector", "write_layer", "write_tiles"]

KEPT_IN_TILES = ("code", "name")
MAX_WORDS = 32
CELL_DEGREES = 0.1
# A tile would silently drop features over GDAL's own limits of 500 kB and 200,000 features.
TILE_LIMITS = {"MAX_SIZE": "50000000", "MAX_FEATURES": "10000000"}


def layer_files(layer: Layer) -> tuple[str, ...]:
    """Name the files of a layer, relative to the package.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    tuple of str
        One GeoTIFF for a raster; GeoParquet, and tiles unless the layer is empty, for vectors.
    """
    if layer.frame is None:
        return (f"layers/{layer.code}.tif",)
    tiles = () if _drawable(layer.frame).empty else (f"layers/{layer.code}.pmtiles",)
    return (f"layers/{layer.code}.parquet", *tiles)


def write_layer(layer: Layer, folder: Path) -> tuple[str, ...]:
    """Write the files of a layer.

    Parameters
    ----------
    layer : Layer
        The layer.
    folder : pathlib.Path
        The package's folder; ``layers/`` in it must exist.

    Returns
    -------
    tuple of str
        The files, as :func:`layer_files` names them.

    Raises
    ------
    PackageError
        Vectors are not in EPSG:4326, or a raster's values fit no type of a GeoTIFF.
    """
    if layer.raster is not None:
        _write_raster(layer, layer.raster, folder / f"layers/{layer.code}.tif")
    elif layer.frame is not None:
        _require_wgs84(layer.frame, layer.code)
        layer.frame.to_parquet(folder / f"layers/{layer.code}.parquet", index=False, compression="zstd",
                               schema_version="1.1.0")
        write_tiles(layer, folder / f"layers/{layer.code}.pmtiles")
    return layer_files(layer)


def _require_wgs84(frame: gpd.GeoDataFrame, code: str) -> None:
    if frame.crs is None or not _is_wgs84(frame.crs):
        raise PackageError(_("A vector layer of a package must be in degrees on WGS84."), where=code,
                           expected="EPSG:4326", got=None if frame.crs is None else frame.crs.name)


def _is_wgs84(crs: CRS) -> bool:
    return bool(crs.equals(WGS84, ignore_axis_order=True))


def light_columns(frame: gpd.GeoDataFrame, value: str) -> list[str]:
    """Choose the columns that map tiles keep: code, name, the value that is drawn, truth values and short word lists.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        The layer.
    value : str
        The column that is drawn; may be empty.

    Returns
    -------
    list of str
        Names of columns, in their order.
    """
    def is_light(name: str) -> bool:
        column = frame[name]
        if name in KEPT_IN_TILES or name == value or pd.api.types.is_bool_dtype(column):
            return True
        words = pd.api.types.infer_dtype(column, skipna=True) == "string"
        return bool(words and column.nunique() <= MAX_WORDS)

    return [name for name in frame.columns if name != frame.geometry.name and is_light(name)]


def _drawable(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return frame[~(frame.geometry.isna() | frame.geometry.is_empty)]


def write_tiles(layer: Layer, path: Path) -> None:
    """Write the tiles of a vector layer.

    Parameters
    ----------
    layer : Layer
        Vectors in EPSG:4326; one that has nothing to draw writes nothing.
    path : pathlib.Path
        The PMTiles file.
    """
    assert layer.frame is not None  # noqa: S101 - the callers looked
    drawn = _drawable(layer.frame)
    if drawn.empty:
        return
    drawn = drawn[[*light_columns(drawn, layer.value), drawn.geometry.name]]
    low, high = _zooms(drawn.total_bounds)
    if (drawn.geom_type == "Point").all():
        write_point_tiles(drawn, path, layer=layer.code, title=layer.title, zooms=(low, min(low + 3, high)))
        return
    _merge_lines(drawn).to_file(path, driver="PMTiles", engine="pyogrio", layer=layer.code, NAME=layer.title,
                                MINZOOM=str(low), MAXZOOM=str(high), EXTENT="8192", **TILE_LIMITS)


def _zooms(bounds: npt.NDArray[np.float64]) -> tuple[int, int]:
    """From two levels above the one where the layer fills a tile to two below; maps overzoom beyond that."""
    extent = max(float(bounds[2] - bounds[0]), float(bounds[3] - bounds[1]), 0.01)
    fits = int(np.floor(np.log2(360.0 / extent)))
    low = int(np.clip(fits - 2, 0, 11))
    return low, min(low + 4, 14)


def _merge_lines(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join lines with the same words within a tenth of a degree, which makes tiles of streets ten times faster."""
    if not (frame.geom_type == "LineString").all():
        return frame
    lines = frame.geometry.to_numpy()
    cells = np.floor(shapely.bounds(lines)[:, :2] / CELL_DEGREES)
    words = frame.drop(columns=frame.geometry.name).reset_index(drop=True)
    keys = pd.concat([words, pd.DataFrame(cells, columns=["_x", "_y"])], axis=1)
    group = keys.groupby(list(keys.columns), dropna=False, sort=False).ngroup().to_numpy()
    order = np.argsort(group, kind="stable")
    first = np.unique(group, return_index=True)[1]
    merged = shapely.multilinestrings(lines[order], indices=group[order])
    return gpd.GeoDataFrame(words.iloc[first].reset_index(drop=True), geometry=merged, crs=frame.crs)


def _storable(values: npt.NDArray[Any], code: str) -> npt.NDArray[Any]:
    """Give the array in a type that every GIS reads: float32, or the smallest integer that holds it."""
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    if values.dtype.kind == "b":
        return values.astype(np.uint8)
    if values.dtype.kind not in "iu":
        raise PackageError(_("A raster must hold numbers."), where=code, got=values.dtype)
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    for kind in (np.uint8, np.int16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return values.astype(kind)
    raise PackageError(_("A raster's whole numbers are too large."), where=code, expected="32 bit", got=(low, high))


def _write_raster(layer: Layer, raster: Raster, path: Path) -> None:
    values = _storable(raster.values, layer.code)
    floats = values.dtype.kind == "f"
    profile = {"driver": "COG", "height": raster.grid.height, "width": raster.grid.width, "count": 1,
               "dtype": values.dtype.name, "crs": raster.grid.crs.to_wkt(), "transform": raster.grid.transform,
               "nodata": np.nan if floats else None, "compress": "DEFLATE", "predictor": "YES", "blocksize": 256,
               "overview_resampling": (Resampling.average if floats else Resampling.mode).name, "num_threads": "1"}
    with rasterio.open(path, "w", **profile) as target:
        target.write(values, 1)
        target.set_band_description(1, layer.value or layer.code)
        target.set_band_unit(1, raster.unit_measure)
        target.update_tags(title=layer.title, unit_measure=raster.unit_measure, time_period=raster.time_period)


def read_vector(path: Path) -> gpd.GeoDataFrame:
    """Read the vectors of a layer.

    Parameters
    ----------
    path : pathlib.Path
        A GeoParquet file of a package.

    Returns
    -------
    geopandas.GeoDataFrame
        The features, in EPSG:4326.

    Raises
    ------
    PackageError
        The file is not in EPSG:4326.
    """
    table = pq.read_table(path)
    name = _plain_geometry(table.schema.metadata or {})
    if name is None or name not in table.column_names:  # geopandas reads it all the same, or says what is wrong
        frame = gpd.read_parquet(path)
        _require_wgs84(frame, path.name)
        return frame
    words = table.to_pandas()
    return gpd.GeoDataFrame(words.assign(**{name: shapely.from_wkb(words[name])}), geometry=name, crs=WGS84)


def _plain_geometry(metadata: Mapping[bytes, bytes]) -> str | None:
    """Name the geometry of a file as packages have them: one column, as WKB, in EPSG:4326; nothing for all others."""
    try:
        geo = json.loads(metadata.get(b"geo", b"{}"))
    except ValueError:
        return None
    match geo:
        case {"version": str(), "primary_column": str(name), "columns": {**columns}} if list(columns) == [name]:
            match columns[name]:
                case {"encoding": "WKB", "crs": {**crs}} if _says_wgs84(json.dumps(crs)):
                    return name
    return None


@lru_cache(64)
def _says_wgs84(projjson: str) -> bool:
    """Tell whether a file's CRS is EPSG:4326, once: PROJ looks up each member of its datum by name."""
    try:
        return _is_wgs84(CRS.from_json(projjson))
    except CRSError:
        return False


def read_raster(path: Path, *, crs: Any, unit_measure: str, time_period: str = "") -> Raster:
    """Read the raster of a layer.

    Parameters
    ----------
    path : pathlib.Path
        A GeoTIFF of a package.
    crs : pyproj.CRS
        The system as the descriptor states it; a GeoTIFF loses the name of some.
    unit_measure : str
        Unit of the cells.
    time_period : str, default ""
        What time they describe.

    Returns
    -------
    Raster
        The cells; NaN where there is no data in rasters of floats.

    Raises
    ------
    PackageError
        The file has no CRS.
    """
    with rasterio.open(path) as source:
        if source.crs is None:
            raise PackageError(_("A raster of the package has no coordinate reference system."), where=path.name)
        grid = Grid(crs, source.transform, source.height, source.width)
        return Raster(source.read(1), grid, unit_measure, time_period)
