"""Keys of a vault: a file or a passphrase; there is no default, and no way round a lost one.

The key wraps a random key of the vault's own, by which everything in it is encrypted. A passphrase is stretched by
scrypt (RFC 7914) with N = 2**17, r = 8, p = 1, as OWASP's Password Storage Cheat Sheet recommends; the 32 random bytes
of a key file need no stretching and go through HKDF-SHA256 (RFC 5869).
"""

import base64
import binascii
import hashlib
import os
import secrets
import stat
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ekistics.core.errors import InvalidValueError, VaultDamagedError, VaultKeyError
from ekistics.core.i18n import _

__all__ = ["VaultKey", "make_key_file"]

WORD = "EKISTICS-VAULT-KEY-1-"
KEY_BYTES, CHECK_BYTES = 32, 4
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**17, 8, 1
LEAST_N, MOST_N = 2**14, 2**20  # a header may ask for neither a weak nor an endless stretching
SHORTEST = 12


@dataclass(frozen=True, slots=True, repr=False)
class VaultKey:
    """What opens a vault.

    Parameters
    ----------
    secret : bytes
        The bytes of the key file, or the passphrase.
    kind : str
        ``"file"`` or ``"passphrase"``.
    file : pathlib.Path, optional
        The key file.
    heads : pathlib.Path, optional
        Folder where the newest state of each vault that was seen is remembered, so that an older copy is found; that
        of the key file, or of the vault where the key is a passphrase.

    Examples
    --------
    >>> VaultKey.from_passphrase("correct horse battery staple")
    <VaultKey passphrase>
    """

    secret: bytes
    kind: str
    file: Path | None = None
    heads: Path | None = field(default=None)

    def __repr__(self) -> str:
        return f"<VaultKey {self.kind}>"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError(_("A key is not written anywhere."))

    @classmethod
    def from_file(cls, file: Path, *, heads: Path | None = None) -> "VaultKey":
        """Read a key file.

        Parameters
        ----------
        file : pathlib.Path
            A file as :func:`make_key_file` writes it, which nobody else may read.
        heads : pathlib.Path, optional
            Folder where the newest state of each vault is remembered; that of the file by default.

        Returns
        -------
        VaultKey
            The key.

        Raises
        ------
        VaultKeyError
            It is not there, is no key file, was changed, or others may read it.
        """
        file = Path(file).absolute()
        text = _text_of(file)
        lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        secret = _secret_of(lines[0]) if len(lines) == 1 else None
        if secret is None:
            raise VaultKeyError(_("This is not a whole key file of a vault."), where=file,
                                expected=_("one line that begins with {start}").format(start=WORD),
                                hint=_("Take a copy of the key; 'ekistics vault key' makes one for a new vault."))
        return cls(secret, "file", file, file.parent if heads is None else Path(heads).absolute())

    @classmethod
    def from_passphrase(cls, text: str, *, heads: Path | None = None) -> "VaultKey":
        """Take a passphrase.

        Parameters
        ----------
        text : str
            The passphrase, of at least 12 characters.
        heads : pathlib.Path, optional
            Folder where the newest state of each vault is remembered; that of the vault by default.

        Returns
        -------
        VaultKey
            The key.

        Raises
        ------
        VaultKeyError
            It is too short.
        """
        text = unicodedata.normalize("NFC", text)
        if len(text) < SHORTEST:
            raise VaultKeyError(_("The passphrase is too short."),
                                expected=_("at least {count} characters").format(count=SHORTEST), got=len(text),
                                hint=_("Several words that do not belong together are long and easy to keep."))
        return cls(text.encode(errors="surrogatepass"), "passphrase", None,
                   None if heads is None else Path(heads).absolute())

    def wrapping_key(self, header: dict[str, Any]) -> bytes:
        """Derive the key that wraps the vault's own.

        Parameters
        ----------
        header : dict
            ``kind``, ``salt`` and, for a passphrase, ``n``, ``r`` and ``p``.

        Returns
        -------
        bytes
            32 bytes.

        Raises
        ------
        VaultKeyError
            The vault has a key of the other kind.
        VaultDamagedError
            The header asks for a stretching that this program never writes.
        """
        if header["kind"] != self.kind:
            kinds = {"file": _("a key file"), "passphrase": _("a passphrase")}
            raise VaultKeyError(_("This vault opens with another kind of key."), expected=kinds.get(header["kind"]),
                                got=kinds[self.kind])
        salt = bytes.fromhex(header["salt"])
        if self.kind == "file":
            return HKDF(SHA256(), KEY_BYTES, salt, b"ekistics vault: wrapping key").derive(self.secret)
        steps = header["n"]
        if (not LEAST_N <= steps <= MOST_N or steps.bit_count() != 1
                or (header["r"], header["p"]) != (SCRYPT_R, SCRYPT_P)):
            raise VaultDamagedError(_("The vault's header was changed."))
        return Scrypt(salt, KEY_BYTES, steps, SCRYPT_R, SCRYPT_P).derive(self.secret)

    def new_header(self) -> dict[str, Any]:
        """Choose salt and cost for a new wrapping.

        Returns
        -------
        dict
            As :meth:`wrapping_key` takes it.
        """
        cost = {"n": SCRYPT_N, "r": SCRYPT_R, "p": SCRYPT_P} if self.kind == "passphrase" else {}
        return {"kind": self.kind, "salt": secrets.token_hex(16), **cost}

    def require_apart(self, vault: Path) -> None:
        """Refuse a key file that lies beside the vault: whoever copies the folder would have both.

        Parameters
        ----------
        vault : pathlib.Path
            The vault.

        Raises
        ------
        VaultKeyError
            They share a folder, or the key lies in one below it.
        """
        if self.file is not None and self.file.resolve().is_relative_to(vault.resolve().parent):
            raise VaultKeyError(_("The key file lies in the folder of the vault."), where=self.file,
                                hint=_("Keep it elsewhere, at best on another medium: who copies the folder would "
                                       "have both."))


