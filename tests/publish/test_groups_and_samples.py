"""Tables of groups, times, samples and surveys: what stands in them, and what is never drawn."""

import json
import math
from collections import namedtuple
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import pytest

from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import DIMENSIONS
from ekistics.publish.dots import Dot, DotRow, dot_table
from ekistics.publish.groups import group_tables, round_tables
from ekistics.publish.national_story import national_headline
from ekistics.publish.sample_tables import (
    balance_table,
    comparison_tables,
    design_table,
    promise_text,
    sample_cities,
    strata_shares,
)
from ekistics.publish.survey_tables import rules_table, strata_table, withheld_table
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.publication import rules as publication_rules

NAMES = ("Index", "indicator", "series", "variant", "unit_measure", "base", "method", *DIMENSIONS, "ref_area",
         "time_period", "obs_value", "numerator", "denominator", "se", "lci", "uci", "obs_status", "conf_status",
         "reason", "observation")
Row = namedtuple("Row", NAMES)  # noqa: PYI024 - the columns are those of the site's rows
SPEC = IndicatorSpec("x", "1.1", "Shares", "How many?", "A share.", MethodEdition("A", "B", "2020"),
                     (SeriesSpec("share", "Share", "PT", "people", 1, 0, 100, headline=True),),
                     (Variant("first", "first reading"), Variant("second", "second reading")))
SCHEMAS = files("ekistics.package") / "schema"


def row(value: float, half: float = 2.0, *, time: str = "2020", variant: str = "first", **more: Any) -> Row:
    known = {"Index": 0, "indicator": "x", "series": "share", "variant": variant, "unit_measure": "PT",
             "base": "people", "method": "m", **dict.fromkeys(DIMENSIONS, "_T"), "ref_area": "A", "time_period": time,
             "obs_value": value, "numerator": value, "denominator": 100.0, "se": half / 2, "lci": value - half,
             "uci": value + half, "obs_status": "A", "conf_status": "F", "reason": "", "observation": 7}
    return Row(**(known | more))


@pytest.fixture
def sample() -> dict[str, Any]:
    return json.loads((SCHEMAS / "sample-1.example.json").read_text("utf-8"))


@pytest.fixture
def survey() -> dict[str, Any]:
    return json.loads((SCHEMAS / "survey-1.json").read_text("utf-8"))["examples"][0]


def test_a_withheld_group_has_words_and_no_dot() -> None:
    rows = [row(50), row(40, sex="F"), row(math.nan, sex="M", obs_status="Q", reason="below-threshold")]
    (table,) = group_tables(rows, {"x": SPEC}, language="en")
    everybody, by_sex = table.groups
    assert [len(marks) for _row, marks in (*everybody.rows, *by_sex.rows)] == [1, 1, 0]
    assert by_sex.rows[1][0].cells[1].text == "withheld: too few cases to publish"
    assert everybody.rows[0][0].own


def test_the_first_reading_with_a_value_is_shown() -> None:
    rows = [row(math.nan, reason="not-asked"), row(math.nan, reason="not-asked", sex="F"),
            row(50, variant="second"), row(40, variant="second", sex="F")]
    (table,) = group_tables(rows, {"x": SPEC}, language="en")
    assert "second reading" in table.title
    assert len(group_tables(rows, {"x": SPEC}, language="en", every=True)) == 2


def test_one_time_stands_in_the_title_and_several_in_a_column() -> None:
    (one,) = group_tables([row(50), row(40, sex="F")], {"x": SPEC}, language="en")
    assert one.title.endswith("2020")
    assert [c.title for c in one.columns][:2] == ["Group", "Value"]
    (two,) = group_tables([row(50, time="2021"), row(40, sex="F")], {"x": SPEC}, language="en")
    assert [c.title for c in two.columns][:2] == ["Group", "Time"]


def test_values_that_are_not_split_have_no_table_of_groups() -> None:
    assert group_tables([row(50)], {"x": SPEC}, language="en") == ()


def test_times_are_ordered_and_another_method_is_told() -> None:
    (table,) = round_tables([row(50, time="2020"), row(40, time="2010")], {"x": SPEC}, language="en")
    assert [r.cells[0].text for r, _marks in table.groups[0].rows] == ["2010", "2020"]
    assert table.note == ""
    (table,) = round_tables([row(50, time="2020"), row(40, time="2010", method="other")], {"x": SPEC}, language="en")
    assert "method changed" in table.note
    assert round_tables([row(50)], {"x": SPEC}, language="en") == ()


def test_a_gap_whose_intervals_meet_is_not_told() -> None:
    apart = [row(30, sex="F"), row(60, sex="M")]
    meeting = [row(30, 20, sex="F"), row(60, 20, sex="M")]
    sentence, _rule = national_headline("A", {"x": SPEC}, [row(45)], apart, language="en")
    assert "30.0" in sentence and "60.0" in sentence
    sentence, _rule = national_headline("A", {"x": SPEC}, [row(45)], meeting, language="en")
    assert sentence.replace("\xa0", " ") == "Share: 45.0 % (43.0–47.0) in A."


