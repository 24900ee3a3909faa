"""The dry run of an upload: from a raw table to observations, or to every problem by row and column.

Rules of observations are those of the profile package; here they are given their place in the file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.codelists import is_dimension_code
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.core.place import Place
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.jobs.people_records import guarded_codes
from ekistics.jobs.upload_hints import Hints
from ekistics.jobs.upload_ledger import Ledger
from ekistics.jobs.upload_numbers import decimal_mark, read_numbers
from ekistics.jobs.upload_problems import RowProblem, UploadProblem
from ekistics.package.rules import KEY_COLUMNS, Breach, observation_breaches
from ekistics.package.table import NUMBER_COLUMNS, canonical_observations, columns_of
from ekistics.publish.tabular import harmless
from ekistics.readers.uploads import CellKind, RawTable, UploadLimits, read_upload

__all__ = ["NEEDED_COLUMNS", "RULE_PROBLEMS", "UploadCheck", "check_file", "check_upload"]

NEEDED_COLUMNS = tuple(column.name for column in UPLOAD_COLUMNS.values() if column.needed)
_MAY_BE_EMPTY = ("time_period", "obs_value")  # where the value is missing, which the rules look at
_DEFAULTS = {column.name: column.empty for column in UPLOAD_COLUMNS.values() if column.empty}
# What SDMX writes where we leave a cell empty: a dimension that does not apply, and a measure without a value.
_SDMX_EMPTY = {"variant": "_Z", **dict.fromkeys(NUMBER_COLUMNS, "NaN")}
RULE_PROBLEMS = {
    "text-long": UploadProblem.TOO_LONG,
    "place-unknown": UploadProblem.PLACE_UNKNOWN, "unit-unknown": UploadProblem.UNIT_UNKNOWN,
    "unit-other": UploadProblem.UNIT_OTHER, "period-unreadable": UploadProblem.PERIOD_UNREADABLE,
    "status-unknown": UploadProblem.STATUS_UNKNOWN, "status-unfit": UploadProblem.STATUS_UNFIT,
    "confidentiality-unknown": UploadProblem.CONFIDENTIALITY_UNKNOWN, "reason-absent": UploadProblem.REASON_ABSENT,
    "reason-needless": UploadProblem.REASON_NEEDLESS, "infinite": UploadProblem.INFINITE,
    "interval-half": UploadProblem.INTERVAL_HALF, "interval-turned": UploadProblem.INTERVAL_TURNED,
    "interval-around-missing": UploadProblem.INTERVAL_AROUND_MISSING, "se-negative": UploadProblem.SE_NEGATIVE,
    "base-absent": UploadProblem.BASE_ABSENT, "base-other": UploadProblem.BASE_OTHER,
    "percent-without-parts": UploadProblem.PERCENT_WITHOUT_PARTS, "percent-unequal": UploadProblem.PERCENT_UNEQUAL,
    "indicator-unknown": UploadProblem.INDICATOR_UNKNOWN, "series-unknown": UploadProblem.SERIES_UNKNOWN,
    "variant-unknown": UploadProblem.VARIANT_UNKNOWN, "below-bound": UploadProblem.BELOW_BOUND,
    "above-bound": UploadProblem.ABOVE_BOUND, "duplicate": UploadProblem.DUPLICATE,
}
_CELL_PROBLEMS = {CellKind.FORMULA: UploadProblem.FORMULA, CellKind.DATE: UploadProblem.DATE_CELL,
                  CellKind.ERROR: UploadProblem.ERROR_CELL, CellKind.MERGED: UploadProblem.MERGED_CELLS,
                  CellKind.TOO_FEW: UploadProblem.TOO_FEW_CELLS, CellKind.TOO_MANY: UploadProblem.TOO_MANY_CELLS,
                  CellKind.DELETION: UploadProblem.DELETION}
# Rules whose column to mend is the one of two that is empty, or the first that is filled in.
_BLAME_EMPTY = {"percent-without-parts": ("numerator", "denominator"), "interval-half": ("lci", "uci")}
_BLAME_FILLED = {"interval-around-missing": ("lci", "uci", "se")}


@dataclass(frozen=True, slots=True, eq=False)
class UploadCheck:
    """The outcome of a dry run.

    Parameters
    ----------
    observations : pandas.DataFrame, optional
        Canonical observations; None where there is any problem, so that nothing partial can be saved.
    row_numbers : tuple of int
        The row of the file that each observation comes from.
    problems : tuple of RowProblem
        The first problems, by row and column.
    count : int
        Number of all problems.
    by_code : dict of str to int
        Number of problems of each code.
    rows : int
        Rows looked at.
    found : dict of str to str
        What was found out about the file and is to be stated: format, encoding, delimiter, decimal, sheet,
        structure, empty_rows, ignored (columns).
    """

    observations: pd.DataFrame | None
    row_numbers: tuple[int, ...]
    problems: tuple[RowProblem, ...]
    count: int
    by_code: dict[str, int]
    rows: int
    found: dict[str, str]

    @property
    def ok(self) -> bool:
        """Tell whether the file may be saved."""
        return self.count == 0


def check_file(path: Path, *, indicators: Iterable[IndicatorSpec], places: Iterable[Place], run: str,
               limits: UploadLimits | None = None, shown: int = 1000, decimal: str = "") -> UploadCheck:
    """Read an uploaded file and check it.

    Parameters
    ----------
    path : pathlib.Path
        The file: CSV, SDMX-CSV or XLSX, told by its content.
    indicators : iterable of IndicatorSpec
        The indicators that may be reported on; with none, indicators and series are not checked.
    places : iterable of Place
        The places that may be reported on.
    run : str
        Id that the observations get as their run.
    limits : UploadLimits, optional
        How much is read before the file is refused.
    shown : int
        How many problems are put into words.
    decimal : str
        The decimal mark, where the uploader states it: ``.``, ``,`` or nothing.

    Returns
    -------
    UploadCheck
        The outcome.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is of a kind that is not a table, cannot be read, or passes a limit.
    """
    return check_upload(read_upload(path, limits), indicators=indicators, places=places, run=run, shown=shown,
                        decimal=decimal)


def check_upload(table: RawTable, *, indicators: Iterable[IndicatorSpec], places: Iterable[Place], run: str,
                 shown: int = 1000, decimal: str = "") -> UploadCheck:
    """Check an uploaded table.

    Parameters
    ----------
    table : RawTable
        The table.
    indicators : iterable of IndicatorSpec
        The indicators that may be reported on; with none, indicators and series are not checked.
    places : iterable of Place
        The places that may be reported on.
    run : str
        Id that the observations get as their run.
    shown : int
        How many problems are put into words.
    decimal : str
        The decimal mark, where the uploader states it: ``.``, ``,`` or nothing.

    Returns
    -------
    UploadCheck
        The outcome.
    """
    indicators, places = tuple(indicators), tuple(places)
    ledger = Ledger(table)
    ignored = _check_columns(table, ledger)
    _take_faults(table, ledger)
    texts = _texts(table, ledger)
    mark = decimal_mark([texts[name] for name in NUMBER_COLUMNS], delimiter=table.delimiter, stated=decimal)
    frame = _frame(table, texts, mark, ledger, run)
    _check_people_records(texts, ledger, indicators)
    if set(NEEDED_COLUMNS) <= set(table.fields):
        _check_rules(frame, ledger, observation_breaches(
            columns_of(frame), places=places, run=run, indicators=indicators))
    _check_duplicates(frame, table, ledger)
    hints = Hints(frame, indicators, places)
    found = {"format": table.format, "encoding": table.encoding, "delimiter": table.delimiter, "decimal": mark,
             "sheet": table.sheet, "structure": table.structure, "ignored": ", ".join(ignored),
             "empty_rows": str(table.empty_rows) if table.empty_rows else ""}
    return UploadCheck(canonical_observations(frame) if not ledger.count else None, tuple(table.numbers),
                       ledger.first(shown, hints), ledger.count, ledger.by_code(), len(table.rows),
                       {name: text for name, text in found.items() if text})


def _check_columns(table: RawTable, ledger: Ledger) -> list[str]:
    """Hold the header against the columns there are; give those that are taken no notice of."""
    ignored = ["run"] if "run" in table.fields else []
    for i, (column, name) in enumerate(zip(table.columns, table.fields, strict=True)):
        if not name:
            if column.strip():
                ignored.append(column)
            elif any(row[i].strip() for row in table.rows):
                ledger.add_cell(UploadProblem.UNKNOWN_COLUMN, -1, column=column)
        elif name not in OBSERVATION_COLUMNS:
            _unknown_column(table, ledger, i)
        elif table.fields.index(name) != i:
            ledger.add_cell(UploadProblem.DUPLICATE_COLUMN, -1, column=column, got=column)
    for name in NEEDED_COLUMNS:
        if name not in table.fields:
            ledger.add_cell(UploadProblem.MISSING_COLUMN, -1, column=name)
    if not table.rows:
        ledger.add_cell(UploadProblem.NO_ROWS, -1, column="")
    return ignored


def _unknown_column(table: RawTable, ledger: Ledger, i: int) -> None:
    """Tell of a column that there is not; in SDMX, where it says something about a row."""
    if table.format != "sdmx-csv":
        ledger.add_cell(UploadProblem.UNKNOWN_COLUMN, -1, column=table.columns[i], got=table.columns[i])
        return
    says = np.array([row[i].strip() not in ("", "_T", "_Z", "0") for row in table.rows], dtype=bool)
    ledger.add(UploadProblem.CONCEPT_NOT_KEPT, table.fields[i], says)


def _take_faults(table: RawTable, ledger: Ledger) -> None:
    """Take over what the reader could not accept; the cells are then not held against any rule."""
    at = {number: i for i, number in enumerate(table.numbers)}
    for fault in table.faults:
        row = at.get(fault.row, -1)
        column = table.columns[fault.column] if fault.column >= 0 else ""
        ledger.add_cell(_CELL_PROBLEMS[fault.kind], row, column=column, got=fault.got)
        field = table.fields[fault.column] if fault.column >= 0 else ""
        if row >= 0 and (field or fault.column < 0):
            mask = np.zeros(len(table.rows), dtype=bool)
            mask[row] = True
            ledger.mark(field, mask)


def _texts(table: RawTable, ledger: Ledger) -> dict[str, list[str]]:
    """Give the cells of each field, without blanks around; empty cells as what they stand for."""
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
    texts = {}
    for name in OBSERVATION_COLUMNS:
        default = _DEFAULTS.get(name, "")
        if name not in ledger.places:
            texts[name] = [default] * ledger.size
            continue
        cells = [_unguarded(cell.strip()) for cell in columns[ledger.places[name]]]
        if table.format == "sdmx-csv" and name in _SDMX_EMPTY:
            cells = ["" if cell == _SDMX_EMPTY[name] else cell for cell in cells]
        if name in NEEDED_COLUMNS and name not in _MAY_BE_EMPTY:
            ledger.add(UploadProblem.EMPTY_CELL, name, _where(cells, {""}))
        texts[name] = [cell or default for cell in cells] if default else cells
    return texts


def _unguarded(cell: str) -> str:
    """Take off the apostrophe by which exports keep a text from being read as a formula."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell


