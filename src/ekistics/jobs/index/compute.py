"""From values to a built index and its variants, and what every city lacks."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ekistics.composite import Data, Index, Pipeline, Scenario, build
from ekistics.composite.build import FIXED
from ekistics.composite.log import Denominated, Imputed
from ekistics.core.errors import ConfigurationError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.index.values import CityValues

__all__ = ["BASE", "Built", "built", "data_of"]

BASE = ""  # the index as it is defined, beside its variants


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """An index and its variants.

    Parameters
    ----------
    definition : IndexDefinition
        What it is.
    values : CityValues
        What it is built from.
    indices : dict of str to Index
        The index by :data:`BASE`, and each variant by its code.
    periods : tuple of str
        The time of each city's score, and where a city has no value at all that of the index.
    """

    definition: IndexDefinition
    values: CityValues
    indices: Mapping[str, Index]
    periods: tuple[str, ...]

    @property
    def base(self) -> Index:
        """Give the index as it is defined."""
        return self.indices[BASE]

    @property
    def missing(self) -> npt.NDArray[np.bool_]:
        """Tell which values of which city are missing, shape (n_cities, n_items): not given, or not to be divided."""
        lost = [entry.lost for entry in self.base.log if isinstance(entry, Denominated)]
        return np.isnan(self.base.data.values) | (lost[0] if lost else False)

    def imputed(self, variant: str = BASE) -> npt.NDArray[np.bool_]:
        """Tell which values were filled, shape (n_cities, n_items)."""
        index = self.indices[variant]
        cells = [entry.cells for entry in index.log if isinstance(entry, Imputed)]
        return cells[0] if cells else np.zeros_like(self.missing)


def data_of(definition: IndexDefinition, values: CityValues) -> Data:
    """Bring the values of an index into the form of the kernel.

    Parameters
    ----------
    definition : IndexDefinition
        The index.
    values : CityValues
        The values.

    Returns
    -------
    Data
        Values, tree, cities, denominators, standard errors; cities grouped by country.
    """
    items = [item.code for item in definition.items]
    se = values.matrix(items, "se")
    return Data(values.matrix(items), definition.structure(), [place.code for place in values.places],
                {name: values.matrix([name])[:, 0] for name in definition.denominators},
                {"country": [place.country for place in values.places]}, se if np.isfinite(se).any() else None)


def built(definition: IndexDefinition, values: CityValues) -> Built:
    """Build an index and its variants.

    Parameters
    ----------
    definition : IndexDefinition
        The index.
    values : CityValues
        The values, each with its time.

    Returns
    -------
    Built
        The index and its variants.

    Raises
    ------
    EkisticsError
        A step cannot be done with these values, or their time is not known.
    """
    pipeline = Pipeline(data_of(definition, values))
    codes = (BASE, *(variant.code for variant in definition.variant))
    indices = {code: _run(pipeline, definition.scenario_of(code)) for code in codes}
    return Built(definition, values, indices, _periods(values))


def _run(pipeline: Pipeline, scenario: Scenario) -> Index:
    """Build an index; where values of a city cannot be, say of which city."""
    try:
        return pipeline.run(scenario)
    except InvalidValueError as error:
        city = _culprit(pipeline.data, scenario)
        error.where = ", ".join(part for part in (city, error.where) if part) or None
        raise


def _culprit(data: Data, scenario: Scenario) -> str:
    """Find the first city that alone cannot be scored; with benchmarks no city's score depends on another."""
    if scenario.standardise.method not in FIXED or scenario.impute is not None or scenario.treat is not None:
        return ""
    for row, unit in enumerate(data.units):
        alone = Data(data.values[[row]], data.structure, [unit],
                     {name: np.asarray(series)[[row]] for name, series in data.denominators.items()})
        try:
            build(alone, scenario)
        except InvalidValueError:
            return unit
    return ""


def _periods(values: CityValues) -> tuple[str, ...]:
    """Give the time of each city's score: the one that its values share, else the year in which the newest ends.

    Of a city without any value it is that of all values together: at that time it has no score.
    """
    cells = values.cells[values.cells["obs_value"].notna()]
    times = cells["time_period"]
    if (times == "").any():
        place = cells["ref_area"][times == ""].iloc[0]
        raise ConfigurationError(_("A value does not say its time."), where=place, param="time_period",
                                 hint=_("Add a column 'time_period', or state it with --time-period."))
    by_place = times.groupby(cells["ref_area"]).agg(lambda texts: _common(frozenset(texts)))
    by_place = by_place.reindex([place.code for place in values.places])
    return tuple(by_place.fillna(_common(frozenset(times))).astype(str))


@lru_cache(maxsize=1024)
def _common(texts: frozenset[str]) -> str:
    periods = [Period.parse(text) for text in texts]
    newest = max(periods, key=lambda period: period.end)
    return newest.text if len(texts) == 1 else str(newest.end.year)

