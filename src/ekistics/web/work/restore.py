"""Restore a backup into an empty site, all of it or nothing, on any database; or only verify it."""

import json
import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tarfile import TarError
from typing import Any, BinaryIO

import pyrage
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ekistics import __version__
from ekistics.core.errors import EkisticsError, InputFormatError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.work.backup import FORMAT, HEAD, KEY, MANIFEST, MEDIA, TABLES, VERSION, require_room
from ekistics.web.work.rows import Table, insert_rows, read_rows, reset_sequences, tables
from ekistics.web.work.sealed import PIECE, unsealed
from ekistics.web.workflow.audit import check_chain, record, words_of

__all__ = ["Restored", "check_backup", "restore_backup"]

STAGING = ".restore"  # beside the media folder; a marker, too: what is there was not finished
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError, TarError, zlib.error)
LARGEST = 1 << 30  # of the two members that are read as a whole


@dataclass(slots=True)
class Restored:
    """What a backup holds, and what was restored of it.

    Parameters
    ----------
    program, made_at, database : str
        What made the backup, when, from which database.
    rows : dict of str to int
        Rows by table.
    files, media_bytes : int
        Files of the media folder, and their bytes.
    entries : int
        Entries of the log whose chain was verified; 0 where nothing was restored.
    missing, vanished : list of str
        What the backup says was not there when it was made.
    """

    program: str = ""
    made_at: str = ""
    database: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    media_bytes: int = 0
    entries: int = 0
    missing: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)


class _Reader:
    """Takes the members of a backup one after the other; this one only counts, its heirs keep.

    Parameters
    ----------
    path : pathlib.Path
        The backup.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head: dict[str, Any] = {}
        self.manifest: dict[str, Any] = {}
        self.found = Restored()

    def __call__(self, name: str, content: BinaryIO) -> None:
        """Take a member."""
        if not self.head and name != HEAD:
            raise self.strange(name)
        if name == HEAD:
            self._take_head(json.loads(content.read(LARGEST)))
        elif name == MANIFEST:
            self.manifest = json.loads(content.read(LARGEST))
        elif name == KEY:
            self.take_key(content)
        elif name.startswith(TABLES):
            self._take_part(name, content)
        elif name.startswith(MEDIA):
            self._take_file(name, content)
        else:
            raise self.strange(name)

    def strange(self, name: str) -> InputFormatError:
        """Give the error for what does not belong into a backup."""
        return InputFormatError(_("This is not a backup of a site."), where=self.path, got=name)

    def _take_head(self, head: dict[str, Any]) -> None:
        if head.get("format") != FORMAT or head.get("version") != VERSION:
            raise InputFormatError(_("This is not a backup that this program reads."), where=self.path,
                                   expected=f"{FORMAT} {VERSION}", got=f"{head.get('format')} {head.get('version')}")
        self.head = head
        self.found.program, self.found.made_at = str(head["program"]), str(head["made_at"])
        self.found.database = str(head["database"])
        self.found.rows = dict.fromkeys(head["tables"], 0)
        self.begin()

    def _take_part(self, name: str, content: BinaryIO) -> None:
        table = name.removeprefix(TABLES).partition("/")[0].partition(".")[2]
        if table not in self.found.rows:
            raise self.strange(name)
        self.found.rows[table] += self.take_rows(table, read_rows(content))

    def _take_file(self, name: str, content: BinaryIO) -> None:
        path = PurePosixPath(name.removeprefix(MEDIA))
        if path.is_absolute() or not path.parts or {"..", "."} & set(path.parts) or "\\" in name:
            raise self.strange(name)
        self.found.files += 1
        self.found.media_bytes += self.take_file(path, content)

    def begin(self) -> None:
        """Do what comes before the rows."""

    def take_key(self, content: BinaryIO) -> None:
        """Take the site's secret key."""

    def take_rows(self, table: str, rows: Iterator[list[Any]]) -> int:
        """Take rows of a table and give how many."""
        return sum(len(row) == len(self.head["tables"][table]) for row in rows)

    def take_file(self, path: PurePosixPath, content: BinaryIO) -> int:
        """Take a file of the media folder and give its size."""
        size = 0
        while piece := content.read(PIECE):
            size += len(piece)
        return size

    def drop_file(self, path: PurePosixPath) -> None:
        """Take a file away again that was not whole when it was backed up."""

    def verify(self, members: dict[str, tuple[int, str]]) -> None:
        """Hold everything against the manifest."""
        wanted = {name: tuple(about) for name, about in self.manifest.get("members", {}).items()}
        torn = set(self.manifest.get("vanished", ())) & set(members)
        had = {name: about for name, about in members.items() if name != MANIFEST and name not in torn}
        if wanted != had or KEY not in had:
            different = sorted(n for n in {*wanted, *had} if wanted.get(n) != had.get(n)) or [MANIFEST]
            raise InputFormatError(_("The backup is not what its list of contents says."), where=self.path,
                                   got=", ".join(different[:5]), hint=_("Take another backup."))
        for name in torn:
            self.drop_file(PurePosixPath(name.removeprefix(MEDIA)))
            self.found.files -= 1
            self.found.media_bytes -= members[name][0]
        self.found.missing, self.found.vanished = self.manifest["missing"], self.manifest["vanished"]
        for what in ("rows", "files", "media_bytes"):
            if getattr(self.found, what) != self.manifest[what]:
                raise InputFormatError(_("The backup does not hold what its list of contents counts."),
                                       where=f"{self.path}, {what}", expected=self.manifest[what],
                                       got=getattr(self.found, what))


