"""Vector layers: GeoPackage, GeoJSON, GeoParquet, FlatGeobuf and zipped Shapefile, with whole and valid outlines."""

import json
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

from ekistics.core.crs import WGS84, norm_crs
from ekistics.core.errors import (
    CrsMismatchError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.geo.outlines import reproject_outlines
from ekistics.readers.archives import open_archive, read_member

__all__ = ["KINDS", "VectorInput", "read_vector", "to_wgs84"]

KINDS = {".gpkg": "GeoPackage", ".geojson": "GeoJSON", ".json": "GeoJSON", ".parquet": "GeoParquet",
         ".geoparquet": "GeoParquet", ".fgb": "FlatGeobuf", ".zip": "zipped Shapefile"}
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_UNREADABLE = (DataSourceError, DataLayerError, FeatureError, FieldError, GeometryError, pa.ArrowException,
               shapely.errors.ShapelyError, OSError, ValueError)
_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True, eq=False)
class VectorInput:
    """A layer as it was read.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        The rows in file order with the file's CRS; the column ``repaired`` tells which outlines were mended.
    provenance : Provenance
        The file it came from.
    repaired : int
        How many outlines crossed themselves and were mended.
    """

    frame: gpd.GeoDataFrame
    provenance: Provenance
    repaired: int


def read_vector(path: Path | str, *, role: str, layer: str | None = None, crs: Any = None,
                stated: Mapping[str, str] | None = None, columns: Sequence[str] | None = None,
                max_unpacked_mb: int = 4096) -> VectorInput:
    """Read a vector layer.

    Parameters
    ----------
    path : path-like
        A file of one of :data:`KINDS`.
    role : str
        What the layer is to the run.
    layer : str, optional
        The layer, for a file that has several.
    crs : object, optional
        The CRS, for a file that has none.
    stated : mapping, optional
        Any of producer, citation, licence and accessed, for the provenance.
    columns : sequence of str, optional
        Columns to keep beside the geometry; all by default.
    max_unpacked_mb : int
        Largest size that a zip archive may unpack to, in megabytes.

    Returns
    -------
    VectorInput
        The layer. Outlines that cross themselves are mended and flagged.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is of another kind, is damaged, or has several layers and none is named.
    UnknownNameError
        The layer or a column is not in the file.
    MissingCrsError
        It has no CRS, and none is stated.
    CrsMismatchError
        The stated CRS is not that of the file.
    InvalidValueError
        A row has no geometry, one without area, or one that is not finite.

    Notes
    -----
    GeoJSON is in WGS84 by its standard (RFC 7946); a stated CRS is taken only where the coordinates cannot be degrees.
    Mending follows the structure of the rings (GEOS "structure"): holes stay holes, doubled ground counts once.
    """
    path = Path(path)
    frame = _frame(path, layer or None, list(columns) if columns else None, max_unpacked_mb)
    frame = frame.set_crs(_crs(frame, crs, path), allow_override=True)
    outlines, repaired = _whole(frame.geometry.to_numpy(), path)
    frame = frame.set_geometry(gpd.GeoSeries(outlines, index=frame.index, crs=frame.crs)).assign(repaired=repaired)
    return VectorInput(frame, Provenance.of_file(path, role=role, stated=stated), int(repaired.sum()))


