"""The pages by which tables and packages come in, and the templates to begin with."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.frames import frame, rows_for
from ekistics.web.observatory.models import Observation
from ekistics.web.observatory.taking import rows_taken
from ekistics.web.observatory.uploads import FORMATS, may_report, reportable_places, template
from ekistics.web.places.choosing import OFFERED, chosen_place, offered
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor, Role
from ekistics.web.problems import problem_response
from ekistics.web.work.bounds import BoundedUpload, most_bytes
from ekistics.web.work.jobs import enqueue
from ekistics.web.work.upload_jobs import keep_upload

__all__ = ["upload", "upload_package", "upload_template"]

DECIMALS = (("", N_("As the file shows it")), (".", N_("Point: 1.5")), (",", N_("Comma: 1,5")))


class _FileForm(forms.Form):
    """A form with one file, whose size is looked at here and whose content by the job."""

    file = forms.FileField()

    def clean_file(self) -> UploadedFile:
        """Refuse a file that is too large."""
        found: UploadedFile = self.cleaned_data["file"]
        if (found.size or 0) > most_bytes():
            raise forms.ValidationError(_("The file is larger than {count} MB. Split it into several uploads.").format(
                count=most_bytes() // 1_000_000))
        return found


class TableForm(_FileForm):
    """What goes with a table."""

    place = forms.CharField(max_length=200)
    title = forms.CharField(max_length=80)
    note = forms.CharField(max_length=1000, required=False)
    licence = forms.CharField(max_length=100, required=False)
    decimal = forms.ChoiceField(choices=[(code, code) for code, _words in DECIMALS], required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_place(self) -> Place:
        """Give the place; one that the person may not report on is refused."""
        try:
            return _reported(self._actor, self.cleaned_data["place"])
        except UnknownNameError as error:
            raise forms.ValidationError(str(error)) from error


def _reported(actor: Actor, text: str) -> Place:
    """Give a place that somebody may report on, by code or name; what they may not is as if it were not there."""
    found = chosen_place(actor, text, lambda place: may_report(actor, place))
    if not may_report(actor, found):
        raise UnknownNameError(_("There is no place of this code or name among those you may report on."))
    return found


def _require_contributor(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.highest < Role.CONTRIBUTOR:
        raise PermissionDenied
    return actor


def _offered(actor: Actor) -> list[str]:
    """Give places to choose from: those that the person has a role for, and the cities below; none where too many."""
    below = Q(pk__in=[])
    for path, role in actor.grants:
        if role >= Role.CONTRIBUTOR:
            below |= Q(path=path) | Q(path__startswith=path, kind__in=("city", "country"), listed=True)
    return offered(Place.objects.filter(below).exclude(country="")[:OFFERED + 1])


def _first_place(request: HttpRequest, actor: Actor) -> str:
    """Give the place that the form begins with: the one of the address, else the only one of the person."""
    asked = request.GET.get("place", "")[:80]
    paths = [path for path, role in actor.grants if role >= Role.CONTRIBUTOR]
    found = Place.objects.filter(code=asked) if asked else Place.objects.filter(path__in=paths).exclude(country="")
    own = [place for place in found[:2] if may_report(actor, place)] if asked or len(paths) == 1 else []
    return next(iter(offered(own)), asked)


def _bounded(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """Set the limit before anything of the request is read; forgery is therefore looked for afterwards."""
    request.upload_handlers.insert(0, BoundedUpload(request))
    try:
        return view(request)
    except RequestDataTooBig:
        return problem_response(request, status=413)


@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a table, and check it dry in the background."""
    return _bounded(request, _upload)


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    actor = _require_contributor(request)
    form = TableForm(request.POST or None, request.FILES or None, actor=actor,
                     initial={"place": _first_place(request, actor), "title": request.GET.get("title", "")[:80]})
    if request.method == "POST" and form.is_valid():
        place, file = form.cleaned_data["place"], form.cleaned_data["file"]
        given = {name: form.cleaned_data[name].strip() for name in ("title", "note", "licence", "decimal")}
        job = _start(request, "upload-check", file, place=place, **given)
        return redirect("job", code=job)
    return render(request, "work/upload.html", {
        "tab": "upload", "form": form, "places": _offered(actor), "decimals": [(c, _(w)) for c, w in DECIMALS],
        "most": most_bytes() // 1_000_000, "may_upload": True}, status=422 if form.errors else 200)


def _start(request: HttpRequest, kind: str, file: UploadedFile, *, place: Place | None, **given: str) -> Any:
    kept = keep_upload(file)
    name = str(file.name or "")[-120:]
    return enqueue(kind, {"file": kept, "name": name, **given}, author=request.user, place=place).pk


@csrf_exempt
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def upload_package(request: HttpRequest) -> HttpResponse:
    """Take a profile package."""
    return _bounded(request, _upload_package)


@csrf_protect
def _upload_package(request: HttpRequest) -> HttpResponse:
    _require_contributor(request)
    form = _FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        state = "draft" if request.POST.get("as") == "draft" else "submitted"
        return redirect("job", code=_start(request, "package", form.cleaned_data["file"], place=None, state=state))
    return render(request, "work/package.html", {"tab": "upload-package", "form": form, "may_upload": True,
                                                 "most": most_bytes() // 1_000_000}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_GET
def upload_template(request: HttpRequest) -> HttpResponse:
    """Give the template for a place, or one that begins with an observation to be corrected."""
    actor = _require_contributor(request)
    ending = request.GET.get("format", "xlsx")
    if ending not in FORMATS:
        raise InvalidValueError(_("There is no such format."), param="format", expected=", ".join(FORMATS), got=ending)
    key = request.GET.get("observation", "")
    rows, name = None, "ekistics-template"
    if key:
        held = _observation(actor, key)
        place, rows = held.place, frame(rows_for(actor, current=False, where=Q(pk=held.pk)))
        name = f"correction-{held.pk}"
    else:
        place = _named(actor, request.GET.get("place", "")[:200])
    if not may_report(actor, place):
        raise PermissionDenied
    response = HttpResponse(template(ending, reportable_places(actor, place), rows), content_type=FORMATS[ending])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    if rows is not None:
        rows_taken(actor, f"observation:{int(key)}", rows["conf_status"], form=ending)
    return response


def _named(actor: Actor, text: str) -> Place:
    """Give the place of a template; 404 says which ones are near."""
    try:
        return chosen_place(actor, text, lambda place: may_report(actor, place))
    except UnknownNameError as error:
        raise Http404(str(error)) from error


def _observation(actor: Actor, key: str) -> Observation:
    found = rows_for(actor, current=False, where=Q(pk=int(key))).select_related("place").first() \
        if key.isdecimal() and len(key) < 18 else None
    if found is None:
        raise Http404
    return found
