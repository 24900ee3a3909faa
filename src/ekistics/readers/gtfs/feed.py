"""Reading a GTFS feed from its zip archive."""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.readers.archives import open_archive
from ekistics.readers.gtfs.tables import TableReader, seconds_of

__all__ = ["WEEKDAYS", "Feed", "read_gtfs"]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One timetable.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    stops : pandas.DataFrame
        Places where vehicles call (``location_type`` 0 or blank) that have a position: ``stop_id``, ``stop_name``,
        ``lon``, ``lat``.
    routes : pandas.DataFrame
        ``route_id``, ``route_type`` (whole number, -1 where it cannot be read).
    trips : pandas.DataFrame
        ``trip_id``, ``route`` (row in ``routes``, -1 for none), ``service_id``.
    calendar : pandas.DataFrame
        ``service_id``, :data:`WEEKDAYS` (bool), ``start`` and ``end`` (days, numpy datetime64).
    calendar_dates : pandas.DataFrame
        ``service_id``, ``date``, ``added`` (bool).
    frequencies : pandas.DataFrame
        ``trip`` (row in ``trips``), ``start_s``, ``end_s``, ``headway_s``.
    stop_times : pandas.DataFrame
        Calls in the order of trip and sequence: ``trip``, ``stop`` (rows), ``arrival_s``, ``departure_s`` (seconds
        after the start of the service day, beyond 86,400 after midnight, NaN where not given), ``boards`` (bool).
    provenance : Provenance
        The file.
    problems : tuple of str
        What is odd about the feed, in sentences.
    """

    name: str
    stops: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    calendar: pd.DataFrame
    calendar_dates: pd.DataFrame
    frequencies: pd.DataFrame
    stop_times: pd.DataFrame
    provenance: Provenance
    problems: tuple[str, ...] = ()


def read_gtfs(path: Path, *, role: str = "timetable", stated: Mapping[str, str] | None = None,
              max_unpacked_mb: int = 4096) -> Feed:
    """Read a timetable.

    Parameters
    ----------
    path : pathlib.Path
        A GTFS feed, zipped; the tables may stand in one folder inside the archive.
    role : str
        What the file is to the run.
    stated : mapping of str to str, optional
        What the user states about it: producer, citation, licence, accessed.
    max_unpacked_mb : int
        Largest size that the archive may unpack to, in megabytes.

    Returns
    -------
    Feed
        The tables that access needs.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The archive is truncated, a table or column that is needed is absent, or a time or date cannot be read.
    UnsafeArchiveError
        The archive would unpack to too much or outside its folder.
    """
    path = Path(path)
    with open_archive(path, max_unpacked_mb=max_unpacked_mb) as archive:
        reader = TableReader(archive, str(path), _folder(archive, path))
        if reader.folder:
            reader.problems.append(_("The tables stand in the folder {folder} of the archive.")
                                   .format(folder=reader.folder))
        stops, listed = _stops(reader)
        routes = _routes(reader)
        trips = _trips(reader, routes)
        calendar, dates = _calendar(reader), _calendar_dates(reader)
        stop_times = _stop_times(reader, trips, stops, listed)
        frequencies = _frequencies(reader, trips)
    return Feed(path.stem, stops, routes, trips, calendar, dates, frequencies, stop_times,
                Provenance.of_file(path, role=role, stated=stated), tuple(reader.problems))


def _folder(archive: zipfile.ZipFile, path: Path) -> str:
    """Find the folder of the tables inside the archive."""
    names = [PurePosixPath(name) for name in archive.namelist() if not name.startswith("__MACOSX/")]
    folders = sorted({str(name.parent) for name in names if name.name in ("stops.txt", "stop_times.txt")},
                     key=lambda folder: (folder != ".", folder))
    if len(folders) > 1 and folders[0] != ".":
        raise InputFormatError(_("The archive holds several timetables."), where=path, got=", ".join(folders),
                               hint=_("Give each timetable its own zip file."))
    return "" if not folders or folders[0] == "." else f"{folders[0]}/"


def _numbers(texts: pd.Series) -> npt.NDArray[np.float64]:
    """Give texts as numbers, NaN where one is none."""
    return pd.to_numeric(texts, errors="coerce").to_numpy(dtype=np.float64)


def _stops(reader: TableReader) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the stops that have a position; and all that is listed, with ``calls`` for what may be called at."""
    frame = reader.frame("stops.txt", ["stop_id", "stop_lat", "stop_lon"],
                         ["stop_name", "location_type"])
    frame["lon"], frame["lat"] = _numbers(frame["stop_lon"]), _numbers(frame["stop_lat"])
    calls = frame["location_type"].isin(["", "0"])
    lon, lat = frame["lon"], frame["lat"]
    placed = lon.between(-180, 180) & lat.between(-90, 90) & ~((lon == 0) & (lat == 0))
    for stop in frame.loc[calls & ~placed, "stop_id"].head(5):
        reader.problems.append(_("Stop {stop} has no usable position and is left out.").format(stop=stop))
    lost = int((calls & ~placed).sum())
    if lost > 5:
        reader.problems.append(_("{count} stops in all have no usable position and are left out.").format(count=lost))
    kept = frame.loc[calls & placed, ["stop_id", "stop_name", "lon", "lat"]]
    listed = pd.DataFrame({"stop_id": frame["stop_id"], "calls": calls}).drop_duplicates("stop_id")
    return kept.drop_duplicates("stop_id").reset_index(drop=True), listed


