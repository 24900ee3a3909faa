"""Weights of items and groups: those given or chosen, brought to a sum of one below each group."""

import numpy as np
import numpy.typing as npt

from ekistics.composite.scenario import Weigh
from ekistics.composite.structure import Structure
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["normalised", "resolve"]

Floats = npt.NDArray[np.float64]


def resolve(structure: Structure, weigh: Weigh) -> Floats:
    """Give the weights that a scenario asks for.

    Parameters
    ----------
    structure : Structure
        The tree.
    weigh : Weigh
        The step.

    Returns
    -------
    numpy.ndarray, shape (n_items + n_groups,)
        Weights in the order of ``structure.codes``, summing to one below each group; 1 for the index itself.

    Raises
    ------
    UnknownNameError
        When a weight is given for what is not in the index.
    InvalidValueError
        When the weights below a group sum to zero.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> resolve(tree, Weigh(weights={"a": 3})).tolist()
    [0.75, 0.25, 1.0]
    """
    weights = np.ones(len(structure.codes)) if weigh.method == "equal" else structure.weights.copy()
    for code, weight in weigh.weights.items():
        weights[structure.place(code)] = weight
    return normalised(structure, weights)


def normalised(structure: Structure, weights: npt.ArrayLike) -> Floats:
    """Bring weights to a sum of one below each group.

    Parameters
    ----------
    structure : Structure
        The tree.
    weights : array_like, shape (n_items + n_groups,) or (r, n_items + n_groups)
        Weights in the order of ``structure.codes``; a row a replicate.

    Returns
    -------
    numpy.ndarray, shape of ``weights``
        The weights; that of the index itself is 1.

    Raises
    ------
    InvalidValueError
        When the weights below a group sum to zero.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> normalised(tree, [[1, 1, 1], [1, 3, 1]]).tolist()
    [[0.5, 0.5, 1.0], [0.25, 0.75, 1.0]]
    """
    given = np.asarray(weights, dtype=np.float64)
    shares = np.ones(given.shape)
    for node in structure.nodes:
        below = structure.children(node)
        total = given[..., below].sum(axis=-1, keepdims=True)
        if not bool((total > 0).all()):
            raise InvalidValueError(_("The weights below a group sum to zero."), where=node.code, param="weight",
                                    expected="> 0", got=float(total.min()),
                                    hint=_("Give at least one of them a weight above zero."))
        shares[..., below] = given[..., below] / total
    return shares
