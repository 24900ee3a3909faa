"""Map sheets: quiet ground, data on top, at a true scale; for print, and for the page before its live map starts."""

from collections.abc import Mapping
from html import escape

import geopandas as gpd
import numpy as np
import shapely

from ekistics.core.i18n import N_, _, joined
from ekistics.core.told import told
from ekistics.package.model import Layer, ProfilePackage
from ekistics.publish.content import MapSheet
from ekistics.publish.frame import Sheet, hatched, make_sheet, path, projected, warped
from ekistics.publish.numbers import NBSP, value_text
from ekistics.publish.palette import HATCH, INK, LAND, PAPER, STREET
from ekistics.publish.png import NOTHING, class_picture, data_uri
from ekistics.publish.styles import Klass, Style, no_data, style

__all__ = ["FIELDS", "map_sheets", "spacing", "theme_note"]

RASTER_PIXELS = 850
AROUND_URBANISATION_M = 8_000.0
MOST_NAMES = 24
MOST_DOTS = 3000
FIELDS = {"population": (N_("People"), "PS"),
          "low_network": (N_("Walk to the nearest bus or tram stop, along the streets"), "M"),
          "high_network": (N_("Walk to the nearest rail, metro or ferry stop, along the streets"), "M"),
          "public_network": (N_("Walk to the nearest open public space, along the streets"), "M")}


def map_sheets(package: ProfilePackage, *, language: str) -> tuple[MapSheet, ...]:
    """Draw the map sheets that the package's layers allow.

    Parameters
    ----------
    package : ProfilePackage
        The profile; without a boundary there is no map.
    language : str
        Language of legends.

    Returns
    -------
    tuple of MapSheet
        The city, then one sheet a theme.
    """
    layers = {layer.code: layer for layer in package.layers}
    boundary = layers.get("boundary")
    if boundary is None or boundary.frame is None or boundary.frame.empty:
        return ()
    atlas = _Atlas(package, layers, boundary.frame, language)
    rasters = ("population", "degree_of_urbanisation_level_2", "degree_of_urbanisation", "built_up", "pm25")
    sheets = [atlas.city(), atlas.theme("people", over=("stops",)), atlas.theme("open_space"),
              *(atlas.raster(code) for code in rasters)]
    return tuple(s for s in sheets if s is not None)


