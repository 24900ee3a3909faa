"""Where straight segments cross the outlines of polygons, as a fraction of the segment.

Segments of streets are straight between their nodes, in longitude and latitude. The crossing of a segment with an edge
of an outline is computed in degrees: a street segment is at most some kilometres long, and over that length a straight
line in degrees and the geodesic differ by millimetres, less than the data bear.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["Crossings", "crossings", "outline_edges", "segment_lines"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]

_DIGITS = 12  # of a fraction: two edges that share a corner must give one point, and 1e-12 of a street is nothing


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Points where segments meet outlines, each once, ordered by polygon, segment and fraction.

    Parameters
    ----------
    segment, polygon : numpy.ndarray, shape (n,)
        Which segment meets the outline of which polygon.
    fraction : numpy.ndarray, shape (n,)
        Where on the segment, 0 at its start and 1 at its end.
    run_segment, run_polygon : numpy.ndarray, shape (n_runs,)
        Which segment runs along the outline of which polygon.
    run_from, run_to : numpy.ndarray, shape (n_runs,)
        Where on the segment that begins and ends; both are among the fractions.
    """

    segment: Ints
    polygon: Ints
    fraction: Floats
    run_segment: Ints
    run_polygon: Ints
    run_from: Floats
    run_to: Floats


def segment_lines(start: Floats, end: Floats) -> Geometries:
    """Make two-point lines.

    Parameters
    ----------
    start, end : numpy.ndarray, shape (n, 2)
        Ends of the segments.

    Returns
    -------
    numpy.ndarray of shapely.LineString, shape (n,)
        The lines.
    """
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)


def outline_edges(polygons: Geometries) -> tuple[Floats, Floats, Ints]:
    """Give the edges of all rings, holes included.

    Parameters
    ----------
    polygons : numpy.ndarray of shapely.Polygon or shapely.MultiPolygon, shape (n_polygons,)
        The polygons.

    Returns
    -------
    tuple of numpy.ndarray
        Starts and ends, shape (n_edges, 2), and the polygon of each edge.

    Examples
    --------
    >>> starts, ends, owner = outline_edges(np.array([shapely.box(0, 0, 1, 1)], dtype=object))
    >>> len(starts), owner.tolist()
    (4, [0, 0, 0, 0])
    """
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    inside = ring[1:] == ring[:-1]
    owner = np.asarray(part_owner, dtype=np.int64)[ring_part][ring[:-1][inside]]
    return points[:-1][inside], points[1:][inside], owner


def crossings(start: Floats, end: Floats, polygons: Geometries) -> Crossings:
    """Find where segments meet the outlines of polygons.

    Parameters
    ----------
    start, end : numpy.ndarray, shape (n_segments, 2)
        Ends of the segments, in the plane of the polygons.
    polygons : numpy.ndarray of shapely geometry, shape (n_polygons,)
        The polygons; holes have outlines too.

    Returns
    -------
    Crossings
        The points. A segment that runs along an edge meets it where the common piece begins and ends.

    Notes
    -----
    The pairs that meet come from GEOS, whose predicate is exact; the fraction is computed in float64.

    Examples
    --------
    >>> found = crossings(np.array([[-1.0, 0.5]]), np.array([[3.0, 0.5]]),
    ...                   np.array([shapely.box(0, 0, 1, 1)], dtype=object))
    >>> found.fraction.tolist()
    [0.25, 0.5]
    """
    edge_start, edge_end, owner = outline_edges(polygons)
    if not len(edge_start) or not len(start):
        none, nowhere = np.empty(0, np.int64), np.empty(0)
        return Crossings(none, none, nowhere, none, none, nowhere, nowhere)
    tree = shapely.STRtree(segment_lines(start, end))
    edge, segment = tree.query(segment_lines(edge_start, edge_end), predicate="intersects")
    first, second = _meetings(start[segment], end[segment], edge_start[edge], edge_end[edge])
    polygon = owner[edge]
    along = ~np.isnan(second)
    table = np.column_stack([np.concatenate([polygon, polygon[along]]), np.concatenate([segment, segment[along]]),
                             np.concatenate([first, second[along]])])
    table = np.unique(table, axis=0)
    return Crossings(table[:, 1].astype(np.int64), table[:, 0].astype(np.int64), table[:, 2],
                     segment[along], polygon[along], first[along], second[along])


def _meetings(p: Floats, q: Floats, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Give where pq meets ab as fractions of pq; the second is NaN unless they run along each other."""
    along, edge, offset = q - p, b - a, a - p
    turn = _cross(along, edge)
    length2 = (along * along).sum(axis=1)
    parallel = np.abs(turn) <= 1e-12 * np.sqrt(length2 * (edge * edge).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        single = np.clip(_cross(offset, edge) / turn, 0.0, 1.0)
        at_a = np.clip((offset * along).sum(axis=1) / length2, 0.0, 1.0)
        at_b = np.clip(((b - p) * along).sum(axis=1) / length2, 0.0, 1.0)
    at_a, at_b, single = (np.round(fraction, _DIGITS) for fraction in (at_a, at_b, single))
    first = np.where(parallel, np.minimum(at_a, at_b), single)
    second = np.where(parallel & (at_a != at_b), np.maximum(at_a, at_b), np.nan)
    return np.nan_to_num(first, nan=0.0), second


def _cross(a: Floats, b: Floats) -> Floats:
    """Give the turn from one plane vector to another."""
    turn: Floats = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return turn
