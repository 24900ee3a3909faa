"""Observations on their way into the record: as keys and numbers, written in the quickest way each database has."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from django.db import connection

from ekistics.package.table import NUMBER_COLUMNS, arrow_table, columns_of
from ekistics.web.observatory.keys import Keys
from ekistics.web.observatory.models import Edition, Observation

__all__ = ["Turned", "insert_rows", "public_counts", "row_table", "store_rows"]

WORDS = ("uncertainty", "obs_status", "conf_status", "reason")
Turned = Counter[tuple[int, int, bool, bool]]  # measure, period, has a value, is restricted: how many rows more


def row_table(tables: Sequence[tuple[Edition, pa.Table, bool]], keys: Keys,
              places: Mapping[str, int]) -> pa.Table:
    """Turn observations of editions into rows of the record, all in one.

    Parameters
    ----------
    tables : sequence of (Edition, pyarrow.Table, bool)
        An edition, its canonical observations, and whether they stand at once.
    keys : Keys
        Where measures, periods and groups are looked up.
    places : mapping of str to int
        Keys of places by code.

    Returns
    -------
    pyarrow.Table
        The columns of :class:`Observation` but for its key.
    """
    sizes = [len(table) for _edition, table, _current in tables]
    whole = pa.concat_tables(table for _edition, table, _current in tables)
    columns = columns_of(whole)
    known = np.any([whole.column(name).is_valid().to_numpy() for name in NUMBER_COLUMNS], axis=0)
    secret = known & np.array([word != "F" for word in columns["conf_status"]], dtype=bool)
    return pa.table({
        "edition_id": np.repeat([edition.pk for edition, _table, _current in tables], sizes),
        "measure_id": pa.array(keys.measures_of(columns), pa.int64()),
        "place_id": pa.array([places[code] for code in columns["ref_area"]], pa.int64()),
        "period_id": pa.array(keys.periods_of(columns), pa.int64()),
        "group_id": pa.array(keys.groups_of(columns), pa.int64()),
        **{name: whole.column(name) for name in (*NUMBER_COLUMNS, *WORDS)},
        "restricted": secret, "current": np.repeat([current for _edition, _table, current in tables], sizes)})


def insert_rows(rows: pa.Table) -> None:
    """Write rows into the record.

    Parameters
    ----------
    rows : pyarrow.Table
        As :func:`row_table` makes them.
    """
    if not len(rows):
        return
    name = connection.ops.quote_name(Observation._meta.db_table)
    columns = ", ".join(map(connection.ops.quote_name, rows.column_names))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            stream = io.BytesIO()  # an empty text is quoted, an absent number is not
            pyarrow.csv.write_csv(rows, stream, pyarrow.csv.WriteOptions(include_header=False))
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN (FORMAT csv)") as copy:
                copy.write(stream.getbuffer())
        else:
            marks = ", ".join(["%s"] * rows.num_columns)
            cursor.executemany(f"INSERT INTO {name} ({columns}) VALUES ({marks})",  # noqa: S608 - names of our own
                               list(zip(*(column.to_pylist() for column in rows.columns), strict=True)))


def public_counts(rows: pa.Table) -> Turned:
    """Count the rows that stand by measure, period, whether they have a value and whether they are restricted.

    Parameters
    ----------
    rows : pyarrow.Table
        As :func:`row_table` makes them.

    Returns
    -------
    Counter
        What :func:`ekistics.web.observatory.release.stand` takes.
    """
    rows = rows.filter(rows["current"])
    return Counter(zip(rows["measure_id"].to_pylist(), rows["period_id"].to_pylist(),
                       rows["obs_value"].is_valid().to_pylist(), rows["restricted"].to_pylist(), strict=True))


def store_rows(edition: Edition, table: pd.DataFrame, keys: Keys, places: dict[str, int]) -> None:
    """Store observations of an edition; none of them is current before it is settled.

    Parameters
    ----------
    edition : Edition
        The edition.
    table : pandas.DataFrame
        Canonical observations.
    keys : Keys
        Where measures, periods and groups are looked up.
    places : dict of str to int
        Keys of places by code.
    """
    insert_rows(row_table([(edition, arrow_table(table), False)], keys, places))
