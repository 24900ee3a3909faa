"""Check a city.toml and look into every file that it names, without computing anything."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd

from ekistics.core.crs import equal_area_for
from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.core.settings import Settings
from ekistics.jobs.city_config import CityConfig, input_entries, read_city
from ekistics.jobs.profile import ground, reach
from ekistics.readers.gtfs import read_gtfs
from ekistics.readers.osm import read_osm
from ekistics.readers.raster import raster_grid, read_raster

__all__ = ["InputReport", "validate"]


@dataclass(frozen=True, slots=True)
class InputReport:
    """What was found in one input: a line on what it is, or the error that stops its use."""

    role: str
    path: str
    found: str
    error: EkisticsError | None = None


def validate(city: Path | str) -> list[InputReport]:
    """Check a city.toml and each of its files.

    Parameters
    ----------
    city : path
        A city.toml, or the folder that holds it.

    Returns
    -------
    list of InputReport
        One an input, in the order of the schema.

    Raises
    ------
    EkisticsError
        The configuration itself cannot be used.
    """
    config = read_city(Path(city))
    boundary: gpd.GeoDataFrame | None = None
    reports = []
    for role, entry in input_entries(config):
        try:
            if role == "boundary":
                boundary = ground.outline(config)["frame"]
            reports.append(InputReport(role, entry.path, LOOK[role](config, entry, boundary)))
        except EkisticsError as error:
            reports.append(InputReport(role, entry.path, "", error))
    return reports


def _boundary(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    area = 0.0
    if boundary is not None and not boundary.empty:
        middle = boundary.geometry.iloc[0].representative_point()
        area = boundary.to_crs(equal_area_for(middle.x, middle.y)).area.sum() / 1e6
    return _("a polygon of about {area} km²").format(area=f"{area:.1f}")


def _grid(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None, role: str = "grid") -> str:
    path = config.file(entry.path)
    if boundary is not None and not boundary.empty:
        if role in ("built_up", "land"):
            ground.read_surface(config, entry, boundary, role=role)  # holds the values against the unit, too
        else:
            read_raster(path, role=role, unit_measure="NUMBER", within=boundary, crs=entry.crs or None)
    grid = raster_grid(path, crs=entry.crs or None)
    return _("{width} x {height} cells, {crs}").format(width=grid.width, height=grid.height, crs=grid.crs.name)


def _population(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    if entry.is_grid:
        return _grid(config, entry, boundary, role="population")
    frame = ground.read_points(config, entry).frame
    return _("{count} points, {people} people").format(count=len(frame), people=f"{frame['population'].sum():,.0f}")


def _streets(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    found = read_osm(config.file(entry.path))
    reach.street_day(config, found.timestamp)
    streets = found.streets
    return _("{ways} streets, {nodes} nodes").format(ways=len(streets.ways), nodes=streets.n_nodes)


def _timetable(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    feed = read_gtfs(config.file(entry.path), max_unpacked_mb=Settings.from_environment().max_unpacked_mb)
    text = _("{stops} stops, {trips} trips").format(stops=len(feed.stops), trips=len(feed.trips))
    return "; ".join([text, *map(str, feed.problems)])


def _neighbourhoods(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    known = boundary if boundary is not None and not boundary.empty else None
    rows, _repaired = ground.neighbourhoods(config, known)
    return _("{count} polygons").format(count=len(rows))


LOOK: dict[str, Callable[[CityConfig, Any, gpd.GeoDataFrame | None], str]] = {
    "boundary": _boundary, "population": _population, "built_up": partial(_grid, role="built_up"),
    "land": partial(_grid, role="land"), "air": partial(_grid, role="air"),
    "streets": _streets, "timetables": _timetable, "neighbourhoods": _neighbourhoods,
}
