"""Names of countries, areas and regions in the six languages of the United Nations, from Unicode CLDR by Babel.

Names are not kept: they are looked up when they are shown. A language without a name is a gap, never a guess.
"""

from functools import cache

from babel import Locale

from ekistics.core.m49 import area

__all__ = ["LANGUAGES", "area_names", "nameless"]

LANGUAGES = {"ar": "ar", "en": "en", "es": "es", "fr": "fr", "ru": "ru", "zh": "zh_Hans"}


@cache
def _territories(language: str) -> dict[str, str]:
    return dict(Locale.parse(LANGUAGES[language]).territories)


def area_names(m49: str | int) -> dict[str, str]:
    """Give the names of an area or region.

    Parameters
    ----------
    m49 : str or int
        Its M49 code.

    Returns
    -------
    dict of str to str
        Language to name, in the order of :data:`LANGUAGES`; a language without a name is left out.

    Raises
    ------
    UnknownNameError
        The table has no such code.

    Examples
    --------
    >>> area_names("288")["fr"], area_names("002")["zh"]
    ('Ghana', '非洲')
    """
    row = area(m49)
    key = row.iso_alpha2 or row.m49
    return {language: name for language in LANGUAGES if (name := _territories(language).get(key))}


def nameless(m49: str | int) -> tuple[str, ...]:
    """Give the languages in which an area or region has no name.

    Parameters
    ----------
    m49 : str or int
        Its M49 code.

    Returns
    -------
    tuple of str
        Codes of languages.

    Raises
    ------
    UnknownNameError
        The table has no such code.

    Examples
    --------
    >>> nameless("076"), nameless("830")
    ((), ('ar', 'en', 'es', 'fr', 'ru', 'zh'))
    """
    named = area_names(m49)
    return tuple(language for language in LANGUAGES if language not in named)
