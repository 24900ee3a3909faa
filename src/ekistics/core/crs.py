"""Rules of coordinate reference systems: areas and lengths only in equal-area systems or on the ellipsoid."""

from functools import cache
from typing import Any

import numpy as np
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError

from ekistics.core.errors import GeographicCrsError, InputFormatError, MissingCrsError
from ekistics.core.i18n import _

__all__ = ["GEOD", "MOLLWEIDE", "WGS84", "equal_area_for", "is_equal_area", "norm_crs", "require_equal_area",
           "require_projected"]

WGS84 = CRS.from_epsg(4326)
MOLLWEIDE = CRS.from_authority("ESRI", 54009)
GEOD = Geod(ellps="WGS84")

# Methods of the PROJ database whose projections keep areas, by EPSG or Esri name in lower case.
_EQUAL_AREA = ("equal area", "equal-area", "mollweide", "sinusoidal", "albers", "eckert iv", "eckert vi", "eckert_iv",
               "eckert_vi", "goode", "hammer", "equal earth", "behrmann", "gall peters", "interrupted_goode")


def norm_crs(crs: Any, *, where: object = None) -> CRS:
    """Turn anything that names a CRS into one, refusing a missing one.

    Parameters
    ----------
    crs : object
        An EPSG number, an authority string, WKT, PROJ text or a CRS object.
    where : object, optional
        The place for the error text.

    Returns
    -------
    pyproj.CRS
        The system.

    Raises
    ------
    MissingCrsError
        Nothing was given.
    InputFormatError
        The text is not a CRS.

    Examples
    --------
    >>> norm_crs(4326).is_geographic
    True
    """
    if crs is None or (isinstance(crs, str) and not crs.strip()):
        raise MissingCrsError(_("The layer has no coordinate reference system."), where=where,
                              hint=_("Write it into the file, or state it with 'crs' in city.toml, e.g. {example}.")
                              .format(example='"EPSG:4326"'))
    try:
        return _cached_crs(crs.to_wkt() if hasattr(crs, "to_wkt") else crs)
    except CRSError as error:
        raise InputFormatError(_("The coordinate reference system cannot be understood."), where=where, got=repr(crs),
                               hint=_("Use an authority code such as \"EPSG:4326\" or \"ESRI:54009\".")) from error


@cache
def _cached_crs(crs: Any) -> CRS:
    return CRS.from_user_input(crs)


def is_equal_area(crs: CRS) -> bool:
    """Tell whether a projection keeps areas.

    Parameters
    ----------
    crs : pyproj.CRS
        The system.

    Returns
    -------
    bool
        True for projected systems whose method is equal-area.

    Examples
    --------
    >>> is_equal_area(MOLLWEIDE), is_equal_area(WGS84)
    (True, False)
    """
    if not crs.is_projected or crs.coordinate_operation is None:
        return False
    method = crs.coordinate_operation.method_name.lower()
    return any(name in method for name in _EQUAL_AREA)


def require_projected(crs: CRS, *, where: object = None) -> None:
    """Refuse degrees where metres are needed.

    Parameters
    ----------
    crs : pyproj.CRS
        The system.
    where : object, optional
        The place for the error text.

    Raises
    ------
    GeographicCrsError
        The system is geographic.

    Examples
    --------
    >>> require_projected(MOLLWEIDE)
    """
    if crs.is_geographic:
        raise GeographicCrsError(_("The layer is in degrees, but areas need an equal-area system in metres."),
                                 where=where, expected=_("an equal-area CRS such as ESRI:54009"), got=crs.name,
                                 hint=_("Reproject it first; population with 'ekistics.geo.reproject'."))


def require_equal_area(crs: CRS, *, where: object = None) -> None:
    """Refuse a system in which areas cannot be measured.

    Parameters
    ----------
    crs : pyproj.CRS
        The system.
    where : object, optional
        The place for the error text.

    Raises
    ------
    GeographicCrsError
        The system is in degrees, or projected but not equal-area.

    Examples
    --------
    >>> require_equal_area(MOLLWEIDE)
    """
    require_projected(crs, where=where)
    if not is_equal_area(crs):
        raise GeographicCrsError(_("Areas cannot be measured in this projection."), where=where,
                                 expected=_("an equal-area CRS such as ESRI:54009"), got=crs.name,
                                 hint=_("Reproject the layer to an equal-area system first."))


def equal_area_for(longitude: float, latitude: float) -> CRS:
    """Make the local equal-area system (Lambert azimuthal, metres, WGS84) centred on a point.

    Parameters
    ----------
    longitude, latitude : float
        The centre in degrees.

    Returns
    -------
    pyproj.CRS
        The system; areas are exact everywhere, distances within a city to some parts per million.

    Examples
    --------
    >>> is_equal_area(equal_area_for(-51.2, -30.0))
    True
    """
    if not (np.isfinite(longitude) and np.isfinite(latitude)):
        raise InputFormatError(_("The layer has no finite coordinates."), got=(longitude, latitude))
    return CRS.from_proj4(f"+proj=laea +lat_0={latitude:.6f} +lon_0={longitude:.6f} +ellps=WGS84 +units=m +no_defs")
