"""Nearest stop of every node with networkx: stops on their nearest node, one multi-source search."""

import json
import sys
import time

import networkx as nx
import numpy as np
from scipy.spatial import KDTree


def main() -> None:
    """Read the network, then time attaching the stops and the search; making the graph is not timed."""
    given = np.load(sys.argv[1])
    graph = nx.Graph()
    graph.add_nodes_from(range(given["x"].size))
    graph.add_weighted_edges_from(zip(given["start"].tolist(), given["end"].tolist(), given["length"].tolist(),
                                      strict=True))
    begin = time.perf_counter()
    nodes = KDTree(np.column_stack([given["x"], given["y"]])).query(np.column_stack([given["stop_x"],
                                                                                    given["stop_y"]]))[1]
    reached = nx.multi_source_dijkstra_path_length(graph, set(nodes.tolist()), cutoff=float(given["limit"]))
    print(json.dumps({"seconds": time.perf_counter() - begin, "reached": len(reached)}))


main()
