"""Entrances of open spaces, their land by class without double counting, and straight lines to them."""

import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from ekistics.core.errors import InvalidValueError, MissingCrsError
from ekistics.geo.network import build_network, nearest, snap
from ekistics.geo.open_space import dissolve, entrances, open_space_within, straight_line_to_spaces
from ekistics.geo.streets import Streets, empty_streets, make_ways

WGS84 = Geod(ellps="WGS84")
M = 1 / 111_319.491  # degrees of a metre along the equator
MN = 1 / 110_574.276  # and along the meridian
EN = np.array([M, MN])


def network(*lines, **options):
    """Make a walking network from lines of points given in metres east and north of (0, 0)."""
    index, start, end, way = {}, [], [], []
    for number, line in enumerate(lines):
        nodes = [index.setdefault(point, len(index)) for point in line]
        start += nodes[:-1]
        end += nodes[1:]
        way += [number] * (len(nodes) - 1)
    lon, lat = (np.array(list(index), dtype=float) * EN).T
    streets = Streets(lon, lat, np.array(start), np.array(end), np.array(way),
                      make_ways(highway=["footway"] * len(lines)))
    return build_network(streets, **options)


def parks(*shapes):
    """Make spaces from shapes in metres."""
    return gpd.GeoSeries([shapely.transform(shape, lambda xy: xy * EN) for shape in shapes], crs=4326)


def places(found):
    """Give how and where in whole metres, in the order of place."""
    frame = found.frame()
    return sorted((how, round(lon / M), round(lat / MN)) for how, lon, lat in
                  zip(frame["how"], frame["lon"], frame["lat"], strict=True))


SQUARE = shapely.box(0, 0, 100, 100)
WEST_EAST, SOUTH_NORTH = [(-50, 40), (150, 40)], [(60, -50), (60, 150)]


def test_a_square_crossed_by_two_paths_has_four_entrances():
    found = entrances(network(WEST_EAST, SOUTH_NORTH), parks(SQUARE))
    assert places(found) == [("crossing", 0, 40), ("crossing", 60, 0), ("crossing", 60, 100), ("crossing", 100, 40)]
    assert found.targets.leg_m.tolist() == [0.0] * 4
    assert np.sort(found.targets.fraction) == pytest.approx([0.25, 0.25, 0.75, 0.75], rel=1e-9)
    assert found.unreachable.size == 0


def test_nodes_inside_are_entrances_too():
    crossing_inside = network([(-50, 40), (60, 40), (150, 40)], [(60, -50), (60, 40), (60, 150)])
    found = entrances(crossing_inside, parks(SQUARE))
    assert places(found) == [("crossing", 0, 40), ("crossing", 60, 0), ("crossing", 60, 100), ("crossing", 100, 40),
                             ("node", 60, 40)]


def test_a_hole_is_no_part_of_the_park():
    park = SQUARE - shapely.box(40, 40, 60, 60)
    found = entrances(network([(-50, 50), (50, 50), (150, 50)]), parks(park))
    assert places(found) == [("crossing", 0, 50), ("crossing", 40, 50), ("crossing", 60, 50), ("crossing", 100, 50)]


def test_a_path_wholly_inside_gives_its_nodes():
    found = entrances(network([(20, 20), (80, 20)]), parks(SQUARE))
    assert places(found) == [("node", 20, 20), ("node", 80, 20)]


@pytest.mark.parametrize(("gap", "reached"), [(49.9, True), (50.1, False), (60, False)])
def test_a_park_beside_a_street_attaches_within_50_metres(gap, reached):
    found = entrances(network([(-200, -gap), (300, -gap)]), parks(SQUARE))
    assert (len(found), found.unreachable.tolist()) == ((1, []) if reached else (0, [0]))
    if reached:
        leg = WGS84.inv(0, 0, 0, -gap * MN)[2]
        assert found.how.tolist() == ["nearest"]
        assert found.targets.leg_m[0] == pytest.approx(leg, abs=1e-6)
        assert 0 <= round(found.targets.lon[0] / M) <= 100


def test_the_reach_is_a_parameter():
    beside = network([(-200, -60), (300, -60)])
    assert len(entrances(beside, parks(SQUARE), reach_m=70)) == 1
    assert entrances(network([(-200, -10), (300, -10)]), parks(SQUARE), reach_m=0).unreachable.tolist() == [0]
    with pytest.raises(InvalidValueError):
        entrances(beside, parks(SQUARE), reach_m=-1)


def test_a_street_along_the_outline_lets_in_at_both_ends():
    found = entrances(network([(-50, 0), (200, 0)]), parks(SQUARE))
    assert places(found) == [("crossing", 0, 0), ("crossing", 100, 0)]


def test_a_street_that_ends_at_the_outline_lets_in_there():
    found = entrances(network([(50, -80), (50, 0)]), parks(SQUARE))
    assert places(found) == [("crossing", 50, 0)]


def test_spaces_are_told_apart_and_overlapping_ones_keep_their_own_entrances():
    spaces = parks(SQUARE, shapely.box(50, 0, 150, 100), shapely.box(1000, 1000, 1010, 1010))
    found = entrances(network(WEST_EAST), spaces)
    assert found.space.tolist() == [0, 0, 1, 1]
    assert found.unreachable.tolist() == [2]


def test_entrances_are_targets_of_the_distance_search():
    streets = network([(-500, 40), (-50, 40), (150, 40)])
    found = entrances(streets, parks(SQUARE))
    reached = nearest(streets, snap(streets, [-300 * M], [40 * MN]), found.targets)
    assert reached.distance_m[0] == pytest.approx(WGS84.inv(-300 * M, 40 * MN, 0, 40 * MN)[2], abs=1e-4)
    assert found.space[reached.target[0]] == 0


