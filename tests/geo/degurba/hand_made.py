"""Small grids written as text tables, and maps of classes read back as text.

One character is a cell. Without a legend of its own a table knows ``.`` empty land, ``~`` open water, ``?`` no data and
``#`` land with 5,000 people, of which ten make an urban centre.
"""

from typing import Any

import numpy as np

from ekistics.geo.degurba import Classification, DegurbaParameters, classify

CELL = 1e6
LEGEND: dict[str, tuple[float, float, float]] = {  # people, built-up share of the cell, land share of the cell
    ".": (0, 0, 1), "~": (0, 0, 0), "#": (5000, 0, 1), "?": (np.nan, np.nan, np.nan),
}
ENGINES = ("numpy", "numba")


def lines(table: str) -> list[str]:
    """Split a table into its rows, without spaces."""
    return [row.replace(" ", "") for row in table.strip().splitlines()]


def arrays(table: str, **legend: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read a table as people, built-up (m2) and land (m2)."""
    known = LEGEND | legend
    cells = np.array([[known[mark] for mark in row] for row in lines(table)], dtype=float)
    return cells[..., 0], cells[..., 1] * CELL, cells[..., 2] * CELL


def classified(table: str, legend: dict[str, tuple[float, float, float]] | None = None, **rules: Any) -> Classification:
    """Classify a table by both engines, which must agree."""
    grids = arrays(table, **(legend or {}))
    first, second = (classify(*grids, parameters=DegurbaParameters(**rules), engine=engine) for engine in ENGINES)
    np.testing.assert_array_equal(first.level2, second.level2)
    np.testing.assert_array_equal(first.level1, second.level1)
    np.testing.assert_array_equal(first.centres.owner, second.centres.owner)
    return first


def numbers(found: Classification) -> list[str]:
    """Draw the urban centres by number: ``.`` outside, 1 for the first and so on."""
    return ["".join(".123456789"[k] for k in row) for row in found.centres.raster(found.shape)]


def urban(found: Classification) -> list[str]:
    """Draw level 1: 3, 2, 1, 0, and ? for no data."""
    return ["".join("?" if code == 255 else str(code) for code in row) for row in found.level1]
