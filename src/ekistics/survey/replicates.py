"""Replicate weights: as a survey's producer gives them, or a jackknife made from the design."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._arrays import codes, numbers
from ekistics.survey._layout import Floats, Integers
from ekistics.survey._refusal import invalid
from ekistics.survey.design import Design, check_each_weight

__all__ = ["KINDS", "ReplicateDesign", "ReplicateRule", "jackknife", "replicate_rule"]

KINDS = ("JK1", "JKn", "BRR", "Fay", "bootstrap")
CENTRES = ("estimate", "replicates")
_RANK = 1e-5  # a direction whose size relative to the largest is below it does not count as one


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateRule:
    """How the spread of replicate estimates becomes a variance: the sum of factor x squared deviation.

    Parameters
    ----------
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap"}
        How the replicates were made.
    factors : numpy.ndarray, shape (n_replicates,)
        What each squared deviation is multiplied by.
    centre : {"estimate", "replicates"}
        Whether deviations are from the estimate of the whole sample or from the mean of the replicates.
    """

    kind: str
    factors: Floats
    centre: str = "estimate"


def replicate_rule(kind: str, n_replicates: int, *, rho: float = 0.0, units: npt.ArrayLike | None = None,
                   factors: npt.ArrayLike | None = None, centre: str = "estimate") -> ReplicateRule:
    """Give the factors of a kind of replicates.

    Parameters
    ----------
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap"}
        How the replicates were made: JK1 has (R - 1)/R, JKn (m - 1)/m with m units in the replicate's stratum, BRR and
        bootstrap 1/R, Fay 1/(R (1 - rho)^2).
    n_replicates : int
        Number of replicates R.
    rho : float, default 0
        Fay's coefficient, from 0 to below 1.
    units : array_like, shape (n_replicates,), optional
        For JKn: units in the stratum of which the replicate leaves one out.
    factors : array_like, shape (n_replicates,) or (), optional
        Factors that the producer states; they replace those of the kind.
    centre : {"estimate", "replicates"}, default "estimate"
        What deviations are measured from.

    Returns
    -------
    ReplicateRule
        The rule.

    Raises
    ------
    InvalidValueError
        When the kind is unknown, or what it needs is missing or impossible.

    Examples
    --------
    >>> replicate_rule("Fay", 4, rho=0.5).factors.tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    for value, allowed, param in ((kind, KINDS, "kind"), (centre, CENTRES, "centre")):
        if value not in allowed:
            raise invalid(_("This choice does not exist."), param=param,
                          expected=", ".join(allowed), got=value)
    if not 0 <= rho < 1 or (kind == "Fay") != (rho > 0):
        raise invalid(_("Fay's replicates need their coefficient, and no others have one."), param="rho",
                      expected=_("between 0 and 1"), got=rho)
    for param, values in (("n_replicates", n_replicates), ("units", units), ("factors", factors)):
        shape = np.asarray(values).shape
        if n_replicates < 1 or shape not in ((), (n_replicates,)):
            raise invalid(_("There must be replicates, and one number for each."), param=param,
                          expected=max(n_replicates, 1), got=str(shape or n_replicates))
    if factors is not None:
        given = np.broadcast_to(np.asarray(factors, dtype=np.float64), (n_replicates,))
    elif kind == "JKn":
        given = _jkn_factors(units, n_replicates)
    else:
        one = {"JK1": (n_replicates - 1) / n_replicates, "Fay": 1 / (n_replicates * (1 - rho) ** 2)}
        given = np.full(n_replicates, one.get(kind, 1 / n_replicates))
    if not bool((given >= 0).all() and np.isfinite(given).all()):
        raise invalid(_("Factors of replicates must not be negative."), param="factors")
    return ReplicateRule(kind, given, centre)


