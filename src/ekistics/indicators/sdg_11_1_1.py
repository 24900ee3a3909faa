"""SDG 11.1.1: people in slum households, by the five deprivations, and what is not known of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec, MethodEdition
from ekistics.core.reasons import Reason
from ekistics.indicators._survey_rows import KNOWN, Status, classified, reading, results, share_series
from ekistics.indicators._truths import (
    Codes,
    Criterion,
    Facilities,
    Floors,
    Materials,
    Roofs,
    Sources,
    Truth,
    Walls,
    all_of,
    among,
    any_of,
    asked,
    blank,
    negated,
    number,
    rules_of,
    said_yes,
    when,
)

__all__ = ["CRITERIA", "SPEC", "SlumRules", "classify", "compute", "criteria", "example_inputs", "statuses"]

CRITERIA = ("water", "sanitation", "living_area", "durability", "tenure")
_WITHOUT_TENURE = CRITERIA[:-1]
_FIVE = reading("five", N_("Five deprivations"), N_("Five deprivations, at least"), N_("Five deprivations, at most"))
_FOUR = reading("four", N_("Four deprivations, without tenure"), N_("Four deprivations, at least"),
                N_("Four deprivations, at most"),
                why=N_("Few surveys ask about tenure, and the Urban Indicators Database of UN-Habitat leaves it out."))
_ASKED = reading("asked", N_("Those of the five deprivations that the survey asked about"),
                 N_("Deprivations asked about, at least"), N_("Deprivations asked about, at most"),
                 why=N_("Not comparable between surveys that ask about different things; the method of each value says "
                        "which were used."))
_READINGS = (*_FIVE, *_FOUR, *_ASKED)


@dataclass(frozen=True, slots=True)
class SlumRules:
    """Thresholds and lists of the five deprivations.

    Parameters
    ----------
    water_accepted, water_unclear : tuple of str
        Sources that count as improved, and those that leave it open.
    standpipe_households : float
        Most households at a standpipe, where the survey asked; 0 for no limit.
    bottled_needs_other : bool
        Whether bottled water counts only where the water for other uses is improved, where the survey asked.
    water_litres : float
        Least litres by person and day, where the survey asked; 0 for no limit.
    water_minutes : float
        Most minutes to fetch water, where the survey asked; 0 for no limit.
    sanitation_accepted, sanitation_unclear : tuple of str
        Facilities that count as improved, and those that leave it open.
    sanitation_households : float
        Most households that use one facility.
    shared_without_number : str
        What sharing means where the number of households is not known: ``unknown``, ``deprived`` or ``accepted``.
    persons_per_room : float
        Most people by habitable room.
    not_durable_walls, not_durable_roofs, not_durable_floors : tuple of str
        Materials that do not last.
    unclear_materials : tuple of str
        Materials that leave it open.
    """

    water_accepted: Sources = ("piped_dwelling", "piped_yard", "standpipe", "borehole", "protected_well",
                               "protected_spring", "rainwater", "bottled", "other_improved")
    water_unclear: Sources = ("well_unspecified", "spring_unspecified")
    standpipe_households: float = 5.0
    bottled_needs_other: bool = True
    water_litres: float = 0.0
    water_minutes: float = 0.0
    sanitation_accepted: Facilities = ("flush_sewer", "flush_septic", "flush_pit", "flush_unknown", "vip",
                                       "pit_slab", "composting", "other_improved")
    sanitation_unclear: Facilities = ("flush_unspecified", "pit_unspecified")
    sanitation_households: float = 2.0
    shared_without_number: Annotated[str, Codes(words=("unknown", "deprived", "accepted"))] = "unknown"
    persons_per_room: float = 3.0
    not_durable_walls: Walls = ("none", "cane", "dirt", "bamboo_mud", "stone_mud", "adobe", "plywood",
                                "cardboard", "reused_wood", "natural", "rudimentary")
    not_durable_roofs: Roofs = ("none", "thatch", "sod", "mat", "bamboo", "cardboard", "natural",
                                "rudimentary")
    not_durable_floors: Floors = ("earth", "dung", "natural")
    unclear_materials: Materials = ("other",)


def _lacks(code: str, people: str, households: str) -> tuple[Any, ...]:
    return share_series(f"without_{code}", people, households, direction=-1, variants=KNOWN)


SPEC = IndicatorSpec(
    code="sdg_11_1_1",
    number="11.1.1",
    title=N_("People in slum households"),
    question=N_("How many people live in a dwelling that lacks what a home needs?"),
    definition=N_("A household lives in slum conditions when it lacks at least one of: improved water; improved "
                  "sanitation that at most two households share; living space of at most three people by room; a "
                  "durable structure at a safe place; secure tenure. People in such households, of all people in "
                  "households."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.1.1", "2021"),
    series=(
        *share_series("slum", N_("People in slum households"), N_("Slum households"), direction=-1, headline=True,
                      variants=_READINGS),
        *_lacks("water", N_("People without improved water"), N_("Households without improved water")),
        *_lacks("sanitation", N_("People without improved sanitation"), N_("Households without improved sanitation")),
        *_lacks("living_area", N_("People without sufficient living space"),
                N_("Households without sufficient living space")),
        *_lacks("durability", N_("People without a durable dwelling at a safe place"),
                N_("Households without a durable dwelling at a safe place")),
        *_lacks("tenure", N_("People without secure tenure"), N_("Households without secure tenure")),
    ),
    variants=(*_READINGS, *KNOWN),
    dimensions=("sex", "age", "disability", "urbanisation", "income_quantile", "tenure", "displacement_status",
                "migrant_status"),
    inputs=("households", "persons"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-01-01.pdf",
    people_records=True,
)


def criteria(households: pd.DataFrame, rules: SlumRules | Mapping[str, Any] | None = None) -> tuple[Criterion, ...]:
    """Judge the five deprivations of each household.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : SlumRules or mapping, optional
        Thresholds that differ from the defaults.

    Returns
    -------
    tuple of Criterion
        The five in their order: 1 where the household lacks it, 0 where it has it, NaN where that is not known.

    Raises
    ------
    UnknownNameError
        A threshold is not one of :class:`SlumRules`.
    """
    r = rules_of(SlumRules, rules)
    return (_water(households, r), _sanitation(households, r), _living_area(households, r), _durability(households, r),
            _tenure(households))


def _water(frame: pd.DataFrame, r: SlumRules) -> Criterion:
    names = asked(frame, "water_source")
    title = N_("improved water")
    if not names:
        return Criterion("water", title, blank(frame))
    good = [among(frame, "water_source", r.water_accepted, unclear=r.water_unclear)]
    notes = []
    limits: tuple[tuple[str, bool, Truth], ...] = (
        ("water_households", r.standpipe_households > 0,
         any_of([negated(among(frame, "water_source", ("standpipe",))),
                 _at_most(frame, "water_households", r.standpipe_households)])),
        ("water_other_source", r.bottled_needs_other,
         any_of([negated(among(frame, "water_source", ("bottled", "sachet"))),
                 among(frame, "water_other_source", r.water_accepted, unclear=r.water_unclear)])),
        ("water_litres", r.water_litres > 0, negated(_at_most(frame, "water_litres", np.nextafter(r.water_litres, 0)))),
        ("water_minutes", r.water_minutes > 0, _at_most(frame, "water_minutes", r.water_minutes)))
    for name, wanted, truth in limits:
        if wanted and name in frame.columns:
            good.append(truth)
            names += (name,)
        elif wanted:
            notes.append(_("{variable} was not asked, so its limit is not applied").format(variable=name))
    return Criterion("water", title, negated(all_of(good)), names, "; ".join(notes))


def _at_most(frame: pd.DataFrame, name: str, limit: float) -> Truth:
    values = number(frame, name)
    return when(values <= limit, values)


def _sanitation(frame: pd.DataFrame, r: SlumRules) -> Criterion:
    names = asked(frame, "sanitation_facility")
    title = N_("improved sanitation")
    if not names:
        return Criterion("sanitation", title, blank(frame))
    good = [among(frame, "sanitation_facility", r.sanitation_accepted, unclear=r.sanitation_unclear)]
    sharing = asked(frame, "sanitation_shared", "sanitation_households")
    if sharing:
        good.append(_few_share(frame, r))
    note = "" if sharing else _("whether it is shared was not asked, so the limit is not applied")
    return Criterion("sanitation", title, negated(all_of(good)), names + sharing, note)


def _few_share(frame: pd.DataFrame, r: SlumRules) -> Truth:
    """Tell whether few enough households use the facility; one that is not shared is used by one."""
    few = _at_most(frame, "sanitation_households", r.sanitation_households)
    shared = said_yes(frame, "sanitation_shared")
    taken = {"deprived": 0.0, "accepted": 1.0}.get(r.shared_without_number, np.nan)
    few = np.where(np.isnan(few) & (shared == 1), taken, few)
    return np.where(shared == 0, 1.0, few)


def _living_area(frame: pd.DataFrame, r: SlumRules) -> Criterion:
    rooms = asked(frame, "rooms", "sleeping_rooms")[:1]
    title = N_("sufficient living space")
    if not rooms or "members" not in frame.columns:
        return Criterion("living_area", title, blank(frame))
    people, count = number(frame, "members"), number(frame, rooms[0], above=0.0)
    note = _("rooms for sleeping stand for habitable rooms") if rooms == ("sleeping_rooms",) else ""
    crowded = when(people > r.persons_per_room * count, people, count)
    return Criterion("living_area", title, crowded, ("members", *rooms), note)


def _durability(frame: pd.DataFrame, r: SlumRules) -> Criterion:
    lists = {"wall_material": r.not_durable_walls, "roof_material": r.not_durable_roofs,
             "floor_material": r.not_durable_floors}
    bad = {name: among(frame, name, codes, unclear=r.unclear_materials) for name, codes in lists.items()}
    bad |= {name: said_yes(frame, name) for name in ("dilapidated", "hazard_flood", "hazard_slope", "hazard_waste",
                                                     "hazard_right_of_way")}
    bad["code_compliant"] = negated(said_yes(frame, "code_compliant"))
    names = asked(frame, *bad)
    left_out = [name for name in lists if name not in names]
    note = _("not asked: {names}").format(names=", ".join(left_out)) if names and left_out else ""
    truth = any_of([bad[name] for name in names]) if names else blank(frame)
    return Criterion("durability", N_("durable structure at a safe place"), truth, names, note)


def _tenure(frame: pd.DataFrame) -> Criterion:
    names = asked(frame, "tenure_document", "tenure_perceived")
    secure = any_of([said_yes(frame, name) for name in names]) if names else blank(frame)
    return Criterion("tenure", N_("secure tenure"), negated(secure), names)


def statuses(households: pd.DataFrame, rules: SlumRules | Mapping[str, Any] | None = None) -> tuple[Status, ...]:
    """Tell of each household whether it lives in slum conditions, in each reading, and what it lacks.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables; one that is not there was not asked.
    rules : SlumRules or mapping, optional
        Thresholds that differ from the defaults.

    Returns
    -------
    tuple of Status
        ``slum`` in the readings ``five``, ``four`` and ``asked``, and ``without_…`` each deprivation.
    """
    judged = {each.code: each for each in criteria(households, rules)}
    used = tuple(code for code in CRITERIA if judged[code].used)
    found = [_slum("five", judged, CRITERIA), _slum("four", judged, _WITHOUT_TENURE), _slum("asked", judged, used)]
    return (*found, *(Status(f"without_{code}", each.truth, reason="" if each.used else str(Reason.NOT_ASKED))
                      for code, each in judged.items()))


def _slum(variant: str, judged: Mapping[str, Criterion], wanted: tuple[str, ...]) -> Status:
    some: npt.NDArray[np.float64] = next(iter(judged.values())).truth
    if not wanted or not all(judged[code].used for code in wanted):
        return Status("slum", np.full(len(some), np.nan), variant, str(Reason.NOT_ASKED))
    return Status("slum", any_of([judged[code].truth for code in wanted]), variant)


def classify(households: pd.DataFrame, rules: SlumRules | Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Classify households: slum, not slum, or not known.

    Parameters
    ----------
    households : pandas.DataFrame, shape (n, n_variables)
        Standard variables.
    rules : SlumRules or mapping, optional
        Thresholds that differ from the defaults.

    Returns
    -------
    pandas.DataFrame, shape (n, n_readings)
        Columns of two levels, status and reading: 1, 0 or NaN; the readings ``…:least`` and ``…:most`` say what it is
        if what is not known is no deprivation, and if it is one.

    Examples
    --------
    >>> homes = pd.DataFrame({"water_source": ["surface", "borehole"], "sanitation_facility": [None, None]})
    >>> classify(homes)["slum"][["asked", "asked:least", "asked:most"]].values.tolist()
    [[1.0, 1.0, 1.0], [nan, 0.0, 1.0]]
    """
    return classified(statuses(households, rules), households.index)


