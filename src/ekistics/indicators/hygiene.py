"""Hygiene: places to wash hands, by the ladder of the WHO/UNICEF Joint Monitoring Programme."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._services import JMP, JMP_SOURCE
from ekistics.indicators._survey_rows import KNOWN, Status, classified, results, share_series
from ekistics.indicators._truths import Criterion, all_of, asked, negated, said_yes

__all__ = ["ENTERS", "SPEC", "classify", "compute", "criteria", "example_inputs", "statuses"]

_VARIABLES = {"handwashing_facility": N_("place to wash hands"), "handwashing_water": N_("water at it"),
              "handwashing_soap": N_("soap at it")}

ENTERS: Mapping[str, tuple[str, ...]] = {"no_hygiene": ("handwashing_facility",)}

SPEC = IndicatorSpec(
    code="hygiene",
    number="",
    title=N_("Places to wash hands"),
    question=N_("Can people wash their hands with water and soap at home?"),
    definition=N_("People by the place to wash hands that was seen at their home. Basic: with water and soap. Limited: "
                  "without water or soap. None: no such place. Homes where it could not be seen are not known."),
    method=JMP,
    series=(
        *share_series("basic_hygiene", N_("People with water and soap to wash hands at home"),
                      N_("Households with water and soap to wash hands at home"), direction=1, headline=True),
        *share_series("limited_hygiene", N_("People whose place to wash hands lacks water or soap"),
                      N_("Households whose place to wash hands lacks water or soap"), direction=-1),
        *share_series("no_hygiene", N_("People without a place to wash hands at home"),
                      N_("Households without a place to wash hands at home"), direction=-1),
    ),
    variants=KNOWN,
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source=JMP_SOURCE,
    people_records=True,
)


def criteria(households: pd.DataFrame, rules: object = None) -> tuple[Criterion, ...]:
    """Judge what the ladder asks of each household.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : None
        The ladder has no thresholds.

    Returns
    -------
    tuple of Criterion
        Place, water, soap: 1, 0, or NaN where not known.
    """
    return tuple(Criterion(name, title, said_yes(households, name), asked(households, name))
                 for name, title in _VARIABLES.items())


def statuses(households: pd.DataFrame, rules: object = None) -> tuple[Status, ...]:
    """Tell of each household on which rung of the ladder it is.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : None
        The ladder has no thresholds.

    Returns
    -------
    tuple of Status
        Basic, limited, none.
    """
    place, water, soap = criteria(households)
    no_place = "" if place.used else str(Reason.NOT_ASKED)
    not_all = "" if place.used and water.used and soap.used else str(Reason.NOT_ASKED)
    both = all_of([water.truth, soap.truth])
    return (Status("basic_hygiene", all_of([place.truth, both]), reason=not_all),
            Status("limited_hygiene", all_of([place.truth, negated(both)]), reason=not_all),
            Status("no_hygiene", negated(place.truth), reason=no_place))


def classify(households: pd.DataFrame, rules: object = None) -> pd.DataFrame:
    """Classify households by their place to wash hands.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : None
        The ladder has no thresholds.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"handwashing_facility": ["yes", "no"], "handwashing_water": ["yes", None],
    ...                       "handwashing_soap": [None, None]})
    >>> classify(homes)["basic_hygiene"].values.tolist()
    [[nan, 0.0, 1.0], [0.0, 0.0, 0.0]]
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the shares of people and of households by their place to wash hands.

    The three rungs add up to all of whom it is known.

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
    rules : None
        The ladder has no thresholds.
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
        A weight is not positive, or a stratum has one unit.

    Notes
    -----
    Method: WHO/UNICEF Joint Monitoring Programme, core questions, 2018 update. Golden cases: ``golden/hygiene.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "basic_hygiene_people"].loc["A", "obs_value"]
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
    rows = [("A", "a", 1, 10, 5, "yes", "yes", "yes"), ("A", "a", 2, 10, 3, "yes", "yes", "no"),
            ("A", "a", 2, 10, 2, "no", None, None), ("B", "b", 3, 20, 4, "yes", "yes", "yes"),
            ("B", "b", 4, 20, 6, "yes", "no", "yes")]
    columns = ["ref_area", "stratum", "psu", "weight", "members", *_VARIABLES]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
