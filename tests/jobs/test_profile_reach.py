"""Access and the flags on its inputs, on the small city with one thing changed."""

import osmium
import pandas as pd
import pytest

from ekistics.jobs.profile import profile
from ekistics.jobs.profile.quality import _completeness_flags, _street_flags
from ekistics.jobs.profile.reach import FREQUENCY_CLASSES

from .conftest import degrees, write_feed


def run(city, tmp_path):
    package = profile(city, out=tmp_path / "out", documents=False).package
    return package, {flag.code: flag for flag in package.checks}


def amend(city, old, new):
    path = city / "city.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_city_whose_streets_all_lie_outside_its_boundary_is_profiled(small_city, tmp_path):
    path = small_city / "streets.osm.pbf"
    path.unlink()
    writer = osmium.SimpleWriter(str(path))
    for number, (column, row) in enumerate(((0, 0), (2, 0), (4, 0)), 1):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=degrees(column, row), version=1))
    writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2, 3], tags={"highway": "residential"}, version=1))
    writer.close()
    _, flags = run(small_city, tmp_path)
    assert "streets-without-width" not in flags
    assert flags["people-unattached"].value == pytest.approx(100.0)


def bus_feed(path, *, stop, year="2020"):
    """A feed of 200 buses a day and one metro at one stop, and each one's last stop far away."""
    trips = [(f"b{n}", f"{6 + n // 20:02d}:{n % 20 * 3:02d}:00", "b") for n in range(200)] + [("m1", "12:00:00", "m")]
    rows = [f"{trip},{time},{time},hub,1\n{trip},23:50:00,23:50:00,far,2\n" for trip, time, _route in trips]
    (lon, lat), (far_lon, far_lat) = degrees(*stop), degrees(59, 59)
    write_feed(path, stops_txt=f"stop_id,stop_lat,stop_lon\nhub,{lat},{lon}\nfar,{far_lat},{far_lon}\n",
               calendar_txt=("service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
                             f"d,1,1,1,1,1,0,0,{year}0601,{year}0630\n"),
               trips_txt="route_id,service_id,trip_id\n" + "".join(f"{r},d,{t}\n" for t, _time, r in trips),
               stop_times_txt="trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "".join(rows))


def test_a_rare_metro_lends_its_reach_to_no_frequent_bus(small_city, tmp_path):
    bus_feed(small_city / "bus.zip", stop=(30, 30))
    package, flags = run(small_city, tmp_path)
    people = next(layer for layer in package.layers if layer.code == "people").frame
    near, by_metro = people["low_network"] <= 500, people["high_network"] <= 1000
    assert (by_metro & ~near).sum() > near.sum() > 0
    assert set(people.loc[near, "frequency_class"]) == {FREQUENCY_CLASSES[0]}
    assert set(people.loc[by_metro & ~near, "frequency_class"]) == {"low"}
    assert flags["stops-unattached"].denominator == 2  # stops, not stops by capacity


def test_each_timetable_has_its_age_and_groups_of_another_year_are_named(small_city, tmp_path):
    (small_city / "old").mkdir()
    bus_feed(small_city / "old" / "bus.zip", stop=(30, 30), year="2015")
    amend(small_city, '[[timetables]]\npath = "bus.zip"',
          '[[timetables]]\npath = "bus.zip"\n\n[[timetables]]\npath = "old/bus.zip"')
    amend(small_city, 'path = "women_2020.tif"\ntime_period = "2020"', 'path = "women_2020.tif"\ntime_period = "2015"')
    package, flags = run(small_city, tmp_path)
    assert "2020" in flags["age-timetables"].note
    assert "2015" in flags["age-timetables-2"].note
    assert flags["age-timetables-2"].value == pytest.approx(flags["age-timetables"].value + 5, abs=0.2)
    assert (flags["groups-not-used"].value, flags["groups-not-used"].status) == (1, "warn")
    assert "women_2020.tif (2015)" in flags["groups-not-used"].note
    rows = package.observations.query("indicator == 'sdg_11_2_1'")
    assert "F" not in set(rows["sex"])


def test_places_without_a_count_are_flagged_and_points_at_one_place_are_added_without_streets(small_city, tmp_path):
    lon, lat = degrees(30.5, 30.5)
    pd.DataFrame({"lon": [lon, lon, lon + 0.001], "lat": [lat] * 3, "population": [10.0, 20.0, None]}).to_csv(
        small_city / "people.csv", index=False)
    text = (small_city / "city.toml").read_text("utf-8")
    start, end = text.index("[[population]]"), text.index("[[built_up]]")
    text = text[:start] + '[[population]]\npath = "people.csv"\ntime_period = "2020"\n\n' + text[end:]
    text = text.replace('[streets]\npath = "streets.osm.pbf"\ntime_period = "2020-06-01"\n', "")
    (small_city / "city.toml").write_text(text, "utf-8")
    package, flags = run(small_city, tmp_path)
    people = next(layer for layer in package.layers if layer.code == "people").frame
    assert people["population"].tolist() == [30.0]
    assert flags["people-missing"].value == 1
    assert "population_density" in flags["people-missing"].indicators


class Found:
    """Stages that were computed with a given result; the others found nothing."""

    def __init__(self, **stages):
        self.stages = stages

    def get(self, stage):
        return self.stages.get(stage, {"reason": "none"})


def test_what_the_street_file_lacks_is_flagged_with_its_number_and_base():
    found = Found(streets={"absent_nodes": 7}, open_space={"problems": {"broken_rings": 2, "repaired": 9}},
                  access={"spaces_unreached": 3, "spaces_public": 12})
    flags = {flag.code: flag for flag in _street_flags(found)}
    assert set(flags) == {"street-nodes-absent", "open-space-broken-rings", "open-space-unreached"}
    assert (flags["street-nodes-absent"].value, flags["open-space-broken-rings"].value) == (7, 2)
    unreached = flags["open-space-unreached"]
    assert (unreached.value, unreached.base, unreached.status) == (25.0, "public open spaces near the city", "bad")


@pytest.mark.parametrize(("cell_m", "code"), [(499.0, "built-up-without-streets"), (500.0, "built-up-cells-coarse")])
def test_cells_as_large_as_the_reach_say_nothing_of_the_street_map(cell_m, code):
    found = Found(completeness={"reason": "", "built_up_m2": 100.0, "near_m2": 50.0, "cell_m": cell_m},
                  street_land={"open_space_reason": "none"})
    assert [flag.code for flag in _completeness_flags(found)] == [code]
