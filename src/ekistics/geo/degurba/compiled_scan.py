# mypy: disable-error-code="no-untyped-def,assignment,no-untyped-call"
# ruff: noqa: ANN001, ANN201, ANN202, C901, PLR0913, PLR0915 - numba takes types from the call; a hot loop is one function
"""Compiled: one pass over a block of rows that writes base bytes and the horizontal runs of each mask.

A run is a stretch of cells of one row; clusters are made of runs, never of single cells, and runs carry their people.
The arithmetic is that of :mod:`ekistics.geo.degurba.cells`, operation by operation, so that both engines agree to the
last bit.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ekistics.geo.degurba.codes import LOW, RURAL_1, VERY_LOW, WATER
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["ScanRules", "decode_block", "runs_of_mask", "scan_block"]

_ZERO_LAND = ("infinite", "cell_area", "excluded")
_ROUNDING = ("half_even", "half_up", "none")
NO_FAULT = (-1, -1, -1)


class ScanRules(NamedTuple):
    """The rules that look at one cell, as numbers.

    Parameters
    ----------
    cell_area : float
        Square metres.
    zero_land, rounding : int
        Position of the rule in its list of values.
    scale : float
        Ten to the power of the decimals of the built-up share.
    low_density, water_land, water_population, water_built_up, smoothing_land : float
        Thresholds as in :class:`DegurbaParameters`.
    water_land_included, out_water, out_low_land, missing_is_water : bool
        Switches; the middle two say which neighbours the edge rule leaves out.
    missing_code : int
        Byte of a cell without data.
    skip_empty : bool
        A cell without people and built-up passes no threshold.
    """

    cell_area: float
    zero_land: int
    rounding: int
    scale: float
    low_density: float
    water_land: float
    water_population: float
    water_built_up: float
    smoothing_land: float
    water_land_included: bool
    out_water: bool
    out_low_land: bool
    missing_is_water: bool
    missing_code: int
    skip_empty: bool

    @classmethod
    def of(cls, p: DegurbaParameters, cell_area: float, thresholds: list[float]) -> "ScanRules":
        """Turn parameters into numbers.

        Parameters
        ----------
        p : DegurbaParameters
            The rules.
        cell_area : float
            Square metres.
        thresholds : list of float
            All density and built-up thresholds of the masks.

        Returns
        -------
        ScanRules
            The numbers.
        """
        out = p.smoothing_leaves_out
        return cls(float(cell_area), _ZERO_LAND.index(p.zero_land), _ROUNDING.index(p.built_up_rounding),
                   10.0 ** p.built_up_decimals, p.low_density, p.water_land, p.water_population, p.water_built_up,
                   p.smoothing_land, p.water_land_included, out in ("water", "water_and_low_land"),
                   out in ("low_land", "water_and_low_land"), p.missing_cells == "water",
                   0 if p.smoothing_counts_outside else 128, min([p.low_density, *thresholds]) > 0)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _same(a, b):
    return a == b or (a != a and b != b)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _given(value, nodata):
    """Give a stored value as a float, NaN where it stands for no data."""
    return np.nan if value == nodata else np.float64(value)


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _fault(people, built_up, land):
    """Give the grid (0, 1, 2) whose value cannot be; -1 where all can."""
    if people < 0.0 or people == np.inf:
        return 0
    if built_up < 0.0 or built_up == np.inf:
        return 1
    return 2 if land < 0.0 or land == np.inf else -1


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _divisor(land, rules):
    if land == 0.0 and rules.zero_land == 1:
        return rules.cell_area
    if land == 0.0 and rules.zero_land == 2:
        return np.nan
    return land


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _rounded(share, rules):
    if rules.rounding == 2:
        return share
    scaled = share * rules.scale
    if rules.rounding == 0:
        return np.rint(scaled) / rules.scale
    return np.floor(scaled + 0.5) / rules.scale


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _base_code(people, built_up, land, density, rules):
    """Give the byte of a cell from its quantities; NaN is no data."""
    if people != people and built_up != built_up and land != land and not rules.missing_is_water:
        return rules.missing_code
    share = land / rules.cell_area
    little = land != land or share < rules.water_land or (rules.water_land_included and share == rules.water_land)
    water = (little and (people != people or people <= rules.water_population)
             and (built_up != built_up or built_up / rules.cell_area <= rules.water_built_up))
    level2 = LOW if density >= rules.low_density else (WATER if water else VERY_LOW)
    out = (water and rules.out_water) or (rules.out_low_land and share < rules.smoothing_land and people == 0.0)
    return level2 | (0 if water else RURAL_1 << 4) | (128 if out else 0)


@njit(cache=True, nogil=True, error_model="numpy")
def scan_block(grids, nodata, rules, layers, byte, runs, counts):
    """Classify the cells of a block by themselves and collect the runs of each mask.

    Parameters
    ----------
    grids : tuple of numpy.ndarray, shape (rows, width)
        Population, built-up and land in their stored types.
    nodata : tuple of float
        The value for no data in each.
    rules : ScanRules
        The rules.
    layers : tuple of numpy.ndarray, shape (n_layers,)
        Density and built-up threshold of each mask.
    byte : numpy.ndarray of uint8, shape (rows, width)
        Where base bytes go.
    runs : tuple of numpy.ndarray, shape (n_layers, capacity)
        Where first cells, cells after the last, and people of the runs go.
    counts : numpy.ndarray of int64, shape (n_layers, rows)
        Where the number of runs in each row goes.

    Returns
    -------
    tuple of int
        Grid (0, 1, 2), row and column of the first value that cannot be; -1 where there is none.
    """
    population, built, ground = grids
    densities, shares = layers
    starts, stops, sums = runs
    n_layers = len(densities)
    used = np.zeros(n_layers, np.int64)
    total = np.zeros(n_layers)
    rows, width = population.shape
    known, code = False, 0
    p0, b0, l0 = population[0, 0], built[0, 0], ground[0, 0]
    for row in range(rows):
        before = used.copy()
        opened = 0
        for column in range(width):
            p1, b1, l1 = population[row, column], built[row, column], ground[row, column]
            # Most of the Earth is a cell like the last one: sea, ice, desert.
            if known and opened == 0 and _same(p1, p0) and _same(b1, b0) and _same(l1, l0):
                byte[row, column] = code
                continue
            people, built_up, land = _given(p1, nodata[0]), _given(b1, nodata[1]), _given(l1, nodata[2])
            fault = _fault(people, built_up, land)
            if fault >= 0:
                return fault, row, column
            bits = 0
            density = 0.0
            if not (rules.skip_empty and people == 0.0 and built_up == 0.0):
                divisor = _divisor(land, rules)
                density = people / (divisor / 1e6)
                share = _rounded(built_up / divisor, rules)
                for k in range(n_layers):
                    if density >= densities[k] or (shares[k] < np.inf and share >= shares[k]):
                        bits |= 1 << k
            code = _base_code(people, built_up, land, density, rules)
            byte[row, column] = code
            p0, b0, l0, known = p1, b1, l1, bits == 0
            if bits == 0 and opened == 0:
                continue
            changed = bits ^ opened
            for k in range(n_layers):
                if changed >> k & 1:
                    if bits >> k & 1:
                        starts[k, used[k]] = column
                        total[k] = 0.0
                    else:
                        stops[k, used[k]] = column
                        sums[k, used[k]] = total[k]
                        used[k] += 1
                if bits >> k & 1 and people == people:
                    total[k] += people
            opened = bits
        for k in range(n_layers):
            if opened >> k & 1:
                stops[k, used[k]] = width
                sums[k, used[k]] = total[k]
                used[k] += 1
            counts[k, row] = used[k] - before[k]
    return NO_FAULT


@njit(cache=True, nogil=True, error_model="numpy")
def runs_of_mask(mask, people, runs, counts):
    """Collect the runs of a mask that was made elsewhere.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, width)
        The mask.
    people : numpy.ndarray of float64, shape (rows, width)
        People, zero where there is no data.
    runs : tuple of numpy.ndarray, shape (capacity,)
        Where first cells, cells after the last, and people of the runs go.
    counts : numpy.ndarray of int64, shape (rows,)
        Where the number of runs in each row goes.
    """
    starts, stops, sums = runs
    used = 0
    rows, width = mask.shape
    for row in range(rows):
        before = used
        column = 0
        while column < width:
            if not mask[row, column]:
                column += 1
                continue
            starts[used] = column
            total = 0.0
            while column < width and mask[row, column]:
                total += people[row, column]
                column += 1
            stops[used] = column
            sums[used] = total
            used += 1
        counts[row] = used - before


@njit(cache=True, nogil=True, error_model="numpy")
def decode_block(byte, table, classes):
    """Turn working bytes into classes.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (rows, width)
        Working bytes.
    table : numpy.ndarray of uint8, shape (256,)
        Class of each byte.
    classes : numpy.ndarray of uint8, shape (rows, width)
        Where the classes go.
    """
    for row in range(byte.shape[0]):
        for column in range(byte.shape[1]):
            classes[row, column] = table[byte[row, column]]
