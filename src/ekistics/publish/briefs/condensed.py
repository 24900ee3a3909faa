"""Parts of a brief that say much in little room: a line an indicator, a line of groups of people, what is not shown."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.publish.briefs.common import compared, indicator_name, interval_words
from ekistics.publish.briefs.room import short
from ekistics.publish.citing import KEY, Citations, filled
from ekistics.publish.content import Cell, Column, Group, Table
from ekistics.publish.figures import dimension_text
from ekistics.publish.groups import split_by
from ekistics.publish.numbers import number_text
from ekistics.publish.records import CityRecords
from ekistics.publish.report import Block, Heading, Paragraph

__all__ = ["Known", "furthest_groups", "further_table", "groups_table", "method_words", "more", "not_shown"]

Known = tuple[IndicatorSpec, SeriesSpec, Any]
Ends = tuple[SeriesSpec, Any, Any]


def method_words(row: Any, spec: IndicatorSpec, letters: int) -> str:
    """Name the method of a value in few words; the list of numbers has it in full.

    Parameters
    ----------
    row : namedtuple
        The observation.
    spec : IndicatorSpec
        Its indicator.
    letters : int
        The most letters.

    Returns
    -------
    str
        Who published it, and its edition; the beginning of the method's name where it is not the indicator's own.
    """
    known = spec.method
    if str(row.method).startswith(str(known)) and known.body and known.edition:
        return f"{short(known.body, max(letters - len(known.edition), letters // 2))}, {short(known.edition, letters)}"
    return short(str(row.method).split(";")[0], letters)


def further_table(known: Sequence[Known], cites: Citations, *, letters: int) -> list[Block]:
    """Give each indicator that is no key figure a line with value, interval, time and method.

    Parameters
    ----------
    known : sequence of (IndicatorSpec, SeriesSpec, namedtuple)
        The indicators, their series and the city's rows.
    cites : Citations
        The list of numbers.
    letters : int
        The most letters of a method.

    Returns
    -------
    list of Block
        Heading and table; nothing where there is no such indicator.
    """
    body = []
    for spec, _series, row in known:
        shown = cites.figure(row)
        reading = f"{shown.label} ({shown.variant})" if shown.variant else shown.label
        body.append((Cell(indicator_name(spec)), Cell(reading), cites.cell(row), interval_words(row, cites),
                     Cell(shown.period), Cell(method_words(row, spec, letters))))
    if not body:
        return []
    columns = (Column(_("Indicator"), weight=1.5), Column(_("Reading"), weight=2.8),
               Column(_("Value"), weight=1.3, numeric=True), Column(_("Interval"), weight=1.1, numeric=True),
               Column(_("Time"), weight=0.9), Column(_("Method"), weight=1.8))
    return [Heading(_("Further indicators"), "further"),
            Table("further", _("Further indicators"), columns, (Group("", tuple(body)),))]


def furthest_groups(rows: pd.DataFrame, known: Sequence[Known]) -> list[Ends]:
    """Find, for each indicator, the split of people whose groups lie furthest apart.

    Parameters
    ----------
    rows : pandas.DataFrame
        The newest rows of the city, for everybody and for groups.
    known : sequence of (IndicatorSpec, SeriesSpec, namedtuple)
        The indicators, their series and the city's rows for everybody.

    Returns
    -------
    list of (SeriesSpec, namedtuple, namedtuple)
        The series, and the rows of the groups with the highest and the lowest value; of one split, at the time of the
        value for everybody. Groups of people of whom it is not known where they belong are left out.
    """
    found = []
    for spec, series, row in known:
        own = rows[(rows["indicator"] == spec.code) & (rows["series"] == series.code) & rows["obs_value"].notna()
                   & (rows["variant"] == row.variant) & (rows["time_period"] == row.time_period)]
        splits: dict[str, list[Any]] = {}
        for each in own.itertuples():
            names = split_by(each)
            if len(names) == 1 and not str(getattr(each, names[0])).startswith("_"):
                splits.setdefault(names[0], []).append(each)
        ends = [(max(held, key=_value), min(held, key=_value)) for held in splits.values() if len(held) > 1]
        ends = [pair for pair in ends if _value(pair[0]) > _value(pair[1])]
        if ends:
            found.append((series, *max(ends, key=lambda pair: _value(pair[0]) - _value(pair[1]))))
    return found


def _value(row: Any) -> float:
    return float(row.obs_value)


def groups_table(ends: Sequence[Ends], cites: Citations) -> list[Block]:
    """Give each indicator a line with the two groups of people that lie furthest apart.

    Parameters
    ----------
    ends : sequence of (SeriesSpec, namedtuple, namedtuple)
        From :func:`furthest_groups`.
    cites : Citations
        The list of numbers.

    Returns
    -------
    list of Block
        Heading, table and note; nothing where no indicator has groups.
    """
    if not ends:
        return []
    apart = {"same": _("no"), "higher": _("yes"), "lower": _("yes"), "unknown": _("interval not stated")}
    body = tuple((Cell(_(series.title)), Cell(_group(high)), _with_interval(high, cites), Cell(_group(low)),
                  _with_interval(low, cites), Cell(apart[compared(high, low).verdict])) for series, high, low in ends)
    columns = (Column(_("Quantity"), weight=2.0), Column(_("Highest"), weight=1.4),
               Column(_("Value"), weight=1.5, numeric=True), Column(_("Lowest"), weight=1.4),
               Column(_("Value"), weight=1.5, numeric=True), Column(_("Told apart"), weight=0.9))
    note = _("Of each indicator, the two groups of one split that lie furthest apart. They are told apart where their "
             "intervals share no point.")
    return [Heading(_("Groups of people"), "groups"),
            Table("groups", _("Groups of people"), columns, (Group("", body),)), Paragraph((note,), "note")]


def _group(row: Any) -> str:
    name = split_by(row)[0]
    return dimension_text(name, str(getattr(row, name)))


def _with_interval(row: Any, cites: Citations) -> Cell:
    shown = cites.figure(row)
    stated = pd.notna(row.lci) and pd.notna(row.uci)
    return Cell(f"{shown.text} {shown.interval}" if stated else shown.text, sort=_value(row), row=shown.row)


def more(count: int, cites: Citations, place: str) -> list[Block]:
    """Say how many lines a table has no room for.

    Parameters
    ----------
    count : int
        The lines.
    cites : Citations
        The list of numbers.
    place : str
        The city.

    Returns
    -------
    list of Block
        A note; nothing where none is left out.
    """
    if not count:
        return []
    number = _counted(_("Lines without room here"), count, cites, place)
    return [Paragraph(filled(_("For lack of room, {count} further lines stand on the page of the city only."),
                             count=number), "note")]


def not_shown(records: CityRecords, rows: pd.DataFrame, cites: Citations) -> Paragraph:
    """Say how many values of the city the brief leaves out, and where they are.

    Parameters
    ----------
    records : CityRecords
        The city and the address of its page.
    rows : pandas.DataFrame
        Every row of the city and its neighbourhoods.
    cites : Citations
        The list of numbers, when all others are in it.

    Returns
    -------
    Paragraph
        One line.
    """
    every = len(rows[rows["obs_value"].notna()].drop_duplicates(list(KEY)))
    shown = sum(entry.kind == "stored" and entry.value is not None for entry in cites.entries)
    place = records.place.name
    if every == shown:
        return Paragraph((_("This brief shows every value of {place}.").format(place=place),), "note")
    parts = {"shown": _counted(_("Values in this brief"), shown, cites, place),
             "all": _counted(_("Values in all"), every, cites, place),
             "left": _counted(_("Values not shown in this brief"), every - shown, cites, place)}
    text = _("This brief shows {shown} of {all} values of {place}. The other {left} are further readings, groups of "
             "people, neighbourhoods and times; they stand on its page, in tables and files to take: {address}")
    return Paragraph(filled(text, place=place, address=records.address or _("address not stated"), **parts), "note")


def _counted(label: str, count: int, cites: Citations, place: str) -> Any:
    return cites.derive(label, count, "NUMBER", _("count"), of=(), place=place,
                        text=number_text(count, 0, language=cites.language))
