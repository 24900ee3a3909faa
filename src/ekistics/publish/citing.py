"""Numbering the numbers of a report: an observation becomes an entry of the list the first time it is shown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import N_, _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS, NOT_STATED
from ekistics.core.quality import QualityFlag
from ekistics.core.told import told
from ekistics.publish.cards import flag
from ekistics.publish.content import Cell, Figure, Flag
from ekistics.publish.figures import figure, group_text, share_text
from ekistics.publish.numbers import number_text, value_text
from ekistics.publish.report import Citation, Cite, Inline

__all__ = ["Citations", "filled", "level_text"]

KEY = ("indicator", "series", "variant", "ref_area", "time_period", *DIMENSIONS, "edition")
HOW = {"monte-carlo": N_("simulation"), "bounds": N_("lowest and highest possible value"),
       "taylor": N_("sampling formula"), "jackknife": N_("jackknife"), "bootstrap": N_("bootstrap")}


def filled(template: str, **parts: Inline) -> tuple[Inline, ...]:
    """Fill the placeholders of a translated sentence with words and cited numbers.

    Parameters
    ----------
    template : str
        The sentence with named placeholders.
    **parts : str or Cite
        What fills them.

    Returns
    -------
    tuple of str or Cite
        The sentence in parts.

    Examples
    --------
    >>> filled("{value} in {place}.", value=Cite(3, "58 %"), place="Nerea")
    (Cite(number=3, text='58 %'), ' in Nerea.')
    """
    made: list[Inline] = []
    for text, name, _form, _turn in Formatter().parse(template):
        for part in (text, parts[name] if name else ""):
            if isinstance(part, str) and made and isinstance(made[-1], str):
                made[-1] += part
            elif part:
                made.append(part)
    return tuple(part for part in made if part)


class Citations:
    """The list of numbers while a report is composed.

    Parameters
    ----------
    specs : mapping of str to IndicatorSpec
        Indicators by code.
    names : mapping of str to str
        Names of places by code.
    language : str
        Language of numbers and dates.
    confidence : mapping of str to float, optional
        The level of confidence of intervals by run, where it is stated.
    """

    def __init__(self, specs: Mapping[str, IndicatorSpec], names: Mapping[str, str], *, language: str,
                 confidence: Mapping[str, float] | None = None) -> None:
        self.specs, self.names, self.language, self.confidence = specs, names, language, confidence or {}
        self.entries: list[Citation] = []
        self.peers: list[Citation] = []
        self._known: dict[tuple[str, ...], Figure] = {}

    def figure(self, row: Any) -> Figure:
        """Cite an observation and write it as a figure.

        Parameters
        ----------
        row : namedtuple or pandas.Series
            The observation.

        Returns
        -------
        Figure
            The figure; its ``row`` is the entry's number.
        """
        row = SimpleNamespace(**row.to_dict(), Index=0) if isinstance(row, pd.Series) else row
        key = tuple(str(getattr(row, name)) for name in KEY)
        if key not in self._known:
            shown = figure(row, self.specs[str(row.indicator)], language=self.language)
            entry = self._entry(row, shown, "stored", len(self.entries) + 1)
            self.entries.append(entry)
            self._known[key] = replace(shown, row=entry.number)
        return self._known[key]

    def level(self, row: Any) -> float | None:
        """Give the level of confidence of the interval of an observation.

        Parameters
        ----------
        row : namedtuple
            The observation.

        Returns
        -------
        float or None
            Above 0 and below 1; None where it is not stated, and of bounds, which have none.
        """
        sampled = str(row.uncertainty) not in ("", NOT_STATED, "bounds")
        return self.confidence.get(str(row.run)) if sampled else None

    def inline(self, row: Any) -> Cite:
        """Cite an observation in running text.

        Parameters
        ----------
        row : namedtuple or pandas.Series
            The observation.

        Returns
        -------
        Cite
            Its value or the words for its absence, with its number.
        """
        shown = self.figure(row)
        return Cite(shown.row, shown.text)

    def cell(self, row: Any) -> Cell:
        """Cite an observation in a table.

        Parameters
        ----------
        row : namedtuple or pandas.Series
            The observation.

        Returns
        -------
        Cell
            The cell.
        """
        shown = self.figure(row)
        return Cell(shown.text, sort=None if shown.absent else float(row.obs_value), absent=shown.absent, row=shown.row)

    def peer(self, row: Any) -> str:
        """Take an observation up that stands behind a derived number.

        Parameters
        ----------
        row : namedtuple
            The observation.

        Returns
        -------
        str
            Its number in the list of peers.
        """
        shown = figure(row, self.specs[str(row.indicator)], language=self.language)
        self.peers.append(self._entry(row, shown, "peer", len(self.peers) + 1))
        return self.peers[-1].name

    def derive(self, label: str, value: float, unit_measure: str, rule: str, *, of: Sequence[str],  # noqa: PLR0913
               text: str = "", base: str = "", place: str = "", period: str = "", lci: float = math.nan,
               uci: float = math.nan) -> Cite:
        """Enter a number that is computed here from other entries.

        Parameters
        ----------
        label : str
            What it is.
        value : float
            The value.
        unit_measure : str
            Code of its unit.
        rule : str
            How it was computed, in words.
        of : sequence of str
            Numbers of the entries it was computed from; none where it counts what the document leaves out.
        text : str
            The value as it is written; with its unit when empty.
        base : str
            For shares: what it is of.
        place, period : str
            What it describes.
        lci, uci : float, optional
            Its interval.

        Returns
        -------
        Cite
            The number, to be set in text.
        """
        shown = text or value_text(value, unit_measure, language=self.language)
        listed = _listed(of)
        made_of = _("{rule}, from {entries}").format(rule=rule, entries=listed) if listed else rule
        if base:
            made_of += "; " + _("base: {base}").format(base=base)
        entry = Citation(len(self.entries) + 1, "derived", label, place=place, text=shown, value=value,
                         unit_measure=unit_measure, made_of=made_of, period=period, base=base, rule=made_of,
                         lci=_number(lci), uci=_number(uci))
        self._append(entry)
        return Cite(entry.number, shown)

    def document(self, label: str, text: str, *, value: float | None = None, of: Mapping[str, str],
                 **more: Any) -> Cite:
        """Enter a number of the document that says how a sample or a survey was made.

        Parameters
        ----------
        label : str
            What it is.
        text : str
            The number as it is written.
        value : float, optional
            The value; None for days and other text.
        of : mapping of str to str
            The document: ``source``, ``run``, ``edition``, ``method`` and ``address``.
        **more : object
            Further fields of the entry: ``unit_measure``, ``base``, ``lci``, ``uci``, ``se``, ``interval``.

        Returns
        -------
        Cite
            The number, to be set in text.
        """
        made_of = _("base: {base}").format(base=more["base"]) if more.get("base") else ""
        self._append(Citation(len(self.entries) + 1, "document", label, text=text, value=value, made_of=made_of, **of,
                              **more))
        return Cite(len(self.entries), text)

    def stated(self, label: str, text: str, *, by: str, value: float | None = None) -> Cite:
        """Enter what somebody states in a text: it is theirs, and neither computed nor checked here.

        Parameters
        ----------
        label : str
            The text it stands in.
        text : str
            As they wrote it.
        by : str
            Who states it.
        value : float, optional
            The number, where it is one.

        Returns
        -------
        Cite
            The number, to be set in their text.
        """
        entry = Citation(len(self.entries) + 1, "stated", label, text=text, value=value, source=by,
                         made_of=_("stated by {author}").format(author=by), run=_("none"))
        self._append(entry)
        return Cite(entry.number, text)

    def flag(self, check: QualityFlag, *, place: str) -> tuple[Flag, int]:
        """Enter the figure of a quality flag.

        Parameters
        ----------
        check : QualityFlag
            The flag.
        place : str
            The place it is about.

        Returns
        -------
        Flag
            The flag in words.
        number : int
            The entry's number.
        """
        shown = flag(check, language=self.language)
        base = told(check.base) if check.base else _("not stated") if check.unit_measure == "PT" else ""
        made = [_("base: {base}").format(base=base)] if base else []
        made += [shown.note] if shown.note else []
        entry = Citation(len(self.entries) + 1, "quality", shown.title, place=place, text=shown.text, value=check.value,
                         unit_measure=check.unit_measure, made_of="; ".join(made), indicator=check.code, base=base,
                         numerator=check.numerator, denominator=check.denominator)
        self._append(entry)
        return shown, entry.number

    def _append(self, entry: Citation) -> None:
        if entry.unit_measure == "PT" and not entry.base:
            raise InvalidValueError(_("A percentage must name its base."), param=entry.label)
        self.entries.append(entry)

    def _entry(self, row: Any, shown: Figure, kind: str, number: int) -> Citation:
        base = _(str(row.base)) if row.base else ""
        if str(row.unit_measure) == "PT" and not base:
            raise InvalidValueError(_("A percentage must name its base."), where=str(row.indicator),
                                    param=str(row.series))
        spec = self.specs[str(row.indicator)]
        group = group_text(row) if _split(row) else ""
        named = shown.label if shown.label != _(spec.title) else ""  # said once where both are alike
        reading = joined((named, shown.variant, group))
        label = ": ".join(p for p in (f"{spec.number} {_(spec.title)}".strip(), reading) if p)
        how = str(row.uncertainty)
        made = [share_text(row, language=self.language)]
        if shown.interval and how not in ("", NOT_STATED):
            made.append(_("interval by {way}").format(way=_(HOW[how]) if how in HOW else how))
            level = self.level(row)
            made += [_("level of confidence: {level}").format(level=level_text(level, self.language))] if level else []
        numbers = {name: _number(getattr(row, name)) for name in ("numerator", "denominator", "se", "lci", "uci")}
        texts = {name: str(getattr(row, name)) for name in (
            "indicator", "series", "variant", "time_period", "obs_status", "method", "run", "edition", "source",
            "address")}
        return Citation(number, kind, label, place=self.names.get(str(row.ref_area), str(row.ref_area)),
                        ref_area=str(row.ref_area), text=shown.text, value=_number(row.obs_value),
                        unit_measure=str(row.unit_measure), interval=shown.interval,
                        made_of="; ".join(p for p in made if p), dimensions=_split(row), period=shown.period,
                        base=base, uncertainty=how, **numbers, **texts)


def level_text(level: float, language: str) -> str:
    """Write a level of confidence as a percentage.

    Parameters
    ----------
    level : float
        Above 0 and below 1.
    language : str
        Language of the number.

    Returns
    -------
    str
        Without decimals where it has none.

    Examples
    --------
    >>> level_text(0.95, "en").replace("\u00a0", " "), level_text(0.995, "en").replace("\u00a0", " ")
    ('95 %', '99.5 %')
    """
    value = round(100 * level, 6)
    return f"{number_text(value, 0 if value.is_integer() else 1, language=language)}\u00a0%"


def _listed(of: Sequence[str]) -> str:
    """Write entries one after the other, and a run of peers by its ends."""
    peers = [name for name in of if name.startswith("P")]
    run = [f"{peers[0]}\u2013{peers[-1]}"] if peers else []
    return ", ".join([*(name for name in of if name not in peers), *run])


def _split(row: Any) -> str:
    return ", ".join(f"{name}={getattr(row, name)}" for name in DIMENSIONS if getattr(row, name) not in ("_T", ""))


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
