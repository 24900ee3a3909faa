"""Rasters in any CRS, read as floats with NaN where there is no data: whole, or the window that covers some ground."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import Transformer
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from ekistics.core.crs import norm_crs
from ekistics.core.errors import (
    CrsMismatchError,
    InputFormatError,
    InvalidValueError,
    MissingCrsError,
    MissingInputError,
    NoOverlapError,
)
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.core.raster import Grid, Raster
from ekistics.core.units import unit

__all__ = ["raster_grid", "read_raster"]

_EXACT_IN_FLOAT32 = ("uint8", "int8", "uint16", "int16", "float32")
_EDGE_POINTS = 21


def read_raster(path: Path | str, *, role: str, unit_measure: str, time_period: str = "",  # noqa: PLR0913 - each is a fact that the file may lack
                within: gpd.GeoDataFrame | None = None, buffer_cells: int = 0, crs: Any = None, band: int = 1,
                stated: Mapping[str, str] | None = None) -> Raster:
    """Read one band of a raster, whole or around some ground.

    Parameters
    ----------
    path : path-like
        A GeoTIFF, Cloud Optimized GeoTIFF or another raster that GDAL reads, in any CRS, north-up.
    role : str
        What the raster is to the run; values of a role that starts with ``population`` may not be negative.
    unit_measure : str
        Unit of a cell's value (``ekistics.core.units``).
    time_period : str
        What time it describes, in SDMX form.
    within : geopandas.GeoDataFrame, optional
        Ground to cover, in any CRS; only the window around it is read.
    buffer_cells : int
        Cells to add on each side of that window, where the raster has them.
    crs : object, optional
        The CRS, for a file that has none.
    band : int
        Number of the band, from 1.
    stated : mapping, optional
        Any of producer, citation, licence and accessed, for the provenance.

    Returns
    -------
    Raster
        Floats (scale and offset applied) with NaN where the file has no data, by its nodata value or its mask.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is not a raster, is truncated, is rotated, or lacks the band.
    MissingCrsError
        It has no CRS, and none is stated.
    CrsMismatchError
        The stated CRS is not that of the file.
    NoOverlapError
        The ground lies outside the raster.
    InvalidValueError
        A value is infinite, or a population is negative.
    """
    path = Path(path)
    unit(unit_measure)
    with _opened(path) as source:
        if not 1 <= band <= source.count:
            raise InputFormatError(_("The raster has no such band."), where=path, param="band",
                                   expected=f"1 ... {source.count}", got=band)
        whole = _grid(source, crs, path)
        window = _window(whole, within, buffer_cells, path)
        values = _values(source, band, window, path)
    _refuse_impossible(values, window, path, signed=not role.startswith("population"))
    provenance = Provenance.of_file(path, role=role, time_period=time_period, stated=stated)
    grid = whole.window(window.row_off, window.col_off, window.height, window.width)
    return Raster(values, grid, unit_measure, time_period, provenance)


def raster_grid(path: Path | str, *, crs: Any = None) -> Grid:
    """Give the grid of a raster without reading its values.

    Parameters
    ----------
    path : path-like
        The raster.
    crs : object, optional
        The CRS, for a file that has none.

    Returns
    -------
    Grid
        Its grid.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is not a raster, or is rotated.
    MissingCrsError
        It has no CRS, and none is stated.
    CrsMismatchError
        The stated CRS is not that of the file.
    """
    path = Path(path)
    with _opened(path) as source:
        return _grid(source, crs, path)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a raster, turning what the library says into our errors."""
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said better by _grid
            source = rasterio.open(path)
    except RasterioError as error:
        raise InputFormatError(_("The file cannot be read as a raster; it is of another kind or damaged."), where=path,
                               expected=_("a GeoTIFF"), hint=_("Fetch the file again.")) from error
    with source:
        yield source


def _grid(source: Any, stated: Any, path: Path) -> Grid:
    """Give the grid of an open raster, with the stated CRS where the file has none."""
    if source.crs is None:  # cut off before its tags a file looks like this too: its last cell tells
        _read(source, 1, Window(source.width - 1, source.height - 1, 1, 1), path)
    if source.crs is None and source.transform.is_identity:
        raise MissingCrsError(_("The raster is not georeferenced: it has neither a coordinate reference system nor a "
                                "position."), where=path, hint=_("Use the georeferenced file, with its .tfw if any."))
    own = None if source.crs is None else norm_crs(source.crs.to_wkt(), where=path)
    asked = norm_crs(stated, where=path) if stated else None
    if own is not None and asked is not None and not own.equals(asked, ignore_axis_order=True):
        raise CrsMismatchError(_("The stated coordinate reference system is not that of the file."), where=path,
                               expected=own.name, got=asked.name, hint=_("Leave 'crs' out."))
    try:
        return Grid(norm_crs(own or asked, where=path), source.transform, source.height, source.width)
    except InvalidValueError as error:
        raise InputFormatError(error.message, where=path, expected=error.expected, got=error.got,
                               hint=_("Warp it to a north-up grid first (gdalwarp).")) from error