def _routes(reader: TableReader) -> pd.DataFrame:
    """Read the routes with their types."""
    frame = reader.frame("routes.txt", ["route_id", "route_type"])
    types = _numbers(frame["route_type"])
    unread = int(np.isnan(types).sum())
    if unread:
        reader.problems.append(_("{count} routes have no readable type; their trips are not counted.")
                               .format(count=unread))
    frame["route_type"] = np.nan_to_num(types, nan=-1).astype(np.int64)
    return frame.drop_duplicates("route_id").reset_index(drop=True)


def _trips(reader: TableReader, routes: pd.DataFrame) -> pd.DataFrame:
    """Read the trips with the row of their route."""
    frame = reader.frame("trips.txt", ["trip_id", "route_id", "service_id"]).drop_duplicates("trip_id")
    frame["route"] = pd.Index(routes["route_id"]).get_indexer(frame["route_id"])
    lost = int((frame["route"] < 0).sum())
    if lost:
        reader.problems.append(_("{count} trips are of a route that routes.txt does not list; they are not counted.")
                               .format(count=lost))
    return frame[["trip_id", "route", "service_id"]].reset_index(drop=True)


def _days(texts: pd.Series, where: str) -> npt.NDArray[np.datetime64]:
    """Give dates such as 20190514 as days."""
    days = pd.to_datetime(texts, format="%Y%m%d", errors="coerce")
    bad = days.isna().to_numpy()
    if bad.any():
        raise InputFormatError(_("A date of the timetable cannot be read."), where=where,
                               expected=_("year, month and day, e.g. 20190514"), got=repr(texts[bad].iloc[0]))
    return days.to_numpy().astype("datetime64[D]")


def _calendar(reader: TableReader) -> pd.DataFrame:
    """Read the weekly services; none where the feed lists single dates only."""
    if not reader.has("calendar.txt"):
        if not reader.has("calendar_dates.txt"):
            raise InputFormatError(_("The timetable says no days of service."), where=reader.where,
                                   expected="calendar.txt, calendar_dates.txt")
        return pd.DataFrame({"service_id": pd.Series(dtype="str"), **{day: np.empty(0, bool) for day in WEEKDAYS},
                             "start": np.empty(0, "datetime64[D]"), "end": np.empty(0, "datetime64[D]")})
    frame = reader.frame("calendar.txt", ["service_id", *WEEKDAYS, "start_date", "end_date"])
    where = f"{reader.where}/calendar.txt"
    weekly = {day: (frame[day] == "1").to_numpy() for day in WEEKDAYS}
    return pd.DataFrame({"service_id": frame["service_id"], **weekly,
                         "start": _days(frame["start_date"], where), "end": _days(frame["end_date"], where)})


def _calendar_dates(reader: TableReader) -> pd.DataFrame:
    """Read the single dates that are added or taken out."""
    if not reader.has("calendar_dates.txt"):
        return pd.DataFrame({"service_id": pd.Series(dtype="str"), "date": np.empty(0, "datetime64[D]"),
                             "added": np.empty(0, bool)})
    frame = reader.frame("calendar_dates.txt", ["service_id", "date", "exception_type"])
    return pd.DataFrame({"service_id": frame["service_id"],
                         "date": _days(frame["date"], f"{reader.where}/calendar_dates.txt"),
                         "added": (frame["exception_type"] == "1").to_numpy()})


