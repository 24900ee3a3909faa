"""What wraps every request: the language of the address, and errors as pages or problem documents."""

import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import translation

from ekistics.core.errors import EkisticsError, InvalidValueError
from ekistics.core.i18n import _, use_language
from ekistics.web.languages import core_language
from ekistics.web.problems import problem_response
from ekistics.web.zero_bytes import field_with_zero, require_query, takes_any

__all__ = ["language", "problems", "sessions"]

Handler = Callable[[HttpRequest], HttpResponse]
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
log = logging.getLogger("ekistics.web")


def sessions(get_response: Handler) -> Handler:
    """Forget the key of a session that no site gave: keys are of letters and digits, and a zero byte ends a query."""

    def handle(request: HttpRequest) -> HttpResponse:
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if key and not (key.isascii() and key.isalnum()):
            del request.COOKIES[settings.SESSION_COOKIE_NAME]
        return get_response(request)

    return handle


def language(get_response: Handler) -> Handler:
    """Speak the language of the address; addresses without one (API, files) take the request's wish."""

    def handle(request: HttpRequest) -> HttpResponse:
        code = translation.get_language_from_path(request.path_info) or _wished(request)
        translation.activate(code)
        request.LANGUAGE_CODE = code
        with use_language(core_language(code)):
            response = get_response(request)
        response.headers.setdefault("Content-Language", core_language(code))
        return response

    return handle


def _wished(request: HttpRequest) -> str:
    """Give the language that a browser asks for, without looking into cookies or sessions."""
    for part in request.headers.get("Accept-Language", "").split(","):
        wish = part.split(";")[0].strip().lower()
        for code, _name in settings.LANGUAGES:
            if wish and wish.split("-")[0] == code.split("-")[0]:
                return str(code)
    return str(settings.LANGUAGE_CODE)


def problems(get_response: Handler) -> "Problems":
    """Turn errors that people can act on into answers."""
    return Problems(get_response)


class Problems:
    """Errors that a view raises become pages for people and ``application/problem+json`` for programs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; no code or name holds a control sign, and PostgreSQL takes no zero byte."""
        if CONTROL.search(request.path_info):
            return problem_response(request, Http404())
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, *_given: object) -> HttpResponse | None:
        """Refuse a zero byte on every database: a backup must fit the other one, and only one takes it.

        A view that asks for no token of ours sets its own bound before anything is read, or takes no form: here the
        body would be read without that bound. Such a view looks at its texts itself.
        """
        try:
            if not takes_any(view):
                require_query(request.GET)
            if request.method == "POST" and not getattr(view, "csrf_exempt", False):
                _require_form(request.POST)
        except InvalidValueError as error:
            return problem_response(request, error)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer errors; what nobody foresaw is logged and answered without its inner words."""
        if isinstance(error, EkisticsError | PermissionDenied | Http404):
            return problem_response(request, error)
        log.exception("unforeseen error at %s", request.path)
        return problem_response(request, error)


def _require_form(given: QueryDict) -> None:
    name = field_with_zero(given)
    if name is not None:
        raise InvalidValueError(_("A field of the form holds a zero byte, which no text has."), param=name,
                                hint=_("Type the text anew instead of pasting it."))
