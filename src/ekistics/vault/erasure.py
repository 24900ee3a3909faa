"""Erasure: rows of people and households taken out of every table, by writing the blocks anew that held them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from ekistics.vault.catalogue import Chunk, StoredColumn, StoredTable
from ekistics.vault.columns import pandas_of
from ekistics.vault.intake import HOUSEHOLD_ID, PERSON, PERSON_ID
from ekistics.vault.work import Work

__all__ = ["Erasure", "erase_expired", "erase_people", "erase_tables", "expired_rows", "with_theirs",
           "without_rows"]

Mask = npt.NDArray[np.bool_]
WHOLE = re.compile(r"-?\d+(\.0*)?")
NUMBER = re.compile(r"-?\d+(\.\d*)?(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased.

    Parameters
    ----------
    audit_id : str
        The random number that the log keeps of it.
    rows : dict of tuple of str to int
        Rows that went, by survey and table. The log has their sum only.
    """

    audit_id: str
    rows: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Give the number of rows that went."""
        return sum(self.rows.values())


def erase_people(work: Work, code: str, *, persons: Iterable[str] = (),
                 households: Iterable[str] = ()) -> dict[tuple[str, str], int]:
    """Take persons and households out of all tables of a survey.

    Parameters
    ----------
    work : Work
        The transaction.
    code : str
        The survey.
    persons, households : iterable of str
        Their ids, with those that :func:`with_theirs` finds.

    Returns
    -------
    dict of tuple of str to int
        Rows that went, by survey and table, where there were any.
    """
    return _dropped(work, code, _rows_of(work, code, set(persons), set(households)))


def _dropped(work: Work, code: str, masks: dict[str, Mask]) -> dict[tuple[str, str], int]:
    for name, mask in masks.items():
        drop_rows(work, code, name, mask)
    return {(code, name): int(mask.sum()) for name, mask in masks.items()}


def with_theirs(work: Work, code: str, persons: Iterable[str],
                households: Iterable[str]) -> tuple[set[str], set[str]]:
    """Give people with all who go with them: members of households, and households that are left empty.

    A household whose last person goes is taken out too: its rows would speak of this person alone.

    Parameters
    ----------
    work : Work
        The transaction.
    code : str
        The survey.
    persons, households : iterable of str
        Their ids.

    Returns
    -------
    persons, households : set of str
        The ids of all.
    """
    persons, households, before = set(persons), set(households), -1
    while before != (before := len(persons) + len(households)):  # members may have been the last of another household
        households = households | _emptied(work, code, persons, households)
        persons = persons | _members(work, code, households)
    return persons, households


def _rows_of(work: Work, code: str, persons: set[str], households: set[str]) -> dict[str, Mask]:
    """Find the rows of some people by table, where there are any."""
    masks = {name: _held(work, code, name, PERSON_ID, persons) | _held(work, code, name, HOUSEHOLD_ID, households)
             for name in work.catalogue.survey(code).tables}
    return {name: mask for name, mask in masks.items() if mask.any()}


def erase_tables(work: Work, code: str) -> dict[tuple[str, str], int]:
    """Take a whole survey out.

    Parameters
    ----------
    work : Work
        The transaction.
    code : str
        The survey.

    Returns
    -------
    dict of tuple of str to int
        Rows that went, by survey and table.
    """
    tables = work.catalogue.survey(code).tables
    work.container.remove_chunks(chunk.number for stored in tables.values() for column in stored.columns.values()
                                 for _block, chunk in column.pieces())
    work.touch()
    del work.catalogue.surveys[code]
    return {(code, name): len(stored) for name, stored in tables.items()}


def erase_expired(work: Work, code: str, today: date) -> dict[tuple[str, str], int]:
    """Take out the rows whose own last day is over, with the people they are of.

    Parameters
    ----------
    work : Work
        The transaction.
    code : str
        The survey.
    today : datetime.date
        The day.

    Returns
    -------
    dict of tuple of str to int
        Rows that went, by survey and table, where there were any.
    """
    return _dropped(work, code, expired_rows(work, code, today))


def expired_rows(work: Work, code: str, today: date) -> dict[str, Mask]:
    """Find the rows whose own last day is over, and all others of the people they are of.

    Parameters
    ----------
    work : Work
        The transaction.
    code : str
        The survey.
    today : datetime.date
        The day.

    Returns
    -------
    dict of str to numpy.ndarray of bool
        By table, where there are any: true for the rows that may not be kept.
    """
    survey = work.catalogue.survey(code)
    column, persons, households = survey.record.retention_column, set[str](), set[str]()
    for name, stored in survey.tables.items():
        if not column or column not in stored.columns:
            continue
        over = _over(_series(work, code, name, column), today)
        if PERSON_ID in stored.columns:
            persons |= set(_texts(_series(work, code, name, PERSON_ID)[over]))
        else:
            households |= set(_texts(_series(work, code, name, HOUSEHOLD_ID)[over]))
    return _rows_of(work, code, *with_theirs(work, code, persons, households)) if persons or households else {}


def _over(days: "pd.Series[Any]", today: date) -> Mask:
    """Tell which last days are over; none where there is none."""
    if isinstance(days.dtype, pd.ArrowDtype) and pa.types.is_date(days.dtype.pyarrow_dtype):
        days = days.astype(object)
    if pd.api.types.is_object_dtype(days.dtype):
        return np.array([isinstance(day, date) and day < today for day in days], dtype=bool)
    return np.asarray((days.dt.tz_localize(None) < pd.Timestamp(today)).fillna(value=False), dtype=bool)


def without_rows(frame: pd.DataFrame, gone: Mask) -> pd.DataFrame:
    """Leave rows out of a frame, and the categories that only they had, as erasing them does.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, columns)
        The frame.
    gone : numpy.ndarray of bool, shape (n,)
        The rows that are left out.

    Returns
    -------
    pandas.DataFrame
        The others, numbered anew.

    Examples
    --------
    >>> without_rows(pd.DataFrame({"water": pd.Categorical(["tap", "well"])}), np.array([True, False]))["water"]
    0    well
    Name: water, dtype: category
    Categories (1, str): ['well']
    """
    left = frame[~gone].reset_index(drop=True)
    for name in left.select_dtypes("category"):
        only = set(frame[name][gone].dropna()) - set(left[name].dropna())
        left[name] = left[name].cat.remove_categories(list(only))
    return left


def drop_rows(work: Work, code: str, table: str, gone: Mask) -> None:
    """Write the blocks of a table anew without some rows, and take out categories that only they had.

    Parameters
    ----------
    work : Work
        The transaction.
    code, table : str
        Survey and table.
    gone : numpy.ndarray of bool, shape (n,)
        The rows that go.
    """
    stored = work.catalogue.table(code, table)
    edges = np.cumsum([0, *stored.blocks])
    touched = {block: gone[edges[block]:edges[block + 1]] for block in range(len(stored.blocks))
               if gone[edges[block]:edges[block + 1]].any()}
    for name, column in stored.columns.items():
        codes = set[int]()
        for block, mask in touched.items():
            place, old = (code, table, name, block), column.chunks[block]
            array = work.get(place, old)
            if column.categories is not None:
                codes |= set(array.filter(pa.array(mask)).to_pylist())
            column.chunks[block] = work.put(place, array.filter(pa.array(~mask)))
            work.container.remove_chunks([old.number])
        if column.categories is not None:
            column.categories = _pruned(work, (code, table), column, codes - {-1})
    for block, mask in touched.items():
        stored.blocks[block] -= int(mask.sum())


def _pruned(work: Work, table: tuple[str, str], column: StoredColumn, codes: set[int]) -> Chunk:
    """Take those of some categories out that no row has any more; their numbers stay free."""
    assert column.categories is not None  # noqa: S101 - the caller asked
    left = {code for array in work.arrays(*table, column) for code in array.unique().to_pylist()}
    if not codes - left:
        return column.categories
    place, old = (*table, column.column.name, -1), column.categories
    categories = work.get(place, old)
    kept = np.array([number not in codes - left for number in range(len(categories))], dtype=bool)
    # Taken from the rows that stay, so that no buffer behind a null still holds what went.
    moved = pa.array(np.where(kept, np.cumsum(kept) - 1, 0), mask=~kept)
    chunk = work.put(place, categories.filter(pa.array(kept)).take(moved))
    work.container.remove_chunks([old.number])
    return chunk


def _emptied(work: Work, code: str, persons: set[str], households: set[str]) -> set[str]:
    """Find the households of which no person stays."""
    tables = work.catalogue.survey(code).tables
    if PERSON not in tables or not persons:
        return set()
    going = _held(work, code, PERSON, PERSON_ID, persons) | _held(work, code, PERSON, HOUSEHOLD_ID, households)
    homes = _series(work, code, PERSON, HOUSEHOLD_ID)
    return set(_texts(homes[going])) - set(_texts(homes[~going & homes.isin(homes[going])]))


def _members(work: Work, code: str, households: set[str]) -> set[str]:
    """Find the persons of some households, in every table that has both ids."""
    found = set[str]()
    for name, stored in work.catalogue.survey(code).tables.items():
        if households and PERSON_ID in stored.columns and HOUSEHOLD_ID in stored.columns:
            theirs = _held(work, code, name, HOUSEHOLD_ID, households)
            found |= set(_texts(_series(work, code, name, PERSON_ID)[theirs]))
    return found


def _held(work: Work, code: str, table: str, column: str, ids: set[str]) -> Mask:
    """Tell which rows of a table have one of some ids."""
    stored: StoredTable = work.catalogue.table(code, table)
    if not ids or column not in stored.columns:
        return np.zeros(len(stored), dtype=bool)
    return matches(_series(work, code, table, column), ids)


def matches(values: "pd.Series[Any]", ids: set[str]) -> Mask:
    """Tell which values are one of some ids, whatever type the column has.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Ids as text, whole numbers, or numbers.
    ids : set of str
        Ids as text.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where they are.

    Examples
    --------
    >>> matches(pd.Series([7.0, 8.0]), {"7"}).tolist()
    [True, False]
    """
    if pd.api.types.is_float_dtype(values.dtype):
        return np.asarray(values.isin({float(text) for text in ids if NUMBER.fullmatch(text)}), dtype=bool)
    if pd.api.types.is_integer_dtype(values.dtype):
        kind: Any = getattr(values.dtype, "numpy_dtype", values.dtype)
        whole = {int(text.split(".")[0]) for text in ids if WHOLE.fullmatch(text)}
        held = [number for number in whole if np.iinfo(kind).min <= number <= np.iinfo(kind).max]
        return np.asarray(values.isin(np.array(held, dtype=kind)), dtype=bool)
    return np.asarray(values.astype(str).isin(ids), dtype=bool)


def _texts(values: "pd.Series[Any]") -> list[str]:
    return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
            for value in values.unique().tolist()]


def _series(work: Work, code: str, table: str, name: str) -> "pd.Series[Any]":
    column = work.catalogue.table(code, table).columns[name]
    categories = None if column.categories is None else work.get((code, table, name, -1), column.categories)
    return pandas_of(column.column, work.arrays(code, table, column), categories)
