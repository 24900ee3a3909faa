"""People at points: tables of points or hexagon centres (CSV, Parquet), and polygons taken at a point inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import Transformer

from ekistics.core.crs import WGS84, norm_crs
from ekistics.core.errors import InputFormatError, InvalidValueError, MissingInputError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.readers.vector import read_vector, to_wgs84

__all__ = ["LAYERS", "TABLES", "PopulationPoints", "read_population_points"]

Floats = npt.NDArray[np.float64]

TABLES = (".csv", ".tsv", ".txt", ".parquet")
LAYERS = (".gpkg", ".geojson", ".json", ".geoparquet", ".fgb", ".zip")
_MISSING = ("", "na", "n/a", "nan", "null", "none", "<na>")


@dataclass(frozen=True, slots=True, eq=False)
class PopulationPoints:
    """People at points.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns ``id`` (text), ``lon`` and ``lat`` (degrees, WGS84), ``population`` (people, NaN where missing) and one
        for each group; rows in file order.
    provenance : Provenance
        The file it came from.
    time_period : str
        What time it describes, in SDMX form; empty when not stated.
    missing : int
        Rows without a population: they stay missing and are reported, they are not zero.
    """

    frame: pd.DataFrame
    provenance: Provenance
    time_period: str = ""
    missing: int = 0


def read_population_points(path: Path | str, *, value: str = "population",  # noqa: PLR0913 - each column has a name
                           id: str | None = None, lon: str = "lon", lat: str = "lat",  # noqa: A002 - the column's own name
                           crs: Any = None, groups: Sequence[str] | None = None,
                           stated: Mapping[str, str] | None = None, time_period: str = "") -> PopulationPoints:
    """Read people at points.

    Parameters
    ----------
    path : path-like
        CSV or Parquet with a row for each point or hexagon centre; or a vector layer (GeoPackage, GeoJSON, GeoParquet,
        FlatGeobuf, zipped Shapefile) of points or polygons, where a polygon stands at a point inside it.
    value : str
        Column of the number of people.
    id : str, optional
        Column of the id; a column ``id`` when there is one, else the row number.
    lon, lat : str
        Columns of longitude and latitude, or easting and northing (tables only).
    crs : object, optional
        CRS of these columns (tables; WGS84 by default), or of a layer that has none.
    groups : sequence of str, optional
        Columns of people by group to keep.
    stated : mapping, optional
        Any of producer, citation, licence and accessed, for the provenance.
    time_period : str
        What time it describes, in SDMX form.

    Returns
    -------
    PopulationPoints
        The points on WGS84.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file cannot be read, or has no rows.
    UnknownNameError
        A column is not in the file.
    InvalidValueError
        A number is negative, infinite or not a number, a place is missing or off the Earth, or an id comes twice.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    rows, lons, lats = _rows(path, lon, lat, crs)
    if not len(rows):
        raise InputFormatError(_("The file has no rows."), where=path)
    groups = list(groups or [])
    for name in [value, *groups, *([id] if id else [])]:
        _refuse_unknown(name, rows, path)
    columns = {"id": _ids(rows, id, path), "lon": lons, "lat": lats, "population": _people(rows[value], path)}
    frame = pd.DataFrame(columns | {name: _people(rows[name], path) for name in groups})
    provenance = Provenance.of_file(path, role="population", time_period=time_period, stated=stated)
    return PopulationPoints(frame, provenance, time_period, int(frame["population"].isna().sum()))


def _rows(path: Path, lon: str, lat: str, crs: Any) -> tuple[pd.DataFrame, Floats, Floats]:
    """Give the rows of a file, numbered as a reader of it counts them, with longitude and latitude."""
    suffix = path.suffix.lower()
    if suffix in LAYERS or (suffix == ".parquet" and b"geo" in (_parquet_schema(path).metadata or {})):
        return _rows_of_layer(path, crs)
    if suffix not in TABLES:
        raise InputFormatError(_("This kind of population file is not read as points."), where=path,
                               expected=", ".join((*TABLES, *LAYERS)), got=suffix or path.name)
    rows = _parquet(path) if suffix == ".parquet" else _csv(path)
    for name in (lon, lat):
        _refuse_unknown(name, rows, path)
    x, y = (_numbers(rows[name], path) for name in (lon, lat))
    system = norm_crs(crs or WGS84, where=path)
    if system != WGS84:
        x, y = Transformer.from_crs(system, WGS84, always_xy=True).transform(x, y)
    on_earth = (np.abs(x) <= 180) & (np.abs(y) <= 90)  # False for missing and infinite ones too
    _refuse(~on_earth, rows, _("The place of the point is missing, or is not on the Earth."), path,
            expected=_("longitude and latitude, or 'crs' stated"), got=list(zip(x, y, strict=True)))
    return rows, x, y


