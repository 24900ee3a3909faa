"""Variance of linearised statistics: stage by stage with finite population corrections, or from replicates.

Method: Taylor linearisation with the recursive variance of multistage samples (Särndal, Swensson and Wretman, Model
Assisted Survey Sampling, 1992, section 4.3; as function ``svyrecvar`` of the R package survey computes it).
"""

from collections.abc import Iterator

import numpy as np
from scipy import sparse

from ekistics.survey._layout import Floats, Integers, StageLayout, sums_by
from ekistics.survey.design import Calibration, Design
from ekistics.survey.domains import Domains, Level
from ekistics.survey.replicates import ReplicateDesign

__all__ = ["first_stage_totals", "replicate_spread", "replicate_sums", "replicate_variance", "taylor_components",
           "taylor_covariance", "taylor_variance"]

_AT_ONCE = 1 << 24  # numbers of a table of units x domains


def taylor_variance(domains: Domains, z: Floats) -> Floats:
    """Give the variance of the weighted total of z in each domain.

    Parameters
    ----------
    domains : Domains
        Domains of a :class:`~ekistics.survey.design.Design`.
    z : numpy.ndarray, shape (n,)
        Linearised values, zero in rows that do not count.

    Returns
    -------
    numpy.ndarray, shape (n_domains,)
        Variances.

    Examples
    --------
    >>> design = Design.of(np.array([2.0, 2.0]))
    >>> taylor_variance(Domains.of(design), np.array([1.0, 3.0])).tolist()
    [16.0]
    """
    design = _design(domains)
    if design.calibrations:
        return _in_blocks(domains, z)
    found = np.zeros(domains.count)
    for stage, level, sums in zip(domains.stages, domains.levels, _totals(domains, z), strict=True):
        if stage.scale.any():
            found += stage.scale @ _squares(stage, level, sums, domains.count)
    return found


def taylor_components(domains: Domains, z: Floats) -> list[tuple[StageLayout, Floats]]:
    """Give what each stratum of each stage adds to the variance of the weighted total of z in each domain.

    Parameters
    ----------
    domains, z : Domains, numpy.ndarray
        As in :func:`taylor_variance`.

    Returns
    -------
    list of (StageLayout, numpy.ndarray of shape (n_strata, n_domains))
        One a stage, from the first; all parts of a domain add up to :func:`taylor_variance`. Later stages have strata
        of their own within each unit above.

    Examples
    --------
    >>> design = Design.of(np.ones(4), strata=np.array([1, 1, 2, 2]))
    >>> taylor_components(Domains.of(design), np.array([1.0, 3.0, 1.0, 2.0]))[0][1].tolist()
    [[4.0], [1.0]]
    """
    if _design(domains).calibrations:
        return _components_in_blocks(domains, z)
    return [(stage, stage.scale[:, None] * _squares(stage, level, sums, domains.count))
            for stage, level, sums in zip(domains.stages, domains.levels, _totals(domains, z), strict=True)]


def _totals(domains: Domains, z: Floats) -> list[Floats]:
    """Give the weighted totals of z in the cells of each stage, from the first."""
    totals, found = domains.weights * z, []
    for level in reversed(domains.levels):
        totals = level.sums(totals)
        found.append(totals)
    return found[::-1]


def _squares(stage: StageLayout, level: Level, totals: Floats, count: int) -> Floats:
    """Sum squared deviations by stratum and domain from the totals of cells; those not listed have the total 0."""
    place = stage.stratum[level.unit] * count + level.domain
    size = stage.n_strata * count
    mean = sums_by(place, totals, size).reshape(-1, count) / stage.taken[:, None]
    if stage.lonely.any():
        every = sums_by(level.domain, totals, count) / stage.n_units
        mean[stage.lonely] = every
    mean = mean.ravel()
    squares = sums_by(place, (totals - mean[place]) ** 2, size).reshape(-1, count)
    absent = stage.taken[:, None] - np.bincount(place, minlength=size).reshape(-1, count)
    return np.asarray(squares + absent * mean.reshape(-1, count) ** 2)