def test_groups_of_two_dimensions_are_not_held_against_each_other() -> None:
    crossed = [row(10, sex="F"), row(90, displacement_status="DP")]
    sentence, _rule = national_headline("A", {"x": SPEC}, [row(45)], crossed, language="en")
    assert "45.0" in sentence


def test_an_interval_without_both_ends_is_not_drawn() -> None:
    table = dot_table("t", "T", [], [("", [DotRow((), (Dot(50.0, 40.0, None), Dot(math.nan)))])], unit_measure="PT",
                      full=True, language="en")
    ((_row, marks),) = table.groups[0].rows
    assert [(m.at, m.low, m.high) for m in marks] == [(50.0, None, None)]


def test_the_design_adds_up(sample: dict[str, Any]) -> None:
    table = design_table(sample, language="en")
    assert [c.text for c in table.groups[1].rows[0]][:4] == ["All strata", "83", "14", "3"]
    assert table.groups[0].rows[0][4].text == "no lot"  # all of its cities are certain
    shares = strata_shares(sample, language="en")
    assert shares is not None
    assert [r.cells[1].text.replace("\xa0", " ") for r, _m in shares.groups[0].rows] == ["31.7 %", "39.0 %", "29.3 %"]
    sample["design"]["strata"][0]["size"] = None
    assert strata_shares(sample, language="en") is None


def test_a_variable_without_a_frame_value_has_no_dot(sample: dict[str, Any]) -> None:
    sample["balance"] = [{"variable": "a", "frame": 0.0, "sample": 1.0, "difference": None},
                         {"variable": "b", "frame": None, "sample": 1.0, "difference": None}]
    table = balance_table(sample, language="en")
    assert all(not marks for _row, marks in table.groups[0].rows)


def test_units_are_not_drawn_on_one_axis(sample: dict[str, Any]) -> None:
    sample["comparison"][1] |= {"unit_measure": "PS", "value": 5e6, "lci": 4e6, "uci": 6e6}
    tables = comparison_tables(sample, {}, language="en")
    assert [len(t.groups) for t in tables] == [1, 1]
    assert len({t.axis.last for t in tables}) == 2


def test_a_value_that_was_not_found_has_no_dot(sample: dict[str, Any]) -> None:
    sample["comparison"][0] |= {"value": None, "lci": None, "uci": None, "volunteers": None}
    (table,) = comparison_tables(sample, {}, language="en")
    assert [len(marks) for _row, marks in table.groups[0].rows] == [0, 1, 0]


def test_cities_say_how_they_came_in(sample: dict[str, Any]) -> None:
    assert [c.how for c in sample_cities(sample, language="en")] == [
        "certain to be in the sample", "drawn, and replaced", "put in the place of another"]


def test_a_commitment_is_told_with_its_days_and_not_as_published(sample: dict[str, Any]) -> None:
    seed = sample["seed"] | {"committed": "2026-03-02T09:00:00Z", "revealed": "2026-04-05T09:00:00Z"}
    told = promise_text(sample | {"seed": seed}, language="en")
    assert told.startswith("The seed was committed on 2 Mar 2026 by its fingerprint, before the draw of 5 Apr 2026;")
    assert "published" not in told
    before = promise_text(sample | {"seed": seed | {"revealed": None}}, language="en")
    assert "the draw can check that nobody chose" in before


def test_units_to_draw_from_add_up_only_where_all_are_known(survey: dict[str, Any]) -> None:
    assert strata_table(survey, language="en").groups[1].rows[0][2].text == "1,230"
    survey["design"]["strata"][0]["psus_in_population"] = None
    assert strata_table(survey, language="en").groups[1].rows[0][2].absent


def test_the_list_of_withheld_cells_never_tells_a_value(survey: dict[str, Any]) -> None:
    survey["disclosure"]["report"]["withheld"] = [
        {"indicator": "x", "sex": "F", "reason": "below-threshold", "obs_value": 12.34}] * 2
    table = withheld_table(survey, {"x": SPEC})
    assert table is not None
    told = [c.text for c in table.groups[0].rows[0]]
    assert told == ["Shares", "women and girls", "too few cases to publish", "2"]


def test_every_rule_is_told_in_words(survey: dict[str, Any]) -> None:
    survey["publication"]["rules"] = json.loads(json.dumps(asdict(publication_rules("nchs-2017"))))
    survey["disclosure"]["rules"] = DisclosureRules().as_dict()
    cells = [[cell.text for cell in row] for group in rules_table(survey).groups for row in group.rows]
    words = [name for name, _value in cells]
    assert len(words) == len(survey["publication"]["rules"]) + len(survey["disclosure"]["rules"])
    assert all(word[0].isupper() for word in words)
    unsure = next(value for name, value in cells if name == "Numbers that were not checked against the source")
    assert unsure.startswith("Fewest cases, Fewest effective cases")
