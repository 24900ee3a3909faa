"""Frameworks that others report by: numbered slots or the cells of a grid, and our indicators that fill them.

The tables are ``tables/nua_framework.toml`` and ``tables/umf.toml``. What could not be retrieved of a framework stays
an empty slot or cell: it is counted, and nobody guesses what it asks for.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _

__all__ = ["Category", "Cell", "CellState", "Framework", "Grid", "Slot", "SlotState", "cell_state", "nua_framework",
           "slot_state", "umf_grid"]


class SlotState(StrEnum):
    """What is known of a slot in a country."""

    MEASURED = "measured"
    NEAR = "near"
    NOT_APPLICABLE = "not-applicable"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class Slot:
    """One numbered place of a framework.

    Parameters
    ----------
    number : int
        Its number, from 1.
    title : str
        What it asks for (English source text); empty where that was not retrieved.
    sdg : str
        The SDG indicator that it is; empty where it is none or that is not known.
    indicators : tuple of str
        Codes of our indicators that it is held against.
    fit : str
        ``same`` where the slot is that indicator, ``near`` where that is not known; empty where there is none.
    """

    number: int
    title: str = ""
    sdg: str = ""
    indicators: tuple[str, ...] = ()
    fit: str = ""

    @property
    def retrieved(self) -> bool:
        """Tell whether it is known what the slot asks for."""
        return self.title != ""

    @property
    def own(self) -> str:
        """Give the code that an indicator made for just this slot has."""
        return f"nua_{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Category:
    """A category of a framework.

    Parameters
    ----------
    code, part, title : str
        Its code, the code of its part, its title (English source text).
    subcategories : tuple of str
        Their titles.
    """

    code: str
    part: str
    title: str
    subcategories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Head:
    """What each framework has: what it is and where it is known from."""

    code: str
    title: str
    edition: str
    source: str


@dataclass(frozen=True, slots=True)
class Framework(_Head):
    """A framework.

    Parameters
    ----------
    code, title, edition, source : str
        What it is and where it is known from.
    categories_source : str
        What the names of its categories rest on.
    parts : dict of str to str
        Titles by code.
    categories : tuple of Category
        In their order.
    slots : tuple of Slot
        Every slot, the empty ones too.
    """

    categories_source: str
    parts: dict[str, str]
    categories: tuple[Category, ...]
    slots: tuple[Slot, ...]


@cache
def nua_framework() -> Framework:
    """Give the monitoring framework of the New Urban Agenda.

    Returns
    -------
    Framework
        Its 77 slots.

    Examples
    --------
    >>> framework = nua_framework()
    >>> len(framework.slots), sum(slot.retrieved for slot in framework.slots)
    (77, 16)
    >>> framework.slots[18].sdg
    '11.7.1'
    """
    return _framework(_table("nua_framework.toml"))


def _table(name: str) -> dict[str, Any]:
    """Read a table that comes with the program."""
    return tomllib.loads((files("ekistics.core") / "tables" / name).read_text(encoding="utf-8"))


def _head(plain: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Give what each framework has, in the order of its fields."""
    return plain["code"], plain["title"], plain["edition"], plain["source"]


def _framework(plain: Mapping[str, Any]) -> Framework:
    known = {item["number"]: item for item in plain["items"]}
    categories = tuple(Category(c["code"], c["part"], c["title"], tuple(c["subcategories"]))
                       for c in plain["categories"])
    slots = tuple(_slot(number, known.get(number, {})) for number in range(1, plain["slots"] + 1))
    return Framework(*_head(plain), plain["categories_source"],
                     {part["code"]: part["title"] for part in plain["parts"]}, categories, slots)


def _slot(number: int, item: Mapping[str, Any]) -> Slot:
    return Slot(number, item.get("title", ""), item.get("sdg", ""), tuple(item.get("indicators", ())),
                item.get("fit", ""))


def slot_state(slot: Slot, with_value: Iterable[str], *, not_applicable: bool = False) -> SlotState:
    """Tell what is known of a slot in a country.

    Parameters
    ----------
    slot : Slot
        The slot.
    with_value : iterable of str
        Codes of the indicators that have a published national value.
    not_applicable : bool
        Whether people stated that it does not apply; nothing else makes it so.

    Returns
    -------
    SlotState
        A value goes before a statement: what is measured exists.

    Examples
    --------
    >>> slots = nua_framework().slots
    >>> slot_state(slots[18], ["sdg_11_7_1"]), slot_state(slots[4], ["drinking_water"])
    (<SlotState.MEASURED: 'measured'>, <SlotState.NEAR: 'near'>)
    >>> slot_state(slots[12], ["sdg_11_7_1"]), slot_state(slots[12], [], not_applicable=True)
    (<SlotState.NOT_MEASURED: 'not-measured'>, <SlotState.NOT_APPLICABLE: 'not-applicable'>)
    """
    held = set(with_value)
    if slot.own in held or (slot.fit == "same" and held & set(slot.indicators)):
        return SlotState.MEASURED
    if not_applicable:
        return SlotState.NOT_APPLICABLE
    return SlotState.NEAR if held & set(slot.indicators) else SlotState.NOT_MEASURED