def _rows_of_layer(path: Path, crs: Any) -> tuple[pd.DataFrame, Floats, Floats]:
    """Give the rows of a vector layer, each at a point inside its geometry."""
    frame = read_vector(path, role="population", crs=crs).frame
    points = to_wgs84(frame.set_geometry(frame.representative_point())).geometry
    rows = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return rows, points.x.to_numpy(), points.y.to_numpy()


def _csv(path: Path) -> pd.DataFrame:
    """Read a table of text; the header is row 1."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            head = stream.readline()
        rows = pd.read_csv(path, sep=max(",;\t", key=head.count), dtype=str, encoding="utf-8-sig",
                           keep_default_na=False, skip_blank_lines=False)
    except (UnicodeDecodeError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise InputFormatError(_("The table cannot be read."), where=path, expected=_("CSV in UTF-8 with a header"),
                               got=str(error).strip()) from error
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    return rows


def _parquet_schema(path: Path) -> pa.Schema:
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise InputFormatError(_("The file cannot be read as Parquet; it is damaged or of another kind."), where=path,
                               hint=_("Fetch the file again.")) from error


def _parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet table; its first row is row 1."""
    try:
        rows = pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise InputFormatError(_("The file cannot be read as Parquet; it is damaged or of another kind."), where=path,
                               hint=_("Fetch the file again.")) from error
    rows.index = pd.RangeIndex(1, len(rows) + 1)
    return rows


def _ids(rows: pd.DataFrame, name: str | None, path: Path) -> pd.Series:
    """Give the ids as text; row numbers where there is no column for them."""
    if not name and "id" not in rows:
        return pd.Series(rows.index.astype(str), dtype=object)
    ids = rows[name or "id"]
    _refuse((ids.isna() | (ids.astype(str).str.strip() == "")).to_numpy(), rows, _("The point has no id."), path)
    _refuse(ids.duplicated().to_numpy(), rows, _("The id comes twice."), path, got=ids.tolist())
    return ids.astype(str).reset_index(drop=True)


def _people(column: pd.Series, path: Path) -> Floats:
    """Give numbers of people, NaN where missing, refusing what cannot be."""
    people = _numbers(column, path)
    rows = column.to_frame()
    where = {"expected": _("a number of people"), "got": people.tolist()}
    _refuse(np.isinf(people), rows, _("The number in column {name!r} is infinite.").format(name=column.name), path,
            **where)
    _refuse(people < 0, rows, _("The number in column {name!r} is negative.").format(name=column.name), path, **where)
    return people


def _numbers(column: pd.Series, path: Path) -> Floats:
    """Turn a column into floats; blank and NA are missing, other text is refused."""
    text = column.astype(str).str.strip()
    missing = (column.isna() | text.str.lower().isin(_MISSING)).to_numpy()
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse(np.isnan(numbers) & ~missing, column.to_frame(),
            _("The value in column {name!r} is not a number.").format(name=column.name), path, got=text.tolist())
    return numbers


def _refuse_unknown(name: str, rows: pd.DataFrame, path: Path) -> None:
    """Refuse a column that the file lacks, with the nearest right name."""
    if name not in rows:
        raise UnknownNameError.among(name, [str(column) for column in rows], what=_("column"), where=path)


def _refuse(flags: npt.NDArray[np.bool_], rows: pd.DataFrame, message: str, path: Path, *, expected: str | None = None,
            got: Sequence[Any] | None = None) -> None:
    """Refuse the first flagged row."""
    if flags.any():
        first = int(flags.argmax())
        where = _("{path}, row {row}").format(path=path, row=rows.index[first])
        raise InvalidValueError(message, where=where, expected=expected, got=None if got is None else got[first])
