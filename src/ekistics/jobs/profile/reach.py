"""Stages along the streets: where people are, the network, stops, open spaces, and the distances between them."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.core.reasons import Reason
from ekistics.core.settings import Settings
from ekistics.geo.completeness import street_completeness
from ekistics.geo.network import Network, Snapped, build_network, nearest, snap, straight_line
from ekistics.geo.open_space import entrances, open_space_within, straight_line_to_spaces
from ekistics.geo.street_area import intersections_within, streets_within
from ekistics.geo.street_widths import street_ways
from ekistics.geo.streets import Streets
from ekistics.geo.zonal import cell_points
from ekistics.jobs.city_config import BuiltUpInput, CityConfig, PopulationInput
from ekistics.jobs.profile.ground import (
    ground_areas,
    points_in,
    read_people,
    read_points,
    read_surface,
    totals_of,
    window,
)
from ekistics.jobs.stages import StageRunner
from ekistics.readers.gtfs import read_gtfs, stop_service
from ekistics.readers.osm import read_osm
from ekistics.readers.osm_areas import read_areas

FREQUENCY_CLASSES = ("high", "medium", "low")


def access_population(config: CityConfig) -> list[PopulationInput]:
    """Give the population files that access is counted with: the latest total and the groups of its time."""
    totals = totals_of(config)
    if not totals:
        return []
    last = totals[-1]
    return [last, *(p for p in config.population if not p.is_total and p.time_period == last.time_period)]


def unused_groups(config: CityConfig) -> list[PopulationInput]:
    """Give the files of a sex or age group that access is not counted with: of another time than the latest total."""
    used = access_population(config)
    return [p for p in config.population if not p.is_total and p not in used]


def people(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """List where people are: unique places, and how many people of which group and area are at each."""
    zones = runner.get("areas")["frame"].reset_index()
    counted = [_people_rows(config, entry, zones) for entry in access_population(config)]
    if not counted:
        return {"reason": str(Reason.NO_POPULATION)}
    rows = pd.concat(counted, ignore_index=True)
    if rows.empty:
        return {"reason": str(Reason.ZERO_POPULATION)}
    places = rows[["lon", "lat"]].drop_duplicates(ignore_index=True)
    numbered = places.reset_index(names="place")
    rows["place"] = rows[["lon", "lat"]].merge(numbered, on=["lon", "lat"], how="left")["place"]
    return {"places": places, "people": rows.drop(columns=["lon", "lat"]), "reason": "",
            "time_period": access_population(config)[0].time_period}


def _people_rows(config: CityConfig, entry: PopulationInput, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    if entry.is_grid:
        found = cell_points(read_people(config, entry, zones), zones)
        codes = zones["ref_area"].to_numpy()[found["zone"].to_numpy()]
    else:
        points = read_points(config, entry).frame
        pairs = points_in(points, zones)
        found = points.iloc[pairs["point"].to_numpy()].reset_index(drop=True)
        codes = zones["ref_area"].to_numpy()[pairs["zone"].to_numpy()]
    frame = pd.DataFrame({"ref_area": codes, "lon": found["lon"].to_numpy(), "lat": found["lat"].to_numpy(),
                          "population": found["population"].to_numpy(dtype=float), "sex": entry.sex, "age": entry.age})
    return frame[frame["population"] != 0].reset_index(drop=True) if entry.is_grid else frame


def street_window(config: CityConfig, runner: StageRunner) -> gpd.GeoDataFrame:
    """Give the ground on which streets, stops and open spaces count: the city and ``street_window_km`` around it."""
    city = runner.get("areas")["frame"].iloc[[0]]
    return window(city, config.parameters.street_window_km * 1000.0)


def _window_bounds(config: CityConfig, runner: StageRunner) -> tuple[float, float, float, float]:
    west, south, east, north = (float(edge) for edge in street_window(config, runner).total_bounds)
    return west, south, east, north


def streets(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Read the streets of the city and its surroundings into arrays."""
    if config.streets is None:
        return {"reason": str(Reason.NO_STREET_FILE)}
    found = read_osm(config.file(config.streets.path), stated=config.streets.stated(),
                     within=_window_bounds(config, runner))
    s = found.streets
    day = street_day(config, found.timestamp)
    return {"lon": s.lon, "lat": s.lat, "start": s.start, "end": s.end, "way": s.way, "ways": s.ways,
            "time_period": day, "absent_nodes": int(found.absent_nodes),
            "reason": "" if len(s.start) else str(Reason.NO_STREETS)}


