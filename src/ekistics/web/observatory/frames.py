"""From the record to frames: rows that an actor may read, in the columns that all of ``publish`` understands."""

import math
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from django.db.models import Q, QuerySet

from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.package.descriptor import parse_spec
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.web.chunks import parts
from ekistics.web.observatory.models import Edition, Group, Indicator, Measure, Observation, Period
from ekistics.web.places.models import Place
from ekistics.web.places.naming import forget_countries
from ekistics.web.policy import Actor, readable
from ekistics.web.statements import ActorStatement
from ekistics.web.workflow.stamp import Remembered

__all__ = ["MeasureKey", "batches", "everybody", "forget", "frame", "framed", "group_of", "groups_at",
           "indicator_specs", "listed",
           "listed_at", "measure_of", "period_of", "rows_for"]

_FIELDS = ("id", "edition_id", "measure_id", "place_id", "period_id", "group_id", *NUMBER_COLUMNS, "uncertainty",
           "obs_status", "conf_status", "reason")
EXTRA_COLUMNS = ("observation", "edition")
_KEYS = 6  # fields that name other rows come first, then what stands in the row itself


class MeasureKey(NamedTuple):
    """The texts of a measure.

    Parameters
    ----------
    indicator, series, variant, unit_measure, base, method : str
        As in the columns of observations.
    """

    indicator: str
    series: str
    variant: str
    unit_measure: str
    base: str
    method: str


# An observation as pages and documents read it. The first field is its place among the rows, as in tuples of frames.
Row = namedtuple("Row", ("Index", *MeasureKey._fields, *DIMENSIONS, "ref_area", "time_period",  # noqa: PYI024
                         *_FIELDS[_KEYS:], *EXTRA_COLUMNS, "measure", "period"))


# Rows of these tables are written once and never changed, so a process may remember them; they are few, so a process
# that does not know one of them reads all.
_MEASURES: dict[int, MeasureKey] = {}
_PERIODS: dict[int, str] = {}
_GROUPS: dict[int, tuple[str, ...]] = {}
_EVERYBODY: dict[bool, int] = {}
_SPECS: dict[tuple[str, str], IndicatorSpec] = {}
_LISTED: Remembered[str, Mapping[str, IndicatorSpec]] = Remembered()


def measure_of(key: int) -> MeasureKey:
    """Give the texts of a measure."""
    if key not in _MEASURES:
        _MEASURES.update((pk, MeasureKey(*texts)) for pk, *texts in Measure.objects.values_list(
            "pk", "indicator__code", "series", "variant", "unit_measure", "base", "method"))
    return _MEASURES[key]


def period_of(key: int) -> str:
    """Give the text of a period."""
    if key not in _PERIODS:
        _PERIODS.update(Period.objects.order_by().values_list("pk", "text"))
    return _PERIODS[key]


def group_of(key: int) -> tuple[str, ...]:
    """Give the dimensions of a group."""
    if key not in _GROUPS:
        _GROUPS.update((pk, tuple(texts)) for pk, *texts in Group.objects.values_list("pk", *DIMENSIONS))
    return _GROUPS[key]


def everybody() -> int:
    """Give the key of the group of all people, for which an index is asked by its key; 0 in an empty record."""
    if not _EVERYBODY:
        _EVERYBODY.update(Group.objects.filter(total=True).values_list("total", "pk"))
    return _EVERYBODY.get(True, 0)


def rows_for(actor: Actor, *, current: bool = True, where: Q | None = None,
             now: datetime | None = None) -> QuerySet[Observation]:
    """Give the observations that an actor may read.

    Parameters
    ----------
    actor : Actor
        Who asks.
    current : bool
        Whether only values that stand now are wanted.
    where : django.db.models.Q, optional
        A further filter.
    now : datetime.datetime, optional
        The time by which embargoes are judged.

    Returns
    -------
    django.db.models.QuerySet
        Observations; the policy is part of the query.
    """
    found = Observation.objects.filter(readable(actor, restricted="restricted", now=now))
    if current:
        found = found.filter(current=True)
    return found if where is None else found.filter(where)


def frame(rows: QuerySet[Observation]) -> pd.DataFrame:
    """Read observations into a frame.

    Parameters
    ----------
    rows : django.db.models.QuerySet
        Observations, filtered and ordered.

    Returns
    -------
    pandas.DataFrame
        ``OBSERVATION_COLUMNS``, then ``observation`` and ``edition`` (their keys in the record).
    """
    return _framed(list(rows.values_list(*_FIELDS)))


def listed(rows: QuerySet[Observation], places: Mapping[int, str] | None = None) -> list[Row]:
    """Read observations into named tuples, which take far less time than a frame where they are few.

    Parameters
    ----------
    rows : django.db.models.QuerySet
        Observations, filtered and ordered.
    places : mapping of int to str, optional
        Codes of all their places by key, where they are known.

    Returns
    -------
    list of Row
        What :func:`framed` makes a frame of.
    """
    held = list(rows.values_list(*_FIELDS))
    return _rows(held, _codes({row[3] for row in held}) if places is None else places)


def listed_at(actor: Actor, places: Mapping[int, str]) -> list[Row]:
    """Read the current values for everybody at places into named tuples, in the order of their keys.

    Parameters
    ----------
    actor : Actor
        Who asks.
    places : mapping of int to str
        Codes of the places by key.

    Returns
    -------
    list of Row
        As :func:`listed`.
    """
    return _rows(_AT(actor, places=list(places), group=everybody()), places)


