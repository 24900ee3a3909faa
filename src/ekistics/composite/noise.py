"""What is uncertain in an index, typed: choices of method, noise on weights, errors of the observations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from ekistics.composite._blocks import uniforms
from ekistics.composite.scenario import STEPS, Scenario
from ekistics.composite.structure import Structure
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Choice", "Draws", "InputNoise", "UncertainInput", "WeightNoise", "check_inputs", "draw", "noisy_values",
           "noisy_weights", "setting"]

Floats = npt.NDArray[np.float64]
Seeds = npt.NDArray[np.uint64]
_SEEDS = 2.0**53  # a number between 0 and 1 has so many places
_LEAST = 2  # options: one is no choice


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that could have been another: a parameter of a step, or a whole step.

    Parameters
    ----------
    path : str
        Step and parameter, as ``treat.winsorise``, or the step alone, as ``standardise``.
    options : tuple
        Values of the parameter as plain data, or steps; all as likely.
    """

    path: str
    options: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The path."""
        return self.path

    def apply(self, scenario: Scenario, option: int) -> Scenario:
        """Give the scenario with one of the options.

        Parameters
        ----------
        scenario : Scenario
            It has the step of this choice.
        option : int
            Number of the option.

        Returns
        -------
        Scenario
            The new scenario.

        Raises
        ------
        InvalidValueError
            When the scenario does not have the step, or the option cannot be.
        UnknownNameError
            When the step or parameter is unknown.

        Examples
        --------
        >>> Choice("aggregate.method", ("arithmetic", "geometric")).apply(Scenario(), 1).aggregate.method
        'geometric'
        """
        value = self.options[option]
        if "." in self.path:
            return scenario.changed(self.path, value)
        if self.path not in STEPS:
            raise UnknownNameError.among(self.path, list(STEPS), what=_("step"), where=self.path)
        if getattr(scenario, self.path) is None:
            raise InvalidValueError(_("The scenario does not have this step, so that nothing of it can be varied."),
                                    where=self.path, param=self.path, hint=_("Add the step to the scenario first."))
        if isinstance(value, Mapping):
            value = STEPS[self.path].from_mapping(value, where=self.path)
        return scenario.replace(**{self.path: value})


@dataclass(frozen=True, slots=True)
class WeightNoise:
    """Weights that could have been others: each is multiplied by a number between 1 - d and 1 + d, evenly likely.

    Parameters
    ----------
    spread : float
        The d, above 0 and below 1. Weights of siblings keep their sum.
    parents : tuple of str, optional
        Groups whose children's weights are uncertain; all of them where absent.
    """

    spread: float
    parents: tuple[str, ...] = ()
    name: str = field(default="weights", init=False)


@dataclass(frozen=True, slots=True)
class InputNoise:
    """Observations with errors: normal with the standard error of each, within what the item can be.

    Parameters
    ----------
    lower, upper : mapping of str to float, optional
        For items that have bounds, as a share has 0 and 100, code to bound.
    """

    lower: Mapping[str, float] = field(default_factory=dict)
    upper: Mapping[str, float] = field(default_factory=dict)
    name: str = field(default="observations", init=False)


UncertainInput = Choice | WeightNoise | InputNoise


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """What each replicate was made with; it alone makes the replicate again.

    Parameters
    ----------
    choices : numpy.ndarray of int, shape (n_replicates, n_choices)
        Number of the option of each choice, in the order of the choices among the inputs.
    weight_seed, input_seed : numpy.ndarray of uint64, shape (n_replicates,)
        Seeds of the noise on weights and on observations; 0 where there is none.
    """

    choices: npt.NDArray[np.int64]
    weight_seed: Seeds
    input_seed: Seeds

    def __len__(self) -> int:
        return len(self.choices)

    def take(self, rows: npt.NDArray[np.int64] | Sequence[int]) -> "Draws":
        """Give those of some replicates.

        Parameters
        ----------
        rows : sequence of int
            Numbers of the replicates.

        Returns
        -------
        Draws
            Theirs.

        Examples
        --------
        >>> len(draw(np.zeros((5, 1)), [WeightNoise(0.1)]).take([3]))
        1
        """
        return Draws(self.choices[rows], self.weight_seed[rows], self.input_seed[rows])


def draw(points: npt.ArrayLike, inputs: Sequence[UncertainInput]) -> Draws:
    """Give what points of the unit cube stand for.

    Parameters
    ----------
    points : array_like, shape (n_replicates, n_inputs)
        Numbers from 0 to below 1, a column for each input.
    inputs : sequence of Choice, WeightNoise or InputNoise
        The inputs.

    Returns
    -------
    Draws
        The number of an option for each choice; a seed for each noise.

    Examples
    --------
    >>> draw([[0.1], [0.9]], [Choice("treat.winsorise", (1, 3, 5))]).choices.ravel().tolist()
    [0, 2]
    """
    drawn = np.asarray(points, dtype=np.float64)
    choices = [np.floor(drawn[:, i] * len(each.options)).astype(np.int64)
               for i, each in enumerate(inputs) if isinstance(each, Choice)]
    seeds = [next(((drawn[:, i] * _SEEDS).astype(np.uint64) for i, each in enumerate(inputs) if isinstance(each, kind)),
                  np.zeros(len(drawn), dtype=np.uint64)) for kind in (WeightNoise, InputNoise)]
    return Draws(np.array(choices, dtype=np.int64).reshape(-1, len(drawn)).T, *seeds)


def setting(base: Scenario, inputs: Sequence[UncertainInput], options: Sequence[int]) -> Scenario:
    """Give the scenario of a replicate before noise.

    Parameters
    ----------
    base : Scenario
        The scenario whose choices are uncertain.
    inputs : sequence of Choice, WeightNoise or InputNoise
        The inputs.
    options : sequence of int
        Number of the option of each choice.

    Returns
    -------
    Scenario
        The scenario.

    Examples
    --------
    >>> setting(Scenario(), [WeightNoise(0.1), Choice("aggregate.method", ("geometric",))], [0]).aggregate.method
    'geometric'
    """
    choices = [each for each in inputs if isinstance(each, Choice)]
    # a whole step first, so that a parameter of it keeps what was chosen
    for choice, option in sorted(zip(choices, options, strict=True), key=lambda pair: "." in pair[0].path):
        base = choice.apply(base, int(option))
    return base


def noisy_weights(weights: npt.ArrayLike, structure: Structure, noise: WeightNoise | None, seeds: Seeds) -> Floats:
    """Give the weights of replicates.

    Parameters
    ----------
    weights : array_like, shape (n_items + n_groups,)
        Weights without noise, in the order of ``structure.codes``.
    structure : Structure
        The tree.
    noise : WeightNoise or None
        The noise.
    seeds : numpy.ndarray of uint64, shape (n_replicates,)
        A seed for each replicate.

    Returns
    -------
    numpy.ndarray, shape (n_replicates, n_items + n_groups)
        Weights; those of siblings keep their sum.

    Notes
    -----
    Method: w U(1 - d, 1 + d), then rescaled below each parent, as COINr's ``get_noisy_weights``.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> tree = Structure.of([Item("a", "all"), Item("b", "all")], [Group("all", "")])
    >>> drawn = noisy_weights(tree.weights, tree, WeightNoise(0.25), np.array([7], dtype=np.uint64))
    >>> bool(drawn[0, 0] != 1), round(float(drawn[0, :2].sum()), 12)
    (True, 2.0)
    """
    given = np.asarray(weights, dtype=np.float64)
    made = np.repeat(given[None], len(seeds), axis=0)
    if noise is None:
        return made
    factors = 1 + noise.spread * (2 * uniforms(seeds, len(given)) - 1)
    for node in structure.nodes:
        if not noise.parents or node.code in noise.parents:
            below = structure.children(node)
            drawn = given[below] * factors[:, below]
            made[:, below] = drawn * (given[below].sum() / drawn.sum(axis=1, keepdims=True))
    return made


def noisy_values(values: Floats, se: Floats, bounds: tuple[Floats, Floats], seed: int) -> Floats:
    """Give observations with errors drawn again.

    Parameters
    ----------
    values, se : numpy.ndarray, shape (n, m)
        Observations and their standard errors; where an error is zero or missing, the observation stays.
    bounds : tuple of two numpy.ndarray, shape (m,)
        Least and greatest value of each item.
    seed : int
        Seed of the replicate.

    Returns
    -------
    numpy.ndarray, shape (n, m)
        The observations of the replicate.

    Notes
    -----
    A value is drawn from the normal distribution about the observation, cut off at the bounds: what falls outside is
    drawn again by the inverse of the distribution function between them.

    Examples
    --------
    >>> one = np.array([[99.0]])
    >>> drawn = [noisy_values(one, one / 9, (one[0] * 0, one[0] * 0 + 100), seed)[0, 0] for seed in range(50)]
    >>> bool(max(drawn) <= 100)
    True
    """
    rng = np.random.default_rng(seed)
    made = values.copy()
    rows, columns = np.nonzero(np.isfinite(values) & (se > 0))
    centre, spread = values[rows, columns], se[rows, columns]
    low, high = bounds[0][columns], bounds[1][columns]
    drawn = centre + spread * rng.standard_normal(len(rows))
    out = np.nonzero((drawn < low) | (drawn > high))[0]
    if len(out):
        drawn[out] = _within(centre[out], spread[out], (low[out], high[out]), rng.random(len(out)))
    made[rows, columns] = drawn
    return made


def _within(centre: Floats, spread: Floats, bounds: tuple[Floats, Floats], share: Floats) -> Floats:
    """Give the values below which a share of the normal distribution between two bounds lies."""
    low, high = bounds
    # Of an observation below its bounds the mirror image is taken: only in the lower tail is a share near 0 no 0.
    sign = np.where(centre < low, -1.0, 1.0)
    first, last = (np.where(sign > 0, one, other) for one, other in ((low, high), (high, low)))
    ends = [sign * (end - centre) / spread for end in (first, last)]
    below = [ndtr(end) for end in ends]
    # So far out that nothing is left of either, all lies at the bound next to the observation.
    score = np.where(below[1] > 0, ndtri(below[0] + share * (below[1] - below[0])), ends[1])
    return np.clip(centre + sign * spread * score, low, high)


def check_inputs(base: Scenario, inputs: Sequence[UncertainInput], structure: Structure) -> None:
    """Refuse uncertain inputs that cannot be, or that the scenario has no place for.

    Parameters
    ----------
    base : Scenario
        The scenario.
    inputs : sequence of Choice, WeightNoise or InputNoise
        The inputs.
    structure : Structure
        The tree.

    Raises
    ------
    InvalidValueError
        When there is none, a choice has less than two options, two inputs are of one thing, the scenario does not have
        the step of a choice, or a spread or bound cannot be.
    UnknownNameError
        When a step, parameter, method, group or item is unknown.

    Examples
    --------
    >>> from ekistics.composite.structure import Group, Item
    >>> check_inputs(Scenario(), [WeightNoise(0.1)], Structure.of([Item("a", "all")], [Group("all", "")]))
    """
    if not inputs:
        raise InvalidValueError(_("There is no uncertain input."), where="inputs", param="inputs",
                                expected=_("at least one"), got=0)
    names = [each.name for each in inputs]
    for name in names:
        if names.count(name) > 1 or name.partition(".")[0] in set(names) - {name}:
            raise InvalidValueError(_("Two uncertain inputs are of one thing."), where=name, param="inputs",
                                    hint=_("Give their options as those of one."))
    for each in inputs:
        if isinstance(each, Choice):
            _check_choice(base, each)
        elif isinstance(each, WeightNoise):
            _check_weight_noise(each, structure)
        else:
            _check_bounds(each, structure)


def _check_choice(base: Scenario, choice: Choice) -> None:
    """Try every option on the scenario."""
    if len(choice.options) < _LEAST:
        raise InvalidValueError(_("A choice needs at least two options."), where=choice.path, param="options",
                                expected=">= 2", got=len(choice.options))
    for option in range(len(choice.options)):
        choice.apply(base, option)


def _check_weight_noise(noise: WeightNoise, structure: Structure) -> None:
    """Refuse a spread that would make weights negative, and parents that are no groups."""
    if not 0 < noise.spread < 1:
        raise InvalidValueError(_("The spread of weights must leave them above zero."), where=noise.name,
                                param="spread", expected=_("above 0 and below 1"), got=noise.spread)
    groups = [group.code for group in structure.groups]
    for parent in noise.parents:
        if parent not in groups:
            raise UnknownNameError.among(parent, groups, what=_("group"), where=noise.name)


def _check_bounds(noise: InputNoise, structure: Structure) -> None:
    """Refuse bounds of unknown items, and bounds that are upside down."""
    items = [item.code for item in structure.items]
    for code in (*noise.lower, *noise.upper):
        if code not in items:
            raise UnknownNameError.among(code, items, what=_("item"), where=noise.name)
        low, high = noise.lower.get(code, -np.inf), noise.upper.get(code, np.inf)
        if not low < high:
            raise InvalidValueError(_("The bounds of an item are upside down."), where=code, param="lower, upper",
                                    expected=_("lower below upper"), got=f"{low:g} ... {high:g}")