def taylor_covariance(domains: Domains, z: Floats) -> Floats:
    """Give the covariance of the weighted totals of z between domains.

    Parameters
    ----------
    domains, z : Domains, numpy.ndarray
        As in :func:`taylor_variance`.

    Returns
    -------
    numpy.ndarray, shape (n_domains, n_domains)
        Covariances; the diagonal is :func:`taylor_variance`.

    Examples
    --------
    >>> design = Design.of(np.ones(2))
    >>> taylor_covariance(Domains.of(design, np.array([0, 1])), np.array([1.0, 3.0])).round(9).tolist()
    [[1.0, -3.0], [-3.0, 9.0]]
    """
    found = np.zeros((domains.count, domains.count))
    if domains.stages[-1].n_units * domains.count > _AT_ONCE and not _design(domains).calibrations:
        for stage, level, sums in zip(domains.stages, domains.levels, _totals(domains, z), strict=True):
            found += _sparse_covariance(stage, level, sums, domains.count)
        np.fill_diagonal(found, taylor_variance(domains, z))
        return found
    for stage, table in zip(domains.stages, _tables(domains, z, 0, domains.count), strict=True):
        spread = _centred(stage, table)
        found += spread.T @ spread
    return found


def _sparse_covariance(stage: StageLayout, level: Level, totals: Floats, count: int) -> Floats:
    """Give what one stage adds, without a table of all units by domain; its diagonal is less exact."""
    table = sparse.csr_array((totals, (level.unit, level.domain)), shape=(stage.n_units, count))
    place = stage.stratum[level.unit] * count + level.domain
    sums = sums_by(place, totals, stage.n_strata * count).reshape(-1, count)
    mean = sums / stage.taken[:, None]
    if stage.lonely.any():
        mean[stage.lonely] = table.sum(axis=0) / stage.n_units
    scaled = table.T @ (sparse.diags_array(stage.scale[stage.stratum]) @ table)
    cross = sums.T @ (stage.scale[:, None] * mean)
    return np.asarray(scaled.toarray() - cross - cross.T
                      + mean.T @ ((stage.scale * stage.taken)[:, None] * mean))


def first_stage_totals(domains: Domains, z: Floats) -> Iterator[tuple[int, Floats]]:
    """Give the weighted totals of z by primary sampling unit and domain, less what a calibration explains.

    Parameters
    ----------
    domains, z : Domains, numpy.ndarray
        As in :func:`taylor_variance`.

    Yields
    ------
    domain : int
        A domain.
    totals : numpy.ndarray, shape (n_units,)
        Its totals.
    """
    for first, last in _blocks(domains):
        table = _tables(domains, z, first, last)[0]
        yield from ((first + column, table[:, column]) for column in range(table.shape[1]))


def _centred(stage: StageLayout, totals: Floats) -> Floats:
    """Centre totals of units on their stratum's mean and multiply by the root of its scale; shape (n_units, k)."""
    mean = np.zeros((stage.n_strata, totals.shape[1]))
    np.add.at(mean, stage.stratum, totals)
    mean /= stage.taken[:, None]
    if stage.lonely.any():
        mean[stage.lonely] = totals.mean(axis=0)
    return np.asarray((totals - mean[stage.stratum]) * np.sqrt(stage.scale)[stage.stratum, None])


def _in_blocks(domains: Domains, z: Floats) -> Floats:
    """Give variances for calibrated weights, some domains at a time: every row then counts in every domain."""
    found = []
    for first, last in _blocks(domains):
        tables = _tables(domains, z, first, last)
        found.append(sum(((_centred(stage, table) ** 2).sum(axis=0)
                          for stage, table in zip(domains.stages, tables, strict=True)), np.zeros(last - first)))
    return np.concatenate(found)


