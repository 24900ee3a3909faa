"""What is missing in a score that an index gives all the same, in words."""

from collections.abc import Sequence

from ekistics.core.i18n import _, joined

__all__ = ["gaps_text", "some_text"]

_MANY = 12  # texts that a sentence lists


def gaps_text(missing: Sequence[str], values: int, unscored: Sequence[str]) -> str:
    """Say what is missing in a score, and which parts do not count in it.

    Parameters
    ----------
    missing : sequence of str
        Titles of the items that have no value.
    values : int
        Number of items of the index.
    unscored : sequence of str
        Titles of the groups that have no score, though what is above them has one.

    Returns
    -------
    str
        One sentence or more; empty where nothing is missing.

    Examples
    --------
    >>> gaps_text(["Income"], 9, [])
    'In this score 1 of 9 values are missing: Income. They are not taken for zero: the known ones count for more.'
    """
    said = []
    if missing:
        said.append(_("In this score {count} of {all} values are missing: {titles}. They are not taken for zero: the "
                      "known ones count for more.").format(count=len(missing), all=values, titles=some_text(missing)))
    if unscored:
        said.append(_("Parts that have no score and do not count: {parts}.").format(parts=some_text(unscored)))
    return " ".join(said)


def some_text(texts: Sequence[str]) -> str:
    """List the first of many texts, and count the rest.

    Parameters
    ----------
    texts : sequence of str
        The texts.

    Returns
    -------
    str
        All of them up to a dozen; else so many, and how many more there are.

    Examples
    --------
    >>> some_text(["a", "b"])
    'a, b'
    """
    if len(texts) <= _MANY:
        return joined(texts)
    return _("{texts} and {count} more").format(texts=joined(texts[:_MANY]), count=len(texts) - _MANY)
