"""The job: read, compute, check, write; a killed run continues where it stopped."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

import ekistics
from ekistics.core.errors import EkisticsError, PackageError, UnknownNameError
from ekistics.core.i18n import _, use_language
from ekistics.core.observation import observations
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_file
from ekistics.indicators import specs
from ekistics.indicators.certificate import certificates
from ekistics.jobs.city_config import CityConfig, input_entries, parameter_values, read_city
from ekistics.jobs.profile import ground, reach
from ekistics.jobs.profile.changes import Change, changed_causes, changed_values
from ekistics.jobs.profile.layers import layers_of
from ekistics.jobs.profile.parameters import reading, run_parameters
from ekistics.jobs.profile.quality import quality_flags
from ekistics.jobs.profile.results import all_results
from ekistics.jobs.stages import Stage, StageEvent, StageRunner, StageStore, code_digest
from ekistics.package import ProfilePackage
from ekistics.package.descriptor import json_bytes, load_descriptor
from ekistics.package.documents import require_document
from ekistics.package.read import read_package
from ekistics.package.write import write_package

__all__ = ["ProfileOutcome", "profile", "statements"]

FRAMEWORK = "framework.json"


@dataclass(frozen=True, slots=True, eq=False)
class ProfileOutcome:
    """What a run of the job gave.

    Parameters
    ----------
    folder : pathlib.Path
        Where the package is.
    package : ProfilePackage
        Its content.
    changes : tuple of Change
        Values that differ from the package that stood there before; empty at the first run.
    causes : tuple of str
        Which inputs, parameters, methods or code differ from then.
    first : bool
        Whether no package stood there before.
    """

    folder: Path
    package: ProfilePackage
    changes: tuple[Change, ...] = field(default=())
    causes: tuple[str, ...] = field(default=())
    first: bool = True


def _quiet(event: StageEvent) -> None:
    """Take an event and say nothing."""


def profile(city: Path | str, *, out: Path | str, documents: bool = True, indices: Sequence[Path] = (),
            on_event: Callable[[StageEvent], None] = _quiet,
            digest: Callable[[Path], str] = digest_file) -> ProfileOutcome:
    """Profile a city.

    Parameters
    ----------
    city : path
        A city.toml, or the folder that holds it.
    out : path
        Folder for the package; an earlier package there is replaced when the new one is whole.
    documents : bool, default True
        Whether to make profile.html and profile.pdf.
    indices : sequence of path
        Index packages that hold the city; page and PDF have a section on each.
    on_event : callable
        Takes a :class:`~ekistics.jobs.stages.StageEvent` as stages start, end or are reused.
    digest : callable
        Gives the SHA-256 of a file; a job that profiles many cities from the same files remembers it.

    Returns
    -------
    ProfileOutcome
        The package and what changed.

    Raises
    ------
    EkisticsError
        An input cannot be used; nothing was written.
    """
    out = Path(out)
    config = read_city(Path(city))
    now = datetime.now(UTC).replace(microsecond=0)
    with use_language(config.city.language):
        stated = statements(config)
        shown = [_results_of(Path(index), config.city.code) for index in indices]
        inputs = _inputs(config, digest)
        runner = stage_runner(config, out, inputs=inputs, on_event=on_event)
        package = _package(config, runner, inputs, now)
        before = _package_before(out)
        files = _documents(package, shown, config.city.language, on_event) if documents else {}
        write_package(package, out, documents=files | stated)
        runner.prune()
    if before is None:
        return ProfileOutcome(out, package)
    return ProfileOutcome(out, package, tuple(changed_values(before.observations, package.observations)),
                          tuple(changed_causes(before.run, package.run)), first=False)


def stage_runner(config: CityConfig, out: Path, *, inputs: list[Provenance],
                 on_event: Callable[[StageEvent], None] = _quiet) -> StageRunner:
    """Make the runner of a city's stages; results are kept beside the package.

    Parameters
    ----------
    config : CityConfig
        The city.
    out : pathlib.Path
        Folder of the package.
    inputs : list of Provenance
        The input files with their checksums.
    on_event : callable
        Takes stage events.

    Returns
    -------
    StageRunner
        The runner.
    """
    digests: dict[str, list[Any]] = {}
    for p, (role, entry) in zip(inputs, input_entries(config), strict=True):
        digests.setdefault(role, []).append([p.sha256, reading(entry)])
    digests["boundary"] = [*digests.get("boundary", []), reading(config.boundary), config.city.code, config.city.name]
    store = StageStore(out.parent / f".{out.name}.stages")
    return StageRunner(stages_of(config), store, inputs=digests, parameters=parameter_values(config),
                       code=f"{code_version()} {config.city.language}", on_event=on_event)  # results hold texts


@cache
def code_version() -> str:
    """Give the program's version with a digest of the code that makes numbers, e.g. ``0.1.0+1a2b3c4d``."""
    digest = code_digest("ekistics.core", "ekistics.geo", "ekistics.readers", "ekistics.indicators", "ekistics.jobs")
    return f"{ekistics.__version__}+{digest[:8]}"


