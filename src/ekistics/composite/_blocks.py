"""Many replicates at once: weights as one more dimension of arrays, ranks of whole blocks.

Blocks have a row for each replicate and a column for each unit, so that the children of a group are joined by a product
of matrices and a replicate's scores stand side by side where they are sorted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.composite.aggregate import aggregate
from ekistics.composite.ranks import DIGITS
from ekistics.composite.scenario import Aggregate
from ekistics.composite.structure import Structure

__all__ = ["Prepared", "prepare", "rank_block", "rank_type", "total_block", "uniforms"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_EACH = 3  # dimensions of values of which each replicate has its own
_SLACK = 1e-9  # a share that is 2/3 but for its last bits is 2/3
_POSITIVE = ("geometric", "harmonic")
_THERE: dict[str, Callable[[Floats], Floats]] = {"arithmetic": np.asarray, "geometric": np.log,
                                                 "harmonic": np.reciprocal}
_BACK: dict[str, Callable[[Floats], Floats]] = {"arithmetic": np.asarray, "geometric": np.exp,
                                                "harmonic": np.reciprocal}
_ONE = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": 1.0}  # the score 1 in the scale of each method
_GOLDEN, _FIRST, _SECOND = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def uniforms(seeds: npt.NDArray[np.uint64], count: int) -> Floats:
    """Give random numbers that depend on nothing but a seed and their place: SplitMix64, its upper 53 bits.

    Parameters
    ----------
    seeds : numpy.ndarray of uint64, shape (r,)
        A seed for each replicate.
    count : int
        Numbers for each.

    Returns
    -------
    numpy.ndarray, shape (r, count)
        Numbers from 0 to below 1.

    Notes
    -----
    Method: Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, OOPSLA 2014. A generator of numpy
    would be made anew for each replicate, which takes longer than the replicate.

    Examples
    --------
    >>> uniforms(np.array([1234567], dtype=np.uint64), 2).round(4).tolist()
    [[0.3501, 0.1736]]
    """
    mixed = seeds[:, None] + _GOLDEN * np.arange(1, count + 1, dtype=np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    drawn: Floats = ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
    return drawn


@dataclass(frozen=True, slots=True, eq=False)
class _Join:
    """A group whose score is worked out, with all items and such groups below it whose way up has no other method."""

    number: int
    method: str
    items: Integers
    groups: Integers


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Units that are joined in one way: values by join, and, where some have holes, the holes by join."""

    units: Bools
    joins: tuple[_Join, ...]
    turned: tuple[Floats, ...]
    holes: tuple["_Holes", ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Holes:
    """Units that have a hole below a group, what they have of its items, and where those of its groups stand there."""

    units: Integers
    there: Floats
    of_groups: tuple[Integers, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """Means of a group in the scale of its method, 0 where it has no score, and of units with holes what made them."""

    mean: Floats
    scored: Bools
    used: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Standardised values made ready for many sets of weights; made by :func:`prepare`.

    Parameters
    ----------
    structure : Structure
        The tree.
    standardised : numpy.ndarray, shape (n, n_items) or (r, n, n_items)
        Standardised values, those of all replicates or of each.
    step : Aggregate
        Methods, and the rule for what is missing.
    parts : tuple
        Units by the way in which they are joined; none where the values or methods need the slower way.
    """

    structure: Structure
    standardised: Floats
    step: Aggregate
    parts: tuple[_Part, ...]


def prepare(structure: Structure, standardised: Floats, step: Aggregate) -> Prepared:
    """Do once what does not depend on weights.

    Parameters
    ----------
    structure : Structure
        The tree.
    standardised : numpy.ndarray, shape (n, n_items) or (r, n, n_items)
        Standardised values, those of all replicates or of each.
    step : Aggregate
        Methods, and the rule for what is missing.

    Returns
    -------
    Prepared
        For :func:`total_block`.

    Notes
    -----
    A weighted mean of values, logarithms or reciprocals is a product of matrices. Where a group and the one above it
    have one method and nothing is missing, they are one mean with multiplied weights.
    """
    methods = step.methods(structure.levels)
    x = standardised if step.floor is None else np.maximum(standardised, step.floor)
    there = np.isfinite(x)
    complete = np.asarray(there.all(axis=(0, 2) if there.ndim == _EACH else 1))
    parts = []
    for units, whole in ((complete, True), (~complete, False)):
        if units.any():
            joins = _joins(structure, methods, every=not whole)
            parts.append(_part(x[..., units, :], None if whole else there[..., units, :], units, joins))
    ready = all(method in _THERE for method in methods) and all(part is not None for part in parts)
    return Prepared(structure, standardised, step, tuple(part for part in parts if part is not None) if ready else ())


def _joins(structure: Structure, methods: Sequence[str], *, every: bool) -> tuple[_Join, ...]:
    """Say which groups have a score of their own: the index, those of another method than above them, or every one."""
    m, count = len(structure.items), len(structure.nodes)
    own, above = list(range(count)), [count - 1] * (m + count)
    for number in reversed(range(count)):
        node = structure.nodes[number]
        above_items = own[number]
        for item in node.items:
            above[item] = above_items
        for child in node.groups:
            same = methods[structure.nodes[child].level - 1] == methods[node.level - 1]
            own[child] = above_items if same and not every else int(child)
            above[m + child] = above_items
    cut = [number for number in range(count) if own[number] == number]
    return tuple(_Join(number, methods[structure.nodes[number].level - 1],
                       np.array([i for i in range(m) if above[i] == number], dtype=np.int64),
                       np.array([g for g in cut if g != count - 1 and above[m + g] == number], dtype=np.int64))
                 for number in cut)


def _part(x: Floats, there: Bools | None, units: Bools, joins: tuple[_Join, ...]) -> _Part | None:
    """Turn the values of units as their groups' methods need them; None where one has no logarithm or reciprocal."""
    turned = []
    for join in joins:
        below = x[..., join.items]
        if join.method not in _THERE or (join.method in _POSITIVE and bool((below <= 0).any())):
            return None
        made = _THERE[join.method](below)
        turned.append(_laid(made if there is None else np.where(there[..., join.items], made, 0.0)))
    return _Part(units, joins, tuple(turned), None if there is None else _holes(there, joins))


def _holes(there: Bools, joins: tuple[_Join, ...]) -> tuple[_Holes, ...]:
    """Find, for each group, the units that have a hole below it in any replicate."""
    found: dict[int, _Holes] = {}
    whole = there if there.ndim != _EACH else there.all(axis=0)
    for join in joins:
        lacking: Bools = np.logical_not(np.asarray(whole)[:, join.items].all(axis=1))
        for group in join.groups:
            lacking[found[group].units] = True
        units = np.flatnonzero(lacking)
        held = _laid(there[..., units, :][..., join.items].astype(np.float64))
        found[join.number] = _Holes(units, held, tuple(np.searchsorted(units, found[g].units) for g in join.groups))
    return tuple(found.values())


def _laid(values: Floats) -> Floats:
    """Lay values of all replicates out by item, so that they stand as a product of matrices takes them."""
    return values if values.ndim == _EACH else np.ascontiguousarray(values.T)


def total_block(prepared: Prepared, weights: Floats) -> Floats:
    """Give the score of the index itself for many sets of weights.

    Parameters
    ----------
    prepared : Prepared
        Standardised values and methods.
    weights : numpy.ndarray, shape (r, n_items + n_groups)
        Weights that sum to one below each group.

    Returns
    -------
    numpy.ndarray, shape (r, n)
        Scores; NaN where there is none. As :func:`~ekistics.composite.aggregate.aggregate` gives them, but for the last
        bits.

    Raises
    ------
    InvalidValueError
        As :func:`~ekistics.composite.aggregate.aggregate`.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> total_block(prepare(tree, np.array([[10.0, 20]]), Aggregate()), np.array([[0.5, 0.5, 1], [0, 1, 1]])).tolist()
    [[15.0], [20.0]]
    """
    if not prepared.parts:
        return _slowly(prepared, weights)
    scores = np.empty((len(weights), prepared.standardised.shape[-2]))
    for part in prepared.parts:
        w = _joined_weights(prepared.structure, weights, part.joins)
        made = _whole(part, w, prepared) if part.holes is None else _holed(part, part.holes, w, prepared)
        if made is None:  # what cannot be is told in one place
            return _slowly(prepared, weights)
        scores[:, part.units] = made
    return scores


def _slowly(prepared: Prepared, weights: Floats) -> Floats:
    """Aggregate by any method, or tell what cannot be."""
    x = prepared.standardised
    x = np.moveaxis(x, 0, 1) if x.ndim == _EACH else x
    scores: Floats = aggregate(prepared.structure, x, weights, prepared.step).scores[..., -1].T
    return scores


def _joined_weights(structure: Structure, weights: Floats, joins: tuple[_Join, ...]) -> Floats:
    """Multiply weights along their way up to the next group that has a score of its own."""
    down, m = weights.copy(), len(structure.items)
    cut = {join.number for join in joins}
    for number in reversed(range(len(structure.nodes))):
        if number not in cut:
            down[:, structure.children(structure.nodes[number])] *= down[:, m + number, None]
    return down


def _whole(part: _Part, w: Floats, prepared: Prepared) -> Floats | None:
    """Join what is all there."""
    m, made = len(prepared.structure.items), dict[int, Floats]()
    for join, turned in zip(part.joins, part.turned, strict=True):
        total = _sum(turned, w[:, join.items])
        for group in join.groups:
            if join.method in _POSITIVE and bool((made[group] <= 0).any()):
                return None
            total += w[:, m + group, None] * _THERE[join.method](made.pop(group))
        made[join.number] = _BACK[join.method](total)
    return made[len(prepared.structure.nodes) - 1]


def _holed(part: _Part, holes: tuple[_Holes, ...], w: Floats, prepared: Prepared) -> Floats | None:
    """Join what is there, where enough of it is; only units with a hole below a group are looked at for it."""
    m, made = len(prepared.structure.items), dict[int, _Made]()
    by_number = {join.number: (join, lacks) for join, lacks in zip(part.joins, holes, strict=True)}
    least = (1.0 if prepared.step.whole else prepared.step.minimum_share) - _SLACK
    for (join, lacks), turned in zip(by_number.values(), part.turned, strict=True):
        total, share = _sum(turned, w[:, join.items]), _sum(lacks.there, w[:, join.items])
        used = share.copy()
        for group, places in zip(join.groups, lacks.of_groups, strict=True):
            below, weight = made.pop(group), w[:, m + group, None]
            mean = _turned(below, by_number[group], join.method)
            if mean is None:
                return None
            total += weight * mean
            share += weight
            used += weight
            share[:, places] -= weight * ~below.scored
            used[:, places] -= weight * (1 - below.used)
        scored = (used >= least) & (share > _SLACK)
        total[:, lacks.units] = np.divide(total[:, lacks.units], share, out=np.zeros(share.shape), where=scored)
        made[join.number] = _Made(total, scored, np.where(scored, used, 0.0))
    return _scores(made[len(prepared.structure.nodes) - 1], part.joins[-1], holes[-1], np.nan)


def _turned(below: _Made, of: tuple[_Join, _Holes], method: str) -> Floats | None:
    """Bring the means of a group to the scale of the method above it; None where one has no logarithm or reciprocal."""
    join, lacks = of
    if join.method == method:
        return below.mean
    scores = _scores(below, join, lacks, 1.0)
    if method in _POSITIVE and bool((scores <= 0).any()):
        return None
    scores = _THERE[method](scores)
    scores[:, lacks.units] = np.where(below.scored, scores[:, lacks.units], 0.0)
    return scores


def _scores(of: _Made, join: _Join, lacks: _Holes, missing: float) -> Floats:
    """Bring the means of a group back to scores; a number of one's choice where there is none."""
    means = of.mean.copy()
    means[:, lacks.units] = np.where(of.scored, means[:, lacks.units], _ONE[join.method])
    scores = np.array(_BACK[join.method](means))
    scores[:, lacks.units] = np.where(of.scored, scores[:, lacks.units], missing)
    return scores


def _sum(items: Floats, w: Floats) -> Floats:
    """Sum items, shape (count, n) or (r, n, count), by weights (r, count)."""
    total: Floats = np.matmul(items, w[:, :, None])[..., 0] if items.ndim == _EACH else w @ items
    return total


def rank_type(n: int) -> type[np.uint16 | np.uint32]:
    """Give the smallest type that holds the ranks of n units.

    Parameters
    ----------
    n : int
        Units.

    Returns
    -------
    type
        Of whole numbers of 16 or 32 bits.

    Examples
    --------
    >>> rank_type(13_000).__name__
    'uint16'
    """
    return np.uint16 if n <= np.iinfo(np.uint16).max else np.uint32


def rank_block(scores: Floats) -> npt.NDArray[np.integer]:
    """Rank units within each replicate, the highest score first; equals share the best of their ranks.

    Parameters
    ----------
    scores : numpy.ndarray, shape (r, n)
        Scores; NaN where a unit has none. They are told apart as :func:`~ekistics.composite.ranks.rank` does.

    Returns
    -------
    numpy.ndarray of int, shape (r, n)
        Ranks from 1; 0 where a unit has none.

    Examples
    --------
    >>> rank_block(np.array([[3.0, 5.0, 3.0, np.nan, 1.0]])).tolist()
    [[2, 1, 2, 0, 4]]
    """
    told = -np.round(scores, DIGITS)
    order = np.argsort(told, axis=1)
    ordered = np.take_along_axis(told, order, axis=1)
    places = np.arange(1, scores.shape[1] + 1, dtype=rank_type(scores.shape[1]))
    first = np.empty(scores.shape, dtype=bool)  # the first of those with one score
    first[:, 0] = True
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
    shared = np.maximum.accumulate(np.where(first, places, places.dtype.type(0)), axis=1)
    shared[np.isnan(ordered)] = 0
    ranks = np.empty_like(shared)
    np.put_along_axis(ranks, order, shared, axis=1)
    return ranks
