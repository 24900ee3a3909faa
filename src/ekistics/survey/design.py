"""How a sample was drawn: weights, strata, units and stages, and what is done where a stratum has one unit only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._arrays import codes, numbers
from ekistics.survey._layout import Floats, Integers, StageLayout, stage_layouts
from ekistics.survey._refusal import invalid

__all__ = ["LONELY", "Calibration", "Design", "Stage", "check_weights"]

LONELY = ("fail", "certainty", "grand-mean", "collapse")
ZERO_WEIGHT = ("fail", "outside")


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of drawing: which unit each row belongs to, and from which stratum of how many units it was drawn.

    Parameters
    ----------
    ids : numpy.ndarray of int, shape (n,)
        Code of the row's unit. At the second stage and later it need be unique only within the unit of the stage above.
    strata : numpy.ndarray of int, shape (n,), optional
        Code of the stratum that the unit was drawn from; one stratum where absent.
    population : numpy.ndarray of float, shape (n,) or (), optional
        Number of units in that stratum (within the unit of the stage above); infinite where no finite population
        correction is wanted. Without it, units count as drawn with replacement and later stages add nothing.
    nested : bool, default False
        Whether unit codes begin anew in each stratum, so that the same code in two strata means two units.
    """

    ids: Integers
    strata: Integers | None = None
    population: Floats | None = None
    nested: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", codes(self.ids, "ids"))
        if self.strata is not None:
            object.__setattr__(self, "strata", codes(self.strata, "strata"))
        if self.population is not None:
            sizes = np.asarray(self.population)
            sizes = np.full(len(self.ids), sizes) if sizes.ndim == 0 else sizes
            object.__setattr__(self, "population", numbers(sizes, "population"))


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """What weights were adjusted to: standard errors then come from what these variables leave unexplained.

    Parameters
    ----------
    base, adjusted : numpy.ndarray, shape (n,)
        Weights before and after the adjustment.
    auxiliary : numpy.ndarray, shape (n, p), optional
        Auxiliary variables; absent for poststrata.
    cells : numpy.ndarray of int, shape (n,), optional
        Number of the poststratum of each row, from 0.
    spread : numpy.ndarray, shape (n,), optional
        Assumed variance of each row in the regression; 1 where absent.
    """

    base: Floats
    adjusted: Floats
    auxiliary: Floats | None = None
    cells: Integers | None = None
    spread: Floats | None = None


@dataclass(frozen=True, eq=False)
class Design:
    """A sample with its weights and stages; the rows are all rows of the sample, and no estimate filters them.

    Parameters
    ----------
    weight : numpy.ndarray, shape (n,)
        How many units of the population each row stands for.
    stages : tuple of Stage
        Stages from the first drawn to the last.
    lonely : {"fail", "certainty", "grand-mean", "collapse"}, default "fail"
        What is done with a stratum of which one unit was drawn (and more exist): refuse; take it as drawn with
        certainty, so that it adds no variance; centre it on the mean of all units of its stage; join it with the next
        stratum by code (the last with the one before).
    zero_weight : {"fail", "outside"}, default "fail"
        What is done with rows of weight zero: refuse, or leave them outside every estimate and count.
    calibrations : tuple of Calibration
        Adjustments of the weights, in their order; made by :mod:`ekistics.survey.calibration`.

    Raises
    ------
    InvalidValueError
        When weights are negative, infinite or missing, or zero without leave; when a unit lies in two strata; when a
        stratum has more units than its population; when one unit stands alone and ``lonely`` is "fail".

    Examples
    --------
    >>> design = Design.of(np.array([10.0, 10, 20, 20]), strata=np.array([1, 1, 2, 2]))
    >>> design.n_psu, design.n_strata, design.degrees_of_freedom
    (4, 2, 2)
    """

    weight: Floats
    stages: tuple[Stage, ...]
    lonely: str = "fail"
    zero_weight: str = "fail"
    calibrations: tuple[Calibration, ...] = field(default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "weight", numbers(self.weight, "weight"))
        _one_of(self.lonely, LONELY, "lonely")
        _one_of(self.zero_weight, ZERO_WEIGHT, "zero_weight")
        if not self.stages:
            raise invalid(_("A design needs at least one stage."), param="stages")
        _check_lengths(len(self.weight), self.stages)
        check_each_weight(self.weight, zero=self.zero_weight)
        self.layout  # noqa: B018 - so that a broken design is refused when it is made

    @classmethod
    def of(cls, weight: npt.ArrayLike, *, strata: npt.ArrayLike | None = None,  # noqa: PLR0913 - one a field
           psu: npt.ArrayLike | None = None, population: npt.ArrayLike | None = None, lonely: str = "fail",
           nested: bool = False, zero_weight: str = "fail") -> "Design":
        """Make a design of one stage.

        Parameters
        ----------
        weight : array_like, shape (n,)
            How many units of the population each row stands for.
        strata, psu : array_like of int, shape (n,), optional
            Codes of strata and of primary sampling units; each row is a unit where ``psu`` is absent.
        population : array_like of float, shape (n,) or (), optional
            Number of primary sampling units in the row's stratum.
        lonely, nested, zero_weight : optional
            As in :class:`Design` and :class:`Stage`.

        Returns
        -------
        Design
            The design.
        """
        weights = numbers(weight, "weight")
        ids = np.arange(len(weights)) if psu is None else codes(psu, "psu")
        sizes = None if population is None else np.asarray(population)
        stage = Stage(ids, None if strata is None else codes(strata, "strata"), sizes, nested)
        return cls(weights, (stage,), lonely, zero_weight)

    @classmethod
    def staged(cls, weight: npt.ArrayLike, stages: Sequence[Stage], *, lonely: str = "fail",
               zero_weight: str = "fail") -> "Design":
        """Make a design of several stages.

        Parameters
        ----------
        weight : array_like, shape (n,)
            How many units of the population each row stands for.
        stages : sequence of Stage
            Stages from the first drawn to the last; the variance of a later stage counts where the stages before it
            have their populations.
        lonely, zero_weight : optional
            As in :class:`Design`.

        Returns
        -------
        Design
            The design.
        """
        return cls(numbers(weight, "weight"), tuple(stages), lonely, zero_weight)

    def __len__(self) -> int:
        return len(self.weight)

    @cached_property
    def layout(self) -> tuple[StageLayout, ...]:
        """The stages' units and strata, numbered."""
        return stage_layouts(self.stages, len(self), self.lonely)

    @property
    def unit(self) -> Integers:
        """Number of the last stage's unit of each row."""
        return self.layout[-1].unit

    @property
    def n_psu(self) -> int:
        """Number of primary sampling units."""
        return self.layout[0].n_units

    @property
    def n_strata(self) -> int:
        """Number of strata of the first stage."""
        return self.layout[0].n_strata

    @property
    def degrees_of_freedom(self) -> int:
        """Number of primary sampling units less that of strata."""
        return self.n_psu - self.n_strata

    def adjusted(self, calibration: Calibration) -> "Design":
        """Give the same sample with the weights of a calibration."""
        made = replace(self, weight=calibration.adjusted, calibrations=(*self.calibrations, calibration))
        made.__dict__["layout"] = self.layout
        return made


