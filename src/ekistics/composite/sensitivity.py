"""What moves ranks: Sobol' indices of what is uncertain, one choice at a time, one dimension left out at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite._blocks import prepare, rank_block, total_block
from ekistics.composite.build import Pipeline
from ekistics.composite.index import Data, Index
from ekistics.composite.noise import Choice, UncertainInput, WeightNoise, check_inputs, draw
from ekistics.composite.ranks import rank
from ekistics.composite.replicates import option_text, rank_shift
from ekistics.composite.scenario import Scenario
from ekistics.composite.sobol import Sobol, sobol
from ekistics.composite.structure import Structure
from ekistics.composite.uncertainty import Progress, replicate_blocks
from ekistics.composite.weights import normalised
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Alternative", "Alternatives", "Sobol", "index_sobol", "single_choices", "sobol", "without"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing done in another way than in the index.

    Parameters
    ----------
    subject : str
        Path of the choice, or code of the item or group whose weight changes or that is left out.
    option : object
        What is taken in its place, as plain data: an option, the factor of a weight, 0 for what is left out.
    kind : {'choice', 'weight', 'without'}
        What it is.
    """

    subject: str
    option: Any
    kind: str


@dataclass(frozen=True, eq=False)
class Alternatives:
    """An index built in other ways, each with one difference.

    Parameters
    ----------
    base : Index
        The index.
    alternatives : tuple of Alternative
        The differences.
    scores, ranks : numpy.ndarray, shape (n_alternatives, n)
        Scores in the index itself and ranks under each; NaN where a unit has none.
    """

    base: Index
    alternatives: tuple[Alternative, ...]
    scores: Floats
    ranks: Floats

    def moves(self) -> Floats:
        """Give by how many places each unit moves, shape (n_alternatives, n).

        Returns
        -------
        numpy.ndarray
            Rank in the alternative less that in the index: above zero is down the list. NaN where one of them is
            missing.
        """
        return self.ranks - self.base.ranks

    def largest(self) -> Integers:
        """Say which alternative moves each unit most.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            Number of the alternative, the first of equals; -1 for a unit that none moves.
        """
        size = np.nan_to_num(np.abs(self.moves()))
        if not len(size):
            return np.full(size.shape[1], -1, dtype=np.int64)
        return np.where(size.max(axis=0) > 0, size.argmax(axis=0), -1)


def index_sobol(data: Data, base: Scenario, inputs: Sequence[UncertainInput], n: int, seed: int, *,
                resamples: int = 1000, progress: Progress | None = None) -> Sobol:
    """Say which uncertain input makes ranks move, alone and with the others.

    Parameters
    ----------
    data : Data
        Values, tree and units.
    base : Scenario
        The scenario without uncertainty.
    inputs : sequence of Choice, WeightNoise or InputNoise
        What is uncertain.
    n : int
        Rows of the design, a power of two; the index is built n (d + 2) times with d inputs.
    seed : int
        Seed of the points and of the bootstrap.
    resamples : int, default 1000
        Bootstrap samples.
    progress : callable, optional
        Told after each block how many indices are built, and of how many.

    Returns
    -------
    Sobol
        Indices of the mean absolute rank shift, with the names of the inputs.

    Raises
    ------
    InvalidValueError
        As :func:`~ekistics.composite.uncertainty.replicate` and :func:`~ekistics.composite.sobol.sobol`.
    UnknownNameError
        When a step, parameter, method, group or item is unknown.

    Notes
    -----
    Method: Saisana, Saltelli and Tarantola (2005), as in COINr; the output is the mean over units of the size of the
    change of rank from that in the index.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> data = Data(np.array([[1.0, 8], [9, 2], [5, 9]]), tree, ["x", "y", "z"])
    >>> found = index_sobol(data, Scenario(), [WeightNoise(0.5)], 64, seed=1, resamples=10)
    >>> found.names, found.runs
    (('weights',), 192)
    """
    check_inputs(base, inputs, data.structure)
    pipeline = Pipeline(data)
    index = pipeline.run(base)

    def output(points: Floats) -> Floats:
        shifts, done = np.empty(len(points)), 0
        for rows, block in replicate_blocks(pipeline, base, inputs, draw(points, inputs)):
            shifts[rows] = rank_shift(rank_block(block), index.ranks)
            done += len(rows)
            if progress is not None:
                progress(done, len(points))
        return shifts

    return sobol(output, len(inputs), n, seed, names=[each.name for each in inputs], resamples=resamples)


