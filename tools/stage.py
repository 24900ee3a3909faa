"""A real site on a stage: its own folder, the real server, accounts with every role, taken away at the end."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "stage-door-and-a-lamp"  # noqa: S105 - of accounts that live as long as a test
LONGEST_S = 180
FILES = re.compile(r"\.(csv|json|jsonld|xlsx|parquet|zip|pdf|docx|xml|pmtiles|png)(\?|$)"
                   r"|/tables/|/packages/|/api/v1/|/ogc/")
LEAVES = ("account_logout", "account_email_verification_sent")
PEOPLE = f"""
import django
django.setup()
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.places.models import Place
from ekistics.web.policy import Role
for role in list(Role)[1:]:
    name = role.name.lower()
    if not User.objects.filter(username=name).exists():
        user = User.objects.create_user(name, name + "@example.org", {PASSWORD!r})
        RoleGrant.objects.create(user=user, place=Place.objects.get(code="001"), role=int(role))
"""


@dataclass(frozen=True)
class Stage:
    """A site that is being served.

    Parameters
    ----------
    address : str
        Its address, without a slash at the end.
    home : pathlib.Path
        Its folder.
    printed : str
        What the first start said.
    """

    address: str
    home: Path
    printed: str


def free_port() -> int:
    """Give a port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    """Give the environment in which the site's commands run."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("EKISTICS_", "DJANGO_"))}
    return {**kept, "EKISTICS_HOME": str(home), "DJANGO_SETTINGS_MODULE": "ekistics.web.settings",
            "PYTHONPATH": str(ROOT / "src"), **more}


def command(home: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one of the program's commands on a site's folder."""
    return subprocess.run([sys.executable, "-m", "ekistics", *map(str, arguments)], env=environment(home, **more),
                          capture_output=True, text=True, check=False, cwd=ROOT)


@contextmanager
def staged(packages: Sequence[Path], *, home: Path | None = None, people: bool = True, worker: bool = True,
           **more: str) -> Iterator[Stage]:
    """Make a site of some packages and serve it as ``ekistics serve`` does.

    Parameters
    ----------
    packages : sequence of pathlib.Path
        Packages, or folders of them.
    home : pathlib.Path, optional
        The site's folder; a new one by default.
    people : bool
        Whether it gets an account for each role, named by the role.
    worker : bool
        Whether background work is done.
    **more : str
        Further settings, such as ``EKISTICS_DATABASE``.

    Yields
    ------
    Stage
        The site.
    """
    with tempfile.TemporaryDirectory(prefix="ekistics-stage-") as folder:
        place = home or Path(folder) / "site"
        made = command(place, "serve", "--prepare-only", *packages, **more)
        if made.returncode:
            raise RuntimeError(f"the site was not made: {made.stdout}{made.stderr}")
        if people:
            subprocess.run([sys.executable, "-c", PEOPLE], env=environment(place, **more), check=True, cwd=ROOT)
        port = free_port()
        log = Path(folder) / "log"
        with log.open("wb") as stream:
            server = subprocess.Popen(
                [sys.executable, "-m", "ekistics", "serve", "--port", str(port), "--processes", "1",
                 *([] if worker else ["--no-worker"])], env=environment(place, **more), stdout=stream,
                stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True)
        try:
            _wait(f"http://127.0.0.1:{port}/en/", server, log)
            yield Stage(f"http://127.0.0.1:{port}", place, made.stdout)
        finally:
            _stop(server)


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _try in range(LONGEST_S * 5):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended: {log.read_text(errors='replace')[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the server does not answer: {log.read_text(errors='replace')[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def links(page: str) -> list[str]:
    """List the addresses on this site that a page leads to."""
    found = re.findall(r'<a\s[^>]*?href="(/[^"#]*)', page)
    return list(dict.fromkeys(href.replace("&amp;", "&") for href in found))


def kinds(stage: Stage, *, start: str = "/en/", cookies: str = "") -> dict[str, str]:
    """Follow the links from a page and give one address of every kind of page, by the name of its view.

    Parameters
    ----------
    stage : Stage
        The site.
    start : str
        Where to begin; addresses that begin otherwise are left out.
    cookies : str
        Cookies of somebody who is signed in.

    Returns
    -------
    dict of str to str
        Address by name; files are no pages, and an address that no view knows is named so.
    """
    from django.urls import Resolver404, resolve  # only where the site's settings are loaded

    found: dict[str, str] = {}
    waiting, seen = [start], {start}
    while waiting:
        path = waiting.pop(0)
        try:
            name = resolve(path.partition("?")[0]).view_name
        except Resolver404:
            name = f"unknown {path}"
        if name in found or FILES.search(path) or name in LEAVES:
            continue
        text = _page(stage.address + path, cookies)
        if text is None:
            continue
        found[name] = path
        for href in links(text):
            if href not in seen and href.startswith(start):
                seen.add(href)
                waiting.append(href)
    return found


def workspaces(stage: Stage, cookies: str) -> dict[str, str]:
    """Give the pages of the workspaces of a sample that the first country's page rests on, and of the newest survey.

    Parameters
    ----------
    stage : Stage
        The site.
    cookies : str
        Cookies of somebody who may read them.

    Returns
    -------
    dict of str to str
        Address by name, such as ``workspace-sample-design``; none where there is no such edition.
    """
    found: dict[str, str] = {}
    countries = [href for href in links(_page(f"{stage.address}/en/", cookies) or "") if "/countries/" in href]
    for kind, path in (("sample", countries[0] if countries else ""), ("survey", "/en/releases/")):
        page = _page(stage.address + path, cookies) if path else ""
        for number in dict.fromkeys(re.findall(r"/en/releases/(\d+)/", page or "")):
            edition = _page(f"{stage.address}/en/work/editions/{number}/", cookies) or ""
            own = {href.split("/")[-2]: href for href in links(edition)
                   if re.fullmatch(rf"/en/work/editions/{number}/[a-z]+/", href)}
            if ("balance" in own) == (kind == "sample"):
                for name, href in own.items():
                    found.setdefault(f"workspace-{kind}-{name}", href)
    return found


def _page(address: str, cookies: str) -> str | None:
    """Fetch a page; None for what is not HTML."""
    request = urllib.request.Request(address, headers={"Cookie": cookies} if cookies else {})  # noqa: S310 - our own
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - our own server
        is_page = "html" in answer.headers["Content-Type"] and "attachment" not in answer.headers.get(
            "Content-Disposition", "")
        return answer.read().decode() if is_page else None
