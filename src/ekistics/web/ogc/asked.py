"""What a request for features asks: box, time, page and properties."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.observatory.selection import Box, read_box

__all__ = ["DEFAULT", "MOST", "Asked", "read_asked", "read_time"]

DEFAULT, MOST = 100, 1000
FURTHEST = 10_000_000
OPEN = ("", "..")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked.

    Parameters
    ----------
    limit, offset : int
        The page.
    box : tuple of float, optional
        West, south, east, north.
    time : tuple of date, optional
        First and last day; an open end is None.
    properties : mapping of str to str
        Values that properties must have.
    """

    limit: int = DEFAULT
    offset: int = 0
    box: Box | None = None
    time: tuple[date | None, date | None] | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


def read_asked(given: Mapping[str, str], properties: Iterable[str]) -> Asked:
    """Read the parameters of a request for features.

    Parameters
    ----------
    given : mapping of str to str
        The parameters.
    properties : iterable of str
        Names of the collection's properties, each of which is a filter.

    Returns
    -------
    Asked
        What is asked; a limit over the most is the most, as the standard wants.

    Raises
    ------
    InvalidValueError
        A parameter is unknown or cannot be read.
    """
    known = {"limit", "offset", "bbox", "datetime", "f"}
    names = set(properties)
    unknown = sorted(set(given) - known - names)
    if unknown:
        raise InvalidValueError(_("This address does not know a parameter of the request."), param=unknown[0][:60],
                                expected=", ".join(sorted(known | names)))
    require_json(given)
    box = read_box(given["bbox"]) if "bbox" in given else None
    time = read_time(given["datetime"]) if "datetime" in given else None
    return Asked(min(_count(given, "limit", DEFAULT, 1), MOST), _count(given, "offset", 0, 0), box, time,
                 {name: given[name] for name in sorted(names & set(given) - known)})


def require_json(given: Mapping[str, str]) -> None:
    """Refuse a form other than JSON."""
    if given.get("f", "json") not in ("json", "geojson"):
        raise InvalidValueError(_("This form is not given."), param="f", expected="json", got=given["f"][:40])


def _count(given: Mapping[str, str], name: str, default: int, least: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or len(text) > 10 or not least <= int(text) <= FURTHEST:
        raise InvalidValueError(_("This is not a number that the address takes."), param=name, got=text[:40],
                                expected=f"{least} – {FURTHEST}")
    return int(text)


def read_time(text: str) -> tuple[date | None, date | None]:
    """Read a time or a span of times (RFC 3339), to the day.

    Parameters
    ----------
    text : str
        A day, a time, or two of them with a slash between; ``..`` is an open end.

    Returns
    -------
    tuple of (date or None, date or None)
        First and last day.

    Raises
    ------
    InvalidValueError
        It cannot be read, or ends before it begins.

    Examples
    --------
    >>> read_time("2020-01-01/..")
    (datetime.date(2020, 1, 1), None)
    """
    wrong = InvalidValueError(_("The time cannot be read."), param="datetime", got=text[:80],
                              expected="2020-06-30, 2020-06-30T00:00:00Z, 2020-01-01/..")
    ends = text.split("/")
    try:
        days = [None if end in OPEN else datetime.fromisoformat(end).date() for end in ends]
    except ValueError as error:
        raise wrong from error
    if len(ends) > 2 or (len(ends) == 1 and days[0] is None) or days == [None, None]:
        raise wrong
    first, last = days[0], days[-1]
    if first is not None and last is not None and first > last:
        raise wrong
    return first, last


def box_of_numbers(numbers: Iterable[float | None]) -> list[float] | None:
    """Give a box where all its bounds are known."""
    found = [float(n) for n in numbers if n is not None and math.isfinite(n)]
    return found if len(found) == 4 else None
