"""The steps before weights for a block of replicates that each have values of their own: more columns of one table."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ekistics.composite import denominate as denomination
from ekistics.composite import impute as imputation
from ekistics.composite import screen as screening
from ekistics.composite import treat as treatment
from ekistics.composite.index import Data
from ekistics.composite.scenario import Scenario
from ekistics.composite.standardise import standardised

__all__ = ["standardised_block"]

Floats = npt.NDArray[np.float64]


def standardised_block(values: Floats, data: Data, scenario: Scenario) -> Floats:
    """Run the steps from denomination to standardisation on the values of many replicates.

    Parameters
    ----------
    values : numpy.ndarray, shape (r, n, n_items)
        Raw values of each replicate; missing where those of ``data`` are.
    data : Data
        Where denominators and groupings are.
    scenario : Scenario
        A scenario that could be built from ``data`` itself.

    Returns
    -------
    numpy.ndarray, shape (r, n, n_items)
        Standardised values.
    """
    r, n, m = values.shape
    table = np.ascontiguousarray(np.moveaxis(values, 0, 1)).reshape(n, r * m)  # the items of a replicate side by side
    if scenario.denominate is not None:
        codes = [item.code for item in data.structure.items]
        by = denomination.divisors(scenario.denominate.by, data.denominators, codes, n)
        table = denomination.denominate(table, np.tile(by, r), names=codes * r)
    observed = np.isfinite(table)
    if scenario.impute is not None:
        by_group = scenario.impute.by
        group = None if by_group is None else imputation.numbered(data.groups[by_group])
        table = imputation.fill(table, scenario.impute.method.removeprefix("group-"), group)
    if scenario.screen is not None:
        table = _screened(table, observed, scenario, r)
    if scenario.treat is not None:
        step = scenario.treat
        table = treatment.treat(table, winsorise=step.winsorise, skew_limit=step.skew, kurtosis_limit=step.kurtosis,
                                log=step.then == "log").values
    wide = replace(data.structure, items=data.structure.items * r)  # each item as often as there are replicates
    made = standardised(table, wide, scenario.standardise)
    return np.moveaxis(made.reshape(n, r, m), 1, 0)


def _screened(table: Floats, observed: npt.NDArray[np.bool_], scenario: Scenario, r: int) -> Floats:
    """Take out, in each replicate, the units that have too little data there."""
    step = scenario.screen
    assert step is not None  # noqa: S101 - asked only where the step is there
    counted = np.isfinite(table) if step.count_imputed else observed
    kept = [screening.keep(own, own_counted, data=step.data_share, nonzero=step.nonzero_share)
            for own, own_counted in zip(np.split(table, r, axis=1), np.split(counted, r, axis=1), strict=True)]
    return np.where(np.repeat(np.stack(kept, axis=1), table.shape[1] // r, axis=1), table, np.nan)
