"""Drinking water: the ladder of services of the WHO/UNICEF Joint Monitoring Programme."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._services import IMPROVED_WATER, JMP, JMP_SOURCE, UNCLEAR_WATER
from ekistics.indicators._survey_rows import KNOWN, Status, classified, results, share_series
from ekistics.indicators._truths import (
    Criterion,
    Sources,
    Truth,
    all_of,
    among,
    asked,
    negated,
    number,
    rules_of,
    said_yes,
    when,
)

__all__ = ["ENTERS", "SPEC", "WaterRules", "classify", "compute", "criteria", "example_inputs", "statuses"]


@dataclass(frozen=True, slots=True)
class WaterRules:
    """Limits and lists of the ladder.

    Parameters
    ----------
    improved, unclear, surface : tuple of str
        Sources that are improved, that leave it open, and that are surface water.
    minutes : float
        Most minutes to go, get water and come back, queuing included.
    """

    improved: Sources = IMPROVED_WATER
    unclear: Sources = UNCLEAR_WATER
    surface: Sources = ("surface",)
    minutes: float = 30.0


ENTERS: Mapping[str, tuple[str, ...]] = {
    "basic_water": ("improved_source", "round_trip"),
    "safe_water": ("improved_source", "at_home", "available", "uncontaminated"),
    "limited_water": ("improved_source", "round_trip"), "unimproved_water": ("improved_source",),
    "surface_water": ("improved_source",), "improved_water": ("improved_source",)}

SPEC = IndicatorSpec(
    code="drinking_water",
    number="",
    title=N_("Drinking water"),
    question=N_("Which water do people drink, and how far is it?"),
    definition=N_("People by the service their household's main source of drinking water gives. At least basic: an "
                  "improved source, at most 30 minutes for a round trip. Limited: an improved source farther away. "
                  "Unimproved: an unprotected well or spring. Surface water. Safely managed: improved, at home, "
                  "available when needed and found free of contamination."),
    method=JMP,
    series=(
        *share_series("basic_water", N_("People with at least basic drinking water"),
                      N_("Households with at least basic drinking water"), direction=1, headline=True),
        *share_series("safe_water", N_("People with safely managed drinking water"),
                      N_("Households with safely managed drinking water"), direction=1),
        *share_series("limited_water", N_("People with limited drinking water"),
                      N_("Households with limited drinking water"), direction=-1),
        *share_series("unimproved_water", N_("People with unimproved drinking water"),
                      N_("Households with unimproved drinking water"), direction=-1),
        *share_series("surface_water", N_("People who drink surface water"), N_("Households that drink surface water"),
                      direction=-1),
        *share_series("improved_water", N_("People with an improved source of drinking water"),
                      N_("Households with an improved source of drinking water"), direction=1),
    ),
    variants=KNOWN,
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source=JMP_SOURCE,
    people_records=True,
)


def criteria(households: pd.DataFrame, rules: WaterRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge what the ladder asks of each household.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`WaterRules`.

    Returns
    -------
    tuple of Criterion
        Improved source, round trip, at home, available, uncontaminated: 1, 0, or NaN where not known.
    """
    r = rules_of(WaterRules, rules)
    minutes = number(households, "water_minutes")
    at_home = _at_home(households)
    near = when(minutes <= r.minutes, minutes)
    source, trip = asked(households, "water_source"), asked(households, "water_minutes", "water_location")
    if trip:  # water at home needs no walk
        near, trip = np.where(at_home == 1, 1.0, near), trip + source
    return (
        Criterion("improved_source", N_("improved source"),
                  among(households, "water_source", r.improved, unclear=r.unclear), source),
        Criterion("round_trip", N_("round trip within the limit"), near, trip),
        Criterion("at_home", N_("at home"), at_home, asked(households, "water_location", "water_source")),
        Criterion("available", N_("available when needed"), said_yes(households, "water_available"),
                  asked(households, "water_available")),
        Criterion("uncontaminated", N_("free of contamination"), said_yes(households, "water_uncontaminated"),
                  asked(households, "water_uncontaminated")))


