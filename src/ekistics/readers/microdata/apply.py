"""Apply a mapping: a survey's answers become standard variables, and what was absent or refused is counted."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import InputFormatError
from ekistics.core.i18n import _
from ekistics.core.standard_variables import standard_variables
from ekistics.readers.microdata.checks import mapping_problems, require_sound, sources
from ekistics.readers.microdata.mapping import Entry, Mapping
from ekistics.readers.microdata.model import SurveyFile

__all__ = ["Standardised", "VariableReport", "standardise"]


@dataclass(frozen=True, slots=True)
class VariableReport:
    """What became of a standard variable: counts, no answer.

    Parameters
    ----------
    standard, level : str
        The standard variable and its level.
    variables : tuple of str
        The survey's variables that it was made from.
    label : str
        What the survey calls the first of them.
    known, user_missing, absent : int
        Rows with an answer, with one that means 'no answer', and without any.
    assumption : str
        What the mapping takes for granted.
    """

    standard: str
    level: str
    variables: tuple[str, ...]
    label: str
    known: int
    user_missing: int
    absent: int
    assumption: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """A survey file in standard variables.

    Parameters
    ----------
    frame : pandas.DataFrame
        A column a standard variable: codes as categories (missing where not known), numbers as floats, texts.
    reports : tuple of VariableReport
        What became of each.
    """

    frame: pd.DataFrame = field(repr=False)
    reports: tuple[VariableReport, ...] = ()


def standardise(mapping: Mapping, survey: SurveyFile, *, level: str) -> Standardised:
    """Turn a survey file into standard variables.

    Parameters
    ----------
    mapping : Mapping
        The mapping.
    survey : SurveyFile
        The file of the level.
    level : str
        ``household`` or ``person``.

    Returns
    -------
    Standardised
        The standard variables, a row a row of the file; ``person_household_id`` is named ``household_id``.

    Raises
    ------
    ConfigurationError
        The mapping does not fit the survey.
    InputFormatError
        The mapping makes nothing of this level.
    """
    entries = mapping.of(level)
    if not entries:
        raise InputFormatError(_("The mapping has nothing for this file."), where=f"{mapping.name}: [{level}]",
                               got=survey.name)
    require_sound(mapping_problems(mapping, survey, level=level))
    columns, reports = {}, []
    for standard, entry in entries.items():
        values, missing, absent = _made(standard, entry, survey)
        columns[_column(standard)] = values
        label = survey.find(entry.variable[0]).label if entry.variable else ""
        reports.append(VariableReport(standard, level, entry.variable, label, int(values.notna().sum()), missing,
                                      absent, entry.assumption()))
    return Standardised(pd.DataFrame(columns, index=pd.RangeIndex(len(survey))), tuple(reports))


def _column(standard: str) -> str:
    """Name the column: people bear their household's id and their own status under the plain names."""
    return standard.removeprefix("person_") if standard != "person_id" else standard


def _made(standard: str, entry: Entry, survey: SurveyFile) -> tuple["pd.Series[Any]", int, int]:
    """Make one standard variable; give also how many answers mean none, and how many are absent."""
    target, n = standard_variables()[standard], len(survey)
    if entry.constant:
        value: Any = float(entry.constant) if target.kind == "number" else entry.constant
        return pd.Series([value] * n), 0, 0
    parts = list(sources(entry, survey))
    missing = np.logical_or.reduce([said.to_numpy() for _codes, said in parts])
    absent = np.logical_and.reduce([(codes == "").to_numpy() for codes, _said in parts])
    if target.kind == "number":
        values = _numbers(entry, parts)
    elif target.kind == "text":
        values = parts[0][0].mask(missing | absent)
        values = values.mask(absent & ~missing, entry.absent) if entry.absent else values
    else:
        values = _codes(entry, parts[0], tuple(target.codes))
    return values.reset_index(drop=True), int(missing.sum()), int((absent & ~missing).sum())


def _numbers(entry: Entry, parts: list[tuple["pd.Series[Any]", "pd.Series[Any]"]]) -> "pd.Series[Any]":
    special = {str(code): float(value) for code, value in (entry.values or {}).items()}
    found = []
    for codes, said in parts:
        plain = codes.where(~said & (codes != "") & ~codes.isin(special))
        numbers = pd.to_numeric(plain, errors="coerce").astype(np.float64) * entry.scale
        numbers = numbers.mask(codes.isin(special), codes.map(special))
        if entry.absent:
            numbers = numbers.mask(codes == "", float(entry.absent))
        found.append(numbers)
    return found[0] if len(found) == 1 else pd.concat(found, axis=1).sum(axis=1, skipna=False)


def _codes(entry: Entry, part: tuple["pd.Series[Any]", "pd.Series[Any]"], known: tuple[str, ...]) -> "pd.Series[Any]":
    codes, said = part
    if entry.contains:
        words = codes.str.split()
        chosen = words.map(lambda answers: entry.contains in answers)
        values = pd.Series(np.where(chosen, "yes", "no"), index=codes.index, dtype=object).mask(said | (codes == ""))
    else:
        values = codes.map({str(code): str(to) for code, to in (entry.codes or {}).items()}).mask(said)
    if entry.absent:
        values = values.mask(codes == "", entry.absent)
    return pd.Series(pd.Categorical(values, categories=known), index=codes.index)