def _positions(column: pa.DictionaryArray, known: "pd.Series[str]") -> npt.NDArray[np.int64]:
    """Give the row of each value in a list of ids, -1 where it is not there."""
    rows = pd.Index(known).get_indexer(pd.Index(column.dictionary.to_pylist(), dtype="str"))
    return np.asarray(rows, np.int64)[np.asarray(column.indices)] if len(rows) else np.empty(0, np.int64)


def _stop_times(reader: TableReader, trips: pd.DataFrame, stops: pd.DataFrame,
                listed: pd.DataFrame) -> pd.DataFrame:
    """Read the calls, leaving out those of unknown trips or at stops without a position."""
    columns = reader.read("stop_times.txt", ["trip_id", "stop_id", "stop_sequence"],
                          ["arrival_time", "departure_time", "pickup_type"])
    where = f"{reader.where}/stop_times.txt"
    trip, stop = _positions(columns["trip_id"], trips["trip_id"]), _positions(columns["stop_id"], stops["stop_id"])
    place = _positions(columns["stop_id"], listed["stop_id"])
    unknown = int(((trip < 0) | (place < 0)).sum())
    if unknown:
        reader.problems.append(_("{count} calls name a trip or stop that is not listed; they are left out.")
                               .format(count=unknown))
    stations = int((~np.append(listed["calls"].to_numpy(dtype=np.bool_), True)[place]).sum())
    if stations:
        reader.problems.append(_("{count} calls are at a station, an entrance or another place that is no stop "
                                 "(location_type); they are left out.").format(count=stations))
    sequence = _sequence(columns["stop_sequence"], where)
    arrival, departure = (seconds_of(columns[f"{name}_time"], where=where) for name in ("arrival", "departure"))
    frame = pd.DataFrame({"trip": trip, "stop": stop, "arrival_s": np.where(np.isnan(arrival), departure, arrival),
                          "departure_s": np.where(np.isnan(departure), arrival, departure),
                          "boards": np.asarray(pc.not_equal(columns["pickup_type"].cast(pa.string()), "1"))})
    order = np.lexsort((sequence, trip))
    frame = frame.take(order)
    return frame[(frame["trip"] >= 0)].reset_index(drop=True)


def _sequence(column: pa.DictionaryArray, where: str) -> npt.NDArray[np.float64]:
    """Give the order of calls within their trips."""
    numbers = _numbers(pd.Series(column.dictionary.to_pylist(), dtype="str"))
    bad = np.flatnonzero(np.isnan(numbers))
    if bad.size:
        raise InputFormatError(_("The order of a call in its trip cannot be read."), where=where,
                               param="stop_sequence", expected=_("a whole number"),
                               got=repr(column.dictionary[int(bad[0])].as_py()))
    return numbers[np.asarray(column.indices)] if numbers.size else np.empty(0)


def _frequencies(reader: TableReader, trips: pd.DataFrame) -> pd.DataFrame:
    """Read the trips that run every so many seconds."""
    if not reader.has("frequencies.txt"):
        return pd.DataFrame({"trip": np.empty(0, np.int64), "start_s": np.empty(0), "end_s": np.empty(0),
                             "headway_s": np.empty(0)})
    columns = reader.read("frequencies.txt", ["trip_id", "start_time", "end_time", "headway_secs"])
    where = f"{reader.where}/frequencies.txt"
    frame = pd.DataFrame({"trip": _positions(columns["trip_id"], trips["trip_id"]),
                          "start_s": seconds_of(columns["start_time"], where=where),
                          "end_s": seconds_of(columns["end_time"], where=where),
                          "headway_s": _numbers(pd.Series(columns["headway_secs"].to_pylist(), dtype="str"))})
    usable = ((frame["trip"] >= 0) & (frame["headway_s"] > 0) & (frame["end_s"] > frame["start_s"])).to_numpy()
    if not usable.all():
        reader.problems.append(_("{count} rows of frequencies.txt cannot be used and are left out.")
                               .format(count=int((~usable).sum())))
    return frame[usable].reset_index(drop=True)