def check_backup(path: Path, identity: pyrage.x25519.Identity) -> Restored:
    """Verify a backup without restoring it.

    Parameters
    ----------
    path : pathlib.Path
        The backup.
    identity : pyrage.x25519.Identity
        The secret key.

    Returns
    -------
    Restored
        What it holds.

    Raises
    ------
    ConfigurationError
        The key does not open it.
    InputFormatError
        It is damaged, or no backup.
    """
    return _read(_Reader(path), identity)


def _read(reader: _Reader, identity: pyrage.x25519.Identity) -> Restored:
    with unsealed(reader.path, identity) as archive:
        try:
            archive.read(reader)
        except EkisticsError:
            raise
        except DatabaseError as error:
            raise InvalidValueError(_("The database does not take a row of the backup."), where=reader.path,
                                    got=str(error).partition("\n")[0], hint=_("Nothing was restored.")) from error
        except UNREADABLE as error:
            archive.refuse_failure()
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk's, not the backup's
            raise reader.strange(type(error).__name__) from error
        reader.verify(archive.members)
    return reader.found


class _Restorer(_Reader):
    """Writes rows into the database and files into the staging folder."""

    def __init__(self, path: Path, staging: Path) -> None:
        super().__init__(path)
        self.staging = staging
        self.tables: dict[str, Table] = {}

    def begin(self) -> None:
        """Make the tables as they were when the backup was made."""
        require_room(self.staging, sum(self.head["estimate"].values()))
        applied = [(str(app), str(name)) for app, name in self.head["migrations"]]
        _migrate_to(applied, self.found.program)
        self.tables = {table.name: table for table in tables(applied)}
        if {name: table.columns for name, table in self.tables.items()} != self.head["tables"]:
            raise self.strange("tables")
        connection.disable_constraint_checking()  # all of them are checked at the end
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # migrations made some of them immediate
            for name in self.tables:
                quoted = connection.ops.quote_name(name)
                cursor.execute(f"SELECT 1 FROM {quoted} LIMIT 1")  # noqa: S608 - names of models
                if cursor.fetchone():
                    cursor.execute(f"DELETE FROM {quoted}")  # noqa: S608 - what migrations wrote is in the backup, too

    def take_key(self, content: BinaryIO) -> None:
        """Keep the site's secret key."""
        _write(self.staging / KEY, content)

    def take_rows(self, table: str, rows: Iterator[list[Any]]) -> int:
        """Write rows into their table."""
        return insert_rows(self.tables[table], self.head["tables"][table], rows)

    def take_file(self, path: PurePosixPath, content: BinaryIO) -> int:
        """Write a file."""
        place = self.staging / "media" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return _write(place, content)

    def drop_file(self, path: PurePosixPath) -> None:
        """Take a file away."""
        (self.staging / "media" / path).unlink()


def _write(path: Path, content: BinaryIO) -> int:
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        while piece := content.read(PIECE):
            size += stream.write(piece)
    return size


