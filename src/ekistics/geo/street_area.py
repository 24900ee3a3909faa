"""Length, land and intersections of streets within polygons, cut exactly at the outlines."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ekistics.core.crs import GEOD, WGS84
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.geo.crossings import Crossings, crossings
from ekistics.geo.outlines import reproject_outlines
from ekistics.geo.street_widths import BOUNDS, StreetWidthTable, street_ways, street_widths
from ekistics.geo.streets import Streets

__all__ = ["Pieces", "intersections_within", "pieces_within", "streets_within"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]



@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Parts of segments within polygons.

    Parameters
    ----------
    segment, polygon : numpy.ndarray, shape (n,)
        Which segment lies in which polygon.
    begin, end : numpy.ndarray, shape (n,)
        From where to where on the segment, as fractions.
    weight : numpy.ndarray, shape (n,)
        1 inside; 0.5 for a piece that runs along the outline, since the other half belongs to the other side.
    """

    segment: Ints
    polygon: Ints
    begin: Floats
    end: Floats
    weight: Floats


def streets_within(streets: Streets, polygons: gpd.GeoDataFrame | gpd.GeoSeries, *, which: Bools | None = None,
                   table: StreetWidthTable | None = None, by_class: bool = False) -> pd.DataFrame:
    """Measure the length and the land of streets within polygons, cut exactly at the outlines.

    Parameters
    ----------
    streets : Streets
        The streets.
    polygons : geopandas.GeoDataFrame or geopandas.GeoSeries
        Polygons in any CRS; they may overlap, and each is measured for itself.
    which : numpy.ndarray of bool, shape (n_ways,), optional
        Ways that count; those of :func:`street_ways` for land by default.
    table : StreetWidthTable, optional
        The table of widths; the program's own by default.
    by_class : bool
        Give one row a polygon and value of ``highway`` instead of one a polygon.

    Returns
    -------
    pandas.DataFrame
        By the index of the polygons (and ``highway``): ``street_length_m``, geodesic on WGS84; ``street_area_low_m2``,
        ``street_area_mid_m2``, ``street_area_high_m2``, length times width; ``width_tagged_share`` and
        ``lanes_tagged_share``, shares (0 to 1) of the length whose width comes from the tag ``width`` or ``lanes``,
        NaN where there is no street.

    Notes
    -----
    Land at crossings of streets is counted once for each street, so the sum is somewhat too large there. Streets that
    run along an outline count half on either side, so that neighbourhoods add up to their city.
    """
    widths = street_widths(streets.ways, table)
    counts = street_ways(streets.ways, table) if which is None else np.asarray(which, dtype=bool)
    counts = counts & (widths["how"] != "none").to_numpy()
    chosen = np.flatnonzero(counts[streets.way])
    outlines = _outlines(polygons)
    pieces = pieces_within(streets, outlines, chosen)
    length = _lengths(streets, pieces) * pieces.weight
    way = streets.way[pieces.segment]
    how = widths["how"].to_numpy()[way]
    table_of = pd.DataFrame({"polygon": pieces.polygon, "street_length_m": length}
                            | {f"street_area_{bound}_m2": length * widths[bound].to_numpy()[way] for bound in BOUNDS}
                            | {f"{rule}_tagged_share": length * (how == rule) for rule in ("width", "lanes")})
    keys = ["polygon"]
    if by_class:
        table_of["highway"] = streets.ways["highway"].to_numpy()[way]
        keys.append("highway")
    sums = table_of.groupby(keys, sort=True).sum()
    return _by_polygon(sums, polygons.index, by_class)


def _by_polygon(sums: pd.DataFrame, index: pd.Index, by_class: bool) -> pd.DataFrame:
    """Turn sums into shares where they are shares, and positions into the index of the polygons."""
    if by_class:
        position = sums.index.get_level_values("polygon").to_numpy(dtype=np.int64)
        levels = [index.take(position), sums.index.get_level_values("highway")]
        sums.index = pd.MultiIndex.from_arrays(levels, names=[index.name, "highway"])
    else:
        sums = sums.reindex(np.arange(len(index)), fill_value=0.0).set_axis(index, axis=0)
    length = sums["street_length_m"].where(sums["street_length_m"] > 0)
    for rule in ("width", "lanes"):
        sums[f"{rule}_tagged_share"] = sums[f"{rule}_tagged_share"] / length
    return sums


def pieces_within(streets: Streets, outlines: npt.NDArray[Any], chosen: Ints) -> Pieces:
    """Cut segments at the outlines of polygons and keep what lies within each.

    Parameters
    ----------
    streets : Streets
        The streets.
    outlines : numpy.ndarray of shapely geometry, shape (n_polygons,)
        Polygons in longitude and latitude.
    chosen : numpy.ndarray of int
        Segments to cut.

    Returns
    -------
    Pieces
        The pieces, by polygon.
    """
    nodes = np.column_stack([streets.lon, streets.lat])
    start, end = nodes[streets.start[chosen]], nodes[streets.end[chosen]]
    shapely.prepare(outlines)
    cut = crossings(start, end, outlines)
    middles = shapely.STRtree(np.asarray(shapely.points((start + end) / 2), dtype=object))
    polygon, segment = middles.query(outlines, predicate="contains")
    whole = ~np.isin(polygon * len(chosen) + segment, cut.polygon * len(chosen) + cut.segment)
    polygon, segment = polygon[whole], segment[whole]
    parts = _cut_pieces(start, end, outlines, cut)
    return Pieces(chosen[np.concatenate([segment, parts.segment])], np.concatenate([polygon, parts.polygon]),
                  np.concatenate([np.zeros(len(segment)), parts.begin]),
                  np.concatenate([np.ones(len(segment)), parts.end]),
                  np.concatenate([np.ones(len(segment)), parts.weight]))


