"""Frameworks that others report by: numbered slots, each with what is known of it and our indicators that fill it.

The table is ``tables/nua_framework.toml``. What could not be retrieved of a framework stays an empty slot: it is
counted, and nobody guesses what it asks for.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Category", "Framework", "Slot", "SlotState", "nua_framework", "slot_state"]


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
class Framework:
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

    code: str
    title: str
    edition: str
    source: str
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
    text = (files("ekistics.core") / "tables" / "nua_framework.toml").read_text(encoding="utf-8")
    return _framework(tomllib.loads(text))


def _framework(plain: Mapping[str, Any]) -> Framework:
    known = {item["number"]: item for item in plain["items"]}
    categories = tuple(Category(c["code"], c["part"], c["title"], tuple(c["subcategories"]))
                       for c in plain["categories"])
    slots = tuple(_slot(number, known.get(number, {})) for number in range(1, plain["slots"] + 1))
    return Framework(plain["code"], plain["title"], plain["edition"], plain["source"], plain["categories_source"],
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
