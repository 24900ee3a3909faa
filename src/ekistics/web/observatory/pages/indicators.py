"""The list of indicators, and the page of one: definition, methods, map, ranking, coverage, breaks, certificate."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import Max, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.charts import bounded
from ekistics.publish.figures import group_text
from ekistics.publish.method import role_text
from ekistics.publish.numbers import period_text, value_text
from ekistics.publish.palette import RAMP
from ekistics.publish.styles import NIGHT_RAMP
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import MeasureKey, indicator_specs
from ekistics.web.observatory.models import Coverage, Edition, Group, Measure
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.ranking import FIELDS, Choice, choose, drawn, groups_with_values, ranked_rows
from ekistics.web.observatory.pages.shared import (
    city_addresses,
    country_names,
    listed_countries,
    measure_title,
    plain,
)
from ekistics.web.paging import paged
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Actor, readable
from ekistics.web.render import language_now

__all__ = ["certificates", "indicator", "indicator_map", "indicators"]

SHOWN = 50
LOOKED_THROUGH = 50  # editions in which the newest certificate is looked for
NOTES = {"B": N_("break in the series"), "E": N_("estimated"), "F": N_("forecast"), "I": N_("imputed"),
         "P": N_("provisional"), "U": N_("low reliability")}


@public_page
def indicators(request: HttpRequest) -> HttpResponse:
    """List the indicators of the record with how much is known of each."""
    counts = {row["measure__indicator__code"]: row for row in Coverage.objects.filter(values__gt=0).values(
        "measure__indicator__code").annotate(total=Sum("values"), cities=Max("cities"), last=Max("period__end"))}
    rows = [{"spec": spec, "counts": counts.get(code)} for code, spec in indicator_specs(stamp_of(request)).items()]
    return render(request, "indicators.html", {"rows": rows})


@public_page(knows=("m", "p", "g", "c", "o", "page"))
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """Show one indicator."""
    spec, actor, language = _spec(request, code), actor_of(request), language_now()
    choice = choose(spec, measure=request.GET.get("m", ""), period=request.GET.get("p", ""))
    context: dict[str, Any] = {
        "spec": spec, "choice": choice, "inputs": [role_text(role) for role in spec.inputs],
        "certificate": next((row for row in _newest_certificates(actor) if row.get("indicator") == code), None)}
    if choice is not None:
        context |= _methods(spec, choice, language) | _ranking(request, actor, spec, choice, language)
    return render(request, "indicator.html", context)


def _spec(request: HttpRequest, code: str) -> IndicatorSpec:
    found = indicator_specs(stamp_of(request)).get(code)
    if found is None:
        raise Http404
    return found


def _title(spec: IndicatorSpec, measure: Measure, measures: tuple[Measure, ...]) -> str:
    """Name a measure; the method is named too where two methods give the same quantity."""
    title = measure_title(spec, MeasureKey(spec.code, measure.series, measure.variant, measure.unit_measure,
                                           measure.base, measure.method))
    same = [m for m in measures if (m.series, m.variant) == (measure.series, measure.variant)]
    return f"{title} ({measure.method or measure.base})" if len(same) > 1 else title


def _methods(spec: IndicatorSpec, choice: Choice, language: str) -> dict[str, Any]:
    """Give methods, coverage and breaks of an indicator, all from the counts."""
    titles = {m.pk: _title(spec, m, choice.measures) for m in choice.measures}
    by_method: dict[str, int] = defaultdict(int)
    by_quantity: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in choice.coverage:
        by_method[row.measure.method] += row.values
        by_quantity[row.measure.series, row.measure.variant].add(row.measure.method)
    coverage = [{"title": titles[c.measure_id], "period": period_text(c.period.text, language=language),
                 "values": c.values, "rows": c.rows, "cities": c.cities}
                for m in choice.measures for c in choice.coverage if c.measure_id == m.pk]
    broken = sorted({titles[m.pk] for m in choice.measures if len(by_quantity[m.series, m.variant]) > 1})
    return {"titles": titles, "methods": sorted(by_method.items()), "coverage": coverage, "broken": broken,
            "measures": [(m.pk, titles[m.pk]) for m in choice.measures],
            "periods": [(p.text, period_text(p.text, language=language)) for p in choice.periods]}


def _asked(request: HttpRequest, choice: Choice) -> dict[str, Any]:
    """Read the filters of a ranking."""
    asked = request.GET.get("g", "")
    group = Group.objects.filter(pk=int(asked), total=False).first() if asked.isascii() and asked.isdigit() and len(
        asked) < 10 else None
    return {"group": group, "country": plain(request.GET.get("c", ""), 3), "rising": request.GET.get("o") == "up"}


def _taken(choice: Choice, asked: Mapping[str, Any], count: int) -> dict[str, Any]:
    """Give the filters as the ranking took them; a group or a country without a row may be none."""
    return {"m": choice.measure.pk, "p": choice.period.text if choice.period else "",
            "g": asked["group"].pk if asked["group"] and count else "", "c": asked["country"] if count else "",
            "o": "up" if asked["rising"] else ""}


def _ranking(request: HttpRequest, actor: Actor, spec: IndicatorSpec, choice: Choice, language: str) -> dict[str, Any]:
    asked = _asked(request, choice)
    rows = ranked_rows(actor, choice, **asked)
    whole = choice.counts is not None and not asked["group"] and not asked["country"] and actor.user_id is None
    count = choice.counts.cities if whole and choice.counts else rows.count()
    page = paged(rows.values(*FIELDS), request.GET.get("page"), SHOWN, count=count, by_keys=False)
    took(request, **_taken(choice, asked, count), page=page.number)
    held = list(page)
    shares = any(bounded(series) for series in spec.series if series.code == choice.measure.series)
    made, axis = drawn(held, names_of([row["place_id"] for row in held], language), first=page.start_index(),
                       full=shares, unit_measure=choice.measure.unit_measure, language=language)
    kept = {name: value for name in ("m", "p", "g", "c", "o") if (value := request.GET.get(name, ""))}
    groups = [(g.pk, group_text(g), g.total) for g in groups_with_values(choice)] if choice.period else []
    return {"ranked": made, "axis": axis, "page": page, **asked, "groups": groups,
            "countries": listed_countries(), "row_countries": country_names({row.country for row in made}),
            "notes": [(code, _(NOTES.get(code, code))) for code in sorted({r.status for r in made if r.status})],
            "query": urlencode(kept) + ("&" if kept else ""), "map_query": urlencode(kept),
            "period_text": period_text(choice.period.text, language=language) if choice.period else ""}


@public_page(knows=("m", "p", "g", "c", "o"))
def indicator_map(request: HttpRequest, code: str) -> HttpResponse:
    """Give the cities of a ranking for the map, in classes that hold about the same number of cities each."""
    spec, actor, language = _spec(request, code), actor_of(request), language_now()
    choice = choose(spec, measure=request.GET.get("m", ""), period=request.GET.get("p", ""))
    if choice is None or choice.period is None:
        return JsonResponse({"type": "FeatureCollection", "features": [], "classes": []})
    asked = _asked(request, choice)
    rows = list(ranked_rows(actor, choice, **asked).exclude(place__longitude=None).values(
        *FIELDS, "place__longitude", "place__latitude"))
    took(request, **_taken(choice, asked, len(rows)))
    limits = _limits([row["obs_value"] for row in rows])
    unit = choice.measure.unit_measure
    names = names_of([row["place_id"] for row in rows], language)
    countries = country_names({row["place__country"] for row in rows})
    when, href = period_text(choice.period.text, language=language), city_addresses()
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [
        round(row["place__longitude"], 5), round(row["place__latitude"], 5)]}, "properties": {
        "id": row["place__code"], "name": names.get(row["place_id"], row["place__name"]),
        "country": countries.get(row["place__country"], row["place__country"]),
        "href": href(row["place__code"]),
        "class": sum(row["obs_value"] > limit for limit in limits),
        "value": value_text(row["obs_value"], unit, language=language), "period": when}} for row in rows]
    return JsonResponse({"type": "FeatureCollection", "features": features,
                         "classes": _classes(limits, unit, language) if rows else []})


def _limits(values: list[float]) -> list[float]:
    """Part values into at most five classes that hold about the same number each; equal values stay together."""
    ordered = sorted(values)
    cuts = {ordered[len(ordered) * i // 5 - 1] for i in range(1, 5) if len(ordered) * i // 5 >= 1}
    return sorted(cut for cut in cuts if cut < ordered[-1]) if ordered else []


def _classes(limits: list[float], unit: str, language: str) -> list[dict[str, str]]:
    shown = [value_text(limit, unit, language=language) for limit in limits]
    titles = [_("all values")] if not shown else [
        _("up to {high}").format(high=shown[0]),
        *(_("{low} to {high}").format(low=low, high=high) for low, high in zip(shown, shown[1:], strict=False)),
        _("more than {low}").format(low=shown[-1])]
    steps = [round(i * (len(RAMP) - 1) / max(len(titles) - 1, 1)) for i in range(len(titles))]
    return [{"title": title, "day": RAMP[step], "night": NIGHT_RAMP[step], "mark": "dot"}
            for title, step in zip(titles, steps, strict=True)]


def certificates(actor: Actor) -> dict[str, dict[str, Any]]:
    """Give the newest certificate of each indicator among the editions released last."""
    found: dict[str, dict[str, Any]] = {}
    for entry in _newest_certificates(actor):
        found.setdefault(str(entry.get("indicator", "")), entry)
    return found


def _newest_certificates(actor: Actor) -> Iterator[dict[str, Any]]:
    """Give the certificates of the editions released last, one by one: the first may be all that is asked for."""
    editions = Edition.objects.filter(readable(actor, edition=""), released_at__isnull=False).order_by("-released_at")
    for held in editions.values_list("certificates", flat=True)[:LOOKED_THROUGH].iterator():
        yield from held



