"""People, built-up surface, land and air of the made-up city, on grids."""

from dataclasses import dataclass

import numpy as np
import shapely
from affine import Affine
from pyproj import Transformer

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.raster import Grid
from ekistics.jobs.sample_city import ground
from ekistics.jobs.sample_city.ground import Floats, Noise

__all__ = ["EPOCHS", "GROUPS", "Cells", "air", "air_grid", "built_up", "cells", "groups", "land_area", "people"]

EPOCHS = (1990, 2000, 2010, 2020)
CELL = 100.0
# Share of each group in the city; the old live near the centre, children at the edge.
GROUPS = {("F", "Y0T14"): 0.118, ("M", "Y0T14"): 0.123, ("F", "Y15T64"): 0.338, ("M", "Y15T64"): 0.331,
          ("F", "Y_GE65"): 0.051, ("M", "Y_GE65"): 0.039}
# Places besides the centre: easting, northing, people per hectare at their middle in 1990 and 2020, reach in metres.
SUBCENTRES = ((5_200.0, 1_300.0, 20.0, 55.0, 1_300.0), (-5_600.0, 900.0, 30.0, 48.0, 1_200.0),
              (-300.0, 6_900.0, 10.0, 62.0, 1_250.0), (-5_300.0, 5_600.0, 4.0, 40.0, 1_100.0))
TOWNS = ((12_900.0, 6_900.0, 12.0, 30.0, 620.0), (-11_900.0, 8_600.0, 16.0, 22.0, 560.0),
         (2_300.0, 14_600.0, 9.0, 17.0, 480.0), (-13_700.0, 900.0, 10.0, 12.0, 420.0))
INFORMAL = (8_150.0, 5_450.0, 760.0)


@dataclass(frozen=True)
class Cells:
    """The cells of the grids with their places.

    Parameters
    ----------
    grid : Grid
        The frame, 100 m in Mollweide, on whole kilometres.
    x, y : numpy.ndarray, shape (height, width)
        Local metres of the cell centres.
    land : numpy.ndarray, shape (height, width)
        Share of each cell that is permanent land.
    open : numpy.ndarray of bool, shape (height, width)
        Cells where nobody lives: parks, port, airfield.
    """

    grid: Grid
    x: Floats
    y: Floats
    land: Floats
    open: Floats


def cells(closed: shapely.Geometry) -> Cells:
    """Lay the grid over the city.

    Parameters
    ----------
    closed : shapely.Geometry
        Ground where nobody may live, local metres.

    Returns
    -------
    Cells
        The cells.
    """
    forward = Transformer.from_crs(WGS84, MOLLWEIDE, always_xy=True)
    corners = ground.to_lonlat(*(ground.LIMIT * 0.97 * np.array([[-1, 1, 1, -1], [-0.42, -0.42, 1, 1]])))
    east, north = forward.transform(*corners)
    left, top = np.floor(min(east) / 1000) * 1000, np.ceil(max(north) / 1000) * 1000
    width, height = (int(np.ceil(span / 1000)) * 10 for span in (max(east) - left, top - min(north)))
    grid = Grid(MOLLWEIDE, Affine(CELL, 0, left, 0, -CELL, top), height, width)
    x, y = _local(grid, 1)
    share = _on_land(*_local(grid, 4)).reshape(height, 4, width, 4).mean(axis=(1, 3))
    return Cells(grid, x, y, share, shapely.contains_xy(closed, x, y))


def _local(grid: Grid, fine: int) -> tuple[Floats, Floats]:
    t = grid.transform
    finer = Grid(grid.crs, Affine(t.a / fine, 0, t.c, 0, t.e / fine, t.f), grid.height * fine, grid.width * fine)
    east, north = np.meshgrid(*finer.centres())
    return ground.to_local(*Transformer.from_crs(grid.crs, WGS84, always_xy=True).transform(east, north))


def _on_land(x: Floats, y: Floats) -> Floats:
    return np.asarray((y > ground.coast(x)) & ~ground.in_river(x, y), dtype=float)


def people(at: Cells, year: int, seed: int) -> Floats:
    """Give the people in each cell in a year, with one decimal.

    Parameters
    ----------
    at : Cells
        The cells.
    year : int
        From 1990 to 2020.
    seed : int
        Seed of the city.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        People per cell; 0 on water, in parks and in the port.
    """
    t = (year - EPOCHS[0]) / (EPOCHS[-1] - EPOCHS[0])
    density = _formal(at, t, seed) + _informal(at, t, seed)
    grain = np.random.default_rng([seed, 7]).lognormal(-0.045, 0.3, at.x.shape)
    density = np.where(density < 2.2, _hamlets(at, seed) * (0.8 + 0.2 * t), density * grain)
    lived = np.where(at.open | (at.land < 0.4), 0.0, density * at.land)
    return np.asarray(np.round(lived, 1))


