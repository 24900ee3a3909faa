"""How much a brief may show, so that it stays within its pages whatever there is to show.

A brief is composed with the widest :class:`Room` first, and with narrower ones until it is estimated to fit. The
estimate is made of the blocks alone, since one report becomes PDF and DOCX: it takes the longer of the two, and rounds
up where the break of a line cannot be known.
"""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ekistics.publish.content import Chart, Table
from ekistics.publish.report import Block, FactList, Heading, Inline, KeyFigure, KeyFigures, Paragraph, Report, mark

__all__ = ["PAGES", "ROOMS", "Room", "length_mm", "pages_of", "short"]

PAGES = 2
WIDTH_MM, PAGE_MM = 174.0, 251.0
_POINT = 25.4 / 72
# Widths of letters of Noto Sans in parts of the size: of spaces and points, small letters, digits, capitals; wide ones.
_THIN, _LETTER, _CYRILLIC, _DIGIT, _CAPITAL, _WIDE = 0.28, 0.53, 0.65, 0.58, 0.66, 1.0
_PDF, _DOCX = 0.85, 0.93  # heights in each, beside those estimated: lines of DOCX lie further apart
_ARABIC = 1.14  # heights of Arabic in DOCX, whose fonts have high lines, beside those of other scripts
_WORD = 1.03  # what the last word of a line leaves empty
_SIZES = {"lead": 13.0, "note": 7.0, "intro": 7.0, "text": 9.0}


@dataclass(frozen=True, slots=True)
class Room:
    """How much each part of a brief may show.

    Parameters
    ----------
    figures, rows, groups, strips, areas, flags, gaps, names : int
        Key figures; lines of further indicators; lines of groups of people; peers' strips; neighbourhoods; flags of
        quality; lines of what is not known, and names in one of them.
    trend : int
        Height of the chart of time, in pixels; 0 for no chart of it.
    letters : int
        Letters of a method or note in a line.
    told : bool
        Whether a key figure asks its question, and a chart names its methods.
    """

    figures: int
    rows: int
    groups: int
    strips: int
    areas: int
    flags: int
    gaps: int
    names: int
    trend: int
    letters: int
    told: bool = True


ROOMS = tuple(Room(*each) for each in (
    (6, 14, 8, 3, 8, 5, 12, 24, 140, 48, True), (6, 14, 8, 2, 8, 4, 10, 12, 120, 48, True),
    (6, 14, 7, 2, 8, 4, 8, 8, 110, 48, False), (6, 14, 7, 1, 6, 3, 6, 8, 100, 44, False),
    (6, 14, 4, 1, 4, 2, 4, 8, 80, 40, False), (6, 14, 6, 0, 4, 2, 5, 8, 80, 40, False),
    (6, 14, 5, 0, 4, 2, 4, 8, 70, 36, False), (6, 14, 4, 0, 4, 1, 3, 6, 60, 36, False),
    (6, 14, 3, 0, 2, 1, 3, 6, 60, 30, False), (6, 14, 2, 0, 2, 1, 2, 6, 50, 24, False),
    (6, 14, 3, 0, 6, 1, 3, 4, 0, 30, False), (6, 14, 3, 0, 2, 1, 3, 4, 0, 30, False),
    (3, 12, 2, 0, 2, 1, 3, 3, 0, 30, False),
    (3, 8, 2, 0, 2, 1, 2, 2, 0, 24, False), (3, 4, 0, 0, 0, 1, 2, 1, 0, 24, False)))


def short(text: str, letters: int) -> str:
    """Cut a text at a word, with a mark of what was cut.

    Parameters
    ----------
    text : str
        The text.
    letters : int
        The most letters.

    Returns
    -------
    str
        The text, or its beginning.

    Examples
    --------
    >>> short("Open space mapped against built-up", 20), short("Open space", 20)
    ('Open space mapped…', 'Open space')
    """
    if len(text) <= letters:
        return text
    cut = text[:letters]
    head = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return head.rstrip(" ,;:") + "…"


def pages_of(report: Report) -> int:
    """Estimate the pages of a report before its list of numbers.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    int
        The pages of its PDF or its DOCX, whichever has more.
    """
    return math.ceil(max(length_mm(report, parted=parted) for parted in (False, True)) / PAGE_MM)


