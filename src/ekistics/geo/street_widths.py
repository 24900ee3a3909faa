"""Widths of streets from their tags, their lanes or their class, and which streets count."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ekistics.core.errors import ConfigurationError, InvalidValueError, MissingInputError
from ekistics.core.i18n import _

__all__ = ["BOUNDS", "StreetWidthTable", "street_ways", "street_width_table", "street_widths", "width_in_metres"]

BOUNDS = ("low", "mid", "high")

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_WIDTH = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|metres?|meters?|cm|ft|feet|')?", re.IGNORECASE)
_FEET_INCHES = re.compile(r"(\d+)\s*'\s*(?:(\d+(?:\.\d+)?)\s*\")?")
_UNITS = {"": 1.0, "m": 1.0, "c": 0.01, "f": 0.3048, "'": 0.3048}


@dataclass(frozen=True, slots=True, eq=False)
class StreetWidthTable:
    """Widths of streets by class, and which ways are street land.

    Parameters
    ----------
    edition : str
        Which edition of the table it is.
    classes : pandas.DataFrame
        By value of ``highway``: ``low``, ``mid``, ``high`` in metres, ``land``, ``network``, ``beside``.
    lane : dict of str to float
        Width of a lane, low, mid and high, in metres.
    most_lanes : int
        A number of lanes above it is not believed.
    widest : float
        A width above it, in metres, is not believed.
    beside : float
        Width of one sidewalk in metres, added to the high value for each side that may have one.
    one_side, no_side : frozenset of str
        Values of ``sidewalk`` for a sidewalk on one side, and on none.
    never : dict of str to tuple of str
        Tags of ways that are no street land.
    """

    edition: str
    classes: pd.DataFrame
    lane: Mapping[str, float]
    most_lanes: int
    widest: float
    beside: float
    one_side: frozenset[str]
    no_side: frozenset[str]
    never: Mapping[str, tuple[str, ...]]


def street_width_table(path: Path | None = None) -> StreetWidthTable:
    """Read the table of street widths.

    Parameters
    ----------
    path : pathlib.Path, optional
        A table in the form of the one that comes with the program, which is read by default.

    Returns
    -------
    StreetWidthTable
        The table.

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigurationError
        It is not such a table.

    Examples
    --------
    >>> street_width_table().classes.loc["residential", ["low", "mid", "high"]].tolist()
    [4.1, 5.5, 10.0]
    """
    return _own_table() if path is None else _read(Path(path))


@cache
def _own_table() -> StreetWidthTable:
    """Read the program's own table, once."""
    return _read(files("ekistics.geo") / "tables" / "street_widths.toml")


def _read(source: Path | Traversable) -> StreetWidthTable:
    """Read a table and check its widths."""
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
        table = _table(content)
    except FileNotFoundError as error:
        raise MissingInputError(_("There is no such file."), where=source) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(_("The table of street widths cannot be read."), where=source, got=error) from error
    widths = table.classes[list(BOUNDS)]
    if not (widths.diff(axis=1).iloc[:, 1:] >= 0).all(axis=None) or not (widths > 0).all(axis=None):
        raise ConfigurationError(_("A class of the table of street widths has wrong widths."), where=source,
                                 expected="0 < low <= mid <= high")
    return table


def _table(content: Mapping[str, Any]) -> StreetWidthTable:
    """Make the table from the file's values."""
    classes = pd.DataFrame.from_dict(content["class"], orient="index")
    columns = [*BOUNDS, "land", "network", "beside"]
    return StreetWidthTable(
        edition=str(content["edition"]),
        classes=classes[columns].astype(dict.fromkeys(BOUNDS, float) | dict.fromkeys(columns[3:], bool)),
        lane={bound: float(content["lane"][bound]) for bound in BOUNDS}, most_lanes=int(content["lane"]["most"]),
        widest=float(content["widest_m"]), beside=float(content["beside"]["high"]),
        one_side=frozenset(content["beside"]["one_side"]), no_side=frozenset(content["beside"]["none"]),
        never={key: tuple(rule["values"]) for key, rule in content["never"].items()})


