"""The classes of both levels, and the one byte in which a cell holds them while it is being classified.

Bits 0 to 3 hold the class of level 2 and bits 4 and 5 that of level 1, both in order of precedence, so that a step may
paint a cell only upwards and the order of the steps does not matter. Bit 6 marks a cell while edges are smoothed, bit 7
a neighbour that does not count in the edge rule. A byte whose level 2 bits are zero has no data.
"""

from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import N_, _

__all__ = ["COLOURS", "LEVEL1", "LEVEL2", "MISSING", "NAMES", "code_table", "colour_table", "decode", "level_codes"]

MISSING = 255
LEVEL1 = (3, 2, 1, 0)
LEVEL2 = (30, 23, 22, 21, 13, 12, 11, 10)

_LEVEL2_BY_RANK = (MISSING, 10, 11, 12, 13, 21, 22, 23, 30)
WATER, VERY_LOW, LOW, RURAL_CLUSTER, SUBURBAN, SEMI_DENSE, DENSE, CENTRE = range(1, 9)
RURAL_1, CLUSTER_1, CENTRE_1 = 1, 2, 3

NAMES = MappingProxyType({
    3: N_("Urban centre"), 2: N_("Urban cluster"), 1: N_("Rural grid cell"), 0: N_("Water"),
    30: N_("Urban centre"), 23: N_("Dense urban cluster"), 22: N_("Semi-dense urban cluster"),
    21: N_("Suburban or peri-urban cell"), 13: N_("Rural cluster"), 12: N_("Low density rural cell"),
    11: N_("Very low density rural cell"), 10: N_("Water"),
})
# The colours in which the Global Human Settlement Layer is usually shown, red to green, so that maps compare.
COLOURS = MappingProxyType({
    3: (255, 0, 0), 2: (255, 255, 0), 1: (115, 178, 115), 0: (122, 182, 245),
    30: (255, 0, 0), 23: (115, 38, 0), 22: (168, 112, 0), 21: (255, 255, 0),
    13: (55, 86, 35), 12: (171, 205, 102), 11: (205, 245, 122), 10: (122, 182, 245),
})


def level_codes(level: int) -> tuple[int, ...]:
    """Give the class codes of a level, most urban first.

    Parameters
    ----------
    level : int
        1 or 2.

    Returns
    -------
    tuple of int
        The codes, water last.

    Raises
    ------
    InvalidValueError
        There is no such level.

    Examples
    --------
    >>> level_codes(1)
    (3, 2, 1, 0)
    """
    if level not in (1, 2):
        raise InvalidValueError(_("The Degree of Urbanisation has two levels."), param="level", expected="1, 2",
                                got=level)
    return LEVEL1 if level == 1 else LEVEL2


def _table(level: int) -> npt.NDArray[np.uint8]:
    byte = np.arange(256)
    rank2 = byte & 15
    if level == 2:
        ranks = np.array(_LEVEL2_BY_RANK + (MISSING,) * 7, dtype=np.uint8)
        return np.asarray(ranks[rank2], dtype=np.uint8)
    return np.where(rank2 == 0, MISSING, (byte >> 4) & 3).astype(np.uint8)


_TABLES = {1: _table(1), 2: _table(2)}


def code_table(level: int) -> npt.NDArray[np.uint8]:
    """Give the class of a level for every working byte.

    Parameters
    ----------
    level : int
        1 or 2.

    Returns
    -------
    numpy.ndarray of uint8, shape (256,)
        Class codes.

    Examples
    --------
    >>> int(code_table(1)[0x38])
    3
    """
    level_codes(level)
    return _TABLES[level]


def decode(codes: npt.NDArray[np.uint8], level: int) -> npt.NDArray[np.uint8]:
    """Turn working bytes into the classes of a level.

    Parameters
    ----------
    codes : numpy.ndarray of uint8
        Working bytes.
    level : int
        1 or 2.

    Returns
    -------
    numpy.ndarray of uint8
        Class codes, same shape; 255 where there is no data.

    Examples
    --------
    >>> decode(np.array([0, 0x38, 0x12], dtype=np.uint8), 2)
    array([255,  30,  11], dtype=uint8)
    """
    return code_table(level)[codes]


def colour_table(level: int) -> dict[int, tuple[int, int, int, int]]:
    """Give the colours of a level as red, green, blue and opacity, for the colour table of a raster.

    Parameters
    ----------
    level : int
        1 or 2.

    Returns
    -------
    dict
        Code to colour, with a transparent entry for cells without data.

    Examples
    --------
    >>> colour_table(1)[3]
    (255, 0, 0, 255)
    """
    return {code: (*COLOURS[code], 255) for code in level_codes(level)} | {MISSING: (0, 0, 0, 0)}
