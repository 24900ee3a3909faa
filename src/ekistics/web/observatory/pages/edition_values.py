"""The values of an edition as they were: each with its standing, and where it was replaced, the value that stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.figures import figure, group_text
from ekistics.web.observatory.frames import listed, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.shared import measure_title, named_places
from ekistics.web.paging import paged
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor

__all__ = ["Held", "Values", "values_of"]

SHOWN = 100
FIELDS = ("pk", "measure_id", "place_id", "period_id", "group_id", "current")


@dataclass(frozen=True, slots=True)
class Held:
    """A value of an edition in words.

    Parameters
    ----------
    number : int
        Key of the observation.
    place, what, group : str
        What it is about.
    figure : Figure
        The value.
    current : bool
        Whether it stands.
    standing : int
        Key of the value that stands instead; 0 for none, or where it stands itself.
    now : Figure or None
        That value.
    """

    number: int
    place: str
    what: str
    group: str
    figure: Any
    current: bool
    standing: int = 0
    now: Any = None


@dataclass(frozen=True, slots=True)
class Values:
    """A page of the values of an edition.

    Parameters
    ----------
    rows : list of Held
        The values of this page.
    count, standing : int
        How many the reader may see in all, and how many of these stand.
    page, last : int
        Which page it is, and which is the last.
    """

    rows: list[Held]
    count: int
    standing: int
    page: int
    last: int


def values_of(actor: Actor, edition: Edition, specs: Mapping[str, IndicatorSpec], *, language: str,
              asked: str | None) -> Values:
    """Give a page of the values of an edition.

    Parameters
    ----------
    actor : Actor
        Who reads.
    edition : Edition
        The edition.
    specs : mapping of str to IndicatorSpec
        The indicators.
    language : str
        Language of the numbers.
    asked : str or None
        The page as the address has it; the last one where there are fewer.

    Returns
    -------
    Values
        The page.
    """
    found = rows_for(actor, current=False, where=Q(edition=edition))
    page = paged(found.order_by("id").values_list(*FIELDS), asked, SHOWN, by_keys=False)
    return Values(_rows(actor, list(page), specs, language), page.paginator.count, found.filter(current=True).count(),
                  page.number, page.paginator.num_pages)


def _rows(actor: Actor, keys: list[tuple[Any, ...]], specs: Mapping[str, IndicatorSpec], language: str) -> list[Held]:
    now = _standing(actor, [key for key in keys if not key[5]])
    rows = {row.observation: row for row in listed(rows_for(actor, current=False, where=Q(
        pk__in=[key[0] for key in keys] + list(now.values()))))}
    names = named_places(Place.objects.filter(pk__in={key[2] for key in keys}))
    made = []
    for pk, measure, place, period, group, current in keys:
        row, other = rows[pk], now.get((measure, place, period, group), 0)
        spec = specs[row.indicator]
        shown = [figure(each, spec, language=language) for each in (row, *([rows[other]] if other else []))]
        made.append(Held(pk, names[place], measure_title(spec, row), group_text(row), shown[0], current, other,
                         shown[-1] if other else None))
    return made


def _standing(actor: Actor, replaced: list[tuple[Any, ...]]) -> dict[tuple[int, ...], int]:
    """Give the values that stand instead of those replaced, by measure, place, period and group."""
    if not replaced:
        return {}
    _pks, measures, places, periods, groups, _current = (set(column) for column in zip(*replaced, strict=True))
    found = rows_for(actor, where=Q(place__in=places, measure__in=measures, period__in=periods, group__in=groups))
    return {tuple(key): pk for pk, *key in found.values_list(*FIELDS[:-1])}
