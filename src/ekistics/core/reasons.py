"""Why a value is absent: codes that a record keeps and words that people read."""

from enum import StrEnum

from ekistics.core.i18n import N_, _

__all__ = ["Reason", "reason_text"]


class Reason(StrEnum):
    """Code of why something was not computed; the value of a member is what ``reason`` holds."""

    NO_POPULATION = "no-population"
    NO_POPULATION_GROUPS = "no-population-groups"
    NO_BUILT_UP = "no-built-up"
    NO_LAND = "no-land"
    NO_STREET_FILE = "no-street-file"
    NO_STREETS = "no-streets"
    NO_TIMETABLE = "no-timetable"
    NO_SERVICE = "no-service"
    NO_OPEN_SPACE = "no-open-space"
    NO_AIR = "no-air"
    NOT_A_GRID = "not-a-grid"
    ONE_EPOCH = "one-epoch"
    NO_COMMON_PERIOD = "no-common-period"
    ZERO_POPULATION = "zero-population"
    ZERO_DENOMINATOR = "zero-denominator"
    ZERO_GROWTH = "zero-growth"
    NOT_POSITIVE = "not-positive"
    NODATA_INSIDE = "nodata-inside"
    OUTSIDE_DATA = "outside-data"
    BELOW_THRESHOLD = "below-threshold"
    NOT_ASKED = "not-asked"
    TOO_MUCH_UNKNOWN = "too-much-unknown"
    NO_CASES = "no-cases"
    UNRELIABLE = "unreliable"
    WITHHELD = "withheld"
    RESTRICTED = "restricted"
    INCOMPLETE = "incomplete"
    NOT_STATED = "not-stated"


_TEXTS = {
    Reason.NO_POPULATION: N_("no population grid or points were given"),
    Reason.NO_POPULATION_GROUPS: N_("no population by sex and age was given"),
    Reason.NO_BUILT_UP: N_("no built-up grid was given"),
    Reason.NO_LAND: N_("no land grid was given"),
    Reason.NO_STREET_FILE: N_("no street file was given"),
    Reason.NO_STREETS: N_("the street file has no walkable street here"),
    Reason.NO_TIMETABLE: N_("no timetable was given"),
    Reason.NO_SERVICE: N_("the timetables have no trip on the chosen day"),
    Reason.NO_OPEN_SPACE: N_("the street file maps no open space here"),
    Reason.NO_AIR: N_("no PM2.5 grid was given"),
    Reason.NOT_A_GRID: N_("people were given at points, and this needs a grid"),
    Reason.NO_COMMON_PERIOD: N_("people and built-up surface were given for different times"),
    Reason.ONE_EPOCH: N_("two dates are needed, and only one was given"),
    Reason.ZERO_POPULATION: N_("nobody lives inside the boundary according to the population data"),
    Reason.ZERO_DENOMINATOR: N_("the quantity it is divided by is zero"),
    Reason.ZERO_GROWTH: N_("the population did not change, so the ratio has no value"),
    Reason.NOT_POSITIVE: N_("a logarithm needs positive values, and one is zero"),
    Reason.NODATA_INSIDE: N_("a grid has cells without data inside the boundary"),
    Reason.OUTSIDE_DATA: N_("the area lies outside the data"),
    Reason.BELOW_THRESHOLD: N_("too few cases to publish"),
    Reason.NOT_ASKED: N_("the survey did not ask for it"),
    Reason.TOO_MUCH_UNKNOWN: N_("it is not known of too many households"),
    Reason.NO_CASES: N_("the sample has no such case"),
    Reason.UNRELIABLE: N_("the sample tells too little to publish a value"),
    Reason.RESTRICTED: N_("its value may not be published"),
    Reason.INCOMPLETE: N_("values that it is made of are missing"),
    Reason.NOT_STATED: N_("no value was given"),
    Reason.WITHHELD: N_("to protect people, as it has too few cases or is needed to protect such cells"),
}


def reason_text(code: str) -> str:
    """Give the words for a reason code; an unknown code stands for itself.

    Parameters
    ----------
    code : str
        A value of :class:`Reason`.

    Returns
    -------
    str
        The translated text, without a final full stop.

    Examples
    --------
    >>> reason_text("no-timetable")
    'no timetable was given'
    """
    try:
        return _(_TEXTS[Reason(code)])
    except ValueError:
        return code
