"""Where a value stands among the same values of all cities: counted, never modelled."""

from collections.abc import Sequence
from dataclasses import dataclass

from ekistics.web.observatory.models import Coverage, Observation

__all__ = ["Standing", "standings"]

LEAST_PEERS = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """A value among its peers.

    Parameters
    ----------
    above, below : int
        Public current values of other cities that are higher, and lower, in the same measure, period and group.
    peers : int
        All of them, the city's own included.
    quantiles : tuple of float
        5, 25, 50, 75 and 95 % of them, where they were worked out; empty otherwise.
    """

    above: int
    below: int
    peers: int
    quantiles: tuple[float, ...]


def standings(observations: Sequence[int]) -> dict[int, Standing]:
    """Count where some values stand.

    Parameters
    ----------
    observations : sequence of int
        Keys of observations of cities.

    Returns
    -------
    dict of int to Standing
        By key; a value that has no peers is left out.
    """
    rows = Observation.objects.filter(pk__in=list(observations), obs_value__isnull=False).values_list(
        "id", "measure_id", "group_id", "period_id", "obs_value")
    found = {}
    for key, measure, group, period, value in rows:
        peers = Observation.objects.filter(current=True, restricted=False, measure=measure, group=group, period=period,
                                           place__kind="city", obs_value__isnull=False)
        above = peers.filter(obs_value__gt=value).count()
        below = peers.filter(obs_value__lt=value).count()
        same = peers.filter(obs_value=value).count()
        if above + below + same >= LEAST_PEERS:
            kept = Coverage.objects.filter(measure=measure, period=period).values_list("quantiles", flat=True).first()
            found[key] = Standing(above, below, above + below + same, tuple(kept or ()))
    return found
