"""Urban centres as a sparse set of cells: size, edges and gaps with the compiled steps."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.geo.degurba import compiled_edges as on_edges
from ekistics.geo.degurba.compiled_runs import cells_of_runs
from ekistics.geo.degurba.gaps import gap_limit_cells
from ekistics.geo.degurba.grids import FloatArray, GridSource
from ekistics.geo.degurba.parameters import DegurbaParameters

__all__ = ["CentreCells", "find_centres"]

IntArray = npt.NDArray[np.int64]
IdArray = npt.NDArray[np.int32]


class CentreCells:
    """Cells of urban centres with the centre of each, painted into the working bytes as they join.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes before any cluster is painted.
    cells : numpy.ndarray of int64
        Flat numbers of the cells to begin with.
    owner : numpy.ndarray of int32
        Their centres.
    """

    def __init__(self, byte: npt.NDArray[np.uint8], cells: IntArray, owner: IdArray) -> None:
        self.byte = byte
        self.cells, self.owner = cells[:0], owner[:0]
        self._old = np.zeros(0, np.uint8)
        self._table, self._centres = on_edges.empty_table(2 * len(cells))
        self.add(cells, owner)

    def add(self, cells: IntArray, owner: IdArray) -> None:
        """Let cells join.

        Parameters
        ----------
        cells : numpy.ndarray of int64
            Flat numbers, none of them in a centre.
        owner : numpy.ndarray of int32
            Their centres.
        """
        old = on_edges.paint_cells(self.byte, cells)
        self._old = np.concatenate([self._old, old])
        self.cells, self.owner = np.concatenate([self.cells, cells]), np.concatenate([self.owner, owner])
        if 2 * len(self.cells) > len(self._table):
            self._table, self._centres = on_edges.empty_table(2 * len(self.cells))
            on_edges.put_all(self._table, self._centres, self.cells, self.owner)
        else:
            on_edges.put_all(self._table, self._centres, cells, owner)

    def keep(self, stays: npt.NDArray[np.bool_]) -> None:
        """Give up the centres that do not stay; their cells become what they were.

        Parameters
        ----------
        stays : numpy.ndarray of bool
            By centre.
        """
        gone = ~stays[self.owner]
        self.byte.reshape(-1)[self.cells[gone]] = self._old[gone]
        self.cells, self.owner, self._old = self.cells[~gone], self.owner[~gone], self._old[~gone]
        self._table, self._centres = on_edges.empty_table(2 * len(self.cells))
        on_edges.put_all(self._table, self._centres, self.cells, self.owner)

    def smooth(self, parameters: DegurbaParameters) -> None:
        """Let cells join by the majority of their neighbours until nothing changes.

        Parameters
        ----------
        parameters : DegurbaParameters
            The rules.
        """
        new = self.cells if parameters.smoothing != "none" else self.cells[:0]
        five_of_eight = parameters.smoothing == "r2022a"
        while len(new):
            near = on_edges.candidates(self.byte, new, five_of_eight)
            winner = on_edges.votes(self.byte, self._table, self._centres, near, five_of_eight,
                                    parameters.smoothing_counts_outside)
            new = near[winner >= 0]
            self.add(new, winner[winner >= 0])

    def fill(self, limit: int, *, pockets: bool) -> None:
        """Fill the small holes of each centre.

        Parameters
        ----------
        limit : int
            Cells of the largest hole that is filled.
        pockets : bool
            Fill the pockets between several centres too.
        """
        order = np.lexsort((self.cells, self.owner))
        owner = self.owner[order]
        bounds = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1, [len(owner)]]).astype(np.int64)
        found, of, size = on_edges.holes_of_centres(self.byte, self.cells[order], owner, bounds, limit)
        inner = np.lexsort((size, found))
        first = np.ones(len(inner), dtype=bool)
        first[1:] = np.diff(found[inner]) != 0
        self.add(found[inner][first], of[inner][first])
        if pockets:
            self.add(*on_edges.find_pockets(self.byte, self._table, self._centres, self.cells, limit))


def find_centres(byte: npt.NDArray[np.uint8], runs: tuple[Any, ...], people: FloatArray, source: GridSource,
                 parameters: DegurbaParameters) -> tuple[IntArray, IdArray]:
    """Find the urban centres: size, edges, gaps in the order of the rules.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes before any cluster is painted; the centres are painted.
    runs : tuple of numpy.ndarray
        Runs of the mask of the centres.
    people : numpy.ndarray of float64
        People of its clusters.
    source : GridSource
        The grids.
    parameters : DegurbaParameters
        The rules.

    Returns
    -------
    cells : numpy.ndarray of int64
        Flat numbers of the cells, ascending.
    owner : numpy.ndarray of int32
        Their centres.
    """
    limit = gap_limit_cells(parameters, source.cell_area)
    pockets = parameters.gap_pockets == "fill"
    late = parameters.centre_size_test == "after_gap_filling"
    stays = np.ones(len(people), dtype=bool) if late else people >= parameters.centre_size
    centres = CentreCells(byte, *cells_of_runs(runs, stays, byte.shape[1]))

    def fill() -> None:
        if parameters.gap_fill:
            centres.fill(limit, pockets=pockets)

    if late:
        before = len(centres.cells)
        fill()
        centres.keep(people + _people_of(centres, before, len(people), source, parameters) >= parameters.centre_size)
    if parameters.gap_fill_order == "before_smoothing":
        fill()
    centres.smooth(parameters)
    if parameters.gap_fill_order == "after_smoothing":
        fill()
    order = np.argsort(centres.cells)
    return centres.cells[order], centres.owner[order]


def _people_of(centres: CentreCells, before: int, count: int, source: GridSource,
               parameters: DegurbaParameters) -> FloatArray:
    """Sum the people on the cells that joined, by centre and in the order of the cells."""
    order = np.argsort(centres.cells[before:])
    cells, owner = centres.cells[before:][order], centres.owner[before:][order]
    rows, columns = np.divmod(cells, source.shape[1])
    people = _averaged_at(source, rows, columns, parameters.centre_population_window)
    return np.bincount(owner, weights=np.nan_to_num(people, nan=0.0), minlength=count).astype(np.float64)


def _averaged_at(source: GridSource, rows: IntArray, columns: IntArray, window: int) -> FloatArray:
    """Give population at cells, averaged in a window as :func:`ekistics.geo.degurba.cells.window_mean` does."""
    if window == 1:
        return source.values_at(rows, columns)[0]
    reach = window // 2
    total, count = np.zeros(len(rows)), np.zeros(len(rows))
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            r, c = rows + down, columns + right
            inside = (r >= 0) & (c >= 0) & (r < source.shape[0]) & (c < source.shape[1])
            values = np.full(len(rows), np.nan)
            values[inside] = source.values_at(r[inside], c[inside])[0]
            known = ~np.isnan(values)
            total += np.where(known, values, 0.0)
            count += known
    with np.errstate(invalid="ignore"):
        return np.asarray(total / count)
