"""The walking network: nodes, segments with their geodesic lengths, and which parts hang together."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.geo.network.geodesy import segment_lengths, to_ecef
from ekistics.geo.network.pieces import Pieces, make_pieces
from ekistics.geo.network.rules import DEFAULT_RULES, WalkRules, walkable
from ekistics.geo.streets import Streets

__all__ = ["Network", "build_network"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Network:
    """A street network for walking, undirected.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (n_nodes,)
        Nodes in degrees on WGS84; only nodes that a walkable segment touches.
    start, end : numpy.ndarray, shape (n_segments,)
        The nodes that a segment joins.
    length : numpy.ndarray, shape (n_segments,)
        Geodesic length in metres.
    weight : numpy.ndarray, shape (n_segments,)
        Length times penalty: what a distance sums; infinite where the segment is closed.
    attachable : numpy.ndarray of bool, shape (n_segments,)
        Open, and in a part of at least the smallest size asked for.
    part : numpy.ndarray, shape (n_nodes,)
        Part of the network that a node belongs to; part 0 has most nodes.
    part_size : numpy.ndarray, shape (n_parts,)
        Nodes of each part.
    street_node, street_segment : numpy.ndarray
        Where a node and a segment stand in the :class:`Streets` that they come from.
    indptr, indices, weights : numpy.ndarray
        The open segments, both ways, as compressed sparse rows.
    settings : dict
        The parameters used; see :meth:`parameters`.
    """

    lon: Floats
    lat: Floats
    start: Ints
    end: Ints
    length: Floats
    weight: Floats
    attachable: Flags
    part: Ints
    part_size: Ints
    street_node: Ints
    street_segment: Ints
    indptr: npt.NDArray[np.int32]
    indices: npt.NDArray[np.int32]
    weights: Floats
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def n_nodes(self) -> int:
        """Give the number of nodes."""
        return int(self.lon.size)

    @property
    def n_segments(self) -> int:
        """Give the number of segments, closed ones included."""
        return int(self.start.size)

    @property
    def length_km(self) -> float:
        """Give the length of all segments in kilometres."""
        return float(self.length.sum() / 1000)

    @cached_property
    def ecef(self) -> Floats:
        """Give Earth-centred coordinates of the nodes, shape (n_nodes, 3), metres."""
        return to_ecef(self.lon, self.lat)

    def places(self, node: Ints) -> Floats:
        """Give Earth-centred coordinates of some nodes, shape (n, 3), metres; of few, without those of all."""
        if node.size < self.n_nodes // 2 and "ecef" not in self.__dict__:
            return to_ecef(self.lon[node], self.lat[node])
        placed: Floats = self.ecef[node]
        return placed

    @cached_property
    def pieces(self) -> Pieces:
        """Give the index by which the segments near a point are found."""
        return make_pieces(self.lon, self.lat, self.start, self.end, self.length)

    def parameters(self) -> dict[str, Any]:
        """Give what the network was built with, for the run's record.

        Returns
        -------
        dict
            The rules, the counts of closed and penalised segments, and the smallest part.
        """
        return dict(self.settings)


def build_network(streets: Streets, *, rules: WalkRules = DEFAULT_RULES, closed: npt.ArrayLike | None = None,
                  penalty: npt.ArrayLike | None = None, min_part_nodes: int = 0) -> Network:
    """Build the walking network of streets.

    Parameters
    ----------
    streets : Streets
        All ways, unfiltered.
    rules : WalkRules
        Which ways are walkable.
    closed : array of bool, shape (n_ways,) or (n_street_segments,), optional
        Ways or segments that nobody can pass. They stay in the network, so that a point attached to one is known to
        be cut off, but nothing goes through them and :func:`snap` attaches nothing to them.
    penalty : array of float, shape (n_ways,) or (n_street_segments,), optional
        Factor on the length, above zero; 1 changes nothing. A delay worth ``m`` metres on a segment of ``l`` metres is
        the factor ``1 + m / l``.
    min_part_nodes : int
        Nothing is attached to parts of the network with fewer nodes; by default parts of any size count.

    Returns
    -------
    Network
        The network; without nodes where no way is walkable.

    Raises
    ------
    InvalidValueError
        ``closed`` or ``penalty`` has another length, or a penalty is not above zero.

    Notes
    -----
    A segment joins two neighbouring nodes of a way and is a geodesic on WGS84. Ways that cross without a common node
    (bridges) are not joined. Walking is possible both ways on every segment, ``oneway`` or not.

    Examples
    --------
    >>> from ekistics.geo.streets import make_ways
    >>> lon, lat, way = np.array([0.0, 0.001, 0.002]), np.zeros(3), np.array([0, 1])
    >>> streets = Streets(lon, lat, np.array([0, 1]), np.array([1, 2]), way, make_ways(highway=["path", "motorway"]))
    >>> network = build_network(streets)
    >>> network.n_segments, network.length.round(4).tolist()
    (1, [111.3195])
    """
    shut = _per_segment(streets, closed, "closed", False).astype(np.bool_)
    factor = _per_segment(streets, penalty, "penalty", 1.0).astype(np.float64)
    if not (np.isfinite(factor).all() and (factor > 0).all()):
        raise InvalidValueError(_("A penalty is a factor above zero; close a street with 'closed'."), param="penalty",
                                expected="> 0", got=float(factor.min()))
    chosen = np.flatnonzero(walkable(streets.ways, rules)[streets.way])
    touched = np.zeros(streets.n_nodes, np.bool_)
    touched[streets.start[chosen]] = touched[streets.end[chosen]] = True
    street_node, number = np.flatnonzero(touched), np.cumsum(touched) - 1
    lon, lat = streets.lon[street_node], streets.lat[street_node]
    start, end = number[streets.start[chosen]], number[streets.end[chosen]]
    length = segment_lengths(lon, lat, start, end)
    weight = np.where(shut[chosen], np.inf, length * factor[chosen])
    indptr, indices, weights = _rows(start, end, weight, street_node.size)
    part, part_size = _parts(indptr, indices)
    attachable = np.isfinite(weight) & (part_size[part[start]] >= min_part_nodes)
    settings = {"walk_rules": rules.parameters(), "lengths": "geodesic on WGS84", "directed": False,
                "closed_segments": int(shut[chosen].sum()), "penalised_segments": int((factor[chosen] != 1).sum()),
                "min_part_nodes": min_part_nodes}
    return Network(lon, lat, start, end, length, weight, attachable, part, part_size, street_node, chosen,
                   indptr, indices, weights, settings)


def _per_segment(streets: Streets, values: npt.ArrayLike | None, name: str, default: Any) -> npt.NDArray[Any]:
    """Spread values given by way or by segment over the segments."""
    if values is None:
        return np.full(streets.n_segments, default)
    given = np.asarray(values)
    if given.shape == (streets.n_segments,):
        if streets.n_segments == len(streets.ways) and (streets.way != np.arange(streets.n_segments)).any():
            raise InvalidValueError(_("There are as many ways as segments; give one value a segment as "
                                      "values[streets.way] and add a way, or drop the ways without segments."),
                                    param=name)
        return given
    if given.shape == (len(streets.ways),):
        spread: npt.NDArray[Any] = given[streets.way]
        return spread
    raise InvalidValueError(_("One value a way or one a segment is needed."), param=name,
                            expected=f"{len(streets.ways)} or {streets.n_segments}", got=given.shape)


def _rows(start: Ints, end: Ints, weight: Floats, n_nodes: int) -> tuple[npt.NDArray[np.int32],
                                                                         npt.NDArray[np.int32], Floats]:
    """Lay the open segments out as compressed sparse rows, both ways; parallel segments stay apart.

    The sparse matrix of (node, arc) is used as a counting sort of the arcs by node: its entries are all different, so
    that nothing is summed.
    """
    here = np.flatnonzero(np.isfinite(weight))
    head = np.concatenate([start[here], end[here]])
    tail = np.concatenate([end[here], start[here]])
    arc = np.arange(head.size)
    order = coo_array((np.ones(head.size, np.int8), (head, arc)), shape=(n_nodes, max(head.size, 1))).tocsr()
    weights = np.concatenate([weight[here], weight[here]])[order.indices]
    return order.indptr.astype(np.int32), tail[order.indices].astype(np.int32), weights


def _parts(indptr: npt.NDArray[np.int32], indices: npt.NDArray[np.int32]) -> tuple[Ints, Ints]:
    """Sort nodes into connected parts, the largest first; of equal ones, that with the lowest node."""
    n_nodes = indptr.size - 1
    if n_nodes == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    joined = csr_array((np.ones(indices.size, np.int8), indices, indptr), shape=(n_nodes, n_nodes))
    count, label = connected_components(joined, directed=False)
    size = np.bincount(label, minlength=count)
    first = np.full(count, n_nodes)
    np.minimum.at(first, label, np.arange(n_nodes))
    order = np.lexsort((first, -size))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank[label], size[order].astype(np.int64)
