"""The observations as files: one canonical table, written as CSV and Parquet with the same rows in the same order."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ekistics.core.errors import PackageError
from ekistics.core.i18n import _
from ekistics.core.observation import OBSERVATION_COLUMNS

__all__ = ["NUMBER_COLUMNS", "TEXT_COLUMNS", "arrow_table", "canonical_observations", "columns_of", "csv_bytes",
           "read_arrow", "read_csv", "read_parquet", "table_schema", "write_parquet"]

NUMBER_COLUMNS = ("obs_value", "numerator", "denominator", "se", "lci", "uci")
TEXT_COLUMNS = tuple(name for name in OBSERVATION_COLUMNS if name not in NUMBER_COLUMNS)
_REQUIRED = ("indicator", "series", "ref_area", "unit_measure", "obs_status", "conf_status", "run")
_ARROW = pa.schema([pa.field(name, pa.float64() if name in NUMBER_COLUMNS else pa.string(),
                             nullable=name in NUMBER_COLUMNS) for name in OBSERVATION_COLUMNS])

Columns = Mapping[str, Sequence[Any]]


def canonical_observations(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring observations into the one form that is written: columns in order, text without gaps, plain floats.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of ``ekistics.core.observation.OBSERVATION_COLUMNS``; their order is kept.

    Returns
    -------
    pandas.DataFrame
        A new frame with a fresh index; missing text is empty, missing numbers are NaN.

    Raises
    ------
    PackageError
        A column is absent or unknown, or a number is infinite.
    """
    wrong = set(frame.columns) ^ set(OBSERVATION_COLUMNS)
    if wrong:
        raise PackageError(_("The observations do not have the agreed columns."), where="observations",
                           expected=", ".join(OBSERVATION_COLUMNS), got=", ".join(map(str, frame.columns)))
    numbers = {name: frame[name].to_numpy(dtype=float, na_value=np.nan) for name in NUMBER_COLUMNS}
    texts = {name: ["" if value is None or value != value or value is pd.NA else str(value)  # noqa: PLR0124 - NaN
                    for value in frame[name].tolist()] for name in TEXT_COLUMNS}
    return _table(numbers, texts)


