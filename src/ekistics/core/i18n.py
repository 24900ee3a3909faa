"""Texts for people: one gettext domain, named placeholders only.

Modules write ``_("… {name} …").format(name=…)``. The language is switched by the rim (command, page) with
:func:`use_language`; nothing is read at import.
"""

import gettext as _gettext
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import as_file, files
from unicodedata import bidirectional

__all__ = ["LANGUAGES", "_", "N_", "isolated", "joined", "spoken", "translation_states", "use_language"]

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
DOMAIN = "ekistics"
MOST = 50_000  # texts that a process remembers in a language
COMMAS = {"ar": "\u060c ", "zh": "\u3001"}
RIGHT_TO_LEFT = frozenset({"ar"})
ISOLATE, END_OF_ISOLATE = "\u2068", "\u2069"


class _Leftward(str):
    """A text that is read from right to left: what fills it from left to right keeps its own order, and stays apart.

    Without that, a quotation mark or a bracket beside an English title is drawn on its wrong side.
    """

    __slots__ = ()

    def format(self, *parts: object, **named: object) -> str:
        return str.format(self, *map(_apart, parts), **{name: _apart(part) for name, part in named.items()})


def _apart(part: object) -> object:
    """Put signs round a text of the other direction; a text of both is of this language, and names something."""
    if not isinstance(part, str) or part.startswith(ISOLATE):
        return part
    kinds = set(map(bidirectional, part))
    return f"{ISOLATE}{part}{END_OF_ISOLATE}" if "L" in kinds and not kinds & {"R", "AL"} else part


class _Said(dict[str, str]):
    """Texts of a language that were asked for: a page asks for thousands, of which a catalogue makes most anew."""

    def __init__(self, catalogue: _gettext.NullTranslations, language: str = "") -> None:
        super().__init__()
        self._catalogue, self._leftward = catalogue, language in RIGHT_TO_LEFT
        self._foreign = language not in ("", "en")

    def __missing__(self, message: str) -> str:
        if len(self) >= MOST:
            self.clear()
        text = self._catalogue.gettext(message)
        if text == message and self._foreign:
            text = _found_again(message)
        text = self[message] = _Leftward(text) if self._leftward and "{" in text else text
        return text


def _found_again(message: str) -> str:
    """Look whether a text that no catalogue has is a sentence that a package holds filled in."""
    from ekistics.core.told import found_again  # noqa: PLC0415 - its sentences are marked with what stands here

    return found_again(message)


_current: ContextVar[_Said] = ContextVar("texts", default=_Said(_gettext.NullTranslations()))  # noqa: B039
_language: ContextVar[str] = ContextVar("language", default="en")


def _(message: str) -> str:
    """Translate a message into the language in use; English is the source language.

    Parameters
    ----------
    message : str
        The English text, with named placeholders such as ``{path}``.

    Returns
    -------
    str
        The translation, or the message itself where there is none.

    Examples
    --------
    >>> _("{count} people").format(count=3)
    '3 people'
    """
    return _current.get()[message]


def N_(message: str) -> str:  # noqa: N802 - the conventional name of "mark now, translate later"
    """Mark a text for translation without translating it; the reader passes it to :func:`_` when it is shown.

    Parameters
    ----------
    message : str
        The English text.

    Returns
    -------
    str
        The same text.

    Examples
    --------
    >>> N_("Open space")
    'Open space'
    """
    return message


def joined(parts: Iterable[str]) -> str:
    """List texts for people with the comma of the language in use.

    Parameters
    ----------
    parts : iterable of str
        Texts; empty ones are left out.

    Returns
    -------
    str
        The list.

    Examples
    --------
    >>> with use_language("ar"):
    ...     joined(["1", "", "2"])
    '1\u060c 2'
    """
    return COMMAS.get(_language.get(), ", ").join(isolated(part) for part in parts if part)


def isolated(text: str) -> str:
    """Let a text of others, such as a title or a name, keep its own direction among those of the language in use.

    The signs U+2068 and U+2069 are not seen; a page, a drawing and a printed page heed them alike. What fills a
    translated sentence gets them by itself; this is for what stands in a cell or a list of its own.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text between the signs where the language is read from right to left and the text from left to right;
        else the same text.

    Examples
    --------
    >>> with use_language("ar"):
    ...     [len(isolated(text)) - len(text) for text in ("150,000 or more", "150,000")]
    [2, 0]
    >>> isolated("150,000 or more")
    '150,000 or more'
    """
    return str(_apart(text)) if _language.get() in RIGHT_TO_LEFT else text


@contextmanager
def use_language(language: str | _gettext.NullTranslations) -> Iterator[None]:
    """Show texts in a language within a ``with`` block.

    Parameters
    ----------
    language : str or gettext.NullTranslations
        A language code such as ``"fr"``, or a catalogue (tests pass a pseudo-language).

    Examples
    --------
    >>> with use_language("en"):
    ...     _("Open space")
    'Open space'
    """
    texts = _read(language) if isinstance(language, str) else _Said(language)
    token, spoken = _current.set(texts), _language.set(language if isinstance(language, str) else "en")
    try:
        yield
    finally:
        _current.reset(token)
        _language.reset(spoken)


def spoken() -> str:
    """Give the code of the language in use.

    Returns
    -------
    str
        E.g. ``fr``; ``en`` where none was chosen.
    """
    return _language.get()


@cache
def _read(language: str) -> _Said:
    with as_file(files("ekistics") / "locale") as folder:
        return _Said(_gettext.translation(DOMAIN, folder, [language], fallback=True), language)


def translation_states(language: str) -> dict[str, int]:
    """Count the texts of a language by the state of their translation.

    The counts are made when the catalogue is compiled, so that no catalogue of translators is read here.

    Parameters
    ----------
    language : str
        A language code such as ``"fr"``.

    Returns
    -------
    dict of str to int
        ``reviewed``: checked by a speaker; ``machine``: translated, not checked; ``none``: shown in English. All are
        zero for English, the source language, and for a language without a compiled catalogue.

    Examples
    --------
    >>> translation_states("en")
    {'reviewed': 0, 'machine': 0, 'none': 0}
    """
    path = files("ekistics") / "locale" / language / "LC_MESSAGES" / "states.json"
    counted = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {state: int(counted.get(state, 0)) for state in ("reviewed", "machine", "none")}
