"""Areas of an OpenStreetMap file: open space with who may enter it, and the outlines of buildings."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

from ekistics.core.crs import WGS84
from ekistics.core.errors import (
    ConfigurationError,
    InputFormatError,
    InvalidValueError,
    MissingInputError,
    UnknownNameError,
)
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance

__all__ = ["ACCESS", "LAYERS", "OpenSpaceRow", "OpenSpaceTable", "OsmAreas", "read_areas", "read_open_space_table"]

LAYERS = ("open_space", "buildings")
ACCESS = ("public", "unknown", "private")
_OPEN_SPACE_COLUMNS = ("osm_type", "osm_id", "kind", "access", "name", "tag", "rule")
_BUILDING_COLUMNS = ("osm_type", "osm_id", "building")
_NO_BUILDING = ("", "no")

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpaceRow:
    """One tag that was weighed as open space.

    Parameters
    ----------
    tag : str
        Key and value, such as ``leisure=park``.
    kind : str
        Kind of open space, such as park, square or garden.
    access : str
        Who may enter where no other tag says so: one of :data:`ACCESS`.
    source, why : str
        What the row is taken from, and the reason.
    counts : bool
        Whether such areas are open space.
    way_needs : mapping of str to tuple of str
        Tags without one of whose values a closed way is a line and not an area.
    private_if : mapping of str to tuple of str
        Tags that make such an area private when nothing says who may enter.
    """

    tag: str
    kind: str
    access: str
    source: str
    why: str
    counts: bool = True
    way_needs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    private_if: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSpaceTable:
    """The table of open-space tags with its rules of access.

    Parameters
    ----------
    edition : str
        Which edition of the table it is.
    rows : tuple of OpenSpaceRow
        The tags; the first that counts and fits decides.
    access_keys : tuple of str
        Keys that say who may enter, in the order in which they are asked.
    public, private : frozenset of str
        Values of those keys that open or close an area; others decide nothing.
    paid : mapping of str to tuple of str
        Tags that say that entry is not free of charge: such areas are private.
    """

    edition: str
    rows: tuple[OpenSpaceRow, ...]
    access_keys: tuple[str, ...]
    public: frozenset[str]
    private: frozenset[str]
    paid: Mapping[str, Sequence[str]]

    @property
    def counting(self) -> dict[str, OpenSpaceRow]:
        """Give the rows that count by their tag, in the table's order."""
        return {row.tag: row for row in self.rows if row.counts}

    def access_of(self, tags: Mapping[str, str], row: OpenSpaceRow) -> tuple[str, str]:
        """Tell who may enter an area, and by which rule.

        Parameters
        ----------
        tags : mapping
            The tags of the area.
        row : OpenSpaceRow
            The row that it fits.

        Returns
        -------
        tuple of str
            One of :data:`ACCESS`, and the tag that decided or ``default``.
        """
        for key, values in self.paid.items():
            if tags.get(key) in values:
                return "private", f"{key}={tags[key]}"
        for key in self.access_keys:
            value = tags.get(key, "")
            if value in self.public or value in self.private:
                return "public" if value in self.public else "private", f"{key}={value}"
        for key, values in row.private_if.items():
            if tags.get(key) in values:
                return "private", f"{key}={tags[key]}"
        return row.access, "default"


