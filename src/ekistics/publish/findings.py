"""Which charts a profile has: chosen by the shape of the data, each with a title that says the finding."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.period import Period
from ekistics.core.units import unit
from ekistics.package.model import ProfilePackage
from ekistics.publish.charts import bars, bounded, draw, lines, ranking
from ekistics.publish.content import Cell, Chart, Column, Group, Table
from ekistics.publish.figures import (
    default_variant,
    figure,
    group_text,
    headline_series,
    latest,
    listed,
    ordered,
    rows_of,
    totals,
)
from ekistics.publish.numbers import NBSP
from ekistics.publish.palette import DEGURBA
from ekistics.publish.story import widest_gap
from ekistics.publish.tables import interval_cell

__all__ = ["charts"]

MOST_VARIANT_CHARTS = 2
MOST_TIME_CHARTS = 3
LEAST_DIFFERENCE = 0.5  # points; readings that agree need no chart
MOST_AREAS = 30


def charts(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame, *,
           language: str) -> tuple[Chart, ...]:
    """Make the charts that the data allow.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : pandas.DataFrame
        Numbered observations.
    language : str
        Language of texts and numbers.

    Returns
    -------
    tuple of Chart
        Neighbourhoods, variants, shares by class, and time.
    """
    maker = _Maker(package, specs, rows, language)
    found = [maker.areas(), *maker.variants(), maker.urbanisation(), *maker.times()]
    return tuple(c for c in found if c is not None)


class _Maker:
    """What every chart of one profile needs."""

    def __init__(self, package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame,
                 language: str) -> None:
        self.package, self.specs, self.language = package, specs, language
        everybody = totals(rows)
        self.city_all = everybody[everybody["ref_area"] == package.place.code]
        self.by_class = rows[(rows["ref_area"] == package.place.code) & ~rows["urbanisation"].isin(["_T", ""])]
        self.newest = latest(everybody)
        self.city = self.newest[(self.newest["ref_area"] == package.place.code) & self.newest["obs_value"].notna()]

    def _caption(self, spec: IndicatorSpec) -> str:
        made = joined(dict.fromkeys(p.producer for p in self.package.run.inputs if p.producer
                                      and p.role.split(":")[0] in spec.inputs))
        parts = (_("Source: {producers}.").format(producers=made) if made else "",
                 _("Method: {method}.").format(method=spec.method),
                 _("Edition {edition}.").format(edition=self.package.edition) if self.package.edition else "")
        return " ".join(part for part in parts if part)

    def _row(self, row: Any, spec: IndicatorSpec, name: str, kind: str = "main") -> tuple[dict[str, Any], Any]:
        shown = figure(row, spec, language=self.language)
        low, high = (None if pd.isna(v) else float(v) for v in (row.lci, row.uci))
        drawn = {"name": name, "value": float(row.obs_value), "text": shown.text, "low": low, "high": high,
                 "kind": kind}
        return drawn, (Cell(name), Cell(shown.period), Cell(shown.text, row=shown.row), interval_cell(row, shown))

    def _chart(self, code: str, title: str, spec: IndicatorSpec, series: SeriesSpec, drawn: Mapping[str, Any],
               cells: list[Any]) -> Chart:
        measure = _(unit(series.unit_measure).title)
        subtitle = _("{title}, in {unit}").format(title=_(series.title), unit=measure)
        if series.base:
            subtitle += " (" + _("of {base}").format(base=_(series.base)) + ")"
        columns = (Column(_("What"), weight=2), Column(_("Time")), Column(_("Value"), numeric=True),
                   Column(_("Interval"), numeric=True))
        first = 1 if len({row[0].text for row in cells}) == 1 < len(cells) else 0
        table = Table(f"chart-{code}", title, columns[first:], (Group("", tuple(row[first:] for row in cells)),))
        alt = _("Chart: {title} The table below has the same numbers.").format(title=title)
        return Chart(code, title, subtitle, self._caption(spec), draw(drawn, code=code, language=self.language), alt,
                     table)

    def areas(self) -> Chart | None:
        """Rank the neighbourhoods by the share that sets them furthest apart."""
        gap = widest_gap(self.package, self.specs, listed(self.newest))
        if gap is None:
            return None
        spec, series, shares = gap
        found = self.newest.loc[[row.Index for row in shares]]
        names = {p.code: p.name for p in self.package.places if p.kind == "neighbourhood"}
        local = found[found["ref_area"].isin(names)].sort_values("obs_value", ascending=False)
        if len(local) > MOST_AREAS:
            local = pd.concat([local.head(MOST_AREAS // 2), local.tail(MOST_AREAS // 2)])
        city = found[found["ref_area"] == self.package.place.code]
        made = [self._row(row, spec, self.package.place.name, "city") for row in city.itertuples()]
        made += [self._row(row, spec, names[str(row.ref_area)]) for row in local.itertuples()]
        made.sort(key=lambda pair: -pair[0]["value"])
        high, low = (names[local.iloc[i]["ref_area"]] for i in (0, -1))
        title = _("{title}: highest in {high}, lowest in {low}.").format(title=_(series.title), high=high, low=low)
        drawn = ranking([row for row, _cells in made], full=bounded(series))
        return self._chart("areas", title, spec, series, drawn, [cells for _row, cells in made])

    def variants(self) -> list[Chart]:
        """Set the variants of one quantity beside each other."""
        made = []
        for spec in self.specs.values():
            for series in headline_series(spec, rows_of(self.city, spec)):
                found = rows_of(self.city, spec, series.code)
                gap = float(found["obs_value"].max() - found["obs_value"].min()) if len(found) else 0.0
                if gap >= LEAST_DIFFERENCE and len(made) < MOST_VARIANT_CHARTS and series.unit_measure == "PT":
                    made.append(self._variant_chart(spec, series, found))
        return made

    def _variant_chart(self, spec: IndicatorSpec, series: SeriesSpec, found: pd.DataFrame) -> Chart:
        first = default_variant(spec, found)
        titles = {v.code: _(v.title) for v in spec.variants}
        found = ordered(found, [v.code for v in spec.variants_of(series.code)], "variant")
        rows = [self._row(row, spec, titles.get(str(row.variant), str(row.variant)),
                          "main" if row.variant == first else "other") for row in found.itertuples()]
        shown = [row for row, _cells in rows]
        title = _("{title}: {first} or {other}, by the reading of the method.").format(
            title=_(series.title), first=shown[0]["text"], other=max(
                shown[1:], key=lambda r: abs(r["value"] - shown[0]["value"]))["text"])
        drawn = ranking(shown, full=bounded(series))
        return self._chart(f"variants-{spec.code}-{series.code}", title, spec, series, drawn, [c for _r, c in rows])

    def urbanisation(self) -> Chart | None:
        """Show the shares of people by class of the Degree of Urbanisation."""
        spec = next((s for s in self.specs.values() if s.code.startswith("degree_of_urbanisation")), None)
        if spec is None:
            return None
        found = rows_of(self.by_class, spec, "population_share_level_1").dropna(subset=["obs_value"])
        found = latest(found[found["variant"] == default_variant(spec, found)]) if len(found) else found
        if found["urbanisation"].nunique() < 2:
            return None
        rows = [self._row(row, spec, group_text(row)) for row in ordered(found, "3210", "urbanisation").itertuples()]
        tints = [DEGURBA[int(code)] for code in "3210"]
        drawn = bars([{**row, "colour": tint} for (row, _c), tint in zip(rows, tints, strict=False)])
        largest = max((row for row, _c in rows), key=lambda r: r["value"])
        title = _("{value} of people live in this class: {name}.").format(name=largest["name"], value=largest["text"])
        return self._chart("urbanisation", title, spec, spec.find_series(str(found.iloc[0]["series"])), drawn,
                           [c for _r, c in rows])

    def times(self) -> list[Chart]:
        """Show the quantities that are known at three dates or more."""
        made: list[Chart] = []
        told: set[str] = set()
        for spec in self.specs.values():
            for series in (s for s in spec.series if s.headline or s.unit_measure == "M2_PS"):
                found = rows_of(self.city_all, spec, series.code).dropna(subset=["obs_value"])
                found = found[~found["time_period"].astype(str).str.contains("/")]
                found = found[found["variant"] == default_variant(spec, found)]
                known = found["time_period"].nunique() >= 3 and len(made) < MOST_TIME_CHARTS
                if known and series.title not in told:
                    told.add(series.title)
                    made.append(self._time_chart(spec, series, found))
        return made

    def _time_chart(self, spec: IndicatorSpec, series: SeriesSpec, found: pd.DataFrame) -> Chart:
        found = found.iloc[found["time_period"].map(lambda t: Period.parse(t).start.toordinal()).argsort(kind="stable")]
        rows = [self._row(row, spec, _(series.title)) for row in found.itertuples()]
        years = [Period.parse(text).start.year for text in found["time_period"]]
        drawn = lines([{**row, "text": row["text"].split(NBSP)[0], "year": year}
                       for (row, _c), year in zip(rows, years, strict=True)])
        title = _("{title}: {first} in {start}, {last} in {end}.").format(
            title=_(series.title), first=rows[0][0]["text"], start=years[0], last=rows[-1][0]["text"], end=years[-1])
        return self._chart(f"time-{spec.code}-{series.code}", title, spec, series, drawn, [c for _r, c in rows])
