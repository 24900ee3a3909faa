"""Sealed archives: a tar stream inside an age file, written and read piece by piece. No database here.

``age -d -i KEY BACKUP | tar x`` opens one without this program. age authenticates every byte, so that a changed, cut
or lengthened file is found; the digests inside are checked all the same, as anybody who knows a recipient can write a
file for it.
"""

import hashlib
import os
import tarfile
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

import pyrage

from ekistics.core.errors import ConfigurationError, InputFormatError, MissingInputError
from ekistics.core.i18n import _

__all__ = ["Ledger", "Unsealed", "identity_of", "recipient_of", "seal", "unsealed"]

PIECE = 1 << 20
ZEROS = b"\0" * tarfile.BLOCKSIZE
Identity = pyrage.x25519.Identity
Recipient = pyrage.x25519.Recipient


def identity_of(key_file: Path) -> Identity:
    """Read a secret key.

    Parameters
    ----------
    key_file : pathlib.Path
        A file as ``ekistics backup-key`` and ``age-keygen`` write it.

    Returns
    -------
    pyrage.x25519.Identity
        The key.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigurationError
        It holds no key, or more than one.
    """
    try:
        lines = key_file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MissingInputError(_("The key file cannot be read."), where=key_file,
                                hint=_("'ekistics backup-key' makes one.")) from error
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        (key,) = keys
        return Identity.from_str(key)
    except (ValueError, pyrage.IdentityError) as error:
        raise ConfigurationError(_("This is not a key file."), where=key_file,
                                 expected=_("one line that begins with {start}").format(start="AGE-SECRET-KEY-1"),
                                 hint=_("'ekistics backup-key' makes one.")) from error


def recipient_of(text: str) -> Recipient:
    """Read a recipient: the public half of a key.

    Parameters
    ----------
    text : str
        ``age1...``.

    Returns
    -------
    pyrage.x25519.Recipient
        The recipient.

    Raises
    ------
    ConfigurationError
        It is none.
    """
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise ConfigurationError(_("This is not a recipient."), where="--recipient", got=text,
                                 expected="age1…", hint=_("'ekistics backup-key' makes a key and names its recipient.")
                                 ) from error


class Ledger:
    """Writes the members of an archive as pieces of a tar stream, and keeps size and SHA-256 of each."""

    def __init__(self) -> None:
        self.members: dict[str, tuple[int, str]] = {}

    def member(self, name: str, content: bytes) -> Iterator[bytes]:
        """Write a member that is held in memory.

        Parameters
        ----------
        name : str
            Its name.
        content : bytes
            Its content.

        Yields
        ------
        bytes
            Pieces of the stream.
        """
        yield _header(name, len(content))
        yield content
        yield _padding(len(content))
        self.members[name] = (len(content), hashlib.sha256(content).hexdigest())

    def file(self, name: str, path: Path) -> Iterator[bytes]:
        """Write a file as a member.

        Parameters
        ----------
        name : str
            Its name in the archive.
        path : pathlib.Path
            The file. One that becomes shorter meanwhile is filled up and not kept in the ledger.

        Yields
        ------
        bytes
            Pieces of the stream.

        Raises
        ------
        FileNotFoundError
            It is gone; nothing was written.
        """
        with path.open("rb") as stream:
            about = os.fstat(stream.fileno())
            yield _header(name, about.st_size, mtime=int(about.st_mtime))
            digest, left = hashlib.sha256(), about.st_size
            while left and (piece := stream.read(min(PIECE, left))):
                digest.update(piece)
                left -= len(piece)
                yield piece
            if left:
                yield from (b"\0" * min(PIECE, left - done) for done in range(0, left, PIECE))
            else:
                self.members[name] = (about.st_size, digest.hexdigest())
            yield _padding(about.st_size)

    @staticmethod
    def end() -> bytes:
        """Give what ends the stream."""
        return ZEROS * 2


def _header(name: str, size: int, *, mtime: int = 0) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, mtime
    return entry.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return ZEROS[: -size % tarfile.BLOCKSIZE]


class _Pieces:
    """Pieces as the file that age reads from; keeps the error that making them raised."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Give at most so many bytes; none at the end."""
        try:
            while not self._left:
                self._left = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        given, self._left = self._left[:size], self._left[size:]
        return bytes(given)


