"""The rows of a table by measure and coordinate, and the sums that coordinates stand in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.observation import DIMENSIONS
from ekistics.survey.disclosure.nests import Nest, nests_of, nests_of_areas
from ekistics.survey.disclosure.table import CellTable

__all__ = ["Grid", "grid_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
AXES = ("ref_area", *DIMENSIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """The rows of a table by measure and coordinate.

    Parameters
    ----------
    row : numpy.ndarray of int, shape (n_measures, n_coordinates)
        Number of the row; -1 where there is none.
    part, whole, cases : numpy.ndarray of float, shape (n_measures, n_coordinates)
        Numerator, denominator, unweighted cases; NaN where there is none.
    share : numpy.ndarray of bool, shape (n_measures,)
        Whether the measure is a share, so that its numerator is a part of its denominator.
    names : tuple of tuple of str
        Indicator, series, variant and period of each measure.
    lines : tuple of tuple of numpy.ndarray
        Sums over axes: coordinates of the totals, and of their parts (-1 where there is none).
    places : tuple of tuple of str
        Area and dimensions of each coordinate.
    kin : tuple of mapping
        For each axis: the codes that stand in a sum with a code.
    """

    row: Ints
    part: Floats
    whole: Floats
    cases: Floats
    share: Bools
    names: tuple[tuple[str, ...], ...]
    lines: tuple[tuple[Ints, Ints], ...]
    places: tuple[tuple[str, ...], ...]
    kin: tuple[Mapping[str, tuple[str, ...]], ...]


def grid_of(table: CellTable) -> Grid:
    """Lay the rows of a table out by measure and coordinate.

    Parameters
    ----------
    table : CellTable
        The table.

    Returns
    -------
    Grid
        The rows, and the sums over axes.
    """
    rows = table.rows
    names, measure = _codes([rows[name].astype(str) for name in ("indicator", "series", "variant", "time_period")])
    places, coordinate = _codes([rows[name].astype(str) for name in AXES])
    shape = (len(names), len(places))
    numbers = np.full(shape, -1, dtype=np.intp)
    numbers[measure, coordinate] = np.arange(len(rows))
    share = np.zeros(len(names), dtype=bool)
    share[measure] = (rows["unit_measure"] == "PT").to_numpy()
    part, whole = _parts(table)
    laid = {name: np.full(shape, np.nan) for name in ("part", "whole", "cases")}
    for name, values in (("part", part), ("whole", whole), ("cases", rows["n"].to_numpy(dtype=float))):
        laid[name][measure, coordinate] = values
    nests = _nests(table, places)
    kin = tuple(_kin(each) for each in nests)
    lines = tuple(_lines(places, nests))
    return Grid(row=numbers, share=share, names=names, lines=lines, places=places, kin=kin, **laid)


def _parts(table: CellTable) -> tuple[Floats, Floats]:
    """Give numerators and denominators; a row with a value alone is a total, and its own numerator."""
    value, part, whole = (table.rows[name].to_numpy(dtype=float) for name in ("obs_value", "numerator", "denominator"))
    alone = np.isnan(part) & np.isnan(whole)
    return np.where(alone, value, part), whole


def _codes(columns: Sequence[Iterable[str]]) -> tuple[tuple[tuple[str, ...], ...], Ints]:
    """Give each different tuple of texts a number."""
    keys = list(zip(*columns, strict=True))
    number: dict[tuple[str, ...], int] = {}
    coded = np.fromiter((number.setdefault(key, len(number)) for key in keys), dtype=np.intp, count=len(keys))
    return tuple(number), coded


def _nests(table: CellTable, places: Sequence[tuple[str, ...]]) -> list[list[Nest]]:
    codes = [{place[axis] for place in places} for axis in range(len(AXES))]
    return [nests_of_areas(table.areas, found) if name == "ref_area"
            else nests_of(name, found, told=table.codes.get(name)) for name, found in zip(AXES, codes, strict=True)]


def _kin(nests: Sequence[Nest]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for parent, parts in nests:
        for code in (parent, *parts):
            found.setdefault(code, {}).update(dict.fromkeys((*parts, parent)))
    return {code: tuple(other for other in others if other != code) for code, others in found.items()}


def _lines(places: Sequence[tuple[str, ...]], nests: Sequence[Sequence[Nest]]) -> Iterator[tuple[Ints, Ints]]:
    """Find the totals along each axis that have parts in the table."""
    at = {place: i for i, place in enumerate(places)}
    for axis, sums in enumerate(nests):
        for parent, parts in sums:
            totals = [i for i, place in enumerate(places) if place[axis] == parent]
            below = np.array([[at.get((*places[i][:axis], part, *places[i][axis + 1:]), -1) for part in parts]
                              for i in totals], dtype=np.intp).reshape(len(totals), len(parts))
            some = (below >= 0).any(axis=1)
            yield np.array(totals, dtype=np.intp)[some], below[some]
