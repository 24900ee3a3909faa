"""Tables as CSV, XLSX and Parquet: what is written is what a reader that nobody here wrote gets back."""

import csv
import io
import tracemalloc
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ekistics.core.errors import InputFormatError, InvalidValueError
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.publish import tabular
from ekistics.publish.tabular import csv_stream, harmless, write_parquet_batches, write_xlsx

COLUMNS = ("base", "obs_value")


def observations(rows: int = 3, **values) -> pd.DataFrame:
    given = {name: np.nan if name in NUMBER_COLUMNS else "x" for name in OBSERVATION_COLUMNS} | values
    return pd.DataFrame(given, index=range(rows))[list(OBSERVATION_COLUMNS)]


def frame(*rows: tuple[object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


def read_xlsx(path, sheet: str = "observations") -> list[list[object]]:
    book = openpyxl.load_workbook(path)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\rx", "\tx", "  =1", "\u00a0=1", "\ufeff=1",
                                  "\u200b@x", "＝1+1", "＋1", "－1", "＠x", "\n=1"])
def test_text_that_would_be_computed_gets_an_apostrophe(text):
    assert harmless(text)[0] == "'" or harmless(text) == "\n'=1"
    assert harmless(text).replace("'", "") == text


@pytest.mark.parametrize("text", ["", "people living inside the boundary", "built-up", "5 - 3", "a=b", "_T", "Ñuñoa",
                                  " x", "XMU-MERROW:N01", "2000-01-01/P20Y", "'=1", "a, =b"])
def test_other_text_stays(text):
    assert harmless(text) == text


def test_a_cell_that_another_separator_would_begin_is_harmless_too():
    assert harmless('x;=cmd|" /C calc"!A0') == "x;'=cmd|\" /C calc\"!A0"
    assert harmless("x\n=1;\t+2") == "x\n'=1;\t'+2"


def test_long_blank_text_takes_no_long_time():
    assert harmless("\t" * 200_000) == "'" + "\t" * 200_000


def test_csv_is_what_rfc_4180_says():
    content = b"".join(csv_stream([frame(('say "a", b\nc', 1.5), ("é", -5.0)), frame(("", np.nan))], columns=COLUMNS))
    assert content == 'base,obs_value\r\n"say ""a"", b\nc",1.5\r\né,-5.0\r\n,\r\n'.encode()


def test_csv_has_all_columns_of_the_observations_and_a_header_without_rows():
    assert read_csv(b"".join(csv_stream([]))) == [list(OBSERVATION_COLUMNS)]
    assert len(read_csv(b"".join(csv_stream([observations(), observations()])))) == 7


def test_headers_are_harmless_too(tmp_path):
    odd = pd.DataFrame({"=1+1": ["x"]})
    assert b"".join(csv_stream([odd], columns=["=1+1"])) == b"'=1+1\r\nx\r\n"
    write_xlsx([odd], tmp_path / "t.xlsx", about={"=2": "@x"}, columns=["=1+1"])
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    cells = [book["observations"]["A1"], book["about"]["A1"], book["about"]["B1"]]
    assert [(c.value, c.data_type) for c in cells] == [("=1+1", "s"), ("=2", "s"), ("@x", "s")]
    assert all(cell.quotePrefix for cell in cells)


def test_numbers_from_a_database_are_numbers():
    content = b"".join(csv_stream([pd.DataFrame({"base": [None, "b", 3], "obs_value": [Decimal("0.1"), None, -5]})],
                                  columns=COLUMNS))
    assert read_csv(content)[1:] == [["", "0.1"], ["b", ""], ["3", "-5.0"]]


@pytest.mark.parametrize("write", [
    lambda batch, path: b"".join(csv_stream([batch], columns=COLUMNS)),
    lambda batch, path: write_xlsx([batch], path, about={}, columns=COLUMNS),
    lambda batch, path: write_parquet_batches([batch], path, columns=COLUMNS),
], ids=["csv", "xlsx", "parquet"])
def test_what_cannot_be_written_is_refused_and_leaves_nothing_behind(write, tmp_path):
    path = tmp_path / "table"
    path.write_bytes(b"old")
    with pytest.raises(InvalidValueError, match="infinite"):
        write(frame(("a", float("inf"))), path)
    with pytest.raises(InvalidValueError, match="cannot be read"):
        write(frame(("a", "many")), path)
    with pytest.raises(InputFormatError, match="lack a column"):
        write(frame(("a", 1.0)).drop(columns="base"), path)
    assert [p.name for p in tmp_path.iterdir()] == ["table"]
    assert path.read_bytes() == b"old"


def test_xlsx_keeps_texts_numbers_and_gaps(tmp_path):
    path = tmp_path / "t.xlsx"
    batches = [frame(("https://example.org", -5.0), ("007", np.nan)), frame(("", 1e-9), ("{=1}", 0.1))]
    assert write_xlsx(batches, path, about={"Title": "Trial", "Licence": "CC BY 4.0"}, columns=COLUMNS, rows=4) == 4
    assert read_xlsx(path) == [["base", "obs_value"], ["https://example.org", -5], ["007", None], [None, 1e-9],
                               ["{=1}", 0.1]]
    assert read_xlsx(path, "about") == [["Title", "Trial"], ["Licence", "CC BY 4.0"]]
    assert openpyxl.load_workbook(path)["observations"]["A2"].hyperlink is None


def test_xlsx_refuses_more_rows_than_a_sheet_holds(tmp_path, monkeypatch):
    path = tmp_path / "t.xlsx"
    with pytest.raises(InvalidValueError, match=r"1048575 rows.*Take CSV or Parquet, or narrow the filter"):
        write_xlsx([], path, about={}, rows=1_048_576)
    monkeypatch.setattr(tabular, "XLSX_ROWS", 4)
    assert write_xlsx([observations(2), observations(2)], path, about={}) == 4
    path.unlink()
    with pytest.raises(InvalidValueError, match="got 6"):
        write_xlsx([observations(2)] * 3, path, about={})
    assert not list(tmp_path.iterdir())


def test_xlsx_refuses_a_text_that_a_cell_would_cut(tmp_path):
    assert write_xlsx([frame(("x" * 32_767, 1.0))], tmp_path / "t.xlsx", about={}, columns=COLUMNS) == 1
    with pytest.raises(InvalidValueError, match=r"row 3.*32767 characters, got 32768"):
        write_xlsx([frame(("", 1.0), ("x" * 32_768, 1.0))], tmp_path / "t.xlsx", about={}, columns=COLUMNS)


def test_parquet_has_a_row_group_a_batch_and_exact_values(tmp_path):
    path = tmp_path / "t.parquet"
    assert write_parquet_batches([frame(("=1", 0.1), ("", np.nan)), frame(("b", -5.0))], path, columns=COLUMNS) == 3
    with pq.ParquetFile(path) as file:
        assert file.num_row_groups == 2
        assert file.read().to_pydict() == {"base": ["=1", "", "b"], "obs_value": [0.1, None, -5.0]}


def test_memory_does_not_grow_with_the_rows():
    batch = observations(2_000, obs_value=1.25)

    def peak(batches: int) -> int:
        tracemalloc.start()
        for _piece in csv_stream(batch for _ in range(batches)):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(12) < 1.5 * peak(3)
