"""The page of one observation: the value whole, how it came about, what it was before, and how to say it is wrong."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.units import unit
from ekistics.publish.figures import figure, group_text
from ekistics.publish.numbers import number_text
from ekistics.publish.tables import sources_table
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs, listed, rows_for
from ekistics.web.observatory.models import Edition, Measure, Observation
from ekistics.web.observatory.pages.caching import public_page, stamp_of
from ekistics.web.observatory.pages.proof import brought, interval_words, stated
from ekistics.web.observatory.pages.shared import absolute, edition_line, how_to_cite, measure_title, named_places
from ekistics.web.observatory.records import run_profile
from ekistics.web.observatory.uploads import may_report
from ekistics.web.policy import Actor, readable
from ekistics.web.problems import problem_response
from ekistics.web.render import language_now
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.models import Comment

__all__ = ["report", "value"]

STATUS = {"A": N_("normal value"), "B": N_("break in the series"), "E": N_("estimated"), "F": N_("forecast"),
          "I": N_("imputed"), "O": N_("missing"), "P": N_("provisional"), "U": N_("low reliability"),
          "M": N_("cannot exist"), "Q": N_("suppressed"), "W": N_("includes another category")}
CONFIDENTIAL = {"F": N_("free for everybody"), "C": N_("confidential"), "N": N_("not for publication"),
                "S": N_("secondary confidentiality"),
                "D": N_("secondary confidentiality, set and managed by the sender")}
LONGEST_TEXT, LONGEST_CONTACT = 2000, 200
REPORTS_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """An observation as it is shown in a row.

    Parameters
    ----------
    number : int
        Its key.
    title : str
        What it is.
    figure : Figure
        Its value in words.
    edition : Edition
        Where it comes from.
    current : bool
        Whether it stands now.
    """

    number: int
    title: str
    figure: Any
    edition: Edition
    current: bool


def find(actor: Actor, number: int) -> Observation:
    """Give an observation that an actor may read, with what it belongs to."""
    found = rows_for(actor, current=False).select_related("edition__dataset", "place", "period", "group").filter(
        pk=number).first()
    if found is None:
        raise Http404
    return found


@public_page
def value(request: HttpRequest, number: int) -> HttpResponse:
    """Show one observation whole."""
    actor, language = actor_of(request), language_now()
    held = find(actor, number)
    specs = indicator_specs(stamp_of(request))
    row = listed(Observation.objects.filter(pk=held.pk), {held.place_id: held.place.code})[0]
    spec = specs[str(row.indicator)]
    city = held.place if held.place.kind == "city" else held.place.parent if held.place.kind != "country" else None
    names = named_places([held.place, *([city] if city else [])])
    shown = figure(row, spec, language=language)
    profile = run_profile(held.edition, spec)
    what = f"{names[held.place_id]}: {measure_title(spec, row)}, {shown.period or _('year not stated')}"
    return render(request, "value.html", {
        "held": held, "row": row, "spec": spec, "shown": shown,
        "may_correct": may_report(actor, held.place), "place": names[held.place_id], "city": city,
        "city_name": names.get(city.pk, "") if city else "", "title": measure_title(spec, row),
        "facts": [*_facts(row, held.edition), *stated(held.edition)], "brought": brought(held.edition),
        "interval_words": "" if shown.absent else interval_words(row, held.edition),
        "group": group_text(row), "edition": held.edition, "edition_line": edition_line(held.edition),
        "sources": sources_table(profile, language=language), "history": _history(actor, held, spec, language),
        "variants": _variants(actor, held, spec, language), "run": held.edition.run,
        "cite": how_to_cite(what, held.edition, absolute("value", number=number)),
        "certificate": next((c for c in held.edition.certificates if c.get("indicator") == spec.code), None)})


def _facts(row: Any, edition: Edition) -> list[tuple[str, str]]:
    """List what the observation holds, in words; what is absent says so."""
    digits = unit(str(row.unit_measure)).digits
    none = _("not stated")

    def written(number: float, places: int) -> str:
        return none if number != number else number_text(  # noqa: PLR0124 - NaN differs from itself
            float(number), places, language=language_now())

    whole = 0 if abs(row.denominator) >= 100 else 4
    return [(_("Unit"), _(unit(str(row.unit_measure)).title)), (_("Numerator"), written(row.numerator, whole)),
            (_("Denominator"), written(row.denominator, whole)), (_("Base"), _(str(row.base)) if row.base else none),
            (_("Standard error"), written(row.se, digits + 1)),
            (_("How the interval was found"), interval_words(row, edition)),
            (_("Status"), f"{row.obs_status}: {_(STATUS.get(str(row.obs_status), ''))}".rstrip(": ")),
            (_("Confidentiality"), f"{row.conf_status}: {_(CONFIDENTIAL.get(str(row.conf_status), ''))}".rstrip(": ")),
            (_("Method"), str(row.method) or none)]


def _rows(actor: Actor, held: Observation, where: Q, spec: IndicatorSpec, language: str, *,
          current: bool) -> list[Shown]:
    """Give other observations of the same place, period and group."""
    here = Q(place=held.place_id, period=held.period_id, group=held.group_id) & where
    rows = listed(rows_for(actor, current=current, where=here).order_by("id")[:100], {held.place_id: held.place.code})
    editions = Edition.objects.select_related("dataset").in_bulk({row.edition for row in rows})
    numbers = [row.observation for row in rows]
    standing = set(numbers) if current else set(Observation.objects.filter(pk__in=numbers, current=True).values_list(
        "pk", flat=True))
    return [Shown(row.observation, measure_title(spec, row), figure(row, spec, language=language),
                  editions[row.edition], row.observation in standing) for row in rows]


def _history(actor: Actor, held: Observation, spec: IndicatorSpec, language: str) -> list[Shown]:
    """Give the values of the same key in all editions that may be read, the newest first."""
    above = held.place.path.rstrip("/").split("/")
    editions = Edition.objects.filter(readable(actor, edition=""), dataset__place__code__in=above).order_by("-pk")[:200]
    where = Q(edition__in=list(editions.values_list("pk", flat=True)), measure=held.measure_id)
    found = _rows(actor, held, where, spec, language, current=False)
    return sorted(found, key=lambda one: (one.edition.released_at or timezone.now(), one.number), reverse=True)


def _variants(actor: Actor, held: Observation, spec: IndicatorSpec, language: str) -> list[Shown]:
    """Give the other readings of the same quantity that stand beside it."""
    own = Measure.objects.get(pk=held.measure_id)
    beside = list(Measure.objects.filter(indicator=own.indicator_id, series=own.series).exclude(pk=own.pk).values_list(
        "pk", flat=True))
    return _rows(actor, held, Q(measure__in=beside), spec, language, current=True) if beside else []


@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, number: int) -> HttpResponse:
    """Take what somebody says about a value; only people with a role at the place read it."""
    held = find(actor_of(request), number)
    place = named_places([held.place])[held.place_id]
    context: dict[str, Any] = {"held": held, "place": place, "text": "", "contact": "", "error": "",
                               "longest": LONGEST_TEXT}
    if request.method != "POST":
        return render(request, "report.html", context | {"sent": request.GET.get("sent") == "1"})
    text, contact = request.POST.get("text", "").strip(), request.POST.get("contact", "").strip()
    if request.POST.get("website"):  # a field that people do not see: who fills it is a program
        return redirect(f"{reverse('value-report', kwargs={'number': number})}?sent=1")
    error = _wrong(text, contact)
    if error:
        return render(request, "report.html", context | {"sent": False, "text": text[:LONGEST_TEXT * 2],
                                                         "contact": contact[:LONGEST_CONTACT * 2], "error": error},
                      status=422)
    if not _within_limit(request):
        return problem_response(request, status=429)
    _keep(request, held, text, contact)
    return redirect(f"{reverse('value-report', kwargs={'number': number})}?sent=1")


def _wrong(text: str, contact: str) -> str:
    """Say what is wrong with a report; empty where nothing is."""
    if not text:
        return _("Write what is wrong with the value.")
    if len(text) > LONGEST_TEXT:
        return _("The text has {count} characters; at most {most} are taken.").format(count=len(text),
                                                                                     most=LONGEST_TEXT)
    if len(contact) > LONGEST_CONTACT:
        return _("The contact has {count} characters; at most {most} are taken.").format(count=len(contact),
                                                                                        most=LONGEST_CONTACT)
    return ""


@transaction.atomic
def _keep(request: HttpRequest, held: Observation, text: str, contact: str) -> None:
    user = request.user if request.user.is_authenticated else None
    made = Comment.objects.create(target=f"observation:{held.pk}", text=text, contact=contact, actor=user)
    record("report.add", f"comment:{made.pk}", actor=user.pk if user else None,
           detail={"about": f"observation:{held.pk}"})


def _within_limit(request: HttpRequest) -> bool:
    """Count the reports of an address in this hour; the address itself is not kept."""
    hour = timezone.now().strftime("%Y%m%d%H")
    known = f"{hour} {_visitor(request)}"
    key = "report-" + hmac.new(settings.SECRET_KEY.encode(), known.encode(), hashlib.sha256).hexdigest()
    count = int(caches["default"].get(key, 0)) + 1
    caches["default"].set(key, count, 3600)
    return count <= REPORTS_AN_HOUR


def _visitor(request: HttpRequest) -> str:
    """Give the address of the visitor; behind the proxy that HTTPS needs, the one that the proxy saw."""
    seen, told = str(request.META.get("REMOTE_ADDR", "")), request.headers.get("X-Forwarded-For", "")
    return told.rpartition(",")[2].strip() if settings.EKISTICS.https and told else seen
