"""What ranks and scores are worth: the index built again under every mix of what is uncertain."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite._blocks import prepare, rank_block, rank_type, total_block
from ekistics.composite._upstream import standardised_block
from ekistics.composite.build import Pipeline, build
from ekistics.composite.index import Data, Index
from ekistics.composite.noise import (
    Choice,
    Draws,
    InputNoise,
    UncertainInput,
    WeightNoise,
    check_inputs,
    draw,
    noisy_values,
    noisy_weights,
    setting,
)
from ekistics.composite.replicates import Replicates, rank_shift
from ekistics.composite.scenario import STEPS, Scenario, Step, Weigh
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["Choice", "Draws", "InputNoise", "Replicates", "UncertainInput", "WeightNoise", "rank_shift", "replicate",
           "replicate_at", "replicate_blocks"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]
_CELLS = 1 << 18  # scores of a block: beyond it, blocks no longer stay in the processor's cache
_VALUES = 1 << 21  # values of a block whose replicates each have their own
_MOST = 1 << 30  # bytes of ranks and scores that are kept


def replicate(data: Data, base: Scenario, inputs: Sequence[UncertainInput], n: int, seed: int, *,
              progress: Progress | None = None) -> Replicates:
    """Build an index many times, each time with all that is uncertain drawn at once.

    Parameters
    ----------
    data : Data
        Values, tree and units; with standard errors where observations are uncertain.
    base : Scenario
        The scenario without uncertainty.
    inputs : sequence of Choice, WeightNoise or InputNoise
        What is uncertain. Each choice must be of a step that the scenario has.
    n : int
        Replicates.
    seed : int
        Seed of the draws.
    progress : callable, optional
        Told after each block how many replicates are done, and of how many.

    Returns
    -------
    Replicates
        Ranks, scores, and what each replicate was made with.

    Raises
    ------
    InvalidValueError
        When an input cannot be or has no place in the scenario, an option leads to an index that cannot be built, or
        there would be more ranks than are kept.
    UnknownNameError
        When a step, parameter, method, group or item is unknown.

    Notes
    -----
    Method: Saisana, Saltelli and Tarantola, Journal of the Royal Statistical Society A 168 (2005): 307-323. Replicates
    of one mix of choices share what comes before the weights, which is done once.

    Examples
    --------
    >>> from ekistics.composite import Group, Item, Structure
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> data = Data(np.array([[1.0, 8], [9, 2], [5, 9]]), tree, ["x", "y", "z"])
    >>> made = replicate(data, Scenario(), [WeightNoise(0.5)], 100, seed=1)
    >>> made.rank_interval().tolist(), made.top(1).tolist()
    ([[2.0, 3.0], [1.0, 3.0], [1.0, 2.0]], [0.0, 0.06, 0.94])
    """
    if n < 1:
        raise InvalidValueError(_("There must be at least one replicate."), where="n", param="n", expected=">= 1",
                                got=n)
    check_inputs(base, inputs, data.structure)
    kept = (np.dtype(rank_type(len(data.units))).itemsize + np.dtype(np.float32).itemsize) * len(data.units)
    if n * kept > _MOST:
        raise InvalidValueError(_("There are too many ranks to keep."), where="n", param="n", got=n,
                                expected=f"<= {_MOST // kept}", hint=_("Take fewer replicates."))
    draws = draw(np.random.default_rng(seed).random((n, len(inputs))), inputs)
    ranks = np.zeros((n, len(data.units)), dtype=rank_type(len(data.units)))
    scores = np.full(ranks.shape, np.nan, dtype=np.float32)
    pipeline = Pipeline(data)
    index = pipeline.run(base)
    done = 0
    for rows, block in replicate_blocks(pipeline, base, inputs, draws):
        scores[rows], ranks[rows] = block, rank_block(block)
        done += len(rows)
        if progress is not None:
            progress(done, n)
    return Replicates(index, tuple(inputs), seed, draws, ranks, scores, _on_scale(data, base, inputs, draws))


def replicate_at(data: Data, base: Scenario, inputs: Sequence[UncertainInput], draws: Draws, row: int) -> Index:
    """Build one replicate alone, with everything that was done in it.

    Parameters
    ----------
    data : Data
        Values, tree and units.
    base : Scenario
        The scenario without uncertainty.
    inputs : sequence of Choice, WeightNoise or InputNoise
        What is uncertain.
    draws : Draws
        Parameters of the replicates.
    row : int
        Number of the replicate, from 0.

    Returns
    -------
    Index
        The index of the replicate: the same ranks as among the others.

    Examples
    --------
    >>> from ekistics.composite import Group, Item, Structure
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> data = Data(np.array([[1.0, 8], [9, 2], [5, 9]]), tree, ["x", "y", "z"])
    >>> made = replicate(data, Scenario(), [WeightNoise(0.5)], 100, seed=1)
    >>> alone = replicate_at(data, Scenario(), made.inputs, made.draws, 7)
    >>> alone.ranks.tolist() == made.ranks[7].tolist()
    True
    """
    scenario = setting(base, inputs, draws.choices[row].tolist())
    weighed = next((each for each in inputs if isinstance(each, WeightNoise)), None)
    errors = next((each for each in inputs if isinstance(each, InputNoise)), None)
    if errors is not None:
        data = replace(data, values=noisy_values(data.values, _se(data), _bounds(data, errors),
                                                 int(draws.input_seed[row])))
    if weighed is not None:
        weights = build(data, scenario).weights
        drawn = noisy_weights(weights, data.structure, weighed, draws.weight_seed[[row]])[0]
        scenario = scenario.replace(weigh=Weigh(weights=dict(zip(data.structure.codes, drawn.tolist(), strict=True))))
    return build(data, scenario)


def replicate_blocks(pipeline: Pipeline, base: Scenario, inputs: Sequence[UncertainInput],
                     draws: Draws) -> Iterator[tuple[Integers, Floats]]:
    """Build replicates block by block, those of one mix of choices together.

    Parameters
    ----------
    pipeline : Pipeline
        The data, and what was built of them before.
    base : Scenario
        The scenario without uncertainty.
    inputs : sequence of Choice, WeightNoise or InputNoise
        What is uncertain; checked before.
    draws : Draws
        Parameters of the replicates.

    Yields
    ------
    numpy.ndarray of int, shape (r,)
        Numbers of the replicates of a block.
    numpy.ndarray, shape (r, n)
        Their scores in the index itself.
    """
    data = pipeline.data
    errors = next((each for each in inputs if isinstance(each, InputNoise)), None)
    if errors is not None and not bool((_se(data) > 0).any()):
        raise InvalidValueError(_("No observation has a standard error, so that none is uncertain."), where="se",
                                param="se", expected=_("at least one above zero"))
    mixes, mix_of = np.unique(draws.choices, axis=0, return_inverse=True)
    cells = data.values.size if errors is not None else len(data.units)
    size = max(1, (_VALUES if errors is not None else _CELLS) // max(cells, 1))
    for mix in _ordered(inputs, mixes):
        scenario = setting(base, inputs, mixes[mix].tolist())
        rows = np.flatnonzero(mix_of.ravel() == mix)
        try:
            yield from _mix(pipeline, scenario, inputs, draws, rows, size)
        except InvalidValueError as error:
            error.where = f"{error.where} ({_mix_text(inputs, mixes[mix].tolist())})"
            raise


def _mix(pipeline: Pipeline, scenario: Scenario, inputs: Sequence[UncertainInput], draws: Draws, rows: Integers,
         size: int) -> Iterator[tuple[Integers, Floats]]:
    """Build the replicates of one mix of choices."""
    data = pipeline.data
    weighed = next((each for each in inputs if isinstance(each, WeightNoise)), None)
    errors = next((each for each in inputs if isinstance(each, InputNoise)), None)
    index = pipeline.run(scenario)
    if weighed is None and errors is None:  # nothing tells them apart
        yield rows, np.broadcast_to(index.total, (len(rows), len(index.total)))
        return
    prepared = prepare(data.structure, index.standardised, scenario.aggregate)
    se, bounds = _se(data), _bounds(data, errors or InputNoise())
    for start in range(0, len(rows), size):
        block = rows[start:start + size]
        weights = noisy_weights(index.weights, data.structure, weighed, draws.weight_seed[block])
        if errors is not None:
            values = np.stack([noisy_values(data.values, se, bounds, int(seed)) for seed in draws.input_seed[block]])
            prepared = prepare(data.structure, _standardised(values, data, scenario, errors.name), scenario.aggregate)
        yield block, total_block(prepared, weights)


def _standardised(values: Floats, data: Data, scenario: Scenario, name: str) -> Floats:
    """Standardise drawn values; where one cannot be, say that it is drawn, as nobody finds it among the given ones."""
    try:
        return standardised_block(values, data, scenario)
    except InvalidValueError as error:
        error.where = f"{error.where}, {name}"
        raise


def _ordered(inputs: Sequence[UncertainInput], mixes: Integers) -> list[int]:
    """Order mixes by their earliest steps, so that what mixes share is not forgotten between them."""
    choices = [each for each in inputs if isinstance(each, Choice)]
    first = sorted(range(len(choices)), key=lambda i: list(STEPS).index(choices[i].path.partition(".")[0]))
    return sorted(range(len(mixes)), key=lambda mix: mixes[mix, first].tolist())


def _mix_text(inputs: Sequence[UncertainInput], options: Sequence[int]) -> str:
    """Say which choices were made."""
    choices = [each for each in inputs if isinstance(each, Choice)]
    return ", ".join(f"{choice.path} = {_brief(choice.options[option])}"
                     for choice, option in zip(choices, options, strict=True)) or _("no choice")


def _brief(option: Any) -> str:
    """Give an option in few words: of a step, what is not as it is by default."""
    if not isinstance(option, Step):
        return str(option)
    default = type(option)().as_mapping()
    changed = [f"{key} {value}" for key, value in option.as_mapping().items() if value != default[key]]
    return "(" + ", ".join(changed) + ")"


def _on_scale(data: Data, base: Scenario, inputs: Sequence[UncertainInput], draws: Draws) -> npt.NDArray[np.bool_]:
    """Say which replicates are standardised as the index is, and count pairs of units only where it does."""
    levels = data.structure.levels

    def scale(scenario: Scenario) -> tuple[Step, tuple[bool, ...]]:
        return scenario.standardise, tuple(method == "copeland" for method in scenario.aggregate.methods(levels))

    mixes, mix_of = np.unique(draws.choices, axis=0, return_inverse=True)
    same = [scale(setting(base, inputs, mix.tolist())) == scale(base) for mix in mixes]
    return np.array(same, dtype=bool)[mix_of.ravel()]


def _se(data: Data) -> Floats:
    """Give the standard errors; zero where none is known."""
    return np.zeros(data.values.shape) if data.se is None else np.nan_to_num(np.asarray(data.se, dtype=np.float64))


def _bounds(data: Data, noise: InputNoise) -> tuple[Floats, Floats]:
    """Give the least and the greatest value that each item can have."""
    codes = [item.code for item in data.structure.items]
    return (np.array([noise.lower.get(code, -np.inf) for code in codes]),
            np.array([noise.upper.get(code, np.inf) for code in codes]))
