"""A report: typed blocks in order, and the list of every number in them with where it comes from.

The blocks are those of :mod:`ekistics.publish.content` and the few that prose needs. ``Figure.row`` and ``Cell.row``
name the entry of the list that a number is; ``-1`` stands for words.
"""

from dataclasses import dataclass

from babel import Locale

from ekistics.core.i18n import _, joined, use_language
from ekistics.publish.content import Cell, Chart, Column, Fact, Figure, Group, MapSheet, Table

__all__ = ["Block", "Box", "Citation", "Cite", "FactList", "Heading", "Inline", "KeyFigure", "KeyFigures", "Paragraph",
           "Report", "blocks", "data_table", "direction_of", "mark", "report_labels"]


@dataclass(frozen=True, slots=True)
class Cite:
    """A number in running text.

    Parameters
    ----------
    number : int
        Its entry in the list of numbers.
    text : str
        The number as it is written.
    """

    number: int
    text: str


Inline = str | Cite


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the report; the report's own title stands above it.

    Parameters
    ----------
    text : str
        The heading.
    code : str
        Stable name.
    level : int
        1, or 2 for a heading inside another's part.
    """

    text: str
    code: str = ""
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Prose with cited numbers in it.

    Parameters
    ----------
    parts : tuple of str or Cite
        Text and numbers in order.
    role : str
        ``text``, ``lead`` (what stands out), ``note``, or ``intro``: a note that stays with what follows.
    """

    parts: tuple[Inline, ...]
    role: str = "text"


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure set large, and what it means.

    Parameters
    ----------
    figure : Figure
        The figure; its ``row`` is its entry in the list of numbers.
    title : str
        The indicator.
    meaning : tuple of str or Cite
        What it means, with cited numbers.
    """

    figure: Figure
    title: str
    meaning: tuple[Inline, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Key figures side by side.

    Parameters
    ----------
    items : tuple of KeyFigure
        The figures.
    """

    items: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Terms and texts.

    Parameters
    ----------
    facts : tuple of Fact
        The rows.
    """

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Text of people, set apart from what is computed; or the empty place where nobody has written.

    Parameters
    ----------
    code, title : str
        Stable name, and what the text is about.
    state : str
        Its state in words.
    paragraphs : tuple of tuple of str or Cite
        The text; its numbers are cited as stated by the author. Empty where nobody has written.
    by : tuple of str or Cite
        Who wrote it, and when.
    language, direction : str
        Those of the text.
    """

    code: str
    title: str
    state: str
    paragraphs: tuple[tuple[Inline, ...], ...] = ()
    by: tuple[Inline, ...] = ()
    language: str = "en"
    direction: str = "ltr"


Block = Heading | Paragraph | KeyFigures | Table | Chart | MapSheet | FactList | Box


@dataclass(frozen=True, slots=True)
class Citation:
    """One number of a report, and all that is needed to find and to check it.

    Parameters
    ----------
    number : int
        Its number in the report.
    kind : str
        ``stored`` (an observation), ``derived`` (computed here from observations by ``rule``), ``quality`` (a flag),
        ``document`` (of the document that says how a sample or survey was made), ``stated`` (in a text of people) or
        ``peer`` (an observation that stands behind a derived number and is listed in the workbook only).
    label : str
        Indicator, series, variant and group in words.
    place, ref_area : str
        The place's name and code.
    text : str
        The value as the report writes it, or the words for its absence.
    value : float, optional
        The value; None when absent.
    unit_measure : str
        Code of the unit.
    interval : str
        Interval in words.
    made_of : str
        Numerator, denominator and base in words; for derived numbers the rule and what it was applied to.
    indicator, series, variant, time_period, dimensions : str
        The rest of the observation's key; dimensions as ``sex=F, age=Y0T14``.
    period : str
        The time in words.
    numerator, denominator, se, lci, uci : float, optional
        What it is made of, and its uncertainty.
    base, uncertainty, obs_status, method, run, edition, source, address : str
        Of what a share is; how the interval was made; status; method; run; edition; source line; stable address.
    rule : str
        For derived numbers: how it was computed.
    """

    number: int
    kind: str
    label: str
    place: str = ""
    ref_area: str = ""
    text: str = ""
    value: float | None = None
    unit_measure: str = ""
    interval: str = ""
    made_of: str = ""
    indicator: str = ""
    series: str = ""
    variant: str = ""
    time_period: str = ""
    dimensions: str = ""
    period: str = ""
    numerator: float | None = None
    denominator: float | None = None
    se: float | None = None
    lci: float | None = None
    uci: float | None = None
    base: str = ""
    uncertainty: str = ""
    obs_status: str = ""
    method: str = ""
    run: str = ""
    edition: str = ""
    source: str = ""
    address: str = ""
    rule: str = ""

    @property
    def name(self) -> str:
        """Give its number as it is written: peers have numbers of their own."""
        return f"P{self.number}" if self.kind == "peer" else str(self.number)


