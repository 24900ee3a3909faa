"""How the values of a report were made: the sample of cities, surveys of households, and parts of the country."""

import re
from collections.abc import Mapping
from math import nan
from typing import Any

from ekistics.core.i18n import _, joined
from ekistics.core.reasons import reason_text
from ekistics.publish.citing import Citations, filled
from ekistics.publish.content import Cell, Column, Fact, Group, Table
from ekistics.publish.figures import variant_of
from ekistics.publish.national_report.context import Context
from ekistics.publish.national_report.records import DocumentRecord
from ekistics.publish.numbers import interval_text, number_text, value_text
from ekistics.publish.report import Block, Heading, Paragraph
from ekistics.publish.sample_tables import (
    design_facts,
    design_table,
    made_from_counts,
    promise_text,
    replacement_table,
)
from ekistics.publish.survey_tables import made_from_survey, strata_table, survey_facts

__all__ = ["listed_table", "making_blocks", "part_blocks"]

_DIGIT = re.compile(r"\d")
_PART = ("indicator", "series", "variant", "title", "time_period", "by")  # what tables of parts are apart by


def making_blocks(held: Context) -> list[Block]:
    """Describe the sample of cities and the surveys of households.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of Block
        Headings, sentences and tables, every number cited to its document; a sentence where there is no document.
    """
    blocks: list[Block] = [Heading(_("How the values were made"), "making")]
    if held.records.sample is not None:
        blocks += _sample(held, held.records.sample)
    for at, survey in enumerate(held.records.surveys):
        blocks += _survey(held, survey, f"survey-{at + 1}" if at else "survey")
    if len(blocks) == 1:
        blocks.append(Paragraph((_("No document of the packages says how the values were made."),)))
    return blocks


def _sample(held: Context, document: DocumentRecord) -> list[Block]:
    sample, language, cites = document.content, held.language, held.cites
    template, counts = made_from_counts(sample)
    names = {"count": _("Cities of the sample with data"), "all": _("Cities of the frame")}
    parts = {name: cites.document(names[name], held.whole(count), value=float(count), unit_measure="NUMBER",
                                  of=document.of) for name, count in counts.items()}
    blocks: list[Block] = [Heading(str(sample["title"]), "sample", 2), Paragraph(filled(template, **parts))]
    blocks.append(_fact_table("sample-facts", _("How cities were chosen"), design_facts(sample, language=language),
                              document, cites))
    blocks.append(listed_table(design_table(sample, language=language), document, cites))
    blocks += [_balance(held, document)] if sample["balance"] else []
    replaced = replacement_table(sample, language=language)
    blocks += [listed_table(replaced, document, cites)] if replaced else []
    promise = cites.document(_("Promise of the draw"), promise_text(sample, language=language), of=document.of)
    return [*blocks, Paragraph((promise,))]


def _survey(held: Context, document: DocumentRecord, code: str) -> list[Block]:
    survey, language = document.content, held.language
    made = held.cites.document(_("What the survey estimates rest on"), made_from_survey(survey, language=language),
                               of=document.of)
    return [Heading(str(survey["title"]), code, 2), Paragraph((made,)),
            _fact_table(f"{code}-facts", _("How households were chosen"), survey_facts(survey, language=language),
                        document, held.cites),
            listed_table(strata_table(survey, language=language), document, held.cites)]


def _fact_table(code: str, title: str, facts: tuple[Fact, ...], document: DocumentRecord, cites: Citations) -> Table:
    rows = tuple((Cell(fact.term), _cited(fact.term, text, document, cites))
                 for fact in facts for text in (fact.text, *fact.items) if text)
    return Table(code, title, (Column(_("What")), Column(_("How"), weight=3)), (Group("", rows),))


def listed_table(table: Table, document: DocumentRecord, cites: Citations) -> Table:
    """Enter every number of a table into the list of numbers.

    Parameters
    ----------
    table : Table
        A table whose cells are written out; the first of a row says what the row is about.
    document : DocumentRecord
        What it was made from.
    cites : Citations
        The list of numbers.

    Returns
    -------
    Table
        The same table, each cell with a digit leading to its entry.
    """
    groups = tuple(Group(group.title, tuple(
        (row[0], *(_cited(f"{row[0].text}: {column.title}", cell.text, document, cites, absent=cell.absent)
                   for column, cell in zip(table.columns[1:], row[1:], strict=True)))
        for row in group.rows)) for group in table.groups)
    return Table(table.code, table.title, table.columns, groups, table.note, table.sortable)


