"""Stages on the ground: boundary, delineation, areas, and the sums of grids within them."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from ekistics.core.crs import MOLLWEIDE, WGS84, equal_area_for, is_equal_area
from ekistics.core.errors import EkisticsError, InputFormatError, InvalidValueError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.period import Period
from ekistics.core.raster import Grid, Raster
from ekistics.core.reasons import Reason
from ekistics.geo.degurba import MISSING, Classification, DegurbaParameters, centre_frame, classify
from ekistics.geo.outlines import reproject_outlines
from ekistics.geo.reproject import reproject_population, target_grid_for
from ekistics.geo.zonal import cell_areas_m2, coverage, weighted_mean, zonal_sums
from ekistics.jobs.city_config import BuiltUpInput, CityConfig, LandInput, NeighbourhoodsInput, PopulationInput
from ekistics.jobs.delineate import centre_holding
from ekistics.jobs.stages import StageRunner
from ekistics.readers.population import PopulationPoints, read_population_points
from ekistics.readers.raster import raster_grid, read_raster
from ekistics.readers.vector import read_vector, to_wgs84

GRID_M = 1000.0


def totals_of(config: CityConfig) -> list[PopulationInput]:
    """Give the population files that count everybody, oldest first."""
    return sorted((p for p in config.population if p.is_total), key=lambda p: Period.parse(p.time_period))


def latest(config: CityConfig) -> str:
    """Give the latest time that people or built-up surface are known for; empty where neither is."""
    periods = [e.time_period for e in (*totals_of(config), *config.built_up)]
    return max(periods, key=Period.parse, default="")


def read_points(config: CityConfig, entry: PopulationInput) -> PopulationPoints:
    """Read a table of population points as its entry says."""
    return read_population_points(config.file(entry.path), value=entry.value, id=entry.id or None, lon=entry.lon,
                                  lat=entry.lat, crs=entry.crs or None, stated=entry.stated())


def read_people(config: CityConfig, entry: PopulationInput, within: gpd.GeoDataFrame, buffer_cells: int = 1) -> Raster:
    """Read the window of a population grid that covers an area."""
    raster = read_raster(config.file(entry.path), role="population", unit_measure="PS", time_period=entry.time_period,
                         within=within, buffer_cells=buffer_cells, crs=entry.crs or None, stated=entry.stated())
    return raster if entry.nodata == "missing" else replace(raster, values=np.nan_to_num(raster.values, nan=0.0))


def ground_areas(grid: Grid) -> np.ndarray[Any, Any]:
    """Give the area of each cell in square metres: the plane's where it keeps areas, else the ellipsoid's."""
    areas = cell_areas_m2(grid, on_ellipsoid=not is_equal_area(grid.crs))
    return np.broadcast_to(areas, grid.shape)


def read_surface(config: CityConfig, entry: BuiltUpInput | LandInput, within: gpd.GeoDataFrame, *, role: str) -> Raster:
    """Read the window of a surface grid as square metres per cell, whatever its unit."""
    period = getattr(entry, "time_period", "")
    raster = read_raster(config.file(entry.path), role=role, unit_measure="M2", time_period=period, within=within,
                         buffer_cells=1, crs=entry.crs or None, stated=entry.stated())
    if entry.unit == "m2":
        return raster
    if np.nanmax(raster.values, initial=0.0) > 1.0:
        raise InvalidValueError(_("A share is greater than 1."), where=entry.path, expected="0-1",
                                got=float(np.nanmax(raster.values)), hint=_("State unit = \"m2\" for square metres."))
    values = raster.values * ground_areas(raster.grid)
    return Raster(values, raster.grid, "M2", period, raster.provenance)


def outline(config: CityConfig) -> dict[str, Any]:
    """Read the boundary that was given; empty where it is to be delineated."""
    b = config.boundary
    if b.path:
        given = read_vector(config.file(b.path), role="boundary", layer=b.layer or None, crs=b.crs or None,
                            stated=b.stated())
        frame = to_wgs84(_chosen(given.frame, b.column, b.value, b.path))
        return {"frame": _one_polygon(frame, b.path), "rule": "given", "repaired": given.repaired}
    if b.from_population:
        return {"frame": _ground_of_points(config), "rule": "population", "repaired": 0}
    empty = gpd.GeoDataFrame({"geometry": []}, geometry="geometry", crs=WGS84)
    return {"frame": empty, "rule": "fixed_last", "repaired": 0}


def _chosen(frame: gpd.GeoDataFrame, column: str, value: str, where: str) -> gpd.GeoDataFrame:
    if not column:
        return frame
    if column not in frame.columns:
        raise UnknownNameError.among(column, list(frame.columns), what=_("column"), where=where)
    rows = frame[frame[column].astype(str) == value]
    if rows.empty:
        raise UnknownNameError.among(value, sorted(frame[column].astype(str)), what=_("value"),
                                     where=f"{where}: {column}")
    return rows


def _one_polygon(frame: gpd.GeoDataFrame, where: str) -> gpd.GeoDataFrame:
    polygons = frame.geometry[frame.geom_type.isin(["Polygon", "MultiPolygon"])]
    if polygons.empty:
        raise InputFormatError(_("The boundary has no polygon."), where=where,
                               got=", ".join(sorted(set(frame.geom_type.dropna()))) or _("nothing"))
    return gpd.GeoDataFrame({"geometry": [polygons.union_all()]}, geometry="geometry", crs=WGS84)


def _ground_of_points(config: CityConfig) -> gpd.GeoDataFrame:
    """Give the ground that population points cover: each point's Voronoi cell, no wider than the points' spacing.

    On a lattice of hexagon centres the cells inside are the hexagons themselves.
    """
    tables = [p for p in totals_of(config) if not p.is_grid]
    if not tables:
        raise InvalidValueError(_("There are no population points to take the boundary from."),
                                where="city.toml: [boundary]", hint=_("Give 'path' or 'point' instead."))
    points = read_points(config, tables[-1]).frame
    local = equal_area_for(float(points["lon"].mean()), float(points["lat"].mean()))
    places = gpd.GeoSeries(gpd.points_from_xy(points["lon"], points["lat"]), crs=WGS84).to_crs(local)
    xy = shapely.get_coordinates(places.values)
    tree = shapely.STRtree(places.values)
    neighbour = tree.query_nearest(places.values, exclusive=True, return_distance=True, all_matches=False)[1]
    radius = float(np.median(neighbour)) / np.sqrt(3.0) if len(xy) > 1 else 500.0
    discs = shapely.buffer(shapely.points(xy), radius, quad_segs=16)
    ground = shapely.union_all(discs)
    ground = shapely.buffer(shapely.buffer(ground, radius / 2), -radius / 2)  # closes the chinks between discs
    return gpd.GeoDataFrame({"geometry": [ground]}, geometry="geometry", crs=local).to_crs(WGS84)


def window(frame: gpd.GeoDataFrame, metres: float) -> gpd.GeoDataFrame:
    """Give the ground within a distance of the first shape of a frame."""
    centre = frame.geometry.iloc[0].representative_point()
    local = equal_area_for(centre.x, centre.y)
    near = frame.to_crs(local).buffer(metres, quad_segs=8)
    return gpd.GeoDataFrame({"geometry": near}, geometry="geometry", crs=local).to_crs(WGS84)


def _surroundings(config: CityConfig, runner: StageRunner) -> gpd.GeoDataFrame:
    """Give the ground on which grids are read for delineation: the city and its surroundings."""
    frame = runner.get("outline")["frame"]
    if frame.empty:
        point = shapely.Point(*(config.boundary.point or (0.0, 0.0)))
        frame = gpd.GeoDataFrame({"geometry": [point]}, geometry="geometry", crs=WGS84)
    return window(frame, config.parameters.delineation_window_km * 1000.0)


def delineation(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Classify the city's surroundings at each time that has people and built-up surface, and find its urban centre."""
    built = {b.time_period: b for b in config.built_up}
    pairs = [(p, built[p.time_period]) for p in totals_of(config) if p.is_grid and p.time_period in built]
    if not pairs or config.land is None:
        return {"reason": str(_why_not_delineated(config, pairs=bool(pairs))), "residual": 0.0}
    parameters = DegurbaParameters.from_settings(f"{k}={v}" for k, v in (config.parameters.degurba or {}).items())
    ground = _surroundings(config, runner)
    land = read_surface(config, config.land, ground, role="land")
    frames: list[gpd.GeoDataFrame] = []
    values: dict[str, Any] = {"reason": "", "residual": 0.0, "no_centre": [], "cut": []}
    for entry, surface in pairs:
        people = read_people(config, entry, ground)
        grid = _kilometre_grid(people.grid, ground)
        people, lost = _on_grid(people, grid)
        built_up, _lost = _on_grid(read_surface(config, surface, ground, role="built_up"), grid)
        soil, _lost = _on_grid(land, grid)
        classes = classify(people.values, built_up.values, soil.values, cell_area=grid.cell_area,
                           parameters=parameters)
        values |= {"level1": Raster(classes.level1, grid, "NUMBER", entry.time_period),
                   "level2": Raster(classes.level2, grid, "NUMBER", entry.time_period),
                   "population": people, "residual": float(lost)}
        centre = _own_centre(config, runner, classes, people, last=entry is pairs[-1][0])
        if centre is None:
            values["no_centre"].append(entry.time_period)
            continue
        if _touches_rim(centre, grid) and _goes_on(config, entry, ground):
            _refuse_cut(runner, entry)
            values["cut"].append(entry.time_period)
        frames.append(reproject_outlines(centre, WGS84).assign(time_period=entry.time_period))
    if frames:
        values["centres"] = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), geometry="geometry", crs=WGS84)
    return values


