"""The tree of an index: items (indicators) below groups (sub-dimensions, dimensions), one root above all."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Group", "Item", "Node", "Structure"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Item:
    """An indicator of an index.

    Parameters
    ----------
    code : str
        Its code, once in the index.
    parent : str
        Code of the group that it belongs to.
    weight : float, default 1
        Weight beside its siblings; only its share of their sum counts.
    direction : float, default 1
        1 where more is better, -1 where less is.
    """

    code: str
    parent: str
    weight: float = 1.0
    direction: float = 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """A node of an index above its indicators: a sub-dimension, a dimension, the index itself.

    Parameters
    ----------
    code : str
        Its code, once in the index.
    parent : str
        Code of the group above; empty for the index itself.
    weight : float, default 1
        Weight beside its siblings; only its share of their sum counts.
    """

    code: str
    parent: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A group and what is directly below it.

    Parameters
    ----------
    code : str
        Code of the group.
    level : int
        1 for a group of items alone; else one more than the highest group below.
    items, groups : numpy.ndarray of int
        Places of its items and of its groups, in the orders of the structure.
    weights : numpy.ndarray of float
        Their weights as given, items first.
    """

    code: str
    level: int
    items: Integers
    groups: Integers
    weights: Floats


@dataclass(frozen=True, eq=False)
class Structure:
    """The checked tree of an index; made by :meth:`of`.

    Parameters
    ----------
    items : tuple of Item
        The indicators in the order given: the columns of every table of values.
    groups : tuple of Group
        The groups from the lowest up, the index itself last: the columns of every table of scores.
    nodes : tuple of Node
        For each group its place in the tree.

    Examples
    --------
    >>> tree = Structure.of([Item("a", "left"), Item("b", "right")],
    ...                     [Group("all", ""), Group("left", "all"), Group("right", "all", 3)])
    >>> [group.code for group in tree.groups], tree.nodes[-1].weights.tolist()
    (['left', 'right', 'all'], [1.0, 3.0])
    """

    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    nodes: tuple[Node, ...]

    @classmethod
    def of(cls, items: Sequence[Item], groups: Sequence[Group]) -> "Structure":
        """Build the tree and check it.

        Parameters
        ----------
        items : sequence of Item
            The indicators.
        groups : sequence of Group
            The groups, in any order.

        Returns
        -------
        Structure
            The tree.

        Raises
        ------
        InvalidValueError
            When a code is there twice, a weight is negative, the weights of siblings sum to zero, a direction is
            neither 1 nor -1, a group has nothing below it, the tree has a loop, or not exactly one root.
        UnknownNameError
            When a parent is no group.
        """
        _check_each(items, groups)
        heights = _heights(items, groups)
        ordered = tuple(sorted(groups, key=lambda group: heights[group.code]))
        nodes = tuple(_node(group.code, heights[group.code], items, ordered) for group in ordered)
        return cls(tuple(items), ordered, nodes)

    @cached_property
    def directions(self) -> Floats:
        """Direction of each item, shape (n_items,)."""
        return np.array([item.direction for item in self.items], dtype=np.float64)

    @cached_property
    def weights(self) -> Floats:
        """Give the weights as they are written, items first, then groups; shape (n_items + n_groups,)."""
        return np.array([each.weight for each in self._all], dtype=np.float64)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the items, then of the groups: the order of :attr:`weights`."""
        return tuple(each.code for each in self._all)

    @property
    def _all(self) -> tuple[Item | Group, ...]:
        """Items, then groups."""
        return (*self.items, *self.groups)

    @property
    def root(self) -> str:
        """Code of the index itself."""
        return self.groups[-1].code

    @property
    def levels(self) -> int:
        """Number of levels of groups."""
        return self.nodes[-1].level

    def place(self, code: str) -> int:
        """Give the place of an item or group in :attr:`codes`.

        Parameters
        ----------
        code : str
            Its code.

        Returns
        -------
        int
            Its place; that of a group among the groups is this less the number of items.

        Raises
        ------
        UnknownNameError
            When there is no such code.

        Examples
        --------
        >>> Structure.of([Item("a", "all")], [Group("all", "")]).place("all")
        1
        """
        try:
            return self.codes.index(code)
        except ValueError:
            raise UnknownNameError.among(code, list(self.codes), what=_("item or group")) from None

    def children(self, node: Node) -> Integers:
        """Give the places in :attr:`codes` of what is directly below a group, items first.

        Parameters
        ----------
        node : Node
            The group.

        Returns
        -------
        numpy.ndarray of int
            The places.

        Examples
        --------
        >>> tree = Structure.of([Item("a", "low")], [Group("all", ""), Group("low", "all")])
        >>> tree.children(tree.nodes[-1]).tolist()
        [1]
        """
        return np.concatenate([node.items, node.groups + len(self.items)])


def _check_each(items: Sequence[Item], groups: Sequence[Group]) -> None:
    """Refuse a code that is there twice, a weight that is none, a direction that is none, a parent that is no group."""
    known = [group.code for group in groups]
    seen: dict[str, Item | Group] = {}
    entries: tuple[Item | Group, ...] = (*items, *groups)
    for each in entries:
        if each.code in seen:
            raise _twice(each, seen[each.code])
        seen[each.code] = each
        if not (np.isfinite(each.weight) and each.weight >= 0):
            raise InvalidValueError(_("A weight must be zero or more."), where=each.code, param="weight",
                                    expected=">= 0", got=each.weight)
        if each.parent not in known and not (isinstance(each, Group) and not each.parent):
            raise UnknownNameError.among(each.parent, known, what=_("group"), where=each.code)
        if isinstance(each, Item) and each.direction not in (1, -1):
            raise InvalidValueError(_("A direction is 1 where more is better, and -1 where less is."), where=each.code,
                                    param="direction", expected=_("1 or -1"), got=each.direction)


def _twice(one: Item | Group, other: Item | Group) -> InvalidValueError:
    """Make the error of a code that is there twice; of an indicator in two groups it says so."""
    if isinstance(one, Item) and isinstance(other, Item) and one.parent != other.parent:
        return InvalidValueError(_("An indicator stands in two groups, and would count twice."), where=one.code,
                                 param="parent", expected=_("one group"), got=f"{other.parent}, {one.parent}",
                                 hint=_("Take it out of one of them."))
    return InvalidValueError(_("A code stands twice in the index."), where=one.code, param="code",
                             hint=_("Give each item and group a code of its own."))


def _heights(items: Sequence[Item], groups: Sequence[Group]) -> dict[str, int]:
    """Give the level of each group; refuse a loop, a second root, a group with nothing below it."""
    parent = {group.code: group.parent for group in groups}
    for code in parent:
        _check_way_up(code, parent)
    roots = [group.code for group in groups if not group.parent]
    if len(roots) != 1:
        raise InvalidValueError(_("An index has exactly one group without a parent: the index itself."), where="groups",
                                param="parent", expected=1, got=", ".join(roots) or 0)
    heights: dict[str, int] = {}
    for item in items:
        code, height = item.parent, 1
        while code and heights.get(code, 0) < height:
            heights[code] = height
            code, height = parent[code], height + 1
    for code in parent:
        if code not in heights:
            raise InvalidValueError(_("A group has no item below it."), where=code, param="groups",
                                    expected=_("at least one item"), hint=_("Take the group out, or give it an item."))
    return heights


def _check_way_up(code: str, parent: dict[str, str]) -> None:
    """Walk from a group to the root; refuse to come back to where one was."""
    way = [code]
    while parent[way[-1]]:
        way.append(parent[way[-1]])
        if way[-1] in way[:-1]:
            raise InvalidValueError(_("The tree has a loop."), where=code, param="parent", got=" > ".join(way),
                                    hint=_("One of these groups must have a parent outside of them."))


def _node(code: str, level: int, items: Sequence[Item], groups: Sequence[Group]) -> Node:
    """Find what is directly below a group; refuse weights that sum to zero."""
    own_items = [i for i, item in enumerate(items) if item.parent == code]
    own_groups = [i for i, group in enumerate(groups) if group.parent == code]
    weights = np.array([items[i].weight for i in own_items] + [groups[i].weight for i in own_groups], dtype=np.float64)
    if weights.sum() <= 0:
        raise InvalidValueError(_("The weights below a group sum to zero."), where=code, param="weight",
                                expected="> 0", got=float(weights.sum()),
                                hint=_("Give at least one of them a weight above zero."))
    return Node(code, level, np.array(own_items, dtype=np.int64), np.array(own_groups, dtype=np.int64), weights)
