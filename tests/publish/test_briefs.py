"""The city brief and the comparison report: what they say of known records."""

from dataclasses import replace

import numpy as np
import pytest

from ekistics.core.errors import InputFormatError, InvalidValueError
from ekistics.publish.briefs import compose_city_brief, compose_comparison
from ekistics.publish.content import Chart, Table
from ekistics.publish.records import CityRecords
from ekistics.publish.report import Cite, FactList, Heading, KeyFigures, Paragraph, Report

from .reports import FOUR, KNOWN, city_records, comparison_records, measured_records


@pytest.fixture(scope="module")
def brief() -> Report:
    return compose_city_brief(measured_records())


@pytest.fixture(scope="module")
def full() -> Report:
    return compose_city_brief(city_records())


@pytest.fixture(scope="module")
def comparison() -> Report:
    return compose_comparison(comparison_records())


def prose(report: Report) -> list[str]:
    return ["".join(p if isinstance(p, str) else p.text for p in block.parts)
            for block in report.blocks if isinstance(block, Paragraph)]


def find(report: Report, kind: type, code: str):
    return next(b for b in report.blocks if isinstance(b, kind) and b.code == code)


def test_the_first_sentence_cites_its_observations(brief):
    lead = brief.blocks[0]
    assert prose(brief)[0] == ("People near public transport: 68.4\u00a0% in Marisol Bay (made-up city), but from "
                               "12.7\u00a0% in Saltpans to 95.5\u00a0% in Market.")
    cited = [brief.citations[p.number - 1] for p in lead.parts if isinstance(p, Cite)]
    assert {(c.value, c.series, c.variant, c.time_period) for c in cited} == {
        (68.4, "either", "network", "2020"), (12.7, "either", "network", "2020"), (95.5, "either", "network", "2020")}
    assert all(c.address.startswith("https://observatory.example/observation/XXX-MARISOL") for c in cited)


def test_the_brief_has_its_parts_in_order(brief):
    assert [b.code for b in brief.blocks if isinstance(b, Heading)] == [
        "figures", "further", "groups", "peers", "time", "areas", "quality", "unknown", "sources", "cite"]


def test_a_key_figure_says_what_it_means_and_where_it_stands(brief):
    key = next(k for b in brief.blocks if isinstance(b, KeyFigures) for k in b.items if k.title.startswith("11.2.1"))
    # Nine peers have 0.6, 0.6625, ... 1.1 times the city's value: seven are lower, two higher.
    text = "".join(p if isinstance(p, str) else p.text for p in key.meaning)
    assert text.endswith("Higher than 7 and lower than 2 of 9 peers, by the values alone.")
    assert "base: people living inside the boundary" in text
    entry = brief.citations[key.meaning[-1].number - 1]
    assert (entry.kind, entry.value) == ("derived", 7)


def test_the_peers_are_spread_by_their_quartiles(brief):
    row = next(r for r in find(brief, Chart, "peers").table.groups[0].rows if r[0].text.startswith("People near"))
    shown = [brief.citations[cell.row - 1].value for cell in row[2:]]
    turns = np.linspace(0.6, 1.1, 9)
    assert shown == pytest.approx([68.4 * t for t in (turns[0], turns[2], turns[4], turns[6], turns[8])] + [9])
    lowest = brief.citations[row[2].row - 1]
    behind = {p.name: p.value for p in brief.peers}
    first, last = lowest.rule.split("from ")[1].split(";")[0].split("\u2013")
    assert min(behind[f"P{n}"] for n in range(int(first[1:]), int(last[1:]) + 1)) == pytest.approx(68.4 * 0.6)


