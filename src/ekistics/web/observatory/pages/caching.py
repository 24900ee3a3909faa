"""Public pages are kept for readers without an account until the next release; all others are made each time."""

import gzip
import hashlib
from collections.abc import Callable, Collection
from functools import partial, wraps
from typing import Any, NamedTuple, overload

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict

from ekistics.core.provenance import digest_bytes
from ekistics.web.observatory.stamp import record_stamp

__all__ = ["public_page"]

View = Callable[..., HttpResponse]
LONGEST = 24 * 3600


@overload
def public_page(view: View) -> View: ...


@overload
def public_page(*, knows: Collection[str]) -> Callable[[View], View]: ...


def public_page(view: View | None = None, *, knows: Collection[str] = ()) -> View | Callable[[View], View]:
    """Keep a page's answer for the public, by address and language, as long as the record stays as it is.

    Parameters
    ----------
    view : callable
        A view whose answer to the public follows from the address, the language and the record alone.
    knows : collection of str
        The parameters that the view reads. All others are taken out before it, so that an address with anything behind
        it is the same page and fills no cache.

    Returns
    -------
    callable
        The view; its answers carry an ETag, and a browser that has the same gets 304.
    """
    return partial(_kept, knows=tuple(knows)) if view is None else _kept(view, knows=())


def _kept(view: View, *, knows: tuple[str, ...]) -> View:
    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            return response
        _leave_out_unknown(request, knows)
        key = _key(request)
        held: _Held | None = caches["pages"].get(key)
        if held is None:
            response = view(request, *args, **kwargs)
            held = _Held(response.content, gzip.compress(response.content, 6, mtime=0),
                         response.headers["Content-Type"], response.status_code,
                         digest_bytes(response.content)[:24], response.headers.get("Content-Disposition", ""))
            if response.status_code == 200:
                caches["pages"].set(key, held, LONGEST)
        return _answer(request, held)

    kept.knows = knows  # type: ignore[attr-defined]
    return kept


def _leave_out_unknown(request: HttpRequest, knows: tuple[str, ...]) -> None:
    """Make the query one of parameters that the page knows, in one order."""
    found = QueryDict(mutable=True)
    for name in knows:
        if name in request.GET:
            found.setlist(name, request.GET.getlist(name))
    request.META["QUERY_STRING"] = found.urlencode()
    request.GET = found  # type: ignore[assignment]


def _key(request: HttpRequest) -> str:
    wanted = f"{record_stamp()} {request.LANGUAGE_CODE} {request.get_full_path()}"
    return hashlib.sha256(wanted.encode()).hexdigest()


class _Held(NamedTuple):
    """An answer that is kept, plain and compressed: it is the same for everybody, so nothing secret shares its text."""

    plain: bytes
    packed: bytes
    kind: str
    status: int
    digest: str
    disposition: str


def _answer(request: HttpRequest, held: _Held) -> HttpResponse:
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    tag = f'"{held.digest}{"-gz" if packs else ""}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(held.packed if packs else held.plain, status=held.status, content_type=held.kind)
        if packs:
            response.headers["Content-Encoding"] = "gzip"
        if held.disposition:
            response.headers["Content-Disposition"] = held.disposition
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    return response
