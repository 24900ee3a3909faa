"""Areas of OpenStreetMap files: which tags are open space, who may enter, and what is left out."""

from itertools import count
from pathlib import Path

import pytest
import shapely

from ekistics.core.errors import (
    ConfigurationError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.readers.osm_areas import ACCESS, read_areas, read_open_space_table

SQUARE = ((0.0, 0.0), (0.001, 0.0), (0.001, 0.001), (0.0, 0.001))
BOW_TIE = ((0.0, 0.0), (0.001, 0.001), (0.001, 0.0), (0.0, 0.001))


class Town:
    """An OpenStreetMap XML file, written way by way."""

    def __init__(self):
        self.ids, self.nodes, self.ways, self.relations = count(1), [], [], []

    def way(self, points=SQUARE, *, closed=True, cut=False, **tags):
        refs = []
        for lon, lat in points:
            refs.append(next(self.ids))
            self.nodes.append(f'<node id="{refs[-1]}" version="1" lon="{lon}" lat="{lat}"/>')
        number = next(self.ids)
        refs += [10**9] * cut
        members = "".join(f'<nd ref="{ref}"/>' for ref in [*refs, *refs[:closed]])
        self.ways.append(f'<way id="{number}" version="1">{members}{_tags(tags)}</way>')
        return number

    def relation(self, members, **tags):
        number = next(self.ids)
        body = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        self.relations.append(f'<relation id="{number}" version="1">{body}{_tags(tags)}</relation>')
        return number

    def write(self, folder: Path) -> Path:
        path = folder / "town.osm"
        path.write_text("\n".join(['<osm version="0.6" generator="hand">', *self.nodes, *self.ways, *self.relations,
                                   "</osm>"]))
        return path


def _tags(tags):
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


@pytest.mark.parametrize(("tags", "kind", "access", "rule"), [
    ({"leisure": "park"}, "park", "public", "default"),
    ({"leisure": "park", "access": "private"}, "park", "private", "access=private"),
    ({"leisure": "park", "access": "private", "foot": "yes"}, "park", "public", "foot=yes"),
    ({"leisure": "park", "access": "yes", "fee": "yes"}, "park", "private", "fee=yes"),
    ({"leisure": "park", "access": "unknown"}, "park", "public", "default"),
    ({"leisure": "garden"}, "garden", "unknown", "default"),
    ({"leisure": "garden", "access": "permissive"}, "garden", "public", "access=permissive"),
    ({"leisure": "garden", "garden__type": "residential"}, "garden", "private", "garden:type=residential"),
    ({"leisure": "garden", "garden__type": "residential", "access": "yes"}, "garden", "public", "access=yes"),
    ({"leisure": "pitch"}, "sport", "unknown", "default"),
    ({"leisure": "golf_course"}, "sport", "private", "default"),
    ({"natural": "beach"}, "beach", "public", "default"),
    ({"place": "square", "highway": "pedestrian", "area": "yes"}, "square", "public", "default"),
    ({"leisure": "park", "landuse": "grass"}, "park", "public", "default"),
])
def test_open_space_by_tags(tmp_path, tags, kind, access, rule):
    town = Town()
    number = town.way(**tags)
    areas = read_areas(town.write(tmp_path))
    assert areas.open_space.crs.to_epsg() == 4326
    row = areas.open_space.iloc[0]
    assert (len(areas.open_space), row.kind, row.access, row.rule) == (1, kind, access, rule)
    assert (row.osm_type, row.osm_id) == ("way", number)
    assert shapely.equals(row.geometry, shapely.Polygon(SQUARE))


@pytest.mark.parametrize("tags", [
    {"landuse": "cemetery"}, {"landuse": "grass"}, {"amenity": "school"}, {"leisure": "stadium"},
    {"highway": "pedestrian"}, {"highway": "footway", "area": "yes"}, {"leisure": "park", "building": "yes"},
    {"leisure": "park", "area": "no"}, {"name": "Park"},
])
def test_not_open_space(tmp_path, tags):
    town = Town()
    town.way(**tags)
    assert read_areas(town.write(tmp_path)).open_space.empty


def test_an_open_way_is_no_area(tmp_path):
    town = Town()
    town.way(closed=False, leisure="park")
    assert read_areas(town.write(tmp_path)).open_space.empty


def test_a_pedestrian_relation_is_a_square_without_area_yes(tmp_path):
    town = Town()
    ring = town.way()
    town.relation([(ring, "outer")], type="multipolygon", highway="pedestrian")
    assert read_areas(town.write(tmp_path)).open_space["kind"].tolist() == ["square"]


def test_a_relation_keeps_its_hole_and_its_parts(tmp_path):
    town = Town()
    outer = town.way()
    inner = town.way([(0.0002, 0.0002), (0.0008, 0.0002), (0.0008, 0.0008), (0.0002, 0.0008)])
    other = town.way([(0.002, 0.0), (0.003, 0.0), (0.003, 0.001)])
    number = town.relation([(outer, "outer"), (inner, "inner"), (other, "outer")], type="multipolygon",
                           leisure="park", name="Hollow Park")
    areas = read_areas(town.write(tmp_path))
    row = areas.open_space.iloc[0]
    assert (row.osm_type, row.osm_id, row["name"], row.geometry.geom_type) == ("relation", number, "Hollow Park",
                                                                              "MultiPolygon")
    assert row.geometry.area == pytest.approx(1e-6 - 0.36e-6 + 0.5e-6, rel=1e-9)
    assert areas.problems == {"broken_rings": 0, "incomplete": 0, "repaired": 0}


def test_broken_and_incomplete_areas_are_counted_and_left_out(tmp_path):
    town = Town()
    whole = town.way(leisure="park")
    crossed = town.way(BOW_TIE, leisure="park")
    loose = town.way(closed=False)
    unclosed = town.relation([(loose, "outer")], type="multipolygon", leisure="garden")
    cut_off = town.relation([(999, "outer")], type="multipolygon", leisure="park")
    town.relation([(999, "outer")], type="route", leisure="park")
    half = town.way(cut=True, leisure="park")
    town.way(cut=True, highway="pedestrian")
    town.way(cut=True, leisure="park", area="no")
    areas = read_areas(town.write(tmp_path))
    assert areas.open_space["osm_id"].tolist() == [whole]
    assert areas.problems == {"broken_rings": 2, "incomplete": 2, "repaired": 0}
    assert sorted(areas.broken) == sorted([f"way/{crossed}", f"relation/{unclosed}", f"relation/{cut_off}",
                                           f"way/{half}"])


def test_buildings_are_outlines_without_parts(tmp_path):
    town = Town()
    town.way(building="yes")
    town.way(building="house", name="A")
    town.way(**{"building__part": "yes"})
    town.way(building="no", leisure="park")
    areas = read_areas(town.write(tmp_path))
    assert areas.buildings["building"].tolist() == ["yes", "house"]
    assert areas.open_space["tag"].tolist() == ["leisure=park"]
    assert read_areas(town.write(tmp_path), what=["open_space"]).buildings.empty
    assert read_areas(town.write(tmp_path), what=["buildings"]).open_space.empty


def test_a_file_without_areas_gives_empty_layers(tmp_path):
    areas = read_areas(Town().write(tmp_path))
    assert areas.open_space.empty
    assert areas.open_space.crs.to_epsg() == 4326
    assert list(areas.buildings.columns) == ["osm_type", "osm_id", "building", "geometry"]


def test_another_table_decides(tmp_path):
    town = Town()
    town.way(landuse="cemetery")
    table = tmp_path / "mine.toml"
    table.write_text("""
        edition = "mine"
        [access]
        keys = ["access"]
        public = ["yes"]
        private = ["no"]
        paid = {}
        [[rows]]
        tag = "landuse=cemetery"
        kind = "garden"
        access = "unknown"
        source = "the city's plan"
        why = "People walk there."
    """)
    areas = read_areas(town.write(tmp_path), table=read_open_space_table(table))
    assert areas.open_space[["kind", "access"]].to_numpy().tolist() == [["garden", "unknown"]]


def test_provenance_names_what_is_stated(tmp_path):
    areas = read_areas(Town().write(tmp_path), stated={"licence": "ODbL-1.0"})
    assert (areas.provenance.licence, areas.provenance.role, areas.provenance.name) == ("ODbL-1.0", "streets",
                                                                                        "town.osm")


def test_every_row_of_the_table_has_a_source_and_a_reason():
    table = read_open_space_table()
    assert len({row.tag for row in table.rows}) == len(table.rows)
    assert not table.public & table.private
    for row in table.rows:
        assert row.source, row.tag
        assert row.why.endswith("."), row.tag
        assert row.access in ACCESS, row.tag


@pytest.mark.parametrize("text", [
    "edition = ", "edition = '1'", "edition='1'\nrows=[{tag='a=b', kind='k', access='public', colour='red'}]\n[access]",
    "edition='1'\nrows=[{tag='a=b', kind='k', access='open', source='s', why='w'}]\n"
    "[access]\nkeys=[]\npublic=[]\nprivate=[]\npaid={}",
])
def test_a_wrong_table_is_refused(tmp_path, text):
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"wrong\.toml"):
        read_open_space_table(path)


