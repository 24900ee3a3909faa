"""Small made-up networks, written as tables, and the goldens beside them."""

import tomllib
from pathlib import Path

import numpy as np

from ekistics.geo.network import build_network, nearest, snap
from ekistics.geo.streets import Streets, make_ways

GOLDEN = tomllib.loads((Path(__file__).parent / "golden.toml").read_text())


def streets_of(nodes: dict[str, tuple[float, float]], ways: str) -> Streets:
    """Make streets from nodes by name and a table: one way a line, ``A B C | highway | tag=value …``."""
    names = list(nodes)
    start, end, way, rows = [], [], [], []
    for line in ways.strip().splitlines():
        path, highway, *tags = (part.strip() for part in line.split("|"))
        stations = [names.index(name) for name in path.split()]
        start += stations[:-1]
        end += stations[1:]
        way += [len(rows)] * (len(stations) - 1)
        rows.append({"highway": highway, **dict(tag.split("=") for tag in " ".join(tags).split())})
    keys = sorted({key for row in rows for key in row} | {"highway"})
    table = make_ways(**{key: [row.get(key, "") for row in rows] for key in keys})
    lon, lat = np.array(list(nodes.values()), dtype=float).reshape(-1, 2).T
    return Streets(lon.copy(), lat.copy(), np.array(start, np.int64), np.array(end, np.int64), np.array(way, np.int64),
                   table)


EQUATOR_NODES = {"A": (0.0, 0.0), "B": (0.002, 0.0), "C": (0.004, 0.0), "D": (0.006, 0.0), "E": (0.008, 0.0),
                 "F": (0.01, 0.0), "N": (0.004, 0.003)}
EQUATOR_WAYS = """
A B C D E F | residential
C N         | footway
"""


def equator_streets() -> Streets:
    return streets_of(EQUATOR_NODES, EQUATOR_WAYS)


def equator():
    return build_network(equator_streets())


def distance(network, origin, target, **options):
    return nearest(network, snap(network, [origin[0]], [origin[1]]), snap(network, [target[0]], [target[1]]),
                   **options).distance_m[0]
