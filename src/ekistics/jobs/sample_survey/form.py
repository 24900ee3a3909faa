"""The form of the made-up survey: its questions and choices as XLSForm, and the columns that its exports have."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import xlsxwriter

from ekistics.jobs.sample_survey.people import DIFFICULTIES, FLOOR, ROOF, TENURE, TOILET, WALL, WATER

__all__ = ["HOUSEHOLD_COLUMNS", "PERSON_COLUMNS", "write_form"]

MADE = datetime(2023, 3, 1)  # noqa: DTZ001 - a workbook keeps times without a zone
UNKNOWN = ("dont_know",)
YES_NO = ("yes", "no")
HARD = ("none", "some", "a_lot")
# Group -> questions: name of the question (and of the answer in the made-up record), type, label.
HOUSEHOLD = {
    "visit": (("household", "text", "Number of the household"), ("area", "text", "Neighbourhood"),
              ("enumeration_area", "integer", "Enumeration area"),
              ("areas_listed", "integer", "Enumeration areas of the neighbourhood"),
              ("households_listed", "integer", "Households listed in the enumeration area"),
              ("weight", "decimal", "Weight of the household")),
    "home": (("members", "integer", "How many people usually live here?"),
             ("displacement", "select_one displacement", "Was the household displaced?"),
             ("tenure", "select_one tenure", "How do you hold this dwelling?"),
             ("tenure_document", "select_one yes_no", "Do you have a paper that proves it?"),
             ("fears_eviction", "select_one yes_no", "Do you fear to be evicted in the next five years?"),
             ("rooms", "integer", "How many rooms do you live in?"), ("wall", "select_one wall", "Walls (look)"),
             ("roof", "select_one roof", "Roof (look)"), ("floor", "select_one floor", "Floor (look)"),
             ("hazard", "select_one hazard", "Is the place in danger?")),
    "wash": (("water_source", "select_one water", "Where does your drinking water come from?"),
             ("water_minutes", "integer", "How many minutes to fetch it and come back?"),
             ("toilet", "select_one toilet", "What toilet do you use?"),
             ("toilet_shared", "select_one yes_no", "Do you share it with other households?"),
             ("toilet_households", "integer", "How many households use it, yours included?"),
             ("handwashing", "select_one handwashing", "Place to wash hands (look)")),
    "money": (("income", "integer", "Income of the household last month"),
              ("housing_cost", "integer", "Rent, or cost of the dwelling, last month")),
}
PERSON = (("person", "integer", "Number of the person"), ("relation", "select_one relation", "Head of the household?"),
          ("sex", "select_one sex", "Sex"), ("age", "integer", "Age in completed years"),
          *((each, "select_one difficulty", f"Difficulty: {each}") for each in DIFFICULTIES))
CHOICES = {"displacement": ("host", "displaced"), "tenure": TENURE, "yes_no": YES_NO + UNKNOWN, "wall": WALL + UNKNOWN,
           "roof": ROOF, "floor": FLOOR, "hazard": ("none", "floods"), "water": WATER + UNKNOWN,
           "toilet": TOILET + UNKNOWN, "handwashing": ("soap_and_water", "water_only", "no_place"),
           "relation": ("head", "other"), "sex": ("female", "male"), "difficulty": HARD}
# Answer of the made-up record -> column of the export.
HOUSEHOLD_COLUMNS = {name: f"{group}/{name}" for group, asked in HOUSEHOLD.items() for name, _type, _label in asked}
PERSON_COLUMNS = {"household": "household", **{name: f"people/{name}" for name, _type, _label in PERSON}}


def write_form(path: Path) -> None:
    """Write the form as XLSForm; the same form gives the same bytes.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.set_properties({"title": "Household survey of Port Merrow (made-up)", "created": MADE})
        for sheet, rows in (("survey", _questions()), ("choices", _choices()), ("settings", _settings())):
            table = book.add_worksheet(sheet)
            for number, row in enumerate(rows):
                table.write_row(number, 0, row)


def _questions() -> Iterator[tuple[str, str, str]]:
    yield ("type", "name", "label")
    for group, asked in HOUSEHOLD.items():
        yield ("begin group", group, group.capitalize())
        yield from ((kind, name, label) for name, kind, label in asked)
        yield ("end group", "", "")
    yield ("begin repeat", "people", "People of the household")
    yield from ((kind, name, label) for name, kind, label in PERSON)
    yield ("end repeat", "", "")


def _choices() -> Iterator[tuple[str, str, str]]:
    yield ("list_name", "name", "label")
    yield from ((name, code, code.replace("_", " ").capitalize()) for name, codes in CHOICES.items() for code in codes)


def _settings() -> Iterator[tuple[str, str]]:
    yield ("form_title", "form_id")
    yield ("Household survey of Port Merrow (made-up)", "merrow-households")