class _Sink:
    """The file that age writes into, with the digest of what was written."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.error: OSError | None = None

    def write(self, piece: bytes) -> int:
        """Write a piece."""
        try:
            self._stream.write(piece)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(piece)
        return len(piece)

    def flush(self) -> None:
        """Flush the file."""
        self._stream.flush()


def seal(pieces: Generator[bytes, None, None], stream: BinaryIO, recipients: Sequence[Recipient]) -> str:
    """Encrypt a stream for some recipients.

    Parameters
    ----------
    pieces : generator of bytes
        The stream; taken piece by piece, in this thread, and closed.
    stream : file
        Where the age file is written.
    recipients : sequence of pyrage.x25519.Recipient
        Whose keys open it.

    Returns
    -------
    str
        SHA-256 of what was written.
    """
    source, sink = _Pieces(pieces), _Sink(stream)
    try:
        pyrage.encrypt_io(source, sink, list(recipients))
    except pyrage.EncryptError:
        if (cause := source.error or sink.error) is not None:
            raise cause from None
        raise
    finally:
        pieces.close()
    return sink.digest.hexdigest()


class Unsealed:
    """An opened archive, read from its beginning to its end.

    Parameters
    ----------
    path : pathlib.Path
        The age file.
    stream : file
        Its decrypted content.
    failures : list
        Where the thread that decrypts leaves its error.
    """

    def __init__(self, path: Path, stream: BufferedReader, failures: list[Exception]) -> None:
        self._path, self._stream, self._failures = path, stream, failures
        self.members: dict[str, tuple[int, str]] = {}

    def read(self, take: Callable[[str, BinaryIO], None]) -> None:
        """Go through the members, keep size and SHA-256 of each, and make sure that the file was whole to its end.

        Parameters
        ----------
        take : callable
            Called with name and content of each member; what it leaves unread is read over.

        Raises
        ------
        InputFormatError
            The archive holds something else than files.
        """
        with tarfile.open(fileobj=self._stream, mode="r|") as archive:
            while (entry := archive.next()) is not None:
                archive.members.clear()  # a list of all members would grow with the archive
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None or entry.name in self.members:
                    raise InputFormatError(_("The backup holds something that is not a file of its own."),
                                           where=self._path, got=entry.name)
                counted = _Counted(content)
                take(entry.name, counted)  # type: ignore[arg-type] - read() is all that is used of it
                counted.rest()
                self.members[entry.name] = (counted.size, counted.digest.hexdigest())
        while self._stream.read(PIECE):
            pass
        self.refuse_failure()

    def opens(self) -> None:
        """Make sure that the key opens the file.

        Raises
        ------
        ConfigurationError
            It does not.
        """
        if not self._stream.peek(1):
            self.refuse_failure()

    def refuse_failure(self) -> None:
        """Raise what the decryption found wrong."""
        if self._failures:
            raise _damaged(self._path, self._failures[0]) from self._failures[0]


class _Counted:
    """A member's content with its digest."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self.digest.update(piece)
        self.size += len(piece)
        return piece

    def rest(self) -> None:
        while self.read(PIECE):
            pass


def _damaged(path: Path, error: Exception) -> Exception:
    if isinstance(error, pyrage.DecryptError) and "No matching keys" in str(error):
        return ConfigurationError(_("This key does not open the backup."), where=path, hint=_(
            "Take the key file for whose recipient the backup was made."))
    return InputFormatError(_("The backup is damaged or cut off."), where=path,
                            hint=_("Nothing was restored. Take another copy of it, or another backup."))


@contextmanager
def unsealed(path: Path, identity: Identity) -> Iterator[Unsealed]:
    """Open a sealed archive; it is decrypted in a thread beside, as far as it is read.

    Parameters
    ----------
    path : pathlib.Path
        The age file.
    identity : pyrage.x25519.Identity
        The secret key.

    Yields
    ------
    Unsealed
        The archive.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigurationError
        The key does not open it.
    InputFormatError
        It is damaged.
    """
    if not path.is_file():
        raise MissingInputError(_("There is no such backup."), where=path)
    out, into = os.pipe()
    failures: list[Exception] = []

    def decrypt() -> None:
        # The error is there before the pipe ends, so that a reader who meets the end knows why.
        with suppress(BrokenPipeError), os.fdopen(into, "wb") as sink, path.open("rb") as file:
            try:
                pyrage.decrypt_io(file, sink, [identity])
            except Exception as error:  # noqa: BLE001 - told to the reader, whatever it is
                failures.append(error)

    thread = threading.Thread(target=decrypt, name="decrypt", daemon=True)
    thread.start()
    try:
        with os.fdopen(out, "rb") as stream:
            archive = Unsealed(path, stream, failures)
            try:
                yield archive
            except Exception:
                archive.refuse_failure()
                raise
    finally:
        thread.join()
