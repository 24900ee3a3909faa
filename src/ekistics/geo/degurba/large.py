"""The whole classification by compiled steps on blocks of rows and runs: for countries, continents and the Earth.

Each thread reads a block and scans it at once. What is kept is one byte a cell and the runs of the masks; clusters are
joined on runs, centres are a sparse set of cells. No step depends on where a block begins or which thread had it.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.geo.degurba import compiled_runs as on_runs
from ekistics.geo.degurba.cells import Cells, base_codes, layer_mask
from ekistics.geo.degurba.centres import Centres, tabulate
from ekistics.geo.degurba.compiled_scan import NO_FAULT, ScanRules, runs_of_mask, scan_block
from ekistics.geo.degurba.grids import Block, GridSource, check_values, refused
from ekistics.geo.degurba.layers import Layer, Plan, Step
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.geo.degurba.sparse import find_centres

__all__ = ["classify_large"]

Bytes = npt.NDArray[np.uint8]
Progress = Callable[[str, float], None]
_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class RunClusters:
    """Clusters of one mask as runs.

    Parameters
    ----------
    starts, stops : numpy.ndarray of int32, shape (n_runs,)
        First cell of each run, and the one after its last.
    first : numpy.ndarray of int64, shape (height + 1,)
        Position of the first run of each row.
    cluster : numpy.ndarray of int32, shape (n_runs,)
        Number of the cluster of each run, from 0.
    people : numpy.ndarray of float64, shape (n_clusters,)
        People of each cluster.
    """

    starts: npt.NDArray[np.int32]
    stops: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]
    cluster: npt.NDArray[np.int32]
    people: npt.NDArray[np.float64]

    @property
    def runs(self) -> tuple[Any, ...]:
        """Give the arrays that compiled functions take."""
        return self.starts, self.stops, self.first, self.cluster


def classify_large(source: GridSource, parameters: DegurbaParameters, *, threads: int = 0, block_rows: int = 0,
                   progress: Progress | None = None) -> tuple[Bytes, Centres]:
    """Classify grids of any size.

    Parameters
    ----------
    source : GridSource
        The grids.
    parameters : DegurbaParameters
        The rules, without "dynamic".
    threads : int
        Threads that read and scan; 0 takes all cores.
    block_rows : int
        Rows of a block; 0 chooses by width.
    progress : callable, optional
        Called with the name of the step and the share done.

    Returns
    -------
    byte : numpy.ndarray of uint8
        Working bytes of :mod:`ekistics.geo.degurba.codes`.
    centres : Centres
        The urban centres.
    """
    tell = progress or (lambda _step, _share: None)
    plan = Plan.of(parameters)
    workers = threads or os.cpu_count() or 1
    scan = _Scan(source, parameters, plan, block_rows or max(_BLOCK_CELLS // source.shape[1], 1))
    byte, scanned = scan.all_blocks(workers, tell)
    tell("clusters", 0.6)
    with ThreadPoolExecutor(workers) as pool:
        clusters = list(pool.map(_join, scanned, plan.layers))
    del scanned
    tell("edges", 0.8)
    centre = clusters[plan.centre.layer]
    cells, owner = find_centres(byte, centre.runs, centre.people, source, parameters)
    _paint_all(byte, clusters, plan, parameters.semi_dense_distance)
    return byte, tabulate(cells, owner, source)


def _join(runs: "_Runs", layer: Layer) -> RunClusters:
    cluster, count = on_runs.join_runs(runs.starts, runs.stops, runs.first, layer.queen)
    return RunClusters(runs.starts, runs.stops, runs.first, cluster,
                       on_runs.sum_by_cluster(cluster, runs.people, count))


def _paint_all(byte: Bytes, clusters: list[RunClusters], plan: Plan, distance: int) -> None:
    """Paint all but the centres: dense clusters, those that keep their distance from them, then the plain ones."""
    def paint(step: Step, keep: npt.NDArray[np.bool_]) -> None:
        on_runs.paint_runs(byte, clusters[step.layer].runs, keep, step.paint & 15, step.paint >> 4)

    paint(plan.dense, clusters[plan.dense.layer].people >= plan.dense.size)
    keep = clusters[plan.semi_dense.layer].people >= plan.semi_dense.size
    on_runs.drop_near(byte, clusters[plan.semi_dense.layer].runs, keep, distance)
    paint(plan.semi_dense, keep)
    for step in plan.plain:
        paint(step, clusters[step.layer].people >= step.size)


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of one mask, of a block or of the whole grid."""

    starts: npt.NDArray[np.int32]
    stops: npt.NDArray[np.int32]
    people: npt.NDArray[np.float64]
    first: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Scan:
    """The first pass: reads blocks, writes base bytes, collects runs."""

    source: GridSource
    parameters: DegurbaParameters
    plan: Plan
    rows: int
    _scratch: threading.local = field(default_factory=threading.local)

    def all_blocks(self, workers: int, tell: Progress) -> tuple[Bytes, list[_Runs]]:
        """Scan all blocks with some threads; results stand in the order of the rows."""
        height, width = self.source.shape
        byte = np.empty((height, width), dtype=np.uint8)
        blocks = [(start, min(start + self.rows, height)) for start in range(0, height, self.rows)]
        parts = []
        with ThreadPoolExecutor(workers) as pool:
            for done, part in enumerate(_in_order(pool, lambda b: self._block(b[0], b[1], byte[b[0]:b[1]]), blocks), 1):
                parts.append(part)
                tell("classify", 0.6 * done / len(blocks))
        return byte, [_whole([part[k] for part in parts], height) for k in range(len(self.plan.layers))]

    def _block(self, start: int, stop: int, byte: Bytes) -> list[_Runs]:
        block = self.source.read(start, stop)
        starts, stops, people, counts = self._buffers(stop - start, self.source.shape[1])
        rules = self._rules()
        densities = np.array([layer.density for layer in self.plan.layers])
        shares = np.array([layer.built_up for layer in self.plan.layers])
        fault = scan_block((block.population, block.built_up, block.land), block.nodata, rules, (densities, shares),
                           byte, (starts, stops, people), counts)
        if fault != NO_FAULT:
            self._refuse(fault, block, start)
        if any(layer.window > 1 for layer in self.plan.layers):
            self._averaged(start, stop, byte, (starts, stops, people, counts))
        return [_taken(starts[k], stops[k], people[k], counts[k]) for k in range(len(densities))]

    def _rules(self) -> ScanRules:
        thresholds = [value for layer in self.plan.layers for value in (layer.density, layer.built_up)]
        return ScanRules.of(self.parameters, self.source.cell_area, thresholds)

    def _buffers(self, rows: int, width: int) -> tuple[Any, ...]:
        """Give this thread's buffers for runs; memory that no run needs is never touched."""
        if not hasattr(self._scratch, "runs"):
            shape = (len(self.plan.layers), self.rows * (width // 2 + 1))
            self._scratch.runs = (np.empty(shape, np.int32), np.empty(shape, np.int32), np.empty(shape))
        return (*self._scratch.runs, np.empty((len(self.plan.layers), rows), np.int64))

    def _refuse(self, fault: tuple[int, int, int], block: Block, start: int) -> None:
        grid, row, column = fault
        name = ("population", "built_up", "land")[grid]
        raise refused(name, start + row, column, float(getattr(block, name)[row, column]))

    def _averaged(self, start: int, stop: int, byte: Bytes, out: tuple[Any, ...]) -> None:
        """Do the masks whose population is averaged in a window, which needs the rows around the block."""
        reach = max(layer.window for layer in self.plan.layers) // 2
        top, bottom = max(start - reach, 0), min(stop + reach, self.source.shape[0])
        grids = self.source.read(top, bottom).as_float()
        for values, name in zip(grids, ("population", "built_up", "land"), strict=True):
            check_values(values, name, top)
        cells = Cells.of(grids, self.source.cell_area, self.parameters)
        inner = slice(start - top, stop - top)
        byte[...] = base_codes(cells, self.parameters)[inner]
        starts, stops, people, counts = out
        for k, layer in enumerate(self.plan.layers):
            if layer.window > 1:
                mask, averaged = layer_mask(cells, layer)
                runs_of_mask(mask[inner], averaged[inner], (starts[k], stops[k], people[k]), counts[k])


def _in_order(pool: ThreadPoolExecutor, work: Callable[[tuple[int, int]], list[_Runs]],
              blocks: list[tuple[int, int]]) -> Iterator[list[_Runs]]:
    """Run blocks in a pool; the first error stops those that have not begun."""
    futures = [pool.submit(work, block) for block in blocks]
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _taken(starts: npt.NDArray[np.int32], stops: npt.NDArray[np.int32], people: npt.NDArray[np.float64],
           counts: npt.NDArray[np.int64]) -> _Runs:
    """Copy the used part of the buffers; ``first`` holds the number of runs in each row."""
    used = int(counts.sum())
    return _Runs(starts[:used].copy(), stops[:used].copy(), people[:used].copy(), counts)


def _whole(parts: list[_Runs], height: int) -> _Runs:
    """Join the runs of all blocks."""
    first = np.zeros(height + 1, dtype=np.int64)
    np.cumsum(np.concatenate([part.first for part in parts]), out=first[1:])
    starts, stops, people = (np.concatenate([getattr(part, name) for part in parts])
                             for name in ("starts", "stops", "people"))
    return _Runs(starts, stops, people, first)
