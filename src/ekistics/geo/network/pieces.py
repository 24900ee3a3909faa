"""An index of street segments: short pieces sorted by grid cell, so that those near a point are found at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.geo.network.geodesy import from_ecef, to_ecef

__all__ = ["CELL_M", "Pieces", "make_pieces"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CELL_M = 125.0
_DEGREE_LAT_M = 110_500.0  # shortest degree of latitude on the ellipsoid, rounded down
_DEGREE_LON_M = 111_300.0  # a degree of longitude at the equator, rounded down; times cos(latitude) elsewhere
_MARGIN = 0.99
_STRAIGHT_M = 1000.0  # up to here a geodesic and a straight line in degrees are within decimetres


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of segments of at most :data:`CELL_M`, sorted by the grid cell of their middle.

    Parameters
    ----------
    key : numpy.ndarray, shape (n_pieces,)
        Cell of each piece: row times ``columns`` plus column, ascending.
    segment : numpy.ndarray, shape (n_pieces,)
        The segment it is of.
    lon, lat : float
        Longitude about which longitudes are unrolled, and latitude of row 0.
    cell_lon, cell_lat : float
        Size of a cell in degrees; nowhere less than :data:`CELL_M` in metres.
    columns : int
        Cells in a row.
    """

    key: Ints
    segment: Ints
    lon: float
    lat: float
    cell_lon: float
    cell_lat: float
    columns: int

    def reach_m(self, rings: int) -> float:
        """Give the distance within which ``rings`` cells around a point's own cell leave out no segment.

        Parameters
        ----------
        rings : int
            Cells to each side.

        Returns
        -------
        float
            Metres.
        """
        return (rings - 0.5) * CELL_M * _MARGIN

    def near(self, lon: Floats, lat: Floats, rings: int) -> tuple[Ints, Ints]:
        """Pair points with the segments that have a piece in the cells around them.

        Parameters
        ----------
        lon, lat : numpy.ndarray, shape (n,)
            Points in degrees.
        rings : int
            Cells to each side of a point's own.

        Returns
        -------
        point, segment : numpy.ndarray, shape (n_pairs,)
            The pairs, ordered by point; a segment of several pieces may come more than once.
        """
        column, row = self._cells(lon, lat)
        rows = row[:, None] + np.arange(-rings, rings + 1)
        left, right = np.maximum(column - rings, 0), np.minimum(column + rings, self.columns - 1)
        first = np.searchsorted(self.key, rows * self.columns + left[:, None], side="left")
        last = np.searchsorted(self.key, rows * self.columns + right[:, None], side="right")
        count = np.where((left <= right)[:, None], last - first, 0).ravel()
        total = int(count.sum())
        offset = np.cumsum(count) - count
        taken = np.arange(total) - np.repeat(offset - first.ravel(), count)
        return np.repeat(np.repeat(np.arange(lon.size), 2 * rings + 1), count), self.segment[taken]

    def _cells(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints]:
        """Give the column and row of the cell that holds a point."""
        return (np.floor(_unroll(lon, self.lon) / self.cell_lon).astype(np.int64) + self.columns // 2,
                np.floor((lat - self.lat) / self.cell_lat).astype(np.int64))


def make_pieces(lon: Floats, lat: Floats, start: Ints, end: Ints, length: Floats) -> Pieces:
    """Cut segments into pieces and sort them by cell.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (n_nodes,)
        Nodes in degrees on WGS84.
    start, end : numpy.ndarray, shape (n_segments,)
        Nodes that the segments join.
    length : numpy.ndarray, shape (n_segments,)
        Metres.

    Returns
    -------
    Pieces
        The index.

    Notes
    -----
    A piece is at most as long as a cell is wide, so if it comes within ``r`` metres of a point, its middle lies within
    ``r`` plus half a cell of it. That is what :meth:`Pieces.reach_m` rests on, with one part in a hundred to spare for
    the narrowing of cells towards the poles.
    """
    if not start.size:
        return Pieces(start, end, 0.0, 0.0, 1.0, 1.0, 3)
    centre, south = float(lon[0]), float(lat.min()) - 1.0
    narrow = max(np.cos(np.radians(np.abs(lat).max())), 1e-3)
    cell_lon, cell_lat = CELL_M / (_DEGREE_LON_M * narrow), CELL_M / _DEGREE_LAT_M
    columns = 2 * (int(180.0 / cell_lon) + 2)
    count = np.maximum(np.ceil(length / CELL_M), 1).astype(np.int64)
    segment = np.repeat(np.arange(start.size), count)
    within = np.arange(segment.size) - np.repeat(np.cumsum(count) - count, count)
    at = (within + 0.5) / count[segment]
    tail, head = start[segment], end[segment]
    middle_lon, middle_lat = lon[tail] + at * (lon[head] - lon[tail]), lat[tail] + at * (lat[head] - lat[tail])
    curved = np.flatnonzero((length[segment] > _STRAIGHT_M) | (np.abs(lon[head] - lon[tail]) > 180))
    middle_lon[curved], middle_lat[curved] = _middles(lon, lat, tail[curved], head[curved], at[curved])
    index = Pieces(segment, segment, centre, south, cell_lon, cell_lat, columns)
    column, row = index._cells(middle_lon, middle_lat)
    key = row * columns + column
    order = np.argsort(key, kind="stable")  # streets stand in the order of places, which this sort makes use of
    return Pieces(key[order], segment[order], centre, south, cell_lon, cell_lat, columns)


def _middles(lon: Floats, lat: Floats, tail: Ints, head: Ints, at: Floats) -> tuple[Floats, Floats]:
    """Give places on long segments, which are not straight in degrees, and on those across the date line."""
    share = at[:, None]
    return from_ecef(to_ecef(lon[tail], lat[tail]) * (1 - share) + to_ecef(lon[head], lat[head]) * share)


def _unroll(lon: Floats, centre: float) -> Floats:
    """Give longitudes as differences from a centre, within half a turn."""
    turned: Floats = lon - centre
    if turned.size and max(turned.max(), -turned.min()) > 180.0:
        turned = (turned + 180.0) % 360.0 - 180.0  # across the date line; the remainder is slow, so not for every city
    return turned
