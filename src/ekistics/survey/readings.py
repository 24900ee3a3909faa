"""Shares of what is known of each row, and the bounds that the unknown leaves: three estimates from one pass.

A share of many rows by many groups needs the rows only to sum them: by unit, domain, and whether the row has the
property, has it not, or is not known. The three readings, their variances and design effects follow from these sums.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._layout import Bools, Floats, sums_by
from ekistics.survey._refusal import invalid
from ekistics.survey._statistics import EMPTY, ZERO_DENOMINATOR, Counted, Statistic, variable
from ekistics.survey.design import Design
from ekistics.survey.domains import AnyDesign, Domains, Level, _units_less_strata
from ekistics.survey.estimates import Estimates, estimates, ratio

__all__ = ["Readings", "Weighing", "readings"]

YES, NO, UNKNOWN, UNCOUNTED, OUTSIDE = range(5)  # of a row; the last where it lies in no domain
_FEW = 4  # rows of a cell, on average, from which on sums by cell are worth while


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """A share in three readings.

    Parameters
    ----------
    known : Estimates
        The share of those of which it is known.
    least, most : Estimates
        The share of all, if the unknown have the property not, and if they have it.
    unknown : numpy.ndarray, shape (d,)
        Weighted share of the rows of each domain of which it is not known; 0 where there are none.
    """

    known: Estimates
    least: Estimates
    most: Estimates
    unknown: Floats


@dataclass(frozen=True, eq=False)
class Weighing:
    """How much each row of a sample counts: its weight, times how many it stands for; made once for many variables.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample.
    count : numpy.ndarray, shape (n,), or None
        How many each row stands for, such as the members of a household; NaN where unknown, 1 where absent.
    """

    design: AnyDesign
    count: Floats | None = None

    def __post_init__(self) -> None:
        if self.count is not None:
            object.__setattr__(self, "count", variable(self.count, len(self.design), "count"))

    @cached_property
    def here(self) -> Bools | None:
        """Give the rows whose count is known; None where all are."""
        if self.count is None or not np.isnan(self.count.sum()):
            return None
        return ~np.isnan(self.count)

    @cached_property
    def amounts(self) -> tuple[Floats, ...]:
        """Give the weights; and, where counts differ, weight x count and weight x squared count."""
        weight = self.design.weight
        if self.count is None:
            return (weight,)
        count = np.nan_to_num(self.count)
        return weight, weight * count, weight * count**2

    def state(self, truth: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Tell of each row whether it has the property, has it not, or is not known.

        Parameters
        ----------
        truth : array_like, shape (n,)
            1, 0, or NaN where unknown.

        Returns
        -------
        numpy.ndarray of int, shape (n,)
            0 for yes, 1 for no, 2 for unknown; 3 where it is not known how many the row stands for.

        Raises
        ------
        InvalidValueError
            When a value is none of 1, 0 and NaN.
        """
        values = variable(truth, len(self.design), "truth")
        state = np.where(np.isnan(values), UNKNOWN, NO)
        state[values == 1] = YES
        wrong = (state == NO) & (values != 0)
        if wrong.any():
            raise invalid(_("A property is there (1), not there (0) or unknown."), param="truth", expected="0, 1",
                          got=_("{count} such rows").format(count=int(wrong.sum())))
        return state if self.here is None else np.where(self.here, state, UNCOUNTED)


def readings(weighing: Weighing, state: npt.NDArray[np.int64], domains: Domains, *, interval: str = "logit",
             confidence: float = 0.95, degrees_of_freedom: str = "units") -> Readings:
    """Estimate a share in its three readings, in each domain.

    Parameters
    ----------
    weighing : Weighing
        How much each row counts.
    state : numpy.ndarray of int, shape (n,)
        What is known of each row, as :meth:`Weighing.state` gives it.
    domains : Domains
        The domains, of the same design.
    interval : str, default "logit"
        Kind of interval, as in :func:`ekistics.survey.estimates.ratio`.
    confidence : float, default 0.95
        Confidence level.
    degrees_of_freedom : {"units", "satterthwaite"}, default "units"
        What the interval counts, as in :func:`ekistics.survey.estimates.total`.

    Returns
    -------
    Readings
        Estimates as :func:`~ekistics.survey.estimates.ratio` gives them, up to rounding.

    Raises
    ------
    InvalidValueError
        When the domains belong to another design, or a choice does not exist.

    Notes
    -----
    A million rows take as long as two sums over them where each counts once, four otherwise. Samples whose last units
    are the rows, calibrated weights and replicates take three estimates of ratios.

    Examples
    --------
    >>> design = Design.of(np.ones(8), psu=np.array([1, 1, 2, 2, 3, 3, 4, 4]))
    >>> every = Weighing(design)
    >>> found = readings(every, every.state([1, 0, 1, 1, 0, 0, 1, np.nan]), Domains.of(design))
    >>> [float(each.value[0].round(4)) for each in (found.known, found.least, found.most)]
    [0.5714, 0.5, 0.625]
    """
    design = weighing.design
    if domains.design is not design:
        raise invalid(_("These domains belong to another design."), param="domains")
    state = state if domains.live is None else np.where(domains.live, state, OUTSIDE)
    if isinstance(design, Design) and not design.calibrations and domains.levels[-1].n_cells * _FEW <= len(state):
        return _by_cells(weighing, state, domains, interval, confidence, degrees_of_freedom)
    return _by_rows(weighing, state, domains, interval, confidence, degrees_of_freedom)


