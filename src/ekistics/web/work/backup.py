"""Back the site up: database, media and secret key in one encrypted file, of one moment, in bounded memory.

The archive holds ``head.json`` (what is to be known before the rows), the tables as parts of JSON lines,
``secret.key``, the files of the media folder, and last ``manifest.json`` with size and SHA-256 of every member.
"""

import json
import os
import shutil
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

from ekistics import __version__
from ekistics.core.errors import ConfigurationError, InvalidValueError, MissingInputError
from ekistics.core.i18n import _
from ekistics.web.secret import secret_key
from ekistics.web.work.rows import Table, parts_of, snapshot, tables
from ekistics.web.work.sealed import Ledger, identity_of, recipient_of, seal
from ekistics.web.workflow.audit import record

__all__ = ["FORMAT", "HEAD", "KEY", "MANIFEST", "MEDIA", "TABLES", "VERSION", "Backup", "make_backup", "recipients_of",
           "require_room"]

FORMAT, VERSION = "ekistics-backup", 1
HEAD, MANIFEST, KEY, MEDIA, TABLES = "head.json", "manifest.json", "secret.key", "media/", "tables/"
DRAFT = ".part"


@dataclass(slots=True)
class Backup:
    """What was backed up.

    Parameters
    ----------
    file : pathlib.Path
        The backup.
    size : int
        Its bytes.
    digest : str
        Its SHA-256.
    rows : dict of str to int
        Rows by table.
    files, media_bytes : int
        Files of the media folder, and their bytes.
    vanished : list of str
        Files that went or became shorter while they were copied: uploads that ended meanwhile.
    missing : list of str
        Folders of editions that the database names and the media folder does not have.
    """

    file: Path
    size: int = 0
    digest: str = ""
    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    media_bytes: int = 0
    vanished: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def recipients_of(recipients: Sequence[str], key_file: Path | None) -> list[pyrage.x25519.Recipient]:
    """Give those for whom a backup is made; there is no backup that anybody can read.

    Parameters
    ----------
    recipients : sequence of str
        Recipients, ``age1...``.
    key_file : pathlib.Path, optional
        A secret key, for whose recipient it is made too.

    Returns
    -------
    list of pyrage.x25519.Recipient
        At least one.

    Raises
    ------
    ConfigurationError
        Nobody is named, or somebody cannot be read.
    """
    found = [recipient_of(text) for text in recipients]
    if key_file is not None:
        found.append(identity_of(key_file).to_public())
    if not found:
        raise ConfigurationError(_("A backup is always encrypted, and nobody is named who could open it."),
                                 expected="--recipient age1… | --key-file FILE",
                                 hint=_("'ekistics backup-key' makes a key and names its recipient."))
    return found


def make_backup(file: Path, recipients: Sequence[pyrage.x25519.Recipient]) -> Backup:
    """Back the site up; the file is there whole or not at all.

    Parameters
    ----------
    file : pathlib.Path
        Where; nothing may be there.
    recipients : sequence of pyrage.x25519.Recipient
        Whose keys open it.

    Returns
    -------
    Backup
        What is in it.

    Raises
    ------
    InvalidValueError
        There is a file of that name, or too little room.
    """
    file = file.absolute()
    if file.exists():
        raise InvalidValueError(_("There is a file of this name already."), where=file,
                                hint=_("A backup replaces nothing. Take another name, such as one with the day."))
    if file.is_relative_to(Path(settings.MEDIA_ROOT).absolute()):
        raise InvalidValueError(_("A backup cannot be within the folder that it holds."), where=file,
                                hint=_("Take a place on another disk."))
    file.parent.mkdir(parents=True, exist_ok=True)
    estimate = {"database": database_bytes(), "media": sum(size for _path, size in media_files())}
    require_room(file.parent, estimate["media"] + estimate["database"])
    made = Backup(file)
    draft = file.with_name(file.name + DRAFT)
    draft.unlink(missing_ok=True)  # what a killed run left
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            made.digest = seal(_pieces(made, estimate), stream, recipients)
            stream.flush()
            os.fsync(stream.fileno())
        made.size = draft.stat().st_size
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    record("backup.make", f"backup:{made.digest[:16]}", detail={
        "digest": made.digest, "bytes": made.size, "rows": sum(made.rows.values()), "files": made.files,
        "recipients": [str(r) for r in recipients]})
    return made


