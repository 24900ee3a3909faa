"""The written documents: structure, direction, safety of foreign text, and what readers of files need."""

import base64
import hashlib
import io
import re
from dataclasses import replace
from itertools import pairwise

import docx
import openpyxl
import pandas as pd
import pypdf
import pytest
import typst
from docx.oxml.ns import qn
from lxml import html

from ekistics.core.errors import InputFormatError
from ekistics.publish.briefs import compose_city_brief, compose_comparison
from ekistics.publish.briefs.room import PAGES, pages_of
from ekistics.publish.content import Cell, Chart, Column, Group, MapSheet, Table
from ekistics.publish.report import Heading, KeyFigures, Report
from ekistics.publish.report_docx import report_docx
from ekistics.publish.report_html import report_html, report_page
from ekistics.publish.report_pdf import report_pdf
from ekistics.publish.report_xlsx import report_xlsx

from .reports import FOUR, city_records, comparison_records

EVIL = '=1+1<script>alert("x")</script>& "q"'


@pytest.fixture(scope="module")
def brief() -> Report:
    return compose_city_brief(city_records())


@pytest.fixture(scope="module")
def arabic() -> Report:
    return compose_city_brief(city_records("ar"))


@pytest.fixture(scope="module")
def hostile() -> Report:
    places = (replace(FOUR[0], name=EVIL), *FOUR[1:])
    return compose_comparison(comparison_records(places=places))


def test_the_fragment_fits_a_strict_policy(brief, hostile):
    for report in (brief, hostile):
        tree = html.fromstring(report_html(report))
        assert tree.tag == "article"
        assert not list(tree.iter("script", "style", "link", "iframe", "object"))
        assert not [a for e in tree.iter() if isinstance(e.tag, str) for a in e.attrib if a == "style" or a[:2] == "on"]


def test_foreign_text_stays_text_in_html(hostile):
    tree = html.fromstring(report_html(hostile))
    assert EVIL in tree.text_content()


def test_every_mark_leads_to_its_entry(brief):
    tree = html.fromstring(report_html(brief))
    ids = {e.get("id") for e in tree.iter() if e.get("id")}
    targets = [a.get("href")[1:] for a in tree.find_class("cite")]
    assert len(targets) > 30
    assert set(targets) <= ids
    assert len(re.findall(' id="', report_html(brief))) == len(set(re.findall(' id="([^"]+)"', report_html(brief))))


def test_the_page_allows_its_own_style_only(brief):
    text = report_page(brief).decode()
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = html.fromstring(text).xpath("//meta[@http-equiv]/@content")[0]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy and "default-src 'none'" in policy
    assert "http" not in style


def body_pages(report: Report) -> int:
    """Count the pages of a PDF before its list of numbers, by the outline."""
    made = pypdf.PdfReader(io.BytesIO(report_pdf(report)))
    entries = list(made.outline)
    while entries:
        entry = entries.pop(0)
        if isinstance(entry, list):
            entries[:0] = entry
        elif entry.title == report.labels["data"]:
            return made.get_destination_page_number(entry)
    raise AssertionError("The list of numbers is not in the outline.")


def test_the_brief_has_two_pages_before_its_list(brief):
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(report_pdf(brief))).pages]
    assert "Data behind this document" in pages[2]
    assert f"Page 3 of {len(pages)}" in pages[2]
    assert all("21 Nov 2026" in page and "Sample observatory" in page for page in pages)


@pytest.mark.parametrize("language", ["en", "fr", "ar", "zh", "ru", "es"])
def test_the_brief_has_two_pages_with_surveys_in_every_language(language):
    records = city_records(language)
    for given in (records, replace(records, peers=(), peer_rows=None)):
        report = compose_city_brief(given)
        assert body_pages(report) == PAGES
        assert pages_of(report) == PAGES  # of DOCX too, whose pages no program here counts


