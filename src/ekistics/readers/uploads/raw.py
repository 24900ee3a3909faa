"""The raw table that every format gives: text cells, the row numbers people see, and the column names as given."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.core.i18n import _

__all__ = ["Budget", "CellFault", "CellKind", "RawTable", "RowTaker", "UploadLimits", "field_name", "require_size"]


class CellKind(StrEnum):
    """What is wrong with a cell before anybody asks what it means."""

    FORMULA = "formula"
    DATE = "date"
    ERROR = "error"
    MERGED = "merged"
    TOO_FEW = "too-few-cells"
    TOO_MANY = "too-many-cells"
    DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be taken as it stands.

    Parameters
    ----------
    row : int
        Row number as a spreadsheet shows it.
    column : int
        Place of the column in the table, from 0; -1 for the whole row.
    kind : CellKind
        What is wrong.
    got : str
        What stands there.
    """

    row: int
    column: int
    kind: CellKind
    got: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much of an upload is read before it is refused.

    Parameters
    ----------
    bytes : int
        Size of the file.
    rows, columns, cells : int
        Rows below the header, columns, and cells with content.
    cell_characters : int
        Length of one text.
    seconds : float
        Time for reading.
    members, unpacked_mb, ratio : int
        For a workbook: files in it, their declared size together in megabytes, and how many times its size a file of
        over 1 MB may unpack to.
    memory_mb : int
        For a workbook: memory of the process that reads it; 0 reads it in this process.
    """

    bytes: int = 50_000_000
    rows: int = 200_000
    columns: int = 200
    cells: int = 6_000_000
    cell_characters: int = 10_000
    seconds: float = 300.0
    members: int = 500
    unpacked_mb: int = 600
    ratio: int = 100
    memory_mb: int = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """An uploaded table before anything in it is understood.

    Parameters
    ----------
    columns : tuple of str
        Column names as given.
    fields : tuple of str
        What each column is for: its name in lower case with ``_`` for spaces, or the field that an SDMX concept
        stands for; empty for a column that says nothing about the observation.
    rows : list of list of str
        Text cells, as long as ``columns``; rows without any content are left out.
    numbers : list of int
        Row number of each row, as a spreadsheet shows it.
    header_row : int
        Row number of the header.
    format : str
        ``csv``, ``xlsx`` or ``sdmx-csv``.
    faults : tuple of CellFault
        Cells that cannot be taken as they stand.
    empty_rows : int
        Rows without content between header and last row.
    encoding, delimiter, sheet, structure : str
        What was found: encoding and delimiter of a text, sheet of a workbook, id of an SDMX structure.
    """

    columns: tuple[str, ...]
    fields: tuple[str, ...]
    rows: list[list[str]]
    numbers: list[int]
    header_row: int
    format: str
    faults: tuple[CellFault, ...] = ()
    empty_rows: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    structure: str = ""


def field_name(column: str) -> str:
    """Give the field that a column name stands for.

    Parameters
    ----------
    column : str
        The name as given.

    Returns
    -------
    str
        Lower case, without blanks around, ``_`` for blanks and hyphens inside.

    Examples
    --------
    >>> field_name(" Obs Value ")
    'obs_value'
    """
    return "_".join(column.strip().lower().replace("-", " ").split())


def require_size(path: Path, limits: UploadLimits) -> None:
    """Refuse a file that is absent or too large to be looked at.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    limits : UploadLimits
        The limits.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is larger than it may be.
    """
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path.name)
    size = path.stat().st_size
    if size > limits.bytes:
        raise InputFormatError(_("The file is too large."), where=path.name, expected=f"<= {limits.bytes / 1e6:g} MB",
                               got=f"{size / 1e6:.1f} MB", hint=_("Split it into several uploads."))


@dataclass(slots=True)
class Budget:
    """Time left for reading one file.

    Parameters
    ----------
    limits : UploadLimits
        The limits.
    where : str
        Name of the file, for error texts.
    clock : callable
        Gives seconds.
    """

    limits: UploadLimits
    where: str
    clock: Callable[[], float] = time.monotonic
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock() + self.limits.seconds

    def check_time(self) -> None:
        """Stop when the time is over.

        Raises
        ------
        InputFormatError
            Reading took too long.
        """
        if self.clock() > self._end:
            raise InputFormatError(_("Reading the file takes too long."), where=self.where,
                                   expected=_("at most {seconds} seconds").format(seconds=self.limits.seconds),
                                   hint=_("Split it into several uploads."))


class RowTaker:
    """Takes rows one by one within a budget; the first with content is the header.

    Parameters
    ----------
    budget : Budget
        The limits and the time left.
    """

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.columns: tuple[str, ...] = ()
        self.header_row = 0
        self.rows: list[list[str]] = []
        self.numbers: list[int] = []
        self.faults: list[CellFault] = []
        self._cells = 0

    def take(self, number: int, cells: Sequence[str]) -> None:
        """Take one row.

        Parameters
        ----------
        number : int
            Its row number.
        cells : sequence of str
            Its cells.

        Raises
        ------
        InputFormatError
            A limit is passed.
        """
        if not number % 512:
            self.budget.check_time()
        if not any(map(str.strip, cells)):
            return
        if self.header_row:
            self._take_row(number, list(cells))
        else:
            self._take_header(number, cells)

    def _take_header(self, number: int, cells: Sequence[str]) -> None:
        last = max(i for i, cell in enumerate(cells) if cell.strip())
        self._limit("columns", last + 1, number)
        self._limit_texts(cells, number)
        self.columns, self.header_row = tuple(cells[:last + 1]), number

    def _take_row(self, number: int, cells: list[str]) -> None:
        width = len(self.columns)
        if len(cells) > width:
            if extra := [cell for cell in cells[width:] if cell.strip()]:
                self.faults.append(CellFault(number, -1, CellKind.TOO_MANY, extra[0][:80]))
            del cells[width:]
        elif len(cells) < width:
            cells += [""] * (width - len(cells))
        self._cells += width - cells.count("")
        self._limit("rows", len(self.rows) + 1, number)
        self._limit("cells", self._cells, number)
        self._limit_texts(cells, number)
        self.rows.append(cells)
        self.numbers.append(number)

    def _limit_texts(self, cells: Iterable[str], number: int) -> None:
        self._limit("cell_characters", max(map(len, cells)), number)

    def _limit(self, name: str, count: int, number: int) -> None:
        most = getattr(self.budget.limits, name)
        if count > most:
            words = {"columns": _("columns"), "rows": _("rows"), "cells": _("cells with content"),
                     "cell_characters": _("characters in a cell")}[name]
            raise InputFormatError(_("The table is larger than it may be."),
                                   where=_("{file}, row {row}").format(file=self.budget.where, row=number),
                                   expected=_("at most {count} {things}").format(count=most, things=words),
                                   hint=_("Split it into several uploads."))

    def finish(self, **found: str) -> RawTable:
        """Give the table.

        Parameters
        ----------
        **found : str
            Other fields of :class:`RawTable`: format, encoding, delimiter, sheet.

        Returns
        -------
        RawTable
            The table.

        Raises
        ------
        InputFormatError
            There was no row with content.
        """
        if not self.header_row:
            raise InputFormatError(_("The file holds no table."), where=self.budget.where,
                                   expected=_("a first row with column names"),
                                   hint=_("Start from the template."))
        covered = self.numbers[-1] - self.header_row if self.numbers else 0
        return RawTable(columns=self.columns, fields=tuple(map(field_name, self.columns)), rows=self.rows,
                        numbers=self.numbers, header_row=self.header_row, faults=tuple(self.faults),
                        empty_rows=covered - len(self.rows), **found)  # type: ignore[arg-type]
