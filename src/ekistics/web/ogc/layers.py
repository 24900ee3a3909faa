"""Vector layers of packages as features, read a few thousand shapes at a time."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from pyproj import CRS

from ekistics.core.crs import WGS84
from ekistics.web.observatory.models import Edition, Layer
from ekistics.web.observatory.tables import open_editions
from ekistics.web.ogc.asked import Asked
from ekistics.web.policy import Actor, State

__all__ = ["LayerFile", "feature", "features", "layer_named", "listed_layers"]

NAME = re.compile(r"layer-([1-9][0-9]{0,17})-([A-Za-z0-9_.-]{1,60})")
BATCH = 4096
Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LayerFile:
    """A vector layer with its file.

    Parameters
    ----------
    row : Layer
        Its row in the record.
    path : pathlib.Path
        The GeoParquet file.
    columns : tuple of str
        Names of its properties.
    geometry : str
        Name of the column of shapes.
    crs : pyproj.CRS
        Its reference system.
    """

    row: Layer
    path: Path
    columns: tuple[str, ...]
    geometry: str
    crs: CRS


def _vectors(actor: Actor) -> QuerySet[Layer]:
    return Layer.objects.filter(kind="vector", edition__in=open_editions(actor)).select_related("edition__place")


def listed_layers(actor: Actor) -> QuerySet[Layer]:
    """Give the vector layers of the newest released edition of each dataset; those of older ones are there by name."""
    newer = Edition.objects.filter(dataset=OuterRef("edition__dataset"), state=str(State.PUBLISHED),
                                   released_at__isnull=False, number__gt=OuterRef("edition__number"))
    return _vectors(actor).filter(~Exists(newer), edition__released_at__isnull=False).order_by("pk")


def layer_named(actor: Actor, name: str) -> LayerFile | None:
    """Give the layer of a collection's name; None where there is none that the actor may take.

    Parameters
    ----------
    actor : Actor
        Who asks.
    name : str
        ``layer-EDITION-CODE``.

    Returns
    -------
    LayerFile or None
        The layer.
    """
    read = NAME.fullmatch(name)
    row = _vectors(actor).filter(edition=int(read[1]), code=read[2]).first() if read else None
    if row is None:
        return None
    path = Path(settings.MEDIA_ROOT) / row.edition.folder / "package" / "layers" / f"{row.code}.parquet"
    if not row.edition.folder or not path.is_file():
        return None
    schema = pq.read_schema(path)
    head = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    geometry = str(head.get("primary_column", "geometry"))
    crs = head.get("columns", {}).get(geometry, {}).get("crs", "OGC:CRS84")
    columns = tuple(n for n in schema.names if n != geometry and not pa.types.is_nested(schema.field(n).type))
    return LayerFile(row, path, columns, geometry, CRS.from_user_input(crs or "OGC:CRS84"))


def features(layer: LayerFile, asked: Asked) -> tuple[list[Feature], int]:
    """Give a page of a layer's shapes.

    Parameters
    ----------
    layer : LayerFile
        The layer.
    asked : Asked
        What is asked; layers have no time of their own.

    Returns
    -------
    features : list of dict
        GeoJSON features; the id is the number of the row in the file.
    matched : int
        How many there are in all.
    """
    found: list[Feature] = []
    matched = 0
    for first, frame in _frames(layer):
        kept = np.flatnonzero(_fits(frame, asked))
        wanted = kept[max(asked.offset - matched, 0):max(asked.offset + asked.limit - matched, 0)]
        found += [_feature(frame, int(at), first) for at in wanted]
        matched += len(kept)
    return found, matched


def feature(layer: LayerFile, number: int) -> Feature | None:
    """Give one shape of a layer by the number of its row, from 1."""
    for first, frame in _frames(layer):
        if first < number <= first + len(frame):
            return _feature(frame, number - first - 1, first)
    return None


def _frames(layer: LayerFile) -> Iterator[tuple[int, gpd.GeoDataFrame]]:
    """Read the file part by part, in longitude and latitude."""
    first = 0
    with pq.ParquetFile(layer.path) as file:
        for batch in file.iter_batches(BATCH, columns=[*layer.columns, layer.geometry]):
            table = batch.to_pandas()
            shapes = shapely.from_wkb(table.pop(layer.geometry).to_numpy())
            frame = gpd.GeoDataFrame(table, geometry=shapes, crs=layer.crs)
            yield first, frame if layer.crs.is_geographic else frame.to_crs(WGS84)
            first += len(frame)


def _fits(frame: gpd.GeoDataFrame, asked: Asked) -> np.ndarray[Any, np.dtype[np.bool_]]:
    fits = np.ones(len(frame), dtype=bool)
    for name, value in asked.properties.items():
        fits &= np.array([_text(each) == value for each in frame[name]], dtype=bool)
    if asked.box is None:
        return fits
    west, south, east, north = asked.box
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    touched = np.zeros(len(frame), dtype=bool)
    for low, high in halves:
        touched |= shapely.intersects(frame.geometry.values, shapely.box(low, south, high, north))
    return fits & touched


def _text(value: Any) -> str:
    plain = _plain(value)
    return "" if plain is None else json.dumps(plain).strip('"') if not isinstance(plain, str) else plain


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


def _feature(frame: gpd.GeoDataFrame, at: int, first: int) -> Feature:
    row: Mapping[Any, Any] = frame.iloc[at]
    shape = row["geometry"]
    return {"type": "Feature", "id": first + at + 1,
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {str(name): _plain(row[name]) for name in frame.columns if name != "geometry"}}
