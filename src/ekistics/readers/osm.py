"""OpenStreetMap extracts: streets and stops, streamed from a PBF file into arrays in one pass."""

from array import array
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import osmium
import pandas as pd
from osmium.geom import WKBFactory, use_nodes

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.core.provenance import Provenance
from ekistics.geo.streets import WAY_TAGS, Streets, empty_streets, make_ways

__all__ = ["STOP_TAGS", "OsmExtract", "OsmHeader", "osm_errors", "read_osm", "read_osm_header"]

STOP_TAGS = {
    ("highway", "bus_stop"): "bus_stop",
    ("amenity", "bus_station"): "bus_station",
    ("amenity", "ferry_terminal"): "ferry_terminal",
    ("railway", "station"): "railway_station",
    ("railway", "halt"): "railway_halt",
    ("railway", "tram_stop"): "tram_stop",
    ("aerialway", "station"): "aerialway_station",
    ("public_transport", "platform"): "platform",
    ("public_transport", "station"): "station",
    ("public_transport", "stop_position"): "stop_position",
}
_KEYS = tuple(dict.fromkeys(key for key, _value in STOP_TAGS))
_WKB_HEAD = 9  # byte order, geometry type, number of points

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class OsmHeader:
    """What the head of an extract says.

    Parameters
    ----------
    bounds : tuple of float or None
        West, south, east, north in degrees; None when the file does not say.
    timestamp : str
        When the data were copied from OpenStreetMap, in ISO 8601; empty when the file does not say.
    """

    bounds: Bounds | None
    timestamp: str


@dataclass(frozen=True, slots=True, eq=False)
class OsmExtract:
    """Streets and stops of an extract.

    Parameters
    ----------
    streets : Streets
        All ``highway`` ways, unfiltered.
    stops : pandas.DataFrame
        Public transport stops as mapped: ``lon``, ``lat``, ``kind`` (a value of :data:`STOP_TAGS`), ``name`` and
        ``osm_id`` (``n`` or ``w`` and the number).
    bounds : tuple of float or None
        West, south, east, north in degrees: of the file's head, else of its streets; None when it has neither.
    timestamp : str
        When the data were copied from OpenStreetMap, else when a street was last edited; empty when the file keeps
        neither.
    provenance : Provenance
        The file.
    absent_nodes : int
        Places where a way names a node that the extract leaves out; the segments there are absent.
    """

    streets: Streets
    stops: pd.DataFrame
    bounds: Bounds | None
    timestamp: str
    provenance: Provenance
    absent_nodes: int = 0


@contextmanager
def osm_errors(path: Path) -> Iterator[None]:
    """Turn what osmium says of an unreadable file into the program's own error.

    Parameters
    ----------
    path : pathlib.Path
        The file, for the text.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is truncated or is not an OpenStreetMap extract.
    """
    if not Path(path).is_file():
        raise MissingInputError(_("There is no such file."), where=path)
    try:
        yield
    except RuntimeError as error:
        raise InputFormatError(_("The OpenStreetMap file cannot be read; it is truncated or of another kind."),
                               where=path, expected=_("an extract such as city.osm.pbf"), got=str(error),
                               hint=_("Fetch the file again.")) from error


def read_osm_header(path: Path) -> OsmHeader:
    """Read the head of an extract.

    Parameters
    ----------
    path : pathlib.Path
        The extract.

    Returns
    -------
    OsmHeader
        Bounds and date.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is not an OpenStreetMap extract.
    """
    with osm_errors(path):
        reader = osmium.io.Reader(str(path), osmium.osm.NOTHING)
        try:
            header = reader.header()
            box, timestamp = header.box(), header.get("osmosis_replication_timestamp", "")
            low, high = box.bottom_left, box.top_right
            bounds = (low.lon, low.lat, high.lon, high.lat) if box.valid() else None
        finally:
            reader.close()
    return OsmHeader(bounds, timestamp)


def read_osm(path: Path, *, role: str = "streets", stated: Mapping[str, str] | None = None,
             within: Bounds | None = None) -> OsmExtract:
    """Read streets and stops from an OpenStreetMap extract.

    Parameters
    ----------
    path : pathlib.Path
        An extract, ``.osm.pbf`` or another form that osmium reads.
    role : str
        What the file is to the run.
    stated : mapping of str to str, optional
        What the user states about it: producer, citation, licence, accessed, time_period.
    within : tuple of float, optional
        West, south, east, north in degrees: streets whose extent lies outside are left out, so that the extract of a
        country serves a city.

    Returns
    -------
    OsmExtract
        All ways with a ``highway`` tag, and the stops.

    Raises
    ------
    MissingInputError
        There is no such file.
    InputFormatError
        The file is truncated or is not an OpenStreetMap extract.
    """
    path = Path(path)
    header = read_osm_header(path)
    gathered = _Gathered(within)
    with osm_errors(path):
        processor = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
        for thing in processor.with_filter(osmium.filter.KeyFilter(*_KEYS)):
            gathered.take(thing)
    streets, absent = gathered.streets()
    timestamp = header.timestamp or gathered.edited()
    dated = {"time_period": timestamp[:10], **{name: text for name, text in (stated or {}).items() if text}}
    provenance = Provenance.of_file(path, role=role, time_period=dated.pop("time_period"), stated=dated)
    bounds = header.bounds or _extent(streets)
    return OsmExtract(streets, gathered.stops(), bounds, timestamp, provenance, absent)


