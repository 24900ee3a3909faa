"""Every number of a made document is found in its list of numbers: HTML, PDF, DOCX and XLSX, in three languages."""

import io
import re
from contextlib import nullcontext

import docx
import openpyxl
import pypdf
import pytest
from lxml import html

from ekistics.publish import report as report_module
from ekistics.publish.briefs import compose_city_brief, compose_comparison
from ekistics.publish.charts import drawing
from ekistics.publish.content import Chart
from ekistics.publish.report import Report, data_table
from ekistics.publish.report_docx import report_docx
from ekistics.publish.report_html import report_html
from ekistics.publish.report_pdf import report_pdf
from ekistics.publish.report_xlsx import report_xlsx

from .reports import KNOWN, city_records, comparison_records

NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f\u066b\u066c]\d+)*")
MARK = re.compile(r"\[\d+\]")
MAKERS = {"city": (compose_city_brief, city_records), "comparison": (compose_comparison, comparison_records)}


@pytest.fixture(scope="module", params=[(k, lang) for k in MAKERS for lang in ("en", "fr", "ar")],
                ids=lambda p: "-".join(p))
def report(request) -> Report:
    kind, language = request.param
    compose, records = MAKERS[kind]
    return compose(records(language))


def numbers(text: str) -> set[str]:
    plain = re.sub("[\u2066-\u2069\u200e\u200f\u061c\u2060]", "", text)
    return set(NUMBER.findall(MARK.sub("", plain).replace("\u202f", "\u00a0")))


NAMES = numbers(" ".join(f"{s.number} {s.title}" for s in KNOWN.values()))  # of indicators, also those not measured


def words(tree: html.HtmlElement) -> str:
    return " ".join(tree.itertext())


def listed(report: Report) -> str:
    """Give what the list says of the entries, apart from the documents themselves."""
    return "\n".join(str(getattr(c, name)) for c in report.citations for name in (
        "label", "place", "period", "text", "interval", "made_of", "method", "source", "run", "edition", "address"))


def test_html(report):
    tree = html.fromstring(report_html(report))
    data = tree.find_class("data")[0]
    known = numbers(words(data))
    for part in (*tree.find_class("cite"), *tree.iter("svg"), data, *tree.iter("footer"), *tree.find_class("kind")):
        part.drop_tree()
    found = numbers(words(tree))
    assert len(found) > 20
    assert found <= known | NAMES | numbers(report.address)
    assert numbers(listed(report)) <= known


def outline(entries: list) -> list:
    return [each for entry in entries for each in (outline(entry) if isinstance(entry, list) else [entry])]


def pieces(page: pypdf.PageObject) -> str:
    """Give the text of a page piece by piece: cells of a table that stand close have no space between them else."""
    found: list[str] = []
    page.extract_text(visitor_text=lambda text, *_: found.append(text))
    return "\n".join([*found, page.extract_text(extraction_mode="layout")])


def test_pdf(report):
    made = pypdf.PdfReader(io.BytesIO(report_pdf(report)))
    pages = [page.extract_text(extraction_mode="layout") for page in made.pages]
    # By the outline, since the text of a page has Arabic letters in the order and forms in which they are drawn.
    at = next(made.get_destination_page_number(entry) for entry in outline(made.outline)
              if entry.title == report.labels["data"])
    drawn = "".join(re.sub("<[^>]+>", " ", drawing(b, language=report.language)) for b in report.blocks
                    if isinstance(b, Chart))
    footers = f"{len(pages)} " + " ".join(str(i + 1) for i in range(at))
    known = NAMES | numbers(drawn) | numbers(footers) | numbers(report.address)
    known |= numbers("\n".join(map(pieces, made.pages[at:])))
    found = numbers("\n".join(pages[:at]))
    assert len(found) > 20
    assert found <= known


def test_docx(report):
    made = docx.Document(io.BytesIO(report_docx(report)))
    rows = [[cell.text for row in table.rows for cell in row.cells] for table in made.tables]
    known = numbers("\n".join(rows[-1]))
    body = "\n".join([*(text for table in rows[:-1] for text in table), *(line.text for line in made.paragraphs)])
    found = numbers(body)
    assert len(found) > 20
    assert found <= known | NAMES | numbers(report.address) | numbers(report.edition_text) | numbers(report.note)
    assert numbers(listed(report)) <= known


def test_xlsx(report):
    book = openpyxl.load_workbook(io.BytesIO(report_xlsx(report)))
    *sheets, data = book.worksheets
    cells = [cell.value for row in data.iter_rows(min_row=2) for cell in row if cell.value is not None]
    known = numbers("\n".join(c for c in cells if isinstance(c, str)))
    values = {float(c) for c in cells if isinstance(c, int | float)}
    assert data.max_row - 1 == len(report.citations) + len(report.peers)
    body = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    shown = [float(c) for c in body if isinstance(c, int | float)]
    assert len(shown) > 10
    assert set(shown) <= values
    found = numbers("\n".join(c for c in body if isinstance(c, str)))
    assert found <= known | NAMES | numbers(report.address) | numbers(report.edition_text)


def test_charts_draw_cited_values_only(report):
    known = {c.value for c in (*report.citations, *report.peers)}
    ends = {end for c in report.citations for end in (c.lci, c.uci)}
    drawn = [row for b in report.blocks if isinstance(b, Chart) for row in rows_of(b.spec)]
    assert len(drawn) > 5
    assert {row["value"] for row in drawn} <= known
    assert {row.get(name) for row in drawn for name in ("low", "high")} <= ends


def rows_of(spec: dict) -> list[dict]:
    panels = spec.get("vconcat") or spec.get("concat") or [spec]
    return [row for panel in panels for row in panel["data"]["values"]]


def test_the_list_is_in_the_language_of_the_report(report, monkeypatch):
    monkeypatch.setattr(report_module, "_", lambda text: f"<{used[-1]}>{text}")
    used = []
    monkeypatch.setattr(report_module, "use_language", lambda language: used.append(language) or nullcontext())
    assert data_table(report).title == f"<{report.language}>Data behind this document"


def test_a_number_that_is_not_listed_is_found_out(report):
    assert not numbers("1234567.8") <= numbers(listed(report))
