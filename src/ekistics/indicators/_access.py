"""Shares of people within a distance: members, groups, and what is not known about some of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.observation import share_rows
from ekistics.core.reasons import Reason
from ekistics.indicators._frames import amount, by_area, with_totals

__all__ = ["Members", "People", "either", "people_by_group", "shares_of_people", "within"]

Members = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """People by origin, with the group of each row worked out once.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows, indexed by area.
    population : numpy.ndarray, shape (n_rows,)
        People, NaN where not known.
    group : numpy.ndarray, shape (n_rows,)
        Number of each row's group.
    groups : pandas.MultiIndex
        Area, sex and age of each group.
    """

    table: pd.DataFrame
    population: Members
    group: npt.NDArray[np.intp]
    groups: pd.MultiIndex

    def total(self, weights: npt.NDArray[Any]) -> Members:
        """Add weights up by group.

        Parameters
        ----------
        weights : numpy.ndarray, shape (n_rows,)
            What is added.

        Returns
        -------
        numpy.ndarray, shape (n_groups,)
            The sums.
        """
        return np.bincount(self.group, weights=weights, minlength=len(self.groups)).astype(np.float64)


def people_by_group(people: pd.DataFrame, *, where: str = "people") -> People:
    """Check a table of people and find the group of each row.

    Parameters
    ----------
    people : pandas.DataFrame
        One row an origin and group: ``ref_area``, ``population``, optionally ``sex`` and ``age``.
    where : str, default "people"
        Name of the argument, for the error text.

    Returns
    -------
    People
        The rows, with the groups of all people added where only parts were given.
    """
    table = by_area(people, ["population"], where=where)
    table = with_totals(table.assign(population=amount(table, "population", where=where)))
    keys = pd.MultiIndex.from_arrays([table.index, table["sex"], table["age"]], names=["ref_area", "sex", "age"])
    group, groups = keys.factorize(sort=True)
    named = pd.MultiIndex.from_tuples(list(groups), names=keys.names) if len(groups) else keys[:0]
    return People(table, table["population"].to_numpy(dtype=float), group, named)


def within(people: People, column: str, limit_m: float, *, where: str = "people") -> Members:
    """Tell for each origin whether a distance is at most a limit.

    Parameters
    ----------
    people : People
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
    distance = amount(people.table, column, where=where, infinite=True).to_numpy()
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

    Examples
    --------
    >>> either(np.array([1.0, 0.0, 0.0]), np.array([np.nan, np.nan, 0.0])).tolist()
    [1.0, nan, 0.0]
    """
    unknown = np.isnan(first) | np.isnan(second)
    held = (first == 1) | (second == 1)
    return np.where(held, 1.0, np.where(unknown, np.nan, 0.0))


def shares_of_people(people: People, members: Mapping[str, Members], *, variant: str, missing: str,
                     time_period: str = "") -> pd.DataFrame:
    """Make the rows of shares of people, by area, sex and age.

    Parameters
    ----------
    people : People
        People by origin.
    members : mapping of str to numpy.ndarray, shape (n_rows,)
        For each series: 1 for people who count, 0 for those who do not, NaN where it is not known.
    variant : str
        Variant code.
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
    known = ~np.isnan(people.population)
    count = np.where(known, people.population, 0.0)
    denominator = np.where(people.total(known) > 0, people.total(count), np.nan)
    numerators = [np.where(people.total(np.isnan(inside) & (count > 0)) > 0, np.nan,
                           people.total(np.where(inside == 1, count, 0.0))) for inside in members.values()]
    names, times = np.array(list(members), dtype=object), len(members)
    index = pd.Index(np.tile(people.groups.get_level_values("ref_area").to_numpy(), times), name="ref_area")
    given: dict[str, Any] = {"series": np.repeat(names, len(people.groups))}
    for name in ("sex", "age"):
        given[name] = np.tile(people.groups.get_level_values(name).to_numpy(), times)
    reason = np.tile(np.where(np.isnan(denominator), str(Reason.NO_POPULATION), str(missing)), times)
    return share_rows(pd.Series(np.concatenate(numerators), index=index),
                      pd.Series(np.tile(denominator, times), index=index), variant=variant,
                      zero=Reason.ZERO_POPULATION, reason=reason, time_period=time_period, **given)