def _jkn_factors(units: npt.ArrayLike | None, n_replicates: int) -> Floats:
    """Give (m - 1)/m for each replicate."""
    if units is None:
        raise invalid(_("JKn replicates need the number of units in each replicate's stratum, or factors."),
                      param="units")
    given = np.broadcast_to(np.asarray(units, dtype=np.float64), (n_replicates,))
    if not bool((given >= 1).all()):
        raise invalid(_("A stratum has at least one unit."), param="units", expected=">= 1", got=float(given.min()))
    return (given - 1) / given


@dataclass(frozen=True, eq=False)
class ReplicateDesign:
    """A sample with replicate weights: that of row k in replicate r is ``base[k] * replicates[unit[k], r]``.

    Parameters
    ----------
    weight : numpy.ndarray, shape (n,)
        Weights of the whole sample.
    base : numpy.ndarray, shape (n,)
        1 where replicate weights are given row by row; the weight where they are factors of units.
    replicates : numpy.ndarray, shape (n_units, n_replicates)
        Replicate weights or factors.
    unit : numpy.ndarray of int, shape (n,)
        Row of ``replicates`` of each row.
    rule : ReplicateRule
        How their spread becomes a variance.
    psu, strata : numpy.ndarray of int, shape (n,), optional
        Codes of primary sampling units and strata where they are known; they give the degrees of freedom of domains.
        Without them, those are the rank of the domain's replicate weights less one.
    stated_df : float, optional
        Degrees of freedom that the producer states, for all domains.

    Examples
    --------
    >>> given = np.array([[2.0, 0.0], [0.0, 2.0]])
    >>> len(ReplicateDesign.of(np.ones(2), given, rule=replicate_rule("JK1", 2)))
    2
    """

    weight: Floats
    base: Floats
    replicates: Floats
    unit: Integers
    rule: ReplicateRule
    psu: Integers | None = None
    strata: Integers | None = None
    stated_df: float | None = field(default=None)

    def __post_init__(self) -> None:
        lengths = {len(codes_) for codes_ in (self.unit, self.psu, self.strata) if codes_ is not None}
        if lengths != {len(self.weight)} or self.replicates.shape[1] != len(self.rule.factors):
            raise invalid(_("Weights, replicate weights and factors must match."), param="replicates",
                          expected=f"{len(self.weight)} x {len(self.rule.factors)}",
                          got=" x ".join(map(str, (*sorted(lengths), self.replicates.shape[1]))))
        check_each_weight(self.weight, zero="outside")
        if not bool(np.isfinite(self.replicates).all()) or float(self.replicates.min()) < 0:
            raise invalid(_("Replicate weights must be numbers and not negative."), param="replicates",
                          got=int((~(self.replicates >= 0)).sum()))

    @classmethod
    def of(cls, weight: npt.ArrayLike, replicates: npt.ArrayLike, *, rule: ReplicateRule,
           psu: npt.ArrayLike | None = None, strata: npt.ArrayLike | None = None,
           stated_df: float | None = None) -> "ReplicateDesign":
        """Take replicate weights as given, already multiplied by the weight (as producers publish them).

        Parameters
        ----------
        weight : array_like, shape (n,)
            Weights of the whole sample.
        replicates : array_like, shape (n, n_replicates)
            Replicate weights.
        rule : ReplicateRule
            How their spread becomes a variance.
        psu, strata : array_like of int, shape (n,), optional
            Codes of primary sampling units and strata.
        stated_df : float, optional
            Degrees of freedom that the producer states.

        Returns
        -------
        ReplicateDesign
            The design.
        """
        weights, table = numbers(weight, "weight"), numbers(replicates, "replicates", dimensions=2)
        if len(table) != len(weights):
            raise invalid(_("Weights, replicate weights and factors must match."), param="replicates",
                          expected=len(weights), got=str(table.shape))
        return cls(weights, np.ones(len(weights)), table, np.arange(len(weights)), rule,
                   None if psu is None else codes(psu, "psu"), None if strata is None else codes(strata, "strata"),
                   stated_df)

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def n_replicates(self) -> int:
        """Number of replicates."""
        return len(self.rule.factors)

    @cached_property
    def degrees_of_freedom(self) -> float:
        """Number of degrees of freedom of the whole sample."""
        if self.stated_df is not None:
            return self.stated_df
        if self.psu is not None:
            pairs = self.psu if self.strata is None else np.unique(np.column_stack([self.strata, self.psu]), axis=0)
            return float(len(np.unique(pairs, axis=0)) - (1 if self.strata is None else len(np.unique(self.strata))))
        return float(replicate_rank(self.replicates) - 1)

    def full(self) -> Floats:
        """Give the replicate weights row by row, shape (n, n_replicates)."""
        return np.asarray(self.base[:, None] * self.replicates[self.unit])


