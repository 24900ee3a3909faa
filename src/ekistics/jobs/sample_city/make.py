"""Make the sample city: draw it, write it, say what was written."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.core.provenance import digest_file
from ekistics.jobs.sample_city import ground, people, spaces, streets, transit
from ekistics.jobs.sample_city.files import write_geopackage, write_gtfs, write_pbf, write_raster
from ekistics.jobs.sample_city.ground import Floats
from ekistics.package.staging import replaced_folder

__all__ = ["FILES", "NAME", "SEED", "SampleCity", "make_sample_city"]

NAME = "Port Merrow (made-up)"
SEED = 1
SOURCE = """producer = "Ekistics sample generator"
citation = "Port Merrow, a made-up city"
licence = "CC0-1.0"
accessed = "2026-11-21\""""
# Streets along which buildings are drawn, easting and northing of the middle and reach in metres.
BUILT_QUARTERS = ((150.0, 700.0, 900.0), (3_300.0, 900.0, 800.0), people.INFORMAL)
FILES = ("boundary.gpkg", "city.toml", "gtfs_bus.zip", "gtfs_rapid.zip", "land.tif", "neighbourhoods.gpkg",
         "pm25.tif", "port-merrow.osm.pbf",
         *(f"{kind}_{year}.tif" for kind in ("population", "built_up") for year in people.EPOCHS),
         *(f"population_{people.EPOCHS[-1]}_{sex}_{age}.tif" for sex, age in people.GROUPS))


@dataclass(frozen=True)
class SampleCity:
    """What was made.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    config : pathlib.Path
        Its ``city.toml``.
    seed : int
        Its seed.
    people : float
        People inside the grids at the last date.
    files : dict of str to str
        SHA-256 of each file.
    """

    folder: Path
    config: Path
    seed: int
    people: float
    files: dict[str, str]


def make_sample_city(folder: Path, *, seed: int = SEED, progress: Callable[[str], None] = lambda _step: None,
                     ) -> SampleCity:
    """Make the sample city in a folder, all of it or nothing.

    Parameters
    ----------
    folder : pathlib.Path
        Where; a sample city that is there already is replaced, anything else refused.
    seed : int
        The same seed gives the same city.
    progress : callable
        Told what is being made.

    Returns
    -------
    SampleCity
        What was made.

    Raises
    ------
    ConfigurationError
        The folder holds something that is not a sample city.
    """
    with replaced_folder(Path(folder), may_replace=_require_sample_city) as staging:
        progress(_("streets"))
        town = _draw(seed)
        progress(_("people"))
        _write_grids(town, staging, seed)
        progress(_("streets and open space"))
        write_pbf(staging / "port-merrow.osm.pbf", town.network, town.areas, _stops(town.lines))
        for name, tables in transit.feeds(town.lines).items():
            write_gtfs(staging / name, tables)
        write_geopackage(staging / "boundary.gpkg", spaces.boundary(NAME))
        write_geopackage(staging / "neighbourhoods.gpkg", spaces.neighbourhoods())
        (staging / "city.toml").write_text(_city_toml(), encoding="utf-8")
        digests = {name: digest_file(staging / name) for name in sorted(FILES)}
    return SampleCity(Path(folder), Path(folder) / "city.toml", seed, float(town.lived.sum()), digests)


def _require_sample_city(place: Path) -> None:
    """Refuse to replace a folder that holds anything but the files of a sample city."""
    names = {path.name for path in place.iterdir()} if place.is_dir() else {place.name}
    if not place.is_dir() or (names and not (names <= set(FILES) and "city.toml" in names)):
        raise ConfigurationError(_("The folder holds something that is not the sample city."), where=place,
                                 got=", ".join(sorted(names - set(FILES))[:3]) or None,
                                 hint=_("Choose another folder, or empty this one first."))


@dataclass(frozen=True)
class _Town:
    cells: people.Cells
    lived: Floats
    closed: shapely.Geometry
    network: streets.Network
    areas: list[spaces.Area]
    lines: list[transit.Line]


def _draw(seed: int) -> _Town:
    network = streets.Network()
    roads = streets.add_arterials(network)
    green = spaces.open_spaces(roads, seed)
    closed = spaces.closed_ground(green)
    cells = people.cells(closed)
    lived = people.people(cells, people.EPOCHS[-1], seed)
    motorway = streets.add_motorway(network)
    smooth = gaussian_filter(lived, 1.2)
    lived_at = streets.LivedAt(smooth, cKDTree(np.stack([cells.x.ravel(), cells.y.ravel()], -1)), people.INFORMAL)
    blocked = shapely.union_all([closed, ground.river(), shapely.buffer(motorway, 18)])
    for patch in streets.PATCHES:
        streets.add_local_streets(network, patch, lived_at, blocked, roads, seed)
    streets.add_park_paths(network, green)
    areas = [*green, *_other_areas(), *_buildings(network, blocked, roads, seed)]
    return _Town(cells, lived, closed, network, areas, transit.lines(_kerb(network)))


