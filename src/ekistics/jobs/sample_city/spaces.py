"""Areas of the made-up city: neighbourhoods, parks and other open space, port, airfield, buildings."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import shapely

from ekistics.core.crs import WGS84
from ekistics.jobs.sample_city import ground
from ekistics.jobs.sample_city.ground import Floats, coast

__all__ = ["Area", "airfield", "boundary", "buildings", "closed_ground", "neighbourhoods", "open_spaces", "port",
           "to_degrees"]

_SEA_EAST, _SEA_WEST = np.radians(-50.0), np.radians(232.0)
_R = ground.RADIALS
# Code, name, distances in metres and bearings in radians of each neighbourhood.
NEIGHBOURHOODS = (
    ("N01", "Old Harbour", 0.0, 1_700.0, -np.pi / 2, 1.5 * np.pi),
    ("N02", "Cape Side", 1_700.0, 4_800.0, _SEA_EAST, _R[1]),
    ("N03", "Northgate", 1_700.0, 4_800.0, _R[1], _R[3]),
    ("N04", "Weavers Bank", 1_700.0, 4_800.0, _R[3], _SEA_WEST),
    ("N05", "Saltmarsh", 4_800.0, 9_400.0, _SEA_EAST, _R[0]),
    ("N06", "Orchard Rise", 4_800.0, 9_400.0, _R[0], _R[1]),
    ("N07", "Millfields", 4_800.0, 9_400.0, _R[1], _R[2]),
    ("N08", "Upper Merrow", 4_800.0, 9_400.0, _R[2], _R[3]),
    ("N09", "Quarry Hill", 4_800.0, 9_400.0, _R[3], _R[4]),
    ("N10", "West Sands", 4_800.0, 9_400.0, _R[4], _SEA_WEST),
    ("N11", "Tinkers Reach", 9_400.0, 11_400.0, _R[0], _R[1]),
)
# Name, tags, easting, northing, half length and half width in metres, turn in degrees.
_PARKS: tuple[tuple[str, dict[str, str], float, float, float, float, float], ...] = (
    ("Lantern Park", {"leisure": "park"}, -2_650, 2_300, 560, 380, 25),
    ("Governors Garden", {"leisure": "garden", "access": "yes"}, 900, 820, 150, 110, 10),
    ("Cape Green", {"leisure": "park"}, 3_650, -1_350, 420, 230, 60),
    ("Harbour Square", {"place": "square"}, -420, 480, 62, 46, 20),
    ("Market Square", {"place": "square"}, 560, 230, 58, 40, -15),
    ("Bellfounders Square", {"place": "square"}, -120, 1_120, 44, 38, 5),
    ("Northgate Common", {"leisure": "park"}, 1_050, 3_450, 300, 210, -20),
    ("Weavers Field", {"leisure": "recreation_ground"}, -3_950, 700, 210, 150, 35),
    ("Mill Pond Park", {"leisure": "park"}, 2_650, 6_150, 260, 170, 15),
    ("Merrow Woods", {"leisure": "nature_reserve", "access": "yes"}, -1_900, 9_500, 900, 420, 40),
    ("Orchard Playground", {"leisure": "playground"}, 6_150, 3_350, 70, 55, 0),
    ("Saltmarsh Reserve", {"leisure": "nature_reserve", "access": "no"}, 7_900, 150, 700, 330, 10),
    ("Saltmarsh Green", {"leisure": "park"}, 5_750, 650, 160, 120, 50),
    ("Cedar Golf Club", {"leisure": "golf_course", "access": "private"}, -7_050, 3_650, 620, 380, -30),
    ("West Sands Green", {"leisure": "park"}, -6_250, 420, 230, 140, 20),
    ("School Field", {"leisure": "pitch", "sport": "soccer"}, 3_350, 2_350, 75, 52, 30),
    ("Riverside Field", {"leisure": "pitch", "sport": "soccer"}, -2_450, 5_300, 70, 50, 80),
    ("Club Field", {"leisure": "pitch", "sport": "soccer", "access": "private"}, -4_700, 2_950, 75, 52, 10),
    ("Quarry Gardens", {"leisure": "garden"}, -4_250, 4_450, 110, 80, 0),
    ("Embassy Garden", {"leisure": "garden", "access": "private"}, 1_650, 1_250, 90, 70, 40),
    ("Tinkers Yard", {"leisure": "pitch", "sport": "soccer", "access": "yes"}, 8_350, 5_050, 62, 42, 15),
)


_WITH_PATHS = ("park", "playground", "recreation_ground")


@dataclass(frozen=True)
class Area:
    """An area with its tags.

    Parameters
    ----------
    shape : shapely.Polygon
        The outline in local metres; a hole makes it a multipolygon relation.
    tags : dict of str to str
        Tags of OpenStreetMap.
    paths : bool
        Whether footpaths lead through it.
    """

    shape: shapely.Polygon
    tags: dict[str, str] = field(default_factory=dict)
    paths: bool = False


def _blob(x: float, y: float, long: float, wide: float, turn: float) -> shapely.Polygon:
    """Give a rounded, slightly irregular patch; a square one where it is small."""
    if max(long, wide) < 120:
        corners = np.array([[-1, -1], [1, -0.94], [1.03, 1], [-0.97, 0.97]]) * [long, wide]
        angle = np.radians(turn)
        rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        return shapely.polygons(corners @ rotation + [x, y])
    a = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    r = 1 + 0.09 * np.sin(3 * a + x) + 0.06 * np.sin(5 * a + y)
    u, v = long * r * np.cos(a), wide * r * np.sin(a)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return shapely.polygons(np.stack([x + u * c - v * s, y + u * s + v * c], axis=1))


def _shore_strip(first: float, last: float, near: float, far: float) -> shapely.Polygon:
    """Give a strip along the coast between two eastings."""
    x = np.arange(first, last, 60.0)
    return shapely.polygons(np.vstack([np.stack([x, coast(x) + near], 1), np.stack([x, coast(x) + far], 1)[::-1]]))


def port() -> shapely.Polygon:
    """Give the port: quays and yards east of the bay."""
    return _shore_strip(-420.0, 1_980.0, 0.0, 430.0)


def airfield() -> shapely.Polygon:
    """Give the airfield west of the city."""
    return shapely.affinity.rotate(shapely.box(-12_100, 950, -10_000, 1_480), 4)


def open_spaces(roads: shapely.Geometry, seed: int) -> list[Area]:
    """Give the open spaces, cut back from the main roads.

    Parameters
    ----------
    roads : shapely.Geometry
        The main roads, local metres.
    seed : int
        Seed of the city; it moves the small parks.

    Returns
    -------
    list of Area
        Parks, squares, playgrounds, pitches, gardens, reserves and beaches.
    """
    clear = shapely.buffer(roads, 16)
    shapes = [(_blob(*place), {"name": name, **tags}) for name, tags, *place in _PARKS]
    pond = shapely.buffer(shapely.Point(-2_560, 2_260), 95, quad_segs=6)
    shapes[0] = (shapely.difference(shapes[0][0], pond), shapes[0][1])
    shapes += [
        (_shore_strip(4_700, 7_300, 4.0, 52.0), {"name": "Long Beach", "natural": "beach"}),
        (_shore_strip(-7_600, -5_300, 4.0, 60.0), {"name": "West Sands Beach", "natural": "beach"}),
        (_shore_strip(-3_500, -2_600, 6.0, 80.0), {"name": "Weavers Promenade", "leisure": "park"}),
    ]
    land = shapely.difference(ground.land(), ground.river())
    cut = [(shapely.intersection(shapely.difference(shape, clear), land), tags) for shape, tags in shapes]
    cut += _pocket_parks(shapely.union_all([clear, ground.river(), port(), airfield(), *(s for s, _tags in cut)]), seed)
    return [Area(_largest(shape), tags, paths=tags.get("leisure") in _WITH_PATHS and "access" not in tags)
            for shape, tags in cut]


def _pocket_parks(taken: shapely.Geometry, seed: int) -> list[tuple[shapely.Polygon, dict[str, str]]]:
    """Scatter small parks: many in the west and north, few in the east, none in Tinkers Reach."""
    rng = np.random.default_rng([seed, 41])
    found: list[tuple[shapely.Polygon, dict[str, str]]] = []
    for number, (angle, far, dice, long, turn) in enumerate(rng.random((420, 5))):
        r, a = 900 + 8_300 * far, -0.6 + 4.3 * angle
        x, y = r * np.cos(a), r * np.sin(a)
        wanted = 0.75 if x < 500 else 0.45 if y > 4_000 or r < 3_500 else 0.10
        shape = _blob(x, y, 55 + 90 * long ** 2, 40 + 60 * long ** 2, 180 * turn)
        near = shapely.buffer(shape, 90)
        if dice > wanted or y < coast(np.array(x)) + 150 or shapely.intersects(near, taken):
            continue
        if any(shapely.distance(shape, other) < 260 for other, _tags in found):
            continue
        kind = ("park", "park", "park", "playground", "park", "garden", "park", "pitch")[number % 8]
        found.append((shape, {"leisure": kind, "name": f"Small {kind} {len(found) + 1}"}))
    return found


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def pond() -> shapely.Polygon:
    """Give the pond in the largest park."""
    return shapely.buffer(shapely.Point(-2_560, 2_260), 95, quad_segs=6)


def closed_ground(spaces: Sequence[Area]) -> shapely.Geometry:
    """Give the ground where nobody lives: open spaces, port, airfield."""
    return shapely.union_all([*(area.shape for area in spaces), pond(), port(), airfield()])


def to_degrees(shape: shapely.Geometry) -> shapely.Geometry:
    """Turn a geometry in local metres into degrees, to the ten-millionth."""
    def turn(points: Floats) -> Floats:
        return np.round(np.stack(ground.to_lonlat(points[:, 0], points[:, 1]), axis=1), 7)

    return shapely.transform(shape, turn)


def neighbourhoods() -> gpd.GeoDataFrame:
    """Give the neighbourhoods in degrees, with a code and a name."""
    rows = [(code, name, to_degrees(ground.polar_patch(*place))) for code, name, *place in NEIGHBOURHOODS]
    return gpd.GeoDataFrame({"code": [r[0] for r in rows], "name": [r[1] for r in rows]},
                            geometry=[r[2] for r in rows], crs=WGS84)


def boundary(name: str) -> gpd.GeoDataFrame:
    """Give the boundary of the city in degrees: the land within a day's walk of the harbour."""
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    r = ground.CITY_RADIUS * (1 + 0.04 * np.sin(2 * angle + 1) + 0.03 * np.sin(5 * angle) + 0.012 * np.sin(11 * angle))
    disc = shapely.polygons(np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1))
    shape = _largest(shapely.intersection(disc, ground.land()))
    return gpd.GeoDataFrame({"code": ["XMU-MERROW"], "name": [name]}, geometry=[to_degrees(shape)], crs=WGS84)


