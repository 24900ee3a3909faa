"""Classify a grid by the Degree of Urbanisation: read, classify, write classes, units and centres, all or nothing."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

import ekistics
from ekistics.core.crs import GEOD, WGS84
from ekistics.core.errors import ConfigurationError, InputFormatError, InvalidValueError, NoOverlapError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance, Run
from ekistics.core.raster import Grid, Raster
from ekistics.geo.degurba import (
    MISSING,
    NAMES,
    UNIT_RULES,
    Classification,
    DegurbaParameters,
    centre_frame,
    classify,
    classify_source,
    classify_units,
    colour_table,
    unit_shares,
)
from ekistics.geo.degurba.codes import decode, level_codes
from ekistics.geo.outlines import reproject_outlines
from ekistics.readers.raster import read_raster
from ekistics.readers.raster_blocks import RasterGrids
from ekistics.readers.vector import read_vector

__all__ = ["METHOD", "Delineation", "Outputs", "Units", "run", "unit_table", "urban_centre_at"]

METHOD = "Degree of Urbanisation, grid classification of July 2024 (GHSL R2023A)"
Progress = Callable[[str, float], None]

_TILED_FROM = 20_000_000  # cells; larger maps are written as tiles without overviews, as they are classified
_BLOCK = 512
_CACHE_BYTES = 128 * 2**20  # each block of a raster is read once, so more of a cache would only hold memory


@dataclass(frozen=True, slots=True)
class Units:
    """Territorial units to classify.

    Parameters
    ----------
    path : pathlib.Path
        A vector file of polygons.
    id : str
        Column with the code of a unit; empty takes the first column whose values differ.
    layer : str
        The layer, for a file that has several.
    method : str
        "lattice" (the official 50 m workflow) or "exact".
    """

    path: Path
    id: str = ""
    layer: str = ""
    method: str = "lattice"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What is written.

    Parameters
    ----------
    classes : mapping of int to pathlib.Path
        GeoTIFF by level, 1 and 2.
    units : pathlib.Path, optional
        CSV of the territorial units.
    centres : pathlib.Path, optional
        GeoPackage of the urban centres.
    """

    classes: Mapping[int, Path] = field(default_factory=dict)
    units: Path | None = None
    centres: Path | None = None


@dataclass(frozen=True, slots=True)
class Delineation:
    """What a run found.

    Parameters
    ----------
    classification : Classification
        Classes of the whole grid, buffer included.
    grid : Grid
        Frame of the whole grid.
    crop : int
        Cells of the buffer that outputs leave out.
    run : Run
        Inputs with checksums, parameters and version.
    units : pandas.DataFrame, optional
        Table of the territorial units.
    """

    classification: Classification
    grid: Grid
    crop: int
    run: Run
    units: pd.DataFrame | None = None

    @property
    def window(self) -> Grid:
        """Give the grid without its buffer."""
        return _cropped(self.grid, self.crop)


def run(population: Path | str, built_up: Path | str, land: Path | str, *, outputs: Outputs,
        parameters: DegurbaParameters | None = None, units: Units | None = None, crop: int = 0,
        progress: Progress | None = None) -> Delineation:
    """Classify three rasters and write what is asked for.

    Parameters
    ----------
    population, built_up, land : path-like
        GeoTIFFs with the same cells in an equal-area CRS: people, square metres of built-up surface and of permanent
        land, a cell.
    outputs : Outputs
        Files to write; they appear together at the end, or not at all.
    parameters : DegurbaParameters, optional
        The rules.
    units : Units, optional
        Territorial units to classify.
    crop : int
        Cells of a buffer on each side, cut off after the classification.
    progress : callable, optional
        Called with the name of the step and the share done, 0 to 1.

    Returns
    -------
    Delineation
        The classification and what belongs to it.

    Raises
    ------
    EkisticsError
        An input cannot be used; the text says which, where and what to do. Nothing is written.
    """
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES):
        return _run((population, built_up, land), outputs, parameters or DegurbaParameters(), units, crop,
                    progress or _silent)


def _run(paths: tuple[Path | str, ...], outputs: Outputs, parameters: DegurbaParameters, units: Units | None,
         crop: int, tell: Progress) -> Delineation:
    """Read, classify, write."""
    source = RasterGrids(*paths)
    try:
        _check_crop(source.grid, crop)
        _check_land(source)
        with ThreadPoolExecutor(1) as beside:
            inputs = beside.submit(_inputs, source)
            classification = _classify(source, parameters, crop, tell)
    finally:
        source.close()
    record = Run(inputs.result(), classification.parameters.as_dict() | {"crop": crop},
                 {"degree_of_urbanisation": METHOD}, ekistics.__version__)
    result = Delineation(classification, source.grid, crop, record)
    if units is not None:
        tell("units", 0.0)
        result = replace(result, units=unit_table(result, units, source.paths[0]))
    _write_all(result, outputs, tell)
    return result


def _silent(step: str, share: float) -> None:
    """Report to nobody."""


