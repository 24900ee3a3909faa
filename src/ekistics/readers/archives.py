"""Zip archives, opened only after they have been looked through: no bombs, no paths that climb out, no half files."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from ekistics.core.errors import InputFormatError, MissingInputError, UnsafeArchiveError
from ekistics.core.i18n import _

__all__ = ["MAX_MEMBERS", "open_archive", "read_member", "unpack_archive"]

MAX_MEMBERS = 65_535
_ENCRYPTED = 0x1
_SMALL = 1_000_000  # bytes that do no harm however tightly they are packed


def open_archive(path: Path, *, max_unpacked_mb: int = 4096, max_members: int = MAX_MEMBERS,
                 max_ratio: int | None = None, hint: str | None = None) -> zipfile.ZipFile:
    """Open a zip archive after checking that it is whole and safe to unpack.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    max_unpacked_mb : int
        Largest size that all members may have together when unpacked, in megabytes (1,000,000 bytes).
    max_members : int
        Largest number of members.
    max_ratio : int, optional
        How many times its packed size a member of over 1 MB may unpack to.
    hint : str, optional
        What to do about an archive that is too large; by default, to raise the setting.

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
        _check_total(archive.infolist(), path, max_members, max_unpacked_mb, hint)
        _check_ratios(archive.infolist(), path, max_ratio, hint)
        _check_members(archive.infolist(), path)
    except InputFormatError:
        archive.close()
        raise
    return archive


def unpack_archive(archive: zipfile.ZipFile, folder: Path, *, below: str = "") -> list[str]:
    """Unpack the files of an archive into an empty folder.

    Parameters
    ----------
    archive : zipfile.ZipFile
        An archive from :func:`open_archive`.
    folder : pathlib.Path
        Where the files go; it must be there and be empty.
    below : str
        Only what is below this folder of the archive, which is left out of the names; it ends in ``/``.

    Returns
    -------
    list of str
        Names of the files, below ``folder``.

    Raises
    ------
    InputFormatError
        A file is damaged.
    UnsafeArchiveError
        Two files have one name, or one is where another needs a folder.
    """
    names, above = [], len(_parts(below))
    for member in archive.infolist():
        if member.is_dir() or not member.filename.startswith(below):
            continue
        inside = _parts(member.filename)[above:]  # of the name that was looked at: what is left of it may begin with /
        target, name = folder.joinpath(*inside), "/".join(inside)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(member) as packed, target.open("xb") as stream:
                shutil.copyfileobj(packed, stream, 1 << 20)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise UnsafeArchiveError(_("The archive holds two files of one name."),
                                     where=f"{archive.filename}/{member.filename}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise _damaged(archive, member.filename, error) from error
        names.append(name)
    return names


def _parts(name: str) -> tuple[str, ...]:
    return PurePosixPath(name.replace("\\", "/")).parts


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
        raise _damaged(archive, name, error) from error


def _damaged(archive: zipfile.ZipFile, name: str, error: Exception) -> InputFormatError:
    return InputFormatError(_("The archive is damaged: a file in it cannot be unpacked."),
                            where=f"{archive.filename}/{name}", got=str(error), hint=_("Fetch the file again."))


def _check_total(members: list[zipfile.ZipInfo], path: Path, max_members: int, max_unpacked_mb: int,
                 hint: str | None) -> None:
    """Refuse an archive of too many files, or too large ones."""
    if len(members) > max_members:
        raise UnsafeArchiveError(_("The archive holds too many files."), where=path, expected=f"<= {max_members}",
                                 got=len(members), hint=hint)
    unpacked = sum(member.file_size for member in members) / 1e6
    if unpacked > max_unpacked_mb:
        raise UnsafeArchiveError(_("The archive would unpack to more than it may."), where=path,
                                 expected=f"<= {max_unpacked_mb} MB", got=f"{unpacked:.0f} MB",
                                 hint=hint or _("If it is what it should be, raise 'EKISTICS_MAX_UNPACKED_MB'."))


def _check_ratios(members: list[zipfile.ZipInfo], path: Path, max_ratio: int | None, hint: str | None) -> None:
    """Refuse a large file that is packed as tightly as only endless repetition is."""
    for member in members:
        if max_ratio and member.file_size > max(_SMALL, max_ratio * member.compress_size):
            raise UnsafeArchiveError(_("A file in the archive would unpack to many times its size, as in a zip bomb."),
                                     where=f"{path}/{member.filename}", expected=f"<= {max_ratio}",
                                     got=f"{member.file_size / max(member.compress_size, 1):.0f}", hint=hint)


def _check_members(members: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse an archive by the names and places that its directory gives."""
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
