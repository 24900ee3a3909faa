"""The framework of the New Urban Agenda as data: its structure, and that nothing in it is guessed."""

import tomllib
from importlib.resources import files

import pytest

from ekistics.core.frameworks import SlotState, nua_framework, slot_state

# The numbered items that could be retrieved, as methods/instruments.md 2.2 lists them (read 2026-11-26).
RETRIEVED = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 33, 35, 36)
# Sub-categories of each category, from the same place: 3, 2, 2 in the first part and 6, 7, 3 in the second.
SUBCATEGORIES = {"1.1": 3, "1.2": 2, "1.3": 2, "2.1": 6, "2.2": 7, "2.3": 3}


def test_the_structure_is_that_of_the_slides() -> None:
    held = nua_framework()
    assert [slot.number for slot in held.slots] == list(range(1, 78))
    assert tuple(slot.number for slot in held.slots if slot.retrieved) == RETRIEVED
    assert {c.code: len(c.subcategories) for c in held.categories} == SUBCATEGORIES
    assert {c.part for c in held.categories} == set(held.parts) == {"1", "2"}


def test_slots_that_were_not_retrieved_hold_nothing() -> None:
    empty = [slot for slot in nua_framework().slots if not slot.retrieved]
    assert len(empty) == 61
    assert all(not slot.sdg and not slot.indicators and not slot.fit for slot in empty)


def test_the_table_names_its_source() -> None:
    plain = tomllib.loads((files("ekistics.core") / "tables" / "nua_framework.toml").read_text("utf-8"))
    assert "2020" in plain["source"]
    assert all(item.get("fit", "") in ("", "same", "near") for item in plain["items"])
    assert all(bool(item.get("indicators")) == bool(item.get("fit")) for item in plain["items"])


@pytest.mark.parametrize(("number", "held", "stated", "expected"), [
    (19, ["sdg_11_7_1"], False, SlotState.MEASURED),
    (19, ["sdg_11_7_1"], True, SlotState.MEASURED),  # what is measured exists, whatever was stated
    (19, [], True, SlotState.NOT_APPLICABLE),
    (5, ["drinking_water"], False, SlotState.NEAR),
    (5, ["drinking_water"], True, SlotState.NOT_APPLICABLE),
    (6, ["hygiene"], False, SlotState.NEAR),
    (20, ["nua_20"], False, SlotState.MEASURED),
    (20, ["sdg_11_7_1", "drinking_water"], False, SlotState.NOT_MEASURED)])
def test_states_of_slots(number: int, held: list[str], stated: bool, expected: SlotState) -> None:
    assert slot_state(nua_framework().slots[number - 1], held, not_applicable=stated) is expected
