"""Nearest stop of every node with ekistics: stops inside segments, legs counted, in a process of its own."""

import json
import sys
import time

import numpy as np
from memory import peak_mib

from ekistics.geo.network import build_network, nearest_of_nodes, snap
from ekistics.geo.streets import Streets, make_ways


def main() -> None:
    """Read the network, then time indexing its segments, attaching the stops and the search."""
    given = np.load(sys.argv[1])
    streets = Streets(given["lon"], given["lat"], given["start"], given["end"],
                      np.zeros(given["start"].size, np.int64), make_ways(highway=["residential"]))
    network = build_network(streets)
    begin = time.perf_counter()
    targets = snap(network, given["stop_lon"], given["stop_lat"])
    answer = nearest_of_nodes(network, targets, limit_m=float(given["limit"]))
    print(json.dumps({"seconds": time.perf_counter() - begin, "reached": int(np.isfinite(answer.distance_m).sum()),
                      "peak_mib": peak_mib()}))


main()
