"""Make the figures of golden_las_palmas.toml with GDAL's OSM driver and geopandas, none of the program's own code.

Run as ``python tests/geo/make_golden_las_palmas.py FOLDER`` with the folder of the Las Palmas example, and compare what
it prints with the file. The tables of tags and widths are read as data; their rules are written anew here.
"""

import re
import sys
import tempfile
import tomllib
import warnings
from collections import Counter
from pathlib import Path

import geopandas as gpd
import osmium
import pandas as pd
import pyogrio
import shapely
from pyproj import Geod

GEOD = Geod(ellps="WGS84")
EQUAL_AREA = "+proj=cea +lat_ts=28.1 +lon_0=-15.45 +ellps=WGS84 +units=m"
OUTER_RINGS = {265762360}
TABLES = Path(__file__).parents[2] / "src" / "ekistics"


def with_tags(frame):
    """Give every tag, those in GDAL's column other_tags too, as a dict a row."""
    rest = frame["other_tags"].fillna("").map(lambda text: dict(re.findall(r'"([^"]*)"=>"((?:[^"\\]|\\.)*)"', text)))
    own = [name for name in frame.columns if name not in ("other_tags", "geometry", "osm_id", "osm_way_id", "z_order")]
    rows = frame[own].to_dict("records")
    return [{key: value for key, value in row.items() if isinstance(value, str)} | other
            for row, other in zip(rows, rest, strict=True)]


def keep_area_tag():
    """Write GDAL's own configuration without the lines that drop tags such as area, and give its path."""
    own = next(Path(pyogrio.__file__).parent.glob("**/osmconf.ini")).read_text()
    path = Path(tempfile.mkdtemp()) / "osmconf.ini"
    kept = re.sub(r"(?m)^(ignore|unsignificant)=.*", r"\1=none", own)
    path.write_text(kept.replace("#report_all_tags", "report_all_tags"))
    return str(path)


def open_space_class(tags, table, is_way):
    """Give the row and the class of one area, or None."""
    if tags.get("building", "no") != "no":
        return None
    for row in table["rows"]:
        key, value = row["tag"].split("=")
        if row.get("counts", True) and tags.get(key) == value:
            break
    else:
        return None
    if is_way and any(tags.get(key) not in values for key, values in row.get("way_needs", {}).items()):
        return None
    if tags.get("fee") == "yes":
        return row["tag"], "private"
    for key in table["access"]["keys"]:
        for name in ("public", "private"):
            if tags.get(key) in table["access"][name]:
                return row["tag"], name
    if any(tags.get(key) in values for key, values in row.get("private_if", {}).items()):
        return row["tag"], "private"
    return row["tag"], row["access"]


def dropped_ways(path):
    """Give plazas with tags of their own that GDAL leaves out because they are also the outer ring of a relation."""
    rows = [(str(way.id), {tag.k: tag.v for tag in way.tags}, shapely.Polygon([(n.lon, n.lat) for n in way.nodes]))
            for way in osmium.FileProcessor(path).with_locations() if way.is_way() and way.id in OUTER_RINGS]
    numbers, tags, outlines = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"osm_way_id": numbers, "tags": tags}, geometry=list(outlines), crs=4326)


def open_space(path, boundary):
    """Print counts by tag and class, and the areas within the boundary."""
    table = tomllib.loads((TABLES / "readers/tables/open_space_tags.toml").read_text())
    areas = pyogrio.read_dataframe(path, layer="multipolygons", on_invalid="ignore", CONFIG_FILE=keep_area_tag())
    areas["tags"] = with_tags(areas)
    print("areas without outline:", int(areas.geometry.isna().sum()))
    areas = pd.concat([areas, dropped_ways(path)], ignore_index=True)
    areas = areas[areas.geometry.notna()]
    print("buildings =", sum(tags.get("building", "no") != "no" for tags in areas["tags"]))
    found = [open_space_class(tags, table, isinstance(way, str))
             for tags, way in zip(areas["tags"], areas["osm_way_id"], strict=True)]
    chosen = areas[[item is not None for item in found]].copy()
    chosen["tag"], chosen["access"] = zip(*(item for item in found if item is not None), strict=True)
    for (tag, access), count in sorted(Counter(zip(chosen["tag"], chosen["access"], strict=True)).items()):
        print(f'"{tag} {access}" = {count}')
    chosen = chosen.to_crs(EQUAL_AREA)
    chosen["geometry"] = chosen.geometry.buffer(0)
    city = boundary.to_crs(EQUAL_AREA)[["geometry"]]
    taken = None
    for access in ("public", "unknown", "private"):
        ground = chosen.loc[chosen["access"] == access, ["geometry"]].dissolve()
        print(f"# {access}, overlaps counted twice:",
              gpd.overlay(chosen.loc[chosen["access"] == access, ["geometry"]], city).area.sum())
        if taken is not None:
            ground = gpd.overlay(ground, taken, how="difference")
        print(f"open_space_{access}_m2 =", gpd.overlay(ground, city).area.sum())
        taken = ground if taken is None else pd.concat([taken, ground]).dissolve()


