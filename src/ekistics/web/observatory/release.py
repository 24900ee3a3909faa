"""Which value stands: of the released editions, the newest value of each key is the current one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ekistics.package.descriptor import load_descriptor, parse_head
from ekistics.web.chunks import parts
from ekistics.web.observatory.intake import boundaries_of
from ekistics.web.observatory.keys import Keys
from ekistics.web.observatory.models import Coverage, Edition, Observation
from ekistics.web.observatory.quantiles import keep_counts, renew_quantiles
from ekistics.web.observatory.rows import Turned
from ekistics.web.places.models import Place
from ekistics.web.places.tree import set_boundary
from ekistics.web.policy import State
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.stamp import renew_stamp

__all__ = ["count_coverage", "due", "release", "release_due", "settle", "stand"]

PLACES_AT_ONCE = 100
EDITIONS_AT_ONCE = 500
_COUNTED = ("id", "measure_id", "period_id", "obs_value", "restricted")


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
    _take_over(edition)
    places = set(Observation.objects.filter(edition=edition).values_list("place_id", flat=True))
    if edition.whole:
        earlier = Observation.objects.filter(edition__dataset=edition.dataset_id, current=True)
        places |= set(earlier.values_list("place_id", flat=True))
    renew_quantiles(settle(places))
    renew_stamp()
    record("edition.release", f"edition:{edition.pk}", detail={"dataset": edition.dataset_id})


def _take_over(edition: Edition) -> None:
    """Let the boundaries and the descriptions of indicators that a package brought hold from now on."""
    folder = Path(settings.MEDIA_ROOT) / edition.folder / "package"
    if not edition.folder or not folder.is_dir():
        return
    descriptor = load_descriptor(folder)
    head = descriptor["ekistics"]
    place, _places, _run, indicators = parse_head(descriptor)
    found = boundaries_of(folder, head["layers"], place.code)
    for held in Place.objects.filter(code__in=found):
        set_boundary(held, found[held.code], day=edition.made_at.date() if edition.made_at else None)
    Keys().learn(indicators, {spec["code"]: spec for spec in head["indicators"]})


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


def settle(places: Iterable[int]) -> set[tuple[int, int]]:
    """Decide again which values of some places are current, and keep the counts in step.

    Parameters
    ----------
    places : iterable of int
        Keys of places.

    Returns
    -------
    set of (int, int)
        Measures and periods of which a public value came or went: their quantiles are to be worked out anew.

    Notes
    -----
    Of each key (measure, place, period, group) the value of the edition that was released last stands. A whole
    edition, such as a profile, also ends all values of its dataset's earlier editions.
    """
    wanted, turned = sorted(set(places)), Turned()
    for part in parts(wanted, PLACES_AT_ONCE):
        standing = _standing(part)
        held = {row[0]: row for row in Observation.objects.filter(place__in=part, current=True).values_list(*_COUNTED)}
        off = [row for key, row in held.items() if key not in standing]
        on = [row for key, row in standing.items() if key not in held]
        _turn([row[0] for row in off], current=False)
        _turn([row[0] for row in on], current=True)
        for rows, step in ((off, -1), (on, 1)):
            for _id, measure, period, value, restricted in rows:
                turned[measure, period, value is not None, restricted] += step
    return stand(turned, wanted)


def stand(turned: Turned, places: Iterable[int]) -> set[tuple[int, int]]:
    """Keep counts, lists and pages in step with values that came to stand or no longer do.

    Parameters
    ----------
    turned : Counter
        How many rows more stand, by measure, period, whether they have a value and whether they are restricted.
    places : iterable of int
        Keys of their places.

    Returns
    -------
    set of (int, int)
        Measures and periods whose quantiles are to be worked out anew.
    """
    count_coverage(turned)
    for part in parts(sorted(set(places))):
        Place.objects.filter(pk__in=part, kind="city", listed=False).update(listed=True)
    caches["pages"].clear()
    return {(measure, period) for (measure, period, _value, restricted) in turned if not restricted}


def _standing(places: Sequence[int]) -> dict[int, tuple]:
    """Give the row that stands for each key at some places, by its id."""
    newest: dict[tuple[int, ...], tuple] = {}
    for part in parts(_counting(places), EDITIONS_AT_ONCE):
        order = {edition: i for i, edition in enumerate(part)}
        rows = Observation.objects.filter(edition__in=part, place__in=places).values_list(
            *_COUNTED, "edition_id", "place_id", "group_id")
        for row in sorted(rows, key=lambda row: order[row[5]]):
            newest[row[1], row[2], *row[6:]] = row[:5]
    return {row[0]: row for row in newest.values()}


def _counting(places: Sequence[int]) -> list[int]:
    """Give the editions that can hold a standing value of some places, in the order of their release.

    They belong to datasets of the places or of a place above. A whole edition ends all that its dataset had before.
    """
    paths = Place.objects.filter(pk__in=places).values_list("path", flat=True)
    above = sorted({code for path in paths for code in path.split("/") if code})
    found: list[tuple] = []
    for part in parts(above):
        found += Edition.objects.filter(state=str(State.PUBLISHED), released_at__isnull=False,
                                        place__code__in=part).values_list("released_at", "pk", "dataset_id", "whole")
    last_whole = {dataset: (at, key) for at, key, dataset, whole in sorted(found) if whole}
    return [key for at, key, dataset, _whole in sorted(found) if (at, key) >= last_whole.get(dataset, (at, key))]


def _turn(ids: list[int], *, current: bool) -> None:
    for part in parts(ids):
        Observation.objects.filter(pk__in=part).update(current=current)


def count_coverage(turned: Turned) -> None:
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
    measures = sorted({measure for measure, _period in rows})
    known = set(Coverage.objects.filter(measure__in=measures).values_list("measure_id", "period_id"))
    Coverage.objects.bulk_create((Coverage(measure_id=m, period_id=p) for m, p in rows if (m, p) not in known),
                                 ignore_conflicts=True)
    # Locked in one order, so that two who count neither wait for each other nor lose what the other counted.
    held = Coverage.objects.select_for_update().filter(measure__in=measures).order_by("pk")
    changed = [row for row in held if rows[row.measure_id, row.period_id] or values[row.measure_id, row.period_id]]
    for row in changed:
        row.rows += rows[row.measure_id, row.period_id]
        row.values += values[row.measure_id, row.period_id]
    keep_counts(changed, "rows", "values")
