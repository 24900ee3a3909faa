"""The one sentence that stands first: chosen from the data by stated rules."""

from collections.abc import Mapping

import pandas as pd

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.package.model import ProfilePackage
from ekistics.publish.figures import default_variant, headline_series, latest, rows_of, totals
from ekistics.publish.numbers import value_text

__all__ = ["headline", "widest_gap"]

LEAST_GAP = 10.0


def headline(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame, *,
             language: str) -> tuple[str, str]:
    """Say what stands out, and by which rule it was chosen.

    The first rule that finds something speaks: the widest gap between neighbourhoods in a share of people, of at
    least ten points; the widest gap between two variants of one share, of at least ten points; the first value.

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
    sentence : str
        The sentence.
    rule : str
        The rule in words.
    """
    newest = latest(totals(rows))
    for rule in (_between_neighbourhoods, _between_variants, _first_value):
        found = rule(package, specs, newest, language)
        if found:
            return found
    return (_("No indicator of {place} could be computed from the inputs that were given.")
            .format(place=package.place.name), _("Rule: no value is present."))


def _shares(specs: Mapping[str, IndicatorSpec]) -> list[tuple[IndicatorSpec, SeriesSpec]]:
    return [(spec, s) for spec in specs.values() for s in spec.series
            if s.headline and s.unit_measure == "PT" and s.direction != 0]


def _of_default(spec: IndicatorSpec, rows: pd.DataFrame) -> pd.DataFrame:
    return rows[(rows["variant"] == default_variant(spec, rows)) & rows["obs_value"].notna()]


def _shown(value: object, language: str) -> str:
    return value_text(float(str(value)), "PT", language=language)


def widest_gap(package: ProfilePackage, specs: Mapping[str, IndicatorSpec],
               rows: pd.DataFrame) -> tuple[IndicatorSpec, SeriesSpec, pd.DataFrame] | None:
    """Find the share that sets the neighbourhoods furthest apart, by at least ten points.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : pandas.DataFrame
        The newest rows for everybody.

    Returns
    -------
    tuple of IndicatorSpec, SeriesSpec and pandas.DataFrame, or None
        The share and its rows for the city and its neighbourhoods.
    """
    names = {p.code for p in package.places if p.kind == "neighbourhood"}
    best: tuple[float, IndicatorSpec, SeriesSpec, pd.DataFrame] | None = None
    for spec, series in _shares(specs):
        found = _of_default(spec, rows_of(rows, spec, series.code))
        local = found[found["ref_area"].isin(names)]["obs_value"]
        gap = float(local.max() - local.min()) if len(local) > 1 else 0.0
        if gap >= LEAST_GAP and (best is None or gap > best[0]):
            best = (gap, spec, series, found)
    return best[1:] if best else None


def _between_neighbourhoods(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame,
                            language: str) -> tuple[str, str] | None:
    names = {p.code: p.name for p in package.places if p.kind == "neighbourhood"}
    gap = widest_gap(package, specs, rows)
    if gap is None:
        return None
    _spec, series, found = gap
    local = found[found["ref_area"].isin(names)].sort_values("obs_value")
    low, high = local.iloc[0], local.iloc[-1]
    parts = {"title": _(series.title), "place": package.place.name,
             "low": _shown(low["obs_value"], language), "low_place": names[low["ref_area"]],
             "high": _shown(high["obs_value"], language), "high_place": names[high["ref_area"]]}
    rule = _("Rule: the share with the widest gap between neighbourhoods, at least {gap} points.")
    city = found[found["ref_area"] == package.place.code]["obs_value"]
    if city.empty:
        text = _("{title}: from {low} in {low_place} to {high} in {high_place}.").format(**parts)
    else:
        text = _("{title}: {city} in {place}, but from {low} in {low_place} to {high} in {high_place}.").format(
            city=_shown(city.iloc[0], language), **parts)
    return text, rule.format(gap=int(LEAST_GAP))


def _between_variants(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame,
                      language: str) -> tuple[str, str] | None:
    city = rows[(rows["ref_area"] == package.place.code) & rows["obs_value"].notna()]
    best: tuple[float, str] = (0.0, "")
    for spec, series in _shares(specs):
        titles = {v.code: _(v.title) for v in spec.variants}
        found = rows_of(city, spec, series.code)
        first = _of_default(spec, found)
        for row in found.itertuples() if len(first) else ():
            gap = abs(float(str(row.obs_value)) - float(first["obs_value"].iloc[0]))
            if gap >= max(LEAST_GAP, best[0]):
                text = _("{title}: {value} in {place} ({first}), but {other} by another reading ({variant}).")
                best = (gap, text.format(
                    title=_(series.title), value=_shown(first["obs_value"].iloc[0], language), place=package.place.name,
                    first=titles.get(first["variant"].iloc[0], ""), other=_shown(row.obs_value, language),
                    variant=titles.get(str(row.variant), "")))
    rule = _("Rule: the share with the widest gap between two variants, at least {gap} points.")
    return (best[1], rule.format(gap=int(LEAST_GAP))) if best[1] else None


def _first_value(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame,
                 language: str) -> tuple[str, str] | None:
    city = rows[rows["ref_area"] == package.place.code]
    cards = [(spec, s) for spec in specs.values() for s in headline_series(spec, rows_of(city, spec))]
    for spec, series in [*_shares(specs), *cards]:
        found = _of_default(spec, rows_of(city, spec, series.code))
        if len(found):
            row = found.iloc[0]
            shown = value_text(float(row["obs_value"]), str(row["unit_measure"]), language=language)
            parts = {"title": _(series.title), "value": shown, "place": package.place.name}
            return _("{title}: {value} in {place}.").format(**parts), _("Rule: the first indicator with a value.")
    return None