def to_wgs84(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a layer in longitude and latitude, with long edges followed by points.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        A layer with a CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        The layer on WGS84; the same rows, columns and index.

    Raises
    ------
    MissingCrsError
        The frame has no CRS.

    Examples
    --------
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1000, 1000)], crs="ESRI:54009")
    >>> to_wgs84(square).crs.to_epsg()
    4326
    """
    return reproject_outlines(frame, WGS84)


def _frame(path: Path, layer: str | None, columns: list[str] | None, max_unpacked_mb: int) -> gpd.GeoDataFrame:
    """Read the rows of a layer, whatever the kind of file."""
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise InputFormatError(_("This kind of vector file is not read."), where=path, got=suffix or path.name,
                               expected=", ".join(f"{kind} ({end})" for end, kind in KINDS.items()),
                               hint=_("Pack a Shapefile with its .shx, .dbf and .prj into one zip file."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # GDAL warns where it skips damaged rows
            if suffix == ".zip":
                return _zipped_shapefile(path, layer, columns, max_unpacked_mb)
            if KINDS[suffix] == "GeoParquet":
                return _geoparquet(path, columns)
            return _with_gdal(path, layer, columns, path)
    except EkisticsError:
        raise
    except (*_UNREADABLE, RuntimeWarning) as error:
        raise InputFormatError(_("The layer cannot be read; the file is damaged or of another kind."), where=path,
                               expected=KINDS[suffix], got=str(error), hint=_("Fetch the file again.")) from error


def _with_gdal(path: Path, layer: str | None, columns: list[str] | None, where: Path) -> gpd.GeoDataFrame:
    """Read a layer through GDAL, choosing the only one where none is named."""
    layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer is not None and layer not in layers:
        raise UnknownNameError.among(layer, layers, what=_("layer"), where=where)
    if layer is None and len(layers) != 1:
        raise InputFormatError(_("The file has several layers, or none; name the one to read with 'layer'."),
                               where=where, param="layer", got=", ".join(layers) or _("no layer of geometries"))
    layer = layer or layers[0]
    about = pyogrio.read_info(path, layer=layer)
    _refuse_unknown(columns, [str(name) for name in about["fields"]], where)
    frame = pyogrio.read_dataframe(path, layer=layer, columns=columns)
    if about["features"] not in (-1, len(frame)):
        raise InputFormatError(_("Rows of the layer are lost; the file is damaged."), where=where,
                               expected=about["features"], got=len(frame), hint=_("Fetch the file again."))
    return frame


def _geoparquet(path: Path, columns: list[str] | None) -> gpd.GeoDataFrame:
    """Read a GeoParquet file."""
    schema = pq.read_schema(path)
    if b"geo" not in (schema.metadata or {}):
        raise InputFormatError(_("The Parquet file has no geometry; it is not GeoParquet."), where=path)
    if columns is None:
        return gpd.read_parquet(path)
    _refuse_unknown(columns, schema.names, path)
    return gpd.read_parquet(path, columns=[*columns, _geometry_column(schema)])


def _geometry_column(schema: pa.Schema) -> str:
    """Give the name of the first geometry column of a GeoParquet schema."""
    return str(json.loads(schema.metadata[b"geo"])["primary_column"])


def _zipped_shapefile(path: Path, layer: str | None, columns: list[str] | None,
                      max_unpacked_mb: int) -> gpd.GeoDataFrame:
    """Unpack one Shapefile of an archive into a folder of its own, and read it there."""
    with open_archive(path, max_unpacked_mb=max_unpacked_mb) as archive, _folder() as folder:
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX")]
        shapes = {PurePosixPath(name).stem: name for name in names if name.lower().endswith(".shp")}
        stem = _chosen(layer, list(shapes), path)
        inside = PurePosixPath(shapes[stem]).with_suffix("")
        for name in names:
            member = PurePosixPath(name)
            if member.with_suffix("") == inside and member.suffix.lower() in _SHAPEFILE_PARTS:
                (folder / f"layer{member.suffix.lower()}").write_bytes(read_member(archive, name))
        return _with_gdal(folder / "layer.shp", None, columns, path)


def _chosen(layer: str | None, stems: list[str], path: Path) -> str:
    """Choose a Shapefile of an archive."""
    if not stems:
        raise InputFormatError(_("The archive holds no Shapefile."), where=path, expected=".shp")
    if layer is None and len(stems) > 1:
        raise InputFormatError(_("The file has several layers, or none; name the one to read with 'layer'."),
                               where=path, param="layer", got=", ".join(stems))
    if layer is not None and layer not in stems:
        raise UnknownNameError.among(layer, stems, what=_("layer"), where=path)
    return layer or stems[0]


@contextmanager
def _folder() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ekistics-") as name:
        yield Path(name)


def _refuse_unknown(columns: list[str] | None, known: list[str], where: Path) -> None:
    """Refuse a column that the file lacks, with the nearest right name."""
    for name in columns or []:
        if name not in known:
            raise UnknownNameError.among(name, known, what=_("column"), where=where)


def _crs(frame: gpd.GeoDataFrame, stated: Any, path: Path) -> Any:
    """Settle the CRS between what the file says, what is stated, and what the coordinates can be."""
    own = None if frame.crs is None else norm_crs(frame.crs, where=path)
    asked = norm_crs(stated, where=path) if stated else None
    degrees = _may_be_degrees(frame)
    if own is not None and own.is_geographic and not degrees:
        if asked is None or asked.is_geographic:
            raise InvalidValueError(_("The coordinates cannot be degrees, but the layer is in degrees."), where=path,
                                    got=tuple(np.round(frame.total_bounds, 3).tolist()),
                                    hint=_("State the true system with 'crs'."))
        return asked
    if own is not None and asked is not None and not own.equals(asked, ignore_axis_order=True):
        raise CrsMismatchError(_("The stated coordinate reference system is not that of the file."), where=path,
                               expected=own.name, got=asked.name, hint=_("Leave 'crs' out."))
    return norm_crs(own or asked, where=path)


def _may_be_degrees(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether all coordinates are within the range of longitudes (to 360) and latitudes."""
    if not len(frame):
        return True
    left, bottom, right, top = frame.total_bounds
    return not (left < -360 or right > 360 or bottom < -90.0001 or top > 90.0001)


def _whole(outlines: npt.NDArray[Any], path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Give outlines without heights, collections unpacked and crossings mended, refusing those that are nothing."""
    outlines = _unpacked(shapely.force_2d(outlines))
    _refuse(shapely.is_missing(outlines) | shapely.is_empty(outlines), _("The row has no geometry."), path)
    finite = np.asarray(np.isfinite(shapely.bounds(outlines)).all(axis=1))
    _refuse(~finite, _("The geometry has coordinates that are not finite."), path)
    broken = np.isin(shapely.get_type_id(outlines), _POLYGONS) & ~shapely.is_valid(outlines)
    outlines[broken] = _unpacked(shapely.make_valid(outlines[broken], method="structure", keep_collapsed=False))
    _refuse(np.asarray(broken & (shapely.area(outlines) == 0)), _("The polygon has no area."), path)
    return outlines, broken


def _unpacked(outlines: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Replace collections that hold polygons by those polygons."""
    outlines = outlines.copy()
    for row in np.flatnonzero(shapely.get_type_id(outlines) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = _polygon_parts(outlines[row])
        if parts:
            outlines[row] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return outlines


def _polygon_parts(collection: Any) -> list[Any]:
    """List the polygons of a collection, however deep."""
    parts = [part for part in shapely.get_parts(collection)]
    simple = [part for part in parts if part.geom_type == "Polygon"]
    for part in parts:
        if part.geom_type in ("MultiPolygon", "GeometryCollection"):
            simple.extend(_polygon_parts(part))
    return simple


def _refuse(flags: npt.NDArray[np.bool_], message: str, path: Path) -> None:
    """Refuse the first flagged row, counted from 1."""
    if flags.any():
        where = _("{path}, row {row}").format(path=path, row=int(flags.argmax()) + 1)
        raise InvalidValueError(message, where=where, hint=_("Mend or remove that row."))
