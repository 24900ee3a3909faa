"""Territorial units by the Degree of Urbanisation: municipalities and other areas, by where their people live."""

from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ekistics.core.crs import require_equal_area
from ekistics.core.errors import CrsMismatchError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.raster import Grid
from ekistics.core.reasons import Reason
from ekistics.geo.degurba.codes import LEVEL1, LEVEL2, level_codes
from ekistics.geo.degurba.lattice import Overlap, exact_overlap, lattice_overlap, touched_overlap

__all__ = ["UNIT_NAMES", "UNIT_RULES", "classify_units", "level1_of_shares", "level2_of_shares", "unit_shares"]

UnitRules = Literal["documented_2024", "flexurba_2024", "rules_2021"]
UNIT_RULES: tuple[UnitRules, ...] = ("documented_2024", "flexurba_2024", "rules_2021")
UNIT_NAMES = {
    1: {3: N_("City"), 2: N_("Town or semi-dense area"), 1: N_("Rural area")},
    2: {30: N_("City"), 23: N_("Dense town"), 22: N_("Semi-dense town"), 21: N_("Suburb or peri-urban area"),
        13: N_("Village"), 12: N_("Dispersed rural area"), 11: N_("Mostly uninhabited area")},
}
TIE = "tie"
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Sums:
    """People and area (in cells) of each unit by class."""

    people: FloatArray
    area: FloatArray


def unit_shares(units: gpd.GeoDataFrame, classes: npt.NDArray[np.uint8], population: npt.NDArray[Any], grid: Grid, *,
                level: int, method: Literal["lattice", "exact"] = "lattice", spacing: float = 50.0) -> pd.DataFrame:
    """Share the people of each unit by the class of the cells they live in.

    Parameters
    ----------
    units : geopandas.GeoDataFrame
        Polygons in the CRS of the grid; the index is the code of the unit.
    classes : numpy.ndarray of uint8, shape (height, width)
        Classes of one level; 255 where there is no data.
    population : numpy.ndarray, shape (height, width)
        People in each cell; NaN where there is no data.
    grid : Grid
        The frame of both arrays, in an equal-area CRS.
    level : int
        The level of the classes, 1 or 2.
    method : {"lattice", "exact"}
        The official workflow (a lattice cell belongs to the unit that holds its middle), or exact shares of cells.
    spacing : float
        Side of a lattice cell in CRS units.

    Returns
    -------
    pandas.DataFrame
        Per unit: population; basis ("population"; "area" for a unit without people; "touched" for a unit without any
        lattice cell, whose people are counted elsewhere; empty for a unit outside the grid); inside, the share of the
        unit's area within the grid; and share_<code> for each class.

    Raises
    ------
    CrsMismatchError
        The units are in another CRS than the grid.
    GeographicCrsError
        The grid is not equal-area.

    Notes
    -----
    Method: GHSL Data Package 2023, section 2.7.2.3. Golden case: tests/geo/degurba/golden_belgium.toml.
    """
    _check(units, grid, classes, method)
    polygons = np.asarray(units.geometry.array)
    overlap = lattice_overlap(polygons, grid, spacing) if method == "lattice" else exact_overlap(polygons, grid)
    codes = level_codes(level)
    sums = _sums(overlap, classes, population, codes, len(units))
    area = np.bincount(overlap.unit, weights=overlap.share, minlength=len(units))
    basis = np.where(sums.people.sum(axis=1) > 0, "population", np.where(sums.area.sum(axis=1) > 0, "area", ""))
    people = np.bincount(overlap.unit, weights=overlap.share * np.nan_to_num(population.reshape(-1)[overlap.cell]),
                         minlength=len(units)).astype(np.float64)
    quantity = np.where((basis == "population")[:, None], sums.people, sums.area)
    for position in np.flatnonzero(area == 0):
        touched = touched_overlap(polygons[position], grid, spacing)
        if len(touched.cell):
            alone = _sums(touched, classes, population, codes, 1)
            quantity[position] = alone.people if alone.people.sum() > 0 else alone.area
            basis[position], people[position] = "touched", np.nan
    people[basis == ""] = np.nan
    inside = shapely.area(shapely.clip_by_rect(polygons, *grid.bounds)) / shapely.area(polygons)
    return _share_table(units.index, people, basis, (inside, quantity), codes)


def _check(units: gpd.GeoDataFrame, grid: Grid, classes: npt.NDArray[np.uint8], method: str) -> None:
    require_equal_area(grid.crs, where=_("grid"))
    if units.crs is None or not grid.crs.equals(units.crs, ignore_axis_order=True):
        raise CrsMismatchError(_("The units are not in the CRS of the grid."), expected=grid.crs.name,
                               got=getattr(units.crs, "name", None), hint=_("Reproject the units first."))
    if classes.shape != grid.shape:
        raise InvalidValueError(_("The array does not fit its grid."), expected=grid.shape, got=classes.shape)
    if method not in ("lattice", "exact"):
        raise UnknownNameError.among(method, ("lattice", "exact"), what=_("method"))