def single_choices(data: Data, base: Scenario, inputs: Sequence[UncertainInput]) -> Alternatives:
    """Build the index with one thing at a time done in another way.

    Parameters
    ----------
    data : Data
        Values, tree and units.
    base : Scenario
        The scenario of the index.
    inputs : sequence of Choice, WeightNoise or InputNoise
        For each choice every option that is not the scenario's is tried; with noise on weights, each weight at both
        ends of its spread. Errors of observations are no choice and are left out.

    Returns
    -------
    Alternatives
        Ranks and scores under each, and which moves a unit most.

    Raises
    ------
    InvalidValueError
        When an input cannot be, or an index cannot be built with an option.
    UnknownNameError
        When a step, parameter, method or group is unknown.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> data = Data(np.array([[1.0, 8], [9, 2], [5, 9]]), tree, ["x", "y", "z"])
    >>> tried = single_choices(data, Scenario(), [Choice("standardise.method", ("min-max", "borda"))])
    >>> [(each.subject, each.option) for each in tried.alternatives], tried.ranks.tolist()
    ([('standardise.method', 'borda')], [[3.0, 2.0, 1.0]])
    """
    check_inputs(base, inputs, data.structure)
    pipeline = Pipeline(data)
    index = pipeline.run(base)
    told: list[Alternative] = []
    scores: list[Floats] = []
    for each in inputs:
        if isinstance(each, Choice):
            for option, scenario in _others(each, base):
                told.append(Alternative(each.path, option_text(each.options[option]), "choice"))
                scores.append(_built(pipeline, scenario, told[-1]).total)
        elif isinstance(each, WeightNoise):
            alternatives, weights = _tilted(index, each)
            told += alternatives
            scores += list(total_block(prepare(data.structure, index.standardised, base.aggregate), weights))
    return _alternatives(index, told, scores)


def without(data: Data, scenario: Scenario, depth: int = 1) -> Alternatives:
    """Build the index with one dimension at a time left out.

    Parameters
    ----------
    data : Data
        Values, tree and units.
    scenario : Scenario
        The scenario of the index.
    depth : int, default 1
        Steps below the index of what is left out: 1 for its dimensions, 2 for their sub-dimensions, and so on down to
        the items.

    Returns
    -------
    Alternatives
        Ranks and scores without each.

    Raises
    ------
    InvalidValueError
        When nothing is so deep, or a group would have nothing left.

    Notes
    -----
    What is left out has the weight zero, and the weights beside it are brought to one sum. Units that are screened out
    are the same as in the index, so that ranks differ by the dimension alone.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> data = Data(np.array([[1.0, 8], [9, 2], [5, 9]]), tree, ["x", "y", "z"])
    >>> left = without(data, Scenario())
    >>> [each.subject for each in left.alternatives], left.ranks.tolist()
    (['a', 'b'], [[2.0, 3.0, 1.0], [3.0, 1.0, 2.0]])
    """
    codes = _at(data.structure, depth)
    if not codes:
        raise InvalidValueError(_("Nothing of the index is so deep."), where="depth", param="depth",
                                expected=f"1 ... {data.structure.levels}", got=depth)
    pipeline = Pipeline(data)
    told = [Alternative(code, 0, "without") for code in codes]
    scores = []
    for each in told:
        weights = {**scenario.weigh.weights, each.subject: 0.0}
        scores.append(_built(pipeline, scenario.changed("weigh.weights", weights), each).total)
    return _alternatives(pipeline.run(scenario), told, scores)


def _alternatives(index: Index, told: Sequence[Alternative], scores: Sequence[Floats]) -> Alternatives:
    """Rank the units under each alternative."""
    table = np.array(scores).reshape(len(scores), len(index.total))
    return Alternatives(index, tuple(told), table, rank(table.T).T)


def _others(choice: Choice, base: Scenario) -> Iterator[tuple[int, Scenario]]:
    """Give the options that are not those of the scenario."""
    for option in range(len(choice.options)):
        scenario = choice.apply(base, option)
        if scenario != base:
            yield option, scenario


def _built(pipeline: Pipeline, scenario: Scenario, alternative: Alternative) -> Index:
    """Build an index; where that cannot be, say with which alternative."""
    try:
        return pipeline.run(scenario)
    except InvalidValueError as error:
        error.where = f"{error.where} ({alternative.subject} = {alternative.option})"
        raise


def _tilted(index: Index, noise: WeightNoise) -> tuple[list[Alternative], Floats]:
    """Give weights of which one at a time is at an end of its spread."""
    structure = index.structure
    told, rows = [], []
    for node in structure.nodes:
        below = structure.children(node)
        if len(below) == 1 or (noise.parents and node.code not in noise.parents):
            continue
        for place in below:
            for factor in (1 - noise.spread, 1 + noise.spread):
                row = index.weights.copy()
                row[place] *= factor
                told.append(Alternative(structure.codes[place], factor, "weight"))
                rows.append(row)
    return told, normalised(structure, np.array(rows).reshape(len(rows), len(structure.codes)))


def _at(structure: Structure, depth: int) -> list[str]:
    """List what is a number of steps below the index, in the order of the tree."""
    parents = {item.code: item.parent for item in structure.items}
    parents |= {group.code: group.parent for group in structure.groups}

    def deep(code: str) -> int:
        return 1 + deep(parents[code]) if parents[code] else 0

    return [code for code in structure.codes if depth > 0 and deep(code) == depth]
