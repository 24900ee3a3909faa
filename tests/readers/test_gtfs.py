"""Timetables: what is read, which stops are served, and what is said of odd or broken feeds."""

import zipfile
from datetime import date

import numpy as np
import pytest

from ekistics.core.errors import ConfigurationError, InputFormatError, UnsafeArchiveError
from ekistics.readers.gtfs import capacity_of, read_gtfs, stop_service

# Route 1 is a bus, route 2 a train. Week runs from Monday to Friday of two weeks, Sat on Saturdays; Wednesday the 15th
# is taken out, and Thursday the 16th has one more service.
TABLES = {
    "stops.txt": """
        stop_id,stop_name,stop_lat,stop_lon,location_type
        a,First,-30.0,-51.2,
        b,"Second, with comma",-30.01,-51.2,0
        c,Third,-30.02,-51.2,
        s,Station,-30.02,-51.2,1
        e,Entrance,-30.02,-51.2,2
        idle,Nobody calls,-30.03,-51.2,0""",
    "routes.txt": """
        route_id,route_type
        1,3
        2,2""",
    "trips.txt": """
        route_id,service_id,trip_id
        1,WEEK,bus1
        1,WEEK,bus2
        1,SAT,bus3
        2,EXTRA,train""",
    "calendar.txt": """
        service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
        WEEK,1,1,1,1,1,0,0,20190506,20190517
        SAT,0,0,0,0,0,1,0,20190506,20190517""",
    "calendar_dates.txt": """
        service_id,date,exception_type
        WEEK,20190515,2
        EXTRA,20190516,1""",
    "stop_times.txt": """
        trip_id,arrival_time,departure_time,stop_id,stop_sequence
        bus1,06:00:00,06:00:00,a,1
        bus1,,,b,2
        bus1,6:20:00,6:20:00,c,30
        bus2,25:10:00,25:10:00,a,1
        bus2,25:30:00,25:31:00,b,2
        bus3,10:00:00,10:00:00,a,1
        bus3,10:30:00,10:30:00,b,2
        train,08:30:00,08:30:00,c,2
        train,08:00:00,08:00:00,b,1""",
}


def feed(tmp_path, *, name="feed.zip", folder="", **changes):
    """Write a feed: TABLES with changes by table (without .txt); None leaves a table out."""
    tables = {**TABLES, **{f"{table}.txt": text for table, text in changes.items()}}
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for table, text in tables.items():
            if text is not None:
                lines = text if isinstance(text, bytes) else "\n".join(
                    line.strip() for line in text.strip().splitlines()).encode()
                archive.writestr(folder + table, lines)
    return tmp_path / name


def served(tmp_path, day, **changes):
    return stop_service([read_gtfs(feed(tmp_path, **changes))], day=day)


def test_a_feed_is_read_into_tables(tmp_path):
    found = read_gtfs(feed(tmp_path))
    assert found.stops["stop_id"].tolist() == ["a", "b", "c", "idle"]  # no station, no entrance
    assert found.stops["stop_name"][1] == "Second, with comma"
    assert found.routes["route_type"].tolist() == [3, 2]
    assert found.trips["route"].tolist() == [0, 0, 0, 1]
    assert found.problems == ()
    assert found.provenance.role == "timetable"


def test_calls_are_put_in_the_order_of_their_sequence(tmp_path):
    calls = read_gtfs(feed(tmp_path)).stop_times
    assert calls["stop"].tolist() == [0, 1, 2, 0, 1, 0, 1, 1, 2]


def test_times_after_midnight_belong_to_the_service_day(tmp_path):
    calls = read_gtfs(feed(tmp_path)).stop_times
    assert calls["departure_s"].max() == 25 * 3600 + 31 * 60


@pytest.mark.parametrize(("day", "expected", "chosen"), [
    ("any", ["a", "b", "c"], (date(2019, 5, 6), date(2019, 5, 17))),
    ("busiest-midweek", ["a", "b", "c"], (date(2019, 5, 16),)),  # two buses and the train
    ("2019-05-15", [], ()),  # taken out
    ("2019-05-11", ["a", "b"], (date(2019, 5, 11),)),  # Saturday
    ("2019-05-12", [], ()),  # Sunday
    ("2031-01-01", [], ()),  # outside the calendar
])
def test_the_service_day_decides_which_stops_count(tmp_path, day, expected, chosen):
    found = served(tmp_path, day)
    assert found.stops.index[found.stops["served"]].tolist() == [f"feed:{stop}" for stop in expected]
    assert found.days == {"feed": chosen}
    assert bool(found.problems) == (chosen == ())


