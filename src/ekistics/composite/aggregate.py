"""Aggregation: the children of a group joined to its score, and groups joined up to the index."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.composite.scenario import Aggregate
from ekistics.composite.structure import Node, Structure
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Scores", "aggregate", "combine", "copeland"]

Floats = npt.NDArray[np.float64]
_SLACK = 1e-9  # a share that is 2/3 but for its last bits is 2/3
_CELLS = 1 << 17  # pairs held at once: about what a processor's cache takes


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of groups.

    Parameters
    ----------
    scores : numpy.ndarray, shape (n, n_groups) or (n, r, n_groups)
        Scores; NaN where too little is there.
    coverage : numpy.ndarray, shape of ``scores``
        Share of the weight of a group's items that has values, whether or not it makes a score.
    """

    scores: Floats
    coverage: Floats


def combine(x: npt.ArrayLike, weights: npt.ArrayLike, method: str = "arithmetic", *, penalty: int = -1) -> Floats:
    """Join children by one method; what is missing is left out, and the other weights are brought to one sum.

    Parameters
    ----------
    x : array_like, shape (n, c) or (n, r, c)
        Values of the children, for each unit, or each unit and replicate.
    weights : array_like, shape (c,) or (r, c)
        Their weights, for all replicates or each.
    method : {'arithmetic', 'geometric', 'harmonic', 'mpi', 'copeland'}
        The method.
    penalty : {-1, 1}
        Sign of the penalty of ``mpi``.

    Returns
    -------
    numpy.ndarray, shape (n,) or (n, r)
        What they make; NaN where all are missing.

    Raises
    ------
    InvalidValueError
        When a value is zero or less under ``geometric`` or ``harmonic``, or a mean is under ``mpi``.

    Notes
    -----
    Method: OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 6; ``mpi``: Mazziotta and Pareto
    (2013), mean -/+ standard deviation x coefficient of variation, both weighted here.

    Examples
    --------
    >>> [round(float(combine([[60, 80, 30]], [1, 2, 1], method)[0]), 6)
    ...  for method in ("arithmetic", "geometric", "harmonic")]
    [62.5, 58.259013, 53.333333]
    """
    values, w = np.asarray(x, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if method in ("geometric", "harmonic"):
        _refuse_not_positive(values, method)
    if method == "arithmetic":
        return _mean(values, w)
    if method == "geometric":
        return np.exp(_mean(np.log(values), w))
    if method == "harmonic":
        mean = _mean(1 / values, w)
        inverse: Floats = 1 / np.where(mean > 0, mean, np.nan)  # of a weight near the least number nothing is left
        return inverse
    if method == "mpi":
        return _mpi(values, w, penalty)
    return _outranking(values, w)


def aggregate(structure: Structure, standardised: Floats, weights: Floats, step: Aggregate) -> Scores:
    """Join the items of each group, and the groups above them, up to the index.

    Parameters
    ----------
    structure : Structure
        The tree.
    standardised : numpy.ndarray, shape (n, n_items) or (n, r, n_items)
        Standardised values, for each unit, or each unit and replicate.
    weights : numpy.ndarray, shape (n_items + n_groups,) or (r, n_items + n_groups)
        Normalised weights, in the order of ``structure.codes``.
    step : Aggregate
        Methods, and the rule for what is missing.

    Returns
    -------
    Scores
        Scores and coverage of each group. Without replicates in either argument there is no axis of replicates.

    Raises
    ------
    InvalidValueError
        As :func:`combine` does, the place being the group.

    Notes
    -----
    The coverage of a group is the weighted mean of that of its children, an item having 0 or 1. A group has a score
    where the part of its coverage that lies below scored children reaches ``minimum_share`` (or is all, if ``whole``);
    the scored children alone make it.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all"), Item("c", "all")], [Group("all", "")])
    >>> made = aggregate(tree, np.array([[60.0, 80, np.nan], [60, np.nan, np.nan]]), np.array([1, 1, 1, 3]) / 3,
    ...                  Aggregate())
    >>> made.scores.ravel().round(6).tolist(), made.coverage.ravel().round(6).tolist()
    ([70.0, nan], [0.666667, 0.333333])
    """
    methods = step.methods(structure.levels)
    x = standardised if step.floor is None else np.maximum(standardised, step.floor)
    complete = bool(np.isfinite(x).all())
    made: list[_Made] = []
    for node in structure.nodes:
        w = weights[..., structure.children(node)]
        method = methods[node.level - 1]
        try:
            made.append(_node(node, x, made, w, method, step, complete))
        except InvalidValueError as error:
            error.where = node.code
            raise
    return Scores(_stack([each.score for each in made]), _stack([each.coverage for each in made]))


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """Score of a group, its coverage, and the part of the coverage that made the score."""

    score: Floats
    coverage: Floats
    used: Floats


def _node(node: Node, x: Floats, made: list[_Made], w: Floats, method: str, step: Aggregate,  # noqa: PLR0913
          complete: bool) -> _Made:
    """Join what is directly below a group."""
    values = _children(x[..., node.items], [made[i].score for i in node.groups])
    if step.floor is not None:
        values = np.maximum(values, step.floor)
    score = combine(values, w, method, penalty=step.penalty)
    if complete:
        ones = np.broadcast_to(1.0, score.shape)
        return _Made(score, ones, ones)
    there = np.isfinite(x[..., node.items]).astype(np.float64)
    total = w.sum(axis=-1)
    coverage = _sum(_children(there, [made[i].coverage for i in node.groups]), w) / total
    used = _sum(_children(there, [made[i].used for i in node.groups]), w) / total
    least = 1.0 if step.whole else step.minimum_share
    scored = (used >= least - _SLACK) & np.isfinite(score)
    return _Made(np.where(scored, score, np.nan), coverage, np.where(scored, used, 0.0))


def _children(items: Floats, groups: list[Floats]) -> Floats:
    """Put items, shape (n, c) or (n, r, c), and groups, each (n,) or (n, r), side by side."""
    if not groups:
        return items
    columns = [*np.moveaxis(items, -1, 0), *groups]
    most = max(column.ndim for column in columns)
    wide = [column[:, None] if column.ndim < most else column for column in columns]
    return np.stack(np.broadcast_arrays(*wide), axis=-1)


def _stack(columns: list[Floats]) -> Floats:
    """Put groups side by side."""
    return _children(np.empty((*columns[0].shape, 0)), columns)


def _sum(x: Floats, w: Floats) -> Floats:
    """Sum children by weight: (n, c) or (n, r, c) with (c,) or (r, c)."""
    replicated = w.ndim > 1 and x.ndim > 2  # noqa: PLR2004 - units, replicates and children
    summed: Floats = np.einsum("nrc,rc->nr", x, w) if replicated else x @ w.T
    return summed


def _mean(x: Floats, w: Floats) -> Floats:
    """Give the weighted mean of what is there."""
    there = np.isfinite(x)
    share = w.sum(axis=-1) if there.all() else _sum(there.astype(np.float64), w)
    mean: Floats = _sum(np.where(there, x, 0.0), w) / np.where(share > 0, share, np.nan)
    return mean


def _mpi(x: Floats, w: Floats, penalty: int) -> Floats:
    """Give mean -/+ standard deviation x coefficient of variation, which is mean -/+ variance / mean."""
    mean = _mean(x, w)
    if bool((mean <= 0).any()):
        raise InvalidValueError(_("The method mpi needs means above zero."), where="aggregate", param="method",
                                expected="> 0", got=float(np.nanmin(mean)),
                                hint=_("Standardise to scores above zero first."))
    off = (x if mean.ndim < x.ndim else x[:, None, :]) - mean[..., None]
    return mean + penalty * _mean(off * off, w) / mean


def _refuse_not_positive(x: Floats, method: str) -> None:
    """Refuse what has no logarithm or reciprocal."""
    wrong = x <= 0
    if wrong.any():
        raise InvalidValueError(_("A {method} mean needs scores above zero.").format(method=method), where="aggregate",
                                param="method", expected="> 0",
                                got=_("{value} (the first of {count})").format(value=x[wrong].flat[0],
                                                                               count=int(wrong.sum())),
                                hint=_("Standardise to a scale that starts above zero, such as 1 to 100, or declare "
                                       "a floor."))


def copeland(x: npt.ArrayLike, weights: npt.ArrayLike) -> Floats:
    """Count the units that a unit outranks less those that outrank it.

    Parameters
    ----------
    x : array_like, shape (n, c)
        Values of the children.
    weights : array_like, shape (c,)
        Their weights.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Scores from -(n - 1) to n - 1; NaN where all children are missing.

    Notes
    -----
    One unit outranks another when children with more than half of the weight are better, equal ones counting half;
    children that either misses are left out of that pair. Non-compensatory: how much better does not count. Method:
    OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 6.

    Examples
    --------
    >>> copeland([[3, 3, 1], [2, 2, 9], [1, 1, 5]], [1, 1, 1]).tolist()
    [2.0, 0.0, -2.0]
    """
    values, w = np.asarray(x, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    columns = np.ascontiguousarray(values.T)
    n = len(values)
    scores = np.zeros(n)
    step = max(1, _CELLS // max(n, 1))
    for start in range(0, n, step):  # each pair once: a block of units against itself and those after it
        lead = np.zeros((min(step, n - start), n - start))
        for column, weight in zip(columns, w, strict=True):
            own, others = column[start:start + step, None], column[start:]
            # A missing value is neither above nor below, so that it leads nowhere.
            lead += weight * np.subtract(own > others, own < others, dtype=np.int8)
        won = np.sign(np.round(lead, 12))
        scores[start:start + step] += won.sum(axis=1)
        scores[start + step:] -= won[:, step:].sum(axis=0)
    return np.where(np.isfinite(values).any(axis=1), scores, np.nan)


def _outranking(x: Floats, w: Floats) -> Floats:
    """Give Copeland's scores of each replicate."""
    if x.ndim == 2 and w.ndim == 1:  # noqa: PLR2004 - units and children
        return copeland(x, w)
    r = x.shape[1] if x.ndim > 2 else len(w)  # noqa: PLR2004 - units, replicates and children
    of = [copeland(x[:, i] if x.ndim > 2 else x, w[i] if w.ndim > 1 else w) for i in range(r)]  # noqa: PLR2004
    return np.stack(of, axis=1)