def street_day(config: CityConfig, timestamp: str) -> str:
    """Give the day that the streets describe: as stated, else as their file says."""
    stated, path = (config.streets.time_period, config.streets.path) if config.streets else ("", "")
    if not (stated or timestamp):
        raise ConfigurationError(_("The street file does not say what day it describes."), where=path,
                                 hint=_("State it in city.toml: [streets] time_period = \"2026-11-21\"."))
    return stated or timestamp[:10]


def street_table(runner: StageRunner) -> Streets:
    """Give the streets of the ``streets`` stage."""
    v = runner.get("streets")
    return Streets(lon=v["lon"], lat=v["lat"], start=v["start"], end=v["end"], way=v["way"], ways=v["ways"])


def network_of(config: CityConfig, runner: StageRunner) -> Network:
    """Build the walking network of the ``streets`` stage; cheap enough to build again in each run."""
    return build_network(street_table(runner), rules=config.parameters.walk_rules(),
                         min_part_nodes=config.parameters.min_part_nodes)


def attached(config: CityConfig, network: Network, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Snapped:
    """Attach points to the network as the parameters say."""
    return snap(network, lon, lat, max_leg_m=config.parameters.max_leg_m, attach=config.parameters.attach)


def along(config: CityConfig, network: Network, origins: Snapped, targets: Snapped) -> npt.NDArray[np.float64]:
    """Give the distance from each origin to the nearest target along the streets, in metres."""
    return nearest(network, origins, targets, count_legs=config.parameters.count_legs).distance_m


def stops(config: CityConfig) -> dict[str, Any]:
    """Read the timetables and say which stops are served on the chosen day, how often, and by what."""
    if not config.timetables:
        return {"reason": str(Reason.NO_TIMETABLE)}
    largest = Settings.from_environment().max_unpacked_mb
    feeds = [read_gtfs(config.file(entry.path), stated=entry.stated(), max_unpacked_mb=largest)
             for entry in config.timetables]
    service = stop_service(feeds, day=config.parameters.service_day,
                           cluster_m=config.parameters.frequency_cluster_m)
    frame = service.stops.reset_index(names="stop")
    reason = "" if frame["served"].any() else str(Reason.NO_SERVICE)
    return {"frame": frame, "days": [[str(d) for d in days] for days in service.days.values()], "reason": reason,
            "settings": service.parameters(),
            "problems": [*(problem for feed in feeds for problem in feed.problems), *service.problems]}


def open_space(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Read the open spaces of the city and its surroundings from the street file."""
    if config.streets is None:
        return {"reason": str(Reason.NO_STREET_FILE)}
    found = read_areas(config.file(config.streets.path), what=("open_space",),
                       stated=config.streets.stated(), within=_window_bounds(config, runner))
    return {"open_space": found.open_space, "problems": dict(found.problems),
            "reason": "" if len(found.open_space) else str(Reason.NO_OPEN_SPACE)}


def street_land(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Measure streets, intersections and open space within each area."""
    if runner.get("streets")["reason"]:
        return {"reason": runner.get("streets")["reason"]}
    table = runner.get("areas")["frame"]
    arrays = street_table(runner)
    within = streets_within(arrays, table)
    walked = streets_within(arrays, table, which=street_ways(arrays.ways, use="network"))
    within["network_length_m"] = walked["street_length_m"]
    crossings = intersections_within(arrays, table, minimum_ways=config.parameters.intersection_ways)
    spaces = runner.get("open_space")
    open_areas = open_space_within(spaces["open_space"], table) if not spaces["reason"] else None
    frame = within.join(crossings) if open_areas is None else within.join(crossings).join(open_areas)
    return {"frame": frame, "reason": "", "open_space_reason": spaces["reason"]}


def completeness(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Say how much of the built-up surface has a mapped street near; cells must be finer than that reach."""
    surface = max(config.built_up, key=lambda b: Period.parse(b.time_period), default=None)
    if surface is None or runner.get("streets")["reason"]:
        return {"reason": str(Reason.NO_BUILT_UP if surface is None else runner.get("streets")["reason"])}
    city = runner.get("areas")["frame"].reset_index().iloc[[0]]
    cells = cell_points(read_surface(config, surface, city, role="built_up"), city)
    _share, near, total = street_completeness(street_table(runner), cells["lon"], cells["lat"], cells["population"])
    return {"near_m2": near, "built_up_m2": total, "cell_m": _cell_m(config, surface, city), "reason": ""}


def _cell_m(config: CityConfig, surface: BuiltUpInput, city: gpd.GeoDataFrame) -> float:
    """Give the side of a grid's cells in metres."""
    grid = read_surface(config, surface, city, role="built_up").grid
    return float(np.sqrt(np.median(ground_areas(grid))))


def access(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Measure the distance from every place where people are to the nearest stop and the nearest open space."""
    where = runner.get("people")
    if where["reason"]:
        return {"reason": where["reason"]}
    places = where["places"]
    lon, lat = places["lon"].to_numpy(), places["lat"].to_numpy()
    distances = pd.DataFrame(index=places.index)
    values: dict[str, Any] = {"reason": ""}
    has_streets = not runner.get("streets")["reason"]
    network = network_of(config, runner) if has_streets else None
    origins = attached(config, network, lon, lat) if network is not None else None
    if network is not None and origins is not None:
        values["attached"] = np.asarray(origins.attached)
        values["part_nodes"] = _part_nodes(network, origins)
    if not runner.get("stops")["reason"]:
        frame, stops_attached = _to_stops(config, runner, network, origins, lon, lat)
        distances = distances.join(frame)
        values |= stops_attached
    if not runner.get("open_space")["reason"]:
        frame, unreached = _to_open_space(config, runner, network, origins, lon, lat)
        distances = distances.join(frame)
        values |= unreached
    return values | {"distances": distances}


def _part_nodes(network: Network, origins: Snapped) -> npt.NDArray[np.int64]:
    """Give the size of the network part that each place is attached to; 0 where it is attached to none."""
    size = np.zeros(len(origins.segment), dtype=np.int64)
    here = np.asarray(origins.attached)
    size[here] = network.part_size[network.part[network.start[origins.segment[here]]]]
    return size


def _to_stops(config: CityConfig, runner: StageRunner, network: Network | None,  # noqa: PLR0913 - what it joins
              origins: Snapped | None, lon: Any, lat: Any) -> tuple[pd.DataFrame, dict[str, Any]]:
    served = runner.get("stops")["frame"].query("served")
    columns: dict[str, Any] = {}
    every = attached(config, network, served["lon"], served["lat"]) if network is not None else None
    for capacity in ("low", "high"):
        here = served[served[capacity]]
        columns[f"{capacity}_straight"] = straight_line(lon, lat, here["lon"].to_numpy(),
                                                        here["lat"].to_numpy()).distance_m
        if network is None or origins is None or every is None:
            columns[f"{capacity}_network"] = np.full(len(lon), np.nan)
            continue
        targets = every.take(served[capacity].to_numpy(dtype=bool))
        columns[f"{capacity}_network"] = along(config, network, origins, targets)
        for frequency in FREQUENCY_CLASSES:  # of this capacity alone: a bus lends its frequency to no metro's reach
            chosen = (here[f"class_{capacity}"] == frequency).to_numpy()
            columns[f"{capacity}_{frequency}_frequency"] = along(config, network, origins, targets.take(chosen))
    frame = pd.DataFrame(columns)
    if network is not None:
        frame["frequency_class"] = _best_frequency(frame, config)
        frame = frame.drop(columns=[c for c in frame if c.endswith("_frequency")])
    return frame, {} if every is None else {"stops_attached": np.asarray(every.attached)}


def _best_frequency(frame: pd.DataFrame, config: CityConfig) -> npt.NDArray[np.object_]:
    """Give the class of the most frequent stop within reach of each place; ``none`` where there is none."""
    reach = {"low": config.parameters.low_capacity_m, "high": config.parameters.high_capacity_m}
    best = np.full(len(frame), "none", dtype=object)
    for frequency in reversed(FREQUENCY_CLASSES):
        near = np.zeros(len(frame), dtype=bool)
        for capacity, metres in reach.items():
            near |= frame[f"{capacity}_{frequency}_frequency"].to_numpy() <= metres
        best[near] = frequency
    return best


def _to_open_space(config: CityConfig, runner: StageRunner, network: Network | None,  # noqa: PLR0913 - what it joins
                   origins: Snapped | None, lon: Any, lat: Any) -> tuple[pd.DataFrame, dict[str, int]]:
    spaces = runner.get("open_space")["open_space"]
    columns: dict[str, Any] = {}
    unreached: dict[str, int] = {}
    for name, classes in (("public", ["public"]), ("public_or_unknown", ["public", "unknown"])):
        here = spaces[spaces["access"].isin(classes)]
        columns[f"{name}_straight"] = straight_line_to_spaces(lon, lat, here)
        if network is None or origins is None:
            columns[f"{name}_network"] = np.full(len(lon), np.nan)
            continue
        ways_in = entrances(network, here, reach_m=config.parameters.open_space_entrance_m)
        columns[f"{name}_network"] = along(config, network, origins, ways_in.targets)
        if name == "public":
            unreached = {"spaces_unreached": int(ways_in.unreachable.size), "spaces_public": len(here)}
    return pd.DataFrame(columns), unreached
