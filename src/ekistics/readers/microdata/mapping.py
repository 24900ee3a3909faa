"""The mapping file: from a survey's own variables to the standard ones, as TOML that says what it takes for granted."""

import math
import tomllib
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from ekistics.core import schema
from ekistics.core.errors import ConfigurationError, MissingInputError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.core.schema import key
from ekistics.core.standard_variables import StandardVariable, standard_variable

__all__ = ["LEVELS", "Entry", "Mapping", "parse_mapping", "read_mapping", "shipped_mappings"]

LEVELS = ("household", "person")
_OWN_KEYS = ("title", "source", *LEVELS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How one standard variable is made."""

    variable: tuple[str, ...] = key(N_("The survey's variable; a list where several make it."), default=())
    codes: dict[str, Any] | None = key(N_("From each code of the survey to the standard code."), default=None)
    missing: tuple[str, ...] = key(N_("Codes that mean that there is no answer: not known, refused."), default=())
    values: dict[str, Any] | None = key(N_("Codes that stand for a number, such as 996 for 0 minutes."), default=None)
    labels: dict[str, Any] | None = key(N_("Labels that the survey must give to these codes."), default=None)
    scale: float = key(N_("What numbers are multiplied by, such as 0.000001 for weights without a point."), default=1.0)
    sum: bool = key(N_("Whether the numbers of several variables are added."), default=False)
    join: bool = key(N_("Whether the codes of several variables are put together, with a hyphen between them."),
                     default=False)
    contains: str = key(N_("A choice of a question with several answers; gives yes where it was chosen."), default="")
    absent: str = key(N_("What an absent answer counts as; not known when empty."), default="")
    constant: str = key(N_("The same for all rows."), default="")
    note: str = key(N_("What the mapping takes for granted; printed with the results."), default="")

    def assumption(self) -> str:
        """Say what is taken for granted."""
        said = [_("an absent answer counts as {value}").format(value=self.absent)] if self.absent else []
        return "; ".join([*said, *([self.note] if self.note else [])])


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file.

    Parameters
    ----------
    name : str
        Its name, for error texts.
    title, source : str
        What surveys it is for, and where its codes come from.
    household, person : mapping of str to Entry
        Standard variables of each level.
    """

    name: str
    title: str
    source: str
    household: MappingABC[str, Entry]
    person: MappingABC[str, Entry]

    def of(self, level: str) -> MappingABC[str, Entry]:
        """Give the entries of a level."""
        return self.person if level == "person" else self.household


def shipped_mappings() -> tuple[str, ...]:
    """Name the mappings that come with the program.

    Returns
    -------
    tuple of str
        Their names, as :func:`read_mapping` takes them.

    Examples
    --------
    >>> "dhs-household" in shipped_mappings()
    True
    """
    folder = files("ekistics.readers.microdata") / "mappings"
    return tuple(sorted(each.name.removesuffix(".toml") for each in folder.iterdir() if each.name.endswith(".toml")))


def read_mapping(path: Path | str) -> Mapping:
    """Read and check a mapping file.

    Parameters
    ----------
    path : path-like
        The file, or the name of one of :func:`shipped_mappings`.

    Returns
    -------
    Mapping
        The mapping; whether it fits a survey is another question
        (:func:`~ekistics.readers.microdata.checks.mapping_problems`).

    Raises
    ------
    MissingInputError
        There is no such file.
    ConfigurationError, UnknownNameError
        It is not TOML, names a standard variable or code that there is not, or an entry contradicts itself.
    """
    if str(path) in shipped_mappings():
        source: Any = files("ekistics.readers.microdata") / "mappings" / f"{path}.toml"
    else:
        source = Path(path)
    if not source.is_file():
        raise MissingInputError(_("There is no such mapping."), where=path,
                                hint=_("Shipped: {names}.").format(names=", ".join(shipped_mappings())))
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("This is not a TOML file."), where=source.name, got=str(error)) from error
    return parse_mapping(content, name=source.name)


def parse_mapping(content: MappingABC[str, Any], *, name: str = "mapping.toml") -> Mapping:
    """Check the content of a mapping file.

    Parameters
    ----------
    content : mapping
        The parsed file.
    name : str
        Its name, for error texts.

    Returns
    -------
    Mapping
        The mapping.

    Raises
    ------
    ConfigurationError, UnknownNameError
        As :func:`read_mapping`.
    """
    for each in content:
        if each not in _OWN_KEYS:
            raise UnknownNameError.among(each, list(_OWN_KEYS), what=_("key"), where=name)
    levels = {level: {standard: _entry(standard, value, level=level, name=name)
                      for standard, value in content.get(level, {}).items()} for level in LEVELS}
    return Mapping(name, str(content.get("title", "")), str(content.get("source", "")), **levels)


def _entry(standard: str, value: Any, *, level: str, name: str) -> Entry:
    at = f"{level}.{standard}"
    where = f"{name}: [{at}]"
    target = standard_variable(standard, where=f"{name}: [{level}]")
    if target.level != level:
        raise ConfigurationError(_("This standard variable is of the other level."), where=where, expected=target.level)
    entry: Entry = schema.build(Entry, value, where=name, at=at)
    _check_source(entry, where)
    _check_target(entry, target, where)
    return entry


def _check_source(entry: Entry, where: str) -> None:
    if bool(entry.variable) == bool(entry.constant):
        raise ConfigurationError(_("An entry needs either a variable or a constant."), where=where)
    if len(entry.variable) > 1 and entry.sum == entry.join:
        raise ConfigurationError(_("Say what is done with several variables."), where=where,
                                 expected="sum = true | join = true")


def _check_target(entry: Entry, target: StandardVariable, where: str) -> None:
    """Check that codes lead to codes that the standard variable has, and numbers to numbers."""
    coded = target.kind in ("code", "yes_no")
    wrong_kind = (entry.codes and not coded) or ((entry.values or entry.sum or entry.scale != 1.0)
                                                 and target.kind != "number")
    if wrong_kind or (entry.contains and target.kind != "yes_no") or (entry.join and target.kind == "number"):
        raise ConfigurationError(_("An entry has keys that do not fit its standard variable."), where=where,
                                 got=target.kind)
    if target.kind == "number":
        _check_numbers(entry, where)
    if not coded:
        return
    given = [*(entry.codes or {}).values(), *filter(None, (entry.constant, entry.absent))]
    for code in given:
        if str(code) not in target.codes:
            raise UnknownNameError.among(str(code), list(target.codes), what=_("standard code"), where=where)


def _check_numbers(entry: Entry, where: str) -> None:
    for text in map(str, [*(entry.values or {}).values(), *filter(None, (entry.constant, entry.absent))]):
        try:
            finite = math.isfinite(float(text))
        except ValueError:
            finite = False
        if not finite:
            raise ConfigurationError(_("An entry has keys that do not fit its standard variable."), where=where,
                                     expected=_("numbers"), got=text)
