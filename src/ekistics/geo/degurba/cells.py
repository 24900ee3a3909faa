"""What a cell is by itself: its density, its built-up share, and its class before any cluster is known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.geo.degurba import codes
from ekistics.geo.degurba.grids import FloatArray
from ekistics.geo.degurba.layers import Layer
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["Cells", "base_codes", "layer_mask", "window_mean"]

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """The quantities on which all tests are made.

    Parameters
    ----------
    population : numpy.ndarray, shape (rows, width)
        People; NaN where there is no data.
    land, built_up : numpy.ndarray, shape (rows, width)
        Shares of the cell.
    density : numpy.ndarray, shape (rows, width)
        People per km2 of permanent land.
    built_share : numpy.ndarray, shape (rows, width)
        Built-up per permanent land, rounded as the rules say.
    known : numpy.ndarray of bool, shape (rows, width)
        Cells that get a class; the others are in no mask, whatever their surroundings.
    """

    population: FloatArray
    land: FloatArray
    built_up: FloatArray
    density: FloatArray
    built_share: FloatArray
    known: BoolArray

    @classmethod
    def of(cls, grids: tuple[FloatArray, FloatArray, FloatArray], cell_area: float,
           parameters: DegurbaParameters) -> "Cells":
        """Compute the quantities of some rows.

        Parameters
        ----------
        grids : tuple of numpy.ndarray
            Population, built-up (m2) and land (m2) with NaN where there is no data.
        cell_area : float
            Area of a cell, square metres.
        parameters : DegurbaParameters
            The rules.

        Returns
        -------
        Cells
            The quantities.
        """
        population, built_up, land = grids
        divisor = land
        if parameters.zero_land != "infinite":
            divisor = np.where(land == 0, cell_area if parameters.zero_land == "cell_area" else np.nan, land)
        with np.errstate(divide="ignore", invalid="ignore"):
            density = population / (divisor / 1e6)
            share = _rounded(built_up / divisor, parameters)
        known = ~(np.isnan(population) & np.isnan(built_up) & np.isnan(land))
        if parameters.missing_cells == "water":
            known[...] = True
        return cls(population, land / cell_area, built_up / cell_area, density, share, known)


def _rounded(share: FloatArray, parameters: DegurbaParameters) -> FloatArray:
    if parameters.built_up_rounding == "none":
        return share
    scale = 10.0 ** parameters.built_up_decimals
    scaled = share * scale
    rounded: FloatArray = np.rint(scaled) if parameters.built_up_rounding == "half_even" else np.floor(scaled + 0.5)
    return rounded / scale


def layer_mask(cells: Cells, layer: Layer) -> tuple[BoolArray, FloatArray]:
    """Give the cells of a mask and the people by which its clusters are sized.

    Parameters
    ----------
    cells : Cells
        The quantities.
    layer : Layer
        The mask's rule.

    Returns
    -------
    mask : numpy.ndarray of bool
        True where a cell is dense or built-up enough.
    population : numpy.ndarray of float64
        People, averaged in the layer's window, zero where there is no data.
    """
    density = window_mean(cells.density, layer.window)
    population = window_mean(cells.population, layer.window)
    mask = density >= layer.density
    if layer.built_up < np.inf:
        mask |= cells.built_share >= layer.built_up
    return mask & cells.known, np.nan_to_num(population, nan=0.0)


def window_mean(values: FloatArray, window: int) -> FloatArray:
    """Average the cells with data in a square window, clipped at the border; cells without data get one too.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, width)
        Values with NaN where there is no data.
    window : int
        Side of the window in cells, odd; 1 changes nothing.

    Returns
    -------
    numpy.ndarray of float64
        The means; NaN where the window holds no data.

    Notes
    -----
    Sums are made in a fixed order for each cell, so that a mean does not depend on where a block of rows begins.

    Examples
    --------
    >>> window_mean(np.array([[1.0, np.nan, 3.0]]), 3).tolist()
    [[1.0, 2.0, 3.0]]
    """
    if window == 1:
        return values
    reach = window // 2
    height, width = values.shape
    padded = np.pad(values, reach, constant_values=np.nan)
    total, count = np.zeros(values.shape), np.zeros(values.shape)
    for row in range(window):
        for column in range(window):
            part = padded[row:row + height, column:column + width]
            known = ~np.isnan(part)
            total += np.where(known, part, 0.0)
            count += known
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)


def base_codes(cells: Cells, parameters: DegurbaParameters) -> npt.NDArray[np.uint8]:
    """Give the working byte of each cell before any cluster is painted.

    Parameters
    ----------
    cells : Cells
        The quantities.
    parameters : DegurbaParameters
        The rules.

    Returns
    -------
    numpy.ndarray of uint8
        Rural classes, water and missing cells; bit 7 marks neighbours that the edge rule leaves out.
    """
    no_people, no_land, no_built = (np.isnan(grid) for grid in (cells.population, cells.land, cells.built_up))
    little = cells.land <= parameters.water_land if parameters.water_land_included else (
        cells.land < parameters.water_land)
    water = ((little | no_land) & ((cells.population <= parameters.water_population) | no_people)
             & ((cells.built_up <= parameters.water_built_up) | no_built))
    level2 = np.where(cells.density >= parameters.low_density, codes.LOW,
                      np.where(water, codes.WATER, codes.VERY_LOW))
    byte = level2 | np.where(water, 0, codes.RURAL_1 << 4) | _left_out(cells, water, parameters)
    byte[~cells.known] = 0 if parameters.smoothing_counts_outside else 128
    return byte.astype(np.uint8)


def _left_out(cells: Cells, water: BoolArray, parameters: DegurbaParameters) -> npt.NDArray[np.int64]:
    rule = parameters.smoothing_leaves_out
    out = water & (rule in ("water", "water_and_low_land"))
    if rule in ("low_land", "water_and_low_land"):
        people = window_mean(cells.population, parameters.centre_population_window)
        out |= (cells.land < parameters.smoothing_land) & (people == 0)
    return np.where(out, 128, 0)
