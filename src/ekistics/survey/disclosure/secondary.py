"""Secondary suppression: what else is withheld so that nothing withheld can be worked out.

Two steps take turns until the adversary of :mod:`~ekistics.survey.disclosure.bounds` fails everywhere. Along each
equation by itself, cells are added until what is withheld there can move far enough: quick, needed, and mostly enough.
What can still be bounded gets the cheapest further cells by a linear programme over its neighbourhood. In the end, what
is not needed is shown again (:mod:`~ekistics.survey.disclosure.thinning`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey.disclosure.bounds import Reach, equations_among, settle
from ekistics.survey.disclosure.system import System
from ekistics.survey.disclosure.thinning import thin

__all__ = ["Protection", "protect"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
ROUNDS, STALLED = 500, 5
WIDER = ((None, False), (2, False), (2, True), (4, False), (4, True), (None, True))  # further cells: ``around``
FAMILY = 400  # quantities of one family in the whole table that are looked at together
WHOLE = 1  # the kind of quantities that are denominators
ALONE = ((True,), (False,), ())  # patches that add nothing for cases, which move alone, and denominators, which do not
_MOVED = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Protection:
    """What is withheld in the end.

    Parameters
    ----------
    units : numpy.ndarray of bool, shape (n_units,)
        The withheld units.
    reach : Reach
        How far from the truth solutions were found.
    rounds : int
        How often cells were added.
    """

    units: Bools
    reach: Reach
    rounds: int


def protect(system: System, primary: Bools) -> Protection:
    """Choose the cells that must be withheld beside those that are small.

    Parameters
    ----------
    system : System
        The equations.
    primary : numpy.ndarray of bool, shape (n_units,)
        Units that are withheld for what they say themselves.

    Returns
    -------
    Protection
        A choice in which no bound of a withheld quantity is closer to the truth than it may be.

    Raises
    ------
    InvalidValueError
        There is none, even with everything withheld that is connected.
    """
    held, reach = _Held(system, primary), Reach.nothing(system)
    random = np.random.default_rng(0)
    stalled, before = 0, (-1, -1)
    for rounds in range(ROUNDS):
        lacking = np.flatnonzero(system.hidden(held.units) & reach.lacks(system, held.every))
        if not len(lacking):
            return Protection(thin(system, held.units, primary, reach), reach, rounds)
        stalled = stalled + 1 if before == (before := (int(held.units.sum()), len(lacking))) else 0
        if stalled == STALLED:
            break
        for quantity in lacking[np.lexsort((system.kind[lacking], ~system.strict[lacking]))].tolist():
            if rounds == 0 and system.kind[quantity] == WHOLE:
                _pair(system, held, quantity)
            _protect_one(system, held, reach, quantity, random=random)
    raise InvalidValueError(_("The table cannot be published so that withheld cells stay unknown."),
                            hint=_("Publish fewer breakdowns, or merge small groups and areas."))


def _pair(system: System, held: "_Held", quantity: int) -> None:
    """Withhold further cells by what their denominators need, whatever is in them: few numbers, quickly solved."""
    near = system.around(quantity, held.parts, partners=None, whole=False)
    if len(near) > FAMILY:
        near = system.around(quantity, held.parts, partners=2, whole=False, first=held.quantities)
    for side in (1.0, -1.0) if system.strict[quantity] else (1.0,):
        moved = _cheapest(system, held, near, (quantity, side), within=False)
        if moved is not None:
            for each in near[np.abs(moved) > _MOVED * system.need[quantity]]:
                held.withhold(int(each))


def _protect_one(system: System, held: "_Held", reach: Reach, quantity: int, *, random: np.random.Generator) -> None:
    """Find a witness for one quantity, and with it for many around; withhold further cells where there is none."""
    one = np.array([quantity])
    if reach.lacks(system, one)[0]:
        whole = bool(system.kind[quantity] == WHOLE)
        settle(system, system.around(quantity, held.quantities, partners=2, whole=whole), reach, random=random)
    if reach.lacks(system, one)[0]:
        _free(system, held, reach, quantity)


class _Held:
    """What is withheld so far: units, and the quantities that are unknown with them."""

    def __init__(self, system: System, primary: Bools) -> None:
        self.units = primary.copy()
        self.by_quantity = system.hides, system.either
        self.hides, self.either = sparse.csc_array(system.hides), sparse.csc_array(system.either)
        self.quantities, self.any = system.hidden(primary), np.ones(len(system.truth), dtype=bool)
        self.parts = system.always | ~system.patches.above(self.quantities & ~system.always)[system.patches.place]
        self.every = np.arange(len(system.truth))
        self.shown = system.hides @ (~primary).astype(np.int64)
        self.cost = np.maximum(np.diff(system.hides.indptr), 1).astype(float)

    def price(self, quantities: Ints) -> float:
        """Give how many units are withheld with some quantities, and are not yet."""
        found = np.zeros(len(self.units), dtype=bool)
        for quantity in quantities:
            found[self.units_of(int(quantity))] = True
        return float((found & ~self.units).sum())

    def units_of(self, quantity: int) -> Ints:
        """Give the units that show a quantity."""
        found = [pattern.indices[pattern.indptr[quantity]:pattern.indptr[quantity + 1]] for pattern in self.by_quantity]
        return np.asarray(found[0] if len(found[0]) else found[1], dtype=np.intp)

    def withhold(self, quantity: int) -> bool:
        """Withhold the units that show a quantity; tell whether any was shown."""
        before = bool(self.quantities[quantity])
        for unit in self.units_of(quantity):
            self._unit(int(unit))
        return not before and bool(self.quantities[quantity])

    def _unit(self, unit: int) -> None:
        if self.units[unit]:
            return
        self.units[unit] = True
        touched = self.hides.indices[self.hides.indptr[unit]:self.hides.indptr[unit + 1]]
        self.shown[touched] -= 1
        self.quantities[touched[self.shown[touched] == 0]] = True
        self.quantities[self.either.indices[self.either.indptr[unit]:self.either.indptr[unit + 1]]] = True


def _free(system: System, held: _Held, reach: Reach, quantity: int) -> None:
    """Withhold the cheapest further cells with which a quantity can move as far as it needs, and take the witness."""
    both = system.strict[quantity] and system.truth[quantity] > 0
    for sides in ((1.0,), (-1.0,)) if both else ((1.0, -1.0) if system.truth[quantity] > 0 else (1.0,),):
        found = _best(system, held, quantity, sides, among=held.parts) or _best(system, held, quantity, sides,
                                                                                among=held.any)
        if found is None:
            for equation in system.equations_of(quantity):
                for member in system.members(equation)[0]:
                    held.withhold(int(member))
            continue
        near, moved = found
        for each in near[np.abs(moved) > _MOVED * system.need[quantity]]:
            if not held.quantities[each]:
                held.withhold(int(each))
        moved[~held.quantities[near]] = 0
        reach.take(near, moved, system)


def _best(system: System, held: _Held, quantity: int, sides: Iterable[float], *,
          among: Bools) -> tuple[Ints, Floats] | None:
    """Give the solution that withholds the fewest further units, over patches of growing size and some sides."""
    best: tuple[float, Ints, Floats] | None = None
    for partners, whole in WIDER:
        if partners is not None and whole in ALONE[system.kind[quantity]]:
            continue
        if best is not None and (partners is None or partners > 2):  # noqa: PLR2004 - the small ones are all tried
            break
        near = system.around(quantity, among, partners=partners, whole=whole, first=held.quantities)
        if partners is None and not whole and len(near) > FAMILY:
            continue
        for side in sides:
            moved = _cheapest(system, held, near, (quantity, side))
            if moved is None:
                continue
            fresh = near[(np.abs(moved) > _MOVED * system.need[quantity]) & ~held.quantities[near]]
            cost = held.price(fresh)
            if cost == 0:
                return near, moved
            if best is None or cost < best[0]:
                best = cost, near, moved
    return best and best[1:]


def _cheapest(system: System, held: _Held, near: Ints, aim: tuple[int, float], *,
              within: bool = True) -> Floats | None:
    """Find the differences that move a quantity as far as it needs over the cheapest others; None where none do."""
    part = equations_among(system, near, within=within)
    need = system.distance(aim[0], aim[1])
    size = np.maximum(system.truth[near] / need, 1e-9)
    cost = np.where(held.quantities[near], 1e-4, held.cost[near] * (1 + np.abs(np.log(size)) / 4))
    n = len(near)
    low, high = np.zeros(2 * n), np.concatenate([np.full(n, np.inf), -system.floor[near] / need])
    at, other = (0, n) if aim[1] > 0 else (n, 0)
    low[at] = high[at] = 1.0
    high[other] = 0.0
    found = linprog(np.concatenate([cost, cost]), A_eq=sparse.hstack([part, -part]), b_eq=np.zeros(part.shape[0]),
                    bounds=np.column_stack([low, high]), method="highs")
    return None if found.x is None else np.asarray((found.x[:n] - found.x[n:]) * need, dtype=float)