@pytest.mark.parametrize(("wide", "words"), [
    (3.0, "The change is +20.0\u00a0m²\u00a0/\u00a0person, more than the intervals explain."),  # 83 < 97
    (15.0, "The change is +20.0\u00a0m²\u00a0/\u00a0person, which cannot be told apart from none: the intervals "
           "overlap."),  # 95 > 85
    (np.nan, "The change is +20.0\u00a0m²\u00a0/\u00a0person; whether it is more than chance cannot be judged, as an "
             "interval is not stated."),
])
def test_a_change_is_called_one_as_far_as_the_intervals_bear_it(wide, words):
    given = comparison_records()
    rows = given.rows.assign(lci=given.rows["obs_value"] - wide, uci=given.rows["obs_value"] + wide)
    report = compose_city_brief(CityRecords(FOUR[0], (KNOWN["built_up_per_person"],), rows))
    assert words in prose(report)
    entry = next(c for c in report.citations if c.label.startswith("Change of"))
    assert (entry.kind, entry.value) == ("derived", 20.0)


def test_a_new_method_breaks_the_series():
    records = city_records()
    rows = records.rows.copy()
    late = rows["time_period"].isin(["2010", "2020"])
    rows.loc[late, "method"] = rows.loc[late, "method"] + ", second edition"
    report = compose_city_brief(replace(records, rows=rows))
    values = find(report, Chart, "time").spec["data"]["values"]
    assert [(v["year"], v["part"]) for v in values] == [(1990, 0), (2000, 0), (2010, 1), (2020, 1)]
    assert any("the method changed" in text for text in prose(report))


def test_what_is_not_known_stands_in_words():
    table = find(compose_city_brief(replace(measured_records(), peers=(), peer_rows=None)), Table, "unknown")
    told = {row[0].text: row[1].text for row in table.groups[0].rows}
    bare = next(names for names, lack in told.items() if lack == "interval not stated")
    assert "11.2.1 Access to public transport" in bare
    assert any("no value for Saltpans" in text for text in told.values())


def test_an_absent_value_says_why():
    records = city_records()
    rows = records.rows.copy()
    mine = (rows["indicator"] == "sdg_11_6_2") & (rows["ref_area"] == records.place.code)
    rows.loc[mine, ["obs_value", "numerator", "denominator", "lci", "uci"]] = np.nan
    rows.loc[mine, ["obs_status", "reason"]] = ["O", "no-air"]
    report = compose_city_brief(replace(records, rows=rows))
    cell = next(r[1] for r in find(report, Table, "unknown").groups[0].rows if r[0].text.startswith("11.6.2"))
    assert cell.text == "not computed: no PM2.5 grid was given"
    assert report.citations[cell.row - 1].value is None


def test_old_values_are_named():
    report = compose_city_brief(replace(city_records(), edition="2031-01-01"))
    told = [row[1].text for row in find(report, Table, "unknown").groups[0].rows]
    assert any("describes 2020, more than five years before this edition" in text for text in told)


def test_every_share_names_its_base(brief, comparison):
    for report in (brief, comparison):
        shares = [c for c in (*report.citations, *report.peers) if c.unit_measure == "PT"]
        assert shares and all(c.base for c in shares)
        stored = [c for c in report.citations if c.kind == "stored"]
        assert all(c.source and c.method and c.run and c.edition and c.address and c.ref_area for c in stored)


def test_a_share_without_base_is_refused():
    records = city_records()
    with pytest.raises(InvalidValueError, match="must name its base"):
        compose_city_brief(replace(records, rows=records.rows.assign(base="")))


def test_rows_that_cannot_be_cited_are_refused():
    records = city_records()
    with pytest.raises(InputFormatError, match="Add address"):
        compose_city_brief(replace(records, rows=records.rows.drop(columns="address")))


def test_a_city_without_values_still_has_a_brief():
    records = city_records()
    report = compose_city_brief(replace(records, rows=records.rows.iloc[:0], checks=(), peers=()))
    assert prose(report)[-2] == "This brief shows every value of Marisol Bay (made-up city)."
    assert prose(report)[0].startswith("No indicator of Marisol Bay")
    told = [(row[0].text.count(","), row[1].text) for row in find(report, Table, "unknown").groups[0].rows]
    assert told == [(len(records.specs) - 1, "not measured")]