def replicate_rank(replicates: Floats, *, rows: int = 20_000) -> int:
    """Count how many replicates are no combination of others.

    Parameters
    ----------
    replicates : numpy.ndarray, shape (n, n_replicates)
        Replicate weights.
    rows : int, default 20000
        Rows that are reduced at a time.

    Returns
    -------
    int
        The rank; columns are brought to length 1 first, and directions below 1e-5 of the largest do not count.

    Examples
    --------
    >>> replicate_rank(np.array([[0.0, 2.0], [2.0, 0.0]]))
    2
    """
    length = np.linalg.norm(replicates, axis=0)
    kept = replicates[:, length > 0] / length[length > 0]
    if not kept.size:
        return 0
    triangle = np.zeros((0, kept.shape[1]))
    for begin in range(0, len(kept), rows):
        triangle = np.asarray(np.linalg.qr(np.vstack([triangle, kept[begin:begin + rows]]), mode="r"))
    sizes = np.linalg.svd(triangle, compute_uv=False)
    return int((sizes > _RANK * sizes[0]).sum())


def jackknife(design: Design) -> ReplicateDesign:
    """Make a jackknife that leaves out one primary sampling unit at a time: JK1 for one stratum, JKn for more.

    Parameters
    ----------
    design : Design
        The sample. Strata of one unit give no replicate, so "fail" has refused them, "certainty" leaves them without
        variance and "collapse" has joined them; "grand-mean" has no jackknife.

    Returns
    -------
    ReplicateDesign
        A replicate for each unit, whose factor is (1 - n/N)(n - 1)/n; deviations are from the mean of all replicates,
        as in the R package survey.

    Raises
    ------
    InvalidValueError
        When the weights were calibrated (calibrate the replicates instead, so that each is adjusted by itself), or
        strata of one unit are to be centred on the grand mean, or no stratum has two.

    Examples
    --------
    >>> jackknife(Design.of(np.ones(3))).replicates.tolist()
    [[0.0, 1.5, 1.5], [1.5, 0.0, 1.5], [1.5, 1.5, 0.0]]
    """
    first = design.layout[0]
    if design.calibrations:
        raise invalid(_("Make the replicates before the calibration, and calibrate them."), param="design")
    if first.lonely.any():
        raise invalid(_("A jackknife cannot centre a stratum on the grand mean."), param="lonely",
                      hint=_("Choose 'certainty' or 'collapse'."))
    units = np.flatnonzero(first.taken[first.stratum] > 1)
    if not len(units):
        raise invalid(_("A jackknife needs a stratum of two units."), param="design", got=first.n_units)
    taken = first.taken[first.stratum[units]]
    same = first.stratum[:, None] == first.stratum[units][None, :]
    factors = np.where(same, taken / (taken - 1), 1.0)
    factors[units, np.arange(len(units))] = 0.0
    scale = (1 - first.fraction[first.stratum[units]]) * (taken - 1) / taken
    rule = ReplicateRule("JK1" if first.n_strata == 1 else "JKn", scale, "replicates")
    return ReplicateDesign(design.weight, design.weight, factors, first.unit, rule, first.unit,
                           first.stratum[first.unit])
