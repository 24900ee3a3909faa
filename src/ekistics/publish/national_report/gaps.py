"""What a report does not know: slots without a value, cities without an observation, values without an interval."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from ekistics.core.frameworks import SlotState, nua_framework
from ekistics.core.i18n import _, joined
from ekistics.publish.briefs.common import indicator_name
from ekistics.publish.citing import filled
from ekistics.publish.content import Cell, Column, Group, Table
from ekistics.publish.national_report.cities import asked_cities, main_city_rows
from ekistics.publish.national_report.context import COUNTED, Context
from ekistics.publish.national_report.narrative import chosen
from ekistics.publish.report import Block, Cite, Heading, Paragraph

__all__ = ["gap_blocks", "runs", "slot_blocks"]


def slot_blocks(held: Context) -> list[Block]:
    """Count the slots of the framework, and say why values that are reported count for none.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of Block
        The counts; how many slots have a text that is not known; the indicators with a value that no slot asks for.
    """
    slots, blocks = nua_framework().slots, list[Block]([_slot_sentence(held)])
    unknown = [slot.number for slot in slots
               if not slot.retrieved and held.slots[slot.number] is SlotState.NOT_MEASURED]
    if unknown:
        blocks.append(Paragraph(filled(
            _("The text of {count} of the slots that are not measured is not known to the program: no value can count "
              "for them."), count=_unknown(held, unknown))))
    asked = {code for slot in slots for code in (*slot.indicators, slot.own)}
    names = [indicator_name(held.specs[code]) for code, rows in held.rows.items()
             if code not in asked and COUNTED not in code and any(isfinite(row.obs_value) for row in rows)]
    if names:
        blocks.append(Paragraph((_("Values that this report gives of indicators that no slot with a known text asks "
                                   "for count for no slot: {names}.").format(names=joined(names)),)))
    return blocks


def _unknown(held: Context, numbers: list[int]) -> Cite:
    return held.cites.derive(_("Slots whose text is not known"), float(len(numbers)), "NUMBER",
                             _("count of these slots: {numbers}").format(numbers=", ".join(map(str, numbers))), of=())


def _slot_sentence(held: Context) -> Paragraph:
    """Count the slots of the framework by what is known of them.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    Paragraph
        The counts, each with the slots it counts in the list of numbers.
    """
    framework = nua_framework()
    rule = _("count of all slots of: {framework}, {edition}").format(framework=_(framework.title),
                                                                     edition=_(framework.edition))
    every = held.cites.derive(_("Slots of the framework"), float(len(held.slots)), "NUMBER", rule, of=())
    cited = {str(state): _counted(held, state, words) for state, words in (
        (SlotState.MEASURED, _("Slots that are measured")),
        (SlotState.NEAR, _("Slots of which a value measures something")),
        (SlotState.NOT_APPLICABLE, _("Slots that do not apply, as the country states")),
        (SlotState.NOT_MEASURED, _("Slots that are not measured")))}
    return Paragraph(filled(
        _("Slots of the monitoring framework: {all}; measured: {measured}; partly measured by a value: {near}; "
          "not applicable, as the country states: {stated}; not measured: {open}."),
        all=every, measured=cited["measured"], near=cited["near"], stated=cited["not-applicable"],
        open=cited["not-measured"]))


def _counted(held: Context, state: SlotState, words: str) -> Cite:
    numbers = [number for number, own in held.slots.items() if own is state]
    rule = _("count of these slots: {numbers}").format(numbers=", ".join(map(str, numbers)) or _("none"))
    return held.cites.derive(words, float(len(numbers)), "NUMBER", rule, of=())


def gap_blocks(held: Context) -> list[Block]:
    """List what is missing.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    list of Block
        A heading, then slots, cities, intervals, values that are withheld, indicators and texts.
    """
    intro = Paragraph((_("What nobody has measured stands here in words; nothing was put in its place."),), "intro")
    return [Heading(_("What is missing"), "gaps"), intro, *_slots(held), *_cities(held), *_intervals(held),
            *_withheld(held), *_indicators(held), *_texts(held)]


def _slots(held: Context) -> list[Block]:
    """List the slots that are not measured; those whose text is not known by their numbers only."""
    slots = [slot for slot in nua_framework().slots if held.slots[slot.number] is not SlotState.MEASURED]
    rows = tuple((Cell(str(slot.number)), Cell(_(slot.title)), Cell(_words(held, slot.number)))
                 for slot in slots if slot.retrieved)
    columns = (Column(_("Slot"), weight=0.4), Column(_("What it asks for"), weight=2), Column(_("State"), weight=2))
    unknown = [slot.number for slot in slots if not slot.retrieved]
    sentence = filled(_("What {count} more slots ask for was not retrieved: {numbers}."),
                      count=_unknown(held, unknown), numbers=runs(unknown))
    return [Table("gap-slots", _("Slots of the framework without a value of their own"), columns, (Group("", rows),)),
            Paragraph(sentence, "note")]


def _words(held: Context, number: int) -> str:
    return {SlotState.NEAR: _("a value that measures something of it"),
            SlotState.NOT_APPLICABLE: _("does not apply")}.get(held.slots[number], _("not measured"))


def runs(numbers: Iterable[int]) -> str:
    """Write numbers that follow each other by their ends.

    Parameters
    ----------
    numbers : iterable of int
        Rising numbers.

    Returns
    -------
    str
        E.g. ``13-18, 20`` with en dashes.

    Examples
    --------
    >>> runs([13, 14, 15, 20]).encode("ascii", "replace").decode()
    '13?15, 20'
    """
    ends: list[list[int]] = []
    for number in numbers:
        if ends and number == ends[-1][-1] + 1:
            ends[-1][1:] = [number]
        else:
            ends.append([number])
    return ", ".join("\u2013".join(map(str, end)) for end in ends)


def _cities(held: Context) -> list[Block]:
    """Name the cities of the sample that have no observation, for each indicator."""
    asked, blocks = asked_cities(held), list[Block]()
    names = {city["code"]: held.records.cities.get(city["code"], city["name"]) for city in asked}
    for code, rows in main_city_rows(held).items():
        silent = [name for city, name in names.items() if city not in rows or not isfinite(rows[city].obs_value)]
        blocks.append(_named(held, indicator_name(held.specs[code]), silent, len(names)))
    if not blocks and held.records.sample is not None and held.records.sample.content["response"] is not None:
        silent = [names.get(code, code) for code in held.records.sample.content["response"]["silent"]]
        blocks.append(_named(held, _("the indicator with the fewest answers"), silent, len(names)))
    return blocks


def _named(held: Context, title: str, silent: list[str], of: int) -> Paragraph:
    if not silent:
        return Paragraph((_("Cities without an observation, {title}: none.").format(title=title),))
    count = held.cites.derive(
        _("Cities of the sample without an observation: {title}").format(title=title), float(len(silent)), "NUMBER",
        _("count of cities of the sample without a value, of {all}").format(all=held.whole(of)), of=())
    return Paragraph(filled(_("Cities without an observation, {title}: {count} ({names})."), title=title, count=count,
                            names=joined(silent)))


def _intervals(held: Context) -> list[Block]:
    """Name the indicators of which a value, for everybody or a group, has no interval."""
    names = [indicator_name(held.specs[code]) for code, rows in held.rows.items() if any(
        isfinite(row.obs_value) and not isfinite(row.lci) for row in rows)]
    told = _("National values without an interval: {names}.").format(names=joined(names))
    return [Paragraph((told if names else _("Every national value has an interval."),))]


def _withheld(held: Context) -> list[Block]:
    """Tabulate the values that are absent, with their reasons."""
    absent = [row for code in held.specs for row in held.rows.get(code, ()) if not isfinite(row.obs_value)]
    columns = (Column(_("Value"), weight=2), Column(_("Time"), weight=0.8), Column(_("Why there is none"), weight=2))
    rows = tuple(_absent_row(held, row) for row in absent)
    return [Table("gap-withheld", _("Values that are withheld or could not be computed"), columns,
                  (Group("", rows),))] if rows else []


def _absent_row(held: Context, row: Any) -> tuple[Cell, ...]:
    cell = held.cites.cell(row)
    return (Cell(held.cites.entries[cell.row - 1].label), Cell(held.cites.figure(row).period), cell)


def _indicators(held: Context) -> list[Block]:
    """Name the indicators that are known and have no national value."""
    valued = {code for code, rows in held.rows.items() if any(isfinite(row.obs_value) for row in rows)}
    names = [indicator_name(spec) for code, spec in held.specs.items() if code not in valued]
    if not names:
        return []
    count = held.cites.derive(_("Indicators without a national value"), float(len(names)), "NUMBER",
                              _("count of these indicators: {names}").format(names=joined(names)), of=())
    return [Paragraph(filled(_("Indicators without a national value: {count} ({names})."), count=count,
                             names=joined(names)))]


def _texts(held: Context) -> list[Block]:
    """Name the sections in which nobody has written."""
    empty = [section.code for section in held.outline.sections
             if chosen(held.records.narratives, section.code, held.language) is None]
    if not empty:
        return [Paragraph((_("Every section has a text of the country."),))]
    count = held.cites.derive(
        _("Sections without a text of the country"), float(len(empty)), "NUMBER",
        _("count of sections without a text, of {all}").format(all=held.whole(len(held.outline.sections))), of=())
    return [Paragraph(filled(_("Sections in which nobody has written: {count} ({names})."), count=count,
                             names=joined(empty)))]
