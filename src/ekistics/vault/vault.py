"""The vault: opened with a key, it stores surveys, gives columns for a stated purpose, erases, and keeps the log."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ekistics.core.errors import (
    InvalidValueError,
    UnknownNameError,
    VaultDamagedError,
    VaultKeyError,
    VaultOlderError,
    VaultRefusedError,
)
from ekistics.core.i18n import _
from ekistics.vault.catalogue import Chunk, StoredColumn, StoredSurvey, StoredTable, SurveyRecord
from ekistics.vault.columns import arrow_of, blocks_of, pandas_of, split
from ekistics.vault.container import Container
from ekistics.vault.erasure import (
    Erasure,
    erase_expired,
    erase_people,
    erase_tables,
    expired_rows,
    with_theirs,
    without_rows,
)
from ekistics.vault.guard import guarded
from ekistics.vault.heads import Head, head_file, read_head, require_memory, write_head
from ekistics.vault.intake import HOUSEHOLD_ID, PERSON_ID, require_tables
from ekistics.vault.keys import KEY_BYTES, VaultKey
from ekistics.vault.log import START, LogEntry, entry_from, line_hash
from ekistics.vault.microdata import Microdata
from ekistics.vault.sealing import TAG, Sealer, header_for, opened_header
from ekistics.vault.work import Place, Work, opened_piece

__all__ = ["Vault", "VaultCheck"]

LONGEST = 500  # characters of a purpose, a reason or an actor's name


@dataclass(frozen=True, slots=True)
class VaultCheck:
    """What a check of a whole vault found; it raises where it finds damage.

    Parameters
    ----------
    surveys, rows, chunks, lines : int
        How many there are: surveys, rows of all tables, sealed pieces, lines of the log.
    head : str
        The end of the log, to be noted elsewhere.
    """

    surveys: int
    rows: int
    chunks: int
    lines: int
    head: str


class Vault:
    """An open vault: the only home of people's records.

    Made by :meth:`create` or :meth:`open`, used as a context manager, by one thread. Other processes may have it open
    at the same time; who writes comes after the other.

    Parameters
    ----------
    container : Container
        Its file.
    sealer : Sealer
        What opens and seals its pieces.
    key : VaultKey
        The key.

    Examples
    --------
    >>> import tempfile
    >>> key = VaultKey.from_passphrase("correct horse battery staple")
    >>> survey = SurveyRecord("X24", "Households 2024", "SDG 11", "informed consent", date(2099, 12, 31))
    >>> homes = pd.DataFrame({"household_id": ["a", "b"], "rooms": [1, 3]})
    >>> with Vault.create(Path(tempfile.mkdtemp()) / "people.vault", key) as vault:
    ...     vault.store(survey, {"household": homes}, actor="ada")
    ...     rooms = vault.read("X24", "household", columns=["rooms"], purpose="living space", actor="ada")
    >>> rooms.column("rooms").mean()
    np.float64(2.0)
    """

    def __init__(self, container: Container, sealer: Sealer, key: VaultKey) -> None:
        self._file, self._sealer, self._key = container, sealer, key
        self._header = container.single("header")
        self._seen = Head(0, START)

    def __repr__(self) -> str:
        return f"<Vault {self._file.path.name}>"

    # Opening

    @classmethod
    @guarded
    def create(cls, path: Path, key: VaultKey, *, actor: str = "owner") -> "Vault":
        """Make an empty vault.

        Parameters
        ----------
        path : pathlib.Path
            Its file; nothing may be there.
        key : VaultKey
            The key that opens it.
        actor : str
            Who makes it, for the log.

        Returns
        -------
        Vault
            The open vault.

        Raises
        ------
        VaultError
            There is a file of that name, or the key file lies beside it.
        """
        path, data_key, vault_id = Path(path).absolute(), secrets.token_bytes(KEY_BYTES), secrets.token_hex(16)
        key.require_apart(path)
        header, sealer, actor = header_for(key, data_key, vault_id), Sealer(data_key, vault_id), _stated(actor, "actor")

        def fill(container: Container) -> None:
            container.put_single("header", header)
            work = Work.empty(container, sealer)
            work.log(LogEntry("create", actor))
            work.finish()

        vault = cls(Container.create(path, fill), sealer, key)
        try:
            vault._recall(accept_older=False, actor=actor)
        except BaseException:
            vault.close()
            path.unlink()  # empty, and made just now
            raise
        return vault

    @classmethod
    @guarded
    def open(cls, path: Path, key: VaultKey, *, accept_older: bool = False, actor: str = "owner") -> "Vault":
        """Open a vault, and find a wrong key, damage, and an older copy in its place.

        Parameters
        ----------
        path : pathlib.Path
            Its file.
        key : VaultKey
            The key.
        accept_older : bool
            Whether a copy counts from now on that is older than what was seen; the log says so.
        actor : str
            Who accepts it, for the log.

        Returns
        -------
        Vault
            The open vault.

        Raises
        ------
        MissingInputError
            There is no file.
        VaultError
            It cannot be opened; see its subclasses.
        """
        path = Path(path).absolute()
        key.require_apart(path)
        container = Container.open(path)
        try:
            vault = cls(container, opened_header(container.single("header"), key), key)
            vault._recall(accept_older=accept_older, actor=actor)
        except BaseException:
            container.close()
            raise
        return vault

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> "Vault":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    # What is in it

    @guarded
    def surveys(self) -> tuple[SurveyRecord, ...]:
        """List the surveys with their conditions."""
        with self._looking() as work:
            return tuple(survey.record for survey in work.catalogue.surveys.values())

    @guarded
    def tables(self, code: str) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Give the rows and the names of the columns of each table of a survey.

        Parameters
        ----------
        code : str
            The survey.

        Returns
        -------
        dict of str to tuple
            By table: rows, names of columns.

        Raises
        ------
        UnknownNameError
            It is not in the vault.
        """
        with self._looking() as work:
            return {name: (len(table), tuple(table.columns))
                    for name, table in work.catalogue.survey(code).tables.items()}

    # Storing and reading

    @guarded
    def store(self, record: SurveyRecord, tables: Mapping[str, pd.DataFrame], *, actor: str) -> None:
        """Store a survey: all its tables, or nothing.

        Parameters
        ----------
        record : SurveyRecord
            The survey and its conditions.
        tables : mapping of str to pandas.DataFrame
            ``household`` (one row a ``household_id``), ``person`` (one row a ``person_id``, with its
            ``household_id``), others with one of these ids. The index is not kept.
        actor : str
            Who stores, for the log.

        Raises
        ------
        InvalidValueError
            There is a survey of this code, or a frame is not as it must be. The text holds no value of a person.
        VaultRefusedError
            Some did not agree.
        """
        actor = _stated(actor, "actor")
        require_tables(record, tables)
        with self._working() as work:
            if record.code in work.catalogue.surveys:
                raise InvalidValueError(_("There is a survey of this code already."), where=record.code,
                                        hint=_("Erase it first, or store the new round under a code of its own."))
            survey = work.catalogue.surveys[record.code] = StoredSurvey(record, {})
            for name, frame in tables.items():
                survey.tables[name] = _stored(work, record.code, name, frame)
                work.log(LogEntry("store", actor, record.purpose, record.code, name, tuple(frame.columns), len(frame)))

    @guarded
    def read(self, code: str, table: str, *, columns: Sequence[str] | None = None, purpose: str,
             actor: str) -> Microdata:
        """Read columns of a table; the reading is in the log before anything is given.

        Rows whose own last day is over, and the people they are of, are left out as :meth:`expire` would erase them.

        Parameters
        ----------
        code, table : str
            Survey and table.
        columns : sequence of str, optional
            The columns that are needed; all by default. Only these are decrypted.
        purpose : str
            What for.
        actor : str
            Who reads.

        Returns
        -------
        Microdata
            The records.

        Raises
        ------
        UnknownNameError
            Survey, table or column are not in the vault.
        VaultRefusedError
            The survey may not be read for this purpose, or may not be kept any more. The log notes it.
        """
        actor, purpose = _stated(actor, "actor"), _stated(purpose, "purpose")
        with self._working() as work:
            record, stored = work.catalogue.survey(code).record, work.catalogue.table(code, table)
            names = _columns(stored, columns, where=f"{code}/{table}")
            refusal = _refusal(record, purpose)
            over = {} if refusal else expired_rows(work, code, date.today())
            gone = over.get(table, np.zeros(len(stored), dtype=bool))
            work.log(LogEntry("read" if refusal is None else "refuse", actor, purpose, code, table, names,
                              int((~gone).sum()) if refusal is None else 0))
            sealed = {} if refusal else {chunk.number: work.container.chunk(chunk.number) for name in names
                                         for _block, chunk in stored.columns[name].pieces()}
        if refusal is not None:
            raise refusal

        def opened(place: Place, chunk: Chunk) -> pa.Array:
            return opened_piece(self._sealer, place, chunk, sealed.pop(chunk.number))

        frame = pd.DataFrame({name: _values((code, table), stored.columns[name], opened) for name in names},
                             index=pd.RangeIndex(len(stored)))
        return Microdata(without_rows(frame, gone) if gone.any() else frame, survey=code, table=table)

    # Erasing

    @guarded
    def erase_person(self, record_id: str, *, actor: str, reason: str,
                     surveys: Sequence[str] | None = None) -> Erasure:
        """Erase a person from every table: by ``person_id``, and the household's rows where nobody else is in it.

        Parameters
        ----------
        record_id : str
            The person's id.
        actor, reason : str
            Who erases, and why; neither may hold the id.
        surveys : sequence of str, optional
            In these surveys; in all by default, where the same id is taken for the same person.

        Returns
        -------
        Erasure
            The number that the log keeps, and how many rows went.

        Raises
        ------
        UnknownNameError
            Nobody has this id.
        """
        return self._erase("person", record_id, actor=actor, reason=reason, surveys=surveys)

    @guarded
    def erase_household(self, record_id: str, *, actor: str, reason: str,
                        surveys: Sequence[str] | None = None) -> Erasure:
        """Erase a household with all its members, from every table.

        Parameters
        ----------
        record_id : str
            The household's id.
        actor, reason : str
            Who erases, and why; neither may hold the id.
        surveys : sequence of str, optional
            In these surveys; in all by default, where the same id is taken for the same household.

        Returns
        -------
        Erasure
            The number that the log keeps, and how many rows went.

        Raises
        ------
        UnknownNameError
            There is no such household.
        """
        return self._erase("household", record_id, actor=actor, reason=reason, surveys=surveys)

    @guarded
    def erase_survey(self, code: str, *, actor: str, reason: str) -> Erasure:
        """Erase a survey with all its tables.

        Parameters
        ----------
        code : str
            The survey.
        actor, reason : str
            Who erases, and why.

        Returns
        -------
        Erasure
            The number that the log keeps, and how many rows went.

        Raises
        ------
        UnknownNameError
            It is not in the vault.
        """
        actor, reason = _stated(actor, "actor"), _stated(reason, "reason")
        with self._working() as work:
            done = Erasure(secrets.token_hex(16), erase_tables(work, code))
            work.log(LogEntry("erase", actor, reason, code, rows=done.total, audit_id=done.audit_id))
        self._file.shrink()
        return done

    @guarded
    def expire(self, today: date, *, actor: str = "owner") -> tuple[Erasure, ...]:
        """Erase what may not be kept any more: whole surveys, and rows whose own last day is over.

        Parameters
        ----------
        today : datetime.date
            The day; what may be kept until this day stays.
        actor : str
            Who does it, for the log.

        Returns
        -------
        tuple of Erasure
            One for each survey of which something went.
        """
        actor, found = _stated(actor, "actor"), []
        with self._working() as work:
            for code, survey in list(work.catalogue.surveys.items()):
                rows = (erase_tables(work, code) if survey.record.retention_until < today
                        else erase_expired(work, code, today))
                if rows or code not in work.catalogue.surveys:
                    done = Erasure(secrets.token_hex(16), rows)
                    found.append(done)
                    work.log(LogEntry("expire", actor, today.isoformat(), code, rows=done.total,
                                      audit_id=done.audit_id))
        if found:
            self._file.shrink()
        return tuple(found)

    # Log, check, keys

    @guarded
    def log(self) -> tuple[LogEntry, ...]:
        """Give the log from its first line, and find lines that were removed or changed.

        Returns
        -------
        tuple of LogEntry
            The lines.

        Raises
        ------
        VaultDamagedError
            The chain does not hold; it says at which line.
        """
        with self._looking() as work:
            return tuple(_lines(work))

    @guarded
    def verify(self) -> VaultCheck:
        """Read the whole vault: every page, every piece, every line of the log.

        Returns
        -------
        VaultCheck
            What there is.

        Raises
        ------
        VaultDamagedError
            Something is not whole.
        """
        self._file.check()
        with self._looking() as work:
            lines = sum(1 for _entry in _lines(work))
            named = set()
            for place, chunk in work.catalogue.pieces():
                array, block = work.get(place, chunk), place[3]
                if block >= 0 and len(array) != work.catalogue.table(*place[:2]).blocks[block]:
                    raise VaultDamagedError(_("A piece of the vault has another length than its table."),
                                            where="/".join(place[:3]))
                named.add(chunk.number)
            if named != work.container.chunk_numbers():
                raise VaultDamagedError(_("The vault holds pieces that belong to nothing."), where=self._file.path)
            surveys = work.catalogue.surveys.values()
            return VaultCheck(len(surveys), sum(len(table) for s in surveys for table in s.tables.values()),
                              len(named), lines, str(work.head))

    @guarded
    def rekey(self, key: VaultKey, *, actor: str) -> None:
        """Encrypt everything anew, by a new key of the vault's own that the new key wraps.

        Once the old key is destroyed, older copies of the file (backups, and what an erasure left on a disk) can be
        read by nobody.

        Parameters
        ----------
        key : VaultKey
            The new key, another than before.
        actor : str
            Who does it, for the log.

        Raises
        ------
        VaultKeyError
            It is the old key, or lies beside the vault.
        """
        actor = _stated(actor, "actor")
        key.require_apart(self._file.path)
        if (key.kind, key.secret) == (self._key.kind, self._key.secret):
            raise VaultKeyError(_("The new key is the old one."), hint=_("Make a new one."))
        data_key = secrets.token_bytes(KEY_BYTES)
        sealer = Sealer(data_key, self._sealer.vault_id)
        header = header_for(key, data_key, sealer.vault_id)
        write_head(self._heads(key), self._seen)  # first: after an error the old key must still open it
        with self._working() as work:
            _reseal(work, sealer)
            work.log(LogEntry("rekey", actor))
            work.container.put_single("header", header)
        self._sealer, self._key, self._header = sealer, key, header
        self._remember(work.head)

    # Inside

    def _erase(self, what: str, record_id: str, *, actor: str, reason: str, surveys: Sequence[str] | None) -> Erasure:
        actor, reason, record_id = _stated(actor, "actor"), _stated(reason, "reason"), str(record_id)
        _require_without_ids([record_id], actor=actor, reason=reason)
        with self._working() as work:
            rows: dict[tuple[str, str], int] = {}
            for code in list(work.catalogue.surveys) if surveys is None else surveys:
                persons, households = with_theirs(work, code, *(([record_id], []) if what == "person"
                                                                else ([], [record_id])))
                _require_without_ids([*persons, *households], actor=actor, reason=reason)
                rows |= erase_people(work, code, persons=persons, households=households)
            if not rows:
                raise UnknownNameError(_("Nobody in the vault has this id."), hint=_("Nothing was erased."))
            done = Erasure(secrets.token_hex(16), rows)
            work.log(LogEntry("erase", actor, reason, rows=done.total, audit_id=done.audit_id))
        return done

    @contextmanager
    def _working(self) -> Iterator[Work]:
        """Hold the right to write, with the newest state; all that the block did counts, or nothing."""
        with self._file.writing():
            work = self._begun()
            require_memory(self._heads())
            yield work
            work.finish()
        self._remember(work.head)

    @contextmanager
    def _looking(self) -> Iterator[Work]:
        """See one moment of the vault."""
        with self._file.reading():
            yield self._begun()

    def _begun(self) -> Work:
        if self._file.single("header") != self._header:
            raise VaultKeyError(_("The vault was given another key since it was opened."), where=self._file.path,
                                hint=_("Open it again, with the new key."))
        work = Work.begin(self._file, self._sealer)
        work.require_newer(self._seen)
        return work

    def _heads(self, key: VaultKey | None = None) -> Path:
        return head_file((key or self._key).heads or self._file.path.parent, self._sealer.vault_id)

    def _remember(self, head: Head, *, back: bool = False) -> None:
        self._seen = head
        write_head(self._heads(), head, back=back)

    def _recall(self, *, accept_older: bool, actor: str) -> None:
        """Hold the state against the newest that was seen."""
        seen = read_head(self._heads())
        with self._looking() as work:
            head, refusal = work.head, None
            try:
                work.require_newer(seen or head)
            except (VaultOlderError, VaultDamagedError) as error:
                refusal = error
        if isinstance(refusal, VaultOlderError) and accept_older and seen is not None:
            with self._working() as work:
                work.log(LogEntry("accept", _stated(actor, "actor"), f"{seen.seq} > {head.seq}"))
            self._remember(work.head, back=True)
        elif refusal is not None:
            raise refusal
        else:
            self._remember(head)


