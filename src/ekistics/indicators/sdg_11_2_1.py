"""SDG 11.2.1: people with convenient access to public transport."""

from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.reasons import Reason
from ekistics.indicators._access import Members, either, people_by_group, shares_of_people, within
from ekistics.indicators._frames import concat_rows

__all__ = ["FREQUENCY_CLASSES", "HIGH_CAPACITY_M", "LOW_CAPACITY_M", "SPEC", "compute", "example_inputs"]

LOW_CAPACITY_M = 500.0
HIGH_CAPACITY_M = 1000.0
FREQUENCY_CLASSES = ("none", "low", "medium", "high")
_PEOPLE = N_("people living inside the boundary")
_SUFFIX = {"network": "network", "straight_line": "straight"}


def _share(code: str, title: str, *, direction: int = 1, headline: bool = False) -> SeriesSpec:
    return SeriesSpec(code, title, "PT", base=_PEOPLE, direction=direction, lower=0.0, upper=100.0, headline=headline)


SPEC = IndicatorSpec(
    code="sdg_11_2_1",
    number="11.2.1",
    title=N_("Access to public transport"),
    question=N_("How many people can walk to public transport?"),
    definition=N_("People living inside the boundary who have a stop of low-capacity transport (bus, tram) within 500 "
                  "metres or of high-capacity transport (rail, metro, ferry) within 1 kilometre on foot, of all people "
                  "living inside the boundary. A stop counts when at least one trip calls there on the service day."),
    method=MethodEdition("UN-Habitat", "SDG indicator metadata 11.2.1", "2021-09"),
    series=(
        _share("either", N_("People near public transport"), headline=True),
        _share("low_capacity", N_("People near a bus or tram stop")),
        _share("high_capacity", N_("People near a rail, metro or ferry stop")),
        _share("frequency_none", N_("People with no stop in walking distance"), direction=-1),
        _share("frequency_low", N_("People with rare departures nearby"), direction=0),
        _share("frequency_medium", N_("People with regular departures nearby"), direction=0),
        _share("frequency_high", N_("People with frequent departures nearby")),
    ),
    variants=(
        Variant("network", N_("Along the streets")),
        Variant("straight_line", N_("Straight line"),
                why=N_("A circle around each stop ignores rivers, railways and blocks, so it counts people who would "
                       "have to walk farther; some countries report it because it needs no streets.")),
    ),
    dimensions=("sex", "age"),
    inputs=("streets", "timetables", "population", "boundary"),
    source="https://unstats.un.org/sdgs/metadata/files/Metadata-11-02-01.pdf",
)


