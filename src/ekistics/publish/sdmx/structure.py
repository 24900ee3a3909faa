"""What a data structure is to a writer: its reference and the components of a row, in order."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["MEASURE", "TIME", "Structure", "own_structure", "own_table", "sdg_structure", "sdg_table"]

MEASURE = "OBS_VALUE"
TIME = "TIME_PERIOD"


@dataclass(frozen=True, slots=True)
class Structure:
    """A data structure definition, as far as a row needs it.

    Parameters
    ----------
    agency, id, version : str
        Who keeps it, its name and its version.
    dimensions : tuple of str
        Components that together name one observation, the time period last.
    attributes : tuple of str
        Components that say more about it.
    numbers : frozenset of str
        Components that hold numbers; all others hold text.

    Examples
    --------
    >>> sdg_structure().reference
    'IAEG-SDGs:SDG(1.14)'
    """

    agency: str
    id: str
    version: str
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]
    numbers: frozenset[str]

    @property
    def reference(self) -> str:
        """Give the short name that SDMX-CSV writes."""
        return f"{self.agency}:{self.id}({self.version})"

    @property
    def urn(self) -> str:
        """Give the name that SDMX-ML writes."""
        return f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={self.reference}"

    @property
    def components(self) -> tuple[str, ...]:
        """Give the columns of a row: dimensions, measure, attributes."""
        return (*self.dimensions, MEASURE, *self.attributes)


@cache
def sdg_table() -> dict[str, Any]:
    """Read our table of codes of the global SDG structure.

    Returns
    -------
    dict
        The table; not to be changed.
    """
    return _table("sdg_sdmx.toml")


@cache
def own_table() -> dict[str, Any]:
    """Read the description of our own structure.

    Returns
    -------
    dict
        The table; not to be changed.
    """
    return _table("own_structure.toml")


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / name).read_text(encoding="utf-8"))


@cache
def sdg_structure() -> Structure:
    """Give the global SDG structure, in the version that our table of codes was written against.

    Returns
    -------
    Structure
        The structure.
    """
    given = sdg_table()["structure"]
    return Structure(given["agency"], given["id"], given["version"], tuple(given["dimensions"]),
                     tuple(given["attributes"]), frozenset(given["numbers"]))


@cache
def own_structure() -> Structure:
    """Give our own structure, which has a place for every column of the observations.

    Returns
    -------
    Structure
        The structure.

    Examples
    --------
    >>> own_structure().reference, own_structure().dimensions[-1]
    ('EKISTICS:OBSERVATIONS(1.0)', 'TIME_PERIOD')
    """
    table = own_table()
    given = table["structure"]
    return Structure(given["agency"], given["id"], given["version"], tuple(table["dimensions"]),
                     tuple(table["attributes"]), frozenset(table["rules"]["numbers"]))