def _components_in_blocks(domains: Domains, z: Floats) -> list[tuple[StageLayout, Floats]]:
    """Give what each stratum adds for calibrated weights, some domains at a time."""
    found = [(stage, np.zeros((stage.n_strata, domains.count))) for stage in domains.stages]
    for first, last in _blocks(domains):
        for (stage, parts), table in zip(found, _tables(domains, z, first, last), strict=True):
            np.add.at(parts[:, first:last], stage.stratum, _centred(stage, table) ** 2)
    return found


def _blocks(domains: Domains) -> Iterator[tuple[int, int]]:
    """Give the first domain of each block and the one after its last, so that a table of its units is not too large."""
    step = max(1, _AT_ONCE // domains.stages[-1].n_units)
    yield from ((first, min(first + step, domains.count)) for first in range(0, domains.count, step))


def _tables(domains: Domains, z: Floats, first: int, last: int) -> list[Floats]:
    """Give the totals of residuals by unit and domain for each stage, domains ``first`` up to ``last``."""
    design = _design(domains)
    stage = domains.stages[-1]
    here = (domains.code >= first) & (domains.code < last)
    amounts = domains.weights * np.where(here, z, 0.0)
    column = np.where(here, domains.code - first, 0)
    width = last - first
    table = sums_by(stage.unit * width + column, amounts, stage.n_units * width).reshape(-1, width)
    for calibration, fitted in zip(design.calibrations, _coefficients(design, amounts, column, width), strict=True):
        table = table - _explained(calibration, stage, fitted)
    tables = [table]
    for below, above in zip(reversed(domains.stages[1:]), reversed(domains.stages[:-1]), strict=True):
        upper = np.zeros((above.n_units, width))
        np.add.at(upper, below.parent, tables[0])
        tables.insert(0, upper)
    return tables


def _coefficients(design: Design, amounts: Floats, column: Integers, width: int) -> list[Floats]:
    """Regress weight x z of each domain on what the weights were calibrated to, one calibration after the other."""
    found: list[Floats] = []
    for number, calibration in enumerate(design.calibrations):
        right = _moments(calibration, amounts, column, width)
        for earlier, fitted in zip(design.calibrations[:number], found, strict=True):
            right = right - _columns(calibration).T @ ((_inverse_factor(calibration) * earlier.adjusted)[:, None]
                                                       * _columns(earlier)) @ fitted
        found.append(np.asarray(np.linalg.lstsq(_cross(calibration), right, rcond=None)[0]))
    return found


def _columns(calibration: Calibration) -> Floats:
    """Give the auxiliary variables as a table, shape (n, p)."""
    if calibration.auxiliary is not None:
        return calibration.auxiliary
    assert calibration.cells is not None  # noqa: S101 - one of both is there
    return np.asarray(calibration.cells[:, None] == np.arange(int(calibration.cells.max()) + 1), dtype=np.float64)


def _spread(calibration: Calibration) -> Floats | float:
    """Give the assumed variance of each row."""
    return 1.0 if calibration.spread is None else calibration.spread


def _inverse_factor(calibration: Calibration) -> Floats:
    """Give weight before over weight after, over the assumed variance; zero where there is no weight."""
    usable = calibration.adjusted > 0
    quotient = calibration.base / np.where(usable, calibration.adjusted, 1.0)
    return np.where(usable, quotient, 0.0) / _spread(calibration)


def _cross(calibration: Calibration) -> Floats:
    """Give the weighted moments of the auxiliary variables, shape (p, p)."""
    importance = calibration.base / _spread(calibration)
    if calibration.cells is not None:
        return np.diag(np.bincount(calibration.cells, importance))
    table = _columns(calibration)
    return np.asarray(table.T @ (importance[:, None] * table))


def _moments(calibration: Calibration, amounts: Floats, column: Integers, width: int) -> Floats:
    """Give the moments between auxiliary variables and z of each domain, shape (p, width)."""
    values = _inverse_factor(calibration) * amounts
    if calibration.cells is not None:
        count = int(calibration.cells.max()) + 1
        return sums_by(calibration.cells * width + column, values, count * width).reshape(-1, width)
    table = _columns(calibration)
    return np.stack([sums_by(column, values * table[:, j], width) for j in range(table.shape[1])])


def _explained(calibration: Calibration, stage: StageLayout, fitted: Floats) -> Floats:
    """Give the totals of what a calibration explains by unit and domain, shape (n_units, width)."""
    cells = calibration.cells
    if cells is None or stage.n_units * len(fitted) <= _AT_ONCE:
        return np.asarray(_unit_totals(calibration, stage) @ fitted)
    columns = [sums_by(stage.unit, calibration.adjusted * values[cells], stage.n_units) for values in fitted.T]
    return np.stack(columns, axis=1)  # without a table of all units by poststratum


def _unit_totals(calibration: Calibration, stage: StageLayout) -> Floats:
    """Sum weight x auxiliary variables by unit, shape (n_units, p)."""
    if calibration.cells is not None:
        count = int(calibration.cells.max()) + 1
        place = stage.unit * count + calibration.cells
        return sums_by(place, calibration.adjusted, stage.n_units * count).reshape(-1, count)
    table = _columns(calibration)
    return np.stack([sums_by(stage.unit, calibration.adjusted * table[:, j], stage.n_units)
                     for j in range(table.shape[1])], axis=1)


def replicate_sums(domains: Domains, values: Floats) -> Floats:
    """Sum replicate weight x value by domain.

    Parameters
    ----------
    domains : Domains
        Domains of a :class:`~ekistics.survey.replicates.ReplicateDesign`.
    values : numpy.ndarray, shape (n,)
        Values, zero in rows that do not count.

    Returns
    -------
    numpy.ndarray, shape (n_domains, n_replicates)
        The sums.
    """
    design = domains.design
    assert isinstance(design, ReplicateDesign)  # noqa: S101 - the caller looked
    level = domains.levels[0]
    amounts = level.sums(design.base * values)
    table = sparse.csr_array((amounts, (level.domain, level.unit)), shape=(domains.count, len(design.replicates)))
    return np.asarray(table @ design.replicates)


def replicate_variance(design: ReplicateDesign, thetas: Floats, estimate: Floats) -> Floats:
    """Give the covariance of estimates from their replicates.

    Parameters
    ----------
    design : ReplicateDesign
        The sample.
    thetas : numpy.ndarray, shape (k, n_replicates)
        Estimates of each replicate; replicates in which an estimate has no value are left out for it.
    estimate : numpy.ndarray, shape (k,)
        Estimates of the whole sample.

    Returns
    -------
    numpy.ndarray, shape (k, k)
        Covariances.
    """
    spread = replicate_spread(design, thetas, estimate)
    return np.asarray(spread @ spread.T)


def replicate_spread(design: ReplicateDesign, thetas: Floats, estimate: Floats) -> Floats:
    """Give the deviations of replicates, times the root of their factors; 0 where a replicate has no value.

    Parameters
    ----------
    design, thetas, estimate : ReplicateDesign, numpy.ndarray, numpy.ndarray
        As in :func:`replicate_variance`.

    Returns
    -------
    numpy.ndarray, shape (k, n_replicates)
        Deviations; their products over all replicates are variances and covariances.
    """
    usable = np.isfinite(thetas) & (design.rule.factors > 0)
    counts = np.maximum(usable.sum(axis=1), 1)
    centre = estimate if design.rule.centre == "estimate" else np.where(usable, thetas, 0).sum(axis=1) / counts
    return np.asarray(np.where(usable, thetas - centre[:, None], 0.0) * np.sqrt(design.rule.factors))


def _design(domains: Domains) -> Design:
    """Give the design of domains whose variance is linearised."""
    assert isinstance(domains.design, Design)  # noqa: S101 - replicates have functions of their own
    return domains.design
