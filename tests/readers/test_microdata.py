"""Survey files: what is read, what is refused in one clear text, and that no text quotes an answer."""

import struct

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from openpyxl import Workbook

from ekistics.core.errors import (
    ConfigurationError,
    EkisticsError,
    InputFormatError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.core.standard_variables import standard_variables
from ekistics.readers.microdata import (
    described_by,
    described_by_ddi,
    mapping_problems,
    parse_mapping,
    read_ddi,
    read_form,
    read_mapping,
    read_microdata,
    require_sound,
    shipped_mappings,
    standardise,
)
from ekistics.readers.microdata import read as reading
from ekistics.readers.microdata.model import told_codes

NAME = "Marigold Quill"  # planted in every file: must be in no text


def saved(tmp_path, frame: pd.DataFrame, name="survey.csv"):
    path = tmp_path / name
    frame.to_csv(path, index=False)
    return read_microdata(path)


# --- kinds of files


def test_spss_keeps_user_missing_apart_from_absent(tmp_path) -> None:
    frame = pd.DataFrame({"w": [11, 99, np.nan, 12], "t": ["a", "no", "", "b"]})
    pyreadstat.write_sav(frame, tmp_path / "s.sav", missing_ranges={"w": [{"lo": 97, "hi": 99}], "t": ["no"]},
                         variable_value_labels={"w": {11: "piped", 99: "not known"}}, column_labels={"w": "Water"})
    survey = read_microdata(tmp_path / "s.sav")
    made = standardise(parse_mapping({"household": {"water_source": {"variable": "w", "codes": {
        "11": "piped_dwelling", "12": "piped_yard"}}, "area": {"variable": "t"}}}), survey, level="household")
    assert survey.variables["w"].label == "Water" and survey.variables["w"].values["11"] == "piped"
    assert made.frame["water_source"].tolist() == ["piped_dwelling", np.nan, np.nan, "piped_yard"]
    assert [(r.known, r.user_missing, r.absent) for r in made.reports] == [(2, 1, 1), (2, 1, 1)]


def tagged_stata(path, kind: str, big: int, tag: int) -> None:
    """Write a column with an extended missing value before a plain one; pandas writes only the plain one."""
    frame = pd.DataFrame({"id": pd.array([1, 2, 3, 4], dtype="int32"), "w": pd.array([11, big, None, 12], dtype=kind)})
    frame.to_stata(path, write_index=False, version=118)
    form = {"Int8": "<b", "Int16": "<h", "Int32": "<i"}[kind]
    content = path.read_bytes()
    at = content.index(struct.pack(form, big), content.index(b"<data>"))
    path.write_bytes(content[:at] + struct.pack(form, tag) + content[at + struct.calcsize(form):])


@pytest.mark.parametrize(("kind", "big", "tag"), [("Int8", 77, 0x66), ("Int16", 7777, 0x7FE6),
                                                  ("Int32", 77777777, 0x7FFFFFE6)])
def test_stata_plain_missing_after_an_extended_one_is_no_number(tmp_path, kind, big, tag) -> None:
    """The library alone gives 0, 3 or another number for the third row."""
    path = tmp_path / "s.dta"
    tagged_stata(path, kind, big, tag)
    survey = read_microdata(path)
    assert survey.frame["w"].tolist()[:2] == [11, ".a"] and pd.isna(survey.frame["w"][2])
    assert survey.variables["w"].missing == (".a",)
    made = standardise(parse_mapping({"household": {"rooms": {"variable": "w"}}}), survey, level="household")
    assert made.frame["rooms"].fillna(-1).tolist() == [11, -1, -1, 12]
    assert (made.reports[0].user_missing, made.reports[0].absent) == (1, 1)


def test_files_are_read_in_pieces(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 7)
    frame = pd.DataFrame({"id": np.arange(30.0), "w": np.arange(30.0) % 5})
    pyreadstat.write_dta(frame, tmp_path / "s.dta")
    assert read_microdata(tmp_path / "s.dta").frame.equals(frame)
    pyreadstat.write_sav(frame.iloc[:14], tmp_path / "s.sav")
    assert read_microdata(tmp_path / "s.sav").frame.equals(frame.iloc[:14])


def cut(tmp_path, name: str, keep: float):
    path = tmp_path / name
    frame = pd.DataFrame({"id": range(3000), "w": np.arange(3000) % 7, "n": NAME})
    write = pyreadstat.write_dta if name.endswith("dta") else pyreadstat.write_sav
    write(frame, path, variable_value_labels={"w": {0: "none"}})
    content = path.read_bytes()
    path.write_bytes(content[:int(len(content) * keep)] if keep < 1 else content[:-20])
    return path


@pytest.mark.parametrize(("name", "keep"), [("cut.dta", 0.5), ("labels.dta", 1), ("few.dta", 0.01), ("cut.sav", 0.5),
                                            ("few.sav", 0.002)])
def test_a_file_that_is_cut_off_is_refused(tmp_path, name, keep) -> None:
    with pytest.raises(InputFormatError, match="cut off or damaged") as caught:
        read_microdata(cut(tmp_path, name, keep))
    assert caught.value.where == name and caught.value.hint and NAME not in str(caught.value)


def test_a_wrong_encoding_is_named_with_its_remedy(tmp_path) -> None:
    path = tmp_path / "s.sav"
    pyreadstat.write_sav(pd.DataFrame({"n": ["café", "niño"]}), path)
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xe9 ").replace("ñ".encode(), b"\xf1 "))
    with pytest.raises(InputFormatError, match="another encoding") as caught:
        read_microdata(path)
    assert "cp1252" in str(caught.value.hint)
    assert read_microdata(path, encoding="cp1252").frame["n"].tolist() == ["café", "niñ o"]
    (tmp_path / "s.csv").write_bytes("n\ncafé\n".encode("cp1252"))
    for encoding, words in (("utf-8", "not in this encoding"), ("klingon", "not in this encoding"),
                            ("", "encoding that is not read")):
        with pytest.raises(InputFormatError, match=words) as caught:
            read_microdata(tmp_path / "s.csv", encoding=encoding)
        assert "cp1252" in str(caught.value.hint)
    assert read_microdata(tmp_path / "s.csv", encoding="cp1252").frame["n"].tolist() == ["café"]
    (tmp_path / "b.csv").write_bytes("n\ncafé\n".encode("utf-8-sig"))
    assert list(read_microdata(tmp_path / "b.csv", encoding="utf-8").frame) == ["n"]


@pytest.mark.parametrize(("content", "words"), [
    ("a,b\n1,2\n1,2,3\n", "another number of cells"), ("a,a\n1,2\n", "names, each of its own"),
    ('a,b\n1,"2\n', "cannot be read"), ("", "holds no row"), ("a,\n1,2\n", "names, each of its own")])
def test_a_broken_csv_is_refused(tmp_path, content, words) -> None:
    (tmp_path / "s.csv").write_text(content.replace("2", NAME))
    with pytest.raises(InputFormatError, match=words) as caught:
        read_microdata(tmp_path / "s.csv")
    assert NAME not in str(caught.value)


def test_other_files_and_absent_ones_are_refused(tmp_path) -> None:
    (tmp_path / "s.doc").write_text("")
    with pytest.raises(InputFormatError, match="kind of survey file"):
        read_microdata(tmp_path / "s.doc")
    with pytest.raises(MissingInputError):
        read_microdata(tmp_path / "none.csv")


def test_a_survey_file_shows_no_row(tmp_path) -> None:
    assert NAME not in repr(saved(tmp_path, pd.DataFrame({"n": [NAME]})))


# --- Kobo and ODK


def form_book(tmp_path):
    book = Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    for row in (("type", "name", "label"), ("begin group", "wash", ""), ("select_one water", "water", "Water source"),
                ("integer", "minutes", "Minutes"), ("end group", "", ""),
                ("select_multiple dangers", "dangers", "Dangers"), ("begin repeat", "person", "Members"),
                ("select_one sex", "sex", "Sex"), ("integer", "age", "Age"), ("end repeat", "", "")):
        survey.append(row)
    for row in (("list_name", "name", "label"), ("water", "tap", "Tap at home"), ("water", "river", "River"),
                ("dangers", "flood", "Floods"), ("dangers", "slope", "Steep slope"), ("sex", "f", "Female"),
                ("sex", "m", "Male")):
        choices.append(row)
    book.save(tmp_path / "form.xlsx")
    return read_form(tmp_path / "form.xlsx")


def export_book(tmp_path, water=("tap", "river", "")):
    book = Workbook()
    main, person = book.active, book.create_sheet("person")
    main.title = "households"
    for row in (("_uuid", "wash/water", "wash/minutes", "dangers", "dangers/flood", "dangers/slope"),
                ("u1", water[0], 5, "flood slope", 1, 1), ("u2", water[1], 40, "slope", 0, 1),
                ("u3", water[2], None, "", "", "")):
        main.append(row)
    for row in (("person/sex", "person/age", "_index", "_submission__uuid"), ("f", 30, 1, "u1"), ("m", 3, 2, "u1"),
                ("f", 60, 3, "u2")):
        person.append(row)
    book.save(tmp_path / "export.xlsx")
    return tmp_path / "export.xlsx"


KOBO = {"household": {"household_id": {"variable": "_uuid"},
                      "water_source": {"variable": "wash/water",
                                       "codes": {"tap": "piped_dwelling", "river": "surface"}},
                      "water_minutes": {"variable": "wash/minutes"},
                      "hazard_flood": {"variable": "dangers", "contains": "flood"},
                      "hazard_slope": {"variable": "dangers", "contains": "slope"}},
        "person": {"person_id": {"variable": ["_submission__uuid", "_index"], "join": True},
                   "person_household_id": {"variable": "_submission__uuid"},
                   "sex": {"variable": "person/sex", "codes": {"f": "F", "m": "M"}}}}


def test_a_kobo_export_with_groups_several_answers_and_a_repeat(tmp_path) -> None:
    form, path = form_book(tmp_path), export_book(tmp_path)
    homes = described_by(read_microdata(path), form)
    people = described_by(read_microdata(path, sheet="person"), form)
    assert homes.variables["wash/water"].values == {"tap": "Tap at home", "river": "River"}
    assert homes.variables["dangers"].many and homes.variables["dangers/flood"].label == "Dangers: Floods"
    mapping = parse_mapping(KOBO)
    made = standardise(mapping, homes, level="household").frame
    assert made["water_source"].tolist() == ["piped_dwelling", "surface", np.nan]
    assert made["hazard_flood"].tolist() == ["yes", "no", np.nan] and made["hazard_slope"].tolist()[:2] == ["yes"] * 2
    assert made["water_minutes"].fillna(-1).tolist() == [5, 40, -1]
    members = standardise(mapping, people, level="person").frame
    assert members["person_id"].tolist() == ["u1-1", "u1-2", "u2-3"] and members["sex"].tolist() == ["F", "M", "F"]
    assert list(members["household_id"]) == ["u1", "u1", "u2"]


def test_an_odk_export_names_groups_by_hyphen(tmp_path) -> None:
    survey = saved(tmp_path, pd.DataFrame({"KEY": ["a"], "wash-water": ["tap"]}))
    assert described_by(survey, form_book(tmp_path)).variables["wash-water"].label == "Water source"


def test_answers_outside_the_form_are_told_by_code_and_count(tmp_path) -> None:
    form = form_book(tmp_path)
    with pytest.raises(InputFormatError, match=r"not among the choices.*Got other texts \(1\)"):
        described_by(read_microdata(export_book(tmp_path, ("tap", NAME, ""))), form)
    with pytest.raises(InputFormatError, match=r"Got pump \(3\)"):
        described_by(read_microdata(export_book(tmp_path, ("pump", "pump", "pump"))), form)
    with pytest.raises(InputFormatError, match="Labels stand where the names") as caught:
        described_by(read_microdata(export_book(tmp_path, ("Tap at home", "river", ""))), form)
    assert "XML values" in str(caught.value.hint)


def test_a_question_or_other_has_that_choice_too(tmp_path) -> None:
    book = Workbook()
    survey, choices = book.active, book.create_sheet("choices")
    survey.title = "survey"
    for row in (("type", "name", "label"), ("select_one water or_other", "water", "Water source"),
                ("select_multiple water or_other", "all", "All sources")):
        survey.append(row)
    for row in (("list_name", "name", "label"), ("water", "tap", "Tap")):
        choices.append(row)
    book.save(tmp_path / "form.xlsx")
    export = saved(tmp_path, pd.DataFrame({"water": ["tap", "other"], "all": ["tap other", "tap"]}))
    found = described_by(export, read_form(tmp_path / "form.xlsx"))
    assert found.variables["water"].values == found.variables["all"].values == {"tap": "Tap", "other": "Other"}


def translated_form(tmp_path):
    book = Workbook()
    book.remove(book.active)
    for name, rows in {
            "survey": [("type", "name", "label::English (en)", "label::Français (fr)"),
                       ("select_one water", "src", "Source", "Source d'eau"), ("begin_repeat", "mem", "m", "m"),
                       ("begin_group", "demo", "d", "d"), ("integer", "age", "Age", "Âge"), ("end_group", "", "", ""),
                       ("end_repeat", "", "", "")],
            "choices": [("list_name", "name", "label::English (en)", "label::Français (fr)"),
                        ("water", "tap", "Tap", "Robinet"), ("water", "river", "River", "Rivière")],
            "settings": [("form_title", "default_language"), ("x", "Français (fr)")]}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "form.xlsx")
    return read_form(tmp_path / "form.xlsx")


