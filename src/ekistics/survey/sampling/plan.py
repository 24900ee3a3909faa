"""From a frame and a design to a draw: who is certain, how many of each stratum, with which probability, and who."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.survey.sampling.allocation import allocate, allocation_measure
from ekistics.survey.sampling.cube import draw_cube
from ekistics.survey.sampling.draws import draw_maximum_entropy, draw_pareto, draw_sampford, draw_srs, draw_systematic
from ekistics.survey.sampling.probabilities import Bools, Floats, Integers, inclusion_probabilities
from ekistics.survey.sampling.random import generator

__all__ = ["ALLOCATIONS", "BY_SIZE", "METHODS", "Allocation", "Frame", "Plan", "draw_plan", "imbalance_of",
           "plan_sample", "reserve_ranks"]

METHODS = ("srs", "systematic-pps", "sampford", "maximum-entropy", "pareto", "cube")
ALLOCATIONS = ("proportional", "neyman", "power", "stated")
BY_SIZE = ("systematic-pps", "sampford", "maximum-entropy", "pareto")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What a draw needs to know of every city.

    Parameters
    ----------
    code : sequence of str
        Stable codes, each once.
    size : numpy.ndarray, shape (n_cities,)
        Size measure, such as people.
    stratum : numpy.ndarray of int, shape (n_cities,)
        Number of the stratum, from 0 without a gap.
    certain : numpy.ndarray of bool, shape (n_cities,)
        Cities that are to be in the sample whatever the draw.
    """

    code: Sequence[str]
    size: Floats
    stratum: Integers
    certain: Bools

    def __len__(self) -> int:
        return len(self.code)

    @property
    def n_strata(self) -> int:
        """Number of strata."""
        return int(self.stratum.max()) + 1


