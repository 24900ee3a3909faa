"""The catalogue: what data there are, under which licence, from whom, made from what; also for machines."""

import json

from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from markupsafe import Markup

from ekistics.publish.catalogue import schema_org_dataset
from ekistics.publish.tables import sources_table
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.catalogue import covered_by, entry_of
from ekistics.web.observatory.models import Dataset, Edition
from ekistics.web.observatory.pages.caching import public_page, took
from ekistics.web.observatory.pages.files import may_have_package
from ekistics.web.observatory.pages.shared import absolute, how_to_cite, named_places
from ekistics.web.observatory.records import run_profile
from ekistics.web.paging import paged
from ekistics.web.policy import Actor, readable
from ekistics.web.render import language_now

__all__ = ["catalogue", "dataset"]

SHOWN = 50


def datasets_for(actor: Actor) -> QuerySet[Dataset]:
    """Give the data sets of which an actor may read an edition."""
    editions = Edition.objects.filter(readable(actor, edition=""), dataset=OuterRef("pk"))
    return Dataset.objects.filter(Exists(editions)).select_related("place")


@public_page(knows=("page",))
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the data sets."""
    actor = actor_of(request)
    page = paged(datasets_for(actor), request.GET.get("page"), SHOWN)
    took(request, page=page.number)
    editions = Edition.objects.filter(readable(actor, edition=""), dataset__in=page).values("dataset").annotate(
        count=Count("id"), last=Max("released_at"), rows=Max("observation_count"))
    return render(request, "catalogue.html", {
        "page": page, "names": named_places([d.place for d in page]),
        "editions": {row["dataset"]: row for row in editions}})


@public_page
def dataset(request: HttpRequest, code: str) -> HttpResponse:
    """Show one data set."""
    actor, language = actor_of(request), language_now()
    held = datasets_for(actor).filter(code=code).first()
    if held is None:
        raise Http404
    editions = list(Edition.objects.filter(readable(actor, edition=""), dataset=held).select_related(
        "dataset", "place").order_by("-number"))
    newest = next((e for e in editions if e.released_at is not None), editions[0])
    name = named_places([held.place])[held.place_id]
    entry = entry_of(held, [*(e for e in reversed(editions) if e != newest), newest], name=name, language=language,
                     site=f"{settings.EKISTICS.address.rstrip('/')}/", covered=covered_by(newest),
                     with_package=may_have_package(actor, newest))
    text = json.dumps(schema_org_dataset(entry), ensure_ascii=False)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return render(request, "dataset.html", {
        "dataset": held, "place": name, "editions": editions, "newest": newest,
        "entry": entry, "sources": sources_table(run_profile(newest), language=language),
        "json_ld": Markup(text),  # noqa: S704 - JSON without any mark of HTML
        "cite": how_to_cite(held.title, newest, absolute("dataset", code=code))})
