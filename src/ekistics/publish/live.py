"""Layers of the live map: shapes as rising steps of whole numbers, grids as pictures, and lists of the same things."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from ekistics.core.crs import WGS84
from ekistics.core.i18n import _
from ekistics.core.told import told
from ekistics.core.units import unit
from ekistics.package.model import Layer, ProfilePackage
from ekistics.publish.content import Table
from ekistics.publish.frame import hatched, warped
from ekistics.publish.maps import FIELDS, theme_note
from ekistics.publish.palette import HATCH
from ekistics.publish.png import class_picture, data_uri
from ekistics.publish.styles import Style, no_data, style

__all__ = ["live_layers", "picture"]

STEP = 1e5  # about a metre
MERCATOR = CRS.from_epsg(3857)
MOST_PIXELS = 900
LISTED = ("neighbourhoods", "stops", "open_space")
SHOWN_FIRST = ("boundary", "neighbourhoods", "people", "stops", "streets")


def live_layers(package: ProfilePackage, areas: Table | None, *, language: str) -> dict[str, Any]:
    """Write the layers of a package for the page's script.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    areas : Table or None
        The table of neighbourhoods, whose values a click shows.
    language : str
        Language of legends and values.

    Returns
    -------
    dict
        Bounds and layers, drawn from below; empty where there is no boundary.
    """
    boundary = next((layer.frame for layer in package.layers if layer.code == "boundary"), None)
    if boundary is None or boundary.empty:
        return {}
    made = [_layer(layer, boundary, language) for layer in _ordered(package.layers)]
    for layer in made:
        if layer is not None and layer["code"] == "neighbourhoods" and areas is not None:
            layer["fields"] = _area_fields(layer["names"], areas)
    bounds = [round(float(v), 5) for v in boundary.total_bounds]
    return {"bounds": bounds, "step": STEP, "layers": [layer for layer in made if layer is not None]}


def _area_fields(names: list[str], areas: Table) -> list[dict[str, Any]]:
    """Give the neighbourhoods' values in the order of the layer."""
    rows = {row[0].text: row for group in areas.groups for row in group.rows}
    return [{"title": column.title, "texts": [rows[n][i].text if n in rows else _("not measured") for n in names]}
            for i, column in enumerate(areas.columns) if i]


def _ordered(layers: tuple[Layer, ...]) -> list[Layer]:
    order = ("population", "built_up", "pm25", "degree", "open_space", "streets", "people", "stops", "neighbourhoods",
             "boundary")
    def rank(layer: Layer) -> int:
        return next((i for i, code in enumerate(order) if layer.code.startswith(code)), 0)
    newest = [layer for layer in layers if layer.theme == layer.code]  # the page holds one time; the site shows all
    return sorted(newest, key=rank)


def _layer(layer: Layer, boundary: gpd.GeoDataFrame, language: str) -> dict[str, Any] | None:
    drawn = style(layer, language=language)
    head = {"code": layer.code, "title": told(layer.title), "note": theme_note(layer, drawn),
            "shown": layer.code in SHOWN_FIRST,
            "classes": [{"title": k.title, "day": k.day, "night": k.night, "mark": k.mark} for k in drawn.classes]}
    if layer.raster is not None:
        return head | picture(layer, drawn, boundary)
    if layer.frame is None or layer.frame.empty:
        return None
    if layer.code == "streets":
        return head | _streets(layer.frame, drawn)
    return head | _shapes(layer, drawn)


def picture(layer: Layer, drawn: Style, boundary: gpd.GeoDataFrame) -> dict[str, Any]:
    """Draw a grid as a picture for day and one for night.

    Parameters
    ----------
    layer : Layer
        A layer of cells.
    drawn : Style
        Its classes.
    boundary : geopandas.GeoDataFrame
        The city, around which the picture is cut.

    Returns
    -------
    dict
        ``day`` and ``night`` as data URIs, ``corners`` in degrees, ``classes`` where ground without data is hatched.
    """
    assert layer.raster is not None  # noqa: S101 - the caller looked
    wide = layer.code.startswith("degree")
    to_mercator = Transformer.from_crs(WGS84, MERCATOR, always_xy=True)
    west, south, east, north = boundary.total_bounds
    reach = max(east - west, north - south) * (0.6 if wide else 0.02)
    box = (west - reach, south - reach, east + reach, north + reach)
    left, bottom, right, top = to_mercator.transform_bounds(*box)
    scale = MOST_PIXELS / max(right - left, top - bottom)
    pixels = warped(layer.raster, drawn.index, MERCATOR, (left, bottom, right, top),
                    width=max(int((right - left) * scale), 1), height=max(int((top - bottom) * scale), 1))
    colours = {when: [getattr(k, when) for k in drawn.classes] for when in ("day", "night")}
    ground = boundary.to_crs(MERCATOR).geometry.values
    pixels, some = hatched(pixels, ground, (left, bottom, right, top), len(drawn.classes))
    west, south, east, north = to_mercator.transform_bounds(left, bottom, right, top, direction="INVERSE")
    pictures = {when: data_uri(class_picture(pixels, [*tints, HATCH]), "image/png") for when, tints in colours.items()}
    extra = {"classes": [{"title": k.title, "day": k.day, "night": k.night, "mark": k.mark}
                         for k in (*drawn.classes, no_data())]} if some else {}
    corners = [[west, north], [east, north], [east, south], [west, south]]
    return {"kind": "picture", **extra, **pictures, "corners": corners}


