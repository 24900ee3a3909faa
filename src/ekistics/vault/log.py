"""The access log: sealed lines, each of which holds the hash of the one before. No line holds a value of a person."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

__all__ = ["LogEntry", "START", "entry_from", "line_hash", "new_line"]

START = "0" * 64  # what the first line holds for the one before


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the log.

    Parameters
    ----------
    action : str
        ``create``, ``store``, ``read``, ``refuse``, ``erase``, ``expire``, ``rekey`` or ``accept``.
    actor : str
        Who did it.
    purpose : str
        What for; the reason of an erasure.
    survey, table : str
        Of what; empty in the erasure of a person, which leaves its number only.
    columns : tuple of str
        Columns that were read.
    rows : int
        Rows that were read, stored or erased.
    audit_id : str
        A random number that stands for an erasure.
    seq : int
        Number of the line, from 1.
    at : str
        When, in UTC.
    previous : str
        SHA-256 of the line before.
    """

    action: str
    actor: str
    purpose: str = ""
    survey: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()
    rows: int = 0
    audit_id: str = ""
    seq: int = 0
    at: str = ""
    previous: str = START

    def as_dict(self) -> dict[str, object]:
        """Give the line as plain fields.

        Returns
        -------
        dict of str to object
            The fields.
        """
        return asdict(self)


def new_line(entry: LogEntry, *, seq: int, previous: str) -> bytes:
    """Write a line.

    Parameters
    ----------
    entry : LogEntry
        What happened.
    seq : int
        Number of the line.
    previous : str
        SHA-256 of the line before.

    Returns
    -------
    bytes
        JSON, with random salt, so that its hash tells nothing of it.

    Examples
    --------
    >>> line = new_line(LogEntry("read", "ada", rows=2), seq=1, previous=START)
    >>> entry_from(line).rows
    2
    """
    given = entry.as_dict() | {"seq": seq, "previous": previous, "salt": secrets.token_hex(16),
                               "at": datetime.now(UTC).isoformat(timespec="milliseconds")}
    return json.dumps(given, ensure_ascii=False).encode()


def line_hash(line: bytes) -> str:
    """Give the SHA-256 of a line.

    Parameters
    ----------
    line : bytes
        The line.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return hashlib.sha256(line).hexdigest()


def entry_from(line: bytes) -> LogEntry:
    """Read a line.

    Parameters
    ----------
    line : bytes
        What :func:`new_line` wrote.

    Returns
    -------
    LogEntry
        What happened.
    """
    given, known = json.loads(line), {field.name for field in fields(LogEntry)}
    return LogEntry(**{name: value for name, value in given.items() if name in known}
                    | {"columns": tuple(given["columns"])})
