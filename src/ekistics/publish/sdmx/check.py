"""Rows held against a structure file that the user gives: every code that is not in its lists, by row and component."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import pandas as pd
from pysdmx.errors import Invalid
from pysdmx.io import read_sdmx
from pysdmx.model import DataStructureDefinition, Role

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.publish.sdmx.structure import MEASURE, TIME, Structure

__all__ = ["MOST_BYTES", "Check", "Finding", "check_against"]

MOST_BYTES = 64 * 2**20
_Lists = dict[str, frozenset[str] | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a structure file does not allow.

    Parameters
    ----------
    row : int
        The row, counted from 1; 0 where it holds for all rows.
    component : str
        Dimension or attribute.
    code : str
        What stands there.
    message : str
        What is wrong, in words (translated).
    """

    row: int
    component: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """Outcome of a check.

    Parameters
    ----------
    structure : str
        The structure found in the file, with its version.
    rows : int
        Rows looked at.
    findings : tuple of Finding
        All that is not allowed; empty when all is well.
    """

    structure: str
    rows: int
    findings: tuple[Finding, ...]


def check_against(structure_file: Path, batches: pd.DataFrame | Iterable[pd.DataFrame], structure: Structure) -> Check:
    """Hold rows against the code lists of a structure message (SDMX-ML 2.1, 3.0 or 3.1).

    Parameters
    ----------
    structure_file : pathlib.Path
        The file; entities in it are refused, nothing is fetched.
    batches : pandas.DataFrame or iterable of pandas.DataFrame
        Rows with the structure's columns.
    structure : Structure
        The structure the rows are in; the file may hold another version of it.

    Returns
    -------
    Check
        Findings for every row, and for components that the file has no place for or wants.

    Raises
    ------
    MissingInputError, InputFormatError
        There is no such file, it is no structure message, or it does not hold the structure.
    """
    definition = _definition(structure_file, structure)
    lists: _Lists = {c.id: _codes(c) for c in definition.components}
    wanted = {c.id for c in definition.components if c.required and c.role != Role.MEASURE}
    findings: list[Finding] = []
    rows = 0
    for batch in [batches] if isinstance(batches, pd.DataFrame) else batches:
        if not rows:
            findings += _misplaced(batch, lists, wanted)
        findings += _wrong_codes(batch, lists, wanted, first=rows + 1)
        rows += len(batch)
    return Check(f"{_agency(definition)}:{definition.id}({definition.version})", rows, tuple(findings))


def _definition(path: Path, structure: Structure) -> DataStructureDefinition:
    definitions = _read(path)
    for one in definitions:
        if (_agency(one), one.id) == (structure.agency, structure.id):
            return one
    raise InputFormatError(_("The file does not hold the structure."), where=path.name,
                           expected=f"{structure.agency}:{structure.id}",
                           got=", ".join(f"{_agency(one)}:{one.id}" for one in definitions) or None)


def _read(path: Path) -> list[DataStructureDefinition]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputFormatError(_("The file is too large for a structure message."), where=path.name,
                                   expected=_("at most {count} bytes").format(count=MOST_BYTES))
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MissingInputError(_("There is no such file."), where=path) from error
    except UnicodeDecodeError as error:
        raise InputFormatError(_("This is no structure message."), where=path.name, got=str(error)) from error
    if not text.lstrip().startswith("<"):  # anything else would be taken for a path or an address
        raise InputFormatError(_("This is no structure message."), where=path.name, expected="SDMX-ML")
    try:
        return list(read_sdmx(text, validate=False).get_data_structure_definitions())
    except (Invalid, ExpatError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputFormatError(_("This is no structure message."), where=path.name, got=str(error)) from error


def _agency(definition: DataStructureDefinition) -> str:
    return definition.agency if isinstance(definition.agency, str) else definition.agency.id


def _codes(component: Any) -> frozenset[str] | None:
    listed = component.enumeration
    return None if listed is None else frozenset(code.id for code in listed.codes)


def _misplaced(batch: pd.DataFrame, lists: _Lists, wanted: set[str]) -> Iterator[Finding]:
    for name in batch.columns:
        if name not in lists and _filled(batch[name]).any():
            yield Finding(0, str(name), "", _("the structure has no such component"))
    for name in sorted(wanted - set(batch.columns)):
        yield Finding(0, name, "", _("the structure wants it, and the rows do not have it"))


def _wrong_codes(batch: pd.DataFrame, lists: _Lists, wanted: set[str], *, first: int) -> list[Finding]:
    found: list[Finding] = []
    for name in batch.columns:
        if name in lists and name not in (MEASURE, TIME):
            found += _of_column(batch[name], lists[name], name, wanted=name in wanted, first=first)
    return sorted(found, key=lambda finding: finding.row)


def _of_column(column: pd.Series, codes: frozenset[str] | None, name: str, *, wanted: bool,
               first: int) -> Iterator[Finding]:
    for row, (value, filled) in enumerate(zip(column.tolist(), _filled(column).tolist(), strict=True), start=first):
        if not filled and wanted:
            yield Finding(row, name, "", _("a code is wanted here"))
        elif filled and codes is not None and str(value) not in codes:
            yield Finding(row, name, str(value), _("the code is not in its list"))


def _filled(column: pd.Series) -> pd.Series:
    return column.notna() & (column.astype(object) != "")
