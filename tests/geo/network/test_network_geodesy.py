"""Lengths against PROJ, and attachment against a search along the geodesic itself."""

import numpy as np
import pytest
from pyproj import Geod

from ekistics.geo.network import build_network, geodesic_lengths, snap
from tests.geo.network.network_cases import streets_of

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize("reach_m", [1.0, 80.0, 999.0, 1001.0, 50_000.0])
def test_lengths_equal_proj_to_a_tenth_of_a_micrometre(reach_m):
    random = np.random.default_rng(1)
    lon, lat = random.uniform(-180, 180, 2000), random.uniform(-85, 85, 2000)
    lon_b, lat_b, _back = GEOD.fwd(lon, lat, random.uniform(0, 360, 2000), np.full(2000, reach_m))
    expected = GEOD.inv(lon, lat, lon_b, lat_b)[2]
    assert np.abs(geodesic_lengths(lon, lat, np.asarray(lon_b), np.asarray(lat_b)) - expected).max() < 1e-7


def along(segment, metres):
    lon_a, lat_a, lon_b, lat_b = segment
    azimuth, _back, length = GEOD.inv(lon_a, lat_a, lon_b, lat_b)
    lon, lat, _azimuth = GEOD.fwd(lon_a, lat_a, azimuth, np.clip(metres, 0, length))
    return lon, lat


def search_foot(segment, lon, lat):
    """Find the nearest point of a geodesic by narrowing a dense sample of it."""
    low, high = 0.0, GEOD.inv(*segment)[2]
    for _round in range(12):
        metres = np.linspace(low, high, 101)
        places = np.array([along(segment, m) for m in metres])
        distance = GEOD.inv(np.full(101, lon), np.full(101, lat), places[:, 0], places[:, 1])[2]
        at, step = int(np.argmin(distance)), (high - low) / 100
        low, high = max(low, metres[at] - step), min(high, metres[at] + step)
    return metres[at], distance[at]


@pytest.mark.parametrize("length_m", [15.0, 120.0, 950.0, 3000.0, 20_000.0])
@pytest.mark.parametrize("lat", [0.3, -30.0, 51.0, -64.0])
def test_attachment_is_that_of_the_geodesic(length_m, lat):
    random = np.random.default_rng(int(length_m + abs(lat)))
    for _case in range(3):
        lon, azimuth = random.uniform(-179, 179), random.uniform(0, 360)
        lon_b, lat_b, _back = GEOD.fwd(lon, lat, azimuth, length_m)
        segment = (lon, lat, lon_b, lat_b)
        middle = along(segment, length_m * random.uniform(0.02, 0.98))
        x, y, _azimuth = GEOD.fwd(*middle, random.uniform(0, 360), random.uniform(5, 240))
        network = build_network(streets_of({"A": (lon, lat), "B": (lon_b, lat_b)}, "A B | path"))
        point = snap(network, [x], [y])
        metres, leg = search_foot(segment, x, y)
        close = 2e-6 if length_m < 10_000 else 1e-5
        assert point.leg_m[0] == pytest.approx(leg, abs=close)
        assert point.fraction[0] * network.length[0] == pytest.approx(metres, abs=2e-3)
        assert GEOD.inv(x, y, point.lon[0], point.lat[0])[2] == pytest.approx(leg, abs=close)


def test_a_street_across_the_date_line_is_found():
    network = build_network(streets_of({"A": (179.9995, -17.0), "B": (-179.9995, -17.0)}, "A B | path"))
    points = snap(network, [179.9999, -179.9999], [-17.0001, -17.0001])
    assert network.length[0] == pytest.approx(GEOD.inv(179.9995, -17.0, -179.9995, -17.0)[2])
    assert points.attached.all()
    assert points.fraction == pytest.approx([0.4, 0.6], abs=1e-6)
