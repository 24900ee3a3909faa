"""The rows of all tables as lines of JSON that any database takes: read in one snapshot, written in one go.

Tables are those of the migrations that a database has, not of this program's models, so that a backup can be made
before an upgrade and restored after it.
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import Any, BinaryIO
from uuid import UUID

from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils.duration import duration_iso_string

__all__ = ["Table", "insert_rows", "parts_of", "read_rows", "reset_sequences", "snapshot", "tables"]

LEFT_OUT = {"sessions.session"}  # sign-ins; the cache has no model
ROWS = 2000  # read and written together
PART_BYTES = 4_000_000  # of a part before it is compressed
LEVEL = 3
PLAIN = (models.AutoField, models.IntegerField, models.FloatField, models.CharField, models.TextField,
         models.BooleanField)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A table as the migrations made it.

    Parameters
    ----------
    model : type of Model
        Its model at that state.
    """

    model: type[models.Model]

    @property
    def name(self) -> str:
        """Give the name of the table."""
        return self.model._meta.db_table

    @property
    def fields(self) -> list[Any]:
        """Give the fields that have a column."""
        return [f for f in self.model._meta.concrete_fields if not f.generated]

    @property
    def columns(self) -> list[str]:
        """Give the names of the columns."""
        return [f.column for f in self.fields]


def tables(applied: Iterable[tuple[str, str]] | None = None) -> list[Table]:
    """List the tables of a state of the migrations.

    Parameters
    ----------
    applied : iterable of (str, str), optional
        App and name of each migration; those of the database by default.

    Returns
    -------
    list of Table
        In the order of the apps.
    """
    loader = MigrationLoader(connection)
    nodes = [node for node in (loader.applied_migrations if applied is None else applied)
             if node in loader.graph.nodes]
    found = loader.project_state(nodes).apps.get_models(include_auto_created=True)
    return [Table(model) for model in found
            if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT]


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all reads within the block see one moment; writers go on.

    Yields
    ------
    None
        While the moment is held.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # the usual transaction would hold writers up
            try:
                cursor.execute("SELECT count(*) FROM sqlite_master")  # the first read sets the moment
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def parts_of(table: Table) -> Iterator[tuple[bytes, int]]:
    """Read a table as parts of limited size.

    Parameters
    ----------
    table : Table
        The table.

    Yields
    ------
    bytes
        Compressed lines, each a JSON array of a row's values in the order of the columns.
    int
        How many.
    """
    rows = models.QuerySet(table.model).order_by("pk").values_list(*(f.attname for f in table.fields)).iterator(
        chunk_size=ROWS)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode
    lines: list[str] = []
    size = 0
    for row in rows:
        line = encode(row)
        lines.append(line)
        size += len(line)
        if size >= PART_BYTES:
            yield _packed(lines), len(lines)
            lines, size = [], 0
    if lines:
        yield _packed(lines), len(lines)


def _packed(lines: list[str]) -> bytes:
    return gzip.compress("\n".join([*lines, ""]).encode(), LEVEL, mtime=0)


def _plain(value: Any) -> str:
    """Give what JSON has no form for as text."""
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def read_rows(content: BinaryIO) -> Iterator[list[Any]]:
    """Read the rows of a part.

    Parameters
    ----------
    content : file
        The part.

    Yields
    ------
    list
        The values of a row.
    """
    with gzip.GzipFile(fileobj=BytesIO(content.read())) as lines:
        for line in lines:
            yield json.loads(line)


def insert_rows(table: Table, columns: Sequence[str], rows: Iterable[list[Any]]) -> int:
    """Write rows into a table.

    Parameters
    ----------
    table : Table
        The table.
    columns : sequence of str
        What the values of the rows are; all columns of the table.
    rows : iterable of list
        The rows.

    Returns
    -------
    int
        How many.
    """
    by_column = {f.column: f for f in table.fields}
    decoders = [(i, decode) for i, name in enumerate(columns) if (decode := _decoder(by_column[name])) is not None]
    quote = connection.ops.quote_name
    names = ", ".join(quote(name) for name in columns)
    write = _copy if connection.vendor == "postgresql" else _insert
    return write(quote(table.name), names, _decoded(rows, decoders))


def _decoded(rows: Iterable[list[Any]], decoders: list[tuple[int, Callable[[Any], Any]]]) -> Iterator[list[Any]]:
    for row in rows:
        for i, decode in decoders:
            row[i] = decode(row[i])
        yield row


def _insert(table: str, names: str, rows: Iterator[list[Any]]) -> int:
    count = 0
    with transaction.atomic(), connection.cursor() as cursor:  # else each row would be a transaction
        while some := list(islice(rows, ROWS)):
            marks = ", ".join(["%s"] * len(some[0]))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", some)  # noqa: S608 - names of models
            count += len(some)
    return count


def _copy(table: str, names: str, rows: Iterator[list[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _decoder(field: Any) -> Callable[[Any], Any] | None:
    """Give what turns a JSON value into the form that the database takes; None where it is the same."""
    kind = field.target_field if field.is_relation else field
    if isinstance(kind, models.JSONField):
        adapt = connection.ops.adapt_json_value
        return lambda value: None if value is None and field.null else adapt(value, kind.encoder)
    if isinstance(kind, models.BinaryField):
        return lambda value: None if value is None else base64.b64decode(value)
    if isinstance(kind, PLAIN):
        return None
    read = datetime.fromisoformat if isinstance(kind, models.DateTimeField) else kind.to_python
    return lambda value: None if value is None else kind.get_db_prep_save(read(value), connection)


def reset_sequences(found: Iterable[Table]) -> None:
    """Let new rows get numbers above those that are there.

    Parameters
    ----------
    found : iterable of Table
        The tables.
    """
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [t.model for t in found]):
            cursor.execute(statement)
