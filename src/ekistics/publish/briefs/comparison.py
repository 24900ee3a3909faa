"""The comparison report: places side by side, and what can and cannot be told apart."""

from typing import Any

import pandas as pd

from ekistics.core.codelists import MISSING_STATUSES, OBS_STATUS_WORDS
from ekistics.core.i18n import _, joined, use_language
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.units import unit
from ekistics.publish.briefs.common import (
    caption,
    closing,
    compared,
    difference_text,
    edition_words,
    finished,
    indicator_name,
    interval_words,
    known_specs,
    main_rows,
    measure,
    prepared,
    years,
)
from ekistics.publish.charts import bounded, explained, multiples, ranking
from ekistics.publish.citing import Citations, filled
from ekistics.publish.content import Cell, Chart, Column, Fact, Group, Table
from ekistics.publish.figures import latest, totals
from ekistics.publish.numbers import NBSP, number_text, period_text
from ekistics.publish.records import ComparisonRecords
from ekistics.publish.report import Block, FactList, Heading, Paragraph, Report, mark

__all__ = ["compose_comparison"]

# What the status of a value warns of; a normal one warns of nothing, and a missing one gives its reason.
STATUS = {code: words for code, words in OBS_STATUS_WORDS.items() if code not in ("A", *MISSING_STATUSES)}
MOST_NAMED = 12


def compose_comparison(records: ComparisonRecords) -> Report:
    """Compose the comparison of places.

    Parameters
    ----------
    records : ComparisonRecords
        The places, indicators and periods that were chosen, and their observations.

    Returns
    -------
    Report
        An overview, then for each indicator a ranking with intervals, a table that says who cannot be told apart,
        time where several periods were chosen, and notes on differences of method; then sources and citation.
    """
    with use_language(records.language):
        return _Comparison(records).composed()