class _Atlas:
    """What all sheets of one profile share: the frame and the ground, drawn once."""

    def __init__(self, package: ProfilePackage, layers: Mapping[str, Layer], boundary: gpd.GeoDataFrame,
                 language: str) -> None:
        self.package, self.layers, self.language = package, layers, language
        self.boundary = boundary
        self.sheet = make_sheet(boundary)
        self.outline = path(projected(boundary, self.sheet), self.sheet, closed=True)
        self.streets = self._street_paths()
        self.attribution = attribution(package)

    def _street_paths(self) -> tuple[str, str]:
        layer = self.layers.get("streets")
        if layer is None or layer.frame is None or layer.frame.empty:
            return "", ""
        shapes, index = projected(layer.frame, self.sheet), style(layer, language=self.language).index
        return path(shapes[index == 0], self.sheet), path(shapes[index == 1], self.sheet, tolerance=1.0)

    def _ground(self, *, minor: bool) -> str:
        main, other = self.streets
        width = 3 if self.sheet.scale <= 60_000 else 2
        lines = f'<path d="{other}" fill="none" stroke="{STREET}" stroke-width="{width * 0.4:.1f}"/>' if minor else ""
        return (f'<path d="{self.outline}" fill="{LAND}" fill-rule="evenodd"/>{lines}'
                f'<path d="{main}" fill="none" stroke="#93a0ab" stroke-width="{width}" stroke-linecap="round"/>')

    def _border(self, sheet: Sheet | None = None) -> str:
        outline = self.outline if sheet is None else path(projected(self.boundary, sheet), sheet, closed=True)
        return f'<path d="{outline}" fill="none" stroke="{INK}" stroke-width="6" stroke-linejoin="round"/>'

    def _inner_borders(self) -> str:
        layer = self.layers.get("neighbourhoods")
        if layer is None or layer.frame is None or layer.frame.empty:
            return ""
        lines = path(projected(layer.frame, self.sheet), self.sheet, closed=True)
        return (f'<path d="{lines}" fill="none" stroke="{INK}" stroke-width="2" stroke-dasharray="12 8" '
                'stroke-linejoin="round"/>')

    def _names(self) -> str:
        layer = self.layers.get("neighbourhoods")
        if layer is None or layer.frame is None or layer.frame.empty or "name" not in layer.frame:
            return ""
        shapes = projected(layer.frame, self.sheet)
        largest = np.argsort(-shapely.area(shapes))[:MOST_NAMES]
        spots = self.sheet.units(shapely.get_coordinates(shapely.point_on_surface(shapes[largest])))
        names = layer.frame["name"].astype(str).to_numpy()[largest]
        return "".join(f'<text x="{x}" y="{y}" text-anchor="middle" font-family="Noto Sans" font-size="30" '
                       f'font-weight="600" fill="{INK}" stroke="{PAPER}" stroke-width="7" paint-order="stroke" '
                       f'stroke-linejoin="round">{escape(name)}</text>'
                       for (x, y), name in zip(spots, names, strict=True))

    def city(self) -> MapSheet:
        body = self._ground(minor=True) + self._inner_borders() + self._border() + self._names()
        legend = [Klass(_("boundary of the city"), INK, "#e8edf1", "line")]
        if self.layers.get("neighbourhoods") is not None:
            legend.append(Klass(_("neighbourhoods"), INK, "#e8edf1", "dash"))
        legend += style(self.layers["streets"], language=self.language).classes if "streets" in self.layers else ()
        return self._made("city", self.package.place.name, "", body, tuple(legend), self.sheet)

    def theme(self, code: str, *, over: tuple[str, ...] = ()) -> MapSheet | None:
        layer = self.layers.get(code)
        if layer is None or layer.frame is None or layer.frame.empty:
            return None
        drawn = style(layer, language=self.language)
        body = self._ground(minor=code == "open_space") + self._shapes(layer, drawn)
        legend = list(drawn.classes)
        for name in over:
            upper = self.layers.get(name)
            if upper is not None and upper.frame is not None and not upper.frame.empty:
                dots = self.sheet.units(shapely.get_coordinates(projected(upper.frame, self.sheet)))
                body += _dots(dots, 4, INK)
                legend.append(Klass(_(upper.title), INK, "#e8edf1", "dot"))
        body += self._inner_borders() + self._border()
        return self._made(code, told(layer.title), theme_note(layer, drawn), body, tuple(legend), self.sheet)

    def _shapes(self, layer: Layer, drawn: Style) -> str:
        assert layer.frame is not None  # noqa: S101 - the callers looked
        shapes = projected(layer.frame, self.sheet)
        if (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).all():
            return self._points(shapes, drawn)
        return "".join(f'<path d="{path(shapes[drawn.index == i], self.sheet, closed=True)}" fill="{k.day}" '
                       f'fill-rule="evenodd"/>' for i, k in enumerate(drawn.classes))

    def _points(self, shapes: np.ndarray, drawn: Style) -> str:
        spots = self.sheet.units(shapely.get_coordinates(shapes))
        if len(spots) > MOST_DOTS:
            return self._mosaic(spots, drawn)
        radius = spacing(spots) * 0.42
        parts = []
        for i, k in enumerate(drawn.classes):
            ring = f' stroke="{INK}" stroke-width="2"' if k.mark == "ring" else ""
            parts.append(_dots(spots[drawn.index == i], radius, k.day, ring))
        return "".join(parts)

    def _mosaic(self, spots: np.ndarray, drawn: Style) -> str:
        """Draw very many points as small squares of one picture."""
        per_pixel = self.sheet.width / RASTER_PIXELS
        pixels = np.full((round(self.sheet.height / per_pixel), RASTER_PIXELS), NOTHING, dtype=np.uint8)
        place = (spots / per_pixel).astype(np.int64)
        side = max(int(np.ceil(1.2 * spacing(spots, least=per_pixel) / per_pixel)), 1)
        for dy in range(side):
            for dx in range(side):
                y, x = place[:, 1] + dy - side // 2, place[:, 0] + dx - side // 2
                inside = (y >= 0) & (y < pixels.shape[0]) & (x >= 0) & (x < pixels.shape[1])
                pixels[y[inside], x[inside]] = drawn.index[inside]
        picture = data_uri(class_picture(pixels, [k.day for k in drawn.classes]), "image/png")
        return (f'<image href="{picture}" width="{self.sheet.width}" height="{self.sheet.height}" '
                'preserveAspectRatio="none"/>')

    def raster(self, code: str) -> MapSheet | None:
        layer = self.layers.get(code)
        if layer is None or layer.raster is None or (code == "degree_of_urbanisation" and
                                                     "degree_of_urbanisation_level_2" in self.layers):
            return None
        wide = code.startswith("degree")
        sheet = make_sheet(self.boundary, around_m=AROUND_URBANISATION_M) if wide else self.sheet
        drawn = style(layer, language=self.language)
        height = round(RASTER_PIXELS * sheet.height / sheet.width)
        pixels = warped(layer.raster, drawn.index, sheet.crs, sheet.box.bounds, width=RASTER_PIXELS, height=height)
        pixels, some = hatched(pixels, projected(self.boundary, sheet), sheet.box.bounds, len(drawn.classes))
        picture = data_uri(class_picture(pixels, [*(k.day for k in drawn.classes), HATCH]), "image/png")
        body = (f'<image href="{picture}" width="{sheet.width}" height="{sheet.height}" preserveAspectRatio="none"/>'
                f'{self._border(sheet)}')
        legend = (*drawn.classes, no_data()) if some else drawn.classes
        return self._made(code, told(layer.title), theme_note(layer, drawn), body, legend, sheet)

    def _made(self, code: str, title: str, note: str, body: str, legend: tuple[Klass, ...], sheet: Sheet) -> MapSheet:
        svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {sheet.width} {sheet.height}" '
               f'width="{sheet.width / 10:g}mm" height="{sheet.height / 10:g}mm">'
               f'<rect width="{sheet.width}" height="{sheet.height}" fill="{PAPER}"/>{body}</svg>')
        alt = _("Map of {place}: {title}. {classes}").format(
            place=self.package.place.name, title=title, classes="; ".join(k.title for k in legend))
        bar = sheet.bar_m
        length = value_text(bar / 1000, "NUMBER", language=self.language) if bar >= 1000 else ""
        bar_text = (_("{length} km").format(length=length) if bar >= 1000 else
                    value_text(bar, "M", language=self.language))
        return MapSheet(code, title, note, svg, alt, scale=f"1 : {sheet.scale:,}".replace(",", NBSP),
                        width_mm=sheet.width / 10, height_mm=sheet.height / 10,
                        bar_mm=bar / sheet.unit_m / 10, bar_text=bar_text, legend=legend,
                        attribution=self.attribution)


