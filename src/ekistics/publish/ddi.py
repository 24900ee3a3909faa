"""DDI-Codebook 2.5: what a survey is and what its variables mean, for data archives; no record, no frequency."""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from ekistics.core.standard_variables import StandardVariable, standard_variables
from ekistics.survey.freedom import INTERVALS_BY

__all__ = ["NAMESPACE", "codebook"]

NAMESPACE = "ddi:codebook:2_5"
_FORMATS = {"number": "numeric"}


def codebook(survey: Mapping[str, Any]) -> bytes:
    """Write the codebook of a survey.

    Parameters
    ----------
    survey : mapping
        The content of survey.json.

    Returns
    -------
    bytes
        XML of DDI-Codebook 2.5: study, method, and the standard variables with their codes and with the survey's
        variables that they were made from.
    """
    root = etree.Element(f"{{{NAMESPACE}}}codeBook", nsmap={None: NAMESPACE}, version="2.5")
    root.set("ID", f"s-{survey['code']}")
    study = _sub(root, "stdyDscr")
    _citation(study, survey)
    _scope(study, survey)
    _method(study, survey)
    _access(study, survey)
    data = _sub(root, "dataDscr")
    for number, variable in enumerate(survey["variables"], 1):
        _variable(data, variable, number)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _sub(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    element.text = text or None
    return element


def _told(parent: Any, name: str, text: str, **attributes: str) -> None:
    """Add an element where there is something to say."""
    if text:
        _sub(parent, name, text, **attributes)


def _citation(study: Any, survey: Mapping[str, Any]) -> None:
    citation = _sub(study, "citation")
    title = _sub(citation, "titlStmt")
    _sub(title, "titl", survey["title"])
    _sub(title, "IDNo", survey["code"])
    if survey.get("producer"):
        _sub(_sub(citation, "prodStmt"), "producer", survey["producer"])
    _told(citation, "biblCit", survey.get("citation", ""))


def _scope(study: Any, survey: Mapping[str, Any]) -> None:
    scope = _sub(_sub(study, "stdyInfo"), "sumDscr")
    _sub(scope, "timePrd", survey["time_period"])
    for event, name in (("start", "from"), ("end", "to")):
        _told(scope, "collDate", survey.get("collected", {}).get(name, ""), event=event)
    _sub(scope, "nation", survey["place"]["country"], abbr=survey["place"]["country"])
    _sub(scope, "geogCover", survey["place"]["name"])
    _sub(scope, "anlyUnit", "household")
    _told(scope, "universe", survey.get("population", ""))


def _method(study: Any, survey: Mapping[str, Any]) -> None:
    method = _sub(study, "method")
    collection = _sub(method, "dataColl")
    totals = survey["design"]["totals"]
    told = [("strata", totals["strata"]), ("primary sampling units", totals["psus"]),
            ("households", totals["households"])]
    _sub(collection, "sampProc", ", ".join(f"{words} {count}" for words, count in told if count is not None))
    _sub(collection, "weight", survey["weight"]["statement"])
    analysis, rate = _sub(method, "anlyInfo"), survey["response"]["rate"]
    if rate is not None:
        _sub(analysis, "respRate", f"{rate:.4f}")
    design = survey["design"]
    errors = (design["variance"], INTERVALS_BY.get(design.get("degrees_of_freedom", ""), ""))
    _sub(analysis, "EstSmpErr", "; ".join(filter(None, errors)))


def _access(study: Any, survey: Mapping[str, Any]) -> None:
    use = _sub(_sub(study, "dataAccs"), "useStmt")
    _sub(use, "restrctn", "Records are kept in a vault; only aggregates that passed disclosure control are published.")
    _told(use, "conditions", survey.get("licence", ""))


def _variable(data: Any, variable: Mapping[str, Any], number: int) -> None:
    """Describe a standard variable; elements stand in the order that the schema asks for."""
    standard: StandardVariable = standard_variables()[variable["standard"]]
    element = _sub(data, "var", ID=f"V{number}", name=standard.name)
    _sub(element, "labl", standard.title)
    _told(element, "respUnit", variable["level"])
    _told(element, "qstn", variable.get("label", ""))
    counts = [variable[name] for name in ("known", "user_missing", "absent")]
    if None not in counts:
        _sub(element, "sumStat", str(counts[0]), type="vald")
        _sub(element, "sumStat", str(counts[1] + counts[2]), type="invd")
    for code, words in standard.codes.items():
        category = _sub(element, "catgry")
        _sub(category, "catValu", code)
        _sub(category, "labl", words)
    _derivation(element, variable)
    _sub(element, "varFormat", type=_FORMATS.get(standard.kind, "character"))
    _told(element, "notes", standard.source)


def _derivation(element: Any, variable: Mapping[str, Any]) -> None:
    said = [", ".join(variable["from"]), variable.get("assumption", "")]
    if any(said):
        _sub(_sub(element, "derivation"), "drvdesc", "; ".join(part for part in said if part))
