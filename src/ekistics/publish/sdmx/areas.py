"""Which code of the SDG structure stands for a place: countries by M49, all others only where the user says so."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ekistics.core.errors import InputFormatError, InvalidValueError, MissingInputError
from ekistics.core.i18n import _
from ekistics.core.place import Place

__all__ = ["AreaCodes", "UnmappedPlace", "area_codes", "read_area_mapping"]

_COLUMNS = ("place", "ref_area")


@dataclass(frozen=True, slots=True)
class UnmappedPlace:
    """A place without a code in the SDG structure.

    Parameters
    ----------
    code, country : str
        The place and its country (ISO 3166-1 alpha-3).
    why : str
        What is missing, in words (translated).
    """

    code: str
    country: str
    why: str


@dataclass(frozen=True, slots=True)
class AreaCodes:
    """The codes of places in the SDG structure, and the places that have none.

    Parameters
    ----------
    codes : dict of str to str
        Place code to ``REF_AREA``.
    unmapped : tuple of UnmappedPlace
        Places that go by our own structure, each with what is missing.
    """

    codes: dict[str, str]
    unmapped: tuple[UnmappedPlace, ...]


def area_codes(places: Iterable[Place], m49: Mapping[str, str], mapping: Mapping[str, str] | None = None) -> AreaCodes:
    """Find the codes of places in the SDG structure; nothing is guessed from names.

    Parameters
    ----------
    places : iterable of Place
        The places to be written.
    m49 : mapping of str to str
        ISO 3166-1 alpha-3 to M49 code; leading zeros do not matter.
    mapping : mapping of str to str, optional
        The user's own table, place code to ``REF_AREA``; it goes before M49.

    Returns
    -------
    AreaCodes
        Codes, and the places without one.

    Raises
    ------
    InvalidValueError
        An M49 code is not a number, or two places would have one code.

    Examples
    --------
    >>> found = area_codes([Place("BRA", "Brazil", "country", "BRA"), Place("BRA-POA", "Porto Alegre", "city", "BRA")],
    ...                    {"BRA": "076"})
    >>> found.codes, [place.code for place in found.unmapped]
    ({'BRA': '76'}, ['BRA-POA'])
    """
    codes: dict[str, str] = {}
    unmapped = []
    for place in places:
        given = (mapping or {}).get(place.code)
        if given:
            codes[place.code] = given
        elif place.kind == "country" and place.country in m49:
            codes[place.code] = _numeric(m49[place.country], place.country)
        else:
            unmapped.append(UnmappedPlace(place.code, place.country, _why(place)))
    _refuse_shared(codes)
    return AreaCodes(codes, tuple(unmapped))


def _numeric(code: str, country: str) -> str:
    if not (str(code).isascii() and str(code).isdigit()):
        raise InvalidValueError(_("This is not an M49 code."), param=country, expected=_("up to three digits"),
                                got=code)
    return str(int(code))


def _why(place: Place) -> str:
    if place.kind == "country":
        return _("the table of M49 codes does not hold the country {country}").format(country=place.country)
    return _("there is no agreed code for a place of this kind; name one in a mapping table")


def _refuse_shared(codes: dict[str, str]) -> None:
    owner: dict[str, str] = {}
    for place, code in codes.items():
        if code in owner:
            raise InvalidValueError(_("Two places have one code."), where=f"{owner[code]}, {place}", got=code,
                                    hint=_("Mend the mapping table: each code stands for one place."))
        owner[code] = place


def read_area_mapping(path: Path) -> dict[str, str]:
    """Read a user's table of places: CSV with the columns ``place`` and ``ref_area``; other columns are not read.

    Parameters
    ----------
    path : pathlib.Path
        The file, UTF-8.

    Returns
    -------
    dict of str to str
        Place code to ``REF_AREA``.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        A column is missing, a cell is empty, or a place stands twice with different codes.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream, strict=True)
            if not set(_COLUMNS) <= set(rows.fieldnames or ()):
                raise InputFormatError(_("The mapping table lacks a column."), where=path.name,
                                       expected=", ".join(_COLUMNS), got=", ".join(rows.fieldnames or ()))
            return _mapping(rows, path.name)
    except FileNotFoundError as error:
        raise MissingInputError(_("There is no such file."), where=path) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputFormatError(_("The mapping table cannot be read."), where=path.name, got=str(error)) from error


def _mapping(rows: Iterable[Mapping[str, str | None]], name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        place, code = ((row[column] or "").strip() for column in _COLUMNS)
        if not place or not code or found.get(place, code) != code:
            raise InputFormatError(_("A row of the mapping table is empty or contradicts an earlier one."),
                                   where=_("{file}, row {row}").format(file=name, row=number), got=f"{place}, {code}")
        found[place] = code
    return found
