"""Public transport of the made-up city: timetables in GTFS, one for buses and minibuses, one for metro and ferry."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ekistics.jobs.sample_city import ground
from ekistics.jobs.sample_city.ground import Floats, coast

__all__ = ["Line", "feeds", "lines"]

YEAR = "2020"


@dataclass(frozen=True)
class Line:
    """A line of public transport.

    Parameters
    ----------
    code, name, agency : str
        Identity.
    kind : int
        ``route_type`` of GTFS: 1 metro, 3 bus, 4 ferry.
    stops : numpy.ndarray, shape (n_stops, 2)
        Local metres, in order.
    metres_per_second : float
        Speed, waits included.
    headway : int
        Seconds from one trip to the next.
    hours : tuple of float
        First and last departure.
    by_frequency : bool
        Whether the timetable gives a headway only, as for informal minibuses.
    services : tuple of str
        On which days it runs.
    """

    code: str
    name: str
    agency: str
    kind: int
    stops: Floats
    metres_per_second: float
    headway: int
    hours: tuple[float, float]
    by_frequency: bool = False
    services: tuple[str, ...] = ("weekday", "saturday", "sunday")


def _spaced(line: Floats, metres: float, off: float = 9.0) -> Floats:
    """Give points along a line at even distances, a little beside it, where there is land."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.arange(metres / 3, along[-1], metres)
    x, y = np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])
    ahead = np.stack([np.interp(at + 5, along, line[:, 0]) - x, np.interp(at + 5, along, line[:, 1]) - y], axis=1)
    length = np.maximum(np.hypot(*ahead.T), 1e-9)
    placed = np.stack([x - off * ahead[:, 1] / length, y + off * ahead[:, 0] / length], axis=1)
    dry = (placed[:, 1] > coast(placed[:, 0]) + 40) & ~ground.in_river(placed[:, 0], placed[:, 1])
    return placed[dry]


# Bus lines that wind through streets: code, name, seconds between trips, places they pass in local metres.
_WINDING: tuple[tuple[str, str, int, tuple[tuple[float, float], ...]], ...] = (
    ("31", "Cape", 900, ((600, 500), (2_400, -200), (3_500, -500), (4_700, 300), (5_200, 1_300), (6_300, 2_100))),
    ("32", "Weavers - West Sands", 1_200,
     ((-900, 600), (-2_600, 900), (-4_000, 1_400), (-5_600, 900), (-6_800, 1_600), (-7_600, 2_400))),
    ("33", "Millfields", 1_200, ((300, 1_900), (1_500, 4_600), (2_600, 5_500), (3_600, 7_000), (4_200, 8_200))),
    ("34", "Upper Merrow", 1_800, ((-400, 1_800), (-900, 4_200), (-2_100, 5_600), (-1_700, 7_300), (-400, 8_100))),
    ("40", "Northgate crosstown", 1_500,
     ((4_300, 1_900), (3_700, 3_000), (2_300, 3_600), (600, 3_000), (-600, 2_900), (-1_200, 3_700))),
    ("41", "Inner arc", 1_200, ((-3_300, 200), (-3_100, 1_900), (-1_900, 3_100), (200, 3_500), (2_200, 2_500),
                                (3_000, 800), (2_900, -900))),
    ("42", "Orchard - Millfields", 1_500,
     ((6_600, 2_700), (5_700, 4_200), (4_300, 5_400), (2_400, 6_700), (300, 6_900))),
)


def lines(snap: Callable[[Floats], Floats]) -> list[Line]:
    """List the lines; Quarry Hill has none, and the north-west few.

    Parameters
    ----------
    snap : callable
        Moves places to the nearest street.

    Returns
    -------
    list of Line
        Buses, minibuses, metro and ferry.
    """
    winding = [Line(code, name, "merrow-bus", 3, _distinct(snap(_spaced(np.array(way, dtype=float), 390, 0))), 4.0,
                    headway, (6.0, 22.0), services=("weekday",) if code == "40" else ("weekday", "saturday", "sunday"))
               for code, name, headway, way in _WINDING]
    return [*_main_lines(), *winding]


def _distinct(stops: Floats) -> Floats:
    """Leave out a stop that was moved onto the one before."""
    apart = np.concatenate([[True], np.hypot(*np.diff(stops, axis=0).T) > 60])
    return np.asarray(stops[apart])


def _main_lines() -> list[Line]:
    x = np.arange(-7_600.0, 7_800.0, 60.0)
    shore = np.stack([x, coast(x) + 470], axis=1)
    great = ground.ring_line(ground.ARTERIAL_RINGS[1])
    great = great[great[:, 1] > coast(great[:, 0]) + 60]
    great = great[np.argsort(np.arctan2(great[:, 1] - 1_000, great[:, 0]))]
    bus, mini, rapid = "merrow-bus", "tinkers", "merrow-rapid"
    hill = np.vstack([ground.radial_line(1, 300, 7_200), [[6_500.0, 5_350.0], [7_900.0, 5_250.0], [8_500.0, 5_700.0]]])
    piers = np.array([[-3_050.0, 0.0], [-1_150.0, 0.0], [2_480.0, 0.0]])
    piers[:, 1] = coast(piers[:, 0]) + 12
    return [
        Line("10", "Saltmarsh Road", bus, 3, _spaced(ground.radial_line(0, 1_700, 9_000), 420), 4.6, 900, (5.5, 24.8)),
        Line("11", "Orchard Road", bus, 3, _spaced(ground.radial_line(1, 300, 7_700), 410), 4.3, 720, (5.25, 23.5)),
        Line("14", "Sands Road", bus, 3, _spaced(ground.radial_line(4, 1_700, 9_400), 430), 4.6, 900, (5.5, 23.0)),
        Line("20", "Great Ring", bus, 3, _spaced(great, 450), 4.9, 1_200, (6.0, 22.0)),
        Line("30", "Shore Road", bus, 3, _spaced(shore, 440), 4.5, 1_200, (6.0, 22.5)),
        Line("T1", "Tinkers Reach - Market Square", mini, 3, _spaced(hill, 600, 14), 5.0,
             480, (5.0, 22.0), by_frequency=True),
        Line("M", "Metro North", rapid, 1, _spaced(ground.radial_line(2, 0, 8_000), 1_150, 20), 9.5, 360, (5.0, 24.0)),
        Line("F", "Harbour Ferry", rapid, 4, piers, 5.5, 1_800, (6.5, 21.0)),
    ]


