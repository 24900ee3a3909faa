"""What all doors for programs have in common: methods, limits on attempts, ETag, and who may read from other pages."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from ekistics.web.problems import MACHINES, problem_response
from ekistics.web.workflow.stamp import record_stamp

__all__ = ["INSIDE", "Meter", "doors", "meter"]

Handler = Callable[[HttpRequest], HttpResponseBase]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
REQUESTS = 600  # a minute, of one address, in one process of the site
MINUTE = 60.0
REMEMBERED = 50_000
INSIDE = "ekistics.inside"  # in the environment of requests that the program makes to itself; none from outside has it
_JSON_WISHES = ("*/*", "application/*", "application/json", "application/problem+json", "application/geo+json",
                "application/vnd.oai.openapi+json;version=3.1", "application/vnd.oai.openapi+json")


@dataclass(slots=True)
class Meter:
    """Counts the requests of each address in the running minute.

    Counting is in the memory of each process: a shared counter would turn every read into a write to the database.

    Parameters
    ----------
    most : int
        Requests a minute.
    """

    most: int = REQUESTS
    begun: float = 0.0
    counts: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def wait(self, address: str, now: float) -> int:
        """Count a request, and give the seconds to wait where it is one too many; else 0."""
        with self.lock:
            if now - self.begun >= MINUTE or len(self.counts) > REMEMBERED:
                self.begun = now
                self.counts.clear()
            self.counts[address] = self.counts.get(address, 0) + 1
            return 0 if self.counts[address] <= self.most else max(1, round(self.begun + MINUTE - now))


meter = Meter()


def doors(get_response: Handler) -> Handler:
    """Guard the doors for programs; all other addresses pass."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(MACHINES):
            return get_response(request)
        response = _answer(request, get_response)
        if request.method in SAFE_METHODS:
            # Anybody's page may read what the public may; without credentials, which no answer ever allows.
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After, Content-Disposition"
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return handle


def _answer(request: HttpRequest, get_response: Handler) -> HttpResponseBase:
    refused = _refused(request)
    if refused is not None:
        return refused
    if request.method == "OPTIONS":
        return _options(_methods(request, get_response))
    tag = _tag(request)
    if tag and _has(request, tag):
        return _cached(HttpResponseNotModified(), tag)
    headed = request.method == "HEAD"
    if headed:
        request.method = "GET"  # the same answer, without its content
    response = _as_problem(request, get_response(request))
    if headed:
        request.method = "HEAD"
        response = _without_content(response)
    return _cached(response, tag if response.status_code == 200 else "")


def _methods(request: HttpRequest, get_response: Handler) -> set[str]:
    """Give the methods of an address: an operation that refuses OPTIONS names its own; what has none is read only."""
    if request.path.startswith("/api/"):
        answer = get_response(request)
        if answer.status_code == 405:
            return _complete(answer.headers["Allow"])
    return _complete("GET")


def _complete(allow: str) -> set[str]:
    """Add what the doors answer themselves: OPTIONS everywhere, and HEAD where there is GET."""
    named = {*allow.replace(" ", "").split(",")} - {""}
    return named | {"OPTIONS"} | ({"HEAD"} if "GET" in named else set())


def _options(methods: set[str]) -> HttpResponse:
    """Tell the methods of an address; another site's page may read, and may change nothing."""
    response = HttpResponse(status=204, headers={"Allow": ", ".join(sorted(methods))})
    read = sorted(methods & {"GET", "HEAD"})
    if read:
        response.headers["Access-Control-Allow-Methods"] = ", ".join(read)
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is too much, too large, or wanted in a form that is not given."""
    if not _known(request) and INSIDE not in request.META:
        wait = meter.wait(_address(request), time.monotonic())
        if wait:
            response = problem_response(request, status=429)
            response.headers["Retry-After"] = str(wait)
            return response
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != "multipart/form-data" and size.isdecimal() and (
            int(size) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        return problem_response(request, status=413)
    if request.path.startswith("/api/") and not _takes_json(request.headers.get("Accept", "")):
        return problem_response(request, status=406)
    return None


def _known(request: HttpRequest) -> bool:
    """Tell whether the request names somebody; whether rightly is looked at later."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers


def _address(request: HttpRequest) -> str:
    """Give the address of the visitor: behind the proxy that HTTPS needs, the one that the proxy saw."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    told = request.headers.get("X-Forwarded-For", "")
    return told.rpartition(",")[2].strip() if settings.EKISTICS.https and told else seen


def _takes_json(accept: str) -> bool:
    wishes = [part.split(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    return not wishes or any(wish in _JSON_WISHES for wish in wishes)


def _tag(request: HttpRequest) -> str:
    """Give the tag of a public answer: it follows from the address, the language and the state of the record."""
    if request.method not in ("GET", "HEAD") or _known(request):
        return ""
    wanted = f"{record_stamp()} {request.LANGUAGE_CODE} {request.get_host()} {request.get_full_path()}"
    return f'"{hashlib.sha256(wanted.encode()).hexdigest()[:24]}"'


def _has(request: HttpRequest, tag: str) -> bool:
    """Tell whether the asker holds the answer; compression on the way makes the tag a weak one."""
    return tag in {held.removeprefix("W/") for held in parse_etags(request.headers.get("If-None-Match", ""))}


def _cached(response: HttpResponseBase, tag: str) -> HttpResponseBase:
    response.headers["Vary"] = "Accept-Language, Authorization, Cookie"
    if tag:
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    return response


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Say in a problem document what Django says in words: a wrong method, a request that cannot be read."""
    kind = response.headers.get("Content-Type", "")
    if response.status_code < 400 or "problem+json" in kind:
        return response
    said = problem_response(request, status=response.status_code)
    if "Allow" in response.headers:
        said.headers["Allow"] = ", ".join(sorted(_complete(response.headers["Allow"])))
    return said


def _without_content(response: HttpResponseBase) -> HttpResponse:
    headers = dict(response.headers)
    if isinstance(response, HttpResponse):
        headers["Content-Length"] = str(len(response.content))
    # The answer is not closed here: that would tell everybody that the request has ended, and it has not.
    return HttpResponse(status=response.status_code, headers=headers)
