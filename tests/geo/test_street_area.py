"""Street widths by tag, lanes and class; lengths, land and intersections within polygons."""

import tomllib
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Geod

from ekistics.core.errors import ConfigurationError, InvalidValueError, MissingCrsError, MissingInputError
from ekistics.geo.crossings import crossings
from ekistics.geo.street_area import intersections_within, streets_within
from ekistics.geo.street_widths import street_ways, street_width_table, street_widths, width_in_metres
from ekistics.geo.streets import Streets, empty_streets, make_ways

WGS84 = Geod(ellps="WGS84")


def town(*lines, **tags):
    """Make streets from lines of (lon, lat) points; equal points are one node."""
    index, start, end, way = {}, [], [], []
    for number, line in enumerate(lines):
        nodes = [index.setdefault(point, len(index)) for point in line]
        start += nodes[:-1]
        end += nodes[1:]
        way += [number] * (len(nodes) - 1)
    lon, lat = np.array(list(index)).T
    tags.setdefault("highway", ["residential"] * len(lines))
    return Streets(lon, lat, np.array(start), np.array(end), np.array(way), make_ways(**tags))


def polygons(*shapes, crs=4326):
    return gpd.GeoDataFrame(geometry=list(shapes), crs=crs)


def metres(*points):
    lon, lat = zip(*points, strict=True)
    return WGS84.line_length(lon, lat)


@pytest.mark.parametrize(("text", "width"), [
    ("7", 7.0), ("7 m", 7.0), ("7m", 7.0), ("7.5 metres", 7.5), ("7,5", 7.5), ("350 cm", 3.5), ("22'", 22 * 0.3048),
    ("22 ft", 22 * 0.3048), ("6'6\"", 6.5 * 0.3048), ("0.5", 0.5),
    ("narrow", None), ("", None), ("0", None), ("-3", None), ("5;6", None), ("5-6", None), ("~5", None), ("1e3", None),
    ("nan", None), ("7 km", None),
])
def test_width_tag(text, width):
    assert width_in_metres(text) == pytest.approx(width if width else np.nan, nan_ok=True)


@pytest.mark.parametrize(("tags", "low", "mid", "high", "how"), [
    # a residential street: table 4.1, 5.5, 10.0; two sidewalks of 2.4 m in the high value
    ({}, 4.1, 5.5, 14.8, "class"),
    ({"sidewalk": "left"}, 4.1, 5.5, 12.4, "class"),
    ({"sidewalk": "separate"}, 4.1, 5.5, 10.0, "class"),
    ({"sidewalk": "both"}, 4.1, 5.5, 14.8, "class"),
    ({"width": "7"}, 7.0, 7.0, 11.8, "width"),
    ({"width": "7", "lanes": "4"}, 7.0, 7.0, 11.8, "width"),
    ({"width": "narrow", "lanes": "2"}, 5.4, 6.0, 11.4, "lanes"),
    ({"width": "61", "lanes": "2"}, 5.4, 6.0, 11.4, "lanes"),
    ({"width": "60"}, 60.0, 60.0, 64.8, "width"),
    ({"lanes": "2;1"}, 4.1, 5.5, 14.8, "class"),
    ({"lanes": "0"}, 4.1, 5.5, 14.8, "class"),
    ({"lanes": "17"}, 4.1, 5.5, 14.8, "class"),
    ({"highway": "footway"}, 1.2, 1.8, 2.4, "class"),
    ({"highway": "footway", "width": "3"}, 3.0, 3.0, 3.0, "width"),
    ({"highway": "corridor", "width": "3"}, None, None, None, "none"),
])
def test_width_by_tag_then_lanes_then_class(tags, low, mid, high, how):
    ways = make_ways(**{key: [value] for key, value in ({"highway": "residential"} | tags).items()})
    row = street_widths(ways).iloc[0]
    assert row["how"] == how
    expected = [np.nan if value is None else value for value in (low, mid, high)]
    assert row[["low", "mid", "high"]].astype(float).to_numpy() == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("tags", "land", "network"), [
    ({"highway": "residential"}, True, True), ({"highway": "service"}, True, False),
    ({"highway": "service", "service": "driveway"}, False, False),
    ({"highway": "service", "service": "alley"}, True, False),
    ({"highway": "footway"}, True, False), ({"highway": "path"}, False, False),
    ({"highway": "pedestrian", "area": "yes"}, False, False), ({"highway": "primary", "tunnel": "yes"}, False, False),
    ({"highway": "footway", "tunnel": "building_passage"}, True, False),
    ({"highway": "residential", "access": "private"}, False, False), ({"highway": "proposed"}, False, False),
])
def test_which_ways_count(tags, land, network):
    ways = make_ways(**{key: [value] for key, value in tags.items()})
    assert street_ways(ways).tolist() == [land]
    assert street_ways(ways, use="network").tolist() == [network]


