"""Columns of frames as bytes and back: Arrow's stream format, compressed, a block of rows at a time.

A column of categories is kept as codes, with the categories apart and once: a category that only erased people had can
then be taken out without touching the others' rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["BLOCK_ROWS", "Column", "arrow_of", "as_bytes", "blocks_of", "from_bytes", "pandas_of", "split"]

BLOCK_ROWS = 65_536
CODEC = "zstd"
OBJECTS = {"string": "text", "date": "date", "boolean": "truth", "empty": "nothing"}


@dataclass(frozen=True, slots=True)
class Column:
    """How a column is kept.

    Parameters
    ----------
    name : str
        Its name.
    kind : str
        ``"category"``, ``"object"`` or ``"plain"``.
    dtype : str
        Its type in pandas; that of the categories where it has some.
    ordered : bool
        Whether its categories have an order.

    Examples
    --------
    >>> arrow_of("age", pd.Series([31, 4]))[0]
    Column(name='age', kind='plain', dtype='int64', ordered=False)
    """

    name: str
    kind: str
    dtype: str
    ordered: bool = False


def arrow_of(name: str, values: "pd.Series[Any]") -> tuple[Column, pa.Array, pa.Array | None]:
    """Turn a column into Arrow.

    Parameters
    ----------
    name : str
        Its name, for the error.
    values : pandas.Series, shape (n,)
        Numbers, truth values, text, categories, dates or times.

    Returns
    -------
    column : Column
        How to turn it back.
    array : pyarrow.Array, shape (n,)
        The values; codes where they are categories, -1 where missing.
    categories : pyarrow.Array, optional
        The categories.

    Raises
    ------
    InvalidValueError
        Its values are of several kinds, or of one that is not kept here. The text holds none of them.

    Examples
    --------
    >>> column, codes, categories = arrow_of("water", pd.Series(["well", "tap"], dtype="category"))
    >>> codes.to_pylist(), categories.to_pylist()
    ([1, 0], ['tap', 'well'])
    """
    found = None
    try:
        found = _converted(name, values)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        found = None  # the library's text holds values, so it is not passed on
    if found is None:
        raise InvalidValueError(_("The values of a column are of several kinds, or of one that is not kept here."),
                                where=name, expected=_("numbers, truth values, text, categories, dates or times"),
                                got=str(values.dtype), hint=_("Give the column one type."))
    return found


def _converted(name: str, values: "pd.Series[Any]") -> tuple[Column, pa.Array, pa.Array | None] | None:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        inner = _converted(name, pd.Series(dtype.categories))
        if inner is None or inner[2] is not None:
            return None
        column = Column(name, "category", inner[0].dtype, bool(dtype.ordered))
        return column, pa.array(values.cat.codes.to_numpy()), inner[1]
    if pd.api.types.is_object_dtype(dtype):
        kind = OBJECTS.get(pd.api.types.infer_dtype(values, skipna=True))
        types = {"text": pa.large_string(), "date": pa.date32(), "truth": pa.bool_(), "nothing": pa.null()}
        return None if kind is None else (Column(name, "object", kind),
                                          pa.array(values, type=types[kind], from_pandas=True), None)
    if isinstance(dtype, np.dtype):
        plain = Column(name, "plain", str(dtype))
        return (plain, pa.array(values.to_numpy()), None) if dtype.kind in "biufMm" else None
    if isinstance(dtype, pd.StringDtype | pd.DatetimeTZDtype | pd.ArrowDtype) or hasattr(dtype, "numpy_dtype"):
        array = pa.array(values, from_pandas=True)
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        return (Column(name, "plain", str(dtype)), _bare(array), None) if _by_row(array.type) else None
    return None


def _by_row(kind: pa.DataType) -> bool:
    """Tell whether each row holds its own value: in a dictionary or a view it would stay when the row goes."""
    return any(is_one(kind) for is_one in (
        pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_string,
        pa.types.is_large_string, pa.types.is_temporal, pa.types.is_null))


def _bare(array: pa.Array) -> pa.Array:
    """Leave nothing behind a null: pandas masks a value that is set to missing, and keeps it."""
    missing = np.asarray(array.is_null())
    return array.take(pa.array(np.arange(len(array)), mask=missing)) if missing.any() else array


def pandas_of(column: Column, arrays: Sequence[pa.Array], categories: pa.Array | None = None) -> "pd.Series[Any]":
    """Turn a column back.

    Parameters
    ----------
    column : Column
        How it is kept.
    arrays : sequence of pyarrow.Array
        Its blocks, at least one.
    categories : pyarrow.Array, optional
        Its categories; one that was taken out is null.

    Returns
    -------
    pandas.Series, shape (n,)
        The values.

    Examples
    --------
    >>> column, array, _categories = arrow_of("age", pd.Series([31, 4]))
    >>> pandas_of(column, [array]).tolist()
    [31, 4]
    """
    chunked = pa.chunked_array(arrays)
    if categories is None:
        return _series(column, chunked)
    codes, kept = chunked.to_numpy(), np.asarray(categories.is_valid())
    if not kept.all():
        moved = np.where(kept, np.cumsum(kept) - 1, -1)
        codes = np.where(codes < 0, -1, moved[codes]).astype(codes.dtype)
        categories = categories.filter(pa.array(kept))
    inner = Column("", "object" if column.dtype in OBJECTS.values() else "plain", column.dtype)
    values = pd.Index(_series(inner, pa.chunked_array([categories]))).rename(None)
    dtype = pd.CategoricalDtype(values, ordered=column.ordered)
    return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), name=column.name)


def _series(column: Column, chunked: pa.ChunkedArray) -> "pd.Series[Any]":
    if column.kind == "object":
        if column.dtype == "text":
            return pd.Series(pd.array(chunked.combine_chunks(), dtype="str"), name=column.name)
        return pd.Series(chunked.to_pylist(), dtype=object, name=column.name)
    if column.dtype.endswith("[pyarrow]"):
        return pd.Series(pd.arrays.ArrowExtensionArray(chunked), name=column.name)
    if pa.types.is_timestamp(chunked.type) and chunked.type.tz is not None:
        series: pd.Series[Any] = chunked.to_pandas()
        return series.rename(column.name)
    dtype = pd.api.types.pandas_dtype(column.dtype)
    if isinstance(dtype, np.dtype):
        return pd.Series(chunked.to_numpy(), dtype=dtype, name=column.name)
    return pd.Series(dtype.__from_arrow__(chunked), name=column.name)  # type: ignore[attr-defined]


def split(array: pa.Array, rows: Sequence[int]) -> Iterator[pa.Array]:
    """Cut an array into blocks.

    Parameters
    ----------
    array : pyarrow.Array, shape (n,)
        The values.
    rows : sequence of int
        Rows of each block; they sum to n.

    Yields
    ------
    pyarrow.Array
        A block.
    """
    begin = 0
    for count in rows:
        yield array.slice(begin, count)
        begin += count


def blocks_of(count: int) -> list[int]:
    """Say how many rows each block of a table has; an empty table has one block.

    Parameters
    ----------
    count : int
        Rows of the table.

    Returns
    -------
    list of int
        Rows of each block.

    Examples
    --------
    >>> blocks_of(70_000)
    [65536, 4464]
    """
    return [min(BLOCK_ROWS, count - begin) for begin in range(0, count, BLOCK_ROWS)] or [0]


def as_bytes(array: pa.Array) -> bytes:
    """Write an array.

    Parameters
    ----------
    array : pyarrow.Array
        The values.

    Returns
    -------
    bytes
        Arrow's stream format, compressed.

    Examples
    --------
    >>> from_bytes(as_bytes(pa.array([1, 2]))).to_pylist()
    [1, 2]
    """
    sink = pa.BufferOutputStream()
    batch = pa.record_batch([array], names=["v"])
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=CODEC)) as writer:
        writer.write_batch(batch)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def from_bytes(content: bytes) -> pa.Array:
    """Read an array that :func:`as_bytes` wrote.

    Parameters
    ----------
    content : bytes
        Its bytes.

    Returns
    -------
    pyarrow.Array
        The values.
    """
    return pa.ipc.open_stream(content).read_next_batch().column(0)