def test_a_table_that_is_not_there(tmp_path):
    with pytest.raises(MissingInputError):
        read_open_space_table(tmp_path / "none.toml")


def test_bad_files(tmp_path):
    with pytest.raises(MissingInputError, match=r"none\.pbf"):
        read_areas(tmp_path / "none.pbf")
    for name, content in (("text.osm.pbf", b"no map at all"), ("empty.osm.pbf", b""), ("cut.osm", b"<osm><node")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputFormatError, match="truncated or is not an OpenStreetMap file"):
            read_areas(tmp_path / name)


def test_a_truncated_pbf_is_refused(tmp_path, shared_data):
    whole = shared_data("laspalmas-ghsci/example_las_palmas_2023_osm_20230221.pbf").read_bytes()
    (tmp_path / "cut.osm.pbf").write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(InputFormatError, match="truncated"):
        read_areas(tmp_path / "cut.osm.pbf")


def test_unknown_layers_are_refused(tmp_path):
    path = Town().write(tmp_path)
    with pytest.raises(UnknownNameError, match="buildings"):
        read_areas(path, what=["building"])
    with pytest.raises(InvalidValueError):
        read_areas(path, what=[])


def test_areas_whose_extent_lies_outside_the_bounds_are_left_out(tmp_path):
    town = Town()
    inside = town.way(leisure="park")
    town.way([(lon + 1, lat) for lon, lat in SQUARE], leisure="park")
    path = town.write(tmp_path)
    assert len(read_areas(path).open_space) == 2
    assert read_areas(path, within=(0.0005, 0.0005, 0.5, 0.5)).open_space["osm_id"].tolist() == [inside]
