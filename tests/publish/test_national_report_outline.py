"""The outline of the national report, and how texts of people are taken apart."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekistics.core.errors import InvalidValueError
from ekistics.core.frameworks import nua_framework
from ekistics.core.report_outline import nua_report, parse_outline
from ekistics.indicators import specs
from ekistics.publish.framework_words import TITLES
from ekistics.publish.national_report.gaps import runs
from ekistics.publish.national_report.narrative import STATES, Narrative, chosen, told_apart
from ekistics.publish.outline_words import WORDS
from ekistics.web.policy import State
from ekistics.web.workflow.moves import STATE_WORDS

PLAIN = {"code": "x", "title": "X", "edition": "1", "source": "s", "status": "doubtful", "note": "n", "rounds": [2022],
         "parts": [{"code": "1", "title": "P"}], "chapters": [{"code": "1.1", "part": "1", "title": "C"}],
         "sections": [{"code": "1.1.1", "title": "S", "slots": [1], "indicators": ["a"]},
                      {"code": "1.1.2", "title": "T", "slots": [2], "indicators": ["b"]}]}


def test_sections_agree_with_the_sub_categories_of_the_framework():
    """Counts of the slides: 3, 2 and 2; 6, 7 and 3."""
    held = {chapter.code: chapter for chapter in nua_report().chapters}
    categories = nua_framework().categories
    assert [len(held[c.code].sections) for c in categories] == [3, 2, 2, 6, 7, 3]
    for category in categories:
        assert held[category.code].title == category.title
        assert tuple(s.title for s in held[category.code].sections) == category.subcategories


def test_every_word_of_the_outline_is_marked_and_no_other():
    outline = nua_report()
    words = {outline.title, outline.note, nua_framework().edition, *outline.parts.values(),
             *(c.title for c in outline.chapters), *(s.title for s in outline.sections),
             *(topic for s in outline.sections for topic in s.topics)}
    assert words - TITLES == WORDS


def test_what_is_placed_exists_and_a_slot_that_is_known_is_placed():
    outline, framework = nua_report(), nua_framework()
    placed = [number for section in outline.sections for number in section.slots]
    assert sorted(placed) == [slot.number for slot in framework.slots if slot.retrieved]
    assert {code for s in outline.sections for code in s.indicators} == {spec.code for spec in specs()}
    assert outline.status == "doubtful"
    assert "not confirmed" in outline.source


@pytest.mark.parametrize(("change", "where"), [
    (lambda p: p["sections"][1].update(code="1.1.1"), "sections"),
    (lambda p: p["sections"][1].update(slots=[1]), "slots"),
    (lambda p: p["sections"][1].update(indicators=["a"]), "indicators"),
    (lambda p: p["chapters"].append(p["chapters"][0]), "chapters"),
    (lambda p: p["sections"][1].update(code="9.9.9"), "sections")])
def test_outlines_that_cannot_be(change, where):
    plain = deepcopy(PLAIN)
    assert len(parse_outline(plain).sections) == 2
    change(plain)
    with pytest.raises(InvalidValueError) as refused:
        parse_outline(plain)
    assert refused.value.where == where


def test_states_of_texts_are_those_of_the_workflow():
    assert STATES == {str(state): STATE_WORDS[state] for state in State}


@given(st.text(alphabet=st.sampled_from("ab 0123456789.,%-\u00a0\u202f٠١٢٣٩٫٪ب\n"), max_size=60))
def test_a_text_is_its_parts_and_no_digit_is_left_in_words(text):
    parts = list(told_apart(text))
    assert "".join(part for part, _number in parts) == text
    for part, number in parts:
        assert any(map(str.isdecimal, part)) is number


@pytest.mark.parametrize(("text", "found"), [
    ("from 2019 to 2025", ["2019", "2025"]),
    ("1\u202f234,5\u00a0% of it.", ["1\u202f234,5\u00a0%"]), ("no number.", []),
    ("١٤٣ و٣٨٪", ["١٤٣", "٣٨٪"]), ("In 2025, 17 of 40.", ["2025", "17", "40"])])
def test_numbers_that_are_found(text, found):
    assert [part for part, number in told_apart(text) if number] == found


@given(st.sets(st.integers(1, 77)))
def test_runs_name_every_number(numbers):
    ends = [tuple(map(int, part.split("\u2013"))) for part in runs(sorted(numbers)).split(", ") if part]
    assert {number for end in ends for number in range(end[0], end[-1] + 1)} == numbers


def test_a_withdrawn_text_is_not_shown_and_ones_own_language_goes_first():
    texts = [Narrative(country="X", section="1.1.1", text="a", author="A", language="fr"),
             Narrative(country="X", section="1.1.1", text="b", author="A"),
             Narrative(country="X", section="1.1.2", text="c", author="A", state="withdrawn")]
    assert [getattr(chosen(texts, *asked), "text", None) for asked in (
        ("1.1.1", "en"), ("1.1.1", "fr"), ("1.1.1", "ar"), ("1.1.2", "en"))] == ["b", "a", "a", None]
