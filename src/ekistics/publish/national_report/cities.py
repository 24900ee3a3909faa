"""The table of cities: how each came into the sample, what it stands for, and its values."""

from collections.abc import Mapping, Sequence
from typing import Any

from ekistics.core.i18n import _, joined
from ekistics.publish.briefs.common import indicator_name
from ekistics.publish.content import Cell, Column, Group, Table
from ekistics.publish.figures import grouped
from ekistics.publish.national_report.context import Context, main_of
from ekistics.publish.numbers import number_text
from ekistics.publish.report import Block, Heading, Paragraph

__all__ = ["asked_cities", "city_blocks", "main_city_rows"]

_BESIDE = 3  # indicators beside each other in one table


def asked_cities(held: Context) -> list[Mapping[str, Any]]:
    """Give the cities of the sample that are to report.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of mapping
        Entries of the sample's document, without cities that another stands in for.
    """
    if held.records.sample is None:
        return []
    content = held.records.sample.content
    lost = {entry["out"] for entry in content["replacements"] if entry["in"] is None}
    return [city for city in content["cities"] if city["status"] != "replaced" or city["code"] in lost]


def main_city_rows(held: Context) -> dict[str, dict[str, Any]]:
    """Give the row of each city that is shown, by indicator.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    dict of str to dict of str to namedtuple
        By indicator and city: the first headline series, in its first reading.
    """
    made: dict[str, dict[str, Any]] = {}
    for code, by_series in grouped(held.cities).items():
        rows = main_of(held.specs[code], by_series)
        made[code] = {row.ref_area: row for row in rows if rows and row.series == rows[0].series}
    return {code: made[code] for code in held.specs if code in made}


def city_blocks(held: Context) -> list[Block]:
    """Tabulate the cities.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of Block
        A heading and a table of every three indicators; a sentence where neither sample nor values are given.
    """
    heading = Heading(_("Cities"), "cities")
    cities, values = asked_cities(held), main_city_rows(held)
    if not cities and not values:
        return [heading, Paragraph((_("No values of single cities are given to this report."),))]
    if not cities:
        cities = [{"code": code, "name": name, "stratum": ""} for code, name in held.records.cities.items()]
    codes = list(values) or [""]
    pages = [codes[at:at + _BESIDE] for at in range(0, len(codes), _BESIDE)]
    return [heading, *(_table(held, cities, values, page, at) for at, page in enumerate(pages))]


def _table(held: Context, cities: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]],
           codes: Sequence[str], at: int) -> Table:
    shown = [code for code in codes if code]
    sampled = held.records.sample is not None and not at
    columns = (Column(_("City"), weight=1.4), *((Column(_("How it came in"), weight=1.1),
                                                 Column(_("Stands for, cities"), numeric=True)) if sampled else ()),
               *(Column(_column(held, code, values[code]), numeric=True, weight=1.2) for code in shown))
    titles = {row["code"]: row.get("title") or row["code"]
              for row in (held.records.sample.content["design"]["strata"] if held.records.sample else ())}
    here = {city["stratum"] for city in cities}
    groups = [Group(titles.get(stratum, stratum), tuple(
        _row(held, city, values, shown, sampled=sampled)
        for city in sorted(cities, key=lambda each: str(each["name"])) if city["stratum"] == stratum))
        for stratum in dict.fromkeys((*titles, *sorted(here))) if stratum in here]
    return Table(f"cities-{at}", _("Cities of the sample") if held.records.sample else _("Cities"), columns,
                 tuple(groups), note=_("Intervals, numerators and denominators of the cities are in the data sheet."))


def _column(held: Context, code: str, rows: Mapping[str, Any]) -> str:
    row = next(iter(rows.values()))
    spec = held.specs[code]
    title = _(spec.find_series(row.series).title)
    times = {other.time_period for other in rows.values()}
    return joined((indicator_name(spec) if title == _(spec.title) else f"{spec.number} {title}".strip(),
                   held.cites.figure(row).period if len(times) == 1 else ""))


def _row(held: Context, city: Mapping[str, Any], values: Mapping[str, Mapping[str, Any]], codes: Sequence[str], *,
         sampled: bool) -> tuple[Cell, ...]:
    made = [Cell(held.records.cities.get(city["code"], city["name"]))]
    document = held.records.sample
    if sampled and document is not None:
        text = number_text(float(city["weight"]), 2, language=held.language)
        weight = held.cites.document(_("{city}: cities that it stands for").format(city=city["name"]), text,
                                     value=float(city["weight"]), unit_measure="RO", place=city["name"],
                                     ref_area=city["code"], of=document.of)
        made += [Cell(_came(city)), Cell(text, sort=float(city["weight"]), row=weight.number)]
    blank = Cell(_("no observation"), absent=True)
    return (*made, *(held.cites.cell(values[code][city["code"]]) if city["code"] in values[code] else blank
                     for code in codes))


def _came(city: Mapping[str, Any]) -> str:
    if city["status"] == "drawn":
        return _("certain") if city["certainty"] else _("by lot")
    return _("stands in for another") if city["status"] != "replaced" else _("drawn, and nobody stands in")
