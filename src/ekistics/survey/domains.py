"""Domains of a sample: the rows of every domain in one pass, and which units and strata have cases in them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ekistics.core.i18n import _
from ekistics.survey._arrays import codes
from ekistics.survey._layout import Bools, Floats, Integers, StageLayout, factorise, sums_by
from ekistics.survey._refusal import invalid
from ekistics.survey.design import Design
from ekistics.survey.replicates import ReplicateDesign, replicate_rank

__all__ = ["AnyDesign", "Domains", "Level"]

AnyDesign = Design | ReplicateDesign

_DENSE = 4  # a table of all units x domains is used up to so many cells a row
_SMALL = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Cells of one stage: pairs of a unit and a domain, each once.

    Parameters
    ----------
    up : numpy.ndarray of int
        Cell of each finer entry (a row, or a cell of the stage below).
    unit, domain : numpy.ndarray of int, shape (n_cells,)
        The pair.
    """

    up: Integers
    unit: Integers
    domain: Integers

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.unit)

    def sums(self, values: Floats) -> Floats:
        """Sum values of finer entries by cell."""
        return sums_by(self.up, values, self.n_cells)


@dataclass(frozen=True, eq=False)
class Domains:
    """Disjoint domains of a sample; made once, it serves any number of variables.

    Parameters
    ----------
    code : numpy.ndarray of int, shape (n,)
        Domain of each row from 0; rows outside every domain have 0 here and are not live.
    count : int
        Number of domains, also those without rows.
    live : numpy.ndarray of bool, shape (n,), or None
        Rows that lie in a domain and have a weight; None where all do.
    design : Design or ReplicateDesign
        The sample.

    Examples
    --------
    >>> design = Design.of(np.ones(4))
    >>> Domains.of(design, np.array([0, 1, -1, 1])).weights.tolist()
    [1.0, 1.0, 0.0, 1.0]
    """

    code: Integers
    count: int
    live: Bools | None
    design: AnyDesign

    @classmethod
    def of(cls, design: AnyDesign, domain: npt.ArrayLike | None = None, *, n_domains: int | None = None) -> "Domains":
        """Read the codes of domains.

        Parameters
        ----------
        design : Design or ReplicateDesign
            The sample.
        domain : array_like of int, shape (n,), optional
            Domain of each row from 0, -1 for rows outside; one domain of all rows where absent.
        n_domains : int, optional
            Number of domains; the highest code plus one where absent.

        Returns
        -------
        Domains
            The domains.

        Raises
        ------
        InvalidValueError
            When there is not a code a row, or a code is below -1 or not below ``n_domains``.
        """
        n = len(design)
        code = np.zeros(n, dtype=np.int64) if domain is None else codes(domain, "domain")
        if len(code) != n:
            raise invalid(_("Every row needs a domain."), param="domain", expected=n, got=len(code))
        low, high = int(code.min()), int(code.max())
        count = max(high + 1, 1) if n_domains is None else n_domains
        if low < -1 or high >= count or count < 1:
            raise invalid(_("The code of a domain is out of range."), param="domain",
                          expected=f"-1 ... {count - 1}", got=high if high >= count else low)
        live = None
        if low < 0 or float(design.weight.min()) <= 0:
            live = (code >= 0) & (design.weight > 0)
            code = np.maximum(code, 0)
        return cls(code, count, live, design)

    @cached_property
    def weights(self) -> Floats:
        """The weights, zero outside the domains, shape (n,)."""
        return self.design.weight if self.live is None else np.where(self.live, self.design.weight, 0.0)

    @cached_property
    def live_counts(self) -> Integers:
        """The number of rows with a weight by domain, shape (n_domains,)."""
        return self.counts(self.live)

    @cached_property
    def stages(self) -> tuple[StageLayout, ...]:
        """The stages' units; for replicates the units of their factors, with no strata."""
        if isinstance(self.design, Design):
            return self.design.layout
        n_units = len(self.design.replicates)
        one, none = np.ones(1), np.zeros(n_units, dtype=np.int64)
        return (StageLayout(self.design.unit, none, none, one * n_units, one * np.inf, one,
                            np.zeros(1, dtype=np.bool_), np.arange(n_units), none),)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The stages' cells, from the first to the last."""
        found: list[Level] = []
        unit, domain = self.stages[-1].unit, self.code
        for stage in reversed(self.stages):
            found.append(_level(unit, domain, stage.n_units, self.count))
            unit, domain = stage.parent[found[-1].unit], found[-1].domain
        return tuple(reversed(found))

    def known(self, *variables: Floats) -> Bools | None:
        """Tell which rows lie in a domain and have all variables; None where all do."""
        known = self.live
        for values in variables:
            if np.isnan(values.sum()):
                here = ~np.isnan(values)
                known = here if known is None else known & here
        return known

    def sums(self, values: Floats) -> Floats:
        """Sum values of rows by domain."""
        return sums_by(self.code, values, self.count)

    def counts(self, known: Bools | None) -> Integers:
        """Count rows by domain."""
        if known is None:
            return np.bincount(self.code, minlength=self.count)
        return np.bincount(self.code[known], minlength=self.count)

    def presence(self, known: Bools | None) -> tuple[Floats, Floats]:
        """Count primary sampling units with cases in each domain, and degrees of freedom: units less strata.

        Both are NaN-free for a Design. For replicates without known units the first is NaN, and the second is the rank
        of the domain's replicate weights less one, or what the producer stated.
        """
        if isinstance(self.design, Design):
            return self._presence_of_units(known)
        return self._presence_of_replicates(known)

    def _presence_of_units(self, known: Bools | None) -> tuple[Floats, Floats]:
        """Count units and strata of the first stage with cases."""
        present = np.ones(len(self.code), dtype=np.bool_) if known is None else known
        for level in reversed(self.levels):
            seen = np.zeros(level.n_cells, dtype=np.bool_)
            seen[level.up[present]] = True
            present = seen
        first, stage = self.levels[0], self.stages[0]
        return _units_less_strata(stage.stratum[first.unit[present]], first.domain[present], stage.n_strata, self.count)

    def _presence_of_replicates(self, known: Bools | None) -> tuple[Floats, Floats]:
        """Count units with cases where they are known, and give the degrees of freedom."""
        design = self.design
        assert isinstance(design, ReplicateDesign)  # noqa: S101 - the caller looked
        rows = np.arange(len(design)) if known is None else np.flatnonzero(known)
        n_psu = np.full(self.count, np.nan)
        df = np.full(self.count, np.nan if design.stated_df is None else float(design.stated_df))
        if design.psu is not None:
            strata = np.zeros(len(design), dtype=np.int64) if design.strata is None else factorise(design.strata)[0]
            psu, psus = factorise(design.psu)
            keys = np.unique((strata[rows] * len(psus) + psu[rows]) * self.count + self.code[rows])
            n_psu, units_df = _units_less_strata(keys // self.count // len(psus), keys % self.count,
                                                 int(strata.max()) + 1, self.count)
            df = units_df if design.stated_df is None else df
        elif design.stated_df is None:
            for number in range(self.count):
                here = rows[self.code[rows] == number]
                weights = design.base[here, None] * design.replicates[design.unit[here]]
                df[number] = max(replicate_rank(weights) - 1, 0) if len(here) else 0
        return n_psu, df


def _units_less_strata(stratum: Integers, domain: Integers, n_strata: int, n_domains: int) -> tuple[Floats, Floats]:
    """Count units by domain, and units less strata, from the stratum and domain of each unit with cases."""
    units = np.bincount(domain, minlength=n_domains).astype(np.float64)
    seen = np.zeros((n_strata, n_domains), dtype=np.bool_)
    seen[stratum, domain] = True
    return units, units - seen.sum(axis=0)


def _level(unit: Integers, domain: Integers, n_units: int, n_domains: int) -> Level:
    """List the pairs of unit and domain."""
    if n_domains == 1:
        return Level(unit, np.arange(n_units), np.zeros(n_units, dtype=np.int64))
    if n_units == len(unit) and bool((unit == np.arange(n_units)).all()):
        return Level(unit, unit, domain)  # each row is a unit
    cell = unit * n_domains + domain
    if n_units * n_domains <= max(_DENSE * len(unit), _SMALL):
        every = np.arange(n_units * n_domains)
        return Level(cell, every // n_domains, every % n_domains)
    up, pairs = factorise(cell)
    return Level(up, pairs // n_domains, pairs % n_domains)
