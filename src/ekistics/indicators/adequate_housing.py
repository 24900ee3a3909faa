"""Adequate housing: the seven elements of the right to adequate housing, each and together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition
from ekistics.core.reasons import Reason
from ekistics.indicators import housing_affordability, sdg_11_1_1
from ekistics.indicators._survey_rows import KNOWN, Status, classified, reading, results, share_series
from ekistics.indicators._truths import (
    Codes,
    Criterion,
    all_of,
    asked,
    blank,
    negated,
    rules_of,
    said_yes,
)

__all__ = ["ELEMENTS", "SPEC", "HousingRules", "classify", "compute", "criteria", "example_inputs", "statuses"]

ELEMENTS = ("tenure_security", "services", "affordability", "habitability", "accessibility", "location",
            "cultural_adequacy")
_SERVICES = ("water", "sanitation", "electricity", "waste_collected")
_HAZARDS = ("hazard_flood", "hazard_slope", "hazard_waste", "hazard_right_of_way")
_SEVEN = reading("seven", N_("All seven elements"), N_("All seven elements, at least"),
                 N_("All seven elements, at most"))
_ASKED = reading("asked", N_("Those of the seven elements that the survey asked about"),
                 N_("Elements asked about, at least"), N_("Elements asked about, at most"),
                 why=N_("Not comparable between surveys that ask about different things; the method of each value says "
                        "which were used."))
_READINGS = (*_SEVEN, *_ASKED)


@dataclass(frozen=True, slots=True)
class HousingRules:
    """Thresholds of the seven elements.

    Parameters
    ----------
    services : tuple of str
        What belongs to the availability of services, of ``water``, ``sanitation``, ``electricity`` and
        ``waste_collected``; what the survey did not ask is left out.
    slum : sdg_11_1_1.SlumRules
        Thresholds of water, sanitation, space, durability and tenure.
    cost_share : float
        Largest share of income, or else of expenditure, that housing may cost.
    """

    services: Annotated[tuple[str, ...], Codes(words=_SERVICES)] = _SERVICES
    slum: sdg_11_1_1.SlumRules = field(default_factory=sdg_11_1_1.SlumRules)
    cost_share: float = 0.30


def _element(code: str, people: str, households: str) -> tuple[Any, ...]:
    return share_series(code, people, households, direction=1, variants=KNOWN)


SPEC = IndicatorSpec(
    code="adequate_housing",
    number="",
    title=N_("Adequate housing"),
    question=N_("How many people have a home that is more than a roof?"),
    definition=N_("Housing is adequate when it has all seven elements: security of tenure; availability of services; "
                  "affordability; habitability; accessibility; location; cultural adequacy. People in such households, "
                  "of all people in households."),
    method=MethodEdition("United Nations", "The right to adequate housing, General Comment No. 4 and Fact Sheet 21",
                         "Rev. 1", "seven elements"),
    series=(
        *share_series("adequate", N_("People in adequate housing"), N_("Households in adequate housing"), direction=1,
                      headline=True, variants=_READINGS),
        *_element("tenure_security", N_("People with security of tenure"), N_("Households with security of tenure")),
        *_element("services", N_("People with services at home"), N_("Households with services at home")),
        *_element("affordability", N_("People with affordable housing"), N_("Households with affordable housing")),
        *_element("habitability", N_("People in habitable homes"), N_("Households in habitable homes")),
        *_element("accessibility", N_("People whose home all members can use"),
                  N_("Households whose home all members can use")),
        *_element("location", N_("People at a safe place near work and services"),
                  N_("Households at a safe place near work and services")),
        *_element("cultural_adequacy", N_("People whose home fits their culture"),
                  N_("Households whose home fits their culture")),
    ),
    variants=(*_READINGS, *KNOWN),
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source="https://www.ohchr.org/sites/default/files/Documents/Publications/FS21_rev_1_Housing_en.pdf",
    people_records=True,
)


def criteria(households: pd.DataFrame, rules: HousingRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge the seven elements of each household.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`HousingRules`.

    Returns
    -------
    tuple of Criterion
        The seven in their order: 1 where the household has it, 0 where not, NaN where not known.
    """
    r = rules_of(HousingRules, rules)
    lacks = {each.code: each for each in sdg_11_1_1.criteria(households, r.slum)}
    return (
        Criterion("tenure_security", N_("security of tenure"), negated(lacks["tenure"].truth),
                  lacks["tenure"].variables, lacks["tenure"].note),
        _services(households, lacks, r.services),
        _affordability(households, r.cost_share),
        _habitability(households, lacks, r.slum),
        _asked_one(households, "accessibility", N_("accessibility"), "accessible"),
        _location(households),
        _asked_one(households, "cultural_adequacy", N_("cultural adequacy"), "cultural_adequacy"))


def _joined(code: str, title: str, households: pd.DataFrame, parts: Sequence[Criterion]) -> Criterion:
    """Join those parts that the survey asked about."""
    used = [part for part in parts if part.used]
    truth = all_of([part.truth for part in used]) if used else blank(households)
    names = tuple(dict.fromkeys(name for part in used for name in part.variables))
    return Criterion(code, title, truth, names, "; ".join(part.note for part in used if part.note))


