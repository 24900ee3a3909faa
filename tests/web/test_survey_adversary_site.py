"""Nobody who reads the site, each page and file of a surveyed city, learns what was withheld: an adversary tries."""

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pypdf
import pytest
from django.apps import apps
from django.test import Client

from ekistics.vault import Vault, make_key_file
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.publishing import publish_packages
from ekistics.web.places.models import Place
from ekistics.web.policy import Role
from tests.jobs.adversary import LENGTH, Attacked, agreeing, attacked, printed
from tests.jobs.test_survey_adversary import BASE, Case, homes

CITY = "GHA-AVA"
CODES = {f"XTH-{name.upper()}": f"{CITY}:{name.upper()}" for name in ("north", "south", "west", "port", "quay")}
STARTS = (f"/en/cities/{CITY}/", f"/fr/cities/{CITY}/", "/en/gaps/", "/en/data/", "/en/releases/", "/en/methods/",
          "/en/indicators/sdg_11_1_1/", "/en/indicators/sdg_11_1_1/map.json",
          f"/en/search/?q={CITY}", "/en/maps/cities.json",
          f"/en/compare/?places={CITY}&indicator=sdg_11_1_1", "/tables/indicators/sdg_11_1_1.csv",
          "/en/countries/GHA/", "/ogc/collections",
          *(f"/tables/cities/{CITY}.{form}" for form in ("csv", "xlsx", "sdmx.csv", "parquet")),
          *(f"/en/cities/{CITY}/brief.{form}" for form in ("pdf", "docx")),
          *(f"/api/v1/{name}?limit=1000" for name in ("observations", "measures", "periods", "revisions", "datasets",
                                                       "editions", "layers")),
          "/api/v1/indicators", f"/api/v1/places/{CITY}")
FOLLOWED = re.compile(rf"^/(en|fr)/(cities/{CITY}|values/|releases/\d|data/|indicators/sdg_11_1_1|compare|countries)"
                      r"|^/(tables|packages|layers|ogc|api)/")

LINK = re.compile(rb'(?:href|src|data-[a-z-]+)="(/[^"#]*)|"(?:https?://[^/"]+)?(/(?:api|ogc|tables)/[^"#]*)"')
# Where marks of drawings stand: numbers of few digits. That a withheld value has no mark is tested where they are made.
PLACED = re.compile(rb' (?:style|d|points|transform|viewBox|x|y|x1|x2|y1|y2|cx|cy|r|width|height)="[^"]*"')
OFFICE = re.compile(rb'>([^<>]+)<| (?:descr|title)="([^"]*)"')  # what is read or heard of a document, not its layout
READABLE = (".csv", ".json", ".geojson", ".xml", ".svg", ".html", ".txt", ".md")


@pytest.fixture(params=["tiny areas", "nobody but few"])
def attack(request, tmp_path: Path) -> Attacked:
    """Survey the city; its areas are the strata, and two are tiny, or the whole sample is."""
    asked = homes() if request.param == "tiny areas" else homes()[:8].assign(block=[1, 1, 1, 1, 2, 2, 2, 2])
    folder = Case(asked, '"tenure"').write(tmp_path / "in")
    told = BASE.replace('"XTH"', f'"{CITY}"').replace('country = "XXX"', 'country = "GHA"')
    for code, own in CODES.items():
        told = told.replace(f'"{code}"', f'"{own}"')
    told = told.replace('groups = ["sex", "age", "displacement_status", "tenure"]',
                        'groups = ["tenure"]\nindicators = ["sdg_11_1_1"]')
    (folder / "survey.toml").write_text(told)
    for name in ("keys", "safe"):
        (tmp_path / name).mkdir()
    with (Vault.create(tmp_path / "safe" / "p.vault", make_key_file(tmp_path / "keys" / "k.key")) as vault,
          pytest.MonkeyPatch.context() as patch):
        return attacked(folder, vault, tmp_path / "out", patch)


def body(response: object) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


def texts(data: bytes) -> set[str]:
    """Give the numbers of an answer, whatever its form."""
    if data[:4] == b"%PDF":
        return printed("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).encode())
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return set().union(*(member(name, book.read(name)) for name in book.namelist()))
    if data[:4] == b"PAR1":
        told = pq.read_table(io.BytesIO(data)).to_pylist()
        return printed(" ".join(str(value) for row in told for value in row.values()).encode())
    return printed(PLACED.sub(b"", data))


def member(name: str, data: bytes) -> set[str]:
    """Give the numbers of a file of an archive; pictures and columns in their own coding have no printed ones."""
    if not name.endswith(READABLE):
        return set()
    if name.startswith(("word/", "xl/", "docProps/")):
        return printed(b"\n".join(b" ".join(found) for found in OFFICE.findall(data)))
    return printed(PLACED.sub(b"", LENGTH.sub(b"", data)))


def crawl(client: Client, starts: tuple[str, ...], most: int) -> Iterator[tuple[str, set[str]]]:
    """Follow links from some addresses, and give the numbers of every answer."""
    waiting, seen = deque(starts), set(starts)
    while waiting and most:
        address = waiting.popleft()
        response = client.get(address)
        assert response.status_code < 500, address  # noqa: PLR2004 - the server's own faults
        if response.status_code != 200:
            continue
        most -= 1
        data = body(response)
        yield address, texts(data)
        for parts in LINK.findall(data if data[:2] not in (b"PK", b"%P") else b""):
            link = (parts[0] or parts[1]).decode().replace("&amp;", "&")
            if FOLLOWED.match(link) and link not in seen:
                seen.add(link)
                waiting.append(link)


def numbers_of_records() -> set[str]:
    """Give the numbers by which the database knows what it holds: addresses and answers name them."""
    return {str(key) for model in apps.get_app_config("observatory").get_models()
            for key in model.objects.values_list("pk", flat=True)}


def found(attack: Attacked, client: Client, starts: tuple[str, ...], most: int) -> tuple[dict[str, list[str]], int]:
    leaks, pages, records = {}, 0, numbers_of_records()
    for address, numbers in crawl(client, starts, most):
        pages += 1
        if told := agreeing(numbers - records, attack.secrets, attack.public):
            leaks[address] = told
    return leaks, pages


@pytest.mark.django_db
@pytest.mark.parametrize("most", [60, pytest.param(2000, marks=pytest.mark.full)])
def test_no_public_page_or_file_tells_a_withheld_number(world: Place, attack: Attacked, client_of, most: int) -> None:
    (outcome,) = publish_packages([attack.folder])
    assert outcome.error is None and attack.withheld.any()
    leaks, pages = found(attack, client_of(), STARTS, most)
    assert leaks == {}
    assert pages >= 25


@pytest.mark.django_db
def test_no_workspace_tells_a_withheld_number(world: Place, attack: Attacked, client_of, person) -> None:
    (outcome,) = publish_packages([attack.folder])
    assert outcome.error is None
    pk = Edition.objects.get().pk
    starts = tuple(f"/{language}/work/editions/{pk}/{part}" for language in ("en", "ar")
                   for part in ("", "design/", "estimates/", "withheld/"))
    leaks, pages = found(attack, client_of(person(Role.EDITOR, "GHA")), starts, len(starts))
    assert (leaks, pages) == ({}, len(starts))
