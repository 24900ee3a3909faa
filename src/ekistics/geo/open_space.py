"""Open space: where people come in from the streets, how much land it is, and how far it is in a straight line."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from ekistics.core.crs import WGS84, equal_area_for
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.geo.crossings import crossings, segment_lines
from ekistics.geo.network.graph import Network
from ekistics.geo.network.snapping import Snapped, at_nodes, on_segments, snap
from ekistics.geo.outlines import reproject_outlines

__all__ = ["ACCESS_ORDER", "ENTRANCE_REACH_M", "Entrances", "dissolve", "entrances", "open_space_within",
           "straight_line_to_spaces"]

ACCESS_ORDER = ("public", "unknown", "private")
ENTRANCE_REACH_M = 50.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Entrances:
    """Places of a network where people come into spaces.

    Parameters
    ----------
    space : numpy.ndarray of int, shape (n,)
        Position of the space in the frame that was given.
    how : numpy.ndarray of str, shape (n,)
        ``crossing``: a street crosses the outline; ``node``: a node of the network inside; ``nearest``: the point of
        the outline nearest to a street.
    targets : Snapped
        The places, to be the targets of :func:`~ekistics.geo.network.distances.nearest`. The leg is 0, or the metres
        from the street to the outline.
    unreachable : numpy.ndarray of int
        Positions of the spaces without an entrance: farther from every street than the reach.
    """

    space: Ints
    how: npt.NDArray[np.str_]
    targets: Snapped
    unreachable: Ints

    def __len__(self) -> int:
        return int(self.space.size)

    def frame(self) -> pd.DataFrame:
        """Give the entrances as a table.

        Returns
        -------
        pandas.DataFrame
            ``space``, ``how``, ``segment``, ``fraction``, ``leg_m``, ``lon`` and ``lat``, one row an entrance.
        """
        to = self.targets
        return pd.DataFrame({"space": self.space, "how": self.how, "segment": to.segment, "fraction": to.fraction,
                             "leg_m": to.leg_m, "lon": to.lon, "lat": to.lat})


def entrances(network: Network, spaces: gpd.GeoDataFrame | gpd.GeoSeries, *,
              reach_m: float = ENTRANCE_REACH_M) -> Entrances:
    """Find where people come into open spaces from the walking network.

    Parameters
    ----------
    network : Network
        The walking network; closed segments give no entrance.
    spaces : geopandas.GeoDataFrame or geopandas.GeoSeries
        Open spaces in any CRS; holes are not part of them.
    reach_m : float
        A space without street or node attaches by the point of its outline nearest to the network, within this many
        metres.

    Returns
    -------
    Entrances
        The entrances of every space.

    Raises
    ------
    InvalidValueError
        The reach is negative.
    MissingCrsError
        The spaces have no CRS.

    Notes
    -----
    Every crossing of a segment with an outline, holes included, and every node inside is an entrance. A street that
    only touches the outline gives one too, and one that runs along it gives one where the common piece begins and one
    where it ends. Crossings are computed in degrees, see :mod:`ekistics.geo.crossings`.

    Examples
    --------
    >>> from ekistics.geo.network.graph import build_network
    >>> from ekistics.geo.streets import Streets, make_ways
    >>> none = np.zeros(1, np.int64)
    >>> street = Streets(np.array([0.0, 0.01]), np.zeros(2), none, none + 1, none, make_ways(highway=["path"]))
    >>> park = gpd.GeoSeries([shapely.box(0.002, -0.001, 0.004, 0.001)], crs=4326)
    >>> entrances(build_network(street), park).frame().round(6)[["how", "fraction"]].values.tolist()
    [['crossing', 0.2], ['crossing', 0.4]]
    """
    if not reach_m >= 0:
        raise InvalidValueError(_("The reach of an entrance is at least zero metres."), param="reach_m",
                                expected=">= 0", got=reach_m)
    outlines = _outlines(spaces, WGS84)
    parts = [_crossing_entrances(network, outlines), _node_entrances(network, outlines)]
    bare = np.setdiff1d(np.flatnonzero(~shapely.is_empty(outlines)), np.concatenate([parts[0][0], parts[1][0]]))
    parts.append(_nearest_entrances(network, outlines, bare, reach_m))
    space = np.concatenate([part[0] for part in parts])
    how = np.repeat(["crossing", "node", "nearest"], [len(part[0]) for part in parts])
    order = np.argsort(space, kind="stable")
    return Entrances(space[order], how[order], _joined([part[1] for part in parts], reach_m).take(order),
                     np.setdiff1d(np.arange(len(outlines)), space))


def dissolve(spaces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Merge open spaces by class of access, so that no ground stands twice.

    Parameters
    ----------
    spaces : geopandas.GeoDataFrame
        Open spaces with the column ``access``.

    Returns
    -------
    geopandas.GeoDataFrame
        One row a class of :data:`ACCESS_ORDER`, in a local equal-area CRS, with ``area_m2``. Where spaces of several
        classes overlap, public ground comes first, then unknown, then private: a playground inside a garden of
        unknown access is public.

    Raises
    ------
    InvalidValueError
        A space has another class of access.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 0.002, 0.001), shapely.box(0.001, 0, 0.003, 0.001)]
    >>> two = gpd.GeoDataFrame({"access": ["private", "public"]}, geometry=squares, crs=4326)
    >>> areas = dissolve(two)["area_m2"]
    >>> (areas / areas["private"]).round(6).to_dict()
    {'public': 2.0, 'unknown': 0.0, 'private': 1.0}
    """
    wrong = sorted(set(spaces["access"]) - set(ACCESS_ORDER))
    if wrong:
        raise InvalidValueError(_("An open space has an unknown class of access."), param="access",
                                expected=", ".join(ACCESS_ORDER), got=", ".join(map(str, wrong)))
    crs = _local_crs(spaces)
    outlines = _outlines(spaces, crs).copy()
    invalid = ~shapely.is_valid(outlines)
    outlines[invalid] = shapely.make_valid(outlines[invalid], method="structure", keep_collapsed=False)
    merged: list[Any] = []
    for name in ACCESS_ORDER:
        ground = shapely.disjoint_subset_union_all(outlines[(spaces["access"] == name).to_numpy()])
        for earlier in merged:
            ground = _without(ground, earlier)
        merged.append(ground)
    return gpd.GeoDataFrame({"area_m2": shapely.area(merged)}, geometry=merged, crs=crs,
                            index=pd.Index(ACCESS_ORDER, name="access"))


