"""Why a unit has its score: what each part adds to it, and to its distance from another unit or from the middle."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ekistics.composite.aggregate import aggregate
from ekistics.composite.index import Index
from ekistics.composite.reach import Need, needs
from ekistics.composite.structure import Node
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["SCALES", "Explanation", "Need", "Part", "explain", "needs"]

Floats = npt.NDArray[np.float64]
_NEAR = 1e-7
SCALES = {"arithmetic": "points", "mpi": "points", "geometric": "logarithms", "harmonic": "reciprocals"}
_TURN: dict[str, Callable[[Floats], Floats]] = {"arithmetic": np.asarray, "mpi": np.asarray, "geometric": np.log,
                                                "harmonic": np.reciprocal}


@dataclass(frozen=True, slots=True)
class Part:
    """An item or group in the explanation of a unit.

    Parameters
    ----------
    code, parent : str
        Its code, and that of the group above; empty for the index itself.
    is_item : bool
        Whether it is an item.
    score, reference : float
        Standardised value or score of the unit, and of what it is held against; NaN where there is none.
    weight : float
        Its share of the weight of what is there below its parent; 0 where it is missing, 1 for the index itself.
    contribution : float
        What it adds to its parent: points (weight x score), or under a geometric mean weight x logarithm of the score,
        under a harmonic one weight / score. NaN where it is missing.
    scale : str
        ``points``, ``logarithms`` or ``reciprocals``: of what the contribution is; empty for the index itself.
    distance : float
        Points of the index by which it sets the unit above what it is held against, or below.
    rest : float
        The part of a group's distance that none of its children carries: holes that one has and the other has not, and
        the penalty of ``mpi``; 0 for items.
    """

    code: str
    parent: str
    is_item: bool
    score: float
    reference: float
    weight: float
    contribution: float
    scale: str
    distance: float
    rest: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """A unit's score, taken apart.

    Parameters
    ----------
    unit : str
        The unit.
    against : str
        The unit that it is held against; empty for the middle, which has the median of each item.
    parts : tuple of Part
        The index itself, then each group followed by what is below it.
    """

    unit: str
    against: str
    parts: tuple[Part, ...]

    @cached_property
    def by_code(self) -> dict[str, Part]:
        """The parts by their codes."""
        return {part.code: part for part in self.parts}

    def below(self, code: str) -> list[Part]:
        """Give what is directly below a group, the largest distance first.

        Parameters
        ----------
        code : str
            Code of the group.

        Returns
        -------
        list of Part
            Its children: their distances and the group's rest add up to the group's distance.

        Raises
        ------
        UnknownNameError
            When there is no such code.
        """
        if code not in self.by_code:
            raise UnknownNameError.among(code, list(self.by_code), what=_("item or group"))
        return sorted((part for part in self.parts if part.parent == code),
                      key=lambda part: -abs(np.nan_to_num(part.distance)))

    def strongest(self, count: int, *, items: bool = True) -> list[Part]:
        """Give the items, or the groups directly below the index, that set the unit most above what it is held against.

        Parameters
        ----------
        count : int
            At most so many; only those that set it above.
        items : bool, default True
            Items; else what is directly below the index.

        Returns
        -------
        list of Part
            The largest first.
        """
        return self._furthest(1, count, items=items)

    def weakest(self, count: int, *, items: bool = True) -> list[Part]:
        """Give the items, or the groups directly below the index, that set the unit most below.

        Parameters
        ----------
        count : int
            At most so many; only those that set it below.
        items : bool, default True
            Items; else what is directly below the index.

        Returns
        -------
        list of Part
            The largest first.
        """
        return self._furthest(-1, count, items=items)

    def _furthest(self, side: int, count: int, *, items: bool) -> list[Part]:
        """Give the parts that set the unit most to one side: above (1) or below (-1)."""
        chosen = [part for part in self.parts if (part.is_item if items else part.parent == self.parts[0].code)]
        return sorted((part for part in chosen if side * part.distance > 0),
                      key=lambda part: -side * part.distance)[:count]


def explain(index: Index, unit: str, against: str | None = None) -> Explanation:
    """Take a unit's score apart.

    Parameters
    ----------
    index : Index
        The index.
    unit : str
        Code of the unit.
    against : str, optional
        Code of the unit that it is held against; the middle where absent: a made-up unit with the median of each
        item's standardised values.

    Returns
    -------
    Explanation
        A part for each item and group. Contributions below a group add up to its score, to the logarithm of its score
        or to its reciprocal, as its mean is; under ``mpi`` to the mean before the penalty. Distances below a group and
        its rest add up to its distance, and that of the index is the difference of the two scores. NaN where one of
        the two has no score.

    Raises
    ------
    UnknownNameError
        When a unit is unknown.
    InvalidValueError
        When a group is joined by ``copeland``, which no part adds to.

    Notes
    -----
    A geometric mean has no parts in points; a difference of two has: that of logarithms times the logarithmic mean of
    the two scores, which is exact and symmetric (Ang, Energy Policy 32, 2004, the LMDI method). A harmonic mean is
    taken apart by reciprocals in the same way. Where the two have unlike holes, each part's distance is taken with the
    mean of its two weights, and what is left is the group's rest. A group that one of the two has no score in is such a
    hole itself: nothing below it has a distance.

    Examples
    --------
    >>> from ekistics.composite import Data, Group, Item, Scenario, Structure, build
    >>> tree = Structure.of([Item("schools", "all", 3), Item("smoke", "all", direction=-1)], [Group("all", "")])
    >>> index = build(Data(np.array([[1.0, 9], [2, 5], [3, 5]]), tree, ["x", "y", "z"]), Scenario())
    >>> told = explain(index, "z", against="y")
    >>> [(part.code, part.contribution, part.distance) for part in told.parts]
    [('all', 100.0, 37.5), ('schools', 75.0, 37.5), ('smoke', 25.0, 0.0)]
    """
    row, other = _rows(index, unit, against)
    walk = _Walk(index, _side(index, row), _side(index, other))
    structure = index.structure
    root = len(structure.items) + len(structure.nodes) - 1
    distance = walk.one.scores[root] - walk.other.scores[root]
    return Explanation(unit, against or "", tuple(walk.group(root, 1.0, 1.0, float(distance), None)))


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """Scores of items and groups of one of the two, in the order of ``structure.codes``, and as they are joined."""

    scores: Floats
    joined: Floats


def _side(index: Index, row: Floats) -> _Side:
    """Build the scores of one unit from its standardised values."""
    step = index.scenario.aggregate
    made = aggregate(index.structure, row[None], index.weights, step).scores[0]
    scores = np.concatenate([row, made])
    return _Side(scores, scores if step.floor is None else np.maximum(scores, step.floor))


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """A walk down the tree with both units."""

    index: Index
    one: _Side
    other: _Side

    def group(self, place: int, weight: float, factor: float, distance: float, above: str | None) -> list[Part]:
        """Give the part of a group and those of all below it."""
        structure = self.index.structure
        node = structure.nodes[place - len(structure.items)]
        method = _method(self.index, node)
        below = structure.children(node)
        w = self.index.weights[below]
        weights = [np.where(np.isfinite(side.joined[below]), w, 0.0) for side in (self.one, self.other)]
        own, theirs = (each / each.sum() if each.sum() else each for each in weights)
        rates = _rates(method, self.one, self.other, place, below) * (own + theirs) / 2
        both = (own > 0) & (theirs > 0)
        moved = np.where(both, factor * rates * (self.one.joined[below] - self.other.joined[below]), 0.0)
        moved = moved if np.isfinite(distance) else np.full(len(below), np.nan)
        parts = [self._part(place, weight, distance, above, distance - float(moved.sum()))]
        for i, child in enumerate(below.tolist()):
            if child < len(structure.items):
                parts.append(self._part(child, float(own[i]), float(moved[i]), method, 0.0))
            else:
                parts += self.group(child, float(own[i]), float(factor * rates[i]), float(moved[i]), method)
        return parts

    def _part(self, place: int, weight: float, distance: float, above: str | None, rest: float) -> Part:
        """Give the part of an item or group; ``above`` is the method that joins it with its siblings."""
        structure, n_items = self.index.structure, len(self.index.structure.items)
        of = structure.items[place] if place < n_items else structure.groups[place - n_items]
        joined = self.one.joined[place]
        adds = joined if above is None else weight * float(_TURN[above](np.array(joined)))
        return Part(of.code, of.parent, place < n_items, float(self.one.scores[place]), float(self.other.scores[place]),
                    weight, float(adds), "" if above is None else SCALES[above], distance, rest)


def _rates(method: str, one: _Side, other: _Side, place: int, below: npt.NDArray[np.int64]) -> Floats:
    """Give by how much a group's difference follows that of a child of weight one; 0 where one has no score."""
    top, bottom = one.scores[place], other.scores[place]
    if not np.isfinite(top + bottom):
        return np.zeros(len(below))
    a, b = one.joined[below], other.joined[below]
    there = np.isfinite(a) & np.isfinite(b)
    a, b = np.where(there, a, 1.0), np.where(there, b, 1.0)
    if method == "geometric":
        return _log_mean(np.array(top), np.array(bottom)) / _log_mean(a, b)
    if method == "harmonic":
        reciprocal: Floats = top * bottom / (a * b)
        return reciprocal
    return np.ones(len(below))


