"""From a table to its equations: what anybody can add up."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.disclosure.found import found_sums, same_quantity
from ekistics.survey.disclosure.grid import Grid
from ekistics.survey.disclosure.rules import DisclosureRules
from ekistics.survey.disclosure.system import Patches, System
from ekistics.survey.disclosure.table import CellTable
from ekistics.survey.disclosure.unshown import fitting, unshown

__all__ = ["system_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
_SAME, _NEARLY, _ROUNDED = 1e-9, 1e-2, 1e-6  # relative: equal sums; sums that should be and are not; rounding


def system_of(table: CellTable, rules: DisclosureRules, grid: Grid) -> System:
    """Turn a table into its equations.

    Parameters
    ----------
    table : CellTable
        The table.
    rules : DisclosureRules
        How far bounds must stay away, and which remainders are small.
    grid : Grid
        The table's rows by measure and coordinate.

    Returns
    -------
    System
        The equations.

    Raises
    ------
    InvalidValueError
        Parts that should add up to their total do so only nearly, so that what can be worked out cannot be told.
    """
    return _Builder(grid, table, rules).build()


class _Builder:
    """Collects quantities and equations."""

    def __init__(self, grid: Grid, table: CellTable, rules: DisclosureRules) -> None:
        self.grid, self.table, self.rules = grid, table, rules
        first = same_quantity(grid.whole, grid.cases, [name[3] for name in grid.names])
        self.group = np.unique(first, return_inverse=True)[1]  # numbered without gaps: wholes and cases stand so
        self.count = 0
        self.truth: list[Floats] = []
        self.terms: list[tuple[Ints, Ints, Floats]] = []
        self.equation_count = self.not_additive = 0
        self.always: list[int] = []
        self.within: list[Bools] = []
        self.extra: list[tuple[Ints, Ints]] = []
        self.family = np.arange(len(grid.names))

    def build(self) -> System:
        grid = self.grid
        groups = sorted(set(self.group.tolist()))
        self.first = {g: int(np.flatnonzero(self.group == g)[0]) for g in groups}
        self.whole_values = np.array([_first_of(grid.whole[self.group == g]) for g in groups])
        self.case_values = np.array([_first_of(grid.cases[self.group == g]) for g in groups])
        self.part = self._quantities(grid.part, self._unshown(grid.part))
        self.whole = self._quantities(self.whole_values, self._unshown(self.whole_values))
        self.cases = self._quantities(self.case_values, self._unshown(self.case_values))
        some = (self.part >= 0) & (self.whole[self.group] >= 0) & grid.share[:, None]
        left = np.maximum(self.whole_values[self.group] - grid.part, 0)
        self.rest = self._quantities(np.where(some, left, np.nan), some)
        self._splits()
        self._sums_over_axes(groups)
        self._sums_of_series(groups)
        return self._finish(groups)

    def _unshown(self, values: Floats) -> Bools:
        """Tell which values are not given and are unknowns of the equations; nobody knows how low changes can be."""
        out = np.zeros(values.shape, dtype=bool)
        for m, given in enumerate(values):
            if not np.isnan(given).all() and not (given < 0).any():
                out[m] = unshown(~np.isnan(given), self.grid.lines)
        return out

    def _quantities(self, values: Floats, unknown: Bools | bool = False) -> Ints:
        """Give each quantity that has a value, or is unknown to all, a number."""
        known = ~np.isnan(values) | unknown
        numbers = np.full(values.shape, -1, dtype=np.intp)
        numbers[known] = self.count + np.arange(int(known.sum()))
        self.count += int(known.sum())
        self.truth.append(values[known])
        return numbers

    def _equations(self, quantities: Ints, signs: Floats, *, within: bool = True) -> None:
        """Add an equation a row; a quantity of -1 is none."""
        self.within.append(np.full(len(quantities), within))
        kept = quantities >= 0
        rows = np.broadcast_to(np.arange(len(quantities))[:, None], quantities.shape)[kept] + self.equation_count
        self.terms.append((rows, quantities[kept], np.broadcast_to(signs, quantities.shape)[kept]))
        self.equation_count += len(quantities)

    def _splits(self) -> None:
        """Part and rest of a share are its whole."""
        whole = self.whole[self.group]
        some = (self.part >= 0) & (self.rest >= 0) & (whole >= 0)
        self._equations(np.column_stack([self.part[some], self.rest[some], whole[some]]), np.array([1.0, 1.0, -1.0]))

    def _sums_over_axes(self, groups: Sequence[int]) -> None:
        for totals, below in self.grid.lines:
            for g in range(len(groups)):
                remains = self._remainders(g, totals, below)
                self._line(self.whole[g], self.whole_values[g], totals, below, remains)
                self._line(self.cases[g], self.case_values[g], totals, below, remains, nearly=True)
                for m in np.flatnonzero(self.group == groups[g]):
                    self._line(self.part[m], self.grid.part[m], totals, below, remains)

    def _remainders(self, g: int, totals: Ints, below: Ints) -> Bools:
        """Tell which totals leave a remainder beside their parts that is of a few cases only."""
        with np.errstate(invalid="ignore", divide="ignore"):
            n, whole = self.case_values[g][totals], self.whole_values[g][totals]
            left = n - _added(self.case_values[g], below)
            estimated = (whole - _added(self.whole_values[g], below)) * n / whole
            left = np.where(left >= 0, left, np.round(estimated))
            return np.asarray((left > 0) & (left < self.rules.cases), dtype=bool)

    def _line(self, numbers: Ints, values: Floats, totals: Ints, below: Ints, remains: Bools,  # noqa: PLR0913 - one sum of one quantity
              *, nearly: bool = False) -> None:
        """Add the sums of one quantity along one axis; what is not the sum of its parts is left out and counted.

        Households with members in several groups make cases nearly add up; weighted numbers do so by mistake alone.
        """
        parts = np.where(below >= 0, numbers[below], -1)
        given = np.where((below >= 0) & ~np.isnan(values[below]), parts, -1)
        total, added = values[totals], _added(values, below)
        over = (numbers[totals] >= 0) & (given >= 0).any(axis=1) & _beyond(total, added, nearly=nearly)
        self.not_additive += int(over.sum())
        kept = (numbers[totals] >= 0) & (parts >= 0).any(axis=1) & ~over
        left = np.where(kept & remains & (given >= 0).any(axis=1), np.maximum(total - added, 0), np.nan)
        extra = self._quantities(left)
        self.always += extra[extra >= 0].tolist()
        self.extra.append((extra[extra >= 0], totals[extra >= 0]))
        unknown = np.where(given >= 0, -1, parts)
        few = kept & (extra >= 0)
        quantities = np.column_stack([numbers[totals], np.where(few[:, None], given, parts), extra])[kept]
        signs = np.array([-1.0] + [1.0] * (quantities.shape[1] - 1))
        self._equations(quantities, signs, within=False)
        some = few & (unknown >= 0).any(axis=1)
        self._equations(np.column_stack([extra, unknown])[some], signs[:-1], within=False)

    def _sums_of_series(self, groups: Sequence[int]) -> None:
        """Add series that are sums of each other, and numerators that are the denominators of others."""
        grid = self.grid
        for g, number in enumerate(groups):
            members = np.flatnonzero(self.group == number)
            told = _told(self.table, grid.names, members)
            for coefficients, of_whole in [*told, *found_sums(grid, members, self.whole_values[g])]:
                columns = [self.part[m] for m in coefficients] + ([self.whole[g]] if of_whole else [])
                stacked = np.column_stack(columns)
                signs = np.array([*coefficients.values(), *([of_whole] if of_whole else [])], dtype=float)
                bound = np.isin(self.family, self.family[list(coefficients)])
                self.family[bound] = self.family[bound].min()
                self._equations(stacked[(stacked >= 0).all(axis=1)], signs)
        self._shared_numbers(groups)

    def _shared_numbers(self, groups: Sequence[int]) -> None:
        """Make equal what is one quantity under two names: the numerator of one series, the denominator of another."""
        for m, name in enumerate(self.grid.names):
            for g, number in enumerate(groups):
                if self.group[m] == number or self.grid.names[self.first[number]][3] != name[3]:
                    continue
                given = ~np.isnan(self.grid.part[m]) & ~np.isnan(self.whole_values[g])
                if given.sum() > 2 and np.allclose(  # noqa: PLR2004 - one or two may be equal by chance
                        self.grid.part[m][given], self.whole_values[g][given], rtol=_SAME, atol=0):
                    both = (self.part[m] >= 0) & (self.whole[g] >= 0)
                    self._equations(np.column_stack([self.part[m][both], self.whole[g][both]]), np.array([1.0, -1.0]))

    def _finish(self, groups: Sequence[int]) -> System:
        truth = np.concatenate(self.truth)
        unknown = np.isnan(truth)
        truth, unfit = fitting(self._matrix(), np.concatenate(self.within), truth)
        numbers = np.flatnonzero(unfit)
        self._equations(numbers[:, None], np.ones(1))  # where nothing fits, what is not given stays where it is
        truth[unfit] = 0
        unit = _units(self.grid, len(self.table.rows))
        hides, either = self._hiding(unit, groups)
        always = np.zeros(self.count, dtype=bool)
        always[self.always] = True
        always |= unknown & ~unfit
        signed = np.zeros(self.count, dtype=bool)
        for m in range(len(self.grid.names)):
            if (self.grid.part[m] < 0).any():
                signed[self.part[m][self.part[m] >= 0]] = True
        floor = np.where(signed, -np.inf, -np.maximum(truth, 0))
        need = np.where(unknown, 0.0, self._needs(truth))
        return System(self._matrix(), truth, need, floor, unit, hides, either, always,
                      np.zeros(self.count, dtype=bool), self.rules.protection, self._patches(), self._numerators(),
                      np.concatenate(self.within), self._kinds(), self.not_additive)

    def _matrix(self) -> sparse.csr_array:
        rows, columns, values = (np.concatenate(each) for each in zip(*self.terms, strict=True))
        return sparse.csr_array((values, (rows, columns)), shape=(self.equation_count, self.count))

    def _kinds(self) -> Ints:
        kind = np.full(self.count, 2, dtype=np.intp)
        for number, quantities in enumerate((self.cases, self.whole)):
            kind[quantities[quantities >= 0]] = number
        return kind

    def _numerators(self) -> Ints:
        out = np.full(len(self.table.rows), -1, dtype=np.intp)
        some = (self.grid.row >= 0) & ~np.isnan(self.grid.part)
        out[self.grid.row[some]] = self.part[some]
        return out

    def _patches(self) -> Patches:
        place, family = np.zeros(self.count, dtype=np.intp), np.full(self.count, -1, dtype=np.intp)
        size = np.zeros(len(self.grid.places))
        for numbers in (self.part, self.rest, self.whole, self.cases):
            some = numbers >= 0
            place[numbers[some]] = np.nonzero(some)[1]
        for quantities, places in self.extra:
            place[quantities] = places
        for m in range(len(self.grid.names)):
            for numbers in (self.part[m], self.rest[m]):
                family[numbers[numbers >= 0]] = self.family[m]
        for offset, numbers in enumerate((*self.cases, *self.whole)):
            family[numbers[numbers >= 0]] = len(self.grid.names) + offset
        np.fmax.at(size, place, np.concatenate(self.truth))
        order = np.argsort(place, kind="stable")
        begins = np.searchsorted(place[order], np.arange(len(self.grid.places) + 1))
        at = {p: i for i, p in enumerate(self.grid.places)}
        return Patches(place, family, order, begins, self.grid, at, np.maximum(size, _SAME))

    def _needs(self, truth: Floats) -> Floats:
        """Give the distances; nobody counted is told apart from one case by a part of a case's weight."""
        need = self.rules.protection * np.abs(truth)
        grid = self.grid
        need[self.rest[self.rest >= 0]] = 0  # what a share leaves is no cell of the table
        with np.errstate(invalid="ignore", divide="ignore"):
            one = np.where(grid.cases > 0, self.rules.protection * grid.whole / grid.cases, 0)
        nobody = (self.part >= 0) & (grid.part == 0) & np.isfinite(one) & (one > 0)
        need[self.part[nobody]] = one[nobody]
        return need

    def _hiding(self, unit: Ints, groups: Sequence[int]) -> tuple[sparse.csr_array, sparse.csr_array]:
        """Say which units must be withheld for a quantity to be unknown."""
        grid, shape = self.grid, (self.count, int(unit.max(initial=-1)) + 1)
        hides: list[tuple[Ints, Ints]] = []
        held = ~np.isnan(grid.part) & (grid.row >= 0)
        hides.append((self.part[held], unit[grid.row[held]]))
        for g, number in enumerate(groups):
            for m in np.flatnonzero(self.group == number):
                for quantity, given in ((self.whole[g], self.whole_values[g]), (self.cases[g], self.case_values[g])):
                    some = ~np.isnan(given) & (grid.row[m] >= 0)
                    hides.append((quantity[some], unit[grid.row[m][some]]))
        rest = (self.rest >= 0) & held & ~np.isnan(self.whole_values[self.group])
        return _pattern(hides, shape), _pattern([(self.rest[rest], unit[grid.row[rest]])], shape)


