"""Line 5, hexagon by hexagon: distances along the streets of Porto Alegre beside those of the independent oracle."""

from pathlib import Path

import numpy as np
import pandas as pd

from ekistics.geo.network import build_network, nearest, snap
from ekistics.readers.gtfs import read_gtfs, stop_service
from ekistics.readers.osm import read_osm

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
TOLERANCE_M = 0.01
TEXT = "Porto Alegre, service day any: distance of every hexagon to the nearest {capacity} capacity stop"


def lines() -> list[tuple[int, str, str, str]]:
    """Compare each hexagon's distance to low and high capacity stops with the oracle."""
    folder, oracle_file = SHARED / "portoalegre-r5r/poa", SHARED / "oracle/portoalegre_stops.csv"
    if not (folder.is_dir() and oracle_file.is_file()):
        return [(5, TEXT.format(capacity=name), "real data absent", "skipped") for name in ("low", "high")]
    network = build_network(read_osm(folder / "poa_osm.pbf").streets)
    hexagons = pd.read_csv(folder / "poa_hexgrid.csv")
    oracle = pd.read_csv(oracle_file).set_index("id").loc[hexagons["id"]]
    origins = snap(network, hexagons["lon"], hexagons["lat"])
    stops = stop_service([read_gtfs(folder / f"poa_{name}.zip") for name in ("eptc", "trensurb")], day="any").stops
    shown = []
    for capacity in ("low", "high"):
        here = stops[stops[capacity]]
        found = nearest(network, origins, snap(network, here["lon"], here["lat"])).distance_m
        expected = oracle[f"d_{capacity}_m"].fillna(np.inf).to_numpy()
        unequal = int((np.isfinite(found) != np.isfinite(expected)).sum())
        both = np.isfinite(found) & np.isfinite(expected)
        largest = float(np.abs(found[both] - expected[both]).max())
        figure = (f"{int(both.sum())} hexagons reached, {unequal} of {len(hexagons)} differ in being reached, "
                  f"largest difference {largest:.5f} m")
        shown.append((5, TEXT.format(capacity=capacity), figure,
                      "pass" if unequal == 0 and largest <= TOLERANCE_M else "fail"))
    return shown
