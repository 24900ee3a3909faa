"""How complete the mapped streets and open space look beside what is built, for flags of quality."""

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import Transformer

from ekistics.core.crs import WGS84, equal_area_for
from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.geo.crossings import segment_lines
from ekistics.geo.streets import Streets

__all__ = ["STREET_REACH_M", "street_completeness"]

STREET_REACH_M = 250.0

Floats = npt.NDArray[np.float64]


def street_completeness(streets: Streets, lon: npt.ArrayLike, lat: npt.ArrayLike, weight: npt.ArrayLike, *,
                        reach_m: float = STREET_REACH_M) -> tuple[float, float, float]:
    """Measure how much of what is built, or of the people, has a mapped street near.

    Where people live or buildings stand and no street of any class is mapped within 250 m, the map lacks streets.

    Parameters
    ----------
    streets : Streets
        All streets of the file, walkable or not.
    lon, lat : array of float, shape (n,)
        Centres of cells in degrees on WGS84.
    weight : array of float, shape (n,)
        Built-up area or people of each cell; cells of zero or without a value do not count.
    reach_m : float
        What is near, in metres; cells should be smaller than twice that.

    Returns
    -------
    tuple of float
        The share from 0 to 1 (NaN where there is nothing to weigh), the weight near a street, and all weight.

    Raises
    ------
    InvalidValueError
        A weight is negative, or the reach is not above zero.

    Notes
    -----
    A share of 1 does not say that all streets are mapped, only that no built-up ground is without any. Measured
    from the centres of cells in a projection centred on them, exact to 1e-5 within 50 km.

    Examples
    --------
    >>> from ekistics.geo.streets import empty_streets
    >>> street_completeness(empty_streets(), [0.0], [0.0], [12.0])
    (0.0, 0.0, 12.0)
    """
    x, y, amount = (np.asarray(values, dtype=np.float64) for values in (lon, lat, weight))
    if not reach_m > 0 or (amount < 0).any():
        raise InvalidValueError(_("Weights are at least zero, and the reach is above zero."), param="weight",
                                expected=">= 0", got=float(np.nanmin(amount, initial=0.0)))
    counts = amount > 0
    x, y, amount = x[counts], y[counts], amount[counts]
    total = float(amount.sum())
    if not total:
        return float("nan"), 0.0, 0.0
    near = float(amount[_near(streets, x, y, reach_m)].sum())
    return near / total, near, total


def _near(streets: Streets, lon: Floats, lat: Floats, reach_m: float) -> npt.NDArray[np.bool_]:
    """Tell which points have a street within reach."""
    found = np.zeros(lon.size, dtype=bool)
    if not streets.n_segments:
        return found
    crs = equal_area_for(float(lon.min() + lon.max()) / 2, float(lat.min() + lat.max()) / 2)
    to_plane = Transformer.from_crs(WGS84, crs, always_xy=True)
    nodes = np.column_stack(to_plane.transform(streets.lon, streets.lat))
    points = np.column_stack(to_plane.transform(lon, lat))
    tree = shapely.STRtree(segment_lines(nodes[streets.start], nodes[streets.end]))
    near = tree.query_nearest(np.asarray(shapely.points(points), dtype=object), max_distance=reach_m, all_matches=False)
    found[near[0]] = True
    return found
