"""The one sentence that stands first: chosen from the data by stated rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, Protocol

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.indicators._survey_rows import LEAST, MOST
from ekistics.publish.figures import Rows, default_of, grouped, headline_of
from ekistics.publish.numbers import value_text

__all__ = ["Placed", "Sentence", "headline", "told", "widest_gap"]

LEAST_GAP = 10.0


class Placed(Protocol):
    """What a story needs to know of a city: itself and its parts, each with code, name and kind."""

    @property
    def place(self) -> Any: ...  # noqa: D102
    @property
    def places(self) -> Sequence[Any]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """A sentence about observations, before its numbers are written out.

    Parameters
    ----------
    template : str
        The translated sentence with named placeholders.
    words : dict of str to str
        What fills the placeholders that are words.
    rows : dict of str to namedtuple
        The observation behind each other placeholder.
    rule : str
        The rule by which the sentence was chosen, in words.
    """

    template: str
    words: dict[str, str] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    rule: str = ""


def headline(package: Placed, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any], *,
             language: str) -> tuple[str, str]:
    """Say what stands out, and by which rule it was chosen.

    The first rule that finds something speaks: the widest gap between neighbourhoods in a share of people, of at
    least ten points; the widest gap between two variants of one share, of at least ten points; the first value.

    Parameters
    ----------
    package : Placed
        The profile, or records with a place and its parts.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of namedtuple
        Observations from :func:`~ekistics.publish.figures.newest_rows`.
    language : str
        Language of the numbers.

    Returns
    -------
    sentence : str
        The sentence.
    rule : str
        The rule in words.
    """
    found = told(package, specs, rows)
    shown = {name: value_text(float(row.obs_value), str(row.unit_measure), language=language)
             for name, row in found.rows.items()}
    return found.template.format(**found.words, **shown), found.rule


def told(package: Placed, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any]) -> Sentence:
    """Choose what stands out, by the rules of :func:`headline`.

    Parameters
    ----------
    package : Placed
        The profile, or records with a place and its parts.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of namedtuple
        Observations from :func:`~ekistics.publish.figures.newest_rows`.

    Returns
    -------
    Sentence
        The sentence with the observations it rests on.
    """
    for rule in (_between_neighbourhoods, _between_variants, _first_value):
        found = rule(package, specs, rows)
        if found:
            return found
    return Sentence(_("No indicator of {place} could be computed from the inputs that were given."),
                    {"place": package.place.name}, rule=_("Rule: no value is present."))


def _shares(specs: Mapping[str, IndicatorSpec]) -> list[tuple[IndicatorSpec, SeriesSpec]]:
    return [(spec, s) for spec in specs.values() for s in spec.series
            if s.headline and s.unit_measure == "PT" and s.direction != 0]


def _of_default(spec: IndicatorSpec, series: SeriesSpec, rows: Rows) -> list[Any]:
    """Give the rows with a value in the reading of a series that stands first; bounds of a value are no value."""
    found = rows.get(series.code, [])
    first = default_of(spec, series.code, [row.variant for row in found])
    return [row for row in found if row.variant == first and not isnan(row.obs_value) and not _is_bound(first)]


def _is_bound(variant: str) -> bool:
    return variant.rpartition(":")[2] in (LEAST, MOST)


def widest_gap(package: Placed, specs: Mapping[str, IndicatorSpec],
               rows: Sequence[Any]) -> tuple[IndicatorSpec, SeriesSpec, list[Any]] | None:
    """Find the share that sets the neighbourhoods furthest apart, by at least ten points.

    Parameters
    ----------
    package : Placed
        The profile, or records with a place and its parts.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows : sequence of namedtuple
        Observations from :func:`~ekistics.publish.figures.newest_rows`.

    Returns
    -------
    tuple of IndicatorSpec, SeriesSpec and list of namedtuple, or None
        The share and its rows for the city and its neighbourhoods.
    """
    names = {p.code for p in package.places if p.kind == "neighbourhood"}
    by_code = grouped(rows)
    best: tuple[float, IndicatorSpec, SeriesSpec, list[Any]] | None = None
    for spec, series in _shares(specs):
        found = _of_default(spec, series, by_code.get(spec.code, {}))
        local = [float(row.obs_value) for row in found if row.ref_area in names]
        gap = max(local) - min(local) if len(local) > 1 else 0.0
        if gap >= LEAST_GAP and (best is None or gap > best[0]):
            best = (gap, spec, series, found)
    return best[1:] if best else None


def _between_neighbourhoods(package: Placed, specs: Mapping[str, IndicatorSpec],
                            rows: Sequence[Any]) -> Sentence | None:
    names = {p.code: p.name for p in package.places if p.kind == "neighbourhood"}
    gap = widest_gap(package, specs, rows)
    if gap is None:
        return None
    _spec, series, found = gap
    local = sorted((row for row in found if row.ref_area in names), key=lambda row: row.obs_value)
    low, high = local[0], local[-1]
    words = {"title": _(series.title), "place": package.place.name, "low_place": names[low.ref_area],
             "high_place": names[high.ref_area]}
    rule = _("Rule: the share with the widest gap between neighbourhoods, at least {gap} points.")
    city = [row for row in found if row.ref_area == package.place.code]
    shown = {"low": low, "high": high}
    text = _("{title}: from {low} in {low_place} to {high} in {high_place}.")
    if city:
        text = _("{title}: {city} in {place}, but from {low} in {low_place} to {high} in {high_place}.")
        shown["city"] = city[0]
    return Sentence(text, words, shown, rule.format(gap=int(LEAST_GAP)))


def _between_variants(package: Placed, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any]) -> Sentence | None:
    by_code = grouped(row for row in rows if row.ref_area == package.place.code and not isnan(row.obs_value))
    best: tuple[float, IndicatorSpec, SeriesSpec, Any, Any] | None = None
    for spec, series in _shares(specs):
        found = by_code.get(spec.code, {})
        first = _of_default(spec, series, found)
        for row in [row for row in found.get(series.code, []) if not _is_bound(row.variant)] if first else ():
            gap = abs(float(row.obs_value) - float(first[0].obs_value))
            if gap >= max(LEAST_GAP, best[0] if best else 0.0):
                best = (gap, spec, series, first[0], row)
    if best is None:
        return None
    _gap, spec, series, default, other = best
    titles = {v.code: _(v.title) for v in spec.variants}
    words = {"title": _(series.title), "place": package.place.name, "first": titles.get(str(default.variant), ""),
             "variant": titles.get(str(other.variant), "")}
    return Sentence(_("{title}: {value} in {place} ({first}), but {other} by another reading ({variant})."), words,
                    {"value": default, "other": other},
                    _("Rule: the share with the widest gap between two variants, at least {gap} points.").format(
                        gap=int(LEAST_GAP)))


def _first_value(package: Placed, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any]) -> Sentence | None:
    by_code = grouped(row for row in rows if row.ref_area == package.place.code)
    cards = [(spec, s) for spec in specs.values() for s in headline_of(spec, by_code.get(spec.code, {}))]
    for spec, series in [*_shares(specs), *cards]:
        found = _of_default(spec, series, by_code.get(spec.code, {}))
        if found:
            return Sentence(_("{title}: {value} in {place}."),
                            {"title": _(series.title), "place": package.place.name},
                            {"value": found[0]}, _("Rule: the first indicator with a value."))
    return None
