"""A table as linear equations, and where its quantities stand.

Quantities are the numerator N of each row, the denominator D and the unweighted cases n of each cell, and what a share
leaves, C = D - N. They are bound by sums over areas and dimensions, by N + C = D, and by series that add up. The
equations are kept in differences from the truth, so that what is published has no difference, and constants fall out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ekistics.survey.disclosure.grid import Grid

__all__ = ["MARGIN", "Patches", "System"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
MARGIN = 1e-3  # relative: kept further away by this, for an adversary who computes with other roundings


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Where quantities stand, to find those that can move together.

    Parameters
    ----------
    place : numpy.ndarray of int, shape (n_quantities,)
        Coordinate of each quantity.
    family : numpy.ndarray of int, shape (n_quantities,)
        Quantities of a cell that can move while all others of it stay have one number: series that add up, with what
        they leave; cases; denominators, which move with the others of their cell but have sums of their own.
    order, begins : numpy.ndarray of int
        Quantities by coordinate.
    grid : Grid
        The coordinates.
    at : mapping of tuple of str to int
        Number of a coordinate.
    size : numpy.ndarray, shape (n_places,)
        Largest quantity of each cell.
    known : dict
        Neighbours that were looked up.
    """

    place: Ints
    family: Ints
    order: Ints
    begins: Ints
    grid: Grid
    at: Mapping[tuple[str, ...], int]
    size: Floats
    known: dict[tuple[int, int], tuple[list[str], Ints]] = field(default_factory=dict)

    def of_place(self, place: int) -> Ints:
        """Give the quantities of a cell."""
        return self.order[self.begins[place]:self.begins[place + 1]]

    def cells_around(self, place: int, counts: Ints, partners: int) -> list[int]:
        """Give the cells whose code on each axis is the cell's own or one of its best partners.

        Parameters
        ----------
        place : int
            The cell.
        counts : numpy.ndarray of int, shape (n_places,)
            How many quantities of each cell may be moved; partners with more come first, then those of like size.
        partners : int
            How many partners on each axis.

        Returns
        -------
        list of int
            The cells that are in the table.
        """
        own = self.grid.places[place]
        chosen = [(code, *self._partners(place, axis, counts, partners)) for axis, code in enumerate(own)]
        near = [cell for axis, codes in enumerate(chosen) for code in codes[1:]
                if (cell := self.at.get((*own[:axis], code, *own[axis + 1:]))) is not None]
        for axis, codes in enumerate(chosen):
            if len(codes) == 1:  # not crossed with the cell's own groups; but its totals may be, and must move as well
                further = (self._partners(cell, axis, counts, partners) for cell in near)
                chosen[axis] = (own[axis], *next((found for found in further if found), ()))
        return [cell for codes in product(*chosen) if (cell := self.at.get(codes)) is not None]

    def _partners(self, place: int, axis: int, counts: Ints, partners: int) -> tuple[str, ...]:
        """Give the best partners of a cell on one axis."""
        codes, cells = self._beside(place, axis)
        far = np.abs(np.log(self.size[cells] / self.size[place]))
        return tuple(codes[k] for k in np.lexsort((far, -counts[cells]))[:partners])

    def above(self, quantities: Bools) -> Bools:
        """Tell which places are in areas that are made of others and in which none of some quantities are.

        Parameters
        ----------
        quantities : numpy.ndarray of bool, shape (n_quantities,)
            The quantities.

        Returns
        -------
        numpy.ndarray of bool, shape (n_places,)
            Whether each place is.
        """
        areas = [place[0] for place in self.grid.places]
        made = {areas[totals[0]] for totals, below in self.grid.lines if areas[totals[0]] != areas[below.max()]}
        made -= {areas[place] for place in set(self.place[quantities].tolist())}
        return np.array([area in made for area in areas], dtype=bool)

    def _beside(self, place: int, axis: int) -> tuple[list[str], Ints]:
        """Give the codes that stand in a sum with a cell's own on an axis, and their cells."""
        if (place, axis) not in self.known:
            own = self.grid.places[place]
            found = [(code, self.at.get((*own[:axis], code, *own[axis + 1:])))
                     for code in self.grid.kin[axis].get(own[axis], ())]
            there = [(code, cell) for code, cell in found if cell is not None]
            cells = np.array([cell for _code, cell in there], dtype=np.intp)
            self.known[place, axis] = [code for code, _cell in there], cells
        return self.known[place, axis]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Linear equations between the quantities of a table.

    Parameters
    ----------
    equations : scipy.sparse.csr_array, shape (n_equations, n_quantities)
        Coefficients; differences from the truth add up to zero in each.
    truth : numpy.ndarray, shape (n_quantities,)
        True values.
    need : numpy.ndarray, shape (n_quantities,)
        How far above and below the truth an adversary's bounds must stay where the quantity is withheld.
    floor : numpy.ndarray, shape (n_quantities,)
        Lowest difference that is possible: quantities are not negative.
    unit : numpy.ndarray of int, shape (n_rows,)
        Rows of one unit are withheld together: what one indicator says of a cell. Its variants, and its shares of
        households and of people, are so close to each other that one tells the others.
    hides : scipy.sparse.csr_array of int, shape (n_quantities, n_units)
        Units of which all must be withheld for a quantity to be unknown.
    either : scipy.sparse.csr_array of int, shape (n_quantities, n_units)
        Units of which one is enough.
    always : numpy.ndarray of bool, shape (n_quantities,)
        Quantities that no row shows: small remainders, which must not be known, and what the table does not give,
        which needs no distance.
    strict : numpy.ndarray of bool, shape (n_quantities,)
        Quantities of which both bounds must stay away: those of small cells.
    protection : float
        How far bounds stay away, as a part of the truth.
    patches : Patches
        Where each quantity stands.
    numerator : numpy.ndarray of int, shape (n_rows,)
        The quantity that is each row's numerator; -1 where it has none.
    within : numpy.ndarray of bool, shape (n_equations,)
        Whether an equation is between quantities of one cell.
    kind : numpy.ndarray of int, shape (n_quantities,)
        0 for unweighted cases, 1 for denominators, 2 for all others.
    not_additive : int
        Totals that are not the sum of their parts, so that nothing follows from them.
    """

    equations: sparse.csr_array
    truth: Floats
    need: Floats
    floor: Floats
    unit: Ints
    hides: sparse.csr_array
    either: sparse.csr_array
    always: Bools
    strict: Bools
    protection: float
    patches: Patches
    numerator: Ints
    within: Bools
    kind: Ints
    not_additive: int = 0
    rows: Ints = field(init=False)
    columns: sparse.csc_array = field(init=False)

    def __post_init__(self) -> None:
        lengths = np.diff(self.equations.indptr)
        object.__setattr__(self, "rows", np.repeat(np.arange(len(lengths)), lengths))
        object.__setattr__(self, "columns", sparse.csc_array(self.equations))

    def members(self, equation: int) -> tuple[Ints, Floats]:
        """Give the quantities of an equation, and their coefficients."""
        kept = slice(self.equations.indptr[equation], self.equations.indptr[equation + 1])
        return self.equations.indices[kept], self.equations.data[kept]

    def equations_of(self, quantity: int) -> list[int]:
        """Give the equations that a quantity is in."""
        kept = slice(self.columns.indptr[quantity], self.columns.indptr[quantity + 1])
        found: list[int] = self.columns.indices[kept].tolist()
        return found

    def distance(self, quantity: int, side: float) -> float:
        """Give how far a quantity is moved to one side, so that it is far enough whatever the other side."""
        need, truth = float(self.need[quantity]), float(self.truth[quantity])
        if self.strict[quantity] or truth <= 0:
            return need * (1 + 2 * MARGIN)
        wide = (1 + self.protection) / (1 - self.protection) * (1 + 2 * MARGIN)  # highest by lowest value
        return truth * (wide - 1 if side > 0 else 1 - 1 / wide)

    def is_far(self, quantities: Ints, above: Floats, below: Floats) -> Bools:
        """Tell of which quantities bounds at some distances leave enough unknown.

        Parameters
        ----------
        quantities : numpy.ndarray of int
            The quantities.
        above, below : numpy.ndarray of float
            Distances of the upper and the lower bound from the truth.

        Returns
        -------
        numpy.ndarray of bool
            For a small cell, and for all where that is asked, whether both bounds are as far away as they must be; for
            a cell that protects others, whether no guess is within the protection of everything between the bounds.
        """
        need, truth = self.need[quantities], self.truth[quantities]
        both = (above >= need * (1 + MARGIN)) & ((below >= need * (1 + MARGIN)) | (truth <= 0))
        low, high = np.maximum(truth - below, 0), truth + above
        unknown = high * (1 - self.protection) >= low * (1 + self.protection) * (1 + MARGIN)
        return both | (need <= 0) | (~self.strict[quantities] & unknown & (truth > 0))

    def around(self, quantity: int, taken: Bools, *, partners: int | None, whole: bool,
               first: Bools | None = None) -> Ints:
        """Give the quantities that may move with one: of its cell, and of cells that differ from it on any axis.

        Parameters
        ----------
        quantity : int
            The quantity.
        taken : numpy.ndarray of bool, shape (n_quantities,)
            The quantities that may be moved.
        partners : int, optional
            How many other codes of an axis are taken; None for all cells.
        whole : bool
            Whether all quantities of the cells are taken, or those that are bound to the one within a cell.
        first : numpy.ndarray of bool, shape (n_quantities,), optional
            Quantities whose cells are taken first as partners; otherwise those that may be moved.

        Returns
        -------
        numpy.ndarray of int
            The quantities, the one first.
        """
        if partners is None:
            found = np.flatnonzero(taken if whole else taken & (self.patches.family == self.patches.family[quantity]))
            return np.concatenate([[quantity], found[found != quantity]])
        patches = self.patches
        asked = taken if first is None else first & taken
        counts = np.bincount(patches.place, asked, minlength=len(patches.size)).astype(np.intp)
        cells = patches.cells_around(int(patches.place[quantity]), counts, partners)
        found = np.concatenate([patches.of_place(cell) for cell in cells])
        family = patches.family[quantity]
        kept = taken[found] if whole else taken[found] & (patches.family[found] == family)
        found = found[kept]
        return np.concatenate([[quantity], found[found != quantity]])

    def hidden(self, units: Bools) -> Bools:
        """Tell which quantities are unknown when some units are withheld.

        Parameters
        ----------
        units : numpy.ndarray of bool, shape (n_units,)
            The withheld units.

        Returns
        -------
        numpy.ndarray of bool, shape (n_quantities,)
            Whether each is unknown.
        """
        owned = np.diff(self.hides.indptr) > 0
        shown = self.hides @ (~units).astype(np.int64)
        return np.asarray((owned & (shown == 0)) | ((self.either @ units.astype(np.int64)) > 0) | self.always,
                          dtype=bool)
