"""Porto Alegre from pbf and GTFS to the 11.2.1 share, as usual with osmnx: XML, graph, nearest nodes, networkx."""

import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import networkx as nx
import numpy as np
import osmium
import osmnx as ox
from city_stops import REACH_M, hexagons, share, stops

warnings.filterwarnings("ignore")


def graph_of(path: Path) -> nx.MultiGraph:
    """Read the streets; osmnx reads XML only, so they are written as XML first."""
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "streets.osm"
        with osmium.BackReferenceWriter(str(xml), str(path), overwrite=True) as writer:
            for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
                writer.add(way)
        return ox.convert.to_undirected(ox.project_graph(ox.graph_from_xml(xml)))


def main() -> None:
    """Time the pipeline."""
    begin = time.perf_counter()
    graph = graph_of(Path(sys.argv[1]) / "poa_osm.pbf")
    people, where = hexagons(), stops()
    crs = graph.graph["crs"]

    def nodes_at(lon: np.ndarray, lat: np.ndarray) -> list[int]:
        from pyproj import Transformer
        x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
        return list(ox.distance.nearest_nodes(graph, x, y))

    origins = nodes_at(people["lon"].to_numpy(), people["lat"].to_numpy())
    distance = {}
    for capacity, reach in REACH_M.items():
        sources = set(nodes_at(where[capacity]["stop_lon"].to_numpy(), where[capacity]["stop_lat"].to_numpy()))
        found = nx.multi_source_dijkstra_path_length(graph, sources, cutoff=reach, weight="length")
        distance[capacity] = np.array([found.get(node, np.inf) for node in origins])
    answer = share(people["population"], distance)
    print(json.dumps({"seconds": time.perf_counter() - begin, "share": answer}))


main()