def _cropped(grid: Grid, crop: int) -> Grid:
    return grid.window(crop, crop, grid.height - 2 * crop, grid.width - 2 * crop)


def _check_crop(grid: Grid, crop: int) -> None:
    if crop < 0 or 2 * crop >= min(grid.shape):
        raise ConfigurationError(_("The buffer to cut off does not fit the grid."), where="--crop", got=crop,
                                 expected=_("less than half of {cells} cells").format(cells=min(grid.shape)))


def _check_land(source: RasterGrids) -> None:
    """Refuse a land grid that holds shares where square metres are meant, as far as a quick look tells."""
    most = source.most_land(source.shape[0] // 2)
    if 0 < most <= 1.0:
        raise InvalidValueError(_("The land grid seems to hold shares, not square metres."), where=source.paths[2],
                                expected=_("up to {area:g} a cell").format(area=source.cell_area),
                                got=most, hint=_("Multiply it by the area of a cell."))


def _classify(source: RasterGrids, parameters: DegurbaParameters, crop: int, tell: Progress) -> Classification:
    """Classify, naming the file of a value that cannot be."""
    files = dict(zip(("population", "built_up", "land"), source.paths, strict=True))
    try:
        return classify_source(source, parameters=parameters, crop=crop, block_rows=source.block_rows, progress=tell)
    except InvalidValueError as error:
        if error.param not in files:
            raise
        where = str(error.where).replace(error.param, str(files[error.param]), 1)
        raise InvalidValueError(error.message, where=where, param=error.param, expected=error.expected, got=error.got,
                                hint=_("If the value stands for no data, declare it in the file as nodata "
                                       "(gdal_edit -a_nodata).")) from error


def _inputs(source: RasterGrids) -> tuple[Provenance, ...]:
    roles = ("population", "built_up", "land")
    return tuple(Provenance.of_file(path, role=role) for path, role in zip(source.paths, roles, strict=True))


def unit_table(result: Delineation, units: Units, population: Path) -> pd.DataFrame:
    """Classify territorial units at both levels by all rules.

    Parameters
    ----------
    result : Delineation
        The classified grid.
    units : Units
        The units.
    population : pathlib.Path
        The raster of people.

    Returns
    -------
    pandas.DataFrame
        Per unit: population, basis, inside, shares by class, and the class by each set of rules with its reason where
        there is none.
    """
    frame = read_vector(units.path, role="units", layer=units.layer or None).frame
    frame = reproject_outlines(frame.set_index(_id_column(frame, units)), result.grid.crs)
    people = read_raster(population, role="population", unit_measure="PS").values
    c, inner = result.crop, result.classification.byte
    window = (slice(c, inner.shape[0] - c), slice(c, inner.shape[1] - c))
    shares = {level: unit_shares(frame, decode(inner[window], level), people[window], result.window, level=level,
                                 method=units.method) for level in (1, 2)}  # type: ignore[arg-type]
    columns = [shares[1], shares[2].filter(like="share_")]
    columns.append(classify_units(shares[1], level=1).add_prefix("level1_"))
    columns += [classify_units(shares[2], level=2, rules=rules).add_prefix(f"level2_{rules}_") for rules in UNIT_RULES]
    return pd.concat(columns, axis=1)


def _id_column(frame: gpd.GeoDataFrame, units: Units) -> str:
    names = [str(name) for name in frame.columns if name != frame.geometry.name]
    if units.id:
        if units.id not in names:
            raise InputFormatError(_("The units have no such column."), where=units.path, got=units.id,
                                   expected=", ".join(names))
        if frame[units.id].duplicated().any():
            twice = frame[units.id][frame[units.id].duplicated()].iloc[0]
            raise InvalidValueError(_("Two units have one code."), where=f"{units.path}: {units.id}", got=twice)
        return units.id
    for name in names:
        if frame[name].notna().all() and frame[name].is_unique:
            return name
    raise InputFormatError(_("No column tells the units apart."), where=units.path,
                           hint=_("Name it with --units-id."))


def _write_all(result: Delineation, outputs: Outputs, tell: Progress) -> None:
    """Write every file beside its place, then move them all there."""
    with _moved_together() as staged:
        for level in outputs.classes:
            tell(f"level {level}", 0.0)
        places = {level: staged(path) for level, path in outputs.classes.items()}
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda place: _write_classes(result, place[0], place[1]), places.items()))
        if outputs.centres is not None:
            tell("centres", 0.0)
            _write_centres(result, staged(outputs.centres))
        if outputs.units is not None and result.units is not None:
            result.units.round(9).to_csv(staged(outputs.units))
    tell("done", 1.0)


