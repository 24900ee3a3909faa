"""Filled sentences are found again: in every language, and only those that a module really fills."""

from pathlib import Path

import pytest

from ekistics.core.i18n import LANGUAGES, _, use_language
from ekistics.core.told import FILLED, told

SOURCES = "".join(path.read_text(encoding="utf-8")
                  for path in (Path(__file__).resolve().parents[2] / "src/ekistics/jobs/profile").glob("*.py"))


@pytest.mark.parametrize("template", FILLED)
def test_each_sentence_is_one_that_a_run_fills(template: str) -> None:
    assert f'"{template}"' in SOURCES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", FILLED)
def test_a_filled_sentence_is_told_in_each_language(template: str, language: str) -> None:
    parts = {name: "2020" for name in ("period", "file", "files", "metres", "nodes", "distance", "tag", "title", "name",
                                       "level", "year")}
    with use_language(language):
        assert told(template.format(**parts)) == _(template).format(**parts)


def test_parts_are_told_too() -> None:
    with use_language("fr"):
        inner = _("Ground without data: {name} {period}").format(name=_("population"), period="2020")
        assert told("Neighbourhoods: Ground without data: population 2020") == _("Neighbourhoods: {title}").format(
            title=inner)
        assert told("a text that nobody filled") == "a text that nobody filled"
        assert told("") == ""
