"""Densities over two grounds: the urban extent and the built-up area inside it, both named."""

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import Variant
from ekistics.core.observation import share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, concat_rows, reason_of

__all__ = ["M2_PER_KM2", "OVER_BUILT_UP", "OVER_EXTENT", "density_rows"]

M2_PER_KM2 = 1_000_000.0
OVER_EXTENT = Variant("urban_extent", N_("Per square kilometre of the urban extent"),
                      base=N_("urban extent: all ground inside the boundary"))
OVER_BUILT_UP = Variant("built_up_area", N_("Per square kilometre of built-up area"),
                        why=N_("Fields, water and woods inside the boundary are left out of the ground, so the density "
                               "is that of the built city."),
                        base=N_("built-up area inside the boundary"))
_MISSING = {"urban_extent": Reason.OUTSIDE_DATA, "built_up_area": Reason.NO_BUILT_UP}


def density_rows(frame: pd.DataFrame, column: str, *, series: str, missing: str, scale: float = 1.0,
                 time_period: str = "") -> pd.DataFrame:
    """Make the rows of one quantity over both grounds.

    Parameters
    ----------
    frame : pandas.DataFrame
        Areas with ``urban_extent_m2``, ``built_up_area_m2`` (may be missing) and the quantity's column.
    column : str
        The quantity.
    series : str
        Series code.
    missing : str
        Reason where the quantity is not known.
    scale : float, default 1
        What the quantity is multiplied by, e.g. 0.001 from metres to kilometres.
    time_period : str, default ""
        The period that the quantity describes.

    Returns
    -------
    pandas.DataFrame
        Result rows: a row an area and ground.
    """
    where = "areas"
    areas = by_area(frame, [column, "urban_extent_m2"], where=where, unique=True)
    quantity = amount(areas, column, where=where) * scale
    parts = []
    for variant in (OVER_EXTENT, OVER_BUILT_UP):
        ground = amount(areas, f"{variant.code}_m2", where=where) / M2_PER_KM2
        reason = reason_of([(quantity, missing), (ground, _MISSING[variant.code])], areas.index)
        parts.append(share_rows(quantity, ground, series=series, variant=variant.code, scale=1.0, reason=reason,
                                time_period=time_period))
    return concat_rows(parts)
