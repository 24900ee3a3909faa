"""The pages of jobs: the list of one's own, and one for each with progress, outcome, problems and file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ekistics.core.i18n import N_, _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.figures import group_text
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.shared import named_places, series_title, variant_title
from ekistics.web.observatory.taking import Taking
from ekistics.web.paging import paged
from ekistics.web.places.models import Place
from ekistics.web.policy import Role, State
from ekistics.web.work.jobs import ask_to_cancel, enqueue, may_see
from ekistics.web.work.kinds import KINDS
from ekistics.web.work.models import Job

__all__ = ["cancel", "file", "job", "jobs", "submit"]

ON_PAGE = 100
IN_LIST = 50
STATES = {"queued": (N_("waiting"), "info"), "running": (N_("under way"), "info"), "done": (N_("done"), "good"),
          "failed": (N_("failed"), "bad"), "cancelled": (N_("cancelled"), "warn")}
# What the words of the outcome's facts about a file are called.
FOUND = {"format": N_("Format"), "encoding": N_("Encoding"), "delimiter": N_("Delimiter"),
         "decimal": N_("Decimal mark"), "sheet": N_("Sheet"), "structure": N_("SDMX structure"),
         "ignored": N_("Columns taken no notice of"), "empty_rows": N_("Empty rows left out")}


@login_required
@never_cache
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """List the reader's jobs, the newest first."""
    page = paged(Job.objects.filter(author=request.user).select_related("place"), request.GET.get("page"), IN_LIST)
    return render(request, "work/jobs.html", {"tab": "jobs", "page": page, "rows": [_shown(each) for each in page],
                                              **_menu(request)})


def _menu(request: HttpRequest) -> dict[str, Any]:
    return {"may_upload": actor_of(request).highest >= Role.CONTRIBUTOR}


def _shown(each: Job) -> dict[str, Any]:
    words, status = STATES[each.state]
    if each.state == "done" and each.outcome.get("ok") is False:
        words, status = N_("done, with problems"), "warn"
    return {"job": each, "title": KINDS[each.kind].words if each.kind in KINDS else each.kind, "words": _(words),
            "status": status, "name": str(each.parameters.get("name", "")),
            "open": each.state in ("queued", "running")}


def _found(request: HttpRequest, code: UUID) -> Job:
    """Give a job; for those who may not see it, there is none."""
    found = get_object_or_404(Job.objects.select_related("place", "author"), pk=code)
    if not may_see(actor_of(request), found):
        raise Http404
    return found


@login_required
@never_cache
@require_GET
def job(request: HttpRequest, code: UUID) -> HttpResponse:
    """Show a job; a page that is open asks for the part that changes."""
    found = _found(request, code)
    part = request.headers.get("HX-Request") == "true"
    response = render(request, "work/state.html" if part else "work/job.html",
                      {"tab": "jobs", **_shown(found), **_details(request, found), **_menu(request)})
    response.headers["Vary"] = "HX-Request, Cookie"
    return response


def _details(request: HttpRequest, found: Job) -> dict[str, Any]:
    problems = paged(found.problems, request.GET.get("page"), ON_PAGE, by_keys=False)
    changes = paged(found.outcome.get("changes", []) if found.kind == "upload-check" else [],
                    request.GET.get("changes"), ON_PAGE, by_keys=False)
    changes.object_list = _named(changes.object_list)
    edition = found.outcome.get("edition")
    return {"review": _review(edition), "problems": problems, "changes": changes,
            "facts": _facts(found.outcome.get("found", {})), "own": found.author_id == request.user.pk,
            "edition": Edition.objects.select_related("dataset", "place").filter(pk=edition).first()
            if edition else None,
            "codes": sorted(found.outcome.get("by_code", {}).items()),
            "stored": Job.objects.filter(kind="upload-store", parameters__check=str(found.pk), state__in=(
                "queued", "running", "done")).first() if found.kind == "upload-check" else None}


def _named(changes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say place, quantity and people of each change in words; a code stands where the record has none."""
    places = list(Place.objects.filter(code__in={c["ref_area"] for c in changes}))
    names, specs = named_places(places), indicator_specs()
    named = {p.code: names[p.pk] for p in places}
    return [{**c, "place": named.get(c["ref_area"], c["ref_area"]), "what": _quantity(specs.get(c["indicator"]), c),
             "who": group_text(SimpleNamespace(**c["group"]))} for c in changes]


def _quantity(spec: IndicatorSpec | None, change: Mapping[str, str]) -> str:
    codes = (change["indicator"], change["series"], change["variant"])
    return joined(codes if spec is None else (
        _(spec.title), series_title(spec, change["series"]), variant_title(spec, change["variant"])))


def _review(edition: int | None) -> str | None:
    """Give the address at which an edition goes through the workflow."""
    return None if edition is None else reverse("work-edition", kwargs={"number": edition})


def _facts(found: Mapping[str, str]) -> list[dict[str, str]]:
    names = {"\t": _("tab"), ",": _("comma"), ";": _("semicolon"), ".": _("point")}
    return [{"term": _(FOUND[name]), "text": names.get(text, text)} for name, text in found.items() if name in FOUND]


@login_required
@require_POST
def cancel(request: HttpRequest, code: UUID) -> HttpResponse:
    """Cancel a job, or ask it to end."""
    found = _found(request, code)
    ask_to_cancel(found, actor=request.user.pk)
    return redirect("job", code=code)


@login_required
@require_POST
def submit(request: HttpRequest, code: UUID) -> HttpResponse:
    """Store a checked table as a draft, or submit it for review; pressed twice, it is one job."""
    found = _found(request, code)
    if found.kind != "upload-check" or found.state != "done" or not found.outcome.get("ok"):
        raise Http404
    if found.author_id != request.user.pk:
        raise Http404
    state = State.DRAFT if request.POST.get("as") == "draft" else State.SUBMITTED
    under_way = Job.objects.filter(kind="upload-store", parameters__check=str(found.pk),
                                   state__in=("queued", "running", "done")).first()
    if under_way is None:
        under_way = enqueue("upload-store", {**found.parameters, "check": str(found.pk), "state": str(state)},
                            author=request.user, place=found.place)
    return redirect("job", code=under_way.pk)


@login_required
@never_cache
@require_GET
def file(request: HttpRequest, code: UUID) -> HttpResponse | FileResponse:
    """Give a job's file: always a download, never shown."""
    found = _found(request, code)
    path = Path(settings.MEDIA_ROOT) / found.file
    if not found.file or not path.is_file():
        raise Http404
    Taking(actor_of(request), f"job:{found.pk}", {"form": found.kind}, int(found.outcome.get("rows", 0)),
           int(found.outcome.get("restricted", 0))).tell()
    name = str(found.outcome.get("file_name") or found.parameters.get("name") or path.name)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name,
                            content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
