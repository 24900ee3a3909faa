"""Sanitation: the ladder of services of the WHO/UNICEF Joint Monitoring Programme."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._services import IMPROVED_SANITATION, JMP, JMP_SOURCE, UNCLEAR_SANITATION
from ekistics.indicators._survey_rows import KNOWN, Status, classified, results, share_series
from ekistics.indicators._truths import (
    Criterion,
    Facilities,
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

__all__ = ["ENTERS", "SPEC", "SanitationRules", "classify", "compute", "criteria", "example_inputs", "statuses"]


@dataclass(frozen=True, slots=True)
class SanitationRules:
    """Lists of the ladder.

    Parameters
    ----------
    improved, unclear, none : tuple of str
        Facilities that are improved, that leave it open, and that are open defecation.
    """

    improved: Facilities = IMPROVED_SANITATION
    unclear: Facilities = UNCLEAR_SANITATION
    none: Facilities = ("none",)


ENTERS: Mapping[str, tuple[str, ...]] = {
    "basic_sanitation": ("improved_facility", "not_shared"),
    "safe_sanitation": ("improved_facility", "not_shared", "excreta_safe"),
    "limited_sanitation": ("improved_facility", "not_shared"), "unimproved_sanitation": ("improved_facility",),
    "open_defecation": ("improved_facility",), "improved_sanitation": ("improved_facility",)}

SPEC = IndicatorSpec(
    code="sanitation",
    number="",
    title=N_("Sanitation"),
    question=N_("Which toilets do people have, and do they share them?"),
    definition=N_("People by the sanitation service of their household. At least basic: an improved facility that is "
                  "not shared. Limited: an improved facility that is shared. Unimproved: a pit without slab, a hanging "
                  "latrine or a bucket. None: open defecation. Safely managed: at least basic, and excreta are safely "
                  "disposed of."),
    method=JMP,
    series=(
        *share_series("basic_sanitation", N_("People with at least basic sanitation"),
                      N_("Households with at least basic sanitation"), direction=1, headline=True),
        *share_series("safe_sanitation", N_("People with safely managed sanitation"),
                      N_("Households with safely managed sanitation"), direction=1),
        *share_series("limited_sanitation", N_("People with limited sanitation"),
                      N_("Households with limited sanitation"), direction=-1),
        *share_series("unimproved_sanitation", N_("People with unimproved sanitation"),
                      N_("Households with unimproved sanitation"), direction=-1),
        *share_series("open_defecation", N_("People without any sanitation facility"),
                      N_("Households without any sanitation facility"), direction=-1),
        *share_series("improved_sanitation", N_("People with improved sanitation, shared or not"),
                      N_("Households with improved sanitation, shared or not"), direction=1),
    ),
    variants=KNOWN,
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source=JMP_SOURCE,
    people_records=True,
)


def criteria(households: pd.DataFrame,
             rules: SanitationRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge what the ladder asks of each household.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SanitationRules`.

    Returns
    -------
    tuple of Criterion
        Improved facility, not shared, excreta safely disposed of: 1, 0, or NaN where not known.
    """
    r = rules_of(SanitationRules, rules)
    return (
        Criterion("improved_facility", N_("improved facility"),
                  among(households, "sanitation_facility", r.improved, unclear=r.unclear),
                  asked(households, "sanitation_facility")),
        Criterion("not_shared", N_("not shared with other households"), _not_shared(households),
                  asked(households, "sanitation_shared", "sanitation_households")),
        Criterion("excreta_safe", N_("excreta safely disposed of"), said_yes(households, "excreta_safe"),
                  asked(households, "excreta_safe")))


def _not_shared(households: pd.DataFrame) -> Truth:
    """Tell whether the facility is the household's own, by the question or by the number of households."""
    by_question = negated(said_yes(households, "sanitation_shared"))
    count = number(households, "sanitation_households")
    return np.where(np.isnan(by_question), when(count <= 1, count), by_question)


def statuses(households: pd.DataFrame,
             rules: SanitationRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household on which rung of the ladder it is.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SanitationRules`.

    Returns
    -------
    tuple of Status
        Basic or better, safely managed, limited, unimproved, open defecation, and improved whether shared or not.
    """
    r = rules_of(SanitationRules, rules)
    improved, own, safe = criteria(households, r)
    no_facility = "" if improved.used else str(Reason.NOT_ASKED)
    no_sharing = no_facility or ("" if own.used else str(Reason.NOT_ASKED))
    no_safe = no_sharing or ("" if safe.used else str(Reason.NOT_ASKED))
    none = among(households, "sanitation_facility", r.none)
    return (
        Status("basic_sanitation", all_of([improved.truth, own.truth]), reason=no_sharing),
        Status("safe_sanitation", all_of([improved.truth, own.truth, safe.truth]), reason=no_safe),
        Status("limited_sanitation", all_of([improved.truth, negated(own.truth)]), reason=no_sharing),
        Status("unimproved_sanitation", all_of([negated(improved.truth), negated(none)]), reason=no_facility),
        Status("open_defecation", none, reason=no_facility),
        Status("improved_sanitation", improved.truth, reason=no_facility))


def classify(households: pd.DataFrame, rules: SanitationRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households by their sanitation.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SanitationRules`.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"sanitation_facility": ["vip", "vip", "none"], "sanitation_shared": ["no", "yes", None]})
    >>> found = classify(homes)
    >>> found["basic_sanitation"]["known"].tolist(), found["limited_sanitation"]["known"].tolist()
    ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the shares of people and of households by their sanitation service.

    Rungs are those of the ladder: at least basic, limited, unimproved and open defecation add up to all; safely managed
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
        Thresholds that differ from the defaults of :class:`SanitationRules`.
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
    Method: WHO/UNICEF Joint Monitoring Programme, core questions, 2018 update. A flush toilet that leads nobody knows
    where counts as improved, one that leads to an open drain does not; both are parameters. Golden cases:
    ``golden/sanitation.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "basic_sanitation_people"].loc["A", "obs_value"]
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
    rows = [("A", "a", 1, 10, 5, "vip", "no"), ("A", "a", 2, 10, 3, "flush_pit", "yes"),
            ("A", "a", 2, 10, 2, "none", None), ("B", "b", 3, 20, 4, "flush_sewer", "no"),
            ("B", "b", 4, 20, 6, "pit_open", "no")]
    columns = ["ref_area", "stratum", "psu", "weight", "members", "sanitation_facility", "sanitation_shared"]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