def _why_not_delineated(config: CityConfig, *, pairs: bool) -> Reason:
    if pairs:
        return Reason.NO_LAND
    if not totals_of(config):
        return Reason.NO_POPULATION
    if not any(p.is_grid for p in totals_of(config)):
        return Reason.NOT_A_GRID
    return Reason.NO_COMMON_PERIOD if config.built_up else Reason.NO_BUILT_UP


def _own_centre(config: CityConfig, runner: StageRunner, classes: Classification, people: Raster, *,
                last: bool) -> gpd.GeoDataFrame | None:
    """Choose the city's urban centre: the one that holds the point, else the one with most people in the boundary."""
    centres = centre_frame(classes.centres, people.grid)
    if config.boundary.point:
        try:
            chosen = centre_holding(*config.boundary.point, reproject_outlines(centres, WGS84))
        except EkisticsError:
            if last and runner.get("outline")["rule"] == "fixed_last":
                raise
            return None
        return centres[centres["centre_id"] == chosen["centre_id"].iloc[0]]
    inside = coverage(people.grid, runner.get("outline")["frame"])
    start, cell, fraction = inside.cells()
    counted = np.nan_to_num(people.values.ravel()[cell[:start[1]]]) * fraction[:start[1]]
    by_centre = np.bincount(classes.centres.raster(people.grid.shape).ravel()[cell[:start[1]]], counted,
                            minlength=len(centres) + 1)
    by_centre[0] = 0.0
    best = int(by_centre.argmax())
    return centres[centres["number"] == best] if by_centre[best] > 0 else None


