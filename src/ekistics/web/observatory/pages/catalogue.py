"""The catalogue: what data there are, under which licence, from whom, made from what; also for machines."""

import json

from django.db.models import Count, Exists, Max, Min, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from markupsafe import Markup

from ekistics.core.i18n import _
from ekistics.publish.catalogue import Agent, CatalogueEntry, Distribution, Extent, Source, schema_org_dataset
from ekistics.publish.tables import sources_table
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Dataset, Edition, Observation
from ekistics.web.observatory.pages.caching import public_page
from ekistics.web.observatory.pages.files import may_have_package
from ekistics.web.observatory.pages.shared import absolute, how_to_cite, named_places, page_number, site_name
from ekistics.web.observatory.records import run_of, run_profile
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor, readable
from ekistics.web.render import language_now

__all__ = ["catalogue", "dataset", "entry_of"]

SHOWN = 50
SPDX = "https://spdx.org/licenses/"
FORMS = {"csv": "text/csv", "json": "application/json",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "parquet": "application/vnd.apache.parquet"}


def datasets_for(actor: Actor) -> QuerySet[Dataset]:
    """Give the data sets of which an actor may read an edition."""
    editions = Edition.objects.filter(readable(actor, edition=""), dataset=OuterRef("pk"))
    return Dataset.objects.filter(Exists(editions)).select_related("place")


@public_page(knows=("page",))
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the data sets."""
    actor = actor_of(request)
    found = datasets_for(actor)
    count = found.count()
    last = max(-(-count // SHOWN), 1)
    page = min(page_number(request.GET.get("page")), last)
    held = list(found[(page - 1) * SHOWN:page * SHOWN])
    editions = Edition.objects.filter(readable(actor, edition=""), dataset__in=held).values("dataset").annotate(
        count=Count("id"), last=Max("released_at"), rows=Max("observation_count"))
    return render(request, "catalogue.html", {
        "datasets": held, "names": named_places([d.place for d in held]), "count": count, "page": page, "last": last,
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
    entry = entry_of(held, editions, newest, with_package=may_have_package(actor, newest))
    text = json.dumps(schema_org_dataset(entry), ensure_ascii=False)
    for mark in "<>&":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return render(request, "dataset.html", {
        "dataset": held, "place": named_places([held.place])[held.place_id], "editions": editions, "newest": newest,
        "entry": entry, "sources": sources_table(run_profile(newest), language=language),
        "json_ld": Markup(text),  # noqa: S704 - JSON without any mark of HTML
        "cite": how_to_cite(held.title, newest, absolute("dataset", code=code))})


def entry_of(held: Dataset, editions: list[Edition], newest: Edition, *, with_package: bool) -> CatalogueEntry:
    """Describe a data set for the vocabularies of catalogues.

    Parameters
    ----------
    held : Dataset
        The data set.
    editions : list of Edition
        Its editions that may be read, the newest first.
    newest : Edition
        The one that is described.
    with_package : bool
        Whether the whole package may be had.

    Returns
    -------
    CatalogueEntry
        The entry.
    """
    address = absolute("dataset", code=held.code)
    days = [e.released_at.date() for e in editions if e.released_at is not None]
    rows = Observation.objects.filter(edition=newest, obs_value__isnull=False, restricted=False)
    span = rows.aggregate(first=Min("period__start"), last=Max("period__end"))
    specs = indicator_specs()
    codes = set(rows.values_list("measure__indicator__code", flat=True).distinct())
    parts = _files(held, newest, with_package)
    return CatalogueEntry(
        url=address, title=held.title, description=held.description or _("Indicators of {place}.").format(
            place=held.place.name), licence=_licence(held.licence, address),
        publisher=Agent(held.publisher or site_name()), version=str(newest.number), language=language_now(),
        issued=min(days, default=None), modified=max(days, default=None),
        first=str(span["first"] or ""), last=str(span["last"] or ""), places=(_extent(held.place),),
        distributions=tuple(parts), variables=tuple(_(specs[c].title) for c in specs if c in codes),
        sources=tuple(Source(p.citation or p.name, licence=p.licence) for p in run_of(newest).inputs))


def _licence(text: str, address: str) -> str:
    """Give the address of a licence: that of SPDX for one identifier, else where the page lists what is stated."""
    return f"{SPDX}{text}.html" if text and not set(text) & set(", /()") else f"{address}#licence"


def _extent(place: Place) -> Extent:
    box = (place.west, place.south, place.east, place.north)
    known = None if None in box else (float(box[0] or 0), float(box[1] or 0), float(box[2] or 0), float(box[3] or 0))
    return Extent(place.name, absolute("city", code=place.code) if place.kind == "city" else "", known)


def _files(held: Dataset, newest: Edition, with_package: bool) -> list[Distribution]:
    root = absolute("home").rpartition("/")[0].rpartition("/")[0]
    kind, code = ("cities", held.place.code) if held.kind == "profile" else ("datasets", held.code)
    files = [Distribution(form.upper(), f"{root}/tables/{kind}/{code}.{form}", media) for form, media in FORMS.items()]
    if with_package and newest.folder:
        files.append(Distribution(_("Whole package with map layers as ZIP"),
                                  f"{root}/packages/{newest.pk}.zip", "application/zip"))
    return files