def test_capacity_is_by_the_routes_that_call(tmp_path):
    stops = served(tmp_path, "2019-05-16").stops
    assert stops[["low", "high", "trips_low", "trips_high"]].to_numpy().tolist() == [
        [True, False, 2, 0], [True, True, 2, 1], [True, True, 1, 1], [False, False, 0, 0]]


def test_the_busiest_day_is_a_tuesday_wednesday_or_thursday(tmp_path):
    extra = "service_id,date,exception_type\nEXTRA,20190513,1\nSAT,20190513,1\nEXTRA,20190508,1"
    assert served(tmp_path, "busiest-midweek", calendar_dates=extra).days == {"feed": (date(2019, 5, 8),)}


def test_of_equally_busy_days_the_first_is_taken(tmp_path):
    assert served(tmp_path, "busiest-midweek", calendar_dates=None).days == {"feed": (date(2019, 5, 7),)}


def test_each_feed_takes_its_own_day(tmp_path):
    later = TABLES["calendar.txt"].replace("2019", "2021")
    feeds = [read_gtfs(feed(tmp_path, calendar_dates=None)),
             read_gtfs(feed(tmp_path, name="other.zip", calendar=later, calendar_dates=None))]
    found = stop_service(feeds)
    assert found.days == {"feed": (date(2019, 5, 7),), "other": (date(2021, 5, 6),)}
    assert found.stops["feed"].tolist() == ["feed"] * 4 + ["other"] * 4


def test_feeds_of_one_name_are_kept_apart(tmp_path):
    one = read_gtfs(feed(tmp_path))
    assert stop_service([one, one]).stops.index.is_unique


def test_an_unknown_day_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="service day"):
        served(tmp_path, "tuesday")


def test_departures_leave_out_last_calls_and_other_hours(tmp_path):
    stops = stop_service([read_gtfs(feed(tmp_path))], day="2019-05-07", cluster_m=1).stops
    assert (stops["departures_per_hour"] * 14).round(6).tolist() == [1, 1, 0, 0]  # 6:00 at a, about 6:10 at b


def test_times_between_timed_calls_are_spread_evenly(tmp_path):
    one = [read_gtfs(feed(tmp_path))]
    for hours, departs in {(6.1, 6.2): True, (6.0, 6.16): False}.items():  # b is called at 6:10, a sixth past six
        stops = stop_service(one, day="2019-05-07", hours=hours, cluster_m=1).stops
        assert (stops["departures_per_hour"].iloc[1] > 0) == departs


def test_frequencies_run_a_trip_every_so_often(tmp_path):
    frequencies = """trip_id,start_time,end_time,headway_secs
        bus1,05:30:00,06:30:00,600
        bus1,19:30:00,20:30:00,1800"""
    found = stop_service([read_gtfs(feed(tmp_path, frequencies=frequencies))], day="2019-05-07", cluster_m=1).stops
    assert found["trips_low"].tolist() == [9, 9, 8, 0]  # 6 + 2 runs, and bus2 at a and b
    # from a at 6:00, 6:10, 6:20 and 19:30; from b ten minutes later, so also at 6:00 (the run of 5:50)
    assert (found["departures_per_hour"] * 14).round(6).tolist() == [4, 5, 0, 0]


def test_frequencies_decide_the_busiest_day(tmp_path):
    frequencies = "trip_id,start_time,end_time,headway_secs\ntrain,06:00:00,07:00:00,60"
    changed = "service_id,date,exception_type\nEXTRA,20190508,1"
    found = served(tmp_path, "busiest-midweek", frequencies=frequencies, calendar_dates=changed)
    assert found.days == {"feed": (date(2019, 5, 8),)}


