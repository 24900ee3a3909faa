"""The ground of the made-up city: where it lies, its coast, river, hills of density and main roads, as functions.

Everything is in local metres, x to the east and y to the north of the city's centre, which lies in the South Atlantic
at 24° S, 3° W, some 890 km from the nearest island: nobody can take it for a real place.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer

from ekistics.core.crs import equal_area_for

__all__ = ["ARTERIAL_RINGS", "CENTRE", "CITY_RADIUS", "LIMIT", "LOCAL", "RADIALS", "Floats", "Noise", "coast", "land",
           "in_river", "polar_patch", "radial_line", "ring_line", "river", "river_x", "to_local", "to_lonlat"]

Floats = npt.NDArray[np.float64]

CENTRE = (-3.0, -24.0)
LOCAL: CRS = equal_area_for(*CENTRE)
LIMIT = 17_000.0
CITY_RADIUS = 13_200.0
# Bearings of the main roads out of the city, counted from the east against the clock, radians.
RADIALS = tuple(np.radians([14.0, 47.0, 88.0, 127.0, 163.0]))
ARTERIAL_RINGS = (1_700.0, 4_800.0)
RIVER_HALF_WIDTH = 70.0

_FORWARD = Transformer.from_crs(4326, LOCAL, always_xy=True)


def to_local(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Turn degrees into local metres."""
    x, y = _FORWARD.transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Turn local metres into degrees."""
    lon, lat = _FORWARD.transform(x, y, direction="INVERSE")
    return np.asarray(lon), np.asarray(lat)


@dataclass(frozen=True)
class Noise:
    """A smooth random field: a sum of waves in all directions, the same for the same seed.

    Parameters
    ----------
    seed : int
        Seed of the waves.
    length : float
        Longest wave, metres.
    waves : int
        How many.
    """

    seed: int
    length: float
    waves: int = 24

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """Give the field, with mean 0 and a standard deviation of about 1."""
        rng = np.random.default_rng([self.seed, int(self.length)])
        angle, phase = rng.uniform(0, 2 * np.pi, (2, self.waves))
        number = 2 * np.pi / (self.length * rng.uniform(0.25, 1.0, self.waves))
        total = np.zeros(np.broadcast(x, y).shape)
        for a, p, k in zip(angle, phase, number, strict=True):
            total += np.cos(k * (np.cos(a) * x + np.sin(a) * y) + p)
        return np.asarray(total * np.sqrt(2 / self.waves))


def coast(x: Floats) -> Floats:
    """Give the northing of the coast: land lies north of it; a bay makes the harbour, a cape shelters it."""
    wave = 800 * np.sin(x / 6_100 + 0.6) + 330 * np.sin(x / 2_300 + 2.0) + 90 * np.sin(x / 610 + 1.0)
    bay = 1_500 * np.exp(-(((x + 1_300) / 1_000) ** 2))
    cape = -2_400 * np.exp(-(((x - 3_600) / 1_300) ** 2)) - 1_100 * np.exp(-(((x + 8_200) / 2_200) ** 2))
    return np.asarray(-1_900 + wave + bay + cape)


def river_x(y: Floats) -> Floats:
    """Give the easting of the middle of the river, which comes from the north and ends in the bay."""
    grow = np.clip((y + 400) / 3_000, 0, 1)
    return np.asarray(-1_350 + grow * (620 * np.sin(y / 2_150 + 0.4) + 260 * np.sin(y / 830)) - 0.09 * np.maximum(y, 0))


def in_river(x: Floats, y: Floats, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    """Tell whether a place is in the river, or nearer to it than a margin."""
    return np.asarray(np.abs(x - river_x(y)) < RIVER_HALF_WIDTH + margin)


def river() -> shapely.Polygon:
    """Give the river as a polygon, from the edge of the map into the bay."""
    y = np.arange(-700.0, LIMIT + 1, 60.0)
    middle = shapely.linestrings(np.stack([river_x(y), y], axis=1))
    return shapely.buffer(middle, RIVER_HALF_WIDTH, cap_style="flat")


def land() -> shapely.Polygon:
    """Give the land of the map, its coast as a line with a point each 60 m; the river is not taken out."""
    x = np.arange(-LIMIT, LIMIT + 1, 60.0)
    shore = np.stack([x, coast(x)], axis=1)
    return shapely.polygons(np.vstack([shore, [[LIMIT, LIMIT], [-LIMIT, LIMIT]]]))


def radial_line(number: int, inner: float, outer: float, step: float = 60.0) -> Floats:
    """Give a main road out of the city as points: it bends a little on its way."""
    r = np.arange(inner, outer + step / 2, step)
    angle = _bent(RADIALS[number], r)
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)


def _bent(angle: float, r: Floats) -> Floats:
    return np.asarray(angle + 0.055 * np.sin(r / 1_900 + 7 * angle) + 0.03 * np.sin(r / 800 + 3 * angle))


def ring_line(radius: float, step: float = 60.0) -> Floats:
    """Give a ring road as points, where it runs on land."""
    count = int(2 * np.pi * radius / step)
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False) - np.pi / 2
    r = radius * (1 + 0.05 * np.sin(3 * angle + radius) + 0.02 * np.sin(7 * angle))
    return np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)


def polar_patch(inner: float, outer: float, first: float, last: float) -> shapely.Polygon:
    """Give the ground between two distances and two bearings, bounded by the main roads where these are theirs.

    Parameters
    ----------
    inner, outer : float
        Distances from the centre, metres; those of the rings follow them.
    first, last : float
        Bearings, radians; those of the main roads follow them.

    Returns
    -------
    shapely.Polygon
        The patch, cut at the coast.
    """
    def arc(radius: float, angles: Floats) -> Floats:
        wiggle = 1 + 0.05 * np.sin(3 * angles + radius) + 0.02 * np.sin(7 * angles)
        r = radius * (wiggle if radius in ARTERIAL_RINGS else 1.0)
        return np.stack([r * np.cos(angles), r * np.sin(angles)], axis=1)

    def side(angle: float, start: float, end: float) -> Floats:
        r = np.linspace(start, end, 60)
        bent = _bent(angle, r) if angle in RADIALS else np.full_like(r, angle)
        return np.stack([r * np.cos(bent), r * np.sin(bent)], axis=1)

    angles = np.linspace(first, last, 90)
    if inner == 0:  # the middle is whole: a ring road all round
        return _on_land(arc(outer, np.linspace(first, last, 180, endpoint=False)))
    ring = np.vstack([side(first, inner, outer), arc(outer, angles), side(last, outer, inner),
                      arc(inner, angles[::-1])])
    return _on_land(ring)


def _on_land(ring: Floats) -> shapely.Polygon:
    patch = shapely.make_valid(shapely.intersection(shapely.buffer(shapely.polygons(ring), 0), land()))
    parts = [part for part in shapely.get_parts(patch) if part.geom_type == "Polygon"]
    return max(parts, key=lambda part: part.area)
