"""Population density: people by square kilometre of the urban extent and of the built-up area inside it."""

from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._density import OVER_BUILT_UP, OVER_EXTENT, density_rows

__all__ = ["SPEC", "compute", "example_inputs"]

SPEC = IndicatorSpec(
    code="population_density",
    number="",
    title=N_("Population density"),
    question=N_("How densely do people live?"),
    definition=N_("People living inside the boundary, by square kilometre of ground. The ground is named: the urban "
                  "extent is all ground inside the boundary; the built-up area is the part of it under buildings."),
    method=MethodEdition("European Commission, Joint Research Centre", "GHSL Data Package", "2023",
                         "population and built-up surface by area"),
    series=(SeriesSpec("density", N_("People per square kilometre"), "PS_KM2", base=N_("ground inside the boundary"),
                       lower=0.0, headline=True),),
    variants=(OVER_EXTENT, OVER_BUILT_UP),
    inputs=("population", "boundary", "built_up"),
    source="https://human-settlement.emergency.copernicus.eu/documents/GHSL_Data_Package_2023.pdf",
)


def compute(areas: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    """Compute the population density.

    People inside the boundary, by square kilometre of the urban extent and of the built-up area inside it.

    .. math:: d = P / A

    with :math:`P` people and :math:`A` the ground in square kilometres.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 3)
        ``population`` (people), ``urban_extent_m2`` and ``built_up_area_m2`` (square metres, measured in an equal-area
        CRS or on the ellipsoid), by ``ref_area``. Missing values are allowed.
    time_period : str, default ""
        Period of the population, in SDMX form.

    Returns
    -------
    pandas.DataFrame, shape (2 * n_areas, n_columns)
        Result rows of the series ``density`` in people per square kilometre, indexed by ``ref_area``; NaN with its
        reason where an input is missing or the ground is zero.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: arithmetic of the GHSL Data Package 2023. Golden cases: ``golden/population_density.toml``.

    Examples
    --------
    >>> compute(**example_inputs()).loc["A", ["variant", "obs_value"]].values.tolist()
    [['urban_extent', 5000.0], ['built_up_area', 20000.0]]
    """
    return density_rows(areas, "population", series="density", missing=Reason.NO_POPULATION, time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame({"population": [100_000.0, 2_500.0], "urban_extent_m2": [20e6, 1e6],
                          "built_up_area_m2": [5e6, 0.125e6]}, index=pd.Index(["A", "B"], name="ref_area"))
    return {"areas": areas, "time_period": "2020"}