def _stated(text: str, name: str) -> str:
    """Take a text for the log: one line, not empty."""
    text = str(text).strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InvalidValueError(_("The log needs this: one line of text."), param=name,
                                expected=_("1 to {count} characters").format(count=LONGEST), got=len(text))
    return text


def _require_without_ids(ids: Iterable[str], **texts: str) -> None:
    """Refuse texts for the log that hold an id of those who are erased."""
    for name, text in texts.items():
        if any(_holds(text, record_id) for record_id in ids):
            raise InvalidValueError(_("The log keeps this text, so it must not hold the id."), param=name)


def _holds(text: str, record_id: str) -> bool:
    """Tell whether a text holds an id as a word of its own."""
    padded = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    words = "".join(c if c.isalnum() else " " for c in record_id.casefold()).split()
    return bool(words) and any(padded[n:n + len(words)] == words for n in range(len(padded)))


def _columns(stored: StoredTable, columns: Sequence[str] | None, *, where: str) -> tuple[str, ...]:
    names = tuple(stored.columns) if columns is None else tuple(dict.fromkeys(columns))
    for name in names:
        if name not in stored.columns:
            raise UnknownNameError.among(name, sorted(stored.columns), what=_("column"), where=where)
    return names


def _refusal(record: SurveyRecord, purpose: str) -> VaultRefusedError | None:
    """Say why a survey may not be read now for this purpose."""
    if record.retention_until < date.today():
        return VaultRefusedError(_("The survey may not be kept any more, and so not be read."), where=record.code,
                                 got=record.retention_until, hint=_("'ekistics vault expire' erases it."))
    if record.purposes and purpose not in record.purposes:
        return VaultRefusedError(_("The survey may not be read for this purpose."), where=record.code,
                                 expected=" | ".join(record.purposes), got=purpose)
    return None


