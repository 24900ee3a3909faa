"""The ranking of cities in one measure, period and group: which rows, in which order, and how they are drawn."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.dots import Axis, axis_of
from ekistics.publish.numbers import interval_text, number_text, value_text
from ekistics.web.observatory.frames import MeasureKey, everybody, rows_for
from ekistics.web.observatory.models import Coverage, Group, Measure, Observation, Period
from ekistics.web.policy import Actor

__all__ = ["Axis", "Choice", "Ranked", "axis_of", "choose", "drawn", "groups_with_values", "ranked_rows"]

FIELDS = ("id", "place_id", "place__code", "place__name", "place__country", "obs_value", "lci", "uci", "obs_status")


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """What is shown of an indicator.

    Parameters
    ----------
    measure : Measure
        The quantity, reading and method.
    period : Period or None
        The time; None where there is no value.
    measures : tuple of Measure
        All of the indicator that have public rows.
    coverage : tuple of Coverage
        Their counts, by period, the newest first.
    """

    measure: Measure
    period: Period | None
    measures: tuple[Measure, ...]
    coverage: tuple[Coverage, ...]

    @property
    def key(self) -> MeasureKey:
        """Give the texts of the measure."""
        m = self.measure
        return MeasureKey(m.indicator.code, m.series, m.variant, m.unit_measure, m.base, m.method)

    @property
    def counts(self) -> Coverage | None:
        """Give the counts of what is shown."""
        return next((c for c in self.coverage if c.measure_id == self.measure.pk and self.period is not None
                     and c.period_id == self.period.pk), None)

    @property
    def periods(self) -> list[Period]:
        """Give the periods of the measure that have values, the newest first."""
        return [c.period for c in self.coverage if c.measure_id == self.measure.pk and c.values]


def choose(spec: IndicatorSpec, *, measure: str = "", period: str = "") -> Choice | None:
    """Choose what is shown: what is asked for, else the headline in the period with the most values.

    Parameters
    ----------
    spec : IndicatorSpec
        The indicator.
    measure : str
        Key of a measure, as the address has it; empty or unknown for the default.
    period : str
        Text of a period.

    Returns
    -------
    Choice or None
        None where nothing of the indicator is public.
    """
    counts = sorted(Coverage.objects.filter(measure__indicator__code=spec.code, rows__gt=0).select_related(
        "measure__indicator", "period"), key=lambda c: (c.period.end is not None, c.period.end), reverse=True)
    measures = sorted({c.measure.pk: c.measure for c in counts}.values(), key=lambda m: _place_of(spec, m))
    if not measures:
        return None
    with_values = {c.measure_id for c in counts if c.values}
    default = next((m for m in measures if m.pk in with_values), measures[0])
    shown = next((m for m in measures if str(m.pk) == measure), default)
    own = [c for c in counts if c.measure_id == shown.pk and c.values]
    first = max(own, key=lambda c: c.values, default=None)
    when = next((c.period for c in own if c.period.text == period), first.period if first else None)
    return Choice(shown, when, tuple(measures), tuple(counts))


def _place_of(spec: IndicatorSpec, measure: Measure) -> tuple[bool, int, int, int]:
    """Order measures as the specification does: headline series first, then variants, newest methods first."""
    series = {s.code: i for i, s in enumerate(spec.series)}
    variants = {v.code: i for i, v in enumerate(spec.variants)}
    headline = any(s.code == measure.series and s.headline for s in spec.series)
    return (not headline, series.get(measure.series, 99), variants.get(measure.variant, 99), -measure.pk)


def groups_with_values(choice: Choice) -> QuerySet[Group]:
    """Give the groups of people that the chosen measure and period have values of, everybody first."""
    rows = Observation.objects.filter(current=True, restricted=False, measure=choice.measure, group=OuterRef("pk"),
                                      period=choice.period)
    return Group.objects.filter(Exists(rows)).order_by("-total", "sex", "age", "urbanisation", "id")


def ranked_rows(actor: Actor, choice: Choice, *, group: Group | None = None, country: str = "",
                rising: bool = False) -> QuerySet[Observation]:
    """Give the cities with a value, in the order of an index.

    Parameters
    ----------
    actor : Actor
        Who asks.
    choice : Choice
        The measure and period.
    group : Group, optional
        A group of people; everybody where it is None.
    country : str
        Code of a country; all where it is empty.
    rising : bool
        Whether the lowest value comes first.

    Returns
    -------
    django.db.models.QuerySet
        Observations.
    """
    rows = rows_for(actor).filter(measure=choice.measure, period=choice.period, place__kind="city",
                                  obs_value__isnull=False)
    rows = rows.filter(group=everybody() if group is None else group.pk)
    if country:
        rows = rows.filter(place__country=country)
    order = "" if rising else "-"
    return rows.order_by(f"{order}obs_value", f"{order}id")


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row of a ranking.

    Parameters
    ----------
    rank, name, country, code : str
        Its rank in words, and the city.
    observation : int
        Key of the observation.
    text, interval : str
        The value in words.
    status : str
        ``obs_status`` where it is not that of a normal value.
    at : float
        Place of the value on the axis, in percent.
    low, high : float or None
        Places of the ends of its interval.
    """

    rank: str
    name: str
    country: str
    code: str
    observation: int
    text: str
    interval: str
    status: str
    at: float
    low: float | None
    high: float | None


def drawn(rows: Sequence[dict[str, Any]], names: dict[int, str], *, full: bool, unit_measure: str, first: int,
          language: str) -> tuple[list[Ranked], Axis]:
    """Write rows of :data:`FIELDS` out.

    Parameters
    ----------
    rows : sequence of dict
        The rows, in their order.
    names : dict of int to str
        Names of the places by key.
    full : bool
        Whether the values are shares that cannot leave 0 to 100.
    unit_measure : str
        Code of the unit.
    first : int
        Rank of the first row.
    language : str
        Language of the numbers.

    Returns
    -------
    list of Ranked
        The rows.
    axis : Axis
        What they are drawn on.
    """
    axis = axis_of((row[end] for row in rows for end in ("obs_value", "lci", "uci")), full=full,
                   unit_measure=unit_measure, language=language)
    made = []
    for i, row in enumerate(rows):
        bounds = {name: math.nan if row[name] is None else row[name] for name in ("lci", "uci")}
        known = row["lci"] is not None and row["uci"] is not None
        made.append(Ranked(
            number_text(float(first + i), 0, language=language), names.get(row["place_id"], row["place__name"]),
            row["place__country"], row["place__code"], row["id"],
            value_text(row["obs_value"], unit_measure, language=language, **bounds),
            interval_text(unit_measure=unit_measure, language=language, **bounds),
            "" if row["obs_status"] == "A" else row["obs_status"], axis.at(row["obs_value"]),
            axis.at(row["lci"]) if known else None, axis.at(row["uci"]) if known else None))
    return made, axis