def test_a_form_in_two_languages_has_the_labels_of_its_default_one_and_knows_the_others(tmp_path) -> None:
    form = translated_form(tmp_path)
    assert [question.label for question in form.questions] == ["Source d'eau", "Âge"]
    assert form.questions[0].choices == {"tap": "Robinet", "river": "Rivière"}
    for labels in (["Robinet", "Rivière"], ["Tap", "River"]):
        with pytest.raises(InputFormatError, match="Labels stand where"):
            described_by(saved(tmp_path, pd.DataFrame({"src": labels})), form)
    for first, clash in (("Tap", False), ("Robinet", False), ("River", True)):
        pyreadstat.write_sav(pd.DataFrame({"src": ["tap"]}), tmp_path / "s.sav", variable_value_labels={
            "src": {"tap": first}})
        survey = read_microdata(tmp_path / "s.sav")
        if clash:
            with pytest.raises(InputFormatError, match="contradicts that of the form"):
                described_by(survey, form)
        else:
            assert described_by(survey, form).variables["src"].values["tap"] == "Robinet"


def test_the_file_of_a_repeat_may_name_groups_from_the_repeat_on(tmp_path) -> None:
    form = translated_form(tmp_path)
    for column in ("mem/demo/age", "mem-demo-age", "demo-age", "age"):
        survey = described_by(saved(tmp_path, pd.DataFrame({column: [3], "PARENT_KEY": "u"})), form)
        assert survey.variables[column].label == "Âge"


