"""Check a city.toml and look into every file that it names, without computing anything."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.jobs.city_config import CityConfig, input_entries, read_city
from ekistics.jobs.profile import ground
from ekistics.readers.gtfs import read_gtfs
from ekistics.readers.osm import read_osm
from ekistics.readers.raster import raster_grid, read_raster
from ekistics.readers.vector import read_vector

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
    area = boundary.to_crs(boundary.estimate_utm_crs()).area.sum() / 1e6 if boundary is not None else 0.0
    return _("a polygon of about {area} km²").format(area=f"{area:.1f}")


def _grid(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None, role: str = "grid") -> str:
    path = config.file(entry.path)
    if boundary is not None and not boundary.empty:
        read_raster(path, role=role, unit_measure="NUMBER", within=boundary, crs=entry.crs or None)
        grid = raster_grid(path, crs=entry.crs or None)
    else:
        grid = raster_grid(path, crs=entry.crs or None)
    return _("{width} x {height} cells, {crs}").format(width=grid.width, height=grid.height, crs=grid.crs.name)


def _population(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    if entry.is_grid:
        return _grid(config, entry, boundary, role="population")
    frame = ground.read_points(config, entry).frame
    return _("{count} points, {people} people").format(count=len(frame), people=f"{frame['population'].sum():,.0f}")


def _streets(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    streets = read_osm(config.file(entry.path)).streets
    return _("{ways} streets, {nodes} nodes").format(ways=len(streets.ways), nodes=streets.n_nodes)


def _timetable(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    feed = read_gtfs(config.file(entry.path))
    text = _("{stops} stops, {trips} trips").format(stops=len(feed.stops), trips=len(feed.trips))
    return "; ".join([text, *map(str, feed.problems)])


def _neighbourhoods(config: CityConfig, entry: Any, boundary: gpd.GeoDataFrame | None) -> str:
    frame = read_vector(config.file(entry.path), role="neighbourhoods", layer=entry.layer or None,
                        crs=entry.crs or None).frame
    return _("{count} polygons").format(count=len(frame))


LOOK: dict[str, Callable[[CityConfig, Any, gpd.GeoDataFrame | None], str]] = {
    "boundary": _boundary, "population": _population, "built_up": _grid, "land": _grid, "air": _grid,
    "streets": _streets, "timetables": _timetable, "neighbourhoods": _neighbourhoods,
}
