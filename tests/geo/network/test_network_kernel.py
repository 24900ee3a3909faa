"""The kernel on networks whose distances are worked by hand, and its contract on odd input."""

import numpy as np
import pytest

from ekistics.core.errors import InvalidValueError
from ekistics.geo.network import (
    at_nodes,
    build_network,
    nearest,
    nearest_of_nodes,
    on_segments,
    snap,
    straight_line,
)
from ekistics.geo.streets import Streets, empty_streets
from tests.geo.network.network_cases import EQUATOR_NODES, GOLDEN, distance, equator, equator_streets, streets_of

HAND = GOLDEN["equator"]
DEGREE = HAND["degree_m"]


def test_legs_can_be_left_out():
    assert distance(equator(), (0.001, 0.0005), (0.007, 0.0005), count_legs=False) == pytest.approx(0.006 * DEGREE)


def test_attachment_to_nodes_instead_of_segments():
    point = snap(equator(), [0.0013], [0.0], attach="node")
    assert (point.lon[0], point.leg_m[0]) == (pytest.approx(0.002), pytest.approx(0.0007 * DEGREE, abs=1e-6))


def test_the_longest_leg_decides_who_is_attached():
    metres = np.array([249.0, 251.0]) / HAND["lane_0001_m"] * 0.001
    points = snap(equator(), [0.001, 0.001], metres)
    assert points.attached.tolist() == [True, False]
    assert points.segment.tolist() == [0, -1]
    assert np.isnan([points.leg_m[1], points.fraction[1], points.lon[1]]).all()
    assert snap(equator(), [0.001], metres[1:], max_leg_m=260).attached.all()
    assert points.parameters() == {"max_leg_m": 250.0, "attach": "edge"}


def test_unattached_points_reach_nothing_and_are_not_reached():
    network = equator()
    here, far = snap(network, [0.001], [0.0]), snap(network, [0.5], [0.5])
    assert nearest(network, far, here).distance_m.tolist() == [np.inf]
    assert nearest(network, here, far).target.tolist() == [-1]


def test_a_distance_beyond_the_limit_is_not_reached():
    network = equator()
    origin, target = snap(network, [0.001], [0.0]), snap(network, [0.007], [0.0])
    assert nearest(network, origin, target, limit_m=667.9).distance_m.tolist() == [np.inf]
    assert nearest(network, origin, target, limit_m=668.0).target.tolist() == [0]


def test_equal_distances_take_the_lowest_target():
    network = equator()
    origin = snap(network, [0.004, 0.0039, 0.0041], [0.0, 0.0, 0.0])
    targets = snap(network, [0.007, 0.006, 0.002, 0.002, 0.006], [0.0] * 5)
    assert nearest(network, origin, targets).target.tolist() == [1, 2, 1]
    assert nearest(network, origin, targets.take([0, 2, 1])).target.tolist() == [1, 1, 2]
    assert nearest_of_nodes(network, targets).target.tolist() == [2, 2, 1, 1, 0, 0, 1]


def test_parts_of_the_network():
    nodes = EQUATOR_NODES | {"X": (0.02, 0.0), "Y": (0.021, 0.0)}
    streets = streets_of(nodes, "A B C | path\nX Y | path")
    network = build_network(streets)
    assert network.part_size.tolist() == [3, 2]
    assert network.part.tolist() == [0, 0, 0, 1, 1]
    assert distance(network, (0.0205, 0.0), (0.001, 0.0)) == np.inf
    large = build_network(streets, min_part_nodes=3)
    assert not snap(large, [0.0205], [0.0]).attached[0]
    assert large.parameters()["min_part_nodes"] == 3


def test_bridges_without_a_common_node_are_not_joined():
    streets = streets_of({"A": (-0.001, 0.0), "B": (0.001, 0.0), "C": (0.0, -0.001), "D": (0.0, 0.001)},
                         "A B | path\nC D | path | bridge=yes")
    assert distance(build_network(streets), (0.0005, 0.0), (0.0, 0.0005)) == np.inf


def test_oneway_streets_are_walked_both_ways():
    streets = streets_of({"A": (0.0, 0.0), "B": (0.001, 0.0)}, "A B | residential | oneway=yes")
    assert distance(build_network(streets), (0.001, 0.0), (0.0, 0.0)) == pytest.approx(0.001 * DEGREE)


def test_parallel_segments_keep_their_own_lengths():
    nodes = {"A": (0.0, 0.0), "B": (0.001, 0.0)}
    assert distance(build_network(streets_of(nodes, "A B | path\nA B | path")), (0.0, 0.0),
                    (0.001, 0.0)) == pytest.approx(0.001 * DEGREE)


def test_two_nodes_at_one_place_are_joined_without_length():
    nodes = {"A": (0.0, 0.0), "B": (0.001, 0.0), "C": (0.001, 0.0), "D": (0.002, 0.0)}
    network = build_network(streets_of(nodes, "A B C D | path"))
    assert distance(network, (0.0, 0.0), (0.002, 0.0)) == pytest.approx(0.002 * DEGREE)