def test_an_unknown_use_is_refused():
    with pytest.raises(InvalidValueError, match="land, network"):
        street_ways(make_ways(highway=["primary"]), use="walking")


def test_every_figure_of_the_table_has_its_source():
    text = (files("ekistics.geo") / "tables" / "street_widths.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    for part in (*content["class"].values(), content["lane"], content["beside"], *content["never"].values()):
        assert part["source"], part
    assert all(row["why"].endswith(".") for row in content["class"].values())


@pytest.mark.parametrize(("old", "new"), [("low = 2.7", "low = 9.9"), ("low = 2.7", "low = 'wide'"),
                                          ("widest_m = 60.0", ""), ("widest_m = 60.0", "widest_m = ")])
def test_a_wrong_table_is_refused(tmp_path, old, new):
    text = (files("ekistics.geo") / "tables" / "street_widths.toml").read_text(encoding="utf-8")
    path = tmp_path / "widths.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"widths\.toml"):
        street_width_table(path)
    with pytest.raises(MissingInputError):
        street_width_table(tmp_path / "none.toml")


def test_a_street_is_cut_at_the_outline():
    streets = town([(-0.01, 0.0), (0.03, 0.0)], width=["10"])
    frame = streets_within(streets, polygons(shapely.box(0, -1, 0.01, 1)))
    expected = metres((0.0, 0.0), (0.01, 0.0))
    assert frame.loc[0, "street_length_m"] == pytest.approx(expected, rel=1e-12)
    assert frame.loc[0, "street_area_mid_m2"] == pytest.approx(10 * expected, rel=1e-12)
    assert frame.loc[0, "street_area_high_m2"] == pytest.approx(14.8 * expected, rel=1e-12)
    assert frame.loc[0, ["width_tagged_share", "lanes_tagged_share"]].tolist() == [1.0, 0.0]


def test_a_hole_is_outside_and_a_bent_outline_cuts_more_than_once():
    ring = shapely.box(0, 0, 0.01, 0.01) - shapely.box(0.004, 0.004, 0.006, 0.006)
    comb = shapely.unary_union([shapely.box(x, 0, x + 0.001, 0.01) for x in (0.0, 0.002, 0.004)])
    streets = town([(-0.01, 0.005), (0.02, 0.005)])
    frame = streets_within(streets, polygons(ring, comb))
    assert frame["street_length_m"].to_numpy() == pytest.approx(
        [metres((0, 0.005), (0.008, 0.005)), metres((0, 0.005), (0.003, 0.005))], rel=1e-9)


def test_whole_segments_inside_and_outside():
    streets = town([(0.001, 0.001), (0.002, 0.002)], [(1.0, 1.0), (1.001, 1.001)])
    frame = streets_within(streets, polygons(shapely.box(0, 0, 0.01, 0.01), shapely.box(5, 5, 6, 6)))
    assert frame.loc[0, "street_length_m"] == pytest.approx(metres((0.001, 0.001), (0.002, 0.002)), rel=1e-12)
    assert frame.loc[1, "street_length_m"] == 0.0
    assert np.isnan(frame.loc[1, "width_tagged_share"])


@pytest.mark.parametrize("shift", [0.0, 0.0031])
def test_a_street_on_a_common_outline_is_shared(shift):
    corners = [(0.0, 0.0), (0.01, shift), (0.02, 0.0), (0.02, 0.01), (0.0, 0.01)]
    north = shapely.Polygon(corners)
    south = shapely.Polygon([(0.0, 0.0), (0.01, shift), (0.02, 0.0), (0.02, -0.01), (0.0, -0.01)])
    streets = town([(0.0, 0.0), (0.01, shift), (0.02, 0.0)])
    frame = streets_within(streets, polygons(north, south, shapely.union(north, south)))
    whole = metres((0.0, 0.0), (0.01, shift), (0.02, 0.0))
    assert frame["street_length_m"].to_numpy() == pytest.approx([whole / 2, whole / 2, whole], rel=1e-9)


def test_a_street_partly_on_an_outline():
    streets = town([(-0.01, 0.0), (0.03, 0.0)])
    frame = streets_within(streets, polygons(shapely.box(0, 0, 0.01, 0.01)))
    assert frame.loc[0, "street_length_m"] == pytest.approx(metres((0, 0), (0.01, 0)) / 2, rel=1e-9)


def test_classes_add_up_and_keep_the_index():
    streets = town([(0.0, 0.001), (0.02, 0.001)], [(0.0, 0.002), (0.02, 0.002)], [(0.0, 0.003), (0.02, 0.003)],
                   highway=["primary", "footway", "path"], lanes=["3", "", ""])
    zones = polygons(shapely.box(0, 0, 0.01, 0.01), shapely.box(0.01, 0, 0.02, 0.01))
    zones.index = pd.Index(["west", "east"], name="ref_area")
    total, by_class = streets_within(streets, zones), streets_within(streets, zones, by_class=True)
    assert by_class.index.names == ["ref_area", "highway"]
    assert sorted(by_class.loc["west"].index) == ["footway", "primary"]
    columns = ["street_length_m", "street_area_low_m2", "street_area_high_m2"]
    pd.testing.assert_frame_equal(by_class[columns].groupby(level="ref_area", sort=False).sum(), total[columns])
    assert total["lanes_tagged_share"].to_numpy() == pytest.approx([0.5, 0.5], abs=1e-6)
    every = streets_within(streets, zones, which=np.ones(3, dtype=bool))
    assert (every["street_length_m"] / total["street_length_m"]).to_numpy() == pytest.approx([1.5, 1.5], rel=1e-6)


def test_polygons_in_metres_and_without_crs():
    streets = town([(0.0, 0.001), (0.01, 0.001)])
    in_metres = polygons(shapely.box(-1, 0, 0.005, 0.01)).to_crs(3857)
    assert streets_within(streets, in_metres.geometry).loc[0, "street_length_m"] == pytest.approx(
        metres((0, 0.001), (0.005, 0.001)), rel=1e-6)
    with pytest.raises(MissingCrsError):
        streets_within(streets, polygons(shapely.box(0, 0, 1, 1), crs=None))


def test_nothing_in_gives_nothing_out():
    zone = polygons(shapely.box(0, 0, 1, 1))
    assert streets_within(empty_streets(), zone)["street_length_m"].tolist() == [0.0]
    assert intersections_within(empty_streets(), zone).loc[0].tolist() == [0, 0]
    streets = town([(0.0, 0.001), (0.01, 0.001)])
    assert streets_within(streets, zone.iloc[:0]).empty
    assert intersections_within(streets, zone.iloc[:0]).empty
    assert streets_within(empty_streets(), zone, by_class=True).empty


def test_intersections_and_dead_ends():
    # a cross, a T, a bend, a loop, and a footpath that does not count
    streets = town([(-0.001, 0.0), (0.0, 0.0), (0.001, 0.0)], [(0.0, -0.001), (0.0, 0.0), (0.0, 0.001)],
                   [(0.001, 0.0), (0.001, 0.001)], [(0.001, 0.0), (0.001, -0.001), (0.002, -0.001)],
                   [(0.002, 0.0), (0.0, 0.001)], highway=["residential"] * 4 + ["footway"])
    zones = polygons(shapely.box(-1, -1, 1, 1), shapely.box(-1, -1, 0.0005, 1))
    assert intersections_within(streets, zones).to_numpy().tolist() == [[2, 5], [1, 3]]
    assert intersections_within(streets, zones, minimum_ways=4)["intersections"].tolist() == [1, 1]
    with_paths = intersections_within(streets, zones, which=np.ones(5, dtype=bool))
    assert with_paths.to_numpy().tolist() == [[2, 5], [1, 2]]
    with pytest.raises(InvalidValueError):
        intersections_within(streets, zones, minimum_ways=1)


def test_crossings_meet_at_corners_once():
    box = np.array([shapely.box(0, 0, 1, 1)], dtype=object)
    through_corner = crossings(np.array([[-1.0, -1.0]]), np.array([[3.0, 3.0]]), box)
    assert through_corner.fraction.tolist() == [0.25, 0.5]
    touching = crossings(np.array([[0.5, -1.0]]), np.array([[0.5, 0.0]]), box)
    assert touching.fraction.tolist() == [1.0]
    along = crossings(np.array([[-1.0, 0.0]]), np.array([[3.0, 0.0]]), box)
    assert along.fraction.tolist() == [0.25, 0.5]
    assert (along.run_from.tolist(), along.run_to.tolist()) == ([0.25], [0.5])


def test_las_palmas_streets(shared_data):
    pytest.importorskip("osmium")
    from ekistics.readers.osm import read_osm

    golden = tomllib.loads((Path(__file__).parent / "golden_las_palmas.toml").read_text(encoding="utf-8"))["streets"]
    folder = "laspalmas-ghsci/"
    streets = read_osm(shared_data(folder + "example_las_palmas_2023_osm_20230221.pbf")).streets
    boundary = gpd.read_file(shared_data(folder + golden["boundary"]))
    found = streets_within(streets, boundary).iloc[0]
    for name in ("street_length_m", "street_area_low_m2", "street_area_mid_m2", "street_area_high_m2",
                 "width_tagged_share", "lanes_tagged_share"):
        assert found[name] == pytest.approx(golden[name], rel=golden["tolerance"]), name
    counted = intersections_within(streets, boundary).iloc[0]
    assert counted.tolist() == [golden["intersections"], golden["dead_ends"]]
