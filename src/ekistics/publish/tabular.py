"""Observation rows as CSV, XLSX and Parquet, batch by batch, so that a million rows need no more memory than one batch.

No text is ever read as a formula: :func:`harmless` is the one place that says which text a spreadsheet would compute.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ekistics.core.errors import InputFormatError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.observation import OBSERVATION_COLUMNS
from ekistics.package.table import NUMBER_COLUMNS

__all__ = ["XLSX_ROWS", "XLSX_TEXT", "csv_stream", "harmless", "write_parquet_batches", "write_xlsx"]

XLSX_ROWS = 1_048_575  # a sheet has 1,048,576 rows, and the first is the header
XLSX_TEXT = 32_767  # characters in a cell
XLSX_NUMBER = 9.99999999999999e307  # and, below zero, as far from it
_STARTERS = "=+-@＝＋－＠"
_BLANKS = ("".join(map(chr, [*range(0x21), *range(0x2000, 0x2010)]))
           + "\x7f\x85\xa0\u1680\u180e\u2028\u2029\u202f\u205f\u2060\u3000\ufeff")
# Where the reader's language makes ; or a tab the separator, or a line break is not honoured, a new cell begins here.
_CELL_ENDS = re.compile(r"([;\t\r\n])")


def harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would compute; other text is unchanged.

    Text is computed where it begins with ``=``, ``+``, ``-``, ``@`` (or their full-width forms), also after blanks, or
    with a tab or carriage return. The same holds behind ``;``, tabs and line breaks inside the text, because some
    spreadsheets begin a new cell there.

    Parameters
    ----------
    text : str
        A cell or header.

    Returns
    -------
    str
        Text that stays text.

    Examples
    --------
    >>> print(harmless('=HYPERLINK("x")'), harmless(" @SUM(A1)"), harmless("5 - 3"), harmless("a;=1"), sep=" | ")
    '=HYPERLINK("x") | ' @SUM(A1) | 5 - 3 | a;'=1
    """
    whole = "".join(f"'{part}" if _computed(part) else part for part in _CELL_ENDS.split(text))
    return f"'{whole}" if text[:1] in ("\t", "\r") else whole


def _computed(part: str) -> bool:
    stripped = part.lstrip(_BLANKS)
    return bool(stripped) and stripped[0] in _STARTERS


def csv_stream(batches: Iterable[pd.DataFrame], *, columns: Sequence[str] = OBSERVATION_COLUMNS,
               numbers: Collection[str] = NUMBER_COLUMNS,
               missing: Mapping[str, str] = MappingProxyType({})) -> Iterator[bytes]:
    r"""Write rows as CSV (RFC 4180, UTF-8), one piece for the header and one for each batch.

    Parameters
    ----------
    batches : iterable of pandas.DataFrame
        Rows with at least ``columns``.
    columns : sequence of str
        Columns to write, in order.
    numbers : collection of str
        Those of them that are numbers, written in the shortest text that gives the same float again.
    missing : mapping of str to str
        What stands for a missing number, by column; an empty cell where nothing is named.

    Yields
    ------
    bytes
        Pieces of the file.

    Raises
    ------
    InputFormatError
        A batch lacks a column.
    InvalidValueError
        A number is infinite or not a number at all.

    Examples
    --------
    >>> frame = pd.DataFrame({"base": ["=1+1", "people"], "obs_value": [-5.0, float("nan")]})
    >>> print(b"".join(csv_stream([frame], columns=["base", "obs_value"])).decode().replace("\r", ""))
    base,obs_value
    '=1+1,-5.0
    people,
    <BLANKLINE>
    """
    yield _csv_bytes([[harmless(str(name)) for name in columns]])
    for batch in batches:
        yield _csv_bytes(zip(*_csv_columns(batch, columns, numbers, missing), strict=True))


