"""Calibration: weights that reproduce known totals, with standard errors from what the totals leave unexplained.

Method: Deville and Särndal, Calibration estimators in survey sampling, Journal of the American Statistical Association
87, 1992; for raking Deville, Särndal and Sautory, Generalized raking procedures, the same journal, 88, 1993.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.survey._arrays import codes, numbers
from ekistics.survey._layout import Floats, Integers
from ekistics.survey._refusal import invalid
from ekistics.survey.design import Calibration, Design
from ekistics.survey.domains import AnyDesign
from ekistics.survey.replicates import ReplicateDesign

__all__ = ["DISTANCES", "calibrate", "factors_of", "poststratify", "rake"]

DISTANCES = ("linear", "raking", "logit")
Bounds = tuple[float, float]
Curve = Callable[[Floats], tuple[Floats, Floats]]
Sample = TypeVar("Sample", Design, ReplicateDesign)

_CLOSE = 1e-11  # of the largest total: how near the totals are met
_MOST = 100


def calibrate(design: Sample, auxiliary: npt.ArrayLike, totals: npt.ArrayLike, *, distance: str = "linear",
              bounds: Bounds | None = None, spread: npt.ArrayLike | None = None) -> Sample:
    r"""Adjust the weights so that auxiliary variables have their known totals.

    .. math:: w_k = d_k F(x_k' \lambda), \qquad \sum_k w_k x_k = X

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample; of replicates each is adjusted by itself.
    auxiliary : array_like, shape (n, p)
        Auxiliary variables, none missing.
    totals : array_like, shape (p,)
        Their totals in the population.
    distance : {"linear", "raking", "logit"}, default "linear"
        How far weights may go: 1 + u (the generalised regression estimator), exp(u), or a logit curve between bounds.
    bounds : tuple of float, optional
        Least and greatest factor of a weight, below and above 1. Needed by "logit"; for "linear" and "raking" the
        curve is cut there.
    spread : array_like, shape (n,), optional
        Assumed variance of each row about the regression; u is divided by it.

    Returns
    -------
    Design or ReplicateDesign
        The sample with new weights. Standard errors come from the residuals of the regression on the auxiliary
        variables (weights before the adjustment in the regression, after it in the sums).

    Raises
    ------
    InvalidValueError
        When the totals cannot be met within the bounds, auxiliary variables are missing, or a weight would be negative.

    Examples
    --------
    >>> design = Design.of(np.ones(4))
    >>> x = np.array([[1.0, 1], [1, 2], [1, 3], [1, 4]])
    >>> calibrate(design, x, [4, 11]).weight.round(3).tolist()
    [0.7, 0.9, 1.1, 1.3]
    """
    table = numbers(auxiliary, "auxiliary", dimensions=2)
    known = numbers(totals, "totals")
    curve = _curve(distance, bounds)
    given = None if spread is None else numbers(spread, "spread")
    _check_auxiliary(table, known, given, len(design))

    def factors(weight: Floats, where: str) -> Floats:
        return _solve(weight, table, known, curve=curve, spread=given, where=where)

    return _adjusted(design, factors, auxiliary=table, spread=given)


def poststratify(design: Sample, cells: npt.ArrayLike, totals: npt.ArrayLike) -> Sample:
    """Adjust the weights so that each poststratum has its known size.

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample; of replicates each is adjusted by itself.
    cells : array_like of int, shape (n,)
        Poststratum of each row, from 0.
    totals : array_like, shape (n_cells,)
        Sizes in the population.

    Returns
    -------
    Design or ReplicateDesign
        The sample with new weights.

    Raises
    ------
    InvalidValueError
        When a poststratum has no case (also in one replicate), no size, or is not listed.

    Examples
    --------
    >>> poststratify(Design.of(np.ones(3)), [0, 0, 1], [4, 3]).weight.tolist()
    [2.0, 2.0, 3.0]
    """
    cell, known = _margin(cells, totals, len(design))

    def factors(weight: Floats, where: str) -> Floats:
        return _cell_factors(weight, cell, known, where=where)[cell]

    return _adjusted(design, factors, cells=cell)


def rake(design: Sample, margins: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]) -> Sample:
    """Adjust the weights to several margins in turn until all have their known sizes (raking, iterative fitting).

    Parameters
    ----------
    design : Design or ReplicateDesign
        The sample; of replicates each is adjusted by itself.
    margins : sequence of (cells, totals)
        As in :func:`poststratify`; the totals of all margins have one sum.

    Returns
    -------
    Design or ReplicateDesign
        The sample with new weights. Standard errors are those of the regression on all margins together.

    Raises
    ------
    InvalidValueError
        When margins contradict each other or do not converge, or as in :func:`poststratify`.

    Examples
    --------
    >>> raked = rake(Design.of(np.ones(4)), [([0, 0, 1, 1], [6, 4]), ([0, 1, 0, 1], [5, 5])])
    >>> raked.weight.round(6).tolist()
    [3.0, 3.0, 2.0, 2.0]
    """
    read = [_margin(cells, totals, len(design)) for cells, totals in margins]
    if not read:
        raise invalid(_("Raking needs at least one margin."), param="margins")
    sums = np.array([known.sum() for _cell, known in read])
    if not np.allclose(sums, sums[0], rtol=1e-6, atol=0):
        raise invalid(_("The margins have different sums."), param="margins", expected=float(sums[0]),
                      got=", ".join(f"{value:g}" for value in sums),
                      hint=_("Bring them to one population first."))

    def factors(weight: Floats, where: str) -> Floats:
        return _raking_factors(weight, read, where)

    indicators = [cell[:, None] == np.arange(len(known)) for cell, known in read]
    auxiliary = np.concatenate(indicators, axis=1).astype(np.float64)
    return _adjusted(design, factors, auxiliary=auxiliary)


def _adjusted(design: Sample, factors: Callable[[Floats, str], Floats], **variables: Any) -> Sample:
    """Multiply the weights, and those of each replicate, by their factors."""
    weight = _positive(design.weight, factors(design.weight, _("the whole sample")))
    if isinstance(design, ReplicateDesign):
        full = design.full()
        for r in range(design.n_replicates):
            where = _("replicate {number}").format(number=r + 1)
            full[:, r] = _positive(full[:, r], factors(full[:, r], where), where)
        return replace(design, weight=weight, base=np.ones(len(design)), replicates=full, unit=np.arange(len(design)))
    return design.adjusted(Calibration(design.weight, weight, **variables))


def _positive(weight: Floats, factor: Floats, where: str | None = None) -> Floats:
    """Give weight x factor; refuse weights that become negative, or zero where they were not."""
    wrong = (factor <= 0) & (weight > 0)
    if wrong.any():
        raise invalid(_("The adjustment makes weights zero or negative."), param="totals", where=where,
                      got=_("{count} such rows").format(count=int(wrong.sum())),
                      hint=_("Set bounds, or use the distance 'raking'."))
    return np.asarray(np.where(weight > 0, weight * factor, 0.0))


def _check_auxiliary(table: Floats, totals: Floats, spread: Floats | None, n: int) -> None:
    """Refuse auxiliary variables that do not fit or are missing."""
    if table.shape != (n, len(totals)):
        raise invalid(_("Auxiliary variables need a row a case and a total a column."), param="auxiliary",
                      expected=f"{n} x {len(totals)}", got=" x ".join(map(str, table.shape)))
    unknown = ~np.isfinite(table).all(axis=1)
    if unknown.any():
        raise invalid(_("Auxiliary variables must be known in every row."), param="auxiliary",
                      where=_("row {row}").format(row=int(unknown.argmax())),
                      got=_("{count} such rows").format(count=int(unknown.sum())))
    if spread is not None and (len(spread) != n or not bool((spread > 0).all())):
        raise invalid(_("Assumed variances must be positive, one a row."), param="spread", expected=f"{n}, > 0",
                      got=len(spread))


def _margin(cells: npt.ArrayLike, totals: npt.ArrayLike, n: int) -> tuple[Integers, Floats]:
    """Read a margin."""
    cell, known = codes(cells, "cells"), numbers(totals, "totals")
    if len(cell) != n or int(cell.min()) < 0 or int(cell.max()) >= len(known):
        raise invalid(_("Every row needs a poststratum whose size is known."), param="cells",
                      expected=f"{n}, 0 ... {len(known) - 1}",
                      got=f"{len(cell)}, {int(cell.min())} ... {int(cell.max())}")
    if not bool((known > 0).all() and np.isfinite(known).all()):
        raise invalid(_("Sizes of poststrata must be positive."), param="totals",
                      where=_("poststratum {cell}").format(cell=int((~(known > 0)).argmax())),
                      hint=_("Merge poststrata that are empty."))
    return cell, known


def _cell_factors(weight: Floats, cell: Integers, totals: Floats, *, where: str) -> Floats:
    """Give known size over sum of weights for each poststratum."""
    sums = np.bincount(cell, weight, minlength=len(totals))
    if not (sums > 0).all():
        raise invalid(_("A poststratum has no case."), param="cells",
                      where=_("{part}, poststratum {cell}").format(part=where,
                                                                   cell=int((sums <= 0).argmax())),
                      hint=_("Merge it with another."))
    return totals / sums


def _raking_factors(weight: Floats, margins: list[tuple[Integers, Floats]], where: str) -> Floats:
    """Fit the margins in turn."""
    factor = np.ones(len(weight))
    for _round in range(10 * _MOST):
        change = 0.0
        for cell, totals in margins:
            step = _cell_factors(weight * factor, cell, totals, where=where)
            factor = factor * step[cell]
            change = max(change, float(np.abs(step - 1).max()))
        if change < _CLOSE:
            return factor
    raise _not_met(where, change)


def _curve(distance: str, bounds: Bounds | None) -> Curve:
    """Give the factor of a weight and its slope as functions of u."""
    if distance not in DISTANCES:
        raise invalid(_("This choice does not exist."), param="distance",
                      expected=", ".join(DISTANCES), got=distance)
    if bounds is not None and not bounds[0] < 1 < bounds[1]:
        raise invalid(_("Bounds of a factor lie below and above 1."), param="bounds", got=str(bounds))
    if distance == "logit":
        return _logit_curve(bounds)
    low, high = bounds or (-np.inf, np.inf)

    def cut(u: Floats) -> tuple[Floats, Floats]:
        factor = 1 + u if distance == "linear" else np.exp(np.minimum(u, 700.0))
        slope = np.ones_like(u) if distance == "linear" else factor
        return np.clip(factor, low, high), np.where((factor > low) & (factor < high), slope, 0.0)

    return cut


def _logit_curve(bounds: Bounds | None) -> Curve:
    """Give the logit curve between bounds."""
    if bounds is None or not np.isfinite(bounds).all():
        raise invalid(_("The distance 'logit' needs bounds."), param="bounds", expected="(0.5, 2)")
    low, high = bounds
    steep = (high - low) / ((1 - low) * (high - 1))

    def curve(u: Floats) -> tuple[Floats, Floats]:
        odds = np.exp(np.clip(steep * u, -700.0, 700.0))
        below, above = high - 1, 1 - low
        factor = (low * below + high * above * odds) / (below + above * odds)
        return factor, (factor - low) * (high - factor) * steep / (high - low)

    return curve


def _solve(weight: Floats, table: Floats, totals: Floats, *, curve: Curve, spread: Floats | None,
           where: str) -> Floats:
    """Find the factors by Newton's method, with shorter steps where a full one leads away."""
    importance = weight if spread is None else weight / spread
    scaled = table if spread is None else table / spread[:, None]
    coefficients = np.zeros(len(totals))
    factor, slope = curve(scaled @ coefficients)
    apart = totals - (weight * factor) @ table
    scale = np.maximum(np.abs(totals), np.abs(weight @ np.abs(table)))
    scale[scale == 0] = 1.0  # nothing is wanted of a variable that is zero everywhere
    for _turn in range(_MOST):
        size = float((np.abs(apart) / scale).max())
        if size < _CLOSE:
            return factor
        step = np.linalg.lstsq(table.T @ ((importance * slope)[:, None] * table), apart, rcond=None)[0]
        for halving in range(30):
            tried = coefficients + step / 2**halving
            factor, slope = curve(scaled @ tried)
            left = totals - (weight * factor) @ table
            if float((np.abs(left) / scale).max()) < size:
                break
        coefficients, apart = tried, left
    raise _not_met(where, float((np.abs(apart) / scale).max()))


def _not_met(where: str, apart: float) -> InvalidValueError:
    """Say that the totals cannot be met."""
    return invalid(_("The weights cannot be brought to these totals."), param="totals", where=where,
                   expected=f"<= {_CLOSE:g}", got=f"{apart:.3g}",
                   hint=_("Widen the bounds, merge groups, or check the totals."))


def factors_of(before: AnyDesign, after: AnyDesign) -> Floats:
    """Give the factor that each weight was multiplied by.

    Parameters
    ----------
    before, after : Design or ReplicateDesign
        The sample before and after.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Factors; NaN for rows of weight zero.

    Examples
    --------
    >>> design = Design.of(np.ones(2))
    >>> factors_of(design, poststratify(design, [0, 0], [6])).tolist()
    [3.0, 3.0]
    """
    usable = before.weight > 0
    return np.where(usable, after.weight / np.where(usable, before.weight, 1.0), np.nan)
