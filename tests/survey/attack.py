"""An adversary who knows all that is published and the definitions, and bounds what is withheld by linear programmes.

It shares no code with what it attacks: equations are written here from what the words of a table say. Used by tests,
and by the tool that shows the bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

AXES = ("ref_area", "sex", "age", "tenure")
CITY = "city"
ROUNDING = 1e-6


@dataclass(frozen=True)
class Bound:
    """What the adversary knows of one withheld number: ``low`` and ``high``; the ``truth`` it does not know."""

    what: str
    cell: tuple[str, ...]
    low: float
    high: float
    truth: float
    small: bool

    @property
    def told(self) -> bool:
        """Whether one guess is within a fifth of everything that is possible."""
        if self.truth == 0:
            return self.high <= ROUNDING
        return self.high * 0.8 < self.low * 1.2 * (1 - ROUNDING)

    @property
    def close(self) -> bool:
        """Whether one of the two bounds is within a fifth of the truth."""
        return not self.told and self.truth > 0 and (self.high < 1.2 * self.truth * (1 - ROUNDING)
                                                     or self.low > 0.8 * self.truth * (1 + ROUNDING))


class Adversary:
    """Sets up what is published: knowns as numbers, what is withheld as unknowns of at least zero."""

    def __init__(self, rows: pd.DataFrame, cases: pd.Series) -> None:
        self.known: dict[tuple[str, ...], float] = {}
        self.unknown: dict[tuple[str, ...], int] = {}
        self.equations: list[dict[tuple[str, ...], float]] = []
        for row, n in zip(rows.to_dict("records"), cases, strict=True):
            cell = tuple(row[axis] for axis in AXES)
            self._see(("N", row["indicator"], row["series"], *cell), row["numerator"])
            self._see(("D", *cell), row["denominator"])
            self._see(("n", *cell), n)
        self._add_up(rows)
        self.columns = {name: i for i, name in enumerate(
            name for name in self.unknown if name not in self.known)}
        self._solve_parts()

    def _see(self, name: tuple[str, ...], value: float) -> None:
        self.unknown.setdefault(name, 0)
        if not np.isnan(value):
            self.known[name] = float(value)

    def _add_up(self, rows: pd.DataFrame) -> None:
        codes = {axis: sorted(set(rows[axis])) for axis in AXES}
        for name in list(self.unknown):
            head, cell = name[:-4], name[-4:]
            for i, axis in enumerate(AXES):
                top = CITY if axis == "ref_area" else "_T"
                if cell[i] != top:
                    continue
                parts = [(*head, *cell[:i], code, *cell[i + 1:]) for code in codes[axis] if code != top]
                parts = [part for part in parts if part in self.unknown]
                if parts:
                    self.equations.append({name: -1.0} | dict.fromkeys(parts, 1.0))
        ladders = {ladder: sorted(part["series"].unique()) for ladder, part in rows.groupby("indicator")}
        for name in list(self.unknown):
            if name[0] == "D":
                for ladder, rungs in ladders.items():
                    self.equations.append({name: -1.0} | {("N", ladder, rung, *name[1:]): 1.0 for rung in rungs})

    def _solve_parts(self) -> None:
        lines, right, places = [], [], []
        for equation in self.equations:
            open_terms = {self.columns[name]: sign for name, sign in equation.items() if name in self.columns}
            if open_terms:
                places.append(open_terms)
                right.append(-sum(sign * self.known[name] for name, sign in equation.items() if name in self.known))
        for i, terms in enumerate(places):
            lines += [(i, column, sign) for column, sign in terms.items()]
        rows, columns, values = (np.array(x) for x in zip(*lines, strict=True)) if lines else ([], [], [])
        self.matrix = sparse.csr_array((values, (rows, columns)), shape=(len(places), len(self.columns)))
        self.right = np.array(right)
        both = sparse.block_array([[None, self.matrix.T], [self.matrix, None]], format="csr")
        self.part = connected_components(both, directed=False)[1]

    def bounds(self, name: tuple[str, ...]) -> tuple[float, float]:
        """Give the lowest and highest value of an unknown for all that is published."""
        column = self.columns[name]
        mine = np.flatnonzero(self.part[:len(self.columns)] == self.part[column])
        lines = np.flatnonzero(self.part[len(self.columns):] == self.part[column])
        matrix, right = self.matrix[lines][:, mine], self.right[lines]
        scale = max(float(np.abs(right).max(initial=0)), 1.0) / 1e4
        cost = np.zeros(len(mine))
        cost[np.flatnonzero(mine == column)] = 1.0
        low = linprog(cost, A_eq=matrix, b_eq=right / scale, bounds=(0, None), method="highs")
        high = linprog(-cost, A_eq=matrix, b_eq=right / scale, bounds=(0, None), method="highs")
        return (scale * low.fun if low.x is not None else 0.0), (-scale * high.fun if high.x is not None else np.inf)


def attack(rows: pd.DataFrame, cases: pd.Series, truth: pd.DataFrame, small: Mapping[tuple[str, ...], bool], *,
           most: int = 10_000, seed: int = 0) -> list[Bound]:
    """Bound withheld numbers, all or as many as are asked for; ``truth`` is only held against what came out."""
    adversary = Adversary(rows, cases)
    true: dict[tuple[str, ...], tuple[float, bool]] = {}
    for row in truth.to_dict("records"):
        cell = tuple(row[axis] for axis in AXES)
        key = (row["indicator"], row["series"], *cell)
        true["N", *key] = row["numerator"], small.get(key, False)
        for what, value in (("D", row["denominator"]), ("n", float(row["n"]))):
            before = true.get((what, *cell), (0.0, True))[1]
            true[what, *cell] = value, before and small.get(key, False)
    names = [name for name in adversary.columns if name in true and not _said_above(adversary, name)]
    order = np.random.default_rng(seed).permutation(len(names))
    order = np.array(sorted(order, key=lambda i: not true[names[i]][1])[:most])  # small cells first
    return [Bound(names[i][0], names[i][1:], *adversary.bounds(names[i]), *true[names[i]]) for i in order]


def _said_above(adversary: Adversary, name: tuple[str, ...]) -> bool:
    """Tell whether a published 0 % of a larger group says that nobody in this one is counted: nothing hides that."""
    if name[0] != "N":
        return False
    return any(other[:3] == name[:3] and value == 0 and all(
        there in (here, "_T", CITY) for here, there in zip(name[3:], other[3:], strict=True))
        for other, value in adversary.known.items())
