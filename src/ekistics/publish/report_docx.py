"""A report as DOCX: real headings, tables and alternative texts, right to left where the language is."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Line

from ekistics.publish.charts import picture
from ekistics.publish.content import Cell, Chart, MapSheet, Table
from ekistics.publish.palette import INK, SOFT
from ekistics.publish.report import (
    Box,
    Cite,
    FactList,
    Heading,
    Inline,
    KeyFigures,
    Paragraph,
    Report,
    data_table,
    mark,
)

__all__ = ["report_docx"]

FONT = "Noto Sans"
PAGE_MM, MARGIN_MM = (210, 297), 18
SIZES = {"Normal": 9, "Title": 24, "Heading 1": 12, "Heading 2": 9.5, "Heading 3": 9, "Caption": 7.5}
BEFORE = {"Heading 1": 8, "Heading 2": 4, "Heading 3": 3}  # space above, in points
SMALL, LISTED, LEADING = 7, 7.5, {False: 0.92, True: 0.8}  # sizes of notes and of tables; lines, in parts of the font's
THREE, PAIR = (54.0, 54.0, 54.0), (84.0, 84.0)  # widths of columns side by side, in millimetres
# Elements that stand after the named one, in the order of the file format: readers refuse another order.
AFTER_BIDI = tuple(f"w:{name}" for name in (
    "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents", "suppressOverlap", "jc",
    "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId", "cnfStyle", "rPr", "sectPr",
    "pPrChange"))
AFTER_FRAME = tuple(f"w:{name}" for name in (
    "shd", "tabs", "suppressAutoHyphens", "kinsoku", "wordWrap", "overflowPunct", "topLinePunct", "autoSpaceDE",
    "autoSpaceDN", "bidi", *(name.removeprefix("w:") for name in AFTER_BIDI)))
AFTER_SIZE = tuple(f"w:{name}" for name in (
    "highlight", "u", "effect", "bdr", "shd", "fitText", "vertAlign", "rtl", "cs", "em", "lang", "eastAsianLayout",
    "specVanish", "oMath", "rPrChange"))
AFTER_BORDERS = tuple(f"w:{name}" for name in ("shd", "tblLayout", "tblCellMar", "tblLook", "tblCaption",
                                               "tblDescription", "tblPrChange"))
AFTER_SECTION_BIDI = tuple(f"w:{name}" for name in ("rtlGutter", "docGrid", "printerSettings", "sectPrChange"))
AFTER_BIDI_VISUAL = (*(f"w:{name}" for name in ("tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc",
                                                "tblCellSpacing", "tblInd", "tblBorders")), *AFTER_BORDERS)


def report_docx(report: Report) -> bytes:
    """Write a report as DOCX.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    bytes
        The document.
    """
    return _Writer(report).written()


class _Writer:
    """One document while it is written."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.rtl = report.direction == "rtl"
        self.doc = Document()

    def written(self) -> bytes:
        report = self.report
        self._page()
        self._styles()
        self._line(self.doc.add_paragraph(style="Caption"), (report.kind,))
        self._line(self.doc.add_paragraph(style="Title"), (report.title,))
        self._line(self.doc.add_paragraph(style="Caption"), (report.place,))
        headed = False
        for block in report.blocks:
            self._block(block, headed)
            headed = isinstance(block, Heading)
        self._heading(report.labels["data"], 1, new_page=True)
        data = data_table(report)
        self._line(self.doc.add_paragraph(style="Caption"), (data.note,))
        self._table(data, size=6.5)
        target = io.BytesIO()
        self.doc.save(target)
        return target.getvalue()

    def _page(self) -> None:
        report, section = self.report, self.doc.sections[0]
        section.page_width, section.page_height = (Mm(side) for side in PAGE_MM)
        section.left_margin = section.right_margin = Mm(MARGIN_MM)
        section.top_margin, section.bottom_margin = Mm(22), Mm(19)
        core = self.doc.core_properties
        core.title, core.author = f"{report.title} \u2013 {report.kind}", report.publisher
        core.language, core.comments = report.language, report.source_line
        core.created = core.modified = _made(report.edition)
        head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
        for line in (head, foot):
            line.style = self.doc.styles["Normal"]  # its own tabs lie where a long line is
            line.paragraph_format.tab_stops.add_tab_stop(Mm(PAGE_MM[0] - 2 * MARGIN_MM), WD_TAB_ALIGNMENT.RIGHT)
        self._line(head, (f"{report.title}\t{report.labels['edition']} {report.edition_text}",), size=SMALL)
        self._line(foot, (f"{report.source_line}\t",), size=SMALL)
        self._pages(foot)

    def _pages(self, line: Line) -> None:
        """Write "page of pages" with fields, in the order of the language."""
        text = self.report.labels["page_of"].replace("{page}", "\0PAGE\0").replace("{pages}", "\0NUMPAGES\0")
        for part in text.split("\0"):
            if part in ("PAGE", "NUMPAGES"):
                field = OxmlElement("w:fldSimple")
                field.set(qn("w:instr"), part)
                field.append(self._run(line, "1", size=SMALL)._r)
                line._p.append(field)
            elif part:
                self._run(line, part, size=SMALL)

    def _styles(self) -> None:
        for name, size in SIZES.items():
            style = self.doc.styles[name]
            assert isinstance(style, ParagraphStyle)  # noqa: S101 - these names are paragraph styles of the template
            style.font.name, style.font.size = FONT, Pt(size)
            style.font.bold = style.font.cs_bold = name not in ("Normal", "Caption")
            style.font.color.rgb = RGBColor.from_string((SOFT if name == "Caption" else INK).lstrip("#").upper())
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(kind), None)
            for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(kind), FONT if kind != "w:cs" else "Noto Sans Arabic")
            _complex_size(style.element.rPr, size)
            style.paragraph_format.space_after = Pt(3)
            style.paragraph_format.line_spacing = LEADING[self.rtl]  # Arabic fonts have high lines
            if name in BEFORE:
                style.paragraph_format.space_before = Pt(BEFORE[name])
            if style.element.pPr is not None and (border := style.element.pPr.find(qn("w:pBdr"))) is not None:
                style.element.pPr.remove(border)

    def _block(self, block: Any, headed: bool) -> None:
        if isinstance(block, Heading):
            self._heading(block.text, block.level)
        elif isinstance(block, Paragraph):
            size = {"lead": 13, "note": SMALL, "intro": SMALL}.get(block.role)
            self._line(self.doc.add_paragraph(), block.parts, size=size, soft=block.role in ("note", "intro"))
        elif isinstance(block, KeyFigures):
            self._key_figures(block)
        elif isinstance(block, Table):
            self._titled(block, headed)
        elif isinstance(block, Chart):
            self._chart(block)
        elif isinstance(block, FactList):
            self._facts(block)
        elif isinstance(block, Box):
            self._box(block)
        elif isinstance(block, MapSheet):
            self._heading(block.title, 2)
            self._picture(Chart(block.code, block.title, block.note, block.attribution, block.svg, block.alt,
                                Table("", "", (), ())), width=min(block.width_mm, 170))

    def _heading(self, text: str, level: int, *, new_page: bool = False, new_column: bool = False) -> None:
        line = self.doc.add_paragraph(style=f"Heading {level}")
        line.paragraph_format.page_break_before = new_page
        if new_column:
            self._next_column(line)
        self._line(line, (text,))

    def _titled(self, table: Table, headed: bool) -> None:
        if not headed:
            self._heading(table.title, 2)
        if table.note:
            self._line(self.doc.add_paragraph(style="Caption"), (table.note,))
        self._table(table)

    def _chart(self, chart: Chart) -> None:
        """Set a chart with its table: beside each other where both are narrow."""
        self._heading(chart.title, 2)
        subtitle = self.doc.add_paragraph(style="Caption")
        subtitle.paragraph_format.keep_with_next = True
        self._line(subtitle, (chart.subtitle,))
        if not chart.wide:
            self._columns(PAIR)
        self._picture(chart, width=105 if chart.wide else PAIR[0] - 2)
        if not chart.wide:
            self._next_column(self.doc.paragraphs[-1])
        self._table(chart.table, width=PAGE_MM[0] - 2 * MARGIN_MM if chart.wide else PAIR[1])
        if not chart.wide:
            self._columns(())
        self._line(self.doc.add_paragraph(style="Caption"), (chart.caption,))

    def _columns(self, widths: tuple[float, ...]) -> None:
        """Go on in columns of some widths, or over the whole width: no table stands in for a layout."""
        section = self.doc.add_section(WD_SECTION.CONTINUOUS)
        end = self.doc.paragraphs[-1].paragraph_format  # the break's own paragraph takes no room
        end.space_before, end.space_after, end.line_spacing = Pt(0), Pt(0), Pt(1)
        columns = section._sectPr.find(qn("w:cols"))
        for old in list(columns):
            columns.remove(old)
        columns.set(qn("w:num"), str(max(len(widths), 1)))
        columns.set(qn("w:equalWidth"), "0" if widths else "1")
        gap = (PAGE_MM[0] - 2 * MARGIN_MM - sum(widths)) / max(len(widths) - 1, 1)
        for i, width in enumerate(widths):
            column = OxmlElement("w:col")
            column.set(qn("w:w"), str(Mm(width).twips))
            column.set(qn("w:space"), str(Mm(gap if i + 1 < len(widths) else 0).twips))
            columns.append(column)
        if self.rtl and section._sectPr.find(qn("w:bidi")) is None:
            section._sectPr.insert_element_before(OxmlElement("w:bidi"), *AFTER_SECTION_BIDI)

    def _next_column(self, line: Line) -> None:
        """Go on in the next column, with what follows in this paragraph: its end may be nothing but an empty line."""
        line.add_run().add_break(WD_BREAK.COLUMN)

    def _picture(self, chart: Chart, *, width: float) -> None:
        content = picture(chart, language=self.report.language)
        shape = self.doc.add_picture(io.BytesIO(content), width=Mm(width))
        self.doc.paragraphs[-1].paragraph_format.line_spacing = 1.0  # less cuts the picture
        described = shape._inline.docPr
        described.set("descr", chart.alt)
        described.set("title", chart.title)
        if self.rtl:
            self._turn(self.doc.paragraphs[-1])

    def _key_figures(self, block: KeyFigures) -> None:
        self._columns(THREE)
        columns = [at * len(THREE) // len(block.items) for at in range(len(block.items))]  # all filled, the first most
        for item, before, column in zip(block.items, [0, *columns], columns, strict=False):
            self._heading(item.title, 3, new_column=column > before)
            line = self.doc.add_paragraph()
            line.paragraph_format.keep_with_next = True  # a figure is not parted from what it means
            self._turn(line)
            shown = item.figure
            self._run(line, shown.text, size=15, bold=not shown.absent)
            self._mark(line, shown.row)
            self._run(line, " ".join(t for t in ("", shown.interval, shown.period) if t is not None), size=SMALL)
            what = f"{shown.label} ({shown.variant}). " if shown.variant else f"{shown.label}. "
            meaning = self.doc.add_paragraph()
            meaning.paragraph_format.keep_together = True
            self._line(meaning, (what, *item.meaning), size=SMALL, soft=True)
        self._columns(())

    def _box(self, box: Box) -> None:
        """Set text of people inside a frame, in the direction of its own language."""
        head = self.doc.add_paragraph()
        self._line(head, (box.title,), size=LISTED, bold=True)
        self._run(head, f" \u2013 {box.state}", size=LISTED, soft=True)
        lines = [head]
        for parts in box.paragraphs:
            lines.append(self.doc.add_paragraph())
            with self._turned(box.direction):
                self._line(lines[-1], parts)
        if box.by:
            lines.append(self.doc.add_paragraph())
            self._line(lines[-1], box.by, size=SMALL, soft=True)
        for line in lines:
            line._p.get_or_add_pPr().insert_element_before(_frame(dashed=not box.paragraphs), *AFTER_FRAME)
            line.paragraph_format.keep_with_next = line is not lines[-1]

    @contextmanager
    def _turned(self, direction: str) -> Iterator[None]:
        own, self.rtl = self.rtl, direction == "rtl"
        try:
            yield
        finally:
            self.rtl = own

    def _facts(self, block: FactList) -> None:
        for fact in block.facts:
            line = self.doc.add_paragraph()
            self._turn(line)
            self._run(line, fact.term + (": " if fact.text else ""), bold=True)
            self._run(line, fact.text)
            for item in fact.items:
                self._line(self.doc.add_paragraph(style="List Bullet"), (item,), size=SMALL)

    def _table(self, table: Table, *, size: float = LISTED, width: float = PAGE_MM[0] - 2 * MARGIN_MM) -> None:
        made = self.doc.add_table(rows=1, cols=len(table.columns))
        made.autofit = False
        properties = made._tbl.tblPr
        if self.rtl:
            properties.insert_element_before(OxmlElement("w:bidiVisual"), *AFTER_BIDI_VISUAL)
        properties.insert_element_before(_borders(), *AFTER_BORDERS)
        properties.insert_element_before(_sides(), *AFTER_BORDERS[AFTER_BORDERS.index("w:tblLook"):])
        self._head(made.rows[0], table, size)
        for group in table.groups:
            if group.title:
                row = made.add_row()
                whole = row.cells[0].merge(row.cells[-1])
                self._line(whole.paragraphs[0], (group.title,), size=size, bold=True)
                whole.paragraphs[0].paragraph_format.keep_with_next = True
            for cells in group.rows:
                self._row(made.add_row(), table, cells, size)
        total = sum(c.weight for c in table.columns)
        wide = [Mm(width * c.weight / total) for c in table.columns]
        for grid, side in zip(made._tbl.tblGrid.findall(qn("w:gridCol")), wide, strict=True):
            grid.set(qn("w:w"), str(int(side.twips)))
        for row in made.rows:
            for cell, side in zip(row._tr.tc_lst, wide, strict=False):
                if cell.grid_span == 1:
                    cell.width = side
        end = self.doc.add_paragraph().paragraph_format  # a table needs a paragraph after it
        end.space_after, end.line_spacing = Pt(0), Pt(3)

    def _head(self, row: Any, table: Table, size: float) -> None:
        repeat = OxmlElement("w:tblHeader")
        row._tr.get_or_add_trPr().append(repeat)
        for cell, column in zip(row.cells, table.columns, strict=True):
            self._fill(cell, (column.title,), numeric=column.numeric, size=size, bold=True)

    def _row(self, row: Any, table: Table, cells: tuple[Cell, ...], size: float) -> None:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for target, cell, column in zip(row.cells, cells, table.columns, strict=True):
            text = f"\u2068{cell.text}\u2069" if self.rtl and cell.text else cell.text  # a cell keeps its own direction
            part: Inline = Cite(cell.row, _apart(text)) if cell.row >= 0 else text
            self._fill(target, (part,), numeric=column.numeric and not cell.absent, size=size, soft=cell.absent)

    def _fill(self, cell: _Cell, parts: tuple[Inline, ...], *, numeric: bool, size: float, **look: bool) -> None:
        line = cell.paragraphs[0]
        line.paragraph_format.space_after = Pt(1)
        self._line(line, parts, size=size, **look)
        if numeric:
            line.alignment = WD_ALIGN_PARAGRAPH.LEFT if self.rtl else WD_ALIGN_PARAGRAPH.RIGHT

    def _line(self, line: Line, parts: tuple[Inline, ...], *, size: float | None = None, bold: bool = False,
              soft: bool = False) -> None:
        self._turn(line)
        for part in parts:
            cited = isinstance(part, Cite)
            self._run(line, part.text if isinstance(part, Cite) else part, size=size, bold=bold or (
                cited and size == 13), soft=soft)  # noqa: PLR2004 - numbers stand out in the first sentence
            if isinstance(part, Cite):
                self._mark(line, part.number)

    def _mark(self, line: Line, number: int) -> None:
        if number >= 0:
            run = self._run(line, mark(number), soft=True, size=7.5)
            run.font.superscript = True

    def _run(self, line: Line, text: str, *, size: float | None = None, bold: bool = False, soft: bool = False) -> Any:
        run = line.add_run(_clean(text))
        if size:
            run.font.size = Pt(size)
        if bold:
            run.font.bold = run.font.cs_bold = True  # of Latin and of complex scripts: Word asks for each
        if soft:
            run.font.color.rgb = RGBColor.from_string(SOFT.lstrip("#").upper())
        if self.rtl:
            run.font.rtl = True
            if size:
                _complex_size(run._r.get_or_add_rPr(), size)
        return run

    def _turn(self, line: Line) -> None:
        """Set a paragraph right to left, where the language is."""
        properties = line._p.get_or_add_pPr()
        if self.rtl and properties.find(qn("w:bidi")) is None:
            properties.insert_element_before(OxmlElement("w:bidi"), *AFTER_BIDI)


def _complex_size(properties: Any, size: float) -> None:
    """Set the size of complex scripts beside that of Latin, in its place."""
    for old in properties.findall(qn("w:szCs")):
        properties.remove(old)
    big = OxmlElement("w:szCs")
    big.set(qn("w:val"), str(int(size * 2)))
    properties.insert_element_before(big, *AFTER_SIZE)


def _apart(text: str) -> str:
    """Let a value break before its unit and in it, in a narrow column; never in its number."""
    return re.sub("\u00a0(?=[^0-9])", " ", text)


def _clean(text: str) -> str:
    """Leave out the control characters that XML cannot hold."""
    return "".join(c for c in text if c >= " " or c in "\t\n")


def _made(edition: str) -> datetime:
    """Take the edition's day as the time of making."""
    try:
        return datetime.fromisoformat(edition).replace(tzinfo=None)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def _frame(*, dashed: bool) -> Any:
    frame = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "dashed" if dashed else "single"), ("sz", "4"), ("space", "4"),
                            ("color", "7A8791")):
            line.set(qn(f"w:{name}"), value)
        frame.append(line)
    return frame


def _sides() -> Any:
    """Leave one millimetre beside the text of a cell: twice as much would break numbers in narrow columns."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), str(Mm(1).twips))
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    return margins


def _borders() -> Any:
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "C4CCD2")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    return borders
