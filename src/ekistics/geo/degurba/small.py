"""The whole classification on arrays in plain numpy and scipy: no compile pause, for a city or a country."""

import numpy as np
import numpy.typing as npt

from ekistics.geo.degurba.cells import Cells, base_codes, layer_mask
from ekistics.geo.degurba.centres import Centres, tabulate
from ekistics.geo.degurba.clusters import Clusters, find_clusters
from ekistics.geo.degurba.gaps import fill_gaps, gap_limit_cells
from ekistics.geo.degurba.grids import FloatArray, GridSource, check_values
from ekistics.geo.degurba.layers import Plan
from ekistics.geo.degurba.parameters import DegurbaParameters
from ekistics.geo.degurba.semi_dense import semi_dense_cells
from ekistics.geo.degurba.smoothing import IdArray, smooth_edges

__all__ = ["classify_small"]

Bytes = npt.NDArray[np.uint8]


def classify_small(source: GridSource, parameters: DegurbaParameters) -> tuple[Bytes, Centres]:
    """Classify a grid held in memory at once.

    Parameters
    ----------
    source : GridSource
        The grids.
    parameters : DegurbaParameters
        The rules, without "dynamic".

    Returns
    -------
    byte : numpy.ndarray of uint8
        Working bytes of :mod:`ekistics.geo.degurba.codes`.
    centres : Centres
        The urban centres.
    """
    grids = source.read(0, source.shape[0]).as_float()
    for values, name in zip(grids, ("population", "built_up", "land"), strict=True):
        check_values(values, name)
    cells = Cells.of(grids, source.cell_area, parameters)
    plan = Plan.of(parameters)
    masks = [layer_mask(cells, layer) for layer in plan.layers]
    clusters = [find_clusters(mask, people, queen=layer.queen)
                for layer, (mask, people) in zip(plan.layers, masks, strict=True)]
    byte = base_codes(cells, parameters)
    people = masks[plan.centre.layer][1]
    ids = _centre_ids(clusters[plan.centre.layer], people, byte, parameters, source.cell_area)
    _paint_all(byte, ids, clusters, plan, parameters)
    inside = np.flatnonzero(ids)
    return byte, tabulate(inside, ids.reshape(-1)[inside], source)


def _centre_ids(clusters: Clusters, people: FloatArray, byte: Bytes, parameters: DegurbaParameters,
                cell_area: float) -> IdArray:
    """Find the urban centres: size, edges, gaps in the order of the rules."""
    known = (byte & 15) != 0
    limit = gap_limit_cells(parameters, cell_area) if parameters.gap_fill else 0
    pockets = parameters.gap_fill and parameters.gap_pockets == "fill"

    def fill(ids: IdArray) -> IdArray:
        return fill_gaps(ids, known, limit, pockets=pockets) if parameters.gap_fill else ids

    if parameters.centre_size_test == "after_gap_filling":
        ids = fill(clusters.labels)
        ids = _large_enough(ids, clusters, people, parameters.centre_size)
    else:
        ids = np.where(clusters.at_least(parameters.centre_size)[clusters.labels], clusters.labels, 0)
    if parameters.gap_fill_order == "before_smoothing":
        return smooth_edges(fill(ids), byte, parameters)
    return fill(smooth_edges(ids, byte, parameters))


def _large_enough(ids: IdArray, clusters: Clusters, people: FloatArray, size: float) -> IdArray:
    """Keep the centres that have enough people with their filled gaps."""
    added = np.flatnonzero((ids > 0) & (clusters.labels == 0))
    more = np.bincount(ids.reshape(-1)[added], weights=people.reshape(-1)[added], minlength=len(clusters.people))
    enough = clusters.people + more >= size
    enough[0] = False
    return np.where(enough[ids], ids, 0)


def _paint_all(byte: Bytes, ids: IdArray, clusters: list[Clusters], plan: Plan, parameters: DegurbaParameters) -> None:
    """Paint the clusters of both levels into the working bytes, never downwards and never on missing cells."""
    rank2, rank1 = byte & 15, byte >> 4 & 3
    known = rank2 > 0
    centre = ids > 0
    dense = clusters[plan.dense.layer].at_least(plan.dense.size)[clusters[plan.dense.layer].labels]
    semi_dense = semi_dense_cells(clusters[plan.semi_dense.layer], plan.semi_dense.size, centre | dense,
                                  parameters.semi_dense_distance)
    painted = [(plan.centre.paint, centre), (plan.dense.paint, dense), (plan.semi_dense.paint, semi_dense)]
    painted += [(step.paint, clusters[step.layer].at_least(step.size)[clusters[step.layer].labels])
                for step in plan.plain]
    for paint, where in painted:
        where = where & known
        np.maximum(rank2, paint & 15, out=rank2, where=where)
        np.maximum(rank1, paint >> 4, out=rank1, where=where)
    byte[...] = rank2 | rank1 << 4
