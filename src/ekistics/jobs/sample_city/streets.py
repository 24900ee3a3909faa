"""The streets of the made-up city: main roads, a motorway, local grids that bend and have gaps, footways."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from ekistics.jobs.sample_city import ground
from ekistics.jobs.sample_city.ground import Floats, Noise, coast
from ekistics.jobs.sample_city.spaces import Area

__all__ = ["Network", "Patch", "PATCHES", "add_arterials", "add_local_streets", "add_motorway", "add_park_paths",
           "arterial_lines"]

MERGE_M = 42.0
_WORDS = ("Alder", "Amber", "Anchor", "Barley", "Beacon", "Birch", "Bramble", "Cinder", "Clover", "Copper", "Coral",
          "Daisy", "Ember", "Fennel", "Fern", "Flint", "Foundry", "Garnet", "Ginger", "Hazel", "Heron", "Holly", "Iron",
          "Ivy", "Juniper", "Kiln", "Lark", "Laurel", "Linden", "Maple", "Marble", "Nettle", "Olive", "Otter", "Pearl",
          "Pepper", "Pilot", "Plover", "Poplar", "Quince", "Raven", "Reed", "Rowan", "Saffron", "Sage", "Silver",
          "Slate", "Sorrel", "Sparrow", "Tallow", "Thistle", "Timber", "Umber", "Violet", "Walnut", "Willow")
_KINDS = ("Street", "Lane", "Row", "Road", "Way")


@dataclass
class Network:
    """Street nodes and ways while they are being laid out.

    Parameters
    ----------
    xy : list of (float, float)
        Nodes, local metres.
    ways : list of (list of int, dict)
        Node numbers and tags of each way.
    """

    xy: list[tuple[float, float]] = field(default_factory=list)
    ways: list[tuple[list[int], dict[str, str]]] = field(default_factory=list)

    def add_nodes(self, points: Floats) -> list[int]:
        """Add nodes and give their numbers."""
        first = len(self.xy)
        self.xy.extend((float(x), float(y)) for x, y in points)
        return list(range(first, len(self.xy)))

    def add_way(self, nodes: list[int], **tags: str) -> None:
        """Add a way, leaving out repeated nodes; one with fewer than two is dropped."""
        plain = [n for i, n in enumerate(nodes) if i == 0 or n != nodes[i - 1]]
        if len(plain) > 1:
            self.ways.append((plain, tags))

    def points(self) -> Floats:
        """Give the nodes as an array."""
        return np.array(self.xy)

    def edges(self, *kinds: str) -> Floats:
        """Give the edges of ways of some kinds of highway, as an array of their ends."""
        xy = self.points()
        pairs = [pair for nodes, tags in self.ways if tags.get("highway") in kinds for pair in
                 zip(nodes[:-1], nodes[1:], strict=True)]
        return xy[np.array(pairs, dtype=np.int64).reshape(-1, 2)]


@dataclass(frozen=True)
class Patch:
    """Ground with one pattern of local streets.

    Parameters
    ----------
    place : tuple of float
        Distances and bearings, as :func:`ekistics.jobs.sample_city.ground.polar_patch` takes them.
    spacing : tuple of float
        Distance between streets one way and the other, metres.
    turn : float
        Direction of the grid, degrees.
    bend : float
        How far the grid bends, metres.
    gaps : float
        Share of links that are missing.
    kind : str
        ``highway`` of its local streets.
    """

    place: tuple[float, float, float, float]
    spacing: tuple[float, float]
    turn: float
    bend: float
    gaps: float
    kind: str = "residential"


_E, _W = np.radians(-50.0), np.radians(232.0)
_R = ground.RADIALS
PATCHES = (
    Patch((0, 1_700, -np.pi / 2, 1.5 * np.pi), (82, 98), 22, 30, 0.10),
    Patch((1_700, 4_800, _E, _R[1]), (95, 150), -8, 50, 0.10),
    Patch((1_700, 4_800, _R[1], _R[3]), (105, 140), 4, 45, 0.08),
    Patch((1_700, 4_800, _R[3], _W), (100, 160), 33, 60, 0.11),
    Patch((4_800, 15_500, _E, _R[0]), (130, 190), 12, 90, 0.16),
    Patch((4_800, 15_500, _R[0], _R[1]), (125, 200), 30, 100, 0.17),
    Patch((4_800, 15_500, _R[1], _R[2]), (115, 170), -22, 70, 0.12),
    Patch((4_800, 15_500, _R[2], _R[3]), (130, 180), 15, 110, 0.16),
    Patch((4_800, 15_500, _R[3], _R[4]), (140, 220), 40, 140, 0.22),
    Patch((4_800, 15_500, _R[4], _W), (120, 200), -14, 80, 0.15),
)


def arterial_lines() -> list[tuple[str, dict[str, str], Floats]]:
    """List the main roads: name, tags and points, local metres."""
    lines = [("Harbour Ring", {"highway": "secondary", "lanes": "3"}, ground.ring_line(ground.ARTERIAL_RINGS[0])),
             ("Great Ring", {"highway": "primary", "lanes": "4", "width": "16"},
              ground.ring_line(ground.ARTERIAL_RINGS[1]))]
    names = ("Saltmarsh Road", "Orchard Road", "North Road", "Quarry Road", "Sands Road")
    for number, name in enumerate(names):
        line = ground.radial_line(number, 1_640.0, 15_600.0)
        cut = 132  # the main road narrows where the city ends
        lines.append((name, {"highway": "primary", "lanes": "4"} if number % 2 == 0
                      else {"highway": "secondary", "lanes": "2"}, line[:cut]))
        lines.append((name, {"highway": "secondary", "lanes": "2"}, line[cut - 1:]))
    x = np.arange(-9_600.0, 9_000.0, 60.0)
    lines.append(("Shore Road", {"highway": "secondary", "lanes": "2"}, np.stack([x, coast(x) + 470], axis=1)))
    for number in (1, 3):  # two streets lead from the ring to the harbour
        line = ground.radial_line(number, 240.0, 1_760.0)
        name = "Custom House Street" if number == 1 else "Ropewalk"
        lines.append((name, {"highway": "tertiary", "lanes": "2"}, line))
    return lines


def add_arterials(network: Network) -> shapely.Geometry:
    """Lay the main roads, joined where they meet, and give them as one geometry.

    Parameters
    ----------
    network : Network
        Gets their nodes and ways.

    Returns
    -------
    shapely.Geometry
        The main roads, local metres.
    """
    drawn = []
    for name, tags, line in arterial_lines():
        dry = line[:, 1] > coast(line[:, 0]) + 60
        for run in _runs(dry):
            if len(run) > 3:
                nodes = _merged(network, line[run])
                drawn.append(shapely.linestrings(network.points()[nodes]))
                _add_with_bridges(network, nodes, {**tags, "name": name})
    return shapely.multilinestrings(drawn)


def _runs(mask: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.int64]]:
    where = np.flatnonzero(mask)
    return [run for run in np.split(where, np.flatnonzero(np.diff(where) > 1) + 1) if len(run)]


def _merged(network: Network, points: Floats) -> list[int]:
    """Add nodes, taking those that are there already where they are near, so that roads meet."""
    if not network.xy:
        return network.add_nodes(points)
    away, nearest = cKDTree(network.points()).query(points)
    return [int(n) if d < MERGE_M else network.add_nodes(p[None])[0]
            for d, n, p in zip(away, nearest, points, strict=True)]


def _add_with_bridges(network: Network, nodes: list[int], tags: dict[str, str]) -> None:
    xy = network.points()[nodes]
    wet = ground.in_river(xy[:, 0], xy[:, 1], 30.0)
    over = wet[:-1] | wet[1:]
    start = 0
    for i in range(1, len(over) + 1):
        if i == len(over) or over[i] != over[start]:
            extra = {"bridge": "yes", "layer": "1"} if over[start] else {}
            network.add_way(nodes[start:i + 1], **tags, **extra)
            start = i


def add_motorway(network: Network) -> shapely.Geometry:
    """Lay the motorway round the city with its ramps, and give it as a geometry.

    Parameters
    ----------
    network : Network
        Gets nodes and ways; must hold the main roads.

    Returns
    -------
    shapely.Geometry
        The motorway, local metres.
    """
    arterial = network.points()
    tree = cKDTree(arterial)
    angle = np.linspace(np.radians(4), np.radians(176), 330)
    r = 8_700 * (1 + 0.05 * np.sin(3 * angle + 1))
    line = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1)
    nodes = network.add_nodes(line)
    for k in range(0, len(nodes) - 1, 33):
        network.add_way(nodes[k:k + 34], highway="motorway", lanes="4", ref="M1", oneway="yes")
    away, nearest = tree.query(line)
    crossings = [i for i in range(6, len(line) - 6) if away[i] < 40 and away[i] == away[i - 5:i + 6].min()]
    for i in crossings:  # a ramp leaves the motorway some 200 m before and ends on the main road
        network.add_way([nodes[i - 5], int(nearest[i])], highway="motorway_link", lanes="1", oneway="yes")
    return shapely.linestrings(line)


def add_local_streets(network: Network, patch: Patch, lived_at: "LivedAt", blocked: shapely.Geometry,
                      roads: shapely.Geometry, seed: int) -> None:
    """Fill a patch with local streets where people live.

    Parameters
    ----------
    network : Network
        Gets nodes and ways; must hold the main roads.
    patch : Patch
        The ground and its pattern.
    lived_at : LivedAt
        Where there are houses.
    blocked : shapely.Geometry
        What local streets do not cross: parks, port, water, motorway.
    roads : shapely.Geometry
        The main roads; local streets end on them.
    seed : int
        Seed of the city.
    """
    shape = ground.polar_patch(*patch.place)
    main = cKDTree(network.points())
    lattice = _lattice(shape, patch, lived_at, blocked, main, seed)
    rng = np.random.default_rng([seed, int(patch.turn) + 100, int(patch.spacing[1])])
    numbers = np.full(lattice.inside.shape, -1)
    numbers[lattice.inside] = network.add_nodes(np.stack([lattice.x, lattice.y], -1)[lattice.inside])
    obstacles = shapely.union_all([blocked, roads])
    shapely.prepare(obstacles)
    for axis in (0, 1):
        _add_rows(network, lattice, numbers, axis, patch, obstacles, rng)
    _join_main_roads(network, numbers[numbers >= 0], main, patch, obstacles, rng)


@dataclass(frozen=True)
class _Lattice:
    x: Floats
    y: Floats
    inside: npt.NDArray[np.bool_]
    crowded: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class LivedAt:
    """People per cell, smoothed, to be asked at any place.

    Parameters
    ----------
    values : numpy.ndarray, shape (height, width)
        People per hectare.
    tree : scipy.spatial.cKDTree
        Cell centres, local metres.
    informal : tuple of float
        Easting, northing and reach of the settlement without planned streets.
    """

    values: Floats
    tree: cKDTree
    informal: tuple[float, float, float]

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """Give people per hectare at places."""
        return np.asarray(self.values.ravel()[self.tree.query(np.stack([x, y], -1))[1]])


def _lattice(shape: shapely.Polygon, patch: Patch, lived_at: LivedAt, blocked: shapely.Geometry, main: cKDTree,
             seed: int) -> _Lattice:
    left, bottom, right, top = shape.bounds
    reach = np.hypot(right - left, top - bottom) / 2 + 400
    u, v = np.meshgrid(np.arange(-reach, reach, patch.spacing[0]), np.arange(-reach, reach, patch.spacing[1]),
                       indexing="ij")
    turn = np.radians(patch.turn)
    x = (left + right) / 2 + u * np.cos(turn) - v * np.sin(turn)
    y = (bottom + top) / 2 + u * np.sin(turn) + v * np.cos(turn)
    bend = patch.bend * 1.6
    dx = bend * Noise(seed + 31, 4_200)(x, y) + 5 * Noise(seed + 33, 330)(x, y)
    dy = bend * Noise(seed + 32, 4_200)(x, y) + 5 * Noise(seed + 34, 330)(x, y)
    x, y = x + dx, y + dy
    shapely.prepare(shape)
    inside = shapely.contains_xy(shape, x, y)
    inside[inside] &= lived_at(x[inside], y[inside]) > 4.0
    inside[inside] &= ~shapely.contains_xy(blocked, x[inside], y[inside])
    inside[inside] &= main.query(np.stack([x[inside], y[inside]], -1))[0] > 0.42 * min(patch.spacing)
    inside &= y > coast(x) + 40
    cx, cy, size = lived_at.informal
    crowded = np.hypot((x - cx) / 1.25, y - cy) < size * 1.05
    return _Lattice(x, y, inside, crowded)


def _add_rows(network: Network, lattice: _Lattice, numbers: npt.NDArray[np.int64], axis: int, patch: Patch,
              obstacles: shapely.Geometry, rng: np.random.Generator) -> None:
    """Lay the streets of one direction: each row is cut where a link is missing or something is in the way."""
    nodes, crowded = (numbers, lattice.crowded) if axis == 0 else (numbers.T, lattice.crowded.T)
    xy = network.points()
    linked = (nodes[:-1] >= 0) & (nodes[1:] >= 0)
    ends = xy[np.stack([nodes[:-1][linked], nodes[1:][linked]], axis=1)]
    free = ~shapely.intersects(obstacles, shapely.linestrings(ends))
    missing = np.where(crowded[:-1][linked], 0.62, patch.gaps)
    linked[linked] = free & (rng.random(len(free)) >= missing)
    for column in range(nodes.shape[1]):
        collector = column % 5 == 2
        for run in _runs(linked[:, column]):
            row = [int(n) for n in nodes[run[0]:run[-1] + 2, column]]
            network.add_way(row, **_local_tags(patch, collector, bool(crowded[run[0], column]), rng))


def _local_tags(patch: Patch, collector: bool, crowded: bool, rng: np.random.Generator) -> dict[str, str]:
    dice = rng.random(4)
    if crowded:
        return {"highway": ("footway", "path", "track")[int(dice[0] * 3)], "surface": "unpaved"}
    name = f"{_WORDS[int(dice[1] * len(_WORDS))]} {_KINDS[int(dice[2] * len(_KINDS))]}"
    if collector:
        return {"highway": "tertiary", "name": name, **({"lanes": "2"} if dice[0] < 0.6 else {})}
    if dice[0] < 0.03:
        return {"highway": "residential", "name": name, "access": "private"}
    if dice[0] < 0.05:
        return {"highway": "service", "foot": "no"}
    if dice[0] < 0.10 and patch.spacing[0] < 90:
        return {"highway": "steps"}
    if dice[0] < 0.12:
        return {"highway": "footway"}
    tagged = {"width": f"{5 + 4 * dice[3]:.1f}"} if dice[0] > 0.86 else {"lanes": "2"} if dice[0] > 0.70 else {}
    return {"highway": patch.kind, "name": name, **tagged}


def _join_main_roads(network: Network, nodes: npt.NDArray[np.int64], main: cKDTree, patch: Patch,
                     obstacles: shapely.Geometry, rng: np.random.Generator) -> None:
    """Lead the ends of local streets to the main road beside them."""
    xy = network.points()
    away, nearest = main.query(xy[nodes])
    near = away < 1.05 * max(patch.spacing)
    start, end = xy[nodes[near]], xy[nearest[near]]
    short = start + (end - start) * 0.9  # the last tenth touches the main road itself
    free = ~shapely.intersects(obstacles, shapely.linestrings(np.stack([start, short], axis=1)))
    taken: set[int] = set()
    for node, other, is_free, dice in zip(nodes[near], nearest[near], free, rng.random(int(near.sum())), strict=True):
        if is_free and dice < 0.8 and int(other) not in taken:
            taken.add(int(other))
            network.add_way([int(node), int(other)], highway="residential" if dice > 0.15 else "tertiary")


def add_park_paths(network: Network, spaces: list[Area]) -> None:
    """Lay a loop of footpaths in parks, with ways in from the streets around.

    Parameters
    ----------
    network : Network
        Gets nodes and ways.
    spaces : list of Area
        Open spaces; those with ``paths`` get some.
    """
    streets = {n for nodes, tags in network.ways if not tags["highway"].startswith("motorway") for n in nodes}
    numbers = np.array(sorted(streets))
    tree = cKDTree(network.points()[numbers])
    for area in spaces:
        if not area.paths:
            continue
        middle = np.array(area.shape.representative_point().coords[0])
        ring = shapely.get_coordinates(area.shape.exterior)[:-1]
        loop = network.add_nodes(middle + 0.62 * (ring[::max(1, len(ring) // 16)] - middle))
        network.add_way([*loop, loop[0]], highway="footway")
        gates = np.arange(0, len(loop), max(1, len(loop) // 6))
        away, nearest = tree.query(network.points()[[loop[g] for g in gates]])
        for gate, distance, other in zip(gates, away, nearest, strict=True):
            if distance < 170 + 0.5 * np.sqrt(area.shape.area):
                network.add_way([loop[gate], int(numbers[other])], highway="footway", foot="yes")
