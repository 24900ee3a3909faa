"""Whatever bytes are uploaded, the answer is a table or one clear error; what is written as CSV is read back equal."""

import csv
import io
import math
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ekistics.core.errors import EkisticsError
from ekistics.core.place import Place
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.jobs.package_upload import receive_package
from ekistics.jobs.upload_check import check_file
from ekistics.readers.uploads import UploadLimits, read_upload
from ekistics.readers.uploads.csv import read_csv
from ekistics.readers.uploads.sdmx_csv import read_sdmx_csv
from ekistics.readers.uploads.xlsx import read_xlsx

CITY = Place("X", "X", "city", "XMU")
COLUMNS = list(UPLOAD_COLUMNS)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
HEADS = st.sampled_from([b"", b"DATAFLOW,OBS_VALUE\n", b"STRUCTURE;STRUCTURE_ID;ACTION\n", b"\xff\xfe", b"sep=;\n",
                         b"\xef\xbb\xbf", b"PK\x03\x04", ",".join(COLUMNS).encode() + b"\n"])


def sheet(rows: list[list[object]]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        page = book.add_worksheet("observations")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(r, c, value)
                else:
                    page.write_number(r, c, value)
    return stream.getvalue()


SOUND = sheet([["indicator", "obs_value"], ["a", 1.5], ["b", 2]])


def put(folder: str, content: bytes) -> Path:
    path = Path(folder) / "upload"
    path.write_bytes(content)
    return path


def assert_table_or_error(content: bytes) -> None:
    """Give the bytes to every reader and the package door; only errors for people may come out."""
    limits = UploadLimits(seconds=20, memory_mb=0)
    with TemporaryDirectory() as folder:
        path = put(folder, content)
        doors = [lambda read=read: read(path, limits) for read in (read_csv, read_sdmx_csv, read_xlsx, read_upload)]
        doors += [lambda: check_file(path, indicators=(), places=[CITY], run="r", limits=limits),
                  lambda: receive_package(path, Path(folder) / "p")]
        for door in doors:
            try:
                door()
            except EkisticsError as error:
                assert str(error)
                assert folder not in str(error)
        assert [p.name for p in Path(folder).iterdir()] == ["upload"]


@given(HEADS, st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_give_a_table_or_an_error_for_people(head, content):
    assert_table_or_error(head + content)


@given(HEADS, st.lists(st.lists(TEXT, max_size=8), max_size=5), st.sampled_from([",", ";", "\t"]),
       st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
@settings(max_examples=100)
def test_any_table_gives_a_table_or_an_error_for_people(head, rows, delimiter, encoding):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    assert_table_or_error(head.decode("latin-1").encode(encoding) + stream.getvalue().encode(encoding))


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_workbook_is_an_error_for_people(data):
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert_table_or_error(bytes(content))


@given(st.data())
@settings(max_examples=60)
def test_a_workbook_with_a_damaged_part_is_an_error_for_people(data):
    with zipfile.ZipFile(io.BytesIO(SOUND)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(members)))
    part = bytearray(members[name])
    start = data.draw(st.integers(0, len(part) - 1))
    part[start:start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=20))
    members[name] = bytes(part)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    assert_table_or_error(stream.getvalue())


ROWS = st.lists(st.lists(TEXT, min_size=len(COLUMNS), max_size=len(COLUMNS)).filter(lambda r: any(map(str.strip, r))),
                max_size=5)


@given(ROWS, st.sampled_from([",", ";", "\t"]), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
@settings(max_examples=150)
def test_a_written_csv_reads_back_equal(rows, delimiter, encoding):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows([COLUMNS, *rows])
    with TemporaryDirectory() as folder:
        table = read_csv(put(folder, stream.getvalue().encode(encoding)))
    assert (list(table.columns), table.rows, table.faults) == (COLUMNS, rows, ())
    assert (table.delimiter, table.encoding) == (delimiter, encoding)
    assert table.numbers == list(range(2, len(rows) + 2))


# The writer keeps 16 digits, which is what a spreadsheet does.
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.15g}")).filter(math.isfinite)


@given(st.lists(FLOATS, min_size=1, max_size=6))
@settings(max_examples=40)
def test_numbers_of_a_workbook_read_back_equal(numbers):
    with TemporaryDirectory() as folder:
        table = read_xlsx(put(folder, sheet([["obs_value"], *([number] for number in numbers)])))
    assert [float(row[0]) for row in table.rows] == numbers
