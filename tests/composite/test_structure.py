"""The tree of an index: its order, and every tree that cannot be."""

import pytest

from ekistics.composite import Group, Item, Structure, Weigh
from ekistics.composite.weights import normalised, resolve
from ekistics.core.errors import InvalidValueError, UnknownNameError

TOP = Group("city", "")


def test_groups_come_from_the_lowest_up_and_the_index_last() -> None:
    tree = Structure.of([Item("a", "low"), Item("b", "high"), Item("c", "low")],
                        [TOP, Group("high", "city"), Group("middle", "city"), Group("low", "middle", 2)])
    assert [group.code for group in tree.groups] == ["high", "low", "middle", "city"]
    assert [node.level for node in tree.nodes] == [1, 1, 2, 3]
    assert tree.nodes[1].items.tolist() == [0, 2] and tree.nodes[3].groups.tolist() == [0, 2]
    assert tree.codes == ("a", "b", "c", "high", "low", "middle", "city")
    assert (tree.root, tree.levels, tree.place("middle")) == ("city", 3, 5)


def test_a_group_may_hold_items_and_groups() -> None:
    tree = Structure.of([Item("a", "city", 3), Item("b", "low")], [TOP, Group("low", "city")])
    assert tree.children(tree.nodes[-1]).tolist() == [0, 2]
    assert resolve(tree, Weigh()).tolist() == [0.75, 1.0, 0.25, 1.0]


@pytest.mark.parametrize(("items", "groups", "says"), [
    ([Item("a", "x"), Item("a", "y")], [TOP, Group("x", "city"), Group("y", "city")], "a: .*stands in two groups"),
    ([Item("a", "x"), Item("a", "x")], [TOP, Group("x", "city")], "a: A code stands twice"),
    ([Item("x", "x")], [TOP, Group("x", "city")], "x: A code stands twice"),
    ([Item("a", "x")], [TOP, Group("x", "city"), Group("x", "city")], "x: A code stands twice"),
    ([Item("a", "x")], [TOP, Group("x", "y"), Group("y", "z"), Group("z", "x")], "loop.*x > y > z > x"),
    ([Item("a", "x")], [TOP, Group("x", "x")], "loop.*x > x"),
    ([Item("a", "w")], [TOP, Group("w", "x"), Group("x", "y"), Group("y", "x")], "w: .*loop.*w > x > y > x"),
    ([Item("a", "x")], [TOP, Group("x", "")], "exactly one group without a parent.*city, x"),
    ([Item("a", "city")], [TOP, Group("x", "city")], "x: A group has no item"),
    ([], [TOP], "city: A group has no item"),
    ([], [], "exactly one group"),
    ([Item("a", "city", 0), Item("b", "city", 0)], [TOP], "city: The weights below a group sum to zero"),
    ([Item("a", "x"), Item("b", "y")], [TOP, Group("x", "city", 0), Group("y", "city", 0)], "city: The weights below"),
    ([Item("a", "city", -1)], [TOP], "a: A weight must be zero or more"),
    ([Item("a", "city", float("nan"))], [TOP], "a: A weight must be zero or more"),
    ([Item("a", "city", direction=0)], [TOP], "a: A direction is 1")])
def test_a_tree_that_cannot_be_is_refused(items, groups, says) -> None:
    with pytest.raises(InvalidValueError, match=says):
        Structure.of(items, groups)


def test_an_unknown_parent_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownNameError, match="a: There is no group 'ctiy'. Did you mean 'city'?"):
        Structure.of([Item("a", "ctiy")], [TOP])


def test_weights_given_equal_and_chosen() -> None:
    tree = Structure.of([Item("a", "x", 3), Item("b", "x"), Item("c", "y", 5)],
                        [TOP, Group("x", "city", 3), Group("y", "city")])
    given = resolve(tree, Weigh())
    assert given.tolist() == [0.75, 0.25, 1.0, 0.75, 0.25, 1.0]
    assert resolve(tree, Weigh("equal")).tolist() == [0.5, 0.5, 1.0, 0.5, 0.5, 1.0]
    assert resolve(tree, Weigh("equal", {"x": 4})).tolist() == [0.5, 0.5, 1.0, 0.8, 0.2, 1.0]
    both = normalised(tree, [tree.weights, [1] * 6])
    assert both.tolist() == [given.tolist(), resolve(tree, Weigh("equal")).tolist()]


def test_weights_that_cannot_be_are_refused() -> None:
    tree = Structure.of([Item("a", "city")], [TOP])
    with pytest.raises(InvalidValueError, match="city: The weights below a group sum to zero"):
        resolve(tree, Weigh(weights={"a": 0}))
    with pytest.raises(UnknownNameError, match="no item or group 'aa'"):
        resolve(tree, Weigh(weights={"aa": 1}))
    with pytest.raises(InvalidValueError, match="weigh, a: A weight must be zero or more"):
        Weigh(weights={"a": -1})
