"""The made-up city in the real formats: GeoTIFF, OSM PBF, GTFS, GeoPackage; the same content gives the same bytes."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pyogrio
import rasterio
import shapely
from osmium.osm.mutable import Node, Relation, Way

from ekistics.core.raster import Grid
from ekistics.jobs.sample_city import ground
from ekistics.jobs.sample_city.ground import Floats
from ekistics.jobs.sample_city.spaces import Area
from ekistics.jobs.sample_city.streets import Network

__all__ = ["write_geopackage", "write_gtfs", "write_pbf", "write_raster"]

TIMESTAMP = "2020-07-01T00:00:00Z"
STAMP = {"version": 1, "timestamp": TIMESTAMP, "changeset": 1}


def write_raster(path: Path, values: Floats, grid: Grid, *, title: str, year: int | None = None,
                 place: str = "Port Merrow (made-up)") -> None:
    """Write a grid as GeoTIFF with 32-bit floats; nothing is nodata, water holds 0.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    values : numpy.ndarray, shape (height, width)
        Values.
    grid : Grid
        Their frame.
    title : str
        What it is, for the file's own tags.
    year : int, optional
        What year it describes.
    place : str
        What place it shows.
    """
    profile = {"driver": "GTiff", "height": grid.height, "width": grid.width, "count": 1, "dtype": "float32",
               "crs": grid.crs.to_wkt(), "transform": grid.transform, "nodata": -200.0, "compress": "DEFLATE",
               "predictor": 3, "tiled": True, "blockxsize": 256, "blockysize": 256}
    with rasterio.open(path, "w", **profile) as target:
        target.write(values.astype(np.float32), 1)
        target.update_tags(TITLE=f"{title} - {place}", PRODUCER="Ekistics sample generator",
                           LICENCE="CC0-1.0", **({} if year is None else {"YEAR": str(year)}))


def write_geopackage(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write polygons as GeoPackage, with a fixed date inside so that the bytes repeat.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    frame : geopandas.GeoDataFrame
        The polygons.
    """
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": TIMESTAMP.replace("Z", ".000Z")})
    try:
        frame.to_file(path, driver="GPKG", engine="pyogrio", layer=path.stem)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def write_gtfs(path: Path, tables: Mapping[str, bytes]) -> None:
    """Write a timetable as a GTFS zip.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    tables : mapping of str to bytes
        Its tables by name.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in tables.items():
            entry = zipfile.ZipInfo(name, date_time=(2020, 7, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


class _Extract:
    """Numbers nodes, ways and relations and holds them until they are written in the order that readers expect."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.ways: list[Way] = []
        self.relations: list[Relation] = []

    def points(self, xy: Floats, tags: Sequence[Mapping[str, str]] | None = None) -> list[int]:
        lon, lat = ground.to_lonlat(xy[:, 0], xy[:, 1])
        first = len(self.nodes) + 1
        for i, (x, y) in enumerate(zip(np.round(lon, 7), np.round(lat, 7), strict=True)):
            self.nodes.append(Node(id=first + i, location=(float(x), float(y)), tags=tags[i] if tags else {}, **STAMP))
        return list(range(first, len(self.nodes) + 1))

    def way(self, nodes: list[int], tags: Mapping[str, str]) -> int:
        self.ways.append(Way(id=len(self.ways) + 1, nodes=nodes, tags=dict(tags), **STAMP))
        return len(self.ways)

    def ring(self, ring: Any, tags: Mapping[str, str]) -> int:
        nodes = self.points(shapely.get_coordinates(ring)[:-1])
        return self.way([*nodes, nodes[0]], tags)

    def area(self, area: Area) -> None:
        if not area.shape.interiors:
            self.ring(area.shape.exterior, area.tags)
            return
        members = [("w", self.ring(area.shape.exterior, {}), "outer")]
        members += [("w", self.ring(hole, {}), "inner") for hole in area.shape.interiors]
        self.relations.append(Relation(id=len(self.relations) + 1, members=members,
                                       tags={"type": "multipolygon", **area.tags}, **STAMP))


def write_pbf(path: Path, network: Network, areas: Sequence[Area],
              stops: Sequence[tuple[Floats, dict[str, str]]]) -> None:
    """Write streets, areas, coast and stops as an OpenStreetMap extract.

    Parameters
    ----------
    path : pathlib.Path
        The file, ending in ``.osm.pbf``.
    network : Network
        The streets.
    areas : sequence of Area
        Open spaces, buildings, water, port.
    stops : sequence of (numpy.ndarray, dict)
        Places of stops and their tags.
    """
    extract = _Extract()
    numbers = extract.points(network.points())
    for nodes, tags in network.ways:
        extract.way([numbers[n] for n in nodes], tags)
    x = np.arange(-ground.LIMIT, ground.LIMIT + 1, 60.0)
    extract.way(extract.points(np.stack([x, ground.coast(x)], axis=1)), {"natural": "coastline"})
    for area in areas:
        extract.area(area)
    extract.points(np.array([place for place, _tags in stops]), [tags for _place, tags in stops])
    _write(path, extract)


def _write(path: Path, extract: _Extract) -> None:
    header = osmium.io.Header()
    header.set("generator", "Ekistics sample generator (made-up city, CC0)")
    header.set("osmosis_replication_timestamp", TIMESTAMP)
    corners = ground.LIMIT * np.array([[-1.03, 1.03], [-0.45, 1.03]])
    (west, east), (south, north) = ground.to_lonlat(*corners)
    header.add_box(osmium.osm.Box(float(west), float(south), float(east), float(north)))
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for node in extract.nodes:
            writer.add_node(node)
        for way in extract.ways:
            writer.add_way(way)
        for relation in extract.relations:
            writer.add_relation(relation)
