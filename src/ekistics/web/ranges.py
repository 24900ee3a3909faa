"""Files served in parts: one range of bytes a request (RFC 9110, section 14), never the whole file in memory."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse

from ekistics.core.i18n import _

__all__ = ["ranged_file", "wanted_range"]

PIECE = 64 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def wanted_range(header: str, size: int) -> tuple[int, int] | None:
    """Read the header of a request for a part of a file.

    Parameters
    ----------
    header : str
        The header ``Range``.
    size : int
        Bytes of the file.

    Returns
    -------
    tuple of int or None
        First and last byte; None where the whole file is to be sent: no header, or a form that is not understood,
        several ranges among them.

    Raises
    ------
    ValueError
        The range lies outside the file.

    Examples
    --------
    >>> wanted_range("bytes=0-99", 1000), wanted_range("bytes=-10", 1000), wanted_range("bytes=990-", 1000)
    ((0, 99), (990, 999), (990, 999))
    """
    found = _RANGE.match(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
        if int(found[2]) == 0:
            raise ValueError(header)
    else:
        first, last = int(found[1]), min(int(found[2] or size - 1), size - 1)
        if found[2] and int(found[2]) < first:
            return None
    if first >= size:
        raise ValueError(header)
    return first, last


def ranged_file(request: HttpRequest, path: Path, *, kind: str, tag: str, public: bool) -> HttpResponse:
    """Serve a file that never changes at its address, whole or one range of it.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.
    path : pathlib.Path
        The file.
    kind : str
        Its media type.
    tag : str
        Name of its content, for the header ``ETag``.
    public : bool
        Whether everybody may have it, so that caches between may keep it.

    Returns
    -------
    django.http.HttpResponse
        200, 206, 304 or 416.
    """
    size = path.stat().st_size
    tag = f'"{tag}"'
    if request.headers.get("If-None-Match") == tag:
        return _described(HttpResponseNotModified(), tag, public)
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    try:
        part = wanted_range(asked, size)
    except ValueError:
        said = {"type": "about:blank", "status": 416, "title": _("The file has no such part"), "instance": request.path}
        answer = HttpResponse(json.dumps(said, ensure_ascii=False), status=416,
                              content_type="application/problem+json")
        answer.headers["Content-Range"] = f"bytes */{size}"
        return _described(answer, tag, public)
    if part is None:
        return _described(FileResponse(path.open("rb"), content_type=kind), tag, public)
    first, last = part
    found = StreamingHttpResponse(_pieces(path, first, last), status=206, content_type=kind)
    found.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    found.headers["Content-Length"] = str(last - first + 1)
    return _described(found, tag, public)


def _described(answer: HttpResponse, tag: str, public: bool) -> HttpResponse:
    answer.headers["ETag"] = tag
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    answer.headers["Vary"] = "Cookie"
    return answer


def _pieces(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (piece := file.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
