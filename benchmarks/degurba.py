"""The Degree of Urbanisation: a country, a continent's worth of cells, and the Earth from and to GeoTIFFs.

Each row is timed in a process of its own, so that its peak of memory is its own. Peers are published figures from other
machines, and say so.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import world_grid

ROOT = Path(__file__).resolve().parent.parent
BELGIUM = ROOT.parent / "shared/data/ghsl-belgium"
PUBLISHED = "published, other machine"

COMMON = """
import json, sys, time
import numpy as np
from benchmarks.peers.memory import peak_mib
from ekistics.geo.degurba import ArrayGrids, classify_source

def report(**found):
    found["peak_mib"] = peak_mib()
    print(json.dumps(found))
"""
BELGIUM_PROGRAM = COMMON + """
from ekistics.readers.raster_blocks import RasterGrids
source = RasterGrids(*sys.argv[2:5])
grids = ArrayGrids(*source.read(0, source.shape[0]).as_float())
times = []
for _ in range(1 + int(sys.argv[1])):
    begin = time.perf_counter()
    found = classify_source(grids)
    times.append(time.perf_counter() - begin)
report(first=times[0], best=min(times[1:]), compiled="numba" in sys.modules)
"""
TILED_PROGRAM = COMMON + """
from ekistics.readers.raster_blocks import RasterGrids
source = RasterGrids(*sys.argv[2:5])
small = [np.asarray(grid, dtype=np.float32) for grid in source.read(0, source.shape[0]).as_float()]
classify_source(ArrayGrids(*small), engine="numba")
grids = ArrayGrids(*(np.tile(grid, (22, 22)) for grid in small))
times = []
for _ in range(int(sys.argv[1])):
    begin = time.perf_counter()
    found = classify_source(grids)
    times.append(time.perf_counter() - begin)
report(best=min(times), cells=grids.population.size, centres=len(found.centres))
"""
WORLD_PROGRAM = COMMON + """
from pathlib import Path
from ekistics.geo.degurba import Classification
from ekistics.jobs import delineate as job
out = Path(sys.argv[1])
begin, cpu = time.perf_counter(), time.process_time()
found = job.run(*sys.argv[2:5], outputs=job.Outputs({1: out / "level1.tif", 2: out / "level2.tif"}))
report(best=time.perf_counter() - begin, cpu=time.process_time() - cpu, centres=len(found.classification.centres),
       cells=found.classification.byte.size)
"""


def _run(program: str, *arguments: object) -> dict[str, Any]:
    """Run a program in a process of its own and read its last line."""
    outcome = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], cwd=ROOT, capture_output=True,
                             text=True, check=True)
    return dict(json.loads(outcome.stdout.strip().splitlines()[-1]))


def _row(name: str, found: dict[str, Any], bar_s: float, bar_mib: float, **more: Any) -> dict[str, Any]:
    """Lay one result beside its bar."""
    bar = f"<= {bar_s:g} s" + (f", {bar_mib:g} MiB" if bar_mib else "")
    met = found["best"] <= bar_s and (not bar_mib or found["peak_mib"] <= bar_mib)
    ratio = more["peer_s"] / found["best"]
    return {"name": name, "ours_s": found["best"], "bar": bar, "peak_mib": found["peak_mib"], "met": met,
            "ratio": ratio, **more}


def belgium(repeats: int) -> list[dict[str, Any]]:
    """Time the country and the tiled country."""
    inputs = [BELGIUM / f"{name}.tif" for name in ("POP", "BUILT_S", "LAND")]
    if not all(path.exists() for path in inputs):
        return [{"name": "Degree of Urbanisation: Belgium", "bar": "<= 0.05 s", "note": "real data absent"}]
    country = _run(BELGIUM_PROGRAM, 5 * repeats, *inputs)
    first = f"first run {country['first']:.3f} s" + (", compiler loaded" if country["compiled"] else ", no compiler")
    tiled = _run(TILED_PROGRAM, repeats, *inputs)
    return [
        _row("Degree of Urbanisation: Belgium, 66,357 cells, both levels", country, 0.05, 0, peer="flexurba, level 2",
             peer_s=2.0, note=f"{first}; peer {PUBLISHED}"),
        _row(f"Degree of Urbanisation: Belgium tiled 22 x 22, {tiled['cells']:,} cells, both levels", tiled, 2.0, 1536,
             peer="GHS-DUG, level 2", peer_s=10.0, note=f"from arrays; flexurba 187 s; peers {PUBLISHED}")]


def world(folder: Path, *, quick: bool) -> dict[str, Any]:
    """Time the Earth, or a ninth of it, from three tiled GeoTIFFs to two class GeoTIFFs."""
    height, width = (6_000, 12_027) if quick else (world_grid.HEIGHT, world_grid.WIDTH)
    inputs = world_grid.write(folder, height=height, width=width)
    _run(WORLD_PROGRAM, folder, *world_grid.write(folder, height=1_500, width=3_007))  # compiles for these types
    found = min((_run(WORLD_PROGRAM, folder, *inputs) for _ in range(1 if quick else 2)), key=lambda run: run["best"])
    note = f"made-up Earth, {found['centres']:,} centres; CPU {found['cpu']:.1f} s; peer {PUBLISHED}, 116 GB"
    share = height * width / (world_grid.HEIGHT * world_grid.WIDTH)
    row = _row(f"Degree of Urbanisation: {width:,} x {height:,} cells, GeoTIFF to GeoTIFF, both levels", found,
               20.0 * share, 2048, peer="flexurba, the Earth", peer_s=145 * 60.0 * share, note=note)
    # A small part cannot be held against a part of the bar: starting up takes the same time.
    return row if not quick else {**row, "met": None, "bar": "<= 20 s, 2048 MiB for the whole",
                                  "note": f"a ninth of the grid; {note}"}


def rows(quick: bool) -> list[dict[str, Any]]:
    """Time all three; the short run takes a ninth of the Earth."""
    with tempfile.TemporaryDirectory(prefix="ekistics-world-") as folder:
        return [*belgium(1 if quick else 3), world(Path(folder), quick=quick)]
