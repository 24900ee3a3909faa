"""Values as dots with their intervals, a row each, drawn into the table that holds the same numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from ekistics.publish.charts import axis_span
from ekistics.publish.content import Cell, Column
from ekistics.publish.numbers import value_text

__all__ = ["Axis", "Dot", "DotGroup", "DotRow", "DotTable", "axis_of", "dot_table"]


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis that dots are drawn on.

    Parameters
    ----------
    low, high : float
        Its ends.
    first, last : str
        The ends in words.
    """

    low: float
    high: float
    first: str
    last: str

    def at(self, value: float) -> float:
        """Give the place of a value in percent of the axis."""
        span = (self.high - self.low) or 1.0
        return round(min(max((value - self.low) / span, 0.0), 1.0) * 98 + 1, 2)


def axis_of(ends: Iterable[float | None], *, full: bool, unit_measure: str, language: str) -> Axis:
    """Choose the axis that a chart of the same values has.

    Parameters
    ----------
    ends : iterable of float
        Values and ends of intervals; absent ones are left out.
    full : bool
        Whether the values are shares that cannot leave 0 to 100.
    unit_measure : str
        Code of the unit.
    language : str
        Language of the numbers.

    Returns
    -------
    Axis
        The axis.
    """
    low, high = axis_span(ends, full=full)
    return Axis(low, high, *(value_text(end, unit_measure, language=language) for end in (low, high)))


@dataclass(frozen=True, slots=True)
class Dot:
    """A value before it is drawn.

    Parameters
    ----------
    value : float or None
        The value; none where it is absent or not finite.
    low, high : float or None
        Ends of its interval.
    kind : str
        ``main`` for what the table is about, ``other`` for what it is held against.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    kind: str = "main"


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot as it is drawn: places in percent of the axis.

    Parameters
    ----------
    at : float
        Place of the value.
    low, high : float or None
        Places of the ends of its interval.
    kind : str
        As that of :class:`Dot`.
    """

    at: float
    low: float | None
    high: float | None
    kind: str


@dataclass(frozen=True, slots=True)
class DotRow:
    """A row: what the table says of it, and its dots.

    Parameters
    ----------
    cells : tuple of Cell
        The words and numbers.
    dots : tuple of Dot
        Its values; none where they are absent.
    own : bool
        Whether it is the row that the others are held against.
    """

    cells: tuple[Cell, ...]
    dots: tuple[Dot, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class DotGroup:
    """Rows that belong together.

    Parameters
    ----------
    title : str
        What they have in common; empty for a table of one group.
    rows : tuple of (DotRow, tuple of Mark)
        Each with its marks.
    """

    title: str
    rows: tuple[tuple[DotRow, tuple[Mark, ...]], ...]


@dataclass(frozen=True, slots=True)
class DotTable:
    """A table with a last column in which its values are drawn on one axis.

    Parameters
    ----------
    code, title, note : str
        Name, caption, and one line below it.
    columns : tuple of Column
        Heads of the columns with words and numbers.
    groups : tuple of DotGroup
        The rows.
    axis : Axis
        What they are drawn on.
    ends : str
        The lowest and the highest of what it is about, in words; empty where nobody says so.
    """

    code: str
    title: str
    columns: tuple[Column, ...]
    groups: tuple[DotGroup, ...]
    axis: Axis
    note: str = ""
    ends: str = ""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Give the dots of all rows without their intervals, for one line; what the rest is held against is on top."""
        found = [replace(mark, low=None, high=None) for group in self.groups for _row, marks in group.rows
                 for mark in marks]
        return tuple(sorted(found, key=lambda mark: mark.kind == "other"))


def dot_table(code: str, title: str, columns: Sequence[Column],  # noqa: PLR0913 - the parts of a table
              groups: Iterable[tuple[str, Sequence[DotRow]]], *, unit_measure: str, full: bool, language: str,
              note: str = "") -> DotTable:
    """Draw rows on one axis.

    Parameters
    ----------
    code, title, note : str
        Name, caption and note of the table.
    columns : sequence of Column
        Heads of the columns with words and numbers.
    groups : iterable of (str, sequence of DotRow)
        Title and rows of each group.
    unit_measure : str
        Unit of all values.
    full : bool
        Whether they are shares that cannot leave 0 to 100.
    language : str
        Language of the axis.

    Returns
    -------
    DotTable
        The table.

    Examples
    --------
    >>> made = dot_table("t", "Shares", [], [("", [DotRow((), (Dot(50.0, 40.0, 60.0),))])], unit_measure="PT",
    ...                  full=True, language="en")
    >>> made.groups[0].rows[0][1][0].at
    50.0
    """
    held = [(name, tuple(rows)) for name, rows in groups]
    ends = [end for _name, rows in held for row in rows for dot in row.dots for end in (dot.value, dot.low, dot.high)]
    axis = axis_of(ends, full=full, unit_measure=unit_measure, language=language)
    drawn = tuple(DotGroup(name, tuple((row, _marks(row, axis)) for row in rows)) for name, rows in held)
    return DotTable(code, title, tuple(columns), drawn, axis, note)


def _marks(row: DotRow, axis: Axis) -> tuple[Mark, ...]:
    return tuple(_mark(dot, axis) for dot in row.dots if dot.value is not None and isfinite(dot.value))


def _mark(dot: Dot, axis: Axis) -> Mark:
    low, high = (None if end is None or not isfinite(end) else axis.at(end) for end in (dot.low, dot.high))
    whole = low is not None and high is not None
    return Mark(axis.at(dot.value or 0.0), low if whole else None, high if whole else None, dot.kind)
