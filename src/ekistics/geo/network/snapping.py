"""Attaching points to the nearest point of the nearest street, inside a segment if need be."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.geo.network.geodesy import east_north_up, from_ecef, geodesic_lengths, mean_radius, to_ecef
from ekistics.geo.network.graph import Network
from ekistics.geo.network.pieces import CELL_M

__all__ = ["Snapped", "at_nodes", "on_segments", "snap"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_BLOCK = 4096  # points at a time, so that the pairs of points and segments fit in memory
TIE_M = 1e-7  # lengths that differ by less are equal


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Points on a network.

    Parameters
    ----------
    segment : numpy.ndarray, shape (n,)
        Segment of the network that a point is attached to; -1 where it is attached to none.
    fraction : numpy.ndarray, shape (n,)
        Where on the segment: 0 at its start, 1 at its end; NaN where unattached.
    leg_m : numpy.ndarray, shape (n,)
        Straight distance to that place, metres; NaN where unattached.
    lon, lat : numpy.ndarray, shape (n,)
        That place, degrees on WGS84; NaN where unattached.
    attached : numpy.ndarray of bool, shape (n,)
        False for points farther than ``max_leg_m`` from every street.
    max_leg_m : float
        The longest leg that was allowed.
    attach : str
        ``edge`` or ``node``: to what the points were attached.
    """

    segment: Ints
    fraction: Floats
    leg_m: Floats
    lon: Floats
    lat: Floats
    attached: Flags
    max_leg_m: float
    attach: str = "edge"

    def __len__(self) -> int:
        return int(self.segment.size)

    def take(self, chosen: npt.ArrayLike) -> "Snapped":
        """Give some of the points.

        Parameters
        ----------
        chosen : array of bool or int
            A mask or positions.

        Returns
        -------
        Snapped
            The points chosen, in that order.
        """
        at = np.asarray(chosen)
        at = at if at.dtype == np.bool_ else at.astype(np.int64)
        return Snapped(self.segment[at], self.fraction[at], self.leg_m[at], self.lon[at], self.lat[at],
                       self.attached[at], self.max_leg_m, self.attach)

    def parameters(self) -> dict[str, Any]:
        """Give what the points were attached with, for the run's record.

        Returns
        -------
        dict
            The longest leg and what the points attach to.
        """
        return {"max_leg_m": self.max_leg_m, "attach": self.attach}


def snap(network: Network, lon: npt.ArrayLike, lat: npt.ArrayLike, *, max_leg_m: float = 250.0,
         attach: str = "edge") -> Snapped:
    """Attach points to the nearest point of the nearest walkable segment.

    Parameters
    ----------
    network : Network
        The network; closed segments attract nothing.
    lon, lat : array of float, shape (n,)
        Points in degrees on WGS84.
    max_leg_m : float
        Points farther than this from every segment stay unattached.
    attach : str
        ``edge``: the nearest point, inside a segment if need be. ``node``: the nearest node, as common practice does.

    Returns
    -------
    Snapped
        One row a point.

    Raises
    ------
    InvalidValueError
        A point has no finite coordinates, or the longest leg is not above zero.

    Notes
    -----
    Each candidate segment is seen in the gnomonic projection centred on the point, in which geodesics through the
    neighbourhood are straight and distances from the centre are those on the ellipsoid: the leg is right to 2e-6 m
    for segments of some kilometres, to 1e-5 m for one of 20 km.
    The place on the segment is then measured by the geodesics to its two ends. Of segments at one distance (a common
    node) the first in the network is taken.
    """
    lon, lat = _points(lon, lat)
    if not max_leg_m > 0 or attach not in ("edge", "node"):
        raise InvalidValueError(_("A point attaches to an edge or a node by a leg above zero."), param="max_leg_m",
                                expected="> 0; edge, node", got=f"{max_leg_m}; {attach}")
    found = [_snap_block(network, lon[at:at + _BLOCK], lat[at:at + _BLOCK], max_leg_m, attach)
             for at in range(0, lon.size, _BLOCK)] or [_Best.none(0)]
    best = _Best(*(np.concatenate(column) for column in zip(*((b.segment, b.leg, b.foot) for b in found), strict=True)))
    return _locate(network, best, max_leg_m, attach)


