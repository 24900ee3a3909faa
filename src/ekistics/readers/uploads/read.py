"""One door for uploaded tables: look at the content, then call the reader of its kind."""

from pathlib import Path

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.readers.uploads.apart import read_xlsx_apart
from ekistics.readers.uploads.csv import read_csv
from ekistics.readers.uploads.kinds import Kind, sniff
from ekistics.readers.uploads.raw import RawTable, UploadLimits, require_size
from ekistics.readers.uploads.sdmx_csv import read_sdmx_csv
from ekistics.readers.uploads.xlsx import read_xlsx

__all__ = ["read_upload"]

_READERS = {Kind.CSV: read_csv, Kind.SDMX_CSV: read_sdmx_csv, Kind.XLSX: read_xlsx_apart}


def read_upload(path: Path, limits: UploadLimits | None = None) -> RawTable:
    """Read an uploaded table of any kind.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    limits : UploadLimits, optional
        How much is read before the file is refused.

    Returns
    -------
    RawTable
        The table.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        It is of a kind that is not a table, cannot be read, or passes a limit.
    """
    path = Path(path)
    limits = limits or UploadLimits()
    require_size(path, limits)
    kind = sniff(path)
    if kind not in _READERS:
        raise InputFormatError(_("This is the archive of a profile package, not a table."), where=path.name,
                               hint=_("Upload it where packages are uploaded."))
    if kind is Kind.XLSX and not limits.memory_mb:
        return read_xlsx(path, limits)
    return _READERS[kind](path, limits)