def _sums(overlap: Overlap, classes: npt.NDArray[np.uint8], population: npt.NDArray[Any], codes: tuple[int, ...],
          count: int) -> _Sums:
    """Sum people and area by unit and class; cells without a class belong to none."""
    rank = np.full(256, len(codes), dtype=np.int64)
    rank[list(codes)] = np.arange(len(codes))
    key = overlap.unit * (len(codes) + 1) + rank[classes.reshape(-1)[overlap.cell]]
    size = count * (len(codes) + 1)
    known = np.nan_to_num(population.reshape(-1)[overlap.cell], nan=0.0)

    def by_class(weights: FloatArray) -> FloatArray:
        total = np.bincount(key, weights=weights, minlength=size).reshape(count, len(codes) + 1)[:, :-1]
        return total.astype(np.float64)

    return _Sums(by_class(overlap.share * known), by_class(overlap.share))


def _share_table(index: pd.Index, people: FloatArray, basis: npt.NDArray[np.str_],
                 parts: tuple[FloatArray, FloatArray], codes: tuple[int, ...]) -> pd.DataFrame:
    inside, quantity = parts
    with np.errstate(invalid="ignore"):
        shares = quantity / quantity.sum(axis=1, keepdims=True)
    table = {"population": people, "basis": basis, "inside": inside}
    return pd.DataFrame(table | {f"share_{code}": shares[:, k] for k, code in enumerate(codes)}, index=index)


def classify_units(shares: pd.DataFrame, *, level: int, rules: UnitRules = "documented_2024") -> pd.DataFrame:
    """Classify units by the shares of their people.

    Parameters
    ----------
    shares : pandas.DataFrame
        The result of :func:`unit_shares` for the same level.
    level : int
        1 or 2.
    rules : {"documented_2024", "flexurba_2024", "rules_2021"}
        For level 2: the rule since July 2024 as documented; the same with the semi-dense share in place of the suburban
        one, as the R package flexurba 0.2 computes it; or the rule of 2021.

    Returns
    -------
    pandas.DataFrame
        Columns class (nullable integer) and reason (a code where there is no class: "outside-data", or "tie" where the
        rule of 2021 has no largest share).

    Raises
    ------
    UnknownNameError
        There are no such rules.

    Notes
    -----
    Method: Applying the Degree of Urbanisation, 2021, and its online edition of July 2024. At level 2 the split into
    cities, towns and rural areas comes from the classes of level 2, so that a unit can be a town there and rural at
    level 1.
    """
    if rules not in UNIT_RULES:
        raise UnknownNameError.among(rules, UNIT_RULES, what=_("set of unit rules"))
    by_code = {code: shares[f"share_{code}"].to_numpy() for code in level_codes(level)}
    codes = level1_of_shares(by_code) if level == 1 else level2_of_shares(by_code, rules)
    outside = (shares["basis"] == "").to_numpy() | np.isnan(by_code[LEVEL1[0] if level == 1 else LEVEL2[0]])
    reason = np.where(outside, str(Reason.OUTSIDE_DATA), np.where(codes == 0, TIE, ""))
    classes = pd.Series(codes, index=shares.index).astype("Int64").mask(reason != "")
    return pd.DataFrame({"class": classes, "reason": reason})


def level1_of_shares(share: dict[int, FloatArray]) -> npt.NDArray[np.int64]:
    """Apply the rule of level 1.

    Parameters
    ----------
    share : dict of int to numpy.ndarray
        Shares by class code of level 1.

    Returns
    -------
    numpy.ndarray of int64
        3 city, 2 town or semi-dense area, 1 rural area.

    Examples
    --------
    >>> level1_of_shares({3: np.array([0.5, 0.2, 0.0]), 1: np.array([0.5, 0.5, 0.6])}).tolist()
    [3, 2, 1]
    """
    return np.where(share[3] >= 0.5, 3, np.where(share[1] <= 0.5, 2, 1)).astype(np.int64)


def level2_of_shares(share: dict[int, FloatArray], rules: UnitRules) -> npt.NDArray[np.int64]:
    """Apply a rule of level 2.

    Parameters
    ----------
    share : dict of int to numpy.ndarray
        Shares by class code of level 2.
    rules : {"documented_2024", "flexurba_2024", "rules_2021"}
        The rule.

    Returns
    -------
    numpy.ndarray of int64
        30 to 11; 0 where the rule of 2021 finds a tie.
    """
    rural = share[13] + share[12] + share[11]
    broad = level1_of_shares({3: share[30], 1: rural})
    if rules == "rules_2021":
        town, countryside = _town_2021(share), _rural_2021(share)
    else:
        apart = share[21] if rules == "documented_2024" else share[22]
        town = np.where(share[30] + share[23] >= 0.5, 23, np.where(apart + rural >= 0.5, 21, 22))
        clustered = share[13] + share[30] + share[23] + share[22] + share[21]
        countryside = np.where(clustered >= 0.5, 13, np.where(share[11] >= 0.5, 11, 12))
    return np.where(broad == 3, 30, np.where(broad == 2, town, countryside)).astype(np.int64)


def _town_2021(share: dict[int, FloatArray]) -> npt.NDArray[np.int64]:
    larger = np.where(share[23] >= share[22], 23, 22)
    return np.where(share[23] + share[22] > share[21], larger, 21)


def _rural_2021(share: dict[int, FloatArray]) -> npt.NDArray[np.int64]:
    kinds = np.stack([share[13], share[12], share[11]])
    largest = kinds.max(axis=0)
    alone = (kinds == largest).sum(axis=0) == 1
    return np.where(alone, np.array([13, 12, 11])[kinds.argmax(axis=0)], 0)
