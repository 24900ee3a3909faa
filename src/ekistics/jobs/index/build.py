"""The job: read definition and values, build index and variants, write the package."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import ekistics
from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _, use_language
from ekistics.core.m49 import by_iso3
from ekistics.core.place import Place
from ekistics.core.provenance import Run
from ekistics.core.quality import QualityFlag
from ekistics.jobs.index.compute import Built, built
from ekistics.jobs.index.documents import compact_json, inputs_csv, live_document, results_document
from ekistics.jobs.index.observations import RANK, index_spec, score_observations
from ekistics.jobs.index.read import Definition, load_definition
from ekistics.jobs.index.uncertainty import SHARE, Progress, Uncertainty, replicated, replicates_csv, summary
from ekistics.jobs.index.values import CityValues, read_values
from ekistics.jobs.stages import code_digest
from ekistics.package import ProfilePackage
from ekistics.package.write import write_package

__all__ = ["IndexOutcome", "build_index", "write_index"]

INDEX, INPUTS, RESULTS, LIVE, REPLICATES = "index.toml", "inputs.csv", "results.json", "live.json", "replicates.csv"
WORLD = Place("001", N_("World"), "world", "XXX")
_GOOD, _WARN = 0.95, 0.5  # share of cities with a score: above is good, below is bad


@dataclass(frozen=True, slots=True, eq=False)
class IndexOutcome:
    """What a run of the job gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where the package is.
    package : ProfilePackage
        Its content.
    built : Built
        The index.
    results : dict
        Content of its ``results.json``.
    """

    folder: Path
    package: ProfilePackage
    built: Built
    results: dict[str, Any]


def build_index(index: str | Path, values: Path, out: Path, *, country: str = "", time_period: str = "",
                use_near: bool | None = None, uncertainty: Uncertainty | None = None,
                language: str = "en") -> IndexOutcome:
    """Build an index of cities and write its package.

    Parameters
    ----------
    index : str or path-like
        Code of an index that comes with the program, or a file that defines one.
    values : pathlib.Path
        Folder of packages, table of observations, or table with a row a city and a column an item.
    out : pathlib.Path
        Folder for the package; an earlier package there is replaced when the new one is whole.
    country : str, default ""
        ISO 3166-1 alpha-3 code of the cities of a table that does not say it.
    time_period : str, default ""
        The time of values that do not say theirs.
    use_near : bool, optional
        Whether an indicator that is only near an item fills it; as the definition says when None.
    uncertainty : Uncertainty, optional
        How the ranks are tried; they are not when None.
    language : str, default "en"
        Language of the package.

    Returns
    -------
    IndexOutcome
        The package and what is in it.

    Raises
    ------
    EkisticsError
        An input cannot be used; nothing was written.
    """
    definition = load_definition(index)
    near = definition.index.use_near if use_near is None else use_near
    with use_language(language):
        read = read_values(Path(values), definition.index, country=country, use_near=near).dated(time_period)
        return write_index(definition, read, Path(out), {"use_near": near, "time_period": time_period}, uncertainty)


def write_index(definition: Definition, values: CityValues, out: Path, parameters: Mapping[str, Any],  # noqa: PLR0913
                uncertainty: Uncertainty | None = None, progress: Progress | None = None) -> IndexOutcome:
    """Build an index of values that were read, and write its package.

    Parameters
    ----------
    definition : Definition
        The index.
    values : CityValues
        The values.
    out : pathlib.Path
        Folder for the package.
    parameters : mapping
        What was stated for the run.
    uncertainty : Uncertainty, optional
        How the ranks are tried.
    progress : callable, optional
        Told how many replicates are done, and of how many.

    Returns
    -------
    IndexOutcome
        The package and what is in it.
    """
    made, now = built(definition.index, values), datetime.now(UTC).replace(microsecond=0)
    spec = index_spec(definition.index)
    tried = {} if uncertainty is None else {f"uncertainty.{name}": value for name, value in asdict(uncertainty).items()}
    run = Run((definition.provenance, *values.inputs), {**parameters, **tried}, {spec.code: str(spec.method)},
              code_version())
    results, intervals, documents = results_document(made, run.id), None, {}
    if uncertainty is not None:
        replicates = replicated(made, uncertainty, progress)
        results["uncertainty"] = summary(replicates, uncertainty)
        intervals = {made.base.structure.root: replicates.score_interval(SHARE).T,
                     RANK: replicates.rank_interval(SHARE).T}
        documents = {REPLICATES: replicates_csv(replicates)}
    scope = scope_of(values)
    places = {place.code: place for place in (scope, *values.places)}
    package = ProfilePackage(place=scope, places=tuple(places.values()), run=run,
                             observations=score_observations(made, run.id, intervals), layers=(), checks=_flags(made),
                             created=now.isoformat(), indicators=(spec,), edition=now.date().isoformat())
    documents |= {INDEX: definition.text.encode(), INPUTS: inputs_csv(made), RESULTS: compact_json(results),
                  LIVE: compact_json(live_document(made))}
    write_package(package, out, documents=documents)
    return IndexOutcome(out, package, made, results)


def scope_of(values: CityValues) -> Place:
    """Give the place that an index is about: the one country of its cities, or the world.

    Parameters
    ----------
    values : CityValues
        The values.

    Returns
    -------
    Place
        The country, or the world.
    """
    countries = {place.country for place in values.places}
    if len(countries) > 1:
        return WORLD
    (code,) = countries
    try:
        return Place(code, by_iso3(code).name, "country", code)
    except UnknownNameError:  # a code that ISO 3166 leaves to users, as made-up countries have it
        return Place(code, code, "country", code)


@cache
def code_version() -> str:
    """Give the program's version with a digest of the code that makes indices."""
    digest = code_digest("ekistics.core", "ekistics.composite", "ekistics.instruments", "ekistics.jobs.index")
    return f"{ekistics.__version__}+{digest[:8]}"


def _flags(made: Built) -> tuple[QualityFlag, ...]:
    """Say how many cities have a score, how much is known, and how many benchmarks are doubtful."""
    scored, cities = int(np.isfinite(made.base.total).sum()), len(made.values.places)
    status = "good" if scored / cities >= _GOOD else "warn" if scored / cities >= _WARN else "bad"
    doubtful = Counter(item.status for item in made.definition.items)["doubtful"]
    items = len(made.definition.items)
    return (
        QualityFlag("cities-scored", _("Cities with a score"), 100 * scored / cities, "PT", status,
                    note=_("A city in which a value is missing has its coverage and no score, unless the index allows "
                           "it."), numerator=float(scored), denominator=float(cities), base=_("cities of the index")),
        QualityFlag("items-doubtful", _("Items with a doubtful benchmark"), 100 * doubtful / items, "PT",
                    "warn" if doubtful else "good", note=_("The file of the index says of each why."),
                    numerator=float(doubtful), denominator=float(items), base=_("items of the index")))