@dataclass(slots=True)
class _Gathered:
    """What one pass over the file collects; flat arrays, because a city has a million nodes."""

    within: Bounds | None = None
    refs: "array[int]" = field(default_factory=lambda: array("q"))
    counts: "array[int]" = field(default_factory=lambda: array("q"))
    points: list[npt.NDArray[np.float64]] = field(default_factory=list)
    way_ids: "array[int]" = field(default_factory=lambda: array("q"))
    way_tags: list[tuple[str, ...]] = field(default_factory=list)
    stop_rows: list[tuple[float, float, str, str, str]] = field(default_factory=list)
    newest: datetime = datetime.min.replace(tzinfo=UTC)
    factory: Any = field(default_factory=WKBFactory)

    def take(self, thing: Any) -> None:
        """Take a node or way that has one of the keys."""
        tags = thing.tags
        is_way = thing.is_way()
        is_street = is_way and "highway" in tags
        if is_street:
            self._take_way(thing, tags)
        for key in ("public_transport",) if is_street else _KEYS:
            kind = STOP_TAGS.get((key, tags.get(key, "")))
            if kind is not None:
                self._take_stop(thing, kind, is_way=is_way)
                return

    def _take_way(self, way: Any, tags: Any) -> None:
        """Take a street: its tags, the ids of its nodes and their positions."""
        refs = [node.ref for node in way.nodes]
        points = self._positions(way, len(refs))
        if self.within is not None and _apart(points, self.within):
            return
        self.refs.extend(refs)
        self.counts.append(len(refs))
        self.points.append(points)
        self.way_ids.append(way.id)
        self.newest = max(self.newest, way.timestamp)
        self.way_tags.append(tuple([tags.get(key, "") for key in WAY_TAGS]))

    def _positions(self, way: Any, count: int) -> npt.NDArray[np.float64]:
        """Give the positions of a way's nodes, NaN where the extract leaves a node out."""
        try:
            if count > 1:  # ten times faster than asking node by node
                line = bytes.fromhex(self.factory.create_linestring(way, use_nodes=use_nodes.ALL))
                return np.frombuffer(line, dtype="<f8", offset=_WKB_HEAD)
        except (RuntimeError, osmium.InvalidLocationError):
            pass  # a node is absent: ask node by node
        return np.array([(node.x / 1e7, node.y / 1e7) if node.location.valid() else (np.nan, np.nan)
                         for node in way.nodes], dtype=np.float64).ravel()

    def _take_stop(self, thing: Any, kind: str, *, is_way: bool) -> None:
        """Take a stop; one that is drawn as a way stands in the middle of its extent."""
        if is_way:
            points = self._positions(thing, len(thing.nodes)).reshape(-1, 2)
            points = points[np.isfinite(points[:, 0])]
            if not len(points):
                return
            lon, lat = (points.min(axis=0) + points.max(axis=0)) / 2
        else:
            lon, lat = thing.location.lon, thing.location.lat
        self.stop_rows.append((float(lon), float(lat), kind, thing.tags.get("name", ""),
                               f"{'w' if is_way else 'n'}{thing.id}"))

    def edited(self) -> str:
        """Give the time of the newest edit of a street, ISO 8601; empty where the file keeps none."""
        return self.newest.isoformat() if self.newest.year > 2000 else ""  # noqa: PLR2004 - before OpenStreetMap

    def stops(self) -> pd.DataFrame:
        """Give the stops as a table."""
        return pd.DataFrame(self.stop_rows, columns=["lon", "lat", "kind", "name", "osm_id"])

    def streets(self) -> tuple[Streets, int]:
        """Give the streets, and how many places name an absent node."""
        if not self.way_ids:
            return empty_streets(), 0
        columns = dict(zip(WAY_TAGS, zip(*self.way_tags, strict=True), strict=True))
        ways = make_ways(osm_id=np.array(self.way_ids), **columns)
        return _streets(np.array(self.refs), np.array(self.counts), np.concatenate(self.points).reshape(-1, 2), ways)


def _apart(points: npt.NDArray[np.float64], bounds: Bounds) -> bool:
    """Tell whether the extent of a way lies outside some bounds; one without positions does."""
    lon, lat = points[::2], points[1::2]
    lon, lat = lon[np.isfinite(lon)], lat[np.isfinite(lat)]
    west, south, east, north = bounds
    return not lon.size or bool(lon.max() < west or lon.min() > east or lat.max() < south or lat.min() > north)


def _streets(refs: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], points: npt.NDArray[np.float64],
             ways: pd.DataFrame) -> tuple[Streets, int]:
    """Join the nodes of each way to segments, leaving out those that touch an absent node or join a node to itself."""
    present = np.isfinite(points[:, 0])
    way = np.repeat(np.arange(counts.size), counts)
    here = np.flatnonzero((way[:-1] == way[1:]) & present[:-1] & present[1:] & (refs[:-1] != refs[1:]))
    ends = np.concatenate([here, here + 1])
    osm_node, first, index = np.unique(refs[ends], return_index=True, return_inverse=True)
    position = points[ends[first]]
    start, end = index[:here.size].astype(np.int64), index[here.size:].astype(np.int64)
    streets = Streets(position[:, 0].copy(), position[:, 1].copy(), start, end, way[here].astype(np.int64), ways,
                      osm_node)
    return streets, int((~present).sum())


def _extent(streets: Streets) -> Bounds | None:
    """Give the extent of the streets."""
    if not streets.n_nodes:
        return None
    return (float(streets.lon.min()), float(streets.lat.min()), float(streets.lon.max()), float(streets.lat.max()))
