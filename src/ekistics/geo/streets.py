"""Streets as arrays: nodes, the straight segments between them, and the ways with their tags."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _

__all__ = ["WAY_TAGS", "Streets", "empty_streets", "make_ways"]

WAY_TAGS = ("highway", "foot", "access", "width", "lanes", "sidewalk", "surface", "area", "oneway", "bridge", "tunnel",
            "service")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """All ``highway`` ways of a street file, unfiltered.

    Parameters
    ----------
    lon, lat : numpy.ndarray, shape (n_nodes,)
        Nodes in degrees on WGS84, each node once.
    start, end : numpy.ndarray, shape (n_segments,)
        Index of the nodes that a segment joins, in the way's direction.
    way : numpy.ndarray, shape (n_segments,)
        Row in ``ways`` of a segment's way; a way's segments stand together, in its order.
    ways : pandas.DataFrame
        One row a way: ``osm_id`` and the tags of :data:`WAY_TAGS`, ``''`` where a tag is absent.
    osm_node : numpy.ndarray, shape (n_nodes,), optional
        OpenStreetMap id of each node.
    """

    lon: Floats
    lat: Floats
    start: Ints
    end: Ints
    way: Ints
    ways: pd.DataFrame
    osm_node: Ints | None = None

    def __post_init__(self) -> None:
        absent = [name for name in ("osm_id", *WAY_TAGS) if name not in self.ways.columns]
        if absent:
            raise InvalidValueError(_("The table of ways lacks columns."), param="ways", expected=", ".join(absent))
        if self.lon.shape != self.lat.shape or not self.start.shape == self.end.shape == self.way.shape:
            raise InvalidValueError(_("The arrays of nodes or of segments differ in length."))
        if not (np.isfinite(self.lon).all() and np.isfinite(self.lat).all()):
            raise InvalidValueError(_("A street node has no position."), param="lon")
        if self.n_segments and max(self.start.max(), self.end.max()) >= self.n_nodes:
            raise InvalidValueError(_("A segment names a node that is not there."), param="end",
                                    expected=f"< {self.n_nodes}", got=int(max(self.start.max(), self.end.max())))

    @property
    def n_nodes(self) -> int:
        """Give the number of nodes."""
        return int(self.lon.size)

    @property
    def n_segments(self) -> int:
        """Give the number of segments."""
        return int(self.start.size)


def make_ways(**columns: object) -> pd.DataFrame:
    """Make a table of ways from some of its columns; the absent tags become ``''``.

    Parameters
    ----------
    **columns : sequence
        Columns by name, all of one length; ``osm_id`` counts from one where it is not given.

    Returns
    -------
    pandas.DataFrame
        The columns ``osm_id`` and :data:`WAY_TAGS`.

    Examples
    --------
    >>> make_ways(highway=["residential", "steps"], foot=["", "yes"])[["osm_id", "highway", "foot"]].values.tolist()
    [[1, 'residential', ''], [2, 'steps', 'yes']]
    """
    frame = pd.DataFrame(columns)
    frame["osm_id"] = np.asarray(columns.get("osm_id", np.arange(1, len(frame) + 1)), dtype=np.int64)
    for tag in WAY_TAGS:
        frame[tag] = (frame[tag] if tag in frame.columns else pd.Series("", index=frame.index)).astype("str")
    return frame[["osm_id", *WAY_TAGS]]


def empty_streets() -> Streets:
    """Give streets without any way, as a file without highways has.

    Returns
    -------
    Streets
        No nodes, no segments, no ways.

    Examples
    --------
    >>> empty_streets().n_segments
    0
    """
    nothing, none = np.empty(0, np.float64), np.empty(0, np.int64)
    return Streets(nothing, nothing.copy(), none, none.copy(), none.copy(), make_ways(highway=[]), none.copy())