def compute(people: pd.DataFrame, *, low_m: float = LOW_CAPACITY_M, high_m: float = HIGH_CAPACITY_M,
            time_period: str = "", missing: str = Reason.NO_TIMETABLE) -> pd.DataFrame:
    r"""Compute the share of people with convenient access to public transport.

    People whose nearest stop is close enough on foot, of all people living inside the boundary: at most ``low_m`` to
    low-capacity transport, at most ``high_m`` to high-capacity transport, or either of the two.

    .. math:: s = 100 \sum_i P_i [d_i \le D] / \sum_i P_i

    with :math:`P_i` the people of origin :math:`i`, :math:`d_i` its distance to the nearest stop and :math:`D` the
    limit.

    Parameters
    ----------
    people : pandas.DataFrame, shape (n_rows, n_columns)
        One row an origin and group: ``ref_area``, ``population`` (people, NaN where not known), optionally ``sex`` and
        ``age`` (SDMX codes, ``_T`` for all); distances in metres ``low_network``, ``high_network``, ``low_straight``,
        ``high_straight`` (infinite where unreachable, NaN or no column where not computed); optionally
        ``frequency_class`` (along the streets) and ``frequency_class_straight``, each one of
        :data:`FREQUENCY_CLASSES` or missing. An origin inside two areas stands twice.
    low_m, high_m : float
        Limits in metres; a distance equal to the limit is within.
    time_period : str, default ""
        Period of the population, in SDMX form.
    missing : str, default "no-timetable"
        Reason where no distance to a stop was computed.

    Returns
    -------
    pandas.DataFrame
        Result rows in percent, indexed by ``ref_area``, for each group given and for all people: ``either``,
        ``low_capacity``, ``high_capacity`` and, where given, ``frequency_none`` to ``frequency_high``. NaN with its
        reason where nobody lives there or the distance of somebody is not known.

    Raises
    ------
    InputFormatError
        A column is missing.
    InvalidValueError
        A population or distance is negative, or a frequency class is unknown.

    Notes
    -----
    Method: UN-Habitat, SDG indicator metadata 11.2.1, September 2021, first criterion (distance); the qualitative
    criteria are not covered. Frequency classes follow Poelman (European Commission): fewer than 4, 4 to 10 and more
    than 10 departures an hour. Origins whose population is not known are left out of numerator and denominator.
    Golden cases: ``golden/sdg_11_2_1.toml``.

    Examples
    --------
    >>> rows = compute(**example_inputs())
    >>> rows[(rows["series"] == "either") & (rows["sex"] == "_T")].loc["A", ["variant", "obs_value"]].values.tolist()
    [['network', 75.0], ['straight_line', 100.0]]
    """
    rows = people_by_group(people)
    parts = []
    for variant, suffix in _SUFFIX.items():
        low, high = within(rows, f"low_{suffix}", low_m), within(rows, f"high_{suffix}", high_m)
        members = {"either": either(low, high), "low_capacity": low, "high_capacity": high,
                   **_frequency_members(rows.table, variant)}
        parts.append(shares_of_people(rows, members, variant=variant, time_period=time_period,
                                      missing=_reason(rows.table, variant, str(missing))))
    return concat_rows(parts)


def _reason(table: pd.DataFrame, variant: str, missing: str) -> str:
    """Say why distances lack: without streets the straight line is still known, without stops nothing is."""
    straight_known = "low_straight" in table.columns and bool(table["low_straight"].notna().any())
    return str(Reason.NO_STREETS) if variant == "network" and straight_known else missing


def _frequency_members(table: pd.DataFrame, variant: str) -> dict[str, Members]:
    column = "frequency_class" if variant == "network" else "frequency_class_straight"
    if column not in table.columns:
        return {}
    classes = table[column]
    unknown = classes.isna().to_numpy()
    wrong = set(classes[~unknown]) - set(FREQUENCY_CLASSES)
    if wrong:
        raise InvalidValueError(_("Unknown class of frequency."), where=f"people, {column}",
                                expected=", ".join(FREQUENCY_CLASSES), got=", ".join(map(str, sorted(wrong))))
    return {f"frequency_{name}": np.where(unknown, np.nan, (classes == name).to_numpy(dtype=float))
            for name in FREQUENCY_CLASSES}


def example_inputs() -> dict[str, Any]:
    """Make inputs for examples and for the conformance suite.

    Returns
    -------
    dict
        The arguments of :func:`compute`.
    """
    people = pd.DataFrame(
        [("A", "F", 300.0, 480.0, 2500.0, 410.0, 2100.0, "medium"),
         ("A", "M", 300.0, 480.0, 2500.0, 410.0, 2100.0, "medium"),
         ("A", "F", 50.0, 620.0, 1000.0, 430.0, 700.0, "high"),
         ("A", "M", 100.0, 620.0, 1000.0, 430.0, 700.0, "high"),
         ("A", "F", 130.0, 501.0, 1001.0, 499.0, 998.0, "none"),
         ("A", "M", 120.0, 501.0, 1001.0, 499.0, 998.0, "none"),
         ("B", "F", 40.0, 500.0, np.inf, 350.0, 5000.0, "low"),
         ("B", "M", 60.0, np.inf, np.inf, 900.0, 5000.0, "none")],
        columns=["ref_area", "sex", "population", "low_network", "high_network", "low_straight", "high_straight",
                 "frequency_class"])
    return {"people": people, "time_period": "2019"}