class CellState(StrEnum):
    """What is known of a cell of a grid in a place."""

    POPULATED = "populated"
    NOT_APPLICABLE = "not-applicable"
    NOT_MEASURED = "not-measured"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid.

    Parameters
    ----------
    domain, objective : str
        Codes of its row and its column.
    indicators : tuple of str
        Codes of our indicators that stand in it.
    """

    domain: str
    objective: str
    indicators: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """Give its code: domain and objective."""
        return f"{self.domain}.{self.objective}"


@dataclass(frozen=True, slots=True)
class Grid(_Head):
    """A framework that is a grid: every indicator stands in one cell.

    Parameters
    ----------
    code, title, edition, source : str
        What it is and where it is known from.
    tags_note : str
        What the places of our indicators rest on.
    domains, objectives : dict of str to str
        Titles of its rows and of its columns by code, in their order.
    cells : tuple of Cell
        Every cell, row by row, the empty ones too.
    """

    tags_note: str
    domains: dict[str, str]
    objectives: dict[str, str]
    cells: tuple[Cell, ...]

    def cell_of(self, indicator: str) -> Cell | None:
        """Give the cell that an indicator stands in.

        Parameters
        ----------
        indicator : str
            Code of the indicator.

        Returns
        -------
        Cell or None
            The cell; None where it has no place.
        """
        return next((cell for cell in self.cells if indicator in cell.indicators), None)


@cache
def umf_grid() -> Grid:
    """Give the Urban Monitoring Framework.

    Returns
    -------
    Grid
        Its 20 cells: five domains by four objectives.

    Examples
    --------
    >>> grid = umf_grid()
    >>> len(grid.cells), sum(bool(cell.indicators) for cell in grid.cells)
    (20, 6)
    >>> grid.cell_of("sdg_11_6_2").code
    'environment.safe'
    """
    return _grid(_table("umf.toml"))


def _grid(plain: Mapping[str, Any]) -> Grid:
    domains, objectives = ({each["code"]: each["title"] for each in plain[name]} for name in ("domains", "objectives"))
    placed: dict[tuple[str, str], list[str]] = {}
    for tag in plain["tags"]:
        for code, known, what in ((tag["domain"], domains, _("domain")),
                                  (tag["objective"], objectives, _("objective"))):
            if code not in known:
                raise UnknownNameError.among(code, list(known), what=what, where=tag["indicator"])
        if any(tag["indicator"] in codes for codes in placed.values()):
            raise ConfigurationError(_("An indicator stands in two cells."), where=plain["code"], got=tag["indicator"])
        placed.setdefault((tag["domain"], tag["objective"]), []).append(tag["indicator"])
    cells = tuple(Cell(d, o, tuple(placed.get((d, o), ()))) for d in domains for o in objectives)
    return Grid(*_head(plain), plain["tags_note"], domains, objectives, cells)


def cell_state(cell: Cell, with_value: Iterable[str], *, not_applicable: Iterable[str] = ()) -> CellState:
    """Tell what is known of a cell in a place.

    Parameters
    ----------
    cell : Cell
        The cell.
    with_value : iterable of str
        Codes of the indicators that have a value there.
    not_applicable : iterable of str
        Codes of the cells that people stated not to apply; nothing else makes one so.

    Returns
    -------
    CellState
        A value goes before a statement: what is measured exists.

    Examples
    --------
    >>> cell = umf_grid().cell_of("sdg_11_6_2")
    >>> cell_state(cell, ["sdg_11_6_2"], not_applicable=[cell.code]), cell_state(cell, [])
    (<CellState.POPULATED: 'populated'>, <CellState.NOT_MEASURED: 'not-measured'>)
    """
    if set(with_value) & set(cell.indicators):
        return CellState.POPULATED
    return CellState.NOT_APPLICABLE if cell.code in set(not_applicable) else CellState.NOT_MEASURED