def _log_mean(a: Floats, b: Floats) -> Floats:
    """Give the logarithmic mean (a - b) / (ln a - ln b), which is a where both are one."""
    apart = np.log(a) - np.log(b)
    near = np.abs(apart) < _NEAR
    # near each other, the quotient loses its digits: the mean is the geometric one but for the square of the distance
    return np.where(near, np.sqrt(a * b), (a - b) / np.where(near, 1.0, apart))


def _method(index: Index, node: Node) -> str:
    """Give the method of a group; refuse one that no part adds to."""
    method = index.scenario.aggregate.methods(index.structure.levels)[node.level - 1]
    if method not in SCALES:
        raise InvalidValueError(_("A score by {method} counts pairs of cities and has no parts.").format(method=method),
                                where=node.code, param="method", expected=", ".join(SCALES), got=method)
    return method


def _rows(index: Index, unit: str, against: str | None) -> tuple[Floats, Floats]:
    """Give the standardised values of the unit and of what it is held against."""
    units = list(index.data.units)
    for name in (unit, against):
        if name is not None and name not in units:
            raise UnknownNameError.among(name, units, what=_("unit"))
    if against is not None:
        return index.standardised[units.index(unit)], index.standardised[units.index(against)]
    some = np.asarray(np.isfinite(index.standardised).any(axis=0))
    middle = np.full(len(some), np.nan)
    middle[some] = np.nanmedian(index.standardised[:, some], axis=0)
    return index.standardised[units.index(unit)], middle
