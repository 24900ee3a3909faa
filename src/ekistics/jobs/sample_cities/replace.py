"""Put the next city of the reserve in the place of one that cannot take part, with the reason in a log."""

import csv
import shutil
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

from ekistics.core.errors import InvalidValueError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.jobs.sample_cities.commit import now_text
from ekistics.jobs.sample_cities.document import REPLACEMENTS, SAMPLE, TABLE, read_sample, write_tables
from ekistics.jobs.sample_cities.frame import FRAME, place_of, read_rows
from ekistics.package.staging import put_back, replaced_folder

__all__ = ["REASONS", "replace_city"]

REASONS = {
    "no-data": N_("there are no data of this city"), "no-access": N_("the city cannot be reached"),
    "no-consent": N_("the city does not take part"), "not-a-city": N_("it is no city by the definition of the list"),
    "merged": N_("it became part of another city"), "other": N_("another reason"),
}


def replace_city(folder: Path, code: str, *, reason: str, note: str = "", by: str = "",
                 clock: Callable[[], str] = now_text) -> dict[str, Any]:
    """Replace a city of the sample by the first of its stratum's reserve.

    Parameters
    ----------
    folder : pathlib.Path
        Folder of the sample.
    code : str
        The city that cannot take part.
    reason : str
        A key of :data:`REASONS`.
    note : str
        A word of explanation for the log.
    by : str
        Who decided.
    clock : callable
        Gives the time.

    Returns
    -------
    dict
        The entry of the log; ``in`` is None where nobody can stand in, because the city was certain or the reserve is
        used up.

    Raises
    ------
    UnknownNameError
        There is no such reason, or no such city in the sample.
    InvalidValueError
        The city was replaced already, or the reason "other" has no note.

    Notes
    -----
    The stand-in keeps its own inclusion probability: under draws by size, weight times size is the same for every city
    of a stratum. Nobody chooses it: the order of the reserve was fixed by the seed.
    """
    folder = Path(folder)
    put_back(folder)
    document = read_sample(folder)
    if reason not in REASONS:
        raise UnknownNameError.among(reason, list(REASONS), what=_("reason"))
    if reason == "other" and not note:
        raise InvalidValueError(_("Another reason needs a note that says which."), param="note")
    by_code = {city["code"]: city for city in document["cities"]}
    if code not in by_code:
        raise UnknownNameError.among(code, list(by_code), what=_("city in the sample"), where=folder)
    leaving = by_code[code]
    if leaving["status"] == "replaced":
        raise InvalidValueError(_("This city was replaced already."), where=folder, param="code", got=code)
    reserve = _reserve(folder, document)
    taken = None if leaving["certainty"] else _first(document, leaving)
    leaving["status"] = "replaced"
    entry = {"out": code, "in": taken and taken["code"], "reason": reason, "note": note, "time": clock(), "by": by}
    document["replacements"].append(entry)
    if taken:
        document["reserve"].remove(taken)
        document["cities"].append(_substitute(next(row for row in reserve if row["code"] == taken["code"]), leaving,
                                              place=_place(folder, taken["code"])))
    _write(folder, document, [row for row in reserve if not taken or row["code"] != taken["code"]])
    return entry


def _first(document: dict[str, Any], leaving: dict[str, Any]) -> dict[str, Any] | None:
    return min((row for row in document["reserve"] if row["stratum"] == leaving["stratum"]),
               key=lambda row: row["rank"], default=None)


def _reserve(folder: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the reserve with its numbers; the table has titles of strata, of which one may be the code of another."""
    rows = csv.DictReader(StringIO((folder / TABLE).read_text(encoding="utf-8"), newline=""))
    strata = {row["code"]: row["stratum"] for row in document["reserve"]}
    return [{**row, **{name: float(row[name]) for name in ("size", "pi", "prn")}, "rank": int(row["rank"]),
             "stratum": strata.get(row["code"], row["stratum"])} for row in rows if row["status"] == "reserve"]


def _place(folder: Path, code: str) -> dict[str, float | None]:
    """Give where the frame says that a city is."""
    return next(place_of(row) for row in read_rows(folder / FRAME, what=_("The list of cities")) if row["code"] == code)


def _substitute(row: dict[str, Any], leaving: dict[str, Any], *, place: dict[str, float | None]) -> dict[str, Any]:
    return {"code": row["code"], "name": row["name"], "stratum": leaving["stratum"], "size": row["size"],
            "pi": row["pi"], "weight": 1 / row["pi"], "certainty": False, "prn": row["prn"], **place,
            "status": "substitute", "rank": row["rank"]}


def _require_sample(place: Path) -> None:
    read_sample(place)


def _write(folder: Path, document: dict[str, Any], reserve: list[dict[str, Any]]) -> None:
    """Write the folder anew; whoever is killed here leaves the old one."""
    with replaced_folder(folder, may_replace=_require_sample) as staging:
        for path in folder.iterdir():
            if path.name not in (SAMPLE, TABLE, REPLACEMENTS):
                shutil.copy2(path, staging / path.name)
        write_tables(staging, document, reserve)
