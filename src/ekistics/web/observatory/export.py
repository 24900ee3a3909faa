"""The public site as plain files: every page, table and map file that the public may read, with links between files.

The site is read as a visitor without an account reads it, through the same doors, so that nothing can be in the export
that the policy keeps from the public. It appears all at once, with a list of checksums.
"""

import hashlib
import json
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from posixpath import relpath
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http.response import HttpResponseBase
from lxml import etree, html

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _, use_language
from ekistics.package.staging import replaced_folder
from ekistics.web.api.doors import INSIDE
from ekistics.web.languages import LANGUAGES, core_language

__all__ = ["CHECKSUMS", "Exported", "export_site"]

CHECKSUMS = "SHA256SUMS"
NOTE = "needs-the-site.html"
LINKS = etree.XPath("|".join(f"//@{name}" for name in ("href", "src", "data-source", "data-spec", "data-href",
                                                       "srcset")))
# What only a running site can do: accounts and work, questions to the record, doors for programs.
LIVE = ("account/", "people/", "work/", "audit/", "jobs/", "uploads/", "search/", "compare/", "charts/", "api/")
FORMS = "/report/"  # the end of the address of a page that is a form and nothing else
DOORS = ("/api/", "/ogc/", "/tables/observations.")
ENDINGS = {"text/html": ".html", "application/json": ".json", "application/geo+json": ".json"}
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Parameters
    ----------
    files, pages : int
        All files, and the pages among them.
    bytes : int
        Their size.
    absent : tuple of str
        Addresses that pages lead to and the public cannot read.
    """

    files: int
    pages: int
    bytes: int
    absent: tuple[str, ...]


@dataclass(slots=True)
class _Site:
    """An export while it grows: which address became which file, and what is still to be fetched."""

    folder: Path
    languages: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def export_site(folder: Path, *, languages: Iterable[str] = (), told: Told | None = None) -> Exported:
    """Write the public site into a folder; what was exported there before is replaced when all of it is written.

    Parameters
    ----------
    folder : pathlib.Path
        Where; a new folder, an empty one, or one of an earlier export.
    languages : iterable of str, optional
        Languages of the addresses; all where none is given.
    told : callable, optional
        Called with files written, and addresses that wait.

    Returns
    -------
    Exported
        What it holds.

    Raises
    ------
    UnknownNameError
        The site has no such language.
    InvalidValueError
        The folder holds something else.
    """
    known = dict(LANGUAGES)
    wanted = tuple(languages) or tuple(known)
    for code in wanted:
        if code not in known:
            raise UnknownNameError.among(code, list(known), what=_("language"))
    with replaced_folder(Path(folder), may_replace=_is_ours) as staging:
        site = _Site(staging, wanted)
        _crawl(site, told or (lambda _done, _waiting: None))
        _link_pages(site)
        _write_rest(site)
        return _sealed(site)


def _is_ours(place: Path) -> None:
    if any(place.iterdir()) and not (place / CHECKSUMS).is_file():
        raise InvalidValueError(_("The folder holds something that is not an export of a site."), where=place,
                                hint=_("Choose a new folder."))


def _crawl(site: _Site, told: Told) -> None:
    """Fetch the first pages and everything that they lead to; a file is written as it comes, a page waits for links."""
    handler = WSGIHandler()
    waiting = deque(f"/{language}/" for language in site.languages)
    seen = set(waiting)
    while waiting:
        address = waiting.popleft()
        with closing(_fetch(handler, address)) as answer:
            if answer.status_code != 200:
                site.absent.append(address)
                continue
            found = _keep(site, address, answer)
        fresh = [link for link in dict.fromkeys(found) if link not in seen and _wanted(link, site.languages)]
        seen.update(fresh)
        waiting.extend(fresh)
        told(len(site.files), len(waiting))


def _keep(site: _Site, address: str, answer: HttpResponseBase) -> list[str]:
    """Write an answer as it came, and give what it leads to."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    name = site.files[address] = _file_name(address, kind)
    _write(site.folder / name, answer)
    if kind == "text/html":
        site.pages.append(address)
        return [link for link, _element, _attribute in _links(html.fromstring(_text(site, address)), address)]
    if kind == "application/json" and not address.startswith("/tables/"):
        site.lists.append(address)
        return [text for text in _strings(json.loads(_text(site, address))) if text.startswith("/layers/")]
    return []


def _text(site: _Site, address: str) -> str:
    return (site.folder / site.files[address]).read_text(encoding="utf-8")


def _fetch(handler: WSGIHandler, address: str) -> HttpResponseBase:
    """Read an address as the public does."""
    parts = urlsplit(address)
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {INSIDE: True, "PATH_INFO": unquote(parts.path).encode().decode("latin-1"), "QUERY_STRING": parts.query,
                "HTTP_HOST": _host(), "SERVER_NAME": _host(), "wsgi.input": BytesIO(),
                "wsgi.url_scheme": "https" if settings.SECURE_SSL_REDIRECT else "http",
                "HTTP_X_FORWARDED_PROTO": "https" if settings.SECURE_SSL_REDIRECT else "http"}
    return handler(environ, _unheard)  # the answer itself holds its status and headers