def _pattern(pairs: Sequence[tuple[Ints, Ints]], shape: tuple[int, int]) -> sparse.csr_array:
    rows, columns = (np.concatenate(each) for each in zip(*pairs, strict=True))
    out = sparse.csr_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
    out.sum_duplicates()
    out.data[:] = 1  # several rows of a unit are one reason
    return out


def _first_of(values: Floats) -> Floats:
    """Give, coordinate by coordinate, the first value that is there."""
    known = ~np.isnan(values)
    return np.where(known.any(axis=0), values[known.argmax(axis=0), np.arange(values.shape[1])], np.nan)


def _beyond(total: Floats, added: Floats, *, nearly: bool) -> Bools:
    """Tell which parts add up to more than their total, as groups do that share people."""
    size = np.maximum(np.abs(total), _SAME)
    over = np.asarray(added - total > _ROUNDED * size, dtype=bool)
    if not nearly and (over & (added < total + _NEARLY * size)).any():
        raise InvalidValueError(_("Parts of the table add up to nearly, but not quite, their total."),
                                expected=_("unrounded numerators, denominators and cases of one set of weights"),
                                hint=_("Estimate the total from the same records as its parts."))
    return over


def _added(values: Floats, below: Ints) -> Floats:
    return np.asarray(np.nansum(np.where(below >= 0, values[below], 0.0), axis=1), dtype=float)


