"""A section of the report: its values, by group of people too, the earlier round beside the new, slots, and the box."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from ekistics.core.frameworks import Slot, SlotState, nua_framework
from ekistics.core.i18n import N_, _, isolated, joined
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.core.report_outline import Chapter, OutlineSection
from ekistics.publish.briefs.common import compared, difference_text, indicator_name, interval_words
from ekistics.publish.content import Cell, Column, Group, Table
from ekistics.publish.figures import group_text
from ekistics.publish.groups import split_by
from ekistics.publish.national_report.context import Context, context_of
from ekistics.publish.national_report.gaps import runs
from ekistics.publish.national_report.narrative import box_of
from ekistics.publish.national_report.records import NationalRecords
from ekistics.publish.numbers import day_text
from ekistics.publish.report import Block, Heading, Paragraph, mark

__all__ = ["SLOT_WORDS", "change_table", "chapter_blocks", "earlier_of", "idle_earlier", "set_beside", "title_of",
           "value_table"]

SLOT_WORDS = {SlotState.MEASURED: N_("measured"), SlotState.NEAR: N_("a value that measures something of it"),
              SlotState.NOT_APPLICABLE: N_("does not apply"), SlotState.NOT_MEASURED: N_("not measured")}
VERDICTS = {"higher": N_("it rose: the intervals do not meet"), "lower": N_("it fell: the intervals do not meet"),
            "same": N_("cannot be told: the intervals share a point"),
            "unknown": N_("cannot be told: an interval is not stated")}


def title_of(section: OutlineSection) -> str:
    """Give code and title of a section.

    Parameters
    ----------
    section : OutlineSection
        The section.

    Returns
    -------
    str
        E.g. ``1.1.2 Access to adequate housing``.
    """
    return f"{section.code} {_(section.title)}"


def chapter_blocks(held: Context, chapter: Chapter) -> list[Block]:
    """Make a chapter: its sections in order.

    Parameters
    ----------
    held : Context
        The report.
    chapter : Chapter
        The chapter.

    Returns
    -------
    list of Block
        Headings, tables and boxes.
    """
    part = _("Part {code}: {title}").format(code=chapter.part, title=_(held.outline.parts[chapter.part]))
    blocks: list[Block] = [Heading(f"{chapter.code} {_(chapter.title)}", f"chapter-{chapter.code}"),
                           Paragraph((part,), "intro")]
    for section in chapter.sections:
        if section.title != chapter.title or len(chapter.sections) > 1:
            blocks.append(Heading(title_of(section), f"section-{section.code}", 2))
        blocks += _section(held, section)
    return blocks


def _section(held: Context, section: OutlineSection) -> list[Block]:
    blocks: list[Block] = []
    if section.topics:
        topics = joined(_(topic) for topic in section.topics)
        blocks.append(Paragraph((_("The outline names: {topics}.").format(topics=topics),), "intro"))
    codes = held.placed_at(section)
    if codes:
        blocks.append(value_table(held, codes, section.code))
        change = change_table(held, codes, section.code)
        blocks += [change] if change else []
    else:
        blocks.append(Paragraph((_("No national value is placed in this section."),), "intro"))
    return [*blocks, *_slots(held, section),
            box_of(held.records.narratives, section.code, title_of(section), held.cites)]


def value_table(held: Context, codes: list[str], name: str) -> Table:
    """Tabulate national values, for everybody and by group of people.

    Parameters
    ----------
    held : Context
        The report.
    codes : list of str
        Codes of the indicators.
    name : str
        Ending of the table's stable name.

    Returns
    -------
    Table
        A group of rows an indicator.
    """
    columns = (Column(_("What, and of whom"), weight=2), Column(_("Time"), weight=0.8),
               Column(_("Value"), numeric=True), Column(_("Interval"), numeric=True), Column(_("Of what"), weight=1.8))
    groups = []
    for code in codes:
        rows = [row for row in held.rows[code] if isfinite(row.obs_value) or not split_by(row)]
        groups.append(Group(indicator_name(held.specs[code]), tuple(_value_row(held, row) for row in rows)))
    return Table(f"values-{name}", _("National values"), columns, tuple(groups))


def _value_row(held: Context, row: Any) -> tuple[Cell, ...]:
    spec = held.specs[row.indicator]
    shown = held.cites.figure(row)
    series = _(spec.find_series(row.series).title)
    who = group_text(row) if split_by(row) else f"{series} ({shown.variant})" if shown.variant else series
    base = _(str(row.base)) if row.base else _("a total, or no share")
    return (Cell(who), Cell(shown.period), held.cites.cell(row), interval_words(row, held.cites), Cell(base))


def _key(row: Any) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in ("indicator", "series", "variant", *DIMENSIONS))


def earlier_of(held: Context, row: Any) -> Any | None:
    """Find the value of the round before.

    Parameters
    ----------
    held : Context
        The report.
    row : namedtuple
        A value.

    Returns
    -------
    namedtuple or None
        The newest value of the same series, reading and group that ends before this one does.
    """
    if not row.time_period:
        return None
    before = [other for other in held.every if _key(other) == _key(row) and isfinite(other.obs_value)
              and other.time_period and Period.parse(other.time_period).end < Period.parse(row.time_period).end]
    return max(before, key=lambda other: Period.parse(other.time_period).end, default=None)


def change_table(held: Context, codes: list[str], name: str) -> Table | None:
    """Set the earlier round beside the new, with the change and whether it can be told.

    Parameters
    ----------
    held : Context
        The report.
    codes : list of str
        Codes of the indicators.
    name : str
        Ending of the table's stable name.

    Returns
    -------
    Table or None
        A row a value for everybody that has an earlier one; None where none has.
    """
    pairs = _pairs(held, codes)
    columns = (Column(_("Indicator"), weight=1.8), Column(_("Earlier round"), numeric=True, weight=1.3),
               Column(_("This round"), numeric=True, weight=1.3), Column(_("Change"), numeric=True),
               Column(_("Can it be told?"), weight=1.8))
    rows = tuple(_change_row(held, *pair) for pair in pairs)
    note = _("A change is told where the two intervals do not meet: rounds may share cities, so that this is the "
             "careful rule.")
    return Table(f"change-{name}", _("The earlier round beside this one"), columns, (Group("", rows),),
                 note=note) if rows else None


def _pairs(held: Context, codes: Iterable[str]) -> list[tuple[Any, Any]]:
    """Give each value for everybody that has an earlier one, with it."""
    return [(earlier, row) for code in codes for row in held.rows[code]
            if not split_by(row) and isfinite(row.obs_value) and (earlier := earlier_of(held, row)) is not None]


def set_beside(records: NationalRecords) -> frozenset[str]:
    """Give the addresses of the earlier values that a report sets beside new ones.

    Parameters
    ----------
    records : NationalRecords
        What the report is made from.

    Returns
    -------
    frozenset of str
        Addresses; empty where no earlier value stands beside a new one.
    """
    held = context_of(records)
    return frozenset(str(earlier.address) for earlier, _row in _pairs(held, held.rows))


def idle_earlier(held: Context) -> bool:
    """Tell whether values of an earlier round were given of which a run has none beside a value of this round.

    Parameters
    ----------
    held : Context
        The report.

    Returns
    -------
    bool
        False where no earlier round was given.
    """
    rows = held.records.earlier
    if rows is None:
        return False
    used = {str(earlier.run) for earlier, _row in _pairs(held, held.rows)}
    return rows.empty or not set(rows["run"].astype(str)) <= used


def _change_row(held: Context, earlier: Any, row: Any) -> tuple[Cell, ...]:
    cites, spec = held.cites, held.specs[row.indicator]
    first, second = cites.figure(earlier), cites.figure(row)
    series = spec.find_series(row.series)
    name = f"{spec.number} {_(series.title)}".strip()
    ends = (Cell(joined((each.text, each.period)), row=each.row) for each in (first, second))
    return (Cell(name), *ends, _difference(held, earlier, row), Cell(_verdict(earlier, row)))


def _difference(held: Context, earlier: Any, row: Any) -> Cell:
    """Give the change; none where the two values are no values of one thing."""
    if (earlier.method, earlier.base, earlier.unit_measure) != (row.method, row.base, row.unit_measure):
        return Cell(_("not told"), absent=True)
    cites, title = held.cites, _(held.specs[row.indicator].find_series(row.series).title)
    first, second, difference = cites.figure(earlier), cites.figure(row), compared(row, earlier).difference
    change = cites.derive(
        _("Change of: {title}").format(title=title), difference, str(row.unit_measure),
        _("value of this round minus value of the earlier round"), of=[mark(first.row), mark(second.row)],
        text=difference_text(difference, str(row.unit_measure), language=held.language),
        base=_(str(row.base)) if row.base else "", place=held.name, period=joined((first.period, second.period)))
    return Cell(change.text, sort=difference, row=change.number)


def _verdict(earlier: Any, row: Any) -> str:
    """Say whether a change can be told; numbers of two methods or of two bases are not held against each other."""
    if earlier.method != row.method:
        return _("cannot be told: the method is another")
    if earlier.unit_measure != row.unit_measure:
        return _("cannot be told: the unit is another")
    if earlier.base != row.base:
        return _("cannot be told: the base is another")
    return _(VERDICTS[compared(row, earlier).verdict])


def _slots(held: Context, section: OutlineSection) -> list[Block]:
    """Show what is known of the slots of a section; those that are not measured stand with their text at the end."""
    slots = [slot for slot in nua_framework().slots if slot.number in section.slots]
    known = [slot for slot in slots if held.slots[slot.number] is not SlotState.NOT_MEASURED]
    blocks: list[Block] = [_slot_table(held, section, known)] if known else []
    rest = runs(slot.number for slot in slots if slot not in known)
    told = _("Slots of the framework that are placed here and not measured: {numbers}.").format(numbers=rest)
    return [*blocks, Paragraph((told,), "intro")] if rest else blocks


def _slot_table(held: Context, section: OutlineSection, slots: list[Slot]) -> Table:
    columns = (Column(_("Slot"), weight=0.4), Column(_("What it asks for"), weight=2), Column(_("State"), weight=2.4))
    return Table(f"slots-{section.code}", _("Slots of the framework that are placed here"), columns, (
        Group("", tuple(_slot_row(held, slot) for slot in slots)),))


def _slot_row(held: Context, slot: Slot) -> tuple[Cell, ...]:
    state = held.slots[slot.number]
    words, stated = _(SLOT_WORDS[state]), held.records.not_applicable.get(slot.number)
    cell = Cell(words)
    if state is SlotState.NOT_APPLICABLE and stated is not None:
        day = day_text(Period.parse(str(stated["day"])).start, language=held.language)
        told = _("{reason} ({by}, {day})").format(reason=stated["reason"], by=stated["by"], day=day)
        cited = held.cites.stated(_("Slot {number} does not apply").format(number=slot.number), told,
                                  by=joined((str(stated["by"]), day)))
        cell = Cell(f"{words}: {isolated(cited.text)}", row=cited.number)
    return (Cell(str(slot.number)), Cell(_(slot.title)), cell)
