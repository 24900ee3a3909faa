"""Housing affordability: what people pay for housing, of what they have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._survey_rows import Quotient, Status, classified, reading, results, share_series
from ekistics.indicators._truths import (
    Criterion,
    Tenures,
    Truth,
    all_of,
    among,
    asked,
    blank,
    negated,
    number,
    rules_of,
    within,
)

__all__ = ["ENTERS", "SPEC", "AffordabilityRules", "classify", "compute", "criteria", "example_inputs", "quotients",
           "statuses"]

_MEANS = {"income": "income", "expenditure": "expenditure"}
ENTERS: Mapping[str, tuple[str, ...]] = {"rent_overburdened": ("rents",)}  # beside the reading's own
_READINGS = (
    *reading("income", N_("Of income"), N_("Of income, at least"), N_("Of income, at most")),
    *reading("expenditure", N_("Of expenditure"), N_("Of expenditure, at least"), N_("Of expenditure, at most"),
             why=N_("Surveys in poorer countries often ask what households spend, and not what they earn.")))


@dataclass(frozen=True, slots=True)
class AffordabilityRules:
    """Limits of what housing may cost.

    Parameters
    ----------
    cost_share : float
        Largest share of income that housing may cost.
    rent_share : float
        Largest share of income that rent may be.
    renting : tuple of str
        Tenures that pay rent.
    """

    cost_share: float = 0.30
    rent_share: float = 0.25
    renting: Tenures = ("RENT",)


SPEC = IndicatorSpec(
    code="housing_affordability",
    number="",
    title=N_("Affordable housing"),
    question=N_("How many people pay more for housing than they can afford?"),
    definition=N_("People in households whose housing costs more than 30 percent of their income, of all people in "
                  "households; tenants whose rent is more than 25 percent of it; and all cost of housing of all "
                  "income."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.1.1", "2021", "affordability"),
    series=(
        *share_series("overburdened", N_("People who pay too much for housing"),
                      N_("Households that pay too much for housing"), direction=-1, headline=True, variants=_READINGS),
        *share_series("rent_overburdened", N_("People who rent and pay too much"),
                      N_("Households that rent and pay too much"), direction=-1, variants=_READINGS),
        SeriesSpec("cost_share", N_("Cost of housing"), "PT", base=N_("income or expenditure of households"),
                   direction=-1, lower=0.0, variants=tuple(_MEANS)),
    ),
    variants=_READINGS,
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-01-01.pdf",
    people_records=True,
)


def criteria(households: pd.DataFrame,
             rules: AffordabilityRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge whether each household can afford its housing, by income and by expenditure.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`AffordabilityRules`.

    Returns
    -------
    tuple of Criterion
        By income, by expenditure: 1 where housing is affordable, 0 where not, NaN where not known; and whether the
        household rents.
    """
    r = rules_of(AffordabilityRules, rules)
    found = [Criterion(code, N_("affordable housing"), _affordable(households, r.cost_share, name),
                       _asked_both(households, name)) for code, name in _MEANS.items()]
    return (*found, Criterion("rents", N_("rents the dwelling"), among(households, "tenure", r.renting),
                              asked(households, "tenure")))


def _asked_both(households: pd.DataFrame, name: str) -> tuple[str, ...]:
    names = asked(households, "housing_cost", name)
    return names if len(names) > 1 else ()


def _affordable(households: pd.DataFrame, share: float, name: str) -> Truth:
    if not _asked_both(households, name):
        return blank(households)
    return within(number(households, "housing_cost"), share, number(households, name))


def statuses(households: pd.DataFrame,
             rules: AffordabilityRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household whether it pays too much for housing.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`AffordabilityRules`.

    Returns
    -------
    tuple of Status
        ``overburdened`` of all, ``rent_overburdened`` of all as well: a household that does not rent is not.
    """
    r = rules_of(AffordabilityRules, rules)
    *by_means, rents = criteria(households, r)
    no_tenure, found = "" if rents.used else str(Reason.NOT_ASKED), []
    for each in by_means:
        reason = "" if each.used else str(Reason.NOT_ASKED)
        heavy = negated(_affordable(households, r.rent_share, _MEANS[each.code]))
        found += [Status("overburdened", negated(each.truth), each.code, reason),
                  Status("rent_overburdened", all_of([rents.truth, heavy]), each.code, reason or no_tenure)]
    return tuple(found)


def quotients(households: pd.DataFrame, rules: object = None) -> tuple[Quotient, ...]:
    """Give cost and means of each household, to be divided.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : object
        Not used; quotients have no limit.

    Returns
    -------
    tuple of Quotient
        Cost by income and by expenditure, in percent.
    """
    cost = number(households, "housing_cost")
    return tuple(Quotient("cost_share", cost, number(households, name), 100.0, code,
                          "" if len(asked(households, "housing_cost", name)) > 1 else str(Reason.NOT_ASKED))
                 for code, name in _MEANS.items())


def classify(households: pd.DataFrame, rules: AffordabilityRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households by what housing costs them.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`AffordabilityRules`.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"housing_cost": [30.0, 31.0, 5.0], "income": [100.0, 100.0, 0.0]})
    >>> classify(homes)["overburdened"]["income"].tolist()
    [0.0, 1.0, 1.0]
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the share of people and of households that pay too much for housing, and its cost of all income.

    A household pays too much when housing costs more than 30 percent of its income; exactly 30 percent is not too much,
    and any cost is too much for a household without income.

    .. math:: s = 100 \sum_i w_i c_i / \sum_i w_i e_i

    with :math:`w` the weight of a household, :math:`c` its cost of housing and :math:`e` its income or expenditure.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, by ``ref_area``: ``weight``, ``members``, design (``stratum``, ``psu``, ``psu_count``,
        ``household_count``), dimensions (``sex`` is that of the head) and standard variables.
    persons : pandas.DataFrame, optional
        One row a person, by ``ref_area``: ``household_id`` and the dimensions of people. Without it people are
        counted by ``members``.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`AffordabilityRules`.
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
    Method: UN-Habitat, SDG indicator metadata 11.1.1: 30 percent of income; rent at most 25 percent. Costs and means
    are those of a month; what the survey counted as cost of housing is told by its variables. Golden cases:
    ``golden/housing_affordability.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[(rows["series"] == "overburdened_people") & (rows["variant"] == "income")].loc["A", "obs_value"]
    np.float64(30.0)
    """
    return results(households, persons, statuses(households, rules), quotients=quotients(households), how=how,
                   time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    rows = [("A", "a", 1, 10, 5, 200.0, 900.0, "RENT"), ("A", "a", 2, 10, 3, 400.0, 1000.0, "RENT"),
            ("A", "a", 2, 10, 2, 50.0, 500.0, "OWN"), ("B", "b", 3, 20, 4, 0.0, 300.0, "OWN"),
            ("B", "b", 4, 20, 6, 120.0, 350.0, "RENT")]
    columns = ["ref_area", "stratum", "psu", "weight", "members", "housing_cost", "income", "tenure"]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