def width_in_metres(text: str) -> float:
    """Read a value of the tag ``width``.

    Parameters
    ----------
    text : str
        The value: a number in metres, or with one of the units m, cm, ft and '.

    Returns
    -------
    float
        Metres; NaN when the text is not one positive number.

    Examples
    --------
    >>> width_in_metres("7"), width_in_metres("7,5 m"), round(width_in_metres("22'"), 4), width_in_metres("narrow")
    (7.0, 7.5, 6.7056, nan)
    """
    text = text.strip()
    imperial = _FEET_INCHES.fullmatch(text)
    if imperial:
        width = (int(imperial[1]) + float(imperial[2] or 0) / 12) * 0.3048
    elif plain := _WIDTH.fullmatch(text):
        width = float(plain[1].replace(",", ".")) * _UNITS[(plain[2] or "")[:1].lower()]
    else:
        return float("nan")
    return width if width > 0 else float("nan")


def street_widths(ways: pd.DataFrame, table: StreetWidthTable | None = None) -> pd.DataFrame:
    """Give every way a width with its bounds: from the tag ``width``, else from ``lanes``, else from its class.

    Parameters
    ----------
    ways : pandas.DataFrame, shape (n_ways, ...)
        The ways of :class:`~ekistics.geo.streets.Streets`.
    table : StreetWidthTable, optional
        The table; the program's own by default.

    Returns
    -------
    pandas.DataFrame, shape (n_ways, 4)
        ``low``, ``mid`` and ``high`` in metres from kerb to kerb, and ``how``: ``width``, ``lanes``, ``class``, or
        ``none`` for a class that the table lacks (then NaN). ``high`` adds sidewalks on the sides that may have one.

    Notes
    -----
    A tagged width is taken as it is, whatever the mapper meant by it: the wiki calls it disputed whether sidewalks are
    part of it. A number of lanes gives the lanes alone: parking, verges and sidewalks are not in it.
    """
    table = table or street_width_table()
    tagged = _numbers(ways["width"], width_in_metres)
    tagged[~(tagged <= table.widest)] = np.nan
    lanes = _numbers(ways["lanes"], _lanes)
    lanes[~(lanes <= table.most_lanes)] = np.nan
    by_class = table.classes.reindex(ways["highway"])
    known = by_class["mid"].notna().to_numpy()
    tagged[~known], lanes[~known] = np.nan, np.nan
    how = np.select([~np.isnan(tagged), ~np.isnan(lanes), known], ["width", "lanes", "class"], "none")
    widths = {bound: np.where(how == "width", tagged,
                              np.where(how == "lanes", lanes * table.lane[bound], by_class[bound].to_numpy()))
              for bound in BOUNDS}
    sides = np.select([ways["sidewalk"].isin(table.no_side), ways["sidewalk"].isin(table.one_side)], [0, 1], 2)
    has_sides = by_class["beside"].eq(True).to_numpy()
    widths["high"] = widths["high"] + table.beside * sides * has_sides
    return pd.DataFrame({**widths, "how": how}, index=ways.index)


def street_ways(ways: pd.DataFrame, table: StreetWidthTable | None = None, *, use: str = "land") -> Bools:
    """Tell which ways count.

    Parameters
    ----------
    ways : pandas.DataFrame, shape (n_ways, ...)
        The ways.
    table : StreetWidthTable, optional
        The table; the program's own by default.
    use : str
        ``land`` for land allocated to streets, ``network`` for street density and intersections.

    Returns
    -------
    numpy.ndarray of bool, shape (n_ways,)
        The ways that count. Those with a tag that the table's ``never`` names do not, nor classes that it lacks.
    """
    table = table or street_width_table()
    if use not in ("land", "network"):
        raise InvalidValueError(_("Unknown use of streets."), param="use", expected="land, network", got=use)
    counts = ways["highway"].isin(table.classes.index[table.classes[use]]).to_numpy()
    for key, values in table.never.items():
        counts = counts & ~ways[key].isin(values).to_numpy()
    return counts


def _numbers(texts: pd.Series, read: Callable[[str], float]) -> Floats:
    """Read a column of texts, each different one once."""
    values = {text: read(text) for text in texts.unique()}
    numbers: Floats = texts.map(values).to_numpy(dtype=np.float64, copy=True)
    return numbers


def _lanes(text: str) -> float:
    """Read a number of lanes; NaN when it is not one whole positive number."""
    return float(text) if re.fullmatch(r"[1-9]\d?", text.strip()) else float("nan")
