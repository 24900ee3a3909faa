"""The service day: which services run on which dates, and which day is chosen."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import ConfigurationError, InputFormatError
from ekistics.core.i18n import _
from ekistics.readers.gtfs.feed import WEEKDAYS, Feed

__all__ = ["ANY_DAY", "BUSIEST_MIDWEEK", "ServiceDays", "choose_day", "service_days"]

BUSIEST_MIDWEEK = "busiest-midweek"
ANY_DAY = "any"
_MIDWEEK = (1, 2, 3)  # Tuesday, Wednesday, Thursday, counted from Monday
_LONGEST_DAYS = 40_000

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class ServiceDays:
    """Which services run on which dates.

    Parameters
    ----------
    dates : numpy.ndarray of datetime64[D], shape (n_dates,)
        All dates from the first to the last that the feed names.
    services : pandas.Index
        The services.
    runs : numpy.ndarray of bool, shape (n_services, n_dates)
        True where a service runs.
    """

    dates: npt.NDArray[np.datetime64]
    services: pd.Index
    runs: Flags


def service_days(feed: Feed) -> ServiceDays:
    """Spread calendar.txt over its dates and apply the exceptions of calendar_dates.txt.

    Parameters
    ----------
    feed : Feed
        A timetable.

    Returns
    -------
    ServiceDays
        A row for each service, a column for each date.

    Raises
    ------
    InputFormatError
        The calendar spans more than a century.
    """
    weekly, single = feed.calendar, feed.calendar_dates
    services = pd.Index(pd.unique(pd.concat([weekly["service_id"], single["service_id"]])), dtype="str")
    ends = np.concatenate([weekly["start"].to_numpy(), weekly["end"].to_numpy(), single["date"].to_numpy()])
    ends = ends.astype("datetime64[D]")
    if not ends.size:
        return ServiceDays(ends, services, np.zeros((len(services), 0), np.bool_))
    if int((ends.max() - ends.min()).astype(np.int64)) > _LONGEST_DAYS:
        raise InputFormatError(_("The calendar of the timetable spans more than a century."),
                               where=feed.provenance.name, got=f"{ends.min()} … {ends.max()}")
    dates = np.arange(ends.min(), ends.max() + 1)
    runs = np.zeros((len(services), dates.size), np.bool_)
    of_week = _weekdays(dates)
    rows = services.get_indexer(weekly["service_id"])
    patterns = weekly[list(WEEKDAYS)].to_numpy(dtype=np.bool_)
    starts, lasts = (weekly[name].to_numpy().astype("datetime64[D]") for name in ("start", "end"))
    for row, pattern, start, end in zip(rows, patterns, starts, lasts, strict=True):
        runs[row] |= pattern[of_week] & (dates >= start) & (dates <= end)
    column = (single["date"].to_numpy().astype("datetime64[D]") - dates[0]).astype(np.int64)
    runs[services.get_indexer(single["service_id"]), column] = single["added"].to_numpy()
    return ServiceDays(dates, services, runs)


def choose_day(days: ServiceDays, trips: npt.NDArray[np.float64], day: str) -> npt.NDArray[np.int64]:
    """Choose the dates that count.

    Parameters
    ----------
    days : ServiceDays
        Which services run when.
    trips : numpy.ndarray, shape (n_services,)
        Trips of each service on a day that it runs.
    day : str
        ``busiest-midweek``: the Tuesday, Wednesday or Thursday with the most trips, of equal ones the first;
        ``any``: all dates with a trip; or one date such as ``2019-05-14``.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Columns of ``days``; none where nothing runs.

    Raises
    ------
    ConfigurationError
        ``day`` is none of these.
    """
    total = trips @ days.runs
    if day == ANY_DAY:
        return np.flatnonzero(total > 0)
    if day == BUSIEST_MIDWEEK:
        total = np.where(np.isin(_weekdays(days.dates), _MIDWEEK), total, 0)
        return np.array([int(total.argmax())] if total.size and total.max() > 0 else [], dtype=np.int64)
    try:
        asked = np.datetime64(date.fromisoformat(day), "D")
    except ValueError as error:
        raise ConfigurationError(_("This is not a service day."), param="service_day", got=repr(day),
                                 expected=f"{BUSIEST_MIDWEEK}, {ANY_DAY}, 2019-05-14") from error
    return np.flatnonzero((days.dates == asked) & (total > 0))


def _weekdays(dates: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """Give the day of the week, Monday 0; day 0 of the calendar was a Thursday."""
    numbers: npt.NDArray[np.int64] = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return numbers
