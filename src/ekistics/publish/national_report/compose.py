"""The composer of a country's report on the New Urban Agenda."""

from dataclasses import replace
from math import isfinite
from typing import Any

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.frameworks import nua_framework
from ekistics.core.i18n import _, joined, use_language
from ekistics.core.reasons import Reason, reason_text
from ekistics.publish.briefs.common import closing, edition_words, finished, indicator_name
from ekistics.publish.citing import filled, level_text
from ekistics.publish.content import Fact
from ekistics.publish.figures import share_text
from ekistics.publish.groups import split_by
from ekistics.publish.national_report.cities import city_blocks
from ekistics.publish.national_report.context import Context, context_of
from ekistics.publish.national_report.gaps import gap_blocks, slot_blocks
from ekistics.publish.national_report.making import making_blocks, part_blocks
from ekistics.publish.national_report.records import LANGUAGES, NationalRecords
from ekistics.publish.national_report.sections import change_table, chapter_blocks, idle_earlier, value_table
from ekistics.publish.national_story import national_finding
from ekistics.publish.report import Block, FactList, Heading, KeyFigure, KeyFigures, Paragraph, Report

__all__ = ["compose_national_report"]

_FIGURES = 6  # set large at the beginning


def compose_national_report(records: NationalRecords) -> Report:
    """Compose the report of a country in the order of the outline.

    Parameters
    ----------
    records : NationalRecords
        The country's values, cities, documents and texts.

    Returns
    -------
    Report
        What stands out; the sections with values, the earlier round beside this one, slots and boxes; parts of the
        country; cities; how values were made; what is missing; sources. Every number leads to its entry.

    Raises
    ------
    UnknownNameError
        The report is not offered in that language.
    InvalidValueError
        There is no national value, or a text is of another country.
    """
    if records.language not in LANGUAGES:
        raise UnknownNameError.among(records.language, LANGUAGES, what=_("language of the report"))
    for text in records.narratives:
        if text.country != records.place.code:
            raise InvalidValueError(_("This text is of another country."), where=text.section,
                                    expected=records.place.code, got=text.country)
    with use_language(records.language):
        return _composed(context_of(records))


def _composed(held: Context) -> Report:
    records = held.records
    if not any(isfinite(row.obs_value) for rows in held.rows.values() for row in rows):
        secret = any(row.reason == Reason.RESTRICTED for rows in held.rows.values() for row in rows)
        raise InvalidValueError(_("There is no national value to report."), where=records.place.code,
                                got=reason_text(Reason.RESTRICTED) if secret else None,
                                hint=None if secret else _(
                                    "Make national values first: 'ekistics national' or 'ekistics households'."))
    blocks, rule = _first(held)
    for chapter in held.outline.chapters:
        blocks += chapter_blocks(held, chapter)
    blocks += [*_further(held), *part_blocks(held), *city_blocks(held), *making_blocks(held), *gap_blocks(held),
               *_changes(held)]
    title = _("{place}: national report on the New Urban Agenda").format(place=held.name)
    blocks += closing(held.cites, records, title)
    line = joined((_("Country"), _("code {code}").format(code=records.place.code),
                   _("edition {edition}").format(edition=edition_words(records.edition, held.language))))
    return finished(records, held.cites, blocks, code=f"{records.place.code}-nua-report", title=held.name, place=line,
                    kind=_(held.outline.title), note=rule)


def _changes(held: Context) -> list[Block]:
    """Say how changes were judged, and of an earlier round that is nowhere in the report, why."""
    told = [_("Two values cannot be told apart when their intervals share a point. A value whose interval is not "
              "stated is shown, and no change of it is told.")]
    if idle_earlier(held):
        told.append(_("A package of an earlier round was given of which no value stands beside one of this round: it "
                      "has no value for everybody of the same series and reading, and of an earlier time."))
    return [Heading(_("How changes were judged"), "changes"), *(Paragraph((text,)) for text in told)]


def _first(held: Context) -> tuple[list[Block], str]:
    """Make the first page: what stands out, key figures, and what the report is."""
    every = _shown(held)
    whole = [row for row in every if not split_by(row)]
    found = national_finding(held.name, held.specs, whole, [row for row in every if split_by(row)])
    shown = {name: held.cites.inline(row) for name, row in found.rows.items()}
    blocks: list[Block] = [Paragraph(filled(found.template, **found.words, **shown), "lead"), _figures(held),
                           *_confidence(held), Heading(_("About this report"), "about"), *slot_blocks(held),
                           _about(held)]
    return blocks, found.rule


def _shown(held: Context) -> list[Any]:
    """Give the national rows that the report shows, in the order of the indicators."""
    return [row for code in held.specs for row in held.rows.get(code, ())]


def _figures(held: Context) -> KeyFigures:
    items: list[KeyFigure] = []
    for code in held.specs:
        for row in held.rows.get(code, ()):
            if isfinite(row.obs_value) and not split_by(row) and len(items) < _FIGURES:
                figure = held.cites.figure(row)
                items.append(KeyFigure(replace(figure, variant=""), indicator_name(held.specs[code]), (
                    share_text(row, language=held.language),)))
    return KeyFigures(tuple(items))


def _confidence(held: Context) -> list[Block]:
    """Say once, before the first table, at what level of confidence the intervals are."""
    levels = {held.cites.level(row) for row in _shown(held) if isfinite(row.obs_value) and isfinite(row.lci)}
    level = next((each for each in levels if each is not None), None)
    if level is None:
        return []
    if len(levels) > 1:
        return [Paragraph((_("The intervals are not all at one level of confidence. The data sheet gives it beside "
                             "each interval for which it is stated."),), "note")]
    cited = held.cites.derive(
        _("Level of confidence of the intervals"), 100 * level, "PT", _("as the runs of the values state it"),
        of=(), text=level_text(level, held.language), base=_("samples drawn in the same way"))
    return [Paragraph(filled(_("The intervals beside national values are at a level of confidence of {level}: of "
                               "samples drawn in the same way, that share would give an interval that holds the true "
                               "value."), level=cited), "note")]


def _about(held: Context) -> FactList:
    framework = nua_framework()
    return FactList((
        Fact(_("Outline"), _(held.outline.note)),
        Fact(_("Framework"), f"{_(framework.title)}, {_(framework.edition)}"),
        Fact(_("Placing"), _("Which value stands in which section was decided here; the outline does not say it.")),
        Fact(_("Texts"), _("Text in a frame is the country's own, with its author and state. Numbers in it are listed "
                           "as stated by the author.")),
        Fact(_("Missing"), _("What is missing is said in words; it is not zero, and nothing was put in its place."))))


def _further(held: Context) -> list[Block]:
    """Show the values that the outline places nowhere."""
    codes = held.unplaced
    if not codes:
        return []
    change = change_table(held, codes, "further")
    return [Heading(_("Further national values"), "further"), value_table(held, codes, "further"),
            *([change] if change else [])]
