"""The committed facts: distances worked by hand, and Porto Alegre as an independent implementation found it."""

import csv

import numpy as np
import pandas as pd
import pytest

from ekistics.geo.network import Network, build_network, nearest, snap, walkable
from ekistics.readers.gtfs import read_gtfs, stop_service
from ekistics.readers.osm import read_osm
from tests.geo.network.network_cases import GOLDEN, distance, equator

HAND, CITY = GOLDEN["equator"], GOLDEN["porto_alegre"]
DEGREE, LEG = HAND["degree_m"], HAND["leg_0005_m"]
REACH_M = {"low": 500.0, "high": 1000.0}


def test_lengths_of_the_hand_made_network():
    network = equator()
    assert network.length[:5] == pytest.approx(0.002 * DEGREE, abs=1e-6)
    assert network.length[5] == pytest.approx(HAND["lane_m"], abs=1e-6)
    assert network.length_km == pytest.approx((0.01 * DEGREE + HAND["lane_m"]) / 1000)


@pytest.mark.parametrize(("origin", "target", "expected"), [
    ((0.001, 0.0005), (0.007, 0.0005), 2 * LEG + 0.006 * DEGREE),  # both inside segments, both legs
    ((0.0005, 0.0), (0.0015, 0.0), 0.001 * DEGREE),  # both on one segment
    ((0.0005, 0.0005), (0.0015, -0.0005), 2 * LEG + 0.001 * DEGREE),  # on one segment, from both sides
    ((0.004, 0.001), (0.007, 0.0005), HAND["lane_0001_m"] + 0.003 * DEGREE + LEG),  # round a corner
    ((0.002, 0.0005), (0.002, -0.0005), 2 * LEG),  # at one node
    ((-0.0005, 0.0), (0.0, 0.0), 0.0005 * DEGREE),  # beyond the end of the street
])
def test_distances_worked_by_hand(origin, target, expected):
    network = equator()
    assert distance(network, origin, target) == pytest.approx(expected, abs=1e-6)
    assert distance(network, target, origin) == pytest.approx(expected, abs=1e-6)


def test_the_committed_shares_are_those_of_the_committed_people():
    for capacity in ("low", "high"):
        share = 100 * CITY[f"{capacity}_people"] / CITY["people"]
        assert share == pytest.approx(CITY[f"{capacity}_share"], abs=5e-5)


@pytest.fixture(scope="module")
def city(shared_data):
    """Porto Alegre: extract, network, hexagons, attached hexagons, stops with service on any day."""
    extract = read_osm(shared_data("portoalegre-r5r/poa/poa_osm.pbf"))
    network = build_network(extract.streets)
    hexagons = pd.read_csv(shared_data("portoalegre-r5r/poa/poa_hexgrid.csv"))
    feeds = [read_gtfs(shared_data(f"portoalegre-r5r/poa/poa_{name}.zip")) for name in ("eptc", "trensurb")]
    return extract, network, hexagons, snap(network, hexagons["lon"], hexagons["lat"]), stop_service(feeds, day="any")


def attached_stops(network: Network, service, capacity: str, **options):
    here = service.stops[service.stops[capacity]]
    return snap(network, here["lon"], here["lat"], **options)


def share(hexagons: pd.DataFrame, within: np.ndarray) -> float:
    return 100 * hexagons["population"][within].sum() / hexagons["population"].sum()


def test_the_network_of_porto_alegre(city):
    extract, network, hexagons, origins, _service = city
    assert extract.provenance.sha256 == CITY["osm_sha256"]
    assert walkable(extract.streets.ways).sum() == CITY["walkable_ways"]
    assert (network.n_nodes, network.n_segments) == (CITY["nodes"], CITY["segments"])
    assert network.length_km == pytest.approx(CITY["length_km"], abs=5e-4)
    assert (len(hexagons), hexagons["population"].sum()) == (CITY["hexagons"], CITY["people"])
    assert (~origins.attached).sum() == CITY["hexagons_unattached"]
    assert hexagons["population"][~origins.attached].sum() == CITY["people_unattached"]


def test_the_shares_of_porto_alegre(city):
    _extract, network, hexagons, origins, service = city
    reached = {}
    for capacity, reach in REACH_M.items():
        targets = attached_stops(network, service, capacity)
        assert len(targets) == CITY[f"{capacity}_stops"]
        assert targets.attached.sum() == CITY[f"{capacity}_attached"]
        reached[capacity] = nearest(network, origins, targets).distance_m <= reach
        assert hexagons["population"][reached[capacity]].sum() == CITY[f"{capacity}_people"]
    shares = reached | {"either": reached["low"] | reached["high"]}
    for name, within in shares.items():
        assert share(hexagons, within) == pytest.approx(CITY[f"{name}_share"], abs=5e-5)


def test_every_hexagon_of_porto_alegre(city, shared_data):
    _extract, network, hexagons, origins, service = city
    with shared_data("oracle/portoalegre_stops.csv").open() as stream:
        oracle = {row["id"]: row for row in csv.DictReader(stream)}
    rows = [oracle[name] for name in hexagons["id"]]
    assert origins.leg_m == pytest.approx([float(row["leg_m"] or "nan") for row in rows], abs=0.01, nan_ok=True)
    for capacity in REACH_M:
        found = nearest(network, origins, attached_stops(network, service, capacity))
        expected = [float(row[f"d_{capacity}_m"] or "inf") for row in rows]
        assert found.distance_m == pytest.approx(expected, abs=0.01)
        stops = service.stops.index[service.stops[capacity]]
        named = [stops[at].split(":")[1] if at >= 0 else "" for at in found.target]
        assert named == [row[f"stop_{capacity}"].partition(":")[2] for row in rows]


def test_what_common_choices_cost_in_porto_alegre(city):
    extract, network, hexagons, _origins, service = city
    for options, expected in [
            (({"min_part_nodes": 100}, {}), CITY["low_share_without_parts_under_100"]),
            (({}, {"attach": "node"}), CITY["low_share"] + CITY["node_attached_difference"])]:
        other = build_network(extract.streets, **options[0])
        origins = snap(other, hexagons["lon"], hexagons["lat"], **options[1])
        found = nearest(other, origins, attached_stops(other, service, "low", **options[1]))
        assert share(hexagons, found.distance_m <= REACH_M["low"]) == pytest.approx(expected, abs=0.006)