def _steps(geometry: npt.NDArray[np.object_]) -> list[list[int]]:
    """Write the parts of a shape as whole numbers: a start, then steps."""
    parts = shapely.get_parts(geometry)
    rings = shapely.get_rings(parts) if shapely.get_type_id(parts[0]) == shapely.GeometryType.POLYGON else parts
    xy, owner = shapely.get_coordinates(rings, return_index=True)
    whole = np.rint(xy * STEP).astype(np.int64)
    first = np.ones(len(whole), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    step = whole.copy()
    step[1:][~first[1:]] -= whole[:-1][~first[1:]]
    keep = first | step.any(axis=1)
    step, starts = step[keep], np.flatnonzero(first[keep])
    flat = step.ravel().tolist()
    ends = [*starts[1:].tolist(), len(step)]
    return [flat[2 * a:2 * b] for a, b in zip(starts.tolist(), ends, strict=True)]


def _streets(frame: gpd.GeoDataFrame, drawn: Style) -> dict[str, Any]:
    """Give streets as one feature a class: they are looked at, not picked."""
    shapes = shapely.simplify(np.asarray(frame.geometry.values), 1.5 / STEP)
    present = [i for i in range(len(drawn.classes)) if (drawn.index == i).any()]
    return {"kind": "line", "index": present, "shapes": [_steps(shapes[drawn.index == i]) for i in present]}


def _shapes(layer: Layer, drawn: Style) -> dict[str, Any]:
    assert layer.frame is not None  # noqa: S101 - the caller looked
    frame = layer.frame
    shapes = np.asarray(frame.geometry.values)
    facts = {"index": drawn.index.tolist(), "fields": _fields(layer), "listed": layer.code in LISTED,
             "names": _names(frame) if layer.code in LISTED else None}
    if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
        xy = np.rint(shapely.get_coordinates(shapes) * STEP).astype(np.int64)
        steps = np.diff(xy, axis=0, prepend=0).ravel().tolist()
        return {"kind": "point", "spacing": _spacing(xy), "points": steps, **facts}
    kind = "outline" if layer.code in ("boundary", "neighbourhoods") else "fill"
    simple = shapely.simplify(shapes, 1.0 / STEP)
    return {"kind": kind, "shapes": [_polygons(shape) for shape in simple], **facts}


def _spacing(xy: npt.NDArray[np.int64]) -> float:
    """Give the usual distance between neighbouring points, metres, when they stand in rows; 0 when scattered."""
    if len(xy) < 50:
        return 0.0
    places = np.column_stack([xy[:, 0] * np.cos(np.radians(xy[0, 1] / STEP)), xy[:, 1]]) * (111_320.0 / STEP)
    points = shapely.points(places[:4000])
    near = shapely.STRtree(points).query_nearest(points, exclusive=True, return_distance=True, all_matches=False)[1]
    even = float(np.std(near)) < 0.2 * float(np.mean(near))
    return round(float(np.median(near)), 1) if even else 0.0


def _polygons(shape: shapely.Geometry) -> list[list[list[int]]]:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return [_steps(np.asarray([part])) for part in parts]


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    for column in ("name", "stop_name"):
        if column in frame:
            return [str(v) if isinstance(v, str) and v else _("without a name") for v in frame[column]]
    return [_("without a name")] * len(frame)


def _fields(layer: Layer) -> list[dict[str, Any]]:
    """Give what a click shows: the numbers of known columns, with the unit that the page writes after them."""
    frame = layer.frame
    found = []
    for column, (title, unit_measure) in FIELDS.items():
        if frame is not None and column in frame and pd.api.types.is_numeric_dtype(frame[column]):
            rounded = frame[column].round()
            whole = rounded.fillna(-1).astype(int).tolist()
            absent = _("not reachable") if unit_measure == "M" else _("not measured")
            found.append({"title": _(title), "values": whole, "unit": _(unit(unit_measure).symbol) if
                          unit(unit_measure).symbol else "", "absent": absent})
    return found
