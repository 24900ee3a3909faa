"""Standardisation: columns of raw values brought to one scale on which more is better; missing stays missing.

Every function takes columns, shape (n, k), so that a block of replicates is only more columns. A column that tells no
unit from another (constant, or all missing) comes out as NaN; the pipeline refuses it before.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ekistics.composite._columns import ends, refuse
from ekistics.composite.forms import Form, score
from ekistics.composite.ranks import rank
from ekistics.composite.scenario import Standardise
from ekistics.composite.structure import Structure
from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["borda", "distance_to_maximum", "distance_to_target", "goalposts", "min_max", "percentile_rank",
           "standardised", "z_score"]

Floats = npt.NDArray[np.float64]


def min_max(x: Floats, direction: npt.ArrayLike = 1.0, *, lower: float = 0.0, upper: float = 100.0) -> Floats:
    """Stretch each column so that its worst value is at the lower end of the scale and its best at the upper.

    .. math:: l + (u - l) (z - min z) / (max z - min z), z = direction x

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    lower, upper : float, default 0 and 100
        Ends of the scale.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Standardised values; NaN where the value is missing or the column constant.

    Notes
    -----
    Method: OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 5.

    Examples
    --------
    >>> min_max(np.array([[1.0], [2.0], [5.0]]), [-1]).ravel().tolist()
    [100.0, 75.0, 0.0]
    """
    z = x * np.asarray(direction)
    low, high = ends(z)
    width = high - low
    width = np.where(width > 0, width, np.nan)
    stretched: Floats = lower + (upper - lower) * ((z - low) / width)
    return stretched


def z_score(x: Floats, direction: npt.ArrayLike = 1.0, *, mean: float = 0.0, sd: float = 1.0) -> Floats:
    """Give each column one mean and one standard deviation.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    mean, sd : float, default 0 and 1
        Mean and standard deviation (divisor n - 1) of what comes out.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Standardised values; NaN where the value is missing or the column constant.

    Notes
    -----
    Method: OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 5.

    Examples
    --------
    >>> z_score(np.arange(1.0, 11)[:, None], mean=10, sd=2)[:2].ravel().round(7).tolist()
    [7.0273978, 7.6879761]
    """
    z = x * np.asarray(direction)
    present = np.isfinite(z)
    count = present.sum(axis=0)
    centre = np.where(present, z, 0).sum(axis=0) / np.where(count > 0, count, np.nan)
    off = z - centre
    variance = np.where(present, off, 0)
    spread = np.sqrt((variance * variance).sum(axis=0) / np.where(count > 1, count - 1, np.nan))
    low, high = ends(z)
    standard: Floats = mean + sd * (off / np.where(high > low, spread, np.nan))
    return standard


def percentile_rank(x: Floats, direction: npt.ArrayLike = 1.0, *, lower: float = 0.0, upper: float = 100.0) -> Floats:
    """Give the share of the other units of its column that a unit is above.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    lower, upper : float, default 0 and 100
        Ends of the scale.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        (rank - 1) / (n - 1) on the scale, ranks from the worst, equal values sharing the lower.

    Examples
    --------
    >>> percentile_rank(np.array([[3.0], [1.0], [3.0]])).ravel().tolist()
    [50.0, 0.0, 50.0]
    """
    beaten = borda(x, direction)
    others = np.isfinite(x).sum(axis=0) - 1
    shares: Floats = lower + (upper - lower) * (beaten / np.where(others > 0, others, np.nan))
    return shares


def borda(x: Floats, direction: npt.ArrayLike = 1.0) -> Floats:
    """Count the units of its column that a unit is above.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Number of units with a worse value.

    Examples
    --------
    >>> borda(np.array([[3.0], [1.0], [3.0]])).ravel().tolist()
    [1.0, 0.0, 1.0]
    """
    return rank(-(x * np.asarray(direction)), digits=None) - 1


def distance_to_target(x: Floats, target: npt.ArrayLike, direction: npt.ArrayLike = 1.0, *, lower: float = 0.0,
                       upper: float = 100.0, names: Sequence[str] = ()) -> Floats:
    """Give the share of the way from the worst unit of its column to a target; beyond it counts as there.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    target : array_like, shape (k,)
        Targets; better than the worst value of the column.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    lower, upper : float, default 0 and 100
        Ends of the scale.
    names : sequence of str, length k, optional
        Names of the columns, for the error.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Standardised values.

    Raises
    ------
    InvalidValueError
        When a target is no better than the worst value: benchmarks upside down.

    Examples
    --------
    >>> distance_to_target(np.array([[10.0], [20.0], [60.0]]), [50.0]).ravel().tolist()
    [0.0, 25.0, 100.0]
    """
    z = x * np.asarray(direction)
    aim = np.asarray(target, dtype=np.float64) * np.asarray(direction)
    low, _high = ends(z)
    refuse(~(aim > low) & ~np.isnan(low),
           _("A target is no better than the worst value: it or the direction is upside down."), target, names,
           step="standardise", param="targets")
    shares: Floats = np.minimum((z - low) / (aim - low), 1.0)
    return lower + (upper - lower) * shares


def distance_to_maximum(x: Floats, direction: npt.ArrayLike = 1.0, *, lower: float = 0.0, upper: float = 100.0,
                        names: Sequence[str] = ()) -> Floats:
    """Give each value as a share of the best one: x / max x, or min x / x where less is better.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values of a ratio scale: zero or more, and above zero where less is better.
    direction : array_like, shape (k,)
        1 where more is better, -1 where less is.
    lower, upper : float, default 0 and 100
        Ends of the scale.
    names : sequence of str, length k, optional
        Names of the columns, for the error.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Standardised values.

    Raises
    ------
    InvalidValueError
        When a value is below zero, or zero where less is better.

    Notes
    -----
    Method: OECD and JRC, Handbook on Constructing Composite Indicators (2008), step 5, distance to a reference, the
    reference being the leader.

    Examples
    --------
    >>> distance_to_maximum(np.array([[10.0], [20.0], [40.0]])).ravel().tolist()
    [25.0, 50.0, 100.0]
    """
    less = np.broadcast_to(np.asarray(direction) < 0, x.shape[1:])
    low, high = ends(x)
    refuse((low < 0) | ((low == 0) & less),
           _("A share of the best value needs values of zero or more, and above zero where less is better."), low,
           names, step="standardise", param="method", expected=">= 0")
    best = np.where(less, low, np.where(high > 0, high, np.nan))
    shares = np.where(less, best, x) / np.where(less, x, best)
    return lower + (upper - lower) * shares


def goalposts(x: Floats, forms: Sequence[Form], *, names: Sequence[str] = ()) -> Floats:
    """Score each column by its form.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, k)
        Values.
    forms : sequence of Form, length k
        Form of each column.
    names : sequence of str, length k, optional
        Names of the columns, for the error.

    Returns
    -------
    numpy.ndarray, shape (n, k)
        Scores from 0 to 100. No other unit has a part in them, so that years can be compared.

    Raises
    ------
    InvalidValueError
        When a value has no logarithm or root, or is no number of points of a checklist.

    Examples
    --------
    >>> goalposts(np.array([[9000.0]]), [Form("target", target=15000)]).tolist()
    [[60.0]]
    """
    scores = np.empty(x.shape)
    for i, form in enumerate(forms):
        try:
            scores[:, i] = score(form, x[:, i])
        except InvalidValueError as error:
            error.where = f"{names[i]}, {error.where}" if names else error.where
            raise
    return scores


def standardised(values: Floats, structure: Structure, step: Standardise) -> Floats:
    """Standardise values by the method of a step.

    Parameters
    ----------
    values : numpy.ndarray, shape (n, n_items)
        Values.
    structure : Structure
        The tree, whose items say the directions.
    step : Standardise
        The step.

    Returns
    -------
    numpy.ndarray, shape (n, n_items)
        Standardised values.

    Raises
    ------
    InvalidValueError
        When a value, target or form cannot be, or an item has none.

    Examples
    --------
    >>> from ekistics.composite import Group, Item
    >>> tree = Structure.of([Item("a", "all")], [Group("all", "")])
    >>> standardised(np.array([[1.0], [2.0]]), tree, Standardise()).ravel().tolist()
    [0.0, 100.0]
    """
    codes, direction = [item.code for item in structure.items], structure.directions
    scale = {"lower": step.lower, "upper": step.upper}
    if step.method == "z-score":
        return z_score(values, direction, mean=step.mean, sd=step.sd)
    if step.method == "borda":
        return borda(values, direction)
    if step.method == "distance-to-target":
        _check_named(step.targets, codes, "targets")
        targets = [step.targets[code] for code in codes]
        return distance_to_target(values, targets, direction, **scale, names=codes)
    if step.method == "goalposts":
        _check_named(step.forms, codes, "forms")
        return goalposts(values, [step.forms[code] for code in codes], names=codes)
    if step.method == "distance-to-maximum":
        return distance_to_maximum(values, direction, **scale, names=codes)
    return (min_max if step.method == "min-max" else percentile_rank)(values, direction, **scale)


def _check_named(given: Mapping[str, object], codes: list[str], param: str) -> None:
    """Refuse an item without its target or form, and one for what is no item."""
    known = set(codes)  # replicates side by side have many thousands
    for code in given:
        if code not in known:
            raise UnknownNameError.among(code, codes, what=_("item"), where=f"standardise, {param}")
    missing = [code for code in codes if code not in given]
    if missing:
        raise InvalidValueError(_("Every item needs its own."), where=f"standardise, {param}", param=param,
                                expected=len(codes), got=len(given),
                                hint=_("Missing: {names}.").format(names=", ".join(missing)))
