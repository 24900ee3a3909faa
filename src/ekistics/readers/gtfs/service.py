"""Which stops are served on the service day, by low or high capacity, and how often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from ekistics.core.i18n import _
from ekistics.geo.network.geodesy import to_ecef
from ekistics.readers.gtfs.days import ANY_DAY, BUSIEST_MIDWEEK, choose_day, service_days
from ekistics.readers.gtfs.feed import Feed
from ekistics.readers.gtfs.route_types import CAPACITY_BY_ROUTE_TYPE, capacity_of

__all__ = ["FREQUENCY_CLASSES", "StopService", "stop_service"]

FREQUENCY_CLASSES: Mapping[str, float] = {"high": 10.0, "medium": 4.0, "low": 0.0}
_CAPACITIES = ("low", "high")
_HOUR_S = 3600.0

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class StopService:
    """Stops of all feeds with their service on the chosen day.

    Parameters
    ----------
    stops : pandas.DataFrame
        Index ``feed:stop_id``; ``feed``, ``name``, ``lon``, ``lat``; ``low`` and ``high`` (at least one trip of that
        capacity calls on the chosen days); ``trips_low`` and ``trips_high`` (trips that call, a frequency's runs
        counted one by one); ``departures_low`` and ``departures_high`` (departures an hour by vehicles of that
        capacity); ``class_low`` and ``class_high`` (``high``, ``medium``, ``low``, or ``none`` where no trip of that
        capacity calls); ``departures_per_hour`` and ``frequency_class``, the better of the two; ``served``.
    days : dict of str to tuple of datetime.date
        The service day chosen for each feed; for ``any`` the first and the last day with service; empty where none.
    problems : tuple of str
        What is odd, in sentences.
    settings : dict
        The parameters used; see :meth:`parameters`.
    """

    stops: pd.DataFrame
    days: dict[str, tuple[date, ...]]
    problems: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)

    def parameters(self) -> dict[str, Any]:
        """Give what the service was derived with, for the run's record.

        Returns
        -------
        dict
            The day asked for, the capacity table, hours and distance of the frequency classes.
        """
        return dict(self.settings)


def stop_service(feeds: Sequence[Feed], *, day: str = BUSIEST_MIDWEEK,
                 capacity: Mapping[int, str] = CAPACITY_BY_ROUTE_TYPE, hours: tuple[float, float] = (6.0, 20.0),
                 cluster_m: float = 50.0) -> StopService:
    """Say which stops of some timetables are served, by what, and how often.

    Parameters
    ----------
    feeds : sequence of Feed
        The timetables.
    day : str
        ``busiest-midweek`` (the Tuesday, Wednesday or Thursday with the most trips), ``any``, or a date. Feeds need
        not share dates: each takes its own busiest day.
    capacity : mapping of int to str
        ``low`` or ``high`` by route type; see :func:`capacity_of`.
    hours : tuple of float
        Hours of the day between which departures are counted, the first included.
    cluster_m : float
        Stops of one capacity within this straight distance of each other, from stop to stop, count as one when
        departures are counted.

    Returns
    -------
    StopService
        One row a stop, feeds in the order given, stops in the order of their feed.

    Raises
    ------
    ConfigurationError
        ``day`` is not a service day.

    Notes
    -----
    Frequency classes after Poelman and Dijkstra (European Commission, 2015): departures per hour on a weekday from 6 to
    20 h, high above 10, medium from 4, low below; a stop of two capacities takes the higher. The last call of a trip
    and calls where nobody may board are no departures. Times that a feed leaves out between two timed calls are
    spread evenly over the calls between. With ``any``, departures are those of the busiest midweek day.
    """
    names = _names(feeds)
    frames, days, problems = [], {}, []
    for feed, name in zip(feeds, names, strict=True):
        frame, chosen, odd = _feed_service(feed, day, capacity, hours)
        frame.index = pd.Index([f"{name}:{stop}" for stop in frame.pop("stop_id")], name="stop", dtype="str")
        frame.insert(0, "feed", name)
        frames.append(frame)
        days[name] = chosen
        problems += [f"{name}: {text}" for text in odd]
    stops = pd.concat(frames) if frames else pd.DataFrame()
    if len(stops):
        _add_frequency(stops, hours[1] - hours[0], cluster_m)
    settings = {"service_day": day, "frequency_hours": list(hours), "cluster_m": cluster_m,
                "frequency_classes": dict(FREQUENCY_CLASSES), "capacity": {str(k): v for k, v in capacity.items()}}
    return StopService(stops, days, tuple(problems), settings)


def _names(feeds: Sequence[Feed]) -> list[str]:
    """Give each feed a name of its own."""
    names: list[str] = []
    for feed in feeds:
        seen = sum(name == feed.name or name.startswith(f"{feed.name}~") for name in names)
        names.append(f"{feed.name}~{seen + 1}" if seen else feed.name)
    return names


def _feed_service(feed: Feed, day: str, capacity: Mapping[int, str],
                  hours: tuple[float, float]) -> tuple[pd.DataFrame, tuple[date, ...], list[str]]:
    """Count trips and departures at each stop of a feed."""
    level, problems = _trip_capacity(feed, capacity)
    weight = _runs_of_trips(feed)
    calendar = service_days(feed)
    service = calendar.services.get_indexer(pd.Index(feed.trips["service_id"]))
    called = np.zeros(len(feed.trips), np.bool_)
    called[feed.stop_times["trip"]] = True
    counted = called & (service >= 0) & (level != "")
    per_service = np.bincount(service[counted], weights=weight[counted],
                              minlength=len(calendar.services)).astype(np.float64)
    chosen = choose_day(calendar, per_service, day)
    busiest = choose_day(calendar, per_service, BUSIEST_MIDWEEK) if day == ANY_DAY else chosen
    if not chosen.size:
        problems.append(_("no trip runs on the service day that was asked for."))
    runs = counted & _runs_on(calendar.runs, service, chosen)
    departing = counted & _runs_on(calendar.runs, service, busiest)
    frame = feed.stops.rename(columns={"stop_name": "name"}).reset_index(drop=True)
    for name in _CAPACITIES:
        frame[f"trips_{name}"] = _trips_at_stops(feed, runs & (level == name), weight)
        frame[f"departures_{name}"] = _departures_at_stops(feed, departing & (level == name), hours)
        frame[name] = frame[f"trips_{name}"] > 0
    frame["served"] = frame["low"] | frame["high"]
    dates = [date.fromisoformat(str(d)) for d in calendar.dates[chosen]]
    return frame, tuple(dates if len(dates) < 2 else (dates[0], dates[-1])), problems


def _trip_capacity(feed: Feed, capacity: Mapping[int, str]) -> tuple[npt.NDArray[np.str_], list[str]]:
    """Give ``low``, ``high`` or ``''`` for each trip, and say which route types are not counted."""
    of_route = [capacity_of(kind, capacity) for kind in feed.routes["route_type"]]
    unknown = sorted({int(kind) for kind, level in zip(feed.routes["route_type"], of_route, strict=True) if not level})
    texts = np.array([*of_route, ""], dtype=np.str_)  # the last stands for trips without a route, row -1
    odd = [_("routes of type {types} are not counted as public transport.").format(types=", ".join(map(str, unknown)))]
    return texts[feed.trips["route"].to_numpy()], odd if unknown else []


def _runs_on(runs: npt.NDArray[np.bool_], service: npt.NDArray[np.intp], days: Ints) -> npt.NDArray[np.bool_]:
    """Tell which trips run on any of the days."""
    on = runs[:, days].any(axis=1)
    flags: npt.NDArray[np.bool_] = np.append(on, False)[service]
    return flags


def _runs_of_trips(feed: Feed) -> Floats:
    """Give how often each trip runs on a day of its service: once, or as often as its frequencies say."""
    weight = np.ones(len(feed.trips))
    table = feed.frequencies
    if len(table):
        trip = table["trip"].to_numpy()
        runs = np.ceil(((table["end_s"] - table["start_s"]) / table["headway_s"]).to_numpy())
        weight[trip] = 0
        np.add.at(weight, trip, runs)
    return weight


def _trips_at_stops(feed: Feed, trips: npt.NDArray[np.bool_], weight: Floats) -> Ints:
    """Count the trips that call at each stop, a trip that calls twice once."""
    calls = feed.stop_times[["trip", "stop"]]
    calls = calls[trips[calls["trip"].to_numpy()] & (calls["stop"] >= 0)].drop_duplicates()
    count = np.bincount(calls["stop"], weights=weight[calls["trip"].to_numpy()], minlength=len(feed.stops))
    return count.astype(np.int64)


def _departures_at_stops(feed: Feed, trips: npt.NDArray[np.bool_], hours: tuple[float, float]) -> Floats:
    """Count departures at each stop between two hours of the day."""
    calls = feed.stop_times
    trip, stop = calls["trip"].to_numpy(), calls["stop"].to_numpy()
    times = _filled(trip, calls["departure_s"].to_numpy())
    leaves = trips[trip] & (stop >= 0) & calls["boards"].to_numpy() & np.append(trip[1:] == trip[:-1], False)
    repeated = np.isin(trip, feed.frequencies["trip"].to_numpy())
    low, high = hours[0] * _HOUR_S, hours[1] * _HOUR_S
    once = leaves & ~repeated & (times >= low) & (times < high)
    count = np.bincount(stop[once], minlength=len(feed.stops)).astype(np.float64)
    first = times[np.searchsorted(trip, trip, side="left")] if trip.size else times
    many = pd.DataFrame({"trip": trip, "stop": stop, "after": times - first})[leaves & repeated]
    many = many.merge(feed.frequencies, on="trip")
    count += np.bincount(many["stop"], weights=_runs_between(many, low, high), minlength=len(feed.stops))
    return count


def _runs_between(many: pd.DataFrame, low: float, high: float) -> Floats:
    """Count, for calls of repeated trips, the runs whose departure falls between two times."""
    start, headway = (many["start_s"] + many["after"]).to_numpy(), many["headway_s"].to_numpy()
    runs = np.ceil((many["end_s"] - many["start_s"]).to_numpy() / headway)
    before_low = np.clip(np.ceil((low - start) / headway), 0, runs)
    before_high = np.clip(np.ceil((high - start) / headway), 0, runs)
    between: Floats = np.nan_to_num(before_high - before_low)
    return between


def _filled(trip: npt.NDArray[np.int64], times: Floats) -> Floats:
    """Spread times evenly over the calls between two timed calls of a trip; after the last one, repeat it."""
    timed = np.flatnonzero(~np.isnan(times))
    if timed.size in (0, times.size):
        return times
    row = np.arange(times.size)
    after = np.searchsorted(timed, row, side="left")
    following, leading = timed[np.minimum(after, timed.size - 1)], timed[np.maximum(after - 1, 0)]
    leading = np.where(np.isnan(times), leading, row)
    has_lead = (leading <= row) & (trip[leading] == trip)
    has_next = (following >= row) & (trip[following] == trip)
    span = np.where(has_lead & has_next & (following > leading), following - leading, 1)
    spread = times[leading] + (times[following] - times[leading]) * (row - leading) / span
    filled: Floats = np.where(has_lead & has_next, spread,
                              np.where(has_lead, times[leading], np.where(has_next, times[following], np.nan)))
    return filled


def _add_frequency(stops: pd.DataFrame, hours: float, cluster_m: float) -> None:
    """Turn departures into departures an hour, neighbouring stops of one capacity together, and add the classes."""
    best = np.zeros(len(stops))
    for name in _CAPACITIES:
        departures = stops.pop(f"departures_{name}").to_numpy()
        hourly = np.zeros(len(stops))
        here = np.flatnonzero(stops[name].to_numpy())
        cluster = _clusters(stops["lon"].to_numpy()[here], stops["lat"].to_numpy()[here], cluster_m)
        together = np.bincount(cluster, weights=departures[here]) if here.size else np.empty(0)
        hourly[here] = together[cluster] / hours
        stops[f"departures_{name}"] = hourly
        stops[f"class_{name}"] = _classes(hourly, stops[name].to_numpy())
        best = np.maximum(best, hourly)
    stops["departures_per_hour"] = best
    stops["frequency_class"] = _classes(best, stops["served"].to_numpy())


def _classes(hourly: Floats, served: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """Give the frequency class of each stop."""
    return np.select([~served, hourly > FREQUENCY_CLASSES["high"], hourly >= FREQUENCY_CLASSES["medium"]],
                     ["none", "high", "medium"], "low")


def _clusters(lon: Floats, lat: Floats, cluster_m: float) -> Ints:
    """Give points that are joined by steps of at most some metres the number of their group."""
    if not lon.size:
        return np.empty(0, np.int64)
    pairs = KDTree(to_ecef(lon, lat)).query_pairs(cluster_m, output_type="ndarray")
    joined = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(lon.size, lon.size))
    group: Ints = connected_components(joined, directed=False)[1].astype(np.int64)
    return group