def _stored(work: Work, code: str, table: str, frame: pd.DataFrame) -> StoredTable:
    """Seal a frame column by column and block by block."""
    blocks, columns = blocks_of(len(frame)), {}
    for name in frame.columns:
        column, array, categories = arrow_of(name, _own_ids(name, frame[name]))
        columns[name] = StoredColumn(
            column, [work.put((code, table, name, block), piece) for block, piece in enumerate(split(array, blocks))],
            None if categories is None else work.put((code, table, name, -1), categories))
    return StoredTable(blocks, columns)


def _own_ids(name: str, values: "pd.Series[Any]") -> "pd.Series[Any]":
    """Leave out ids that are declared as categories and no row has: nobody could be found by them to be erased."""
    declared = name in (PERSON_ID, HOUSEHOLD_ID) and isinstance(values.dtype, pd.CategoricalDtype)
    return values.cat.remove_unused_categories() if declared else values


def _values(table: tuple[str, str], stored: StoredColumn,
            opened: Callable[[Place, Chunk], pa.Array]) -> "pd.Series[Any]":
    pieces = {block: opened((*table, stored.column.name, block), chunk) for block, chunk in stored.pieces()}
    categories = pieces.pop(-1, None)
    return pandas_of(stored.column, list(pieces.values()), categories)


