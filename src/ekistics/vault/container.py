"""The file of a vault: SQLite as a container that commits all or nothing; every piece in it is sealed elsewhere.

A rollback journal, not a write-ahead log: at rest the vault is one file, which can be copied whole. Freed pages are
overwritten (``secure_delete``), nothing goes to temporary files, and memory mapping stays off.
"""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ekistics.core.errors import EkisticsError, MissingInputError, VaultDamagedError, VaultError
from ekistics.core.i18n import _

__all__ = ["Container"]

APPLICATION_ID = 0x456B5661  # "EkVa"
WAIT_S = 60.0
SETTINGS = ("journal_mode=DELETE", "synchronous=EXTRA", "secure_delete=ON", "temp_store=MEMORY", "mmap_size=0",
            "trusted_schema=OFF", "cell_size_check=ON", "cache_size=-32768")
TABLES = ("CREATE TABLE single (name TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID",
          "CREATE TABLE chunk (id INTEGER PRIMARY KEY, content BLOB NOT NULL)",
          "CREATE TABLE log (seq INTEGER PRIMARY KEY, content BLOB NOT NULL)")
DAMAGED = frozenset(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR", "SQLITE_FORMAT", "SQLITE_MISMATCH",
                     "SQLITE_ERROR"))  # the last: a table is not there
UNREADABLE = frozenset(f"SQLITE_IOERR{kind}" for kind in ("", "_READ", "_SHORT_READ", "_CORRUPTFS", "_DATA"))


