"""Search for names in any language by the beginnings of their terms.

A name is kept as rows of terms; a text is found where each of its terms begins a term of the name, which is one
indexed query a term (``term LIKE 'x%'``) on any database. Terms hold letters and digits only, so that they carry no
wildcard of LIKE.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

__all__ = ["LONGEST", "begins", "folded", "query_terms", "terms"]

LONGEST = 64  # characters of a term; the rest of a longer one is cut off, in names and in what is asked alike
SIGNS = 4096  # what is known of this many signs is kept

_PASSES = 4  # one does for any single character; signs that come to stand side by side may fold once more
_APOSTROPHE = "'"
_APOSTROPHES = "\u2018\u2019\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2032\u0060\u00b4\uff07"
_ALIKE = str.maketrans({
    **dict.fromkeys(_APOSTROPHES, _APOSTROPHE),
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n", "ħ": "h", "ŧ": "t",
    "ə": "e",
    "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ہ": "ه", "ە": "ه", "ۃ": "ه", "ء": "", "ـ": "",
})
_MARKS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),  # accents
          (0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06ED),  # Arabic vowels and hamza
          (0x0591, 0x05C7))  # Hebrew points
_UNSPACED = ((0x3005, 0x3007), (0x3040, 0x30FF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
             (0xF900, 0xFAFF), (0x20000, 0x3FFFF),  # Han and kana
             (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))  # Thai, Lao, Myanmar, Khmer
_ARTICLE = "ال"
_SHORTEST_AFTER_ARTICLE = 3


def folded(text: str) -> str:
    """Bring a text to the form in which it is compared: no case, accents, ligatures, vowel marks or wide forms.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The folded text; folding it again changes nothing.

    Notes
    -----
    Unicode NFKC and case folding; marks of Latin, Greek, Cyrillic, Arabic and Hebrew letters are left out, marks that
    are vowels of other scripts stay. Arabic alef with hamza or madda is alef, taa marbuta is haa, alef maqsura is yaa,
    tatweel and a hamza of its own are left out; digits of all scripts are 0 to 9.

    Examples
    --------
    >>> folded("Genève"), folded("Łódź"), folded("Ёлкино"), folded("القَاهِرة"), folded("Ｔｏｋｙｏ")
    ('geneve', 'lodz', 'елкино', 'القاهره', 'tokyo')
    """
    for _ in range(_PASSES):
        before, text = text, _folded_once(text)
        if text == before:
            break
    return text


def _folded_once(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text.translate(_ALIKE)).casefold())
    kept = "".join(_digit(sign) for sign in plain if not _is_mark(sign))
    return unicodedata.normalize("NFC", kept.translate(_ALIKE))


@lru_cache(SIGNS)
def _is_mark(sign: str) -> bool:
    """Tell whether a sign is left out: an accent, a vowel mark, or a control of writing direction and joining."""
    return _within(sign, _MARKS) or unicodedata.category(sign) == "Cf"


@lru_cache(SIGNS)
def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign, sign))


def _within(sign: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= ord(sign) <= last for first, last in ranges)


def terms(name: str) -> list[str]:
    """Give the terms under which a name is kept.

    Parameters
    ----------
    name : str
        A name in any language.

    Returns
    -------
    list of str
        Each once, in the order of the name: its words; the parts beside an apostrophe and the word without it; an
        Arabic word also without its article; and for scripts without spaces the rest of the run from each of its
        signs, so that any piece of it begins a term.

    Examples
    --------
    >>> terms("São Paulo"), terms("N'Djamena")
    (['sao', 'paulo'], ['ndjamena', 'n', 'djamena'])
    >>> terms("北京市")
    ['北京市', '京市', '市']
    """
    found = [term for word in _words(name) for term in _terms_of(word)]
    return list(dict.fromkeys(term[:LONGEST] for term in found))


def query_terms(text: str) -> list[str]:
    """Give the terms of a text that is searched for.

    Parameters
    ----------
    text : str
        What somebody typed.

    Returns
    -------
    list of str
        Each once; empty where the text holds neither letters nor digits. A name is found when each of them begins one
        of its terms.

    Examples
    --------
    >>> query_terms("Sao  PAULO!"), query_terms("京市"), query_terms("%")
    (['sao', 'paulo'], ['京市'], [])
    """
    found = [run for word in _words(text) for run, _ in _runs(word.replace(_APOSTROPHE, ""))]
    return list(dict.fromkeys(run[:LONGEST] for run in found))


def begins(asked: list[str], kept: list[str]) -> bool:
    """Tell whether a name is found: each term asked for begins a term kept.

    Parameters
    ----------
    asked : list of str
        From :func:`query_terms`.
    kept : list of str
        From :func:`terms`.

    Returns
    -------
    bool
        False where nothing is asked for.

    Examples
    --------
    >>> begins(query_terms("ivoire cote"), terms("Côte d’Ivoire"))
    True
    """
    return bool(asked) and all(any(term.startswith(start) for term in kept) for start in asked)


def _words(text: str) -> Iterator[str]:
    """Give the stretches of letters, marks, digits and apostrophes of the folded text that hold more than these last.

    Folding comes before splitting, so that a mark that folds into a space parts words in names and queries alike.
    """
    for inside, signs in groupby(folded(text), lambda sign: sign == _APOSTROPHE or _is_of_word(sign)):
        word = "".join(signs)
        if inside and word.strip(_APOSTROPHE):
            yield word


def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"


def _runs(word: str) -> Iterator[tuple[str, bool]]:
    """Give the runs of a word that are of scripts with and without spaces."""
    for unspaced, signs in groupby(word, lambda sign: _within(sign, _UNSPACED)):
        yield "".join(signs), unspaced


def _terms_of(word: str) -> Iterator[str]:
    whole = word.replace(_APOSTROPHE, "")
    for part in dict.fromkeys((whole, *filter(None, word.split(_APOSTROPHE)))):
        for run, unspaced in _runs(part):
            yield from (run[start:] for start in range(len(run) if unspaced else 1))
            if run.startswith(_ARTICLE) and len(run) - len(_ARTICLE) >= _SHORTEST_AFTER_ARTICLE:
                yield run[len(_ARTICLE):]
