"""The city brief: two pages that a mayor's office reads, and the list of every number in them."""

from bisect import bisect_left
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import _, joined, use_language
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.period import Period
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
from ekistics.publish.briefs.condensed import (
    further_table,
    furthest_groups,
    groups_table,
    method_words,
    more,
    not_shown,
)
from ekistics.publish.briefs.room import PAGES, ROOMS, Room, pages_of, short
from ekistics.publish.charts import bounded, explained, lines, ranking, strips
from ekistics.publish.citing import Citations, filled
from ekistics.publish.compose import place_line
from ekistics.publish.content import Cell, Chart, Column, Group, Table
from ekistics.publish.figures import latest, listed, share_text, totals
from ekistics.publish.numbers import NBSP
from ekistics.publish.records import CityRecords
from ekistics.publish.report import Block, Cite, Heading, Inline, KeyFigure, KeyFigures, Paragraph, Report, mark
from ekistics.publish.story import told, widest_gap

__all__ = ["compose_city_brief"]

MOST_NAMES = 3
LEAST_PEERS = 3
OLD_YEARS = 5
ORDER = {"bad": 0, "warn": 1, "info": 2, "good": 3}
QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


def compose_city_brief(records: CityRecords) -> Report:
    """Compose the brief of one city.

    Parameters
    ----------
    records : CityRecords
        The city, its neighbourhoods and peers, and their observations.

    Returns
    -------
    Report
        Headline, key figures, further indicators, groups of people, peers, time, neighbourhoods, quality, what is not
        known, sources with what is not shown, and citation: in the widest room in which they are estimated to fit on
        two pages.
    """
    with use_language(records.language):
        brief = _Brief(records)
        made = cache(lambda at: brief.composed(ROOMS[at]))
        first = bisect_left(range(len(ROOMS) - 1), True, key=lambda at: pages_of(made(at)) <= PAGES)
        return made(first)


