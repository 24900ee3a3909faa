"""Grids and rasters as values: an array with its CRS, transform, unit, time and provenance."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance

__all__ = ["Grid", "Raster"]


@dataclass(frozen=True, slots=True)
class Grid:
    """The frame of a north-up raster.

    Parameters
    ----------
    crs : pyproj.CRS
        The system of the transform.
    transform : affine.Affine
        From (column, row) to (x, y) of the upper left corner of a cell, in CRS units.
    height, width : int
        Rows and columns.

    Examples
    --------
    >>> from ekistics.core.crs import MOLLWEIDE
    >>> grid = Grid(MOLLWEIDE, Affine(1000, 0, 0, 0, -1000, 3000), 3, 4)
    >>> grid.bounds, grid.cell_area
    ((0.0, 0.0, 4000.0, 3000.0), 1000000.0)
    """

    crs: CRS
    transform: Affine
    height: int
    width: int

    def __post_init__(self) -> None:
        t = self.transform
        if t.b or t.d or t.a <= 0 or t.e >= 0:
            raise InvalidValueError(_("The grid must be north-up: not rotated, rows from north to south."),
                                    expected=_("a positive pixel width and a negative pixel height"), got=tuple(t)[:6])

    @property
    def shape(self) -> tuple[int, int]:
        """Give (height, width)."""
        return self.height, self.width

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Give (left, bottom, right, top) in CRS units."""
        t = self.transform
        return float(t.c), float(t.f + t.e * self.height), float(t.c + t.a * self.width), float(t.f)

    @property
    def cell_area(self) -> float:
        """Give the area of a cell in squared CRS units; square metres in an equal-area CRS."""
        return float(abs(self.transform.a * self.transform.e))

    def same_cells(self, other: "Grid") -> bool:
        """Tell whether two grids have the same cells.

        Parameters
        ----------
        other : Grid
            The other grid.

        Returns
        -------
        bool
            True when CRS, shape and transform agree (transform to a millionth of a cell).
        """
        tolerance = abs(self.transform.a) * 1e-6
        near = np.allclose(tuple(self.transform), tuple(other.transform), rtol=0, atol=tolerance)
        return self.shape == other.shape and bool(near) and self.crs == other.crs

    def window(self, row: int, column: int, height: int, width: int) -> "Grid":
        """Give the grid of a window.

        Parameters
        ----------
        row, column : int
            Upper left cell.
        height, width : int
            Size in cells.

        Returns
        -------
        Grid
            The window's grid.
        """
        t = self.transform
        moved = Affine(t.a, 0.0, t.c + t.a * column, 0.0, t.e, t.f + t.e * row)
        return replace(self, transform=moved, height=height, width=width)

    def centres(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Give the coordinates of the cell centres.

        Returns
        -------
        x : numpy.ndarray, shape (width,)
            Eastings of the columns.
        y : numpy.ndarray, shape (height,)
            Northings of the rows.
        """
        t = self.transform
        columns = np.arange(self.width, dtype=np.float64) + 0.5
        rows = np.arange(self.height, dtype=np.float64) + 0.5
        return (columns * t.a + t.c).astype(np.float64), (rows * t.e + t.f).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Values on a grid.

    Parameters
    ----------
    values : numpy.ndarray, shape (height, width)
        Floats; NaN where there is no data.
    grid : Grid
        The frame.
    unit_measure : str
        Code of the unit (``ekistics.core.units``) of a cell's value.
    time_period : str
        What time the values describe, in SDMX form; empty when not stated.
    provenance : Provenance, optional
        The file it came from.
    """

    values: npt.NDArray[Any]
    grid: Grid
    unit_measure: str
    time_period: str = ""
    provenance: Provenance | None = None

    def __post_init__(self) -> None:
        if self.values.shape != self.grid.shape:
            raise InvalidValueError(_("The array does not fit its grid."), expected=self.grid.shape,
                                    got=self.values.shape)