def test_a_choice_that_nobody_chose_is_no_slip_only_by_a_list(tmp_path) -> None:
    entry = parse_mapping({"household": {"hazard_flood": {"variable": "q", "contains": "flod"}}})
    survey = saved(tmp_path, pd.DataFrame({"q": ["flood slope"] * 3 + ["", NAME]}))
    (problem,) = mapping_problems(entry, survey, level="household")
    assert problem.message == "There is no choice 'flod'."
    assert problem.hint == "Did you mean 'flood'? Name the form, which lists the choices, if nobody chose it."
    rare = saved(tmp_path, pd.DataFrame({"q": ["flod", "", "slope"]}))
    assert mapping_problems(entry, rare, level="household") == ()


def test_labels_that_contradict_the_form_are_refused(tmp_path) -> None:
    frame = pd.DataFrame({"water": ["tap", "river"]})
    pyreadstat.write_sav(frame, tmp_path / "s.sav", variable_value_labels={"water": {"tap": "Tap of a neighbour"}})
    with pytest.raises(InputFormatError, match="contradicts that of the form.*Expected tap = Tap at home"):
        described_by(read_microdata(tmp_path / "s.sav"), form_book(tmp_path))


def test_a_file_of_another_form_and_a_broken_form_are_refused(tmp_path) -> None:
    with pytest.raises(InputFormatError, match="No column of the file"):
        described_by(saved(tmp_path, pd.DataFrame({"x": [1]})), form_book(tmp_path))
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    with pytest.raises(EkisticsError):
        read_form(tmp_path / "bad.xlsx")