@contextmanager
def _moved_together() -> Iterator[Callable[[Path], Path]]:
    """Give temporary names to write to; move the files to their places when the block ends without an error."""
    folders: dict[Path, Path] = {}

    def staged(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        folders[path] = folder / path.name
        return folders[path]

    try:
        yield staged
        for place, written in folders.items():
            written.replace(place)
    finally:
        for written in folders.values():
            shutil.rmtree(written.parent, ignore_errors=True)


def _write_classes(result: Delineation, level: int, path: Path) -> None:
    """Write one level: a Cloud Optimized GeoTIFF, or plain tiles where the grid is very large."""
    grid = result.window
    large = grid.height * grid.width > _TILED_FROM
    profile = {"driver": "GTiff", "height": grid.height, "width": grid.width, "count": 1, "dtype": "uint8",
               "crs": grid.crs.to_wkt(), "transform": grid.transform, "nodata": MISSING, "tiled": True,
               "blockxsize": _BLOCK, "blockysize": _BLOCK, "compress": "deflate", "bigtiff": "if_safer",
               "num_threads": 1 if large else "all_cpus", "zlevel": 1 if large else 9}
    target = path if large else path.with_suffix(".plain.tif")
    with rasterio.open(target, "w", **profile) as file:
        file.write_colormap(1, colour_table(level))
        file.update_tags(**_tags(result, level))
        file.set_band_description(1, f"Degree of Urbanisation, level {level}")
        for start, classes in result.classification.blocks(level, _BLOCK, crop=result.crop):
            file.write(classes, 1, window=Window(0, start, grid.width, classes.shape[0]))
    if not large:
        copy_raster(target, path, driver="COG", compress="deflate", blocksize=_BLOCK, overview_resampling="mode",
                    statistics="no")


def _tags(result: Delineation, level: int) -> dict[str, str]:
    """Say in the file what it is, by which rules and from which inputs."""
    classes = {f"CLASS_{code}": NAMES[code] for code in level_codes(level)}
    inputs = {f"INPUT_{p.role.upper()}": f"{p.name} sha256:{p.sha256}" for p in result.run.inputs}
    return {"METHOD": METHOD, "LEVEL": str(level), "RUN": result.run.id, "SOFTWARE": f"ekistics {ekistics.__version__}",
            "PARAMETERS": json.dumps(dict(result.run.parameters), sort_keys=True), **classes, **inputs}


def _write_centres(result: Delineation, path: Path) -> None:
    frame = centre_frame(result.classification.centres, result.grid)
    frame["geometry"] = [shapely.MultiPolygon([g]) if g.geom_type == "Polygon" else g for g in frame.geometry]
    frame.to_file(path, driver="GPKG", layer="urban_centres", engine="pyogrio", geometry_type="MultiPolygon")


def urban_centre_at(longitude: float, latitude: float, population: Raster, built_up: Raster, land: Raster,
                    parameters: DegurbaParameters | None = None) -> gpd.GeoDataFrame:
    """Delineate the urban centre that holds a point.

    Parameters
    ----------
    longitude, latitude : float
        The point, degrees.
    population, built_up, land : Raster
        People, square metres of built-up surface and of permanent land a cell, on one equal-area grid.
    parameters : DegurbaParameters, optional
        The rules.

    Returns
    -------
    geopandas.GeoDataFrame
        One row in EPSG:4326 with the columns of :func:`ekistics.geo.degurba.centre_frame`.

    Raises
    ------
    CrsMismatchError, GeographicCrsError
        The grids are not on one equal-area grid.
    NoOverlapError
        The point is in no urban centre; the text names the nearest one and its distance.
    """
    grid = population.grid
    for raster in (built_up, land):
        if not grid.same_cells(raster.grid):
            raise NoOverlapError(_("The grids do not have the same cells."), expected=grid.bounds,
                                 got=raster.grid.bounds)
    found = classify(population.values, built_up.values, land.values, cell_area=grid.cell_area, parameters=parameters)
    return centre_holding(longitude, latitude, reproject_outlines(centre_frame(found.centres, grid), WGS84))


def centre_holding(longitude: float, latitude: float, centres: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Choose the urban centre that holds a point.

    Parameters
    ----------
    longitude, latitude : float
        The point, degrees.
    centres : geopandas.GeoDataFrame
        Centres in EPSG:4326.

    Returns
    -------
    geopandas.GeoDataFrame
        Its row.

    Raises
    ------
    NoOverlapError
        The point is in none; the text names the nearest one and its distance.
    """
    point = shapely.Point(longitude, latitude)
    inside = centres[centres.geometry.intersects(point)]
    if len(inside):
        return inside.iloc[:1].reset_index(drop=True)
    raise _outside(point, centres)


def _outside(point: shapely.Point, centres: gpd.GeoDataFrame) -> NoOverlapError:
    """Say that a point is in no urban centre, and how far the nearest is."""
    hint = _("The grids given hold no urban centre at all.")
    if len(centres):
        ends = [shapely.shortest_line(point, outline) for outline in centres.geometry]
        metres = [GEOD.geometry_length(line) for line in ends]
        nearest = int(np.argmin(metres))
        hint = _("The nearest is {name} with {people} people, {distance} km away.").format(
            name=centres["centre_id"].iloc[nearest], people=f"{centres['population'].iloc[nearest]:.0f}",
            distance=f"{metres[nearest] / 1000:.1f}")
    return NoOverlapError(_("The point is in no urban centre."), got=(point.x, point.y), hint=hint)
