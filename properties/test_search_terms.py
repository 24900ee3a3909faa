"""Every name is found by the beginnings of its words, with and without accents, and by any piece in Chinese."""

import unicodedata

from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from ekistics.core.place_names import LANGUAGES
from ekistics.core.search_terms import LONGEST, begins, folded, query_terms, terms

NAMES = {language: sorted(set(Locale.parse(locale).territories.values())) for language, locale in LANGUAGES.items()}
real = st.sampled_from([name for names in NAMES.values() for name in names])
chinese = st.one_of(st.sampled_from(NAMES["zh"]), st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
                                                          min_size=1, max_size=20))


def found(asked: str, name: str) -> bool:
    return begins(query_terms(asked), terms(name))


def without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


@given(real, st.data())
def test_found_by_the_beginning_of_each_word(name, data):
    word = data.draw(st.sampled_from([word for word in name.split() if query_terms(word)]))
    start = word[:data.draw(st.integers(1, len(word)))]
    assert found(start, name) or not query_terms(start)


@given(real)
def test_found_whole_without_accents_in_capitals_and_backwards(name):
    assert found(name, name)
    assert found(without_accents(name), name)
    assert found(name, without_accents(name))
    assert found(name.upper(), name)
    assert found(" ".join(reversed(name.split())), name)


@given(chinese, st.data())
def test_found_by_any_piece_in_chinese(name, data):
    start = data.draw(st.integers(0, len(name) - 1))
    piece = name[start:data.draw(st.integers(start + 1, len(name)))]
    assert found(piece, name) or not query_terms(piece)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


@given(st.text(max_size=30))
def test_terms_are_letters_digits_and_marks_of_bounded_length(text):
    for term in (*terms(text), *query_terms(text)):
        assert 0 < len(term) <= LONGEST
        assert all(unicodedata.category(sign)[0] in "LMN" for sign in term)


@given(st.text(max_size=30))
def test_any_text_finds_itself(text):
    assert found(text, text) or not query_terms(text)


def test_each_character_of_unicode_folds_for_good():
    letters = [chr(code) for code in (*range(0x3400), *range(0xA000, 0xAC00), *range(0xD7A4, 0xD800),
                                      *range(0xE000, 0x17000), *range(0x1D000, 0x20000))]  # the rest is Han and Hangul
    assert [letter for letter in letters if folded(folded(letter)) != folded(letter)] == []
