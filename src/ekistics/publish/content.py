"""What a document says, before it has a form: typed blocks that HTML and PDF both draw from.

A composer fills these blocks with texts that are translated and numbers that are written out, once; the templates only
place them. So two documents cannot disagree.
"""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Card", "Cell", "Chart", "Column", "Document", "Fact", "Figure", "Flag", "Group", "MapSheet", "Section",
           "Table"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One value as it is shown, or the words for its absence.

    Parameters
    ----------
    label : str
        What the value is.
    text : str
        The value with its unit; or why there is none.
    row : int
        Position of the observation it shows, in the package's table.
    number, unit : str
        The value's two parts, so that the number can be set larger; empty for words.
    interval : str
        The interval, or that it is not stated; empty for absent values.
    period : str
        The time it describes.
    variant : str
        The variant's title; empty where there are none.
    why : str
        One line on how the variant differs.
    of : str
        For shares: numerator, denominator and the name of the base.
    absent : bool
        Whether the text says why there is no value.
    default : bool
        Whether this is the default variant.
    """

    label: str
    text: str
    row: int
    number: str = ""
    unit: str = ""
    interval: str = ""
    period: str = ""
    variant: str = ""
    why: str = ""
    of: str = ""
    absent: bool = False
    default: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    """A quality flag: a word with a dot, its figure, and one line.

    Parameters
    ----------
    title, text, status, word, note : str
        What is measured, the figure, the status code, the status in words, and what it means.
    """

    title: str
    text: str
    status: str
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what it is: the rows of "how was this computed".

    Parameters
    ----------
    term, text : str
        The two.
    items : tuple of str
        Further lines under it.
    code : bool
        Whether the text is a checksum or code, set in a fixed-width way.
    """

    term: str
    text: str = ""
    items: tuple[str, ...] = ()
    code: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One indicator: its headline figures, variants, flags and method.

    Parameters
    ----------
    code, number, title, question : str
        The indicator.
    figures : tuple of Figure
        Headline figures: one for each headline series, the default variant.
    variants : tuple of Figure
        Further variants of the headline series.
    more : tuple of Figure
        The default variants of the other series.
    flags : tuple of Flag
        Quality of what it rests on.
    how : tuple of Fact
        How it was computed.
    """

    code: str
    number: str
    title: str
    question: str
    figures: tuple[Figure, ...]
    variants: tuple[Figure, ...] = ()
    more: tuple[Figure, ...] = ()
    flags: tuple[Flag, ...] = ()
    how: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Parameters
    ----------
    text : str
        What it shows.
    sort : float or str, optional
        What it is ordered by; the text when None.
    absent : bool
        Whether it says that there is no value.
    row : int
        Position of the observation it shows; -1 for none.
    """

    text: str
    sort: float | str | None = None
    absent: bool = False
    row: int = -1


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column.

    Parameters
    ----------
    title : str
        Its title.
    numeric : bool
        Whether its cells stand right.
    weight : float
        Its share of the width in print.
    """

    title: str
    numeric: bool = False
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that stay together, with a title of their own; empty when the table has but one group.

    Parameters
    ----------
    title : str
        The title.
    rows : tuple of tuple of Cell
        The rows.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: rows in groups that a page break does not part.

    Parameters
    ----------
    code : str
        Stable name.
    title : str
        Caption.
    columns : tuple of Column
        Heads.
    groups : tuple of Group
        Rows.
    note : str
        One line under the caption.
    sortable : bool
        Whether readers may reorder the rows.
    """

    code: str
    title: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    note: str = ""
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as SVG, with the table of its numbers.

    Parameters
    ----------
    code, title, subtitle, caption : str
        The finding; the measure and unit; source, method edition and date.
    svg : str
        The drawing; empty where it is drawn from the specification when it is needed.
    alt : str
        What it shows, in words.
    table : Table
        The same numbers.
    spec : dict, optional
        The Vega-Lite specification, for pages that draw it themselves.
    wide : bool
        Whether it takes the whole width in print, its table below it.
    """

    code: str
    title: str
    subtitle: str
    caption: str
    svg: str
    alt: str
    table: Table
    spec: dict[str, Any] | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class MapSheet:
    """A map as SVG at true scale.

    Parameters
    ----------
    code, title, note : str
        What it shows.
    svg : str
        The drawing with legend, scale bar and north.
    alt : str
        What it shows, in words.
    scale : str
        The scale in print, e.g. ``1 : 100 000``.
    width_mm, height_mm : float
        Its size in print.
    bar_mm : float
        Length of the scale bar in print.
    bar_text : str
        The length of ground it stands for.
    legend : tuple
        Classes with title, colours and mark.
    attribution : str
        Whose data it shows.
    """

    code: str
    title: str
    note: str
    svg: str
    alt: str
    scale: str
    width_mm: float
    height_mm: float
    bar_mm: float
    bar_text: str
    legend: tuple[Any, ...] = ()
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Prose with a heading: paragraphs, then facts.

    Parameters
    ----------
    code, title : str
        Stable name and heading.
    paragraphs : tuple of str
        Text.
    facts : tuple of Fact
        Terms and texts.
    """

    code: str
    title: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A city's profile as content.

    Parameters
    ----------
    language, direction : str
        Language code and writing direction.
    title, place, edition, source_line : str
        The head and foot of every page.
    headline, headline_rule : str
        What stands out, and the rule by which it was chosen.
    cards, charts, maps, tables, sections : tuple
        The content, in order.
    labels : dict of str to str
        Every word that templates and scripts show.
    live : dict, optional
        Layers of the live map, for the page.
    downloads : tuple of dict
        Files offered by the page: name, type and text.
    """

    language: str
    direction: str
    title: str
    place: str
    edition: str
    source_line: str
    headline: str
    headline_rule: str
    cards: tuple[Card, ...]
    charts: tuple[Chart, ...]
    maps: tuple[MapSheet, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    certificate: Table
    labels: dict[str, str]
    live: dict[str, Any] = field(default_factory=dict)
    downloads: tuple[dict[str, str], ...] = ()