def _formal(at: Cells, t: float, seed: int) -> Floats:
    """People per hectare of the planned city: a peak that flattens and spreads while the years go by."""
    r = np.hypot(at.x, at.y)
    reach, peak = 2_350 + 1_000 * t, 215 - 65 * t
    crater = 1 - (0.15 + 0.3 * t) * np.exp(-((r / 750) ** 2))  # offices push homes out of the middle
    shape = np.exp(0.33 * Noise(seed + 1, 5_200)(at.x, at.y) + 0.2 * Noise(seed + 2, 1_400)(at.x, at.y))
    roads = np.min([_distance(at, number) for number in range(len(ground.RADIALS))], axis=0)
    along = 1 + np.clip((r - 4_500) / 4_000, 0, 1) * (1.5 * np.exp(-((roads / 520) ** 2)) - 0.35)
    density = peak * np.exp(-r / reach) * crater * shape * along
    for x, y, first, last, size in (*SUBCENTRES, *TOWNS):
        away = np.hypot(at.x - x, at.y - y) / (size * (1 + 0.25 * t))
        density = density + (first + (last - first) * t) * np.exp(-(away ** 2)) * np.minimum(shape, 1.5)
    return np.asarray(density)


def _distance(at: Cells, number: int) -> Floats:
    r = np.hypot(at.x, at.y)
    turn = np.arctan2(at.y, at.x) - ground._bent(ground.RADIALS[number], r)
    return np.asarray(r * np.abs(np.angle(np.exp(1j * turn))))


def _informal(at: Cells, t: float, seed: int) -> Floats:
    """People per hectare of the informal settlement, crowded and with a sharp edge."""
    x, y, size = INFORMAL
    size = size * (0.45 + 0.55 * t)
    away = np.hypot((at.x - x) / 1.25, at.y - y) * (1 + 0.13 * Noise(seed + 3, 2_600)(at.x, at.y))
    return np.asarray(np.where(away < size, 215.0, 215.0 * np.exp(-(((away - size) / 160) ** 2))) * (0.35 + 0.65 * t))


def _hamlets(at: Cells, seed: int) -> Floats:
    """People per hectare of the countryside: most cells hold nobody, some a farm or a hamlet."""
    chance = np.random.default_rng([seed, 11]).random(at.x.shape)
    lush = np.clip(0.5 + 0.5 * Noise(seed + 4, 3_000)(at.x, at.y), 0, 1)
    return np.where(chance > 1 - 0.05 * lush, 1.0 + 14.0 * (chance - 0.95), 0.0)


def built_up(at: Cells, lived: Floats, year: int, closed: shapely.Geometry) -> Floats:
    """Give the built-up surface of each cell in square metres.

    Parameters
    ----------
    at : Cells
        The cells.
    lived : numpy.ndarray, shape (height, width)
        People per cell in that year.
    year : int
        The year; houses take more ground for each person as time goes by.
    closed : shapely.Geometry
        Ground that is built on though nobody lives there: port and airfield.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        Square metres per cell, whole.
    """
    t = (year - EPOCHS[0]) / (EPOCHS[-1] - EPOCHS[0])
    share = 0.60 * (1 - np.exp(-lived / (62 - 22 * t)))
    office = 0.30 * np.exp(-(np.hypot(at.x, at.y) / (900 + 300 * t)) ** 2) * ~at.open
    works = np.where(shapely.contains_xy(closed, at.x, at.y), 0.42 + 0.1 * t, 0.0)
    return np.asarray(np.round(np.clip(share + office + works, 0, 0.82) * np.floor(at.land * 16) / 16 * CELL ** 2))


def land_area(at: Cells) -> Floats:
    """Give the permanent land of each cell in square metres."""
    return np.asarray(at.land * CELL ** 2)


def groups(at: Cells, lived: Floats) -> dict[tuple[str, str], Floats]:
    """Split the people of each cell by sex and age; the groups add up to the total, to the last decimal.

    Parameters
    ----------
    at : Cells
        The cells.
    lived : numpy.ndarray, shape (height, width)
        People per cell.

    Returns
    -------
    dict of (str, str) to numpy.ndarray
        SDMX codes of sex and age to people per cell.
    """
    edge = np.clip(np.hypot(at.x, at.y) / 9_000, 0, 1)
    tilt = {"Y0T14": 0.75 + 0.5 * edge, "Y15T64": np.ones_like(edge), "Y_GE65": 1.45 - 0.9 * edge}
    weights = {group: share * tilt[group[1]] for group, share in GROUPS.items()}
    whole = np.sum(list(weights.values()), axis=0)
    tenths = np.round(lived * 10).astype(np.int64)
    reached = np.zeros_like(tenths)
    split, running = {}, np.zeros_like(whole)
    for group, weight in weights.items():
        running = running + weight / whole
        upto = np.minimum(np.round(tenths * running).astype(np.int64), tenths)
        split[group] = (upto - reached) / 10
        reached = upto
    last = list(GROUPS)[-1]
    split[last] = split[last] + (tenths - reached) / 10
    return split


def air_grid() -> Grid:
    """Give the frame of the PM2.5 grid: a fiftieth of a degree."""
    west, north = ground.CENTRE[0] - 0.24, ground.CENTRE[1] + 0.22
    return Grid(WGS84, Affine(0.02, 0, west, 0, -0.02, north), 20, 24)


def air(seed: int) -> Floats:
    """Give the annual mean of PM2.5 in micrograms per cubic metre: worst at the port and downwind of it.

    Parameters
    ----------
    seed : int
        Seed of the city.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        Values on :func:`air_grid`, with one decimal.
    """
    x, y = ground.to_local(*np.meshgrid(*air_grid().centres()))
    city = 9.5 * np.exp(-np.hypot(x, y) / 5_500)
    port = 7.5 * np.exp(-(((x - 1_200) / 3_800) ** 2) - (((y + 600) / 2_200) ** 2))
    return np.asarray(np.round(7.8 + city + port + 0.5 * Noise(seed + 5, 9_000)(x, y), 1))
