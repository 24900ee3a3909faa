"""The indices that come with the program."""

import tomllib
from functools import cache
from importlib.resources import files

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.instruments.indices.definition import IndexDefinition, parse_index

__all__ = ["SHIPPED", "shipped_index", "shipped_text"]

SHIPPED = ("city_prosperity",)


def shipped_text(code: str) -> str:
    """Give the file of an index that comes with the program.

    Parameters
    ----------
    code : str
        Code of the index.

    Returns
    -------
    str
        Its TOML.

    Raises
    ------
    UnknownNameError
        There is no such index.

    Examples
    --------
    >>> shipped_text("city_prosperity").splitlines()[4]
    'code = "city_prosperity"'
    """
    if code not in SHIPPED:
        raise UnknownNameError.among(code, SHIPPED, what=_("index"))
    return (files("ekistics.instruments.indices") / f"{code}.toml").read_text(encoding="utf-8")


@cache
def shipped_index(code: str) -> IndexDefinition:
    """Give an index that comes with the program.

    Parameters
    ----------
    code : str
        Code of the index.

    Returns
    -------
    IndexDefinition
        Its definition.

    Raises
    ------
    UnknownNameError
        There is no such index.

    Examples
    --------
    >>> index = shipped_index("city_prosperity")
    >>> len(index.items), len(index.groups), [item.code for item in index.items if item.status == "doubtful"][:2]
    (62, 29, ['economic_density', 'economic_specialisation'])
    """
    return parse_index(tomllib.loads(shipped_text(code)), where=f"{code}.toml")
