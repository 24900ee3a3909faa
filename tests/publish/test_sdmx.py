"""SDMX: what we write, sdmx1 reads back to equal values, and every SDG code we write is in the structure."""

import csv
import io
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sdmx
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pysdmx.io import read_sdmx, write_sdmx
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from sdmx.reader.csv import Reader as CsvReader

from ekistics.core.errors import InputFormatError, InvalidValueError, MissingInputError, UnknownNameError
from ekistics.core.observation import DIMENSIONS, OBSERVATION_COLUMNS
from ekistics.core.place import Place
from ekistics.indicators import specs
from ekistics.package.table import NUMBER_COLUMNS, canonical_observations
from ekistics.publish.sdmx import (
    Left,
    SdgOptions,
    area_codes,
    check_against,
    left_text,
    observations_from_own,
    own_rows,
    own_structure,
    own_structure_message,
    read_area_mapping,
    sdg_rows,
    sdg_structure,
    sdmx_csv,
    sdmx_ml,
)
from ekistics.publish.sdmx import check as check_module
from ekistics.publish.sdmx.structure import own_table, sdg_table

FACTS = tomllib.loads((Path(__file__).parent / "sdg_dsd_facts.toml").read_text(encoding="utf-8"))
DSD, CONSTRAINTS = "sdmx-sdg-dsd/dsd.xml", "sdmx-sdg-dsd/content_constraints.csv"
PREPARED = datetime(2026, 11, 26, tzinfo=UTC)
AREAS = {"BRA": "76", "GHA": "288"}
SDG_KEYS = {"11.2.1": ("sdg_11_2_1", "either", "network", "PT"),
            "11.3.1": ("sdg_11_3_1", "ratio", "linear:given:built_up_area", "RO"),
            "11.6.2": ("sdg_11_6_2", "mean_pm25", "population_weighted", "GPERM3"),
            "11.7.1": ("sdg_11_7_1", "open_and_street_share", "built_up_area", "PT")}


def row(number: str = "11.2.1", **values) -> dict[str, object]:
    indicator, series, variant, unit = SDG_KEYS[number]
    missing = dict.fromkeys(NUMBER_COLUMNS, np.nan)
    return {**dict.fromkeys(DIMENSIONS, "_T"), **missing, "indicator": indicator, "series": series, "variant": variant,
            "ref_area": "BRA", "time_period": "2020", "obs_value": 61.5, "unit_measure": unit, "base": "", "reason": "",
            "uncertainty": "not-stated", "obs_status": "A", "conf_status": "F", "method": "Metadata, 2021", "run": "r1",
            **values}


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(OBSERVATION_COLUMNS))


def whole(*extra: dict[str, object]) -> pd.DataFrame:
    """Give observations of every kind: shares with intervals, absent values, all forms of period, odd texts."""
    periods = ("2020-S1", "2020-Q3", "2020-02", "2020-W05", "2020-02-29", "2000-01-01/P20Y")
    return frame(
        row(numerator=123.0, denominator=200.0, base="people living inside the boundary", lci=58.25, uci=64.75, se=1.5),
        row("11.6.2", obs_value=np.nan, obs_status="O", reason="no-air"),
        row(sex="F", age="Y_GE65", obs_value=0.1 + 0.2), row("11.7.1", variant="urban_extent", obs_value=-5.0),
        row(indicator="built_up_per_person", series="built_up_per_person", variant="", unit_measure="M2_PS"),
        *(row(time_period=period, ref_area="BRA-POA:N01.a") for period in periods), *extra)


def message(rows: pd.DataFrame, structure=None) -> bytes:
    return b"".join(sdmx_ml(rows, structure or own_structure(), message="M1", sender="EKISTICS", prepared=PREPARED))


def own_dsd():
    read = sdmx.read_sdmx(io.BytesIO(own_structure_message(specs(), sender="EKISTICS", prepared=PREPARED)))
    return read.structure["OBSERVATIONS"]


@pytest.fixture(scope="module", name="own_dsd")
def _own_dsd():
    return own_dsd()


def by_sdmx1(data) -> pd.DataFrame:
    """Lay what sdmx1 read out as a frame of texts, a missing one empty."""
    (dataset,) = data.data
    rows = [{**{k: str(v.value) for k, v in obs.dimension.values.items()}, "OBS_VALUE": obs.value,
             **{k: "" if v.value is None else str(v) for k, v in obs.attached_attribute.items()}}
            for obs in dataset.obs]
    return pd.DataFrame(rows).fillna("")


