"""XLSX: looked through before it is opened, then read as a stream within a budget of rows, cells and seconds."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from ekistics.core.errors import EkisticsError, InputFormatError, UnsafeArchiveError
from ekistics.core.i18n import _
from ekistics.readers.archives import open_archive
from ekistics.readers.uploads.raw import Budget, CellFault, CellKind, RawTable, RowTaker, UploadLimits, require_size

__all__ = ["SHEET", "look_through", "read_xlsx"]

SHEET = "observations"
# A table of observations needs none of these; each runs something or fetches something.
_FORBIDDEN = ("xl/externallinks/", "xl/vbaproject", "xl/macrosheets/", "xl/activex/", "xl/embeddings/",
              "xl/connections", "xl/querytables/")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):")
_PIECE, _OVERLAP = 1 << 20, 256
_KINDS = {"f": CellKind.FORMULA, "e": CellKind.ERROR, "d": CellKind.DATE}
_EXACT = 2 ** 53
_LAST_ROW = 1_048_576


def read_xlsx(path: Path, limits: UploadLimits | None = None) -> RawTable:
    """Read the sheet of observations of a workbook as a raw table.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    limits : UploadLimits, optional
        How much is read before the file is refused.

    Returns
    -------
    RawTable
        Cells of the sheet ``observations``, or of the first sheet where none has that name. Formulas, dates, errors
        and merged cells are faults: the value that a program once stored beside a formula is not trusted, and a date
        is what a spreadsheet makes of a month or a fraction.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is no workbook, is damaged, or passes a limit.
    UnsafeArchiveError
        It would unpack to more than it may, or holds macros or links to other files.
    """
    limits = limits or UploadLimits()
    path = Path(path)
    require_size(path, limits)
    budget = Budget(limits, path.name)
    look_through(path, limits)
    try:
        with warnings.catch_warnings(), _TimedFile(path, budget) as stream:
            warnings.simplefilter("ignore")  # of styles and validations that only matter when it is written again
            return _read(stream, budget)
    except (EkisticsError, MemoryError):
        raise
    except Exception as error:
        # The library raises whatever a damaged or hostile part makes it run into.
        raise InputFormatError(_("The workbook cannot be read."), where=path.name, got=f"{type(error).__name__}",
                               hint=_("Open it in a spreadsheet and save it again as XLSX.")) from error


class _TimedFile(io.FileIO):
    """A file that stops being read when the time is over; a piece unpacks to little, as ratios are limited."""

    def __init__(self, path: Path, budget: Budget) -> None:
        super().__init__(path)
        self.budget = budget

    def read(self, size: int | None = -1, /) -> bytes:
        self.budget.check_time()
        return super().read(-1 if size is None else size)


def look_through(path: Path, limits: UploadLimits) -> None:
    """Refuse a workbook by what its directory says, before any of it is unpacked.

    Parameters
    ----------
    path : pathlib.Path
        The workbook.
    limits : UploadLimits
        The limits.

    Raises
    ------
    InputFormatError
        It is not a zip archive, or is damaged.
    UnsafeArchiveError
        It would unpack to more than it may, or holds macros or links to other files.
    """
    try:
        with open_archive(path, max_unpacked_mb=limits.unpacked_mb, max_members=limits.members, max_ratio=limits.ratio,
                          hint=_("Copy the rows into the template and upload that.")) as archive:
            names = archive.namelist()
    except InputFormatError as error:
        error.where = str(error.where).replace(str(path), path.name)  # where it was put is nobody's business
        raise
    for name in names:
        if name.lower().startswith(_FORBIDDEN):
            raise UnsafeArchiveError(_("The workbook holds macros or links to other files, and a table needs neither."),
                                     where=path.name, got=name,
                                     hint=_("Copy the values into the template and upload that."))
    if len(set(names)) != len(names):
        raise UnsafeArchiveError(_("The archive holds two files of one name."), where=path.name)


def _read(stream: io.FileIO, budget: Budget) -> RawTable:
    book = load_workbook(stream, read_only=True, data_only=False, keep_links=False)
    try:
        sheet = next((s for s in book.worksheets if s.title.strip().lower() == SHEET), None) or book.worksheets[0]
        sheet.reset_dimensions()  # what the sheet declares about its size is not trusted
        taker = RowTaker(budget)
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if number > _LAST_ROW:
                raise InputFormatError(_("The sheet has a row that no sheet can have."), where=budget.where, got=number)
            _take(taker, number, cells)
        table = taker.finish(format="xlsx", sheet=sheet.title)
        merged = _merged_faults(stream, sheet, table)
    finally:
        book.close()
    return replace(table, faults=(*table.faults, *merged))


def _take(taker: RowTaker, number: int, cells: tuple[Any, ...]) -> None:
    width = len(taker.columns)
    texts = [_text(cell.value) for cell in cells]
    before = len(taker.rows)
    taker.take(number, texts)
    if len(taker.rows) == before and width:
        return
    taker.faults += [CellFault(number, column, _KINDS[cell.data_type], texts[column][:80])
                     for column, cell in enumerate(cells[:width or None])
                     if cell.data_type in _KINDS and cell.value is not None]


def _text(value: Any) -> str:
    """Write a cell's value as text that reads back equal."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(getattr(value, "text", value))


def _merged_faults(stream: io.FileIO, sheet: Any, table: RawTable) -> list[CellFault]:
    """Find merged cells, which the streaming reader does not tell: all but their first cell read as empty."""
    rows = set(table.numbers) | {table.header_row}
    faults = []
    for letters, number in _merges(stream, sheet._worksheet_path):
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - ord("A") + 1
        if number in rows and column <= len(table.columns):
            faults.append(CellFault(number, column - 1, CellKind.MERGED, f"{letters}{number}"))
    return faults


def _merges(stream: io.FileIO, member: str) -> Iterator[tuple[str, int]]:
    """Give the first cell of each merged range of a sheet, looking at its bytes piece by piece."""
    seen, piece = set(), b""
    with zipfile.ZipFile(stream) as archive, archive.open(member) as sheet:
        while more := sheet.read(_PIECE):
            piece = piece[-_OVERLAP:] + more
            for letters, number in _MERGED.findall(piece):
                if (letters, number) not in seen:
                    seen.add((letters, number))
                    yield letters.decode(), int(number)
