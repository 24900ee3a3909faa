"""Rates of land consumption and population growth, the regimes they make, and pairs of dates."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.period import Period
from ekistics.core.reasons import Reason

__all__ = ["FORMULAS", "REGIMES", "ZERO", "Floats", "Pairs", "checked_amounts", "common_periods", "growth_rate",
           "land_rate", "land_reason", "make_pairs", "people_reason", "rate_ratio", "regime_numbers", "regime_text"]

Floats = npt.NDArray[np.float64]
FORMULAS = ("linear", "log")
ZERO = 1e-10  # a rate (a fraction a year) or a distance of the ratio from 1 that is not told from zero

REGIMES = (
    N_("Land and population grew at the same rate."),
    N_("Land and population grew, population at the higher rate."),
    N_("Population grew, and no more land was used."),
    N_("Population grew while land shrank, at a lower rate than population grew."),
    N_("Population grew while land shrank, both at the same rate."),
    N_("Population grew while land shrank, at a higher rate than population grew."),
    N_("Land shrank, and population did not change."),
    N_("Land and population shrank, land at the higher rate."),
    N_("Land and population shrank at the same rate."),
    N_("Land and population shrank, population at the higher rate."),
    N_("Population shrank, and land did not change."),
    N_("Land grew while population shrank, at a lower rate than population shrank."),
    N_("Land grew while population shrank, both at the same rate."),
    N_("Land grew while population shrank, at a higher rate than population shrank."),
    N_("Land grew, and population did not change."),
    N_("Land and population grew, land at the higher rate."),
    N_("Neither land nor population changed."),
)


def regime_text(number: float) -> str:
    """Say a regime in words.

    Parameters
    ----------
    number : float
        The regime, 1 to 17.

    Returns
    -------
    str
        One translated sentence.

    Raises
    ------
    UnknownNameError
        There is no such regime.

    Examples
    --------
    >>> regime_text(16)
    'Land and population grew, land at the higher rate.'
    """
    if number != int(number) or not 1 <= number <= len(REGIMES):
        raise UnknownNameError(_("There is no such regime of land use."), expected="1-17", got=number)
    return _(REGIMES[int(number) - 1])


def land_rate(first: Floats, last: Floats, years: Floats | float, formula: str) -> Floats:
    """Give the land consumption rate.

    Parameters
    ----------
    first, last : numpy.ndarray
        Land at both dates, in one unit.
    years : numpy.ndarray or float
        Years between them.
    formula : str
        ``linear`` or ``log``.

    Returns
    -------
    numpy.ndarray
        The rate as a fraction a year; NaN where it has no value.

    Examples
    --------
    >>> land_rate(np.array([100.0]), np.array([130.0]), 5.0, "linear").tolist()
    [0.06]
    """
    if formula == "log":
        return growth_rate(first, last, years)
    return np.divide(last - first, first * years, out=np.full_like(last, np.nan), where=first > 0)


def growth_rate(first: Floats, last: Floats, years: Floats | float) -> Floats:
    """Give the logarithmic growth rate.

    Parameters
    ----------
    first, last : numpy.ndarray
        Amounts at both dates.
    years : numpy.ndarray or float
        Years between them.

    Returns
    -------
    numpy.ndarray
        The rate as a fraction a year; NaN where an amount is not positive.
    """
    positive = (first > 0) & (last > 0)
    logs = [np.log(values, out=np.full_like(values, np.nan), where=positive) for values in (first, last)]
    growth: Floats = (logs[1] - logs[0]) / years
    return growth


def rate_ratio(land: Floats, people: Floats) -> Floats:
    """Divide the rates, leaving out a population that does not change.

    Parameters
    ----------
    land, people : numpy.ndarray
        Rates as fractions a year.

    Returns
    -------
    numpy.ndarray
        The ratio; NaN where a rate is missing or population growth is zero.
    """
    return np.divide(land, people, out=np.full_like(land, np.nan), where=np.abs(people) > ZERO)


def regime_numbers(land: Floats, people: Floats) -> Floats:
    """Give the number of the regime of each pair of rates, 1 to 17, by their signs and by which is the larger.

    Parameters
    ----------
    land, people : numpy.ndarray
        Rates as fractions a year.

    Returns
    -------
    numpy.ndarray
        Regime numbers; NaN where a rate is missing. :func:`regime_text` says them in words.

    Notes
    -----
    The numbers are those of the City A experiment (J. R. Santillan, Leibniz University Hannover, 2026).

    Examples
    --------
    >>> regime_numbers(np.array([0.02, 0.0]), np.array([0.01, 0.0])).tolist()
    [16.0, 17.0]
    """
    ratio = np.abs(rate_ratio(land, people))
    below, above = ratio < 1 - ZERO, ratio > 1 + ZERO
    up, down, still = land > ZERO, land < -ZERO, np.abs(land) <= ZERO
    more, fewer, same = people > ZERO, people < -ZERO, np.abs(people) <= ZERO
    cases: list[tuple[npt.NDArray[np.bool_], tuple[int, int, int]]] = [
        (up & more, (2, 1, 16)), (down & more, (4, 5, 6)), (down & fewer, (10, 9, 8)), (up & fewer, (12, 13, 14))]
    number = np.full(np.shape(land), np.nan)
    for place, (smaller, equal, larger) in cases:
        number = np.where(place, np.where(below, smaller, np.where(above, larger, equal)), number)
    for place, single in ((still & more, 3), (down & same, 7), (still & fewer, 11), (up & same, 15),
                          (still & same, 17)):
        number = np.where(place, single, number)
    return number


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Two dates for each area: consecutive dates, and the first with the last.

    Parameters
    ----------
    areas : pandas.Index
        Area of each row.
    time_period : numpy.ndarray
        Range of each row, in SDMX form.
    years : numpy.ndarray
        Years between the dates.
    amounts : numpy.ndarray, shape (n_rows, 4)
        Land at the first and last date (m2), people at the first and last date.
    errors : numpy.ndarray, shape (n_rows, 4)
        Their standard errors; zero where taken as exact.
    """

    areas: pd.Index
    time_period: npt.NDArray[np.object_]
    years: Floats
    amounts: Floats
    errors: Floats