def _touches_rim(centre: gpd.GeoDataFrame, grid: Grid) -> bool:
    left, bottom, right, top = grid.bounds
    west, south, east, north = centre.total_bounds
    step = grid.transform.a / 2
    return bool(west < left + step or south < bottom + step or east > right - step or north > top - step)


def _goes_on(config: CityConfig, entry: PopulationInput, window: gpd.GeoDataFrame) -> bool:
    """Tell whether the file holds more ground than the window in which it was read."""
    whole = raster_grid(config.file(entry.path), crs=entry.crs or None)
    left, bottom, right, top = whole.bounds
    west, south, east, north = reproject_outlines(window, whole.crs).total_bounds
    return bool(west > left or south > bottom or east < right or north < top)


def _refuse_cut(runner: StageRunner, entry: PopulationInput) -> None:
    """Refuse a boundary that the reading window would cut; within a given boundary a flag is enough."""
    if runner.get("outline")["rule"] == "fixed_last":
        raise InvalidValueError(_("The urban centre is larger than the ground that was read around the point."),
                                where=entry.path, param="delineation_window_km",
                                hint=_("Raise delineation_window_km under [parameters] in city.toml."))


def _kilometre_grid(grid: Grid, window: gpd.GeoDataFrame) -> Grid:
    """Give the 1 km equal-area grid to classify on: the population's own where it is one."""
    own = grid.crs == MOLLWEIDE and np.allclose([grid.transform.a, -grid.transform.e], GRID_M)
    return grid if own else target_grid_for(window, GRID_M, MOLLWEIDE)


