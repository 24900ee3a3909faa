"""One transaction on a vault: its state as it stood, what is changed in it, and the line that is logged with it."""

import hashlib
import json
from dataclasses import dataclass

import pyarrow as pa

from ekistics.core.errors import VaultDamagedError, VaultOlderError
from ekistics.core.i18n import _
from ekistics.vault.catalogue import Catalogue, Chunk, StoredColumn
from ekistics.vault.columns import as_bytes, from_bytes
from ekistics.vault.container import Container
from ekistics.vault.heads import Head
from ekistics.vault.log import START, LogEntry, line_hash, new_line
from ekistics.vault.sealing import TAG, Sealer

__all__ = ["Place", "Work", "opened_piece"]

Place = tuple[str, str, str, int]  # survey, table, column, block


@dataclass(slots=True)
class Work:
    """The state of a vault within a transaction.

    Parameters
    ----------
    container : Container
        The file.
    sealer : Sealer
        What opens and seals.
    head : Head
        The end of the log.
    catalogue : Catalogue
        What the vault holds.
    changed : bool
        Whether the catalogue is to be written.
    """

    container: Container
    sealer: Sealer
    head: Head
    catalogue: Catalogue
    changed: bool = False

    @classmethod
    def empty(cls, container: Container, sealer: Sealer) -> "Work":
        """Begin a vault without content."""
        return cls(container, sealer, Head(0, START), Catalogue(), changed=True)

    @classmethod
    def begin(cls, container: Container, sealer: Sealer) -> "Work":
        """Read the state, and find a catalogue or a log that is not the newest of its vault.

        Raises
        ------
        VaultDamagedError
            Parts of the state do not belong together.
        """
        head = json.loads(sealer.open("head", container.single("head") or b""))
        sealed = container.single("catalogue") or b""
        if hashlib.sha256(sealed).hexdigest() != head["catalogue"]:
            raise VaultDamagedError(_("The vault's catalogue is not the one that was written last."),
                                    where=container.path)
        found = cls(container, sealer, Head(head["seq"], head["hash"]),
                    Catalogue.from_json(sealer.open("catalogue", sealed)))
        last = container.one("SELECT max(seq) FROM log")
        if last != (found.head.seq,) or found.hash_of(found.head.seq) != found.head.hash:
            raise VaultDamagedError(_("The end of the vault's log was cut off or changed."), where=container.path)
        return found

    def hash_of(self, seq: int) -> str:
        """Give the hash of a line of the log."""
        return line_hash(self.sealer.open("log", self.container.line(seq) or b"", seq))

    def require_newer(self, seen: Head) -> None:
        """Find a vault that is older than one that was seen, or that grew from another copy.

        Parameters
        ----------
        seen : Head
            The end of the log as it was seen.

        Raises
        ------
        VaultOlderError
            This vault's log does not go on from there.
        """
        hint = _("If this copy is meant to count from now on, accept it with --accept-older; erasures that are not in "
                 "it must then be done again.")
        if self.head.seq < seen.seq:
            raise VaultOlderError(_("This is an older copy of the vault."), where=self.container.path, hint=hint,
                                  expected=_("a log of at least {count} lines").format(count=seen.seq),
                                  got=self.head.seq)
        if seen.seq and self.hash_of(seen.seq) != seen.hash:
            raise VaultOlderError(_("This copy of the vault has another history than the one that was seen."),
                                  where=self.container.path, hint=hint)

    def log(self, entry: LogEntry) -> None:
        """Write a line of the log."""
        seq = self.head.seq + 1
        line = new_line(entry, seq=seq, previous=self.head.hash)
        self.container.put_line(seq, self.sealer.seal("log", line, seq))
        self.head = Head(seq, line_hash(line))

    def touch(self) -> int:
        """Say that the catalogue changes, and give the number of the change."""
        if not self.changed:
            self.changed = True
            self.catalogue.generation += 1
        return self.catalogue.generation

    def put(self, place: Place, array: pa.Array) -> Chunk:
        """Seal a piece of a column and write it.

        Parameters
        ----------
        place : tuple
            Survey, table, column and block.
        array : pyarrow.Array
            Its values.

        Returns
        -------
        Chunk
            Where it is.
        """
        generation = self.touch()
        sealed = self.sealer.seal("chunk", as_bytes(array), *place, generation)
        return Chunk(self.container.add_chunk(sealed), generation, sealed[-TAG:].hex())

    def get(self, place: Place, chunk: Chunk) -> pa.Array:
        """Open a piece of a column."""
        return opened_piece(self.sealer, place, chunk, self.container.chunk(chunk.number))

    def arrays(self, code: str, table: str, column: StoredColumn) -> list[pa.Array]:
        """Open all blocks of a column."""
        return [self.get((code, table, column.column.name, block), chunk) for block, chunk in enumerate(column.chunks)]

    def finish(self) -> None:
        """Write catalogue and head."""
        if self.changed:
            sealed = self.sealer.seal("catalogue", self.catalogue.to_json())
            self.container.put_single("catalogue", sealed)
        else:
            sealed = self.container.single("catalogue") or b""
        head = {"seq": self.head.seq, "hash": self.head.hash, "catalogue": hashlib.sha256(sealed).hexdigest()}
        self.container.put_single("head", self.sealer.seal("head", json.dumps(head).encode()))


def opened_piece(sealer: Sealer, place: Place, chunk: Chunk, sealed: bytes | None) -> pa.Array:
    """Open a piece of a column.

    Parameters
    ----------
    sealer : Sealer
        What opens.
    place : tuple
        Survey, table, column and block.
    chunk : Chunk
        What the catalogue says of it.
    sealed : bytes, optional
        The piece; None where it is not there.

    Returns
    -------
    pyarrow.Array
        Its values.

    Raises
    ------
    VaultDamagedError
        It is not there, was changed, or is another one.
    """
    where = "/".join(place[:3])
    if sealed is None or sealed[-TAG:].hex() != chunk.tag:
        raise VaultDamagedError(_("A piece of the vault is missing, or another one stands in its place."), where=where,
                                hint=_("Take the newest copy of the vault that is whole."))
    return from_bytes(sealer.open("chunk", sealed, *place, chunk.generation))