def test_the_leg_to_a_park_beside_the_street_counts():
    streets = network([(-500, -30), (300, -30)])
    found = entrances(streets, parks(shapely.Polygon([(0, 0), (50, 100), (-50, 100)])))
    reached = nearest(streets, snap(streets, [-300 * M], [-30 * MN]), found.targets)
    expected = WGS84.inv(-300 * M, -30 * MN, 0, -30 * MN)[2] + WGS84.inv(0, -30 * MN, 0, 0)[2]
    assert reached.distance_m[0] == pytest.approx(expected, abs=1e-3)


def test_closed_streets_let_nobody_in():
    closed = network(WEST_EAST, [(-50, 120), (150, 120)], closed=[True, False])
    found = entrances(closed, parks(SQUARE))
    assert found.how.tolist() == ["nearest"]
    assert round(found.targets.lat[0] / MN) == 120


def test_without_streets_or_spaces():
    nothing = build_network(empty_streets())
    assert entrances(nothing, parks(SQUARE)).unreachable.tolist() == [0]
    none = entrances(network(WEST_EAST), parks())
    assert (len(none), none.unreachable.size, none.frame().empty) == (0, 0, True)
    with pytest.raises(MissingCrsError):
        entrances(nothing, gpd.GeoSeries([SQUARE]))


def layer(*rows):
    return gpd.GeoDataFrame({"access": [row[0] for row in rows]}, geometry=[row[1] for row in rows], crs=4326)


def geodesic_area(shape):
    return abs(WGS84.geometry_area_perimeter(shapely.segmentize(shape, 1e-4))[0])


def test_overlapping_ground_counts_once_and_public_first():
    spaces = layer(("private", shapely.box(0, 0, 0.004, 0.001)), ("public", shapely.box(0.003, 0, 0.006, 0.001)),
                   ("unknown", shapely.box(0.002, 0, 0.005, 0.001)), ("public", shapely.box(0.003, 0, 0.004, 0.001)))
    unit = geodesic_area(shapely.box(0, 0, 0.001, 0.001))
    assert dissolve(spaces)["area_m2"].to_numpy() == pytest.approx([3 * unit, 1 * unit, 2 * unit], rel=1e-6)


def test_open_space_within_neighbourhoods_adds_up_to_the_city():
    spaces = layer(("public", shapely.box(0, 0, 0.004, 0.001)), ("unknown", shapely.box(0, 0.002, 0.001, 0.003)),
                   ("public", shapely.box(0.001, 0.0005, 0.002, 0.003)))
    zones = gpd.GeoDataFrame(geometry=[shapely.box(-1, -1, 0.0017, 1), shapely.box(0.0017, -1, 1, 1),
                                       shapely.box(-1, -1, 1, 1), shapely.box(2, 2, 3, 3)],
                             index=["west", "east", "city", "far"], crs=4326)
    found = open_space_within(spaces, zones)
    assert found.loc["far"].tolist() == [0.0, 0.0, 0.0]
    assert (found.loc["west"] + found.loc["east"]).to_numpy() == pytest.approx(found.loc["city"].to_numpy(), rel=1e-7)
    expected = geodesic_area(shapely.union_all(spaces.geometry[spaces["access"] == "public"].to_numpy()))
    assert found.loc["city", "open_space_public_m2"] == pytest.approx(expected, rel=1e-6)
    pd_columns = ["open_space_public_m2", "open_space_unknown_m2", "open_space_private_m2"]
    assert list(found.columns) == pd_columns


def test_no_open_space_is_zero_and_an_unknown_class_is_refused():
    zone = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    assert open_space_within(layer(), zone).loc[0].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(InvalidValueError, match="public, unknown, private"):
        dissolve(layer(("open", shapely.box(0, 0, 1, 1))))


def test_straight_lines_to_spaces():
    spaces = parks(SQUARE, shapely.box(500, 0, 600, 100))
    lon, lat = np.array([50, 300, 620]) * M, np.array([50, 50, 50]) * MN
    expected = [0.0, WGS84.inv(300 * M, 50 * MN, 100 * M, 50 * MN)[2], WGS84.inv(620 * M, 50 * MN, 600 * M, 50 * MN)[2]]
    assert straight_line_to_spaces(lon, lat, spaces) == pytest.approx(expected, abs=1e-3)
    assert straight_line_to_spaces(lon, lat, spaces, limit_m=100).tolist()[1] == np.inf
    assert straight_line_to_spaces(lon, lat, parks()).tolist() == [np.inf] * 3


def test_las_palmas_open_space(shared_data):
    from ekistics.readers.osm_areas import read_areas

    content = tomllib.loads((Path(__file__).parent / "golden_las_palmas.toml").read_text(encoding="utf-8"))
    golden = content["open_space"]
    areas = read_areas(shared_data("laspalmas-ghsci/example_las_palmas_2023_osm_20230221.pbf"))
    boundary = gpd.read_file(shared_data("laspalmas-ghsci/" + content["streets"]["boundary"]))
    assert len(areas.buildings) == golden["buildings"]
    assert areas.problems == {"broken_rings": 0, "incomplete": golden["incomplete"], "repaired": 0}
    counts = areas.open_space.groupby(["tag", "access"]).size()
    assert {f"{tag} {access}": int(count) for (tag, access), count in counts.items()} == golden["counts"]
    found = open_space_within(areas.open_space, boundary).iloc[0]
    for name in ("open_space_public_m2", "open_space_unknown_m2", "open_space_private_m2"):
        assert found[name] == pytest.approx(golden[name], rel=golden["tolerance"]), name
    assert found["open_space_public_m2"] < 0.96 * golden["public_with_overlaps_m2"]