def at_nodes(network: Network, node: npt.ArrayLike) -> Snapped:
    """Give nodes of the network as attached points, without a leg.

    Parameters
    ----------
    network : Network
        The network.
    node : array of int, shape (n,)
        Nodes.

    Returns
    -------
    Snapped
        One row a node; unattached where all segments of a node are closed.
    """
    chosen = np.asarray(node, dtype=np.int64)
    segment = np.full(network.n_nodes, -1, np.int64)
    fraction = np.zeros(network.n_nodes)
    for ends, where in ((network.end, 1.0), (network.start, 0.0)):
        here = np.flatnonzero(network.attachable)[::-1]
        segment[ends[here]], fraction[ends[here]] = here, where
    return on_segments(network, segment[chosen], fraction[chosen])


def on_segments(network: Network, segment: npt.ArrayLike, fraction: npt.ArrayLike,
                leg_m: npt.ArrayLike = 0.0) -> Snapped:
    """Give places on segments as attached points.

    Parameters
    ----------
    network : Network
        The network.
    segment : array of int, shape (n,)
        Segments; -1 for a point that is attached to none.
    fraction : array of float, shape (n,)
        Where on the segment, from 0 to 1 of its length.
    leg_m : array of float, optional
        Metres of straight leg to that place; 0 by default.

    Returns
    -------
    Snapped
        One row a place.
    """
    segment = np.asarray(segment, dtype=np.int64)
    fraction, leg = np.broadcast_arrays(np.asarray(fraction, np.float64), np.asarray(leg_m, np.float64), segment)[:2]
    attached = segment >= 0
    place = np.full((segment.size, 3), np.nan)
    on, at = segment[attached], fraction[attached][:, None]
    place[attached] = network.ecef[network.start[on]] * (1 - at) + network.ecef[network.end[on]] * at
    lon, lat = from_ecef(place)
    longest = float(leg[attached].max(initial=0.0))
    return Snapped(segment, np.where(attached, fraction, np.nan), np.where(attached, leg, np.nan), lon, lat, attached,
                   longest)


@dataclass(frozen=True, slots=True, eq=False)
class _Best:
    """The nearest segment of each point (-1 for none), the leg to it, and the foot in Earth-centred coordinates."""

    segment: Ints
    leg: Floats
    foot: Floats

    @classmethod
    def none(cls, count: int) -> "_Best":
        return cls(np.full(count, -1, np.int64), np.full(count, np.inf), np.full((count, 3), np.nan))


