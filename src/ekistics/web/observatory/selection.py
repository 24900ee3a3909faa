"""Which observations are wanted, and the walk through them in an order that an index gives at any depth."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Max, Q, QuerySet

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.period import Period as CorePeriod
from ekistics.package.table import NUMBER_COLUMNS
from ekistics.web.chunks import parts
from ekistics.web.observatory.frames import rows_for
from ekistics.web.observatory.models import Group, Measure, Observation, Period
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor, visible

__all__ = ["FIELDS", "Box", "Position", "Rows", "Selection", "inside", "page", "read_box", "visible_places", "walk"]

FIELDS = ("id", "edition_id", "measure_id", "place_id", "period_id", "group_id", *NUMBER_COLUMNS, "uncertainty",
          "obs_status", "conf_status", "reason")
BATCH = 10_000
WINDOW = 100_000  # keys looked at in one statement where a rare filter has no index
TOGETHER = 20  # places asked for in one statement
STATEMENTS = 40  # statements that one page may cost
END = 2**62  # a key beyond all others
Rows = list[tuple[Any, ...]]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Position:
    """Where a walk stands: after this observation.

    Parameters
    ----------
    lead : int
        Key of its place or measure, whichever leads the walk; 0 where none does.
    key : int
        Its own key.
    """

    lead: int = 0
    key: int = 0


@dataclass(frozen=True, slots=True)
class Selection:
    """Observations that are wanted; what is empty is not asked about.

    Parameters
    ----------
    indicator, series : str
        Codes.
    variant : str or None
        Code of a reading of the method; an empty one is asked for as such.
    ref_area, country, parent : str
        Code of a place; of a country; of a place whose own and deeper values are wanted.
    period_from, period_to : str
        Time periods; those that touch the span are wanted.
    dimensions : mapping of str to str
        Group of people, by dimension.
    current : bool
        Whether only values that stand now are wanted.
    edition, dataset : int
        Keys in the record.
    """

    indicator: str = ""
    series: str = ""
    variant: str | None = None
    ref_area: str = ""
    country: str = ""
    parent: str = ""
    period_from: str = ""
    period_to: str = ""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    current: bool = True
    edition: int = 0
    dataset: int = 0

    def places(self) -> QuerySet[Place] | None:
        """Give the places that are asked for; None for all."""
        found = Place.objects.all()
        if self.ref_area:
            found = found.filter(code=self.ref_area)
        if self.country:
            found = found.filter(country=self.country)
        if self.parent:
            found = found.filter(inside(self.parent))
        return found if self.ref_area or self.country or self.parent else None

    def measures(self) -> QuerySet[Measure] | None:
        """Give the measures that are asked for; None for all."""
        wanted = {"indicator__code": self.indicator, "series": self.series}
        found = Measure.objects.filter(**{name: value for name, value in wanted.items() if value})
        if self.variant is not None:
            found = found.filter(variant=self.variant)
        return found if self.indicator or self.series or self.variant is not None else None

    def rest(self) -> Q:
        """Give what places and measures leave open: time, group of people, edition."""
        found = Q()
        if self.period_from or self.period_to:
            found &= Q(period__in=Period.objects.filter(_touches(self.period_from, self.period_to)).order_by())
        if self.dimensions:
            found &= Q(group__in=Group.objects.filter(**self.dimensions))
        if self.edition:
            found &= Q(edition=self.edition)
        if self.dataset:
            found &= Q(edition__dataset=self.dataset)
        return found


def inside(code: str) -> Q:
    """Select a place and all below it, by its code."""
    path = Place.objects.filter(code=code).values_list("path", flat=True).first()
    return Q(pk__in=[]) if path is None else Q(path__startswith=path)


def _touches(first: str, last: str) -> Q:
    found = Q()
    if first:
        found &= Q(end__gte=_day(first, "period_from", end=False))
    if last:
        found &= Q(start__lte=_day(last, "period_to", end=True))
    return found


def _day(text: str, name: str, *, end: bool) -> date:
    try:
        period = CorePeriod.parse(text)
    except (InvalidValueError, ValueError, OverflowError) as error:
        raise InvalidValueError(_("A time period cannot be read."), param=name, got=text,
                                expected="2020, 2020-Q1, 2020-06, 2020-06-30") from error
    return period.end if end else period.start


def read_box(text: str) -> Box:
    """Read a bounding box: west, south, east, north in degrees; west may be east of east across the date line.

    Parameters
    ----------
    text : str
        Four numbers with commas between them, or six with heights, which are not looked at.

    Returns
    -------
    tuple of float
        The four bounds.

    Raises
    ------
    InvalidValueError
        They are not four numbers of that kind.

    Examples
    --------
    >>> read_box("-1,5,1.5,6")
    (-1.0, 5.0, 1.5, 6.0)
    """
    wrong = InvalidValueError(_("The bounding box cannot be read."), param="bbox", got=text[:80],
                              expected="-180,-90,180,90")
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise wrong from error
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or numbers[1] > numbers[3]:
        raise wrong
    west, south, east, north = numbers
    return west, south, east, north


def visible_places(actor: Actor) -> QuerySet[Place]:
    """Give the places that an actor may know of."""
    return Place.objects.filter(visible(actor))


def walk(actor: Actor, wanted: Selection, *, after: Position | None = None, size: int = BATCH) -> Iterator[Rows]:
    """Read observations part by part, without holding them all.

    Parameters
    ----------
    actor : Actor
        Who asks; the policy is part of every statement.
    wanted : Selection
        What is wanted.
    after : Position, optional
        Where an earlier walk stood.
    size : int
        The most rows of a part.

    Yields
    ------
    list of tuple
        Rows of :data:`FIELDS`; a part may be empty.

    Notes
    -----
    A filter by place leads the walk place by place, else one by indicator leads it measure by measure, else the
    keys of observations do. So each statement reads one stretch of one index, however deep the walk is.
    """
    for rows, _position in _walked(actor, wanted, after or Position(), size):
        yield rows


def page(actor: Actor, wanted: Selection, *, after: Position | None = None, limit: int) -> tuple[Rows, Position | None]:
    """Read one page of a walk.

    Parameters
    ----------
    actor : Actor
        Who asks.
    wanted : Selection
        What is wanted.
    after : Position, optional
        Where the page before ended.
    limit : int
        The most rows.

    Returns
    -------
    rows : list of tuple
        Rows of :data:`FIELDS`; fewer than the limit, even none, where much had to be looked at.
    next : Position or None
        Where the page ended; None where the walk did.
    """
    found: Rows = []
    lead = _lead(wanted)
    for count, (rows, position) in enumerate(_walked(actor, wanted, after or Position(), limit + 1), start=1):
        found += rows
        if len(found) > limit:
            last = found[limit - 1]
            return found[:limit], Position(last[FIELDS.index(lead)] if lead else 0, last[0])
        if count >= STATEMENTS:
            return found, position
    return found, None


def _lead(wanted: Selection) -> str:
    """Name the key that leads the walk: one whose index holds what is asked for."""
    if wanted.ref_area or wanted.country or wanted.parent or wanted.edition:
        return "place_id"
    return "measure_id" if wanted.current and wanted.measures() is not None else ""


def _walked(actor: Actor, wanted: Selection, after: Position, size: int) -> Iterator[tuple[Rows, Position]]:
    base = rows_for(actor, current=wanted.current, where=wanted.rest())
    measures, lead = wanted.measures(), _lead(wanted)
    kept = None if measures is None else sorted(measures.values_list("pk", flat=True))
    if lead == "measure_id":
        return _led(base, lead, kept or [], after, size)
    if kept is not None:
        base = base.filter(measure__in=kept)
    if not lead:
        return _by_key(base, after, size)
    places = wanted.places()
    keys = (Observation.objects.filter(edition=wanted.edition).order_by().values_list("place_id", flat=True).distinct()
            if places is None else places.order_by().values_list("pk", flat=True))
    return _led(base, lead, sorted(keys), after, size)


def _led(base: QuerySet[Observation], lead: str, keys: list[int], after: Position, size: int,
         ) -> Iterator[tuple[Rows, Position]]:
    """Walk by a leading key, then by observation."""
    at = FIELDS.index(lead)
    for group in parts([key for key in keys if key >= after.lead], TOGETHER if lead == "place_id" else 1):
        some = base.filter(**{f"{lead}__in": group}).order_by(lead, "id").values_list(*FIELDS)
        last = after if after.lead == group[0] else Position(group[0])
        while True:
            rows = list(some.filter(_beyond(lead, last) if len(group) > 1 else Q(id__gt=last.key))[:size])
            last = Position(rows[-1][at], rows[-1][0]) if rows else last
            ended = len(rows) < size
            yield rows, (Position(group[-1], END) if ended else last)
            if ended:
                break


def _beyond(lead: str, last: Position) -> Q:
    return Q(**{f"{lead}__gt": last.lead}) | Q(**{lead: last.lead}, id__gt=last.key)


def _by_key(base: QuerySet[Observation], after: Position, size: int) -> Iterator[tuple[Rows, Position]]:
    """Walk by the keys of observations, a window at a time: a rare filter never reads the whole table at once."""
    end, last = Observation.objects.aggregate(last=Max("id"))["last"] or 0, after.key
    while last < end:
        until = min(last + WINDOW, end)
        rows = list(_few(base.filter(id__gt=last, id__lte=until), last).order_by("id").values_list(*FIELDS)[:size])
        last = rows[-1][0] if len(rows) == size else until
        yield rows, Position(0, last)


def _few(rows: QuerySet[Observation], last: int) -> QuerySet[Observation]:
    """Tell SQLite that a window is a small part of the table: without counts of its own it would begin elsewhere."""
    if connection.vendor != "sqlite":
        return rows
    return rows.extra(where=["likelihood(observatory_observation.id > %s, 0.0001)"], params=[last])  # noqa: S610 - fixed text
