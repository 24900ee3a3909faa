"""What a vault's state was when it was last seen, kept outside it: so an older copy in its place is found.

A head is the number of the log's last line and its hash. It is no secret, and can be noted elsewhere by hand too.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ekistics.core.errors import VaultError
from ekistics.core.i18n import _

__all__ = ["Head", "head_file", "read_head", "require_memory", "write_head"]

LINE = re.compile("([0-9]{20}):([0-9a-f]{64})\n?")
WIDTH = 20 + 1 + 64 + 1


class Head(NamedTuple):
    """The end of a log.

    Parameters
    ----------
    seq : int
        Number of its last line.
    hash : str
        SHA-256 of that line.

    Examples
    --------
    >>> str(Head(3, "ab" * 32))[:30]
    '00000000000000000003:ababababa'
    """

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq:020d}:{self.hash}"


def head_file(folder: Path, vault_id: str) -> Path:
    """Give the file that remembers a vault.

    Parameters
    ----------
    folder : pathlib.Path
        Its folder.
    vault_id : str
        The vault.

    Returns
    -------
    pathlib.Path
        The file.
    """
    return folder / f"vault-{vault_id[:16]}.head"


def read_head(file: Path) -> Head | None:
    """Read what is remembered.

    Parameters
    ----------
    file : pathlib.Path
        The file.

    Returns
    -------
    Head or None
        The head; None where none is remembered.

    Raises
    ------
    VaultError
        The file is there and cannot be read.
    """
    text = ""
    try:
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        text = "?"
    if not text:  # killed before its first line
        return None
    found = LINE.fullmatch(text)
    if found is None:
        raise VaultError(_("The file that remembers the vault's newest state cannot be read."), where=file,
                         hint=_("Remove it if you are sure that the vault is the newest."))
    return Head(int(found[1]), found[2])


def write_head(file: Path, head: Head, *, back: bool = False) -> None:
    """Remember a head: one write of always the same length in place, so that a killed process leaves no half.

    An older head does not replace a newer one, which another process may have remembered in the meantime.

    Parameters
    ----------
    file : pathlib.Path
        The file.
    head : Head
        The head.
    back : bool
        Whether it counts even where a newer one is remembered, as its owner accepted an older copy.

    Raises
    ------
    VaultError
        It cannot be written.
    """
    with _held(file) as handle:
        seen = LINE.fullmatch(os.read(handle, WIDTH).decode("ascii", "replace"))
        if back or seen is None or int(seen[1]) <= head.seq:
            os.pwrite(handle, f"{head}\n".encode("ascii"), 0)
            os.fsync(handle)


def require_memory(file: Path) -> None:
    """Refuse where nothing could be remembered, before anything is changed.

    Parameters
    ----------
    file : pathlib.Path
        The file.

    Raises
    ------
    VaultError
        It cannot be written.
    """
    with _held(file):
        pass


@contextmanager
def _held(file: Path) -> Iterator[int]:
    """Open the file for the only one who writes it just now."""
    failed = False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle
        finally:
            os.close(handle)
    except OSError:
        failed = True
    if failed:
        raise VaultError(_("The vault's newest state cannot be remembered."), where=file,
                         hint=_("Name a folder that can be written with --heads."))
