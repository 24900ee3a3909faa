"""The ledger of a dry run: every problem is counted, the first ones are put into words."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.jobs.upload_problems import RowProblem, UploadProblem
from ekistics.readers.uploads import RawTable
from ekistics.readers.uploads.raw import field_name

__all__ = ["Hint", "Ledger"]

_LONGEST = 120
Hint = Callable[[UploadProblem, int, str], tuple[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class _Hit:
    problem: UploadProblem
    field: str
    rows: npt.NDArray[np.intp]  # places in the table; -1 is the header
    others: npt.NDArray[np.intp] | None = None
    got: tuple[str, ...] | None = None
    label: str | None = None


class Ledger:
    """Problems found so far, and the cells that have one.

    Parameters
    ----------
    table : RawTable
        The table that is checked.
    """

    def __init__(self, table: RawTable) -> None:
        self.table = table
        self.size = len(table.rows)
        self.places = {name: i for i, name in reversed(list(enumerate(table.fields))) if name}
        self._hits: list[_Hit] = []
        self._bad: dict[str, npt.NDArray[np.bool_]] = {}

    def bad(self, *fields: str) -> npt.NDArray[np.bool_]:
        """Tell in which rows any of some fields has a problem already.

        Parameters
        ----------
        *fields : str
            The fields; ``""`` is the whole row.

        Returns
        -------
        numpy.ndarray, shape (n_rows,)
            True where one has.
        """
        found = np.zeros(self.size, dtype=bool)
        for name in fields:
            if name in self._bad:
                found |= self._bad[name]
        return found

    def mark(self, field: str, mask: npt.NDArray[np.bool_]) -> None:
        """Remember that cells have a problem, so that no rule that looks at them is held against them as well.

        Parameters
        ----------
        field : str
            The field.
        mask : numpy.ndarray, shape (n_rows,)
            True where it has one.
        """
        self._bad[field] = self._bad.get(field, np.zeros(self.size, dtype=bool)) | mask

    def add(self, problem: UploadProblem, field: str, mask: npt.NDArray[np.bool_], *, mark: bool = True,
            others: npt.NDArray[np.intp] | None = None) -> None:
        """Add a problem of the rows of a mask, where their cell has none yet.

        Parameters
        ----------
        problem : UploadProblem
            The problem.
        field : str
            The field to mend.
        mask : numpy.ndarray, shape (n_rows,)
            True where it occurs.
        mark : bool
            Whether no other problem is to be shown for these cells.
        others : numpy.ndarray, shape (n_rows,), optional
            Row number of another row that the text names.
        """
        rows = np.flatnonzero(mask & ~self.bad("", field))
        if rows.size:
            self._hits.append(_Hit(problem, field, rows, None if others is None else others[rows]))
        if mark:
            self.mark(field, mask)

    def add_cell(self, problem: UploadProblem, row: int, *, column: str, got: str = "") -> None:
        """Add a problem of one place, named by its column as the file has it.

        Parameters
        ----------
        problem : UploadProblem
            The problem.
        row : int
            Place of the row in the table; -1 for the header.
        column : str
            The column name to be shown.
        got : str
            What stands there.
        """
        self._hits.append(_Hit(problem, "", np.array([row], dtype=np.intp), got=(got,), label=column))

    @property
    def count(self) -> int:
        """Give the number of problems."""
        return sum(hit.rows.size for hit in self._hits)

    def by_code(self) -> dict[str, int]:
        """Count the problems of each code.

        Returns
        -------
        dict of str to int
            Code to count, by code.
        """
        counts: dict[str, int] = {}
        for hit in self._hits:
            counts[hit.problem.code] = counts.get(hit.problem.code, 0) + hit.rows.size
        return dict(sorted(counts.items()))

    def first(self, shown: int, hint: Hint) -> tuple[RowProblem, ...]:
        """Put the first problems into words, by row and column.

        Parameters
        ----------
        shown : int
            How many.
        hint : callable
            Gives what is expected, and a nearer hint, for a problem in a row of the table and a field.

        Returns
        -------
        tuple of RowProblem
            The problems.
        """
        if not self._hits:
            return ()
        rows = np.concatenate([hit.rows for hit in self._hits])
        which = np.repeat(np.arange(len(self._hits)), [hit.rows.size for hit in self._hits])
        inner = np.concatenate([np.arange(hit.rows.size) for hit in self._hits])
        columns = np.array([self.places.get(hit.field, -1) for hit in self._hits])[which]
        order = np.lexsort((which, columns, rows))[:shown]
        return tuple(self._worded(self._hits[which[i]], int(inner[i]), hint) for i in order)

    def _worded(self, hit: _Hit, i: int, hint: Hint) -> RowProblem:
        row = int(hit.rows[i])
        place = self.places.get(hit.field)
        label = hit.label if hit.label is not None else hit.field if place is None else self.table.columns[place]
        got = hit.got[i] if hit.got else "" if place is None or row < 0 else self.table.rows[row][place]
        expected, nearer = hint(hit.problem, row, hit.field or field_name(label))
        other = "" if hit.others is None else int(hit.others[i])
        return RowProblem(self.table.numbers[row] if row >= 0 else self.table.header_row, label, hit.problem.code,
                          hit.problem.text.format(other=other), got.strip()[:_LONGEST], expected,
                          f"{nearer} {hit.problem.remedy}".strip())
