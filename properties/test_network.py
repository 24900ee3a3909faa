"""What must hold on every street network: symmetry, order, more stops, closures, split segments, permuted ways."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from ekistics.geo.network import build_network, nearest, snap
from ekistics.geo.streets import Streets, make_ways

GEOD = Geod(ellps="WGS84")
NEAR_M = 1e-6


def town(seed: int, size: int = 5) -> Streets:
    """Make a crooked grid of streets of about 80 m, with gaps, at a random place."""
    random = np.random.default_rng(seed)
    lat0, lon0 = random.uniform(-60, 60), random.uniform(-180, 179)
    step = 80 / 111_320
    row, column = np.divmod(np.arange(size * size), size)
    lon = lon0 + (column + random.uniform(-0.3, 0.3, row.size)) * step / np.cos(np.radians(lat0))
    lat = lat0 + (row + random.uniform(-0.3, 0.3, row.size)) * step
    index = np.arange(size * size).reshape(size, size)
    start = np.concatenate([index[:, :-1].ravel(), index[:-1].ravel()])
    end = np.concatenate([index[:, 1:].ravel(), index[1:].ravel()])
    kept = random.random(start.size) < 0.8
    start, end = start[kept], end[kept]
    return Streets(lon, lat, start, end, np.arange(start.size), make_ways(highway=["residential"] * start.size))


def points(seed: int, streets: Streets, count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return (random.uniform(streets.lon.min(), streets.lon.max(), count),
            random.uniform(streets.lat.min(), streets.lat.max(), count))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    """Equal to a micrometre, and infinite at the same places."""
    both = np.isfinite(one) & np.isfinite(other)
    return bool((np.isfinite(one) == np.isfinite(other)).all() and (np.abs(one[both] - other[both]) < NEAR_M).all())


seeds = st.integers(0, 2**31)
few = settings(max_examples=25, deadline=None)


@few
@given(seeds)
def test_the_way_there_is_as_long_as_the_way_back(seed):
    streets = town(seed)
    network = build_network(streets)
    ends = snap(network, *points(seed + 1, streets, 8))
    for at in range(0, 8, 2):
        there, back = ends.take([at]), ends.take([at + 1])
        assert same(nearest(network, there, back).distance_m, nearest(network, back, there).distance_m)


@few
@given(seeds)
def test_the_order_of_origins_and_targets_does_not_matter(seed):
    streets = town(seed)
    network = build_network(streets)
    lon, lat = points(seed + 1, streets, 12)
    targets = snap(network, *points(seed + 2, streets, 4))
    order = np.random.default_rng(seed).permutation(12)
    whole = nearest(network, snap(network, lon, lat), targets)
    mixed = nearest(network, snap(network, lon[order], lat[order]), targets)
    assert np.array_equal(whole.distance_m[order], mixed.distance_m)
    assert np.array_equal(whole.target[order], mixed.target)
    turned = nearest(network, snap(network, lon, lat), targets.take([3, 2, 1, 0]))
    assert same(whole.distance_m, turned.distance_m)


@few
@given(seeds)
def test_one_more_stop_never_makes_a_way_longer(seed):
    streets = town(seed)
    network = build_network(streets)
    origins, targets = (snap(network, *points(seed + k, streets, 6)) for k in (1, 2))
    fewer = nearest(network, origins, targets.take(range(5))).distance_m
    assert (nearest(network, origins, targets).distance_m <= fewer + NEAR_M).all()


@few
@given(seeds)
def test_a_target_named_is_at_the_distance_given(seed):
    streets = town(seed)
    network = build_network(streets)
    origins, targets = snap(network, *points(seed + 1, streets, 6)), snap(network, *points(seed + 2, streets, 3))
    found = nearest(network, origins, targets)
    for at in np.flatnonzero(found.target >= 0):
        alone = nearest(network, origins.take([at]), targets.take([found.target[at]]))
        assert same(alone.distance_m, found.distance_m[[at]])


@few
@given(seeds)
def test_closing_a_street_never_makes_a_way_shorter(seed):
    streets = town(seed)
    network = build_network(streets)
    origins, targets = (snap(network, *points(seed + k, streets, 6)) for k in (1, 2))
    closed = np.random.default_rng(seed).random(streets.n_segments) < 0.2
    after = nearest(build_network(streets, closed=closed), origins, targets).distance_m
    assert (after >= nearest(network, origins, targets).distance_m - NEAR_M).all()


@few
@given(seeds)
def test_splitting_segments_changes_nothing(seed):
    streets = town(seed)
    azimuth, _back, length = GEOD.inv(streets.lon[streets.start], streets.lat[streets.start],
                                      streets.lon[streets.end], streets.lat[streets.end])
    part = np.random.default_rng(seed).uniform(0.1, 0.9, streets.n_segments)
    lon, lat, _azimuth = GEOD.fwd(streets.lon[streets.start], streets.lat[streets.start], azimuth, length * part)
    middle = streets.n_nodes + np.arange(streets.n_segments)
    split = Streets(np.append(streets.lon, lon), np.append(streets.lat, lat),
                    np.column_stack([streets.start, middle]).ravel(), np.column_stack([middle, streets.end]).ravel(),
                    np.repeat(streets.way, 2), streets.ways)
    before, after = build_network(streets), build_network(split)
    origins, targets = points(seed + 1, streets, 8), points(seed + 2, streets, 3)
    one = nearest(before, snap(before, *origins), snap(before, *targets)).distance_m
    other = nearest(after, snap(after, *origins), snap(after, *targets)).distance_m
    assert same(one, other)


@few
@given(seeds)
def test_the_order_and_direction_of_ways_do_not_matter(seed):
    streets = town(seed)
    random = np.random.default_rng(seed)
    order, turned = random.permutation(streets.n_segments), random.random(streets.n_segments) < 0.5
    start = np.where(turned, streets.end, streets.start)[order]
    end = np.where(turned, streets.start, streets.end)[order]
    mixed = Streets(streets.lon, streets.lat, start, end, streets.way, streets.ways)
    before, after = build_network(streets), build_network(mixed)
    origins, targets = points(seed + 1, streets, 8), points(seed + 2, streets, 3)
    one = nearest(before, snap(before, *origins), snap(before, *targets)).distance_m
    other = nearest(after, snap(after, *origins), snap(after, *targets)).distance_m
    assert same(one, other)


@few
@given(seeds)
def test_a_way_along_streets_is_never_shorter_than_the_straight_one(seed):
    streets = town(seed)
    network = build_network(streets)
    (lon, lat), (x, y) = points(seed + 1, streets, 6), points(seed + 2, streets, 1)
    found = nearest(network, snap(network, lon, lat), snap(network, x, y)).distance_m
    assert (found >= GEOD.inv(lon, lat, np.repeat(x, 6), np.repeat(y, 6))[2] - NEAR_M).all()
