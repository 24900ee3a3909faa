"""Zip archives, opened only after they have been looked through: no bombs, no paths that climb out, no half files."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ekistics.core.errors import InputFormatError, MissingInputError, UnsafeArchiveError
from ekistics.core.i18n import _

__all__ = ["MAX_MEMBERS", "open_archive", "read_member"]

MAX_MEMBERS = 65_535
_ENCRYPTED = 0x1


def open_archive(path: Path, *, max_unpacked_mb: int = 4096) -> zipfile.ZipFile:
    """Open a zip archive after checking that it is whole and safe to unpack.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    max_unpacked_mb : int
        Largest size that all members may have together when unpacked, in megabytes (1,000,000 bytes).

    Returns
    -------
    zipfile.ZipFile
        The open archive; use it in a ``with`` block.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is not a zip archive, is truncated, or is encrypted.
    UnsafeArchiveError
        It would unpack to more than it may, holds overlapping members, links, or paths that leave its folder.

    Notes
    -----
    Sizes are those that the central directory declares. Python reads at most the declared size of a member and checks
    its checksum, so an archive that lies about them fails in :func:`read_member` and cannot unpack to more.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InputFormatError(_("The zip archive cannot be opened; it is truncated or of another kind."), where=path,
                               got=str(error), hint=_("Fetch the file again.")) from error
    try:
        _check_members(archive.infolist(), path, max_unpacked_mb)
    except InputFormatError:
        archive.close()
        raise
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Unpack one member into memory, with its checksum verified.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An archive from :func:`open_archive`.
    name : str
        The member, as the archive names it.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    InputFormatError
        The member is damaged, or packed in a way that cannot be read.
    """
    try:
        return archive.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise InputFormatError(_("The archive is damaged: a file in it cannot be unpacked."),
                               where=f"{archive.filename}/{name}", got=str(error),
                               hint=_("Fetch the file again.")) from error


def _check_members(members: list[zipfile.ZipInfo], path: Path, max_unpacked_mb: int) -> None:
    """Refuse an archive by what its directory says."""
    if len(members) > MAX_MEMBERS:
        raise UnsafeArchiveError(_("The archive holds too many files."), where=path, expected=f"<= {MAX_MEMBERS}",
                                 got=len(members))
    unpacked = sum(member.file_size for member in members) / 1e6
    if unpacked > max_unpacked_mb:
        raise UnsafeArchiveError(_("The archive would unpack to more than it may."), where=path,
                                 expected=f"<= {max_unpacked_mb} MB", got=f"{unpacked:.0f} MB",
                                 hint=_("If it is what it should be, raise 'EKISTICS_MAX_UNPACKED_MB'."))
    for member in members:
        _check_member(member, path)
    ordered = sorted(members, key=lambda member: member.header_offset)
    for member, following in zip(ordered, ordered[1:], strict=False):
        if member.header_offset + member.compress_size > following.header_offset:
            raise UnsafeArchiveError(_("Files in the archive overlap, as in a zip bomb."),
                                     where=f"{path}/{following.filename}")


def _check_member(member: zipfile.ZipInfo, path: Path) -> None:
    """Refuse one member that is encrypted, a link, or would be written outside the archive's folder."""
    where = f"{path}/{member.filename}"
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    if inside.is_absolute() or ".." in inside.parts or ":" in member.filename.split("/")[0][:2]:
        raise UnsafeArchiveError(_("A file in the archive has a path that leaves its folder."), where=where)
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnsafeArchiveError(_("The archive holds a link instead of a file."), where=where)
    if member.flag_bits & _ENCRYPTED:
        raise InputFormatError(_("The archive is encrypted."), where=where, hint=_("Unpack it and pack it again."))
