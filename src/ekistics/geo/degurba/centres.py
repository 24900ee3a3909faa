"""The table of urban centres: number, people, area, built-up, middle, and polygons."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from ekistics.core.crs import WGS84
from ekistics.core.raster import Grid
from ekistics.geo.degurba.grids import FloatArray, GridSource

__all__ = ["Centres", "centre_frame", "centre_polygons", "tabulate"]

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Centres:
    """Urban centres, numbered from 1 by their first cell in reading order.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n_cells,)
        Flat numbers (row x width + column) of all cells of all centres, in order.
    owner : numpy.ndarray of int32, shape (n_cells,)
        Number of the centre of each of these cells.
    width : int
        Columns of the grid.
    cell_area : float
        Area of a cell, square metres.
    population, built_up : numpy.ndarray of float64, shape (n_centres,)
        People and built-up square metres of each centre; cells without data add nothing.
    size : numpy.ndarray of int64, shape (n_centres,)
        Cells of each centre.
    row, column : numpy.ndarray of float64, shape (n_centres,)
        Middle of each centre (mean of its cells' centres), in cells from the upper left corner of the grid.
    """

    cells: IntArray
    owner: npt.NDArray[np.int32]
    width: int
    cell_area: float
    population: FloatArray
    built_up: FloatArray
    size: IntArray
    row: FloatArray
    column: FloatArray

    def __len__(self) -> int:
        return len(self.size)

    @property
    def area_km2(self) -> FloatArray:
        """Give the area of each centre in square kilometres."""
        return (self.size * (self.cell_area / 1e6)).astype(np.float64)

    def cells_of(self, number: int) -> tuple[IntArray, IntArray]:
        """Give the cells of one centre.

        Parameters
        ----------
        number : int
            The centre, from 1.

        Returns
        -------
        rows, columns : numpy.ndarray of int64
            Its cells in reading order.
        """
        rows, columns = np.divmod(self.cells[self.owner == number], self.width)
        return rows, columns

    def raster(self, shape: tuple[int, int]) -> npt.NDArray[np.int32]:
        """Give the centre of every cell as an array.

        Parameters
        ----------
        shape : tuple of int
            Height and width of the grid.

        Returns
        -------
        numpy.ndarray of int32
            Numbers of centres, 0 outside.
        """
        ids = np.zeros(shape, dtype=np.int32)
        ids.reshape(-1)[self.cells] = self.owner
        return ids


def tabulate(cells: IntArray, owner: npt.NDArray[np.int32], source: GridSource) -> Centres:
    """Count off the centres by their first cell and sum what lies in them.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n,)
        Flat numbers of the cells, ascending.
    owner : numpy.ndarray of int32, shape (n,)
        Any number of the centre of each cell.
    source : GridSource
        The grids.

    Returns
    -------
    Centres
        The table.
    """
    _, first, dense = np.unique(owner, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(len(first))
    centre = number[dense.reshape(-1)] if len(first) else np.zeros(0, dtype=np.int64)
    rows, columns = np.divmod(cells, source.shape[1])
    people, built_up = source.values_at(rows, columns)
    size = np.bincount(centre, minlength=len(first))

    def total(values: npt.NDArray[Any]) -> FloatArray:
        weights = np.nan_to_num(values, nan=0.0)
        return np.bincount(centre, weights=weights, minlength=len(first)).astype(np.float64)

    return Centres(cells, (centre + 1).astype(np.int32), source.shape[1], source.cell_area, total(people),
                   total(built_up), size, total(rows) / size + 0.5, total(columns) / size + 0.5)


def centre_polygons(centres: Centres, grid: Grid) -> list[shapely.Geometry]:
    """Give the outline of each centre along its cells.

    Parameters
    ----------
    centres : Centres
        The table.
    grid : Grid
        The frame of the grid.

    Returns
    -------
    list of shapely.Geometry
        Polygons and multipolygons in the grid's CRS, by number.
    """
    rows, columns = np.divmod(centres.cells, centres.width)
    breaks = (np.diff(columns) != 1) | (np.diff(rows) != 0) | (np.diff(centres.owner) != 0)
    start = np.concatenate([[0], np.flatnonzero(breaks) + 1]) if len(rows) else np.zeros(0, dtype=np.int64)
    stop = np.concatenate([start[1:], [len(rows)]]) if len(rows) else start
    t = grid.transform
    boxes = shapely.box(t.c + t.a * columns[start], t.f + t.e * (rows[start] + 1),
                        t.c + t.a * (columns[stop - 1] + 1), t.f + t.e * rows[start])
    owner = centres.owner[start]
    order = np.argsort(owner, kind="stable")
    parts = np.split(boxes[order], np.searchsorted(owner[order], np.arange(2, len(centres) + 1)))
    return [shapely.union_all(part) for part in parts[:len(centres)]]


def centre_frame(centres: Centres, grid: Grid) -> gpd.GeoDataFrame:
    """Give the centres as a frame with polygons.

    Parameters
    ----------
    centres : Centres
        The table.
    grid : Grid
        The frame of the grid, in an equal-area CRS.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns centre_id (text, from the cell of the middle in whole kilometres of the CRS), number, population,
        area_km2, built_up_km2, cells, longitude and latitude of the middle, geometry; in the CRS of the grid.

    Notes
    -----
    ``centre_id`` does not depend on which other centres the grid holds, so that it stays the same when a larger window
    is classified. Two centres whose middles share a kilometre get a letter each, in reading order.
    """
    t = grid.transform
    x, y = t.c + t.a * centres.column, t.f + t.e * centres.row
    longitude, latitude = Transformer.from_crs(grid.crs, WGS84, always_xy=True).transform(x, y)
    columns = {"centre_id": _text_ids(x, y), "number": np.arange(1, len(centres) + 1),
               "population": centres.population, "area_km2": centres.area_km2,
               "built_up_km2": centres.built_up / 1e6, "cells": centres.size,
               "longitude": np.asarray(longitude), "latitude": np.asarray(latitude)}
    return gpd.GeoDataFrame(columns, geometry=centre_polygons(centres, grid), crs=grid.crs)


def _text_ids(x: FloatArray, y: FloatArray) -> list[str]:
    plain = [f"UC{'E' if east >= 0 else 'W'}{abs(int(east // 1000)):05d}{'N' if north >= 0 else 'S'}"
             f"{abs(int(north // 1000)):05d}" for east, north in zip(x, y, strict=True)]
    seen: dict[str, int] = {}
    ids = []
    for text in plain:
        again = seen.get(text, 0)
        seen[text] = again + 1
        ids.append(text if plain.count(text) == 1 else text + chr(ord("a") + again))
    return ids