@pytest.mark.parametrize(("name", "questions"), [("waste_collection.xlsx", 44), ("toilets.xls", 39),
                                                 ("waterpoints.xls", 34)])
def test_real_forms_are_read(shared_data, name, questions) -> None:
    assert len(read_form(shared_data(f"xlsforms-hotosm/{name}")).questions) == questions


def test_a_real_form_whose_list_is_not_there_is_told_by_its_row(shared_data) -> None:
    with pytest.raises(InputFormatError, match="survey, row 8: The list of choices is not there. Got yes_no"):
        read_form(shared_data("xlsforms-hotosm/health.xls"))


# --- mappings


def problems(tmp_path, entry: dict, frame: pd.DataFrame, standard="water_source"):
    return mapping_problems(parse_mapping({"household": {standard: entry}}), saved(tmp_path, frame), level="household")


WATER = pd.DataFrame({"q14": ["1", "2", "7", "7", "7", "", NAME]})


def test_a_variable_that_is_not_there_gets_the_nearest_name(tmp_path) -> None:
    found = problems(tmp_path, {"variable": "q41", "codes": {"1": "borehole"}}, WATER)
    assert [p.code for p in found] == ["variable"] and "q14" in str(found[0]) and "survey.csv" in found[0].where
    with pytest.raises(ConfigurationError, match="There is no variable 'q41'"):
        require_sound(found)


