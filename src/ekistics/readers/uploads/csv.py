"""CSV: encoding and delimiter are found and stated; records are counted as a spreadsheet counts rows."""

import codecs
import csv
import io
from pathlib import Path

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.readers.uploads.raw import Budget, CellFault, CellKind, RawTable, RowTaker, UploadLimits, require_size

__all__ = ["DELIMITERS", "decode", "find_delimiter", "read_csv"]

DELIMITERS = (",", ";", "\t")
_MARKS = ((codecs.BOM_UTF32_LE, ""), (codecs.BOM_UTF32_BE, ""), (codecs.BOM_UTF8, "utf-8-sig"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LOOKED_AT = 4096
_MANY = 0.3  # share of zero bytes that tells UTF-16 in a text whose names and codes are Latin letters


def read_csv(path: Path, limits: UploadLimits | None = None) -> RawTable:
    """Read a CSV file as a raw table.

    Parameters
    ----------
    path : pathlib.Path
        The file: UTF-8 with or without byte order mark, or UTF-16; delimiter comma, semicolon or tab.
    limits : UploadLimits, optional
        How much is read before the file is refused.

    Returns
    -------
    RawTable
        The table; ``encoding`` and ``delimiter`` say what was found. A row with too few or too many cells is a fault.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The encoding is another one, a quote is not closed, or a limit is passed.
    """
    limits = limits or UploadLimits()
    path = Path(path)
    require_size(path, limits)
    text, encoding = decode(path.read_bytes(), path.name)
    skipped, told = _told_delimiter(text)
    text = text[skipped:]
    delimiter = told or find_delimiter(text)
    taker = RowTaker(Budget(limits, path.name))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = int(bool(told))
    try:
        for record in reader:
            number += 1
            width = len(taker.columns)
            taker.take(number, record)
            if 0 < len(record) < width and any(map(str.strip, record)):
                taker.faults.append(CellFault(number, -1, CellKind.TOO_FEW, f"{len(record)} / {width}"))
    except csv.Error as error:
        raise InputFormatError(_("The CSV cannot be read."), got=str(error),
                               where=_("{file}, row {row}").format(file=path.name, row=number + 1),
                               hint=_("Close every quotation mark, and double those inside a text.")) from error
    return taker.finish(format="csv", encoding=encoding, delimiter=delimiter)


def decode(content: bytes, where: str) -> tuple[str, str]:
    """Find the encoding of a text, and decode it.

    Parameters
    ----------
    content : bytes
        The file's content.
    where : str
        Name of the file, for error texts.

    Returns
    -------
    tuple of str and str
        The text without byte order mark, and the name of the encoding.

    Raises
    ------
    InputFormatError
        It is neither UTF-8 nor UTF-16.

    Examples
    --------
    >>> decode("مدينة".encode("utf-16"), "a.csv")
    ('مدينة', 'utf-16')
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = _unmarked(content[:_LOOKED_AT])
    hint = _("Save it again as 'CSV UTF-8'.")
    if not encoding:
        raise InputFormatError(_("The text is in an encoding that is not read."), where=where, got="UTF-32",
                               expected=_("UTF-8 or UTF-16"), hint=hint)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content[:error.start].count(b"\n") + 1
        raise InputFormatError(_("The text is in an encoding that is not read."), expected=_("UTF-8 or UTF-16"),
                               where=_("{file}, row {row}").format(file=where, row=row), hint=hint,
                               got=content[error.start:error.start + 1].hex(" ")) from error
    if "\0" in text:
        raise InputFormatError(_("This is not a text: it holds zero bytes."), where=where, hint=hint)
    return text, encoding


def _unmarked(head: bytes) -> str:
    """Tell UTF-16 without a mark by the zero halves of its Latin letters."""
    half = max(len(head) // 2, 1)
    if head[1::2].count(0) > _MANY * half:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > _MANY * half else "utf-8"


def _told_delimiter(text: str) -> tuple[int, str]:
    """Read the line ``sep=;`` that spreadsheets understand: its length and the delimiter."""
    line = text[:8].splitlines(keepends=True)[0] if text else ""
    told = line.strip("\r\n")
    if told[:4].lower() == "sep=" and told[4:] in DELIMITERS:
        end = len(told) + (2 if text[len(told):].startswith("\r\n") else 1)
        return end, told[4:]
    return 0, ""


def find_delimiter(text: str) -> str:
    """Find the delimiter: the one that parts the first row with content into most cells.

    Parameters
    ----------
    text : str
        The text of the file.

    Returns
    -------
    str
        One of :data:`DELIMITERS`; a comma where there is one cell only.

    Examples
    --------
    >>> find_delimiter('"Name; title";Value')
    ';'
    """
    counts = dict.fromkeys(DELIMITERS, 0)
    quoted = False
    for character in text.lstrip()[:65_536]:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
        elif not quoted and character in "\r\n":
            break
    return max(DELIMITERS, key=counts.__getitem__)
