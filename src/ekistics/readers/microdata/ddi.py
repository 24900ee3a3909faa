"""DDI-Codebook: the variable descriptions of a survey's own codebook."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from ekistics.core.errors import InputFormatError, MissingInputError
from ekistics.core.i18n import _
from ekistics.readers.microdata.model import SurveyFile, Variable

__all__ = ["described_by_ddi", "read_ddi"]

_KINDS = {"numeric": "number", "character": "text"}


def read_ddi(path: Path | str) -> dict[str, Variable]:
    """Read the variables of a DDI-Codebook file.

    Parameters
    ----------
    path : path-like
        The XML, of DDI-Codebook 1.2 to 2.5.

    Returns
    -------
    dict of str to Variable
        What is said of each variable, by name.

    Raises
    ------
    MissingInputError
        The file is not there.
    InputFormatError
        It is not XML, or no codebook.
    """
    path = Path(path)
    if not path.is_file():
        raise MissingInputError(_("The codebook is not there."), where=path)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.parse(str(path), parser).getroot()
    except (etree.XMLSyntaxError, OSError) as error:
        raise InputFormatError(_("This is not an XML file."), where=path.name, got=str(error)) from error
    if etree.QName(root).localname != "codeBook":
        raise InputFormatError(_("This is not a DDI codebook."), where=path.name, got=etree.QName(root).localname,
                               expected="codeBook")
    return {variable.name: variable for variable in map(_variable, root.iterfind(".//{*}dataDscr/{*}var"))}


def _text(element: Any, name: str) -> str:
    found = element.find(f"{{*}}{name}")
    return "" if found is None else " ".join("".join(found.itertext()).split())


def _variable(element: Any) -> Variable:
    values, missing = {}, []
    for category in element.iterfind("{*}catgry"):
        code = _text(category, "catValu")
        values[code] = _text(category, "labl")
        if category.get("missing") == "Y":
            missing.append(code)
    invalid = element.findall("{*}invalrng")
    missing += [item.get("VALUE", "") for each in invalid for item in each.iterfind("{*}item")]
    found = [_range(each) for one in invalid for each in one.iterfind("{*}range")]
    ranges = tuple(each for each in found if each != (-math.inf, math.inf))  # one without ends says nothing
    form = element.find("{*}varFormat")
    kind = "text" if form is None else _KINDS.get(form.get("type", ""), "text")
    return Variable(element.get("name", ""), _text(element, "labl"), kind, values, tuple(dict.fromkeys(missing)),
                    ranges)


def _range(element: Any) -> tuple[float, float]:
    """Give a range of missing numbers with its ends; one that is left open has no limit."""
    low = (_end(element, "min"), math.nextafter(_end(element, "minExclusive"), math.inf), -math.inf)
    high = (_end(element, "max"), math.nextafter(_end(element, "maxExclusive"), -math.inf), math.inf)
    return next(end for end in low if not math.isnan(end)), next(end for end in high if not math.isnan(end))


def _end(element: Any, name: str) -> float:
    try:
        return float(element.get(name, ""))
    except ValueError:
        return math.nan


def described_by_ddi(survey: SurveyFile, described: dict[str, Variable], *, name: str) -> SurveyFile:
    """Give a survey file what its codebook says of its variables.

    Parameters
    ----------
    survey : SurveyFile
        The file.
    described : dict of str to Variable
        What :func:`read_ddi` gave.
    name : str
        The codebook's name, for error texts.

    Returns
    -------
    SurveyFile
        The same rows; labels and missing codes that the file lacks are the codebook's.

    Raises
    ------
    InputFormatError
        File and codebook give one code two labels, or have no variable in common.
    """
    common = [each for each in survey.variables if each in described]
    if not common:
        raise InputFormatError(_("The codebook describes no variable of the file."), where=f"{name}, {survey.name}")
    joined = {each: _joined(survey.variables[each], described[each], f"{survey.name}, {each}, {name}")
              for each in common}
    return replace(survey, variables={**survey.variables, **joined})


def _joined(own: Variable, other: Variable, where: str) -> Variable:
    for code in own.values.keys() & other.values.keys():
        if " ".join(own.values[code].casefold().split()) != " ".join(other.values[code].casefold().split()):
            raise InputFormatError(_("A label of the file contradicts that of the codebook."), where=where,
                                   expected=f"{code} = {other.values[code]}", got=f"{code} = {own.values[code]}")
    return replace(own, label=own.label or other.label, values={**other.values, **own.values},
                   missing=tuple(dict.fromkeys((*own.missing, *other.missing))),
                   missing_ranges=tuple(dict.fromkeys((*own.missing_ranges, *other.missing_ranges))))