def test_a_variable_in_other_capitals_is_suggested_before_a_longer_name(tmp_path) -> None:
    found = problems(tmp_path, {"variable": "ZD"}, pd.DataFrame({"NZD": ["1"], "zd": ["1"]}), "water_minutes")
    assert found[0].hint == "Did you mean 'zd'?"


def test_codes_that_are_not_mapped_are_counted_and_no_text_is_quoted(tmp_path) -> None:
    found = problems(tmp_path, {"variable": "q14", "codes": {"1": "borehole"}}, WATER)
    assert "2 (1), 7 (3), other texts (1)" in found[0].message and NAME not in str(found[0])
    assert problems(tmp_path, {"variable": "q14", "codes": {"1": "borehole"}, "missing": ["2", "7", NAME]}, WATER) == ()


def test_labels_that_contradict_the_mapping_are_told(tmp_path) -> None:
    pyreadstat.write_sav(pd.DataFrame({"w": [1.0, 2.0]}), tmp_path / "s.sav",
                         variable_value_labels={"w": {1: "Surface water", 2: "Tube well"}})
    mapping = parse_mapping({"household": {"water_source": {
        "variable": "w", "codes": {"1": "borehole", "2": "surface"}, "labels": {"1": "tube  WELL", "2": "tube well"}}}})
    found = mapping_problems(mapping, read_microdata(tmp_path / "s.sav"), level="household")
    assert [(p.code, "Surface water" in p.message) for p in found] == [("label", True)]


def test_numbers_that_are_none_and_negative_ones_are_told(tmp_path) -> None:
    frame = pd.DataFrame({"m": ["5", "-1", NAME, ""]})
    found = problems(tmp_path, {"variable": "m"}, frame, "water_minutes")
    assert [p.message for p in found] == ["Answers are no numbers: other texts (1).", "1 answers are negative."]


def test_a_negative_weight_gets_no_remedy_that_is_refused_next(tmp_path) -> None:
    """A weight that is declared missing is refused by the import; a negative answer to a question may be."""
    frame = pd.DataFrame({"m": ["5", "-1"]})
    (weight,), (minutes,) = (problems(tmp_path, {"variable": "m"}, frame, name) for name in ("weight", "water_minutes"))
    assert weight.message == minutes.message == "1 answers are negative."
    assert weight.hint == "Leave households that did not take part out of the file." and "'missing'" in minutes.hint


