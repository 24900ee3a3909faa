"""Numbers of an uploaded table: read as they are written, never guessed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.jobs.upload_problems import UploadProblem

__all__ = ["Numbers", "decimal_mark", "read_numbers"]

_POINT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]+)?")
_INFINITE = re.compile(r"[+-]?(inf|infinity|∞)", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")  # may mean a thousand as well as one and a bit


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers read from a column.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_rows,)
        The numbers; NaN where the cell is empty or wrong.
    problems : dict of UploadProblem to numpy.ndarray, shape (n_rows,)
        Where the cell is wrong, and how.
    """

    values: npt.NDArray[np.float64]
    problems: dict[UploadProblem, npt.NDArray[np.bool_]]


def decimal_mark(columns: Iterable[Sequence[str]], *, delimiter: str, stated: str = "") -> str:
    """Find the decimal mark of a table.

    Parameters
    ----------
    columns : iterable of sequence of str
        The cells of the number columns.
    delimiter : str
        What separates the columns; only beside a semicolon can a comma be a decimal mark.
    stated : str
        The mark that the uploader states, or nothing.

    Returns
    -------
    str
        ``,`` beside semicolons where it is stated, or where no number has a point and at least one comma cannot part
        thousands; else ``.``.

    Examples
    --------
    >>> decimal_mark([["1,5", "12"]], delimiter=";"), decimal_mark([["1,500", "12"]], delimiter=";")
    (',', '.')
    """
    if delimiter != ";" or stated == ".":
        return "."
    if stated == ",":
        return ","
    cells = {cell for column in columns for cell in column if "," in cell or "." in cell}
    commas = {cell for cell in cells if _COMMA.fullmatch(cell)}
    pointed = any("." in cell and _POINT.fullmatch(cell) for cell in cells)
    return "," if not pointed and any(not _THOUSANDS.fullmatch(cell) for cell in commas) else "."


def read_numbers(cells: Sequence[str], mark: str) -> Numbers:
    """Read the numbers of a column.

    Parameters
    ----------
    cells : sequence of str
        The cells, without blanks around.
    mark : str
        The decimal mark.

    Returns
    -------
    Numbers
        Values and problems.

    Examples
    --------
    >>> numbers = read_numbers(["1.5", "", "1,5", "many", "1e999"], ".")
    >>> numbers.values.tolist()
    [1.5, nan, nan, nan, nan]
    >>> [(problem.code, mask.tolist().index(True)) for problem, mask in numbers.problems.items()]
    [('UPLOAD_021', 2), ('UPLOAD_020', 3), ('UPLOAD_022', 4)]
    """
    form = (_COMMA if mark == "," else _POINT).fullmatch
    values = np.full(len(cells), np.nan)
    problems: dict[UploadProblem, npt.NDArray[np.bool_]] = {}
    for i, cell in enumerate(cells):
        if not cell:
            continue
        if form(cell):
            value = float(cell.replace(",", ".") if mark == "," else cell)
            if abs(value) != np.inf:
                values[i] = value
                continue
            problem = UploadProblem.INFINITE
        else:
            problem = _problem(cell)
        problems.setdefault(problem, np.zeros(len(cells), dtype=bool))[i] = True
    return Numbers(values, problems)


def _problem(cell: str) -> UploadProblem:
    if _INFINITE.fullmatch(cell):
        return UploadProblem.INFINITE
    return UploadProblem.DECIMAL_COMMA if _COMMA.fullmatch(cell) else UploadProblem.NOT_A_NUMBER