def database_bytes() -> int:
    """Give the size of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        return int(cursor.execute("PRAGMA page_count").fetchone()[0]
                   * cursor.execute("PRAGMA page_size").fetchone()[0])


def require_room(folder: Path, size: int) -> None:
    """Refuse to begin where the disk has too little room.

    Parameters
    ----------
    folder : pathlib.Path
        A folder on the disk.
    size : int
        Bytes that are needed at most.

    Raises
    ------
    InvalidValueError
        There is less.
    """
    free = shutil.disk_usage(folder).free
    if free < size:
        raise InvalidValueError(_("The disk has too little room."), where=folder, expected=_("{size} MB").format(
            size=-(-size // 1_000_000)), got=_("{size} MB").format(size=free // 1_000_000),
            hint=_("Make room, or take another disk."))


def media_files() -> Iterator[tuple[Path, int]]:
    """List the files of the media folder with their sizes; what is being written is left out."""
    root = Path(settings.MEDIA_ROOT)
    for place, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "staging-")))
        for name in sorted(names):
            path = Path(place) / name
            try:
                if path.is_file() and not path.is_symlink():
                    yield path, path.stat().st_size
            except FileNotFoundError:
                continue


def _pieces(made: Backup, estimate: dict[str, int]) -> Generator[bytes, None, None]:
    """Give the whole archive piece by piece, and note on the way what is in it."""
    ledger = Ledger()
    with snapshot():
        applied = sorted(MigrationRecorder(connection).applied_migrations())
        found = tables(applied)
        if not found:
            raise MissingInputError(_("There is no site here."), where=settings.HOME, hint=_(
                "Name its folder with --home."))
        yield from ledger.member(HEAD, _json(_head(applied, found, estimate)))
        for number, table in enumerate(found):
            yield from _table(ledger, number, table, made)
        made.missing = _missing_folders(found)
    yield from ledger.member(KEY, secret_key(Path(settings.HOME)).encode("ascii"))
    yield from _media(ledger, made)
    # An edition's folder never changes once it is there, so copying after the moment of the rows misses none.
    yield from Ledger().member(MANIFEST, _json({
        "members": ledger.members, "rows": made.rows, "files": made.files, "media_bytes": made.media_bytes,
        "vanished": made.vanished, "missing": made.missing}))
    yield ledger.end()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _head(applied: list[tuple[str, str]], found: list[Table], estimate: dict[str, int]) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, "program": __version__, "made_at": datetime.now(UTC).isoformat(),
            "database": connection.vendor, "migrations": applied, "estimate": estimate,
            "tables": {table.name: table.columns for table in found}}


def _table(ledger: Ledger, number: int, table: Table, made: Backup) -> Iterator[bytes]:
    made.rows[table.name] = 0
    for part, (content, count) in enumerate(parts_of(table)):
        made.rows[table.name] += count
        yield from ledger.member(f"{TABLES}{number:03d}.{table.name}/{part:06d}.jsonl.gz", content)


def _media(ledger: Ledger, made: Backup) -> Iterator[bytes]:
    root = Path(settings.MEDIA_ROOT)
    for path, _size in media_files():
        name = MEDIA + path.relative_to(root).as_posix()
        try:
            yield from ledger.file(name, path)
        except FileNotFoundError:
            pass
        if name in ledger.members:
            made.files += 1
            made.media_bytes += ledger.members[name][0]
        else:
            made.vanished.append(name)


def _missing_folders(found: list[Table]) -> list[str]:
    """List the folders that editions name and that are not there."""
    (editions,) = [t.model for t in found if t.model._meta.label == "observatory.Edition"]
    named = models.QuerySet(editions).exclude(folder="").values_list("folder", flat=True)
    return sorted(name for name in named.iterator() if not (Path(settings.MEDIA_ROOT) / name).is_dir())
