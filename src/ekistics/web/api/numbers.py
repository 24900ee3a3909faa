"""Operations on what is measured and on every value."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from ekistics.web.api import schemas
from ekistics.web.api.asking import actor_for
from ekistics.web.api.filters import Code, known_only
from ekistics.web.api.paging import next_address, page_of, read_cursor
from ekistics.web.observatory.frames import rows_for
from ekistics.web.observatory.models import Indicator, Measure, Period, Revision
from ekistics.web.observatory.selection import FIELDS, page
from ekistics.web.observatory.streams import objects
from ekistics.web.policy import readable

router = Router(tags=["numbers"])


@router.get("/indicators", response=schemas.Indicators, operation_id="listIndicators", summary="List indicators")
def list_indicators(request: HttpRequest) -> schemas.Indicators:
    """Give all indicators of the record, in the order of the registry."""
    known_only(request.GET)
    return schemas.Indicators(items=[_indicator(each) for each in Indicator.objects.all()])


@router.get("/indicators/{code}", response=schemas.Indicator, operation_id="getIndicator", summary="Give an indicator")
def get_indicator(request: HttpRequest, code: Code) -> schemas.Indicator:
    """Give an indicator with its definition, method, quantities and readings."""
    known_only(request.GET)
    return _indicator(get_object_or_404(Indicator, code=code))


def _indicator(row: Indicator) -> schemas.Indicator:
    return schemas.Indicator(code=row.code, number=row.number, title=row.title, specification=row.specification)


@router.get("/measures", response=schemas.Measures, operation_id="listMeasures", summary="List measures")
def list_measures(request: HttpRequest, asked: Query[schemas.MeasureFilters]) -> schemas.Measures:
    """Give measures: numbers by different methods, units or bases are never one series."""
    known_only(request.GET, schemas.MeasureFilters)
    found = Measure.objects.select_related("indicator")
    if asked.indicator:
        found = found.filter(indicator__code=asked.indicator)
    rows, position = page_of(found, asked.cursor, asked.limit)
    return schemas.Measures(items=[schemas.Measure(
        measure=m.pk, indicator=m.indicator.code, series=m.series, variant=m.variant, unit_measure=m.unit_measure,
        base=m.base, method=m.method) for m in rows], next=next_address(request, position))


@router.get("/periods", response=schemas.Periods, operation_id="listPeriods", summary="List time periods")
def list_periods(request: HttpRequest, asked: Query[schemas.PageOnly]) -> schemas.Periods:
    """Give the time periods of the record."""
    known_only(request.GET, schemas.PageOnly)
    rows, position = page_of(Period.objects.all(), asked.cursor, asked.limit)
    return schemas.Periods(items=[schemas.Period(text=p.text, start=p.start, end=p.end) for p in rows],
                           next=next_address(request, position))


@router.get("/observations", response=schemas.Observations, operation_id="listObservations",
            summary="List observations")
def list_observations(request: HttpRequest, asked: Query[schemas.ObservationPage]) -> HttpResponse:
    """Give observations in a stable order, page by page; follow `next` to its end for all of them."""
    known_only(request.GET, schemas.ObservationPage)
    rows, position = page(actor_for(request), asked.selection(), after=read_cursor(asked.cursor), limit=asked.limit)
    following = next_address(request, position)
    # Written as it is: the rows come from typed columns, and checking each again would cost more than reading it.
    response = JsonResponse({"items": objects(rows), "next": following}, json_dumps_params={"ensure_ascii": False})
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


@router.get("/observations/{observation}", response=schemas.Observation, operation_id="getObservation",
            summary="Give an observation")
def get_observation(request: HttpRequest, observation: schemas.Key) -> Any:
    """Give one value with all that is known about it."""
    known_only(request.GET)
    rows = list(rows_for(actor_for(request), current=False, where=Q(pk=observation)).values_list(*FIELDS))
    if not rows:
        raise Http404
    return objects(rows)[0]


@router.get("/revisions", response=schemas.Revisions, operation_id="listRevisions", summary="List revisions")
def list_revisions(request: HttpRequest, asked: Query[schemas.RevisionFilters]) -> schemas.Revisions:
    """Give the values that editions changed: what stood before, and what stands now."""
    known_only(request.GET, schemas.RevisionFilters)
    found = Revision.objects.filter(readable(actor_for(request), restricted="restricted")).select_related(
        "measure__indicator", "place", "period")
    if asked.edition:
        found = found.filter(edition=asked.edition)
    if asked.ref_area:
        found = found.filter(place__code=asked.ref_area)
    rows, position = page_of(found, asked.cursor, asked.limit)
    return schemas.Revisions(items=[schemas.Revision(
        revision=r.pk, edition=r.edition_id, indicator=r.measure.indicator.code, series=r.measure.series,
        variant=r.measure.variant, ref_area=r.place.code, time_period=r.period.text, kind=r.kind, old=r.old, new=r.new)
        for r in rows], next=next_address(request, position))
