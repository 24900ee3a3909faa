"""Places: stable codes, names, and the kind of place. Boundaries are layers, keyed by the place's code."""

import re
from dataclasses import dataclass

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["KINDS", "Place"]

KINDS = ("world", "region", "country", "city", "neighbourhood", "parcel", "facility")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the record.

    Parameters
    ----------
    code : str
        Stable code: letters, digits and ``_ . : -``.
    name : str
        Name for people.
    kind : str
        One of :data:`KINDS`.
    country : str
        ISO 3166-1 alpha-3 code; names are never joined without it.
    parent : str, optional
        Code of the place that holds this one.

    Examples
    --------
    >>> Place("BRA-POA", "Porto Alegre", "city", "BRA").code
    'BRA-POA'
    """

    code: str
    name: str
    kind: str
    country: str
    parent: str | None = None

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise InvalidValueError(_("A place code may hold letters, digits and _ . : - only."), param="code",
                                    got=repr(self.code))
        if self.kind not in KINDS:
            raise InvalidValueError(_("Unknown kind of place."), param="kind", expected=", ".join(KINDS), got=self.kind)
        if not re.fullmatch(r"[A-Z]{3}", self.country):
            raise InvalidValueError(_("The country must be an ISO 3166-1 alpha-3 code."), param="country",
                                    expected=_("three capital letters such as BRA"), got=repr(self.country))