def _units(grid: Grid, count: int) -> Ints:
    """Give units their numbers: all that is said of one cell at one time, by all indicators, is one.

    Indicators of one survey have nearly the same cases and denominators, so one would show what another withholds.
    """
    number: dict[str, int] = {}
    time = np.array([number.setdefault(name[3], len(number)) for name in grid.names])
    unit = np.full(count, -1, dtype=np.intp)
    measures, places = np.nonzero(grid.row >= 0)
    unit[grid.row[measures, places]] = time[measures] * grid.row.shape[1] + places
    _kept, dense = np.unique(unit, return_inverse=True)
    return np.asarray(dense, dtype=np.intp)


def _told(table: CellTable, names: Sequence[tuple[str, ...]], members: Ints) -> list[tuple[Mapping[int, int], int]]:
    """Give the sums that were told, as coefficients of measures and of the denominator."""
    at = {names[m][:3]: int(m) for m in members}
    found: list[tuple[Mapping[int, int], int]] = []
    for told in table.sums:
        keys = [(told.indicator, part, told.variant) for part in told.parts]
        total = (told.indicator, told.total, told.variant)
        if all(key in at for key in keys) and (not told.total or total in at):
            signs = dict.fromkeys((at[key] for key in keys), 1) | ({at[total]: -1} if told.total else {})
            found.append((signs, 0 if told.total else -1))
    return found
