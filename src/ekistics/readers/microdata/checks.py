"""Hold a mapping against a survey's variables, answers and labels: every problem with its place and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.errors import ConfigurationError, UnknownNameError
from ekistics.core.i18n import _
from ekistics.core.standard_variables import standard_variables
from ekistics.readers.microdata.mapping import Entry, Mapping
from ekistics.readers.microdata.model import SurveyFile, codes_of, told_codes

__all__ = ["Problem", "mapping_problems", "require_sound", "sources"]

_WITH_COMMA = r"[+-]?\d+,\d+"
_TOLD = 3  # answers from which on a text that is nobody's own may be named
_UNIQUE = ("household_id", "person_id")
_OF_DESIGN = ("stratum", "psu")  # rows without one would count as a unit or stratum of their own, all together


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a mapping and a survey disagree on.

    Parameters
    ----------
    code : str
        Its kind: ``variable``, ``code``, ``label``, ``number``, ``id``, ``survey`` (what is wrong with all of it).
    where : str
        Place in the mapping, and file.
    message : str
        What is wrong; it names codes and counts, no row.
    hint : str
        What to do.
    """

    code: str
    where: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.where}: {self.message}", self.hint) if part)


def mapping_problems(mapping: Mapping, survey: SurveyFile, *, level: str) -> tuple[Problem, ...]:
    """Find every problem of a mapping with a survey file.

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
    tuple of Problem
        The problems; none when the mapping fits.
    """
    return tuple(problem for standard, entry in mapping.of(level).items()
                 for problem in _entry_problems(standard, entry, survey, f"{mapping.name}: [{level}.{standard}]"))


def require_sound(problems: tuple[Problem, ...]) -> None:
    """Refuse to go on where there is a problem.

    Parameters
    ----------
    problems : tuple of Problem
        What was found.

    Raises
    ------
    ConfigurationError
        There is one; the text tells the first, and how many more there are.
    """
    if not problems:
        return
    first, more = problems[0], len(problems) - 1
    hint = " ".join(filter(None, (first.hint, _("There are {count} more problems.").format(count=more) if more else "",
                                  _("See all with 'ekistics households check'.") if more else "")))
    raise ConfigurationError(first.message, where=first.where, hint=hint or None)


def _entry_problems(standard: str, entry: Entry, survey: SurveyFile, where: str) -> Iterator[Problem]:
    where = f"{where}, {survey.name}"
    for name in entry.variable:
        try:
            survey.find(name)
        except UnknownNameError as error:
            yield Problem("variable", where, error.message, error.hint or "")
            return
    if not entry.variable:
        return
    kind = standard_variables()[standard].kind
    yield from _label_problems(entry, survey, where)
    if entry.contains:
        yield from _choice_problems(entry, survey, where)
    elif kind in ("code", "yes_no"):
        yield from _code_problems(entry, survey, where)
    elif kind == "number":
        yield from _number_problems(entry, survey, where, most=standard_variables()[standard].most,
                                    needed=standard == "weight")
    elif standard in _UNIQUE + _OF_DESIGN:
        yield from _id_problems(entry, survey, where, unique=standard in _UNIQUE)


def sources(entry: Entry, survey: SurveyFile) -> Iterator[tuple["pd.Series[Any]", "pd.Series[Any]"]]:
    """Give the answers of each variable of an entry as codes, and which of them the survey or mapping says are missing.

    Parameters
    ----------
    entry : Entry
        How a standard variable is made.
    survey : SurveyFile
        The survey.

    Yields
    ------
    codes : pandas.Series of str, shape (n,)
        Codes, empty where there is no answer.
    missing : pandas.Series of bool, shape (n,)
        Whether the answer is said to be missing; a code that the mapping itself maps is not.
    """
    mapped = {str(code) for code in (*(entry.codes or {}), *(entry.values or {}))}
    parts = [(codes := codes_of(survey.frame[name]), survey.find(name).user_missing(codes)) for name in entry.variable]
    if entry.join and len(parts) > 1:
        empty = np.logical_and.reduce([codes == "" for codes, _said in parts])
        joined = parts[0][0].str.cat([codes for codes, _said in parts[1:]], sep="-").mask(empty, "")
        parts = [(joined, np.logical_or.reduce([said for _codes, said in parts]))]
    for codes, said in parts:
        yield codes, codes.isin(entry.missing) | (pd.Series(said, index=codes.index) & ~codes.isin(mapped))


