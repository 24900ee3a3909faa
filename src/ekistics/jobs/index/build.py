"""The job: read definition and values, build index and variants, write the package."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

import ekistics
from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, use_language
from ekistics.core.m49 import by_iso3
from ekistics.core.place import Place
from ekistics.core.place_names import area_names
from ekistics.core.provenance import Run
from ekistics.jobs.index.checks import flags
from ekistics.jobs.index.compute import Built, built
from ekistics.jobs.index.documents import compact_json, inputs_csv, live_document, results_document
from ekistics.jobs.index.observations import RANK, index_spec, score_observations
from ekistics.jobs.index.read import Definition, load_definition
from ekistics.jobs.index.sensitivity import progress_in_two, sensitivity, settled, sobol_runs
from ekistics.jobs.index.uncertainty import SHARE, Progress, Uncertainty, replicated, replicates_csv, summary
from ekistics.jobs.index.values import CityValues, read_values
from ekistics.jobs.stages import code_digest
from ekistics.package import ProfilePackage
from ekistics.package.write import write_package
from ekistics.publish.index_page import index_html

__all__ = ["IndexOutcome", "Making", "build_index", "scope_of", "write_index"]

TOLD = ("replicates", "mean_rank_shift", "choices", "without", "sobol")  # what the page says of trials
INDEX, INPUTS, RESULTS, LIVE, PAGE = "index.toml", "inputs.csv", "results.json", "live.json", "index.html"
REPLICATES = "replicates.csv"
WORLD = Place("001", N_("World"), "world", "XXX")


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
    lost : int, default 0
        Replicates of the package that was there before, which this one does not have.
    """

    folder: Path
    package: ProfilePackage
    built: Built
    results: dict[str, Any]
    lost: int = 0


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
    before = _replicates_in(Path(out)) if uncertainty is None else 0
    outcome = write_index(definition, read, Path(out),
                          Making({"use_near": near, "time_period": time_period}, uncertainty, language))
    return replace(outcome, lost=before)


def _replicates_in(folder: Path) -> int:
    """Count the replicates of the package that is there; none where there is no package, or none that can be read."""
    try:
        return int(json.loads((folder / RESULTS).read_bytes())["uncertainty"]["replicates"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


@dataclass(frozen=True, slots=True)
class Making:
    """How an index package is made.

    Parameters
    ----------
    parameters : mapping
        What was stated for the run.
    uncertainty : Uncertainty, optional
        How the ranks are tried; they are not when None.
    language : str, default "en"
        Language of the package.
    progress : callable, optional
        Told how often the index is built again, and of how many times in all.
    """

    parameters: Mapping[str, Any]
    uncertainty: Uncertainty | None = None
    language: str = "en"
    progress: Progress | None = None


def write_index(definition: Definition, values: CityValues, out: Path, how: Making) -> IndexOutcome:
    """Build an index of values that were read, and write its package.

    Parameters
    ----------
    definition : Definition
        The index.
    values : CityValues
        The values.
    out : pathlib.Path
        Folder for the package.
    how : Making
        How it is made.

    Returns
    -------
    IndexOutcome
        The package and what is in it.
    """
    with use_language(how.language):
        return _written(definition, values, out, how)


def _written(definition: Definition, values: CityValues, out: Path, how: Making) -> IndexOutcome:
    made = built(definition.index, values)
    if how.uncertainty is not None:
        how = replace(how, uncertainty=settled(made, how.uncertainty))
    run = _run(definition, values, how)
    results, live = results_document(made, run.id), live_document(made)
    documents, intervals = {}, None
    if how.uncertainty is not None:
        told, after = progress_in_two(how.progress, how.uncertainty.replicates, sobol_runs(made, how.uncertainty))
        replicates = replicated(made, how.uncertainty, told)
        results["uncertainty"] = summary(replicates, how.uncertainty) | sensitivity(made, how.uncertainty, after)
        live["worth"] = {name: results["uncertainty"][name] for name in TOLD if name in results["uncertainty"]}
        intervals = {made.base.structure.root: replicates.score_interval(SHARE).T,
                     RANK: replicates.rank_interval(SHARE).T}
        documents[REPLICATES] = replicates_csv(replicates)
    package = _package(made, run, score_observations(made, run.id, intervals))
    documents |= {INDEX: definition.text.encode(), INPUTS: inputs_csv(made), RESULTS: compact_json(results),
                  LIVE: compact_json(live), PAGE: index_html(live, language=how.language)}
    write_package(package, out, documents=documents)
    return IndexOutcome(out, package, made, results)


def _run(definition: Definition, values: CityValues, how: Making) -> Run:
    tried = {} if how.uncertainty is None else asdict(how.uncertainty)
    parameters = {**how.parameters, **{f"uncertainty.{name}": value for name, value in tried.items()}}
    spec = index_spec(definition.index)
    return Run((definition.provenance, *values.inputs), parameters, {spec.code: str(spec.method)}, code_version())


def _package(made: Built, run: Run, observations: pd.DataFrame) -> ProfilePackage:
    now, scope = datetime.now(UTC).replace(microsecond=0), scope_of(made.values)
    places = {place.code: place for place in (scope, *made.values.places)}
    return ProfilePackage(place=scope, places=tuple(places.values()), run=run, observations=observations, layers=(),
                          checks=flags(made), created=now.isoformat(), indicators=(index_spec(made.definition),),
                          edition=now.date().isoformat())


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
        return Place(code, area_names(by_iso3(code).m49).get("en", code), "country", code)
    except UnknownNameError:  # a code that ISO 3166 leaves to users, as made-up countries have it
        return Place(code, code, "country", code)


@cache
def code_version() -> str:
    """Give the program's version with a digest of the code that makes indices."""
    digest = code_digest("ekistics.core", "ekistics.composite", "ekistics.instruments", "ekistics.jobs.index")
    return f"{ekistics.__version__}+{digest[:8]}"
