"""Which ways are walkable: the specification, rule by rule."""

import pytest

from ekistics.geo.network import WalkRules, build_network, walkable
from ekistics.geo.streets import make_ways
from tests.geo.network.network_cases import streets_of

CASES = """
residential    |            |         | yes
footway        |            |         | yes
steps          |            |         | yes
platform       |            |         | yes
corridor       |            |         | yes
cycleway       |            |         | yes
trunk_link     |            |         | yes
trunk          |            |         | no
trunk          | yes        |         | yes
trunk          | designated |         | yes
trunk          | permissive |         | no
motorway       | yes        |         | no
motorway_link  | designated |         | no
construction   | yes        |         | no
proposed       |            |         | no
raceway        |            |         | no
residential    | no         |         | no
residential    | private    |         | yes
service        |            | private | no
service        |            | no      | no
service        | yes        | private | yes
service        | designated | no      | yes
service        |            | customers | yes
service        | no         | private | no
track          |            | No      | yes
"""


@pytest.mark.parametrize("line", CASES.strip().splitlines())
def test_walkable_by_the_specification(line):
    highway, foot, access, expected = (part.strip() for part in line.split("|"))
    ways = make_ways(highway=[highway], foot=[foot], access=[access])
    assert walkable(ways).tolist() == [expected == "yes"]


def test_outlines_of_pedestrian_areas_stay_in():
    assert walkable(make_ways(highway=["pedestrian"], area=["yes"])).all()


def test_every_rule_is_a_parameter():
    ways = make_ways(highway=["trunk", "steps", "service", "path"], access=["", "", "private", ""],
                     foot=["", "", "", "use_sidepath"])
    rules = WalkRules(never=("steps",), not_walked=(), access_refuses=(), foot_refuses=("use_sidepath",))
    assert walkable(ways, rules).tolist() == [True, False, True, False]
    assert rules.parameters()["never"] == ["steps"]


def test_the_network_holds_walkable_ways_only():
    streets = streets_of({"A": (0, 0), "B": (0.001, 0), "C": (0.002, 0)}, """
        A B | residential
        B C | trunk
        A C | motorway | foot=yes
    """)
    network = build_network(streets)
    assert (network.n_nodes, network.n_segments) == (2, 1)
    assert network.street_segment.tolist() == [0]
    assert network.parameters()["walk_rules"]["not_walked"] == ["trunk"]
