"""Outlines in another CRS: straight edges are followed by points, so that they stay where they were."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from ekistics.core.crs import norm_crs
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["METRES_PER_DEGREE", "metres_per_unit", "reproject_outlines"]

METRES_PER_DEGREE = 111_320.0  # along the equator: the longest a degree can be, so pieces are never too long
_LONGEST = 720.0  # degrees; twice round the Earth is no longitude


def metres_per_unit(crs: CRS) -> float:
    """Give the metres in one unit of a CRS's plane.

    Parameters
    ----------
    crs : pyproj.CRS
        The system.

    Returns
    -------
    float
        1 for metres, 0.3048 for feet, :data:`METRES_PER_DEGREE` for degrees.

    Examples
    --------
    >>> from ekistics.core.crs import MOLLWEIDE, WGS84
    >>> metres_per_unit(MOLLWEIDE), metres_per_unit(WGS84)
    (1.0, 111320.0)
    """
    if crs.is_geographic:
        return METRES_PER_DEGREE
    return float(crs.axis_info[0].unit_conversion_factor)


def reproject_outlines(frame: gpd.GeoDataFrame, crs: CRS, *, max_segment_m: float = 1000.0) -> gpd.GeoDataFrame:
    """Reproject outlines, with points put along edges that are long.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        Polygons, lines or points with a CRS.
    crs : pyproj.CRS
        The target.
    max_segment_m : float
        Longest piece of an edge that is carried over as a straight line; a kilometre bends by about 0.02 m.

    Returns
    -------
    geopandas.GeoDataFrame
        The frame in the target CRS; the same rows, columns and index.

    Raises
    ------
    MissingCrsError
        The frame has no CRS.
    InvalidValueError
        An outline cannot be expressed in the target, for example beyond the edge of its map.

    Examples
    --------
    >>> from ekistics.core.crs import MOLLWEIDE, WGS84
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 60, 10, 61)], crs=WGS84)
    >>> len(reproject_outlines(square, MOLLWEIDE).geometry.iloc[0].exterior.coords) > 1000
    True
    """
    source = norm_crs(frame.crs, where="zones")
    if source == crs:
        return frame
    transformer = Transformer.from_crs(source, crs, always_xy=True)
    _carried(frame.geometry.to_numpy(), transformer, source, crs)  # refuse before points are put along nonsense
    outlines = shapely.segmentize(frame.geometry.to_numpy(), max_segment_m / metres_per_unit(source))
    points = _carried(outlines, transformer, source, crs)
    moved = shapely.set_coordinates(shapely.force_2d(outlines), points)
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=crs))


def _carried(outlines: npt.NDArray[Any], transformer: Transformer, source: CRS, crs: CRS) -> npt.NDArray[np.float64]:
    """Carry the points of outlines over, refusing those that have no place in the other system."""
    points = shapely.get_coordinates(outlines)
    x, y = transformer.transform(points[:, 0], points[:, 1])
    placed = np.isfinite(x) & np.isfinite(y)
    if source.is_geographic:
        placed &= np.abs(points[:, 0]) <= _LONGEST
    if not placed.all():
        raise InvalidValueError(_("An outline cannot be expressed in the other coordinate reference system."),
                                where="zones", expected=crs.name, got=tuple(points[int(placed.argmin())].tolist()),
                                hint=_("Check that the coordinates are in the system that the layer states."))
    return np.column_stack([x, y])
