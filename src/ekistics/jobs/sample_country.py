"""A made-up country on grids: an island with some twenty cities that grew differently, for profiling many at once."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import Transformer
from scipy.ndimage import gaussian_filter

from ekistics.core.crs import MOLLWEIDE, WGS84
from ekistics.core.errors import ConfigurationError
from ekistics.core.i18n import _
from ekistics.core.raster import Grid
from ekistics.geo.degurba import centre_frame, classify
from ekistics.jobs.sample_city.files import write_raster
from ekistics.package.staging import replaced_folder

__all__ = ["COUNTRY", "EPOCHS", "FILES", "SampleCountry", "make_sample_country"]

Floats = npt.NDArray[np.float64]
COUNTRY = "XMU"  # one of the codes that ISO 3166 leaves to users; the made-up city lies in it too
TITLE = "Merrow (made-up)"
EPOCHS = (1990, 2000, 2010, 2020)
SIZE = (280, 420)  # cells of a square kilometre
MIDDLE = (2.2, -23.1)  # degrees; open water of the South Atlantic
NAMES = ("Ashcombe", "Brinewell", "Caldera Bay", "Dunmarrow", "Eastquay", "Fernholt", "Greyhaven", "Hollin", "Ironford",
         "Juniper Point", "Kestrel", "Larkmouth", "Mossgate", "Northmere", "Oldstrand", "Pennick", "Quarry Hill",
         "Redsands", "Saltmarsh", "Thornby", "Underlea", "Vennport", "Westering", "Yarrow")
FILES = ("land.tif", "names.csv", *(f"{kind}_{year}.tif" for kind in ("population", "built_up") for year in EPOCHS))


@dataclass(frozen=True)
class SampleCountry:
    """What was made.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    seed : int
        Its seed.
    people : float
        People at the last date.
    centres : int
        Urban centres at the last date.
    """

    folder: Path
    seed: int
    people: float
    centres: int


def make_sample_country(folder: Path, *, seed: int = 1) -> SampleCountry:
    """Make the grids of the made-up country and the names of its cities, all of it or nothing.

    Parameters
    ----------
    folder : pathlib.Path
        Where; a sample country that is there already is replaced, anything else refused.
    seed : int
        The same seed gives the same country.

    Returns
    -------
    SampleCountry
        What was made.

    Raises
    ------
    ConfigurationError
        The folder holds something that is not a sample country.
    """
    grid, random = _grid(), np.random.default_rng(seed)
    land = _island(random)
    places = _places(random, land)
    lived = {year: _people(places, land, year, random) for year in EPOCHS}
    built = {year: _built_up(lived[year], year, random) for year in EPOCHS}
    with replaced_folder(Path(folder), may_replace=_require_sample) as staging:
        write_raster(staging / "land.tif", land * 1e6, grid, title="Land, m2", place=TITLE)
        for year in EPOCHS:
            write_raster(staging / f"population_{year}.tif", lived[year], grid, title="People", year=year, place=TITLE)
            write_raster(staging / f"built_up_{year}.tif", built[year], grid, title="Built-up surface, m2", year=year,
                         place=TITLE)
        count = _write_names(staging / "names.csv", grid, lived[EPOCHS[-1]], built[EPOCHS[-1]], land)
    return SampleCountry(Path(folder), seed, float(lived[EPOCHS[-1]].sum()), count)


def _require_sample(place: Path) -> None:
    found = {path.name for path in place.iterdir()} if place.is_dir() else {place.name}
    if not place.is_dir() or (found and not ("names.csv" in found and found <= set(FILES))):
        raise ConfigurationError(_("The folder holds something that is not the sample country."), where=place,
                                 got=", ".join(sorted(found - set(FILES))[:3]) or None,
                                 hint=_("Choose another folder, or empty this one first."))


def _grid() -> Grid:
    """Lay the frame on whole kilometres around the middle."""
    x, y = Transformer.from_crs(WGS84, MOLLWEIDE, always_xy=True).transform(*MIDDLE)
    height, width = SIZE
    left, top = 1000 * round(x / 1000 - width / 2), 1000 * round(y / 1000 + height / 2)
    return Grid(MOLLWEIDE, Affine(1000.0, 0.0, left, 0.0, -1000.0, top), height, width)


def _island(random: np.random.Generator) -> Floats:
    """Draw the share of land of each cell: one island with bays."""
    height, width = SIZE
    rows, columns = np.mgrid[0:height, 0:width]
    from_middle = np.hypot((rows - height / 2) / (0.44 * height), (columns - width / 2) / (0.46 * width))
    rough = gaussian_filter(random.standard_normal(SIZE), 14)
    coast = 1.0 - from_middle + 0.28 * rough / rough.std() * 0.5
    return np.clip(coast * 14, 0.0, 1.0)


@dataclass(frozen=True)
class _Place:
    row: float
    column: float
    people: float  # at the last date
    growth: float  # a year
    reach: float  # kilometres
    thinning: float  # how fast it spreads, a year


def _places(random: np.random.Generator, land: Floats) -> list[_Place]:
    """Choose places on land, well apart, of sizes that fall as in real countries: the second has half of the first."""
    found: list[_Place] = []
    dry = np.argwhere(gaussian_filter(land, 4) > 0.95)
    for rank in range(1, 70):
        for _try in range(200):
            row, column = dry[random.integers(len(dry))]
            if all(np.hypot(row - p.row, column - p.column) > 12 + 2.2 * p.reach for p in found):
                size = 1_900_000 / rank**0.95
                found.append(_Place(float(row), float(column), size, float(random.uniform(-0.004, 0.045)),
                                    1.3 + 0.011 * size**0.5 / 2, float(random.uniform(0.0, 0.012))))
                break
    return found


def _people(places: list[_Place], land: Floats, year: int, random: np.random.Generator) -> Floats:
    """Spread people around each place, and a few over the country."""
    rows, columns = np.mgrid[0:SIZE[0], 0:SIZE[1]]
    lived = np.full(SIZE, 6.0)
    for p in places:
        back = EPOCHS[-1] - year
        size, reach = p.people * np.exp(-p.growth * back), p.reach * np.exp(-(p.growth / 2 + p.thinning) * back)
        away = np.hypot(rows - p.row, columns - p.column) / reach
        shape = np.exp(-away**1.4)
        lived += size * shape / shape.sum()
    noise = gaussian_filter(random.standard_normal(SIZE), 1.0)
    return np.rint(lived * np.clip(1 + 0.5 * noise / noise.std(), 0.1, 3.0) * (land > 0.5))


def _built_up(lived: Floats, year: int, random: np.random.Generator) -> Floats:
    """Build more ground where more people live, and more of it for each of them every year."""
    ground = 75.0 * (1 + 0.012 * (year - EPOCHS[0]))
    noise = random.uniform(0.75, 1.25, SIZE)
    return 1e6 * 0.82 * (1 - np.exp(-lived * ground * noise / (1e6 * 0.82)))


def _write_names(path: Path, grid: Grid, lived: Floats, built: Floats, land: Floats) -> int:
    """Give the urban centres names, the largest first; the names are made up."""
    centres = centre_frame(classify(*(a.astype(np.float32) for a in (lived, built, land * 1e6))).centres, grid)
    ranked = centres.sort_values("population", ascending=False)["centre_id"].tolist()
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("country", "code", "name", "source"))
        writer.writerows((COUNTRY, code, f"{name} (made-up)", "Ekistics sample generator")
                         for code, name in zip(ranked, NAMES, strict=False))
    return len(ranked)
