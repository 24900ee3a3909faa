"""The log as a page and as JSON."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ekistics.core.errors import InvalidValueError
from ekistics.web.accounts.actors import actor_of
from ekistics.web.accounts.models import User
from ekistics.web.accounts.tokens import actor_for_api
from ekistics.web.policy import Action, Facts, allowed
from ekistics.web.problems import problem_response
from ekistics.web.workflow.audit import check_chain, words_of
from ekistics.web.workflow.log import Asked, as_plain, read_log
from ekistics.web.workflow.models import AuditEntry

__all__ = ["audit", "audit_api"]

FILTERS = ("actor", "action", "target", "since", "until")


@login_required
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """Show the log; the button checks the whole chain."""
    actor = actor_of(request)
    if not allowed(actor, Action.AUDIT, "001/", Facts()):
        raise PermissionDenied
    checked = check_chain() if request.method == "POST" else None
    wrong, entries = "", []
    try:
        asked = Asked.read(request.GET)
        entries = read_log(actor, asked)
    except InvalidValueError as error:
        asked, wrong = Asked(), str(error)
    names = dict(User.objects.filter(pk__in={e.actor for e in entries if e.actor}).values_list("pk", "username"))
    actions = AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct()
    return render(request, "workflow/audit.html", {
        "entries": [{"entry": e, "at": parse_datetime(e.at), "name": names.get(e.actor or 0, "")} for e in entries],
        "given": {name: request.GET.get(name, "") for name in FILTERS}, "actions": actions, "wrong": wrong,
        "next": _next(request, asked, entries), "checked": checked,
        "broken": words_of(checked.broken) if checked and checked.broken else ""})


def _next(request: HttpRequest, asked: Asked, entries: list[AuditEntry]) -> str:
    """Give the address of the page after this one; empty on the last."""
    if len(entries) < asked.limit:
        return ""
    kept = {name: request.GET[name] for name in (*FILTERS, "limit") if request.GET.get(name)}
    return f"{request.path}?{urlencode(kept | {'before': entries[-1].number})}"


@require_safe
@never_cache
def audit_api(request: HttpRequest) -> HttpResponse:
    """Give the log as JSON: entries with their digests, and the address of the next page."""
    actor = actor_for_api(request)
    if actor.user_id is None:
        return problem_response(request, status=401)
    asked = Asked.read(request.GET)
    entries = read_log(actor, asked)
    body: dict[str, Any] = {"entries": [as_plain(entry) for entry in entries],
                            "next": _next(request, asked, entries) or None}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})
