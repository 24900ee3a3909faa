"""Map layers of an edition: styled in every language when they are loaded, drawn from tiles or pictures."""

import json
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from ekistics.core.crs import WGS84
from ekistics.core.i18n import use_language
from ekistics.core.told import told
from ekistics.package.layers import write_tiles
from ekistics.package.model import Layer
from ekistics.publish.live import picture
from ekistics.publish.numbers import period_text
from ekistics.publish.styles import Style, style
from ekistics.web.languages import LANGUAGES, core_language

__all__ = ["draw_layer", "layer_row", "manifest_layer"]

CLASS = "c"  # the column of the tiles that holds the number of a feature's class
OUTLINED = ("boundary", "neighbourhoods")
SHAPES = {"line": "line", "dot": "point", "ring": "point"}  # of the marks of classes; all others are areas
Files = Callable[[str], str]


def layer_row(layer: Layer, among: Sequence[Layer] = ()) -> dict[str, Any]:
    """Give the row that the record keeps of a layer.

    Parameters
    ----------
    layer : Layer
        A layer of a package.
    among : sequence of Layer, optional
        The layers of its theme, at all times.

    Returns
    -------
    dict
        The fields of :class:`ekistics.web.observatory.models.Layer` but for its edition.
    """
    return {"code": layer.code, "title": layer.title, "value": layer.value, "note": layer.note,
            "kind": "raster" if layer.raster is not None else "vector", "unit_measure": layer.unit_measure,
            "style": _styles(layer, among)}


def _styles(layer: Layer, among: Sequence[Layer]) -> dict[str, Any]:
    """Give the classes of a layer in every language, and its time where its theme is known at several."""
    found: dict[str, Any] = {}
    if layer.raster is not None and len(among) > 1:
        found["period"] = layer.raster.time_period
    for code, _name in LANGUAGES:
        language = core_language(code)
        with use_language(language):
            found[language] = _classes(style(layer, language=language, among=among))
    return found


def _classes(drawn: Style) -> dict[str, Any]:
    return {"rule": drawn.rule,
            "classes": [{"title": k.title, "day": k.day, "night": k.night, "mark": k.mark} for k in drawn.classes]}


def draw_layer(layer: Layer, folder: Path, boundary: shapely.Geometry | None, among: Sequence[Layer] = ()) -> None:
    """Write the files from which the site draws a layer: tiles of shapes with their class, or pictures of cells.

    Parameters
    ----------
    layer : Layer
        The layer.
    folder : pathlib.Path
        Where ``CODE.pmtiles`` and, for areas with names, ``CODE-names.json``, or ``CODE-day.png``, ``CODE-night.png``
        and ``CODE.json`` are written.
    boundary : shapely.Geometry or None
        The city; pictures are cut to its surroundings, and without it they are not drawn.
    among : sequence of Layer, optional
        The layers of its theme, at all times.
    """
    drawn = style(layer, language="en", among=among)
    if layer.frame is not None and not layer.frame.empty:
        write_tiles(_light(layer, drawn), folder / f"{layer.code}.pmtiles")
        if layer.code in OUTLINED:
            _write_names(layer, folder / f"{layer.code}-names.json")
    elif layer.raster is not None and boundary is not None:
        _write_picture(layer, drawn, gpd.GeoDataFrame(geometry=[boundary], crs=WGS84), folder)


def _write_names(layer: Layer, path: Path) -> None:
    """Write where each area's name stands: in tiles, an area is cut at their edges, and each part would bear it.

    The city's own name is on the page already, and its boundary bears none.
    """
    frame = layer.frame
    assert frame is not None  # noqa: S101 - the caller looked
    if "name" not in frame or layer.code == "boundary":
        path.write_text("[]", encoding="utf-8")
        return
    named = frame[frame["name"].notna() & ~frame.geometry.is_empty & frame.geometry.notna()].to_crs(WGS84)
    points = named.geometry.representative_point()
    path.write_text(json.dumps([[str(name), round(p.x, 6), round(p.y, 6)] for name, p in zip(
        named["name"], points, strict=True)], ensure_ascii=False), encoding="utf-8")


def _light(layer: Layer, drawn: Style) -> Layer:
    """Keep code, name and class of each shape; the numbers stay in the tables."""
    assert layer.frame is not None  # noqa: S101 - the caller looked
    columns = {"ref_area": "code", "code": "code", "name": "name"}
    named = {kept: layer.frame[name] for name, kept in columns.items() if name in layer.frame}
    frame = gpd.GeoDataFrame(named | {CLASS: drawn.index.astype(int)}, geometry=layer.frame.geometry.values,
                             crs=layer.frame.crs)
    return Layer(layer.code, layer.title, frame=frame, value=CLASS)


def _write_picture(layer: Layer, drawn: Style, boundary: gpd.GeoDataFrame, folder: Path) -> None:
    made = picture(layer, drawn, boundary)
    for when in ("day", "night"):
        (folder / f"{layer.code}-{when}.png").write_bytes(b64decode(made[when].partition(",")[2]))
    (folder / f"{layer.code}.json").write_text(json.dumps({"corners": made["corners"]}), encoding="utf-8")


def manifest_layer(row: dict[str, Any], folder: Path, files: Files, *, language: str) -> dict[str, Any] | None:
    """Describe a layer for the map in the page.

    Parameters
    ----------
    row : dict
        ``code``, ``title``, ``kind``, ``note`` and ``style``, as the record keeps them.
    folder : pathlib.Path
        Where the files of the map are.
    files : callable
        Gives the address of a file by its name.
    language : str
        Language of the legend.

    Returns
    -------
    dict or None
        What the script reads; None for a layer that has nothing to draw.
    """
    code, kept = row["code"], row["style"].get(language) or row["style"].get("en") or {"classes": [], "rule": ""}
    note = " · ".join(part for part in (told(row["note"]), kept["rule"]) if part)
    period = row["style"].get("period")
    times = {"group": told(row["title"]), "period": period_text(period, language=language)} if period else {}
    about = times | {"code": code, "title": told(row["title"]), "note": note, "classes": kept["classes"], "shown": True}
    if row["kind"] == "raster" and (folder / f"{code}.json").is_file():
        corners = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))["corners"]
        return about | {"kind": "picture", "url": files(f"{code}-day.png"), "night": files(f"{code}-night.png"),
                        "corners": corners, "shown": False}
    if row["kind"] == "vector" and (folder / f"{code}.pmtiles").is_file():
        marks = {entry["mark"] for entry in kept["classes"]}
        shape = "outline" if code in OUTLINED else next((SHAPES[m] for m in sorted(marks) if m in SHAPES), "fill")
        return about | {"kind": "pmtiles", "url": files(f"{code}.pmtiles"), "source_layer": code, "shape": shape,
                        "value": CLASS, "name": "name"} | _labels(folder / f"{code}-names.json")
    return None


def _labels(path: Path) -> dict[str, Any]:
    return {"labels": json.loads(path.read_text(encoding="utf-8"))} if path.is_file() else {}