def check_each_weight(weight: npt.NDArray[Any], *, zero: str = "fail") -> None:
    """Refuse weights that cannot be.

    Parameters
    ----------
    weight : numpy.ndarray, shape (n,)
        Weights.
    zero : {"fail", "outside"}, default "fail"
        Whether zeros are refused.

    Raises
    ------
    InvalidValueError
        When a weight is missing, infinite or negative, or zero without leave; with count and first row.
    """
    numbers = np.asarray(weight, dtype=np.float64)
    if len(numbers) == 0:
        raise invalid(_("The sample has no rows."), param="weight")
    hint = _("Leave such rows outside by zero_weight='outside', or correct their weights.")
    if float(numbers.min()) > 0 and np.isfinite(numbers.max()):  # NaN makes the first comparison false
        return
    for wrong, text, help_ in ((~np.isfinite(numbers), _("Weights must be numbers."), None),
                               (numbers < 0, _("Weights must not be negative."), None),
                               (numbers == 0, _("Weights are zero."), hint)):
        if wrong.any() and not (help_ and zero == "outside"):
            raise invalid(text, param="weight", where=_("row {row}").format(row=int(wrong.argmax())),
                          expected="> 0", got=_("{count} such rows").format(count=int(wrong.sum())),
                          hint=help_)


def check_weights(design: Design, population: npt.ArrayLike, *, tolerance: float = 0.01,
                  groups: Integers | None = None) -> Floats:
    """Hold the sum of the weights against the size of the population.

    Parameters
    ----------
    design : Design
        The sample.
    population : array_like of float, shape (n_groups,) or ()
        Size of the population that the weights stand for, in all or by group.
    tolerance : float, default 0.01
        Relative difference that is let pass.
    groups : numpy.ndarray of int, shape (n,), optional
        Group of each row, from 0; all rows where absent.

    Returns
    -------
    numpy.ndarray, shape (n_groups,)
        Sum of the weights divided by the population.

    Raises
    ------
    InvalidValueError
        When a sum differs by more than the tolerance; the first such group is named.

    Examples
    --------
    >>> check_weights(Design.of(np.array([10.0, 20.0])), 30).tolist()
    [1.0]
    """
    known = np.atleast_1d(np.asarray(population, dtype=np.float64))
    group = np.zeros(len(design), dtype=np.int64) if groups is None else codes(groups, "groups")
    if len(group) != len(design) or int(group.min()) < 0 or int(group.max()) >= len(known):
        raise invalid(_("Some rows are in a group whose population is not given."), param="groups",
                      expected=f"{len(design)}, 0 ... {len(known) - 1}",
                      got=f"{len(group)}, {int(group.min())} ... {int(group.max())}")
    sums = np.bincount(group, design.weight, minlength=len(known))
    quotient = sums / np.where(known > 0, known, np.nan)
    wrong = ~(np.abs(quotient - 1) <= tolerance)
    if wrong.any():
        first = int(wrong.argmax())
        raise invalid(_("The weights do not add up to the population."), param="weight",
                      where=_("group {group}").format(group=first), expected=float(known[first]),
                      got=float(sums[first]),
                      hint=_("Check the unit of the weights; calibrate them where they are meant to differ."))
    return quotient


def _one_of(value: str, allowed: Sequence[str], param: str) -> None:
    """Refuse a word that is not on a list."""
    if value not in allowed:
        raise invalid(_("This choice does not exist."), param=param,
                      expected=", ".join(allowed), got=value)


def _check_lengths(n: int, stages: Sequence[Stage]) -> None:
    """Refuse arrays of other lengths than the weights."""
    for number, stage in enumerate(stages, 1):
        for name in ("ids", "strata", "population"):
            values = getattr(stage, name)
            if values is not None and len(values) != n:
                raise invalid(_("Weights and codes must have the same length."), param="stages",
                              where=_("stage {stage}, {name}").format(stage=number, name=name), expected=n,
                              got=len(values))
