"""The report of a country on the New Urban Agenda, composed of the record when it is asked for."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from ekistics.publish.national_report import LANGUAGES, NationalRecords, compose_national_report
from ekistics.publish.national_report.records import DocumentRecord, stated_confidence
from ekistics.publish.records import PlaceRecord
from ekistics.publish.report_csv import report_csv
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import Documents, open_documents
from ekistics.web.observatory.frames import frame, framed, groups_at, indicator_specs, rows_for
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.briefs import KINDS as BRIEF_KINDS
from ekistics.web.observatory.pages.briefs import cited_frame, newest_day
from ekistics.web.observatory.pages.caching import public_page, stamp_of
from ekistics.web.observatory.pages.frameworks import stated_in
from ekistics.web.observatory.pages.shared import absolute, require_country, site_name
from ekistics.web.observatory.records import city_record, run_of
from ekistics.web.observatory.taking import rows_leave, rows_taken
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor
from ekistics.web.render import language_now
from ekistics.web.texts.writing import narratives_of, readable_texts

__all__ = ["KINDS", "national_report"]

KINDS = {**BRIEF_KINDS, "csv": (report_csv, "text/csv; charset=utf-8")}


@public_page(alone=False)
def national_report(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Give the report of a country as a file, in the language of the page where it is offered, else in English."""
    if kind not in KINDS:
        raise Http404
    actor, place = actor_of(request), require_country(code)
    language = language_now() if language_now() in LANGUAGES else "en"
    records = national_records(actor, place, language, stamp_of(request))
    if not records.rows["obs_value"].notna().any():
        raise Http404  # there is no national value that this reader may have
    report = compose_national_report(records)
    write, media = KINDS[kind]
    if rows_leave(request):
        held = [*records.rows["conf_status"], *(() if records.city_rows is None else records.city_rows["conf_status"])]
        rows_taken(actor, f"national-report:{code}", held, form=kind)
    name = f"{report.code}-{language}.{kind}".replace(":", "_")
    return HttpResponse(write(report), content_type=media,
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


def national_records(actor: Actor, place: Place, language: str, stamp: str) -> NationalRecords:
    """Give what the report of a country is made from, as far as somebody may read it.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : Place
        The country.
    language : str
        Language of the report.
    stamp : str
        Stamp of the record.

    Returns
    -------
    NationalRecords
        Its values, documents and texts.
    """
    record = city_record(actor, place, language=language, stamp=stamp)
    groups = groups_at(actor, (place.pk, place.code), [spec.code for spec in record.profile.indicators])
    rows = framed([*record.rows, *groups])
    documents = open_documents(actor, record.editions, standing={row.edition for row in (*record.rows, *groups)})
    sample = next((_document(d, "sample") for d in documents if d.sample), None)
    names = {city["code"]: city["name"] for city in sample.content["cities"]} if sample else {}
    beside = frame(rows_for(actor, where=Q(place__code__in=list(names), place__country=place.country,
                                           group__total=True)).order_by("id"))
    statement = stated_in(documents, "nua")
    return NationalRecords(
        PlaceRecord(place.code, record.profile.place.name, place.kind, place.country),
        tuple(indicator_specs(stamp).values()), cited_frame(rows), None, cited_frame(beside) if names else None, names,
        sample, tuple(_document(d, "survey") for d in documents if d.survey),
        {row["slot"]: row for row in statement["statements"]} if statement else {},
        narratives_of(readable_texts(actor, place)), record.profile.checks,
        _levels(record.editions, documents), newest_day(rows),
        absolute("country", code=place.code), site_name(), language)


def _levels(editions: Sequence[Edition], documents: Sequence[Documents]) -> dict[str, float]:
    """Give the level of confidence of the intervals of each run that states it."""
    surveys = {held.edition.pk: held.survey for held in documents}
    return {each.run: level for each in editions if (level := stated_confidence(
        run_of(each).parameters, surveys.get(each.pk))) is not None}


def _document(held: Documents, name: str) -> DocumentRecord:
    content: Any = getattr(held, name)
    edition = held.edition
    day = edition.released_at.date().isoformat() if edition.released_at else ""
    return DocumentRecord(content, edition.dataset.publisher or edition.dataset.title, edition.run, day,
                          absolute("release", edition=edition.pk))