_AGENCIES = {"merrow-bus": "Merrow Buses (made-up)", "tinkers": "Tinkers Minibus Association (made-up)",
             "merrow-rapid": "Merrow Metro and Ferry (made-up)"}


def feeds(every: Sequence[Line]) -> dict[str, dict[str, bytes]]:
    """Give both feeds as tables.

    Parameters
    ----------
    every : sequence of Line
        The lines.

    Returns
    -------
    dict of str to dict of str to bytes
        File name of the feed to its tables by name.
    """
    bus = [line for line in every if line.kind == 3]
    rapid = [line for line in every if line.kind != 3]
    return {"gtfs_bus.zip": _feed(bus, "bus", lonely=True), "gtfs_rapid.zip": _feed(rapid, "rapid", lonely=False)}


def _feed(given: Sequence[Line], prefix: str, *, lonely: bool) -> dict[str, bytes]:
    stops: list[tuple[str, str, Floats]] = []
    trips: list[tuple[str, ...]] = []
    times: list[tuple[str, ...]] = []
    often: list[tuple[str, ...]] = []
    for line in given:
        codes = [f"{prefix}-{line.code}-{i:02d}" for i in range(len(line.stops))]
        stops += [(code, f"{line.name} {i + 1}", at)
                  for i, (code, at) in enumerate(zip(codes, line.stops, strict=True))]
        for service in line.services:
            for way in (0, 1):
                _add_trips(line, service, way, codes, (trips, times, often))
    if lonely:  # a stop that no trip serves any more
        stops.append((f"{prefix}-closed", "Quarry Hill depot (closed)", np.array([-5_250.0, 5_350.0])))
    tables = {"agency.txt": _table("agency_id,agency_name,agency_url,agency_timezone", _agencies(given)),
              "stops.txt": _table("stop_id,stop_name,stop_lat,stop_lon", _stops(stops)),
              "routes.txt": _table("route_id,agency_id,route_short_name,route_long_name,route_type",
                                   [(f"r{x.code}", x.agency, x.code, x.name, str(x.kind)) for x in given]),
              "trips.txt": _table("route_id,service_id,trip_id,direction_id", trips),
              "stop_times.txt": _table("trip_id,arrival_time,departure_time,stop_id,stop_sequence", times),
              "calendar.txt": _table("service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
                                     "end_date", _calendar()),
              "calendar_dates.txt": _table("service_id,date,exception_type", _holidays())}
    if often:
        tables["frequencies.txt"] = _table("trip_id,start_time,end_time,headway_secs,exact_times", often)
    return tables


def _add_trips(line: Line, service: str, way: int, codes: list[str],
               into: tuple[list[tuple[str, ...]], list[tuple[str, ...]], list[tuple[str, ...]]]) -> None:
    trips, times, often = into
    order = codes if way == 0 else codes[::-1]
    points = line.stops if way == 0 else line.stops[::-1]
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]) / line.metres_per_second
    headway = line.headway * (1 if service == "weekday" else 2)
    first, last = (int(hour * 3600) for hour in line.hours)
    starts = [first] if line.by_frequency else list(range(first + way * 240, last + 1, headway))
    for number, start in enumerate(starts):
        trip = f"{line.code}-{service}-{way}-{number}"
        trips.append((f"r{line.code}", service, trip, str(way)))
        times += [(trip, _clock(start + s), _clock(start + s), code, str(i + 1))
                  for i, (s, code) in enumerate(zip(run, order, strict=True))]
        if line.by_frequency:
            often.append((trip, _clock(first), _clock(last), str(headway), "0"))


def _clock(seconds: float) -> str:
    """Write a time of the service day; trips after midnight go on counting, such as 25:10:00."""
    minutes, rest = divmod(int(seconds) // 10 * 10, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"


def _agencies(given: Sequence[Line]) -> list[tuple[str, ...]]:
    used = dict.fromkeys(line.agency for line in given)
    return [(code, _AGENCIES[code], "https://example.org/", "Etc/GMT") for code in used]


def _stops(stops: Sequence[tuple[str, str, Floats]]) -> list[tuple[str, ...]]:
    at = np.array([place for _code, _name, place in stops])
    lon, lat = ground.to_lonlat(at[:, 0], at[:, 1])
    return [(code, name, f"{y:.6f}", f"{x:.6f}")
            for (code, name, _place), x, y in zip(stops, lon, lat, strict=True)]


def _calendar() -> list[tuple[str, ...]]:
    days = {"weekday": "1111100", "saturday": "0000010", "sunday": "0000001"}
    return [(name, *flags, f"{YEAR}0101", f"{YEAR}1231") for name, flags in days.items()]


def _holidays() -> list[tuple[str, ...]]:
    """Give the days that run as a Sunday: three made-up holidays that fall on working days."""
    days = [f"{YEAR}{day}" for day in ("0101", "0513", "1225")]
    return [row for day in days for row in (("weekday", day, "2"), ("sunday", day, "1"))]


def _table(header: str, rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue().encode()
