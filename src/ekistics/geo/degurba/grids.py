"""Where the three grids come from: a source that gives blocks of rows, so that one kernel does a city and the Earth."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["ArrayGrids", "Block", "GridSource", "check_values"]

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of the three grids, in the types in which they are stored.

    Parameters
    ----------
    population : numpy.ndarray, shape (rows, width)
        People in a cell.
    built_up : numpy.ndarray, shape (rows, width)
        Built-up surface of a cell, square metres.
    land : numpy.ndarray, shape (rows, width)
        Permanent land of a cell, square metres.
    nodata : tuple of float
        The value that stands for no data in each grid; NaN where none is set (NaN is always no data).
    """

    population: Array
    built_up: Array
    land: Array
    nodata: tuple[float, float, float] = (np.nan, np.nan, np.nan)

    def as_float(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the grids as floats with NaN where there is no data.

        Returns
        -------
        tuple of numpy.ndarray of float64
            Population, built-up and land.
        """
        grids = (self.population, self.built_up, self.land)
        population, built_up, land = (_with_nan(*pair) for pair in zip(grids, self.nodata, strict=True))
        return population, built_up, land


def _with_nan(values: Array, nodata: float) -> FloatArray:
    floats = values.astype(np.float64)
    if not np.isnan(nodata):
        floats[values == nodata] = np.nan
    return floats


class GridSource(Protocol):
    """Population, built-up and land on one grid, readable by rows from several threads at once."""

    @property
    def shape(self) -> tuple[int, int]:
        """Give (height, width)."""

    @property
    def cell_area(self) -> float:
        """Give the area of a cell in square metres."""

    def read(self, start: int, stop: int) -> Block:
        """Give the rows from ``start`` up to, not including, ``stop``."""

    def values_at(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Give population and built-up of single cells; NaN where there is no data."""


@dataclass(frozen=True, slots=True)
class ArrayGrids:
    """The three grids as whole arrays.

    Parameters
    ----------
    population, built_up, land : numpy.ndarray, shape (height, width)
        People; built-up and permanent land in square metres.
    cell_area : float
        Area of a cell, square metres.
    nodata : tuple of float
        The value that stands for no data in each grid; NaN where none is set.

    Raises
    ------
    InvalidValueError
        The arrays have different shapes.
    """

    population: Array
    built_up: Array
    land: Array
    cell_area: float = 1e6
    nodata: tuple[float, float, float] = (np.nan, np.nan, np.nan)

    def __post_init__(self) -> None:
        if self.population.ndim != 2 or not self.population.shape == self.built_up.shape == self.land.shape:
            raise InvalidValueError(_("Population, built-up and land must have the same cells."),
                                    expected=self.population.shape, got=(self.built_up.shape, self.land.shape))
        if not self.cell_area > 0:
            raise InvalidValueError(_("The area of a cell must be positive."), param="cell_area", expected="> 0",
                                    got=self.cell_area)

    @property
    def shape(self) -> tuple[int, int]:
        """Give (height, width)."""
        height, width = self.population.shape
        return height, width

    def read(self, start: int, stop: int) -> Block:
        """Give some rows, without a copy.

        Parameters
        ----------
        start, stop : int
            First row, and the one after the last.

        Returns
        -------
        Block
            The rows.
        """
        rows = slice(start, stop)
        return Block(self.population[rows], self.built_up[rows], self.land[rows], self.nodata)

    def values_at(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Give population and built-up of single cells.

        Parameters
        ----------
        rows, columns : numpy.ndarray of int64
            The cells.

        Returns
        -------
        tuple of numpy.ndarray of float64
            Population and built-up; NaN where there is no data.
        """
        return (_with_nan(self.population[rows, columns], self.nodata[0]),
                _with_nan(self.built_up[rows, columns], self.nodata[1]))


def check_values(values: FloatArray, name: str, first_row: int = 0) -> None:
    """Refuse negative and infinite values.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, width)
        One grid with NaN where there is no data.
    name : str
        The grid, for the text.
    first_row : int
        The row of the whole grid that is the first here.

    Raises
    ------
    InvalidValueError
        A value cannot be; the text names its row and column, counted from 1.

    Examples
    --------
    >>> check_values(np.array([[1.0, -2.0]]), "population")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ekistics.core.errors.InvalidValueError: population, row 1, column 2: A value cannot be. Expected a finite ...
    """
    with np.errstate(invalid="ignore"):
        wrong = (values < 0) | np.isinf(values)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise refused(name, first_row + int(row), int(column), float(values[row, column]))


def refused(name: str, row: int, column: int, value: float) -> InvalidValueError:
    """Build the error of a value that cannot be.

    Parameters
    ----------
    name : str
        The grid.
    row, column : int
        The cell, counted from 0.
    value : float
        What stands there.

    Returns
    -------
    InvalidValueError
        The error, to be raised.
    """
    where = _("{name}, row {row}, column {column}").format(name=name, row=row + 1, column=column + 1)
    return InvalidValueError(_("A value cannot be."), where=where, param=name, expected=_("a finite number >= 0"),
                             got=value)