def _points(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Check coordinates."""
    x, y = np.atleast_1d(np.asarray(lon, np.float64)), np.atleast_1d(np.asarray(lat, np.float64))
    bad = np.flatnonzero(~(np.isfinite(x) & np.isfinite(y)))
    if bad.size:
        raise InvalidValueError(_("A point has no coordinates."), where=_("point {row}").format(row=int(bad[0])),
                                expected=_("finite degrees"), got=(float(x[bad[0]]), float(y[bad[0]])))
    return x, y


def _snap_block(network: Network, lon: Floats, lat: Floats, max_leg_m: float, attach: str) -> _Best:
    """Attach some points: first to what is close, then the rest by looking farther."""
    best = _Best.none(lon.size)
    waiting = np.arange(lon.size)
    last = int(np.ceil(max_leg_m / (CELL_M * 0.99) + 0.5))
    for rings in sorted({1, min(2, last), last}):
        found = _nearest_segments(network, lon[waiting], lat[waiting], rings, attach)
        best.segment[waiting], best.leg[waiting], best.foot[waiting] = found.segment, found.leg, found.foot
        waiting = waiting[found.leg > network.pieces.reach_m(rings)]
        if not waiting.size:
            break
    far = best.leg > max_leg_m
    best.segment[far] = -1
    return best


def _nearest_segments(network: Network, lon: Floats, lat: Floats, rings: int, attach: str) -> _Best:
    """Find the nearest attachable segment among those in the cells around each point."""
    point, segment = network.pieces.near(lon, lat, rings)
    kept = network.attachable[segment]
    point, segment = point[kept], segment[kept]
    best = _Best.none(lon.size)
    if not point.size:
        return best
    ecef, axes, radius = to_ecef(lon, lat), east_north_up(lon, lat), mean_radius(lat)
    plane = _Plane(ecef, axes, radius, point)
    foot = _foot(plane.project(network.places(network.start[segment])),
                 plane.project(network.places(network.end[segment])), attach)
    leg = radius[point] * np.arctan(np.hypot(*foot) / radius[point])
    first = np.flatnonzero(np.diff(point, prepend=-1))
    owner = point[first]
    shortest = np.repeat(np.minimum.reduceat(leg, first), np.diff(first, append=point.size))
    rank = np.where(leg <= shortest + TIE_M, segment, network.n_segments)
    lowest = np.repeat(np.minimum.reduceat(rank, first), np.diff(first, append=point.size))
    pair = np.flatnonzero(rank == lowest)
    pair = pair[np.diff(point[pair], prepend=-1) != 0]
    best.segment[owner], best.leg[owner] = segment[pair], leg[pair]
    best.foot[owner] = plane.lift(foot[0][pair], foot[1][pair], owner)
    return best


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """Gnomonic planes, one centred on each point."""

    ecef: Floats
    axes: tuple[Floats, Floats, Floats]
    radius: Floats
    point: Ints

    def project(self, place: Floats) -> tuple[Floats, Floats]:
        """Give east and north of places as seen from their points."""
        away = place - self.ecef[self.point]
        east, north, up = (np.einsum("ij,ij->i", away, axis[self.point]) for axis in self.axes)
        scale = 1 / (1 + up / self.radius[self.point])
        return east * scale, north * scale

    def lift(self, east: Floats, north: Floats, point: Ints) -> Floats:
        """Give Earth-centred coordinates of places near points."""
        below = (east * east + north * north) / (2 * self.radius[point])
        e, n, u = (axis[point] for axis in self.axes)
        lifted: Floats = self.ecef[point] + e * east[:, None] + n * north[:, None] - u * below[:, None]
        return lifted


def _foot(a: tuple[Floats, Floats], b: tuple[Floats, Floats], attach: str) -> tuple[Floats, Floats]:
    """Give the point of the plane segments ab that is nearest to the origin."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length2 = dx * dx + dy * dy
    along = np.clip(-(a[0] * dx + a[1] * dy) / np.where(length2 > 0, length2, 1.0), 0.0, 1.0)
    if attach == "node":
        along = np.where(np.hypot(*a) <= np.hypot(*b), 0.0, 1.0)
    return a[0] + along * dx, a[1] + along * dy


def _locate(network: Network, best: _Best, max_leg_m: float, attach: str) -> Snapped:
    """Measure where on its segment each foot is, by the geodesics to the segment's ends."""
    attached = best.segment >= 0
    lon, lat = from_ecef(np.where(attached[:, None], best.foot, np.nan))
    fraction = np.full(lon.size, np.nan)
    on = best.segment[attached]
    x, y = lon[attached], lat[attached]
    start, end = network.start[on], network.end[on]
    before = geodesic_lengths(network.lon[start], network.lat[start], x, y)
    after = geodesic_lengths(x, y, network.lon[end], network.lat[end])
    total = before + after
    fraction[attached] = np.divide(before, total, out=np.zeros_like(before), where=total > 0)
    return Snapped(best.segment, fraction, np.where(attached, best.leg, np.nan), lon, lat, attached, max_leg_m, attach)