def _cut_pieces(start: Floats, end: Floats, outlines: npt.NDArray[Any], cut: Crossings) -> Pieces:
    """Keep the pieces between crossings whose middle lies inside, and those along an outline at half weight."""
    pairs = np.unique(np.column_stack([cut.polygon, cut.segment]), axis=0)
    ends = np.tile([0.0, 1.0], len(pairs))
    points = np.unique(np.concatenate([np.column_stack([cut.polygon, cut.segment, cut.fraction]),
                                       np.column_stack([np.repeat(pairs, 2, axis=0), ends])]), axis=0)
    same = (points[1:, :2] == points[:-1, :2]).all(axis=1)
    polygon, segment = points[:-1][same][:, 0].astype(np.int64), points[:-1][same][:, 1].astype(np.int64)
    begin, stop = points[:-1][same][:, 2], points[1:][same][:, 2]
    middle = start[segment] + (end - start)[segment] * ((begin + stop) / 2)[:, None]
    weight = shapely.contains_xy(outlines[polygon], middle[:, 0], middle[:, 1]).astype(np.float64)
    place = polygon * max(len(start), 1) + segment
    for run_place, run_from, run_to in zip(cut.run_polygon * max(len(start), 1) + cut.run_segment, cut.run_from,
                                           cut.run_to, strict=True):
        first, last = np.searchsorted(place, [run_place, run_place + 1])
        along = (begin[first:last] >= run_from) & (stop[first:last] <= run_to)
        weight[first:last][along] = 0.5
    inside = weight > 0
    return Pieces(segment[inside], polygon[inside], begin[inside], stop[inside], weight[inside])


def intersections_within(streets: Streets, polygons: gpd.GeoDataFrame | gpd.GeoSeries, *, minimum_ways: int = 3,
                         which: Bools | None = None) -> pd.DataFrame:
    """Count the intersections and dead ends of streets within polygons.

    Parameters
    ----------
    streets : Streets
        The streets.
    polygons : geopandas.GeoDataFrame or geopandas.GeoSeries
        Polygons in any CRS; they may overlap, and each is counted for itself.
    minimum_ways : int
        Least number of street segments that meet in an intersection.
    which : numpy.ndarray of bool, shape (n_ways,), optional
        Ways that count; those of :func:`street_ways` for the network by default.

    Returns
    -------
    pandas.DataFrame, shape (n_polygons, 2)
        By the index of the polygons: ``intersections`` and ``dead_ends``, nodes where one segment ends.

    Notes
    -----
    A node on an outline counts on both sides. Roads with two carriageways make several nodes where they meet, and each
    is counted. A street that the file cuts off looks like a dead end.
    """
    if minimum_ways < 2:
        raise InvalidValueError(_("An intersection needs at least two streets."), param="minimum_ways", expected=">= 2",
                                got=minimum_ways)
    counts = street_ways(streets.ways, use="network") if which is None else np.asarray(which, dtype=bool)
    chosen = counts[streets.way] & (streets.start != streets.end)
    degree = np.bincount(np.concatenate([streets.start[chosen], streets.end[chosen]]), minlength=streets.n_nodes)
    outlines = _outlines(polygons)
    found = {}
    for name, nodes in (("intersections", degree >= minimum_ways), ("dead_ends", degree == 1)):
        tree = shapely.STRtree(np.asarray(shapely.points(streets.lon[nodes], streets.lat[nodes]), dtype=object))
        found[name] = np.bincount(tree.query(outlines, predicate="intersects")[0], minlength=len(outlines))
    return pd.DataFrame(found, index=polygons.index)


def _outlines(polygons: gpd.GeoDataFrame | gpd.GeoSeries) -> npt.NDArray[Any]:
    """Give outlines in longitude and latitude."""
    frame = polygons if isinstance(polygons, gpd.GeoDataFrame) else gpd.GeoDataFrame(geometry=polygons)
    outlines: npt.NDArray[Any] = reproject_outlines(frame, WGS84).geometry.to_numpy()
    return outlines


def _lengths(streets: Streets, pieces: Pieces) -> Floats:
    """Give the geodesic length of every piece."""
    nodes = np.column_stack([streets.lon, streets.lat])
    start = nodes[streets.start[pieces.segment]]
    along = nodes[streets.end[pieces.segment]] - start
    a, b = start + along * pieces.begin[:, None], start + along * pieces.end[:, None]
    length: Floats = np.asarray(GEOD.inv(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[2], dtype=np.float64)
    return length
