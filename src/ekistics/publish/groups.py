"""Values by group of people beside that for everybody: a table an indicator, each group a dot with its interval."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from ekistics.core.codelists import DIMENSION_CODES
from ekistics.core.i18n import N_, _, joined
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.observation import DIMENSIONS
from ekistics.core.period import Period
from ekistics.publish.charts import bounded
from ekistics.publish.content import Cell, Column
from ekistics.publish.dots import Dot, DotRow, DotTable, dot_table
from ekistics.publish.figures import default_of, figure, group_text, grouped, newest_of_groups
from ekistics.publish.tables import interval_cell

__all__ = ["DIMENSION_TITLES", "group_rows", "group_tables", "round_tables", "split_by"]

DIMENSION_TITLES: Mapping[str, str] = {
    "sex": N_("By sex"), "age": N_("By age"), "disability": N_("By disability"),
    "urbanisation": N_("By kind of settlement"), "income_quantile": N_("By income"), "tenure": N_("By tenure"),
    "displacement_status": N_("By displacement"), "migrant_status": N_("By migration")}


def split_by(row: Any) -> tuple[str, ...]:
    """Give the dimensions by which a row is split; empty for everybody.

    Parameters
    ----------
    row : namedtuple
        The observation.

    Returns
    -------
    tuple of str
        Names of dimensions.
    """
    return tuple(name for name in DIMENSIONS if str(getattr(row, name)) not in ("_T", ""))


def group_tables(rows: Sequence[Any], specs: Mapping[str, IndicatorSpec], *, language: str,
                 every: bool = False) -> tuple[DotTable, ...]:
    """Tabulate the newest values of one place by group of people.

    Parameters
    ----------
    rows : sequence of namedtuple
        Observations of the place, for everybody and for groups.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    language : str
        Language of the numbers.
    every : bool
        Whether every series and variant is shown, also where it is not split; else the headline series, in the first
        reading that has a value for everybody, where they are split.

    Returns
    -------
    tuple of DotTable
        One a series and variant, in the order of the specifications.
    """
    by_code = grouped(newest_of_groups(rows))
    made = []
    for code, spec in specs.items():
        for series in spec.series if code in by_code else ():
            found = by_code[code].get(series.code, [])
            for variant in _variants(spec, series, found, every=every):
                held = [row for row in found if row.variant == variant]
                if every or any(split_by(row) for row in held):
                    made.append(_table(spec, series, held, language))
    return tuple(made)


def _variants(spec: IndicatorSpec, series: SeriesSpec, rows: Sequence[Any], *, every: bool) -> list[str]:
    if not rows or not (every or series.headline):
        return []
    present = list(dict.fromkeys(row.variant for row in rows))
    told = [row for row in rows if not isnan(row.obs_value)]
    first = [row.variant for row in told if not split_by(row)] or [row.variant for row in told] or present
    return present if every else [default_of(spec, series.code, first)]


def _table(spec: IndicatorSpec, series: SeriesSpec, rows: Sequence[Any], language: str) -> DotTable:
    found, when = figure(rows[0], spec, language=language), {row.time_period for row in rows}
    one = found.period if len(when) == 1 else ""  # one time stands in the title, several in a column
    title = joined((f"{spec.number} {_(series.title)}".strip(), found.variant, one))
    columns = (Column(_("Group"), weight=1.6), *(() if one else (Column(_("Time")),)), Column(_("Value"), numeric=True),
               Column(_("Interval"), numeric=True), Column(_("Made of"), weight=2))
    made = dot_table(f"groups-{spec.code}-{series.code}-{rows[0].variant}".rstrip("-").replace("_", "-"), title,
                     columns, group_rows(rows, spec, language=language, timed=not one),
                     unit_measure=series.unit_measure, full=bounded(series), language=language)
    return replace(made, ends=_ends(rows, spec, language))


def _ends(rows: Sequence[Any], spec: IndicatorSpec, language: str) -> str:
    """Say which groups have the lowest and the highest value of the newest time; empty for fewer than two groups."""
    known = [row for row in rows if split_by(row) and not isnan(row.obs_value)]
    newest = max((row.time_period for row in known), key=lambda text: Period.parse(text).end, default="")
    held = sorted((row for row in known if row.time_period == newest), key=lambda row: row.obs_value)
    if len(held) < 2:
        return ""
    first, last = (figure(row, spec, language=language).text for row in (held[0], held[-1]))
    return _("From {first} ({then}) to {last} ({now})").format(first=first, then=group_text(held[0]), last=last,
                                                               now=group_text(held[-1]))


def group_rows(rows: Sequence[Any], spec: IndicatorSpec, *, language: str,
               timed: bool = True) -> list[tuple[str, list[DotRow]]]:
    """Write rows of one series and variant out, gathered by what they are split by, everybody first.

    Parameters
    ----------
    rows : sequence of namedtuple
        The observations.
    spec : IndicatorSpec
        Their indicator.
    language : str
        Language of the numbers.
    timed : bool
        Whether each row says its time.

    Returns
    -------
    list of (str, list of DotRow)
        Title and rows of each group.
    """
    kinds: dict[tuple[str, ...], list[Any]] = {}
    for row in rows:
        kinds.setdefault(split_by(row), []).append(row)
    made = []
    for kind in sorted(kinds, key=lambda names: (len(names), [DIMENSIONS.index(name) for name in names])):
        title = joined(_(DIMENSION_TITLES[name]) for name in kind)
        made.append((title, [_row(row, spec, language, timed) for row in _in_order(kinds[kind], kind)]))
    return made


def _in_order(rows: Iterable[Any], kind: tuple[str, ...]) -> list[Any]:
    """Order rows as the lists of codes do; codes without a list by themselves."""
    ranks = [{code: i for i, code in enumerate(DIMENSION_CODES.get(name, {}))} for name in kind]
    return sorted(rows, key=lambda row: [(rank.get(str(getattr(row, name)), len(rank)), str(getattr(row, name)))
                                         for name, rank in zip(kind, ranks, strict=True)])


def _row(row: Any, spec: IndicatorSpec, language: str, timed: bool) -> DotRow:
    shown = figure(row, spec, language=language)
    known = not isnan(row.obs_value)
    dots = (Dot(row.obs_value, row.lci, row.uci, "main" if split_by(row) else "other"),) if known else ()
    value = Cell(shown.text, absent=shown.absent, row=getattr(row, "observation", 0))
    when = (Cell(shown.period),) if timed else ()
    return DotRow((Cell(group_text(row)), *when, value, interval_cell(row, shown), Cell(shown.of)), dots,
                  own=not split_by(row))


def round_tables(rows: Sequence[Any], specs: Mapping[str, IndicatorSpec], *, language: str) -> tuple[DotTable, ...]:
    """Tabulate the headline values of one place through time, where there are at least two times.

    Parameters
    ----------
    rows : sequence of namedtuple
        Observations of the place for everybody.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of DotTable
        One a headline series, in the reading that stands first; the newest time is the row of its own.
    """
    by_code, made = grouped(row for row in rows if not isnan(row.obs_value) and row.time_period), []
    for code, spec in specs.items():
        for series in (s for s in spec.series if s.headline):
            found = by_code.get(code, {}).get(series.code, [])
            first = default_of(spec, series.code, [row.variant for row in found])
            held = sorted((row for row in found if row.variant == first), key=lambda row: Period.parse(
                row.time_period).end)
            if len({row.time_period for row in held}) > 1:
                made.append(_rounds(spec, series, held, language))
    return tuple(made)


def _rounds(spec: IndicatorSpec, series: SeriesSpec, rows: Sequence[Any], language: str) -> DotTable:
    columns = (Column(_("Time")), Column(_("Value"), numeric=True), Column(_("Interval"), numeric=True),
               Column(_("Made of"), weight=2))
    made = []
    for row in rows:
        shown, newest = figure(row, spec, language=language), row is rows[-1]
        cells = (Cell(shown.period), Cell(shown.text, row=getattr(row, "observation", 0)), interval_cell(row, shown),
                 Cell(shown.of))
        made.append(DotRow(cells, (Dot(row.obs_value, row.lci, row.uci, "main" if newest else "other"),), own=newest))
    methods = len({row.method for row in rows})
    note = _("The method changed between these times, so they are not one line.") if methods > 1 else ""
    return dot_table(f"rounds-{spec.code}-{series.code}".replace("_", "-"), f"{spec.number} {_(series.title)}".strip(),
                     columns, [("", made)], unit_measure=series.unit_measure, full=bounded(series), language=language,
                     note=note)