def _csv_bytes(rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue().encode()


def _csv_columns(batch: pd.DataFrame, columns: Sequence[str], numbers: Collection[str],
                 missing: Mapping[str, str]) -> Iterator[list[str]]:
    for name in columns:
        if name in numbers:
            none = missing.get(name, "")
            yield [repr(value) if value == value else none for value in _floats(batch, name)]
        else:
            yield _harmless_all(_texts(batch, name))


def _harmless_all(texts: list[str]) -> list[str]:
    changed = _changed(texts)
    return [changed.get(text, text) for text in texts] if changed else texts


def _changed(texts: list[str]) -> dict[str, str]:
    # Codes repeat, so few different texts are looked at, and mostly none has to change.
    return {text: safe for text in set(texts) if (safe := harmless(text)) != text}


def _column(batch: pd.DataFrame, name: str) -> pd.Series:
    if name not in batch.columns:
        raise InputFormatError(_("The rows lack a column."), expected=name, got=", ".join(map(str, batch.columns)))
    return batch[name]


def _floats(batch: pd.DataFrame, name: str) -> list[float]:
    try:
        values = _column(batch, name).to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InvalidValueError(_("A number cannot be read."), param=name, got=str(error)) from error
    if np.isinf(values).any():
        raise InvalidValueError(_("A number is infinite."), param=name, expected=_("a finite number, or none"))
    return values.tolist()


def _texts(batch: pd.DataFrame, name: str) -> list[str]:
    column = _column(batch, name)
    values: list[Any] = column.astype(object).where(column.notna(), "").tolist() if column.hasnans else column.tolist()
    return values if set(map(type, values)) <= {str} else [str(value) for value in values]


def write_xlsx(batches: Iterable[pd.DataFrame], path: Path, *, about: Mapping[str, str],
               columns: Sequence[str] = OBSERVATION_COLUMNS, numbers: Collection[str] = NUMBER_COLUMNS,
               rows: int | None = None) -> int:
    """Write rows as a workbook with the sheets ``observations`` and ``about``; nothing is left behind when it fails.

    Every text is a text cell, and what looks like a formula also bears the mark that keeps it text when it is edited.

    Parameters
    ----------
    batches : iterable of pandas.DataFrame
        Rows with at least ``columns``.
    path : pathlib.Path
        The file to be made or replaced.
    about : mapping of str to str
        What the second sheet says: title, licence, edition, source …
    columns : sequence of str
        Columns to write, in order.
    numbers : collection of str
        Those of them that are numbers, kept to 16 significant digits; a missing one is an empty cell.
    rows : int, optional
        How many rows will come, where known: too many are then refused at once.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InvalidValueError
        There are more rows than a sheet holds, or a text is longer, or a number larger, than a cell holds.
    """
    _refuse_over(rows or 0, path)
    with _replacing(path) as (temporary, folder):
        book = Workbook(temporary, {"constant_memory": True, "tmpdir": str(folder)})
        try:
            written = _fill(book, batches, path, columns, numbers)
            _write_about(book, about, path)
        finally:
            book.close()
    return written


def _refuse_over(rows: int, path: Path) -> None:
    if rows > XLSX_ROWS:
        raise InvalidValueError(_("A sheet cannot hold that many rows."), where=path.name,
                                expected=_("at most {rows} rows").format(rows=XLSX_ROWS), got=rows,
                                hint=_("Take CSV or Parquet, or narrow the filter."))


def _fill(book: Workbook, batches: Iterable[pd.DataFrame], path: Path, columns: Sequence[str],
          numbers: Collection[str]) -> int:
    sheet, quoted = book.add_worksheet("observations"), book.add_format({"quote_prefix": True})
    sheet.freeze_panes(1, 0)
    _write_cells(sheet, [[str(name)] for name in columns], quoted, path, first=0)
    row = 1
    for batch in batches:
        _refuse_over(row - 1 + len(batch), path)
        cells = [_floats(batch, name) if name in numbers else _texts(batch, name) for name in columns]
        _refuse_large([cell for name, cell in zip(columns, cells, strict=True) if name in numbers], path, row)
        _write_cells(sheet, cells, quoted, path, first=row)
        row += len(batch)
    return row - 1


def _write_cells(sheet: Worksheet, columns: list[list[Any]], quoted: Format, path: Path, *, first: int) -> None:
    """Write columns of texts and floats row by row, which is how the sheet is kept out of memory."""
    texts = [column for column in columns if column and isinstance(column[0], str)]
    marked = {text: quoted for column in texts for text in _changed(column)}
    _refuse_long(texts, path, first)
    for row, values in enumerate(zip(*columns, strict=True), start=first):
        for at, value in enumerate(values):
            if isinstance(value, str):
                if value:
                    sheet.write_string(row, at, value, marked.get(value))
            elif value == value:
                sheet.write_number(row, at, value)


def _refuse_large(columns: list[list[float]], path: Path, first: int) -> None:
    for column in columns:
        for at in np.flatnonzero(np.abs(column) > XLSX_NUMBER)[:1]:
            raise InvalidValueError(_("A number is larger than a cell can hold."),
                                    where=_("{file}, row {row}").format(file=path.name, row=first + int(at) + 1),
                                    got=column[at], hint=_("Take CSV or Parquet."))


def _refuse_long(columns: list[list[str]], path: Path, first: int) -> None:
    for column in columns:
        for row, text in enumerate(column, start=first + 1):
            if len(text) > XLSX_TEXT:
                raise InvalidValueError(_("A text is longer than a cell can hold."),
                                        where=_("{file}, row {row}").format(file=path.name, row=row),
                                        expected=_("at most {count} characters").format(count=XLSX_TEXT),
                                        got=len(text), hint=_("Take CSV or Parquet."))


def _write_about(book: Workbook, about: Mapping[str, str], path: Path) -> None:
    sheet, quoted = book.add_worksheet("about"), book.add_format({"quote_prefix": True})
    columns = [list(map(str, about)), list(map(str, about.values()))]
    _write_cells(sheet, columns, quoted, path, first=0)


def write_parquet_batches(batches: Iterable[pd.DataFrame], path: Path, *,
                          columns: Sequence[str] = OBSERVATION_COLUMNS,
                          numbers: Collection[str] = NUMBER_COLUMNS) -> int:
    """Write rows as Parquet, one row group a batch; texts are kept as they are.

    Parameters
    ----------
    batches : iterable of pandas.DataFrame
        Rows with at least ``columns``.
    path : pathlib.Path
        The file to be made or replaced.
    columns : sequence of str
        Columns to write, in order.
    numbers : collection of str
        Those of them that are numbers (64-bit floats, missing ones null); the others are text.

    Returns
    -------
    int
        Rows written.
    """
    schema = pa.schema([pa.field(name, pa.float64() if name in numbers else pa.string(), nullable=name in numbers)
                        for name in columns])
    written = 0
    with _replacing(path) as (temporary, _folder), pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        for batch in batches:
            arrays = [pa.array(_floats(batch, field.name) if field.name in numbers else _texts(batch, field.name),
                               type=field.type, from_pandas=True) for field in schema]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += len(batch)
    return written


@contextmanager
def _replacing(path: Path) -> Iterator[tuple[Path, Path]]:
    """Give a file beside the path to write into, and move it to the path when all went well."""
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        temporary = Path(folder) / path.name
        yield temporary, Path(folder)
        temporary.replace(path)
