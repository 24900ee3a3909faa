"""SDG 11.6.2: annual mean of fine particles in the air, weighted by people."""

from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import result_rows, share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, concat_rows, reason_of

__all__ = ["SPEC", "compute", "example_inputs"]

SPEC = IndicatorSpec(
    code="sdg_11_6_2",
    number="11.6.2",
    title=N_("Fine particles in the air"),
    question=N_("How clean is the air that people breathe?"),
    definition=N_("Annual mean of fine particulate matter (PM2.5) in the air, in micrograms per cubic metre, weighted "
                  "by the people living in each cell inside the boundary."),
    method=MethodEdition("World Health Organization", "SDG indicator metadata 11.6.2", "2021"),
    series=(SeriesSpec("mean_pm25", N_("Annual mean PM2.5"), "GPERM3", base=N_("people living inside the boundary"),
                       direction=-1, lower=0.0, headline=True),),
    variants=(
        Variant("population_weighted", N_("Weighted by people")),
        Variant("unweighted", N_("Mean over the ground"),
                why=N_("Every square kilometre counts alike, whether anybody lives there or not; it is what a map "
                       "shows, not what people breathe."), base=N_("ground inside the boundary")),
    ),
    inputs=("air", "population", "boundary"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-06-02.pdf",
)


def compute(areas: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    r"""Compute the annual mean PM2.5 that people breathe.

    The concentration of each cell inside the boundary, weighted by the people living in it.

    .. math:: \bar{C} = \sum_i C_i P_i / \sum_i P_i

    with :math:`C_i` the concentration and :math:`P_i` the people of cell :math:`i`.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 2 or 3)
        ``weighted_sum`` (sum of concentration times people, over cells where both are known), ``population`` (people of
        the same cells) and, if wanted, ``unweighted_mean`` (micrograms per cubic metre), by ``ref_area``. Missing
        values are allowed.
    time_period : str, default ""
        Period of the concentrations, in SDMX form.

    Returns
    -------
    pandas.DataFrame
        Result rows of the series ``mean_pm25`` in micrograms per cubic metre, indexed by ``ref_area``; the variant
        ``unweighted`` only where that column is given. NaN with its reason where an input is missing or nobody lives
        there.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: World Health Organization, SDG indicator metadata 11.6.2. Some national series take the highest monitor of
    a city instead; they cannot be compared with this one. Golden cases: ``golden/sdg_11_6_2.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["variant"] == "population_weighted"]["obs_value"].to_dict()
    {'A': 17.5, 'B': 8.0}
    """
    areas = by_area(areas, ["weighted_sum", "population"], where="areas", unique=True)
    weighted, people = (amount(areas, name, where="areas") for name in ("weighted_sum", "population"))
    reason = reason_of([(weighted, Reason.NO_AIR), (people, Reason.NO_POPULATION)], areas.index)
    parts = [share_rows(weighted, people, series="mean_pm25", variant="population_weighted", scale=1.0,
                        zero=Reason.ZERO_POPULATION, reason=reason, time_period=time_period)]
    if "unweighted_mean" in areas.columns:
        parts.append(result_rows(amount(areas, "unweighted_mean", where="areas"), series="mean_pm25",
                                 variant="unweighted", reason=str(Reason.NO_AIR), time_period=time_period))
    return concat_rows(parts)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame({"weighted_sum": [1_750_000.0, 20_000.0], "population": [100_000.0, 2_500.0],
                          "unweighted_mean": [12.0, 8.0]}, index=pd.Index(["A", "B"], name="ref_area"))
    return {"areas": areas, "time_period": "2020"}
