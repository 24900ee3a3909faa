"""Units and strata of each stage, numbered and nested, with what each stratum's variance is multiplied by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey._refusal import invalid

if TYPE_CHECKING:
    from ekistics.survey.design import Stage

__all__ = ["Bools", "Floats", "Integers", "StageLayout", "factorise", "stage_layouts", "sums_by"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_SHOWN = 5  # codes that an error names
_WHOLE = 1e-7  # a finite population correction below it means that all units were drawn


@dataclass(frozen=True, slots=True, eq=False)
class StageLayout:
    """One stage: units numbered from 0, each in one unit above and one stratum.

    Parameters
    ----------
    unit : numpy.ndarray of int, shape (n,)
        Number of each row's unit.
    parent : numpy.ndarray of int, shape (n_units,)
        Number of the unit above; 0 at the first stage.
    stratum : numpy.ndarray of int, shape (n_units,)
        Number of the unit's stratum; strata are nested in the units above.
    taken : numpy.ndarray, shape (n_strata,)
        Units drawn from each stratum.
    population : numpy.ndarray, shape (n_strata,)
        Units in each stratum; infinite where unknown.
    scale : numpy.ndarray, shape (n_strata,)
        What the sum of squared deviations is multiplied by: the share of units drawn at the stages above x
        (1 - n/N) x n/(n - 1).
    lonely : numpy.ndarray of bool, shape (n_strata,)
        Strata whose one unit is centred on the mean of all units.
    ids : numpy.ndarray of int, shape (n_units,)
        The unit's code as given.
    home : numpy.ndarray of int, shape (n_units,)
        Code of the unit's stratum as given; 0 where there are none.
    """

    unit: Integers
    parent: Integers
    stratum: Integers
    taken: Floats
    population: Floats
    scale: Floats
    lonely: Bools
    ids: Integers
    home: Integers

    @property
    def n_units(self) -> int:
        """Number of units."""
        return len(self.parent)

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return len(self.taken)

    @property
    def fraction(self) -> Floats:
        """Share of its units that was drawn from each stratum; 0 where unknown."""
        return np.minimum(self.taken / self.population, 1.0)


def factorise(codes: Integers) -> tuple[Integers, Integers]:
    """Give numbers from 0 to codes, in their order.

    Parameters
    ----------
    codes : numpy.ndarray of int, shape (n,)
        Any whole numbers.

    Returns
    -------
    number, values : numpy.ndarray
        The number of each row, and the code of each number.

    Examples
    --------
    >>> [part.tolist() for part in factorise(np.array([7, 3, 7]))]
    [[1, 0, 1], [3, 7]]
    """
    low, high = int(codes.min()), int(codes.max())
    if high - low < 4 * len(codes) + 1024:  # a table of all codes between is faster than sorting
        seen = np.zeros(high - low + 1, dtype=np.bool_)
        seen[codes - low] = True
        return (np.cumsum(seen) - 1)[codes - low], np.flatnonzero(seen) + low
    values, number = np.unique(codes, return_inverse=True)
    return number.astype(np.int64), values


def sums_by(index: Integers, values: Floats, count: int) -> Floats:
    """Sum values by index.

    Parameters
    ----------
    index : numpy.ndarray of int, shape (n,)
        Where each value goes, from 0 to below ``count``.
    values : numpy.ndarray, shape (n,)
        Values.
    count : int
        Number of sums.

    Returns
    -------
    numpy.ndarray of float, shape (count,)
        The sums; 0 where nothing goes.

    Examples
    --------
    >>> sums_by(np.array([1, 1]), np.array([2.0, 3.0]), 3).tolist()
    [0.0, 5.0, 0.0]
    """
    return np.asarray(np.bincount(index, values, minlength=count), dtype=np.float64)


def stage_layouts(stages: Sequence["Stage"], n: int, lonely: str) -> tuple[StageLayout, ...]:
    """Lay out the units and strata of every stage.

    Parameters
    ----------
    stages : sequence of Stage
        Stages from the first.
    n : int
        Number of rows.
    lonely : str
        What is done with strata of one unit.

    Returns
    -------
    tuple of StageLayout
        One a stage.
    """
    layouts: list[StageLayout] = []
    parent = np.zeros(n, dtype=np.int64)
    above = np.ones(1)
    for number, stage in enumerate(stages, 1):
        layout = _stage_layout(stage, parent, above, number, lonely)
        layouts.append(layout)
        parent, above = layout.unit, (above[layout.parent] * layout.fraction[layout.stratum])
    return tuple(layouts)


def _stage_layout(stage: "Stage", parent: Integers, above: Floats, number: int, lonely: str) -> StageLayout:
    """Lay out one stage; ``parent`` is the unit above of each row, ``above`` the share drawn so far by such unit."""
    strata, codes = _strata(stage, parent, number)
    unit, ids = _units(stage.ids, strata if stage.nested else parent)
    first = np.empty(len(ids), dtype=np.int64)
    first[unit] = np.arange(len(unit))  # some row of each unit
    stratum = strata[first]
    _check_one_stratum(stratum[unit] != strata, stage.ids, number)
    population = _populations(stage.population, strata, len(codes), number)
    parent_of_unit = parent[first]
    home = codes[stratum]
    if lonely == "collapse":
        stratum, population, codes = _collapse(stratum, population, codes, parent_of_unit, number)
    taken = np.bincount(stratum, minlength=len(population)).astype(np.float64)
    _check_taken(taken, population, codes, number)
    share_above = np.zeros(len(population))
    share_above[stratum] = above[parent_of_unit]
    alone = (taken == 1) & (1 - taken / population > _WHOLE) & (share_above > 0)
    if alone.any() and lonely in ("fail", "collapse"):
        raise _lonely_error(codes[alone], number)
    spread = np.where(taken > 1, taken / np.maximum(taken - 1, 1), 1.0 if lonely == "grand-mean" else 0.0)
    scale = share_above * np.maximum(1 - taken / population, 0.0) * spread  # a rounded population is no less
    centred = alone if lonely == "grand-mean" else np.zeros(len(alone), dtype=np.bool_)
    return StageLayout(unit, parent_of_unit, stratum, taken, population, scale, centred, ids, home)


def _strata(stage: "Stage", parent: Integers, number: int) -> tuple[Integers, Integers]:
    """Tell strata apart within the units above; give each row's number and each number's code."""
    if stage.strata is None:
        return parent, np.zeros(int(parent.max()) + 1, dtype=np.int64)
    code, values = factorise(np.asarray(stage.strata, dtype=np.int64))
    if number == 1:
        return code, values
    strata, keys = factorise(parent * len(values) + code)
    return strata, values[keys % len(values)]


def _units(ids: Integers, within: Integers) -> tuple[Integers, Integers]:
    """Tell units apart by their codes, and by what they lie in where the same code lies in two."""
    unit, values = factorise(np.asarray(ids, dtype=np.int64))
    holder = np.empty(len(values), dtype=np.int64)
    holder[unit] = within
    if bool((holder[unit] == within).all()):
        return unit, values
    nested, keys = factorise(within * len(values) + unit)
    return nested, values[keys % len(values)]


def _check_one_stratum(wrong: Bools, ids: Integers, number: int) -> None:
    """Refuse a unit that lies in two strata."""
    if wrong.any():
        raise invalid(
            _("A unit lies in two strata."), param="strata",
            where=_("stage {stage}, unit {unit}").format(stage=number, unit=int(ids[int(wrong.argmax())])),
            hint=_("Where unit codes begin anew in each stratum, say so with nested=True."))


def _populations(given: Floats | None, strata: Integers, n_strata: int, number: int) -> Floats:
    """Give the population of each stratum; infinite where unknown."""
    population = np.full(n_strata, np.inf)
    if given is None:
        return population
    sizes = np.asarray(given, dtype=np.float64)
    population[strata] = sizes
    wrong = ~(sizes > 0) | ~np.isclose(population[strata], sizes, rtol=1e-9, atol=0)
    if wrong.any():
        row = int(wrong.argmax())
        raise invalid(_("The population of a stratum must be one positive number."), param="population",
                      where=_("stage {stage}, row {row}").format(stage=number, row=row),
                      expected=float(population[strata[row]]), got=float(sizes[row]))
    return population


def _check_taken(taken: Floats, population: Floats, codes: Integers, number: int) -> None:
    """Refuse a stratum of which more units were drawn than it has."""
    wrong = taken > population * (1 + 1e-9)
    if wrong.any():
        first = int(wrong.argmax())
        raise invalid(_("More units were drawn from a stratum than it has."), param="population",
                      where=_("stage {stage}, stratum {stratum}").format(stage=number,
                                                                         stratum=int(codes[first])),
                      expected=f"<= {population[first]:g}", got=int(taken[first]),
                      hint=_("The population counts units of this stage, not people."))


def _lonely_error(codes: Integers, number: int) -> InvalidValueError:
    """Say which strata have one unit."""
    shown = ", ".join(str(code) for code in np.unique(codes)[:_SHOWN])
    return invalid(
        _("Only one unit was drawn from a stratum, so its variance is not known."), param="lonely",
        where=_("stage {stage}, strata {strata}").format(stage=number, strata=shown),
        got=_("{count} such strata").format(count=len(codes)),
        hint=_("Choose what to do with them: lonely='certainty', 'grand-mean' or 'collapse'."))


def _collapse(stratum: Integers, population: Floats, codes: Integers, parent: Integers,
              number: int) -> tuple[Integers, Floats, Integers]:
    """Join each stratum of one unit with the next by code within the same unit above; the last with the one before."""
    taken = np.bincount(stratum, minlength=len(codes))
    holder = np.zeros(len(codes), dtype=np.int64)
    holder[stratum] = parent
    target = np.arange(len(codes))
    last: dict[int, int] = {}  # the last stratum that stands, by unit above
    waiting: dict[int, list[int]] = {}
    for h in np.flatnonzero(taken < population * (1 - _WHOLE)).tolist():
        owner = int(holder[h])
        group = [*waiting.pop(owner, []), h]
        if taken[group].sum() == 1:
            waiting[owner] = group
            continue
        target[group] = h
        last[owner] = h
    for owner, group in waiting.items():
        if owner not in last:
            raise _lonely_error(codes[group], number)
        target[group] = target[last[owner]]
    kept, joined = np.unique(target, return_inverse=True)
    sizes = np.zeros(len(kept))
    np.add.at(sizes, joined, population)
    return joined[stratum].astype(np.int64), sizes, codes[kept]
