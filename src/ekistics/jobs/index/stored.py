"""An index package read back: its definition and its values, from which the same index is built again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ekistics.core.errors import PackageError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.provenance import Run
from ekistics.jobs.index.build import INDEX, INPUTS, RESULTS, IndexOutcome, Making, write_index
from ekistics.jobs.index.compute import Built, built
from ekistics.jobs.index.read import Definition, parse_text
from ekistics.jobs.index.uncertainty import Progress, Uncertainty
from ekistics.jobs.index.values import CELL_COLUMNS, CityValues
from ekistics.jobs.sample_cities.frame import read_rows
from ekistics.package.descriptor import load_descriptor, parse_head
from ekistics.package.staging import put_back

__all__ = ["StoredIndex", "city_row", "read_index", "try_ranks"]


@dataclass(frozen=True, slots=True, eq=False)
class StoredIndex:
    """An index package.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    definition : Definition
        The index.
    built : Built
        The index, built again from the package's values.
    results : dict
        Its ``results.json``.
    run : Run
        What made it.
    """

    folder: Path
    definition: Definition
    built: Built
    results: dict[str, Any]
    run: Run


def read_index(folder: Path) -> StoredIndex:
    """Read an index package.

    Parameters
    ----------
    folder : pathlib.Path
        The package.

    Returns
    -------
    StoredIndex
        Its definition, its values, and the index of them.

    Raises
    ------
    MissingInputError
        There is no package.
    PackageError
        The package is none of an index, or a part of it cannot be read.
    """
    folder = Path(folder)
    put_back(folder)
    _place, places, run, _specs = parse_head(load_descriptor(folder))
    if not (folder / INDEX).is_file():
        raise PackageError(_("This package is not one of an index."), where=folder,
                           expected=", ".join((INDEX, INPUTS, RESULTS)),
                           hint=_("'ekistics index build' makes one."))
    definition = parse_text((folder / INDEX).read_text(encoding="utf-8"), str(folder / INDEX))
    cells = _cells(folder / INPUTS)
    named = set(cells["ref_area"])
    cities = {each.code: each for each in places if each.code in named}
    values = CityValues(tuple(cities[code] for code in sorted(cities)), cells,
                        tuple(each for each in run.inputs if each.role == "values"))
    try:
        results = json.loads((folder / RESULTS).read_bytes())
    except (OSError, ValueError) as error:
        raise PackageError(_("The document is not JSON."), where=RESULTS, got=str(error)) from error
    return StoredIndex(folder, definition, built(definition.index, values), results, run)


def _cells(path: Path) -> pd.DataFrame:
    """Read the values of the package; what was filled is missing again, and filled again by the same rule."""
    rows = pd.DataFrame(read_rows(path, what=_("The table of values")))
    try:
        rows = rows.assign(unit_measure=rows["unit"], lci=float("nan"), uci=float("nan"),
                           obs_value=pd.to_numeric(rows["obs_value"].replace("", None)).astype(float),
                           se=pd.to_numeric(rows["se"].replace("", None)).astype(float),
                           obs_status=rows.get("obs_status", ""))  # which the first packages did not keep
        return rows[list(CELL_COLUMNS)]
    except (KeyError, ValueError) as error:
        raise PackageError(_("The table cannot be read."), where=path.name, got=str(error)) from error


def city_row(results: Mapping[str, Any], city: str) -> int:
    """Find a city by its code or its name.

    Parameters
    ----------
    results : mapping
        Content of ``results.json``.
    city : str
        Its code, or its name where no other city has it.

    Returns
    -------
    int
        Its place among the units.

    Raises
    ------
    UnknownNameError
        There is no such city, or several have the name.
    """
    units = results["units"]
    found = [row for row, unit in enumerate(units) if unit["code"] == city]
    found = found or [row for row, unit in enumerate(units) if unit["name"].casefold() == city.casefold()]
    if not found:
        raise UnknownNameError.among(city, [*(unit["code"] for unit in units), *(unit["name"] for unit in units)],
                                     what=_("city"))
    if len(found) > 1:
        raise UnknownNameError(_("Several cities have this name."), param=city,
                               hint=_("Give a code: {codes}.").format(codes=", ".join(units[row]["code"]
                                                                                     for row in found)))
    return found[0]


def try_ranks(folder: Path, how: Uncertainty, *, language: str = "en",
              progress: Progress | None = None) -> IndexOutcome:
    """Try the ranks of an index package, and write it again with their intervals.

    Parameters
    ----------
    folder : pathlib.Path
        The package; it is replaced when the new one is whole.
    how : Uncertainty
        How often the index is built again, and with what.
    language : str, default "en"
        Language of the package.
    progress : callable, optional
        Told how often the index is built again, and of how many times in all.

    Returns
    -------
    IndexOutcome
        The package and what is in it.

    Raises
    ------
    EkisticsError
        The package cannot be read, or nothing in it is uncertain; it stays as it is.
    """
    stored = read_index(folder)
    stated = {name: value for name, value in stored.run.parameters.items() if not name.startswith("uncertainty.")}
    return write_index(stored.definition, stored.built.values, stored.folder, Making(stated, how, language, progress))
