"""Degree of Urbanisation: shares of people and of ground by class, at both levels."""

from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, concat_rows

__all__ = ["LEVEL_1", "LEVEL_2", "SPEC", "compute", "example_inputs"]

LEVEL_1 = (3, 2, 1, 0)
LEVEL_2 = (30, 23, 22, 21, 13, 12, 11, 10)
URBAN = (3, 2)
WATER_2 = 10  # the only class whose tens are not its class at level 1
_PEOPLE = N_("people living inside the boundary")
_GROUND = N_("ground inside the boundary, water included")
_DEFINITION, _AGGREGATED = "by_definition", "aggregated_from_level_2"


def _share(code: str, title: str, base: str, *, level: int = 1, headline: bool = False) -> SeriesSpec:
    return SeriesSpec(code, title, "PT", base=base, lower=0.0, upper=100.0, headline=headline,
                      variants=(_DEFINITION, _AGGREGATED) if level == 1 else (_DEFINITION,))


SPEC = IndicatorSpec(
    code="degree_of_urbanisation",
    number="",
    title=N_("Degree of Urbanisation"),
    question=N_("How many people live in the city, in towns and in the country?"),
    definition=N_("People and ground inside the boundary by class of the Degree of Urbanisation grid: urban centres, "
                  "urban clusters, rural cells and water at level 1, eight classes at level 2."),
    method=MethodEdition("European Commission, Eurostat, FAO, ILO, OECD, UN-Habitat and World Bank",
                         "Degree of Urbanisation, grid classification",
                         "GHSL Data Package 2023 with the level 2 rule of July 2024"),
    series=(
        _share("urban_population_share", N_("People in urban centres and clusters"), _PEOPLE, headline=True),
        _share("population_share_level_1", N_("People by class, level 1"), _PEOPLE),
        _share("population_share_level_2", N_("People by class, level 2"), _PEOPLE, level=2),
        _share("area_share_level_1", N_("Ground by class, level 1"), _GROUND),
        _share("area_share_level_2", N_("Ground by class, level 2"), _GROUND, level=2),
    ),
    variants=(
        Variant(_DEFINITION, N_("By the definition of each level")),
        Variant(_AGGREGATED, N_("Level 1 put together from level 2"),
                why=N_("The two levels are not nested: a semi-dense cluster needs 2,500 people at level 2, an urban "
                       "cluster 5,000 at level 1, so some cells are urban at level 2 and rural at level 1; the "
                       "built-up rule moves a few more.")),
    ),
    dimensions=("urbanisation",),
    inputs=("population", "built_up", "land", "boundary"),
    source="https://human-settlement.emergency.copernicus.eu/degurbaDefinition.php",
)


