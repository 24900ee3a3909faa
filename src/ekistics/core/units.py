"""Units of measure: SDMX codes where the SDG code list has them (PT, RO, KM2, GPERM3, NUMBER), our own for the rest."""

from dataclasses import dataclass

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _

__all__ = ["UNITS", "Unit", "unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure.

    Parameters
    ----------
    code : str
        The code in ``unit_measure``.
    symbol : str
        What stands behind a number, e.g. ``%``; may be empty.
    title : str
        The unit in words (English source text, translated when shown).
    digits : int
        Digits after the point that are shown where no interval says how many the value bears.
    """

    code: str
    symbol: str
    title: str
    digits: int


UNITS = {u.code: u for u in (
    Unit("PT", "%", N_("percent"), 1),
    Unit("PT_Y", N_("% / year"), N_("percent per year"), 2),
    Unit("RO", "", N_("ratio"), 3),
    Unit("NUMBER", "", N_("number"), 0),
    Unit("SCORE", "", N_("points of 100"), 1),
    Unit("PS", "", N_("people"), 0),
    Unit("M", "m", N_("metres"), 0),
    Unit("KM", "km", N_("kilometres"), 1),
    Unit("M2", "m²", N_("square metres"), 0),
    Unit("KM2", "km²", N_("square kilometres"), 2),
    Unit("M2_PS", N_("m² / person"), N_("square metres per person"), 1),
    Unit("PS_KM2", N_("people / km²"), N_("people per square kilometre"), 0),
    Unit("PER_KM2", N_("per km²"), N_("number per square kilometre"), 1),
    Unit("KM_KM2", "km / km²", N_("kilometres per square kilometre"), 2),
    Unit("GPERM3", "µg / m³", N_("micrograms per cubic metre"), 1),
    Unit("Y", N_("years"), N_("years"), 0),
)}


def unit(code: str) -> Unit:
    """Look a unit up by its code.

    Parameters
    ----------
    code : str
        The code, e.g. ``PT``.

    Returns
    -------
    Unit
        The unit.

    Raises
    ------
    UnknownNameError
        The code is not in the list.

    Examples
    --------
    >>> unit("PT").symbol
    '%'
    """
    try:
        return UNITS[code]
    except KeyError:
        raise UnknownNameError.among(code, list(UNITS), what=_("unit")) from None
