"""Porto Alegre from pbf and GTFS to the 11.2.1 share, as usual with pandana: pyrosm reads, nodes are attached."""

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandana
from city_stops import REACH_M, hexagons, share, stops
from pyrosm import OSM

warnings.filterwarnings("ignore")


def main() -> None:
    """Time the pipeline."""
    begin = time.perf_counter()
    nodes, edges = OSM(str(Path(sys.argv[1]) / "poa_osm.pbf")).get_network("walking", nodes=True)
    nodes = nodes.set_index("id")
    network = pandana.Network(nodes["lon"], nodes["lat"], edges["u"], edges["v"], edges[["length"]])
    people, where = hexagons(), stops()
    origins = network.get_node_ids(people["lon"], people["lat"])
    distance = {}
    for capacity, reach in REACH_M.items():
        network.set_pois(capacity, reach, 1, where[capacity]["stop_lon"], where[capacity]["stop_lat"])
        found = network.nearest_pois(reach, capacity, num_pois=1)[1]
        distance[capacity] = np.where(found < reach, found, np.inf)[found.index.get_indexer(origins)]
    answer = share(people["population"], distance)
    print(json.dumps({"seconds": time.perf_counter() - begin, "share": answer}))


main()