def _kerb(network: streets.Network) -> Callable[[Floats], Floats]:
    """Give the function that moves places to the kerb beside the nearest corner of two streets."""
    corners = network.edges("tertiary", "residential", "secondary", "primary")[:, 0]
    tree = cKDTree(corners)

    def snap(places: Floats) -> Floats:
        return np.asarray(corners[tree.query(places)[1]] + [6.0, 5.0])

    return snap


def _other_areas() -> list[spaces.Area]:
    return [spaces.Area(ground.river(), {"natural": "water", "water": "river", "name": "River Merrow"}),
            spaces.Area(spaces.pond(), {"natural": "water", "water": "pond"}),
            spaces.Area(spaces.port(), {"landuse": "industrial", "industrial": "port", "name": "Merrow Port"}),
            spaces.Area(spaces.airfield(), {"aeroway": "aerodrome", "name": "Merrow Airfield"})]


def _buildings(network: streets.Network, blocked: shapely.Geometry, roads: shapely.Geometry,
               seed: int) -> list[spaces.Area]:
    edges = network.edges("residential", "tertiary", "steps", "footway", "path", "track")
    middle = edges.mean(axis=1)
    lined = np.zeros(len(edges), dtype=bool)
    for x, y, reach in BUILT_QUARTERS:
        lined |= np.hypot(middle[:, 0] - x, middle[:, 1] - y) < reach
    obstacles = shapely.union_all([blocked, shapely.buffer(roads, 11)])
    return [spaces.Area(shape, {"building": "yes"}) for shape in spaces.buildings(edges[lined], obstacles, seed)]


def _write_grids(town: _Town, folder: Path, seed: int) -> None:
    cells, grid = town.cells, town.cells.grid
    works = shapely.union_all([spaces.port(), spaces.airfield()])
    for year in people.EPOCHS:
        lived = people.people(cells, year, seed)
        write_raster(folder / f"population_{year}.tif", lived, grid, title="People per cell", year=year)
        write_raster(folder / f"built_up_{year}.tif", people.built_up(cells, lived, year, works), grid,
                     title="Built-up surface, square metres per cell", year=year)
    for (sex, age), values in people.groups(cells, town.lived).items():
        write_raster(folder / f"population_{people.EPOCHS[-1]}_{sex}_{age}.tif", values, grid,
                     title=f"People per cell, sex {sex}, age {age}", year=people.EPOCHS[-1])
    write_raster(folder / "land.tif", people.land_area(cells), grid, title="Permanent land, square metres per cell")
    write_raster(folder / "pm25.tif", people.air(seed), people.air_grid(), title="PM2.5, annual mean, ug/m3",
                 year=people.EPOCHS[-1])


def _stops(lines: list[transit.Line]) -> list[tuple[Floats, dict[str, str]]]:
    tags = {1: {"railway": "station", "station": "subway"}, 3: {"highway": "bus_stop"},
            4: {"amenity": "ferry_terminal"}}
    return [(place, {**tags[line.kind], "name": f"{line.name} {i + 1}"})
            for line in lines for i, place in enumerate(line.stops)]


def _city_toml() -> str:
    template = (files("ekistics.jobs.sample_city") / "city.toml").read_text("utf-8")
    last = people.EPOCHS[-1]
    parts = {"population": "".join(_entry("population", f"population_{y}.tif", y) for y in people.EPOCHS),
             "groups": "".join(_entry("population", f"population_{last}_{sex}_{age}.tif", last, sex=sex, age=age)
                               for sex, age in people.GROUPS),
             "built_up": "".join(_entry("built_up", f"built_up_{y}.tif", y, unit="m2") for y in people.EPOCHS),
             "source": SOURCE}
    for name, text in parts.items():
        template = template.replace("{" + name + "}", text)
    return template


def _entry(table: str, path: str, year: int, **more: str) -> str:
    keys = {"path": path, "time_period": str(year), **more}
    return "\n".join([f"[[{table}]]", *(f'{key} = "{value}"' for key, value in keys.items()), SOURCE]) + "\n\n"
