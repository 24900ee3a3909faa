"""The one sentence that stands first on the page of a country: chosen from the data by stated rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.publish.figures import default_of, group_text, grouped, headline_of
from ekistics.publish.groups import split_by
from ekistics.publish.numbers import interval_text, value_text
from ekistics.publish.story import LEAST_GAP, Sentence

__all__ = ["national_finding", "national_headline"]


def national_headline(name: str, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any], groups: Sequence[Any], *,
                      language: str) -> tuple[str, str]:
    """Say what stands out in a country, and by which rule it was chosen.

    The first rule that finds something speaks: the widest gap between two groups of people in a share, of at least ten
    points, whose intervals do not meet; the first value.

    Parameters
    ----------
    name : str
        Name of the country.
    specs : mapping of str to IndicatorSpec
        The indicators by code.
    rows, groups : sequence of namedtuple
        The newest national values for everybody, and those for groups of people.
    language : str
        Language of the numbers.

    Returns
    -------
    sentence : str
        The sentence.
    rule : str
        The rule in words.
    """
    found = national_finding(name, specs, rows, groups)
    shown = {key: _value(row, language) for key, row in found.rows.items()}
    if "value" in shown:
        row = found.rows["value"]
        interval = interval_text(row.lci, row.uci, row.unit_measure, language=language) if isfinite(row.lci) else ""
        shown["value"] = f"{shown['value']} {interval}".strip()
    return found.template.format(**found.words, **shown), found.rule


def national_finding(name: str, specs: Mapping[str, IndicatorSpec], rows: Sequence[Any],
                     groups: Sequence[Any]) -> Sentence:
    """Say what stands out in a country, before its numbers are written out.

    Parameters
    ----------
    name, specs, rows, groups
        As of :func:`national_headline`.

    Returns
    -------
    Sentence
        The sentence; its rows are ``low`` and ``high``, or ``value``, or none.
    """
    found = _widest(specs, groups)
    if found is not None:
        spec, low, high = found
        words = {"title": _(spec.find_series(low.series).title), "place": name, "low_group": group_text(low),
                 "high_group": group_text(high)}
        return Sentence(
            _("{title}: {low} for {low_group}, but {high} for {high_group} in {place}."), words,
            {"low": low, "high": high},
            _("Rule: the share with the widest gap between two groups of people, of at least {gap} points, whose "
              "intervals do not meet.").format(gap=int(LEAST_GAP)))
    for series, row in _first(specs, rows):
        return Sentence(_("{title}: {value} in {place}."), {"title": _(series.title), "place": name}, {"value": row},
                        _("Rule: the first indicator with a value."))
    return Sentence(_("No national value of {place} is published yet."), {"place": name},
                    rule=_("Rule: no value is present."))


def _value(row: Any, language: str) -> str:
    return value_text(row.obs_value, row.unit_measure, lci=row.lci, uci=row.uci, language=language)


def _widest(specs: Mapping[str, IndicatorSpec], groups: Sequence[Any]) -> tuple[IndicatorSpec, Any, Any] | None:
    best: tuple[float, IndicatorSpec, Any, Any] | None = None
    by_code = grouped(row for row in groups if all(map(isfinite, (row.obs_value, row.lci, row.uci))))
    for code, spec in specs.items():
        for series in (s for s in spec.series if s.headline and s.unit_measure == "PT" and s.direction != 0):
            found = by_code.get(code, {}).get(series.code, [])
            first = default_of(spec, series.code, [row.variant for row in found])
            for low, high in _apart(row for row in found if row.variant == first):
                gap = high.obs_value - low.obs_value
                if gap >= max(LEAST_GAP, best[0] if best else 0.0):
                    best = (gap, spec, low, high)
    return best[1:] if best else None


def _apart(rows: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Give the lowest and the highest group of each one dimension and time, where their intervals do not meet."""
    kinds: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        if len(split_by(row)) == 1:
            kinds.setdefault((split_by(row), row.time_period), []).append(row)
    ends = [(min(found, key=_of), max(found, key=_of)) for found in kinds.values()]
    return [(low, high) for low, high in ends if low.uci < high.lci]


def _of(row: Any) -> float:
    return float(row.obs_value)


def _first(specs: Mapping[str, IndicatorSpec], rows: Sequence[Any]) -> Iterator[tuple[SeriesSpec, Any]]:
    by_code = grouped(row for row in rows if isfinite(row.obs_value))
    for code, spec in specs.items():
        for series in headline_of(spec, by_code.get(code, {})):
            found = by_code[code][series.code]
            first = default_of(spec, series.code, [row.variant for row in found])
            yield from ((series, row) for row in found if row.variant == first)
