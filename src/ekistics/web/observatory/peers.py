"""Where a value stands among the same values of all cities: from quantiles that were counted, never modelled."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from ekistics.core.i18n import N_, _
from ekistics.publish.numbers import number_text, value_text
from ekistics.web.chunks import parts
from ekistics.web.observatory.models import Coverage
from ekistics.web.workflow.stamp import Remembered

__all__ = ["LEAST_PEERS", "Spread", "Standing", "spreads", "standing"]

LEAST_PEERS = 5  # quantiles of fewer cities say nothing
LEAST_FOR_PERCENT = 20  # of fewer cities, 5 % are not even one: the lowest and the highest are told by rank
WIDTH, MARGIN = 264.0, 6.0
PARTS = (N_("Among the lowest 5 % of {cities} cities."), N_("In the lowest quarter of {cities} cities."),
         N_("Below the middle of {cities} cities."), N_("Above the middle of {cities} cities."),
         N_("In the highest quarter of {cities} cities."), N_("Among the highest 5 % of {cities} cities."))


@dataclass(frozen=True, slots=True)
class Spread:
    """How the public current values of cities in one measure and period spread.

    Parameters
    ----------
    cities : int
        How many there are.
    quantiles : tuple of float
        5, 25, 50, 75 and 95 % of them.
    """

    cities: int
    quantiles: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A value among its peers, in words and as places on a strip of :data:`WIDTH`.

    Parameters
    ----------
    text : str
        Where it stands, of how many cities.
    middle : str
        The middle value, and the middle half, in words.
    band, span, median : str
        Corners, as SVG takes them, of the middle half, of the line from 5 to 95 %, and of the mark of the middle value.
    own : str
        Place of the value along the strip.
    """

    text: str
    middle: str
    band: str
    span: str
    median: str
    own: str


_KNOWN: Remembered[tuple[int, int], Spread | None] = Remembered()  # all cities have the same peers


def spreads(pairs: Iterable[tuple[int, int]], *, stamp: str) -> dict[tuple[int, int], Spread]:
    """Look up how cities spread; a process remembers it as long as the record stays as it is.

    Parameters
    ----------
    pairs : iterable of (int, int)
        Keys of measure and period.
    stamp : str
        Stamp of the record, read before.

    Returns
    -------
    dict of (int, int) to Spread
        Those with enough cities.
    """
    wanted, known = set(pairs), _KNOWN.under(stamp)
    missing = [pair for pair in wanted if pair not in known]
    if missing:
        known.update(dict.fromkeys(missing) | _looked_up(missing))
    return {pair: spread for pair in wanted if (spread := known[pair]) is not None}


def _looked_up(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Spread]:
    found: dict[tuple[int, int], Spread] = {}
    by_period: dict[int, list[int]] = {}
    for measure, period in pairs:
        by_period.setdefault(period, []).append(measure)
    for part in parts(sorted(by_period.items()), 20):
        wanted = Q(pk__in=[])
        for period, measures in part:
            wanted |= Q(period=period, measure__in=measures)
        rows = Coverage.objects.filter(wanted, cities__gte=LEAST_PEERS).values_list(
            "measure_id", "period_id", "cities", "quantiles")
        found.update({(m, p): Spread(count, tuple(kept)) for m, p, count, kept in rows if kept})
    return found


def standing(value: float, spread: Spread, *, unit_measure: str, language: str) -> Standing:
    """Say where a value stands.

    Parameters
    ----------
    value : float
        The value.
    spread : Spread
        The spread of its peers.
    unit_measure : str
        Code of its unit.
    language : str
        Language of the numbers.

    Returns
    -------
    Standing
        The words and the strip.
    """
    middle, same = _middle(spread, unit_measure, language)
    cities = number_text(float(spread.cities), 0, language=language)
    text = _words(value, spread).format(cities=cities)
    if same and value_text(value, unit_measure, language=language) == same:
        text = _("As most of {cities} cities.").format(cities=cities)
    ends = [*spread.quantiles, value]
    low, scale = min(ends), (WIDTH - 2 * MARGIN) / ((max(ends) - min(ends)) or 1.0)
    least, lower, median, upper, most, own = (f"{MARGIN + (end - low) * scale:.1f}" for end in ends)
    return Standing(text, middle, f"{lower},6 {upper},6 {upper},22 {lower},22", f"{least},14 {most},14",
                    f"{median},5 {median},23", own)


@lru_cache(maxsize=4096)  # the cities of a page after page have the same peers
def _middle(spread: Spread, unit_measure: str, language: str) -> tuple[str, str]:
    """Describe the middle half; the second text is its value where, as written, no city of it differs from another."""
    low, median, high = (value_text(q, unit_measure, language=language) for q in spread.quantiles[1:4])
    if low != high:
        return _("Middle value {median}; half of the cities are between {low} and {high}.").format(
            median=median, low=low, high=high), ""
    cities = number_text(float(spread.cities), 0, language=language)
    return _("At least half of {cities} cities have {median}.").format(cities=cities, median=median), median


def _words(value: float, spread: Spread) -> str:
    """Name the part of the distribution; a value that many cities share is in the part that reaches it first."""
    part = sum(value > quantile for quantile in spread.quantiles)
    if spread.cities >= LEAST_FOR_PERCENT:
        return _(PARTS[part])
    least, lower, _middle, upper, most = spread.quantiles
    if value <= least < lower:
        return _("The lowest of {cities} cities.")
    if value >= most > upper:
        return _("The highest of {cities} cities.")
    return _(PARTS[min(max(part, 1), 4)])
