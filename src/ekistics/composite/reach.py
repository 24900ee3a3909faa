"""What it would take to move up: the score that a part of an index would need, all others staying as they are."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.composite.forms import Form
from ekistics.composite.index import Index
from ekistics.composite.log import TreatedItems
from ekistics.composite.structure import Node
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Need", "needs"]

Floats = npt.NDArray[np.float64]
_REACHED = ("min-max", "percentile-rank", "distance-to-target", "distance-to-maximum")
_ROUND = 1e-9


@dataclass(frozen=True, slots=True)
class Need:
    """What one item or group would need, were it alone to change.

    Parameters
    ----------
    code : str
        The item or group.
    is_item : bool
        Whether it is an item.
    score : float
        Its score today.
    needed : float
        The score that it would need; NaN where none would do.
    reachable : bool
        Whether the scale goes so far.
    value, needed_value : float
        Of an item, the raw value today and the one that it would need; NaN where that cannot be told: of groups, of
        items that are divided by something, or whose logarithm was taken, and of methods by rank or deviation.
    """

    code: str
    is_item: bool
    score: float
    needed: float
    reachable: bool
    value: float
    needed_value: float


def needs(index: Index, unit: str, places: int) -> list[Need]:
    """Say what each item and group would need so that a unit moves up by some places.

    Parameters
    ----------
    index : Index
        The index.
    unit : str
        Code of the unit.
    places : int
        By how many places; the other units stay where they are.

    Returns
    -------
    list of Need
        For each item and group that the unit has, but for the index itself; the smallest change of score first, what
        cannot be reached last.

    Raises
    ------
    UnknownNameError
        When the unit is unknown.
    InvalidValueError
        When the unit has no score, fewer units are above it, or a group is joined by ``mpi`` or ``copeland``.

    Notes
    -----
    Each mean is solved for one of its parts, from the index down. The yardstick stays as it is: under min-max, a unit
    that becomes the best of all would move the end of the scale. Equal scores share the better rank, so that reaching
    the score of the unit above is enough.

    Examples
    --------
    >>> from ekistics.composite import Data, Group, Item, Scenario, Structure, build
    >>> tree = Structure.of([Item("schools", "all"), Item("smoke", "all", direction=-1)], [Group("all", "")])
    >>> index = build(Data(np.array([[1.0, 9], [2, 7], [3, 5]]), tree, ["x", "y", "z"]), Scenario())
    >>> [(need.code, need.needed, need.needed_value, need.reachable) for need in needs(index, "x", 1)]
    [('schools', 100.0, 3.0, True), ('smoke', 100.0, 5.0, True)]
    """
    units = list(index.data.units)
    if unit not in units:
        raise UnknownNameError.among(unit, units, what=_("unit"))
    row = units.index(unit)
    wanted = _wanted(index, row, unit, places)
    made: list[Need] = []
    root = len(index.structure.nodes) - 1
    goals = {root: wanted}
    for number in reversed(range(len(index.structure.nodes))):
        if number in goals:
            node = index.structure.nodes[number]
            goals |= _below(index, row, node, goals[number], made)
    return sorted(made, key=lambda need: (not need.reachable, need.needed - need.score))


def _wanted(index: Index, row: int, unit: str, places: int) -> float:
    """Give the score of the unit that stands so many places above."""
    own = index.total[row]
    if not np.isfinite(own):
        raise InvalidValueError(_("The unit has no score in the index."), where=unit, param="unit",
                                hint=_("Too many of its indicators are missing."))
    above = np.sort(index.total[index.ranks < index.ranks[row]])
    if not 1 <= places <= len(above):
        raise InvalidValueError(_("The unit cannot move up by so many places."), where=unit, param="places",
                                expected=f"1 ... {len(above)}", got=places)
    return float(above[places - 1])


def _below(index: Index, row: int, node: Node, goal: float, made: list[Need]) -> dict[int, float]:
    """Solve a group's mean for each of its children; give the goals of those that are groups."""
    structure, floor = index.structure, index.scenario.aggregate.floor
    method = index.scenario.aggregate.methods(structure.levels)[node.level - 1]
    n_items = len(structure.items)
    scores = np.concatenate([index.standardised[row], index.scores[row]])
    goals = {}
    there = [place for place in structure.children(node).tolist()
             if np.isfinite(scores[place]) and index.weights[place] > 0]
    values = scores[there] if floor is None else np.maximum(scores[there], floor)
    weights = index.weights[there] / index.weights[there].sum()
    for i, place in enumerate(there):
        others = np.arange(len(there)) != i
        needed = _solved(method, goal, values[others], weights[others], float(weights[i]), node)
        made.append(_need(index, row, place, float(scores[place]), needed))
        if place >= n_items and np.isfinite(needed):
            goals[place - n_items] = needed
    return goals