class Container:
    """An open file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    wait_s : float
        How long to wait for another process that writes, s.
    """

    def __init__(self, path: Path, *, wait_s: float = WAIT_S) -> None:
        self.path = path
        with self._translated():
            self._connection = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=wait_s,
                                               isolation_level=None)
            for setting in SETTINGS:
                self._connection.execute(f"PRAGMA {setting}")

    @classmethod
    def create(cls, path: Path, fill: Callable[["Container"], None]) -> "Container":
        """Make a file that only its owner may read; it is there whole or not at all.

        Parameters
        ----------
        path : pathlib.Path
            Where; nothing may be there.
        fill : callable
            Called with the open draft, in a transaction, after the tables were made.

        Returns
        -------
        Container
            The open file.

        Raises
        ------
        VaultError
            There is a file of that name, or none can be made.
        """
        draft = path.with_name(f".{path.name}.new")
        if path.exists():
            raise _taken(path)
        _begin(draft, path)
        try:
            made = cls(draft)
            try:
                with made.writing():
                    made._lay_out()
                    fill(made)
            finally:
                made.close()
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _settle(draft, path)
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> "Container":
        """Open a file.

        Parameters
        ----------
        path : pathlib.Path
            The file.

        Returns
        -------
        Container
            The open file.

        Raises
        ------
        MissingInputError
            There is none.
        VaultError
            Others may read or write it.
        VaultDamagedError
            It is no vault.
        """
        if not path.is_file():
            raise MissingInputError(_("There is no vault here."), where=path,
                                    hint=_("'ekistics vault create' makes one."))
        mode = path.stat().st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise VaultError(_("Others may read or write the vault's file."), where=path, expected="0600",
                             got=f"{stat.S_IMODE(mode):04o}", hint=f"chmod 600 {path}")
        opened = cls(path)
        try:
            if opened.one("PRAGMA application_id") != (APPLICATION_ID,) or opened._schema() != sorted(TABLES):
                raise VaultDamagedError(_("This is no vault, or one that was cut or changed."), where=path)
        except EkisticsError:
            opened.close()
            raise
        return opened

    def _schema(self) -> list[str]:
        """Give what the file is made of: a trigger could undo an erasure, so nothing else may be in it."""
        with self._translated():
            return sorted(str(sql) for (sql,) in self._connection.execute("SELECT sql FROM sqlite_master"))

    def _lay_out(self) -> None:
        self._connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        for statement in TABLES:
            self._connection.execute(statement)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one right to write until the block ends; all of it counts, or nothing where it fails.

        Raises
        ------
        VaultError
            Another process writes for longer than one waits, or the disk does not take it.
        """
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one moment of the file until the block ends."""
        with self._translated():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")

    def one(self, statement: str, *values: object) -> tuple[object, ...]:
        """Ask for one row; an empty tuple where there is none."""
        with self._translated():
            found = self._connection.execute(statement, values).fetchone()
        return () if found is None else tuple(found)

    def single(self, name: str) -> bytes | None:
        """Give one of the pieces that a vault has once: its header, head or catalogue."""
        found = self.one("SELECT content FROM single WHERE name = ?", name)
        return found[0] if found and isinstance(found[0], bytes) else None

    def put_single(self, name: str, content: bytes) -> None:
        """Replace one of the pieces that a vault has once."""
        self._connection.execute("INSERT OR REPLACE INTO single VALUES (?, ?)", (name, content))

    def chunk(self, number: int) -> bytes | None:
        """Give a chunk; None where it is not there."""
        found = self.one("SELECT content FROM chunk WHERE id = ?", number)
        return found[0] if found and isinstance(found[0], bytes) else None

    def add_chunk(self, content: bytes) -> int:
        """Add a chunk and give its number."""
        number = self._connection.execute("INSERT INTO chunk (content) VALUES (?)", (content,)).lastrowid
        assert number is not None  # noqa: S101 - SQLite gives one after each insertion
        return number

    def replace_chunk(self, number: int, content: bytes) -> None:
        """Put another content into a chunk."""
        self._connection.execute("UPDATE chunk SET content = ? WHERE id = ?", (content, number))

    def remove_chunks(self, numbers: Iterable[int]) -> None:
        """Remove chunks; their pages are overwritten."""
        self._connection.executemany("DELETE FROM chunk WHERE id = ?", ((number,) for number in numbers))

    def chunk_numbers(self) -> set[int]:
        """Give the numbers of all chunks."""
        with self._translated():
            return {number for (number,) in self._connection.execute("SELECT id FROM chunk")}

    def lines(self) -> Iterator[tuple[int, object]]:
        """Give the sealed lines of the log with their numbers, from the first."""
        with self._translated():
            yield from self._connection.execute("SELECT seq, content FROM log ORDER BY seq")

    def line(self, seq: int) -> bytes | None:
        """Give a sealed line of the log."""
        found = self.one("SELECT content FROM log WHERE seq = ?", seq)
        return found[0] if found and isinstance(found[0], bytes) else None

    def put_line(self, seq: int, content: bytes) -> None:
        """Write a line of the log."""
        self._connection.execute("INSERT OR REPLACE INTO log VALUES (?, ?)", (seq, content))

    def shrink(self) -> None:
        """Give freed pages back to the disk; where others read or it is full, they stay, overwritten as they are."""
        try:
            with self._translated():
                self._connection.execute("VACUUM")
        except VaultDamagedError:
            raise
        except VaultError:
            pass

    def check(self) -> None:
        """Read every page.

        Raises
        ------
        VaultDamagedError
            The file is not whole.
        """
        found = self.one("PRAGMA integrity_check(1)")
        if found != ("ok",):
            raise VaultDamagedError(_("The vault's file is not whole."), where=self.path)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn SQLite's errors into the program's, without what they were about."""
        name = None
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", None) or "SQLITE_ERROR"
        if name is not None:
            raise _error(name, self.path)


def _begin(draft: Path, path: Path) -> None:
    """Make an empty draft for its owner only, in place of what a killed run left."""
    failed = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (draft, draft.with_name(f"{draft.name}-journal")):
            left.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError:
        failed = True
    if failed:
        raise _error("SQLITE_CANTOPEN", path)


def _settle(draft: Path, path: Path) -> None:
    """Give a draft its name, and replace nothing."""
    taken = False
    try:
        os.link(draft, path)
    except FileExistsError:
        taken = True
    except OSError:  # a disk without hard links
        draft.rename(path)
    draft.unlink(missing_ok=True)
    if taken:
        raise _taken(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _taken(path: Path) -> VaultError:
    return VaultError(_("There is a file of this name already."), where=path,
                      hint=_("A vault replaces nothing. Take another name."))


def _error(name: str, path: Path) -> VaultError:
    kind = "_".join(name.split("_")[:2])
    if kind in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return VaultError(_("Another process is writing to the vault."), where=path, hint=_("Try again in a minute."))
    if kind in ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"):
        return VaultError(_("The vault cannot be written, and so not be read: every reading is logged first."),
                          where=path, hint=_("Check the rights of the file and of its folder."))
    if kind == "SQLITE_FULL":
        return VaultError(_("The disk has too little room."), where=path, hint=_("Make room, or take another disk."))
    if kind in DAMAGED and (kind != "SQLITE_IOERR" or name in UNREADABLE):
        return VaultDamagedError(_("The vault's file is not whole."), where=path, got=name,
                                 hint=_("Take the newest copy that is whole."))
    return VaultError(_("The vault's file cannot be used."), where=path, got=name)
