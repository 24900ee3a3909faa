"""Filled sentences are found again: in every language, and only those that a module really fills."""

from pathlib import Path

import pytest

from ekistics.core.i18n import LANGUAGES, _, use_language
from ekistics.core.told import FILLED, told

JOBS = Path(__file__).resolve().parents[2] / "src/ekistics/jobs"
SOURCES = "".join(path.read_text(encoding="utf-8")
                  for path in (*(JOBS / "profile").glob("*.py"), JOBS / "national/estimate.py"))


@pytest.mark.parametrize("template", FILLED)
def test_each_sentence_is_one_that_a_run_fills(template: str) -> None:
    assert f'"{template}"' in SOURCES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", FILLED)
def test_a_filled_sentence_is_told_in_each_language(template: str, language: str) -> None:
    parts = {name: "2020" for name in ("period", "file", "files", "metres", "nodes", "distance", "tag", "title", "name",
                                       "level", "year", "threshold")}
    with use_language(language):
        assert told(template.format(**parts)) == _(template).format(**parts)


def test_parts_are_told_too() -> None:
    with use_language("fr"):
        inner = _("Ground without data: {name} {period}").format(name=_("population"), period="2020")
        assert told("Neighbourhoods: Ground without data: population 2020") == _("Neighbourhoods: {title}").format(
            title=inner)
        assert told("a text that nobody filled") == "a text that nobody filled"
        assert told("") == ""


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_the_title_of_a_count_of_cities_is_translated_wherever_titles_are(language: str) -> None:
    with use_language(language):
        inner = _("People near public transport")
        assert inner != "People near public transport"
        assert _("Cities above 60: People near public transport") == _("Cities above {threshold}: {title}").format(
            threshold="60", title=inner)
        assert _("Cities over 1,000: People near public transport") == "Cities over 1,000: People near public transport"


def test_a_number_that_was_filled_in_is_read_rightly() -> None:
    with use_language("fr"):
        assert "au-dessus de 1\u202f000,5\u00a0:" in _("Cities above 1,000.5: a title")
    with use_language("es"):
        assert "1.000,5" in _("Cities above 1,000.5: a title")
    assert _("Cities above 1,000.5: a title") == "Cities above 1,000.5: a title"


def test_english_is_not_searched_and_a_sentence_that_is_not_filled_is_itself() -> None:
    for language in ("en", "fr"):
        with use_language(language):
            assert _("Neighbourhoods: {title} {unknown}") == "Neighbourhoods: {title} {unknown}"
