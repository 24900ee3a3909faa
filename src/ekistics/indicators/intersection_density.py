"""Intersection density: places where at least three street segments meet, by square kilometre of ground."""

from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._density import OVER_BUILT_UP, OVER_EXTENT, density_rows

__all__ = ["MIN_DEGREE", "SPEC", "compute", "count_intersections", "example_inputs"]

MIN_DEGREE = 3

SPEC = IndicatorSpec(
    code="intersection_density",
    number="",
    title=N_("Intersection density"),
    question=N_("How finely do the streets connect?"),
    definition=N_("Places where at least three street segments meet, inside the boundary, by square kilometre of "
                  "ground. The ground is named: the urban extent is all ground inside the boundary; the built-up area "
                  "is the part of it under buildings."),
    method=MethodEdition("UN-Habitat", "City Prosperity Initiative, street connectivity: intersection density", "2016"),
    series=(SeriesSpec("density", N_("Intersections per square kilometre"), "PER_KM2",
                       base=N_("ground inside the boundary"), direction=1, lower=0.0, headline=True),),
    variants=(OVER_EXTENT, OVER_BUILT_UP),
    inputs=("streets", "boundary", "built_up"),
    source="https://unhabitat.org/knowledge/city-prosperity-initiative",
)


def compute(areas: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    """Compute the intersection density.

    Intersections inside the boundary, by square kilometre of the urban extent and of the built-up area inside it. An
    intersection is a node where at least three street segments meet.

    .. math:: d = N / A

    with :math:`N` the intersections and :math:`A` the ground in square kilometres.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 3)
        ``intersections`` (count, see :func:`count_intersections`), ``urban_extent_m2`` and ``built_up_area_m2`` (square
        metres, measured in an equal-area CRS or on the ellipsoid), by ``ref_area``. Missing values are allowed.
    time_period : str, default ""
        Period of the streets, in SDMX form.

    Returns
    -------
    pandas.DataFrame, shape (2 * n_areas, n_columns)
        Result rows of the series ``density`` in intersections per square kilometre, indexed by ``ref_area``; NaN with
        its reason where an input is missing or the ground is zero.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: UN-Habitat, City Prosperity Initiative. Carriageways drawn as two lines give two intersections where they
    cross one street; they are not merged. Golden cases: ``golden/intersection_density.toml``.

    Examples
    --------
    >>> compute(**example_inputs()).loc["A", ["variant", "obs_value"]].values.tolist()
    [['urban_extent', 80.0], ['built_up_area', 320.0]]
    """
    return density_rows(areas, "intersections", series="density", missing=Reason.NO_STREETS, time_period=time_period)


def count_intersections(degrees: pd.Series, *, min_degree: int = MIN_DEGREE) -> pd.Series:
    """Count the intersections of each area.

    Parameters
    ----------
    degrees : pandas.Series, shape (n_nodes,)
        How many street segments meet at each node, indexed by ``ref_area``; a node of two areas stands twice.
    min_degree : int, default 3
        Least number of segments that make an intersection.

    Returns
    -------
    pandas.Series, shape (n_areas,)
        Intersections, as floats; zero for an area whose nodes are all smaller.

    Examples
    --------
    >>> count_intersections(pd.Series([1, 2, 3, 4], index=["A", "A", "A", "B"])).to_dict()
    {'A': 1.0, 'B': 1.0}
    """
    counts = (degrees >= min_degree).groupby(level=0).sum().astype(float)
    return counts.rename("intersections").rename_axis("ref_area")


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame({"intersections": [1_600.0, 70.0], "urban_extent_m2": [20e6, 1e6],
                          "built_up_area_m2": [5e6, 0.125e6]}, index=pd.Index(["A", "B"], name="ref_area"))
    return {"areas": areas, "time_period": "2023"}