def _by_rows(weighing: Weighing, state: npt.NDArray[np.int64], domains: Domains, interval: str,
             confidence: float, freedom: str = "units") -> Readings:
    """Estimate each reading by itself."""
    truth = np.array([1.0, 0.0, np.nan, np.nan, np.nan])[state]
    count = np.ones(len(state)) if weighing.count is None else weighing.count

    def share(taken: float) -> Estimates:
        """Estimate the share with the unknown taken as this."""
        return ratio(weighing.design, np.where(state == UNKNOWN, taken, truth) * count, count, domain=domains,
                     interval=interval, confidence=confidence, degrees_of_freedom=freedom)

    whole = domains.sums(domains.weights)
    unknown = domains.sums(domains.weights * (state >= UNKNOWN)) / np.where(whole > 0, whole, 1.0)
    return Readings(share(np.nan), share(0.0), share(1.0), unknown)


@dataclass(frozen=True, slots=True, eq=False)
class _Cells:
    """Sums of a variable's rows by cell and state."""

    domains: Domains
    rows: Floats  # rows, shape (n_cells, 5)
    upper: Floats  # weight x count
    weight: Floats  # by domain, shape (d, 5): weight
    square: Floats  # by domain: weight x squared count

    def reading(self, yes: tuple[int, ...], no: tuple[int, ...]) -> Statistic:
        """Make the statistic that counts some states as having the property, and some as not having it."""
        domains, kept = self.domains, [*yes, *no]
        upper, lower = self.upper[:, yes].sum(axis=1), self.upper[:, no].sum(axis=1)
        lower += upper
        counted = self._counted(kept)
        absent = counted.n == 0
        above, below = (np.where(absent, np.nan, domains.sums(each)) for each in (upper, lower))
        usable = ~absent & (below != 0)
        safe = np.where(usable, below, 1.0)
        value = np.where(usable, above / safe, np.nan)
        share = np.where(usable, value, 0.0)
        squares = self.square[:, yes].sum(axis=1) * (1 - share)**2 + self.square[:, no].sum(axis=1) * share**2
        z = (upper - share[domains.code] * lower) / safe[domains.code]
        reason = np.where(absent, EMPTY, np.where(usable, "", ZERO_DENOMINATOR))
        return Statistic(domains, counted, value, above, below, z, None, _simple(squares, counted, safe), reason)

    def _counted(self, kept: list[int]) -> Counted:
        domains, rows = self.domains, self.rows[:, kept].sum(axis=1)
        n = np.rint(domains.sums(rows)).astype(np.int64)
        missing = domains.live_counts - n
        present = rows > 0
        for level in reversed(domains.levels):
            seen = np.zeros(level.n_cells, dtype=np.bool_)
            seen[level.up[present]] = True
            present = seen
        first, stage = domains.levels[0], domains.stages[0]
        n_psu, df = _units_less_strata(stage.stratum[first.unit[present]], first.domain[present], stage.n_strata,
                                       domains.count)
        return Counted(n, missing, n_psu, df, np.where(n > 0, self.weight[:, kept].sum(axis=1), np.nan))


def _simple(squares: Floats, counted: Counted, safe: Floats) -> Floats:
    """Give the variance in a simple random sample without replacement, from the weighted squares of what is left."""
    many = counted.n > 1
    n, size = np.where(many, counted.n, 2), np.where(many, counted.weight_sum, 1.0)
    spread = squares / size / (n - 1) * np.maximum(1 - n / size, 0.0)
    return np.where(many, spread * (size / safe)**2, np.nan)


def _by_cells(weighing: Weighing, state: npt.NDArray[np.int64], domains: Domains, interval: str,
              confidence: float, freedom: str = "units") -> Readings:
    """Sum the rows by cell and state, and make the readings from the sums."""
    level, width = domains.levels[-1], OUTSIDE + 1
    key = level.up * width + state
    rows: Floats = np.bincount(key, minlength=level.n_cells * width).astype(np.float64).reshape(-1, width)
    sums = [sums_by(key, each, level.n_cells * width).reshape(-1, width) for each in weighing.amounts]
    weight, upper, square = sums if len(sums) > 1 else (sums[0], sums[0], sums[0])
    inner = _of_cells(domains, level)
    of_weight, of_square, of_rows = (np.stack([inner.sums(column) for column in each.T], axis=1)
                                     for each in (weight, square, rows))
    cells = _Cells(inner, rows, upper, of_weight, of_square)
    made = [cells.reading(yes, no) for yes, no in (((YES,), (NO,)), ((YES,), (NO, UNKNOWN)), ((YES, UNKNOWN), (NO,)))]
    known, least, most = (estimates(each, kind=interval, confidence=confidence, degrees_of_freedom=freedom)
                          for each in made)
    lost = [UNKNOWN, UNCOUNTED]
    whole = of_weight[:, :OUTSIDE].sum(axis=1)
    unknown = of_weight[:, lost].sum(axis=1) / np.where(whole > 0, whole, 1.0)
    return Readings(known, least, most, np.where(of_rows[:, lost].sum(axis=1) > 0, unknown, 0.0))


def _of_cells(domains: Domains, level: Level) -> Domains:
    """Give the same domains with a row for each cell of the last stage, whose weight is in what is summed."""
    made = Domains(level.domain, domains.count, None, domains.design)
    cell = Level(np.arange(level.n_cells), level.unit, level.domain)
    made.__dict__.update(weights=np.ones(level.n_cells), levels=(*domains.levels[:-1], cell),
                         live_counts=domains.live_counts)
    return made
