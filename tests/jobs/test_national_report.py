"""The national report of a made-up country of 200 cities: every number is in its data sheet; refusals; both rounds."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from lxml import html
from typer.testing import CliRunner

from ekistics.cli.app import app
from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    PackageError,
    UnknownNameError,
)
from ekistics.core.report_outline import nua_report
from ekistics.jobs.national import national
from ekistics.jobs.national.report import KINDS, national_report
from ekistics.package import read_package, write_package
from ekistics.package.documents import read_document
from ekistics.publish.content import Cell, Table
from ekistics.publish.report import (
    Box,
    Citation,
    Cite,
    FactList,
    Heading,
    Inline,
    KeyFigures,
    Paragraph,
    Report,
)

from .report_country import CITIES, make_country

LANGUAGES = ("en", "fr", "ar")
NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f\u066b\u066c]\d+)*")
SPREAD = 2.5  # columns of an extracted page stand so far apart that no number runs into the next
MARK = re.compile(r"\[\d+\]")
OUTLINE = {s.code for s in nua_report().sections} | {c.code for c in nua_report().chapters} | {"1", "2", "3"}


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    return make_country(tmp_path_factory.mktemp("country"))


@pytest.fixture(scope="module")
def made(country):
    return national_report([country.package], country.folder / "report", earlier=[country.earlier],
                           cities=country.cities, texts=country.texts)


@pytest.fixture(params=LANGUAGES)
def report(request, made) -> Report:
    return made.reports[LANGUAGES.index(request.param)]


def file_of(made, report: Report, kind: str) -> bytes:
    return (made.folder / f"{report.code}-{report.language}.{kind}").read_bytes()


def numbers(text: str) -> set[str]:
    plain = re.sub("[\u2066-\u2069\u200e\u200f\u061c\u2060]", "", text)
    return set(NUMBER.findall(MARK.sub("", plain).replace("\u202f", "\u00a0")))


def sheet(made, report: Report) -> list[dict[str, str]]:
    """Read the data sheet as somebody else would: the CSV file."""
    return list(csv.DictReader(io.StringIO(file_of(made, report, "csv").decode())))


def known(made, report: Report) -> set[str]:
    return numbers("\n".join(text for row in sheet(made, report) for text in row.values()))


def body_html(made, report: Report) -> str:
    tree = html.fromstring(file_of(made, report, "html"))
    for part in (*tree.find_class("data"), *tree.find_class("cite"), *tree.iter("footer", "style", "title")):
        part.drop_tree()
    return " ".join(tree.itertext())


def body_docx(made, report: Report) -> str:
    held = docx.Document(io.BytesIO(file_of(made, report, "docx")))
    cells = [cell.text for table in held.tables[:-1] for row in table.rows for cell in row.cells]
    return "\n".join([*cells, *(line.text for line in held.paragraphs)])


def body_pdf(made, report: Report) -> str:
    held = pypdf.PdfReader(io.BytesIO(file_of(made, report, "pdf")))
    at = next(held.get_destination_page_number(entry) for entry in flat(held.outline)
              if entry.title == report.labels["data"])
    pages = [page.extract_text(extraction_mode="layout", layout_mode_scale_weight=SPREAD) for page in held.pages[:at]]
    edges = numbers(f"{len(held.pages)} " + " ".join(str(i + 1) for i in range(at)))
    return "\n".join(pages) if edges <= {str(i) for i in range(len(held.pages) + 1)} else ""


def flat(outline: list) -> list:
    return [each for entry in outline for each in (flat(entry) if isinstance(entry, list) else [entry])]


BODIES = {"html": body_html, "docx": body_docx, "pdf": body_pdf}


@pytest.mark.parametrize("kind", BODIES)
def test_every_number_of_the_document_is_in_its_data_sheet(made, report, kind):
    found, listed = numbers(BODIES[kind](made, report)), known(made, report)
    if (kind, report.language) == ("pdf", "fr"):  # whose text has a plain space where a narrow one parts thousands
        listed |= {part for number in listed for part in number.split("\u00a0")}
    assert len(found) > 150
    lost = found - listed - OUTLINE - numbers(report.edition_text)
    print(f"SHOWN national report, {kind} in {report.language}: {len(found)} different numbers in the text, "
          f"{len(lost)} of them missing from the data sheet of {len(report.citations)} entries")
    assert not lost


def test_the_workbook_has_the_same_list(made, report):
    *sheets, data = openpyxl.load_workbook(io.BytesIO(file_of(made, report, "xlsx"))).worksheets
    rows = [[cell.value for cell in row] for row in data.iter_rows(min_row=2)]
    told = sheet(made, report)
    assert len(rows) == len(told) == len(report.citations)
    assert [str(row[0]) for row in rows] == [next(iter(row.values())) for row in told]
    body = [cell.value for page in sheets for row in page.iter_rows() for cell in row if cell.value is not None]
    values = {cell for row in rows for cell in row if isinstance(cell, int | float)}
    assert {cell for cell in body if isinstance(cell, int | float)} <= values
    text = "\n".join(cell for cell in body if isinstance(cell, str))
    assert numbers(text) <= known(made, report) | OUTLINE | numbers(report.edition_text)


def uncited(report: Report) -> list[str]:
    """Give every number that has no entry of its own: neither a mark nor a place in the entry that its row leads to."""
    entries = {entry.number: entry for entry in report.citations}
    names = sorted({name for entry in report.citations for name in words_of(entry)}, key=len, reverse=True)
    found = [f"{cite.text} is not entry {cite.number}" for cite in cites_of(report)
             if numbers(cite.text) - numbers(entries[cite.number].text)]
    for text, beside in texts_of(report):
        left = text
        told = {t for number in beside for t in (entries[number].interval, entries[number].period,
                                                 entries[number].base) if t}
        for name in (*sorted(told, key=len, reverse=True), *names):
            left = left.replace(name, " ")
        found += sorted(numbers(left) - OUTLINE - numbers(" ".join(entries[number].rule for number in beside)))
    return found


def words_of(entry: Citation) -> Iterator[str]:
    """Give the names in an entry that may stand alone: of indicators, places, strata, methods and sources."""
    yield from (name for name in (entry.place, entry.method, entry.source) if name)
    if entry.kind in ("stored", "peer"):
        yield from (entry.label, *entry.label.split(": "), f"{entry.label.split(' ')[0]} ")


def cites_of(report: Report) -> Iterator[Cite]:
    for block in report.blocks:
        for parts in inlines(block):
            yield from (part for part in parts if isinstance(part, Cite))
        if isinstance(block, Table):
            yield from (Cite(cell.row, cell.text.split(", ")[0]) for group in block.groups for row in group.rows
                        for cell in row if cell.row > 0)
        if isinstance(block, KeyFigures):
            yield from (Cite(item.figure.row, item.figure.text) for item in block.items)


def inlines(block) -> list[tuple[Inline, ...]]:
    if isinstance(block, Paragraph):
        return [block.parts]
    return [*block.paragraphs, block.by] if isinstance(block, Box) else []


def texts_of(report: Report) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give every text without a mark, and the entries that stand beside it."""
    for block in report.blocks:
        for parts in inlines(block):
            beside = tuple(part.number for part in parts if isinstance(part, Cite))
            yield from ((part, beside) for part in parts if isinstance(part, str))
        if isinstance(block, Table):
            for row in (row for group in block.groups for row in group.rows):
                beside = tuple(cell.row for cell in row if cell.row > 0)
                yield from ((cell.text, beside) for cell in row if cell.row < 0)
            yield from ((column.title, ()) for column in block.columns)
        if isinstance(block, FactList):
            yield from ((fact.text, ()) for fact in block.facts)


