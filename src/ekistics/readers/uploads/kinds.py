"""What an uploaded file is, told by its content and never by its name."""

import zipfile
from enum import StrEnum
from pathlib import Path

from ekistics.core.errors import EkisticsError, InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.readers.uploads.csv import DELIMITERS, decode, find_delimiter
from ekistics.readers.uploads.sdmx_csv import is_sdmx_header

__all__ = ["Kind", "sniff"]

_HEAD = 65_536
_ZIP = b"PK\x03\x04"
_BINARY = {b"\xd0\xcf\x11\xe0": "xls", b"%PDF": "pdf", b"\x89PNG": "png", b"PAR1": "parquet", b"\x1f\x8b": "gzip",
           b"7z\xbc\xaf": "7z", b"\xff\xd8\xff": "jpeg"}


class Kind(StrEnum):
    """A kind of upload that is read."""

    CSV = "csv"
    SDMX_CSV = "sdmx-csv"
    XLSX = "xlsx"
    PACKAGE = "package"


def sniff(path: Path) -> Kind:
    """Tell what an uploaded file is.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Kind
        The kind.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is of a kind that is not read; the text says which, where that is known.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path.name)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_ZIP):
        return _zip_kind(path)
    for mark, name in _BINARY.items():
        if head.startswith(mark):
            raise _unknown(path, name)
    return _text_kind(head, path)


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise InputFormatError(_("The file is a zip archive that cannot be opened."), where=path.name, got=str(error),
                               hint=_("Save or fetch the file again.")) from error
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        return Kind.XLSX
    if any(name.rsplit("/", 1)[-1] == "datapackage.json" and name.count("/") <= 1 for name in names):
        return Kind.PACKAGE
    raise _unknown(path, "zip")


def _text_kind(head: bytes, path: Path) -> Kind:
    """Tell the two kinds of CSV apart by the first row; the readers find what is wrong further down."""
    for end in range(4):  # the piece may end inside a letter
        try:
            text, _encoding = decode(head[:len(head) - end], path.name)
            break
        except EkisticsError:
            if len(head) < _HEAD or end == 3:  # noqa: PLR2004 - a letter has at most four bytes
                raise
    text = text.lstrip()
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        text = text[5:].lstrip()
    if text.startswith(("<", "{")):
        raise _unknown(path, "xml" if text.startswith("<") else "json")
    first = (text.splitlines() or [""])[0]
    columns = tuple(cell.strip('"') for cell in first.split(find_delimiter(first)))
    return Kind.SDMX_CSV if is_sdmx_header(columns) else Kind.CSV


def _unknown(path: Path, got: str) -> InputFormatError:
    return InputFormatError(_("Files of this kind cannot be uploaded."), where=path.name, got=got,
                            expected=_("CSV, SDMX-CSV, XLSX, or the zip archive of a profile package"),
                            hint=_("Save the table as XLSX or as 'CSV UTF-8'."))