def common_periods(land: pd.DataFrame, people: pd.DataFrame) -> list[Period]:
    """Give the dates that both tables have, checked to be different and ascending.

    Parameters
    ----------
    land, people : pandas.DataFrame
        Areas by dates; a column is a time period in SDMX form.

    Returns
    -------
    list of Period
        The common dates.

    Raises
    ------
    InvalidValueError
        A date is no time period, stands twice, or is out of order.
    """
    for where, frame in (("built_up", land), ("population", people)):
        periods = [Period.parse(str(column)) for column in frame.columns]
        if any(a.start >= b.start for a, b in pairwise(periods)):
            raise InvalidValueError(_("The dates must be different and ascending."), where=where,
                                    got=", ".join(map(str, frame.columns)))
    there = {str(column) for column in people.columns}
    return [Period.parse(str(column)) for column in land.columns if str(column) in there]


def make_pairs(periods: Sequence[Period], land: pd.DataFrame, people: pd.DataFrame, land_se: pd.DataFrame,
               people_se: pd.DataFrame) -> Pairs:
    """Line up the dates in pairs, area after area.

    Parameters
    ----------
    periods : sequence of Period
        The dates, ascending; at least two.
    land, people, land_se, people_se : pandas.DataFrame, shape (n_areas, n_dates)
        Amounts and standard errors, columns by the text of the date.

    Returns
    -------
    Pairs
        A row an area and pair of dates.
    """
    spans = list(pairwise(periods))
    if len(periods) > 2:  # with two dates the only pair is already the first with the last
        spans.append((periods[0], periods[-1]))
    starts, ends = [a.text for a, _b in spans], [b.text for _a, b in spans]
    n_areas = len(land)

    def stacked(first: pd.DataFrame, second: pd.DataFrame) -> Floats:
        columns = [first[starts], first[ends], second[starts], second[ends]]
        return np.column_stack([column.to_numpy(dtype=float).ravel() for column in columns])

    return Pairs(areas=land.index.repeat(len(spans)),
                 time_period=np.tile(np.array([Period.between(*span).text for span in spans], dtype=object), n_areas),
                 years=np.tile(np.array([a.years_to(b) for a, b in spans]), n_areas),
                 amounts=stacked(land, people), errors=stacked(land_se, people_se))


def checked_amounts(frame: pd.DataFrame, like: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Give a table of amounts as floats with the areas of another, in its order.

    Parameters
    ----------
    frame : pandas.DataFrame
        Areas by dates.
    like : pandas.DataFrame
        The table whose areas it must have.
    where : str
        Name of the argument, for the error text.

    Returns
    -------
    pandas.DataFrame
        Floats, columns as text.

    Raises
    ------
    InputFormatError
        The areas differ, or one stands twice.
    InvalidValueError
        An amount is negative or infinite.
    """
    if not frame.index.is_unique or set(frame.index) != set(like.index):
        raise InputFormatError(_("Two tables must have the same areas, each once."), where=where,
                               expected=_("{count} areas").format(count=len(like.index)), got=len(frame.index),
                               hint=_("Reindex one of them first."))
    values = frame.loc[like.index].astype(float).rename(columns=str)
    wrong = (values < 0) | np.isinf(values)
    if wrong.to_numpy().any():
        raise InvalidValueError(_("An amount is negative or infinite."), where=where, expected=_("zero or more"),
                                got=float(values.to_numpy()[wrong.to_numpy()][0]))
    return values.rename_axis("ref_area")


def land_reason(pairs: Pairs, formula: str) -> npt.NDArray[np.object_]:
    """Say where and why the land consumption rate has no value.

    Parameters
    ----------
    pairs : Pairs
        The dates.
    formula : str
        ``linear`` or ``log``.

    Returns
    -------
    numpy.ndarray
        Reason codes; empty where it has a value.
    """
    first, last = pairs.amounts[:, 0], pairs.amounts[:, 1]
    missing = np.isnan(first) | np.isnan(last)
    zero = (first == 0) | (last == 0) if formula == "log" else first == 0
    why = Reason.NOT_POSITIVE if formula == "log" else Reason.ZERO_DENOMINATOR
    return np.where(missing, str(Reason.OUTSIDE_DATA), np.where(zero, str(why), "")).astype(object)


def people_reason(pairs: Pairs) -> npt.NDArray[np.object_]:
    """Say where and why the population growth rate has no value.

    Parameters
    ----------
    pairs : Pairs
        The dates.

    Returns
    -------
    numpy.ndarray
        Reason codes; empty where it has a value.
    """
    first, last = pairs.amounts[:, 2], pairs.amounts[:, 3]
    missing = np.isnan(first) | np.isnan(last)
    zero = (first == 0) | (last == 0)
    return np.where(missing, str(Reason.OUTSIDE_DATA),
                    np.where(zero, str(Reason.NOT_POSITIVE), "")).astype(object)