def structural(report: Report) -> set[str]:
    """Give the numbers that are names: slots of the framework, strata, and the year of the framework's draft."""
    slots = {str(number) for number in range(1, 78)}
    return slots | numbers(" ".join(f.text for b in report.blocks if isinstance(b, FactList) for f in b.facts)) | {
        "50", "50,000", "150,000"} | numbers(report.edition_text) | {"2026", "11.2.1", "11.7.1"}


def loose(report: Report) -> list[str]:
    return [each for each in uncited(report) if each not in structural(report)]


def test_every_number_leads_to_its_entry(made):
    assert loose(made.reports[0]) == []


SMUGGLED = {
    "in prose": lambda held: Paragraph(("Of them 987.65 have a plan.",)),
    "after a cited number": lambda held: Paragraph((Cite(1, held.citations[0].text), " and 987.65 more")),
    "under another entry's mark": lambda held: Paragraph((Cite(1, "987.65 %"),)),
    "in a cell": lambda held: Table("t", "T", next(b for b in held.blocks if isinstance(b, Table)).columns[:2], (
        replace(next(b for b in held.blocks if isinstance(b, Table)).groups[0],
                rows=((Cell("city"), Cell("987.65 %")),)),)),
    "in a text of people": lambda held: Box("b", "In the country's own words", "published", (("We built 987.65.",),))}