def compute(cells: pd.DataFrame, *, time_period: str = "") -> pd.DataFrame:
    r"""Compute shares of people and of ground by Degree of Urbanisation class.

    People and ground of each class inside the boundary, of all people and all ground inside it. Level 1 is given by its
    own definition and put together from level 2, because the two differ.

    .. math:: s_k = 100 \sum_{i \in k} P_i / \sum_i P_i

    with :math:`P_i` the people (or the ground) of cell :math:`i` and :math:`k` a class.

    Parameters
    ----------
    cells : pandas.DataFrame, shape (n_rows, 5)
        Sums by area and class: ``ref_area``, ``level1`` (0 to 3), ``level2`` (10 to 30), ``population`` (people),
        ``area_km2`` (equal-area). Rows of the same area and classes are added.
    time_period : str, default ""
        Period of the population, in SDMX form.

    Returns
    -------
    pandas.DataFrame
        Result rows in percent, indexed by ``ref_area``; the dimension ``urbanisation`` holds the code of the class, see
        ``URBANISATION_CLASSES`` of ``ekistics.core.codelists``. A class without cells has a share of zero. NaN with its
        reason where nobody lives there or a population is not known.

    Raises
    ------
    InputFormatError
        A column is missing.
    InvalidValueError
        An amount is negative or infinite, or a class is not in the list.

    Notes
    -----
    Method: Degree of Urbanisation as in the GHSL Data Package 2023. Both levels are not nested; on the Belgian sample
    of 2020, 64 cells are semi-dense at level 2 and rural at level 1.
    Golden cases: ``golden/degree_of_urbanisation.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "urban_population_share"].loc["A", ["variant", "obs_value"]].values.tolist()
    [['by_definition', 92.0], ['aggregated_from_level_2', 94.0]]
    """
    table = by_area(cells, ["level1", "level2", "population", "area_km2"], where="cells")
    level_1, level_2 = _classes(table, "level1", LEVEL_1), _classes(table, "level2", LEVEL_2)
    aggregated = (level_2 // 10).mask(level_2 == WATER_2, 0)
    people = amount(table, "population", where="cells")
    parts = [_rows(people, classes.isin(URBAN).astype(int), (1,), series="urban_population_share", variant=variant,
                   labels=("_T",)) for classes, variant in ((level_1, _DEFINITION), (aggregated, _AGGREGATED))]
    for name, values in (("population", people), ("area", amount(table, "area_km2", where="cells"))):
        parts += [_rows(values, level_1, LEVEL_1, series=f"{name}_share_level_1", variant=_DEFINITION),
                  _rows(values, aggregated, LEVEL_1, series=f"{name}_share_level_1", variant=_AGGREGATED),
                  _rows(values, level_2, LEVEL_2, series=f"{name}_share_level_2", variant=_DEFINITION)]
    return concat_rows(parts).assign(time_period=time_period)


def _classes(table: pd.DataFrame, column: str, known: tuple[int, ...]) -> pd.Series:
    wrong = ~table[column].isin(known)
    if wrong.any():
        raise InvalidValueError(_("This is not a class of the Degree of Urbanisation."), where=f"cells, {column}",
                                expected=", ".join(map(str, known)), got=table.loc[wrong, column].iloc[0],
                                hint=_("Leave out cells that have no class, and report them."))
    return table[column].astype(int)


def _rows(values: pd.Series, classes: pd.Series, shown: tuple[int, ...], *, series: str, variant: str,
          labels: tuple[str, ...] = ()) -> pd.DataFrame:
    """Make the rows of the classes shown; a class that an area does not have is a true zero."""
    total = values.groupby("ref_area").sum().mask(values.isna().groupby("ref_area").any())
    columns = {str(k): values.to_numpy() * (classes == k).to_numpy() for k in shown}
    sums = pd.DataFrame(columns, index=values.index).groupby("ref_area").sum()
    index = sums.index.repeat(len(shown))
    numerator = pd.Series(sums.to_numpy().ravel(), index=index)
    denominator = pd.Series(np.repeat(total.to_numpy(), len(shown)), index=index)
    people = "population" in series
    return share_rows(numerator, denominator, series=series, variant=variant,
                      zero=Reason.ZERO_POPULATION if people else Reason.ZERO_DENOMINATOR,
                      reason=str(Reason.NODATA_INSIDE),
                      urbanisation=np.tile(list(labels) or [str(k) for k in shown], len(sums)))


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    cells = pd.DataFrame(
        [("A", 3, 30, 60_000.0, 12.0), ("A", 2, 23, 8_000.0, 4.0), ("A", 2, 21, 24_000.0, 30.0),
         ("A", 1, 22, 2_000.0, 2.0), ("A", 1, 13, 3_000.0, 6.0), ("A", 1, 12, 2_000.0, 20.0),
         ("A", 1, 11, 1_000.0, 60.0), ("A", 0, 10, 0.0, 16.0), ("B", 1, 11, 40.0, 9.0)],
        columns=["ref_area", "level1", "level2", "population", "area_km2"])
    return {"cells": cells, "time_period": "2020"}