def _where(cells: Sequence[str], wrong: set[str]) -> npt.NDArray[np.bool_]:
    return np.fromiter((cell in wrong for cell in cells), dtype=bool, count=len(cells))


def _frame(table: RawTable, texts: dict[str, list[str]], mark: str, ledger: Ledger, run: str) -> pd.DataFrame:
    """Make the frame of observations; a number that cannot be read is a problem, and missing in the frame."""
    for name in DIMENSIONS:
        wrong = {code for code in set(texts[name]) if not is_dimension_code(name, code)}
        if wrong:
            ledger.add(UploadProblem.CODE_NOT_IN_LIST, name, _where(texts[name], wrong))
    columns: dict[str, object] = {**texts, "run": [run] * len(table.rows)}
    for name in NUMBER_COLUMNS:
        numbers = read_numbers(texts[name], mark)
        for problem, mask in numbers.problems.items():
            ledger.add(problem, name, mask)
        columns[name] = numbers.values
    return pd.DataFrame({name: pd.Series(columns[name], dtype=float if name in NUMBER_COLUMNS else object)
                         for name in OBSERVATION_COLUMNS})


def _check_people_records(texts: dict[str, list[str]], ledger: Ledger, indicators: Iterable[IndicatorSpec]) -> None:
    """Refuse values of people's records: only disclosure control lets them out, and only into a package."""
    guarded = guarded_codes(indicators) & set(texts["indicator"])
    if guarded:
        ledger.add(UploadProblem.PEOPLE_RECORDS, "indicator", _where(texts["indicator"], set(guarded)))


