"""The doors of the site for the matrix of rights: address, how a secret is looked for in it, and who may see it."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pypdf

from ekistics.web.policy import Action, Facts, Role, State, may

NUMBER = re.compile(r"(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])")
SHARE = re.compile(r"(?<![0-9.,])([0-9][0-9,]*)\sof\s([0-9]{1,3}(?:,[0-9]{3})+)(?![0-9.])")  # people, not pages


@dataclass(frozen=True)
class Case:
    """A city with one secret number."""

    code: str
    name: str
    secret: float
    facts: Facts
    edition: int
    observation: int
    rows: frozenset[int]  # all its values of the indicator
    country: str  # a country with the same secret in an edition of the same facts, that of a sample of cities
    nation: str
    national: int
    dataset: str
    index: int  # an index of that country with the same secret, in an edition of the same facts
    text: int  # a text for the country's report
    told: State  # the text's own state: it has neither embargo nor restricted numbers

    @property
    def stands(self) -> bool:
        """Tell whether its number is a current one."""
        return self.facts.state is State.PUBLISHED and not self.facts.embargoed


@dataclass(frozen=True)
class Who:
    """Somebody who asks."""

    name: str
    role: Role  # at the cities, as far as a token reaches
    own: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    signed_in: bool = False


Expected = Callable[[Case, Who], bool]


def number(case: Case, who: Who) -> bool:
    """Tell whether the policy lets somebody read the secret."""
    facts = case.facts
    return may(who.role, Action.READ, Facts(facts.state, facts.embargoed, facts.restricted, who.own))


def standing(case: Case, who: Who) -> bool:
    """Tell whether it shows where current numbers show only."""
    return case.stands and number(case, who)


def among(codes: list[str]) -> Expected:
    """Give who may see it where current numbers of some cities show only."""
    return lambda case, who: case.code in codes and standing(case, who)


def sent_abroad(case: Case, who: Who) -> bool:
    """Tell whether it is in the global SDG structure, which takes free numbers only."""
    return not case.facts.restricted and standing(case, who)


def edition(case: Case, who: Who) -> bool:
    """Tell whether somebody may know of the edition; its free numbers are in it."""
    return may(who.role, Action.READ, Facts(case.facts.state, case.facts.embargoed, own=who.own))


def edition_stands(case: Case, who: Who) -> bool:
    """Tell whether the edition shows where released ones show only."""
    return case.stands and edition(case, who)


def came_out(case: Case, who: Who) -> bool:
    """Tell whether the edition shows where those show that came out, also if it was withdrawn later."""
    return (case.stands or case.facts.state is State.WITHDRAWN) and edition(case, who)


def number_came_out(case: Case, who: Who) -> bool:
    """Tell whether what is drawn from the secret shows there."""
    return came_out(case, who) and number(case, who)


def everybody_edition(case: Case, _who: Who) -> bool:
    """Tell whether the edition is in lists that are the same for all."""
    return edition_stands(case, Who("", Role.PUBLIC))


def place(case: Case, who: Who) -> bool:
    """Tell whether the city shows: it has something that stands, or somebody has a role there."""
    return case.stands or who.role is not Role.PUBLIC


def listed(case: Case, _who: Who) -> bool:
    """Tell whether the city is on lists and maps."""
    return case.stands


def worked(case: Case, who: Who) -> bool:
    """Tell whether it shows in the work area."""
    return who.signed_in and number(case, who)


def in_workflow(case: Case, who: Who) -> bool:
    """Tell whether somebody with an account, or a token to read, may read of the edition's way through the workflow."""
    token_to_read = bool(who.headers) and who.role is not Role.PUBLIC
    return (who.signed_in or token_to_read) and edition(case, who)


def text_read(case: Case, who: Who) -> bool:
    """Tell whether the policy lets somebody with an account read the text in the work area."""
    return who.signed_in and may(who.role, Action.READ, Facts(case.told, own=who.own))


def text_waits(case: Case, who: Who) -> bool:
    """Tell whether the text is on the list of what is in work."""
    return case.told not in (State.PUBLISHED, State.WITHDRAWN) and text_read(case, who)


def text_reported(case: Case, who: Who) -> bool:
    """Tell whether the text stands in the country's report: there is a report, and the text was not withdrawn."""
    return (case.told is not State.WITHDRAWN and edition_stands(case, who)
            and may(who.role, Action.READ, Facts(case.told, own=who.own)))


def nobody(_case: Case, _who: Who) -> bool:
    """Tell that it is there for nobody: a page that editions of this kind do not have."""
    return False


def corrected(case: Case, who: Who) -> bool:
    """Tell whether somebody may begin a correction with it."""
    return who.signed_in and number(case, who) and who.role >= Role.CONTRIBUTOR