def test_closed_streets_let_nobody_through_and_attract_nobody():
    streets = equator_streets()
    open_network = build_network(streets)
    closed = build_network(streets, closed=[False, True, False, False, False, False])
    origin, target = snap(open_network, [0.001, 0.003], [0.0, 0.0]), snap(open_network, [0.007], [0.0])
    assert np.isfinite(nearest(open_network, origin, target).distance_m).all()
    assert nearest(closed, origin, target).distance_m.tolist() == [np.inf, np.inf]
    assert snap(closed, [0.003], [0.0]).lon[0] in (pytest.approx(0.002), pytest.approx(0.004))
    assert closed.parameters()["closed_segments"] == 1
    assert build_network(streets, closed=[False, True]).parameters()["closed_segments"] == 1


def test_a_target_on_a_closed_street_is_cut_off_even_from_the_same_street():
    streets = equator_streets()
    network = build_network(streets)
    origin, target = snap(network, [0.0025], [0.0]), snap(network, [0.003], [0.0])
    closed = build_network(streets, closed=[False, True, False, False, False, False])
    assert nearest(closed, origin, target).distance_m.tolist() == [np.inf]


def test_penalties_stretch_distances():
    network = build_network(equator_streets(), penalty=[1, 3, 1, 1, 1, 1])
    assert distance(network, (0.001, 0.0), (0.005, 0.0)) == pytest.approx((0.002 + 3 * 0.002) * DEGREE)
    assert distance(network, (0.0025, 0.0), (0.003, 0.0)) == pytest.approx(3 * 0.0005 * DEGREE)
    assert network.parameters()["penalised_segments"] == 1


@pytest.mark.parametrize("wrong", [{"penalty": [1.0, 0.0]}, {"penalty": [1.0, np.inf]}, {"closed": [True, False, True]},
                                   {"penalty": [1.0, -2.0]}])
def test_wrong_closures_and_penalties_are_refused(wrong):
    with pytest.raises(InvalidValueError):
        build_network(equator_streets(), **wrong)


def test_as_many_ways_as_segments_in_another_order_is_refused():
    streets = streets_of({"A": (0, 0), "B": (0.001, 0), "C": (0.002, 0)}, "A B | path\nB C | path")
    turned = Streets(streets.lon, streets.lat, streets.start, streets.end, streets.way[::-1], streets.ways)
    with pytest.raises(InvalidValueError, match="as many ways as segments"):
        build_network(turned, closed=[True, False])


def test_points_without_coordinates_are_refused():
    with pytest.raises(InvalidValueError, match="point 1"):
        snap(equator(), [0.0, np.nan], [0.0, 0.0])
    with pytest.raises(InvalidValueError, match="above zero"):
        snap(equator(), [0.0], [0.0], max_leg_m=0)


def test_a_city_without_streets_attaches_nobody():
    network = build_network(empty_streets())
    points = snap(network, [0.0, 1.0], [0.0, 1.0])
    assert not points.attached.any()
    found = nearest(network, points, points)
    assert found.distance_m.tolist() == [np.inf, np.inf]
    assert network.part_size.size == 0


def test_no_points_and_no_targets():
    network = equator()
    some, none = snap(network, [0.001], [0.0]), snap(network, [], [])
    assert len(nearest(network, none, some).distance_m) == 0
    assert nearest(network, some, none).distance_m.tolist() == [np.inf]
    assert straight_line([0.0], [0.0], [], []).target.tolist() == [-1]


def test_places_given_on_the_network_itself():
    network = equator()
    assert at_nodes(network, [0, 6]).lon == pytest.approx([0.0, 0.004])
    places = on_segments(network, [0, -1], [0.5, np.nan], leg_m=[10.0, np.nan])
    assert places.attached.tolist() == [True, False]
    assert nearest(network, at_nodes(network, [1]), places).distance_m[0] == pytest.approx(0.001 * DEGREE + 10)


def test_straight_lines_take_the_nearest_by_geodesic_and_the_lowest_of_equals():
    found = straight_line([0.0, 0.005], [0.0, 0.0], [0.01, 0.002, 0.002, 0.008], [0.0, 0.0, 0.0, 0.0])
    assert found.distance_m == pytest.approx([0.002 * DEGREE, 0.003 * DEGREE])
    assert found.target.tolist() == [1, 1]
    assert found.parameters()["measure"] == "straight line"


def test_the_result_names_every_parameter():
    network = equator()
    point = snap(network, [0.001], [0.0], max_leg_m=100)
    named = nearest(network, point, point, limit_m=500).parameters()
    assert named["origins"]["max_leg_m"] == 100
    assert (named["limit_m"], named["count_legs"], named["network"]["directed"]) == (500, True, False)
    assert named["network"]["lengths"] == "geodesic on WGS84"
