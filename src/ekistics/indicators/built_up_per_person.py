"""Built-up area per person."""

from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.observation import share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, reason_of

__all__ = ["SPEC", "compute", "example_inputs"]

SPEC = IndicatorSpec(
    code="built_up_per_person",
    number="",
    title=N_("Built-up area per person"),
    question=N_("How much built-up ground is there for each person?"),
    definition=N_("Ground under buildings inside the boundary, in square metres, for each person living inside the "
                  "boundary at the same date."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.3.1", "2021-03",
                         "secondary indicator: built-up area per capita"),
    series=(SeriesSpec("built_up_per_person", N_("Built-up area per person"), "M2_PS",
                       base=N_("people living inside the boundary"), lower=0.0, headline=True),),
    inputs=("built_up", "population", "boundary"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-03-01.pdf",
)


def compute(areas: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    """Compute the built-up area per person.

    Built-up ground inside the boundary for each person living inside it at the same date.

    .. math:: b = V / P

    with :math:`V` the built-up area in square metres and :math:`P` people.

    Parameters
    ----------
    areas : pandas.DataFrame, shape (n_areas, 2)
        ``built_up_area_m2`` (square metres, measured in an equal-area CRS) and ``population`` (people), by
        ``ref_area``. Missing values are allowed.
    time_period : str, default ""
        Period of both, in SDMX form.

    Returns
    -------
    pandas.DataFrame, shape (n_areas, n_columns)
        Result rows of the series ``built_up_per_person`` in square metres per person, indexed by ``ref_area``; NaN with
        its reason where an input is missing or nobody lives there.

    Raises
    ------
    InputFormatError
        A column is missing, or an area stands twice.
    InvalidValueError
        An amount is negative or infinite.

    Notes
    -----
    Method: UN-Habitat, SDG indicator metadata 11.3.1 of March 2021, secondary indicator. Golden cases:
    ``golden/built_up_per_person.toml``.

    Examples
    --------
    >>> compute(**example_inputs())["obs_value"].to_dict()
    {'A': 50.0, 'B': 125.0}
    """
    areas = by_area(areas, ["built_up_area_m2", "population"], where="areas", unique=True)
    built_up = amount(areas, "built_up_area_m2", where="areas")
    people = amount(areas, "population", where="areas")
    reason = reason_of([(built_up, Reason.NO_BUILT_UP), (people, Reason.NO_POPULATION)], areas.index)
    return share_rows(built_up, people, series="built_up_per_person", scale=1.0, zero=Reason.ZERO_POPULATION,
                      reason=reason, time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    areas = pd.DataFrame({"built_up_area_m2": [5e6, 0.3125e6], "population": [100_000.0, 2_500.0]},
                         index=pd.Index(["A", "B"], name="ref_area"))
    return {"areas": areas, "time_period": "2020"}
