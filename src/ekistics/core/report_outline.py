"""The outline of a country's report on the New Urban Agenda, as data: parts, chapters, sections and what stands there.

The table is ``tables/nua_report.toml``. It says of itself that the outline was not retrieved from the original.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Chapter", "Outline", "OutlineSection", "nua_report", "parse_outline"]


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A section: values, and a box in which people write.

    Parameters
    ----------
    code, title : str
        Its code, and its title (English source text).
    topics : tuple of str
        What the outline names under it; may be empty.
    slots : tuple of int
        Slots of the framework that are placed here.
    indicators : tuple of str
        Codes of indicators whose values are placed here.
    """

    code: str
    title: str
    topics: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of a part.

    Parameters
    ----------
    code, part, title : str
        Its code, the code of its part, its title (English source text).
    sections : tuple of OutlineSection
        In their order.
    """

    code: str
    part: str
    title: str
    sections: tuple[OutlineSection, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline of a report.

    Parameters
    ----------
    code, title, edition, source : str
        What it is, and where it is known from.
    status, note : str
        How sure it is (``sure`` or ``doubtful``), and why.
    rounds : tuple of int
        Years in which countries report.
    parts : dict of str to str
        Titles by code.
    chapters : tuple of Chapter
        In their order.
    """

    code: str
    title: str
    edition: str
    source: str
    status: str
    note: str
    rounds: tuple[int, ...]
    parts: dict[str, str]
    chapters: tuple[Chapter, ...]

    @property
    def sections(self) -> tuple[OutlineSection, ...]:
        """Give all sections in their order."""
        return tuple(section for chapter in self.chapters for section in chapter.sections)


@cache
def nua_report() -> Outline:
    """Give the outline of the national report on the New Urban Agenda.

    Returns
    -------
    Outline
        Its parts, chapters and sections.

    Examples
    --------
    >>> outline = nua_report()
    >>> len(outline.chapters), len(outline.sections), outline.status
    (7, 24, 'doubtful')
    >>> outline.sections[0].slots
    (1, 19, 33)
    """
    text = (files("ekistics.core") / "tables" / "nua_report.toml").read_text(encoding="utf-8")
    return parse_outline(tomllib.loads(text))


def parse_outline(plain: Mapping[str, Any]) -> Outline:
    """Read an outline from plain values.

    Parameters
    ----------
    plain : mapping
        The table.

    Returns
    -------
    Outline
        The outline.

    Raises
    ------
    InvalidValueError
        A code stands twice, a section has no chapter, or a slot or an indicator is placed in two sections.
    """
    sections = [OutlineSection(s["code"], s["title"], *(tuple(s.get(name, ())) for name in (
        "topics", "slots", "indicators"))) for s in plain["sections"]]
    chapters = tuple(Chapter(c["code"], c["part"], c["title"], tuple(
        s for s in sections if s.code.rpartition(".")[0] == c["code"])) for c in plain["chapters"])
    held = [s for chapter in chapters for s in chapter.sections]
    _require_once([s.code for s in sections], "sections")
    _require_once([c.code for c in chapters], "chapters")
    _require_once([number for s in sections for number in s.slots], "slots")
    _require_once([code for s in sections for code in s.indicators], "indicators")
    lost = [s.code for s in sections if s not in held]
    if lost:
        raise InvalidValueError(_("A section of the outline is in no chapter."), where="sections", got=", ".join(lost))
    return Outline(plain["code"], plain["title"], plain["edition"], plain["source"], plain["status"], plain["note"],
                   tuple(plain["rounds"]), {part["code"]: part["title"] for part in plain["parts"]}, chapters)


def _require_once(values: Sequence[Any], where: str) -> None:
    twice = next((value for i, value in enumerate(values) if value in values[:i]), None)
    if twice is not None:
        raise InvalidValueError(_("This stands twice in the outline."), where=where, got=twice)
