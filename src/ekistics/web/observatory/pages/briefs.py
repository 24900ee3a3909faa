"""City briefs and comparison reports, composed of the record when they are asked for."""

from collections.abc import Callable

import pandas as pd
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from ekistics.publish.briefs import compose_city_brief, compose_comparison
from ekistics.publish.figures import numbered
from ekistics.publish.records import CityRecords, ComparisonRecords, PlaceRecord, cited_rows
from ekistics.publish.report import Report
from ekistics.publish.report_docx import report_docx
from ekistics.publish.report_html import report_page
from ekistics.publish.report_pdf import report_pdf
from ekistics.publish.report_xlsx import report_xlsx
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import frame, framed, groups_at, rows_for
from ekistics.web.observatory.models import Edition, Measure
from ekistics.web.observatory.pages.caching import public_page
from ekistics.web.observatory.pages.compare import asked_of
from ekistics.web.observatory.pages.shared import (
    absolute,
    country_names,
    listed_cities,
    named_places,
    require_city,
    site_name,
)
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.observatory.taking import rows_leave, rows_taken
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor
from ekistics.web.render import language_now

__all__ = ["KINDS", "cited_frame", "city_brief", "compare_report", "newest_day"]

MOST_PEERS = 40
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS: dict[str, tuple[Callable[[Report], bytes], str]] = {
    "pdf": (report_pdf, "application/pdf"), "html": (report_page, "text/html; charset=utf-8"),
    "docx": (report_docx, f"{_OFFICE}wordprocessingml.document"),
    "xlsx": (report_xlsx, f"{_OFFICE}spreadsheetml.sheet")}


@public_page(alone=False)
def city_brief(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give the brief of a city as a file."""
    actor = actor_of(request)
    place = require_city(actor, code)
    _require_kind(kind)
    records = _city_records(actor, city_record(actor, place, language=language_now()))
    report = compose_city_brief(records)
    made = _file(report, kind, f"{code}-brief")
    if rows_leave(request):
        rows_taken(actor, f"brief:{code}", [*records.rows["conf_status"], *_of_peers(records, report)], form=kind)
    return made


def _of_peers(records: CityRecords, report: Report) -> list[str]:
    """Give the ``conf_status`` of the peers' values that a brief holds: it takes them up where there are enough."""
    if records.peer_rows is None:
        return []
    held = {entry.address for entry in report.peers}
    return list(records.peer_rows.loc[records.peer_rows["address"].isin(held), "conf_status"])


@public_page(knows=("c", "i", "p"), several=("c", "i"), alone=False)
def compare_report(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the comparison that an address asks for as a file."""
    _require_kind(kind)
    actor, language = actor_of(request), language_now()
    asked = asked_of(request, actor)
    if not asked.cities:
        raise Http404
    measures = Measure.objects.filter(indicator__code__in=[s.code for s in asked.specs])
    rows = frame(rows_for(actor, where=Q(place__in=[p.pk for p in asked.cities], group__total=True,
                                         measure__in=list(measures.values_list("pk", flat=True)))).order_by("id"))
    records = ComparisonRecords(
        _records(asked.cities), asked.specs, cited_frame(rows), (asked.period,) if asked.period else (),
        newest_day(rows), f"{absolute('compare')}?{asked.query()}", site_name(), language)
    made = _file(compose_comparison(records), kind, "comparison")
    if rows_leave(request):
        rows_taken(actor, "brief:comparison", rows["conf_status"], form=kind, cities=[p.code for p in asked.cities])
    return made


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Http404


def _file(report: Report, kind: str, name: str) -> HttpResponse:
    write, media = KINDS[kind]
    # A file, never a page of this origin: its own style would be against the content policy.
    return HttpResponse(write(report), content_type=media, headers={
        "Content-Disposition": f'attachment; filename="{name.replace(":", "_")}.{kind}"'})


def _city_records(actor: Actor, record: CityRecord) -> CityRecords:
    """Give what a brief is made of, also by group of people, with the cities of the same country as peers."""
    place, profile = record.place, record.profile
    groups = groups_at(actor, (place.pk, place.code), [spec.code for spec in profile.indicators])
    rows = framed([*record.rows, *groups])
    peers = list(listed_cities().filter(country=place.country).exclude(
        pk=place.pk)[:MOST_PEERS]) if place.country else []
    codes = [spec.code for spec in profile.indicators]
    headline = [s.code for spec in profile.indicators for s in spec.series if s.headline]
    measures = Measure.objects.filter(indicator__code__in=codes, series__in=headline)
    beside = frame(rows_for(actor, where=Q(place__in=[p.pk for p in peers], group__total=True, measure__in=list(
        measures.values_list("pk", flat=True)))).order_by("id"))
    country = country_names([place.country]).get(place.country, place.country)
    return CityRecords(
        _record(profile.place.code, profile.place.name, place), profile.indicators, cited_frame(rows),
        tuple(PlaceRecord(p.code, p.name, p.kind, p.country) for p in profile.places if p.kind == "neighbourhood"),
        _records(peers), cited_frame(beside) if peers else None, country, profile.checks, newest_day(rows),
        absolute("city", code=place.code), site_name(), language_now())


def _record(code: str, name: str, place: Place) -> PlaceRecord:
    return PlaceRecord(code, name, place.kind, place.country)


def _records(places: tuple[Place, ...] | list[Place]) -> tuple[PlaceRecord, ...]:
    names = named_places(places)
    return tuple(_record(p.code, names[p.pk], p) for p in places)


def cited_frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Add edition, source and address to each observation.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of the record.

    Returns
    -------
    pandas.DataFrame
        What a report cites.
    """
    held = Edition.objects.select_related("dataset").in_bulk([int(key) for key in set(rows["edition"])])
    days = {key: e.released_at.date().isoformat() if e.released_at else "" for key, e in held.items()}
    sources = {key: e.dataset.publisher or e.dataset.title for key, e in held.items()}
    table = numbered(rows)
    return cited_rows(table.drop(columns=["observation"]), edition=[days[k] for k in table["edition"]],
                      source=[sources[k] for k in table["edition"]],
                      address=[absolute("value", number=int(k)) for k in table["observation"]])


def newest_day(rows: pd.DataFrame) -> str:
    """Give the newest day on which an edition of some rows was released, as ISO date; empty where none was."""
    held = Edition.objects.filter(pk__in=[int(key) for key in set(rows["edition"])], released_at__isnull=False)
    newest = held.order_by("-released_at").values_list("released_at", flat=True).first()
    return newest.date().isoformat() if newest else ""
