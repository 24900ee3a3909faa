"""Distances along streets, and straight ones beside them, from many points to the nearest of many targets."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import KDTree

from ekistics.core.crs import GEOD
from ekistics.geo.network.geodesy import to_ecef
from ekistics.geo.network.graph import Network
from ekistics.geo.network.snapping import TIE_M, Snapped

__all__ = ["Nearest", "nearest", "nearest_of_nodes", "straight_line"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NEIGHBOURS = 8  # by chord; their order by geodesic can differ from it only by micrometres


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest target of each point.

    Parameters
    ----------
    distance_m : numpy.ndarray, shape (n,)
        Metres; infinite where no target is reached.
    target : numpy.ndarray, shape (n,)
        Index of that target; -1 where none is reached. Of targets at one distance (to 1e-7 m), the lowest
        index.
    settings : dict
        The parameters used; see :meth:`parameters`.
    """

    distance_m: Floats
    target: Ints
    settings: dict[str, Any] = field(default_factory=dict)

    def parameters(self) -> dict[str, Any]:
        """Give what the distances were measured with, for the run's record.

        Returns
        -------
        dict
            Parameters of the measure, and of the network and the attachment where there are any.
        """
        return dict(self.settings)


def nearest(network: Network, origins: Snapped, targets: Snapped, *, limit_m: float = np.inf,
            count_legs: bool = True) -> Nearest:
    """Measure from each origin to the nearest target along the streets.

    Parameters
    ----------
    network : Network
        The network that both were attached to, or one of the same streets and rules with other closures or penalties.
    origins, targets : Snapped
        Attached points; unattached ones reach nothing and are not reached.
    limit_m : float
        Farther targets count as not reached.
    count_legs : bool
        Whether the straight legs at both ends are part of the distance.

    Returns
    -------
    Nearest
        One row an origin.

    Notes
    -----
    One search from all targets at once (Dijkstra), each entering its segment's two ends with its leg and its part of
    the segment. An origin leaves by the shorter side of its own segment; where a target stands on the same segment,
    the two are also joined along it.

    Examples
    --------
    >>> from ekistics.geo.network.graph import build_network
    >>> from ekistics.geo.network.snapping import snap
    >>> from ekistics.geo.streets import Streets, make_ways
    >>> none = np.zeros(1, np.int64)
    >>> street = Streets(np.array([0.0, 0.01]), np.zeros(2), none, none + 1, none, make_ways(highway=["path"]))
    >>> network = build_network(street)
    >>> nearest(network, snap(network, [0.002], [0.0]), snap(network, [0.004], [0.0])).distance_m.round(4).tolist()
    [222.639]
    """
    origin_leg, target_leg = _legs(origins, count_legs), _legs(targets, count_legs)
    at_node = _search(network, targets, target_leg, limit_m)
    distance, target = np.full(len(origins), np.inf), np.full(len(origins), -1, np.int64)
    on = np.flatnonzero(origins.attached)
    segment = origins.segment[on]
    weight = network.weight[segment]
    passable = np.isfinite(weight)
    before = np.multiply(origins.fraction[on], weight, out=np.full(on.size, np.inf), where=passable)
    after = np.subtract(weight, before, out=np.full(on.size, np.inf), where=passable)
    for end, part in ((network.start, before), (network.end, after)):
        through = end[segment]
        _keep_nearer(distance, target, on, origin_leg[on] + part + at_node.distance_m[through], at_node.target[through])
    _join_on_segment(network, (origins, origin_leg), (targets, target_leg), distance, target)
    far = ~(distance <= limit_m) | ~np.isfinite(distance)
    distance[far], target[far] = np.inf, -1
    settings = {"measure": "along streets", "limit_m": limit_m, "count_legs": count_legs,
                "network": network.parameters(), "origins": origins.parameters(), "targets": targets.parameters()}
    return Nearest(distance, target, settings)


def nearest_of_nodes(network: Network, targets: Snapped, *, limit_m: float = np.inf,
                     count_legs: bool = True) -> Nearest:
    """Measure from each node of the network to the nearest target along the streets.

    Parameters
    ----------
    network : Network
        The network.
    targets : Snapped
        Attached points.
    limit_m : float
        Farther targets count as not reached.
    count_legs : bool
        Whether the targets' straight legs are part of the distance.

    Returns
    -------
    Nearest
        One row a node.
    """
    found = _search(network, targets, _legs(targets, count_legs), limit_m)
    settings = {"measure": "along streets", "limit_m": limit_m, "count_legs": count_legs,
                "network": network.parameters(), "targets": targets.parameters()}
    return Nearest(found.distance_m, found.target, settings)


