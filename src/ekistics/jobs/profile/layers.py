"""Map layers of a profile, in drawing order from below."""

import re
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from ekistics.core.crs import WGS84
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.core.raster import Raster
from ekistics.geo.streets import Streets
from ekistics.jobs.city_config import CityConfig
from ekistics.jobs.profile.ground import read_people, read_surface, totals_of
from ekistics.jobs.profile.reach import street_table
from ekistics.jobs.stages import StageRunner
from ekistics.package import Layer

STOP_COLUMNS = ["stop", "name", "low", "high", "served", "departures_per_hour", "frequency_class", "geometry"]


def layers_of(config: CityConfig, runner: StageRunner) -> tuple[Layer, ...]:
    """Make the layers of a profile.

    Parameters
    ----------
    config : CityConfig
        The city.
    runner : StageRunner
        Gives what was measured.

    Returns
    -------
    tuple of Layer
        Only layers that hold something.
    """
    table = runner.get("areas")["frame"].reset_index()
    city = table.iloc[[0]]
    found = [*_rasters(config, runner, city), *_mapped(runner, city), *_reached(config, runner),
             Layer("boundary", _("Boundary"), frame=city)]
    if len(table) > 1:
        found.append(Layer("neighbourhoods", _("Neighbourhoods"), frame=table.iloc[1:].reset_index(drop=True)))
    return tuple(found)


def _rasters(config: CityConfig, runner: StageRunner, city: gpd.GeoDataFrame) -> list[Layer]:
    found = []
    delineated = runner.get("delineation") if "delineation" in runner.names else {"reason": "none"}
    if not delineated["reason"]:
        for level in (1, 2):
            found.append(Layer(f"degree_of_urbanisation_level_{level}",
                               _("Degree of Urbanisation, level {level}").format(level=level),
                               raster=delineated[f"level{level}"], value="class", unit_measure="NUMBER",
                               note=_("1 km cells, {year}").format(year=delineated[f"level{level}"].time_period)))
    grids = [read_people(config, p, city) for p in totals_of(config) if p.is_grid]
    found += [Layer(code, _("People per cell"), raster=people, value="population", unit_measure="PS",
                    note=people.time_period) for code, people in _through_time("population", grids)]
    surfaces = [read_surface(config, b, city, role="built_up")
                for b in sorted(config.built_up, key=lambda b: Period.parse(b.time_period))]
    found += [Layer(code, _("Built-up surface per cell"), raster=surface, value="built_up_area", unit_measure="M2",
                    note=surface.time_period) for code, surface in _through_time("built_up", surfaces)]
    if "layer" in runner.get("air"):
        found.append(Layer("pm25", _("Fine particles (PM2.5)"), raster=runner.get("air")["layer"], value="pm25",
                           unit_measure="GPERM3", note=str(runner.get("air")["time_period"])))
    return found


def _through_time(theme: str, rasters: list[Raster]) -> list[tuple[str, Raster]]:
    """Name the rasters of a theme: the newest by the theme alone, the earlier ones by their time too."""
    last = len(rasters) - 1
    return [(theme if i == last else f"{theme}_{re.sub('[^a-z0-9-]', '-', raster.time_period.lower())}", raster)
            for i, raster in enumerate(rasters)]


def _mapped(runner: StageRunner, city: gpd.GeoDataFrame) -> list[Layer]:
    found = []
    near = shapely.box(*city.total_bounds)
    spaces = runner.get("open_space")
    if not spaces["reason"]:
        here = spaces["open_space"][spaces["open_space"].intersects(near)].reset_index(drop=True)
        found.append(Layer("open_space", _("Open space"), frame=here, value="access"))
    if not runner.get("streets")["reason"]:
        lines = street_lines(street_table(runner))
        found.append(Layer("streets", _("Streets"), frame=lines[lines.intersects(near)].reset_index(drop=True),
                           value="highway"))
    return found


def street_lines(streets: Streets) -> gpd.GeoDataFrame:
    """Turn streets into one line a way.

    Parameters
    ----------
    streets : Streets
        The arrays.

    Returns
    -------
    geopandas.GeoDataFrame
        ``osm_id``, ``highway`` and the line, in EPSG:4326.
    """
    order = np.argsort(streets.way, kind="stable")
    way, start, end = streets.way[order], streets.start[order], streets.end[order]
    last = np.append(way[1:] != way[:-1], True) if len(way) else np.zeros(0, dtype=bool)
    nodes = np.insert(start, np.flatnonzero(last) + 1, end[last])
    owner = np.insert(way, np.flatnonzero(last) + 1, way[last])
    kept = np.unique(owner)
    lines = shapely.linestrings(np.column_stack([streets.lon[nodes], streets.lat[nodes]]),
                                indices=np.searchsorted(kept, owner))
    ways = streets.ways.iloc[kept][["osm_id", "highway"]].reset_index(drop=True)
    return gpd.GeoDataFrame(ways, geometry=lines, crs=WGS84)


def _reached(config: CityConfig, runner: StageRunner) -> list[Layer]:
    found = []
    where = runner.get("people")
    if not where["reason"]:
        counted = where["people"]
        city = counted[(counted["ref_area"] == config.city.code) & (counted["sex"] == "_T") & (counted["age"] == "_T")]
        at_place = city.groupby("place")["population"].sum(min_count=1)  # two points may share a place
        places = where["places"].assign(population=at_place)
        distances: Any = runner.get("access")["distances"]
        shown = places.join(distances).dropna(subset=["population"]).replace(np.inf, np.nan)
        points = gpd.points_from_xy(shown["lon"], shown["lat"])
        found.append(Layer("people", _("Where people live"), frame=gpd.GeoDataFrame(
            shown.drop(columns=["lon", "lat"]), geometry=points, crs=WGS84).reset_index(drop=True),
            value="low_network" if "low_network" in shown else "population",
            unit_measure="M" if "low_network" in shown else "PS"))
    stops = runner.get("stops").get("frame")
    if stops is not None:
        points = gpd.points_from_xy(stops["lon"], stops["lat"])
        frame = gpd.GeoDataFrame(stops, geometry=points, crs=WGS84)
        found.append(Layer("stops", _("Stops"), frame=frame[[c for c in STOP_COLUMNS if c in frame]],
                           value="frequency_class"))
    return found
