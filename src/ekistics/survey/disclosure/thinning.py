"""Thinning: giving back what was withheld to protect others and is not needed any more.

Cells are withheld one after another, and what came later often makes what came before needless. Here each protecting
unit is shown again, the most wanted first, and stays shown where everything that is still withheld keeps a witness:
one of those found before that moves nothing that is shown again, or a new one. Protecting units that are then the only
unknown of an equation are shown with it. Where no witness is found within the limits below, all of them stay withheld.
"""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ekistics.survey.disclosure.bounds import Reach, equations_among, move, settle
from ekistics.survey.disclosure.system import System

__all__ = ["thin"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
LARGEST = 3000  # connected quantities of which one programme is asked; beyond, cells around alone
WIDER = ((2, True), (4, True), (None, True))  # cells that may move with one: ``System.around``
MOST, LEAST = 200, 500  # units that are tried; programmes beside half as many as the choice took
WHOLE = 1  # the kind of quantities that are denominators


def thin(system: System, units: Bools, primary: Bools, reach: Reach) -> Bools:
    """Show protecting units again where nothing that stays withheld comes closer to being known than it may.

    Parameters
    ----------
    system : System
        The equations.
    units : numpy.ndarray of bool, shape (n_units,)
        The withheld units: a choice in which each withheld quantity has a witness.
    primary : numpy.ndarray of bool, shape (n_units,)
        Those of them that stay withheld whatever else is.
    reach : Reach
        The witnesses; it is extended, and those that move what is shown again are taken out.

    Returns
    -------
    numpy.ndarray of bool, shape (n_units,)
        The units that stay withheld.
    """
    work, most = _Work(system, units, primary, reach), reach.programmes * 3 // 2 + LEAST
    for unit in _most_wanted(system, units & ~primary)[:MOST]:
        if work.units[unit] and reach.programmes < most:
            work.give_back(unit)
    return work.units


def _most_wanted(system: System, units: Bools) -> list[int]:
    """Order units: those that are totals along more axes first, then larger ones."""
    patches, shown = system.patches, sparse.csc_array(system.hides)
    level = np.zeros(len(patches.size))
    for totals, _below in patches.grid.lines:
        level[totals] += 1
    place = np.array([patches.place[shown.indices[shown.indptr[u]]] if shown.indptr[u] < shown.indptr[u + 1] else 0
                      for u in range(len(units))], dtype=np.intp)
    numbers = np.flatnonzero(units)
    order = np.lexsort((numbers, -patches.size[place[numbers]], -level[place[numbers]]))
    return [int(unit) for unit in numbers[order]]


class _Work:
    """What is withheld so far, and the witnesses by the quantities that they move."""

    def __init__(self, system: System, units: Bools, primary: Bools, reach: Reach) -> None:
        self.system, self.units, self.primary, self.reach = system, units.copy(), primary, reach
        self.hidden = system.hidden(units)
        self.random = np.random.default_rng(0)
        self.dead: set[int] = set()
        self.pattern = sparse.csr_array((np.ones(len(system.equations.data)), system.equations.indices,
                                         system.equations.indptr), shape=system.equations.shape)
        self.component = self._components()

    def give_back(self, unit: int) -> bool:
        """Show a unit again where all that stays withheld keeps a witness; tell whether it is shown."""
        units = self.units.copy()
        units[unit] = False
        while True:  # what alone is left unknown in an equation is shown as well, or nothing is
            hidden = self.system.hidden(units)
            gone = np.flatnonzero(self.hidden & ~hidden)
            lone = self._lone(gone, hidden)
            if lone is None:
                break
            further = self._showing(lone, units)
            if further is None:
                return False
            units[further] = False
        dead, touched = self._moving(gone)
        before = self.reach.up[touched].copy(), self.reach.down[touched].copy()
        self.dead |= dead
        self._recount(touched)
        lacking = touched[hidden[touched] & self.reach.lacks(self.system, touched)]
        if all(self._found(int(q), hidden) for q in lacking[np.lexsort((self.system.kind[lacking],
                                                                       ~self.system.strict[lacking]))]):
            self.units, self.hidden = units, hidden
            return True
        self.dead -= dead
        for now, then in zip((self.reach.up, self.reach.down), before, strict=True):
            now[touched] = np.maximum(now[touched], then)
        return False

    def _lone(self, gone: Ints, hidden: Bools) -> int | None:
        """Give a quantity that must not be known and is the one unknown of an equation of what is shown again."""
        equations = np.unique(np.concatenate([self.system.equations_of(int(q)) for q in gone] or [[]])).astype(np.intp)
        part = self.pattern[equations]
        for k in np.flatnonzero(part @ hidden.astype(float) == 1):
            members = part.indices[part.indptr[k]:part.indptr[k + 1]]
            one = members[hidden[members]]
            if not self.system.is_far(one, np.zeros(1), np.zeros(1))[0]:
                return int(one[0])
        return None

    def _showing(self, quantity: int, units: Bools) -> int | None:
        """Give a protecting unit that, shown, shows a quantity; None where there is none."""
        hides = self.system.hides
        found = hides.indices[hides.indptr[quantity]:hides.indptr[quantity + 1]]
        free = found[units[found] & ~self.primary[found]]
        return int(free[0]) if len(free) else None

    def _moving(self, gone: Ints) -> tuple[set[int], Ints]:
        """Give the witnesses that move some quantities, and all that these move."""
        dead = set(self._touching(gone))
        return dead, np.unique(np.concatenate([gone, *(self.reach.solutions[k][0] for k in sorted(dead))]))

    def _touching(self, quantities: Ints) -> list[int]:
        asked = np.zeros(len(self.hidden), dtype=bool)
        asked[quantities] = True
        return [k for k, found in enumerate(self.reach.solutions) if k not in self.dead and asked[found[0]].any()]

    def _recount(self, touched: Ints) -> None:
        """Count anew how far some quantities can go, without the witnesses that were taken out."""
        fresh = touched[np.isfinite(self.reach.up[touched])]  # what stands in no equation is free whatever is shown
        self.reach.up[fresh] = self.reach.down[fresh] = 0
        for number in self._touching(fresh):
            self.reach.again(number)

    def _found(self, quantity: int, hidden: Bools) -> bool:
        """Tell whether a quantity has a witness, and look for one that moves only what is withheld."""
        system, one = self.system, np.array([quantity])
        if self.reach.lacks(system, one)[0]:
            near = system.around(quantity, hidden, partners=2, whole=bool(system.kind[quantity] == WHOLE))
            settle(system, near, self.reach, random=self.random)
        for partners, whole in WIDER:
            if not self.reach.lacks(system, one)[0]:
                return True
            near = system.around(quantity, hidden & (self.component == self.component[quantity]), partners=partners,
                                 whole=whole)
            if len(near) <= LARGEST:
                equations = equations_among(system, near)
                for side in (1.0, -1.0):
                    move(system, (near, equations), self.reach, [(0, side)])
        return not self.reach.lacks(system, one)[0]

    def _components(self) -> Ints:
        """Give what is connected through what is withheld a number; giving back can only part it further."""
        unknown = np.flatnonzero(self.hidden)
        part = sparse.csr_array(self.system.columns[:, unknown])
        both = sparse.block_array([[None, part], [part.T, None]], format="csr")
        found = np.full(len(self.hidden), -1, dtype=np.intp)
        found[unknown] = connected_components(both, directed=False)[1][part.shape[0]:]
        return found
