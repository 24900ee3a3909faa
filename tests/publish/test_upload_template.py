"""Templates for uploads: filled in by a spreadsheet, they read back without a problem."""

import io
import string
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ekistics.core.codelists import (
    CONF_STATUS_WORDS,
    DIMENSION_CODES,
    EITHER_STATUSES,
    MISSING_STATUSES,
    OBS_STATUS_WORDS,
)
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import DIMENSIONS, observations, result_rows
from ekistics.core.place import Place
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.jobs.upload_check import check_file
from ekistics.package.rules import observation_breaches
from ekistics.package.table import canonical_observations, columns_of
from ekistics.publish.upload_template import csv_template, xlsx_template

SDG, CONF = (tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))
             for name in ("sdg_dsd_facts.toml", "sdmx_conf_status_facts.toml"))
SPEC = IndicatorSpec(
    "access", "11.2.1", "Access", "Who is near a stop?", "People near a stop.", MethodEdition("UN", "Metadata", "2021"),
    (SeriesSpec("share", "Share", "PT", "people living inside", 1, 0, 100),
     SeriesSpec("people", "People", "PS", lower=0, variants=("network",))),
    (Variant("network", "along streets"), Variant("straight", "as the crow flies")))
PLACES = (Place("EGY-CAI", "القاهرة", "city", "EGY"), Place("CHN-BJS", "北京", "city", "CHN"),
          Place("X", "=HYPERLINK(\"x\")", "city", "XMU"))
ROWS = (
    {"indicator": "access", "series": "share", "variant": "straight", "ref_area": "EGY-CAI", "time_period": "2020-05",
     "sex": "F", "age": "Y15T24", "obs_value": 100 / 3, "unit_measure": "PT", "numerator": 1, "denominator": 3,
     "base": "people living inside", "lci": 30.5, "uci": 36, "uncertainty": "taylor", "obs_status": "A",
     "conf_status": "F", "method": "مسح الأسر"},
    {"indicator": "access", "series": "people", "variant": "network", "ref_area": "CHN-BJS", "time_period": "2020",
     "unit_measure": "PS", "obs_status": "O", "conf_status": "F", "reason": "no-streets"},
)


