"""Countries, areas and regions of the world: M49 codes, their tree and their ISO 3166-1 letters.

The table is ``tables/m49.csv``; ``tables/m49.toml`` says where each column comes from.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _

__all__ = ["WORLD", "Area", "area", "areas", "by_iso3", "children", "parents"]

WORLD = "001"


@dataclass(frozen=True, slots=True)
class Area:
    """A row of the table.

    Parameters
    ----------
    m49 : str
        Code of three digits.
    kind : str
        "world", "region" or "country" (countries and areas).
    parent : str
        M49 code of the narrowest region that holds it; empty for the world.
    iso_alpha2, iso_alpha3 : str
        ISO 3166-1 codes; empty where there are none.
    listed : str
        "m49", or "sdg" for what only the area list of the SDG indicators has.

    Examples
    --------
    >>> area("076").iso_alpha3
    'BRA'
    """

    m49: str
    kind: str
    parent: str
    iso_alpha2: str
    iso_alpha3: str
    listed: str


@cache
def areas() -> tuple[Area, ...]:
    """Give the whole table.

    Returns
    -------
    tuple of Area
        World, regions and countries, by code.

    Examples
    --------
    >>> [row.m49 for row in areas() if row.parent == "002"]
    ['015', '202']
    """
    text = (files("ekistics.core") / "tables" / "m49.csv").read_text(encoding="utf-8")
    return tuple(Area(**row) for row in csv.DictReader(text.splitlines()))


@cache
def _by_code() -> MappingProxyType[str, Area]:
    return MappingProxyType({row.m49: row for row in areas()})


@cache
def _by_letters() -> MappingProxyType[str, Area]:
    return MappingProxyType({row.iso_alpha3: row for row in areas() if row.iso_alpha3})


@cache
def _by_parent() -> MappingProxyType[str, tuple[Area, ...]]:
    return MappingProxyType({code: tuple(row for row in areas() if row.parent == code) for code in _by_code()})


def area(m49: str | int) -> Area:
    """Give the row of a code.

    Parameters
    ----------
    m49 : str or int
        The code; leading zeros may be absent.

    Returns
    -------
    Area
        The row.

    Raises
    ------
    UnknownNameError
        The table has no such code.

    Examples
    --------
    >>> area(76) == area("076")
    True
    """
    code = str(m49).strip()
    found = _by_code().get(code.zfill(3)) if code.isascii() and code.isdigit() else None
    if found is None:
        raise UnknownNameError(_("There is no M49 area {code!r}.").format(code=code), param="m49",
                               expected=_("three digits such as 076"))
    return found


def by_iso3(iso_alpha3: str) -> Area:
    """Give the row of a country by its three letters.

    Parameters
    ----------
    iso_alpha3 : str
        ISO 3166-1 alpha-3 code, capital letters.

    Returns
    -------
    Area
        The row.

    Raises
    ------
    UnknownNameError
        No country has these letters.

    Examples
    --------
    >>> by_iso3("BRA").m49
    '076'
    """
    found = _by_letters().get(iso_alpha3)
    if found is None:
        raise UnknownNameError(_("There is no country with the letters {code!r}.").format(code=iso_alpha3),
                               param="iso_alpha3", expected=_("three capital letters such as BRA"))
    return found


def parents(m49: str | int) -> tuple[Area, ...]:
    """Give the regions that hold an area, the narrowest first.

    Parameters
    ----------
    m49 : str or int
        The code.

    Returns
    -------
    tuple of Area
        Up to the world; empty for the world itself.

    Raises
    ------
    UnknownNameError
        The table has no such code.

    Examples
    --------
    >>> [row.m49 for row in parents("076")]
    ['005', '419', '019', '001']
    """
    above = area(m49).parent
    return (area(above), *parents(above)) if above else ()


def children(m49: str | int) -> tuple[Area, ...]:
    """Give what a region holds directly.

    Parameters
    ----------
    m49 : str or int
        The code.

    Returns
    -------
    tuple of Area
        Regions and countries, by code; empty for a country.

    Raises
    ------
    UnknownNameError
        The table has no such code.

    Examples
    --------
    >>> [row.iso_alpha3 for row in children("143")]
    ['KAZ', 'KGZ', 'TJK', 'TKM', 'UZB']
    """
    return _by_parent()[area(m49).m49]
