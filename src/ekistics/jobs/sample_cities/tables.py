"""The tables beside a published sample, held against what the draw and its document give."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import zip_longest
from math import isclose
from pathlib import Path

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _

__all__ = ["table_faults"]

_ROUNDING = 1e-9
_FOUND = frozenset({"pi", "weight", "prn"})  # columns whose numbers another machine may round otherwise


def table_faults(folder: Path, texts: Mapping[str, str]) -> Iterator[str]:
    """Tell where tables are not what they must be.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the sample.
    texts : mapping of str to str
        What each file must hold, by its name.

    Yields
    ------
    str
        For each file that differs: its name, the first line that differs, what it must hold and what it holds.
    """
    for name, text in texts.items():
        try:
            got = list(_lines((folder / name).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            yield str(InputFormatError(_("A file of the sample cannot be read."), where=name, got=str(error)))
            continue
        expected = list(_lines(text))
        heads, end = expected[0][1], (got[-1][0] + 1 if got else 1)
        for right, line in zip_longest(expected, got):
            told, wanted = line[1] if line else [], right[1] if right else []
            if parts := _parts(heads, wanted, told):
                yield _fault(_("{path}, line {line}").format(path=name, line=line[0] if line else end), parts)
                break


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows, each with the line on which it begins."""
    reader, line = csv.reader(StringIO(text, newline="")), 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _parts(heads: list[str], expected: list[str], got: list[str]) -> list[tuple[str, str, str]]:
    """Give the cells that differ, with the names of their columns."""
    cells = zip_longest(heads, expected, got, fillvalue="")
    found = [(head, right, cell) for head, right, cell in cells if not _same(head, right, cell)]
    return found or ([("", "", "")] if len(expected) != len(got) else [])


def _same(head: str, expected: str, got: str) -> bool:
    if expected == got:
        return True
    try:
        return head in _FOUND and isclose(float(expected), float(got), rel_tol=_ROUNDING, abs_tol=_ROUNDING)
    except ValueError:
        return False


def _fault(where: str, parts: list[tuple[str, str, str]]) -> str:
    heads, expected, got = (", ".join(filter(None, texts)) for texts in zip(*parts, strict=True))
    message = _("The document tells what its design does not give: {parts}").format(parts=heads or where)
    return str(InputFormatError(f"{message}.", where=where, expected=expected or _("none"), got=got or _("none")))