def _lines(work: Work) -> Iterator[LogEntry]:
    """Walk the log's chain."""
    expected, previous = 1, START
    for seq, sealed in work.container.lines():
        if seq != expected:
            break
        line = work.sealer.open("log", sealed if isinstance(sealed, bytes) else b"", seq)
        entry = entry_from(line)
        if entry.previous != previous or entry.seq != seq:
            raise VaultDamagedError(_("A line of the vault's log was changed."), where=work.container.path, got=seq)
        expected, previous = seq + 1, line_hash(line)
        yield entry
    if (expected - 1, previous) != work.head:
        raise VaultDamagedError(_("A line of the vault's log was removed."), where=work.container.path, got=expected)


def _reseal(work: Work, sealer: Sealer) -> None:
    """Encrypt pieces and lines by another key; their numbers and the hashes of lines stay."""
    container, generation = work.container, work.touch()
    for code, survey in work.catalogue.surveys.items():
        for table, stored in survey.tables.items():
            for name, column in stored.columns.items():
                fresh = {block: _resealed(work, sealer, (code, table, name, block), chunk, generation)
                         for block, chunk in column.pieces()}
                column.categories = fresh.pop(-1, None)
                column.chunks = list(fresh.values())
    for seq, sealed in list(container.lines()):
        container.put_line(seq, sealer.seal("log", work.sealer.open("log", sealed, seq), seq))  # type: ignore[arg-type]
    work.sealer = sealer


def _resealed(work: Work, sealer: Sealer, place: Place, chunk: Chunk, generation: int) -> Chunk:
    content = work.sealer.open("chunk", work.container.chunk(chunk.number) or b"", *place, chunk.generation)
    sealed = sealer.seal("chunk", content, *place, generation)
    work.container.replace_chunk(chunk.number, sealed)
    return Chunk(chunk.number, generation, sealed[-TAG:].hex())
