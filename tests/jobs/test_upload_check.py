"""The dry run: each planted fault is found at its row and column, and nothing else is."""

import ast
import csv
import io
import re
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from ekistics.core.codelists import OBS_STATUS_WORDS
from ekistics.core.errors import InputFormatError
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import OBSERVATION_COLUMNS, observations
from ekistics.core.place import Place
from ekistics.core.upload_columns import UPLOAD_COLUMNS
from ekistics.indicators.registry import BUILTIN
from ekistics.jobs.upload_check import RULE_PROBLEMS, UploadCheck, check_file
from ekistics.jobs.upload_hints import nearest
from ekistics.jobs.upload_problems import UploadProblem as P
from ekistics.package.table import canonical_observations, columns_of, csv_bytes, read_csv
from ekistics.publish.sdmx.rows import own_rows
from ekistics.publish.sdmx.structure import own_structure
from ekistics.publish.sdmx.write import sdmx_csv
from ekistics.publish.tabular import csv_stream
from ekistics.readers.uploads import UploadLimits

SPEC = IndicatorSpec(
    "access", "11.2.1", "Access", "Who is near a stop?", "People near a stop.", MethodEdition("UN", "Metadata", "2021"),
    (SeriesSpec("share", "Share", "PT", "people living inside", 1, 0, 100, headline=True),
     SeriesSpec("people", "People", "PS", lower=0, upper=1e9, aggregation="sum", variants=("network",))),
    (Variant("network", "along streets"), Variant("straight", "as the crow flies", base="people on the map")))
PLACES = (Place("BRA-POA", "Porto Alegre", "city", "BRA"), Place("STP-PAL", "Porto Alegre", "city", "STP"),
          Place("EGY-CAI", "القاهرة", "city", "EGY"))
ROW = {"indicator": "access", "series": "people", "variant": "network", "ref_area": "BRA-POA", "time_period": "2020",
       "obs_value": "3", "unit_measure": "PS", "obs_status": "A", "conf_status": "F"}
SHARE = {**ROW, "series": "share", "unit_measure": "PT", "obs_value": "75", "numerator": "3", "denominator": "4",
         "base": "people living inside"}
MISSING = {**ROW, "obs_value": "", "obs_status": "O", "reason": "no-streets"}


