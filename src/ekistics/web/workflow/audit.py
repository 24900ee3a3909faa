"""The log: every entry holds the hash of the one before it, so that a change or a gap shows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from ekistics.core.i18n import N_, _
from ekistics.web.workflow.models import AuditEntry

__all__ = ["Broken", "Checked", "Entry", "check_chain", "record", "record_all", "verify_chain", "words_of"]

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was done, on its way into the log.

    Parameters
    ----------
    action, target : str
        What, and to what; ids only, no names of people.
    actor : int, optional
        The account; None for the program itself.
    detail : mapping
        Plain values; never secrets, tokens or people's records.
    """

    action: str
    target: str
    actor: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """A place where the chain does not hold.

    Parameters
    ----------
    number : int
        Number of the entry.
    what : str
        ``gap``, ``previous`` or ``digest``.
    """

    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a walk along the chain found.

    Parameters
    ----------
    count : int
        Entries read.
    last : str
        Digest of the last one. Kept elsewhere, it shows later whether entries were cut off at the end.
    broken : Broken or None
        The first place where the chain does not hold.
    """

    count: int
    last: str
    broken: Broken | None


BREAKS = {"gap": N_("Before entry {number} entries are missing."),
          "previous": N_("Entry {number} does not follow from the one before it."),
          "digest": N_("Entry {number} was changed after it was written.")}


def record(action: str, target: str, *, actor: int | None = None, detail: Mapping[str, Any] | None = None,
           ) -> AuditEntry:
    """Add an entry to the log, in the transaction that does what it tells of.

    Parameters
    ----------
    action : str
        What was done, e.g. ``edition.publish``.
    target : str
        To what, e.g. ``edition:12``; ids only, no names of people.
    actor : int, optional
        The account; None for the program itself.
    detail : mapping, optional
        Plain values; never secrets, tokens or people's records.

    Returns
    -------
    AuditEntry
        The entry.
    """
    return record_all([Entry(action, target, actor, detail or {})])[0]


def record_all(entries: Iterable[Entry]) -> list[AuditEntry]:
    """Add entries to the log, one after the other.

    Parameters
    ----------
    entries : iterable of Entry
        What was done.

    Returns
    -------
    list of AuditEntry
        The entries.
    """
    made: list[AuditEntry] = []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:  # entries are written one after the other
                cursor.execute("SELECT pg_advisory_xact_lock(743001)")
        number, digest = AuditEntry.objects.order_by("-number").values_list("number", "digest").first() or (0, START)
        for new in entries:
            entry = AuditEntry(number=number + 1, at=datetime.now(UTC).isoformat(timespec="microseconds"),
                               actor=new.actor, action=new.action, target=new.target, previous=digest,
                               detail=json.dumps(dict(new.detail), sort_keys=True, ensure_ascii=False, default=str))
            number, digest = entry.number, _digest(entry)
            entry.digest = digest
            made.append(entry)
        return AuditEntry.objects.bulk_create(made)


def _digest(entry: AuditEntry) -> str:
    fields = (entry.previous, entry.number, entry.at, entry.actor, entry.action, entry.target, entry.detail)
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


def verify_chain() -> Iterator[Broken]:
    """Walk the log from its start and give every place where it does not hold.

    Yields
    ------
    Broken
        A gap in the numbers, an entry that does not follow the one before, or one whose content was changed.
    """
    number, digest = 0, START
    for entry in AuditEntry.objects.order_by("number").iterator(chunk_size=2000):
        if entry.number != number + 1:
            yield Broken(entry.number, "gap")
        if entry.previous != digest:
            yield Broken(entry.number, "previous")
        if entry.digest != _digest(entry):
            yield Broken(entry.number, "digest")
        number, digest = entry.number, entry.digest


def check_chain() -> Checked:
    """Walk the log and give its size, its last digest and the first break.

    Returns
    -------
    Checked
        What was found.
    """
    last = AuditEntry.objects.order_by("-number").values_list("digest", flat=True).first() or START
    return Checked(AuditEntry.objects.count(), last, next(verify_chain(), None))


def words_of(broken: Broken) -> str:
    """Say in words where the chain does not hold."""
    return _(BREAKS[broken.what]).format(number=broken.number)
