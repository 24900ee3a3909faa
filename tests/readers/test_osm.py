"""OpenStreetMap extracts: what is read, and what is said of files that cannot be."""

import numpy as np
import osmium
import pytest
from osmium.osm.mutable import Node, Way

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.geo.streets import WAY_TAGS
from ekistics.readers.osm import read_osm, read_osm_header

NODES = {1: (-51.2, -30.0), 2: (-51.199, -30.0), 3: (-51.198, -30.0), 4: (-51.198, -29.999), 5: (-51.2, -29.999)}


def write(path, ways, *, stops=(), nodes=NODES, timestamp="2023-02-21T03:31:14Z", box=True):
    header = osmium.io.Header()
    if timestamp:
        header.set("osmosis_replication_timestamp", timestamp)
    if box:
        header.add_box(osmium.osm.Box(-51.3, -30.1, -51.1, -29.9))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, place in nodes.items():
            writer.add_node(Node(id=number, location=place))
        for number, place, tags in stops:
            writer.add_node(Node(id=number, location=place, tags=tags))
        for number, refs, tags in ways:
            writer.add_way(Way(id=number, nodes=refs, tags=tags))
    return path


STREET = (10, [1, 2, 3], {"highway": "residential", "width": "8", "name": "Rua A"})
PATH = (11, [3, 4], {"highway": "footway", "foot": "designated"})


def test_streets_come_as_segments_with_their_tags(tmp_path):
    house = (12, [1, 2, 5, 1], {"building": "yes"})
    streets = read_osm(write(tmp_path / "a.osm.pbf", [STREET, PATH, house])).streets
    assert streets.osm_node.tolist() == [1, 2, 3, 4]
    assert streets.lon == pytest.approx([NODES[n][0] for n in (1, 2, 3, 4)], abs=1e-9)
    assert list(zip(streets.start, streets.end, streets.way, strict=True)) == [(0, 1, 0), (1, 2, 0), (2, 3, 1)]
    assert streets.ways["osm_id"].tolist() == [10, 11]
    assert streets.ways.loc[0, list(WAY_TAGS)].tolist() == ["residential", "", "", "8", *[""] * (len(WAY_TAGS) - 4)]
    assert streets.ways["foot"].tolist() == ["", "designated"]


def test_a_node_left_out_by_the_extract_breaks_the_way_there(tmp_path):
    cut = (13, [1, 99, 3, 4, 5], {"highway": "service"})
    found = read_osm(write(tmp_path / "a.osm.pbf", [cut]))
    streets = found.streets
    pairs = [(int(streets.osm_node[a]), int(streets.osm_node[b]))
             for a, b in zip(streets.start, streets.end, strict=True)]
    assert pairs == [(3, 4), (4, 5)]
    assert found.absent_nodes == 1


def test_ways_of_one_node_or_with_a_node_twice_give_no_segment(tmp_path):
    ways = [(14, [1], {"highway": "path"}), (15, [2, 2, 3], {"highway": "path"})]
    streets = read_osm(write(tmp_path / "a.osm.pbf", ways)).streets
    assert (len(streets.ways), streets.n_segments) == (2, 1)


def test_stops_are_found_on_nodes_and_ways(tmp_path):
    stops = [(20, (-51.2, -30.001), {"highway": "bus_stop", "name": "Praça"}),
             (21, (-51.2, -30.002), {"railway": "station"}),
             (22, (-51.2, -30.003), {"amenity": "bench"})]
    platform = (16, [1, 2, 3], {"highway": "platform", "public_transport": "platform"})
    found = read_osm(write(tmp_path / "a.osm.pbf", [platform], stops=stops))
    assert found.stops[["kind", "name", "osm_id"]].to_numpy().tolist() == [
        ["bus_stop", "Praça", "n20"], ["railway_station", "", "n21"], ["platform", "", "w16"]]
    assert found.stops["lon"].tolist() == pytest.approx([-51.2, -51.2, -51.199])
    assert len(found.streets.ways) == 1


def test_the_head_gives_bounds_and_date(tmp_path):
    path = write(tmp_path / "a.osm.pbf", [STREET])
    found = read_osm(path, stated={"producer": "OpenStreetMap contributors", "licence": ""})
    assert found.timestamp == "2023-02-21T03:31:14Z"
    assert found.bounds == pytest.approx((-51.3, -30.1, -51.1, -29.9))
    assert (found.provenance.role, found.provenance.producer, found.provenance.time_period) == (
        "streets", "OpenStreetMap contributors", "2023-02-21")
    assert read_osm_header(path).timestamp == found.timestamp


def test_without_a_head_the_streets_give_the_bounds(tmp_path):
    found = read_osm(write(tmp_path / "a.osm.pbf", [STREET], timestamp="", box=False))
    assert (found.timestamp, found.provenance.time_period) == ("", "")
    assert found.bounds == pytest.approx((-51.2, -30.0, -51.198, -30.0))


def test_an_extract_without_streets_gives_empty_streets(tmp_path):
    found = read_osm(write(tmp_path / "a.osm.pbf", [(12, [1, 2, 5, 1], {"building": "yes"})], box=False))
    assert (found.streets.n_nodes, found.streets.n_segments, len(found.streets.ways)) == (0, 0, 0)
    assert found.bounds is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_a_truncated_extract_is_refused(tmp_path, share):
    many = {n: (-51.2 + n * 1e-5, -30.0) for n in range(1, 3000)}
    ways = [(n, [n, n + 1], {"highway": "path"}) for n in range(1, 2999)]
    whole = write(tmp_path / "whole.osm.pbf", ways, nodes=many).read_bytes()
    (tmp_path / "half.osm.pbf").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputFormatError, match=r"half\.osm\.pbf.*truncated") as caught:
        read_osm(tmp_path / "half.osm.pbf")
    assert caught.value.hint


def test_files_of_another_kind_are_refused(tmp_path):
    for name in ("text.osm.pbf", "streets.csv"):
        (tmp_path / name).write_text("osm_id,highway\n1,path\n")
        with pytest.raises(InputFormatError, match="another kind"):
            read_osm(tmp_path / name)


def test_an_absent_extract_is_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"gone\.osm\.pbf"):
        read_osm(tmp_path / "gone.osm.pbf")


def test_las_palmas_as_it_is(shared_data):
    found = read_osm(shared_data("laspalmas-ghsci/example_las_palmas_2023_osm_20230221.pbf"))
    assert found.timestamp.startswith("2023-02-21")
    assert len(found.streets.ways) == 13954  # osmium tags-filter w/highway, 21 November 2026
    assert found.absent_nodes > 0
    assert np.isfinite(found.streets.lon).all()
