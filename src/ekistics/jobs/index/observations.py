"""The scores as observations: total and groups of each city, its rank and its coverage, by variant."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.composite import Index
from ekistics.core.i18n import N_
from ekistics.core.indicator import IndicatorSpec, MethodEdition, SeriesSpec, Variant
from ekistics.core.observation import observations, result_rows, share_rows
from ekistics.core.reasons import Reason
from ekistics.instruments.indices import IndexDefinition
from ekistics.jobs.index.compute import BASE, Built

__all__ = ["COVERAGE", "DEFINED", "RANK", "index_spec", "score_observations"]

RANK, COVERAGE = "rank", "coverage"
DEFINED = "as_defined"  # the variant that is the index itself
MODELLED = "replicates"

Intervals = Mapping[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]


def index_spec(definition: IndexDefinition) -> IndicatorSpec:
    """Describe an index as an indicator: the total first, then its groups from the top down, rank and coverage.

    Parameters
    ----------
    definition : IndexDefinition
        The index.

    Returns
    -------
    IndicatorSpec
        The indicator.
    """
    total, *others = reversed(definition.groups)
    groups = [SeriesSpec(group.code, group.title, "SCORE", direction=1, aggregation="none", headline=group is total,
                         variants=() if group is total else (DEFINED,)) for group in (total, *others)]
    rank = SeriesSpec(RANK, N_("Rank"), "NUMBER", direction=-1, lower=1.0, aggregation="none")
    covered = SeriesSpec(COVERAGE, N_("Coverage"), "PT", base=N_("values that the index asks for"), lower=0.0,
                         upper=100.0, direction=1, aggregation="none", variants=(DEFINED,))
    variants = (Variant(DEFINED, N_("As the index is defined")),
                *(Variant(each.code, each.title, each.why) for each in definition.variant))
    return IndicatorSpec(code=definition.code, number="", title=definition.title,
                         question=definition.title, definition=definition.note or definition.title,
                         method=MethodEdition("", definition.title, definition.edition),
                         series=(*groups, rank, covered), variants=variants, source=definition.source)


def score_observations(built: Built, run: str, intervals: Intervals | None = None) -> pd.DataFrame:
    """Make the observations of an index: all groups as it is defined, of a variant its total and ranks.

    Parameters
    ----------
    built : Built
        The index.
    run : str
        Id of the run.
    intervals : mapping of str to pair of arrays, optional
        Lower and upper ends for each city, by series of the index as defined.

    Returns
    -------
    pandas.DataFrame
        Observations; a city without a score has the reason for that, and its coverage.
    """
    spec = index_spec(built.definition)
    parts = [_coverage(built)]
    for code, index in built.indices.items():
        ends = (intervals or {}) if code == BASE else {}
        parts += _scores(built, index, code or DEFINED, ends)
    return observations(pd.concat(parts), spec, run=run)


def _scores(built: Built, index: Index, variant: str, intervals: Intervals) -> list[pd.DataFrame]:
    codes = [group.code for group in index.structure.groups]
    columns = {**dict(zip(codes, index.scores.T, strict=True)), RANK: index.ranks}
    columns = columns if variant == DEFINED else {code: columns[code] for code in (codes[-1], RANK)}
    places = pd.Index([place.code for place in built.values.places])
    rows = []
    for code, values in columns.items():
        ends = intervals.get(code)
        more = {} if ends is None else {"lci": pd.Series(ends[0], places), "uci": pd.Series(ends[1], places),
                                        "uncertainty": np.where(np.isfinite(ends[0]), MODELLED, "not-stated")}
        rows.append(result_rows(pd.Series(values, places), series=code, variant=variant,
                                time_period=pd.Series(built.periods, places),
                                reason=np.where(np.isnan(values), str(Reason.INCOMPLETE), ""), **more))
    return rows


def _coverage(built: Built) -> pd.DataFrame:
    """Count the values that are known, of all that the index asks for."""
    places = pd.Index([place.code for place in built.values.places])
    known = pd.Series((~built.missing).sum(axis=1), places)
    return share_rows(known, pd.Series(len(built.definition.items), places), series=COVERAGE, variant=DEFINED,
                      time_period=pd.Series(built.periods, places))