def book(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def check(path: Path):
    return check_file(path, indicators=[SPEC], places=PLACES, run="up-1")


@pytest.fixture(scope="module")
def template() -> bytes:
    return xlsx_template([SPEC], PLACES)


def test_a_filled_workbook_has_no_problem(tmp_path, template):
    filled = book(template)
    for number, row in enumerate(ROWS, 2):
        for column, name in enumerate(UPLOAD_COLUMNS, 1):
            if name in row:
                filled["observations"].cell(number, column).value = row[name]
    filled.save(tmp_path / "filled.xlsx")
    outcome = check(tmp_path / "filled.xlsx")
    assert outcome.problems == ()
    assert outcome.found["sheet"] == "observations"
    assert outcome.observations["obs_value"].tolist()[0] == pytest.approx(100 / 3, rel=1e-15)  # XLSX keeps 16 digits
    assert outcome.observations["method"].tolist() == ["مسح الأسر", ""]
    assert outcome.observations["time_period"].tolist() == ["2020-05", "2020"]


def test_a_filled_csv_has_no_problem(tmp_path):
    content = csv_template()
    assert content.startswith(b"\xef\xbb\xbfindicator,series,")
    lines = [",".join(str(row.get(name, "")) for name in UPLOAD_COLUMNS) for row in ROWS]
    (tmp_path / "filled.csv").write_bytes(content + "\r\n".join(lines).encode())
    outcome = check(tmp_path / "filled.csv")
    assert outcome.problems == ()
    assert outcome.found["encoding"] == "utf-8-sig"


def test_the_empty_template_says_that_it_is_empty(tmp_path, template):
    (tmp_path / "empty.xlsx").write_bytes(template)
    assert [p.code for p in check(tmp_path / "empty.xlsx").problems] == ["UPLOAD_004"]


def test_observations_to_correct_are_filled_in(tmp_path):
    frame = canonical_observations(pd.DataFrame(
        [{**dict.fromkeys([*UPLOAD_COLUMNS, "run"], ""), **dict.fromkeys(["se", "lci", "uci", "obs_value", "numerator",
                                                                         "denominator"]),
          **{name: c.empty for name, c in UPLOAD_COLUMNS.items() if c.empty}, "run": "up-1", **row,
          **({"method": "=1+1"} if not i else {})} for i, row in enumerate(ROWS)]))
    (tmp_path / "again.xlsx").write_bytes(xlsx_template([SPEC], PLACES, observations=frame))
    outcome = check(tmp_path / "again.xlsx")
    assert outcome.problems == ()
    pd.testing.assert_frame_equal(outcome.observations, frame, check_exact=False, rtol=1e-15)


def test_lists_offer_exactly_the_codes(template):
    sheets = book(template)
    lists = {}
    for validation in sheets["observations"].data_validations.dataValidation:
        column = list(UPLOAD_COLUMNS)[next(iter(validation.sqref.ranges)).min_col - 1]
        if validation.type == "list":
            cells = sheets["codes"][validation.formula1.split("!")[1].replace("$", "")]
            lists[column] = [cell[0].value for cell in cells]
        else:
            assert (validation.type, column in {"obs_value", "numerator", "denominator", "se", "lci", "uci"}) == (
                "decimal", True)
    assert lists["indicator"] == ["access"]
    assert lists["series"] == ["share", "people"]
    assert lists["variant"] == ["network", "straight"]
    assert lists["ref_area"] == ["EGY-CAI", "CHN-BJS", "X"]
    assert {"PT", "PS"} <= set(lists["unit_measure"])
    assert lists["sex"][:3] == ["_T", "F", "M"]
    assert {"A", "O"} <= set(lists["obs_status"])
    assert "F" in lists["conf_status"]
    assert "no-streets" in lists["reason"]


def test_exactly_the_statuses_of_the_standard_are_offered_and_accepted(template):
    """The codes are those of outside lists, so that template and rule cannot be wrong alike."""
    value = pd.Series([1.0], pd.Index(["EGY-CAI"], name="ref_area"))
    row = observations(result_rows(value, series="people", time_period="2020"), SPEC, run="r")
    heads, *codes = book(template)["codes"].iter_rows(values_only=True)
    assert set(DIMENSION_CODES) <= set(DIMENSIONS)
    for column, rule, known in (("obs_status", "status-unknown", SDG["codes"]["OBS_STATUS"]),
                                ("conf_status", "confidentiality-unknown", list(CONF["codes"]))):
        assert sorted(line[heads.index(column)] for line in codes if line[heads.index(column)]) == sorted(known)
        for code in [*string.ascii_uppercase, *string.ascii_lowercase, "", "_T"]:
            table = canonical_observations(row.assign(**{column: code}))
            broken = {breach.rule for breach in observation_breaches(columns_of(table), places=PLACES, run="r")}
            assert (rule in broken) == (code not in known), code


def test_statuses_are_those_of_the_code_lists():
    """CL_OBS_STATUS is as the SDG structure holds it, CL_CONF_STATUS as its edition 1.2 has it."""
    assert set(OBS_STATUS_WORDS) == set(SDG["codes"]["OBS_STATUS"])
    assert set(MISSING_STATUSES) == set(SDG["obs_status"]["missing"])
    assert {code for code, words in OBS_STATUS_WORDS.items() if words.startswith("missing")} == set(MISSING_STATUSES)
    assert set(EITHER_STATUSES) == set(SDG["obs_status"]["perhaps_missing"])
    assert len(CONF["codes"]) == CONF["count"]
    assert set(CONF_STATUS_WORDS) == set(CONF["codes"])


@pytest.mark.parametrize("words", ["small counts", "one unit", "two units", "one or two units", "concentration",
                                   "sender", "receiver", "embargo", "internal use only"])
def test_words_of_confidentiality_stand_at_the_code_they_belong_to(words):
    """Names say 'internal use only' of E too, for the time until its embargo ends."""
    told = {code for code, text in CONF_STATUS_WORDS.items() if words in text}
    named = {code for code, text in CONF["codes"].items() if words in text}
    assert named and told == named - ({"E"} if words == "internal use only" else set())


def test_no_two_codes_of_a_list_have_the_same_words(template):
    heads, *lines = book(template)["codes"].iter_rows(values_only=True)
    starts = {name: heads.index(name) for name in DIMENSION_CODES}
    listed = {name: {line[at]: line[at + 1] for line in lines if line[at]} for name, at in starts.items()}
    assert {name: len(set(words.values())) for name, words in listed.items()} == {
        name: len(codes) for name, codes in DIMENSION_CODES.items()}
    assert [listed["urbanisation"][code] for code in ("3", "30", "0", "10", "CITY")] == [
        "Urban centre, level 1", "Urban centre, level 2", "Water, level 1", "Water, level 2", "city"]


def test_help_explains_every_column(template):
    rows = list(book(template)["help"].iter_rows(min_row=2, values_only=True))
    explained = {row[0]: row for row in rows if row[0]}
    assert list(explained) == list(UPLOAD_COLUMNS)
    assert all(len(row[2]) > 10 for row in explained.values())
    assert explained["sex"][3] == "_T"
    assert (explained["conf_status"][1], explained["se"][1]) == ("yes", "no")
    rules = " ".join(row[2] for row in rows if not row[0] and row[2])
    assert "To correct a percentage, change the numerator (or the denominator) as well as the value" in rules


def test_no_text_is_a_formula_and_text_columns_are_text(template):
    sheets = book(template)
    cells = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
    assert not any(str(cell.value).startswith("=") for cell in cells)
    widths = sheets["observations"].column_dimensions
    place = list(UPLOAD_COLUMNS).index("time_period")
    letter = openpyxl.utils.get_column_letter(place + 1)
    assert any(d.min <= place + 1 <= d.max and d.number_format == "@" for d in widths.values()), letter


def test_the_same_template_has_the_same_bytes(template):
    assert xlsx_template([SPEC], PLACES) == template


def test_without_indicators_and_places_the_template_stands():
    assert book(xlsx_template([], [])).sheetnames == ["observations", "help", "codes"]
