"""Stable codes of places, and the codes that other schemes give to the same places.

A country or region has its ISO 3166-1 or M49 code, a city or urban centre the code of its country and a part of its
own. ``docs/explanation/place-codes.md`` says why.
"""

import re
from dataclasses import dataclass

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.m49 import Area, by_iso3

__all__ = ["SCHEMES", "OtherCode", "area_code", "centre_code", "centre_parts", "checked_country", "city_code"]

_COUNTRY = re.compile(r"[A-Z]{3}")
_USERS = re.compile(r"AAA|Q[M-Z][A-Z]|X[A-Z][A-Z]|ZZ[A-Z]")  # ISO 3166-1 leaves these to users
_LOCAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]*")
_CENTRE = re.compile(r"UC[EW][0-9]{5}[NS][0-9]{5}[a-z]?")

SCHEMES: dict[str, str] = {
    "m49": r"[0-9]{3}",
    "iso3166-1-alpha2": r"[A-Z]{2}",
    "iso3166-1-alpha3": r"[A-Z]{3}",
    "iso3166-2": r"[A-Z]{2}-[A-Z0-9]{1,3}",
    "un-locode": r"[A-Z]{2}[A-Z2-9]{3}",
    "centre": _CENTRE.pattern,
    "ghsl-ucdb": r"[0-9]+",
    "national": r"\S(.*\S)?",
}
_EDITIONED = ("centre", "ghsl-ucdb", "national")


def area_code(area: Area) -> str:
    """Give the place code of the world, a region or a country.

    Parameters
    ----------
    area : Area
        A row of the table of areas.

    Returns
    -------
    str
        ISO 3166-1 alpha-3 of a country, else the M49 code.

    Examples
    --------
    >>> from ekistics.core.m49 import area
    >>> area_code(area("288")), area_code(area("202")), area_code(area("680"))
    ('GHA', '202', '680')
    """
    return area.iso_alpha3 or area.m49


def checked_country(code: str) -> str:
    """Give back a country's code if there is such a country.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-3 code, or one that ISO leaves to users, for places that are made up.

    Returns
    -------
    str
        The code.

    Raises
    ------
    UnknownNameError
        No country has it.

    Examples
    --------
    >>> checked_country("GHA"), checked_country("XXX")
    ('GHA', 'XXX')
    """
    return code if _USERS.fullmatch(code) else by_iso3(code).iso_alpha3


def city_code(country: str, local: str) -> str:
    """Give the place code of a city from its country and a part of the user's choice.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3 code.
    local : str
        Letters, digits, ``_`` and ``.``; it begins with a letter or digit.

    Returns
    -------
    str
        The code.

    Raises
    ------
    InvalidValueError
        A part breaks its form.

    Examples
    --------
    >>> city_code("BRA", "POA")
    'BRA-POA'
    """
    if not _COUNTRY.fullmatch(country):
        raise InvalidValueError(_("The country must be an ISO 3166-1 alpha-3 code."), param="country",
                                expected=_("three capital letters such as BRA"), got=repr(country))
    if not _LOCAL.fullmatch(local):
        raise InvalidValueError(_("The own part of a city's code may hold letters, digits, _ and . only."),
                                param="local", got=repr(local))
    return f"{country}-{local}"


def centre_code(country: str, centre_id: str) -> str:
    """Give the place code of an urban centre.

    Parameters
    ----------
    country : str
        ISO 3166-1 alpha-3 code.
    centre_id : str
        As :func:`ekistics.geo.degurba.centre_frame` gives it.

    Returns
    -------
    str
        The code.

    Raises
    ------
    InvalidValueError
        A part breaks its form.

    Examples
    --------
    >>> centre_code("GHA", "UCW00021N00695")
    'GHA-UCW00021N00695'
    """
    if not _CENTRE.fullmatch(centre_id):
        raise InvalidValueError(_("This is not the id of an urban centre."), param="centre_id",
                                expected=_("such as {example}").format(example="UCW00021N00695"), got=repr(centre_id))
    return city_code(country, centre_id)


def centre_parts(code: str) -> tuple[str, str] | None:
    """Take the place code of an urban centre apart.

    Parameters
    ----------
    code : str
        A place code.

    Returns
    -------
    tuple of (str, str) or None
        Country and id of the centre; None where the code is of another kind of place.

    Examples
    --------
    >>> centre_parts("GHA-UCW00021N00695"), centre_parts("BRA-POA")
    (('GHA', 'UCW00021N00695'), None)
    """
    country, dash, local = code.partition("-")
    return (country, local) if dash and _COUNTRY.fullmatch(country) and _CENTRE.fullmatch(local) else None


@dataclass(frozen=True, slots=True)
class OtherCode:
    """What another scheme calls a place: one row of the mapping.

    Parameters
    ----------
    place : str
        Our code of the place.
    scheme : str
        A key of :data:`SCHEMES`; those whose codes change from edition to edition name it after a colon.
    value : str
        The code there.

    Examples
    --------
    >>> OtherCode("GHA-UCW00021N00695", "iso3166-2", "GH-AA").value
    'GH-AA'
    >>> OtherCode("ESP-LPA", "ghsl-ucdb:R2019A", "1494").scheme
    'ghsl-ucdb:R2019A'
    """

    place: str
    scheme: str
    value: str

    def __post_init__(self) -> None:
        name, _colon, edition = self.scheme.partition(":")
        if name not in SCHEMES:
            raise UnknownNameError.among(name, list(SCHEMES), what=_("scheme of codes"))
        if bool(edition) != (name in _EDITIONED):
            wanted = f"{name}:…" if name in _EDITIONED else name
            raise InvalidValueError(_("A scheme names its edition where its codes change, and only there."),
                                    param="scheme", expected=wanted, got=self.scheme)
        if not re.fullmatch(SCHEMES[name], self.value):
            raise InvalidValueError(_("The value is not a code of the scheme {scheme}.").format(scheme=name),
                                    param="value", got=repr(self.value))
