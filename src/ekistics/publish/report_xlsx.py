"""A report as a workbook: its text, a sheet a table, and the list of every number with all its columns."""

import io
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ekistics.core.i18n import _, use_language
from ekistics.core.units import unit
from ekistics.publish.content import Cell, Chart, Table
from ekistics.publish.report import Box, Citation, Cite, FactList, Heading, KeyFigures, Paragraph, Report, mark
from ekistics.publish.tabular import XLSX_TEXT, harmless

__all__ = ["data_columns", "report_xlsx"]

SHEET_NAME = 31
WIDTHS = {True: 14, False: 26}


def report_xlsx(report: Report) -> bytes:
    """Write a report as XLSX. Numbers stay numbers; text that a spreadsheet would compute is neutralised.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    bytes
        The workbook.
    """
    with use_language(report.language):
        return _Writer(report).written()


class _Writer:
    """One workbook while it is written."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.target = io.BytesIO()
        self.book = Workbook(self.target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                                           "strings_to_numbers": False})
        self.book.set_properties({"title": f"{report.title} \u2013 {report.kind}", "author": report.publisher,
                                  "comments": report.source_line, "created": _made(report.edition)})
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.strong = self.book.add_format({"bold": True})
        self.title = self.book.add_format({"bold": True, "font_size": 16})
        self.wrap = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.soft = self.book.add_format({"font_color": "#51606D", "text_wrap": True, "valign": "top"})
        self.formats: dict[int, Format] = {}
        self.names: set[str] = set()
        self.data_name = self._name(_("Data"))
        self.text_name = self._name(report.kind)

    def written(self) -> bytes:
        text = self._sheet(self.text_name)
        self._text(text)
        for table in self._tables():
            self._table(self._sheet(self._name(table.title)), table)
        self._data(self._sheet(self.data_name), [*self.report.citations, *self.report.peers])
        self.book.close()
        return self.target.getvalue()

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(name)
        if self.report.direction == "rtl":
            sheet.right_to_left()
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _name(self, title: str) -> str:
        """Give a sheet name: without the characters that none may have, short, and not yet used."""
        plain = re.sub("[\u2066-\u2069]", "", title)  # signs of direction take room and are not seen
        plain = re.sub(r"[\[\]:*?/\\]", " ", plain).strip().strip("'") or "-"
        found, count = plain[:SHEET_NAME].strip(), 1
        while found.casefold() in self.names:
            count += 1
            found = f"{plain[:SHEET_NAME - 4].strip()} {count}"
        self.names.add(found.casefold())
        return found

    def _write(self, sheet: Worksheet, at: tuple[int, int], text: str, look: Format | None = None) -> None:
        sheet.write_string(*at, harmless(text)[:XLSX_TEXT], look)

    def _tables(self) -> list[Table]:
        return [b.table if isinstance(b, Chart) else b for b in self.report.blocks if isinstance(b, Chart | Table)]

    def _text(self, sheet: Worksheet) -> None:
        report = self.report
        sheet.set_column(0, 0, 100)
        lines: list[tuple[str, Format]] = [(report.title, self.title), (f"{report.kind}. {report.place}", self.soft)]
        for block in report.blocks:
            lines += self._lines(block)
        lines.append((report.source_line, self.soft))
        for row, (text, look) in enumerate(lines):
            self._write(sheet, (row, 0), text, look)

    def _lines(self, block: Any) -> list[tuple[str, Format]]:
        if isinstance(block, Heading):
            return [("", self.wrap), (block.text, self.strong)]
        if isinstance(block, Paragraph):
            return [(_flat(block.parts), self.wrap)]
        if isinstance(block, KeyFigures):
            return [(f"{k.title}: {k.figure.text}{mark(k.figure.row)} {k.figure.interval} {k.figure.period}. "
                     f"{k.figure.label}. {_flat(k.meaning)}", self.wrap) for k in block.items]
        if isinstance(block, FactList):
            return [(": ".join(t for t in (f.term, "; ".join((*([f.text] if f.text else []), *f.items))) if t),
                     self.wrap) for f in block.facts]
        if isinstance(block, Box):
            return [(f"{block.title} \u2013 {block.state}", self.soft),
                    *((_flat(parts), self.wrap) for parts in block.paragraphs),
                    *([(_flat(block.by), self.soft)] if block.by else [])]
        return [(block.title, self.wrap)]

    def _table(self, sheet: Worksheet, table: Table) -> None:
        self._write(sheet, (0, 0), table.title, self.strong)
        if table.note:
            self._write(sheet, (1, 0), table.note)
        for column, head in enumerate(table.columns):
            sheet.set_column(column, column, WIDTHS[head.numeric])
            self._write(sheet, (3, column), head.title, self.bold)
        sheet.freeze_panes(4, 1)
        row = 4
        for group in table.groups:
            if group.title:
                self._write(sheet, (row, 0), group.title, self.strong)
                row += 1
            for cells in group.rows:
                for column, cell in enumerate(cells):
                    self._cell(sheet, (row, column), cell)
                row += 1

    def _cell(self, sheet: Worksheet, at: tuple[int, int], cell: Cell) -> None:
        """Write a number as a number, leading to its row in the list of numbers."""
        entry = self.report.citations[cell.row - 1] if cell.row > 0 else None
        if entry is not None:
            sheet.write_url(*at, f"internal:'{self.data_name.replace(chr(39), chr(39) * 2)}'!A{cell.row + 1}",
                            self.wrap, string=" ", tip=mark(cell.row))
        if entry is not None and entry.value is not None and not cell.absent:
            sheet.write_number(*at, entry.value, self._format(entry))
        else:
            self._write(sheet, at, cell.text, self.soft if cell.absent else self.wrap)

    def _format(self, entry: Citation) -> Format:
        """Show as many digits as the text does; the cell keeps them all."""
        found = re.search(r"[.,\u066b](\d+)(?!.*[.,\u066b]\d)", entry.text)
        digits = unit(entry.unit_measure).digits
        digits = len(found[1]) if found and digits else digits
        if digits not in self.formats:
            pattern = "#,##0" + ("." + "0" * digits if digits else "")
            self.formats[digits] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self.formats[digits]

    def _data(self, sheet: Worksheet, entries: Sequence[Citation]) -> None:
        columns = data_columns()
        for column, (title, _name) in enumerate(columns):
            self._write(sheet, (0, column), title, self.bold)
        sheet.set_column(0, 0, 6)
        sheet.set_column(1, len(columns) - 1, 16)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, len(entries)), len(columns) - 1)
        for row, entry in enumerate(entries, 1):
            for column, (_title, name) in enumerate(columns):
                value = getattr(entry, name)
                if isinstance(value, float | int) and math.isfinite(value):
                    sheet.write_number(row, column, value)
                elif name == "name" and entry.kind != "peer":
                    sheet.write_number(row, column, entry.number)
                elif value not in (None, ""):
                    self._write(sheet, (row, column), str(value))


def data_columns() -> tuple[tuple[str, str], ...]:
    """Give the columns of the list of numbers in the language in use.

    Returns
    -------
    tuple of (str, str)
        Title, and the field of :class:`~ekistics.publish.report.Citation`.
    """
    return ((_("No."), "name"), (_("Quantity"), "label"), (_("Place"), "place"), (_("Time"), "period"),
            (_("As written"), "text"), (_("Interval"), "interval"), (_("Value"), "value"),
            (_("Unit"), "unit_measure"), (_("Numerator"), "numerator"), (_("Denominator"), "denominator"),
            (_("Base"), "base"), (_("Standard error"), "se"), (_("Lower end"), "lci"), (_("Upper end"), "uci"),
            (_("Interval made by"), "uncertainty"), (_("Made of"), "made_of"), (_("Status"), "obs_status"),
            (_("Indicator code"), "indicator"), (_("Series code"), "series"), (_("Variant code"), "variant"),
            (_("Place code"), "ref_area"), (_("Time code"), "time_period"), (_("Dimensions"), "dimensions"),
            (_("Method"), "method"), (_("Source"), "source"), (_("Run"), "run"), (_("Edition"), "edition"),
            (_("Address"), "address"))


def _flat(parts: Sequence[str | Cite]) -> str:
    return "".join(p if isinstance(p, str) else f"{p.text}{mark(p.number)}" for p in parts)


def _made(edition: str) -> datetime:
    """Take the edition's day as the time of making, so that a file depends on nothing but its content."""
    try:
        return datetime.fromisoformat(edition)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
