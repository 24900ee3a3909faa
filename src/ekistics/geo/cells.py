"""True areas of grid cells: exact in equal-area systems and in degrees, by corners elsewhere."""

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from ekistics.core.crs import GEOD, is_equal_area
from ekistics.core.errors import GeographicCrsError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid
from ekistics.geo.outlines import metres_per_unit

__all__ = ["cell_areas_m2"]

Floats = npt.NDArray[np.float64]


def cell_areas_m2(grid: Grid, *, on_ellipsoid: bool = False) -> Floats:
    """Give the true area of the cells of a grid.

    Parameters
    ----------
    grid : Grid
        The cells.
    on_ellipsoid : bool
        Measure each cell of a projection on the ellipsoid, whether the projection keeps areas or not.

    Returns
    -------
    numpy.ndarray, shape (height, 1), or (height, width) when a projection is measured on the ellipsoid
        Square metres; it broadcasts over the columns.

    Raises
    ------
    GeographicCrsError
        The projection does not keep areas, and ``on_ellipsoid`` is not set.

    Notes
    -----
    Degrees: the closed form for the ellipsoid of the CRS between two parallels. Projections that keep areas: the
    plane's own area, so that a 1 km cell of GHSL has 1 km2 as its producer counts it. World Mollweide keeps the areas
    of a sphere, which are 0.67 % above those of the ellipsoid at the equator and 0.67 % below at the poles. On the
    ellipsoid: each cell's corners in the cylindrical equal-area projection of WGS84.

    Examples
    --------
    >>> from affine import Affine
    >>> from ekistics.core.crs import WGS84
    >>> round(float(cell_areas_m2(Grid(WGS84, Affine(360, 0, -180, 0, -180, 90), 1, 1))[0, 0]) / 1e12, 6)
    510.065622
    """
    crs = grid.crs
    if crs.is_geographic:
        return _areas_between_parallels(grid)
    if is_equal_area(crs) and not on_ellipsoid:
        return np.full((grid.height, 1), grid.cell_area * metres_per_unit(crs) ** 2)
    if not on_ellipsoid:
        raise GeographicCrsError(_("Areas cannot be measured in this projection."), expected=_("an equal-area CRS"),
                                 got=crs.name, hint=_("Reproject the grid to an equal-area system first."))
    return _areas_by_corners(grid)


def _areas_between_parallels(grid: Grid) -> Floats:
    """Give the area of cells in degrees, row by row."""
    geod = grid.crs.get_geod() or GEOD
    a, b = geod.a, geod.b
    t = grid.transform
    unit = np.pi / 180
    sine = np.sin(np.clip((t.f + t.e * np.arange(grid.height + 1)) * unit, -np.pi / 2, np.pi / 2))
    e = np.sqrt(max(1 - (b / a) ** 2, 1e-30))
    belt = b**2 * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e) / 2
    return np.asarray(-np.diff(belt)[:, None] * t.a * unit, dtype=np.float64)


def _areas_by_corners(grid: Grid) -> Floats:
    """Give the area of each cell from its corners in an equal-area projection of the ellipsoid."""
    t = grid.transform
    x, y = np.meshgrid(t.c + t.a * np.arange(grid.width + 1), t.f + t.e * np.arange(grid.height + 1))
    flat = CRS.from_proj4("+proj=cea +ellps=WGS84 +units=m +no_defs")
    x, y = Transformer.from_crs(grid.crs, flat, always_xy=True).transform(x, y)
    across = (x[:-1, :-1] - x[1:, 1:]) * (y[:-1, 1:] - y[1:, :-1])
    along = (x[:-1, 1:] - x[1:, :-1]) * (y[:-1, :-1] - y[1:, 1:])
    return np.asarray(np.abs(across - along) / 2, dtype=np.float64)