@dataclass(frozen=True, slots=True, eq=False)
class OsmAreas:
    """What a file maps as areas.

    Parameters
    ----------
    open_space : geopandas.GeoDataFrame
        One row an open space, EPSG:4326: ``osm_type`` (way or relation), ``osm_id``, ``kind``, ``access`` (public,
        unknown or private), ``name``, ``tag`` that made it open space, ``rule`` that decided the access. Areas may
        overlap.
    buildings : geopandas.GeoDataFrame
        One row a building outline, EPSG:4326: ``osm_type``, ``osm_id``, ``building``.
    provenance : Provenance
        The file; its time period is the day of the extract where the file says it.
    problems : dict of str to int
        ``broken_rings``: areas whose rings cannot be put together; ``incomplete``: areas of which the file lacks a
        part, as at the edge of an extract (of buildings, relations only); ``repaired``: outlines that touched
        themselves and were mended. Broken and incomplete ones are left out.
    broken : tuple of str
        The areas left out, such as ``relation/123``.
    """

    open_space: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    provenance: Provenance
    problems: dict[str, int]
    broken: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """Rows of one layer while the file is read."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    outlines: list[str] = field(default_factory=list)


def read_open_space_table(path: Path | None = None) -> OpenSpaceTable:
    """Read the table of open-space tags.

    Parameters
    ----------
    path : pathlib.Path, optional
        A table in the form of the one that comes with the program, which is read by default.

    Returns
    -------
    OpenSpaceTable
        The table.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigurationError
        It is not such a table.

    Examples
    --------
    >>> read_open_space_table().counting["leisure=park"].access
    'public'
    """
    source = files("ekistics.readers") / "tables" / "open_space_tags.toml" if path is None else Path(path)
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
        rows, access = tuple(OpenSpaceRow(**row) for row in content["rows"]), content["access"]
        table = OpenSpaceTable(edition=str(content["edition"]), rows=rows, access_keys=tuple(access["keys"]),
                               public=frozenset(access["public"]), private=frozenset(access["private"]),
                               paid=access["paid"])
    except FileNotFoundError as error:
        raise MissingInputError(_("There is no such file."), where=source) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ConfigurationError(_("The table of open-space tags cannot be read."), where=source, got=error) from error
    for row in rows:
        if row.access not in ACCESS or "=" not in row.tag:
            raise ConfigurationError(_("A row of the table of open-space tags has a wrong value."), where=source,
                                     expected=", ".join(ACCESS), got=f"{row.tag}: {row.access}")
    return table


def read_areas(path: Path | str, *, what: Sequence[str] = LAYERS, stated: Mapping[str, str] | None = None,
               table: OpenSpaceTable | None = None, role: str = "streets",
               within: Bounds | None = None) -> OsmAreas:
    """Read open space and buildings from an OpenStreetMap file (PBF, or any form that osmium reads).

    Parameters
    ----------
    path : path-like
        The file.
    what : sequence of str
        Which of :data:`LAYERS` to read; a layer that is not asked for comes back empty.
    stated : mapping, optional
        Any of producer, citation, licence and accessed, for the provenance.
    table : OpenSpaceTable, optional
        Which tags are open space, and who may enter; the program's own by default.
    role : str
        What the file is to the run.
    within : tuple of float, optional
        West, south, east, north in degrees: areas whose extent lies outside are left out, so that the extract of a
        country serves a city. Broken and incomplete areas are counted in the whole file, for they have no extent.

    Returns
    -------
    OsmAreas
        The layers in file order.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is truncated, or not an OpenStreetMap file.
    UnknownNameError
        A layer of that name does not exist.
    InvalidValueError
        No layer is asked for.

    Notes
    -----
    Closed ways and relations of type multipolygon or boundary are assembled by osmium. Outlines of buildings are the
    areas with a ``building`` tag other than ``no``; parts of buildings (``building:part`` alone) are not buildings.
    """
    path = Path(path)
    if not what:
        raise InvalidValueError(_("No layer is asked for."), param="what", expected=", ".join(LAYERS))
    for name in what:
        if name not in LAYERS:
            raise UnknownNameError.among(name, LAYERS, what=_("layer"))
    if not path.is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    table = table or read_open_space_table()
    found = {name: _Found() for name in LAYERS}
    try:
        day, broken, incomplete = _scan(path, tuple(what), table, found, within)
    except (RuntimeError, osmium.InvalidLocationError) as error:
        raise InputFormatError(_("The file is truncated or is not an OpenStreetMap file."), where=path,
                               got=str(error), hint=_("Fetch the file again.")) from error
    open_space, mended = _frame(found["open_space"], _OPEN_SPACE_COLUMNS)
    buildings, mended_buildings = _frame(found["buildings"], _BUILDING_COLUMNS)
    problems = {"broken_rings": len(broken), "incomplete": len(incomplete),
                "repaired": mended + mended_buildings}
    return OsmAreas(open_space, buildings, Provenance.of_file(path, role=role, time_period=day, stated=stated),
                    problems, (*broken, *incomplete))


def _scan(path: Path, what: tuple[str, ...], table: OpenSpaceTable,
          found: dict[str, _Found], within: Bounds | None) -> tuple[str, list[str], list[str]]:
    """Read the file once, and give the day of the extract, the broken areas and the incomplete ones."""
    fit = _Fit(table.counting if "open_space" in what else {}, buildings="buildings" in what)
    processor, day = _processor(path, fit)
    writer, broken = osmium.geom.WKBFactory(), []
    drawn: set[tuple[str, int]] = set()
    assembled: set[tuple[str, int]] = set()  # an area comes before or after what it is made from
    for item in processor:
        row, is_building = fit.of(item.tags)
        if not item.is_area():
            if (row is not None or is_building) and _should_be_area(item, row):
                drawn.add(("way" if item.is_way() else "relation", item.id))
            continue
        source = ("way" if item.from_way() else "relation", item.orig_id())
        assembled.add(source)
        if (row is None and not is_building) or (row is not None and item.from_way() and not _has(item.tags, row)):
            continue
        if item.num_rings()[0] == 0:
            broken.append(f"{source[0]}/{source[1]}")
            continue
        outline = writer.create_multipolygon(item)
        if within is not None and _apart(outline, within):
            continue
        layer = found["buildings" if row is None else "open_space"]
        layer.rows.append((*source, item.tags.get("building")) if row is None else
                          (*source, *_attributes({tag.k: tag.v for tag in item.tags}, row, table)))
        layer.outlines.append(outline)
    return day, broken, [f"{kind}/{number}" for kind, number in sorted(drawn - assembled)]


def _apart(outline: str, bounds: Bounds) -> bool:
    """Tell whether the extent of an outline lies outside some bounds."""
    left, bottom, right, top = shapely.from_wkb(outline).bounds
    west, south, east, north = bounds
    return bool(right < west or left > east or top < south or bottom > north)


def _processor(path: Path, fit: "_Fit") -> tuple[Iterator[Any], str]:
    """Let osmium assemble areas, and drop what cannot fit before Python sees it.

    Areas do not come for ways and relations of which the file lacks a part, so these are seen themselves too; of
    buildings only the relations, since seeing every building twice would take twice the time.
    """
    by_key = osmium.filter.KeyFilter(*fit.keys)
    kinds = osmium.filter.EntityFilter(osmium.osm.AREA | osmium.osm.RELATION | osmium.osm.WAY)
    ways = osmium.filter.TagFilter(*(fit.tags or (("", ""),)))
    ways.enable_for(osmium.osm.WAY)
    processor = osmium.FileProcessor(path).with_areas(by_key)
    for each in (kinds, by_key, ways):
        processor = processor.with_filter(each)
    return iter(processor), processor.header.get("osmosis_replication_timestamp")[:10]


class _Fit:
    """Which row of the table an area fits, asked for every area of a file."""

    def __init__(self, rows: Mapping[str, OpenSpaceRow], *, buildings: bool) -> None:
        self.tags = tuple((key, value) for key, _sign, value in (tag.partition("=") for tag in rows))
        self.keys = (*dict.fromkeys(key for key, _value in self.tags), *(("building",) if buildings else ()))
        self._rows = {pair: (number, row) for number, (pair, row) in
                      enumerate(zip(self.tags, rows.values(), strict=True))}
        self._buildings = buildings

    def of(self, tags: Any) -> tuple[OpenSpaceRow | None, bool]:
        """Give the first row that fits, and whether it is a building that is asked for; a building fits no row."""
        if tags.get("building", "") not in _NO_BUILDING:
            return None, self._buildings
        fits = [self._rows[pair] for key in self.keys if (pair := (key, tags.get(key))) in self._rows]
        return (min(fits, key=lambda fit: fit[0])[1] if fits else None), False


def _should_be_area(item: Any, row: OpenSpaceRow | None) -> bool:
    """Tell whether a way or relation is drawn as an area."""
    if item.is_relation():
        return item.tags.get("type") in ("multipolygon", "boundary")
    return item.is_closed() and item.tags.get("area") != "no" and (row is None or _has(item.tags, row))


def _has(tags: Any, row: OpenSpaceRow) -> bool:
    """Tell whether a closed way has the tags that make it an area."""
    return all(tags.get(key) in values for key, values in row.way_needs.items())


def _attributes(tags: Mapping[str, str], row: OpenSpaceRow, table: OpenSpaceTable) -> tuple[str, ...]:
    """Give the attributes of an open space."""
    access, rule = table.access_of(tags, row)
    return row.kind, access, tags.get("name", ""), row.tag, rule


def _frame(found: _Found, columns: Sequence[str]) -> tuple[gpd.GeoDataFrame, int]:
    """Make a layer's frame, with single polygons as such, and count the outlines that had to be mended."""
    outlines = shapely.from_wkb(np.array(found.outlines, dtype=object))
    single = shapely.get_num_geometries(outlines) == 1
    outlines[single] = shapely.get_geometry(outlines[single], 0)
    invalid = ~shapely.is_valid(outlines)
    outlines[invalid] = shapely.make_valid(outlines[invalid], method="structure", keep_collapsed=False)
    rows = list(zip(*found.rows, strict=True)) or [()] * len(columns)
    table = pd.DataFrame({name: pd.Series(values, dtype=np.int64 if name == "osm_id" else object)
                          for name, values in zip(columns, rows, strict=True)})
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(outlines, crs=WGS84)), int(invalid.sum())