def _solved(method: str, goal: float, values: Floats, weights: Floats, weight: float,  # noqa: PLR0913
            node: Node) -> float:
    """Give the value that brings a mean to its goal; NaN where none does."""
    if method == "arithmetic":
        return float((goal - weights @ values) / weight)
    if method == "geometric":
        with np.errstate(over="ignore"):
            needed = float(np.exp((np.log(goal) - weights @ np.log(values)) / weight))
        return needed if np.isfinite(needed) else np.nan
    if method == "harmonic":
        left = 1 / goal - float(weights @ (1 / values))
        return weight / left if left > 0 else np.nan
    raise InvalidValueError(_("Under {method} no single score decides the place.").format(method=method),
                            where=node.code, param="method", expected="arithmetic, geometric, harmonic", got=method)


def _need(index: Index, row: int, place: int, score: float, needed: float) -> Need:
    """Say what an item or group needs."""
    structure, n_items = index.structure, len(index.structure.items)
    is_item = place < n_items
    reachable = bool(needed <= _upper(index, place) + _ROUND)
    value, needed_value = (float(index.data.values[row, place]), np.nan) if is_item else (np.nan, np.nan)
    if is_item and reachable:
        needed_value = _raw(index, place, value, needed)
    return Need(structure.codes[place], is_item, score, needed, reachable, value, needed_value)


def _upper(index: Index, place: int) -> float:
    """Give the end of the scale; where it has none, the best of all units."""
    step, n_items = index.scenario.standardise, len(index.structure.items)
    if step.method in _REACHED:
        return step.upper
    if step.method == "goalposts":
        return 100.0
    column = index.standardised[:, place] if place < n_items else index.scores[:, place - n_items]
    return float(np.fmax.reduce(column))


def _raw(index: Index, place: int, value: float, needed: float) -> float:
    """Give the raw value that makes a score, where that can be told."""
    step, item = index.scenario.standardise, index.structure.items[place]
    divided = index.scenario.denominate is not None and item.code in index.scenario.denominate.by
    logged = any(isinstance(entry, TreatedItems) and entry.items[place].logged for entry in index.log)
    if divided or logged or not np.isfinite(value):
        return np.nan
    if step.method == "goalposts":
        return _of_form(step.forms[item.code], value, needed / 100)
    if step.method == "min-max":
        ends = np.fmin.reduce(index.treated[:, place]), np.fmax.reduce(index.treated[:, place])
        worst, best = ends if item.direction > 0 else ends[::-1]
        return float(worst + (needed - step.lower) / (step.upper - step.lower) * (best - worst))
    return np.nan


def _of_form(form: Form, value: float, share: float) -> float:
    """Turn a form round: the raw value, on the side of its target where it is now, that has a share of the score."""
    share = 1 - share if form.inverse else share
    if form.kind == "direct":
        return 100 * share
    if form.kind == "checklist":
        return float(np.ceil((form.points or 0) * share - _ROUND))
    if form.target is not None:
        side = 1.0 if value > form.target else -1.0
        return form.target * (1 + side * (1 - share))
    low, high = float(form.low or 0), float(form.high or 0)
    if form.kind == "linear":
        return low + share * (high - low)
    if form.kind == "log":
        return float(np.exp(np.log(low) + share * (np.log(high) - np.log(low))))
    root = form.k or 1
    ends = (low, high) if form.rooted else (low ** (1 / root), high ** (1 / root))
    return float((ends[0] + share * (ends[1] - ends[0])) ** root)
