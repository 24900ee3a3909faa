"""Tables of a survey whose sizes are not told, as values of it are withheld: words stand where no number may."""

import json
from importlib.resources import files
from typing import Any

import pytest

from ekistics.publish.ddi import codebook
from ekistics.publish.survey_tables import (
    criteria_table,
    made_from_survey,
    strata_table,
    survey_facts,
    variables_table,
    weight_facts,
)

WHY = "Sizes that could lead to a value that is withheld to protect people are not told."


@pytest.fixture
def survey() -> dict[str, Any]:
    """Give the example without any size."""
    held = json.loads((files("ekistics.package") / "schema" / "survey-1.json").read_text("utf-8"))["examples"][0]
    design = held["design"]
    for part in (*design["strata"], design["totals"]):
        part.update({name: None for name in part if name not in ("code", "title", "strata")})
    held["weight"] |= dict.fromkeys(("lowest", "highest", "mean", "kish_effect"))
    held["response"] |= {"responded": None, "rate": None}
    for part in held["variables"]:
        part |= {"known": None, "user_missing": None}
    held["indicators"][0]["criteria"][0]["unknown_households"] = None
    return held


def test_no_size_is_written(survey: dict[str, Any]) -> None:
    strata = strata_table(survey, language="en")
    rows = [row for group in strata.groups for row in group.rows]
    assert {cell.text for row in rows for cell in row[1:]} == {"not told"} and strata.note.endswith(WHY)
    facts = {fact.term: fact.text for fact in survey_facts(survey, language="en")}
    assert (facts["Degrees of freedom"], facts["Answered"], facts["Rate of response"]) == (
        "not told, intervals by Satterthwaite", "not told", "not stated")
    assert [fact.term for fact in weight_facts(survey, language="en")] == ["Weights"]
    assert made_from_survey(survey, language="en") == ""


def test_what_intervals_count_is_written_where_it_is_stated(survey: dict[str, Any]) -> None:
    for rule, words in (("satterthwaite", "intervals by Satterthwaite"), ("units", "intervals by units less strata"),
                        (None, "")):
        survey["design"]["totals"]["degrees_of_freedom"] = 78
        survey["design"] |= {"degrees_of_freedom": rule}
        if rule is None:
            del survey["design"]["degrees_of_freedom"]
        facts = {fact.term: fact.text for fact in survey_facts(survey, language="en")}
        assert facts["Degrees of freedom"] == ", ".join(filter(None, ("78", words)))
        error = "; ".join(filter(None, ("taylor", words)))
        assert f"<EstSmpErr>{error}</EstSmpErr>" in codebook(survey).decode()


def test_what_was_not_asked_is_told_apart_from_what_is_not_told(survey: dict[str, Any]) -> None:
    table = criteria_table(survey, {}, language="en")
    unknown = {row[0].text: row[3].text for row in table.groups[0].rows}
    assert (unknown["Improved water"], unknown["Improved sanitation"], unknown["Secure tenure"]) == (
        "not told", "0", "not asked")
    variables = variables_table(survey, language="en")
    assert variables is not None and [cell.text for cell in variables.groups[0].rows[0]][3:6] == [
        "not told", "not told", "0"]
    assert (table.note, variables.note) == (WHY, WHY)


def test_the_codebook_has_no_count(survey: dict[str, Any]) -> None:
    text = codebook(survey).decode()
    assert "sumStat" not in text and "respRate" not in text and "strata 2<" in text