def _table(numbers: Mapping[str, npt.NDArray[np.float64]], texts: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Make the canonical table of finished columns, and refuse infinite numbers."""
    _require_finite(numbers)
    return pd.DataFrame({name: numbers[name] if name in numbers else pd.Series(texts[name], dtype="str")
                         for name in OBSERVATION_COLUMNS})


def _require_finite(numbers: Mapping[str, npt.NDArray[np.float64]]) -> None:
    infinite = np.isinf(np.column_stack([numbers[name] for name in NUMBER_COLUMNS]))
    if infinite.any():
        row, column = (int(i) for i in np.argwhere(infinite)[0])
        raise PackageError(_("An observation is infinite."), param=NUMBER_COLUMNS[column],
                           where=_("observations, row {row}").format(row=row + 1),
                           expected=_("a finite number, or none with a reason"))


def columns_of(table: pd.DataFrame | pa.Table) -> Columns:
    """Give the columns of a canonical table as plain lists: in small tables a frame itself is most of the work.

    Parameters
    ----------
    table : pandas.DataFrame or pyarrow.Table
        As :func:`canonical_observations` or :func:`read_arrow` gives it.

    Returns
    -------
    mapping of str to list
        Texts, and floats with NaN for those that are missing.
    """
    if isinstance(table, pd.DataFrame):
        return {name: table[name].tolist() for name in OBSERVATION_COLUMNS}
    return {name: table.column(name).to_numpy().tolist() if name in NUMBER_COLUMNS else table.column(name).to_pylist()
            for name in OBSERVATION_COLUMNS}


def csv_bytes(columns: Columns) -> bytes:
    """Write the canonical table as CSV (RFC 4180, UTF-8), floats in the shortest text that gives the same float again.

    Parameters
    ----------
    columns : mapping of str to list
        As :func:`columns_of` gives them.

    Returns
    -------
    bytes
        The file's content; the same table gives the same bytes.
    """
    stream = io.StringIO(newline="")
    # With this ending, which RFC 4180 gives, the writer also quotes a lone carriage return in a text.
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(OBSERVATION_COLUMNS)
    texts = [list(map(_number_text, columns[name])) if name in NUMBER_COLUMNS else columns[name]
             for name in OBSERVATION_COLUMNS]
    writer.writerows(zip(*texts, strict=True))
    return stream.getvalue().encode()


def _number_text(value: float) -> str:
    return "" if value != value else repr(value)


def read_csv(path: Path) -> pd.DataFrame:
    """Read the canonical table from CSV.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        As :func:`canonical_observations` gives it.

    Raises
    ------
    PackageError
        The columns differ, a row is too short or long, or a number cannot be read.
    """
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream, strict=True)
        by_name = _columns(tuple(header), rows)
        numbers = {name: np.array([float(text or "nan") for text in by_name[name]], dtype=float)
                   for name in NUMBER_COLUMNS}
        return _table(numbers, {name: by_name[name] for name in TEXT_COLUMNS})
    except (OSError, ValueError, csv.Error) as error:
        raise PackageError(_("The table cannot be read."), where=path.name, got=str(error)) from error


def _columns(header: tuple[str, ...], rows: list[list[str]]) -> dict[str, tuple[str, ...]]:
    if header != OBSERVATION_COLUMNS or any(len(row) != len(header) for row in rows):
        raise PackageError(_("The rows do not have the agreed columns."), expected=", ".join(OBSERVATION_COLUMNS))
    return dict(zip(header, zip(*rows, strict=True) if rows else [()] * len(header), strict=True))


def arrow_table(table: pd.DataFrame) -> pa.Table:
    """Bring the canonical table into Arrow's form, in which it is written and goes into a record.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`canonical_observations` gives it.

    Returns
    -------
    pyarrow.Table
        The same rows; a missing number is null.
    """
    columns = [pa.array(table[field.name].tolist(), type=field.type, from_pandas=True) for field in _ARROW]
    return pa.Table.from_arrays(columns, schema=_ARROW)


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write the canonical table as Parquet, without the traces of the program that wrote it.

    Parameters
    ----------
    table : pandas.DataFrame
        As :func:`canonical_observations` gives it.
    path : pathlib.Path
        The file to be made.
    """
    # These tables are small: Zstandard makes them no smaller, and reading takes twice the time.
    pq.write_table(arrow_table(table), path, compression="snappy")


def read_parquet(path: Path) -> pd.DataFrame:
    """Read the canonical table from Parquet.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        As :func:`canonical_observations` gives it.

    Raises
    ------
    PackageError
        The file is not Parquet, or its columns or their types differ.
    """
    frame: pd.DataFrame = read_arrow(path).to_pandas(use_threads=False)
    return frame


def read_arrow(path: Path) -> pa.Table:
    """Read the canonical table from Parquet into Arrow's form, which takes a third of the time of a frame.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pyarrow.Table
        As :func:`arrow_table` gives it.

    Raises
    ------
    PackageError
        The file is not Parquet, or its columns or their types differ.
    """
    try:
        with pq.ParquetFile(pa.BufferReader(path.read_bytes())) as file:
            table = file.read(use_threads=False)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise PackageError(_("The table cannot be read."), where=path.name, got=str(error)) from error
    if table.schema.names != _ARROW.names or table.schema.types != _ARROW.types:
        raise PackageError(_("The table does not have the agreed columns and types."), where=path.name,
                           expected=str(_ARROW), got=str(table.schema))
    columns = dict(zip(table.column_names, table.columns, strict=True))
    _require_finite({name: columns[name].to_numpy() for name in NUMBER_COLUMNS})
    gaps = [name for name in TEXT_COLUMNS if columns[name].null_count]
    columns |= {name: pc.fill_null(columns[name], "") for name in gaps}
    columns |= {name: pc.if_else(pc.is_nan(columns[name]), None, columns[name]) for name in NUMBER_COLUMNS}
    return pa.Table.from_arrays([columns[field.name] for field in _ARROW], schema=_ARROW)


def table_schema() -> dict[str, object]:
    """Give the Frictionless Table Schema of the observations.

    Returns
    -------
    dict
        Fields with type and constraints; an empty cell is a missing value.
    """
    fields: list[dict[str, object]] = []
    for name in OBSERVATION_COLUMNS:
        field: dict[str, object] = {"name": name, "type": "number" if name in NUMBER_COLUMNS else "string"}
        if name in _REQUIRED:
            field["constraints"] = {"required": True}
        fields.append(field)
    return {"fields": fields, "missingValues": [""]}
