"""A small made-up city in the real formats: 6 x 6 km of 100 m cells, a street grid, two feeds; built in a second."""

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pytest
import rasterio
from affine import Affine
from pyproj import Transformer
from shapely.geometry import box

from ekistics.core.crs import MOLLWEIDE

LEFT, TOP, CELL, SIZE = -2_500_000.0, 4_300_000.0, 100.0, 60
TO_DEGREES = Transformer.from_crs(MOLLWEIDE, 4326, always_xy=True)

CITY_TOML = """
[city]
name = "Testholm (made-up)"
code = "XTH"
country = "XXX"

[boundary]
path = "boundary.gpkg"

[[population]]
path = "population_2010.tif"
time_period = "2010"

[[population]]
path = "population_2020.tif"
time_period = "2020"

[[population]]
path = "women_2020.tif"
time_period = "2020"
sex = "F"

[[population]]
path = "men_2020.tif"
time_period = "2020"
sex = "M"

[[built_up]]
path = "built_2010.tif"
time_period = "2010"

[[built_up]]
path = "built_2020.tif"
time_period = "2020"

[land]
path = "land.tif"
unit = "share"

[streets]
path = "streets.osm.pbf"
time_period = "2020-06-01"

[[timetables]]
path = "bus.zip"

[air]
path = "pm25.tif"
time_period = "2020"

[neighbourhoods]
path = "neighbourhoods.gpkg"
id = "code"
name = "name"
"""


def degrees(column, row):
    """Longitude and latitude of a place in cells from the upper left corner."""
    return TO_DEGREES.transform(LEFT + CELL * column, TOP - CELL * row)


def write_grid(path: Path, values, *, nodata=-1.0, crs="ESRI:54009", transform=None):
    """Write a GeoTIFF of float32."""
    transform = transform or Affine(CELL, 0, LEFT, 0, -CELL, TOP)
    profile = {"driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": "float32",
               "transform": transform, "nodata": nodata, "tiled": True, "blockxsize": 32, "blockysize": 32,
               "compress": "deflate"}
    with rasterio.open(path, "w", crs=crs, **profile) as target:
        target.write(values.astype(np.float32), 1)


def square(first, last):
    """A polygon of cells ``first`` to ``last`` in both directions, in Mollweide."""
    return box(LEFT + CELL * first, TOP - CELL * last, LEFT + CELL * last, TOP - CELL * first)


def write_grids(folder: Path):
    distance = np.hypot(*(np.indices((SIZE, SIZE)) - SIZE / 2 + 0.5))
    for year, reach in (("2010", 18), ("2020", 24)):
        people = np.where(distance < reach, 120.0, 2.0)
        write_grid(folder / f"population_{year}.tif", people)
        write_grid(folder / f"built_{year}.tif", np.where(distance < reach, 4000.0, 50.0))
    write_grid(folder / "women_2020.tif", people * 0.5)
    write_grid(folder / "men_2020.tif", people * 0.5)
    write_grid(folder / "land.tif", np.ones((SIZE, SIZE)))
    lon, lat = degrees(0, 0)
    write_grid(folder / "pm25.tif", np.full((40, 40), 12.5), crs="EPSG:4326",
               transform=Affine(0.01, 0, lon - 0.15, 0, -0.01, lat + 0.15))


def write_polygons(folder: Path):
    gpd.GeoDataFrame({"name": ["Testholm"]}, geometry=[square(10, 50)], crs=MOLLWEIDE).to_file(folder / "boundary.gpkg")
    halves = [box(LEFT + CELL * a, TOP - CELL * 50, LEFT + CELL * b, TOP - CELL * 10) for a, b in ((10, 30), (30, 50))]
    gpd.GeoDataFrame({"code": ["w", "e"], "name": ["West", "East"]}, geometry=halves,
                     crs=MOLLWEIDE).to_file(folder / "neighbourhoods.gpkg")


def write_streets(path: Path, *, highways=True, park=True):
    """Streets every 200 m and one square park; either may be left out."""
    path.unlink(missing_ok=True)
    writer = osmium.SimpleWriter(str(path))
    steps = range(0, SIZE + 1, 2)
    ids = {(c, r): 1 + c * 1000 + r for c in steps for r in steps}
    for (c, r), number in ids.items():
        writer.add_node(osmium.osm.mutable.Node(id=number, location=degrees(c, r), version=1))
    corners = [900001, 900002, 900003, 900004]
    for number, (c, r) in zip(corners, ((20.5, 20.5), (23.5, 20.5), (23.5, 23.5), (20.5, 23.5)), strict=True):
        writer.add_node(osmium.osm.mutable.Node(id=number, location=degrees(c, r), version=1))
    if highways:
        lines = [(c, [ids[c, r] for r in steps]) for c in steps] + [(r, [ids[c, r] for c in steps]) for r in steps]
        for number, (c, nodes) in enumerate(lines, 1):
            tags = {"highway": "residential" if c % 10 else "secondary", **({"width": "9"} if c % 4 else {})}
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=nodes, tags=tags, version=1))
    if park:
        writer.add_way(osmium.osm.mutable.Way(id=5000, nodes=[*corners, corners[0]], version=1,
                                              tags={"leisure": "park", "name": "Test park"}))
    writer.close()


def write_feed(path: Path, **tables):
    """Write a GTFS zip; a table given as None is left out."""
    def place(c, r):
        lon, lat = degrees(c, r)
        return f"{lat:.7f},{lon:.7f}"

    content = {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\nA,Test,http://example.org,UTC\n",
        "routes.txt": "route_id,agency_id,route_short_name,route_type\nb,A,1,3\nm,A,M,1\n",
        "stops.txt": (f"stop_id,stop_name,stop_lat,stop_lon\ns1,West,{place(20, 30)}\ns2,East,{place(40, 30)}\n"
                      f"s3,Metro,{place(30, 30)}\ns4,Unserved,{place(30, 20)}\n"),
        "calendar.txt": ("service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
                         "d,1,1,1,1,1,0,0,20200601,20200630\n"),
        "trips.txt": "route_id,service_id,trip_id\nb,d,t1\nm,d,t2\n",
        "stop_times.txt": ("trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,08:00:00,08:00:00,s1,1\n"
                           "t1,08:20:00,08:20:00,s2,2\nt2,25:05:00,25:05:00,s3,1\nt2,25:10:00,25:10:00,s1,2\n"),
    }
    content |= {name.replace("_txt", ".txt"): text for name, text in tables.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            if text is not None:
                archive.writestr(name, text)


@pytest.fixture(scope="session")
def small_city_source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("testholm")
    write_grids(folder)
    write_polygons(folder)
    write_streets(folder / "streets.osm.pbf")
    write_feed(folder / "bus.zip")
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8")
    return folder


@pytest.fixture
def small_city(small_city_source, tmp_path):
    """A copy of the small city that a test may spoil."""
    folder = tmp_path / "city"
    shutil.copytree(small_city_source, folder)
    return folder