@pytest.mark.parametrize("how", SMUGGLED)
def test_a_number_that_is_smuggled_in_is_found_out(made, how):
    held = made.reports[0]
    forged = replace(held, blocks=(*held.blocks, SMUGGLED[how](held)))
    assert set(loose(forged)) - set(loose(held)), "the check above would let it pass"


@pytest.mark.parametrize("kind", BODIES)
def test_a_number_in_a_file_that_the_sheet_does_not_have_is_found_out(made, tmp_path, kind):
    held = made.reports[0]
    forged = replace(held, blocks=(*held.blocks, Heading("Forged"), Paragraph(("Of them 987.65 have a plan.",))))
    other = replace(made, folder=tmp_path)
    for each in KINDS:
        shutil.copy(made.folder / f"{held.code}-en.{each}", tmp_path)
    (tmp_path / f"{held.code}-en.{kind}").write_bytes(KINDS[kind](forged))
    assert numbers(BODIES[kind](other, held)) - known(other, held) - OUTLINE >= {"987.65"}


def test_every_share_has_a_base_and_every_value_its_origin(report):
    shares = [e for e in report.citations if e.unit_measure == "PT" or ("%" in e.text and e.kind != "stated")]
    print(f"SHOWN national report, shares in {report.language}: {sum(bool(e.base) for e in shares)} of {len(shares)} "
          "have a base")
    assert len(shares) > 20
    for entry in report.citations:
        if entry in shares:
            assert entry.base, entry
        if entry.kind in ("stored", "document"):
            assert entry.source, entry
            assert entry.method, entry
            assert entry.run, entry
            assert entry.address, entry
        if entry.kind == "stored" and entry.unit_measure == "PT" and entry.value is not None:
            assert entry.numerator is not None, entry
            assert entry.value == pytest.approx(100 * entry.numerator / entry.denominator)
        if entry.kind == "derived":
            assert entry.rule, entry


def test_numbers_of_people_are_listed_as_theirs(made):
    report = made.reports[0]
    stated = [entry for entry in report.citations if entry.kind == "stated" and "1.1.1" in entry.label]
    assert [entry.text for entry in stated] == ["2019", "2025", "143", "38 %", "Ministry of Cities, 20 Nov 2026"]
    assert {entry.source for entry in stated} == {"Ministry of Cities, 20 Nov 2026"}
    assert [entry.value for entry in stated] == [2019.0, 2025.0, 143.0, 38.0, None]
    box = next(block for block in report.blocks if isinstance(block, Box) and block.code == "text-1.1.1")
    assert (box.state, len(box.paragraphs)) == ("published", 2)


def test_boxes_are_empty_where_nobody_wrote_and_say_so_where_it_is_another_language(made):
    boxes = {block.code: block for block in made.reports[1].blocks if isinstance(block, Box)}
    assert len(boxes) == len(nua_report().sections)
    assert boxes["text-2.3.1"].paragraphs == ()
    assert boxes["text-1.1.1"].language == "fr"
    assert (boxes["text-2.1.1"].language, boxes["text-2.1.1"].direction) == ("en", "ltr")
    assert ", " in boxes["text-2.1.1"].state, "the state, and that it is not translated"
    arabic = {block.code: block for block in made.reports[2].blocks if isinstance(block, Box)}
    assert arabic["text-1.1.1"].direction == "rtl"


def test_the_earlier_round_stands_beside_the_new_with_the_change(made, country):
    table = next(b for b in made.reports[0].blocks if isinstance(b, Table) and b.code == "change-1.1.3")
    entries = {entry.number: entry for entry in made.reports[0].citations}
    row, counted = table.groups[0].rows
    old, new, change = (entries[cell.row] for cell in row[1:4])
    assert (old.time_period, new.time_period) == ("2022", "2026")
    assert change.value == pytest.approx(new.value - old.value)
    assert row[4].text == "it rose: the intervals do not meet"
    assert old.uci < new.lci
    low, high = (entries[cell.row] for cell in counted[1:3])
    assert low.uci > high.lci, "the counts of cities are too uncertain for their change"
    assert counted[4].text == "cannot be told: the intervals share a point"


