"""What a vault's state was when it was last seen, kept outside it: so an older copy in its place is found.

A head is the number of the log's last line and its hash. It is no secret, and can be noted elsewhere by hand too.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from ekistics.core.errors import VaultError
from ekistics.core.i18n import _

__all__ = ["Head", "head_file", "read_head", "write_head"]

LINE = re.compile("([0-9]{20}):([0-9a-f]{64})\n?")


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


def write_head(file: Path, head: Head) -> None:
    """Remember a head: one write of always the same length in place, so that a killed process leaves no half.

    Parameters
    ----------
    file : pathlib.Path
        The file.
    head : Head
        The head.

    Raises
    ------
    VaultError
        It cannot be written.
    """
    failed = False
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{head}\n".encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        failed = True
    if failed:
        raise VaultError(_("The vault's newest state cannot be remembered."), where=file,
                         hint=_("Name a folder that can be written with --heads."))
