"""Uploaded tables: what is found out about a file, and what is refused."""

import io
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from ekistics.core.errors import InputFormatError, MissingInputError, UnsafeArchiveError
from ekistics.readers.uploads import CellKind, Kind, UploadLimits, read_upload, sniff
from ekistics.readers.uploads.csv import read_csv
from ekistics.readers.uploads.raw import Budget, RowTaker
from ekistics.readers.uploads.sdmx_csv import read_sdmx_csv
from ekistics.readers.uploads.xlsx import read_xlsx

TEXT = "ref_area,base,obs_value\nX,مدينة,1\nY,城市,2\n"


def put(folder: Path, content: bytes | str, name: str = "upload.bin") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(folder: Path, rows, *, change=None, name="observations") -> Path:
    """Write rows to a sheet; a text that begins with ``=`` becomes a formula with the stored result 7."""
    path = folder / "upload.bin"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(name)
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(r, c, value, dates)
                elif isinstance(value, str) and value.startswith("="):
                    sheet.write_formula(r, c, value, None, 7)
                elif value is not None:
                    sheet.write(r, c, value)
        if change:
            change(book, sheet)
    return path


def repack(path: Path, **changes: bytes) -> Path:
    """Change members of a workbook; ``__`` stands for ``/`` in their names and ``_dot_`` for a point."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members |= {name.replace("__", "/").replace("_dot_", "."): content for name, content in changes.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


# --- CSV -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("encoding", "found"), [
    ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
    ("utf-16-be", "utf-16-be")])
def test_the_encoding_is_found_and_stated(tmp_path, encoding, found):
    table = read_csv(put(tmp_path, TEXT.encode(encoding)))
    assert table.encoding == found
    assert table.columns == ("ref_area", "base", "obs_value")
    assert [row[1] for row in table.rows] == ["مدينة", "城市"]


@pytest.mark.parametrize(("content", "words"), [
    ("a\nMünchen".encode("latin-1"), "row 2.*encoding.*UTF-8.*fc"),
    (TEXT.encode("utf-32"), "encoding.*UTF-32"),
    ("a\n城市".encode("gb18030"), "encoding"),
    (b"a,b\n1,\0\n" + b"x" * 100, "zero bytes"),
    (b"", "no table"),
    (b" , \n\n,,", "no table"),
    (b'a,b\n"open,1\n', "cannot be read"),
    (b'a,b\n"x"y,1\n', "row 2.*cannot be read"),
])
def test_a_text_that_cannot_be_read_says_why(tmp_path, content, words):
    with pytest.raises(InputFormatError, match=f"(?s)upload.bin.*{words}"):
        read_csv(put(tmp_path, content))


@pytest.mark.parametrize(("text", "delimiter"), [
    ("a,b\n1,2", ","), ("a;b\n1;2", ";"), ("a\tb\n1\t2", "\t"), ('"a,x,y";b\n1;2', ";"), ("\n\n a;b\r\n1;2", ";"),
    ("sep=;\r\na;b\r\n1;2", ";"), ("SEP=\t\na\tb\n1\t2", "\t"), ("a,b\r1,2\r", ",")])
def test_the_delimiter_is_found_and_stated(tmp_path, text, delimiter):
    table = read_csv(put(tmp_path, text))
    assert table.delimiter == delimiter
    assert table.rows == [["1", "2"]]


def test_one_column_is_a_table(tmp_path):
    assert read_csv(put(tmp_path, "a\n1\n")).rows == [["1"]]


def test_rows_are_counted_as_a_spreadsheet_counts_them(tmp_path):
    table = read_csv(put(tmp_path, '\na,b\n1,"two\nlines"\n\n , \n3,4\n'))
    assert (table.header_row, table.numbers, table.empty_rows) == (2, [3, 6], 2)


def test_the_line_that_tells_the_delimiter_is_a_row(tmp_path):
    table = read_csv(put(tmp_path, "sep=;\na;b\n1;2\n"))
    assert (table.header_row, table.numbers) == (2, [3])


def test_rows_of_another_length_are_faults_with_their_place(tmp_path):
    table = read_csv(put(tmp_path, "a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n"))
    assert table.rows == [["1", "2", ""], ["1", "2", "3"], ["1", "2", "3"]]
    assert [(f.row, f.kind, f.got) for f in table.faults] == [(2, CellKind.TOO_FEW, "2 / 3"),
                                                              (4, CellKind.TOO_MANY, "4")]


@pytest.mark.parametrize(("limits", "words"), [
    ({"bytes": 10}, "too large"), ({"rows": 1}, "row 3.*at most 1 rows"), ({"columns": 2}, "at most 2 columns"),
    ({"cells": 5}, "at most 5 cells"), ({"cell_characters": 4}, "at most 4 characters")])
def test_limits_are_kept(tmp_path, limits, words):
    with pytest.raises(InputFormatError, match=f"(?s){words}"):
        read_csv(put(tmp_path, TEXT), UploadLimits(**limits))


def test_time_is_limited():
    ticks = iter([0.0, 5.0, 11.0])
    taker = RowTaker(Budget(UploadLimits(seconds=10), "a.csv", lambda: next(ticks)))
    taker.take(512, ["a"])
    with pytest.raises(InputFormatError, match="takes too long"):
        taker.take(1024, ["1"])


# --- what a file is ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("content", "kind"), [
    ("ref_area,obs_value\nX,1", Kind.CSV), ("DATAFLOW,REF_AREA\nA:B(1.0),X", Kind.SDMX_CSV),
    ('"STRUCTURE";"STRUCTURE_ID";REF_AREA\nx;y;z', Kind.SDMX_CSV), ("STRUCTURE[;],STRUCTURE_ID\nx,y", Kind.SDMX_CSV),
    ("structure,floors\nhouse,2", Kind.CSV), ("sep=,\nDATAFLOW,REF_AREA\n", Kind.SDMX_CSV),
    ("مدينة,b\n".encode("utf-16"), Kind.CSV), (b"a" * 65_535 + "é".encode() + b"\n1", Kind.CSV)])
def test_texts_are_told_apart_by_their_header(tmp_path, content, kind):
    assert sniff(put(tmp_path, content, "photo.jpg")) is kind


def test_archives_are_told_apart_by_their_members(tmp_path):
    assert sniff(workbook(tmp_path, [["a"]])) is Kind.XLSX
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("p/datapackage.json", "{}")
    package = put(tmp_path, stream.getvalue(), "table.csv")
    assert sniff(package) is Kind.PACKAGE
    with pytest.raises(InputFormatError, match="not a table.*where packages are uploaded"):
        read_upload(package)


@pytest.mark.parametrize(("content", "got"), [
    (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "xls"), (b"%PDF-1.7", "pdf"), (b"\x89PNG\r\n", "png"), (b"PAR1", "parquet"),
    (b"\x1f\x8b\x08", "gzip"), ("<html>", "xml"), ("\ufeff {}", "json")])
def test_other_kinds_are_refused_by_name(tmp_path, content, got):
    with pytest.raises(InputFormatError, match=f"(?s)cannot be uploaded.*got {got}"):
        sniff(put(tmp_path, content, "table.csv"))


def test_a_broken_or_foreign_archive_is_refused(tmp_path):
    with pytest.raises(InputFormatError, match="cannot be opened"):
        sniff(put(tmp_path, b"PK\x03\x04" + b"x" * 50))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputFormatError, match="got zip"):
        sniff(put(tmp_path, stream.getvalue()))


def test_an_absent_file_is_named(tmp_path):
    for read in (read_csv, read_xlsx, read_upload, sniff):
        with pytest.raises(MissingInputError, match=r"^gone\.csv"):
            read(tmp_path / "gone.csv")


# --- SDMX-CSV ------------------------------------------------------------------------------------------------------

FIRST = """DATAFLOW,SEX,INCOME_WEALTH_QUANTILE,UNIT_MULT,FREQ,PRODUCT,TIME_PERIOD,OBS_VALUE
IAEG-SDGs:DF_SDG_GLH(1.0),F,_T,0,A,_T,2020,1.5
IAEG-SDGs:DF_SDG_GLH(1.0),M,_T,0,A,,2020,2
"""
SECOND = """STRUCTURE;STRUCTURE_ID;STRUCTURE_NAME;ACTION;SEX: Sex;OBS_VALUE
datastructure;X:D(1.0);Name;I;F: Female;1
datastructure;X:D(1.0);Name;D;M: Male;2
"""


def test_sdmx_csv_1_gives_fields(tmp_path):
    table = read_upload(put(tmp_path, FIRST))
    assert (table.format, table.structure) == ("sdmx-csv", "IAEG-SDGs:DF_SDG_GLH(1.0)")
    assert table.fields == ("", "sex", "income_quantile", "", "", "", "time_period", "obs_value")
    assert table.columns[2] == "INCOME_WEALTH_QUANTILE"


def test_a_concept_that_says_something_keeps_its_name(tmp_path):
    table = read_upload(put(tmp_path, FIRST.replace("0,A,_T", "3,A,AGG")))
    assert table.fields[3:6] == ("unit_mult", "", "product")


def test_sdmx_csv_2_with_labels_gives_codes_and_tells_deletions(tmp_path):
    table = read_upload(put(tmp_path, SECOND))
    assert table.fields == ("", "", "", "", "sex", "obs_value")
    assert [row[4] for row in table.rows] == ["F", "M"]
    assert [(f.row, f.column, f.kind) for f in table.faults] == [(3, 3, CellKind.DELETION)]


@pytest.mark.parametrize(("text", "words"), [
    ("ref_area,obs_value\nX,1\n", "not one of SDMX-CSV"),
    ("DATAFLOW,OBS_VALUE\nA:B(1.0),1\nA:C(1.0),2\n", "several structures")])
def test_sdmx_csv_that_is_none_is_refused(tmp_path, text, words):
    with pytest.raises(InputFormatError, match=words):
        read_sdmx_csv(put(tmp_path, text))


# --- XLSX ----------------------------------------------------------------------------------------------------------

def test_a_workbook_gives_texts_with_their_rows(tmp_path):
    table = read_upload(workbook(tmp_path, [[], ["ref_area", "base", "obs_value"], ["مدينة", "城市", 2020], [],
                                            ["Y", True, 0.1, None, None], ["Z", 1e300, -3.0]]))
    assert (table.format, table.sheet, table.header_row, table.numbers) == ("xlsx", "observations", 2, [3, 5, 6])
    assert table.rows == [["مدينة", "城市", "2020"], ["Y", "TRUE", "0.1"], ["Z", "1e+300", "-3"]]
    assert (table.faults, table.empty_rows) == ((), 1)


def test_the_sheet_of_observations_is_found_and_stated(tmp_path):
    path = workbook(tmp_path, [["other"]], name="Help",
                    change=lambda book, _: book.add_worksheet("Observations").write("A1", "ref_area"))
    assert read_xlsx(path).columns == ("ref_area",)
    assert read_xlsx(workbook(tmp_path, [["first"]], name="Sheet1")).sheet == "Sheet1"


def test_formulas_dates_errors_and_merged_cells_are_faults(tmp_path):
    def merge(_book, sheet):
        sheet.merge_range("A6:B6", "both")
        sheet.merge_range("E3:F3", "beside")
    table = read_xlsx(workbook(tmp_path, [["a", "b"], ["=1+1", 1], [1, datetime(2020, 5, 1)], ["=NA()", "x"]],
                               change=merge))
    assert [(f.row, f.column, f.kind, f.got) for f in table.faults if f.kind != CellKind.TOO_MANY] == [
        (2, 0, CellKind.FORMULA, "=1+1"), (3, 1, CellKind.DATE, "2020-05-01"), (4, 0, CellKind.FORMULA, "=NA()"),
        (6, 0, CellKind.MERGED, "A6")]


def test_an_error_cell_is_a_fault(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a"])
    book.active.append(["#N/A"])
    book.active["A2"].data_type = "e"
    book.save(tmp_path / "e.xlsx")
    assert [(f.row, f.kind, f.got) for f in read_xlsx(tmp_path / "e.xlsx").faults] == [(2, CellKind.ERROR, "#N/A")]


def test_cells_beside_the_table_are_faults(tmp_path):
    table = read_xlsx(workbook(tmp_path, [["a", "b"], [1, 2, None, "note"]]))
    assert [(f.row, f.column, f.kind, f.got) for f in table.faults] == [(2, -1, CellKind.TOO_MANY, "note")]


def test_a_small_workbook_that_declares_a_huge_size_is_refused_unread(tmp_path):
    path = workbook(tmp_path, [["a"], [1]])
    repack(path, xl__worksheets__sheet1_dot_xml=b"<worksheet>" + b" " * 30_000_000)
    assert path.stat().st_size < 50_000
    with pytest.raises(UnsafeArchiveError, match=r"^upload\.bin/xl/worksheets/sheet1\.xml: .*zip bomb"):
        read_xlsx(path)
    with pytest.raises(UnsafeArchiveError, match=r"^upload\.bin: .*unpack to more.*template"):
        read_xlsx(path, UploadLimits(unpacked_mb=20))
    with pytest.raises(UnsafeArchiveError, match="too many files"):
        read_xlsx(path, UploadLimits(members=3))


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/connections.xml",
                                  "xl/embeddings/oleObject1.bin", "XL/VBAPROJECT.BIN"])
def test_macros_and_links_are_refused(tmp_path, name):
    path = repack(workbook(tmp_path, [["a"], [1]]), **{name.replace("/", "__").replace(".", "_dot_"): b"x"})
    with pytest.raises(UnsafeArchiveError, match="macros or links"):
        read_xlsx(path)


def test_a_path_that_leaves_the_archive_is_refused(tmp_path):
    path = repack(workbook(tmp_path, [["a"], [1]]), **{"__evil": b"x"})
    with pytest.raises(UnsafeArchiveError, match="leaves its folder"):
        read_xlsx(path)


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>"""
SECRET = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>"""


@pytest.mark.parametrize("head", [LAUGHS, SECRET])
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_entities_are_refused(tmp_path, head, part):
    path = workbook(tmp_path, [["a"], ["text"]])
    with zipfile.ZipFile(path) as archive:
        content = archive.read(part).split(b"?>", 1)[1].replace(b"text", b"&a;").replace(b"<v>1</v>", b"<v>&a;</v>")
    with pytest.raises(InputFormatError, match="cannot be read"):
        read_xlsx(repack(path, **{part.replace("/", "__").replace(".", "_dot_"): head + content}))


def sheet_xml(rows: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (f'<worksheet xmlns="{space}"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
            ).encode()


@pytest.mark.parametrize(("rows", "words"), [
    ('<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c><v>1</v></c></row>', "no sheet can have"),
    ('<row r="1"><c r="A1"><v>many</v></c></row>', "cannot be read"),
    ('<row r="1"><c r="A1" t="s"><v>99</v></c></row>', "cannot be read"),
    ('<row r="1"><c r="AAAA1"><v>1</v></c></row>', "cannot be read"),
    ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "at most 200 columns"),
    ("<row", "cannot be read")])
def test_a_damaged_sheet_is_one_clear_error(tmp_path, rows, words):
    path = repack(workbook(tmp_path, [["a"], [1]]), xl__worksheets__sheet1_dot_xml=sheet_xml(rows))
    with pytest.raises(InputFormatError, match=words):
        read_xlsx(path)


def test_a_declared_dimension_is_not_trusted(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>'
    path = repack(workbook(tmp_path, [["a"], [1]]), xl__worksheets__sheet1_dot_xml=sheet_xml(rows))
    assert read_xlsx(path).rows == [["2"]]


def test_a_slow_workbook_is_stopped(tmp_path):
    path = workbook(tmp_path, [["a", "b"]] + [[i, str(i)] for i in range(2000)])
    with pytest.raises(InputFormatError, match="takes too long"):
        read_xlsx(path, UploadLimits(seconds=-1))
    assert len(read_xlsx(path).rows) == 2000


# --- XLSX, apart ---------------------------------------------------------------------------------------------------

def test_a_workbook_read_apart_gives_the_same_table(tmp_path):
    path = workbook(tmp_path, [["ref_area", "obs_value"], ["مدينة", 0.1], ["=1+1", 2]])
    apart = read_upload(path)
    assert apart == read_xlsx(path) == read_upload(path, UploadLimits(memory_mb=0))
    assert [fault.kind for fault in apart.faults] == [CellKind.FORMULA]


def test_an_error_of_a_workbook_read_apart_is_the_same(tmp_path):
    path = workbook(tmp_path, [["a"], [1], [2]])
    for limits in (UploadLimits(rows=1), UploadLimits(rows=1, memory_mb=0)):
        with pytest.raises(InputFormatError) as caught:
            read_upload(path, limits)
        assert str(caught.value) == ("upload.bin, row 3: The table is larger than it may be. Expected at most 1 rows. "
                                     "Split it into several uploads.")


def test_a_workbook_that_eats_memory_is_stopped_by_the_system(tmp_path):
    """One row without end: the parser would pile up its cells before any row comes."""
    assert read_upload(workbook(tmp_path, [["a"], ["b"]]), UploadLimits(memory_mb=900)).rows == [["b"]]
    hostile = sheet_xml('<row r="1">' + '<c r="A1"><v>1</v></c><c r="B1" t="s"><v>0</v></c>' * 700_000 + "</row>")
    path = repack(workbook(tmp_path, [["a"], ["b"]]), xl__worksheets__sheet1_dot_xml=hostile)
    with pytest.raises(InputFormatError, match="more memory or time than it may"):
        read_upload(path, UploadLimits(ratio=2000, memory_mb=900))