def _unheard(_status: str, _headers: list[tuple[str, str]], _error: Any = None) -> None:
    """Take what a server would send first."""


def _host() -> str:
    return next((host for host in settings.ALLOWED_HOSTS if host and host[0] not in ".*"), "localhost")


def _file_name(address: str, kind: str) -> str:
    """Name the file of an address; a question mark in it becomes a short digest."""
    parts = urlsplit(address)
    path = unquote(parts.path).lstrip("/").replace(":", "_")
    mark = f"-{hashlib.sha256(parts.query.encode()).hexdigest()[:10]}" if parts.query else ""
    ending = ENDINGS.get(kind, "")
    if path.endswith("/") or not path:
        return f"{path}index{mark}{ending or '.html'}"
    whole = PurePosixPath(path)
    return str(whole.with_name(f"{whole.stem}{mark}{whole.suffix or ending}"))


def _links(page: html.HtmlElement, address: str) -> Iterator[tuple[str, html.HtmlElement, str]]:
    """Give every link of a page to this site: its address, without a fragment, and where it stands."""
    here, own = f"http://{_host()}{address}", f"{_host()}/"
    for given in LINKS(page):
        if not given.startswith(("#", "data:", "mailto:")):
            scheme, _colon, to = urljoin(here, given).partition("#")[0].partition("://")
            if scheme in ("http", "https") and to.startswith(own):
                yield to[len(own) - 1:].removesuffix("?"), given.getparent(), given.attrname


def _wanted(link: str, languages: tuple[str, ...]) -> bool:
    if link.startswith(DOORS):
        return False
    for language, _name in LANGUAGES:
        if link.startswith(f"/{language}/"):
            return language in languages and not link.endswith(FORMS) and not link[len(language) + 2:].startswith(LIVE)
    return not link.startswith("/static/") and link != "/"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _link_pages(site: _Site) -> None:
    """Let the pages lead to files, and say where a form needs the running site."""
    asked_by: dict[str, str] = {}
    for address in site.pages:
        page, name = html.fromstring(_text(site, address)), site.files[address]
        for link, element, attribute in list(_links(page, address)):
            asked_by.setdefault(link, name)
            element.set(attribute, _relative(site, link, name, urlsplit(element.get(attribute)).fragment))
        _close_forms(page, address)
        _write(site.folder / name, [html.tostring(page, encoding="unicode", doctype="<!doctype html>").encode()])
    for address in site.lists:
        # Addresses in such a file are read by the page that asked for it, so they count from that page.
        said = _relinked(site, json.loads(_text(site, address)), asked_by.get(address, site.files[address]))
        _write(site.folder / site.files[address], [json.dumps(said, ensure_ascii=False).encode()])


def _relinked(site: _Site, value: Any, page: str) -> Any:
    if isinstance(value, dict):
        return {name: _relinked(site, each, page) for name, each in value.items()}
    if isinstance(value, list):
        return [_relinked(site, each, page) for each in value]
    return _relative(site, value, page, "") if isinstance(value, str) and value.startswith("/layers/") else value


def _relative(site: _Site, link: str, page: str, fragment: str) -> str:
    target = site.files.get(link)
    if target is None and link.startswith("/static/"):
        target = unquote(link).lstrip("/")
    if target is None:
        target = "index.html" if link == "/" else NOTE
        fragment = ""
    found = quote(relpath(target, str(PurePosixPath(page).parent)))
    return f"{found}#{fragment}" if fragment else found


def _close_forms(page: html.HtmlElement, address: str) -> None:
    with use_language(core_language(address.split("/")[1])):
        text = _("This is a copy of the site as files: searching, comparing and forms need the site itself.")
    for form in list(page.iter("form")):
        note = html.Element("p")
        note.set("class", "note")
        note.text, note.tail = text, form.tail
        form.getparent().replace(form, note)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)


def _write_rest(site: _Site) -> None:
    """Write the first page, the note, and the style, fonts and script of the site."""
    shutil.copytree(Path(settings.STATICFILES_DIRS[0][1]), site.folder / "static" / "site", dirs_exist_ok=True)
    names = dict(LANGUAGES)
    links = "".join(f'<li><a href="{code}/index.html" lang="{code}">{names[code]}</a></li>' for code in site.languages)
    texts = {"index.html": f"<ul>{links}</ul>", NOTE: "<p>" + _(
        "This part of the site is not in this copy: it needs the site itself, or is not public.") + (
        f"</p><ul>{links}</ul>")}
    for name, body in texts.items():
        page = ('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Ekistics</title><link '
                f'rel="stylesheet" href="static/site/site.css"></head><body><main>{body}</main></body></html>')
        _write(site.folder / name, [page.encode()])


def _sealed(site: _Site) -> Exported:
    paths = sorted(path for path in site.folder.rglob("*") if path.is_file())
    lines, size = [], 0
    for path in paths:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        lines.append(f"{digest}  {path.relative_to(site.folder).as_posix()}\n")
        size += path.stat().st_size
    (site.folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
    pages = sum(1 for name in site.files.values() if name.endswith(".html"))
    return Exported(len(paths), pages, size, tuple(sorted(site.absent)))
