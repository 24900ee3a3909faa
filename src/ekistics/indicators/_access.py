"""Shares of people within a distance: members, groups, and what is not known about some of them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.observation import share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, with_totals

__all__ = ["Members", "either", "people_table", "share_of_people", "within"]

Members = npt.NDArray[np.float64]


def people_table(people: pd.DataFrame, *, where: str = "people") -> pd.DataFrame:
    """Give the table of people with their groups, indexed by area, amounts checked.

    Parameters
    ----------
    people : pandas.DataFrame
        One row an origin and group: ``ref_area``, ``population``, optionally ``sex`` and ``age``.
    where : str, default "people"
        Name of the argument, for the error text.

    Returns
    -------
    pandas.DataFrame
        The rows, with the groups of all people added where only parts were given.
    """
    table = by_area(people, ["population"], where=where)
    return with_totals(table.assign(population=amount(table, "population", where=where)))


def within(people: pd.DataFrame, column: str, limit_m: float, *, where: str = "people") -> Members:
    """Tell for each origin whether a distance is at most a limit.

    Parameters
    ----------
    people : pandas.DataFrame
        Rows with distances in metres: infinite where unreachable, NaN where not computed.
    column : str
        The distance.
    limit_m : float
        The limit in metres; a distance equal to it is within.
    where : str, default "people"
        Name of the argument, for the error text.

    Returns
    -------
    numpy.ndarray, shape (n_rows,)
        1 within, 0 beyond, NaN where not computed.
    """
    distance = amount(people, column, where=where, infinite=True).to_numpy()
    return np.where(np.isnan(distance), np.nan, (distance <= limit_m).astype(float))


def either(first: Members, second: Members) -> Members:
    """Tell for each origin whether one of two conditions holds.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (n_rows,)
        1, 0, or NaN where not known.

    Returns
    -------
    numpy.ndarray, shape (n_rows,)
        1 where one holds (the other need not be known), 0 where neither does, NaN where that cannot be told.
    """
    unknown = np.isnan(first) | np.isnan(second)
    held = (first == 1) | (second == 1)
    return np.where(held, 1.0, np.where(unknown, np.nan, 0.0))


def share_of_people(people: pd.DataFrame, members: Members, *, series: str, variant: str, missing: str,
                    time_period: str = "") -> pd.DataFrame:
    """Make the rows of a share of people, by area, sex and age.

    Parameters
    ----------
    people : pandas.DataFrame
        Rows of :func:`people_table`.
    members : numpy.ndarray, shape (n_rows,)
        1 for people who count, 0 for those who do not, NaN where it is not known.
    series, variant : str
        Codes of the rows.
    missing : str
        Reason where it is not known of somebody.
    time_period : str, default ""
        Period of the rows.

    Returns
    -------
    pandas.DataFrame
        Result rows. Origins whose population is not known are in neither numerator nor denominator; where membership is
        not known of an origin with people, the share is absent.
    """
    population = people["population"]
    unknown = np.isnan(members) & (population.to_numpy() > 0)
    inside = population * np.where(np.isnan(members), 0.0, members)
    table = people[["sex", "age"]].assign(inside=inside, population=population, unknown=unknown.astype(float))
    sums = table.groupby(["ref_area", "sex", "age"], observed=True).sum(min_count=1).reset_index(["sex", "age"])
    reason = np.where(sums["population"].isna(), str(Reason.NO_POPULATION), str(missing))
    return share_rows(sums["inside"].mask(sums["unknown"] > 0), sums["population"], series=series, variant=variant,
                      zero=Reason.ZERO_POPULATION, reason=reason, sex=sums["sex"].to_numpy(),
                      age=sums["age"].to_numpy(), time_period=time_period)
