"""``city.toml``: where a city's inputs are and how they are to be read.

The schema is these dataclasses: the reader, the commented file of ``ekistics init`` and the reference page all come
from them, so they cannot drift apart. The help of a key that a profile tells as a parameter of its run stands in
``ekistics.core.city_keys``, for both.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ekistics.core import schema
from ekistics.core.city_keys import CITY_KEYS
from ekistics.core.errors import ConfigurationError, MissingInputError
from ekistics.core.i18n import N_, _
from ekistics.core.place import Place
from ekistics.core.schema import key
from ekistics.geo.network.rules import WalkRules
from ekistics.indicators.sdg_11_3_1 import DRAWS, SEED
from ekistics.jobs.city_checks import check_city

__all__ = ["AirInput", "BoundaryInput", "BuiltUpInput", "City", "CityConfig", "LandInput", "NeighbourhoodsInput",
           "Parameters", "PopulationInput", "StreetsInput", "TimetableInput", "Uncertainty", "city_template",
           "input_entries", "parameter_values", "parse_city", "read_city"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What every input may state about where it comes from; the profile prints it."""

    path: str = key(N_("The file, from the folder of this city.toml."))
    producer: str = key(N_("Who made the data."), default="")
    citation: str = key(N_("How to cite it."), default="")
    licence: str = key(N_("Its licence, as its producer states it."), default="")
    accessed: str = key(N_("The day it was fetched, e.g. 2026-11-21."), default="")

    def stated(self) -> dict[str, str]:
        """Give what is stated about the source, for the reader's provenance."""
        return {"producer": self.producer, "citation": self.citation, "licence": self.licence,
                "accessed": self.accessed}


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """The place."""

    name: str = key(N_("Name of the city."), example="My city")
    code: str = key(N_("A stable code of your choice: letters, digits and _ . : -."), example="XXX-MYCITY")
    country: str = key(N_("ISO 3166-1 alpha-3 code of the country."), example="XXX")
    language: str = key(N_("Language of the profile (code)."), default="en")
    edition: str = key(N_("Name of this edition for citation; the day of the run when empty."), default="")

    def place(self) -> Place:
        """Give the city as a place."""
        return Place(self.code, self.name, "city", self.country)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundaryInput:
    """The boundary."""

    path: str = key(N_("A polygon file (GeoPackage, GeoJSON, GeoParquet, zipped Shapefile)."), example="boundary.gpkg",
                     default="")
    layer: str = key(CITY_KEYS["boundary.layer"], default="")
    column: str = key(CITY_KEYS["boundary.column"], default="")
    value: str = key(CITY_KEYS["boundary.value"], default="")
    crs: str = key(CITY_KEYS["boundary.crs"], default="")
    point: tuple[float, float] | None = key(CITY_KEYS["boundary.point"], example=[0.0, 0.0], default=None)
    from_population: bool = key(CITY_KEYS["boundary.from_population"], default=False)
    producer: str = key(N_("Who made the data."), default="")
    citation: str = key(N_("How to cite it."), default="")
    licence: str = key(N_("Its licence, as its producer states it."), default="")
    accessed: str = key(N_("The day it was fetched."), default="")
    stated = Source.stated


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationInput(Source):
    """One file of people."""

    time_period: str = key(CITY_KEYS["population.time_period"], example="2020")
    value: str = key(CITY_KEYS["population.value"], default="population")
    id: str = key(CITY_KEYS["population.id"], default="")
    lon: str = key(CITY_KEYS["population.lon"], default="lon")
    lat: str = key(CITY_KEYS["population.lat"], default="lat")
    crs: str = key(CITY_KEYS["population.crs"], default="")
    nodata: str = key(CITY_KEYS["population.nodata"], default="missing")
    sex: str = key(CITY_KEYS["population.sex"], default="_T")
    age: str = key(CITY_KEYS["population.age"], default="_T")

    @property
    def is_grid(self) -> bool:
        """Tell whether the file is a raster."""
        return Path(self.path).suffix.lower() in (".tif", ".tiff", ".vrt")

    @property
    def is_total(self) -> bool:
        """Tell whether the file counts everybody."""
        return self.sex == "_T" and self.age == "_T"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltUpInput(Source):
    """One file of built-up surface."""

    time_period: str = key(CITY_KEYS["built_up.time_period"], example="2020")
    unit: str = key(CITY_KEYS["built_up.unit"], default="m2")
    crs: str = key(CITY_KEYS["built_up.crs"], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class LandInput(Source):
    """Permanent land."""

    unit: str = key(CITY_KEYS["land.unit"], default="m2")
    crs: str = key(CITY_KEYS["land.crs"], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetsInput(Source):
    """An OpenStreetMap extract."""

    time_period: str = key(CITY_KEYS["streets.time_period"], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableInput(Source):
    """One GTFS feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirInput(Source):
    """A grid of fine particles."""

    time_period: str = key(CITY_KEYS["air.time_period"], example="2020")
    crs: str = key(CITY_KEYS["air.crs"], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourhoodsInput(Source):
    """Neighbourhood polygons."""

    layer: str = key(CITY_KEYS["neighbourhoods.layer"], default="")
    id: str = key(CITY_KEYS["neighbourhoods.id"], example="id")
    name: str = key(CITY_KEYS["neighbourhoods.name"], example="name")
    crs: str = key(CITY_KEYS["neighbourhoods.crs"], default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Choices of method."""

    low_capacity_m: float = key(CITY_KEYS["low_capacity_m"], default=500.0)
    high_capacity_m: float = key(CITY_KEYS["high_capacity_m"], default=1000.0)
    open_space_m: float = key(CITY_KEYS["open_space_m"], default=400.0)
    max_leg_m: float = key(CITY_KEYS["max_leg_m"], default=250.0)
    service_day: str = key(CITY_KEYS["service_day"], default="busiest-midweek")
    open_space_entrance_m: float = key(CITY_KEYS["open_space_entrance_m"], default=50.0)
    attach: str = key(CITY_KEYS["attach"], default="edge")
    count_legs: bool = key(CITY_KEYS["count_legs"], default=True)
    min_part_nodes: int = key(CITY_KEYS["min_part_nodes"], default=0)
    walk_never: tuple[str, ...] = key(CITY_KEYS["walk_never"], default=WalkRules().never)
    walk_foot_allows: tuple[str, ...] = key(CITY_KEYS["walk_foot_allows"], default=WalkRules().foot_allows)
    walk_not: tuple[str, ...] = key(CITY_KEYS["walk_not"], default=WalkRules().not_walked)
    walk_foot_refuses: tuple[str, ...] = key(CITY_KEYS["walk_foot_refuses"], default=WalkRules().foot_refuses)
    walk_access_refuses: tuple[str, ...] = key(CITY_KEYS["walk_access_refuses"], default=WalkRules().access_refuses)
    small_part_nodes: int = key(CITY_KEYS["small_part_nodes"], default=100)
    intersection_ways: int = key(CITY_KEYS["intersection_ways"], default=3)
    delineation_window_km: float = key(CITY_KEYS["delineation_window_km"], default=60.0)
    max_missing_share: float = key(CITY_KEYS["max_missing_share"], default=0.05)
    street_window_km: float = key(CITY_KEYS["street_window_km"], default=20.0)
    frequency_cluster_m: float = key(CITY_KEYS["frequency_cluster_m"], default=50.0)
    degurba: dict[str, Any] | None = key(CITY_KEYS["degurba"], default=None)

    def walk_rules(self) -> WalkRules:
        """Give the rules by which a street is walkable."""
        return WalkRules(never=self.walk_never, foot_allows=self.walk_foot_allows, not_walked=self.walk_not,
                         foot_refuses=self.walk_foot_refuses, access_refuses=self.walk_access_refuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """Errors of inputs."""

    built_up_relative_sd: float | None = key(CITY_KEYS["uncertainty.built_up_relative_sd"], example=0.05, default=None)
    population_relative_sd: float | None = key(CITY_KEYS["uncertainty.population_relative_sd"], example=0.10,
                                                default=None)
    time_correlation: float = key(CITY_KEYS["uncertainty.time_correlation"], default=0.8)
    cross_correlation: float = key(CITY_KEYS["uncertainty.cross_correlation"], default=0.5)
    draws: int = key(CITY_KEYS["uncertainty.draws"], default=DRAWS)
    seed: int = key(CITY_KEYS["uncertainty.seed"], default=SEED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotApplicable:
    """A cell of the Urban Monitoring Framework that does not apply to the city."""

    cell: str = key(N_("The cell, as domain and objective: culture.resilient."), example="culture.resilient")
    reason: str = key(N_("Why it does not apply, in words that others can judge."),
                      example="The city is new and has no heritage that could be lost.")
    by: str = key(N_("The office that states it."), example="Statistical office")
    day: str = key(N_("The day of the statement, as 2026-11-20."), example="2026-11-20")


@dataclass(frozen=True, slots=True, kw_only=True)
class CityConfig:
    """A whole city.toml."""

    city: City = key(N_("The place."))
    boundary: BoundaryInput = key(
        N_("The boundary: a file, or the urban centre that holds a point, or the ground that the population "
           "points cover."))
    population: tuple[PopulationInput, ...] = key(
        N_("People: a grid of people per cell, or a table of points; repeat the table for other years and for "
           "groups."), default=())
    built_up: tuple[BuiltUpInput, ...] = key(
        N_("Built-up surface: a grid of square metres, or of shares, per cell; repeat the table for other years."),
        default=())
    land: LandInput | None = key(
        N_("Permanent land: a grid of square metres, or of shares, per cell; needed to delineate."), default=None)
    streets: StreetsInput | None = key(
        N_("Streets, open spaces and buildings: an OpenStreetMap extract (.osm.pbf)."), default=None)
    timetables: tuple[TimetableInput, ...] = key(
        N_("A public transport timetable (GTFS zip); repeat the table for several feeds."), default=())
    air: AirInput | None = key(
        N_("Fine particles (PM2.5): a grid of micrograms per cubic metre, annual mean."), default=None)
    neighbourhoods: NeighbourhoodsInput | None = key(
        N_("Neighbourhood polygons; every indicator that can be split is also given by them."), default=None)
    parameters: Parameters = key(
        N_("Choices of method; the defaults follow the metadata, and the profile prints every value used."),
        default=Parameters())
    uncertainty: Uncertainty = key(
        N_("What is known about the error of inputs; with it, values get intervals."), default=Uncertainty())
    not_applicable: tuple[NotApplicable, ...] = key(
        N_("A cell of the Urban Monitoring Framework that does not apply; repeat the table for more."), default=())
    folder: Path = field(default=Path(), metadata={"internal": True})

    def file(self, path: str) -> Path:
        """Give the path of an input from the folder of the configuration."""
        return self.folder / path


def read_city(path: Path) -> CityConfig:
    """Read and check a city.toml.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder that holds it.

    Returns
    -------
    CityConfig
        The configuration; its files exist.

    Raises
    ------
    MissingInputError
        The configuration, or a file that it names, is not there.
    ConfigurationError
        The file is not TOML, or breaks the schema.
    """
    path = path / "city.toml" if path.is_dir() else path
    if not path.is_file():
        raise MissingInputError(_("There is no such configuration."), where=path,
                                hint=_("Make one with 'ekistics init {folder}'.").format(folder=path.parent))
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("This is not a TOML file."), where=path, got=str(error)) from error
    config = parse_city(content, folder=path.parent, where=str(path))
    for role, entry in input_entries(config):
        if not config.file(entry.path).is_file():
            raise MissingInputError(_("The file for '{role}' is not there.").format(role=role), where=path,
                                    got=str(config.file(entry.path)),
                                    hint=_("Paths count from the folder of city.toml."))
    return config


def parse_city(content: Mapping[str, Any], *, folder: Path = Path(), where: str = "city.toml") -> CityConfig:
    """Check the content of a city.toml against the schema.

    Parameters
    ----------
    content : mapping
        The parsed file.
    folder : pathlib.Path
        Where its paths count from.
    where : str
        Name for error texts.

    Returns
    -------
    CityConfig
        The configuration.

    Raises
    ------
    ConfigurationError
        A key is missing or has the wrong type, or values contradict each other.
    UnknownNameError
        A key is not in the schema; the nearest right one is named.
    """
    config: CityConfig = replace(schema.build(CityConfig, content, where=where), folder=folder)
    check_city(config, where)
    return config


def input_entries(config: CityConfig) -> list[tuple[str, Any]]:
    """List every input file of a configuration with its role.

    Parameters
    ----------
    config : CityConfig
        The configuration.

    Returns
    -------
    list of (str, dataclass)
        Role and entry; each entry has a ``path``.
    """
    entries: list[tuple[str, Any]] = []
    for role in ("boundary", "population", "built_up", "land", "streets", "timetables", "air", "neighbourhoods"):
        value = getattr(config, role)
        for entry in value if isinstance(value, tuple) else (value,):
            if entry is not None and entry.path:
                entries.append((role, entry))
    return entries


def city_template() -> str:
    """Write the commented city.toml that ``ekistics init`` gives.

    Returns
    -------
    str
        TOML in which only what must be filled in is not commented out.

    Examples
    --------
    >>> parse_city(tomllib.loads(city_template())).city.name
    'My city'
    """
    return schema.template(CityConfig, _(
        "A city for 'ekistics profile'. Fill in what you have; a line that starts with # is not read.\n"
        "What is not given is not guessed: the profile says what was not computed, and why."))


def parameter_values(config: CityConfig) -> dict[str, Any]:
    """Give every parameter of a configuration as plain values, for the run's identity.

    Parameters
    ----------
    config : CityConfig
        The configuration.

    Returns
    -------
    dict
        Parameters and uncertainty, flat, by name.
    """
    plain = {name: list(value) if isinstance(value, tuple) else value  # as JSON gives them back
             for name, value in asdict(config.parameters).items()}
    return {**plain, **{f"uncertainty.{k}": v for k, v in asdict(config.uncertainty).items()}}