def test_frequency_classes_count_neighbouring_stops_together(tmp_path):
    rows = "\n".join(f"t{n},{6 + n // 4:02d}:{n % 4 * 15:02d}:00,,x{n % 2},1\nt{n},23:00:00,,far,2" for n in range(56))
    stops = "stop_id,stop_lat,stop_lon\nx0,0,10\nx1,0.0004,10\nfar,0.1,10"  # 44 m apart
    trips = "route_id,service_id,trip_id\n" + "\n".join(f"1,WEEK,t{n}" for n in range(56))
    times = f"trip_id,departure_time,arrival_time,stop_id,stop_sequence\n{rows}"
    one = [read_gtfs(feed(tmp_path, stops=stops, trips=trips, stop_times=times))]
    together = stop_service(one, day="2019-05-07").stops
    assert together["departures_per_hour"].tolist() == [4, 4, 0]
    assert together["frequency_class"].tolist() == ["medium", "medium", "low"]
    assert together["class_low"].tolist() == together["frequency_class"].tolist()
    assert together["departures_low"].tolist() == [4, 4, 0]
    assert set(together["class_high"]) == {"none"}
    apart = stop_service(one, day="2019-05-07", cluster_m=40).stops
    assert apart["frequency_class"].tolist() == ["low", "low", "low"]


def test_route_types_by_capacity():
    low = [0, 3, 5, 7, 11, 200, 204, 700, 715, 800, 900, 906, 1501]
    high = [1, 2, 4, 6, 12, 100, 109, 400, 401, 1000, 1200, 1300]
    assert {capacity_of(kind) for kind in low} == {"low"}
    assert {capacity_of(kind) for kind in high} == {"high"}
    assert {capacity_of(kind) for kind in (8, 1100, 1702, -1)} == {""}


def test_the_capacity_table_is_a_parameter(tmp_path):
    found = stop_service([read_gtfs(feed(tmp_path))], day="any", capacity={3: "high"})
    assert found.stops[["low", "high"]].to_numpy().tolist() == [[False, True], [False, True], [False, True],
                                                                [False, False]]
    assert "type 2" in found.problems[0]
    assert found.parameters()["capacity"] == {"3": "high"}


def test_spaces_quotes_and_a_byte_order_mark_do_not_matter(tmp_path):
    stops = "\ufeffstop_id, stop_name , stop_lat,stop_lon\n a ,\"A\", -30.0 ,-51.2\nb,B,-30.01,-51\nc,C,-30.02,-51\n"
    found = read_gtfs(feed(tmp_path, stops=stops.encode()))
    assert found.stops["stop_id"].tolist() == ["a", "b", "c"]
    assert found.stops["lat"][0] == -30.0


def test_short_rows_and_foreign_letters_are_read_and_reported(tmp_path):
    stops = "stop_id,stop_lat,stop_lon,stop_name,location_type\na,-30.0,-51.2,Pra\xe7a\nb,-30.01,-51,B,0\nc,-30,-51,C,"
    found = read_gtfs(feed(tmp_path, stops=stops.encode("latin-1")))
    assert len(found.stops) == 3
    assert len(found.problems) == 2


def test_tables_in_a_folder_are_found_and_reported(tmp_path):
    found = read_gtfs(feed(tmp_path, folder="gtfs/2019/"))
    assert len(found.stops) == 4
    assert "gtfs/2019/" in found.problems[0]


def test_several_timetables_in_one_archive_are_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for folder in ("bus", "metro"):
            archive.writestr(f"{folder}/stops.txt", "stop_id,stop_lat,stop_lon\n")
    with pytest.raises(InputFormatError, match="several timetables"):
        read_gtfs(tmp_path / "two.zip")


@pytest.mark.parametrize("table", ["stops", "stop_times", "trips", "routes"])
def test_a_feed_without_a_needed_table_is_refused(tmp_path, table):
    with pytest.raises(InputFormatError, match=rf"feed\.zip.*no {table}\.txt"):
        read_gtfs(feed(tmp_path, **{table: None}))


def test_a_feed_without_days_of_service_is_refused(tmp_path):
    with pytest.raises(InputFormatError, match="no days of service"):
        read_gtfs(feed(tmp_path, calendar=None, calendar_dates=None))


