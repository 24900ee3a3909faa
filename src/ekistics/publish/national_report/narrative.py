"""Texts that people write for a report: who, in which state, and the numbers in them told apart as theirs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _, joined
from ekistics.core.period import Period
from ekistics.core.report_outline import nua_report
from ekistics.publish.citing import Citations
from ekistics.publish.numbers import day_text
from ekistics.publish.report import Box, Inline, direction_of

__all__ = ["STATES", "Narrative", "box_of", "chosen", "parse_narratives", "told_apart"]

# The states of the workflow, by their names there.
STATES: Mapping[str, str] = {
    "draft": N_("draft"), "submitted": N_("submitted"), "under_review": N_("under review"),
    "needs_revision": N_("needs revision"), "published": N_("published"), "withdrawn": N_("withdrawn")}
_KEYS = ("country", "section", "language", "author", "state", "day", "text")
_MOST = 20_000  # characters of a text
_WORDS: Mapping[str, str] = {"en": N_("English"), "fr": N_("French"), "ar": N_("Arabic"), "es": N_("Spanish"),
                             "ru": N_("Russian"), "zh": N_("Chinese")}
# Digits with what parts them inside one number; signs of direction are no part of it.
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f\u066b\u066c/:-]?\d+)*(?:[\u00a0\u202f ]?[%\u066a])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """A text of people for one section of a country's report.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3 code.
    section : str
        Code of the outline's section.
    text : str
        The text; blank lines part paragraphs.
    author : str
        Who answers for it: a person or an office.
    language : str
        Language of the text.
    state : str
        State in the workflow, one of :data:`STATES`.
    day : str
        The day it was written or changed, as 2026-11-20; may be empty.
    """

    country: str
    section: str
    text: str
    author: str
    language: str = "en"
    state: str = "draft"
    day: str = ""


def parse_narratives(plain: Mapping[str, Any], *, country: str, where: str = "") -> tuple[Narrative, ...]:
    """Read the texts of a report from plain values: ``[[narrative]]`` tables.

    Parameters
    ----------
    plain : mapping
        The file's content.
    country : str
        The country that the report is of.
    where : str
        Name of the file, for errors.

    Returns
    -------
    tuple of Narrative
        The texts.

    Raises
    ------
    UnknownNameError
        A key, section, language or state is not known.
    InvalidValueError
        A text is of another country, has no author or no words, or stands twice for one section and language.
    InputFormatError
        The file has no list of narratives.
    """
    entries = plain.get("narrative")
    if not isinstance(entries, list) or set(plain) != {"narrative"} or not all(isinstance(e, dict) for e in entries):
        raise InputFormatError(_("The file holds no texts of a report."), where=where, expected="[[narrative]]",
                               got=", ".join(plain))
    made: list[Narrative] = []
    for at, entry in enumerate(entries, 1):
        place = _("{path}, text {number}").format(path=where, number=at)
        text = _parsed(entry, place)
        if text.country != country:
            raise InvalidValueError(_("This text is of another country."), where=place, expected=country,
                                    got=text.country, hint=_("A report takes texts of its own country only."))
        if any((text.section, text.language) == (other.section, other.language) for other in made):
            raise InvalidValueError(_("A section has two texts in one language."), where=place, got=text.section)
        made.append(text)
    return tuple(made)


def _parsed(entry: Mapping[str, Any], where: str) -> Narrative:
    for name in entry:
        if name not in _KEYS:
            raise UnknownNameError.among(name, _KEYS, what=_("key"), where=where)
    for name in ("country", "section", "author", "text"):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise InvalidValueError(_("This must be said of a text."), where=where, param=name)
    text = Narrative(**{name: str(value).strip() for name, value in entry.items()})
    for name, known, what in (("section", [s.code for s in nua_report().sections], _("section")),
                              ("language", list(_WORDS), _("language")), ("state", list(STATES), _("state"))):
        if getattr(text, name) not in known:
            raise UnknownNameError.among(getattr(text, name), known, what=what, where=where)
    if len(text.text) > _MOST:
        raise InvalidValueError(_("The text is too long."), where=where, expected=f"<= {_MOST}", got=len(text.text))
    if text.day:
        Period.parse(text.day)
    return text


def chosen(texts: Iterable[Narrative], section: str, language: str) -> Narrative | None:
    """Choose the text of a section: that in the language of the report, else the first in another.

    Parameters
    ----------
    texts : iterable of Narrative
        All texts.
    section, language : str
        The section's code and the report's language.

    Returns
    -------
    Narrative or None
        The text; None where nobody has written, or what was written is withdrawn.
    """
    held = [text for text in texts if text.section == section and text.state != "withdrawn"]
    return next((text for text in held if text.language == language), next(iter(held), None))


def told_apart(text: str) -> Iterator[tuple[str, bool]]:
    """Part a text into words and numbers.

    Parameters
    ----------
    text : str
        The text.

    Yields
    ------
    part : str
        A piece, in order; together they are the text.
    number : bool
        Whether it is a number.

    Examples
    --------
    >>> list(told_apart("From 12.5 % to 1,200 homes"))
    [('From ', False), ('12.5 %', True), (' to ', False), ('1,200', True), (' homes', False)]
    """
    end = 0
    for found in _NUMBER.finditer(text):
        if found.start() > end:
            yield text[end:found.start()], False
        yield found[0], True
        end = found.end()
    if end < len(text):
        yield text[end:], False


def box_of(texts: Iterable[Narrative], section: str, title: str, cites: Citations) -> Box:
    """Make the box of a section: the text with its numbers cited as the author's, or the empty place.

    Parameters
    ----------
    texts : iterable of Narrative
        All texts.
    section, title : str
        The section's code, and its title as the report writes it.
    cites : Citations
        The list of numbers.

    Returns
    -------
    Box
        The box.
    """
    text, code = chosen(texts, section, cites.language), f"text-{section}"
    head = _("In the country's own words")
    if text is None:
        return Box(code, head, _("nobody has written here yet"))
    state = joined((_(STATES[text.state]), "" if text.language == cites.language else
                    _("written in {language}, not translated").format(language=_(_WORDS[text.language]))))
    by = joined((text.author, day_text(Period.parse(text.day).start, language=cites.language) if text.day else ""))
    label = _("Text on {section}").format(section=title)
    parts = tuple(tuple(_cited(piece, label, by, cites)) for piece in re.split(r"\n\s*\n", text.text))
    return Box(code, head, state, parts, (cites.stated(label, by, by=by),), text.language,
               direction_of(text.language))


def _cited(text: str, label: str, by: str, cites: Citations) -> Iterator[Inline]:
    for part, number in told_apart(" ".join(text.split())):
        yield cites.stated(label, part, by=by, value=_value(part)) if number else part


def _value(text: str) -> float | None:
    """Read a number where it can be read in one way only."""
    plain = re.sub("[\u00a0\u202f %\u066a]", "", text)
    return float(plain) if re.fullmatch(r"\d+(?:\.\d{1,2})?", plain) else None
