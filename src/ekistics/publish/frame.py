"""The frame of a map sheet: a local equal-area projection, a round scale, and paths in tenths of a millimetre."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio.features
import rasterio.warp
import shapely
from affine import Affine
from pyproj import CRS

from ekistics.core.crs import WGS84, equal_area_for
from ekistics.core.raster import Raster

__all__ = ["Sheet", "hatched", "make_sheet", "path", "projected", "warped"]

SCALES = (5_000, 7_500, 10_000, 12_500, 15_000, 20_000, 25_000, 30_000, 40_000, 50_000, 60_000, 75_000, 100_000,
          125_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000)
BARS = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
WIDTH_MM, HEIGHT_MM = 170.0, 104.0
UNITS_PER_MM = 10.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A map frame.

    Parameters
    ----------
    crs : pyproj.CRS
        The local equal-area system, metres.
    left, top : float
        Its upper left corner in that system.
    scale : int
        The denominator: metres on the ground to a metre of paper.
    width, height : int
        Its size in tenths of a millimetre.
    """

    crs: CRS
    left: float
    top: float
    scale: int
    width: int
    height: int

    @property
    def unit_m(self) -> float:
        """Give the metres of ground under a tenth of a millimetre."""
        return self.scale / 1000.0 / UNITS_PER_MM

    @property
    def bar_m(self) -> int:
        """Give the length of the scale bar in metres: round, and at most a quarter of the width."""
        return max((b for b in BARS if b <= self.width * self.unit_m / 4), default=BARS[0])

    @property
    def box(self) -> shapely.Polygon:
        """Give the frame's ground in its CRS."""
        return shapely.box(self.left, self.top - self.height * self.unit_m, self.left + self.width * self.unit_m,
                           self.top)

    def units(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Turn metres into tenths of a millimetre, y downwards.

        Parameters
        ----------
        xy : numpy.ndarray, shape (n, 2)
            Coordinates in the sheet's CRS.

        Returns
        -------
        numpy.ndarray, shape (n, 2)
            Whole units.
        """
        away = (xy - (self.left, self.top)) * (1, -1) / self.unit_m
        return np.rint(away).astype(np.int64)


def make_sheet(frame: gpd.GeoDataFrame, *, margin: float = 0.04, around_m: float = 0.0) -> Sheet:
    """Choose the frame that shows some ground at a round scale.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        The ground, in EPSG:4326.
    margin : float
        Free space around it, as a share of its size.
    around_m : float
        Ground to show around it, metres.

    Returns
    -------
    Sheet
        The frame, 170 mm wide and at most 104 mm high, so that a page holds two.
    """
    west, south, east, north = frame.total_bounds
    crs = equal_area_for((west + east) / 2, (south + north) / 2)
    x0, y0, x1, y1 = frame.to_crs(crs).total_bounds
    wide, high = ((b - a) * (1 + 2 * margin) + 2 * around_m for a, b in ((x0, x1), (y0, y1)))
    scale = next((s for s in SCALES if wide * 1000 / s <= WIDTH_MM and high * 1000 / s <= HEIGHT_MM), SCALES[-1])
    unit = scale / 1000.0 / UNITS_PER_MM
    width, height = int(WIDTH_MM * UNITS_PER_MM), max(int(np.ceil(high / unit)), 500)
    return Sheet(crs, (x0 + x1) / 2 - width * unit / 2, (y0 + y1) / 2 + height * unit / 2, scale, width, height)


def path(geometry: npt.NDArray[np.object_], sheet: Sheet, *, closed: bool = False, tolerance: float = 0.4) -> str:
    """Write lines or polygons as one SVG path.

    Parameters
    ----------
    geometry : numpy.ndarray of shapely geometries
        In the sheet's CRS.
    sheet : Sheet
        The frame.
    closed : bool
        Whether the parts are rings.
    tolerance : float
        How far a simplified line may leave the true one, in tenths of a millimetre.

    Returns
    -------
    str
        The path data; empty where nothing is left.
    """
    seen = geometry[shapely.intersects(geometry, sheet.box)]
    if not len(seen):
        return ""
    parts = shapely.get_rings(shapely.get_parts(seen)) if closed else shapely.get_parts(seen)
    parts = shapely.simplify(parts, tolerance * sheet.unit_m, preserve_topology=False)
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    return _relative(sheet.units(xy), owner, "z" if closed else "")


def _relative(points: npt.NDArray[np.int64], owner: npt.NDArray[np.int64], end: str) -> str:
    """Write runs of points as moves from one to the next, leaving out steps of nothing."""
    if not len(points):
        return ""
    first = np.ones(len(points), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    step = np.zeros_like(points)
    step[1:] = points[1:] - points[:-1]
    keep = first | step.any(axis=1)
    starts = np.flatnonzero(first[keep])
    points, step, first = points[keep], step[keep], first[keep]
    stops = np.append(starts[1:], len(points))
    words = [f"{x} {y}" for x, y in step.tolist()]
    heads = points.tolist()
    return "".join(f"M{heads[a][0]} {heads[a][1]}l{' '.join(words[a + 1:b])}{end}"
                   for a, b in zip(starts.tolist(), stops.tolist(), strict=True) if b > a + 1)


def warped(raster: Raster, classes: npt.NDArray[np.uint8], crs: CRS, bounds: tuple[float, float, float, float], *,
           width: int, height: int) -> npt.NDArray[np.uint8]:
    """Bring a grid of classes onto a picture of another projection, nearest cell first.

    Parameters
    ----------
    raster : Raster
        The raster that the classes are of.
    classes : numpy.ndarray, shape (rows, columns)
        Its classes; 255 for none.
    crs : pyproj.CRS
        System of the picture.
    bounds : tuple of float
        Left, bottom, right, top in that system.
    width, height : int
        Pixels.

    Returns
    -------
    numpy.ndarray, shape (height, width)
        The classes.
    """
    left, bottom, right, top = bounds
    out = np.full((height, width), 255, dtype=np.uint8)
    transform = Affine((right - left) / width, 0, left, 0, (bottom - top) / height, top)
    rasterio.warp.reproject(classes, out, src_transform=raster.grid.transform, src_crs=raster.grid.crs.to_wkt(),
                            dst_transform=transform, dst_crs=crs.to_wkt(), src_nodata=255, dst_nodata=255,
                            resampling=rasterio.warp.Resampling.nearest)
    return out


def hatched(pixels: npt.NDArray[np.uint8], ground: npt.NDArray[np.object_], bounds: tuple[float, float, float, float],
            colour: int) -> tuple[npt.NDArray[np.uint8], bool]:
    """Hatch the pixels of some ground that have no class.

    Parameters
    ----------
    pixels : numpy.ndarray, shape (height, width)
        Classes; 255 for none.
    ground : numpy.ndarray of shapely geometries
        Where data is expected, in the picture's system.
    bounds : tuple of float
        Left, bottom, right, top of the picture.
    colour : int
        The class that hatching gets.

    Returns
    -------
    pixels : numpy.ndarray
        The classes with hatching.
    some : bool
        Whether there is any.
    """
    height, width = pixels.shape
    left, bottom, right, top = bounds
    transform = Affine((right - left) / width, 0, left, 0, (bottom - top) / height, top)
    outside = rasterio.features.geometry_mask(list(ground), (height, width), transform)
    empty = (pixels == 255) & ~outside
    rows, columns = np.indices(pixels.shape, sparse=True)
    lines = (rows + columns) % 9 < 2
    return np.where(empty & lines, np.uint8(colour), pixels), bool(empty.mean() > 1e-4)


def projected(frame: gpd.GeoDataFrame, sheet: Sheet) -> npt.NDArray[np.object_]:
    """Give a layer's shapes in the sheet's system.

    Parameters
    ----------
    frame : geopandas.GeoDataFrame
        The layer; EPSG:4326 where it does not say.
    sheet : Sheet
        The frame.

    Returns
    -------
    numpy.ndarray of shapely geometries
        The shapes.
    """
    known = frame if frame.crs is not None else frame.set_crs(WGS84)
    return np.asarray(known.geometry.to_crs(sheet.crs).values, dtype=object)