class _Brief:
    """What every part of one brief needs."""

    def __init__(self, records: CityRecords) -> None:
        self.records, self.language = records, records.language
        self.specs = known_specs(records.specs)
        self.edition = edition_words(records.edition, records.language)
        rows = prepared(records.rows)
        self.rows = rows[rows["indicator"].isin(self.specs)]
        self.times = totals(self.rows)[lambda f: f["ref_area"] == records.place.code]
        self.newest = latest(totals(self.rows))
        self.city = self.newest[self.newest["ref_area"] == records.place.code]
        valued = self.city[self.city["obs_value"].notna()]
        self.first = {code: found for code, spec in self.specs.items() if (found := main_rows(spec, self.city))}
        self.main = {code: found if found[1]["obs_value"].notna().all() else
                     main_rows(self.specs[code], valued) or found for code, found in self.first.items()}
        self.known = self._known()
        self.distributions = self._distributions()
        mine = self.rows[self.rows["ref_area"] == records.place.code]
        self.ends = furthest_groups(latest(mine), self.known)
        told_of = listed(self.newest)
        self.having: dict[tuple[str, str, str], set[str]] = {}
        for row in told_of:
            if row.obs_value == row.obs_value:  # noqa: PLR0124 - NaN differs from itself
                self.having.setdefault((row.indicator, row.series, row.variant), set()).add(row.ref_area)
        self.longest = self._longest()
        self.sentence, self.gap = told(records, self.specs, told_of), widest_gap(records, self.specs, told_of)

    def composed(self, room: Room) -> Report:
        """Compose the brief in some room; the list of numbers begins anew."""
        records = self.records
        places = (records.place, *records.places, *records.peers)
        self.room, self.peers = room, dict[str, list[str]]()
        self.cites = Citations(self.specs, {p.code: p.name for p in places}, language=records.language)
        first = self.sentence
        shown = {name: self.cites.inline(row) for name, row in first.rows.items()}
        blocks: list[Block] = [Paragraph(filled(first.template, **first.words, **shown), "lead")]
        for part in (self._key_figures, self._further, self._groups, self._peers, self._time, self._areas,
                     self._quality, self._unknown):
            blocks += part()
        title = _("{place}: city brief").format(place=records.place.name)
        heading, sources, *cited = closing(self.cites, records, title, methods=False)
        blocks += [heading, sources, not_shown(records, self.rows, self.cites), *cited]
        return finished(records, self.cites, blocks, code=f"{records.place.code}-brief", kind=_("City brief"),
                        title=records.place.name, place=place_line(replace(records, places=()), language=self.language),
                        note=first.rule)

    def _known(self) -> list[tuple[IndicatorSpec, SeriesSpec, Any]]:
        """Give the city's main row of each indicator that has a value: those with a number people know go first."""
        found = [(self.specs[code], series, row) for code, (series, found) in self.main.items()
                 for row in listed(found) if pd.notna(row.obs_value)]
        return sorted(found, key=lambda known: (not known[0].number, known[0].number))

    def _key_figures(self) -> list[Block]:
        items = []
        for spec, _series, row in self.known[:self.room.figures]:
            figure = self.cites.figure(row)
            of = share_text(row, language=self.language)
            how = _("Method: {method}.").format(method=method_words(row, spec, self.room.letters)).replace("….", "…")
            parts: list[Inline] = [" ".join(t for t in (_(spec.question) if self.room.told else "",
                                                        _sentence(of) if of else "", how) if t)]
            parts += [" ", self._among(spec, row)] if spec.code in self.distributions else []
            items.append(KeyFigure(figure, indicator_name(spec), _joined(parts)))
        if not items:
            return []
        note = _("Ranges in brackets are intervals; where none is stated, the text says so.") + " " + _(
            "Numbers in square brackets lead to the data behind this document.")
        return [Heading(_("Key figures"), "figures"), KeyFigures(tuple(items)), Paragraph((note,), "note")]

    def _further(self) -> list[Block]:
        """Give every other indicator a line, and say how many have none."""
        rest = self.known[self.room.figures:]
        shown = rest[:self.room.rows]
        return (further_table(shown, self.cites, letters=self.room.letters)
                + more(len(rest) - len(shown), self.cites, self.records.place.name))

    def _groups(self) -> list[Block]:
        """Give each indicator with groups of people a line, and say how many have none."""
        shown = self.ends[:self.room.groups]
        return groups_table(shown, self.cites) + more(len(self.ends) - len(shown), self.cites, self.records.place.name)

    def _distributions(self) -> dict[str, pd.DataFrame]:
        """Give the peers' newest rows in the city's series and variant, of each indicator that enough peers have."""
        if self.records.peer_rows is None or not self.records.peers:
            return {}
        rows = prepared(self.records.peer_rows)
        codes = {p.code for p in self.records.peers}
        rows = latest(totals(rows[rows["ref_area"].isin(codes) & rows["obs_value"].notna()]))
        found = {}
        for spec, series, row in self.known:
            own = rows[(rows["indicator"] == spec.code) & (rows["series"] == series.code)
                       & (rows["variant"] == row.variant)]
            if len(own) >= LEAST_PEERS:
                found[spec.code] = own
        return found

    def _among(self, spec: IndicatorSpec, row: Any) -> Cite:
        """Say where the city stands among its peers, as far as the intervals bear it."""
        peers = listed(self.distributions[spec.code])
        verdicts = [compared(row, peer).verdict for peer in peers]
        rule = _("count, judged by the intervals")
        text = _("Higher than {higher}, lower than {lower} and not to be told apart from {same} of {all} peers.")
        if "unknown" in verdicts:
            verdicts = ["higher" if row.obs_value > p.obs_value else "lower" if row.obs_value < p.obs_value else "same"
                        for p in peers]
            rule = _("count, judged by the values alone")
            text = _("Higher than {higher} and lower than {lower} of {all} peers, by the values alone.")
        count = {verdict: verdicts.count(verdict) for verdict in ("higher", "lower", "same")}
        return self.cites.derive(_("{title}: peers with a lower value").format(title=_(spec.title)), count["higher"],
                                 "NUMBER", rule, of=[mark(self.cites.figure(row).row), *self._behind(spec)],
                                 place=self.records.place.name, text=text.format(**count, all=len(peers)))

    def _behind(self, spec: IndicatorSpec) -> list[str]:
        """Enter the peers' values of an indicator once, and name their entries."""
        if spec.code not in self.peers:
            self.peers[spec.code] = [self.cites.peer(p) for p in listed(self.distributions[spec.code])]
        return self.peers[spec.code]

    def _peers(self) -> list[Block]:
        shown = [(spec, series, row) for spec, series, row in self.known if spec.code in self.distributions]
        shown = shown[:self.room.strips]
        if not shown:
            return []
        panels, body = [], []
        for spec, series, row in shown:
            peers = self.distributions[spec.code]
            figure = self.cites.figure(row)
            others = [{"name": self.cites.names[str(p.ref_area)], "value": float(p.obs_value), "kind": "other"}
                      for p in listed(peers)]
            city = {"name": self.records.place.name, "value": float(row.obs_value), "kind": "main",
                    "text": figure.text}
            panels.append({"title": f"{_(series.title)}, {_(unit(series.unit_measure).title)}",
                           "rows": [*others, city], "full": bounded(series)})
            body.append((Cell(_(series.title)), self.cites.cell(row), *self._spread(spec, series, row, peers)))
        group = self.records.peer_group or _("its peers")
        title = _("{place} among {group}").format(place=self.records.place.name, group=group)
        columns = (Column(_("Quantity"), weight=2.2), Column(self.records.place.name, numeric=True), *(
            Column(name, numeric=True) for name in (_("Lowest"), _("Lower quarter"), _("Middle"), _("Upper quarter"),
                                                    _("Highest"), _("Peers"))))
        table = Table("chart-peers", title, columns, (Group("", tuple(body)),))
        frame = pd.concat([self.distributions[spec.code] for spec, _s, _r in shown])
        chart = Chart("peers", title, _("Each grey line is a peer; the dot is {place}.").format(
            place=self.records.place.name), self._caption(frame), "", _alt(title), table, strips(panels), True)
        return [Heading(_("Among its peers"), "peers"), chart]

    def _caption(self, rows: pd.DataFrame) -> str:
        return caption(rows, self.edition, methods=self.room.told)

    def _spread(self, spec: IndicatorSpec, series: SeriesSpec, row: Any, peers: pd.DataFrame) -> list[Cell]:
        """Enter lowest, quartiles, highest and count of the peers' values."""
        behind = self._behind(spec)
        words = (_("lowest value"), _("lower quartile (linear interpolation)"), _("median"),
                 _("upper quartile (linear interpolation)"), _("highest value"))
        group = self.records.peer_group or _("its peers")
        values = np.quantile(peers["obs_value"].to_numpy(dtype=float), QUARTILES)
        made = [(float(v), self.cites.derive(f"{_(series.title)}: {word}", float(v), series.unit_measure, word,
                                             of=behind, base=_(str(row.base)) if row.base else "", place=group))
                for v, word in zip(values, words, strict=True)]
        made.append((len(peers), self.cites.derive(f"{_(series.title)}: {_('peers with a value')}", len(peers),
                                                   "NUMBER", _("count"), of=behind, place=group)))
        return [Cell(cite.text, sort=value, row=cite.number) for value, cite in made]

    def _longest(self) -> tuple[SeriesSpec, pd.DataFrame] | None:
        """Find the main quantity that is known at most dates, where there are two or more."""
        best: tuple[int, SeriesSpec, pd.DataFrame] | None = None
        plain = self.times[self.times["obs_value"].notna() & ~self.times["time_period"].str.contains("/")
                           & (self.times["time_period"] != "")]
        for spec in self.specs.values():
            series, found = main_rows(spec, plain) or (None, plain.iloc[:0])
            count = found["time_period"].nunique()
            if series is not None and count > max(1, best[0] if best else 0):
                best = (count, series, found)
        return best[1:] if best else None

    def _time(self) -> list[Block]:
        return self._trend(*self.longest) if self.longest and self.room.trend else []

    def _trend(self, series: SeriesSpec, found: pd.DataFrame) -> list[Block]:
        order = found["time_period"].map(lambda t: Period.parse(t).start.toordinal()).argsort(kind="stable")
        found = found.iloc[order].drop_duplicates("time_period", keep="last")
        rows = listed(found)
        when = years(found)
        drawn = [{"year": year, "value": float(r.obs_value), "low": _bound(r.lci), "high": _bound(r.uci),
                  "text": self.cites.figure(r).text.split(NBSP)[0]} for r, year in zip(rows, when, strict=True)]
        breaks = [year for before, r, year in zip(rows, rows[1:], when[1:], strict=False)
                  if r.method != before.method or r.obs_status == "B"]
        body = tuple((Cell(self.cites.figure(r).period), self.cites.cell(r), interval_words(r, self.cites))
                     for r in rows)
        ends = [self.cites.figure(r) for r in (rows[0], rows[-1])]
        title = _("{title}: {first} in {start}, {last} in {end}.").format(
            title=_(series.title), first=ends[0].text, start=ends[0].period, last=ends[1].text, end=ends[1].period)
        columns = (Column(_("Time")), Column(_("Value"), weight=1.4, numeric=True), Column(_("Interval"), numeric=True))
        chart = Chart("time", title, measure(series), self._caption(found), "", _alt(title),
                      Table("chart-time", title, columns, (Group("", body),)),
                      lines(drawn, breaks=breaks, broken=_("new method"), height=self.room.trend))
        blocks: list[Block] = [Heading(_("Change over time"), "time"), chart,
                               Paragraph(self._change(series, rows[0], rows[-1]))]
        if breaks:
            blocks.append(Paragraph((_("The dashed line marks where the method changed: values before and after it are "
                                       "not of one kind."),), "note"))
        return blocks

    def _change(self, series: SeriesSpec, first: Any, last: Any) -> tuple[Inline, ...]:
        found = compared(last, first)
        ends = [mark(self.cites.figure(r).row) for r in (first, last)]
        change = self.cites.derive(
            _("Change of: {title}").format(title=_(series.title)), found.difference, series.unit_measure,
            _("last value minus first value"), of=ends, place=self.records.place.name, lci=found.lci, uci=found.uci,
            base=_(str(last.base)) if last.base else "",
            text=difference_text(found.difference, series.unit_measure, language=self.language))
        words = {"same": _("The change is {change}, which cannot be told apart from none: the intervals overlap."),
                 "higher": _("The change is {change}, more than the intervals explain."),
                 "lower": _("The change is {change}, more than the intervals explain."),
                 "unknown": _("The change is {change}; whether it is more than chance cannot be judged, as an interval "
                              "is not stated.")}
        return filled(words[found.verdict], change=change)

    def _areas(self) -> list[Block]:
        """Rank the neighbourhoods by the share that sets them furthest apart."""
        if self.gap is None or not self.room.areas:
            return []
        _spec, series, shares = self.gap
        found = self.newest.loc[[row.Index for row in shares]]
        names = {p.code for p in self.records.places}
        local = found[found["ref_area"].isin(names)].sort_values("obs_value", ascending=False, kind="stable")
        half = self.room.areas // 2
        cut = len(local) > 2 * half
        if cut:
            local = pd.concat([local.head(half), local.tail(half)])
        city = found[found["ref_area"] == self.records.place.code]
        rows = sorted([*listed(city), *listed(local)], key=lambda r: -float(r.obs_value))
        drawn = [{"name": self.cites.names[str(r.ref_area)], "value": float(r.obs_value), "low": _bound(r.lci),
                  "high": _bound(r.uci), "text": self.cites.figure(r).text,
                  "kind": "city" if r.ref_area == self.records.place.code else "main"} for r in rows]
        body = tuple((Cell(self.cites.names[str(r.ref_area)]), self.cites.cell(r), interval_words(r, self.cites))
                     for r in rows)
        high, low = (self.cites.names[str(local.iloc[i]["ref_area"])] for i in (0, -1))
        title = _("{title}: highest in {high}, lowest in {low}.").format(title=_(series.title), high=high, low=low)
        columns = (Column(_("Neighbourhood"), weight=1.8), Column(_("Value"), weight=1.2, numeric=True),
                   Column(_("Interval"), numeric=True))
        note = _("The highest and the lowest neighbourhoods; the rest lie between.") if cut else ""
        chart = Chart("areas", title, measure(series), self._caption(found), "", _alt(title),
                      Table("chart-areas", title, columns, (Group("", body),), note),
                      ranking(drawn, full=bounded(series)))
        return [Heading(_("Between neighbourhoods"), "areas"), chart,
                Paragraph((" ".join(t for t in (note, explained()) if t),), "note")]

    def _quality(self) -> list[Block]:
        ranked = sorted(self.records.checks, key=lambda c: (ORDER.get(c.status, len(ORDER)), -(c.value or 0.0)))
        checks = {c.title: c for c in reversed(ranked)}  # the worst of each kind
        checks = dict(sorted(checks.items(), key=lambda item: ranked.index(item[1])))
        body = []
        for check in list(checks.values())[:self.room.flags]:
            shown, number = self.cites.flag(check, place=self.records.place.name)
            body.append((Cell(shown.title), Cell(shown.word), Cell(shown.text, absent=check.value is None, row=number),
                         Cell(short(shown.note, 3 * self.room.letters))))
        if not body:
            return []
        columns = (Column(_("What"), weight=2), Column(_("Judgement"), weight=0.8), Column(_("Figure"), numeric=True),
                   Column(_("What it means"), weight=2.4))
        return [Heading(_("Quality"), "quality"),
                Table("quality", _("Quality of inputs and results"), columns, (Group("", tuple(body)),)),
                *more(len(checks) - len(body), self.cites, self.records.place.name)]

    def _unknown(self) -> list[Block]:
        """List what is absent, old or without interval."""
        lacks = [row for spec in self.specs.values() for row in self._gaps(spec)]
        lacks += [(Cell(indicator_name(spec)), Cell(_("interval not stated"))) for spec, _series, row in self.known
                  if pd.isna(row.lci) or pd.isna(row.uci)]
        body, left = _merged(lacks, self.room)
        heading = Heading(_("What is not known"), "unknown")
        if not body:
            return [heading, Paragraph((_("Every indicator of this brief has a value of the last years with its "
                                          "interval."),))]
        columns = (Column(_("Indicator"), weight=1.2), Column(_("What is missing")))
        return [heading, Table("unknown", _("Missing, old, or without interval"), columns, (Group("", tuple(body)),)),
                *more(left, self.cites, self.records.place.name)]

    def _gaps(self, spec: IndicatorSpec) -> list[tuple[Cell, Cell]]:
        name = Cell(indicator_name(spec))
        if spec.code not in self.main:
            return [(name, Cell(_("not measured"), absent=True))]
        found = []
        for row in listed(self.main[spec.code][1]):
            if pd.isna(row.obs_value):
                return [(name, self.cites.cell(row))]
            lacks = []
            if self._old(str(row.time_period)):
                lacks.append(_("describes {period}, more than five years before this edition").format(
                    period=self.cites.figure(row).period))
            lacks += self._without(row)
            found += [(name, Cell("; ".join(lacks)))] if lacks else []
        return found + self._passed_over(spec)

    def _passed_over(self, spec: IndicatorSpec) -> list[tuple[Cell, Cell]]:
        """Name the reading that stands first, where it has no value and another stands in for it."""
        rows = listed(self.first[spec.code][1])
        return [(Cell(joined((indicator_name(spec), self.cites.figure(row).variant))), self.cites.cell(row))
                for row in rows if pd.isna(row.obs_value)]

    def _old(self, text: str) -> bool:
        year = self.records.edition[:4]
        return bool(text) and year.isdigit() and int(year) - Period.parse(text).end.year > OLD_YEARS

    def _without(self, row: Any) -> list[str]:
        """Name the neighbourhoods without a value, where others have one."""
        having = self.having.get((row.indicator, row.series, row.variant), set()) & {
            p.code for p in self.records.places}
        names = [p.name for p in self.records.places if p.code not in having] if having else []
        if not names:
            return []
        if len(names) > MOST_NAMES:
            return [_("no value for {names} and further neighbourhoods").format(names=joined(names[:MOST_NAMES]))]
        return [_("no value for {names}").format(names=joined(names))]


def _merged(rows: list[tuple[Cell, Cell]], room: Room) -> tuple[list[tuple[Cell, Cell]], int]:
    """Name the indicators that lack the same thing in one row; count the names for which there is no room."""
    names: dict[Cell, list[str]] = {}
    for name, lack in rows:
        names.setdefault(lack, []).append(name.text)
    shown = [(found[:room.names], lack) for lack, found in list(names.items())[:room.gaps]]
    left = len(rows) - sum(len(found) for found, _lack in shown)
    return [(Cell(joined(found)), lack) for found, lack in shown], left


def _bound(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _alt(title: str) -> str:
    return _("Chart: {title} The table below has the same numbers.").format(title=title)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _joined(parts: list[Inline]) -> tuple[Inline, ...]:
    made: list[Inline] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return tuple(made)