def test_gaps_are_listed(made):
    report = made.reports[0]
    texts = ["".join(part if isinstance(part, str) else part.text for part in block.parts)
             for block in report.blocks if isinstance(block, Paragraph)]
    assert any(text.startswith("Slots of the monitoring framework: 77; measured: 1; ") for text in texts)
    assert any(re.fullmatch(r"Cities without an observation, 11\.7\.1 Open public space: \d+ \(.+\)\.", text)
               for text in texts)
    assert "Every national value has an interval." in texts
    assert any(text.startswith("Sections in which nobody has written: 22 (") for text in texts)
    slots = next(b for b in report.blocks if isinstance(b, Table) and b.code == "gap-slots")
    words = {row[0].text: row[2].text for row in slots.groups[0].rows}
    assert words["12"] == "does not apply"
    assert "19" not in words


def test_the_cities_stand_in_their_strata(made):
    table = next(b for b in made.reports[0].blocks if isinstance(b, Table) and b.code == "cities-0")
    assert [group.title for group in table.groups] == ["below 50,000", "50,000 to 150,000", "150,000 or more"]
    rows = [row for group in table.groups for row in group.rows]
    assert len(rows) == 40
    weights = {entry.number: entry.value for entry in made.reports[0].citations}
    assert sum(weights[row[2].row] for row in rows) == pytest.approx(CITIES)


def test_the_report_is_the_same_again(made, country):
    again = national_report([country.package], country.folder / "again", languages=["ar"], earlier=[country.earlier],
                            cities=country.cities, texts=country.texts)
    for name in again.files:
        if not name.endswith("docx"):
            assert (again.folder / name).read_bytes() == (made.folder / name).read_bytes(), name


def texts(tmp_path: Path, **changes: str) -> Path:
    told = {"country": "XMU", "section": "1.1.1", "author": "An office", "text": "Words.", **changes}
    path = tmp_path / "texts.toml"
    path.write_text("[[narrative]]\n" + "".join(f'{name} = "{value}"\n' for name, value in told.items()))
    return path


@pytest.mark.parametrize(("changes", "error", "word"), [
    ({"country": "XXX"}, InvalidValueError, "another country"),
    ({"section": "1.1.9"}, UnknownNameError, "1.1.1"),
    ({"state": "publishd"}, UnknownNameError, "published"),
    ({"language": "xx"}, UnknownNameError, "language"),
    ({"autor": "x"}, UnknownNameError, "author"),
    ({"author": " "}, InvalidValueError, "must be said"),
    ({"text": ""}, InvalidValueError, "must be said"),
    ({"day": "yesterday"}, EkisticsError, "yesterday")])
def test_texts_that_cannot_be_taken(country, tmp_path, changes, error, word):
    with pytest.raises(error, match=re.escape(word)):
        national_report([country.package], tmp_path / "out", languages=["en"], texts=texts(tmp_path, **changes))
    assert not (tmp_path / "out").exists()


def test_files_of_texts_that_are_none(country, tmp_path):
    def run(content: str | None) -> None:
        if content is not None:
            (tmp_path / "t.toml").write_text(content)
        national_report([country.package], tmp_path / "out", languages=["en"], texts=tmp_path / "t.toml")

    with pytest.raises(MissingInputError):
        run(None)
    for content in ("[[narrative", "[other]\na = 1", ""):
        with pytest.raises(InputFormatError):
            run(content)
    twice = texts(tmp_path).read_text()
    with pytest.raises(InvalidValueError, match="two texts"):
        run(twice + twice)


def test_a_language_that_is_not_offered(country, tmp_path):
    with pytest.raises(UnknownNameError, match="language of the report 'xx'"):
        national_report([country.package], tmp_path / "out", languages=["en", "xx"])
    with pytest.raises(ConfigurationError):
        national_report([country.package], tmp_path / "out", languages=[])


