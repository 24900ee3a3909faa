"""Doors of tables and packages: every table at a stable address, always as a download."""

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.package.archive import zip_package
from ekistics.web.accounts.models import User
from ekistics.web.api.asking import actor_for, selection_of
from ekistics.web.observatory import table_files, tables
from ekistics.web.observatory.catalogue import catalogue_document
from ekistics.web.observatory.selection import Selection
from ekistics.web.observatory.taking import Taking, package_taken, rows_leave, selected
from ekistics.web.render import language_now
from ekistics.web.work.jobs import enqueue

__all__ = ["catalogue", "observations", "package", "structure", "table"]


@require_safe
def table(request: HttpRequest, kind: str, file: str) -> HttpResponseBase:
    """Give the table of a city, an indicator or a dataset."""
    code, form = tables.split_name(file)
    wanted = tables.wanted_by(actor_for(request), kind, code)
    if wanted is None:
        raise Http404
    return _answer(request, wanted, form, f"{kind}-{code}")


@require_safe
def observations(request: HttpRequest, form: str) -> HttpResponseBase:
    """Give all observations, or those that the filters of the API select."""
    return _answer(request, selection_of(request.GET), tables.split_name(f"observations.{form}")[1], "observations")


def _answer(request: HttpRequest, wanted: Selection, form: tables.Form, name: str) -> HttpResponseBase:
    actor = actor_for(request)
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
    taking = Taking(actor, f"table:{name}"[:160], {"form": form.ending, **selected(wanted)})
    if form.streamed:
        made = tables.pieces(taking, wanted, form, name=safe.replace(".", "-"))
        return _download(StreamingHttpResponse(made, content_type=form.media_type), f"{safe}.{form.ending}")
    count = tables.count_up_to(actor, wanted, tables.AT_ONCE)
    if count > tables.AT_ONCE:
        return _later(request, wanted, form, safe)
    with tempfile.TemporaryDirectory(prefix="ekistics-table-") as folder:
        path = Path(folder) / f"{safe}.{form.ending}"
        tables.made_file(taking, wanted, form, path, about=_about(request, name, count))
        if rows_leave(request):
            taking.tell()
        response: HttpResponseBase = HttpResponse(path.read_bytes(), content_type=form.media_type)
    return _download(response, f"{safe}.{form.ending}")


def _about(request: HttpRequest, name: str, count: int) -> dict[str, str]:
    return {_("Table"): name, _("Address"): request.build_absolute_uri(), _("Rows"): str(count)}


def _later(request: HttpRequest, wanted: Selection, form: tables.Form, name: str) -> HttpResponse:
    """Let a worker of the site make a large file; only who is signed in may give it work."""
    actor = actor_for(request)
    author = User.objects.filter(pk=actor.user_id).first() if actor.user_id is not None else None
    if author is None:
        raise InvalidValueError(
            _("This table has too many rows to be made while you wait."), where=f"{name}.{form.ending}",
            expected=_("at most {rows} rows").format(rows=tables.AT_ONCE),
            hint=_("Take CSV or JSON at the same address, which have no limit, narrow the filter, or sign in and let "
                   "the site make the file."))
    job = enqueue("table", table_files.parameters(wanted, form, name), author=author)
    address = request.build_absolute_uri(reverse("api-v1:getJob", kwargs={"job": job.pk}))
    page = request.build_absolute_uri(reverse("job", kwargs={"code": job.pk}))
    return JsonResponse({"job": str(job.pk), "state": job.state, "status": address, "page": page}, status=202,
                        headers={"Location": address})


def _download(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def structure(request: HttpRequest) -> HttpResponseBase:
    """Give our own data structure as an SDMX-ML message."""
    return _download(HttpResponse(tables.structure_message(), content_type=tables.STRUCTURE_MEDIA_TYPE),
                     "structure.sdmx.xml")


@require_safe
def catalogue(request: HttpRequest) -> HttpResponseBase:
    """Give the catalogue of what the public may read in DCAT, for catalogues that harvest this one."""
    found = catalogue_document(request.build_absolute_uri("/"), language=language_now())
    return JsonResponse(found, content_type="application/ld+json", json_dumps_params={"ensure_ascii": False})


@require_safe
def package(request: HttpRequest, edition: int) -> HttpResponseBase:
    """Give the package of an edition as a zip archive; the pages in it are never shown by this site."""
    actor = actor_for(request)
    found = get_object_or_404(tables.open_editions(actor).exclude(folder=""), pk=edition)
    folder = Path(settings.MEDIA_ROOT) / found.folder / "package"
    if not folder.is_dir():
        raise Http404
    name = f"{found.place.code.replace(':', '_')}-edition-{found.number}.zip"
    if rows_leave(request):
        package_taken(actor, found)
    return _download(StreamingHttpResponse(zip_package(folder), content_type="application/zip"), name)