def test_every_indicator_with_a_value_has_its_reading_interval_year_and_method(full):
    keys = next(b for b in full.blocks if isinstance(b, KeyFigures)).items
    lines = find(full, Table, "further").groups[0].rows
    shown = {k.title for k in keys} | {row[0].text for row in lines}
    without = {"11.6.2 Fine particles in the air"}  # it has no value: it stands in what is not known
    assert shown | without == {f"{s.number} {s.title}".strip() for s in KNOWN.values()}
    water = next(row for row in lines if row[0].text == "Drinking water")
    # The fourth indicator of people's records has 22 + 6 * 4 percent in its first round, 0.9 times as much in 2023.
    level = 0.9 * (22 + 6 * [c for c, s in KNOWN.items() if s.people_records].index("drinking_water"))
    assert [cell.text for cell in water[2:5]] == [
        f"{level:.1f}\u00a0%", f"({level - 3.1:.1f}\u2013{level + 3.3:.1f})", "2023"]
    assert water[5].text.startswith("WHO/UNICEF Joint") and water[5].text.endswith("2018 update")
    assert all("Method: " in "".join(p if isinstance(p, str) else p.text for p in k.meaning) for k in keys)


def test_a_reading_without_a_value_gives_way_to_one_that_has_one_and_is_named(full):
    row = next(r for r in find(full, Table, "further").groups[0].rows if r[0].text == "Adequate housing")
    entry = full.citations[row[2].row - 1]
    assert entry.variant == "asked" and entry.value is not None and "survey asked about" in row[1].text
    brief = compose_city_brief(replace(city_records(), specs=(KNOWN["adequate_housing"],)))
    told = {r[0].text: r[1] for r in find(brief, Table, "unknown").groups[0].rows}
    cell = told["Adequate housing, All seven elements"]
    assert cell.text == "not computed: the survey did not ask for it"
    assert brief.citations[cell.row - 1].variant == "seven"


def test_groups_of_people_have_one_line_an_indicator_with_the_split_that_lies_furthest_apart(full):
    rows = find(full, Table, "groups").groups[0].rows
    slum = next(r for r in rows if r[0].text == "People in slum households")
    # 19.8 percent: by tenure from 0.8 to 1.3 times as much, by displacement from 0.8 to 1.4.
    high, low = (full.citations[slum[at].row - 1] for at in (2, 4))
    assert {high.dimensions.split("=")[0], low.dimensions.split("=")[0]} == {"displacement_status"}
    assert (high.value, low.value) == (pytest.approx(19.8 * 1.4), pytest.approx(19.8 * 0.8))
    # 24.6 to 31.0 and 12.7 to 19.1 percent share no point.
    assert [cell.text for cell in slum[1::2]] == ["displaced people", "people not displaced", "yes"]
    assert len({r[0].text for r in rows}) == len(rows)


def test_groups_that_share_a_point_are_not_told_apart():
    records = city_records()
    rows = records.rows.assign(lci=records.rows["obs_value"] - 9, uci=records.rows["obs_value"] + 9)
    report = compose_city_brief(replace(records, rows=rows, specs=(KNOWN["sdg_11_1_1"],)))
    assert find(report, Table, "groups").groups[0].rows[0][-1].text == "no"


def test_the_brief_says_how_many_values_it_leaves_out(full):
    records = city_records()
    line = next(text for text in prose(full) if text.startswith("This brief shows"))
    every = int(records.rows["obs_value"].notna().sum())
    shown = sum(c.kind == "stored" and c.value is not None for c in full.citations)
    assert 0 < shown < every
    assert line.startswith(f"This brief shows {shown:,} of {every:,} values of Marisol Bay (made-up city). The other "
                           f"{every - shown:,} are")
    assert line.endswith(records.address)


