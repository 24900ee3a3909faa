"""How the values of cities spread, worked out when values are released so that no page has to count them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from ekistics.web.observatory.frames import everybody
from ekistics.web.observatory.models import Coverage, Observation
from ekistics.web.policy import PUBLIC, readable

__all__ = ["PERCENTS", "keep_counts", "quantiles", "renew_quantiles"]

PERCENTS = (5, 25, 50, 75, 95)
LEAST_CITIES = 2


def renew_quantiles(pairs: Iterable[tuple[int, int]]) -> None:
    """Work out anew how the public current values of whole cities spread.

    Parameters
    ----------
    pairs : iterable of (int, int)
        Keys of measure and period; one query over an index for each measure.
    """
    by_measure: dict[int, set[int]] = {}
    for measure, period in pairs:
        by_measure.setdefault(measure, set()).add(period)
    held = {(row.measure_id, row.period_id): row for row in Coverage.objects.select_for_update().filter(
        measure__in=by_measure).order_by("pk")}  # locked in the order in which they are counted
    changed = []
    for measure, periods in sorted(by_measure.items()):
        found = {period: [value for _period, value in rows] for period, rows in groupby(
            _values(measure, periods), key=itemgetter(0))}
        for period in periods:
            values = found.get(period, [])
            changed.append(row := held[measure, period])
            row.cities, row.quantiles = len(values), quantiles(values) if len(values) >= LEAST_CITIES else []
    keep_counts(changed, "cities", "quantiles")


def keep_counts(rows: Iterable[Coverage], *fields: str) -> None:
    """Write some fields of counts that are in the record: one statement for many, and one that is quickly made.

    Parameters
    ----------
    rows : iterable of Coverage
        Locked by the transaction.
    *fields : str
        The fields.
    """
    changed = list(rows)
    for row in changed:
        row.pk = None  # the row is found by measure and period
    Coverage.objects.bulk_create(changed, batch_size=100, update_conflicts=True, update_fields=fields,
                                 unique_fields=("measure", "period"))


def _values(measure: int, periods: Iterable[int]) -> Iterator[tuple[int, float]]:
    """Give period and value of all cities, period by period in rising order."""
    return Observation.objects.filter(
        readable(PUBLIC, restricted="restricted"), current=True, measure=measure, group=everybody(),
        period__in=periods, place__kind="city", obs_value__isnull=False).order_by("period_id", "obs_value").values_list(
        "period_id", "obs_value").iterator(chunk_size=10_000)


def quantiles(values: Sequence[float]) -> list[float]:
    """Give the values below or at which 5, 25, 50, 75 and 95 % of some values are.

    Parameters
    ----------
    values : sequence of float
        At least one value, in rising order.

    Returns
    -------
    list of float
        Each is one of the values: the smallest that has at least that share at or below it.

    Examples
    --------
    >>> quantiles([1.0, 2.0, 3.0, 4.0])
    [1.0, 1.0, 2.0, 3.0, 4.0]
    """
    return [values[max(-(-len(values) * percent // 100), 1) - 1] for percent in PERCENTS]
