"""The public site as files: every link leads to a file, only what is public is in it, and it appears whole."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from django.core.management import call_command
from lxml import html

from ekistics.core.errors import EkisticsError
from ekistics.web.observatory import export
from ekistics.web.policy import State

pytestmark = pytest.mark.django_db


def test_every_link_leads_to_a_file_and_nothing_secret_is_there(publish: Callable[..., Any], tmp_path: Path) -> None:
    made = publish()
    publish("GHA-SEC", name="Secretown", access=33.77, state=State.DRAFT)
    publish("GHA-RES", name="Restricted", access=71.23, conf_status="C")
    folder = tmp_path / "copy"
    done = export.export_site(folder, languages=["en", "ar"])
    for code in ("en", "ar"):
        assert (folder / code / "cities" / "GHA-AVA" / "index.html").is_file()
    assert (folder / "packages" / f"{made.edition}.zip").is_file()
    assert not (folder / "fr").exists()
    broken = []
    for page in folder.rglob("*.html"):
        for element in html.parse(str(page)).getroot().iter():
            for name in ("href", "src", "data-source", "data-spec"):
                link = element.get(name) if isinstance(element.tag, str) else None
                parts = urlsplit(link or "#")
                if parts.scheme or parts.netloc or not parts.path:
                    continue
                if not (page.parent / unquote(parts.path)).is_file():
                    broken.append((str(page.relative_to(folder)), link))
    assert broken == []
    assert done.pages > 10
    everything = b"".join(p.read_bytes() for p in folder.rglob("*") if p.suffix in (".html", ".csv"))
    assert b"Secretown" not in everything
    assert b"58.0" in everything  # a public share, as a page and a table say it
    assert not re.search(rb"[>, ]71\.2", everything)
    assert b"<form" not in everything


def test_pages_that_are_a_form_and_nothing_else_are_left_to_the_site(publish: Callable[..., Any],
                                                                     tmp_path: Path) -> None:
    publish()
    export.export_site(tmp_path / "copy", languages=["en"])
    values = list((tmp_path / "copy/en/values").glob("*/index.html"))
    assert values and not list((tmp_path / "copy").rglob("report/*"))
    for page in values:
        (link,) = html.parse(str(page)).xpath("//a[@id='report']/@href")
        assert (page.parent / link).resolve() == (tmp_path / "copy" / export.NOTE).resolve()


@pytest.mark.parametrize("secure", [False, True])
def test_whole_addresses_of_this_site_lead_to_files_by_either_scheme(publish: Callable[..., Any], tmp_path: Path,
                                                                     settings: Any, secure: bool,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = secure, ["site.example"]
    publish()
    fetch = export._fetch

    def linked(handler: Any, address: str) -> Any:
        """Say some links of the first page as people write them into texts."""
        answer = fetch(handler, address)
        if address == "/en/":
            links = "".join(f'<a class="whole" href="{scheme}://{host}/en/gaps/{end}">x</a>' for scheme in (
                "http", "https") for host in ("site.example", "site.example.org") for end in ("", "?", "?#top"))
            answer.content = answer.content.replace(b"</main>", f"{links}</main>".encode())
        return answer

    monkeypatch.setattr(export, "_fetch", linked)
    done = export.export_site(tmp_path / "copy", languages=["en"])
    found = html.parse(str(tmp_path / "copy/en/index.html")).xpath("//a[@class='whole']/@href")
    ours = ["gaps/index.html", "gaps/index.html", "gaps/index.html#top"]
    others = [f"://site.example.org/en/gaps/{end}" for end in ("", "?", "?#top")]
    assert found == [*ours, *(f"http{other}" for other in others), *ours, *(f"https{other}" for other in others)]
    beside = {"index.html", export.NOTE}  # each other page was fetched once, by one address
    assert done.pages == len([*(tmp_path / "copy").rglob("*.html")]) - len(beside)


def test_the_checksums_are_those_of_the_files(publish: Callable[..., Any], tmp_path: Path,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    publish()
    folder = tmp_path / "copy"
    call_command("export_site", str(folder), "--language", "en", "--json")
    said = json.loads(capsys.readouterr().out)
    lines = (folder / export.CHECKSUMS).read_text().splitlines()
    assert len(lines) == said["files"]
    for line in lines:
        digest, _space, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} == {
        export.CHECKSUMS, *(line.partition("  ")[2] for line in lines)}


def test_it_replaces_its_own_folder_only_and_wholly(publish: Callable[..., Any], tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine.txt").write_text("kept")
    with pytest.raises(EkisticsError, match="not an export"):
        export.export_site(other, languages=["en"])
    assert (other / "mine.txt").read_text() == "kept"
    folder = tmp_path / "copy"
    export.export_site(folder, languages=["en"])
    before = (folder / export.CHECKSUMS).read_bytes()
    monkeypatch.setattr(export, "_write_rest", lambda _site: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export.export_site(folder, languages=["en"])
    assert (folder / export.CHECKSUMS).read_bytes() == before
    with pytest.raises(EkisticsError, match="language"):
        export.export_site(folder, languages=["xx"])
