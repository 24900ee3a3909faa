"""Population, built-up and land grids read from GeoTIFFs by blocks of rows, from several threads, never whole."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ekistics.core.crs import require_equal_area
from ekistics.core.errors import CrsMismatchError, InputFormatError, NoOverlapError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid
from ekistics.geo.degurba import Block
from ekistics.geo.degurba.grids import FloatArray
from ekistics.readers.raster import raster_grid

__all__ = ["RasterGrids"]

IntArray = npt.NDArray[np.int64]
_TILE = 512
_FEW_TILES = 16


class RasterGrids:
    """The three grids of a classification as files on one grid (a ``GridSource``).

    Parameters
    ----------
    population, built_up, land : path-like
        GeoTIFFs with any layout of blocks: people, and square metres of built-up surface and permanent land, a cell.

    Raises
    ------
    MissingInputError
        A file is not there.
    InputFormatError
        A file is no raster, is truncated, or is not north-up.
    MissingCrsError, GeographicCrsError
        A file has no CRS, or one in which areas cannot be measured.
    CrsMismatchError, NoOverlapError
        The files do not have the same cells.
    """

    def __init__(self, population: Path | str, built_up: Path | str, land: Path | str) -> None:
        self.paths = tuple(Path(path) for path in (population, built_up, land))
        grids = [raster_grid(path) for path in self.paths]
        self.grid = grids[0]
        for path, grid in zip(self.paths, grids, strict=True):
            require_equal_area(grid.crs, where=path)
            _same_cells(self.grid, grid, path)
        self._local = threading.local()
        self._opened: list[Any] = []
        self._lock = threading.Lock()
        files = self._files()
        self._plain = tuple(_is_plain(file) for file in files)
        self._nodata = tuple(np.nan if file.nodata is None or not plain else float(file.nodata)
                             for file, plain in zip(files, self._plain, strict=True))

    @property
    def shape(self) -> tuple[int, int]:
        """Give (height, width)."""
        return self.grid.shape

    @property
    def cell_area(self) -> float:
        """Give the area of a cell in square metres."""
        return self.grid.cell_area

    @property
    def block_rows(self) -> int:
        """Give the rows that are read without decoding a block twice."""
        heights = [file.block_shapes[0][0] for file in self._files()]
        return int(np.lcm.reduce(heights)) if max(heights) <= _TILE * 4 else _TILE

    def read(self, start: int, stop: int) -> Block:
        """Give some rows.

        Parameters
        ----------
        start, stop : int
            First row, and the one after the last.

        Returns
        -------
        Block
            The rows, in the types of the files. The arrays are this thread's own and hold until its next call.

        Raises
        ------
        InputFormatError
            A file is truncated or damaged there.
        """
        window = Window(0, start, self.grid.width, stop - start)
        population, built_up, land = (self._read(k, window, self._buffer(k, stop - start)) for k in range(3))
        return Block(population, built_up, land, (self._nodata[0], self._nodata[1], self._nodata[2]))

    def most_land(self, row: int) -> float:
        """Give the largest value of the land grid near a row, for a check of its unit.

        Parameters
        ----------
        row : int
            A row; those of its blocks are looked at.

        Returns
        -------
        float
            The value; 0 where there is none.
        """
        start = row - row % _TILE
        window = Window(0, start, self.grid.width, min(_TILE, self.shape[0] - start))
        land = self._read(2, window)
        known = land[(land != self._nodata[2]) & ~np.isnan(land)]
        return float(known.max()) if known.size else 0.0

    def values_at(self, rows: IntArray, columns: IntArray) -> tuple[FloatArray, FloatArray]:
        """Give population and built-up of single cells, reading only the tiles that hold them.

        Parameters
        ----------
        rows, columns : numpy.ndarray of int64
            The cells.

        Returns
        -------
        tuple of numpy.ndarray of float64
            Population and built-up; NaN where there is no data.
        """
        found = np.full((2, len(rows)), np.nan)
        tiles = (rows // _TILE) * (self.grid.width // _TILE + 1) + columns // _TILE
        order = np.argsort(tiles, kind="stable")
        parts = np.split(order, np.flatnonzero(np.diff(tiles[order])) + 1) if len(rows) else []

        def fill(part: IntArray) -> None:
            top, left = int(rows[part].min()), int(columns[part].min())
            window = Window(left, top, int(columns[part].max()) - left + 1, int(rows[part].max()) - top + 1)
            for k in range(2):
                values = self._read(k, window)[rows[part] - top, columns[part] - left]
                found[k, part] = np.where(values == self._nodata[k], np.nan, values)

        with ThreadPoolExecutor(os.cpu_count() if len(parts) > _FEW_TILES else 1) as pool:
            list(pool.map(fill, parts))
        return found[0], found[1]

    def close(self) -> None:
        """Close the files."""
        for file in self._opened:
            file.close()
        self._opened.clear()
        self._local = threading.local()

    def _files(self) -> tuple[Any, ...]:
        """Give this thread's own handles."""
        if not hasattr(self._local, "files"):
            self._local.files = tuple(rasterio.open(path) for path in self.paths)
            with self._lock:
                self._opened.extend(self._local.files)
        files: tuple[Any, ...] = self._local.files
        return files

    def _buffer(self, which: int, rows: int) -> npt.NDArray[Any] | None:
        """Give this thread's array for the rows of one grid; new memory for each block costs as much as the read."""
        if not self._plain[which]:
            return None
        kept = self._local.__dict__.setdefault("buffers", {})
        if which not in kept or len(kept[which]) < rows:
            kept[which] = np.empty((rows, self.grid.width), self._files()[which].dtypes[0])
        rest: npt.NDArray[Any] = kept[which][:rows]
        return rest

    def _read(self, which: int, window: Window, out: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        file = self._files()[which]
        try:
            if self._plain[which]:
                return np.asarray(file.read(1, window=window, out=out))
            masked = file.read(1, window=window, masked=True).astype(np.float64)
        except RasterioError as error:
            first, last = window.row_off + 1, window.row_off + window.height
            raise InputFormatError(_("The raster is truncated or damaged."), hint=_("Fetch the file again."),
                                   where=_("{path}, rows {first} to {last}").format(path=self.paths[which], first=first,
                                                                                  last=last)) from error
        return np.asarray((masked * file.scales[0] + file.offsets[0]).filled(np.nan))


def _is_plain(file: Any) -> bool:
    """Tell whether stored values are the values: no scale, no mask beside the nodata value."""
    flags = set(file.mask_flag_enums[0])
    return (file.scales[0], file.offsets[0]) == (1.0, 0.0) and flags <= {MaskFlags.nodata, MaskFlags.all_valid}


def _same_cells(first: Grid, other: Grid, path: Path) -> None:
    """Refuse a grid whose cells are not those of the first."""
    if not first.crs.equals(other.crs, ignore_axis_order=True):
        raise CrsMismatchError(_("The grids are in different coordinate reference systems."), where=path,
                               expected=first.crs.name, got=other.crs.name, hint=_("Reproject one of them first."))
    a, b = first.bounds, other.bounds
    if a[0] >= b[2] or b[0] >= a[2] or a[1] >= b[3] or b[1] >= a[3]:
        raise NoOverlapError(_("The grids do not overlap."), where=path, expected=a, got=b)
    if not first.same_cells(other):
        raise NoOverlapError(_("The grids do not have the same cells."), where=path,
                             expected=_("{height} rows, {width} columns from {corner}").format(
                                 height=first.height, width=first.width, corner=(a[0], a[3])),
                             got=_("{height} rows, {width} columns from {corner}").format(
                                 height=other.height, width=other.width, corner=(b[0], b[3])),
                             hint=_("Cut all three to the same window first."))