def stages_of(config: CityConfig) -> list[Stage]:
    """List the stages of a city, with what each depends on.

    Parameters
    ----------
    config : CityConfig
        The city.

    Returns
    -------
    list of Stage
        The stages; a delineation hangs on the boundary, or the boundary on it where a point is given.
    """
    grids = ("population", "built_up", "land")
    delineated = not (config.boundary.path or config.boundary.from_population)
    walk = ("max_leg_m", "attach", "count_legs", "min_part_nodes", "walk_")
    return [
        Stage("outline", lambda runner: ground.outline(config),
              roles=("boundary", *(("population",) if config.boundary.from_population else ()))),
        Stage("delineation", partial(ground.delineation, config), ("outline",), grids,
              ("degurba", "delineation_window_km")),
        Stage("areas", partial(ground.areas, config), ("outline", *(("delineation",) if delineated else ())),
              ("boundary", "neighbourhoods")),
        Stage("totals", partial(ground.totals, config), ("areas", "delineation"), grids),
        Stage("cells", partial(ground.cells, config), ("areas", "delineation"), ("population",)),
        Stage("air", partial(ground.air, config), ("areas",), ("air", "population")),
        Stage("people", partial(reach.people, config), ("areas",), ("population",)),
        Stage("streets", partial(reach.streets, config), ("areas",), ("streets",), ("street_window_km",)),
        Stage("open_space", partial(reach.open_space, config), ("areas",), ("streets",), ("street_window_km",)),
        Stage("stops", lambda runner: reach.stops(config), roles=("timetables",),
              parameters=("service_day", "frequency_cluster_m")),
        Stage("street_land", partial(reach.street_land, config), ("areas", "streets", "open_space"),
              parameters=("intersection_ways",)),
        Stage("completeness", partial(reach.completeness, config), ("areas", "streets"), ("built_up",)),
        Stage("access", partial(reach.access, config), ("people", "streets", "stops", "open_space"),
              parameters=(*walk, "low_capacity_m", "high_capacity_m", "open_space_entrance_m")),
    ]


def _inputs(config: CityConfig, digest: Callable[[Path], str] = digest_file) -> list[Provenance]:
    return [Provenance(entry.path.rsplit("/", 1)[-1], digest(config.file(entry.path)), role,
                       time_period=getattr(entry, "time_period", ""), **entry.stated())
            for role, entry in input_entries(config)]


def _package(config: CityConfig, runner: StageRunner, inputs: list[Provenance], now: datetime) -> ProfilePackage:
    results = all_results(config, runner)
    by_code = {spec.code: spec for spec in specs()}
    run = Run(tuple(inputs), run_parameters(config, runner), {code: str(by_code[code].method) for code in results},
              code_version())
    table = runner.get("areas")["frame"]
    city = config.city.place()
    parts = tuple(Place(code, row["name"], "neighbourhood", city.country, city.code)
                  for code, row in table.iloc[1:].iterrows())
    rows = [observations(frame, by_code[code], run=run.id) for code, frame in results.items()]
    return ProfilePackage(place=city, places=(city, *parts), run=run, observations=pd.concat(rows, ignore_index=True),
                          layers=layers_of(config, runner), checks=quality_flags(config, runner, today=now.date()),
                          certificates=certificates(), created=now.isoformat(),
                          indicators=tuple(by_code[code] for code in results),
                          edition=config.city.edition or now.date().isoformat())


def statements(config: CityConfig) -> dict[str, bytes]:
    """Write what the city states of the Urban Monitoring Framework.

    Parameters
    ----------
    config : CityConfig
        The city.

    Returns
    -------
    dict of str to bytes
        The document by its name; empty where the city states nothing.

    Raises
    ------
    PackageError
        There is no such cell, or a reason, an office or a day is none.
    """
    if not config.not_applicable:
        return {}
    rows = [asdict(each) | {"state": "not-applicable"} for each in config.not_applicable]
    content = {"schema_version": "1", "framework": "umf", "city": config.city.code, "statements": rows}
    return {FRAMEWORK: json_bytes(require_document(FRAMEWORK, content))}


def _results_of(index: Path, city: str) -> dict[str, Any]:
    """Read what an index package says, and refuse one that does not hold the city, or of which no page can tell."""
    from ekistics.publish.index_section import index_section  # loads the page stack, which numbers do not need

    load_descriptor(index)
    try:
        results: dict[str, Any] = json.loads((index / "results.json").read_bytes())
        held = [unit["code"] for unit in results["units"]]
        index_section(results, city)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackageError(_("This package is not one of an index."), where=index,
                           hint=_("'ekistics index build' makes one.")) from error
    if city not in held:
        raise UnknownNameError.among(city, held, what=_("city"), where=index)
    return results


def _documents(package: ProfilePackage, indices: Sequence[dict[str, Any]], language: str,
               on_event: Callable[[StageEvent], None]) -> dict[str, bytes]:
    from ekistics.publish import compose_profile, page, printed  # loads the page stack, which numbers do not need

    files = {}
    content = None
    for name in ("profile.html", "profile.pdf"):
        on_event(StageEvent(name, "started"))
        begin = datetime.now(UTC)
        if content is None:
            content = compose_profile(package, {spec.code: spec for spec in specs()}, indices=indices,
                                      language=language)
        files[name] = page(content) if name == "profile.html" else printed(content, created=package.created)
        on_event(StageEvent(name, "computed", (datetime.now(UTC) - begin).total_seconds()))
    return files


def _package_before(out: Path) -> ProfilePackage | None:
    """Read the package that stands at a place, if one does that can be read."""
    try:
        return read_package(out) if (out / "datapackage.json").is_file() else None
    except EkisticsError:
        return None