def _json_rows(raw: bytes) -> list[Any]:
    said = json.loads(raw)
    return [row[said["columns"].index("obs_value")] for row in said["rows"]]


def _frame(raw: bytes, read: Callable[..., pd.DataFrame], **how: Any) -> list[Any]:
    frame = read(io.BytesIO(raw), **how)
    return list(frame[next(c for c in frame.columns if c.lower() == "obs_value")])


def _numbers(text: str) -> list[Decimal]:
    """Read the numbers of a text with the digits they are written with, and shares that are told as counts."""
    counts = [(Decimal(some.replace(",", "")), Decimal(all_.replace(",", ""))) for some, all_ in SHARE.findall(text)]
    return [*map(Decimal, NUMBER.findall(text)), *(100 * some / all_ for some, all_ in counts if all_)]


def _workbook(raw: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    return [c for c in cells if isinstance(c, float)] + _numbers(" ".join(str(c) for c in cells))


def _word(raw: bytes) -> list[Decimal]:
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        return _numbers(re.sub(r"<[^>]+>", "", file.read("word/document.xml").decode().replace("</w:p>", " ")))


def _pdf(raw: bytes) -> list[Decimal]:
    return _numbers("\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages))


READERS: dict[str, Callable[[bytes], list[Any]]] = {
    "items": lambda raw: [row["obs_value"] for row in json.loads(raw)["items"]],
    "changes": lambda raw: [row["new"] for row in json.loads(raw)["items"]],
    "one": lambda raw: [json.loads(raw)["obs_value"]],
    "json": _json_rows, "csv": lambda raw: _frame(raw, pd.read_csv),
    "xlsx": lambda raw: _frame(raw, pd.read_excel, sheet_name="observations"),
    "parquet": lambda raw: _frame(raw, pd.read_parquet),
    "xml": lambda raw: [float(v) for v in re.findall(r'OBS_VALUE="([0-9.]+)"', raw.decode())],
    "page": lambda raw: _numbers(raw.decode()), "book": _workbook, "word": _word, "pdf": _pdf,
    "links": lambda raw: [int(v) for v in re.findall(r"/values/(\d+)/", raw.decode())],
    "ages": lambda raw: [f["properties"]["id"] for f in json.loads(raw)["features"]
                         if f["properties"]["value"].isdigit()],
}


def _closeness(number: Any) -> float:
    """Give how near the secret a number is that was rounded from it: half of the last digit that is written."""
    digits = -int(number.as_tuple().exponent) if isinstance(number, Decimal) else 9
    return 0.5000001 * 10.0 ** -digits if digits < 9 else 1e-9


@dataclass(frozen=True)
class Door:
    """An address, how the secret is looked for in what it gives, and who may see it there.

    ``how`` is a reader of numbers, ``there`` for a thing that is there or not, or a text that names the thing.
    """

    address: str
    how: str
    expected: Expected
    session: bool = False  # it knows sessions, and no tokens
    cost: int = 0  # 1: the quick run samples it; 2: it makes a document

    def content(self, raw: bytes | None) -> Any:
        """Read an answer once for all cases."""
        if raw is None or self.how == "there":
            return raw
        return READERS[self.how](raw) if self.how in READERS else raw.decode()

    def shows(self, content: Any, case: Case) -> bool:
        """Tell whether the case is in what was read."""
        if content is None or self.how == "there":
            return content is not None
        if self.how == "links":
            return not case.rows.isdisjoint(content)
        if self.how == "ages":
            return case.code in content
        if self.how not in READERS:
            return self.how.format(c=case) in content
        return bool(self.near(content, case))

    def near(self, content: Any, case: Case) -> list[Any]:
        """Give the numbers that are the secret, rounded to the digits they are written with."""
        if not isinstance(content, list) or self.how in ("links", "ages"):
            return []
        return [v for v in content if v is not None and abs(float(v) - case.secret) < _closeness(v)]


def _numbers_of_the_record() -> Iterable[Door]:
    for address, how, expected in (
            ("/api/v1/observations?ref_area={c.code}&current=false", "items", number),
            ("/api/v1/observations?parent={c.code}", "items", standing),
            ("/api/v1/observations?edition={c.edition}", "items", number),
            ("/api/v1/observations?indicator=sdg_11_2_1&limit=1000", "items", standing),
            ("/api/v1/observations/{c.observation}", "one", number),
            ("/tables/cities/{c.code}.csv", "csv", standing), ("/tables/cities/{c.code}.json", "json", standing),
            ("/tables/cities/{c.code}.xlsx", "xlsx", standing),
            ("/tables/cities/{c.code}.parquet", "parquet", standing),
            ("/tables/cities/{c.code}.sdmx.csv", "csv", standing),
            ("/tables/cities/{c.code}.sdmx.xml", "xml", standing),
            ("/tables/indicators/sdg_11_2_1.csv", "csv", standing),
            ("/tables/datasets/profile:{c.code}.csv", "csv", standing),
            ("/tables/observations.csv?edition={c.edition}", "csv", number),
            ("/tables/observations.json?country=GHA&current=false", "json", number),
            ("/tables/observations.sdmx.csv?edition={c.edition}", "csv", number)):
        yield Door(address, how, expected)
    yield Door("/en/cities/{c.code}/", "page", standing, session=True)
    yield Door("/en/frameworks/umf/?c={c.code}", "page", standing, session=True)
    yield Door("/en/values/{c.observation}/", "page", number, session=True)
    for address in ("/packages/{c.edition}.zip", "/ogc/collections/layer-{c.edition}-boundary/items",
                    "/ogc/collections/layer-{c.edition}-neighbourhoods"):
        yield Door(address, "there", number)


def _more_numbers(codes: list[str]) -> Iterable[Door]:
    """Give the doors that show many cities at once, which cost one request each, and those of one value."""
    for some in (codes[:7], codes[7:]):
        asked, expected = f"{'&'.join(f'c={code}' for code in some)}&i=sdg_11_2_1", among(some)
        yield Door(f"/en/compare/?{asked}", "page", expected, session=True)
        yield Door(f"/en/charts/compare.json?{asked}", "page", expected, session=True)
        yield Door(f"/en/compare/table.csv?{asked}", "csv", expected, session=True)
        for kind, how in (("html", "page"), ("docx", "word"), ("xlsx", "book"), ("pdf", "pdf")):
            yield Door(f"/en/compare/report.{kind}?{asked}", how, expected, session=True, cost=2)
    yield Door("/en/indicators/sdg_11_2_1/", "page", standing, session=True)
    yield Door("/en/indicators/sdg_11_2_1/map.json", "page", standing, session=True)
    yield Door("/en/gaps/?i=sdg_11_2_1", "links", standing, session=True)
    yield Door("/tables/indicators/sdg_11_2_1.sdg.sdmx.csv", "csv", sent_abroad)
    yield Door("/tables/indicators/sdg_11_2_1.sdg.sdmx.xml", "xml", sent_abroad)
    yield Door("/tables/cities/{c.code}.sdg.sdmx.csv", "csv", sent_abroad, cost=1)
    yield Door("/api/v1/revisions?edition={c.edition}", "changes", number)
    yield Door("/api/v1/revisions?limit=1000", "changes", number)
    yield Door("/en/releases/{c.edition}/", "page", number, session=True)
    yield Door("/en/values/{c.observation}/report/", "there", number, session=True)
    yield Door("/en/work/editions/{c.edition}/", "page", worked, session=True)
    yield Door("/en/uploads/template/?observation={c.observation}&format=csv", "csv", corrected, session=True, cost=1)
    yield Door("/en/uploads/template/?observation={c.observation}&format=xlsx", "book", corrected, session=True, cost=2)
    for kind, how in (("html", "page"), ("docx", "word"), ("xlsx", "book"), ("pdf", "pdf")):
        yield Door(f"/en/cities/{{c.code}}/brief.{kind}", how, standing, session=True, cost=2)


def _things() -> Iterable[Door]:
    """Give the doors where an edition, a layer or a city is there or not."""
    yield Door("/layers/{c.edition}/boundary.pmtiles", "there", edition, session=True)
    yield Door("/layers/{c.edition}/access.pmtiles", "there", number, session=True)
    yield Door("/layers/{c.edition}/heat-day.png", "there", number, session=True)
    yield Door("/layers/city/{c.code}/manifest.json?lang=en", "/layers/{c.edition}/boundary.pmtiles", edition_stands,
               session=True)
    yield Door("/layers/city/{c.code}/manifest.json?lang=en", "/layers/{c.edition}/heat-day.png", standing,
               session=True)
    yield Door("/api/v1/layers?limit=1000", '"edition": {c.edition},', number)
    yield Door("/ogc/collections?limit=100", "layer-{c.edition}-boundary", number_came_out)
    yield Door("/api/v1/editions/{c.edition}", "there", edition)
    yield Door("/api/v1/editions/{c.edition}/workflow", "there", in_workflow)
    yield Door("/api/v1/editions?limit=1000", '"edition": {c.edition},', edition)
    yield Door("/api/v1/editions?limit=1000", "/packages/{c.edition}.zip", number)
    yield Door("/api/v1/datasets/profile:{c.code}", "there", edition)
    yield Door("/api/v1/datasets?limit=1000", '"profile:{c.code}"', edition)
    yield Door("/tables/catalogue.jsonld", "profile:{c.code}", everybody_edition)
    yield Door("/en/data/", ">{c.name}<", edition, session=True)
    yield Door("/en/data/profile:{c.code}/", "there", edition, session=True)
    yield Door("/en/releases/", "/releases/{c.edition}/", came_out, session=True)
    yield Door("/en/series/sdg_11_2_1/either/", "/releases/{c.edition}/", number, session=True)
    yield Door("/en/maps/cities.json", '"{c.code}"', listed, session=True)
    yield Door("/en/gaps/map.json?i=sdg_11_2_1", '"{c.code}"', listed, session=True)
    yield Door("/en/gaps/map.json?i=sdg_11_2_1", "ages", standing, session=True)
    yield Door("/en/search/?q=Town", ">{c.name}<", place, session=True)
    yield Door("/en/cities/{c.code}/", "there", place, session=True)
    yield Door("/api/v1/places?kind=city&limit=1000", '"{c.code}"', place)
    yield Door("/api/v1/places/{c.code}", "there", place)
    yield Door("/api/v1/places/search?q=Town&limit=50", '"{c.code}"', place)
    yield Door("/ogc/collections/cities/items?limit=1000", '"{c.code}"', place)
    yield Door("/ogc/collections/neighbourhoods/items?limit=1000", '"{c.code}:N1"', place)
    yield Door("/ogc/collections/cities/items/{c.code}", "there", place)
    yield Door("/tables/cities/{c.code}.csv", "there", place)
    yield Door("/tables/datasets/profile:{c.code}.csv", "there", edition)


def _nations() -> Iterable[Door]:
    """Give the doors of a country: its page, its sample, the framework, and the workspace of its edition."""
    yield Door("/en/countries/{c.country}/", "page", standing, session=True)
    yield Door("/en/countries/{c.country}/", "Ostharbour", standing, session=True)
    yield Door("/en/countries/{c.country}/map.json", "Ostharbour", standing, session=True)
    yield Door("/en/frameworks/nua/?c={c.country}", "31.5", edition_stands, session=True)
    yield Door("/en/", "<bdi>{c.nation}</bdi>", edition_stands, session=True)
    for part, how in (("estimates", "page"), ("design", "there"), ("balance", "there"), ("cities", "Ostharbour")):
        yield Door(f"/en/work/editions/{{c.national}}/{part}/", how, worked, session=True)
    yield Door("/en/work/editions/{c.national}/map.json", "Ostharbour", worked, session=True)
    yield Door("/en/work/editions/{c.national}/withheld/", "there", nobody, session=True)
    yield Door("/en/work/editions/{c.edition}/design/", "there", nobody, session=True)
    yield Door("/en/releases/{c.national}/", "page", number_came_out, session=True)
    yield Door("/en/data/{c.dataset}/", "there", edition, session=True)
    yield Door("/tables/datasets/{c.dataset}.csv", "csv", standing)
    yield Door("/packages/{c.national}.zip", "there", number)


def _indices() -> Iterable[Door]:
    """Give the doors of an index: the list, its live page, which holds every value, its entry, table and package."""
    yield Door("/en/index/", "/en/index/made/?p={c.country}", standing, session=True)
    yield Door("/en/index/made/?p={c.country}", "page", standing, session=True)
    yield Door("/en/index/made/?p={c.country}", "Town of {c.nation}", standing, session=True)
    yield Door("/en/data/index:{c.country}:made/", "there", edition, session=True)
    yield Door("/tables/datasets/index:{c.country}:made.csv", "csv", standing)
    yield Door("/en/releases/{c.index}/", "page", number_came_out, session=True)
    yield Door("/packages/{c.index}.zip", "there", number)


def _reports() -> Iterable[Door]:
    """Give the doors of a country's report, and of the texts that people write for it."""
    kinds = (("html", "page", 1), ("csv", "page", 1), ("docx", "word", 2), ("xlsx", "book", 2), ("pdf", "pdf", 2))
    for kind, how, cost in kinds:
        yield Door(f"/en/countries/{{c.country}}/report.{kind}", how, standing, session=True, cost=cost)
    for kind in ("html", "csv"):
        yield Door(f"/en/countries/{{c.country}}/report.{kind}", "Office of {c.nation}", text_reported, session=True,
                   cost=1)
    yield Door("/en/countries/{c.country}/report.html", "Words of {c.nation}", text_reported, session=True, cost=1)
    yield Door("/en/work/texts/{c.text}/", "Words of {c.nation}", text_read, session=True)
    yield Door("/en/work/countries/{c.country}/texts/", "Office of {c.nation}", text_read, session=True)
    yield Door("/en/work/", "work/texts/{c.text}/", text_waits, session=True)


def doors(codes: list[str]) -> list[Door]:
    """Give every door that shows something of a city.

    Parameters
    ----------
    codes : list of str
        Codes of the cities.

    Returns
    -------
    list of Door
        The doors; first those of numbers.
    """
    return [*_numbers_of_the_record(), *_more_numbers(codes), *_things(), *_nations(), *_indices(), *_reports()]