def _asked_one(households: pd.DataFrame, code: str, title: str, name: str) -> Criterion:
    return Criterion(code, title, said_yes(households, name), asked(households, name))


def _services(households: pd.DataFrame, lacks: Mapping[str, Criterion], wanted: tuple[str, ...]) -> Criterion:
    parts = [Criterion(code, code, negated(lacks[code].truth), lacks[code].variables, lacks[code].note)
             for code in ("water", "sanitation") if code in wanted]
    parts += [_asked_one(households, name, name, name) for name in ("electricity", "waste_collected") if name in wanted]
    return _joined("services", N_("availability of services"), households, parts)


def _affordability(households: pd.DataFrame, cost_share: float) -> Criterion:
    *by_means, _rents = housing_affordability.criteria(households, {"cost_share": cost_share})
    chosen = next((each for each in by_means if each.used), by_means[0])
    return Criterion("affordability", N_("affordability"), chosen.truth, chosen.variables)


def _habitability(households: pd.DataFrame, lacks: Mapping[str, Criterion], slum: sdg_11_1_1.SlumRules) -> Criterion:
    """Judge space and structure; dangers of the place belong to the location."""
    place = [name for name in _HAZARDS if name in households.columns]
    built = {each.code: each for each in sdg_11_1_1.criteria(households.drop(columns=place), slum)}["durability"]
    parts = [Criterion(each.code, each.title, negated(each.truth), each.variables, each.note)
             for each in (lacks["living_area"], built)]
    return _joined("habitability", N_("habitability"), households, parts)


def _location(households: pd.DataFrame) -> Criterion:
    parts = [_asked_one(households, "near_services", "near_services", "near_services")]
    parts += [Criterion(name, name, negated(said_yes(households, name)), asked(households, name)) for name in _HAZARDS]
    return _joined("location", N_("location"), households, parts)


def statuses(households: pd.DataFrame, rules: HousingRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household whether its housing is adequate, and which elements it has.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`HousingRules`.

    Returns
    -------
    tuple of Status
        ``adequate`` in the readings ``seven`` and ``asked``, and each element.
    """
    judged = criteria(households, rules)
    used = [each for each in judged if each.used]
    known = all_of([each.truth for each in used]) if used else blank(households)
    return (Status("adequate", known if len(used) == len(judged) else blank(households), "seven",
                   "" if len(used) == len(judged) else str(Reason.NOT_ASKED)),
            Status("adequate", known, "asked", "" if used else str(Reason.NOT_ASKED)),
            *(Status(each.code, each.truth, reason="" if each.used else str(Reason.NOT_ASKED)) for each in judged))


def classify(households: pd.DataFrame, rules: HousingRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households by the seven elements.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`HousingRules`.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"tenure_document": ["yes", "no"], "housing_cost": [10.0, 50.0], "income": [100.0, 100.0]})
    >>> classify(homes)["adequate"]["asked"].tolist()
    [1.0, 0.0]
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the share of people and of households in adequate housing, and of each of its seven elements.

    Housing is adequate when it has every element; one that is known to lack is enough to say that it is not.

    .. math:: s = 100 \sum_i w_i m_i y_i / \sum_i w_i m_i

    with :math:`w` the weight of a household, :math:`m` its members (1 for shares of households) and :math:`y` 1 for
    households in adequate housing.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, by ``ref_area``: ``weight``, ``members``, design (``stratum``, ``psu``, ``psu_count``,
        ``household_count``), dimensions (``sex`` is that of the head) and standard variables.
    persons : pandas.DataFrame, optional
        One row a person, by ``ref_area``: ``household_id`` and the dimensions of people. Without it people are
        counted by ``members``.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`HousingRules`.
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
    Method: the seven elements of General Comment No. 4 of the Committee on Economic, Social and Cultural Rights. It
    gives no thresholds: those of SDG 11.1.1 are taken where it has them (water, sanitation, space, structure, tenure,
    30 percent of income), and the answers of households elsewhere. Golden cases: ``golden/adequate_housing.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[(rows["series"] == "adequate_people") & (rows["variant"] == "asked")].loc["A", "obs_value"]
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
    rows = [("A", "a", 1, 10, 5, 2.0, "piped_yard", "yes", 100.0, 900.0, "yes"),
            ("A", "a", 2, 10, 3, 2.0, "surface", "no", 100.0, 1000.0, "yes"),
            ("A", "a", 2, 10, 2, 1.0, "borehole", "yes", 400.0, 500.0, "no"),
            ("B", "b", 3, 20, 4, 2.0, "piped_yard", "yes", 0.0, 300.0, "yes"),
            ("B", "b", 4, 20, 6, 3.0, "piped_yard", "yes", 120.0, 350.0, "no")]
    columns = ["ref_area", "stratum", "psu", "weight", "members", "rooms", "water_source", "tenure_document",
               "housing_cost", "income", "accessible"]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
