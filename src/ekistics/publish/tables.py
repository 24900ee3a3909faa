"""The tables of a profile: every value of the city, its neighbourhoods, quality, sources, parameters, certificate."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.package.model import ProfilePackage
from ekistics.publish.cards import flag
from ekistics.publish.content import Cell, Column, Figure, Group, Table
from ekistics.publish.figures import (
    default_of,
    figure,
    group_text,
    grouped,
    headline_of,
    rows_of,
)
from ekistics.publish.method import flattened, role_text, sentence
from ekistics.publish.numbers import period_text

__all__ = ["certificate_table", "interval_cell", "neighbourhood_table", "parameter_table", "quality_table",
           "sources_table", "values_table"]


def values_table(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame, *,
                 language: str) -> Table:
    """Tabulate every observation of the city, grouped by indicator.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : pandas.DataFrame
        Numbered observations.
    language : str
        Language of the numbers.

    Returns
    -------
    Table
        One row an observation.
    """
    city = rows[rows["ref_area"] == package.place.code]
    groups = []
    for spec in specs.values():
        own = rows_of(city, spec)
        if not own.empty:
            title = f"{spec.number} {_(spec.title)}".strip()
            groups.append(Group(title, tuple(_value_row(row, spec, language) for row in own.itertuples())))
    columns = (Column(_("Quantity"), weight=2.2), Column(_("Variant"), weight=1.4), Column(_("Group"), weight=1.1),
               Column(_("Time"), weight=1.0), Column(_("Value"), numeric=True, weight=1.5),
               Column(_("Interval"), numeric=True, weight=1.2), Column(_("Made of"), weight=2.4))
    return Table("values", _("Every value of the city"), columns, tuple(groups),
                 note=_("Shares name their base; a value that is absent says why."))


def _value_row(row: object, spec: IndicatorSpec, language: str) -> tuple[Cell, ...]:
    shown = figure(row, spec, language=language)
    return (Cell(shown.label), Cell(shown.variant), Cell(group_text(row)), Cell(shown.period),
            Cell(shown.text, absent=shown.absent, row=shown.row), interval_cell(row, shown), Cell(shown.of))


def interval_cell(row: Any, shown: Figure) -> Cell:
    """Give the cell of an interval: its ends, or that it is not stated; empty beside an absent value.

    Parameters
    ----------
    row : namedtuple
        The observation.
    shown : Figure
        Its figure.

    Returns
    -------
    Cell
        The cell.
    """
    stated = pd.notna(row.lci) and pd.notna(row.uci)
    return Cell(shown.interval if stated or not shown.interval else _("not stated"), absent=not stated)


def neighbourhood_table(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any], *,
                        language: str) -> Table | None:
    """Tabulate the headline values of the neighbourhoods, a row each.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of namedtuple
        Observations from :func:`~ekistics.publish.figures.newest_rows`.
    language : str
        Language of the numbers.

    Returns
    -------
    Table or None
        None where the city has no neighbourhoods with values.
    """
    areas = {p.code: p.name for p in package.places if p.kind == "neighbourhood"}
    shown = _headline_columns(specs, [row for row in rows if row.ref_area in areas])
    if not shown:
        return None
    cells = {(row.ref_area, i): _area_cell(row, spec, language)
             for i, (spec, _title, found) in enumerate(shown) for row in found}
    blank = Cell(_("not measured"), absent=True)
    body = tuple((Cell(name), *(cells.get((code, i), blank) for i in range(len(shown))))
                 for code, name in sorted(areas.items(), key=lambda item: item[1]))
    columns = (Column(_("Neighbourhood"), weight=1.6), *(Column(title, numeric=True) for _s, title, _f in shown))
    return Table("neighbourhoods", _("Neighbourhoods"), columns, (Group("", body),), sortable=True,
                 note=_("The headline value of each indicator, at its latest date and in its default variant."))


def _headline_columns(specs: Mapping[str, IndicatorSpec],
                      rows: Sequence[Any]) -> list[tuple[IndicatorSpec, str, list[Any]]]:
    columns = []
    rows_by = grouped(rows)
    for spec in specs.values():
        own = rows_by.get(spec.code, {})
        for series in headline_of(spec, own)[:1]:
            first = default_of(spec, series.code, [row.variant for row in own[series.code]])
            found = [row for row in own[series.code] if row.variant == first]
            if any(row.obs_value == row.obs_value for row in found):  # noqa: PLR0124 - NaN differs from itself
                columns.append((spec, _(series.title), found))
    return columns


def _area_cell(row: object, spec: IndicatorSpec, language: str) -> Cell:
    shown = figure(row, spec, language=language)
    value = getattr(row, "obs_value", None)
    return Cell(shown.text, sort=None if shown.absent else float(value or 0.0), absent=shown.absent, row=shown.row)


def quality_table(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], *, language: str) -> Table:
    """Tabulate the quality flags.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    language : str
        Language of the numbers.

    Returns
    -------
    Table
        One row a flag.
    """
    body = []
    for check in package.checks:
        shown = flag(check, language=language)
        about = joined(specs[c].number or _(specs[c].title) for c in check.indicators if c in specs) or _("all")
        body.append((Cell(shown.title), Cell(shown.word), Cell(shown.text), Cell(about), Cell(shown.note)))
    columns = (Column(_("What"), weight=2), Column(_("Judgement")), Column(_("Figure"), numeric=True),
               Column(_("Bears on"), weight=1.2), Column(_("What it means"), weight=3))
    return Table("quality", _("Quality of inputs and results"), columns, (Group("", tuple(body)),))


def sources_table(package: ProfilePackage, *, language: str) -> Table:
    """Tabulate the inputs with producer, licence and checksum.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    language : str
        Language of dates.

    Returns
    -------
    Table
        One row an input.
    """
    unstated = _("not stated")
    body = tuple((Cell(role_text(p.role)), Cell(p.name), Cell(period_text(p.time_period, language=language)),
                  *(Cell(text or unstated, absent=not text) for text in (p.producer, p.licence, p.accessed)),
                  Cell(p.sha256[:16])) for p in package.run.inputs)
    columns = (Column(_("Used as")), Column(_("File"), weight=1.6), Column(_("Time"), weight=0.9),
               Column(_("Producer"), weight=1.4), Column(_("Licence"), weight=1.1), Column(_("Fetched"), weight=0.9),
               Column(_("SHA-256 begins with"), weight=1.3))
    return Table("sources", _("Sources and licences"), columns, (Group("", body),),
                 note=_("The checksum proves which file was read."))


def parameter_table(package: ProfilePackage, *, language: str) -> Table:
    """Tabulate every parameter of the run with the value that was used.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    language : str
        Language of numbers.

    Returns
    -------
    Table
        One row a parameter.
    """
    body = tuple((Cell(name), Cell(sentence(name, value, language=language)))
                 for name, value in sorted(flattened(package.run.parameters).items()))
    columns = (Column(_("Name")), Column(_("Meaning and value"), weight=2.4))
    return Table("parameters", _("Parameters of the run"), columns, (Group("", body),),
                 note=_("Defaults are listed too."))


def certificate_table(package: ProfilePackage, specs: Mapping[str, IndicatorSpec]) -> Table:
    """Tabulate the conformance of each method: cases computed outside this program, and how many agree.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.

    Returns
    -------
    Table
        One row a certificate.
    """
    body = []
    for entry in package.certificates:
        code = str(entry.get("indicator", ""))
        name = f"{specs[code].number} {_(specs[code].title)}".strip() if code in specs else code
        edition = package.run.methods.get(code, str(specs[code].method) if code in specs else "")
        agreed = entry.get("passed") == entry.get("cases")
        body.append((Cell(name), Cell(edition), Cell(str(entry.get("cases", ""))), Cell(str(entry.get("passed", ""))),
                     Cell(_("conforms") if agreed else _("does not conform")), Cell(str(entry.get("source", "")))))
    columns = (Column(_("Method"), weight=1.7), Column(_("Edition"), weight=2.2),
               Column(_("Cases"), numeric=True, weight=0.7), Column(_("Agree"), numeric=True, weight=0.7),
               Column(_("Result")), Column(_("Computed by"), weight=2))
    return Table("certificate", _("Conformance certificate"), columns, (Group("", tuple(body)),),
                 note=_("Each method is held against cases that were computed outside this program."))
