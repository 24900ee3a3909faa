"""Which value stands: of the released editions, the newest value of each key is the current one."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.core.cache import caches
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from ekistics.web.chunks import parts
from ekistics.web.observatory.models import Coverage, Edition, Observation
from ekistics.web.places.models import Place
from ekistics.web.policy import State
from ekistics.web.workflow.audit import record

__all__ = ["count_coverage", "due", "release", "release_due", "settle"]


def due(now: datetime | None = None) -> Q:
    """Give the editions that are published and past their embargo, whether released yet or not."""
    now = now or timezone.now()
    return Q(state=str(State.PUBLISHED)) & (Q(embargo_until__isnull=True) | Q(embargo_until__lte=now))


@transaction.atomic
def release(edition: Edition, *, now: datetime | None = None) -> None:
    """Let the values of a published edition become the current ones.

    Parameters
    ----------
    edition : Edition
        Published, and past its embargo.
    now : datetime, optional
        The time of release.
    """
    edition.released_at = now or timezone.now()
    edition.save(update_fields=["released_at"])
    places = set(Observation.objects.filter(edition=edition).values_list("place_id", flat=True))
    if edition.whole:
        earlier = Observation.objects.filter(edition__dataset=edition.dataset_id, current=True)
        places |= set(earlier.values_list("place_id", flat=True))
    settle(places)
    record("edition.release", f"edition:{edition.pk}", detail={"dataset": edition.dataset_id})


def release_due(now: datetime | None = None) -> int:
    """Release every edition whose embargo has ended.

    Parameters
    ----------
    now : datetime, optional
        The time.

    Returns
    -------
    int
        Editions released.
    """
    waiting = Edition.objects.filter(due(now), released_at__isnull=True).order_by("embargo_until", "id")
    count = 0
    for edition in waiting:
        release(edition, now=now)
        count += 1
    return count


def settle(places: Iterable[int]) -> None:
    """Decide again which values of some places are current, and keep the counts in step.

    Parameters
    ----------
    places : iterable of int
        Keys of places.

    Notes
    -----
    Of each key (measure, place, period, group) the value of the edition that was released last stands. A whole
    edition, such as a profile, also ends all values of its dataset's earlier editions.
    """
    wanted = sorted(set(places))
    turned: Counter[tuple[int, int, bool, bool]] = Counter()
    for part in parts(wanted):
        rows = list(Observation.objects.filter(place__in=part).filter(_released()).order_by(
            "edition__released_at", "edition_id").values_list(
            "id", "measure_id", "place_id", "period_id", "group_id", "edition_id", "edition__dataset_id",
            "edition__whole", "obs_value", "restricted"))
        standing = _standing(rows)
        held = {row[0]: row for row in Observation.objects.filter(place__in=part, current=True).values_list(
            "id", "measure_id", "period_id", "obs_value", "restricted")}
        off = [row for key, row in held.items() if key not in standing]
        on = [row for key, row in standing.items() if key not in held]
        _turn([row[0] for row in off], current=False)
        _turn([row[0] for row in on], current=True)
        for _id, measure, period, value, restricted in off:
            turned[measure, period, value is not None, restricted] -= 1
        for row in on:
            turned[row[1], row[3], row[8] is not None, row[9]] += 1
    count_coverage(turned)
    Place.objects.filter(pk__in=_cities(wanted)).update(listed=True)
    caches["pages"].clear()


def _released() -> Q:
    return Q(edition__state=str(State.PUBLISHED), edition__released_at__isnull=False)


def _standing(rows: list[tuple]) -> dict[int, tuple]:
    """Give the row that stands for each key, by its id; the rows come in the order of release."""
    last_whole: dict[int, int] = {}
    for row in rows:
        if row[7]:
            last_whole[row[6]] = row[5]
    order = {edition: i for i, edition in enumerate(dict.fromkeys(row[5] for row in rows))}
    newest: dict[tuple[int, ...], tuple] = {}
    for row in rows:
        whole = last_whole.get(row[6])
        if whole is None or order[row[5]] >= order[whole]:
            newest[row[1:5]] = row
    return {row[0]: row for row in newest.values()}


def _turn(ids: list[int], *, current: bool) -> None:
    for part in parts(ids):
        Observation.objects.filter(pk__in=part).update(current=current)


def _cities(places: list[int]) -> list[int]:
    found: list[int] = []
    for part in parts(places):
        found += Place.objects.filter(pk__in=part, kind="city", listed=False).values_list("pk", flat=True)
    return found


def count_coverage(turned: Counter[tuple[int, int, bool, bool]]) -> None:
    """Add to the counts of current public rows and values.

    Parameters
    ----------
    turned : Counter
        Of (measure, period, whether it has a value, whether it is restricted): how many rows more.
    """
    rows: Counter[tuple[int, int]] = Counter()
    values: Counter[tuple[int, int]] = Counter()
    for (measure, period, has_value, restricted), count in turned.items():
        if not restricted:
            rows[measure, period] += count
            values[measure, period] += count * has_value
    known = {(c.measure_id, c.period_id) for c in Coverage.objects.filter(measure__in={m for m, _p in rows})}
    Coverage.objects.bulk_create(Coverage(measure_id=m, period_id=p) for m, p in rows if (m, p) not in known)
    for (measure, period), count in rows.items():
        if count or values[measure, period]:
            Coverage.objects.filter(measure=measure, period=period).update(
                rows=F("rows") + count, values=F("values") + values[measure, period])
