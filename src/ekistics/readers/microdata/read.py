"""Read a survey file by its kind: Stata, SPSS, CSV, a sheet of a workbook, Parquet."""

import csv
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
from openpyxl import load_workbook

from ekistics.core.errors import EkisticsError, InputFormatError, MissingInputError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.readers.microdata.model import SurveyFile, Variable, code_text
from ekistics.readers.uploads.csv import decode, find_delimiter
from ekistics.readers.uploads.raw import UploadLimits
from ekistics.readers.uploads.xlsx import look_through

__all__ = ["KINDS", "read_microdata"]

CHUNK = 50_000
Read = tuple[pd.DataFrame, dict[str, Variable]]


def read_microdata(path: Path | str, *, sheet: str = "", encoding: str = "", role: str = "survey",
                   stated: Mapping[str, str] | None = None, time_period: str = "") -> SurveyFile:
    """Read a survey file.

    Parameters
    ----------
    path : path-like
        Stata (.dta), SPSS (.sav, .zsav), CSV (.csv, .tsv), a workbook (.xlsx) or Parquet (.parquet).
    sheet : str
        Sheet of a workbook; the first when empty.
    encoding : str
        Encoding of the texts, where the file states a wrong one.
    role : str
        What the file is to the run.
    stated : mapping, optional
        Any of producer, citation, licence and accessed.
    time_period : str
        What time it describes.

    Returns
    -------
    SurveyFile
        Rows and variables. User-missing codes stay; Stata's extended missing values are ``.a`` to ``.z``.

    Raises
    ------
    MissingInputError
        The file is not there.
    InputFormatError
        The file is cut off, of another kind, in another encoding, or names a column twice. The text quotes no answer.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("The survey file is not there."), where=path)
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputFormatError(_("This kind of survey file cannot be read."), where=path.name, got=kind or path.name,
                               expected=", ".join(KINDS))
    frame, variables = KINDS[kind](path, sheet, encoding)
    _require_names(list(frame.columns), path.name)
    provenance = Provenance.of_file(path, role=role, time_period=time_period, stated=stated)
    return SurveyFile(frame, variables, provenance, sheet if kind == ".xlsx" else "")


def _require_names(names: list[Any], where: str) -> None:
    twice = sorted({str(name) for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if twice or not names or any(not str(name).strip() for name in names):
        raise InputFormatError(_("Columns need names, each of its own."), where=where,
                               got=", ".join(twice[:5]) or _("a column without a name"))


def _statistical(path: Path, reader: Callable[..., Any], encoding: str) -> Read:
    """Read a Stata or SPSS file in pieces; the library's own messages name no answer."""
    given: dict[str, Any] = {"dates_as_pandas_datetime": True, **({"encoding": encoding} if encoding else {})}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            expected = reader(str(path), metadataonly=True, **given)[1].number_rows
            pieces = list(_pieces(path, reader, given))
    except pyreadstat.ReadstatError as error:
        raise _unreadable(path, str(error)) from None
    except (ValueError, OverflowError, UnicodeError, MemoryError) as error:
        raise _unreadable(path, type(error).__name__) from None
    frame = pieces[0][0] if len(pieces) == 1 else pd.concat([piece for piece, _meta in pieces], ignore_index=True)
    meta = pieces[0][1]
    if expected is not None and expected != len(frame):
        raise _unreadable(path, _("{got} rows of {expected}").format(got=len(frame), expected=expected))
    letters: dict[str, set[str]] = {}
    for _piece, each in pieces:
        for name, found in (each.missing_user_values or {}).items():
            letters.setdefault(name, set()).update(found)
    return frame, {name: _described(name, meta, letters.get(name, set())) for name in frame.columns}


def _pieces(path: Path, reader: Callable[..., Any], given: Mapping[str, Any]) -> Iterator[tuple[pd.DataFrame, Any]]:
    begin = 0
    while True:
        part = {"row_offset": begin, "row_limit": CHUNK, **given}
        frame, meta = reader(str(path), user_missing=True, **part)
        if begin == 0 or len(frame):
            yield _tagged(frame, meta, lambda names, part=part: reader(str(path), usecols=names, **part)[0]), meta
        begin += CHUNK
        if len(frame) < CHUNK:
            return


def _tagged(frame: pd.DataFrame, meta: Any, again: Callable[[list[str]], pd.DataFrame]) -> pd.DataFrame:
    """Write Stata's extended missing values as Stata does: ``.a``.

    pyreadstat 1.3.7 gives some number where, in a column of whole numbers, a plain missing value comes after an
    extended one. The same column read without the extended values has it right.
    """
    tagged = {name: set(found) for name, found in (meta.missing_user_values or {}).items() if found}
    if not tagged or not len(frame):
        return frame
    plain = again(list(tagged))
    for name, letters in tagged.items():
        is_letter = frame[name].isin(letters).to_numpy() & plain[name].isna().to_numpy()
        marks = "." + frame[name].astype(str)
        frame[name] = plain[name].astype(object).mask(is_letter, marks)
    return frame


def _unreadable(path: Path, said: str) -> InputFormatError:
    """Say what the library said, and what to do about it."""
    if "encoding" in said or "character set" in said or "Unicode" in said:
        return InputFormatError(_("Texts of the file are in another encoding than it states."), where=path.name,
                                got=said, hint=_("Name the right one with 'encoding', such as cp1252 or utf-8."))
    return InputFormatError(_("The file is cut off or damaged."), where=path.name, got=said,
                            hint=_("Copy it again from its source, and compare the sizes."))


