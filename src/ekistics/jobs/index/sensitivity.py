"""What moves the ranks of an index: single choices, a part left out, and Sobol' indices of all that is uncertain."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.composite.ranks import rank
from ekistics.composite.replicates import option_text
from ekistics.composite.sensitivity import Alternative, Alternatives, index_sobol, single_choices, without
from ekistics.composite.uncertainty import Choice, UncertainInput
from ekistics.jobs.index.compute import BASE, Built
from ekistics.jobs.index.uncertainty import Progress, Uncertainty, step_of, uncertain_inputs

__all__ = ["progress_in_two", "sensitivity", "settled", "sobol_runs"]

Floats = npt.NDArray[np.float64]
_CELLS = 80_000_000  # values of all builds together, some 15 seconds of one core where values have errors
_FEWEST, _MOST = 64, 1024  # rows: with fewer the intervals say nothing, with more they hardly shrink


def settled(built: Built, how: Uncertainty) -> Uncertainty:
    """Fit the rows of the Sobol' design to the index where they are not stated.

    Parameters
    ----------
    built : Built
        The index.
    how : Uncertainty
        How the ranks are tried.

    Returns
    -------
    Uncertainty
        The same with the number of rows: a power of two from 64 to 1,024, the fewer the more cities and items.
    """
    if how.sobol is not None:
        return how
    each = built.base.data.values.size * (len(uncertain_inputs(built, how)) + 2)
    rows = 1 << (max(_CELLS // max(each, 1), 1).bit_length() - 1)
    return replace(how, sobol=min(max(rows, _FEWEST), _MOST))


def sobol_runs(built: Built, how: Uncertainty) -> int:
    """Give how often the index is built for its Sobol' indices.

    Parameters
    ----------
    built : Built
        The index.
    how : Uncertainty
        How the ranks are tried, with the rows.

    Returns
    -------
    int
        Rows times the inputs and two.
    """
    return (how.sobol or 0) * (len(uncertain_inputs(built, how)) + 2)


def progress_in_two(progress: Progress | None, first: int, second: int) -> tuple[Progress | None, Progress | None]:
    """Give the progress of two works after each other as that of one.

    Parameters
    ----------
    progress : callable, optional
        Told of both.
    first, second : int
        Steps of each.

    Returns
    -------
    callable or None
        To be told of the first.
    callable or None
        To be told of the second.
    """
    if progress is None:
        return None, None
    return (lambda done, _of: progress(done, first + second)), (lambda done, _of: progress(first + done,
                                                                                           first + second))


def sensitivity(built: Built, how: Uncertainty, progress: Progress | None = None) -> dict[str, Any]:
    """Say what moves ranks, for ``results.json``.

    Parameters
    ----------
    built : Built
        The index.
    how : Uncertainty
        How the ranks are tried, with the rows of the design.
    progress : callable, optional
        Told how often the index is built for the Sobol' indices, and of how many times.

    Returns
    -------
    dict
        ``choices``: each single choice with what it does to ranks, and of each city the one that moves it most.
        ``without``: the same for each part of the index left out, and of each city its rank without each.
        ``sobol``: share of the variance of the mean absolute rank shift by input, alone (``first``) and with the
        others (``total``), each with its bootstrap interval from 5 to 95 %; absent where there are no rows.

    Raises
    ------
    EkisticsError
        A choice cannot be built, or the rows are no power of two.
    """
    inputs = uncertain_inputs(built, how)
    found = {"choices": _choices(built, inputs), "without": _without(built)}
    return found | {"sobol": _sobol(built, inputs, how, progress)} if how.sobol else found


def _ranks(tried: Alternatives) -> Floats:
    """Rank under each alternative the cities that the index ranks.

    A part with a hole that is left out would let in cities that have no place in the index; ranks that move because
    others came in say nothing of the part.
    """
    return rank(np.where(np.isfinite(tried.base.total), tried.scores, np.nan).T).T


def _effect(units: Sequence[str], base: Floats, ranks: Floats) -> dict[str, Any]:
    """Say what an alternative does to ranks: on average, and to the city that it moves most."""
    moves = np.abs(ranks - base)
    if not np.isfinite(moves).any():
        return {"mean_shift": None, "largest": None}
    row = int(np.nanargmax(moves))
    return {"mean_shift": float(np.nanmean(moves)),
            "largest": {"unit": units[row], "from": float(base[row]), "to": float(ranks[row])}}


def _choices(built: Built, inputs: Sequence[UncertainInput]) -> dict[str, Any]:
    """Give each single choice, and which moves each city most."""
    tried = single_choices(built.base.data, built.base.scenario, inputs)
    units, base, ranks = built.base.data.units, built.base.ranks, _ranks(tried)
    told = [_told(built, each) | _effect(units, base, row) for each, row in zip(tried.alternatives, ranks, strict=True)]
    most = replace(tried, ranks=ranks).largest().tolist()
    return {"tried": told, "units": {unit: None if number < 0 else {"choice": number, "rank": float(ranks[number, row])}
                                     for row, (unit, number) in enumerate(zip(units, most, strict=True))}}


def _told(built: Built, one: Alternative) -> dict[str, Any]:
    """Say what is done otherwise as plain data; of a step also in which variant it is done so."""
    plain = {"kind": one.kind, "of": one.subject, "option": one.option}
    if one.kind != "choice":
        return plain
    base = built.base.scenario
    return plain | {"variant": next(code for code, index in built.indices.items() if code != BASE and option_text(
        step_of(index.scenario, one.subject, base)) == one.option)}


def _without(built: Built) -> dict[str, Any]:
    """Give what ranks are without each part of the index; nothing where it has one part alone."""
    index = built.base
    parts = index.structure.children(index.structure.nodes[-1])
    if np.count_nonzero(index.weights[parts] > 0) < 2:  # noqa: PLR2004 - of one part nothing would be left
        return {"parts": [], "units": {}}
    left = without(index.data, index.scenario)
    units, ranks = index.data.units, _ranks(left)
    return {"parts": [{"of": each.subject} | _effect(units, index.ranks, row)
                      for each, row in zip(left.alternatives, ranks, strict=True)],
            "units": {unit: [_plain(each) for each in column] for unit, column in zip(units, ranks.T, strict=True)}}


def _sobol(built: Built, inputs: Sequence[UncertainInput], how: Uncertainty,
           progress: Progress | None) -> dict[str, Any]:
    """Give Sobol' indices of the mean absolute rank shift."""
    found = index_sobol(built.base.data, built.base.scenario, inputs, how.sobol or 0, how.seed, progress=progress)
    columns = {"first": found.first, "total": found.total}
    ends = {"first_interval": found.first_interval, "total_interval": found.total_interval}
    return {"rows": found.n, "runs": found.runs, "seed": how.seed, "variance": found.variance, "inputs": [
        {"kind": "choice" if isinstance(each, Choice) else each.name, "of": each.name,
         **{name: _plain(values[i]) for name, values in columns.items()},
         **{name: [_plain(end) for end in values[i]] for name, values in ends.items()}}
        for i, each in enumerate(inputs)]}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