def test_numbers_that_cannot_be_are_codes_that_nobody_declared(tmp_path) -> None:
    """An age of 999 would count as 65 and older, and 998 minutes as far away."""
    survey = saved(tmp_path, pd.DataFrame({"age": ["120", "121", "999"], "h": ["15", "16", "1"],
                                           "m": ["996", "5", ""]}))
    assert [problem.message for problem in mapping_problems(parse_mapping(
        {"person": {"age": {"variable": "age"}}}), survey, level="person")] == ["2 answers are more than can be (120)."]
    told = mapping_problems(parse_mapping({"household": {"water_minutes": {"variable": "h", "scale": 60}}}), survey,
                            level="household")
    assert [problem.message for problem in told] == ["1 answers are more than can be (900)."]
    for entry in ({"missing": ["996"]}, {"values": {"996": 0}}, {"values": {"996": 996}}):
        assert mapping_problems(parse_mapping({"household": {"water_minutes": {"variable": "m", **entry}}}), survey,
                                level="household") == ()


def test_ids_that_are_not_unique_are_counted(tmp_path) -> None:
    frame = pd.DataFrame({"hh": ["1", "1", "2", "", ""], "line": ["1", "2", "1", "1", "2"]})
    found = problems(tmp_path, {"variable": "hh"}, frame, "household_id")
    assert [p.message for p in found] == ["2 rows have no id.", "2 rows have an id that stands before."]
    assert len(problems(tmp_path, {"variable": ["hh", "line"], "join": True}, frame, "household_id")) == 1


def test_rows_without_stratum_or_unit_are_counted_unless_the_mapping_says_which_it_is(tmp_path) -> None:
    survey = saved(tmp_path, pd.DataFrame({"s": ["a", "", "99", "a"], "u": ["1", "2", "", ""],
                                           "v": ["x", "", "", "y"]}))

    def told(**entries) -> list[str]:
        return [f"{each.where.split('[')[1].split(']')[0]}: {each.message}" for each in mapping_problems(
            parse_mapping({"household": entries}), survey, level="household")]
    assert told(stratum={"variable": "s"}) == ["household.stratum: 1 rows have no id."]
    assert told(stratum={"variable": "s", "missing": ["99"]}) == ["household.stratum: 2 rows have no id."]
    assert told(stratum={"variable": "s", "missing": ["99"], "absent": "a"}) == [
        "household.stratum: 1 rows have no id."]
    assert told(stratum={"variable": "s", "absent": "a"}, psu={"variable": "u", "absent": "9"}) == []
    pair = {"variable": ["u", "v"], "join": True}
    assert told(psu=pair) == ["household.psu: 3 rows have no id."]
    assert told(psu={**pair, "absent": "0"}) == ["household.psu: 2 rows have no id."]  # half an id is none
    assert told(household_id={"variable": "u", "absent": "9"})[0] == "household.household_id: 2 rows have no id."


def test_what_an_absent_text_counts_as_is_not_what_a_refused_one_counts_as(tmp_path) -> None:
    survey = saved(tmp_path, pd.DataFrame({"a": ["n", "", "99"]}))
    made = standardise(parse_mapping({"household": {"area": {"variable": "a", "missing": ["99"], "absent": "s"}}}),
                       survey, level="household")
    assert made.frame["area"].fillna("-").tolist() == ["n", "s", "-"]
    assert [(r.user_missing, r.absent) for r in made.reports] == [(1, 1)]


def test_numbers_with_special_codes_sums_and_what_absent_means(tmp_path) -> None:
    frame = pd.DataFrame({"t": ["10", "996", "998", ""], "f": ["1", "2", "", "1"], "m": ["1", "0", "1", "1"],
                          "w": ["1500000", "2000000", "1000000", "1000000"]})
    mapping = parse_mapping({"household": {
        "water_minutes": {"variable": "t", "values": {"996": 0}, "missing": ["998"], "absent": "0"},
        "members": {"variable": ["f", "m"], "sum": True}, "weight": {"variable": "w", "scale": 1e-6}}})
    made = standardise(mapping, saved(tmp_path, frame), level="household")
    assert made.frame["water_minutes"].fillna(-1).tolist() == [10, 0, -1, 0]
    assert made.frame["members"].fillna(-1).tolist() == [2, 2, -1, 2]
    assert made.frame["weight"].tolist() == [1.5, 2.0, 1.0, 1.0]
    assert made.reports[0].assumption == "an absent answer counts as 0"