def _check_rules(frame: pd.DataFrame, ledger: Ledger, breaches: Iterable[Breach]) -> None:
    """Give each broken rule its column; a rule is not held against a row in which it looks at a wrong cell.

    Rules of one column come first: a unit that does not exist is not also reported as another than the series'.
    """
    for breach in sorted(breaches, key=lambda each: len(each.columns) > 1):
        if breach.rule == "duplicate":
            continue
        mask = np.zeros(ledger.size, dtype=bool)
        mask[np.array(breach.rows) - 1] = True
        mask &= ~ledger.bad("", *breach.columns)
        for field, rows in _blamed(breach, frame, mask):
            ledger.add(RULE_PROBLEMS[breach.rule], field, rows, mark=field not in NUMBER_COLUMNS)


def _blamed(breach: Breach, frame: pd.DataFrame, mask: npt.NDArray[np.bool_]
            ) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Part the rows of a breach by the column to mend."""
    empty, filled = _BLAME_EMPTY.get(breach.rule, ()), _BLAME_FILLED.get(breach.rule, ())
    if not empty and not filled:
        return [(breach.columns[0], mask)]
    parts, left = [], mask
    for field in empty or filled:
        here = left & (frame[field].isna() if empty else frame[field].notna()).to_numpy()
        parts.append((field, here))
        left = left & ~here
    return parts


def _check_duplicates(frame: pd.DataFrame, table: RawTable, ledger: Ledger) -> None:
    """Find rows of one key; each names the other."""
    mask = frame.duplicated(list(KEY_COLUMNS), keep=False).to_numpy(dtype=bool) & ~ledger.bad("", *KEY_COLUMNS)
    groups: dict[tuple[str, ...], list[int]] = {}
    rows = np.flatnonzero(mask)
    for row, key in zip(rows, frame.loc[mask, list(KEY_COLUMNS)].itertuples(index=False, name=None), strict=True):
        groups.setdefault(key, []).append(int(row))
    others = np.zeros(ledger.size, dtype=np.intp)
    for members in groups.values():
        for i, row in enumerate(members):
            others[row] = table.numbers[members[0] if i else members[-1 if len(members) == 1 else 1]]
    ledger.add(UploadProblem.DUPLICATE, "ref_area", mask, mark=False, others=others)