def read_ml(content: bytes, dsd) -> pd.DataFrame:
    return by_sdmx1(sdmx.read_sdmx(io.BytesIO(content), structure=dsd))


def read_csv(content: bytes, dsd) -> pd.DataFrame:
    return by_sdmx1(CsvReader().convert(io.BytesIO(content), structure=dsd))


def assert_same_observations(rows: pd.DataFrame, wanted: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(canonical_observations(observations_from_own(rows)), canonical_observations(wanted))


# Our own structure


def test_sdmx1_reads_our_xml_back_to_equal_observations(own_dsd):
    assert_same_observations(read_ml(message(own_rows(whole())), own_dsd), whole())


def test_sdmx1_reads_our_csv_back_to_equal_observations(own_dsd):
    assert_same_observations(read_csv(b"".join(sdmx_csv(own_rows(whole()), own_structure())), own_dsd), whole())


def test_batches_give_the_same_message_as_one_frame():
    rows = own_rows(whole())
    batches = [rows.iloc[:3], rows.iloc[3:3], rows.iloc[3:]]
    assert message(batches) == message(rows)
    assert b"".join(sdmx_csv(batches, own_structure())) == b"".join(sdmx_csv(rows, own_structure()))


def test_a_message_without_rows_is_whole(own_dsd):
    (dataset,) = sdmx.read_sdmx(io.BytesIO(message([])), structure=own_dsd).data
    assert not dataset.obs


def test_frequency_follows_from_the_period():
    periods = ["2020", "2020-S1", "2020-Q3", "2020-02", "2020-W05", "2020-02-29", "2000-01-01/P20Y"]
    rows = own_rows(frame(*(row(time_period=period) for period in periods)))
    assert rows["FREQ"].tolist() == ["A", "S", "Q", "M", "W", "D", "_Z"]
    with pytest.raises(InvalidValueError, match="not a time period"):
        own_rows(frame(row(time_period="")))


def test_our_structure_has_a_place_for_every_column():
    assert {name.upper() for name in OBSERVATION_COLUMNS} | {"FREQ"} == set(own_structure().components)
    assert set(own_table()["rules"]["numbers"]) == {name.upper() for name in NUMBER_COLUMNS}


def test_our_structure_message_is_valid_and_names_what_it_must(own_dsd):
    content = own_structure_message(specs(), sender="EKISTICS").decode()
    (definition,) = read_sdmx(content, validate=True).get_data_structure_definitions()
    assert [c.id for c in definition.components] == list(own_structure().components)
    assert [d.id for d in own_dsd.dimensions] == list(own_structure().dimensions)
    codes = {d.id: d.local_representation.enumerated for d in own_dsd.dimensions}
    assert set(codes["INDICATOR"].items) == {spec.code for spec in specs()}
    assert str(codes["INDICATOR"]["sdg_11_2_1"].name) == "11.2.1 Access to public transport"


def test_the_code_list_of_indicators_keeps_names_with_marks():
    odd = replace(specs()[0], title='The "city\'s" <share> & more \\ é')
    read = sdmx.read_sdmx(io.BytesIO(own_structure_message([odd], sender="EKISTICS")))
    assert str(read.codelist["CL_INDICATOR"][odd.code].name) == f"{odd.number} {odd.title}".strip()


def test_all_we_write_in_our_structure_is_in_our_structure_message(tmp_path):
    path = tmp_path / "own.xml"
    path.write_bytes(own_structure_message(specs(), sender="EKISTICS"))
    found = check_against(path, [own_rows(whole()).iloc[:4], own_rows(whole()).iloc[4:]], own_structure())
    assert (found.structure, found.rows, found.findings) == ("EKISTICS:OBSERVATIONS(1.0)", len(whole()), ())


# The global SDG structure: codes


def test_our_table_has_only_codes_of_the_structure():
    structure, codes, table = sdg_structure(), FACTS["codes"], sdg_table()
    assert structure.version == FACTS["version"]
    assert list(structure.dimensions) == FACTS["dimensions"]
    assert set(structure.attributes) <= set(FACTS["attributes"])
    for component, rule in table["columns"].items():
        assert {*rule["same"], *rule.get("other", {}).values()} <= set(codes[component]), component
    assert table["fixed"]["FREQ"] in codes["FREQ"]
    assert {name for name, code in table["fixed"].items() if code == "_T"} <= set(FACTS["with_total"])
    assert set(table["options"]["REPORTING_TYPE"]) == set(codes["REPORTING_TYPE"])
    assert set(table["options"]["NATURE"]) == set(codes["NATURE"])


def test_our_series_are_those_of_the_structure_with_its_units_and_breakdowns():
    assert {s["code"] for s in sdg_table()["series"]} == set(FACTS["titles"])
    for series in sdg_table()["series"]:
        allowed = FACTS["series"][series["code"]]
        assert series["unit_measure"] == allowed["UNIT_MEASURE"]
        assert series["unit_measure"] in FACTS["codes"]["UNIT_MEASURE"]
        assert allowed["UNIT_MULT"] in (series["unit_mult"], "ALL")
        assert series["unit_mult"] in FACTS["codes"]["UNIT_MULT"]
        assert set(series["split"]) == {c for c in sdg_table()["columns"] if allowed.get(c) == "ALL"}


def test_our_series_are_series_of_our_indicators():
    by_code = {spec.code: spec for spec in specs()}
    for series in sdg_table()["series"]:
        spec = by_code[series["indicator"]]
        assert spec.find_series(series["series"]).unit_measure == series["unit_measure"]
        assert series["variant"] in [v.code for v in spec.variants_of(series["series"])]
        assert f"[{spec.number}]" in FACTS["titles"][series["code"]]


def test_the_facts_are_those_of_the_structure_file(shared_data):
    dsd = sdmx.read_sdmx(io.BytesIO(shared_data(DSD).read_bytes())).structure["SDG"]
    assert str(dsd.version) == FACTS["version"]
    assert [d.id for d in dsd.dimensions] == FACTS["dimensions"]
    assert [a.id for a in dsd.attributes] == FACTS["attributes"]
    lists = {c.id: c.local_representation.enumerated for c in [*dsd.dimensions, *dsd.attributes]
             if c.local_representation is not None and c.local_representation.enumerated is not None}
    for name, codes in FACTS["codes"].items():
        assert set(codes) == {code for code in lists[name].items if name != "REF_AREA" or code.isdigit()}, name
    assert set(FACTS["with_total"]) == {d.id for d in dsd.dimensions if d.id in lists and "_T" in lists[d.id].items}
    assert {code: str(lists["SERIES"][code].name) for code in FACTS["titles"]} == FACTS["titles"]
    statuses = lists["OBS_STATUS"].items
    missing = {code for code, item in statuses.items() if str(item.name).startswith("Missing value")}
    perhaps = {code for code, item in statuses.items() if "missing" in str(item.description)} - missing
    assert (missing, perhaps) == tuple(set(FACTS["obs_status"][name]) for name in ("missing", "perhaps_missing"))


def test_the_facts_are_those_of_the_table_of_allowed_codes(shared_data):
    with shared_data(CONSTRAINTS).open(encoding="latin-1", newline="") as stream:
        rows = {line["SERIES"]: line for line in csv.DictReader(stream)}
    for code, facts in FACTS["series"].items():
        assert facts == {name: rows[code][name].strip() for name in facts}


def test_every_sdg_code_we_write_is_in_the_structure_file(shared_data):
    breakdowns = [{"sex": s, "age": a} for s in sdg_table()["columns"]["SEX"]["same"]
                  for a in sdg_table()["columns"]["AGE"]["same"]]
    rows = [row(number, **more) for number in SDG_KEYS for more in ({}, {"obs_status": "O", "obs_value": np.nan})]
    rows += [row(**breakdown) for breakdown in breakdowns]
    rows += [row(urbanisation=code) for code in ("U", "CITY", "TSUB", "R", "3", "2", "1")]
    rows += [row(disability=code) for code in ("PD", "PWD")] + [row(income_quantile="Q1", ref_area="GHA")]
    rows += [row(obs_status=code) for code in sdg_table()["columns"]["OBS_STATUS"]["same"]]
    for nature in sdg_table()["options"]["NATURE"]:
        found = sdg_rows(frame(*rows), AREAS, SdgOptions(nature=nature, source_detail="Census"))
        assert found.left.empty
        checked = check_against(shared_data(DSD), found.rows, sdg_structure())
        assert (checked.structure, checked.rows, checked.findings) == ("IAEG-SDGs:SDG(1.14)", len(rows), ())


# The global SDG structure: rows


def test_an_observation_becomes_a_row_of_the_sdg_structure():
    found = sdg_rows(frame(row(sex="F", age="Y_GE65", urbanisation="3", lci=58.25, uci=64.75)), AREAS,
                     SdgOptions(nature="C", source_detail="Census 2022"))
    (got,) = found.rows.to_dict("records")
    assert got == {
        "FREQ": "A", "REPORTING_TYPE": "N", "SERIES": "SP_TRN_PUBL", "REF_AREA": "76", "SEX": "F", "AGE": "Y_GE65",
        "URBANISATION": "CITY", "INCOME_WEALTH_QUANTILE": "_T", "EDUCATION_LEV": "_T", "OCCUPATION": "_T",
        "CUST_BREAKDOWN": "_T", "COMPOSITE_BREAKDOWN": "_T", "DISABILITY_STATUS": "_T", "ACTIVITY": "_T",
        "PRODUCT": "_T", "TIME_PERIOD": "2020", "OBS_VALUE": 61.5, "OBS_STATUS": "A", "UNIT_MULT": "0",
        "UNIT_MEASURE": "PT", "NATURE": "C", "COMMENT_OBS": "Metadata, 2021", "UPPER_BOUND": 64.75,
        "LOWER_BOUND": 58.25, "SOURCE_DETAIL": "Census 2022"}
    assert found.left.empty


@pytest.mark.parametrize(("values", "reason"), [
    ({"indicator": "street_density", "series": "density", "variant": "urban_extent"}, Left.SERIES),
    ({"series": "high_capacity"}, Left.SERIES),
    ({"variant": "straight_line"}, Left.VARIANT),
    ({"time_period": "2020-Q1"}, Left.PERIOD), ({"time_period": "2000-01-01/P20Y"}, Left.PERIOD),
    ({"time_period": "２０２０"}, Left.PERIOD), ({"time_period": "2020\n"}, Left.PERIOD),
    ({"ref_area": "BRA-POA"}, Left.AREA),
    ({"tenure": "OWNER"}, Left.BREAKDOWN), ({"migrant_status": "MIGRANT"}, Left.BREAKDOWN),
    ({"age": "Y3T7"}, Left.BREAKDOWN), ({"urbanisation": "30"}, Left.BREAKDOWN),
    ({"unit_measure": "RO"}, Left.UNIT), ({"obs_status": "T"}, Left.STATUS), ({"conf_status": "C"}, Left.CONFIDENTIAL),
])
def test_what_has_no_place_is_given_back_with_the_reason(values, reason):
    found = sdg_rows(frame(row(**values), row()), AREAS)
    assert found.left["left"].tolist() == [reason]
    assert found.left.index.tolist() == [0]
    assert found.rows.index.tolist() == [1]
    pd.testing.assert_frame_equal(found.left[list(OBSERVATION_COLUMNS)],
                                  canonical_observations(frame(row(**values))))
    assert left_text(reason)


def test_a_series_is_split_only_as_the_table_of_allowed_codes_says():
    rows = frame(row("11.3.1", sex="F"), row("11.6.2", age="Y0T14"), row("11.6.2", urbanisation="U"), row(sex="F"))
    assert sdg_rows(rows, AREAS).left.index.tolist() == [0, 1]


def test_an_absent_value_says_why_in_its_footnote():
    found = sdg_rows(frame(row(obs_value=np.nan, obs_status="O", reason="no-timetable")), AREAS)
    assert found.rows["COMMENT_OBS"].tolist() == ["no timetable was given; Metadata, 2021"]
    assert found.rows["OBS_VALUE"].isna().all()


def test_no_observation_is_lost_between_the_two_structures():
    found = sdg_rows(whole(), AREAS)
    assert sorted([*found.rows.index, *found.left.index]) == list(range(len(whole())))
    assert sdg_rows(frame(), AREAS).rows.columns.tolist() == list(sdg_structure().components)


def test_unknown_options_are_refused():
    with pytest.raises(UnknownNameError, match="REPORTING_TYPE"):
        SdgOptions(reporting_type="X")
    with pytest.raises(UnknownNameError, match="NATURE"):
        SdgOptions(nature="Z")


@pytest.mark.parametrize("read", [read_ml, read_csv])
def test_sdmx1_reads_our_sdg_messages_back_to_equal_values(read, shared_data):
    dsd = sdmx.read_sdmx(io.BytesIO(shared_data(DSD).read_bytes())).structure["SDG"]
    rows = sdg_rows(frame(row(lci=58.25, uci=64.75), row("11.6.2", obs_value=np.nan, obs_status="O"),
                          row(sex="M", obs_value=0.1 + 0.2), row(ref_area="GHA", time_period="2021")), AREAS).rows
    content = message(rows, sdg_structure()) if read is read_ml else b"".join(sdmx_csv(rows, sdg_structure()))
    got = read(content, dsd)
    wanted = rows.map(lambda v: "" if v != v else repr(v) if isinstance(v, float) else v)
    wanted.loc[1, "OBS_VALUE"] = "NaN"
    # Components that no row fills are not in the XML.
    pd.testing.assert_frame_equal(got.reindex(columns=wanted.columns, fill_value=""), wanted, check_dtype=False)


# Messages


def test_the_message_is_valid_by_the_official_schema():
    assert read_sdmx(message(own_rows(whole())).decode(), validate=True).data
    assert read_sdmx(message(sdg_rows(whole(), AREAS).rows, sdg_structure()).decode(), validate=True).data


@pytest.mark.parametrize(("write", "kind"), [
    (lambda rows, structure: message(rows, structure), Format.DATA_SDMX_ML_2_1_STR),
    (lambda rows, structure: b"".join(sdmx_csv(rows, structure)), Format.DATA_SDMX_CSV_2_0_0)], ids=["xml", "csv"])
def test_pysdmx_writes_the_same_observations(write, kind, tmp_path):
    path = tmp_path / "own.xml"
    path.write_bytes(own_structure_message(specs(), sender="EKISTICS"))
    (definition,) = read_sdmx(path.read_text(encoding="utf-8")).get_data_structure_definitions()
    rows = own_rows(whole())
    texts = rows.astype(object).where(rows.notna(), "")
    theirs = write_sdmx(PandasDataset(structure=definition.to_schema(), data=texts), kind).encode()

    def content(written: bytes) -> list[dict[str, object]]:
        if kind == Format.DATA_SDMX_CSV_2_0_0:
            lines = list(csv.DictReader(io.StringIO(written.decode(), newline="")))
        else:
            lines = [dict(obs.attrib) for obs in etree.fromstring(written).iter("Obs")]
        return [{name: float(text) if name in own_structure().numbers else text for name, text in line.items()
                 if text not in ("", "NaN")} for line in lines]

    assert content(write(rows, own_structure())) == content(theirs)
    assert len(content(theirs)) == len(rows)


def test_two_rows_of_one_key_are_refused_across_batches():
    rows = own_rows(frame(row(), row(time_period="2021"), row(run="r2")))
    for write in (lambda: message([rows.iloc[:2], rows.iloc[2:]]),
                  lambda: list(sdmx_csv([rows.iloc[:2], rows.iloc[2:]], own_structure()))):
        with pytest.raises(InvalidValueError, match=r"row 3: Two rows have one key.*Choose one edition"):
            write()


def test_an_empty_dimension_and_a_lacking_column_are_refused():
    with pytest.raises(InvalidValueError, match="row 2: A dimension is empty") as caught:
        message(own_rows(frame(row(), row(sex=""))))
    assert caught.value.param == "SEX"
    with pytest.raises(InputFormatError, match="lack a column.*RUN"):
        message(own_rows(frame(row())).drop(columns="RUN"))


def test_ids_are_valid_whatever_a_place_is_called():
    content = b"".join(sdmx_ml(own_rows(whole()), own_structure(), message="XMU-MERROW:N01.é", sender="A b"))
    assert b"<mes:ID>XMU-MERROW_N01__</mes:ID>" in content
    assert b'<mes:Sender id="A_b"/>' in content
    assert read_sdmx(content.decode(), validate=True).data


def test_unknown_actions_and_empty_ids_are_refused():
    rows, structure = own_rows(frame(row())), own_structure()
    assert b' action="Replace"' in b"".join(sdmx_ml(rows, structure, message="M", sender="S", action="Replace"))
    assert b"(1.0),R,A," in b"".join(sdmx_csv(rows, structure, action="Replace"))
    for write in (lambda: sdmx_csv(rows, structure, action="Burn"),
                  lambda: sdmx_ml(rows, structure, message="M", sender="S", action="Burn")):
        with pytest.raises(UnknownNameError, match="no action 'Burn'"):
            list(write())
    for ids in ({"message": "", "sender": "S"}, {"message": "M", "sender": ""}):
        with pytest.raises(InvalidValueError, match="needs its own id"):
            list(sdmx_ml(rows, structure, **ids))


def test_numpy_floats_in_mixed_columns_are_plain_numbers(own_dsd):
    rows = own_rows(frame(row(), row(time_period="2021"))).astype({"OBS_VALUE": object})
    rows.loc[0, "OBS_VALUE"] = np.float64(0.5)
    assert [float(text) for text in read_ml(message(rows), own_dsd)["OBS_VALUE"]] == [0.5, 61.5]


def test_a_text_that_looks_like_nothing_is_kept(own_dsd):
    rows = own_rows(frame(row(method="None")))
    assert read_ml(message(rows), own_dsd)["METHOD"].tolist() == ["None"]


def test_characters_that_xml_cannot_hold_are_refused():
    with pytest.raises(InvalidValueError, match="row 2: A text holds characters that XML cannot hold"):
        message(own_rows(frame(row(), row(time_period="2021", method="a\x01b"))))


def test_the_csv_gives_a_spreadsheet_nothing_to_compute(own_dsd):
    rows = own_rows(frame(row(method='=HYPERLINK("x")', obs_value=-5.0)))
    text = b"".join(sdmx_csv(rows, own_structure())).decode()
    assert ',"\'=HYPERLINK(""x"")",' in text
    assert ",-5.0," in text
    assert read_ml(message(rows), own_dsd)["METHOD"].tolist() == ['=HYPERLINK("x")']


PERIODS = st.sampled_from(["2020", "2021-S2", "2020-Q1", "2019-12", "2020-W53", "2024-02-29", "1990-01-01/P30Y"])
VALUES = st.one_of(st.just(np.nan), st.floats(allow_nan=False, allow_infinity=False))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co", "Cs", "Zl", "Zp")), max_size=12)
OBSERVATIONS = st.lists(
    st.builds(row, st.sampled_from(sorted(SDG_KEYS)), time_period=PERIODS, obs_value=VALUES, lci=VALUES, base=WORDS,
              method=WORDS, ref_area=st.from_regex(r"[A-Z]{3}-[A-Z0-9_.:-]{1,6}", fullmatch=True),
              sex=st.sampled_from("FM"), obs_status=st.sampled_from("AEO"), conf_status=st.sampled_from("FC")),
    min_size=1, max_size=5, unique_by=lambda r: (r["indicator"], r["ref_area"], r["time_period"], r["sex"]))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(OBSERVATIONS)
def test_any_observation_survives_the_way_through_sdmx1(rows):
    wanted = frame(*rows)
    own = own_rows(wanted)
    dsd = own_dsd_once()
    assert_same_observations(read_ml(message(own), dsd), wanted)
    got = observations_from_own(read_csv(b"".join(sdmx_csv(own, own_structure())), dsd))
    for name in ("base", "method"):  # what a spreadsheet would compute has an apostrophe in CSV
        same = got[name].str.replace("'", "") == wanted[name].str.replace("'", "")
        wanted[name] = got[name].where(same, wanted[name])
    pd.testing.assert_frame_equal(canonical_observations(got), canonical_observations(wanted))


_dsds = []


def own_dsd_once():
    if not _dsds:
        _dsds.append(own_dsd())
    return _dsds[0]


# Checking against a file


def test_every_code_outside_the_lists_is_reported(shared_data):
    rows = sdg_rows(frame(row(), row(ref_area="BRA-POA"), row("11.6.2")), {**AREAS, "BRA-POA": "C_4314902"}).rows
    rows.loc[2, ["SERIES", "OBS_STATUS"]] = ["EN_ATM_PM99", ""]
    found = check_against(shared_data(DSD), [rows.iloc[:1], rows.iloc[1:]], sdg_structure())
    assert found.rows == 3
    assert [(f.row, f.component, f.code) for f in found.findings] == [
        (2, "REF_AREA", "C_4314902"), (3, "SERIES", "EN_ATM_PM99"), (3, "OBS_STATUS", "")]


def test_components_that_do_not_fit_the_file_are_reported(tmp_path):
    path = tmp_path / "own.xml"
    path.write_bytes(own_structure_message(specs()[:1], sender="EKISTICS"))
    rows = own_rows(frame(row())).drop(columns=["RUN"]).assign(COLOUR="red")
    found = check_against(path, rows, own_structure())
    assert [(f.row, f.component, f.code) for f in found.findings] == [
        (0, "COLOUR", ""), (0, "RUN", ""), (1, "INDICATOR", "sdg_11_2_1")]


@pytest.mark.parametrize("content", [
    b"", b"not xml", b"<a", b"<a/>", b"\xff\xfe<", b"https://example.org/dsd.xml", b'{"data": {}}',
    b'<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;">]><mes:Structure xmlns:mes="http://www.sdmx.org/resources/sdmxml/'
    b'schemas/v2_1/message"><mes:Header>&y;</mes:Header></mes:Structure>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><mes:Structure xmlns:mes="http://www.sdmx.org/resources/'
    b'sdmxml/schemas/v2_1/message"><mes:Header>&x;</mes:Header></mes:Structure>'])
def test_what_is_no_structure_message_is_refused(content, tmp_path):
    path = tmp_path / "dsd.xml"
    path.write_bytes(content)
    with pytest.raises(InputFormatError):
        check_against(path, own_rows(frame(row())), own_structure())


@pytest.mark.parametrize("cut", [200, 700, 900, 2_000, 20_000, -30])
def test_a_broken_structure_message_is_refused(cut, tmp_path):
    path = tmp_path / "dsd.xml"
    path.write_bytes(own_structure_message(specs(), sender="EKISTICS")[:cut])
    with pytest.raises(InputFormatError, match="dsd.xml"):
        check_against(path, own_rows(frame(row())), own_structure())


def test_a_file_of_another_structure_or_none_or_too_large_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "own.xml"
    with pytest.raises(MissingInputError):
        check_against(path, [], own_structure())
    path.write_bytes(own_structure_message(specs(), sender="EKISTICS"))
    with pytest.raises(InputFormatError, match="does not hold the structure.*IAEG-SDGs:SDG, got EKISTICS:OBSERVATIONS"):
        check_against(path, [], sdg_structure())
    monkeypatch.setattr(check_module, "MOST_BYTES", 1000)
    with pytest.raises(InputFormatError, match="too large"):
        check_against(path, [], own_structure())


# Places


def test_countries_go_by_m49_and_all_others_only_by_the_users_table():
    places = [Place("BRA", "Brazil", "country", "BRA"), Place("XKX", "Kosovo", "country", "XKX"),
              Place("BRA-POA", "Porto Alegre", "city", "BRA"), Place("BRA-REC", "Recife", "city", "BRA")]
    found = area_codes(places, {"BRA": "076"}, {"BRA-REC": "C_RECIFE"})
    assert found.codes == {"BRA": "76", "BRA-REC": "C_RECIFE"}
    assert [(place.code, place.country) for place in found.unmapped] == [("XKX", "XKX"), ("BRA-POA", "BRA")]
    assert "M49" in found.unmapped[0].why
    assert "mapping table" in found.unmapped[1].why


def test_codes_that_cannot_be_are_refused():
    brazil, city = Place("BRA", "Brazil", "country", "BRA"), Place("BRA-POA", "Porto Alegre", "city", "BRA")
    with pytest.raises(InvalidValueError, match="not an M49 code"):
        area_codes([brazil], {"BRA": "BR"})
    with pytest.raises(InvalidValueError, match="BRA, BRA-POA: Two places have one code"):
        area_codes([brazil, city], {"BRA": "076"}, {"BRA-POA": "76"})


def test_the_users_table_is_read_and_its_faults_are_named(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text("place,name,ref_area\nBRA-POA,Porto Alegre, C_1 \nBRA-REC,Recife,C_2\n", encoding="utf-8-sig")
    assert read_area_mapping(path) == {"BRA-POA": "C_1", "BRA-REC": "C_2"}
    for text, where in (("place,ref_area\nA,\n", "row 2"), ("place,ref_area\nA,1\nA,2\n", "row 3"),
                        ("place\nA\n", "column"), ('place,ref_area\n"A,1\n', "cannot be read"),
                        ("", "column")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputFormatError, match=where):
            read_area_mapping(path)
    with pytest.raises(MissingInputError):
        read_area_mapping(tmp_path / "none.csv")