@pytest.mark.parametrize(("entry", "standard", "words"), [
    ({"variable": "q", "codes": {"1": "bore_hole"}}, "water_source", "standard code 'bore_hole'"),
    ({"variable": "q", "codes": {"1": "borehole"}}, "watersource", "standard variable 'watersource'"),
    ({"variable": "q", "code": {}}, "water_source", "key 'code'"),
    ({"variable": "q", "constant": "1"}, "members", "either a variable or a constant"),
    ({}, "members", "either a variable or a constant"),
    ({"variable": ["a", "b"]}, "members", "several variables"),
    ({"variable": "q", "codes": {"1": "1"}}, "members", "do not fit"),
    ({"constant": "many"}, "members", "Expected numbers, got many"),
    ({"variable": "q", "absent": "none"}, "members", "Expected numbers, got none"),
    ({"variable": "q", "values": {"96": "inf"}}, "members", "Expected numbers, got inf"),
    ({"variable": "q", "codes": {}}, "age", "of the other level")])
def test_a_mapping_that_contradicts_itself_is_refused(entry, standard, words) -> None:
    with pytest.raises((ConfigurationError, UnknownNameError), match=words):
        parse_mapping({"household": {standard: entry}})


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings_name_standard_variables_and_codes(name) -> None:
    mapping = read_mapping(name)
    assert {"household_id", "weight", "water_source", "sanitation_facility"} <= set(mapping.household)
    assert mapping.title and mapping.source and "person_id" in mapping.person


def test_a_code_that_means_two_things_by_phase_is_asked_for(tmp_path) -> None:
    """A place to wash hands that was not seen in phase VI has the code of a mobile one in phase VII."""
    entry = read_mapping("dhs-household").household["handwashing_facility"]
    assert entry.codes == {"1": "yes"} and entry.missing == ("9",)
    survey = saved(tmp_path, pd.DataFrame({"hv230a": [1, 2, 3, 9]}))
    (problem,) = mapping_problems(parse_mapping({"household": {"handwashing_facility": {
        "variable": "hv230a", "codes": dict(entry.codes), "missing": list(entry.missing)}}}), survey, level="household")
    assert "2 (1), 3 (1)" in problem.message


@pytest.mark.parametrize("name", ["water_source", "water_other_source"])
def test_a_public_tap_of_an_earlier_phase_is_no_neighbours_pipe(tmp_path, name) -> None:
    entry = read_mapping("dhs-household").household[name]
    assert {str(code): label for code, label in (entry.labels or {}).items()}["13"] == "piped to neighbor"
    for label, told in (("Piped to neighbor", []), ("Public tap/standpipe", ["label"])):
        pyreadstat.write_dta(pd.DataFrame({entry.variable[0]: [13.0]}), tmp_path / "h.dta", variable_value_labels={
            entry.variable[0]: {13: label}})
        problems = mapping_problems(parse_mapping({"household": {name: {
            "variable": entry.variable[0], "codes": dict(entry.codes), "labels": dict(entry.labels)}}}),
            read_microdata(tmp_path / "h.dta"), level="household")
        assert [problem.code for problem in problems] == told


def test_told_codes_are_short_and_few() -> None:
    assert told_codes({str(code): 1 for code in range(9)}).endswith("4 (1), other texts (4)")


def test_a_telephone_among_codes_is_counted_and_not_shown() -> None:
    assert told_codes({"01712345678": 1, "1987654321012": 2, "-99999": 1}) == "-99999 (1), other texts (3)"


