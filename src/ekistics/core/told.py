"""Sentences that a package holds filled in, told again in the language of the reader.

A run fills sentences such as "The newest describes 2020." when it makes a package. Which sentence it was is found again
by its form, so that old packages are read in every language too. The catalogue asks here for a text that it lacks: a
title is a title wherever it is shown.
"""

import re
from functools import cache

from babel import Locale

from ekistics.core.i18n import N_, _, spoken

__all__ = ["FILLED", "found_again", "told"]

# The sentences of quality flags, layers and titles that are filled in; a test holds them against what fills them.
FILLED = (
    N_("The newest describes {period}."),
    N_("{file} describes {period}."),
    N_("They describe another time than the latest total: {files}."),
    N_("More than {metres} m from a walkable street; they count as out of reach."),
    N_("On parts with fewer than {nodes} nodes, which may be gaps in the map."),
    N_("served stops within {distance} km of the boundary"),
    N_("stops within {distance} km of the boundary"),
    N_("Street length without a {tag} tag"),
    N_("Built-up cells of {metres} m or more cannot tell whether the map lacks streets."),
    N_("More than {metres} m from any street: the map lacks streets there."),
    N_("Neighbourhoods: {title}"),
    N_("Ground without data: {name} {period}"),
    N_("Ground outside the grid: {name} {period}"),
    N_("Degree of Urbanisation, level {level}"),
    N_("1 km cells, {year}"),
    N_("Cities above {threshold}: {title}"),
    N_("Cities below {threshold}: {title}"),
)

_ENGLISH = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?")


def told(text: str) -> str:
    """Translate a text that a package holds: as it stands, or as the sentence that was filled in.

    Parameters
    ----------
    text : str
        An English text; any other is given back.

    Returns
    -------
    str
        The text in the language in use.

    Examples
    --------
    >>> told("The newest describes 2020.")
    'The newest describes 2020.'
    """
    return _(text) if text else ""


def found_again(text: str) -> str:
    """Translate a sentence that was filled in, by its form.

    Parameters
    ----------
    text : str
        An English text that is in no catalogue as it stands.

    Returns
    -------
    str
        The text in the language in use; the same where no sentence has its form.

    Examples
    --------
    >>> found_again("Neighbourhoods: a title"), found_again("Neighbourhoods: {title}")
    ('Neighbourhoods: a title', 'Neighbourhoods: {title}')
    """
    for template, form in _forms() if "{" not in text else ():  # a sentence that is not filled yet is none of them
        match = form.fullmatch(text)
        if match is not None:
            return _(template).format(**{name: told(_number(part)) for name, part in match.groupdict().items()})
    return text


def _number(text: str) -> str:
    """Write a number that was filled in with the separators of the language: 50,000 is fifty to a French reader."""
    if not _ENGLISH.fullmatch(text):
        return text
    signs = Locale.parse(spoken()).number_symbols["latn"]
    return text.translate({ord(","): str(signs["group"]), ord("."): str(signs["decimal"])})


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((template, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template))))
                 for template in FILLED)
