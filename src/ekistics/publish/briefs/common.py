"""What every brief needs: its frame, sources and citation, and the comparison of two rows in words."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.observation import Estimate
from ekistics.core.period import Period
from ekistics.core.units import unit
from ekistics.publish.citing import Citations
from ekistics.publish.compare import Comparison, compare
from ekistics.publish.content import Cell, Fact
from ekistics.publish.figures import default_variant, headline_series, numbered, rows_of
from ekistics.publish.numbers import day_text, number_text, value_text
from ekistics.publish.records import Framed, checked_rows
from ekistics.publish.report import Block, FactList, Heading, Paragraph, Report, direction_of, report_labels

__all__ = ["caption", "closing", "compared", "difference_text", "edition_words", "finished", "indicator_name",
           "interval_words", "known_specs", "main_rows", "measure", "prepared", "years"]

# Ways of computing an interval that rest on a sample drawn in each place: two places are independent of each other.
SAMPLED = frozenset({"taylor", "jackknife", "bootstrap", "brr", "replicate"})


def prepared(rows: pd.DataFrame) -> pd.DataFrame:
    """Check that rows can be cited, and blank their missing texts.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of ``CITED_COLUMNS``.

    Returns
    -------
    pandas.DataFrame
        Numbered rows.
    """
    frame = numbered(checked_rows(rows))
    texts = ["edition", "source", "address", "method", "run"]
    return frame.assign(**{name: frame[name].astype(object).where(frame[name].notna(), "") for name in texts})


def main_rows(spec: IndicatorSpec, rows: pd.DataFrame) -> tuple[SeriesSpec, pd.DataFrame] | None:
    """Give the first headline series of an indicator and its rows in the default variant.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    rows : pandas.DataFrame
        Rows for everybody.

    Returns
    -------
    tuple of SeriesSpec and pandas.DataFrame, or None
        None where there is no row.
    """
    own = rows_of(rows, spec)
    for series in headline_series(spec, own)[:1]:
        found = rows_of(own, spec, series.code)
        return series, found[found["variant"] == default_variant(spec, found)]
    return None


def years(rows: pd.DataFrame) -> list[int]:
    """Give the year in which each row's time begins.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows with a time.

    Returns
    -------
    list of int
        Years.
    """
    return [Period.parse(text).start.year for text in rows["time_period"]]


def measure(series: SeriesSpec) -> str:
    """Say what is measured, in which unit and of what.

    Parameters
    ----------
    series : SeriesSpec
        The series.

    Returns
    -------
    str
        One line, the subtitle of a chart.
    """
    text = _("{title}, in {unit}").format(title=_(series.title), unit=_(unit(series.unit_measure).title))
    return text + (" (" + _("of {base}").format(base=_(series.base)) + ")" if series.base else "")


def caption(rows: pd.DataFrame, edition: str, *, methods: bool = True) -> str:
    """Write the line under a chart: source, method and edition.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows it shows.
    edition : str
        The edition in words.
    methods : bool
        Whether the methods are named; else they stand with the data only.

    Returns
    -------
    str
        The line.
    """
    source, method = ("; ".join(dict.fromkeys(t for t in rows[name] if t)) for name in ("source", "method"))
    parts = (_("Source: {producers}.").format(producers=source) if source else "",
             _("Method: {method}.").format(method=method) if methods else "",
             _("Edition {edition}.").format(edition=edition))
    return " ".join(part for part in parts if part)


def compared(first: Any, second: Any) -> Comparison:
    """Compare two rows by what is known of their uncertainty.

    Parameters
    ----------
    first, second : namedtuple
        Observations.

    Returns
    -------
    Comparison
        The verdict. Samples count as independent only where both rows say they are sampled, in different places.
    """
    apart = first.ref_area != second.ref_area
    sampled = {str(first.uncertainty), str(second.uncertainty)} <= SAMPLED
    made = [Estimate(*(_float(getattr(row, n)) for n in ("obs_value", "se", "lci", "uci")), str(row.uncertainty))
            for row in (first, second)]
    return compare(*made, independent=apart and sampled)


def _float(value: Any) -> float:
    return math.nan if value is None or pd.isna(value) else float(value)


def interval_words(row: Any, cites: Citations) -> Cell:
    """Give the cell of an interval; words where it is not stated, blank beside an absent value.

    Parameters
    ----------
    row : namedtuple
        The observation.
    cites : Citations
        The list of numbers.

    Returns
    -------
    Cell
        The cell.
    """
    shown = cites.figure(row)
    stated = pd.notna(row.lci) and pd.notna(row.uci)
    return Cell(shown.interval if stated or not shown.interval else _("not stated"), absent=not stated)


def closing(cites: Citations, records: Framed, title: str, *,
            methods: bool = True) -> tuple[Block, ...]:
    """Make the end of a report: sources and methods of what it cites, and how to cite it.

    Parameters
    ----------
    cites : Citations
        The list of numbers.
    records : Framed
        Edition, address and publisher.
    title : str
        Title of the report.
    methods : bool
        Whether the method of each indicator is listed; else it stands with the data only.

    Returns
    -------
    tuple of Block
        Headings, facts and a paragraph.
    """
    entries = [entry for entry in (*cites.entries, *cites.peers) if entry.kind != "stated"]
    sources = tuple(dict.fromkeys(e.source for e in entries if e.source)) or (_("not stated"),)
    found = _by_method((e.method, _(cites.specs[e.indicator].title)) for e in entries if e.method and e.indicator)
    told = Fact(_("Methods"), items=found) if methods else Fact(_("Methods"), _(
        "with each number, in the data behind this document"))
    facts = (Fact(_("Data"), "; ".join(sources)), told)
    year = records.edition[:4] if records.edition[:4].isdigit() else _("year not stated")
    citation = f"{records.publisher} ({year}). {title}. " + _("Edition {edition}.").format(
        edition=edition_words(records.edition, records.language))
    return (Heading(_("Sources"), "sources"), FactList(tuple(f for f in facts if f.text or f.items)),
            Heading(_("How to cite"), "cite"), Paragraph((f"{citation} {records.address}".strip(),)))


def _by_method(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    found: dict[str, dict[str, None]] = {}
    for method, title in pairs:
        found.setdefault(method, {})[title] = None
    return tuple(f"{', '.join(titles)}: {method}" for method, titles in found.items())


def edition_words(edition: str, language: str) -> str:
    """Write an edition as people read it.

    Parameters
    ----------
    edition : str
        An ISO date or any text; may be empty.
    language : str
        Language of the date.

    Returns
    -------
    str
        The day, the text itself, or that it is not stated.
    """
    try:
        return day_text(Period.parse(edition).start, language=language) if edition else _("not stated")
    except ValueError:
        return edition


def finished(records: Framed, cites: Citations, blocks: Sequence[Block],  # noqa: PLR0913
             *, code: str, kind: str, title: str, place: str, note: str = "") -> Report:
    """Put the frame of a report around its blocks.

    Parameters
    ----------
    records : Framed
        Edition, address, publisher and language.
    cites : Citations
        The list of numbers.
    blocks : sequence of Block
        The content.
    code, kind, title, place, note : str
        As of :class:`~ekistics.publish.report.Report`.

    Returns
    -------
    Report
        The report.
    """
    words = edition_words(records.edition, records.language)
    line = joined((records.publisher, _("edition {edition}").format(edition=words), records.address))
    return Report(code, records.language, direction_of(records.language), kind, title, place, records.edition, words,
                  line, records.address, records.publisher, tuple(blocks), tuple(cites.entries), tuple(cites.peers),
                  note, report_labels())


def indicator_name(spec: IndicatorSpec) -> str:
    """Give the number and title of an indicator.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.

    Returns
    -------
    str
        E.g. ``11.3.1 Land use efficiency``.
    """
    return f"{spec.number} {_(spec.title)}".strip()


def known_specs(specs: Iterable[IndicatorSpec]) -> Mapping[str, IndicatorSpec]:
    """Give indicators by code, in their order.

    Parameters
    ----------
    specs : iterable of IndicatorSpec
        Indicators.

    Returns
    -------
    mapping of str to IndicatorSpec
        By code.
    """
    return {spec.code: spec for spec in specs}


def difference_text(value: float, unit_measure: str, *, language: str, signed: bool = True) -> str:
    """Write a difference: percentages differ by points.

    Parameters
    ----------
    value : float
        The difference.
    unit_measure : str
        Unit of the two values.
    language : str
        Language of the number.
    signed : bool
        Whether a rise carries a plus.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> difference_text(-4.25, "PT", language="en"), difference_text(3.0, "PT", language="en")
    ('-4.2 points', '+3.0 points')
    """
    sign = "+" if signed and value > 0 else ""
    if unit_measure == "PT":
        number = sign + number_text(value, unit("PT").digits, language=language)
        if direction_of(language) == "rtl":
            number = f"\u2066{number}\u2069"  # a sign stands before its number there too
        return _("{number} points").format(number=number)
    return sign + value_text(value, unit_measure, language=language)