def test_real_model_data_are_mapped(shared_data, tmp_path) -> None:
    """Women of the DHS Program's model data: labels stand as codes there, so the mapping is one of its own."""
    survey = read_microdata(shared_data("dhs-model-dataset-zz/women.parquet"))
    codes = {"tube well or borehole": "borehole", "unprotected well": "unprotected_well"}
    mapping = parse_mapping({"household": {
        "household_id": {"variable": "caseid"}, "psu": {"variable": "v021"}, "stratum": {"variable": "v023"},
        "weight": {"variable": "v005", "scale": 1e-6}, "water_source": {"variable": "v113", "codes": codes}}})
    found = mapping_problems(mapping, survey, level="household")
    assert [p.code for p in found] == ["code"] and "neither mapped" in found[0].message
    made = standardise(parse_mapping({"household": {
        "psu": {"variable": "v021"}, "stratum": {"variable": "v023"},
        "weight": {"variable": "v005", "scale": 1e-6}}}), survey, level="household").frame
    assert (len(made), made["psu"].nunique(), made["stratum"].nunique()) == (8348, 217, 8)


# --- DDI


DDI = """<?xml version="1.0"?><codeBook xmlns="ddi:codebook:2_5"><stdyDscr/><dataDscr>
<var name="w"><labl>Main source of water</labl>
<catgry><catValu>1</catValu><labl>Tube well</labl></catgry>
<catgry missing="Y"><catValu>9</catValu><labl>Not stated</labl></catgry>
<varFormat type="numeric"/></var></dataDscr></codeBook>"""


def test_a_codebook_describes_a_csv(tmp_path) -> None:
    (tmp_path / "book.xml").write_text(DDI)
    book = read_ddi(tmp_path / "book.xml")
    survey = described_by_ddi(saved(tmp_path, pd.DataFrame({"w": ["1", "9"]})), book, name="book.xml")
    assert survey.variables["w"].label == "Main source of water" and survey.variables["w"].missing == ("9",)
    mapping = parse_mapping({"household": {"water_source": {"variable": "w", "codes": {"1": "borehole"}}}})
    assert mapping_problems(mapping, survey, level="household") == ()


def test_missing_codes_and_ranges_of_a_codebook_are_missing(tmp_path) -> None:
    (tmp_path / "book.xml").write_text("""<codeBook xmlns="ddi:codebook:2_5" version="2.5"><stdyDscr/><dataDscr>
        <var ID="V1" name="m"><labl>People</labl><invalrng><item VALUE="77"/><range min="96" max="98"/>
        <range minExclusive="998"/><range/></invalrng><varFormat type="numeric"/></var></dataDscr></codeBook>""")
    book = read_ddi(tmp_path / "book.xml")
    survey = described_by_ddi(saved(tmp_path, pd.DataFrame({"m": [5, 77, 95, 96, 98, 99, 998, 999]})), book,
                              name="book.xml")
    made = standardise(parse_mapping({"household": {"members": {"variable": "m"}}}), survey, level="household")
    assert made.frame["members"].fillna(-1).tolist() == [5, -1, 95, -1, -1, 99, 998, -1]
    assert (made.reports[0].user_missing, made.reports[0].absent) == (4, 0)


def test_a_codebook_that_contradicts_the_file_or_is_none_is_refused(tmp_path) -> None:
    (tmp_path / "book.xml").write_text(DDI)
    pyreadstat.write_sav(pd.DataFrame({"w": [1.0]}), tmp_path / "s.sav", variable_value_labels={"w": {1: "River"}})
    with pytest.raises(InputFormatError, match="contradicts that of the codebook"):
        described_by_ddi(read_microdata(tmp_path / "s.sav"), read_ddi(tmp_path / "book.xml"), name="book.xml")
    (tmp_path / "bad.xml").write_text("<a>")
    (tmp_path / "other.xml").write_text("<a/>")
    for name, words in (("bad.xml", "not an XML"), ("other.xml", "not a DDI codebook")):
        with pytest.raises(InputFormatError, match=words):
            read_ddi(tmp_path / name)


def test_an_entity_in_a_codebook_is_not_resolved(tmp_path) -> None:
    (tmp_path / "secret").write_text(NAME)
    (tmp_path / "book.xml").write_text(
        f'<!DOCTYPE codeBook [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
        '<codeBook><dataDscr><var name="w"><labl>&e;</labl></var></dataDscr></codeBook>')
    assert NAME not in read_ddi(tmp_path / "book.xml")["w"].label


def test_every_code_of_a_standard_variable_is_short_enough_for_a_dimension() -> None:
    for variable in standard_variables().values():
        assert all(len(code) <= 24 for code in variable.codes)