def test_the_brief_has_two_pages_whatever_there_is_to_say():
    records = city_records()
    long = "A source of which there is very much to say, and of which every word of it matters to somebody. " * 8
    checks = tuple(replace(records.checks[0], title=f"{long[:90]} {i}", note=long) for i in range(60))
    more = tuple(replace(s, code=f"{s.code}_{i}", title=f"{s.title}, in a reading of part {i}", number="")
                 for i in range(6) for s in records.specs)
    rows = pd.concat([records.rows, *(records.rows.assign(indicator=records.rows["indicator"] + f"_{i}")
                                      for i in range(6))], ignore_index=True).assign(source=long[:60])
    report = compose_city_brief(replace(records, checks=checks, specs=(*records.specs, *more), rows=rows))
    assert body_pages(report) <= PAGES
    assert pages_of(report) <= PAGES


def test_the_pdf_is_tagged_and_named(arabic, brief):
    for report in (arabic, brief):
        file = report_pdf(report)
        assert file == report_pdf(report)
        made = pypdf.PdfReader(io.BytesIO(file))
        root = made.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == report.language
        assert made.metadata.title == f"{report.title} \u2013 {report.kind}"
        assert b"pdfuaid" in file
        assert made.metadata.creation_date.date().isoformat() == "2026-11-21"


def test_a_character_without_a_font_is_looked_for_on_the_machine_then_refused(brief, monkeypatch):
    asked = []

    def compile_without(*_args, ignore_system_fonts, **_named):
        asked.append(ignore_system_fonts)
        raise typst.TypstError('PDF/UA-1 error: the text "\u7248" could not be displayed with font "Noto Sans"')

    monkeypatch.setattr(typst, "compile", compile_without)
    with pytest.raises(InputFormatError, match="Install a font"):
        report_pdf(brief)
    assert asked == [True, False]


def test_links_of_the_pdf_stay_inside_or_go_to_the_observation(brief):
    made = pypdf.PdfReader(io.BytesIO(report_pdf(brief)))
    links = [a.get_object() for page in made.pages for a in page.get("/Annots", [])]
    inner = [a for a in links if "/Dest" in a or "/D" in a.get("/A", {})]
    outer = {a["/A"]["/URI"] for a in links if "/URI" in a.get("/A", {})}
    assert len(inner) > 30
    assert outer == {c.address for c in brief.citations if c.address}


def test_the_docx_has_headings_tables_and_alternative_texts(brief):
    made = docx.Document(io.BytesIO(report_docx(brief)))
    heads = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert heads == [*(b.text for b in brief.blocks if isinstance(b, Heading)), "Data behind this document"]
    assert made.core_properties.title == "Marisol Bay (made-up city) \u2013 City brief"
    assert made.core_properties.language == "en"
    alts = [shape._inline.docPr.get("descr") for shape in made.inline_shapes]
    assert len(alts) == 2 and all(text.startswith("Chart: ") for text in alts)
    for table in made.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    foot = made.sections[0].footer._element
    assert [f.get(qn("w:instr")) for f in foot.iter(qn("w:fldSimple"))] == ["PAGE", "NUMPAGES"]
    assert not list(made.element.iter(qn("w:bidi")))


def test_key_figures_and_narrow_charts_of_the_docx_stand_in_columns_and_never_in_a_table_of_layout(brief, arabic):
    for report in (brief, arabic):
        made = docx.Document(io.BytesIO(report_docx(report)))
        columns = [int(s._sectPr.find(qn("w:cols")).get(qn("w:num"), "1")) for s in made.sections]
        narrow = sum(isinstance(b, Chart) and not b.wide for b in report.blocks)
        assert sorted(columns)[-narrow - 1:] == [2] * narrow + [3] and columns[-1] == 1
        assert all((s._sectPr.find(qn("w:bidi")) is not None) == (report is arabic) for s in made.sections[1:])
        tables = [b for b in report.blocks if isinstance(b, Chart | Table)]
        assert len(made.tables) == len(tables) + 1  # and the list of numbers