def open_space_within(spaces: gpd.GeoDataFrame, polygons: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.DataFrame:
    """Measure open space within polygons by class of access, each ground once.

    Parameters
    ----------
    spaces : geopandas.GeoDataFrame
        Open spaces with the column ``access``; they may overlap.
    polygons : geopandas.GeoDataFrame or geopandas.GeoSeries
        Polygons in any CRS; they may overlap, and each is measured for itself.

    Returns
    -------
    pandas.DataFrame
        By the index of the polygons, in square metres: ``open_space_public_m2``, ``open_space_unknown_m2`` and
        ``open_space_private_m2``. They add up to all open space; see :func:`dissolve` for what comes first.
    """
    ground = dissolve(spaces)
    zones = _outlines(polygons, ground.crs)
    return pd.DataFrame({f"open_space_{name}_m2": _area_within(ground.geometry[name], zones)
                         for name in ACCESS_ORDER}, index=polygons.index)


def straight_line_to_spaces(lon: npt.ArrayLike, lat: npt.ArrayLike, spaces: gpd.GeoDataFrame | gpd.GeoSeries, *,
                            limit_m: float = np.inf) -> Floats:
    """Measure the straight line from points to the nearest space; a point inside a space is at 0 m.

    Parameters
    ----------
    lon, lat : array of float, shape (n,)
        Points in degrees on WGS84.
    spaces : geopandas.GeoDataFrame or geopandas.GeoSeries
        The spaces in any CRS.
    limit_m : float
        Spaces farther than this count as not there.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Metres; infinite where there is no space within the limit.

    Notes
    -----
    Measured in an azimuthal projection centred on the points: exact to 1e-5 of the distance within 50 km of their
    centre.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    distance = np.full(lon.shape, np.inf)
    if not len(spaces) or not lon.size:
        return distance
    crs = equal_area_for(float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2)
    x, y = Transformer.from_crs(WGS84, crs, always_xy=True).transform(lon, lat)
    tree = shapely.STRtree(_outlines(spaces, crs))
    reach = limit_m if np.isfinite(limit_m) else None
    (point, _space), found = tree.query_nearest(np.asarray(shapely.points(x, y), dtype=object), max_distance=reach,
                                                return_distance=True, all_matches=False)
    distance[point] = found
    return distance


def _crossing_entrances(network: Network, outlines: Geometries) -> tuple[Ints, Snapped]:
    """Give where open segments cross outlines."""
    open_segments = np.flatnonzero(network.attachable)
    nodes = np.column_stack([network.lon, network.lat])
    found = crossings(nodes[network.start[open_segments]], nodes[network.end[open_segments]], outlines)
    return found.polygon, on_segments(network, open_segments[found.segment], found.fraction)


def _node_entrances(network: Network, outlines: Geometries) -> tuple[Ints, Snapped]:
    """Give the nodes inside."""
    points = np.asarray(shapely.points(network.lon, network.lat), dtype=object)
    space, node = shapely.STRtree(points).query(outlines, predicate="contains")
    targets = at_nodes(network, node)
    return space[targets.attached].astype(np.int64), targets.take(targets.attached)


def _nearest_entrances(network: Network, outlines: Geometries, bare: Ints, reach_m: float) -> tuple[Ints, Snapped]:
    """Attach spaces that no street enters by the point of their outline nearest to an open segment."""
    open_segments = np.flatnonzero(network.attachable)
    if not bare.size or not open_segments.size or not reach_m:
        return np.empty(0, np.int64), on_segments(network, np.empty(0, np.int64), np.empty(0))
    crs = equal_area_for(float(network.lon.mean()), float(network.lat.mean()))
    to_plane = Transformer.from_crs(WGS84, crs, always_xy=True)
    nodes = np.column_stack(to_plane.transform(network.lon, network.lat))
    lines = segment_lines(nodes[network.start[open_segments]], nodes[network.end[open_segments]])
    rims = shapely.boundary(shapely.transform(outlines[bare], lambda xy: np.column_stack(to_plane.transform(*xy.T))))
    row, line = shapely.STRtree(lines).query_nearest(rims, max_distance=reach_m * 1.01, all_matches=False)
    spots = shapely.get_coordinates(shapely.shortest_line(rims[row], lines[line]))[::2]
    lon, lat = to_plane.transform(spots[:, 0], spots[:, 1], direction="INVERSE")
    targets = snap(network, lon, lat, max_leg_m=reach_m)
    return bare[row[targets.attached]], targets.take(targets.attached)


def _joined(parts: list[Snapped], reach_m: float) -> Snapped:
    """Put attached points one after the other."""
    return Snapped(np.concatenate([part.segment for part in parts]), np.concatenate([part.fraction for part in parts]),
                   np.concatenate([part.leg_m for part in parts]), np.concatenate([part.lon for part in parts]),
                   np.concatenate([part.lat for part in parts]), np.concatenate([part.attached for part in parts]),
                   reach_m)


def _area_within(ground: Any, zones: Geometries) -> Floats:
    """Measure the part of some ground within each zone, part by part."""
    parts = shapely.get_parts(ground)
    area = np.zeros(len(zones))
    if not parts.size:
        return area
    tree = shapely.STRtree(parts)
    zone, part = tree.query(zones, predicate="intersects")
    inside = np.zeros(len(zone), dtype=bool)
    whole_zone, whole_part = tree.query(zones, predicate="contains")
    inside[np.isin(zone * len(parts) + part, whole_zone * len(parts) + whole_part)] = True
    np.add.at(area, zone[inside], shapely.area(parts[part[inside]]))
    np.add.at(area, zone[~inside], shapely.area(shapely.intersection(zones[zone[~inside]], parts[part[~inside]])))
    return area


def _without(ground: Any, taken: Any) -> Any:
    """Take ground away where it is taken, looking only at the parts that meet."""
    parts, others = shapely.get_parts(ground), shapely.get_parts(taken)
    other, part = shapely.STRtree(parts).query(others, predicate="intersects")
    touched = np.zeros(len(parts), dtype=bool)
    touched[part] = True
    left = shapely.difference(shapely.multipolygons(parts[touched]), shapely.multipolygons(others[np.unique(other)]))
    pieces = shapely.get_parts(left)
    polygons = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.POLYGON]
    return shapely.multipolygons(np.concatenate([parts[~touched], polygons]))


def _local_crs(frame: gpd.GeoDataFrame) -> CRS:
    """Give the equal-area system centred on a frame; that of the origin for an empty frame."""
    if frame.empty:
        return equal_area_for(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(_outlines(frame, WGS84))
    return equal_area_for((west + east) / 2, (south + north) / 2)


def _outlines(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: CRS) -> Geometries:
    """Give a frame's outlines in a CRS."""
    whole = frame if isinstance(frame, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=frame)
    outlines: Geometries = reproject_outlines(whole, crs).geometry.to_numpy()
    return outlines
