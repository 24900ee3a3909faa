"""Texts of the other direction in sentences, lists and cells: they stand between signs, all others stay as they are."""

import pytest

from ekistics.core.i18n import LANGUAGES, _, isolated, joined, use_language

APART = "\u2068Household survey 2023 (made-up)\u2069"
TITLE = APART[1:-1]


def test_what_fills_an_arabic_sentence_from_the_left_stands_apart() -> None:
    with use_language("ar"):
        said = _("From '{title}'").format(title=TITLE)
        assert APART in said
        assert said.replace("\u2068", "").replace("\u2069", "") == str(_("From '{title}'")).replace("{title}", TITLE)
        assert _("From '{title}'").format(title=APART).count("\u2068") == 1


@pytest.mark.parametrize("part", [
    "\u0645\u062f\u064a\u0646\u0629", "PM2.5 \u0641\u064a \u0627\u0644\u0647\u0648\u0627\u0621", "64.6 %", "", 5,
    2.5])
def test_words_of_the_language_and_numbers_get_no_signs(part: object) -> None:
    with use_language("ar"):
        assert "\u2068" not in _("From '{title}'").format(title=part)
        assert isolated(str(part)) == str(part)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "ar"])
def test_languages_from_left_to_right_get_no_signs(language: str) -> None:
    with use_language(language):
        assert "\u2068" not in _("From '{title}'").format(title=TITLE) + joined([TITLE, "b"]) + isolated(TITLE)


def test_parts_of_a_list_stand_apart_each() -> None:
    with use_language("ar"):
        assert joined([TITLE, "", "2023"]) == f"{APART}\u060c 2023"


def test_a_placeholder_keeps_its_format() -> None:
    with use_language("ar"):
        assert "1,234" in type(_("From '{title}'"))("{count:,}").format(count=1234)
