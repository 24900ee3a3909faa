"""What the ranks of an index are worth: what is uncertain in it, the replicates, and what they say of every city."""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite import Aggregate, Form, Scenario
from ekistics.composite.replicates import option_text
from ekistics.composite.uncertainty import Choice, InputNoise, Replicates, UncertainInput, WeightNoise, replicate
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.index.compute import Built

__all__ = ["TOPS", "Uncertainty", "bounds_of", "replicated", "replicates_csv", "step_of", "summary",
           "uncertain_inputs"]

Progress = Callable[[int, int], None]
TOPS = (10, 50)  # places for which the chance to be among them is told, where there are twice as many cities
_SMALLEST = 1e-12  # what a logarithm is taken of is above zero
SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How the ranks are tried.

    Parameters
    ----------
    replicates : int
        How often the index is built again.
    seed : int
        Seed of the draws.
    weights : float
        Each weight is multiplied by a number between 1 - this and 1 + this; 0 leaves weights as they are.
    sobol : int, optional
        Rows of the design of Sobol' indices, a power of two; 0 leaves them out, None fits them to the index.
    """

    replicates: int = 1000
    seed: int = 1
    weights: float = 0.25
    sobol: int | None = None


def uncertain_inputs(built: Built, how: Uncertainty) -> tuple[UncertainInput, ...]:
    """Say what is uncertain in an index: its weights, observations with a standard error, and its variants.

    Parameters
    ----------
    built : Built
        The index.
    how : Uncertainty
        How the ranks are tried.

    Returns
    -------
    tuple of Choice, WeightNoise or InputNoise
        The inputs. Of variants those count that leave the same cities with a score.
    """
    found: list[UncertainInput] = [WeightNoise(how.weights)] if how.weights else []
    if built.base.data.se is not None:
        found.append(InputNoise(*bounds_of(built.definition)))
    return (*found, *_choices(built))


def _choices(built: Built) -> list[Choice]:
    """Give each step that a variant takes in another way, with the ways; who is scored stays the same."""
    base, choices = built.base.scenario, []
    for step in ("treat", "standardise", "aggregate"):
        options = [getattr(base, step)]
        for index in built.indices.values():
            other = step_of(index.scenario, step, base)
            if other is not None and options[0] is not None and other not in options:
                options.append(other)
        if len(options) > 1:
            choices.append(Choice(step, tuple(options)))
    return choices


def step_of(scenario: Scenario, step: str, base: Scenario) -> Any:
    """Give a step of a variant; in it, who is scored stays as in the index.

    Parameters
    ----------
    scenario : Scenario
        The variant's.
    step : str
        Name of the step.
    base : Scenario
        The index's.

    Returns
    -------
    Step or None
        The step; None where the variant does not have it.
    """
    found = getattr(scenario, step)
    if isinstance(found, Aggregate):
        return replace(found, whole=base.aggregate.whole, minimum_share=base.aggregate.minimum_share)
    return found


def bounds_of(definition: IndexDefinition) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Give the lowest and highest value of each item that has bounds by its form.

    Parameters
    ----------
    definition : IndexDefinition
        The index.

    Returns
    -------
    lower, upper : dict of str to float
        Bounds by item: a percentage has 0 and 100, what a logarithm or root is taken of is not below zero, and neither
        is anything that the index or a variant scores by its distance to the maximum.
    """
    ends = {code: _ends(form) for code, form in definition.forms().items()}
    lower = {code: low for code, (low, _high) in ends.items() if low is not None}
    methods = {definition.scenario_of(code).standardise.method for code in ("", *(v.code for v in definition.variant))}
    if "distance-to-maximum" in methods:
        lower = dict.fromkeys((item.code for item in definition.items), _SMALLEST) | lower
    return lower, {code: high for code, (_low, high) in ends.items() if high is not None}


def _ends(form: Form) -> tuple[float | None, float | None]:
    if form.kind == "direct":
        return 0.0, 100.0
    if form.kind == "checklist":
        return 0.0, float(form.points or 0)
    return {"log": _SMALLEST, "root": 0.0}.get(form.kind), None


def replicated(built: Built, how: Uncertainty, progress: Progress | None = None) -> Replicates:
    """Build an index again and again with all that is uncertain drawn at once.

    Parameters
    ----------
    built : Built
        The index.
    how : Uncertainty
        How often, and with what.
    progress : callable, optional
        Told how many replicates are done, and of how many.

    Returns
    -------
    Replicates
        Ranks, scores and parameters of each replicate.

    Raises
    ------
    EkisticsError
        A setting cannot be, or nothing is uncertain.
    """
    base = built.base
    return replicate(base.data, base.scenario, uncertain_inputs(built, how), how.replicates, how.seed,
                     progress=progress)


def summary(made: Replicates, how: Uncertainty) -> dict[str, Any]:
    """Give what replicates say, for ``results.json``.

    Parameters
    ----------
    made : Replicates
        The replicates.
    how : Uncertainty
        How they were made.

    Returns
    -------
    dict
        What is uncertain, and of each city intervals of rank and score, mean rank, chances of the first places.
    """
    units, cities = list(made.base.data.units), int(np.isfinite(made.base.ranks).sum())
    columns = {"rank": made.rank_interval(SHARE), "rank_extremes": made.rank_interval(1.0),
               "score": made.score_interval(SHARE)}
    tops = {str(k): made.top(k) for k in TOPS if 2 * k <= cities}
    mean = made.rank_mean()
    rows = {unit: {**{name: _pair(ends[row]) for name, ends in columns.items()}, "rank_mean": _plain(mean[row]),
                   "top": {k: _plain(chance[row]) for k, chance in tops.items()}} for row, unit in enumerate(units)}
    return {"replicates": len(made), "seed": how.seed, "share": SHARE, "inputs": [_told(each) for each in made.inputs],
            "mean_rank_shift": float(made.shift().mean()), "units": rows}


def _told(uncertain: UncertainInput) -> dict[str, Any]:
    """Say what is uncertain as plain data."""
    if isinstance(uncertain, Choice):
        return {"kind": "choice", "of": uncertain.path, "options": [option_text(each) for each in uncertain.options]}
    if isinstance(uncertain, WeightNoise):
        return {"kind": "weights", "spread": uncertain.spread}
    return {"kind": "observations", "lower": dict(uncertain.lower), "upper": dict(uncertain.upper)}


def _pair(ends: npt.NDArray[np.float64]) -> list[float | None]:
    return [_plain(end) for end in ends]


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def replicates_csv(made: Replicates) -> bytes:
    """Write the parameters of each replicate; each can be made again alone.

    Parameters
    ----------
    made : Replicates
        The replicates.

    Returns
    -------
    bytes
        CSV, a row a replicate.
    """
    rows = made.plain()
    numbers = {choice.path: {str(option_text(option)): str(i) for i, option in enumerate(choice.options, 1)}
               for choice in made.inputs if isinstance(choice, Choice)}
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: numbers[name][str(value)] if name in numbers else value for name, value in row.items()}
                     for row in rows)
    return stream.getvalue().encode()

