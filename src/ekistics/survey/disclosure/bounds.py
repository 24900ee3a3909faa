"""The adversary: whether what is published leaves each withheld quantity far enough from being known.

What is looked for is not the bounds themselves but whether each is far enough away. Any solution of the published
equations is a witness for every quantity that it moves far enough; a solution that moves only cells around one is one
of the whole table; and withholding more never takes a witness away. So small linear programmes (HiGHS) settle nearly
everything, and the programme of all that is connected is asked only for what they leave open. A quantity that passes
has its witness; one that fails was asked about exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog

from ekistics.survey.disclosure.system import MARGIN, System

__all__ = ["Reach", "equations_among", "furthest", "move", "settle"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
_TINY, _NOTHING = 1e-7, 1e-12
TIMES = 12  # programmes for one patch, at most
GOOD = 8  # one in so many aims must be reached, or fewer are asked for together
FEW = 2  # aims that are too few to be asked for together


@dataclass(slots=True, eq=False)
class Reach:
    """How far solutions were found from the truth so far.

    Parameters
    ----------
    up, down : numpy.ndarray of float, shape (n_quantities,)
        Largest difference found above and below.
    programmes : int
        Linear programmes solved.
    solutions : list of tuple
        The witnesses: which quantities each moves, how far, and how far it can be turned round.
    """

    up: Floats
    down: Floats
    programmes: int = 0
    solutions: list[tuple[Ints, Floats, float]] = field(default_factory=list)

    @classmethod
    def nothing(cls, system: System) -> "Reach":
        """Begin with nothing found."""
        return cls(np.zeros(len(system.truth)), np.zeros(len(system.truth)))

    def lacks(self, system: System, quantities: Ints) -> Bools:
        """Tell which of some quantities are not known to be far enough away."""
        return ~system.is_far(quantities, self.up[quantities], self.down[quantities])

    def take(self, quantities: Ints, moved: Floats, system: System) -> None:
        """Take a solution as witness, and the same turned round as far as nothing becomes negative."""
        some = np.abs(moved) > _NOTHING * np.abs(moved).max(initial=0.0)
        quantities, moved = quantities[some], moved[some]
        rising, turned = moved > 0, 0.0
        if rising.any():
            turned = max(float((-system.floor[quantities][rising] / moved[rising]).min()), 0.0)
        self.solutions.append((quantities, moved, turned if np.isfinite(turned) else 0.0))
        before = self.up[quantities].copy(), self.down[quantities].copy()
        self.again(len(self.solutions) - 1)
        if not ((self.up[quantities] > before[0]) | (self.down[quantities] > before[1])).any():
            self.solutions.pop()

    def again(self, number: int) -> None:
        """Count a witness."""
        quantities, moved, turned = self.solutions[number]
        self.up[quantities] = np.maximum(self.up[quantities], np.maximum(moved, -turned * moved))
        self.down[quantities] = np.maximum(self.down[quantities], np.maximum(-moved, turned * moved))


def equations_among(system: System, quantities: Ints, *, within: bool = True) -> sparse.csr_array:
    """Give the equations that some quantities are in, with these alone: all others stay where they are.

    Parameters
    ----------
    system : System
        The equations.
    quantities : numpy.ndarray of int
        The quantities.
    within : bool, default True
        Whether those between quantities of one cell are among them.

    Returns
    -------
    scipy.sparse.csr_array, shape (n_equations, n_quantities)
        Their equations.
    """
    part = sparse.csr_array(system.columns[:, quantities])
    there = np.diff(part.indptr) > 0
    return sparse.csr_array(part[np.flatnonzero(there if within else there & ~system.within)])


def furthest(equations: sparse.csr_array, floor: Floats, aims: Ints, sides: Floats, *, need: Floats) -> Floats | None:
    """Move some quantities as far towards what they need as the equations let them together.

    Parameters
    ----------
    equations : scipy.sparse.csr_array, shape (n_equations, n)
        Equations of differences.
    floor : numpy.ndarray, shape (n,)
        Lowest differences.
    aims : numpy.ndarray of int
        The quantities to be moved.
    sides : numpy.ndarray
        1 to move one up, -1 down.
    need : numpy.ndarray
        How far each is to go; further counts no more.

    Returns
    -------
    numpy.ndarray, shape (n,) or None
        The differences; None where the solver finds none.
    """
    n, scale = len(floor), max(float(need.max()), _TINY)
    cost = np.zeros(n + len(aims))
    cost[aims] = -sides * scale / need
    rising = sides > 0
    low, high = floor / scale, np.full(n, np.inf)
    high[aims[rising]] = need[rising] / scale
    low[aims[~rising]] = np.maximum(low[aims[~rising]], -need[~rising] / scale)
    beyond = np.column_stack([np.where(rising, 0.0, np.minimum(floor[aims] + need, 0.0) / scale),
                              np.where(rising, np.inf, 0.0)])
    columns = sparse.hstack([equations, equations[:, aims]], format="csr")
    found = linprog(cost, A_eq=columns, b_eq=np.zeros(columns.shape[0]),
                    bounds=np.vstack([np.column_stack([low, high]), beyond]), method="highs")
    if found.x is None:
        return None
    moved = found.x[:n].copy()
    moved[aims] += found.x[n:]
    return np.asarray(moved * scale, dtype=float)


def settle(system: System, quantities: Ints, reach: Reach, *, random: np.random.Generator) -> None:
    """Move the quantities of a patch far from the truth, many together, and take the solutions as witnesses.

    Parameters
    ----------
    system : System
        The equations.
    quantities : numpy.ndarray of int
        Unknown quantities; the first is moved in each programme that it still needs.
    reach : Reach
        What was found so far; it is extended.
    random : numpy.random.Generator
        For which quantities are moved together.
    """
    equations = equations_among(system, quantities)
    if not equations.shape[0]:
        reach.up[quantities], reach.down[quantities] = np.inf, -system.floor[quantities]
        return
    together = len(quantities)
    for _time in range(TIMES):
        chosen = _some(_open_sides(system, quantities, reach), together, random)
        if not chosen:
            return
        before = int(reach.lacks(system, quantities).sum())
        move(system, (quantities, equations), reach, chosen)
        done = before - int(reach.lacks(system, quantities).sum())
        if done < len(chosen) / GOOD:
            together = len(chosen) // 4
        if together < FEW:
            return


def _open_sides(system: System, quantities: Ints, reach: Reach) -> list[tuple[int, float]]:
    """Give the sides on which something is still to be looked for."""
    lacking = np.flatnonzero(reach.lacks(system, quantities))
    return [(int(i), side) for i in lacking for side in (1.0, -1.0)
            if not _side_done(system, reach, int(quantities[i]), side)]


def _side_done(system: System, reach: Reach, quantity: int, side: float) -> bool:
    if side < 0 and system.truth[quantity] <= 0:
        return True
    found = float((reach.up if side > 0 else reach.down)[quantity])
    return found >= min(system.distance(quantity, side), -system.floor[quantity] if side < 0 else np.inf) * (1 - MARGIN)


def move(system: System, patch: tuple[Ints, sparse.csr_array], reach: Reach,
         chosen: Sequence[tuple[int, float]]) -> None:
    """Move some quantities of a patch, each to one side, as far as they need, and take the solution as witness.

    Parameters
    ----------
    system : System
        The equations.
    patch : tuple
        The quantities that may move, and their equations.
    reach : Reach
        What was found so far; it is extended.
    chosen : sequence of tuple
        Places in the patch, and 1 to move up, -1 down.
    """
    quantities, equations = patch
    aims, sides = np.array([i for i, _side in chosen], dtype=np.intp), np.array([side for _i, side in chosen])
    need = np.array([system.distance(int(quantities[i]), side) for i, side in chosen])
    moved = furthest(equations, system.floor[quantities], aims, sides, need=need)
    reach.programmes += 1
    if moved is not None:
        reach.take(quantities, moved, system)


def _some(open_sides: Sequence[tuple[int, float]], most: int, random: np.random.Generator) -> list[tuple[int, float]]:
    """Choose some quantities, each with one side; the first of the patch is among them."""
    chosen: dict[int, float] = {}
    for k in random.permutation(len(open_sides)):
        i, side = open_sides[k]
        if i not in chosen and (len(chosen) < most - 1 or i == 0):
            chosen[i] = side
    return list(chosen.items()) or list(open_sides[:1])
