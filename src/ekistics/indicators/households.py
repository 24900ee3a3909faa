"""What a job needs of the indicators that come from people's records: their cells, and by which criteria they came."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from ekistics.indicators._survey_rows import EXTRA_COLUMNS, Estimating, estimated
from ekistics.indicators._truths import Criterion, rules_of
from ekistics.indicators._washington_group import DEGREES, with_disability
from ekistics.indicators.registry import module, specs

__all__ = ["DEGREES", "EXTRA_COLUMNS", "Criterion", "Estimating", "cells", "criteria", "entering", "people_indicators",
           "rules_of_indicator", "with_disability"]


def people_indicators() -> tuple[str, ...]:
    """Name the indicators whose values come from people's records, in the order of the registry.

    Returns
    -------
    tuple of str
        Their codes.

    Examples
    --------
    >>> people_indicators()[0]
    'sdg_11_1_1'
    """
    return tuple(spec.code for spec in specs() if spec.people_records)


def rules_of_indicator(code: str, rules: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give every threshold of an indicator with the value used.

    Parameters
    ----------
    code : str
        The indicator.
    rules : mapping, optional
        Thresholds that differ from the defaults.

    Returns
    -------
    dict
        Thresholds by name, as plain values; empty where it has none.

    Raises
    ------
    UnknownNameError, InvalidValueError
        A threshold is not one of the indicator's, or has the wrong type.

    Examples
    --------
    >>> rules_of_indicator("living_space", {"persons_per_room": 2})
    {'persons_per_room': 2.0}
    """
    kind = next((each for name, each in vars(module(code)).items() if name.endswith("Rules") and name in
                 getattr(module(code), "__all__", ())), None)
    return {} if kind is None else asdict(rules_of(kind, rules))


def criteria(code: str, households: pd.DataFrame, rules: Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge what an indicator asks of each household.

    Parameters
    ----------
    code : str
        The indicator.
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults.

    Returns
    -------
    tuple of Criterion
        Its criteria, used and not.
    """
    found: tuple[Criterion, ...] = vars(module(code))["criteria"](households, rules)
    return found


def entering(code: str) -> Mapping[str, tuple[str, ...]]:
    """Name the criteria that enter each series of an indicator whose series are judged by different ones.

    Parameters
    ----------
    code : str
        The indicator.

    Returns
    -------
    mapping of str to tuple of str
        Codes of criteria by the series without its unit; a series that is not there is judged by all.

    Examples
    --------
    >>> entering("drinking_water")["improved_water"]
    ('improved_source',)
    """
    found: Mapping[str, tuple[str, ...]] = vars(module(code)).get("ENTERS", {})
    return found


def cells(code: str, households: pd.DataFrame, persons: pd.DataFrame | None = None, *,
          rules: Mapping[str, Any] | None = None, how: Any = None, time_period: str = "") -> pd.DataFrame:
    """Compute an indicator's rows with the numbers of cases behind each.

    Parameters
    ----------
    code : str
        The indicator.
    households : pandas.DataFrame
        As its ``compute`` takes them.
    persons : pandas.DataFrame, optional
        As its ``compute`` takes them.
    rules : mapping, optional
        Thresholds that differ from the defaults.
    how : Estimating or mapping, optional
        Groups and rules of estimation.
    time_period : str
        Period of the rows.

    Returns
    -------
    pandas.DataFrame
        Its result rows and :data:`EXTRA_COLUMNS`, indexed by ``ref_area``.
    """
    found = vars(module(code))
    quotients = found["quotients"](households, rules) if "quotients" in found else ()
    return estimated(households, persons, found["statuses"](households, rules), quotients=quotients, how=how,
                     time_period=time_period)