@dataclass(frozen=True, slots=True)
class Report:
    """A report as content: HTML, PDF, DOCX and XLSX are drawn from it.

    Parameters
    ----------
    code : str
        Stem of its file names.
    language, direction : str
        Language code and writing direction.
    kind, title, place : str
        What sort of report it is, its title, and the line under it.
    edition, edition_text : str
        Edition of the data, as stored and as people read it.
    source_line : str
        The foot of every page.
    address : str
        Stable address.
    publisher : str
        Who publishes it.
    blocks : tuple of Block
        The content in order.
    citations : tuple of Citation
        Every number, numbered from 1.
    peers : tuple of Citation
        Observations behind derived numbers, listed in the workbook.
    note : str
        How the first sentence was chosen.
    labels : dict of str to str
        Words that templates show.
    """

    code: str
    language: str
    direction: str
    kind: str
    title: str
    place: str
    edition: str
    edition_text: str
    source_line: str
    address: str
    publisher: str
    blocks: tuple[Block, ...]
    citations: tuple[Citation, ...]
    peers: tuple[Citation, ...]
    note: str
    labels: dict[str, str]


def mark(number: int) -> str:
    """Write the reference to an entry of the list of numbers.

    Parameters
    ----------
    number : int
        The entry.

    Returns
    -------
    str
        E.g. ``[3]``.
    """
    return f"[{number}]"


def direction_of(language: str) -> str:
    """Give the writing direction of a language.

    Parameters
    ----------
    language : str
        Language code.

    Returns
    -------
    str
        ``rtl`` or ``ltr``.

    Examples
    --------
    >>> direction_of("ar"), direction_of("fr")
    ('rtl', 'ltr')
    """
    return str(Locale.parse(language).text_direction)


def blocks(report: Report) -> list[tuple[str, Block]]:
    """Give the blocks with the name of their type, for templates.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    list of tuple of str and Block
        E.g. ``("Heading", Heading(...))``.
    """
    return [(type(block).__name__, block) for block in report.blocks]


def data_table(report: Report) -> Table:
    """Tabulate every number of a report with what it rests on; rows of one series and source stand together.

    Parameters
    ----------
    report : Report
        The report.

    Returns
    -------
    Table
        The table, in the language of the report; the first cell of a row is the number of the entry.
    """
    with use_language(report.language):
        return _data_table(report)


def _data_table(report: Report) -> Table:
    groups: dict[str, list[tuple[Cell, ...]]] = {}
    for entry in report.citations:
        groups.setdefault(_group_title(entry), []).append(_data_row(entry))
    columns = (Column(_("No."), weight=0.6), Column(_("What and where"), weight=2.6), Column(_("Time"), weight=0.9),
               Column(_("Value"), weight=1.6), Column(_("Interval"), weight=1.0), Column(_("Made of"), weight=2.4),
               Column(_("Address"), weight=2.4))
    note = _("Every number of this document, by its number in square brackets.")
    if report.peers:
        note += " " + _("Numbers with a P are the peers' values; they are listed in the workbook (XLSX).")
    if report.note:
        note += " " + _("The first sentence: {rule}").format(rule=report.note)
    return Table("data", _("Data behind this document"), columns,
                 tuple(Group(title, tuple(rows)) for title, rows in groups.items()), note=note)


def _group_title(entry: Citation) -> str:
    if entry.kind == "derived":
        return _("Computed for this document from the numbers named")
    if entry.kind == "quality":
        return _("Quality of inputs and results")
    if entry.kind == "stated":
        return _("Stated by the authors of texts, neither computed nor checked here")
    if entry.kind == "document":
        return _("How the values were made. {source}. Run {run}, edition {edition}.").format(
            source=entry.source, run=entry.run, edition=entry.edition or _("not stated"))
    parts = (f"{entry.label}.", _("Method: {method}.").format(method=entry.method), _("Source: {source}.").format(
        source=entry.source or _("not stated")), _("Run {run}, edition {edition}.").format(
            run=entry.run, edition=entry.edition or _("not stated")))
    return " ".join(parts)


def _data_row(entry: Citation) -> tuple[Cell, ...]:
    what = entry.place if entry.kind == "stored" else joined((entry.label, entry.place))
    return (Cell(entry.name), Cell(what), Cell(entry.period), Cell(entry.text, absent=entry.value is None),
            Cell(entry.interval), Cell(entry.made_of), Cell(entry.address))


def report_labels() -> dict[str, str]:
    """Give the words of report templates in the language in use.

    Returns
    -------
    dict of str to str
        Name to text.
    """
    return {"page_of": _("Page {page} of {pages}"), "edition": _("Edition"), "contents": _("On this page"),
            "data": _("Data behind this document"), "entry": _("Entry {number} of the data behind this document"),
            "numbers": _("The numbers of this chart"), "scroll": _("This table scrolls sideways"),
            "default": _("default"), "address": _("Address")}
