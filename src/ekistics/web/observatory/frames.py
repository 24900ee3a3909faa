"""From the record to frames: rows that an actor may read, in the columns that all of ``publish`` understands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
from ekistics.web.policy import Actor, readable

__all__ = ["MeasureKey", "batches", "everybody", "forget", "frame", "group_of", "indicator_specs", "measure_of",
           "period_of", "rows_for"]

_FIELDS = ("id", "edition_id", "measure_id", "place_id", "period_id", "group_id", *NUMBER_COLUMNS, "uncertainty",
           "obs_status", "conf_status", "reason")
EXTRA_COLUMNS = ("observation", "edition")


@dataclass(frozen=True, slots=True)
class MeasureKey:
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


# Rows of these tables are written once and never changed, so a process may remember them; they are few, so a process
# that does not know one of them reads all.
_MEASURES: dict[int, MeasureKey] = {}
_PERIODS: dict[int, str] = {}
_GROUPS: dict[int, tuple[str, ...]] = {}
_EVERYBODY: dict[bool, int] = {}
_SPECS: dict[tuple[str, str], IndicatorSpec] = {}


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


def rows_for(actor: Actor, *, current: bool = True, where: Q | None = None) -> QuerySet[Observation]:
    """Give the observations that an actor may read.

    Parameters
    ----------
    actor : Actor
        Who asks.
    current : bool
        Whether only values that stand now are wanted.
    where : django.db.models.Q, optional
        A further filter.

    Returns
    -------
    django.db.models.QuerySet
        Observations; the policy is part of the query.
    """
    found = Observation.objects.filter(readable(actor, restricted="restricted"))
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
    measures = [measure_of(key) for key in columns["measure_id"]]
    groups = [group_of(key) for key in columns["group_id"]]
    places = dict(Place.objects.filter(pk__in=set(columns["place_id"])).values_list("pk", "code"))
    runs = dict(Edition.objects.filter(pk__in=set(columns["edition_id"])).values_list("pk", "run"))
    texts: dict[str, Any] = {
        "ref_area": [places[key] for key in columns["place_id"]],
        "time_period": [period_of(key) for key in columns["period_id"]],
        "run": [runs[key] for key in columns["edition_id"]]}
    texts |= {name: [getattr(m, name) for m in measures] for name in MeasureKey.__dataclass_fields__}
    texts |= {name: [group[i] for group in groups] for i, name in enumerate(DIMENSIONS)}
    texts |= {name: list(columns[name]) for name in ("uncertainty", "obs_status", "conf_status", "reason")}
    numbers = {name: np.array(columns[name], dtype=float) for name in NUMBER_COLUMNS}
    table = pd.DataFrame({name: numbers[name] if name in numbers else pd.Series(texts[name], dtype=object)
                          for name in OBSERVATION_COLUMNS})
    return table.assign(observation=np.array(columns["id"], dtype=np.int64),
                        edition=np.array(columns["edition_id"], dtype=np.int64))


def indicator_specs() -> dict[str, IndicatorSpec]:
    """Give the indicators of the record by code, in their order; another stamp is another specification."""
    wanted = list(Indicator.objects.values_list("code", "stamp"))
    unknown = [code for code, stamp in wanted if (code, stamp) not in _SPECS]
    for part in parts(unknown):
        _SPECS.update(((code, stamp), parse_spec(plain)) for code, stamp, plain in Indicator.objects.filter(
            code__in=part).values_list("code", "stamp", "specification"))
    return {code: _SPECS[code, stamp] for code, stamp in wanted if (code, stamp) in _SPECS}


def forget() -> None:
    """Forget what this process remembers of the record: for tests, whose records come and go."""
    for remembered in (_MEASURES, _PERIODS, _GROUPS, _EVERYBODY, _SPECS):
        remembered.clear()