@pytest.mark.parametrize(("count", "columns"), [(1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (4, [2, 1, 1]), (5, [2, 2, 1]),
                                                (6, [2, 2, 2])])
def test_key_figures_of_the_docx_fill_the_columns_and_stay_whole(brief, count, columns):
    figures = next(b for b in brief.blocks if isinstance(b, KeyFigures))
    blocks = tuple(replace(b, items=figures.items[:count]) if b is figures else b for b in brief.blocks)
    lines = docx.Document(io.BytesIO(report_docx(replace(brief, blocks=blocks)))).paragraphs
    heads = [i for i, p in enumerate(lines) if p.style.name == "Heading 3"][:count]
    begun = [0, *(at for at, i in enumerate(heads)
                  if (breaks := list(lines[i]._p.iter(qn("w:br")))) and breaks[0].get(qn("w:type")) == "column"), count]
    assert [end - start for start, end in pairwise(begun)] == columns
    for i, item in zip(heads, figures.items, strict=False):  # the break stands before the title, which it begins with
        assert lines[i].text.strip("\n") == item.title
        assert lines[i + 1].paragraph_format.keep_with_next and lines[i + 2].paragraph_format.keep_together


def test_the_numbers_of_the_docx_are_not_broken_over_lines(brief):
    data = docx.Document(io.BytesIO(report_docx(brief))).tables[-1]
    sides = data._tbl.tblPr.find(qn("w:tblCellMar"))
    room = data.rows[1].cells[0].width.twips - sum(int(side.get(qn("w:w"))) for side in sides)
    assert [cell.text for cell in data.rows[0].cells][:2] == ["No.", "What and where"]
    assert room >= 3 * 7.5 * 0.6 * 20  # three digits of 7.5 points, each 0.6 of that wide, in twips


def test_the_arabic_docx_runs_right_to_left(arabic):
    made = docx.Document(io.BytesIO(report_docx(arabic)))
    lines = [p for p in made.element.body.iter(qn("w:p")) if list(p.iter(qn("w:t")))]
    assert len(lines) > 100
    assert all(p.pPr is not None and p.pPr.find(qn("w:bidi")) is not None for p in lines)
    assert all(r.rPr is not None and r.rPr.find(qn("w:rtl")) is not None
               for p in lines for r in p.iter(qn("w:r")) if list(r.iter(qn("w:t"))))
    assert all(t._tbl.tblPr.find(qn("w:bidiVisual")) is not None for t in made.tables)


def test_arabic_words_of_the_docx_are_bold_where_latin_ones_are(arabic):
    made = docx.Document(io.BytesIO(report_docx(arabic)))
    runs = [r.rPr for r in made.element.body.iter(qn("w:r")) if r.rPr is not None]
    marks = [[p.find(qn(f"w:{name}")) is not None for name in ("b", "bCs")] for p in runs]
    assert sum(latin for latin, _complex in marks) > 20 and all(latin == complex_ for latin, complex_ in marks)
    for name in ("Caption", "Normal", "Heading 1", "Heading 3", "Title"):
        font = made.styles[name].font
        assert font.bold == font.cs_bold == (name not in ("Caption", "Normal"))


# The order of ECMA-376 part 1 (17.3.1.26, 17.3.2.28, 17.4.59), as far as these documents use it.
ORDERS = {
    "w:pPr": ("pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
              "suppressAutoHyphens bidi adjustRightInd snapToGrid spacing ind contextualSpacing jc outlineLvl rPr "
              "sectPr"),
    "w:rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike color spacing w kern position sz szCs highlight u effect "
             "bdr shd vertAlign rtl cs em lang",
    "w:tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
               "tblInd tblBorders shd tblLayout tblCellMar tblLook",
}


@pytest.mark.parametrize("name", ORDERS)
def test_the_docx_keeps_the_order_of_the_format(arabic, name):
    made = docx.Document(io.BytesIO(report_docx(arabic)))
    order = [qn(f"w:{part}") for part in ORDERS[name].split()]
    found = [[e.tag for e in element] for root in (made.element, made.styles.element, made.sections[0].footer._element)
             for element in root.iter(qn(name)) if len(element)]
    assert len(found) > 5
    for tags in found:
        places = [order.index(tag) for tag in tags]
        assert places == sorted(set(places))


def test_foreign_text_stays_text_in_docx_and_xlsx(hostile):
    made = docx.Document(io.BytesIO(report_docx(hostile)))
    assert any(EVIL in cell.text for table in made.tables for row in table.rows for cell in row.cells)
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(hostile)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(EVIL in str(cell.value) for cell in cells)
    assert not [c.value for c in cells if c.data_type == "f"]
    assert not [c.value for c in cells if isinstance(c.value, str) and c.value[:1] in "=+-@" and c.value]


def test_the_workbook_keeps_numbers_and_leads_to_their_rows(brief):
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(brief)))
    names = book.sheetnames
    assert names[0] == "City brief" and names[-1] == "Data" and len(names) == len(set(names))
    data = book["Data"]
    heads = [c.value for c in data[1]]
    rows = {row[0].value: dict(zip(heads, (c.value for c in row), strict=True)) for row in data.iter_rows(min_row=2)}
    for sheet in book.worksheets[1:-1]:
        for cell in (c for row in sheet.iter_rows() for c in row if c.hyperlink):
            number = data[cell.hyperlink.location.split("!")[1]].value
            if isinstance(cell.value, int | float):
                assert cell.value == rows[number]["Value"]
    share = next(r for r in rows.values() if r["Unit"] == "PT" and r["Series code"] == "either" and r["Numerator"])
    assert share["Value"] == pytest.approx(100 * share["Numerator"] / share["Denominator"])
    assert share["Base"] == "people living inside the boundary"
    assert {"Method", "Source", "Run", "Edition", "Address", "Status", "Interval made by"} <= set(heads)
    peers = [r for number, r in rows.items() if str(number).startswith("P")]
    assert len(peers) == len(brief.peers) > 0