def _migrate_to(applied: list[tuple[str, str]], program: str) -> None:
    """Bring an empty database to the state of the backup; the program may be newer, not older."""
    loader = MigrationLoader(connection)
    unknown = sorted(f"{app}.{name}" for app, name in applied if (app, name) not in loader.disk_migrations)
    if unknown:
        raise InvalidValueError(_("The backup was made by a newer program."), expected=__version__,
                                got=f"{program}: {', '.join(unknown[:3])}",
                                hint=_("Install that version, or a newer one."))
    held = {node for node in applied if node in loader.graph.nodes}  # those that a squashed one replaced are not
    ends = sorted(node for node in held if not any(
        child.key in held and child.key[0] == node[0] for child in loader.graph.node_map[node].children))
    MigrationExecutor(connection).migrate(ends)


def restore_backup(path: Path, identity: pyrage.x25519.Identity) -> Restored:
    """Restore a backup into the site, which must be empty; where anything fails it is empty as before.

    Parameters
    ----------
    path : pathlib.Path
        The backup.
    identity : pyrage.x25519.Identity
        The secret key.

    Returns
    -------
    Restored
        What was restored.

    Raises
    ------
    InvalidValueError
        The site is not empty, there is too little room, or the backup was made by a newer program.
    ConfigurationError
        The key does not open it.
    InputFormatError
        It is damaged, no backup, or the log in it does not hold.
    """
    staging = Path(settings.MEDIA_ROOT).absolute().with_name(STAGING)
    with unsealed(path, identity) as archive:
        archive.opens()
    _require_empty(staging)
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True, mode=0o700)
    (staging / "media").mkdir(mode=0o700)
    reader = _Restorer(path, staging)
    try:
        with _target(staging):
            _read(reader, identity)
            _finish(reader)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return reader.found


def _require_empty(staging: Path) -> None:
    """Refuse a site that holds something; leftovers of a killed restore are no such thing."""
    media = Path(settings.MEDIA_ROOT)
    with connection.cursor() as cursor:
        held = connection.introspection.table_names(cursor)
    if not held and staging.is_dir():
        shutil.rmtree(media, ignore_errors=True)
    if held or (media.is_dir() and any(media.iterdir())):
        raise InvalidValueError(_("The site is not empty."), where=settings.HOME if not held else
                                connection.settings_dict["NAME"], got=", ".join(sorted(held)[:3]) or "media",
                                hint=_("Restore into a new folder (--home) and, with PostgreSQL, a new database; "
                                       "move to it when it is whole."))


@contextmanager
def _target(staging: Path) -> Iterator[None]:
    """Give a database that becomes the site's, with the files, when the block ends without an error."""
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True):
            yield
            _place_files(staging)
        return
    place = connection.settings_dict["NAME"]
    draft = staging / "ekistics.sqlite3"
    connection.close()
    connection.settings_dict["NAME"] = draft
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # it is flushed as a whole below
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = place
    os.sync()
    _place_files(staging)
    for end in ("", "-wal", "-shm"):
        Path(f"{place}{end}").unlink(missing_ok=True)  # the empty one that looking into it made
    draft.rename(place)


def _place_files(staging: Path) -> None:
    """Put media and key in their places; the database follows, so that there is no record without its files."""
    media = Path(settings.MEDIA_ROOT).absolute()
    if media.is_dir():
        media.rmdir()
    os.sync()
    (staging / "media").rename(media)
    (staging / KEY).replace(Path(settings.HOME) / KEY)


def _finish(reader: _Restorer) -> None:
    """Check what was loaded, upgrade it, and tell of it in the log."""
    _require_keys(reader.path)
    reset_sequences(reader.tables.values())
    ContentType.objects.clear_cache()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    checked = check_chain()
    if checked.broken is not None:
        raise InputFormatError(_("The log in the backup does not hold."), where=reader.path,
                               got=words_of(checked.broken), hint=_("Nothing was restored. Take an older backup."))
    reader.found.entries = checked.count
    record("backup.restore", f"log:{checked.last[:16]}", detail={
        "made_at": reader.found.made_at, "program": reader.found.program, "database": reader.found.database,
        "rows": sum(reader.found.rows.values()), "files": reader.found.files})


def _require_keys(path: Path) -> None:
    """Refuse rows that point to rows which are not there."""
    try:
        connection.check_constraints()  # on PostgreSQL also what lets tables be altered in the same transaction
    except IntegrityError as error:
        raise InputFormatError(_("A row of the backup points to one that is not in it."), where=path,
                               got=str(error).partition("\n")[0], hint=_("Nothing was restored. Take another backup.")
                               ) from error
    connection.enable_constraint_checking()