def test_a_feed_with_single_dates_only(tmp_path):
    found = served(tmp_path, "busiest-midweek", calendar=None)
    assert found.days == {"feed": (date(2019, 5, 16),)}
    assert found.stops["high"].sum() == 2


def test_a_table_without_a_needed_column_is_refused(tmp_path):
    with pytest.raises(InputFormatError, match=r"trips\.txt.*service_id"):
        read_gtfs(feed(tmp_path, trips="route_id,trip_id\n1,bus1"))


@pytest.mark.parametrize(("table", "wrong"), [
    ("stop_times", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nbus1,noon,,a,1"),
    ("stop_times", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nbus1,06:00:00,,a,first"),
    ("calendar_dates", "service_id,date,exception_type\nWEEK,May 15,2"),
])
def test_unreadable_times_and_dates_are_refused_with_their_place(tmp_path, table, wrong):
    with pytest.raises(InputFormatError, match=rf"feed\.zip/{table}\.txt") as caught:
        read_gtfs(feed(tmp_path, **{table: wrong}))
    assert caught.value.got in ("'noon'", "'first'", "'May 15'")


@pytest.mark.parametrize("place", ["0,0", "0.0,0.0", ",", "95,10", "x,y"])
def test_a_stop_without_a_usable_position_is_left_out_and_reported(tmp_path, place):
    stops = f"stop_id,stop_lat,stop_lon\na,-30.0,-51.2\nb,{place}\nc,-30.02,-51.2"
    found = read_gtfs(feed(tmp_path, stops=stops))
    assert found.stops["stop_id"].tolist() == ["a", "c"]
    assert "Stop b" in found.problems[0]
    assert stop_service([found], day="any").stops["served"].all()


def test_calls_at_unknown_stops_are_left_out_and_reported(tmp_path):
    times = TABLES["stop_times.txt"] + "\n        ghost,07:00:00,07:00:00,a,1\n        bus1,6:40:00,6:40:00,zzz,40"
    found = read_gtfs(feed(tmp_path, stop_times=times))
    assert "2 calls" in found.problems[0]


def test_calls_at_a_station_are_left_out_and_reported(tmp_path):
    found = read_gtfs(feed(tmp_path, stop_times=TABLES["stop_times.txt"] + "\n        bus1,6:40:00,6:40:00,s,40"))
    assert found.problems[0].startswith("1 calls are at a station")


def test_a_calendar_without_any_active_day_serves_no_stop(tmp_path):
    idle = TABLES["calendar.txt"].replace("1,1,1,1,1,0,0", "0,0,0,0,0,0,0").replace("0,0,0,0,0,1,0", "0,0,0,0,0,0,0")
    for day in ("busiest-midweek", "any"):
        found = served(tmp_path, day, calendar=idle, calendar_dates=None)
        assert not found.stops["served"].any()
        assert set(found.stops["frequency_class"]) == {"none"}
        assert found.days == {"feed": ()}
        assert "no trip runs" in found.problems[0]


def test_empty_tables_serve_no_stop(tmp_path):
    headers = {table[:-4]: text.strip().splitlines()[0] for table, text in TABLES.items()}
    found = stop_service([read_gtfs(feed(tmp_path, **headers))])
    assert len(found.stops) == 0


def test_a_truncated_feed_is_refused(tmp_path):
    path = feed(tmp_path)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(InputFormatError, match="truncated"):
        read_gtfs(path)


def test_a_feed_that_unpacks_to_too_much_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", b"\0" * 3_000_000)
    with pytest.raises(UnsafeArchiveError):
        read_gtfs(tmp_path / "bomb.zip", max_unpacked_mb=1)


def test_a_feed_with_a_path_that_climbs_out_is_refused(tmp_path):
    with pytest.raises(UnsafeArchiveError, match="leaves its folder"):
        read_gtfs(feed(tmp_path, folder="../"))


def test_nairobi_runs_by_frequencies(shared_data):
    found = stop_service([read_gtfs(shared_data("nairobi-matatus/GTFS_FEED_2019.zip"))])
    assert found.stops["low"].sum() > 4000
    assert not found.stops["high"].any()
    assert np.isfinite(found.stops["departures_per_hour"]).all()
    assert found.stops["departures_per_hour"].max() > 10