def closed_streets(path):
    """Give streets that end where they begin and that GDAL takes for areas because of another tag."""
    areas = pyogrio.read_dataframe(path, layer="multipolygons", on_invalid="ignore", CONFIG_FILE=keep_area_tag())
    areas["tags"] = with_tags(areas)
    way = areas["osm_way_id"].map(lambda number: isinstance(number, str)) & areas.geometry.notna()
    areas = areas[way & areas["tags"].map(lambda tags: "highway" in tags)].copy()
    areas["geometry"] = areas.geometry.boundary
    areas["highway"] = areas["tags"].map(lambda tags: tags["highway"])
    return areas[["highway", "tags", "geometry"]]


def width(tags, kind, table, bound):
    """Give the rule and the width of one street."""
    sides = {"no": 0, "none": 0, "separate": 0, "left": 1, "right": 1}.get(tags.get("sidewalk"), 2)
    beside = table["beside"]["high"] * sides if bound == "high" and kind["beside"] else 0
    tagged = re.fullmatch(r"\d+(\.\d+)?", tags.get("width", ""))
    lanes = re.fullmatch(r"\d+", tags.get("lanes", ""))
    if tagged and 0 < float(tagged[0]) <= table["widest_m"]:
        return "width", float(tagged[0]) + beside
    return ("lanes", int(lanes[0]) * table["lane"][bound] + beside) if lanes else ("class", kind[bound] + beside)


def streets(path, boundary):
    """Print lengths, areas and intersections within the boundary."""
    table = tomllib.loads((TABLES / "geo/tables/street_widths.toml").read_text())
    lines = pyogrio.read_dataframe(path, layer="lines")
    lines = lines[lines["highway"].notna()].copy()
    lines["tags"] = with_tags(lines)
    lines = pd.concat([lines, closed_streets(path)], ignore_index=True)
    never = {key: rule["values"] for key, rule in table["never"].items()}
    lines = lines[[not any(tags.get(key) in values for key, values in never.items()) for tags in lines["tags"]]]
    lines = lines[lines["highway"].isin(table["class"])]
    city = boundary.geometry.union_all()
    sums = Counter()
    for line, tags in zip(lines.geometry, lines["tags"], strict=True):
        kind = table["class"][tags["highway"]]
        length = GEOD.geometry_length(shapely.intersection(line, city)) if kind["land"] else 0.0
        sums["street_length_m"] += length
        for bound in ("low", "mid", "high"):
            rule, wide = width(tags, kind, table, bound)
            sums[f"street_area_{bound}_m2"] += length * wide
        sums[f"{rule}_tagged_share"] += length
    for name, value in sums.items():
        print(name, "=", value / sums["street_length_m"] if name.endswith("share") else value)
    print(meetings(lines, table, city))


def meetings(lines, table, city):
    """Count the points where segments of the network meet."""
    ends = Counter()
    for line in lines.geometry[[table["class"][kind]["network"] for kind in lines["highway"]]]:
        points = [(round(x, 7), round(y, 7)) for x, y in shapely.get_coordinates(line)]
        ends.update(point for pair in zip(points, points[1:], strict=False) if pair[0] != pair[1] for point in pair)
    shapely.prepare(city)
    return {name: sum(city.contains(shapely.Point(point)) for point, count in ends.items() if test(count))
            for name, test in (("intersections", lambda n: n >= 3), ("dead_ends", lambda n: n == 1))}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    extract = folder / "example_las_palmas_2023_osm_20230221.pbf"
    outline = gpd.read_file(next(folder.glob("*Centro Nacional*.geojson")))
    print({"gdal": pyogrio.__gdal_version__, "geopandas": gpd.__version__, "shapely": shapely.__version__})
    open_space(extract, outline)
    streets(extract, outline)