def _window(grid: Grid, within: gpd.GeoDataFrame | None, buffer_cells: int, path: Path) -> Window:
    """Give the window that covers some ground, with its buffer, inside the raster."""
    if within is None:
        return Window(0, 0, grid.width, grid.height)
    left, bottom, right, top = _bounds_in(within, grid, path)
    t = grid.transform
    columns = _span((left - t.c) / t.a, (right - t.c) / t.a, buffer_cells, grid.width)
    rows = _span((top - t.f) / t.e, (bottom - t.f) / t.e, buffer_cells, grid.height)
    if columns is None or rows is None:
        raise NoOverlapError(_("The ground asked for lies outside the raster."), where=path,
                             expected=_("something within {extent}").format(extent=_extent(grid.bounds)),
                             got=_extent((left, bottom, right, top)),
                             hint=_("Check both coordinate reference systems, or take the tile that covers the city."))
    return Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])


def _span(first: float, last: float, buffer_cells: int, size: int) -> tuple[int, int] | None:
    """Give the cells from ``first`` to ``last`` with a buffer, clipped to the raster; None where they miss it."""
    if last <= 0 or first >= size:
        return None
    start = int(np.floor(first))
    stop = max(int(np.ceil(last)), start + 1)  # a point on a line takes one cell
    return max(0, start - buffer_cells), min(size, stop + buffer_cells)


def _bounds_in(within: gpd.GeoDataFrame, grid: Grid, path: Path) -> tuple[float, float, float, float]:
    """Give the bounds of some ground in the raster's CRS, its edges followed by points."""
    if not len(within) or not np.isfinite(within.total_bounds).all():
        raise InvalidValueError(_("The ground to read is empty."), where=path, param="within")
    crs = norm_crs(within.crs, where="within")
    if crs == grid.crs:
        left, bottom, right, top = within.total_bounds
    else:
        transformer = Transformer.from_crs(crs, grid.crs, always_xy=True)
        left, bottom, right, top = within.total_bounds
        left, bottom, right, top = transformer.transform_bounds(left, bottom, right, top, densify_pts=_EDGE_POINTS)
    return float(left), float(bottom), float(right), float(top)


def _extent(bounds: tuple[float, float, float, float]) -> str:
    return "({})".format(", ".join(f"{value:.6g}" for value in bounds))


def _values(source: Any, band: int, window: Window, path: Path) -> npt.NDArray[Any]:
    """Read a window as floats with NaN for no data."""
    masked = _read(source, band, window, path)
    dtype = np.float32 if source.dtypes[band - 1] in _EXACT_IN_FLOAT32 else np.float64
    scale, offset = source.scales[band - 1], source.offsets[band - 1]
    scaled = (scale, offset) != (1.0, 0.0)
    values: npt.NDArray[Any] = masked.data.astype(np.float64 if scaled else dtype)
    if scaled:
        values *= scale
        values += offset
    if masked.mask is not np.ma.nomask:
        values[masked.mask] = np.nan
    return values


def _read(source: Any, band: int, window: Window, path: Path) -> Any:
    """Read a window, naming the rows of the first damaged block."""
    read: Callable[[Window], Any] = lambda part: source.read(band, window=part, masked=True)  # noqa: E731 - one line, used twice
    try:
        return read(window)
    except RasterioError as error:
        damaged = _first_damaged(read, source.block_shapes[band - 1][0], window)
        raise InputFormatError(_("The raster is truncated or damaged."), where=f"{path}, {damaged}",
                               hint=_("Fetch the file again.")) from error


def _first_damaged(read: Callable[[Window], Any], block_height: int, window: Window) -> str:
    """Find the first rows of blocks that cannot be read."""
    first, last = window.row_off, window.row_off + window.height
    for row in range(first - first % block_height, last, block_height):
        top, bottom = max(row, first), min(row + block_height, last)
        try:
            read(Window(window.col_off, top, window.width, bottom - top))
        except RasterioError:
            return _("rows {first} to {last}").format(first=top + 1, last=bottom)
    return _("rows {first} to {last}").format(first=first + 1, last=last)


def _refuse_impossible(values: npt.NDArray[Any], window: Window, path: Path, *, signed: bool) -> None:
    """Refuse infinite values, and negative ones where they cannot be, naming the first cell."""
    infinite = np.isinf(values)
    if infinite.any():
        raise InvalidValueError(_("A value of the raster is infinite."), where=_cell(infinite, window, path),
                                expected=_("a number, or no data"),
                                got=float(values[np.unravel_index(infinite.argmax(), values.shape)]))
    if signed:
        return
    negative = values < 0
    if negative.any():
        raise InvalidValueError(_("A population is negative."), where=_cell(negative, window, path), expected=">= 0",
                                got=float(values[np.unravel_index(negative.argmax(), values.shape)]),
                                hint=_("If the value stands for no data, declare it in the file as nodata "
                                       "(gdal_edit -a_nodata)."))


def _cell(flags: npt.NDArray[np.bool_], window: Window, path: Path) -> str:
    """Name the first flagged cell, counted from 1 in the file."""
    row, column = np.unravel_index(int(flags.argmax()), flags.shape)
    return _("{path}, row {row}, column {column}").format(path=path, row=int(row) + window.row_off + 1,
                                                          column=int(column) + window.col_off + 1)
