"""Compute the Belgian figures of golden_zonal.toml with GEOS intersections and with exactextract, without our code.

Run with the folder of the data as the only argument; it prints what the golden file holds.
"""

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

UNITS = (11002, 21004, 44021, 62063, 73028, 84016)

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    zones = gpd.read_file(folder / "municipalities_2024.gpkg")
    with rasterio.open(folder / "POP.tif") as source:
        people, t, bounds = source.read(1), source.transform, source.bounds
    row, column = np.indices(people.shape)
    left, top = t.c + t.a * column.ravel(), t.f + t.e * row.ravel()
    cells = shapely.box(left, top + t.e, left + t.a, top)
    zone, cell = shapely.STRtree(cells).query(zones.geometry.values, predicate="intersects")
    share = shapely.area(shapely.intersection(zones.geometry.values[zone], cells[cell])) / (t.a * -t.e)
    zones["geos"] = np.bincount(zone, share * people.ravel()[cell], minlength=len(zones))
    raster = NumPyRasterSource(people, *bounds, nodata=np.nan, srs_wkt=zones.crs.to_wkt())
    zones["exactextract"] = exact_extract(raster, zones, ["sum"], output="pandas")["sum"].to_numpy()
    print(zones[["geos", "exactextract"]].sum().map(repr))
    for uid in UNITS:
        print(uid, zones.loc[zones.UID == uid, ["NAME_4", "geos", "exactextract"]].to_numpy().tolist())