def make_key_file(file: Path) -> VaultKey:
    """Make a key of 32 random bytes and write it, for its owner only.

    Parameters
    ----------
    file : pathlib.Path
        Where; nothing may be there.

    Returns
    -------
    VaultKey
        The key.

    Raises
    ------
    InvalidValueError
        There is a file of that name.
    VaultKeyError
        It cannot be written there.
    """
    file = Path(file).absolute()
    secret = secrets.token_bytes(KEY_BYTES)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InvalidValueError(_("There is a file of this name already."), where=file,
                                hint=_("A key replaces nothing. Take another name.")) from error
    except OSError as error:
        raise VaultKeyError(_("The key file cannot be written."), where=file) from error
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(f"# key of an ekistics vault: keep it, and a copy of it, away from the vault\n{_line(secret)}\n")
        stream.flush()
        os.fsync(stream.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # or the name may be lost with the power, and what was sealed by it
    finally:
        os.close(folder)
    return VaultKey(secret, "file", file, file.parent)


def _line(secret: bytes) -> str:
    checked = secret + hashlib.sha256(secret).digest()[:CHECK_BYTES]
    return WORD + base64.b32encode(checked).decode("ascii").rstrip("=")


def _secret_of(line: str) -> bytes | None:
    """Read the line of a key file; None where it is none or was changed."""
    text = line.removeprefix(WORD)
    try:
        checked = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    secret = checked[:KEY_BYTES]
    return secret if line.startswith(WORD) and len(secret) == KEY_BYTES and _line(secret) == line else None


def _text_of(file: Path) -> str:
    """Read a key file that nobody else may read."""
    text = mode = None
    try:
        with file.open(encoding="ascii") as stream:
            mode = os.fstat(stream.fileno()).st_mode  # of what is read, not of what has the name just now
            text = stream.read()
    except (OSError, UnicodeDecodeError):
        pass
    if text is None or mode is None:
        raise VaultKeyError(_("The key file cannot be read."), where=file,
                            hint=_("Take a copy of the key. Without it nobody can open the vault."))
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise VaultKeyError(_("Others may read the key file."), where=file, expected="0600",
                            got=f"{stat.S_IMODE(mode):04o}", hint=f"chmod 600 {file}")
    return text