def groups_at(actor: Actor, place: tuple[int, str], indicators: Sequence[str]) -> list[Row]:
    """Read the current values at one place for groups of people, not those for everybody.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : tuple of (int, str)
        Key and code of the place.
    indicators : sequence of str
        Codes of the indicators that are wanted.

    Returns
    -------
    list of Row
        As :func:`listed`; none where no indicator is wanted.
    """
    if not indicators:
        return []
    return _rows(_GROUPS_AT(actor, place=place[0], group=everybody(), indicators=list(indicators)), dict([place]))


_GROUPS_AT = ActorStatement(lambda actor, place, group, indicators, now: rows_for(
    actor, where=Q(place=place, measure__indicator__code__in=indicators), now=now).exclude(group=group).order_by(
    "id").values_list(*_FIELDS))
_AT = ActorStatement(lambda actor, places, group, now: rows_for(
    actor, where=Q(place__in=places, group=group), now=now).order_by("id").values_list(*_FIELDS))


def _rows(held: Sequence[tuple[Any, ...]], codes: Mapping[int, str]) -> list[Row]:
    heads: dict[tuple[int, int], tuple[str, ...]] = {}
    made = []
    for i, (key, edition, measure, place, period, group, *values) in enumerate(held):
        head = heads.get((measure, group))
        if head is None:
            head = heads[measure, group] = (*measure_of(measure), *group_of(group))
        made.append(Row._make((i, *head, codes[place], period_of(period), *_known(values), key, edition, measure,
                               period)))
    return made


def _known(values: list[Any]) -> list[Any]:
    """Write NaN for numbers that are absent; no text is."""
    return [math.nan if value is None else value for value in values] if None in values else values


def framed(rows: Sequence[Row]) -> pd.DataFrame:
    """Make a frame of rows.

    Parameters
    ----------
    rows : sequence of Row
        Observations.

    Returns
    -------
    pandas.DataFrame
        As :func:`frame` gives.
    """
    columns = dict(zip(Row._fields, zip(*rows, strict=True) if rows else [()] * len(Row._fields), strict=True))
    return _table(columns | {"run": _runs(columns["edition"])})


def batches(rows: QuerySet[Observation], size: int = 10_000) -> Iterator[pd.DataFrame]:
    """Read observations part by part, in the order of their keys, without holding them all.

    Parameters
    ----------
    rows : django.db.models.QuerySet
        Observations; ordered here.
    size : int
        Rows of a part.

    Yields
    ------
    pandas.DataFrame
        As :func:`frame` gives.
    """
    last = 0
    ordered = rows.order_by("id").values_list(*_FIELDS)
    while part := list(ordered.filter(id__gt=last)[:size]):
        last = part[-1][0]
        yield _framed(part)


def _framed(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = dict(zip(_FIELDS, zip(*rows, strict=True) if rows else [()] * len(_FIELDS), strict=True))
    places = _codes(set(columns["place_id"]))
    measures = [measure_of(key) for key in columns["measure_id"]]
    groups = [group_of(key) for key in columns["group_id"]]
    return _table({
        **columns, "observation": columns["id"], "edition": columns["edition_id"],
        "ref_area": [places[key] for key in columns["place_id"]],
        "time_period": [period_of(key) for key in columns["period_id"]], "run": _runs(columns["edition_id"]),
        **{name: [getattr(m, name) for m in measures] for name in MeasureKey._fields},
        **{name: [group[i] for group in groups] for i, name in enumerate(DIMENSIONS)}})


def _table(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    table = pd.DataFrame({name: np.array(columns[name], dtype=float) if name in NUMBER_COLUMNS
                          else pd.Series(list(columns[name]), dtype=object) for name in OBSERVATION_COLUMNS})
    return table.assign(**{name: np.array(columns[name], dtype=np.int64) for name in EXTRA_COLUMNS})


def _codes(keys: set[int]) -> dict[int, str]:
    return dict(Place.objects.filter(pk__in=keys).values_list("pk", "code"))


def _runs(editions: Sequence[int]) -> list[str]:
    runs = dict(Edition.objects.filter(pk__in=set(editions)).values_list("pk", "run"))
    return [runs[key] for key in editions]


def indicator_specs(stamp: str = "") -> Mapping[str, IndicatorSpec]:
    """Give the indicators of the record by code, in their order.

    Parameters
    ----------
    stamp : str, optional
        Stamp of the record, read before: what was given under the same one is given again.

    Returns
    -------
    mapping of str to IndicatorSpec
        The specifications; another stamp of its own makes one another specification.
    """
    known = _LISTED.under(stamp) if stamp else {}
    if "all" not in known:
        known["all"] = _listed_specs()
    return known["all"]


def _listed_specs() -> dict[str, IndicatorSpec]:
    wanted = list(Indicator.objects.values_list("code", "stamp"))
    unknown = [code for code, stamp in wanted if (code, stamp) not in _SPECS]
    for part in parts(unknown):
        _SPECS.update(((code, stamp), parse_spec(plain)) for code, stamp, plain in Indicator.objects.filter(
            code__in=part).values_list("code", "stamp", "specification"))
    return {code: _SPECS[code, stamp] for code, stamp in wanted if (code, stamp) in _SPECS}


def forget() -> None:
    """Forget what this process remembers of the record: for tests, whose records come and go."""
    Remembered.forget()
    for remembered in (_MEASURES, _PERIODS, _GROUPS, _EVERYBODY, _SPECS):
        remembered.clear()
    forget_countries()
