"""Classify a grid by the Degree of Urbanisation, both levels at once, whatever its size."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.geo.degurba.centres import Centres
from ekistics.geo.degurba.codes import code_table, decode, level_codes
from ekistics.geo.degurba.dynamic import dynamic_built_up
from ekistics.geo.degurba.grids import ArrayGrids, GridSource
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.geo.degurba.small import classify_small

__all__ = ["Classification", "classify", "classify_source"]

Engine = Literal["auto", "numpy", "numba"]
Progress = Callable[[str, float], None]

# Below this many cells plain numpy is done before a first compilation would be.
SMALL_GRID_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Classification:
    """A classified grid.

    Parameters
    ----------
    byte : numpy.ndarray of uint8, shape (height, width)
        Working bytes that hold both levels (:mod:`ekistics.geo.degurba.codes`).
    centres : Centres
        The urban centres.
    parameters : DegurbaParameters
        The rules used, with the dynamic built-up threshold as the number that was found.
    engine : str
        "numpy" or "numba".
    """

    byte: npt.NDArray[np.uint8]
    centres: Centres
    parameters: DegurbaParameters
    engine: str

    @property
    def shape(self) -> tuple[int, int]:
        """Give (height, width)."""
        return self.byte.shape[0], self.byte.shape[1]

    @property
    def level1(self) -> npt.NDArray[np.uint8]:
        """Give the classes of level 1 (3, 2, 1, 0); 255 where there is no data."""
        return decode(self.byte, 1)

    @property
    def level2(self) -> npt.NDArray[np.uint8]:
        """Give the classes of level 2 (30 to 10); 255 where there is no data."""
        return decode(self.byte, 2)

    def blocks(self, level: int, rows: int, *, crop: int = 0) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
        """Give the classes of a level by blocks of rows, for writing.

        Parameters
        ----------
        level : int
            1 or 2.
        rows : int
            Rows of a block.
        crop : int
            Cells to leave out on each side.

        Yields
        ------
        first_row : int
            Row of the cropped grid with which the block begins.
        classes : numpy.ndarray of uint8
            The block.
        """
        inner = self.byte[crop:self.shape[0] - crop, crop:self.shape[1] - crop]
        for start in range(0, inner.shape[0], rows):
            yield start, self._decoded(inner[start:start + rows], level)

    def _decoded(self, byte: npt.NDArray[np.uint8], level: int) -> npt.NDArray[np.uint8]:
        """Turn bytes into classes, compiled where the grid was."""
        if self.engine == "numpy":
            return decode(byte, level)
        from ekistics.geo.degurba.compiled_scan import decode_block  # noqa: PLC0415 - loads only where it is used

        classes = np.empty(byte.shape, dtype=np.uint8)
        decode_block(byte, code_table(level), classes)
        return classes

    def counts(self, level: int, *, crop: int = 0) -> dict[int, int]:
        """Count the cells of each class.

        Parameters
        ----------
        level : int
            1 or 2.
        crop : int
            Cells to leave out on each side.

        Returns
        -------
        dict of int to int
            Class code to cells, most urban first.
        """
        total = np.zeros(256, dtype=np.int64)
        for _start, classes in self.blocks(level, 1024, crop=crop):
            total += np.bincount(classes.reshape(-1), minlength=256)
        return {code: int(total[code]) for code in level_codes(level)}


def classify(population: npt.NDArray[Any], built_up: npt.NDArray[Any], land: npt.NDArray[Any], *,
             cell_area: float = 1e6, parameters: DegurbaParameters | None = None, engine: Engine = "auto",
             threads: int = 0, block_rows: int = 0) -> Classification:
    """Classify three arrays by the Degree of Urbanisation.

    Both levels are found in one go. The result depends neither on the engine, nor on threads or block size.

    Parameters
    ----------
    population : numpy.ndarray, shape (height, width)
        People in each cell; NaN where there is no data.
    built_up, land : numpy.ndarray, shape (height, width)
        Built-up surface and permanent land of each cell, square metres; NaN where there is no data.
    cell_area : float
        Area of a cell, square metres, on an equal-area grid.
    parameters : DegurbaParameters, optional
        The rules; those since July 2024 with R2023A by default.
    engine : {"auto", "numpy", "numba"}
        Plain arrays, compiled, or the better one for the number of cells.
    threads : int
        Threads of the compiled engine; 0 takes all cores.
    block_rows : int
        Rows read at a time by the compiled engine; 0 chooses.

    Returns
    -------
    Classification
        Classes of both levels and the table of urban centres.

    Raises
    ------
    InvalidValueError
        The arrays do not fit each other, or a value is negative or infinite.

    Notes
    -----
    Method: Degree of Urbanisation, grid classification, since July 2024. Golden cases: tests/geo/degurba.

    Examples
    --------
    >>> people, built_up = np.zeros((9, 9)), np.zeros((9, 9))
    >>> people[2:7, 2:7] = 2000
    >>> result = classify(people, built_up, np.full((9, 9), 1e6))
    >>> result.counts(1)
    {3: 25, 2: 0, 1: 56, 0: 0}
    >>> result.centres.population.tolist()
    [50000.0]
    """
    return classify_source(ArrayGrids(population, built_up, land, cell_area), parameters=parameters, engine=engine,
                           threads=threads, block_rows=block_rows)


def classify_source(source: GridSource, *, parameters: DegurbaParameters | None = None, engine: Engine = "auto",
                    threads: int = 0, block_rows: int = 0, crop: int = 0,
                    progress: Progress | None = None) -> Classification:
    """Classify grids that are read by blocks of rows.

    Parameters
    ----------
    source : GridSource
        The grids.
    parameters : DegurbaParameters, optional
        The rules.
    engine : {"auto", "numpy", "numba"}
        See :func:`classify`.
    threads, block_rows : int
        See :func:`classify`.
    crop : int
        Cells of a buffer on each side that a dynamic built-up threshold leaves out; they are classified all the same.
    progress : callable, optional
        Called with the name of the step and the share done, 0 to 1.

    Returns
    -------
    Classification
        Classes of both levels and the table of urban centres.

    Raises
    ------
    InvalidValueError
        A value is negative or infinite.
    UnknownNameError
        There is no such engine.
    """
    rules = parameters or DegurbaParameters()
    if rules.is_dynamic:
        rules = rules.with_built_up(dynamic_built_up(source, rules, crop=crop))
    chosen = _engine_for(engine, source.shape[0] * source.shape[1])
    if chosen == "numpy":
        byte, centres = classify_small(source, rules)
    else:
        from ekistics.geo.degurba.large import classify_large  # noqa: PLC0415 - numba loads only where it is used

        byte, centres = classify_large(source, rules, threads=threads, block_rows=block_rows, progress=progress)
    return Classification(byte, centres, rules, chosen)


def _engine_for(engine: str, cells: int) -> str:
    if engine not in ("auto", "numpy", "numba"):
        raise UnknownNameError.among(engine, ("auto", "numpy", "numba"), what=_("engine"))
    if engine != "auto":
        return engine
    return "numpy" if cells <= SMALL_GRID_CELLS else "numba"
