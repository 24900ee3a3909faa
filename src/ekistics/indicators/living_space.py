"""Living space: people by room, and people in crowded homes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec
from ekistics.core.reasons import Reason
from ekistics.indicators._survey_rows import Quotient, Status, classified, reading, results, share_series
from ekistics.indicators._truths import Criterion, asked, blank, negated, number, rules_of, when

__all__ = ["SPEC", "SpaceRules", "classify", "compute", "criteria", "example_inputs", "quotients", "statuses"]

_ROOMS = {"habitable": "rooms", "sleeping": "sleeping_rooms"}
_READINGS = (
    *reading("habitable", N_("By habitable room"), N_("By habitable room, at least"),
             N_("By habitable room, at most")),
    *reading("sleeping", N_("By room for sleeping"), N_("By room for sleeping, at least"),
             N_("By room for sleeping, at most"),
             why=N_("Many surveys count only the rooms used for sleeping. They are fewer, so more homes are "
                    "crowded.")))


@dataclass(frozen=True, slots=True)
class SpaceRules:
    """Limit of crowding.

    Parameters
    ----------
    persons_per_room : float
        Most people by room; a home with more is crowded.
    """

    persons_per_room: float = 3.0


SPEC = IndicatorSpec(
    code="living_space",
    number="",
    title=N_("Living space"),
    question=N_("How many people share a room?"),
    definition=N_("People in households of more than three people by habitable room, of all people in households; and "
                  "people by room, as all people by all rooms."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.1.1", "2021", "sufficient living area"),
    series=(
        *share_series("crowded", N_("People in crowded homes"), N_("Crowded households"), direction=-1, headline=True,
                      variants=_READINGS),
        SeriesSpec("persons_per_room", N_("People by room"), "RO", base=N_("rooms of households"), direction=-1,
                   lower=0.0, variants=tuple(_ROOMS)),
    ),
    variants=_READINGS,
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-01-01.pdf",
    people_records=True,
)


def criteria(households: pd.DataFrame, rules: SpaceRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge the space of each household, by habitable rooms and by rooms for sleeping.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SpaceRules`.

    Returns
    -------
    tuple of Criterion
        Of each kind of room: 1 where there is enough space, 0 where not, NaN where not known.
    """
    limit = rules_of(SpaceRules, rules).persons_per_room
    people = number(households, "members")
    found = []
    for code, name in _ROOMS.items():
        names = asked(households, "members", name)
        count = number(households, name, above=0.0)
        truth = negated(when(people > limit * count, people, count)) if len(names) > 1 else blank(households)
        found.append(Criterion(code, N_("sufficient living space"), truth, names if len(names) > 1 else ()))
    return tuple(found)


def statuses(households: pd.DataFrame, rules: SpaceRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household whether it is crowded.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SpaceRules`.

    Returns
    -------
    tuple of Status
        ``crowded`` in the readings ``habitable`` and ``sleeping``.
    """
    return tuple(Status("crowded", negated(each.truth), each.code, "" if each.used else str(Reason.NOT_ASKED))
                 for each in criteria(households, rules))


def quotients(households: pd.DataFrame, rules: object = None) -> tuple[Quotient, ...]:
    """Give people and rooms of each household, to be divided.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : object
        Not used; quotients have no limit.

    Returns
    -------
    tuple of Quotient
        People by room, of each kind of room.
    """
    people = number(households, "members")
    return tuple(Quotient("persons_per_room", people, number(households, name, above=0.0), 1.0, code,
                          "" if len(asked(households, "members", name)) > 1 else str(Reason.NOT_ASKED))
                 for code, name in _ROOMS.items())


def classify(households: pd.DataFrame, rules: SpaceRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households by their living space.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SpaceRules`.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN, and what it is at least and at most.

    Examples
    --------
    >>> homes = pd.DataFrame({"members": [6, 7, 4], "rooms": [2.0, 2.0, None]})
    >>> classify(homes)["crowded"]["habitable"].tolist()
    [0.0, 1.0, nan]
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the share of people and of households in crowded homes, and people by room.

    A home is crowded when more than three people share a habitable room. People by room is a ratio of totals, never a
    mean of the households' ratios.

    .. math:: r = \sum_i w_i m_i / \sum_i w_i k_i

    with :math:`w` the weight of a household, :math:`m` its members and :math:`k` its rooms.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, by ``ref_area``: ``weight``, ``members``, design (``stratum``, ``psu``, ``psu_count``,
        ``household_count``), dimensions (``sex`` is that of the head) and standard variables.
    persons : pandas.DataFrame, optional
        One row a person, by ``ref_area``: ``household_id`` and the dimensions of people. Without it people are
        counted by ``members``.
    rules : mapping, optional
        Thresholds that differ from the defaults of :class:`SpaceRules`.
    how : mapping, optional
        Groups to split by and rules of estimation: ``groups``, ``lonely``, ``interval``, ``confidence``,
        ``max_unknown_share``.
    time_period : str, default ""
        Period of the survey, in SDMX form.

    Returns
    -------
    pandas.DataFrame
        Result rows, indexed by ``ref_area``, with design-based standard errors and intervals. NaN with its
        reason where the survey did not ask, or where it is not known of too many households.

    Raises
    ------
    InvalidValueError
        A weight is not positive, a stratum has one unit, or an amount is negative.
    InputFormatError
        A column of numbers holds something else.

    Notes
    -----
    Method: UN-Habitat, SDG indicator metadata 11.1.1, which says "more than two" in its table and "maximum three" in
    its footnote; three is the default. A home of no rooms counts as not known. That a room has at least 4 square
    metres is not asked by surveys and not judged. Golden cases: ``golden/living_space.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[rows["series"] == "persons_per_room"].loc["A", ["variant", "obs_value"]].values.tolist()
    [['habitable', 2.5], ['sleeping', nan]]
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
    rows = [("A", "a", 1, 10, 5, 1.0), ("A", "a", 2, 10, 3, 2.0), ("A", "a", 2, 10, 2, 1.0), ("B", "b", 3, 20, 4, 2.0),
            ("B", "b", 4, 20, 6, 3.0)]
    columns = ["ref_area", "stratum", "psu", "weight", "members", "rooms"]
    return {"households": pd.DataFrame(rows, columns=columns), "time_period": "2024"}