def straight_line(lon: npt.ArrayLike, lat: npt.ArrayLike, target_lon: npt.ArrayLike,
                  target_lat: npt.ArrayLike) -> Nearest:
    """Measure from each point to the nearest target as the crow flies, by geodesics on WGS84.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Points in degrees.
    target_lon, target_lat : array of float, shape (n_targets,)
        Targets in degrees.

    Returns
    -------
    Nearest
        One row a point.

    Examples
    --------
    >>> straight_line([0.0], [0.0], [0.01, 0.002], [0.0, 0.0]).distance_m.round(3).tolist()
    [222.639]
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    places, first = np.unique(np.column_stack([np.asarray(target_lon, np.float64), np.asarray(target_lat, np.float64)]),
                              axis=0, return_index=True)
    settings = {"measure": "straight line", "lengths": "geodesic on WGS84"}
    if not len(places) or not x.size:
        return Nearest(np.full(x.size, np.inf), np.full(x.size, -1, np.int64), settings)
    order = np.argsort(first)
    places, first = places[order], first[order].astype(np.int64)
    count = min(_NEIGHBOURS, len(places))
    candidate = KDTree(to_ecef(places[:, 0], places[:, 1])).query(to_ecef(x, y), k=count)[1].reshape(x.size, count)
    candidate = np.sort(candidate, axis=1)
    there = places[candidate]
    length = GEOD.inv(np.repeat(x, count), np.repeat(y, count), there[:, :, 0].ravel(), there[:, :, 1].ravel())[2]
    length = np.asarray(length).reshape(x.size, count)
    best = (length <= length.min(axis=1, keepdims=True) + TIE_M).argmax(axis=1)
    row = np.arange(x.size)
    return Nearest(length[row, best], first[candidate[row, best]], settings)


def _legs(points: Snapped, count_legs: bool) -> Floats:
    """Give the legs to count; unattached points never enter the sums."""
    return points.leg_m if count_legs else np.where(points.attached, 0.0, np.nan)


def _search(network: Network, targets: Snapped, leg: Floats, limit_m: float) -> Nearest:
    """Search from all targets at once and give the nearest of each node."""
    reached = np.full(network.n_nodes, np.inf), np.full(network.n_nodes, -1, np.int64)
    entering = np.flatnonzero(targets.attached)
    entering = entering[np.isfinite(network.weight[targets.segment[entering]])]
    entering = _without_doubles(targets, leg, entering)
    if not entering.size:
        return Nearest(*reached)
    graph = _with_targets(network, targets, leg, entering)
    sources = np.arange(network.n_nodes, graph.shape[0], dtype=np.int32)
    distance, _before, source = dijkstra(graph, directed=True, indices=sources, min_only=True, limit=limit_m,
                                         return_predecessors=True)
    label = np.where(np.isfinite(distance), source, graph.shape[0]).astype(np.int32)
    _settle_ties(graph, distance, label)
    nodes = label[:network.n_nodes]
    met = nodes < graph.shape[0]
    reached[0][met] = distance[:network.n_nodes][met]
    reached[1][met] = entering[nodes[met] - network.n_nodes]
    return Nearest(*reached)


def _without_doubles(targets: Snapped, leg: Floats, entering: Ints) -> Ints:
    """Keep the first of targets that stand at one place with one leg."""
    columns = leg[entering], targets.fraction[entering], targets.segment[entering]
    order = np.lexsort((entering, *columns))
    same = np.ones(max(order.size - 1, 0), dtype=np.bool_)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    return np.sort(entering[order[np.concatenate([[True], ~same])[:order.size]]])


def _with_targets(network: Network, targets: Snapped, leg: Floats, entering: Ints) -> csr_array:
    """Add a node for each target, with one-way arcs into the two ends of its segment."""
    segment = targets.segment[entering]
    before = targets.fraction[entering] * network.weight[segment]
    into = np.column_stack([network.start[segment], network.end[segment]]).ravel()
    cost = np.column_stack([leg[entering] + before, leg[entering] + network.weight[segment] - before]).ravel()
    size = network.n_nodes + entering.size
    indptr = np.concatenate([network.indptr, network.indptr[-1] + 2 * np.arange(1, entering.size + 1)])
    indices = np.concatenate([network.indices, into])
    return csr_array((np.concatenate([network.weights, cost]), indices.astype(np.int32), indptr.astype(np.int32)),
                     shape=(size, size))


def _settle_ties(graph: csr_array, distance: Floats, label: npt.NDArray[np.int32]) -> None:
    """Give nodes at one distance from several targets the lowest target, wherever the search met them first.

    A node's label may be replaced by a lower one of a neighbour through which its distance is just as short.
    """
    head = np.repeat(np.arange(graph.shape[0], dtype=np.int32), np.diff(graph.indptr))
    latest = np.where(np.isfinite(distance), distance + TIE_M, -np.inf)  # what is not reached has no label to settle
    while True:
        arc = np.flatnonzero(label[head] < label[graph.indices])
        arc = arc[distance[head[arc]] + graph.data[arc] <= latest[graph.indices[arc]]]
        if not arc.size:
            return
        np.minimum.at(label, graph.indices[arc], label[head[arc]])


def _keep_nearer(distance: Floats, target: Ints, row: Ints, other: Floats, other_target: Ints) -> None:
    """Replace distances by shorter ones, or targets by lower ones at the same distance."""
    own = distance[row]
    better = (other < own - TIE_M) | ((other <= own + TIE_M) & np.isfinite(other) & (other_target < target[row]))
    target[row[better]] = other_target[better]
    distance[row] = np.minimum(own, other)


def _join_on_segment(network: Network, origins: tuple[Snapped, Floats], targets: tuple[Snapped, Floats],
                     distance: Floats, target: Ints) -> None:
    """Join origins and targets that stand on one segment along it."""
    (here, leg), (there, there_leg) = origins, targets
    goal = np.flatnonzero(there.attached)
    goal = goal[np.argsort(there.segment[goal], kind="stable")]
    on = np.flatnonzero(here.attached)
    first = np.searchsorted(there.segment[goal], here.segment[on], side="left")
    count = np.searchsorted(there.segment[goal], here.segment[on], side="right") - first
    row = np.repeat(on, count)
    taken = goal[np.repeat(first - (np.cumsum(count) - count), count) + np.arange(row.size)]
    apart = np.abs(here.fraction[row] - there.fraction[taken])
    weight = network.weight[here.segment[row]]
    along = np.multiply(apart, weight, out=np.full(row.size, np.inf), where=np.isfinite(weight))
    length = leg[row] + there_leg[taken] + along
    order = np.lexsort((taken, np.round(length / TIE_M), row))
    chosen = order[np.diff(row[order], prepend=-1) != 0]
    _keep_nearer(distance, target, row[chosen], length[chosen], taken[chosen])