def length_mm(report: Report, *, parted: bool) -> float:
    """Estimate the length of a report before its list of numbers, with what stays empty where a part does not fit.

    Parameters
    ----------
    report : Report
        The report.
    parted : bool
        Whether a table may go on over the page, as in DOCX, where lines take more room; in PDF short tables do not.

    Returns
    -------
    float
        Millimetres of pages one below the other.
    """
    part = _DOCX * (_ARABIC if report.direction == "rtl" else 1.0) if parted else _PDF
    at = 14.0 + _lines(report.title, 24, WIDTH_MM) * 11.0
    pending = 0.0  # headings stay with what follows
    for block in report.blocks:
        if isinstance(block, Heading):
            pending += 9.5
            continue
        height = _height(block) * part
        at = _placed(at, pending + height, whole=isinstance(block, Chart) or not parted and isinstance(block, Table))
        pending = 0.0
    return at + pending


def _placed(at: float, height: float, *, whole: bool) -> float:
    left = PAGE_MM - at % PAGE_MM
    return at + height + (left if whole and height > left else 0.0)


def _height(block: Block) -> float:
    if isinstance(block, Paragraph):
        size = _SIZES.get(block.role, _SIZES["text"])
        return _lines(_flat(block.parts), size, WIDTH_MM) * _line(size) + 1.4
    if isinstance(block, KeyFigures):
        return sum(max(map(_key, block.items[i:i + 3])) for i in range(0, len(block.items), 3))
    if isinstance(block, Table):
        return _table(block, WIDTH_MM) + (_lines(block.note, 7.0, WIDTH_MM) * _line(7.0) if block.note else 0.0)
    if isinstance(block, Chart):
        return _chart(block)
    if isinstance(block, FactList):
        texts = [t for f in block.facts for t in (f"{f.term}: {f.text}", *f.items)]
        return sum(_lines(text, 9.0, WIDTH_MM) * _line(9.0) + 1.5 for text in texts)
    return 0.0


def _key(item: KeyFigure) -> float:
    wide, shown = WIDTH_MM / 3 - 4, item.figure
    what = f"{shown.label} ({shown.variant})." if shown.variant else f"{shown.label}."
    beside = _ems(f"{shown.interval} {shown.period}") * 7.0 * _POINT + _ems(shown.text + "[00]") * 13 * _POINT
    return (_lines(item.title, 9, wide) * _line(9) + (6.5 if beside < wide else 10.0)
            + (_lines(what, 7.0, wide) + _lines(_flat(item.meaning), 7.0, wide)) * _line(7.0) + 4.0)


def _table(table: Table, width: float) -> float:
    total = sum(c.weight for c in table.columns)
    wide = [width * c.weight / total - 1.7 for c in table.columns]
    rows = [tuple(c.title for c in table.columns), *(
        tuple(cell.text + mark(cell.row) * (cell.row >= 0) for cell in row) for group in table.groups
        for row in group.rows)]
    return sum(max(_lines(text, 7.5, space) for text, space in zip(row, wide, strict=True)) * 3.1 + 2.0
               for row in rows) + 1.5


def _chart(chart: Chart) -> float:
    around = sum(_lines(text, size, WIDTH_MM) * _line(size) for text, size in (
        (chart.title, 9.5), (chart.subtitle, 7.0), (chart.caption, 7.0)) if text) + 2.0
    if chart.wide:
        return around + _drawn(chart) + _table(chart.table, WIDTH_MM)
    return around + max(_drawn(chart), _table(chart.table, 78.0))


def _drawn(chart: Chart) -> float:
    spec = chart.spec or {}
    if "vconcat" in spec:
        return 25.0 * len(spec["vconcat"])
    if isinstance(spec.get("height"), dict):
        rows = len(chart.table.groups[0].rows)
        return 8.0 + 0.19 * rows * float(spec["height"].get("step", 24))
    return 0.19 * (float(spec.get("height", 190)) + 60.0)


def _line(size: float) -> float:
    return size * _POINT * 1.26


def _flat(parts: Sequence[Inline]) -> str:
    return "".join(p if isinstance(p, str) else p.text + mark(p.number) for p in parts)


def _lines(text: str, size: float, width: float) -> int:
    return sum(max(1, math.ceil(_ems(line) * size * _POINT * _WORD / width)) for line in text.split("\n"))


def _ems(text: Iterable[str]) -> float:
    return sum(map(_em, text))


@cache
def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    kind = unicodedata.category(letter)
    if kind == "Lu":
        return _CAPITAL
    if kind[0] == "N":
        return _DIGIT
    if kind[0] in "LM":
        return _CYRILLIC if "\u0400" <= letter < "\u0530" else _LETTER
    return _DIGIT if letter in "%+=<>±…–" else _THIN
