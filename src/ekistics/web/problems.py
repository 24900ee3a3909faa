"""One table from error to HTTP status, and the answer: a page for people, a problem document for programs."""

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core import errors
from ekistics.core.i18n import N_, _
from ekistics.web.refusals import StaleError, TokenRefusedError

__all__ = ["bad_request", "csrf_failure", "forbidden", "not_found", "problem_response", "server_error", "wants_json"]

STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (Http404, 404), (PermissionDenied, 403), (TokenRefusedError, 401), (StaleError, 409),
    (errors.UnknownNameError, 404), (errors.MissingInputError, 404), (errors.UnsafeArchiveError, 422),
    (errors.EkisticsError, 422))
TITLES = {400: N_("The request cannot be read"), 401: N_("A token or a sign-in is needed"),
          403: N_("You have no right to see or do this"), 404: N_("There is nothing at this address"),
          405: N_("This address does not take that kind of request"),
          406: N_("The answer is not given in the form that is wanted"),
          409: N_("Somebody else was faster"), 413: N_("The file is too large"),
          422: N_("Something in the request is wrong"), 429: N_("Too many attempts"),
          500: N_("Something went wrong on our side")}
SAFE = {401: N_("Send a valid token in the header Authorization: Bearer, or sign in."),
        403: N_("Nothing was changed. Sign in with an account that has the right, or ask an administrator for it."),
        404: N_("Search for a city or an indicator, or go to the first page."),
        429: N_("Wait a few minutes, then try again."),
        500: N_("Nothing was saved by this request. The error is in the site's log; try again in a minute.")}
MACHINES = ("/api/", "/ogc/", "/tables/", "/layers/")


def status_of(error: BaseException) -> int:
    """Give the HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks."""
    return request.path.startswith(MACHINES)


def problem_response(request: HttpRequest, error: BaseException | None = None, *, status: int | None = None,
                     ) -> HttpResponse:
    """Answer with what is wrong, and nothing about the inside.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.
    error : BaseException, optional
        What was raised.
    status : int, optional
        The status, where there is no error to take it from.

    Returns
    -------
    django.http.HttpResponse
        A page, or ``application/problem+json`` (RFC 9457).
    """
    status = status or (status_of(error) if error is not None else 500)
    title = _(TITLES.get(status, TITLES[500]))
    fields: dict[str, Any] = error.as_dict() if isinstance(error, errors.EkisticsError) else {}
    detail = str(error) if isinstance(error, errors.EkisticsError) else _(SAFE.get(status, ""))
    if wants_json(request):
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.path}
        body |= {name: value for name, value in fields.items() if value is not None and name != "message"}
        return HttpResponse(json.dumps(body, ensure_ascii=False), status=status,
                            content_type="application/problem+json",
                            headers={"WWW-Authenticate": 'Bearer realm="Ekistics"'} if status == 401 else None)
    return render(request, "problem.html", {"title": title, "status": status, "detail": detail}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return problem_response(request, status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return problem_response(request, exception, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return problem_response(request, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return problem_response(request, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from our own page."""
    return problem_response(request, status=403)
