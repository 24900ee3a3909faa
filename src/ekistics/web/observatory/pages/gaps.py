"""Grey zones: how old the newest value of each indicator is in each city, and why there is none."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.period import Period
from ekistics.core.reasons import reason_text
from ekistics.publish.palette import RAMP
from ekistics.publish.styles import NIGHT_RAMP, no_data
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import everybody, indicator_specs, period_of, rows_for
from ekistics.web.observatory.models import Measure
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.shared import (
    city_addresses,
    listed_cities,
    listed_countries,
    named_places,
    plain,
)
from ekistics.web.paging import page_number, paged
from ekistics.web.places.models import Place
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor
from ekistics.web.render import language_now

__all__ = ["Gap", "age_class", "gaps", "gaps_map", "newest_values"]

SHOWN, COLUMNS = 50, 12
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Upper ends of the classes, in years, and their words.
AGES = ((2, N_("up to 2 years")), (5, N_("3 to 5 years")), (10, N_("6 to 10 years")), (10_000, N_("over 10 years")))
OLD = 5
DAYS_A_YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class Gap:
    """A cell of the matrix.

    Parameters
    ----------
    year : int
        Year of the newest value; 0 where there is none.
    age : int
        Number of its class; -1 where there is none.
    observation : int
        Key of an observation to look at; 0 for none.
    reason : str
        Why there is none, in words.
    """

    year: int = 0
    age: int = -1
    observation: int = 0
    reason: str = ""


def age_class(end: date, today: date) -> int:
    """Give the number of the age class of a time that ends on a day.

    Examples
    --------
    >>> [age_class(date(year, 12, 31), date(2026, 11, 20)) for year in (2027, 2025, 2020, 2000)]
    [0, 0, 2, 3]
    """
    years = math.ceil((today - end).days / DAYS_A_YEAR)
    return next(i for i, (most, _title) in enumerate(AGES) if years <= most)


def headline_measures(specs: Iterable[IndicatorSpec]) -> dict[int, str]:
    """Give the measures of the first headline series of each indicator, and the indicator that each belongs to."""
    wanted = Q(pk__in=[])
    for spec in specs:
        series = next((s.code for s in spec.series if s.headline), spec.series[0].code)
        wanted |= Q(indicator__code=spec.code, series=series)
    return dict(Measure.objects.filter(wanted).values_list("pk", "indicator__code"))


def newest_values(actor: Actor, places: Sequence[int], measures: Mapping[int, str], *,
                  today: date) -> dict[tuple[int, str], Gap]:
    """Give the newest value of each place and indicator, or why there is none.

    Parameters
    ----------
    actor : Actor
        Who asks.
    places : sequence of int
        Keys of places.
    measures : mapping of int to str
        Keys of measures, and the indicator of each.
    today : datetime.date
        The day by which age is judged.

    Returns
    -------
    dict of (int, str) to Gap
        By place and indicator; what the record has no row of is left out.
    """
    wanted = Q(place__in=list(places), measure__in=list(measures), group=everybody())
    rows = list(rows_for(actor, where=wanted).values_list(
        "place_id", "measure_id", "period_id", "id", "obs_value", "reason", "conf_status"))
    found: dict[tuple[int, str], tuple[date, int]] = {}
    absent: dict[tuple[int, str], Gap] = {}
    ends = {period: _end(period) for period in {row[2] for row in rows}}
    for place, measure, period, key, value, reason, conf_status in rows:
        cell, when = (place, measures[measure]), ends[period]
        if value is None:
            if cell not in absent:
                absent[cell] = Gap(observation=key, reason=_why(reason, conf_status))
        elif cell not in found or when > found[cell][0]:
            found[cell] = when, key
    ages = {when: age_class(when, today) for when in ends.values()}
    return absent | {cell: Gap(when.year, ages[when], key) for cell, (when, key) in found.items()}


def _end(period: int) -> date:
    text = period_of(period)
    return Period.parse(text).end if text else date.min


def _why(reason: str, conf_status: str) -> str:
    words = reason_text(reason) if reason else _("no reason was recorded")
    return words if conf_status == "F" else _("withheld: {reason}").format(reason=words)


@public_page(knows=("c", "i", "k", "page"))
def gaps(request: HttpRequest) -> HttpResponse:
    """Show the matrix of cities and indicators."""
    actor, today = actor_of(request), timezone.now().date()
    country = plain(request.GET.get("c", ""), 3)
    specs = indicator_specs(stamp_of(request))
    columns = max(-(-len(specs) // COLUMNS), 1)
    column = min(page_number(request.GET.get("k")), columns)
    shown = list(specs.values())[(column - 1) * COLUMNS:column * COLUMNS]
    cities = listed_cities().filter(country=country) if country else listed_cities()
    page = paged(cities, request.GET.get("page"), SHOWN)
    cells = newest_values(actor, [p.pk for p in page], headline_measures(shown), today=today)
    mapped = specs.get(request.GET.get("i", "")) or (shown[0] if shown else None)
    took(request, c=country if len(page) else "", i=mapped.code if mapped else "", k=column, page=page.number)
    kept = {name: text for name in ("c", "k", "i") if (text := request.GET.get(name, ""))}
    return render(request, "gaps.html", {
        "page": page, "names": named_places(page), "specs": shown,
        "country": country, "countries": listed_countries(), "all_specs": specs.values(), "mapped": mapped,
        "column": column, "columns": columns, "ages": [_(title) for _most, title in AGES], "old": OLD,
        "query": urlencode(kept) + ("&" if kept else ""), "column_query": urlencode({"c": country} if country else {}),
        "map_query": urlencode({"i": mapped.code if mapped else "", "c": country}), **_matrix(page, shown, cells)})


def _matrix(cities: Sequence[Place], specs: Sequence[IndicatorSpec],
            cells: Mapping[tuple[int, str], Gap]) -> dict[str, Any]:
    """Lay the cells out, letter the reasons, and count with the base."""
    unknown = Gap(reason=_("never computed on this site"))
    rows = [(place, [cells.get((place.pk, spec.code), unknown) for spec in specs]) for place in cities]
    counts: dict[str, int] = defaultdict(int)
    for _place, line in rows:
        for gap in line:
            if gap.age < 0:
                counts[gap.reason] += 1
    letters = dict(zip(sorted(counts, key=lambda text: -counts[text]), LETTERS, strict=False))
    found = [gap for _place, line in rows for gap in line if gap.age >= 0]
    return {"rows": rows, "letters": letters, "reasons": [(letters[text], text, counts[text]) for text in letters],
            "cells_all": len(rows) * len(specs), "cells_known": len(found),
            "cells_old": sum(AGES[gap.age][0] > OLD for gap in found)}


@public_page(knows=("c", "i"))
def gaps_map(request: HttpRequest) -> HttpResponse:
    """Give the cities with the age of the newest value of one indicator, for the map."""
    spec = indicator_specs(stamp_of(request)).get(request.GET.get("i", ""))
    country, today = plain(request.GET.get("c", ""), 3), timezone.now().date()
    cities = listed_cities().exclude(longitude=None)
    held = list((cities.filter(country=country) if country else cities).values_list(
        "pk", "code", "name", "longitude", "latitude"))
    took(request, c=country if held else "", i=spec.code if spec is not None else "")
    measures = list(headline_measures([spec])) if spec is not None else []
    ends = dict(rows_for(actor_of(request)).filter(
        measure__in=measures, group=everybody(), obs_value__isnull=False, place__kind="city").order_by().values_list(
        "place_id").annotate(last=Max("period__end"))) if measures else {}
    names, href = _names(held), city_addresses()
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [round(x, 5), round(y, 5)]},
                 "properties": {"id": code, "name": names[key], "href": href(code),
                                **_aged(ends.get(key), today)}} for key, code, _name, x, y in held]
    hatch = no_data()
    classes = [{"title": _(title), "day": RAMP[step], "night": NIGHT_RAMP[step], "mark": "dot"}
               for (_most, title), step in zip(AGES, (0, 2, 4, 5), strict=True)]
    return JsonResponse({"type": "FeatureCollection", "features": features, "classes": [
        *classes, {"title": hatch.title, "day": hatch.day, "night": hatch.night, "mark": "ring"}]})


def _names(held: Sequence[tuple[Any, ...]]) -> dict[int, str]:
    return {row[0]: row[2] for row in held} | names_of([row[0] for row in held], language_now())


def _aged(end: date | None, today: date) -> dict[str, Any]:
    if end is None:
        return {"class": len(AGES), "value": _("none")}
    return {"class": age_class(end, today), "value": str(end.year)}
