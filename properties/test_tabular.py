"""No exported text cell is read as a formula, whatever the text; numbers stay numbers."""

import csv
import io
import math
import tempfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ekistics.core.errors import InvalidValueError
from ekistics.publish.tabular import csv_stream, harmless, write_parquet_batches, write_xlsx

STARTERS = "=+-@＝＋－＠"
ODD = st.text(st.sampled_from(STARTERS + "\t\r\n ;,'\"\u00a0\ufeff\u200b\u30001aA_x(){}|!\x00\x1f"), max_size=8)
TEXTS = st.one_of(ODD, st.text(st.characters(codec="utf-8"), max_size=12))
NUMBERS = st.floats(allow_nan=True, allow_infinity=False)
ROWS = st.lists(st.tuples(TEXTS, NUMBERS), max_size=6)
COLUMNS = ("text", "number")
BLANK = " \t\r\n\x00\x1f\u00a0\ufeff\u200b\u3000"


def frame(rows) -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series([t for t, _n in rows], dtype=object),
                         "number": pd.Series([n for _t, n in rows], dtype=float)})


def computed(cell: str) -> bool:
    return cell.lstrip(BLANK)[:1] in tuple(STARTERS) or cell[:1] in ("\t", "\r")


def read(content: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))


@given(ROWS)
def test_csv_text_is_never_a_formula_and_numbers_stay(rows):
    content = b"".join(csv_stream([frame(rows)], columns=COLUMNS, numbers={"number"})).decode()
    header, *cells = read(content, ",")
    assert header == list(COLUMNS)
    assert len(cells) == len(rows)
    for (text, number), (shown, digits) in zip(rows, cells, strict=True):
        assert not computed(shown)
        assert shown.replace("'", "") == text.replace("'", "")
        assert (number != number and digits == "") or float(digits) == number


@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_no_other_separator_or_broken_line_makes_a_formula(texts):
    column = pd.DataFrame({"text": pd.Series(texts, dtype=object)})
    content = b"".join(csv_stream([column], columns=["text"])).decode()
    for delimiter in (";", "\t"):
        for line in read(content, delimiter):
            assert not any(computed(cell) for cell in line)
    for line in content.replace("\r", "\n").replace("\t", ";").split("\n"):
        assert not any(computed(cell) for cell in line.split(";"))


@given(TEXTS)
def test_text_is_changed_only_where_it_must_be(text):
    safe = harmless(text)
    assert harmless(safe) == safe
    if not any(starter in text for starter in STARTERS) and text[:1] not in ("\t", "\r"):
        assert safe == text


@settings(max_examples=30)
@given(ROWS, TEXTS)
@example([("", 1.7976931348623157e308)], "")
def test_xlsx_text_is_never_a_formula_and_numbers_stay(rows, note):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.xlsx"
        if any(abs(number) > 9.99999999999999e307 for _text, number in rows):  # a cell would hold infinity
            with pytest.raises(InvalidValueError, match="larger than a cell"):
                write_xlsx([frame(rows)], path, about={}, columns=COLUMNS, numbers={"number"})
            assert not path.exists()
            return
        assert write_xlsx([frame(rows)], path, about={"note": note}, columns=COLUMNS, numbers={"number"}) == len(rows)
        book = openpyxl.load_workbook(path)
    sheet = book["observations"]
    for row, (text, number) in enumerate(rows, start=2):
        shown, digits = sheet.cell(row, 1), sheet.cell(row, 2)
        assert shown.data_type in ("s", "inlineStr") if text else shown.value is None
        assert not shown.hyperlink
        assert not computed(text) or shown.quotePrefix
        # A workbook holds 16 significant digits.
        assert digits.value is None if number != number else math.isclose(digits.value, number, rel_tol=1e-15)
    assert book["about"]["B1"].data_type != "f"


@settings(max_examples=30)
@given(st.lists(ROWS, max_size=3))
def test_parquet_gives_back_exactly_what_was_given(batches):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        write_parquet_batches(map(frame, batches), path, columns=COLUMNS, numbers={"number"})
        got = pq.read_table(path).to_pylist()
    flat = [row for rows in batches for row in rows]
    assert [row["text"] for row in got] == [text for text, _number in flat]
    assert [row["number"] for row in got] == [None if number != number else number for _text, number in flat]
