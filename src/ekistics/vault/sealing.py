"""Sealing by AES-256-GCM: every piece is bound to its place, so that one put elsewhere does not open."""

import hashlib
import json
import re
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ekistics.core.errors import VaultDamagedError, VaultKeyError
from ekistics.core.i18n import _
from ekistics.vault.keys import KEY_BYTES, VaultKey

__all__ = ["NONCE", "Sealer", "TAG", "header_for", "opened_header"]

NONCE, TAG = 12, 16  # bytes; random nonces serve 2**32 pieces of one key (NIST SP 800-38D, 8.3)
FORMAT = 1


class Sealer:
    """Seals and opens the pieces of one vault, each kind with a key of its own.

    Parameters
    ----------
    data_key : bytes
        The vault's own key, 32 bytes.
    vault_id : str
        The vault.

    Examples
    --------
    >>> sealer = Sealer(bytes(32), "v")
    >>> sealer.open("chunk", sealer.seal("chunk", b"water", "X24", 0), "X24", 0)
    b'water'
    """

    def __init__(self, data_key: bytes, vault_id: str) -> None:
        self.vault_id = vault_id
        self._ciphers = {kind: AESGCM(HKDF(SHA256(), KEY_BYTES, None, f"ekistics vault: {kind}".encode())
                                      .derive(data_key)) for kind in ("chunk", "catalogue", "head", "log")}

    def seal(self, kind: str, content: bytes | memoryview, *place: str | int) -> bytes:
        """Seal a piece.

        Parameters
        ----------
        kind : str
            ``"chunk"``, ``"catalogue"``, ``"head"`` or ``"log"``.
        content : bytes
            The piece.
        *place : str or int
            Where it belongs.

        Returns
        -------
        bytes
            Nonce, sealed content, tag.
        """
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._ciphers[kind].encrypt(nonce, content, self._bound(kind, place))

    def open(self, kind: str, sealed: bytes, *place: str | int) -> bytes:
        """Open a piece.

        Parameters
        ----------
        kind : str
            What it is.
        sealed : bytes
            The piece as :meth:`seal` gave it.
        *place : str or int
            Where it belongs.

        Returns
        -------
        bytes
            Its content.

        Raises
        ------
        VaultDamagedError
            It was changed, or belongs elsewhere.
        """
        content = None
        if isinstance(sealed, bytes) and len(sealed) >= NONCE + TAG:
            try:
                content = self._ciphers[kind].decrypt(sealed[:NONCE], memoryview(sealed)[NONCE:],
                                                      self._bound(kind, place))
            except InvalidTag:
                content = None
        if content is None:
            raise VaultDamagedError(_("A piece of the vault was changed, or belongs elsewhere."), got=kind,
                                    hint=_("Take the newest copy of the vault that is whole."))
        return content

    def _bound(self, kind: str, place: tuple[str | int, ...]) -> bytes:
        return json.dumps(["ekistics-vault", FORMAT, self.vault_id, kind, *place], ensure_ascii=True).encode("ascii")


def header_for(key: VaultKey, data_key: bytes, vault_id: str) -> bytes:
    """Write the one record of a vault that is not sealed: how its own key is wrapped.

    Parameters
    ----------
    key : VaultKey
        The key that opens the vault.
    data_key : bytes
        The vault's own key.
    vault_id : str
        The vault.

    Returns
    -------
    bytes
        JSON, with a checksum that tells damage from a wrong key.
    """
    header: dict[str, Any] = {"format": FORMAT, "vault": vault_id, **key.new_header()}
    nonce = secrets.token_bytes(NONCE)
    header["wrapped"] = (nonce + AESGCM(key.wrapping_key(header)).encrypt(nonce, data_key, _canonical(header))).hex()
    return _canonical(header | {"checksum": hashlib.sha256(_canonical(header)).hexdigest()})


def opened_header(content: object, key: VaultKey) -> Sealer:
    """Open a vault's header with a key.

    Parameters
    ----------
    content : object
        The header as it was read.
    key : VaultKey
        The key.

    Returns
    -------
    Sealer
        What opens the rest.

    Raises
    ------
    VaultDamagedError
        The header was changed.
    VaultKeyError
        The key is another vault's, or the passphrase is wrong.
    """
    header = _whole_header(content)
    wrapped, about = bytes.fromhex(header["wrapped"]), {k: v for k, v in header.items() if k != "wrapped"}
    cipher = AESGCM(key.wrapping_key(header))
    try:
        return Sealer(cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], _canonical(about)), header["vault"])
    except InvalidTag:
        pass
    raise VaultKeyError(_("This key does not open the vault."), where=key.file,
                        hint=_("It is another vault's, was replaced, or the passphrase is wrong. Without the right key "
                               "nobody can open it."))


def _whole_header(content: object) -> dict[str, Any]:
    header = None
    try:
        header = json.loads(content) if isinstance(content, bytes) else None
    except ValueError:
        header = None
    if isinstance(header, dict):
        checksum = header.pop("checksum", None)
        if checksum == hashlib.sha256(_canonical(header)).hexdigest():
            if header.get("format") != FORMAT:
                raise VaultDamagedError(_("This vault was made by a newer program."), expected=FORMAT,
                                        got=header.get("format"))
            if _complete(header):
                return header
    raise VaultDamagedError(_("The vault's header was changed."), hint=_("Take the newest copy that is whole."))


def _complete(header: dict[str, Any]) -> bool:
    texts = all(isinstance(header.get(k), str) and re.fullmatch("([0-9a-f]{2})+", header[k])
                for k in ("vault", "salt", "wrapped"))
    costs = all(isinstance(header.get(k), int) for k in ("n", "r", "p"))
    kinds = header.get("kind") == "file" or (header.get("kind") == "passphrase" and costs)
    return texts and kinds and len(header["wrapped"]) == 2 * (NONCE + KEY_BYTES + TAG)


def _canonical(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, ensure_ascii=True).encode("ascii")
