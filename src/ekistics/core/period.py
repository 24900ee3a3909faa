"""Time in SDMX forms, from day to year, so that a daily crisis series and a census fit one table."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Period"]

_FORMS = (  # digits are 0 to 9: \d would take those of other scripts too, and one year would have two texts
    (re.compile(r"([0-9]{4})"), "A"),
    (re.compile(r"([0-9]{4})-S([12])"), "S"),
    (re.compile(r"([0-9]{4})-Q([1-4])"), "Q"),
    (re.compile(r"([0-9]{4})-([0-9]{2})"), "M"),
    (re.compile(r"([0-9]{4})-W([0-9]{2})"), "W"),
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})"), "D"),
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})/P([0-9]{1,3})Y"), "R"),
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of time with its first and last day.

    Parameters
    ----------
    start, end : datetime.date
        First and last day, both inside.
    text : str
        The SDMX form, e.g. ``2020``, ``2020-Q1``, ``2020-W05``, ``2020-02-29``, or a range of years such as
        ``2000-01-01/P20Y``.

    Examples
    --------
    >>> Period.parse("2020-Q1").end
    datetime.date(2020, 3, 31)
    >>> Period.parse(2020).years_to(Period.parse(2030))
    10.0
    """

    start: date
    end: date
    text: str

    @classmethod
    def parse(cls, text: str | int) -> "Period":
        """Read an SDMX time period.

        Parameters
        ----------
        text : str or int
            Year, half-year, quarter, month, week or day.

        Returns
        -------
        Period
            The period.

        Raises
        ------
        InvalidValueError
            The text is none of the forms, or no such day exists.

        Examples
        --------
        >>> Period.parse("2020-02").end.day
        29
        """
        return cls(*_parsed(str(text).strip()))

    @classmethod
    def between(cls, first: "Period", last: "Period") -> "Period":
        """Make the range of whole years between two yearly periods, in the SDMX form of a time range.

        Parameters
        ----------
        first, last : Period
            The earlier and the later period.

        Returns
        -------
        Period
            The range; its label for people is :attr:`label`.

        Examples
        --------
        >>> span = Period.between(Period.parse(2000), Period.parse(2020))
        >>> span.text, span.label
        ('2000-01-01/P20Y', '2000-2020')
        """
        return cls.parse(f"{first.start.isoformat()}/P{last.start.year - first.start.year}Y")

    @property
    def label(self) -> str:
        """Give the period as people write it."""
        return f"{self.start.year}-{self.end.year}" if "/" in self.text else self.text

    def years_to(self, other: "Period") -> float:
        """Give the years from the middle of this period to the middle of another.

        Parameters
        ----------
        other : Period
            The later period.

        Returns
        -------
        float
            Years; a whole number between two periods of the same place in their years.

        Examples
        --------
        >>> Period.parse(2000).years_to(Period.parse(2005))
        5.0
        """
        whole = other.start.year - self.start.year
        if (self.start.month, self.start.day, self.end.month) == (other.start.month, other.start.day, other.end.month):
            return float(whole)
        return (other._middle() - self._middle()) / 365.2425

    def _middle(self) -> float:
        return (self.start.toordinal() + self.end.toordinal() + 1) / 2

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)  # a table has many rows of few periods
def _parsed(text: str) -> tuple[date, date, str]:
    for pattern, form in _FORMS:
        if match := pattern.fullmatch(text):
            try:
                return (*_bounds(form, [int(part) for part in match.groups()]), text)
            except ValueError:
                break
    raise InvalidValueError(_("This is not a time period."), expected=_("e.g. 2020, 2020-Q1, 2020-02 or 2020-02-29"),
                            got=repr(text))


def _bounds(form: str, parts: list[int]) -> tuple[date, date]:
    year = parts[0]
    if form == "D":
        day = date(*parts)
        return day, day
    if form == "R":
        return date(*parts[:3]), date(year + parts[3], *parts[1:3])
    if form == "W":
        monday = date.fromisocalendar(year, parts[1], 1)
        return monday, monday + timedelta(days=6)
    months = {"A": 12, "S": 6, "Q": 3, "M": 1}[form]
    first = 1 if form == "A" else (parts[1] - 1) * months + 1
    last = first + months - 1
    after = date(year + last // 12, last % 12 + 1, 1)
    return date(year, first, 1), after - timedelta(days=1)
