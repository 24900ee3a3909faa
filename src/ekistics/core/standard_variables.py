"""The standard variables of households and people: names, kinds and codes that surveys are mapped to, as data."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _

__all__ = ["DISABILITY_ITEMS", "YES_NO", "StandardVariable", "standard_variable", "standard_variables"]

YES_NO: Mapping[str, str] = {"yes": "yes", "no": "no"}
DISABILITY_ITEMS = ("wg_seeing", "wg_hearing", "wg_walking", "wg_remembering", "wg_selfcare", "wg_communicating")


@dataclass(frozen=True, slots=True)
class StandardVariable:
    """A variable that every survey is mapped to.

    Parameters
    ----------
    name : str
        Its name, such as ``water_source``.
    level : str
        ``household`` or ``person``.
    kind : str
        ``code``, ``yes_no``, ``number`` or ``text``.
    title : str
        What it is, in words.
    codes : mapping of str to str
        Its codes with their words; empty for numbers and texts.
    unit : str
        Unit of a number.
    source : str
        Where the list comes from.
    design : bool
        Whether it describes the sample, not the household.
    most : float
        More cannot be: it is a code for 'not known' that nobody declared.
    """

    name: str
    level: str
    kind: str
    title: str
    codes: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    source: str = ""
    design: bool = False
    most: float = math.inf


@cache
def standard_variables() -> Mapping[str, StandardVariable]:
    """Give every standard variable, by name, in the order of the list.

    Returns
    -------
    mapping of str to StandardVariable
        The variables.

    Examples
    --------
    >>> standard_variables()["water_minutes"].unit
    'minutes'
    >>> "borehole" in standard_variables()["water_other_source"].codes
    True
    """
    path = files("ekistics.core") / "standard_variables.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    del content["source"]  # of the list as a whole
    found = {}
    for name, entry in content.items():
        codes = content[entry["codes_of"]]["codes"] if "codes_of" in entry else entry.get("codes", {})
        plain = {key: value for key, value in entry.items() if key not in ("codes", "codes_of")}
        found[name] = StandardVariable(name, codes=YES_NO if entry["kind"] == "yes_no" else codes, **plain)
    return found


def standard_variable(name: str, *, where: object = None) -> StandardVariable:
    """Look a standard variable up.

    Parameters
    ----------
    name : str
        Its name.
    where : object, optional
        The place that names it, for the error text.

    Returns
    -------
    StandardVariable
        The variable.

    Raises
    ------
    UnknownNameError
        There is no such variable; the nearest right name is given.

    Examples
    --------
    >>> standard_variable("sanitation_shared").kind
    'yes_no'
    """
    known = standard_variables()
    if name not in known:
        raise UnknownNameError.among(name, list(known), what=_("standard variable"), where=where)
    return known[name]
