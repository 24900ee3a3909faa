"""Street density: kilometres of street by square kilometre of ground."""

from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._density import OVER_BUILT_UP, OVER_EXTENT, density_rows

__all__ = ["SPEC", "compute", "example_inputs"]

KM_PER_M = 0.001

SPEC = IndicatorSpec(
    code="street_density",
    number="",
    title=N_("Street density"),
    question=N_("How much street is there to walk and drive on?"),
    definition=N_("Length of street centre lines inside the boundary, by square kilometre of ground. The ground is "
                  "named: the urban extent is all ground inside the boundary; the built-up area is the part of it "
                  "under buildings."),
    method=MethodEdition("UN-Habitat", "City Prosperity Initiative, street connectivity: street density", "2016"),
    series=(SeriesSpec("density", N_("Kilometres of street per square kilometre"), "KM_KM2",
                       base=N_("ground inside the boundary"), lower=0.0, headline=True),),
    variants=(OVER_EXTENT, OVER_BUILT_UP),
    inputs=("streets", "boundary", "built_up"),
    source="https://unhabitat.org/knowledge/city-prosperity-initiative",
)


def compute(areas: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    """Compute the street density.

    Kilometres of street centre line inside the boundary, by square kilometre of the urban extent and of the built-up
    area inside it.

    .. math:: d = L / A

    with :math:`L` the length in kilometres and :math:`A` the ground in square kilometres.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 3)
        ``street_length_m`` (metres, geodesic), ``urban_extent_m2`` and ``built_up_area_m2`` (square metres, measured
        in an equal-area CRS or on the ellipsoid), by ``ref_area``. Missing values are allowed.
    time_period : str, default ""
        Period of the streets, in SDMX form.

    Returns
    -------
    pandas.DataFrame, shape (2 * n_areas, n_columns)
        Result rows of the series ``density`` in kilometres per square kilometre, indexed by ``ref_area``; NaN with its
        reason where an input is missing or the ground is zero.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: UN-Habitat, City Prosperity Initiative. Which streets count is the caller's choice and is named with the
    run. Golden cases: ``golden/street_density.toml``.

    Examples
    --------
    >>> compute(**example_inputs()).loc["A", ["variant", "obs_value"]].values.tolist()
    [['urban_extent', 12.0], ['built_up_area', 48.0]]
    """
    return density_rows(areas, "street_length_m", series="density", missing=Reason.NO_STREETS, scale=KM_PER_M,
                        time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame({"street_length_m": [240_000.0, 9_000.0], "urban_extent_m2": [20e6, 1e6],
                          "built_up_area_m2": [5e6, 0.125e6]}, index=pd.Index(["A", "B"], name="ref_area"))
    return {"areas": areas, "time_period": "2023"}