def compute(households: pd.DataFrame, persons: pd.DataFrame | None = None, *, rules: Any = None, how: Any = None,
            time_period: str = "") -> pd.DataFrame:
    r"""Compute the share of people and of households in slum conditions, and of each deprivation.

    A household with one known deprivation is in slum conditions whatever else is not known; one without any known
    deprivation is not, if all are known; of the others it is not known, and the bounds say what that leaves open.

    .. math:: s = 100 \sum_i w_i m_i y_i / \sum_i w_i m_i

    with :math:`w` the weight of a household, :math:`m` its members (1 for shares of households) and :math:`y` 1 for
    slum households, over the households of which it is known.

    Parameters
    ----------
    households : pandas.DataFrame
        One row a household, by ``ref_area``: ``weight``, ``members``, design (``stratum``, ``psu``, ``psu_count``,
        ``household_count``), dimensions (``sex`` is that of the head) and standard variables.
    persons : pandas.DataFrame, optional
        One row a person, by ``ref_area``: ``household_id`` and the dimensions of people. Without it people are
        counted by ``members``.
    rules : SlumRules or mapping, optional
        Thresholds that differ from the defaults.
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
    Method: UN-Habitat, SDG indicator metadata 11.1.1 as mirrored by the World Bank. Its table says more than two people
    by room and its footnote at most three; three is the default. Which materials last is taken from the classes of the
    DHS Program's lists, which the metadata does not name. All lists and limits are parameters. Golden cases:
    ``golden/sdg_11_1_1.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> five = rows[(rows["series"] == "slum_people") & (rows["variant"] == "five") & (rows["tenure"] == "_T")]
    >>> five.loc["A", "obs_value"].round(2)
    np.float64(66.67)
    """
    return results(households, persons, statuses(households, rules), how=how, time_period=time_period)


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    return {"households": _example_households(), "how": {"groups": (("tenure",),)}, "time_period": "2024"}


def _example_households() -> pd.DataFrame:
    columns = ["ref_area", "stratum", "psu", "weight", "members", "rooms", "water_source", "sanitation_facility",
               "sanitation_shared", "wall_material", "tenure_document", "tenure"]
    rows = [("A", "a", 1, 10, 4, 2.0, "piped_yard", "flush_sewer", "no", "bricks", "yes", "OWN"),
            ("A", "a", 1, 10, 6, 1.0, "borehole", "pit_slab", "no", "bricks", "yes", "RENT"),
            ("A", "a", 2, 10, 2, 1.0, "surface", "none", "no", "dirt", "no", "RENT"),
            ("B", "b", 3, 20, 5, 2.0, "standpipe", "vip", "no", "blocks", "yes", "OWN"),
            ("B", "b", 4, 20, 3, 3.0, "piped_yard", "pit_open", "no", "cement", "yes", "OWN")]
    return pd.DataFrame(rows, columns=columns)
