"""The door for uploaded packages: looked through, unpacked beside its place, verified, and only then there."""

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

from ekistics.core.errors import InputFormatError, PackageError
from ekistics.core.i18n import _
from ekistics.package import Verification, verify_package
from ekistics.package.descriptor import DESCRIPTOR
from ekistics.readers.archives import open_archive, unpack_archive

__all__ = ["receive_package", "verify_archive"]

MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_MB = 2_000, 200, 4096
_SHOWN = 5


def receive_package(path: Path, folder: Path, *, max_unpacked_mb: int = MAX_UNPACKED_MB,
                    max_members: int = MAX_MEMBERS) -> Verification:
    """Unpack and verify an uploaded package, all or nothing.

    Parameters
    ----------
    path : pathlib.Path
        The zip archive, with the package at its top or in one folder.
    folder : pathlib.Path
        Where the package is to be; nothing may be there yet, its parent must be.
    max_unpacked_mb : int
        Largest size when unpacked, in megabytes.
    max_members : int
        Largest number of files.

    Returns
    -------
    Verification
        The outcome, which is without problems.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is not a zip archive, is damaged, or holds no package.
    UnsafeArchiveError
        It would unpack to more than it may, or outside its place, or holds links.
    PackageError
        The package does not verify, or something is in the way. Nothing is left behind then.
    """
    path, folder = Path(path), Path(folder)
    if folder.exists():
        raise PackageError(_("A file is in the way."), where=folder.name)
    limits = {"max_unpacked_mb": max_unpacked_mb, "max_members": max_members, "max_ratio": MAX_RATIO}
    try:
        with tempfile.TemporaryDirectory(prefix=".ekistics-upload-", dir=folder.parent) as staging:
            unpacked = Path(staging) / "package"
            outcome = _unpacked(path, unpacked, limits)
            _require_whole(outcome, path)
            unpacked.rename(folder)
    except InputFormatError as error:
        error.where = str(error.where).replace(str(path), path.name)  # where it was put is nobody's business
        raise
    return Verification(str(folder), outcome.problems, outcome.files, outcome.observations, outcome.run)


def verify_archive(path: Path, *, max_unpacked_mb: int = MAX_UNPACKED_MB) -> Verification:
    """Verify a package in the zip archive in which the site gives it.

    Parameters
    ----------
    path : pathlib.Path
        The archive.
    max_unpacked_mb : int
        Largest size when unpacked, in megabytes.

    Returns
    -------
    Verification
        What :func:`ekistics.package.verify_package` finds in it; its ``folder`` is the archive.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is not a zip archive, is damaged, or holds no package.
    UnsafeArchiveError
        It would unpack to more than it may, or outside its place, or holds links.
    """
    path = Path(path)
    limits = {"max_unpacked_mb": max_unpacked_mb, "max_members": MAX_MEMBERS, "max_ratio": MAX_RATIO}
    with tempfile.TemporaryDirectory(prefix="ekistics-verify-") as staging:
        return replace(_unpacked(path, Path(staging) / "package", limits), folder=str(path))


def _unpacked(path: Path, folder: Path, limits: dict[str, int]) -> Verification:
    _require_archive(path)
    with open_archive(path, **limits) as archive:
        folder.mkdir()
        unpack_archive(archive, folder, below=_top(archive, path))
    return verify_package(folder)


def _require_archive(path: Path) -> None:
    """Refuse a file of another kind, such as a table, which is whole and would be fetched again for nothing."""
    if path.is_file():
        with path.open("rb") as stream:
            begins = stream.read(2)
        if begins and begins != b"PK":
            raise InputFormatError(_("This file is no package."), where=path.name,
                                   expected=_("the folder of a package, or a zip archive of it"),
                                   hint=_("The page of a city gives its package as ZIP."))


def _top(archive: zipfile.ZipFile, path: Path) -> str:
    """Find the folder of the archive that holds the package: the top, or the one folder there is."""
    names = archive.namelist()
    if DESCRIPTOR in names:
        return ""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) == 1 and (top := f"{tops.pop()}/") + DESCRIPTOR in names:
        return top
    raise InputFormatError(_("The archive holds no profile package."), where=path.name,
                           expected=_("{file} at its top, or in its one folder").format(file=DESCRIPTOR))


def _require_whole(outcome: Verification, path: Path) -> None:
    if outcome.ok:
        return
    shown = "; ".join(map(str, outcome.problems[:_SHOWN]))
    words = _("The package is not whole: {count} problems.")
    if len(outcome.problems) == 1:
        words = _("The package is not whole: 1 problem.")
    raise PackageError(words.format(count=len(outcome.problems)), where=path.name, got=shown,
                       hint=_("Make the archive again from the package as it was written; `ekistics verify` tells "
                              "what is wrong."))
