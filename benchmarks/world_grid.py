"""A made-up Earth on the real 1 km grid, for timing: seeded, streamed to tiled GeoTIFFs, never committed.

About 30 % of the cells inside the ellipse are land with coasts; some 12,000 cities of Zipf sizes stand near the coasts
and inland, with towns and villages around them. It looks like the Earth to a classifier, and to nobody else.
``python -m benchmarks.world_grid FOLDER`` writes it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

HEIGHT, WIDTH = 18_000, 36_082
TILE = 512
LAND_SHARE = 0.30
NO_PEOPLE, NO_SURFACE = -200.0, 4_294_967_295
SETTLEMENTS = ((12_000, 1.0), (60_000, 0.0), (900_000, 0.0))  # cities, towns, villages


@dataclass(frozen=True)
class World:
    """The large features, from which rows are made one block at a time."""

    seed: int
    coarse: np.ndarray
    level: float
    row: np.ndarray
    column: np.ndarray
    people: np.ndarray
    reach: np.ndarray

    @classmethod
    def made(cls, seed: int = 11, height: int = HEIGHT, width: int = WIDTH) -> "World":
        """Draw continents and settlements."""
        rng = np.random.default_rng(seed)
        coarse = _noise(rng, height, width)
        level = float(np.quantile(coarse, 1 - LAND_SHARE))
        scale = height * width / (HEIGHT * WIDTH)
        kinds = [_settled(rng, coarse, level, max(int(count * scale), 3), (height, width), kind)
                 for kind, (count, _share) in enumerate(SETTLEMENTS)]
        row, column, people, reach = (np.concatenate([kind[k] for kind in kinds]) for k in range(4))
        order = np.argsort(row, kind="stable")
        return cls(seed, coarse, level, row[order], column[order], people[order], reach[order])


def _noise(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Draw noise of several sizes on a lattice of 32 cells."""
    shape = (height // 32 + 2, width // 32 + 2)
    total = np.zeros(shape)
    for size, weight in ((64, 1.0), (24, 0.6), (8, 0.3), (2, 0.1)):
        small = rng.standard_normal((shape[0] // size + 3, shape[1] // size + 3))
        y, x = np.linspace(0, small.shape[0] - 1.001, shape[0]), np.linspace(0, small.shape[1] - 1.001, shape[1])
        total += weight * _bilinear(small, y, x)
    return total.astype(np.float32)


def _bilinear(lattice: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Read a lattice at all pairs of rows and columns."""
    r, c = y.astype(int), x.astype(int)
    dy, dx = (y - r)[:, None].astype(np.float32), (x - c)[None, :].astype(np.float32)
    upper = lattice[r][:, c] * (1 - dx) + lattice[r][:, c + 1] * dx
    lower = lattice[r + 1][:, c] * (1 - dx) + lattice[r + 1][:, c + 1] * dx
    return upper * (1 - dy) + lower * dy


def _settled(rng: np.random.Generator, coarse: np.ndarray, level: float, count: int, shape: tuple[int, int],
             kind: int) -> tuple[np.ndarray, ...]:
    """Draw settlements of one kind on land: places, people, and the cells over which density halves."""
    row, column = rng.uniform(0, shape[0], 6 * count), rng.uniform(0, shape[1], 6 * count)
    land = coarse[(row / 32).astype(int), (column / 32).astype(int)] > level
    row, column = row[land][:count], column[land][:count]
    n = len(row)
    if kind == 0:
        people = np.minimum(58_000 / rng.random(n) ** 0.9, 30e6)
        return row, column, people, np.sqrt(people / rng.uniform(9_000, 30_000, n) / 6)
    low, high, density = ((4_000, 45_000, 1_800), (200, 4_000, 900))[kind - 1]
    people = low * (high / low) ** rng.random(n)
    return row, column, people, np.sqrt(people / density / 6)


def block(world: World, start: int, stop: int, width: int = WIDTH, height: int = HEIGHT) -> tuple[np.ndarray, ...]:
    """Make some rows: people (float32), built-up and land (uint32, square metres)."""
    rng = np.random.default_rng((world.seed, start))
    rows, columns = np.arange(start, stop), np.arange(width)
    field = _bilinear(world.coarse, rows / 32, columns / 32) - world.level
    land = np.clip(field * 40 + 0.5, 0, 1).astype(np.float32)
    people = _countryside(rng, field, land)
    _stamp(world, people, start, stop)
    people *= rng.lognormal(0, 0.35, people.shape).astype(np.float32)
    people[land == 0] = 0
    built_up = ((1 - np.exp(-people / 6_000)) * 1e6 * np.minimum(land, 0.9)).astype(np.uint32)
    y = (height / 2 - rows - 0.5) / (height / 2)
    x = (columns + 0.5 - width / 2) / (width / 2)
    outside = (x[None, :] ** 2 + y[:, None] ** 2) > 1
    surface = (land * 1e6).astype(np.uint32)
    people[outside] = NO_PEOPLE
    built_up[outside] = surface[outside] = NO_SURFACE
    return people, built_up, surface


def _countryside(rng: np.random.Generator, field: np.ndarray, land: np.ndarray) -> np.ndarray:
    """Spread few people over a part of the land."""
    settled = (land > 0) & (rng.random(field.shape, dtype=np.float32) < 0.35)
    return np.where(settled, 12 * land, 0).astype(np.float32)


def _stamp(world: World, people: np.ndarray, start: int, stop: int) -> None:
    """Add the settlements whose people live in some rows."""
    reach = np.ceil(world.reach * 4).astype(int) + 1
    for size in np.unique(reach):
        near = np.flatnonzero((reach == size) & (world.row > start - size - 1) & (world.row < stop + size))
        offsets = np.arange(-size, size + 1)
        for part in np.array_split(near, max(len(near) * (2 * size + 1) ** 2 // 4_000_000, 1)):
            _stamp_part(world, people, part, start, offsets)


def _stamp_part(world: World, people: np.ndarray, part: np.ndarray, start: int, offsets: np.ndarray) -> None:
    row, column = world.row[part].astype(int), world.column[part].astype(int)
    r, c = row[:, None, None] + offsets[None, :, None], column[:, None, None] + offsets[None, None, :]
    distance = np.hypot(r - world.row[part][:, None, None], c - world.column[part][:, None, None])
    halo = world.reach[part][:, None, None]
    density = world.people[part][:, None, None] / (2 * np.pi * halo**2) * np.exp(-distance / halo)
    r, c = np.broadcast_to(r - start, density.shape), np.broadcast_to(c, density.shape)
    inside = (r >= 0) & (r < people.shape[0]) & (c >= 0) & (c < people.shape[1])
    np.add.at(people, (r[inside], c[inside]), density[inside].astype(np.float32))


def write(folder: Path, *, height: int = HEIGHT, width: int = WIDTH, seed: int = 11) -> tuple[Path, Path, Path]:
    """Write the three grids; those that are there already are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = tuple(folder / f"{name}_{height}x{width}_{seed}.tif" for name in ("population", "built_up", "land"))
    if all(path.exists() for path in paths):
        return paths
    world = World.made(seed, height, width)
    shared = {"driver": "GTiff", "height": height, "width": width, "count": 1, "crs": "ESRI:54009", "tiled": True,
              "transform": Affine(1000, 0, -width * 500, 0, -1000, height * 500), "blockxsize": TILE,
              "blockysize": TILE, "compress": "deflate", "zlevel": 1, "bigtiff": "if_safer", "num_threads": "all_cpus"}
    kinds = (("float32", NO_PEOPLE), ("uint32", NO_SURFACE), ("uint32", NO_SURFACE))
    drafts = [path.with_suffix(".draft.tif") for path in paths]
    files = [rasterio.open(draft, "w", dtype=dtype, nodata=nodata, **shared)
             for draft, (dtype, nodata) in zip(drafts, kinds, strict=True)]
    for start in range(0, height, TILE):
        stop = min(start + TILE, height)
        for file, values in zip(files, block(world, start, stop, width, height), strict=True):
            file.write(values, 1, window=Window(0, start, width, stop - start))
    for file, draft, path in zip(files, drafts, paths, strict=True):
        file.close()
        draft.rename(path)
    return paths


if __name__ == "__main__":
    print(*write(Path(sys.argv[1])), sep="\n")
