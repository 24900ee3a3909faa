"""Zonal sums beside exactextract in the same process and on the same arrays: no slower, on three sizes."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.raster import Grid
from ekistics.geo.zonal import coverage, zonal_sums
from ekistics.readers.raster import read_raster
from ekistics.readers.vector import read_vector

BELGIUM = Path(__file__).resolve().parent.parent.parent / "shared/data/ghsl-belgium"
BAR = ">= 1 times as fast, equal to 1e-6"
Case = tuple[npt.NDArray[Any], Grid, gpd.GeoDataFrame]


def belgium(finer: int) -> Case:
    """Give the people and the 581 municipalities of Belgium, each 1 km cell cut into finer x finer equal cells."""
    people = read_raster(BELGIUM / "POP.tif", role="population", unit_measure="PS")
    zones = read_vector(BELGIUM / "municipalities_2024.gpkg", role="units").frame
    values = np.kron(people.values / finer**2, np.ones((finer, finer)))
    t = people.grid.transform
    transform = Affine(t.a / finer, 0, t.c, 0, t.e / finer, t.f)
    return values, Grid(people.grid.crs, transform, *values.shape), zones


def voronoi(size: int, count: int) -> Case:
    """Give random values on a square of cells, and the Voronoi cells of random points on it."""
    rng = np.random.default_rng(20261121)
    square = shapely.box(0, 0, size, size)
    points = shapely.multipoints(rng.uniform(0, size, (count, 2)))
    outlines = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(points, extend_to=square)), square)
    zones = gpd.GeoDataFrame(geometry=outlines, crs=MOLLWEIDE)
    grid = Grid(MOLLWEIDE, Affine(1, 0, 0, 0, -1, size), size, size)
    return rng.gamma(1, 5, grid.shape).astype(np.float32), grid, zones


def ours(case: Case) -> npt.NDArray[np.float64]:
    """Sum with this program: shares and sums."""
    values, grid, zones = case
    return zonal_sums(values, coverage(grid, zones))["sum"].to_numpy()


def theirs(case: Case) -> npt.NDArray[np.float64]:
    """Sum with exactextract by its faster strategy here, feature after feature, from memory."""
    values, grid, zones = case
    source = NumPyRasterSource(values, *grid.bounds, nodata=np.nan, srs_wkt=grid.crs.to_wkt())
    return exact_extract(source, zones, ["sum"], output="pandas")["sum"].to_numpy()


def best(work: Callable[[Case], npt.NDArray[np.float64]], case: Case,
         times: int) -> tuple[float, npt.NDArray[np.float64]]:
    """Give the shortest of some times, and the result."""
    shortest = float("inf")
    for _round in range(times):
        begin = time.perf_counter()
        result = work(case)
        shortest = min(shortest, time.perf_counter() - begin)
    return shortest, result


def peak_of(what: str) -> float:
    """Give the peak of memory of one run of our own in a process of its own, arrays included."""
    program = f"import benchmarks.zonal as b, benchmarks.peers.memory as m; b.ours({what}); print(m.peak_mib())"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True,
                             cwd=Path(__file__).resolve().parent.parent)
    return float(outcome.stdout)


def row(name: str, what: str, case: Case, times: int) -> dict[str, Any]:
    """Time one case."""
    ours_s, mine = best(ours, case, times)
    peer_s, other = best(theirs, case, times)
    known = np.isfinite(mine) & (other > 0)
    apart = float(np.abs(mine[known] / other[known] - 1).max())
    return {"name": name, "ours_s": ours_s, "peer": "exactextract", "peer_s": peer_s, "ratio": peer_s / ours_s,
            "bar": BAR, "peak_mib": peak_of(what), "met": ours_s <= peer_s and apart < 1e-6,
            "note": f"shares and sums, from arrays; sums differ by at most {apart:.0e} (its shares are float32)"}


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time Belgium at 1 km and 100 m, and 36 million cells with 3,000 zones (a ninth of both in the short run)."""
    times, size, count = (1, 2000, 333) if quick else (3, 6000, 3000)
    found = []
    for finer, step in ((1, "1 km"), (10, "100 m")):
        name = f"Zonal sums, 581 municipalities of Belgium at {step}"
        found.append(row(name, f"b.belgium({finer})", belgium(finer), times) if BELGIUM.exists()
                     else {"name": name, "bar": BAR, "note": "real data absent"})
    name = f"Zonal sums, {size * size / 1e6:.0f} million cells, {count:,} Voronoi zones"
    found.append(row(name, f"b.voronoi({size}, {count})", voronoi(size, count), times))
    return found
