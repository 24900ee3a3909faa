"""A made-up city as a typed package: small enough for quick tests, with every kind of value, absence and layer."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from affine import Affine

from ekistics.core.crs import MOLLWEIDE, WGS84, equal_area_for
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import absent_rows, observations, result_rows, share_rows
from ekistics.core.place import Place
from ekistics.core.provenance import Provenance, Run, digest_bytes
from ekistics.core.quality import QualityFlag
from ekistics.core.raster import Grid, Raster
from ekistics.core.reasons import Reason
from ekistics.indicators.registry import specs
from ekistics.package import Layer, ProfilePackage

CITY = "XXX-MARISOL"
NAMES = ("Old Harbour", "Lighthouse", "Market", "Saltpans", "Upper Town", "Orchard", "Stonebridge", "Newfields")
AREAS = pd.Index([CITY, *(f"{CITY}-{i + 1:02d}" for i in range(len(NAMES)))], name="ref_area")
CENTRE = (12.34, 41.02)
LOCAL = equal_area_for(*CENTRE)


def people_of() -> pd.Series:
    parts = [42_100, 18_930, 61_240, 9_310, 77_600, 33_480, 51_020, 26_400]
    return pd.Series([sum(parts), *parts], AREAS, dtype=float)


def shares(*, series: str, percent: list[float], variant: str = "", of: pd.Series | None = None,
           **columns) -> pd.DataFrame:
    base = people_of() if of is None else of
    return share_rows(base * np.array(percent) / 100, base, series=series, variant=variant, **columns)


def access_rows() -> pd.DataFrame:
    near = [68.4, 91.2, 44.0, 95.5, 12.7, 83.9, 60.1, 78.8, 55.2]
    rows = []
    for variant, gain in (("network", 0.0), ("straight_line", 7.3)):
        wide = [min(v + gain, 100.0) for v in near]
        rows.append(shares(series="either", percent=wide, variant=variant, time_period="2020"))
        for series, part in (("low_capacity", 0.97), ("high_capacity", 0.3)):
            rows.append(shares(series=series, percent=[v * part for v in wide], variant=variant, time_period="2020"))
    city = people_of().iloc[:1]
    for sex, age, percent in (("F", "_T", 69.2), ("M", "_T", 67.5), ("_T", "Y0T14", 64.3), ("_T", "Y_GE65", 72.8)):
        rows.append(shares(series="either", percent=[percent], variant="network", of=city / 2, sex=sex, age=age,
                           time_period="2020"))
    return pd.concat(rows)


def efficiency_rows() -> pd.DataFrame:
    rows = []
    city = AREAS[:1]
    for variant, value, wide in (("linear:fixed_last:built_up_area", 1.84, 0.42),
                                 ("log:fixed_last:built_up_area", 1.62, 0.4),
                                 ("linear:fixed_last:urban_extent", 0.91, 0.2)):
        for period, turn in (("2000-01-01/P10Y", 0.8), ("2010-01-01/P10Y", 1.0)):
            v = value * turn
            rows.append(result_rows(pd.Series(v, city), series="ratio", variant=variant, time_period=period,
                                    lci=v - wide, uci=v + wide, uncertainty="monte-carlo"))
            rows.append(result_rows(pd.Series(v, city), series="land_consumption_rate", variant=variant,
                                    time_period=period))
    for period, value in (("1990", 88.1), ("2000", 96.7), ("2010", 112.4), ("2020", 131.9)):
        rows.append(result_rows(pd.Series(value, city), series="built_up_per_person", time_period=period,
                                variant="linear:fixed_last:built_up_area", lci=value - 6, uci=value + 6,
                                uncertainty="monte-carlo"))
    rows.append(result_rows(pd.Series(3.0, city), series="regime", variant="linear:fixed_last:built_up_area",
                            time_period="2010-01-01/P10Y"))
    return pd.concat(rows)


def land_rows() -> pd.DataFrame:
    ground = pd.Series([96.2e6, 8e6, 6e6, 14e6, 11e6, 17e6, 15e6, 13e6, 12.2e6], AREAS)
    rows = [shares(series="open_and_street_share", percent=[21.7, 30, 18, 25, 12, 19, 28, 22, 20.5], of=ground,
                   variant="urban_extent", time_period="2020"),
            shares(series="open_and_street_share", percent=[104.2] * 9, of=ground / 5, variant="built_up_area",
                   time_period="2020"),
            shares(series="open_space_share", percent=[9.1] * 9, of=ground, variant="urban_extent", time_period="2020"),
            shares(series="street_share", percent=[12.6] * 9, of=ground, variant="urban_extent", time_period="2020",
                   lci=10.2, uci=15.9, uncertainty="bounds"),
            shares(series="access", percent=[58.0, 70, 42, 66, 30, 61, 81, 55, 48], variant="network",
                   time_period="2020", lci=54.1, uci=61.8, uncertainty="bounds"),
            shares(series="access", percent=[66.3, 75, 50, 72, 41, 70, 88, 64, 57], variant="straight_line",
                   time_period="2020")]
    return pd.concat(rows)


def urbanisation_rows() -> pd.DataFrame:
    city = people_of().iloc[:1]
    rows = [shares(series="urban_population_share", percent=[97.2], of=city, variant="by_definition",
                   time_period="2020"),
            shares(series="urban_population_share", percent=[97.9], of=city, variant="aggregated_from_level_2",
                   time_period="2020")]
    for code, percent in (("3", 71.5), ("2", 25.7), ("1", 2.8), ("0", 0.0)):
        rows.append(shares(series="population_share_level_1", percent=[percent], of=city, variant="by_definition",
                           urbanisation=code, time_period="2020"))
    return pd.concat(rows)


def rows_of(spec: IndicatorSpec) -> pd.DataFrame:
    made = {"sdg_11_2_1": access_rows, "sdg_11_3_1": efficiency_rows, "sdg_11_7_1": land_rows,
            "degree_of_urbanisation": urbanisation_rows}
    if spec.code in made:
        return made[spec.code]()
    if spec.code == "sdg_11_6_2":
        return absent_rows(AREAS, spec, Reason.NO_AIR)
    if spec.code == "population_density":
        parts = [result_rows(pd.Series([people / 96.2], AREAS[:1]), series=spec.series[0].code, time_period=year,
                             variant=spec.variants[0].code if spec.variants else "")
                 for year, people in (("1990", 201_400.0), ("2000", 248_900.0), ("2010", 289_000.0),
                                      ("2020", 320_080.0))]
        return pd.concat(parts)
    value = pd.Series(np.linspace(8.2, 31.5, len(AREAS)), AREAS)
    value.iloc[4] = np.nan
    return result_rows(value, series=spec.series[0].code, time_period="2020", reason=str(Reason.NO_STREETS),
                       variant=spec.variants[0].code if spec.variants else "")


def to_degrees(shapes: list[shapely.Geometry], **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=LOCAL).to_crs(WGS84)


def make_layers(seed: int = 7) -> tuple[Layer, ...]:
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    reach = 5200 + 700 * np.sin(5 * turn) + 300 * np.cos(9 * turn)
    coast = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
    city = shapely.Polygon(coast).intersection(shapely.box(-6000, -4800, 6000, 4300))
    seeds = shapely.MultiPoint(rng.uniform(-3800, 3800, (len(NAMES), 2)))
    cells = [part.intersection(city) for part in shapely.voronoi_polygons(seeds, extend_to=city).geoms]
    lines, kinds = [], []
    for at in np.arange(-6000, 6001, 150.0):
        for step in np.arange(-6000, 6000, 150.0):
            for line in (shapely.LineString([(at, step), (at + 8, step + 150)]),
                         shapely.LineString([(step, at), (step + 150, at)])):
                if city.contains(line) and rng.random() < 0.8:
                    lines.append(line)
                    kinds.append("primary" if at % 1500 == 0 else "residential")
    xy = np.array([(x, y) for x in np.arange(-5875, 6000, 250.0) for y in np.arange(-4800, 4400, 250.0)])
    xy = xy[shapely.contains_xy(city, *xy.T)]
    away = np.abs(rng.normal(0, 1, len(xy))) * 300 + np.hypot(*xy.T) / 9
    distance = np.where(rng.random(len(xy)) < 0.03, np.nan, away)
    people = to_degrees(list(shapely.points(xy)), population=rng.integers(5, 900, len(xy)).astype(float),
                        low_network=distance, high_network=distance * 3)
    spots = rng.uniform(-4500, 4500, (220, 2))
    spots = spots[shapely.contains_xy(city, *spots.T)]
    stops = to_degrees(list(shapely.points(spots)), name=[f"Stop {i}" for i in range(len(spots))],
                       frequency_class=rng.choice(["high", "medium", "low", None], len(spots)))
    parks = [shapely.Point(*rng.uniform(-4000, 4000, 2)).buffer(rng.uniform(40, 320)) for _ in range(40)]
    open_space = to_degrees(parks, name=[f"Park {i}" if i % 3 else "" for i in range(40)],
                            access=rng.choice(["public", "private", "unknown"], 40, p=[0.7, 0.15, 0.15]))
    return (*make_rasters(rng), Layer("open_space", "Open space", frame=open_space, value="access"),
            Layer("streets", "Streets", frame=to_degrees(lines, highway=kinds), value="highway"),
            Layer("people", "Where people live", frame=people, value="low_network", unit_measure="M"),
            Layer("stops", "Stops", frame=stops, value="frequency_class"),
            Layer("boundary", "Boundary", frame=to_degrees([city], ref_area=[CITY], name=["Marisol Bay"])),
            Layer("neighbourhoods", "Neighbourhoods",
                  frame=to_degrees(cells, ref_area=list(AREAS[1:]), name=list(NAMES))))


def make_rasters(rng: np.random.Generator) -> tuple[Layer, ...]:
    middle = gpd.GeoSeries([shapely.Point(*CENTRE)], crs=WGS84).to_crs(MOLLWEIDE)[0]
    side, cell = 44, 1000.0
    corner = middle.x - side * cell / 2, middle.y + side * cell / 2
    grid = Grid(MOLLWEIDE, Affine(cell, 0, corner[0], 0, -cell, corner[1]), side, side)
    rows, columns = np.indices(grid.shape)
    away = np.hypot(rows - side / 2, columns - side / 2) + rng.normal(0, 0.8, grid.shape)
    codes = np.select([away < 4, away < 5, away < 7, away < 11, away < 15, columns < 6], [30, 23, 21, 13, 12, 10], 11)
    fine = Grid(MOLLWEIDE, Affine(250, 0, middle.x - 7500, 0, -250, middle.y + 7500), 60, 60)
    r, c = np.indices(fine.shape)
    density = np.maximum(0, 900 * np.exp(-np.hypot(r - 30, c - 30) / 12) - 60 + rng.normal(0, 40, fine.shape))
    density[40:46, 30:40] = np.nan
    return (Layer("degree_of_urbanisation_level_2", "Degree of Urbanisation, level 2",
                  raster=Raster(codes.astype(float), grid, "NUMBER", "2020"), value="class", unit_measure="NUMBER",
                  note="1 km cells, 2020"),
            Layer("population", "People per cell", raster=Raster(density, fine, "PS", "2020"), value="population",
                  unit_measure="PS", note="2020"))


def make_package() -> ProfilePackage:
    inputs = tuple(Provenance(name, digest_bytes(name.encode()), role=role, producer=producer, licence=licence,
                              accessed=accessed, time_period=time)
                   for name, role, producer, licence, accessed, time in (
        ("population-2020.tif", "population", "Ekistics sample generator", "CC0-1.0", "2026-11-21", "2020"),
        ("built-up-2020.tif", "built_up", "Ekistics sample generator", "CC0-1.0", "2026-11-21", "2020"),
        ("marisol.osm.pbf", "streets", "OpenStreetMap contributors (made-up extract)", "ODbL-1.0", "", "2020-06-01"),
        ("gtfs.zip", "timetables", "", "", "2026-11-21", "2020-05-13")))
    known = {s.code: s for s in specs()}
    parameters = {"low_capacity_m": 500.0, "high_capacity_m": 1000.0, "open_space_m": 400.0, "max_leg_m": 250.0,
                  "service_day": "busiest-midweek", "small_part_nodes": 100, "intersection_ways": 3,
                  "delineation_window_km": 60.0, "degurba": {"centre_density": 1500.0, "edge_smoothing": "r2023a"}}
    run = Run(inputs, parameters, {c: str(s.method) for c, s in known.items()}, "0.1.0")
    table = pd.concat([observations(rows_of(s), s, run=run.id) for s in known.values()], ignore_index=True)
    places = (Place(CITY, "Marisol Bay (made-up city)", "city", "XXX"),
              *(Place(code, name, "neighbourhood", "XXX", CITY) for code, name in zip(AREAS[1:], NAMES, strict=True)))
    checks = (QualityFlag("people-unattached", "People far from any street", 0.4, "PT", "good", "Farther than 250 m.",
                          ("sdg_11_2_1", "sdg_11_7_1"), 1280.0, 320_080.0, "people living inside the boundary"),
              QualityFlag("stops-without-service", "Stops without a trip", 11.8, "PT", "warn", "On the service day.",
                          ("sdg_11_2_1",), 26.0, 220.0, "stops in the timetable"),
              QualityFlag("age-population", "Age of the population data", 6.0, "Y", "info", "Years to the edition."),
              QualityFlag("open-space-completeness", "Open space mapped against built-up", None, "PT", "bad",
                          "No register to compare with.", ("sdg_11_7_1",)))
    certificates = tuple({"indicator": c, "cases": 3, "passed": 3, "source": "worked by hand, 2026-11-20"}
                         for c in known)
    return ProfilePackage(places[0], places, run, table, make_layers(), checks, certificates,
                          "2026-11-21T02:00:00+00:00", "2026-11-21")


@pytest.fixture(scope="session")
def package() -> ProfilePackage:
    return make_package()


@pytest.fixture(scope="session")
def known() -> dict[str, IndicatorSpec]:
    return {s.code: s for s in specs()}


@pytest.fixture(scope="session")
def html(package, known) -> bytes:
    from ekistics.publish import profile_html

    return profile_html(package, known)


@pytest.fixture(scope="session")
def pdf(package, known) -> bytes:
    from ekistics.publish import profile_pdf

    return profile_pdf(package, known)