def _at_home(households: pd.DataFrame) -> Truth:
    """Tell whether water is at home, by its place; where that is missing, as questionnaires skip it, by the source.

    The source alone tells it of pipes, standpipes and surface water only.
    """
    by_place = among(households, "water_location", ("dwelling", "yard"))
    known = among(households, "water_source", ("piped_dwelling", "piped_yard", "piped_neighbour", "standpipe",
                                               "surface"))
    by_source = among(households, "water_source", ("piped_dwelling", "piped_yard"))
    return np.where(np.isnan(by_place) & (known == 1), by_source, by_place)


def statuses(households: pd.DataFrame, rules: WaterRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household on which rung of the ladder it is.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`WaterRules`.

    Returns
    -------
    tuple of Status
        Basic or better, safely managed, limited, unimproved, surface, and improved whatever the distance.
    """
    r = rules_of(WaterRules, rules)
    improved, near, at_home, available, clean = criteria(households, r)
    no_source = "" if improved.used else str(Reason.NOT_ASKED)
    no_time = no_source or ("" if near.used else str(Reason.NOT_ASKED))
    no_safe = "" if all(each.used for each in (improved, at_home, available, clean)) else str(Reason.NOT_ASKED)
    surface = among(households, "water_source", r.surface)
    return (
        Status("basic_water", all_of([improved.truth, near.truth]), reason=no_time),
        Status("safe_water", all_of([improved.truth, at_home.truth, available.truth, clean.truth]), reason=no_safe),
        Status("limited_water", all_of([improved.truth, negated(near.truth)]), reason=no_time),
        Status("unimproved_water", all_of([negated(improved.truth), negated(surface)]), reason=no_source),
        Status("surface_water", surface, reason=no_source),
        Status("improved_water", improved.truth, reason=no_source))


def classify(households: pd.DataFrame, rules: WaterRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households by their drinking water.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`WaterRules`.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"water_source": ["borehole", "borehole", "surface"], "water_minutes": [10.0, 45.0, None]})
    >>> found = classify(homes)
    >>> found["basic_water"]["known"].tolist(), found["limited_water"]["known"].tolist()
    ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the shares of people and of households by their service of drinking water.

    Rungs are those of the ladder: at least basic, limited, unimproved and surface water add up to all; safely managed
    is a part of at least basic, and is given only where the survey has all of its parts.

    .. math:: s = 100 \sum_i w_i m_i y_i / \sum_i w_i m_i

    with :math:`w` the weight of a household, :math:`m` its members (1 for shares of households) and :math:`y` 1 for
    households on the rung.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, by ``ref_area``: ``weight``, ``members``, design (``stratum``, ``psu``, ``psu_count``,
        ``household_count``), dimensions (``sex`` is that of the head) and standard variables.
    persons : pandas.DataFrame, optional
        One row a person, by ``ref_area``: ``household_id`` and the dimensions of people. Without it people are
        counted by ``members``.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`WaterRules`.
    how : mapping, optional
        Groups to split by and rules of estimation: ``groups``, ``lonely``, ``interval``, ``confidence``,
        ``max_unknown_share``.
    time_period : str, default ""
        Period of the survey, in SDMX form.

    Returns
    -------
    pandas.DataFrame
        Result rows in percent, indexed by ``ref_area``, with design-based standard errors and intervals. NaN with its
        reason where the survey did not ask, or where it is not known of too many households.

    Raises
    ------
    InvalidValueError
        A weight is not positive, a stratum has one unit, or an amount is negative.
    InputFormatError
        A column of numbers holds something else.

    Notes
    -----
    Method: WHO/UNICEF Joint Monitoring Programme, core questions, 2018 update. The programme gives safely managed
    services of a country as the least of its parts; here a household has to have all of them. Wells and springs of
    which the survey does not say whether they are protected are not known. Surveys skip the place of the water and
    the time for pipes to dwelling and yard: it is at home. Golden cases: ``golden/drinking_water.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "basic_water_people"].loc["A", "obs_value"]
    np.float64(50.0)
    """
    return results(households, persons, statuses(households, rules), how=how, time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    rows = [("A", "a", 1, 10, 5, "borehole", 10.0), ("A", "a", 2, 10, 3, "standpipe", 45.0),
            ("A", "a", 2, 10, 2, "surface", 20.0), ("B", "b", 3, 20, 4, "piped_yard", 0.0),
            ("B", "b", 4, 20, 6, "unprotected_well", 5.0)]
    columns = ["ref_area", "stratum", "psu", "weight", "members", "water_source", "water_minutes"]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