def _on_grid(raster: Raster, grid: Grid) -> tuple[Raster, float]:
    """Bring people or square metres per cell onto a grid, keeping the total; give also what fell outside."""
    if raster.grid.same_cells(grid):
        return raster, 0.0
    moved, residual = reproject_population(raster, grid)
    return moved, residual.outside


def areas(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Make the table of areas: the city first, then its neighbourhoods."""
    given = runner.get("outline")
    frame, rule = given["frame"], given["rule"]
    if frame.empty:
        found = runner.get("delineation")
        if "centres" not in found:
            raise InvalidValueError(_("The boundary cannot be delineated."), where="city.toml: [boundary]",
                                    got=found["reason"],
                                    hint=_("Give grids of population, built-up surface and land, or a boundary file."))
        frame = found["centres"].tail(1)
    city = config.city.place()
    rows = [{"ref_area": city.code, "name": city.name, "kind": "city", "geometry": frame.geometry.iloc[0]}]
    repaired = given["repaired"]
    if config.neighbourhoods:
        parts, fixed = neighbourhoods(config, frame)
        rows += parts
        repaired += fixed
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=WGS84).set_index("ref_area")
    local = equal_area_for(*_centre(table))
    table["area_m2"] = table.to_crs(local).area
    return {"frame": table, "rule": rule, "repaired": repaired}


def _centre(frame: gpd.GeoDataFrame) -> tuple[float, float]:
    left, bottom, right, top = frame.total_bounds
    return (left + right) / 2, (bottom + top) / 2


def neighbourhoods(config: CityConfig, boundary: gpd.GeoDataFrame | None = None) -> tuple[list[dict[str, Any]], int]:
    """Read the neighbourhoods: one row each, and how many polygons were repaired.

    Parameters
    ----------
    config : CityConfig
        The city.
    boundary : geopandas.GeoDataFrame, optional
        The city's boundary; a neighbourhood that lies wholly outside is refused.

    Returns
    -------
    rows : list of dict
        ``ref_area``, ``name``, ``kind`` and ``geometry``.
    repaired : int
        Polygons that crossed themselves.
    """
    n = config.neighbourhoods
    if n is None:
        return [], 0
    given = read_vector(config.file(n.path), role="neighbourhoods", layer=n.layer or None, crs=n.crs or None,
                        stated=n.stated())
    for column in (n.id, n.name):
        if column not in given.frame.columns:
            raise UnknownNameError.among(column, list(given.frame.columns), what=_("column"), where=n.path)
    frame = to_wgs84(given.frame)
    _check_neighbourhoods(frame, n, boundary)
    rows = [{"ref_area": f"{config.city.code}:{code}", "name": str(name), "kind": "neighbourhood", "geometry": shape}
            for code, name, shape in zip(frame[n.id], frame[n.name], frame.geometry, strict=True)]
    return rows, given.repaired


def _check_neighbourhoods(frame: gpd.GeoDataFrame, n: NeighbourhoodsInput, boundary: gpd.GeoDataFrame | None) -> None:
    """Refuse neighbourhoods without a usable code, that are no polygons, or that lie outside the city."""
    codes = frame[n.id]
    legal = codes.notna() & codes.astype(str).str.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
    faults = [(~legal, _("A neighbourhood needs a code of letters, digits and _ . : - only.")),
              (codes.astype(str).duplicated(), _("Two neighbourhoods have one code.")),
              (~frame.geom_type.isin(["Polygon", "MultiPolygon"]), _("A neighbourhood must be a polygon."))]
    if boundary is not None:
        faults.append((~frame.intersects(boundary.geometry.iloc[0]), _("A neighbourhood lies outside the boundary.")))
    for wrong, message in faults:
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise InvalidValueError(message, where=f"{n.path}: {n.id}, row {row + 1}", got=repr(codes.iloc[row]))


def totals(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Sum people and built-up surface within each area, and within the delineated centres, at each time."""
    table = runner.get("areas")["frame"]
    zones = [_zones(table, "boundary", "")]
    centres = runner.get("delineation").get("centres") if "delineation" in runner.names else None
    if centres is not None:
        zones += [_zones(centres.iloc[[i]].set_axis([config.city.code]), "centre", period)
                  for i, period in enumerate(centres["time_period"])]
    together = gpd.GeoDataFrame(pd.concat(zones, ignore_index=True), geometry="geometry", crs=WGS84)
    rows = [_sums(read_people(config, p, together), together, "population") if p.is_grid
            else _point_sums(config, p, together) for p in totals_of(config)]
    rows += [_sums(read_surface(config, b, together, role="built_up"), together, "built_up_area")
             for b in config.built_up]
    if not rows:
        return {"frame": pd.DataFrame(columns=["boundary", "ref_area", "centre_period", "area_m2", "quantity",
                                               "time_period", "value", "nodata_share", "outside_share"])}
    return {"frame": pd.concat(rows, ignore_index=True)}


def _zones(frame: gpd.GeoDataFrame, boundary: str, period: str) -> gpd.GeoDataFrame:
    local = equal_area_for(*_centre(frame))
    return gpd.GeoDataFrame({"boundary": boundary, "ref_area": frame.index.to_numpy(), "centre_period": period,
                             "area_m2": frame.to_crs(local).area.to_numpy(), "geometry": frame.geometry.to_numpy()},
                            geometry="geometry", crs=WGS84)


def _sums(raster: Raster, zones: gpd.GeoDataFrame, quantity: str) -> pd.DataFrame:
    sums = zonal_sums(raster.values, coverage(raster.grid, zones))
    return _total_rows(zones, quantity, raster.time_period, sums["sum"], sums["nodata_share"], sums["outside_share"])


def _point_sums(config: CityConfig, entry: PopulationInput, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    points = read_points(config, entry).frame
    inside = points_in(points, zones)
    people = points["population"].to_numpy()[inside["point"]]
    by_zone = pd.Series(people).groupby(inside["zone"].to_numpy()).sum(min_count=1).reindex(range(len(zones)))
    return _total_rows(zones, "population", entry.time_period, by_zone, np.nan, np.nan)


def points_in(points: pd.DataFrame, zones: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the pairs of point and zone (row numbers) where the point lies in the zone or on its border."""
    tree = shapely.STRtree(shapely.points(points["lon"].to_numpy(), points["lat"].to_numpy()))
    zone, point = tree.query(zones.geometry.to_numpy(), predicate="intersects")
    return pd.DataFrame({"zone": zone, "point": point}).sort_values(["zone", "point"], ignore_index=True)


def _total_rows(zones: gpd.GeoDataFrame, quantity: str, period: str, value: Any, nodata: Any,  # noqa: PLR0913 - columns
                outside: Any) -> pd.DataFrame:
    frame = pd.DataFrame(zones.drop(columns="geometry"))
    return frame.assign(quantity=quantity, time_period=period, value=np.asarray(value, dtype=float),
                        nodata_share=nodata, outside_share=outside)


def cells(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Sum people and surface by area and class of the Degree of Urbanisation.

    Classes are of 1 km cells, people are counted on the population's own, finer grid: spreading them over 1 km first
    would carry people of the shore and the rim out of the boundary.
    """
    found = runner.get("delineation")
    if found["reason"]:
        return {"reason": found["reason"]}
    zones = runner.get("areas")["frame"].reset_index()
    entry = next(p for p in reversed(totals_of(config)) if p.time_period == found["level1"].time_period)
    people = read_people(config, entry, zones)
    surface = ground_areas(people.grid) / 1e6
    level1, level2 = (at_centres(found[f"level{n}"], people.grid, absent=MISSING) for n in (1, 2))
    cover = coverage(people.grid, zones)
    rows = []
    for one, two in np.unique(np.column_stack([level1.ravel(), level2.ravel()]), axis=0).tolist():
        if MISSING in (one, two):
            continue
        here = (level1 == one) & (level2 == two)
        counted = zonal_sums(np.where(here, np.nan_to_num(people.values), 0.0), cover)["sum"].to_numpy()
        ground = zonal_sums(np.where(here, surface, 0.0), cover)["sum"].to_numpy()
        rows.append(pd.DataFrame({"ref_area": zones["ref_area"], "level1": int(one), "level2": int(two),
                                  "population": counted, "area_km2": ground}))
    frame = pd.concat(rows, ignore_index=True)
    return {"frame": frame[frame["area_km2"] > 0].reset_index(drop=True), "reason": "",
            "time_period": people.time_period}


def air(config: CityConfig, runner: StageRunner) -> dict[str, Any]:
    """Weigh fine particles by people: each place takes the value of the air cell that holds it."""
    entry = totals_of(config)[-1] if totals_of(config) else None
    if config.air is None or entry is None:
        return {"reason": str(Reason.NO_AIR if config.air is None else Reason.NO_POPULATION)}
    zones = runner.get("areas")["frame"].reset_index()
    particles = read_raster(config.file(config.air.path), role="air", unit_measure="GPERM3",
                            time_period=config.air.time_period, within=zones, buffer_cells=1,
                            crs=config.air.crs or None, stated=config.air.stated())
    weigh = _air_of_cells if entry.is_grid else _air_at_points
    frame = weigh(config, entry, particles, zones).set_index(zones["ref_area"])
    return {"frame": frame, "reason": "", "time_period": config.air.time_period, "layer": particles}


def _air_of_cells(config: CityConfig, entry: PopulationInput, particles: Raster,
                  zones: gpd.GeoDataFrame) -> pd.DataFrame:
    people = read_people(config, entry, zones)
    values = at_centres(particles, people.grid)
    cover = coverage(people.grid, zones)
    means = weighted_mean(values, people.values, cover)
    return pd.DataFrame({"weighted_sum": (means["mean"] * means["weight"]).to_numpy(),
                         "population": means["weight"].to_numpy(),
                         "all_people": zonal_sums(people.values, cover)["sum"].to_numpy(),
                         "unweighted_mean": weighted_mean(values, np.ones_like(values), cover)["mean"].to_numpy()})


def _air_at_points(config: CityConfig, entry: PopulationInput, particles: Raster,
                   zones: gpd.GeoDataFrame) -> pd.DataFrame:
    points = read_points(config, entry).frame
    x, y = points["lon"].to_numpy(), points["lat"].to_numpy()
    if particles.grid.crs != WGS84:
        x, y = Transformer.from_crs(WGS84, particles.grid.crs, always_xy=True).transform(x, y)
    pairs = points_in(points, zones)
    here = pairs["point"].to_numpy()
    people = points["population"].to_numpy(dtype=float)[here]
    value = _at(particles, x, y, absent=np.nan)[here]
    known = np.isfinite(value) & np.isfinite(people)
    frame = pd.DataFrame({"weighted_sum": np.where(known, value * people, 0.0),
                          "population": np.where(known, people, 0.0), "all_people": np.nan_to_num(people)})
    return frame.groupby(pairs["zone"].to_numpy()).sum().reindex(range(len(zones)), fill_value=0.0)


def at_centres(raster: Raster, grid: Grid, *, absent: float = np.nan) -> np.ndarray[Any, Any]:
    """Give the value of the raster cell that holds each cell centre of a grid, and another value outside."""
    x, y = np.meshgrid(*grid.centres())
    if raster.grid.crs != grid.crs:
        x, y = Transformer.from_crs(grid.crs, raster.grid.crs, always_xy=True).transform(x, y)
    return _at(raster, x, y, absent=absent)


def _at(raster: Raster, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], *, absent: float) -> np.ndarray[Any, Any]:
    """Give the values of the raster cells that hold some places in the raster's CRS, and another value outside."""
    t = raster.grid.transform
    column, row = np.floor((x - t.c) / t.a), np.floor((y - t.f) / t.e)  # infinite where the systems do not meet
    inside = (row >= 0) & (row < raster.grid.height) & (column >= 0) & (column < raster.grid.width)
    values = np.full(x.shape, absent, dtype=np.float64)
    values[inside] = raster.values[row[inside].astype(np.int64), column[inside].astype(np.int64)]
    return values
