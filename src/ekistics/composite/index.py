"""What an index is built from, and what it is when it is built."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ekistics.composite.log import Entry
from ekistics.composite.scenario import Scenario
from ekistics.composite.structure import Structure
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Data", "Index"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Data:
    """What an index is built from.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, n_items)
        Raw values in the order of the structure's items; NaN where missing.
    structure : Structure
        The tree.
    units : sequence of str, length n
        Codes of the units, each once.
    denominators : mapping of str to numpy.ndarray, shape (n,)
        Quantities that items may be divided by.
    groups : mapping of str to sequence of str, length n
        Groupings of the units; empty for a unit of no group.
    se : numpy.ndarray, shape (n, n_items), optional
        Standard errors of the values; NaN where none is known.

    Raises
    ------
    InvalidValueError
        When a shape is another, a value or denominator infinite, a standard error infinite or below zero, or a unit
        there twice.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all")], [Group("all", "")])
    >>> Data(np.array([[1.0], [2.0]]), tree, ["x", "y"]).values.shape
    (2, 1)
    """

    values: Floats
    structure: Structure
    units: Sequence[str]
    denominators: Mapping[str, npt.ArrayLike] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    se: Floats | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.asarray(self.values, dtype=np.float64))
        shape = (len(self.units), len(self.structure.items))
        for name, table in (("values", self.values), ("se", self.se)):
            if table is not None and np.shape(table) != shape:
                raise InvalidValueError(_("The table must have a row a unit and a column an item."), where=name,
                                        param=name, expected=shape, got=np.shape(table))
        twice = [unit for unit, count in Counter(self.units).items() if count > 1]
        if twice:
            raise InvalidValueError(_("A unit is there twice."), where=twice[0], param="units",
                                    got=_("{count} such units").format(count=len(twice)),
                                    hint=_("Keep one row for each unit."))
        for name, series in {**self.denominators, **self.groups}.items():
            if np.shape(series) != shape[:1]:
                raise InvalidValueError(_("There must be one entry for each unit."), where=name, param=name,
                                        expected=shape[0], got=np.shape(series))
        self._check_numbers()

    def _check_numbers(self) -> None:
        """Refuse infinite values and denominators, and standard errors that are infinite or below zero."""
        codes = [item.code for item in self.structure.items]
        tables = [(_("A value is infinite."), "values", self.values, codes, np.isinf(self.values))]
        if self.se is not None:
            se = np.asarray(self.se, dtype=np.float64)
            tables.append((_("A standard error is negative or infinite."), "se", se, codes, np.isinf(se) | (se < 0)))
        for name, series in self.denominators.items():
            column = np.asarray(series, dtype=np.float64)[:, None]
            tables.append((_("A value is infinite."), "denominators", column, [name], np.isinf(column)))
        for message, param, table, names, wrong in tables:
            if wrong.any():
                row, place = np.argwhere(wrong)[0]
                raise InvalidValueError(message, where=names[place], param=param,
                                        got=f"{table[row, place]:g} ({self.units[row]})",
                                        hint=_("Give NaN where a value is missing."))


@dataclass(frozen=True, eq=False)
class Index:
    """A built index.

    Parameters
    ----------
    data : Data
        What it was built from.
    scenario : Scenario
        How.
    treated : numpy.ndarray, shape (n, n_items)
        Values as they were standardised: denominated, imputed, treated; NaN for units screened out.
    standardised : numpy.ndarray, shape (n, n_items)
        Standardised values.
    weights : numpy.ndarray, shape (n_items + n_groups,)
        Weights in the order of ``structure.codes``, summing to one below each group.
    scores, coverage : numpy.ndarray, shape (n, n_groups)
        Scores, and shares of the weight that has values; the index itself is the last column.
    ranks : numpy.ndarray, shape (n,)
        Ranks in the index, from 1; NaN without a score.
    log : tuple of Entry
        What each step did.
    """

    data: Data
    scenario: Scenario
    treated: Floats
    standardised: Floats
    weights: Floats
    scores: Floats
    coverage: Floats
    ranks: Floats
    log: tuple[Entry, ...]

    @property
    def structure(self) -> Structure:
        """The tree."""
        return self.data.structure

    @property
    def total(self) -> Floats:
        """Give the scores in the index itself, shape (n,)."""
        return self.scores[:, -1]

    def of(self, code: str) -> Floats:
        """Give the scores in a group, or the standardised values of an item.

        Parameters
        ----------
        code : str
            Code of the group or item.

        Returns
        -------
        numpy.ndarray, shape (n,)
            The scores.

        Raises
        ------
        UnknownNameError
            When there is no such code.

        Examples
        --------
        >>> from ekistics.composite import Group, Item, build
        >>> tree = Structure.of([Item("a", "all")], [Group("all", "")])
        >>> build(Data(np.array([[1.0], [2.0]]), tree, ["x", "y"]), Scenario()).of("all").tolist()
        [0.0, 100.0]
        """
        place = self.structure.place(code)
        n_items = len(self.structure.items)
        return self.standardised[:, place] if place < n_items else self.scores[:, place - n_items]