def _cited(label: str, text: str, document: DocumentRecord, cites: Citations, *, absent: bool = False) -> Cell:
    if absent or not _DIGIT.search(text):
        return Cell(text, absent=absent)
    return Cell(text, row=cites.document(label, text, of=document.of).number)


def _balance(held: Context, document: DocumentRecord) -> Table:
    """Hold the weighted sample against the frame."""
    rows = []
    for row in document.content["balance"]:
        name = str(row["variable"]).replace("_", " ")
        ends = ((_("Frame"), row["frame"]), (_("Sample"), row["sample"]))
        rows.append((Cell(name), *(_number(f"{name}: {end}", value, document, held) for end, value in ends)))
    columns = (Column(_("Variable"), weight=1.6), Column(_("Frame"), numeric=True), Column(_("Sample"), numeric=True))
    return Table("balance", _("Frame and sample"), columns, (Group("", tuple(rows)),),
                 note=_("The sample is weighted."))


def _number(label: str, value: float | None, document: DocumentRecord, held: Context) -> Cell:
    if value is None:
        return Cell(_("not measured"), absent=True)
    text = number_text(float(value), 0 if abs(value) >= 100 or float(value).is_integer() else 3, language=held.language)
    cited = held.cites.document(label, text, value=float(value), unit_measure="RO", of=document.of)
    return Cell(text, sort=float(value), row=cited.number)


def part_blocks(held: Context) -> list[Block]:
    """Tabulate the values of parts of the country, as far as the sample's document holds them.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of Block
        A heading and a table a value and column; empty where there are none.
    """
    document = held.records.sample
    found = document.content.get("domains", {"rows": []})["rows"] if document is not None else []
    if document is None or not found:
        return []
    columns = (Column(_("Part"), weight=1.6), Column(_("Cities in the frame"), numeric=True),
               Column(_("Cities in the sample"), numeric=True), Column(_("Value"), numeric=True),
               Column(_("Interval"), numeric=True), Column(_("Note"), weight=1.6))
    shown: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in found:
        shown.setdefault(tuple(str(row[name]) for name in _PART), []).append(row)
    tables = [Table(f"parts-{at}", _part_title(rows[0], held), columns, (
        Group("", tuple(_part_row(row, document, held) for row in rows)),)) for at, rows in enumerate(shown.values())]
    intro = Paragraph((_("Values of parts rest on the same sample as those of the country. What is too uncertain for "
                         "the rules of publication is withheld."),))
    return [Heading(_("Parts of the country"), "parts"), intro, *tables]


def _part_title(row: Mapping[str, Any], held: Context) -> str:
    spec = held.specs.get(row["indicator"])
    variant = variant_of(spec, row["variant"]) if spec is not None and row["variant"] else None
    name = joined((_(row["title"]), _(variant.title) if variant else row["variant"]))
    return _("{title}, {when}, by {column}").format(title=name, when=row["time_period"],
                                                     column=row["by"].replace("_", " "))


def _part_row(row: Mapping[str, Any], document: DocumentRecord, held: Context) -> tuple[Cell, ...]:
    label = f"{_part_title(row, held)}: {row['group']}"
    counts = [_number(f"{label}: {words}", row[key], document, held)
              for key, words in (("frame", _("Cities in the frame")), ("cities", _("Cities in the sample")))]
    if row["value"] is None:
        return (Cell(row["group"]), *counts, Cell(_("withheld"), absent=True), Cell("", absent=True),
                Cell(reason_text(row["reason"])))
    ends = {name: nan if row[name] is None else row[name] for name in ("lci", "uci")}
    text = value_text(row["value"], row["unit_measure"], language=held.language, **ends)
    interval = interval_text(unit_measure=row["unit_measure"], language=held.language, **ends)
    cited = held.cites.document(label, text, value=row["value"], unit_measure=row["unit_measure"], interval=interval,
                                base=_base(row, held), se=row["se"], lci=row["lci"], uci=row["uci"],
                                period=row["time_period"], ref_area=row["group"], place=row["group"],
                                of=document.of)
    note = _("few degrees of freedom: read with care") if row["status"] == "review" else ""
    return (Cell(row["group"]), *counts, Cell(text, sort=row["value"], row=cited.number), Cell(interval), Cell(note))


def _base(row: Mapping[str, Any], held: Context) -> str:
    """Say of what a share of a part is, as its indicator does; a document may name a series that it no longer has."""
    if row["kind"] == "count":
        return _("cities of the country")
    spec = held.specs.get(row["indicator"])
    known = spec is not None and any(series.code == row["series"] for series in spec.series)
    base = spec.base_of(row["series"], row["variant"]) if spec is not None and known else ""
    return _(base) if base else _("not stated") if row["unit_measure"] == "PT" else ""
