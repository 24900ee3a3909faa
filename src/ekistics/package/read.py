"""Read a profile package back into one value."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyproj.exceptions import ProjError
from rasterio.errors import RasterioError
from shapely.errors import ShapelyError

from ekistics.core.errors import EkisticsError, PackageError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.package.descriptor import layer_crs, load_checks, load_descriptor, parse_head
from ekistics.package.layers import read_raster, read_vector
from ekistics.package.model import Layer, ProfilePackage
from ekistics.package.table import read_parquet

__all__ = ["read_layer", "read_package"]

# What the libraries raise where a file is not what it should be: some look at its marks only when they use them.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, RasterioError, pa.ArrowException, ProjError,
              ShapelyError, EkisticsError)


def read_package(folder: Path) -> ProfilePackage:
    """Read a profile package.

    Parameters
    ----------
    folder : pathlib.Path
        The package. Its checksums are not looked at; :func:`ekistics.package.verify.verify_package` does that.

    Returns
    -------
    ProfilePackage
        What was written, with the observations in canonical form and map rasters as float32.

    Raises
    ------
    MissingInputError
        There is no package.
    PackageError
        A part of it cannot be read.
    """
    folder = Path(folder)
    descriptor = load_descriptor(folder)
    place, places, run, indicators = parse_head(descriptor)
    flags, certificates = load_checks(folder / "checks.json")
    layers = tuple(read_layer(folder, entry) for entry in descriptor["ekistics"].get("layers", ()))
    return ProfilePackage(place, places, run, read_parquet(folder / "observations.parquet"), layers, flags,
                          certificates, str(descriptor.get("created", "")),
                          str(descriptor["ekistics"].get("edition", "")), indicators)


def read_layer(folder: Path, entry: Mapping[str, Any]) -> Layer:
    """Read one layer of a package.

    Parameters
    ----------
    folder : pathlib.Path
        The package.
    entry : mapping
        The layer's entry in ``ekistics.layers`` of the descriptor.

    Returns
    -------
    Layer
        The layer.

    Raises
    ------
    PackageError
        Its file is absent or cannot be read.
    """
    try:
        words = {name: entry[name] for name in ("code", "title", "value", "unit_measure", "note")}
        stem = folder / "layers" / entry["code"]
        if entry["kind"] == "vector":
            return Layer(frame=read_vector(stem.with_suffix(".parquet")), **words)
        source = entry["provenance"]
        raster = read_raster(stem.with_suffix(".tif"), crs=layer_crs(entry), unit_measure=entry["cell_unit"],
                             time_period=entry["time_period"])
        return Layer(raster=raster if source is None else replace(raster, provenance=Provenance(**source)), **words)
    except UNREADABLE as error:
        raise PackageError(_("A layer of the package cannot be read."), where=entry.get("code"),
                           got=str(error)) from error