def _stata(path: Path, _sheet: str, encoding: str) -> Read:
    _require_whole_stata(path)
    frame, variables = _statistical(path, pyreadstat.read_dta, encoding)
    return frame, variables


def _require_whole_stata(path: Path) -> None:
    """Refuse a file of format 117 or later whose last mark is missing: what is cut off are the value labels."""
    with path.open("rb") as stream:
        marked = stream.read(11) == b"<stata_dta>"
        stream.seek(max(0, path.stat().st_size - 64))
        ended = stream.read().rstrip().endswith(b"</stata_dta>")
    if marked and not ended:
        raise _unreadable(path, _("no end mark"))


def _spss(path: Path, _sheet: str, encoding: str) -> Read:
    return _statistical(path, pyreadstat.read_sav, encoding)


def _described(name: str, meta: Any, letters: set[str]) -> Variable:
    labels = {f".{code}" if code in letters else code_text(code): str(label)
              for code, label in (meta.variable_value_labels or {}).get(name, {}).items()}
    ranges = (meta.missing_ranges or {}).get(name, ())
    texts = tuple(code_text(each["lo"]) for each in ranges if isinstance(each["lo"], str))
    numbers = tuple((float(each["lo"]), float(each["hi"])) for each in ranges if not isinstance(each["lo"], str))
    kind = {"string": "text"}.get(meta.readstat_variable_types.get(name, ""), "number")
    if "date" in str(meta.original_variable_types.get(name, "")).lower():
        kind = "other"
    return Variable(name, (meta.column_names_to_labels or {}).get(name) or "", kind, labels,
                    (*texts, *(f".{letter}" for letter in sorted(letters))), numbers)


def _csv(path: Path, _sheet: str, encoding: str) -> Read:
    text = _decoded(path, encoding)
    delimiter = find_delimiter(text)
    rows: list[list[str]] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [row for row in reader if row]
    except csv.Error:
        raise InputFormatError(_("The CSV cannot be read."),
                               where=_("{file}, row {row}").format(file=path.name, row=reader.line_num),
                               hint=_("Close every quotation mark, and double those inside a text.")) from None
    return _table(rows, path.name)


def _decoded(path: Path, encoding: str) -> str:
    content, hint = path.read_bytes(), _("Name the right one with 'encoding', such as cp1252 or utf-8.")
    if not encoding:
        try:
            return decode(content, path.name)[0]
        except InputFormatError as error:  # a survey's file may state its encoding, other than an upload
            error.hint = " ".join(part for part in (error.hint, hint) if part)
            raise
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as error:
        where = f", byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise InputFormatError(_("The text is not in this encoding."), where=f"{path.name}{where}", got=encoding,
                               hint=hint) from None


def _table(rows: list[list[str]], where: str) -> Read:
    if not rows:
        raise InputFormatError(_("The file holds no row."), where=where)
    names = [name.strip() for name in rows[0]]
    _require_names(names, where)
    wrong = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is not None:
        raise InputFormatError(_("A row has another number of cells than the first."),
                               where=_("{file}, row {row}").format(file=where, row=wrong + 1),
                               expected=len(names), got=len(rows[wrong]))
    columns = list(zip(*rows[1:], strict=True)) or [()] * len(names)
    frame = pd.DataFrame({name: np.array(column, dtype=object) for name, column in zip(names, columns, strict=True)})
    return frame, {name: Variable(name) for name in names}


def _workbook(path: Path, sheet: str, _encoding: str) -> Read:
    look_through(path, UploadLimits())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # noqa: BLE001 - a damaged part makes it raise anything; its text may quote a cell
        raise InputFormatError(_("The workbook cannot be read."), where=path.name, got=type(error).__name__,
                               hint=_("Open it in a spreadsheet and save it again as XLSX.")) from None
    with closing(book):
        if sheet and sheet not in book.sheetnames:
            raise UnknownNameError.among(sheet, book.sheetnames, what=_("sheet"), where=path.name)
        chosen = book[sheet] if sheet else book.worksheets[0]
        rows = [[code_text(cell) for cell in row] for row in chosen.iter_rows(values_only=True)]
    kept = [row for row in rows if any(row)]
    width = max((i for i, cell in enumerate(kept[0], 1) if cell), default=0) if kept else 0
    return _table([row[:width] + [""] * (width - len(row)) for row in kept], f"{path.name}, {chosen.title}")


def _parquet(path: Path, _sheet: str, _encoding: str) -> Read:
    try:
        frame = pq.read_table(path).to_pandas()
    except (OSError, ValueError, EkisticsError) as error:
        raise _unreadable(path, type(error).__name__) from None
    kinds = {name: "number" if pd.api.types.is_numeric_dtype(frame[name]) else "text" for name in frame.columns}
    return frame, {str(name): Variable(str(name), kind=kind) for name, kind in kinds.items()}


KINDS: dict[str, Callable[[Path, str, str], Read]] = {
    ".csv": _csv, ".tsv": _csv, ".dta": _stata, ".sav": _spss, ".zsav": _spss, ".xlsx": _workbook, ".parquet": _parquet}