def _code_problems(entry: Entry, survey: SurveyFile, where: str) -> Iterator[Problem]:
    codes, said = next(sources(entry, survey))
    known = {str(code) for code in entry.codes or {}}
    open_ = codes[~said & (codes != "") & ~codes.isin(known)]
    if len(open_):
        counts = {str(code): int(count) for code, count in open_.value_counts().items()}
        yield Problem("code", where, _("Codes are neither mapped nor said to be missing: {codes}.").format(
            codes=told_codes(counts)), _("Add them to 'codes', or to 'missing'."))


def _label_problems(entry: Entry, survey: SurveyFile, where: str) -> Iterator[Problem]:
    own = survey.find(entry.variable[0]).values
    for code, label in (entry.labels or {}).items():
        if str(code) in own and _plain(own[str(code)]) != _plain(str(label)):
            yield Problem("label", where, _("The survey says {code} = {own!r}, the mapping {label!r}.").format(
                code=code, own=own[str(code)], label=str(label)), _("Look up what the code means in this survey."))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _choice_problems(entry: Entry, survey: SurveyFile, where: str) -> Iterator[Problem]:
    known, hint = list(survey.find(entry.variable[0]).values), ""
    if not known:  # without a list, what the answers hold stands for it: a slip would be a no of everybody
        codes, said = next(sources(entry, survey))
        given = codes[~said].str.split().explode().value_counts()
        known = [str(code) for code, count in given.items() if count >= _TOLD or code == entry.contains]
        hint = _("Name the form, which lists the choices, if nobody chose it.")
    if entry.contains not in known:
        error = UnknownNameError.among(entry.contains, known, what=_("choice"), where=where)
        yield Problem("code", where, error.message, " ".join(filter(None, (error.hint if known else "", hint))))


def _number_problems(entry: Entry, survey: SurveyFile, where: str, *, most: float,
                     needed: bool) -> Iterator[Problem]:
    """Tell of numbers that cannot be; one that is needed cannot be said to be missing either."""
    for codes, said in sources(entry, survey):
        special = {str(code) for code in entry.values or {}}
        plain = codes[~said & (codes != "") & ~codes.isin(special)]
        numbers = pd.to_numeric(plain, errors="coerce")
        none = plain[~np.isfinite(numbers.to_numpy(dtype=np.float64))]
        if len(none):
            counts = {str(code): int(count) for code, count in none.value_counts().items()}
            comma = none.str.fullmatch(_WITH_COMMA).all()
            yield Problem("number", where, _("Answers are no numbers: {codes}.").format(codes=told_codes(counts)),
                          _("Save the file again with decimal points, not commas.") if comma else
                          _("Add them to 'missing' or 'values'."))
        for wrong, text in ((numbers < 0, _("{count} answers are negative.")),
                            (np.isfinite(numbers) & (numbers * entry.scale > most),
                             _("{count} answers are more than can be ({most})."))):
            if wrong.any():
                yield Problem("number", where, text.format(count=int(wrong.sum()), most=f"{most:g}"),
                              _("Leave households that did not take part out of the file.") if needed else
                              _("Add the code to 'missing', or mend the file."))


def _id_problems(entry: Entry, survey: SurveyFile, where: str, *, unique: bool) -> Iterator[Problem]:
    codes, said = next(sources(entry, survey))
    blank = np.logical_or.reduce([codes_of(survey.frame[name]) == "" for name in entry.variable])
    if entry.absent and not unique:  # the mapping says which stratum or unit such rows are
        blank = blank & (codes != "")
    empty, twice = int((blank | said).sum()), int(codes.duplicated().sum()) if unique else 0
    if empty:
        yield Problem("id", where, _("{count} rows have no id.").format(count=empty))
    if twice:
        yield Problem("id", where, _("{count} rows have an id that stands before.").format(count=twice),
                      _("Name the variables that together make one id, with 'join = true'."))