def test_packages_that_cannot_be_reported(country, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(country.package, broken)
    with (broken / "observations.csv").open("a") as stream:
        stream.write("x\n")
    with pytest.raises(PackageError, match="does not verify"):
        national_report([broken], tmp_path / "out")
    with pytest.raises(InvalidValueError, match="same thing"):
        national_report([country.package, country.package], tmp_path / "out")
    with pytest.raises(InvalidValueError, match="Leave one of the two out of --earlier"):
        national_report([country.package], tmp_path / "out", earlier=[country.earlier, country.earlier])
    with pytest.raises(ConfigurationError, match="Name a package"):
        national_report([], tmp_path / "out")
    with pytest.raises(MissingInputError):
        national_report([tmp_path / "nowhere"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_is_left_alone(country, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="not a national report"):
        national_report([country.package], tmp_path / "out", languages=["en"])
    assert (tmp_path / "out/letter.txt").read_text() == "mine"


def test_another_method_is_not_held_against_this_one(country, made):
    from ekistics.publish.national_report.sections import _difference, _verdict

    class Row:
        method, base, obs_value, se, lci, uci, uncertainty, ref_area = "A", "people", 1.0, 0.1, 0.8, 1.2, "taylor", "X"
        unit_measure = "PT"

    other = type("Other", (Row,), {"method": "B"})
    moved = type("Moved", (Row,), {"base": "households"})
    higher = type("Higher", (Row,), {"obs_value": 3.0, "lci": 2.0, "uci": 4.0})
    silent = type("Silent", (Row,), {"lci": float("nan"), "uci": float("nan")})
    counted = type("Counted", (Row,), {"unit_measure": "NUMBER"})
    words = [_verdict(Row, each).partition(":")[2].strip() for each in (other, moved, counted, higher, silent)]
    assert words == ["the method is another", "the base is another", "the unit is another",
                     "the intervals do not meet", "an interval is not stated"]
    cells = [_difference(None, Row, each) for each in (other, moved, counted)]
    assert all(cell.absent and cell.text == "not told" for cell in cells)


def test_the_command(country, tmp_path):
    done = CliRunner().invoke(app, ["national-report", str(country.package), "--out", str(tmp_path / "out"),
                                    "--language", "en", "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".docx", ".html", ".pdf", ".xlsx"]


def test_the_framework_is_the_countrys_when_nothing_is_stated(drawn_without_statement, tmp_path):
    outcome = national_report([drawn_without_statement], tmp_path / "out", languages=["en"])
    entry = next(e for e in outcome.reports[0].citations if e.label.startswith("Slots that do not apply"))
    assert entry.value == 0


@pytest.fixture
def drawn_without_statement(country, tmp_path):
    folder = tmp_path / "again"
    shutil.copytree(country.folder, folder, ignore=shutil.ignore_patterns("report", "again", "country-*"))
    design = folder / "national_2026.toml"
    text = design.read_text()
    at = text.index("[[not_applicable]]")
    design.write_text(text[:at])
    national(design, folder / "plain")
    return folder / "plain"


def test_no_title_of_a_count_stays_english_in_another_language(made):
    words = [[e.label for e in report.citations if e.indicator == "sdg_11_2_1_cities_above_50"]
             for report in made.reports]
    english, *others = words
    assert any("Cities above 50: People near public transport" in label for label in english)
    for found in others:
        assert found
        assert not [label for label in found if "Cities above" in label or "People near" in label]


def restricted(package: Path, folder: Path, indicator: str) -> Path:
    """Write a package again, the values of an indicator not for everybody; its documents stay."""
    held = read_package(package)
    rows = held.observations.copy()
    rows.loc[rows["indicator"] == indicator, "conf_status"] = "C"
    write_package(replace(held, observations=rows), folder,
                  documents={path.name: path.read_bytes() for path in package.glob("*.json")
                             if path.name in ("sample.json", "framework.json")})
    return folder


def told_numbers(made) -> set[float]:
    """Give every number that the report's data sheet holds."""
    return {number for entry in made.reports[0].citations for number in (
        entry.value, entry.lci, entry.uci, entry.se, entry.numerator, entry.denominator) if number is not None}


def test_values_that_may_not_be_published_stay_out_of_report_data_sheet_and_earlier_round(country, tmp_path):
    """A report is for everybody: neither national values, nor those of parts, cities and the round before leave."""
    packages = [restricted(each, tmp_path / each.name, "sdg_11_2_1") for each in (country.package, country.earlier)]
    table = list(csv.DictReader(io.StringIO(country.cities.read_text("utf-8"))))
    hidden = [row for row in table if row["indicator"] == "sdg_11_7_1" and row["series"] == "open_and_street_share"]
    with (tmp_path / "cities.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [*table[0], "conf_status"])
        writer.writeheader()
        writer.writerows({**row, "conf_status": "C" if row in hidden else "F"} for row in table)
    before, after = (national_report(
        first, tmp_path / name, languages=["en"], earlier=[second], cities=cities, texts=country.texts)
        for name, first, second, cities in (
            ("open", [country.package], country.earlier, country.cities),
            ("shut", [packages[0]], packages[1], tmp_path / "cities.csv")))
    secret = {float(row["obs_value"]) for row in hidden}
    for package in packages:
        rows = read_package(package).observations
        secret |= {number for name in ("obs_value", "lci", "uci") for number in rows.loc[
            (rows["conf_status"] == "C") & (rows["obs_value"] > 1), name]}
        parts = read_document(package, "sample.json")["domains"]["rows"]
        secret |= {row["value"] for row in parts if row["indicator"] == "sdg_11_2_1" and row["value"] is not None}
    assert len(secret & told_numbers(before)) > 20, "the search would find them"
    assert not secret & told_numbers(after)
    assert {e.text for e in after.reports[0].citations if e.indicator == "sdg_11_2_1" and e.ref_area == "XMU"} == {
        "withheld: its value may not be published"}
    assert any(e.indicator == "sdg_11_7_1" and e.ref_area == "XMU" and e.value for e in after.reports[0].citations)
    cells = [e.text for e in after.reports[0].citations
             if e.ref_area.startswith("XMU-") and e.series == hidden[0]["series"]]
    assert cells and set(cells) == {"withheld: its value may not be published"}
    tables = {b.code: b for b in after.reports[0].blocks if isinstance(b, Table)}
    (change,) = tables["change-1.1.3"].groups[0].rows
    assert "Cities above 50" in change[0].text, "a count is an indicator of its own, and free here"
    rows = [row for b in tables.values() if b.code.startswith("parts-") and b.title.startswith("People near public")
            for group in b.groups for row in group.rows]
    assert {row[3].text for row in rows} == {"withheld"}
    assert {row[5].text for row in rows} == {"its value may not be published"}


def test_a_country_of_which_nothing_may_be_published_is_told_so(country, tmp_path):
    first = restricted(country.package, tmp_path / "first", "sdg_11_2_1")
    for indicator in set(read_package(first).observations["indicator"]):
        first = restricted(first, tmp_path / indicator, indicator)
    with pytest.raises(InvalidValueError, match="its value may not be published"):
        national_report([first], tmp_path / "out", languages=["en"])
    assert not (tmp_path / "out").exists()


def test_a_package_of_this_round_is_no_earlier_round(country, tmp_path):
    """Neither the same package, nor its values under another run: nothing could have changed between the two."""
    held = read_package(country.package)
    run = replace(held.run, code_version="other")
    write_package(replace(held, run=run, observations=held.observations.assign(run=run.id)), tmp_path / "again")
    for earlier in (country.package, tmp_path / "again"):
        with pytest.raises(InvalidValueError, match="The earlier round is this round") as refused:
            national_report([country.package], tmp_path / "out", languages=["en"], earlier=[earlier])
        assert "--earlier" in str(refused.value)
        assert "a round before" in str(refused.value)
    assert not (tmp_path / "out").exists()


JUDGED = "A package of an earlier round was given of which no value stands beside one of this round"


def sentences(report: Report) -> list[str]:
    return ["".join(part if isinstance(part, str) else part.text for part in block.parts)
            for block in report.blocks if isinstance(block, Paragraph)]


def test_an_earlier_round_without_a_value_beside_a_new_one_is_told(made, country, tmp_path):
    turned = national_report([country.earlier], tmp_path / "out", languages=["en"], earlier=[country.package])
    assert any(text.startswith(JUDGED) for text in sentences(turned.reports[0]))
    (note,) = turned.notes
    assert note.startswith(f"{country.package.name}: none of its values stands beside one of this round")
    assert made.notes == ()
    assert not any(text.startswith(JUDGED) for text in sentences(made.reports[0]))


def of_cities(package: Path, folder: Path, **documents: bytes) -> Path:
    """Write a country's package again whose values are those of one of its cities."""
    held = read_package(package)
    rows = held.observations.assign(ref_area="XMU-0001")
    city = replace(held.place, code="XMU-0001", kind="city", parent=held.place.code)
    write_package(replace(held, observations=rows, places=(*held.places, city)), folder,
                  documents={name.replace("_", "."): content for name, content in documents.items()})
    return folder


def test_a_package_that_adds_nothing_is_refused_or_told(country, tmp_path):
    with pytest.raises(InvalidValueError, match="holds no value of the country") as refused:
        national_report([country.package, of_cities(country.package, tmp_path / "cities")], tmp_path / "out")
    assert "Expected values of XMU, got values of XMU-0001" in str(refused.value)
    assert "ekistics national" in str(refused.value)
    assert not (tmp_path / "out").exists()
    index = of_cities(country.package, tmp_path / "index", index_toml=b'title = "An index"\n')
    done = CliRunner().invoke(app, ["national-report", str(country.package), str(index), "--out",
                                    str(tmp_path / "out"), "--language", "en"], catch_exceptions=False)
    assert "index: it holds indices of cities and no value of the country" in done.output


def test_slots_that_are_not_measured_stand_once_with_their_text(made):
    """A section names them in a line; what they ask for stands at the end, with the other gaps."""
    held = made.reports[0]
    tables = {b.code: b for b in held.blocks if isinstance(b, Table)}
    states = [row[2].text for code, table in tables.items() if code.startswith("slots-")
              for group in table.groups for row in group.rows]
    assert states, "slots that have a value, or do not apply, keep their table"
    assert "not measured" not in states
    assert "not measured" in [row[2].text for row in tables["gap-slots"].groups[0].rows]
    lines = [text for text in sentences(held) if text.startswith("Slots of the framework that are placed here and not")]
    told = {number for text in lines for number in numbers_of_runs(text)}
    assert {int(row[0].text) for row in tables["gap-slots"].groups[0].rows
            if row[2].text == "not measured"} <= told


def numbers_of_runs(text: str) -> set[int]:
    found = [[int(end) for end in each.split("–")] for each in re.findall(r"\d+(?:–\d+)?", text)]
    return {number for ends in found for number in range(ends[0], ends[-1] + 1)}


def test_values_that_count_for_no_slot_are_told_where_slots_are_first_counted(made):
    told = sentences(made.reports[0])
    at = next(i for i, text in enumerate(told) if text.startswith("Slots of the monitoring framework: 77; "))
    entry = next(e for e in made.reports[0].citations if e.label == "Slots whose text is not known")
    assert told[at + 1] == (f"The text of {entry.value:.0f} of the slots that are not measured is not known to the "
                            "program: no value can count for them.")
    assert told[at + 2] == ("Values that this report gives of indicators that no slot with a known text asks for count "
                            "for no slot: 11.2.1 Access to public transport."), "a slot asks for 11.7.1"


def level_of(report: Report) -> list[Citation]:
    return [entry for entry in report.citations if entry.label == "Level of confidence of the intervals"]


def test_the_level_of_confidence_is_said_once_before_the_first_table_and_in_the_data_sheet(made, country, tmp_path):
    held = made.reports[0]
    (entry,) = level_of(held)
    assert (entry.text, entry.value) == ("95\u00a0%", 95.0)
    at = [i for i, block in enumerate(held.blocks) if isinstance(block, Paragraph) and any(
        isinstance(part, Cite) and part.number == entry.number for part in block.parts)]
    first = next(i for i, block in enumerate(held.blocks) if isinstance(block, Table))
    assert len(at) == 1
    assert at[0] < first
    stored = [e for e in held.citations if e.kind == "stored" and e.interval and e.ref_area == "XMU"]
    assert stored
    assert all("level of confidence: 95\u00a0%" in e.made_of for e in stored)
    folder = tmp_path / "again"
    shutil.copytree(country.folder, folder, ignore=shutil.ignore_patterns("report", "again", "country-*"))
    design = folder / "national_2026.toml"
    design.write_text(design.read_text().replace("[estimation]\n", "[estimation]\nconfidence = 0.9\n"))
    national(design, folder / "ninety")
    other = national_report([folder / "ninety"], tmp_path / "out", languages=["en"], earlier=[country.earlier])
    assert [e.text for e in level_of(other.reports[0])] == ["90\u00a0%"], "those of the round that is reported"
    assert {e.time_period for e in other.reports[0].citations
            if "level of confidence: 95\u00a0%" in e.made_of} == {"2022"}