def write(folder: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path = folder / "upload.csv"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


def check(path: Path, **options) -> UploadCheck:
    outcome = check_file(path, **{"indicators": [SPEC], "places": PLACES, "run": "up-1", **options})
    assert outcome.count == sum(outcome.by_code.values()) >= len(outcome.problems)
    assert (outcome.observations is None) == (outcome.count > 0)
    return outcome


def found(outcome: UploadCheck) -> list[tuple[int, str, P]]:
    by_code = {p.code: p for p in P}
    return [(problem.row, problem.column, by_code[problem.code]) for problem in outcome.problems]


def text(folder: Path, content: str) -> Path:
    (folder / "upload.csv").write_text(content, encoding="utf-8", newline="")
    return folder / "upload.csv"


def test_sound_rows_become_canonical_observations(tmp_path):
    outcome = check(write(tmp_path, [SHARE, MISSING, {**ROW, "sex": "F", "age": "Y15T24", "se": "0.5", "lci": "-1.5e0",
                                                      "uci": "+4", "method": "'=مسح", "ref_area": " EGY-CAI "}]))
    assert (outcome.count, outcome.problems, outcome.rows, outcome.row_numbers) == (0, (), 3, (2, 3, 4))
    table = outcome.observations
    assert tuple(table.columns) == OBSERVATION_COLUMNS
    pd.testing.assert_frame_equal(table, canonical_observations(table))
    assert table["sex"].tolist() == ["_T", "_T", "F"]
    assert table["ref_area"].tolist() == ["BRA-POA", "BRA-POA", "EGY-CAI"]
    assert table.loc[2, ["lci", "uci", "method"]].tolist() == [-1.5, 4.0, "=مسح"]
    assert set(table["run"]) == {"up-1"}
    assert set(table["uncertainty"]) == {"not-stated"}
    assert outcome.found == {"format": "csv", "encoding": "utf-8", "delimiter": ",", "decimal": "."}


def test_a_text_may_be_as_long_as_can_be_kept(tmp_path):
    outcome = check(write(tmp_path, [{**ROW, "method": "m" * 300}, {**ROW, "sex": "F", "method": "m" * 301}]))
    assert found(outcome) == [(3, "method", P.TOO_LONG)]
    assert outcome.problems[0].expected == "at most 300 characters"


@pytest.mark.parametrize("status", ["J", "K", "S"])
def test_a_status_that_says_nothing_of_the_value_stands_with_and_without_it(tmp_path, status):
    assert check(write(tmp_path, [{**ROW, "obs_status": status}, {**MISSING, "sex": "F", "obs_status": status}])).ok


def test_what_our_own_indicators_make_can_be_uploaded_again(tmp_path):
    """A correction begins with what was published, whatever it is split by; people's records are corrected at home."""
    own = [m for m in BUILTIN if not m.SPEC.people_records]
    table = pd.concat([observations(m.compute(**m.example_inputs()), m.SPEC, run="r") for m in own])
    table["time_period"] = table["time_period"].replace("", "2020")
    places = [Place(code, code, "city", "BRA") for code in sorted(set(table["ref_area"]))]
    (tmp_path / "own.csv").write_bytes(b"".join(csv_stream([table])))
    outcome = check(tmp_path / "own.csv", indicators=[m.SPEC for m in BUILTIN], places=places)
    assert {"3", "30", "0"} <= set(table["urbanisation"])
    assert outcome.by_code == {}


def test_values_from_peoples_records_are_not_taken_from_a_table(tmp_path):
    outcome = check(write(tmp_path, [ROW, {**ROW, "sex": "F", "indicator": "sdg_11_1_1"}]))
    assert found(outcome) == [(3, "indicator", P.PEOPLE_RECORDS)]


def test_a_canonical_table_is_taken_as_it_is(tmp_path):
    first = check(write(tmp_path, [SHARE, MISSING])).observations
    (tmp_path / "again.csv").write_bytes(csv_bytes(columns_of(first)))
    again = check(tmp_path / "again.csv")
    pd.testing.assert_frame_equal(again.observations, first, check_exact=True)
    pd.testing.assert_frame_equal(read_csv(tmp_path / "again.csv"), first)
    assert again.found["ignored"] == "run"


@pytest.mark.parametrize(("base", "change", "column", "problem"), [
    (ROW, {"obs_value": "many"}, "obs_value", P.NOT_A_NUMBER),
    (ROW, {"obs_value": "1 000"}, "obs_value", P.NOT_A_NUMBER),
    (ROW, {"obs_value": "٣"}, "obs_value", P.NOT_A_NUMBER),
    (ROW, {"obs_value": "nan"}, "obs_value", P.NOT_A_NUMBER),
    (ROW, {"obs_value": "1_000"}, "obs_value", P.NOT_A_NUMBER),
    (ROW, {"se": "45 %"}, "se", P.NOT_A_NUMBER),
    (ROW, {"obs_value": "1,5"}, "obs_value", P.DECIMAL_COMMA),
    (ROW, {"obs_value": "1,500"}, "obs_value", P.DECIMAL_COMMA),
    (ROW, {"obs_value": "-inf"}, "obs_value", P.INFINITE),
    (ROW, {"numerator": "1e999"}, "numerator", P.INFINITE),
    (ROW, {"time_period": "May 2020"}, "time_period", P.PERIOD_UNREADABLE),
    (ROW, {"time_period": "2020-13"}, "time_period", P.PERIOD_UNREADABLE),
    (ROW, {"time_period": ""}, "time_period", P.PERIOD_UNREADABLE),
    (ROW, {"sex": "female"}, "sex", P.CODE_NOT_IN_LIST),
    (ROW, {"age": "15-24"}, "age", P.CODE_NOT_IN_LIST),
    (ROW, {"urbanisation": "城市"}, "urbanisation", P.CODE_NOT_IN_LIST),
    (ROW, {"tenure": "owned outright"}, "tenure", P.CODE_NOT_IN_LIST),
    (ROW, {"age": "Y" + "1" * 20}, "age", P.TOO_LONG),
    (ROW, {"uncertainty": "a formula that we found somewhere"}, "uncertainty", P.TOO_LONG),
    (MISSING, {"reason": "we could not go there because of the floods"}, "reason", P.TOO_LONG),
    (ROW, {"obs_status": "Z"}, "obs_status", P.STATUS_UNKNOWN),
    (ROW, {"obs_status": "T"}, "obs_status", P.STATUS_UNKNOWN),  # a code of confidentiality, not of status
    (ROW, {"obs_status": "H"}, "obs_status", P.STATUS_UNFIT),
    (MISSING, {"obs_status": "W"}, "obs_status", P.STATUS_UNFIT),
    (ROW, {"conf_status": "P"}, "conf_status", P.CONFIDENTIALITY_UNKNOWN),
    (ROW, {"conf_status": "free"}, "conf_status", P.CONFIDENTIALITY_UNKNOWN),
    (ROW, {"unit_measure": "FURLONG"}, "unit_measure", P.UNIT_UNKNOWN),
    (ROW, {"unit_measure": "KM"}, "unit_measure", P.UNIT_OTHER),
    (ROW, {"indicator": "acess"}, "indicator", P.INDICATOR_UNKNOWN),
    (ROW, {"series": "peple"}, "series", P.SERIES_UNKNOWN),
    (ROW, {"variant": "straight"}, "variant", P.VARIANT_UNKNOWN),
    (ROW, {"ref_area": "Porto Alegre"}, "ref_area", P.PLACE_UNKNOWN),
    (ROW, {"ref_area": ""}, "ref_area", P.EMPTY_CELL),
    (ROW, {"conf_status": " "}, "conf_status", P.EMPTY_CELL),
    (SHARE, {"base": ""}, "base", P.BASE_ABSENT),
    (SHARE, {"base": "all mankind"}, "base", P.BASE_OTHER),
    (SHARE, {"variant": "straight"}, "base", P.BASE_OTHER),
    (SHARE, {"numerator": ""}, "numerator", P.PERCENT_WITHOUT_PARTS),
    (SHARE, {"denominator": ""}, "denominator", P.PERCENT_WITHOUT_PARTS),
    (SHARE, {"obs_value": "0.75"}, "obs_value", P.PERCENT_UNEQUAL),
    (SHARE, {"denominator": "0"}, "obs_value", P.PERCENT_UNEQUAL),
    (ROW, {"lci": "1"}, "uci", P.INTERVAL_HALF),
    (ROW, {"uci": "4"}, "lci", P.INTERVAL_HALF),
    (ROW, {"lci": "4", "uci": "1"}, "lci", P.INTERVAL_TURNED),
    (ROW, {"se": "-1"}, "se", P.SE_NEGATIVE),
    (MISSING, {"se": "1"}, "se", P.INTERVAL_AROUND_MISSING),
    (MISSING, {"reason": ""}, "reason", P.REASON_ABSENT),
    (ROW, {"reason": "no-streets"}, "reason", P.REASON_NEEDLESS),
    (ROW, {"obs_status": "O"}, "obs_status", P.STATUS_UNFIT),
    (MISSING, {"obs_status": "A"}, "obs_status", P.STATUS_UNFIT),
    (ROW, {"obs_value": "-1"}, "obs_value", P.BELOW_BOUND),
    (ROW, {"obs_value": "1e10"}, "obs_value", P.ABOVE_BOUND),
])
def test_a_planted_fault_is_the_only_problem(tmp_path, base, change, column, problem):
    rows = [SHARE if base is not SHARE else ROW, {**base, "time_period": "2019", **change}]
    outcome = check(write(tmp_path, rows))
    assert found(outcome) == [(3, column, problem)]
    shown = outcome.problems[0]
    assert shown.got == change.get(column, "").strip() or problem in (P.BASE_OTHER, P.PERCENT_UNEQUAL)
    assert shown.message == problem.text
    assert shown.hint.endswith(problem.remedy)
    assert str(shown).startswith(f"row 3, {column}: {problem.text}")


@pytest.mark.parametrize(("change", "expected", "hint"), [
    ({"unit_measure": "KM"}, "PS", ""),
    ({"unit_measure": "ps"}, "PS", ""),
    ({"indicator": "acess"}, "access", "Did you mean 'access'?"),
    ({"series": "peple"}, "share, people", "Did you mean 'people'?"),
    ({"sex": "f"}, "_T, F, M, _O, _U, _N, _X", "Did you mean 'F'?"),
    ({"ref_area": "bra-poa"}, "", "Did you mean 'BRA-POA'?"),
    ({"ref_area": "Porto Alegre"}, "",
     "Places of that name: BRA-POA (Porto Alegre, BRA), STP-PAL (Porto Alegre, STP)."),
    ({"ref_area": "القاهرة"}, "", "EGY-CAI"),
    ({"obs_value": "-1"}, ">= 0, <= 1e+09", ""),
    ({"obs_status": "O"}, "A", ""),
    ({"series": "share", "unit_measure": "PT", "numerator": "1", "denominator": "3",
      "base": "people living inside"}, f"{100 / 3!r}, which is what this numerator and denominator make",
     "If 3 is right, the numerator of this denominator is 0.09."),
    ({"series": "share", "variant": "straight", "unit_measure": "PT", "numerator": "3", "denominator": "100"},
     "people on the map", ""),
])
def test_the_right_thing_is_told(tmp_path, change, expected, hint):
    problem = check(write(tmp_path, [{**ROW, **change}])).problems[0]
    assert problem.expected == expected
    assert hint in problem.hint


def test_header_faults_name_the_column_of_the_file(tmp_path):
    outcome = check(text(tmp_path, "Indicator,Obs Valeu,SEX,sex,place,,run\naccess,3,F,F,X,note,r\n"))
    header = [(row, column, problem) for row, column, problem in found(outcome) if row == 1]
    assert sorted(header, key=str) == sorted([
        (1, "Obs Valeu", P.UNKNOWN_COLUMN), (1, "place", P.UNKNOWN_COLUMN), (1, "", P.UNKNOWN_COLUMN),
        (1, "sex", P.DUPLICATE_COLUMN),
        *((1, name, P.MISSING_COLUMN) for name, c in UPLOAD_COLUMNS.items() if c.needed and name != "indicator")],
        key=str)
    hints = {problem.column: problem.hint for problem in outcome.problems}
    assert "Did you mean 'obs_value'?" in hints["Obs Valeu"]
    assert "Did you mean 'ref_area'?" in hints["place"]


def test_a_header_alone_is_a_problem(tmp_path):
    assert found(check(text(tmp_path, ",".join(ROW) + "\n"))) == [(1, "", P.NO_ROWS)]


def test_rows_of_another_length_are_no_other_problem_too(tmp_path):
    cells = ",".join(ROW.values())
    lines = [",".join(ROW), cells, "access,people", cells.replace("2020", "2019") + ",x"]
    assert found(check(text(tmp_path, "\n".join(lines)))) == [(3, "", P.TOO_FEW_CELLS), (4, "", P.TOO_MANY_CELLS)]


def test_both_rows_of_a_pair_are_named(tmp_path):
    outcome = check(write(tmp_path, [ROW, SHARE, ROW, {**ROW, "sex": "F"}, ROW]))
    assert found(outcome) == [(row, "ref_area", P.DUPLICATE) for row in (2, 4, 6)]
    assert [p.message for p in outcome.problems] == [
        f"The same observation stands in row {other} too." for other in (4, 2, 2)]


def test_a_decimal_comma_is_read_beside_semicolons_and_stated(tmp_path):
    share = {**SHARE, "obs_value": "12,5", "numerator": "0,5", "denominator": "4"}
    outcome = check(write(tmp_path, [share, {**ROW, "obs_value": "1,500"}], ";"))
    assert outcome.observations["obs_value"].tolist() == [12.5, 1.5]
    assert (outcome.found["delimiter"], outcome.found["decimal"]) == (";", ",")


def test_a_comma_that_may_part_thousands_must_be_stated(tmp_path):
    path = write(tmp_path, [{**ROW, "obs_value": "1,500"}], ";")
    assert found(check(path)) == [(2, "obs_value", P.DECIMAL_COMMA)]
    assert check(path, decimal=",").observations["obs_value"].tolist() == [1.5]
    mixed = write(tmp_path, [{**ROW, "obs_value": "1,5"}, {**ROW, "sex": "F", "obs_value": "1.5"}], ";")
    assert found(check(mixed)) == [(2, "obs_value", P.DECIMAL_COMMA)]
    assert found(check(mixed, decimal=",")) == [(3, "obs_value", P.NOT_A_NUMBER)]


def test_every_problem_is_counted_and_the_first_are_shown(tmp_path):
    bad = {**ROW, "obs_value": "x", "sex": "?", "ref_area": "Y"}
    outcome = check(write(tmp_path, [{**bad, "age": f"Y{i}"} for i in range(50)]), shown=7)
    assert (outcome.count, len(outcome.problems)) == (150, 7)
    assert outcome.by_code == {P.NOT_A_NUMBER.code: 50, P.CODE_NOT_IN_LIST.code: 50, P.PLACE_UNKNOWN.code: 50}
    assert [(p.row, p.column) for p in outcome.problems[:4]] == [(2, "ref_area"), (2, "obs_value"), (2, "sex"),
                                                                (3, "ref_area")]


def test_several_faults_of_a_row_are_all_told(tmp_path):
    outcome = check(write(tmp_path, [{**SHARE, "ref_area": "?", "time_period": "?", "conf_status": "?", "lci": "1"}]))
    assert {problem for _row, _column, problem in found(outcome)} == {
        P.PLACE_UNKNOWN, P.PERIOD_UNREADABLE, P.CONFIDENTIALITY_UNKNOWN, P.INTERVAL_HALF}


def test_rows_keep_their_number_past_empty_ones(tmp_path):
    cells = ",".join(ROW.values())
    lines = [",".join(ROW), "", cells, ",,,,,,,,", cells.replace("A", "Z")]
    outcome = check(text(tmp_path, "\n".join(lines)))
    assert {row for row, _column, _problem in found(outcome)} == {5}
    assert outcome.found["empty_rows"] == "2"


def test_sdmx_csv_is_checked_under_its_own_names(tmp_path):
    head = "DATAFLOW,FREQ,UNIT_MULT,ACTIVITY,ACTION," + ",".join(ROW).upper()
    cells = ",".join(ROW.values())
    sound = text(tmp_path, f"{head}\nE:D(1.0),A,0,_T,I,{cells}\n")
    outcome = check(sound)
    assert (outcome.count, outcome.found["structure"]) == (0, "E:D(1.0)")
    path = text(tmp_path, f"{head}\nE:D(1.0),A,3,_T,I,{cells}\nE:D(1.0),A,0,FARM,D,{cells.replace('2020', 'x')}\n")
    assert found(check(path)) == [(2, "UNIT_MULT", P.CONCEPT_NOT_KEPT), (3, "ACTION", P.DELETION),
                                  (3, "ACTIVITY", P.CONCEPT_NOT_KEPT), (3, "TIME_PERIOD", P.PERIOD_UNREADABLE)]


def test_what_is_published_as_sdmx_csv_can_be_uploaded(tmp_path):
    own = {**ROW, "indicator": "own", "series": "own", "variant": "", "method": "=1+1", "obs_value": repr(100 / 3)}
    rows = [SHARE, MISSING, {**own, "time_period": "2000-01-01/P20Y"}]
    first = check(write(tmp_path, rows), indicators=()).observations
    (tmp_path / "out.csv").write_bytes(b"".join(sdmx_csv([own_rows(first)], own_structure())))
    again = check(tmp_path / "out.csv", indicators=())
    assert (again.problems, again.found["format"]) == ((), "sdmx-csv")
    pd.testing.assert_frame_equal(again.observations, first, check_exact=True)


def test_what_is_downloaded_as_csv_can_be_uploaded(tmp_path):
    rows = [SHARE, {**ROW, "method": "=1+1"}, {**MISSING, "sex": "F", "method": "'quoted'"}]
    first = check(write(tmp_path, rows)).observations
    (tmp_path / "out.csv").write_bytes(b"".join(csv_stream([first])))
    assert b"'=1+1" in (tmp_path / "out.csv").read_bytes()
    pd.testing.assert_frame_equal(check(tmp_path / "out.csv").observations, first, check_exact=True)


def test_cells_of_a_workbook_are_problems_at_their_place(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "u.xlsx") as book:
        sheet, dates = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm"})
        for row, year in enumerate(("time_period", "2015", "2016", "2017", "2018", "2019"), 0):
            for column, (name, value) in enumerate(ROW.items()):
                cell = name if not row else year if name == "time_period" else value
                sheet.write(row, column, float(cell) if row and name == "obs_value" else cell)
        sheet.write_formula("F2", "=1+2", None, 3)
        sheet.write_datetime("F3", datetime(2020, 5, 1), dates)
        sheet.write_datetime("E4", datetime(2020, 5, 1), dates)
        sheet.merge_range("H5:H6", "A", book.add_format())
    outcome = check(tmp_path / "u.xlsx")
    assert found(outcome) == [(2, "obs_value", P.FORMULA), (3, "obs_value", P.DATE_CELL),
                              (4, "time_period", P.DATE_CELL), (5, "obs_status", P.MERGED_CELLS),
                              (6, "obs_status", P.EMPTY_CELL)]
    assert [p.got for p in outcome.problems[:3]] == ["=1+2", "2020-05-01", "2020-05-01"]


def test_an_error_of_the_spreadsheet_is_a_problem(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(list(ROW))
    book.active.append(list(ROW.values()))
    book.active["F2"].value, book.active["F2"].data_type = "#DIV/0!", "e"
    book.save(tmp_path / "e.xlsx")
    assert found(check(tmp_path / "e.xlsx")) == [(2, "obs_value", P.ERROR_CELL)]


def test_without_indicators_the_general_rules_hold(tmp_path):
    rows = [{**ROW, "indicator": "own", "series": "own"}, {**ROW, "unit_measure": "PT"}]
    assert {p for *_place, p in found(check(write(tmp_path, rows), indicators=()))} == {
        P.BASE_ABSENT, P.PERCENT_WITHOUT_PARTS}


def test_limits_reach_the_reader(tmp_path):
    with pytest.raises(InputFormatError, match="at most 1 rows"):
        check(write(tmp_path, [ROW, SHARE]), limits=UploadLimits(rows=1))


def test_the_nearest_of_many_begins_alike():
    many = [f"BRA-{i:04d}" for i in range(1000)] + ["ARG-0001"]
    assert nearest("arg-001", many) == "ARG-0001"
    assert nearest("zzz", many) == ""


def test_codes_are_stable_distinct_and_say_what_to_do():
    codes = [p.code for p in P]
    assert len(set(codes)) == len(codes)
    assert sorted(codes) == codes
    assert (P.NOT_A_NUMBER.code, P.DUPLICATE.code, P.PLACE_UNKNOWN.code) == ("UPLOAD_020", "UPLOAD_090", "UPLOAD_039")
    assert all(p.text.endswith(".") and p.remedy.endswith(".") for p in P)


def test_every_rule_of_observations_has_a_problem():
    """Rules are tuples of code, rule, columns, words and mask."""
    source = (files("ekistics.package") / "rules.py").read_text(encoding="utf-8")
    tuples = [node.elts for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Tuple) and len(node.elts) == 5]
    rules = {elements[1].value for elements in tuples if isinstance(elements[1], ast.Constant)}
    assert rules & set(OBS_STATUS_WORDS) == set()
    assert rules - {"run-other"} == set(RULE_PROBLEMS)


def test_columns_of_the_template_are_those_of_observations():
    assert set(UPLOAD_COLUMNS) == set(OBSERVATION_COLUMNS) - {"run"}


def test_every_problem_is_planted_above():
    """Each is among the outcomes that a test above compares with what was found."""
    source = Path(__file__).read_text(encoding="utf-8").split("def test_codes_are_stable")[0]
    planted = set(re.findall(r"\bP\.([A-Z_]+)\b(?!\.code)", source))
    assert [p.name for p in P if p.name not in planted] == []
