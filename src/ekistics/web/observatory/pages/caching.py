"""Public pages are kept for readers without an account until the next release; all others are made each time."""

import gzip
import hashlib
from collections.abc import Callable, Collection, Iterable
from contextlib import nullcontext
from functools import partial, wraps
from threading import Lock
from typing import Any, NamedTuple, overload

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict

from ekistics.core.provenance import digest_bytes
from ekistics.web.workflow.stamp import record_stamp

__all__ = ["public_page", "stamp_of", "took"]

View = Callable[..., HttpResponse]
MAKING = Lock()
LONGEST = 24 * 3600
TAKEN = "ekistics.taken"  # in the environment of a request: whether the view took its parameters as they stand
STAMP = "ekistics.stamp"  # there, too: the stamp that the record had before anything of it was read


@overload
def public_page(view: View) -> View: ...


@overload
def public_page(*, knows: Collection[str] = (), several: Collection[str] = (),
                alone: bool = True) -> Callable[[View], View]: ...


def public_page(view: View | None = None, *, knows: Collection[str] = (),
                several: Collection[str] = (), alone: bool = True) -> View | Callable[[View], View]:
    """Keep a page's answer for the public, by address and language, as long as the record stays as it is.

    Parameters
    ----------
    view : callable
        A view whose answer to the public follows from the address, the language and the record alone.
    knows : collection of str
        The parameters that the view reads. All others are taken out before it, so that an address with anything behind
        it is the same page and fills no cache. The view tells by ``took`` what it made of them.
    several : collection of str
        Those of them that may stand more than once; of each other one the last value counts.
    alone : bool
        Whether a process makes one such page after the other. Its threads share one processor, so that two pages made
        at once would both come late, the first one too. Not for what takes seconds.

    Returns
    -------
    callable
        The view; its answers carry an ETag, and a browser that has the same gets 304.
    """
    return partial(_kept, knows=tuple(knows), several=tuple(several), alone=alone) if view is None else _kept(view)


def took(request: HttpRequest, **values: Any) -> None:
    """Tell what a view made of the parameters of its address; an answer is kept only where it took all as they stand.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.
    **values : str, int or list of str
        Of each parameter the value, or the values, that the page is of. A page beyond the last or a country that is
        not there is another value, or none, than the address has: there is no end of such addresses.
    """
    request.META[TAKEN] = all(
        given == ([*map(str, values[name])] if isinstance(values.get(name), list) else [str(values.get(name, ""))])
        for name, given in request.GET.lists())


def stamp_of(request: HttpRequest) -> str:
    """Give the stamp that the record had when the request came; one read now where its page is not kept."""
    if STAMP not in request.META:
        request.META[STAMP] = record_stamp()
    return str(request.META[STAMP])


def _kept(view: View, *, knows: tuple[str, ...] = (), several: tuple[str, ...] = (), alone: bool = True) -> View:
    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = view(request, *args, **kwargs)
            response.headers["Cache-Control"] = "private, no-store"
            return response
        _leave_out_unknown(request, knows, several)
        stamp = request.META[STAMP] = record_stamp()
        key = _key(request, stamp)
        held: _Held | None = caches["pages"].get(key)
        if held is None:
            with MAKING if alone else nullcontext():
                held = caches["pages"].get(key)  # another thread may have made it meanwhile
                if held is None:
                    held = _held(view(request, *args, **kwargs))
                    if held.status == 200 and _is_one_of_ours(request, kwargs.values()):
                        caches["pages"].set(key, held, LONGEST)
        return _answer(request, held)

    kept.knows = knows  # type: ignore[attr-defined]
    return kept


def _leave_out_unknown(request: HttpRequest, knows: tuple[str, ...], several: tuple[str, ...]) -> None:
    """Make the query one of parameters that the page knows, in one order, each value once and none that is empty."""
    found = QueryDict(mutable=True)
    for name in knows:
        values = request.GET.getlist(name)
        held = [value for value in dict.fromkeys(values if name in several else values[-1:]) if value]
        if held:
            found.setlist(name, held)
    request.META["QUERY_STRING"] = found.urlencode()
    request.GET = found  # type: ignore[assignment]


def _is_one_of_ours(request: HttpRequest, parts: Iterable[object]) -> bool:
    """Tell whether the site itself would write the address so: no parameter beyond the record, no number as ``007``."""
    numbers = {str(part) for part in parts if isinstance(part, int)}
    return numbers <= set(request.path.split("/")) and (not request.GET or bool(request.META.get(TAKEN)))


def _key(request: HttpRequest, stamp: str) -> str:
    wanted = f"{stamp} {request.LANGUAGE_CODE} {request.get_full_path()}"
    return hashlib.sha256(wanted.encode()).hexdigest()


class _Held(NamedTuple):
    """An answer that is kept compressed: it is the same for everybody, so nothing secret shares its text."""

    packed: bytes
    kind: str
    status: int
    digest: str
    disposition: str


def _held(response: HttpResponse) -> _Held:
    return _Held(gzip.compress(response.content, 3, mtime=0), response.headers["Content-Type"], response.status_code,
                 digest_bytes(response.content)[:24], response.headers.get("Content-Disposition", ""))


def _answer(request: HttpRequest, held: _Held) -> HttpResponse:
    packs = "gzip" in request.headers.get("Accept-Encoding", "")
    tag = f'"{held.digest}{"-gz" if packs else ""}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(held.packed if packs else gzip.decompress(held.packed), status=held.status,
                                content_type=held.kind)
        if packs:
            response.headers["Content-Encoding"] = "gzip"
        if held.disposition:
            response.headers["Content-Disposition"] = held.disposition
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    return response
