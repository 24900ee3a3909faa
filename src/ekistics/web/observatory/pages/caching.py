"""Public pages are kept for readers without an account until the next release; all others are made each time."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from ekistics.core.provenance import digest_bytes
from ekistics.web.observatory.stamp import record_stamp

__all__ = ["public_page"]

View = Callable[..., HttpResponse]
LONGEST = 24 * 3600


def public_page(view: View) -> View:
    """Keep a page's answer for the public, by address and language, as long as the record stays as it is.

    Parameters
    ----------
    view : callable
        A view whose answer to the public follows from the address, the language and the record alone.

    Returns
    -------
    callable
        The view; its answers carry an ETag, and a browser that has the same gets 304.
    """

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            return response
        key = _key(request)
        held: tuple[bytes, str, int, str] | None = caches["pages"].get(key)
        if held is None:
            response = view(request, *args, **kwargs)
            held = (response.content, response.headers["Content-Type"], response.status_code,
                    f'"{digest_bytes(response.content)[:24]}"')
            if response.status_code == 200:
                caches["pages"].set(key, held, LONGEST)
        return _answer(request, *held)

    return kept


def _key(request: HttpRequest) -> str:
    wanted = f"{record_stamp()} {request.LANGUAGE_CODE} {request.get_full_path()}"
    return hashlib.sha256(wanted.encode()).hexdigest()


def _answer(request: HttpRequest, content: bytes, kind: str, status: int, tag: str) -> HttpResponse:
    response = HttpResponseNotModified() if request.headers.get("If-None-Match") == tag else HttpResponse(
        content, status=status, content_type=kind)
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