@dataclass(frozen=True, slots=True)
class Allocation:
    """How the sample is shared among strata.

    Parameters
    ----------
    kind : str
        One of :data:`ALLOCATIONS`.
    power : float
        Exponent, for ``power``.
    minimum : int
        Fewest cities of a stratum besides those that are certain.
    stated : tuple of int
        Cities of each stratum besides those that are certain, for ``stated``.
    variable : numpy.ndarray, shape (n_cities,), optional
        Variable whose spread within strata ``neyman`` takes; the size where not given.
    """

    kind: str = "proportional"
    power: float = 0.5
    minimum: int = 2
    stated: tuple[int, ...] = ()
    variable: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Who can be drawn how.

    Parameters
    ----------
    pi : numpy.ndarray, shape (n_cities,)
        Inclusion probabilities.
    certain : numpy.ndarray of bool, shape (n_cities,)
        Cities with probability 1.
    drawn_of : numpy.ndarray of int, shape (n_strata,)
        Cities to draw of each stratum besides those that are certain.
    """

    pi: Floats
    certain: Bools
    drawn_of: Integers


def plan_sample(frame: Frame, n: int, *, method: str, allocation: Allocation | None = None,
                by_size: bool | None = None) -> Plan:
    """Find the cities that are certain, share the others among strata, and give all their probabilities.

    Parameters
    ----------
    frame : Frame
        The cities.
    n : int
        Cities to draw in all.
    method : str
        One of :data:`METHODS`.
    allocation : Allocation, optional
        How the sample is shared; in proportion to the number of cities where not given.
    by_size : bool, optional
        Whether probabilities go with size; for ``cube`` only, as the other methods say it themselves.

    Returns
    -------
    Plan
        The plan; in each stratum the probabilities have a whole sum.

    Raises
    ------
    UnknownNameError
        There is no such method or allocation.
    InvalidValueError
        The sample does not fit.

    Notes
    -----
    Method: where probabilities go with size, cities at or above 1 in the whole frame or in their stratum become
    certain, and the rest is shared anew, until none is left.

    Examples
    --------
    >>> frame = Frame("abcdef", np.array([90.0, 5, 5, 4, 4, 4]), np.array([0, 0, 0, 1, 1, 1]), np.zeros(6, bool))
    >>> plan = plan_sample(frame, 5, method="sampford")
    >>> plan.pi.round(3).tolist(), plan.drawn_of.tolist()
    ([1.0, 1.0, 1.0, 0.667, 0.667, 0.667], [0, 2])
    """
    if method not in METHODS:
        raise UnknownNameError.among(method, METHODS, what=_("method of drawing"))
    sized = method in BY_SIZE or bool(by_size)
    shares = allocation or Allocation()
    certain = frame.certain.copy()
    if sized:
        certain |= inclusion_probabilities(frame.size, n) >= 1
    while True:
        drawn_of = _shared(frame, n - int(certain.sum()), certain, shares)
        pi = _probabilities(frame, certain, drawn_of, sized=sized)
        more = (pi >= 1) & ~certain
        if not more.any():
            return Plan(pi, certain, drawn_of)
        certain = certain | more


def _shared(frame: Frame, n: int, certain: Bools, allocation: Allocation) -> Integers:
    """Share what is left among the cities that are not certain."""
    units = np.bincount(frame.stratum[~certain], minlength=frame.n_strata)
    if n < 0:
        raise InvalidValueError(_("More cities are certain than are to be drawn."), param="n",
                                expected=f">= {int(certain.sum())}", got=n + int(certain.sum()))
    if allocation.kind == "stated":
        return _stated(allocation.stated, units, n)
    variable = frame.size if allocation.variable is None else allocation.variable
    spread = [_spread(variable[(frame.stratum == h) & ~certain]) for h in range(frame.n_strata)]
    measure = allocation_measure(allocation.kind, units, spread=spread, power=allocation.power)
    return allocate(np.where(units > 0, measure, 0.0), n, population=units, minimum=allocation.minimum)


def _stated(stated: tuple[int, ...], units: Integers, n: int) -> Integers:
    given = np.minimum(np.array(stated, dtype=np.int64), units) if len(stated) == len(units) else None
    if given is None or given.sum() != n:
        raise InvalidValueError(_("The stated numbers of the strata do not add up to the sample."), param="allocation",
                                expected=n, got="none" if given is None else int(given.sum()),
                                hint=_("Cities that are certain count in the size, not in these numbers."))
    return given


def _spread(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def _probabilities(frame: Frame, certain: Bools, drawn_of: Integers, *, sized: bool) -> Floats:
    pi = certain.astype(np.float64)
    for h, n in enumerate(drawn_of):
        rest = np.flatnonzero((frame.stratum == h) & ~certain)
        if len(rest):
            pi[rest] = inclusion_probabilities(frame.size[rest] if sized else np.ones(len(rest)), int(n))
    if (pi <= 0).any():
        raise InvalidValueError(_("A stratum of cities gets none of the sample."), param="allocation",
                                where=str(int(frame.stratum[np.argmin(pi)])), expected=">= 1", got=0)
    return pi


def draw_plan(frame: Frame, plan: Plan, *, method: str, seed: str, random: Floats,  # noqa: PLR0913 - a draw's parts
              order: Integers | None = None, variables: npt.ArrayLike | None = None) -> Bools:
    """Draw the cities.

    Parameters
    ----------
    frame : Frame
        The cities.
    plan : Plan
        As :func:`plan_sample` gives it.
    method : str
        One of :data:`METHODS`.
    seed : str
        The seed, from which each stratum has a stream of its own.
    random : numpy.ndarray, shape (n_cities,)
        Permanent random numbers, by which ``srs`` and ``pareto`` draw.
    order : numpy.ndarray of int, shape (n_cities,), optional
        Positions of the cities in the order of the walk of ``systematic-pps``.
    variables : array-like, shape (n_cities, n_variables), optional
        Variables to balance, for ``cube``.

    Returns
    -------
    numpy.ndarray of bool, shape (n_cities,)
        Cities drawn.

    Examples
    --------
    >>> frame = Frame("abcd", np.ones(4), np.array([0, 0, 1, 1]), np.zeros(4, bool))
    >>> plan = plan_sample(frame, 2, method="srs", allocation=Allocation(minimum=1))
    >>> draw_plan(frame, plan, method="srs", seed="s", random=np.array([0.4, 0.2, 0.1, 0.8])).tolist()
    [False, True, True, False]
    """
    drawn = plan.certain.copy()
    open_cities = np.flatnonzero(~plan.certain)
    if method == "cube" and len(open_cities):
        values = np.empty((len(frame), 0)) if variables is None else np.asarray(variables, dtype=np.float64)
        drawn[open_cities] = draw_cube(plan.pi[open_cities], values.reshape(len(frame), -1)[open_cities],
                                       generator(seed, "cube"), strata=frame.stratum[open_cities])
        return drawn
    walk = np.arange(len(frame)) if order is None else order
    for h, n in enumerate(plan.drawn_of):
        rest = walk[((frame.stratum == h) & ~plan.certain)[walk]]
        if len(rest) and n:
            drawn[rest] = _one_stratum(plan.pi[rest], random[rest], method, generator(seed, f"stratum {h}"))
    return drawn


def _one_stratum(pi: Floats, random: Floats, method: str, rng: np.random.Generator) -> Bools:
    if method == "srs":
        return draw_srs(random, round(float(pi.sum())))
    if method == "pareto":
        return draw_pareto(pi, random)
    if method == "systematic-pps":
        return draw_systematic(pi, float(rng.random()))
    return draw_sampford(pi, rng) if method == "sampford" else draw_maximum_entropy(pi, rng)


def imbalance_of(frame: Frame, plan: Plan, variables: npt.ArrayLike, *, seed: str, draws: int = 200) -> Floats:
    """Find by redrawing how far the totals of balanced variables still vary, since landing leaves some imbalance.

    Parameters
    ----------
    frame : Frame
        The cities.
    plan : Plan
        The plan of the draw.
    variables : array-like, shape (n_cities, n_variables)
        Variables that are balanced.
    seed : str
        Seed of the redraws.
    draws : int, default 200
        Redraws.

    Returns
    -------
    numpy.ndarray, shape (n_variables, n_variables)
        Mean of the products of the errors of their weighted totals.

    Notes
    -----
    Method: the design is known, so its imbalance is found by simulation rather than by a formula; the formula of
    :func:`ekistics.survey.sampling.variance_of_total` for balanced samples speaks of the flight alone.
    """
    values = np.asarray(variables, dtype=np.float64).reshape(len(frame), -1)
    rows, pi, rng = np.flatnonzero(~plan.certain), plan.pi, generator(seed, "imbalance")
    if not len(rows) or not values.shape[1]:
        return np.zeros((values.shape[1], values.shape[1]))
    weighted, total = values[rows] / pi[rows, None], values[rows].sum(axis=0)
    errors = np.array([weighted[draw_cube(pi[rows], values[rows], rng, strata=frame.stratum[rows])].sum(axis=0) - total
                       for _draw in range(draws)])
    return np.asarray(errors.T @ errors / draws)


def reserve_ranks(frame: Frame, plan: Plan, drawn: Bools, random: Floats) -> Integers:
    """Rank the cities that were not drawn, within their stratum, in the order in which they would stand in.

    Parameters
    ----------
    frame : Frame
        The cities.
    plan : Plan
        The plan of the draw.
    drawn : numpy.ndarray of bool, shape (n_cities,)
        Cities drawn.
    random : numpy.ndarray, shape (n_cities,)
        Permanent random numbers.

    Returns
    -------
    numpy.ndarray of int, shape (n_cities,)
        Rank from 1 of a city in the reserve of its stratum; 0 of a city that was drawn.

    Notes
    -----
    Method: by ``u (1 - pi) / (pi (1 - u))``, which is the order of the random numbers where all probabilities of a
    stratum are one. The order is fixed by the seed, so that nobody chooses who stands in.

    Examples
    --------
    >>> frame = Frame("abc", np.ones(3), np.zeros(3, int), np.zeros(3, bool))
    >>> plan = plan_sample(frame, 2, method="srs")
    >>> reserve_ranks(frame, plan, np.array([True, False, False]), np.array([0.1, 0.9, 0.5])).tolist()
    [0, 2, 1]
    """
    pi = np.minimum(plan.pi, 1 - 1e-12)
    key = random * (1 - pi) / (pi * (1 - random))
    ranks = np.zeros(len(frame), dtype=np.int64)
    for h in range(frame.n_strata):
        left = np.flatnonzero((frame.stratum == h) & ~drawn)
        ranks[left[np.argsort(key[left], kind="stable")]] = np.arange(1, len(left) + 1)
    return ranks