def test_lines_without_room_are_counted():
    records = city_records()
    checks = tuple(replace(records.checks[0], title=f"Flag {i}") for i in range(40))
    report = compose_city_brief(replace(records, checks=checks))
    at = next(i for i, b in enumerate(report.blocks) if isinstance(b, Table) and b.code == "quality")
    left = 40 - len(report.blocks[at].groups[0].rows)
    note = "".join(p if isinstance(p, str) else p.text for p in report.blocks[at + 1].parts)
    assert note == f"For lack of room, {left} further lines stand on the page of the city only."


def test_independent_samples_are_judged_by_their_difference(comparison):
    # 58 - 30 = 28, se sqrt(4 + 1) = 2.236068, times 1.959964 = 4.382613: from 23.617387 to 32.382613.
    entry = next(c for c in comparison.citations if c.label == "Difference of: People near public transport")
    assert entry.value == pytest.approx(28.0)
    assert (entry.lci, entry.uci) == (pytest.approx(23.617387, abs=1e-5), pytest.approx(32.382613, abs=1e-5))
    assert entry.text == "28.0 points (95 % interval 23.6 to 32.4)"
    assert "Between highest and lowest lie 28.0 points (95 % interval 23.6 to 32.4); they differ by more than the " \
           "intervals explain." in prose(comparison)


def test_the_table_says_who_cannot_be_told_apart(comparison):
    rows = find(comparison, Chart, "rank-sdg_11_2_1").table.groups[0].rows
    assert [(row[0].text, row[-1].text) for row in rows] == [("Nerea", "none"), ("Ostia Vale", "none"),
                                                             ("Pharos", "none")]
    # The same values without standard errors: 54.08-61.92 and 48.08-55.92 overlap.
    bare = comparison_records()
    report = compose_comparison(replace(bare, rows=bare.rows.assign(se=np.nan, uncertainty="bounds")))
    rows = find(report, Chart, "rank-sdg_11_2_1").table.groups[0].rows
    assert [row[-1].text for row in rows] == ["Ostia Vale", "Nerea", "none"]


def test_missing_values_of_a_comparison_are_words(comparison):
    assert "Without a value: Quill (not computed: no timetable was given)." in prose(comparison)
    assert "Not measured in any of these places." in prose(comparison)
    overview = find(comparison, Table, "overview").groups[0].rows
    assert [cell.text for cell in overview[3]] == ["Quill", "not computed: no timetable was given", "not measured"]


def test_several_periods_stand_side_by_side(comparison):
    chart = find(comparison, Chart, "time-built_up_per_person")
    assert [c.title for c in chart.table.columns] == ["Place", "2000", "2010", "2020"]
    assert [p["title"] for p in chart.spec["concat"]] == [["Nerea"], ["Ostia Vale"]]
    chosen = compose_comparison(comparison_records(periods=("2000",)))
    assert not any(isinstance(b, Chart) and b.code.startswith("time") for b in chosen.blocks)
    ranked = find(chosen, Chart, "rank-built_up_per_person").table.groups[0].rows
    assert [row[0].text for row in ranked] == ["Ostia Vale", "Nerea"]


def test_equal_values_have_no_highest(comparison):
    chart = find(comparison, Chart, "rank-built_up_per_person")
    assert chart.title == "Built-up area per person"
    assert not any(c.label == "Difference of: Built-up area per person" for c in comparison.citations)


def test_differences_of_method_and_time_are_footnotes():
    records = comparison_records()
    rows = records.rows.copy()
    mine = rows["ref_area"] == FOUR[1].code
    rows.loc[mine, "method"] = "Another method, 2019"
    rows.loc[mine & (rows["time_period"] == "2020"), "time_period"] = "2019"
    rows.loc[mine, "obs_status"] = "P"
    report = compose_comparison(replace(records, rows=rows))
    notes = [f for b in report.blocks if isinstance(b, FactList) for f in b.facts]
    told = {f.term: f.items for f in notes}
    assert "Ostia Vale: Another method, 2019" in told["Methods differ"]
    assert "Ostia Vale: 2019" in told["Times differ"]
    assert told["Status"] == ("Ostia Vale: provisional",)