def theme_note(layer: Layer, drawn: Style) -> str:
    """Give the line under a map's title.

    Parameters
    ----------
    layer : Layer
        The layer.
    drawn : Style
        Its style.

    Returns
    -------
    str
        The layer's note and the rule of its classes.
    """
    own = told(layer.note) if layer.note else measure_text(layer)
    return " ".join(part.rstrip(".") + "." for part in (own, drawn.rule) if part)


def measure_text(layer: Layer) -> str:
    """Say what the colours of a layer measure.

    Parameters
    ----------
    layer : Layer
        The layer.

    Returns
    -------
    str
        The measure; empty where the title says it.
    """
    known = FIELDS.get(layer.value)
    return _("Colour: {measure}").format(measure=_(known[0])) if known else ""


def spacing(spots: np.ndarray, *, least: float = 8.0) -> float:
    """Give the usual distance from a point to its nearest neighbour.

    Parameters
    ----------
    spots : numpy.ndarray, shape (n, 2)
        Points.
    least : float
        The smallest answer.

    Returns
    -------
    float
        The median distance in the points' unit, at most 60.
    """
    if len(spots) < 2:
        return 30.0
    points = shapely.points(spots[: 4000].astype(float))
    near = shapely.STRtree(points).query_nearest(points, exclusive=True, return_distance=True, all_matches=False)[1]
    return float(np.clip(np.median(near[near > 0]) if (near > 0).any() else 0.0, least, 60.0))


def _dots(spots: np.ndarray, radius: float, colour: str, extra: str = "") -> str:
    if not len(spots):
        return ""
    r = f"{radius:.1f}".removesuffix(".0")
    turn = f"a{r} {r} 0 1 1 {2 * float(r):g} 0a{r} {r} 0 1 1 -{2 * float(r):g} 0"
    moves = "".join(f"M{x - float(r):g} {y}{turn}" for x, y in spots.tolist())
    return f'<path d="{moves}" fill="{colour}"{extra}/>'


def attribution(package: ProfilePackage) -> str:
    """Say whose data a map shows.

    Parameters
    ----------
    package : ProfilePackage
        The profile.

    Returns
    -------
    str
        Producers and licences of the inputs, each once.
    """
    named = dict.fromkeys(joined((p.producer or p.citation, p.licence))
                          for p in package.run.inputs)
    return "; ".join(text for text in named if text) or _("sources as listed below")