def buildings(edges: Floats, obstacles: shapely.Geometry, seed: int, most: int = 4_500) -> list[shapely.Polygon]:
    """Line streets with buildings that touch neither streets nor each other.

    Parameters
    ----------
    edges : numpy.ndarray, shape (n_edges, 2, 2)
        Ends of the street edges to be lined, local metres.
    obstacles : shapely.Geometry
        What must stay clear: main roads, parks, water.
    seed : int
        Seed of the city.
    most : int
        The largest number of buildings.

    Returns
    -------
    list of shapely.Polygon
        Outlines in local metres.
    """
    rng = np.random.default_rng([seed, 23])
    boxes = []
    for (x0, y0), (x1, y1) in edges:
        length = float(np.hypot(x1 - x0, y1 - y0))
        along, turn = np.arange(20.0, length - 16, 24.0), float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
        for d in along:
            for side in (-1, 1):
                long, deep = rng.uniform(11, 19), rng.uniform(9, 15)
                u, v = (x1 - x0) / length, (y1 - y0) / length
                off = side * (8 + deep / 2 + rng.uniform(0, 3))
                box = shapely.box(-long / 2, -deep / 2, long / 2, deep / 2)
                box = shapely.affinity.rotate(box, turn, origin=(0, 0))
                boxes.append(shapely.affinity.translate(box, x0 + u * d - v * off, y0 + v * d + u * off))
    return _apart(np.array(boxes), edges, obstacles, most)


def _apart(boxes: Floats, edges: Floats, obstacles: shapely.Geometry, most: int) -> list[shapely.Polygon]:
    streets = shapely.STRtree(shapely.buffer(shapely.linestrings(edges), 5.0, cap_style="flat"))
    touching = np.unique(streets.query(boxes, predicate="intersects")[0])
    free = np.ones(len(boxes), dtype=bool)
    free[touching] = False
    shapely.prepare(obstacles)
    free &= ~shapely.intersects(obstacles, boxes)
    one, two = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    for a, b in zip(one, two, strict=True):
        if a < b and free[a] and free[b]:
            free[b] = False
    kept = boxes[free]
    return list(kept[:: max(1, -(-len(kept) // most))])
