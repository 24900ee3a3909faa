"""Street-network distance, exactly specified: walkable ways, geodesic lengths, attachment inside segments."""

from ekistics.geo.network.distances import Nearest, nearest, nearest_of_nodes, straight_line
from ekistics.geo.network.geodesy import geodesic_lengths
from ekistics.geo.network.graph import Network, build_network
from ekistics.geo.network.rules import WalkRules, walkable
from ekistics.geo.network.snapping import Snapped, at_nodes, on_segments, snap

__all__ = ["Nearest", "Network", "Snapped", "WalkRules", "at_nodes", "build_network", "geodesic_lengths", "nearest",
           "nearest_of_nodes", "on_segments", "snap", "straight_line", "walkable"]
