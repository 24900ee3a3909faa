"""Reference metadata of a series: what SDMX asks to be said about it, taken from the specification and the record."""

from typing import Any

from django.db.models import Count, Max, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec, SeriesSpec
from ekistics.core.units import unit
from ekistics.publish.sdmx.structure import sdg_structure, sdg_table
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Coverage, Edition, Measure, Revision
from ekistics.web.observatory.pages.caching import public_page, stamp_of
from ekistics.web.observatory.pages.shared import variant_title
from ekistics.web.policy import Actor, readable

__all__ = ["series"]

NEWEST = 20


@public_page
def series(request: HttpRequest, indicator: str, series: str) -> HttpResponse:
    """Show what is known about a series: definition, unit, method, sources, coverage, revisions."""
    spec = indicator_specs(stamp_of(request)).get(indicator)
    found = next((each for each in spec.series if each.code == series), None) if spec is not None else None
    if spec is None or found is None:
        raise Http404
    actor = actor_of(request)
    return render(request, "series.html", {
        "spec": spec, "series": found, "title": _(found.title), "concepts": _concepts(spec, found),
        "measures": _measures(spec, found),
        "coverage": _coverage(spec, found), "revisions": _revisions(actor, spec, found)})


def _measures(spec: IndicatorSpec, found: SeriesSpec) -> list[dict[str, str]]:
    """Give the readings in words; what nothing is said of is a dash."""
    rows = Measure.objects.filter(_wanted(spec, found)).order_by("variant", "method", "pk")
    return [{"title": variant_title(spec, m.variant) or "–", "code": m.variant, "method": m.method or "–",
             "unit": _(unit(m.unit_measure).title), "base": _(m.base) if m.base else "–"} for m in rows]


def _wanted(spec: IndicatorSpec, found: SeriesSpec, prefix: str = "") -> Q:
    return Q(**{f"{prefix}indicator__code": spec.code, f"{prefix}series": found.code})


def _concepts(spec: IndicatorSpec, found: SeriesSpec) -> list[tuple[str, str]]:
    """Give concepts of SDMX reference metadata with what is said of each; what is not known is left out."""
    method = spec.method
    cited = joined((method.body, method.document, method.edition, method.section))
    sdg = joined(row["code"] for row in sdg_table()["series"]
                    if (row["indicator"], row["series"]) == (spec.code, found.code))
    said = [("STAT_CONC_DEF", _(spec.definition)), ("UNIT_MEASURE", _(unit(found.unit_measure).title)),
            ("STAT_POP", _(found.base) if found.base else ""), ("METHOD", cited), ("SOURCE_TYPE", _(spec.source)),
            ("REF_AREA", _("Cities and neighbourhoods, within the boundary that each package states.")),
            ("SERIES", f"{sdg} ({sdg_structure().reference})" if sdg else ""), ("INDICATOR", spec.number)]
    return [(concept, text) for concept, text in said if text]


def _coverage(spec: IndicatorSpec, found: SeriesSpec) -> dict[str, Any]:
    rows = Coverage.objects.filter(_wanted(spec, found, "measure__"), values__gt=0)
    return rows.aggregate(first=Min("period__start"), last=Max("period__end"), periods=Count("period", distinct=True),
                          most=Max("values"))


def _revisions(actor: Actor, spec: IndicatorSpec, found: SeriesSpec) -> list[Edition]:
    """Give the newest editions that changed values of the series."""
    changed = Revision.objects.filter(readable(actor, restricted="restricted"), _wanted(spec, found, "measure__"))
    keys = changed.order_by("-edition").values_list("edition", flat=True).distinct()[:NEWEST]
    return list(Edition.objects.filter(readable(actor, edition=""), pk__in=list(keys)).select_related(
        "place").order_by("-pk"))