class _Comparison:
    """What every part of one comparison needs."""

    def __init__(self, records: ComparisonRecords) -> None:
        self.records, self.language = records, records.language
        self.specs = known_specs(records.specs)
        self.names = {p.code: p.name for p in records.places}
        self.cites = Citations(self.specs, self.names, language=records.language)
        self.edition = edition_words(records.edition, records.language)
        rows = prepared(records.rows)
        rows = totals(rows[rows["indicator"].isin(self.specs) & rows["ref_area"].isin(self.names)])
        if records.periods:
            rows = rows[rows["time_period"].isin(records.periods)]
        self.rows = rows
        self.main = {code: found for code, spec in self.specs.items() if (found := main_rows(spec, rows))}

    def composed(self) -> Report:
        places = [p.name for p in self.records.places]
        title = _("Comparison of {places}").format(places=joined(places[:MOST_NAMED]))
        blocks: list[Block] = [*self._lead(), *self._overview()]
        for code, spec in self.specs.items():
            blocks += self._indicator(spec, *self.main[code]) if code in self.main else [
                Heading(indicator_name(spec), code), Paragraph((_("Not measured in any of these places."),))]
        blocks += [Heading(_("How values were compared"), "compared"), *_rules()]
        blocks += closing(self.cites, self.records, title)
        line = _("{when}; edition {edition}").format(
            when=joined(period_text(p, language=self.language) for p in self.records.periods)
            or _("newest value of each place"), edition=self.edition)
        return finished(self.records, self.cites, blocks, code="comparison", kind=_("Comparison report"), title=title,
                        place=line)

    def _newest(self, found: pd.DataFrame) -> list[Any]:
        """Give each place's newest row, the highest value first, places without a value last."""
        rows = list(latest(found).itertuples())
        one: dict[str, Any] = {str(r.ref_area): r for r in rows}
        return sorted(one.values(), key=lambda r: (pd.isna(r.obs_value), 0.0 if pd.isna(r.obs_value) else -r.obs_value))

    def _lead(self) -> list[Block]:
        for series, found in self.main.values():
            rows = [r for r in self._newest(found) if pd.notna(r.obs_value)]
            if len(rows) > 1:
                return [Paragraph(self._finding(series, rows), "lead")]
        return [Paragraph((_("None of these indicators has a value in two of these places."),), "lead")]

    def _finding(self, series: SeriesSpec, rows: list[Any]) -> tuple[Any, ...]:
        """Say who is highest and who lowest, and whether the two can be told apart."""
        first, last = rows[0], rows[-1]
        if first.obs_value == last.obs_value:
            return filled(_("{title}: {value} in every place with a value."), title=_(series.title),
                          value=self.cites.inline(first))
        words = {"higher": _("{title}: highest in {high_place} ({high}), lowest in {low_place} ({low})."),
                 "same": _("{title}: {high} in {high_place} and {low} in {low_place}, the highest and the lowest, "
                           "cannot be told apart."),
                 "unknown": _("{title}: highest in {high_place} ({high}), lowest in {low_place} ({low}); whether they "
                              "differ cannot be judged, as an interval is not stated.")}
        return filled(words[compared(first, last).verdict], title=_(series.title), high=self.cites.inline(first),
                      low=self.cites.inline(last), high_place=self.names[first.ref_area],
                      low_place=self.names[last.ref_area])

    def _overview(self) -> list[Block]:
        shown = [(self.specs[c], *pair) for c, pair in self.main.items()]
        cells = {(r.ref_area, spec.code): self.cites.cell(r) for spec, _s, found in shown for r in self._newest(found)}
        blank = Cell(_("not measured"), absent=True)
        body = tuple((Cell(p.name), *(cells.get((p.code, spec.code), blank) for spec, _s, _f in shown))
                     for p in self.records.places)
        columns = (Column(_("Place"), weight=1.4), *(Column(_(series.title), numeric=True) for _c, series, _f in shown))
        note = _("The newest of the chosen times, in the default variant. A value that is absent says why.")
        return [Heading(_("Overview"), "overview"),
                Table("overview", _("All chosen indicators"), columns, (Group("", body),), note),
                Paragraph((f"{explained()} " + _("Numbers in square brackets lead to the data behind this document."),),
                          "note")] if shown else []

    def _indicator(self, spec: IndicatorSpec, series: SeriesSpec, found: pd.DataFrame) -> list[Block]:
        rows = self._newest(found)
        known = [r for r in rows if pd.notna(r.obs_value)]
        blocks: list[Block] = [Heading(indicator_name(spec), spec.code), Paragraph((_(spec.question),), "intro")]
        if known:
            blocks.append(self._ranking(spec, series, found, known))
        else:
            blocks.append(self._table(spec, _(series.title), rows))
        if len(known) > 1 and known[0].obs_value != known[-1].obs_value:
            blocks.append(Paragraph(self._difference(series, known)))
        blocks += [self._absent(rows)] if len(rows) < len(self.names) or len(known) < len(rows) else []
        blocks += self._time(spec, series, found)
        notes = self._notes(known)
        return [*blocks, FactList(notes)] if notes else blocks

    def _ranking(self, spec: IndicatorSpec, series: SeriesSpec, found: pd.DataFrame, known: list[Any]) -> Chart:
        high, low = (self.names[known[i].ref_area] for i in (0, -1))
        title = _("{title}: highest in {high}, lowest in {low}.").format(title=_(series.title), high=high, low=low)
        if known[0].obs_value == known[-1].obs_value:
            title = _(series.title)
        drawn = [{"name": self.names[r.ref_area], "value": float(r.obs_value), "low": _bound(r.lci),
                  "high": _bound(r.uci), "text": self.cites.figure(r).text} for r in known]
        alt = _("Chart: {title} The table below has the same numbers.").format(title=title)
        return Chart(f"rank-{spec.code}", title, measure(series), caption(found, self.edition), "",
                     alt, self._table(spec, title, known),
                     ranking(drawn, full=bounded(series)), True)

    def _table(self, spec: IndicatorSpec, title: str, rows: list[Any]) -> Table:
        body = tuple((Cell(self.names[r.ref_area]), Cell(self.cites.figure(r).period), self.cites.cell(r),
                      interval_words(r, self.cites), Cell(self._alike(r, rows))) for r in rows)
        columns = (Column(_("Place"), weight=1.4), Column(_("Time"), weight=0.8), Column(_("Value"), numeric=True),
                   Column(_("Interval"), numeric=True), Column(_("Cannot be told apart from"), weight=2.2))
        return Table(f"rank-{spec.code}", title, columns, (Group("", body),))

    def _alike(self, row: Any, rows: list[Any]) -> str:
        """Name the places whose values cannot be told apart from this one."""
        verdicts = [(self.names[o.ref_area], compared(row, o).verdict) for o in rows if o.ref_area != row.ref_area]
        alike = [name for name, verdict in verdicts if verdict == "same"]
        unknown = any(verdict == "unknown" for _n, verdict in verdicts)
        if unknown and not alike:
            return _("cannot be judged: an interval is not stated")
        if len(alike) == len(verdicts) > 1:
            return _("all others")
        text = joined(alike) or _("none")
        return text + ("; " + _("for others an interval is not stated") if unknown else "")

    def _difference(self, series: SeriesSpec, known: list[Any]) -> tuple[Any, ...]:
        """State the difference of highest and lowest, with its interval where samples allow one."""
        first, last = known[0], known[-1]
        found = compared(first, last)
        ends = [mark(self.cites.figure(r).row) for r in (first, last)]
        size = difference_text(found.difference, series.unit_measure, language=self.language, signed=False)
        base = _(str(first.base)) if first.base else ""
        parts: dict[str, Any] = {}
        if found.basis == "difference":
            digits = unit(series.unit_measure).digits
            low, high = (number_text(end, digits, language=self.language) for end in (found.lci, found.uci))
            size = _("{difference} (95 % interval {low} to {high})").format(difference=size, low=low, high=high)
        parts["difference"] = self.cites.derive(
            _("Difference of: {title}").format(title=_(series.title)), found.difference, series.unit_measure,
            _("highest minus lowest value"), of=ends, base=base, text=size, lci=found.lci, uci=found.uci,
            place=f"{self.names[first.ref_area]}, {self.names[last.ref_area]}")
        words = {"higher": _("Between highest and lowest lie {difference}; they differ by more than the intervals "
                             "explain."),
                 "same": _("Between highest and lowest lie {difference}; within the intervals, so that they cannot be "
                           "told apart."),
                 "unknown": _("Between highest and lowest lie {difference}; whether they differ cannot be judged, as "
                              "an interval is not stated.")}
        return filled(words[found.verdict], **parts)

    def _absent(self, rows: list[Any]) -> Paragraph:
        """Say in words which places have no value, and why."""
        having = {str(r.ref_area): r for r in rows}
        parts: list[Any] = [_("Without a value: ")]
        for code, name in self.names.items():
            row = having.get(code)
            if row is None:
                parts.append(_("{place} (not measured)").format(place=name) + "; ")
            elif pd.isna(row.obs_value):
                parts += [*filled(_("{place} ({reason})"), place=name, reason=self.cites.inline(row)), "; "]
        parts[-1] = parts[-1].removesuffix("; ")
        return Paragraph((*(p for p in parts if p), "."))

    def _time(self, spec: IndicatorSpec, series: SeriesSpec, found: pd.DataFrame) -> list[Block]:
        """Set the places side by side through time, where two or more times were chosen."""
        plain = ~found["time_period"].str.contains("/") & (found["time_period"] != "")
        known = found[found["obs_value"].notna() & plain]
        periods = sorted(set(known["time_period"]))
        if len(periods) < 2:  # noqa: PLR2004 - a line has two ends
            return []
        known = known.drop_duplicates(["ref_area", "time_period"], keep="last").sort_values("time_period")
        cells = {(r.ref_area, r.time_period): self.cites.cell(r) for r in known.itertuples()}
        blank = Cell(_("not measured"), absent=True)
        body = tuple((Cell(p.name), *(cells.get((p.code, t), blank) for t in periods)) for p in self.records.places)
        columns = (Column(_("Place"), weight=1.4), *(Column(period_text(t, language=self.language), numeric=True)
                                                     for t in periods))
        title = _("{title} through time").format(title=_(series.title))
        panels = [self._panel(p.name, known[known["ref_area"] == p.code]) for p in self.records.places
                  if (known["ref_area"] == p.code).any()]
        return [Chart(f"time-{spec.code}", title, measure(series), caption(known, self.edition), "",
                      _("Chart: {title} The table below has the same numbers.").format(title=f"{title}."),
                      Table(f"time-{spec.code}", title, columns, (Group("", body),)), multiples(panels), True)]

    def _panel(self, name: str, rows: pd.DataFrame) -> dict[str, Any]:
        drawn = list(rows.itertuples())
        when = years(rows)
        return {"title": name,
                "rows": [{"year": year, "value": float(r.obs_value), "low": _bound(r.lci), "high": _bound(r.uci),
                          "text": self.cites.figure(r).text.split(NBSP)[0]}
                         for r, year in zip(drawn, when, strict=True)],
                "breaks": [year for before, r, year in zip(drawn, drawn[1:], when[1:], strict=False)
                           if r.method != before.method or r.obs_status == "B"]}

    def _notes(self, known: list[Any]) -> tuple[Fact, ...]:
        """Write the footnotes: where method, time, base, interval or status differ between the places."""
        found = []
        for term, name in ((_("Methods differ"), "method"), (_("Bases differ"), "base"),
                           (_("Times differ"), "time_period"), (_("Sources differ"), "source")):
            split = self._split(known, name)
            if len(split) > 1:
                found.append(Fact(term, items=tuple(f"{', '.join(places)}: {text}" for text, places in split.items())))
        told = [f"{self.names[r.ref_area]}: {_(STATUS[r.obs_status])}" for r in known if r.obs_status in STATUS]
        return (*found, Fact(_("Status"), items=tuple(told))) if told else tuple(found)

    def _split(self, known: list[Any], name: str) -> dict[str, list[str]]:
        split: dict[str, list[str]] = {}
        for row in known:
            text = str(getattr(row, name))
            text = period_text(text, language=self.language) if name == "time_period" else _(text) if text else ""
            split.setdefault(text or _("not stated"), []).append(self.names[row.ref_area])
        return split


def _rules() -> list[Block]:
    return [Paragraph((_("Two values cannot be told apart when their intervals share a point. Where both come from "
                         "samples drawn independently in each place and their standard errors are known, the interval "
                         "of the difference decides instead."),)),
            Paragraph((_("A value whose interval is not stated is shown, but not ranked against others in words."),))]


def _bound(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
