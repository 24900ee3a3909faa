"""Porto Alegre from pbf and GTFS to the 11.2.1 share with ekistics, in a process of its own like the peers."""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from memory import peak_mib

from ekistics.geo.network import build_network, nearest, snap
from ekistics.readers.gtfs import read_gtfs, stop_service
from ekistics.readers.osm import read_osm

REACH_M = {"low": 500.0, "high": 1000.0}


def main() -> None:
    """Time the pipeline."""
    folder = Path(sys.argv[1])
    begin = time.perf_counter()
    network = build_network(read_osm(folder / "poa_osm.pbf").streets)
    people = pd.read_csv(folder / "poa_hexgrid.csv")
    stops = stop_service([read_gtfs(folder / f"poa_{name}.zip") for name in ("eptc", "trensurb")], day="any").stops
    origins = snap(network, people["lon"], people["lat"])
    within = np.zeros(len(people), dtype=bool)
    for capacity, reach in REACH_M.items():
        here = stops[stops[capacity]]
        within |= nearest(network, origins, snap(network, here["lon"], here["lat"])).distance_m <= reach
    answer = 100 * people["population"][within].sum() / people["population"].sum()
    print(json.dumps({"seconds": time.perf_counter() - begin, "share": answer,
                      "peak_mib": peak_mib()}))


main()