def test_values_of_a_wide_table_on_paper_break_in_their_units_and_never_in_a_number(brief):
    cells = [Cell(text, row=brief.citations[0].number) for text in (
        "2\u00a0953\u00a0people\u00a0/\u00a0km²", "82.0\u00a0people\u00a0/\u00a0km²")]
    columns = (Column("Place"), *(Column(f"C{i}", numeric=True) for i in range(7)))
    wide = Table("wide", "Wide", columns, (Group("", ((Cell("A"), *([cells[0]] * 6), cells[1]),)),))
    report = replace(brief, blocks=(Heading("Wide", "wide"), wide), citations=brief.citations[:1])
    text = pypdf.PdfReader(io.BytesIO(report_pdf(report))).pages[0].extract_text()
    lines = text.replace("\u00a0", " ").splitlines()
    assert sum(line.count("2 953") for line in lines) == 6 and sum(line.count("people") for line in lines) == 7
    assert not [line for line in lines if "km²" in line and re.search("2 953|82.0", line)]


def test_a_map_sheet_is_set_in_every_format(brief):
    drawn = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><circle cx="50" cy="50" r="40"/></svg>'
    sheet = MapSheet("people", "Where people live", "One dot.", drawn, "A map with one dot", "1 : 100 000", 60, 30, 10,
                     "1 km", attribution="Sample survey")
    report = replace(brief, blocks=(Heading("Map", "map"), sheet), citations=brief.citations[:1])
    assert "<circle" in report_html(report) and 'aria-label="A map with one dot"' in report_html(report)
    assert "Where people live" in pypdf.PdfReader(io.BytesIO(report_pdf(report))).pages[0].extract_text()
    made = docx.Document(io.BytesIO(report_docx(report)))
    assert [s._inline.docPr.get("descr") for s in made.inline_shapes] == ["A map with one dot"]
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(report)))
    assert "Where people live" in [row[0].value for row in book.worksheets[0].iter_rows()]


def test_the_arabic_workbook_runs_right_to_left(arabic):
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(arabic)))
    assert all(sheet.sheet_view.rightToLeft for sheet in book)


def test_the_arabic_page_runs_right_to_left(arabic):
    assert html.fromstring(report_html(arabic)).get("dir") == "rtl"
