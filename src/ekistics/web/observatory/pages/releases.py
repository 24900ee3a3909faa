"""When editions come and came, and every value that an edition changed."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.figures import group_text
from ekistics.publish.numbers import period_text, value_text
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs, measure_of
from ekistics.web.observatory.models import Edition, Revision
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.edition_values import values_of
from ekistics.web.observatory.pages.proof import is_upload, stated
from ekistics.web.observatory.pages.shared import (
    absolute,
    edition_line,
    how_to_cite,
    measure_title,
    named_places,
)
from ekistics.web.paging import paged
from ekistics.web.policy import announced, readable
from ekistics.web.render import language_now

__all__ = ["release", "releases"]

SHOWN, AHEAD, CHANGES = 50, 100, 100


@public_page(knows=("page",))
def releases(request: HttpRequest) -> HttpResponse:
    """Show the calendar: what is to come, by day and title only, and what was released."""
    actor, now = actor_of(request), timezone.now()
    shown = Q(dataset__place__listed=True) | Q(dataset__place__kind="country")
    coming = Edition.objects.filter(announced(now), shown).order_by("embargo_until").values_list(
        "embargo_until", "dataset__title")[:AHEAD]
    found = Edition.objects.filter(readable(actor, edition=""), released_at__isnull=False).order_by(
        "-released_at", "-pk")
    page = paged(found.defer("run_record", "checks", "certificates").select_related("dataset", "place"),
                 request.GET.get("page"), SHOWN)
    took(request, page=page.number)
    return render(request, "releases.html", {"coming": list(coming), "page": page,
                                             "names": named_places([e.place for e in page])})


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the revision log.

    Parameters
    ----------
    place, what, group, period : str
        What changed, in words.
    kind : str
        ``changed``, ``added`` or ``removed``.
    old, new : str
        The value before and now; empty where there was, or is, none.
    """

    place: str
    what: str
    group: str
    period: str
    kind: str
    old: str
    new: str


@public_page(knows=("page", "values"))
def release(request: HttpRequest, edition: int) -> HttpResponse:
    """Show an edition: causes, counts, and every change that the reader may see."""
    actor = actor_of(request)
    held = get_object_or_404(Edition.objects.filter(readable(actor, edition="")).select_related("dataset", "place"),
                             pk=edition)
    found = Revision.objects.filter(readable(actor, restricted="restricted"), edition=held)
    counts = dict(found.order_by().values_list("kind").annotate(count=Count("id")))
    page = paged(found.select_related("place", "period", "group").order_by("id"), request.GET.get("page"), CHANGES,
                 count=sum(counts.values()))
    names, specs = named_places([row.place for row in page]), indicator_specs(stamp_of(request))
    others = Edition.objects.filter(readable(actor, edition=""), dataset=held.dataset_id)
    before = others.filter(number__lt=held.number).order_by("-number").first()
    newest = others.filter(number__gt=held.number, released_at__isnull=False).order_by("-number").first()
    values = values_of(actor, held, specs, language=language_now(),
                       asked=request.GET.get("values")) if held.released_at else None
    took(request, page=page.number, values=values.page if values else "")
    return render(request, "release.html", {
        "edition": held, "edition_line": edition_line(held), "counts": counts, "page": page,
        "place": named_places([held.place])[held.place_id], "before": before, "stated": stated(held),
        "upload": is_upload(held),
        "changes": [_change(row, names, specs) for row in page], "newest": newest,
        "values": values, "cite": how_to_cite(held.dataset.title, held, absolute("release", edition=edition))})


def _change(row: Revision, names: dict[int, str], specs: dict[str, IndicatorSpec]) -> Change:
    measure, language = measure_of(row.measure_id), language_now()
    spec = specs[measure.indicator]

    def written(value: float | None) -> str:
        return "" if value is None else value_text(value, measure.unit_measure, language=language)

    return Change(names[row.place_id], measure_title(spec, measure), group_text(row.group),
                  period_text(row.period.text, language=language), row.kind, written(row.old), written(row.new))
