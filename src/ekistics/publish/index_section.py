"""The section of a city's profile about an index: score, rank and what it is worth, dimensions, what is missing."""

from collections.abc import Mapping
from typing import Any

from ekistics.core.i18n import _, joined
from ekistics.core.told import told
from ekistics.publish.content import Fact, Section
from ekistics.publish.index_gaps import gaps_text
from ekistics.publish.numbers import number_text

__all__ = ["index_section"]

_SHOWN = 12  # missing values that are named


def index_section(results: Mapping[str, Any], city: str, *, language: str = "en") -> Section | None:
    """Write what an index says of a city.

    Parameters
    ----------
    results : mapping
        Content of an index package's ``results.json``.
    city : str
        Code of the city.
    language : str
        Language of numbers.

    Returns
    -------
    Section or None
        The section; None where the index does not hold the city.
    """
    unit = next((each for each in results["units"] if each["code"] == city), None)
    if unit is None:
        return None
    head = results["index"]
    lead = _scored(results, unit, language) if unit["score"] is not None else _unscored(results, unit)
    told_of = tuple(text for text in (_gaps(results, unit), told(head["note"]) if head["note"] else "") if text)
    return Section(f"index-{head['code'].replace('_', '-')}", told(head["title"]), (lead, *told_of),
                   (*_parts(results, unit, language), *_rest(results, unit, language)))


def _points(value: float, language: str) -> str:
    return number_text(value, 1, language=language)


def _whole(value: float, language: str) -> str:
    """Write a place or a count; what is none of both, such as infinity in results of another program, is an error."""
    return number_text(int(value), 0, language=language)


def _scored(results: Mapping[str, Any], unit: Mapping[str, Any], language: str) -> str:
    text = _("{score} points of 100, place {rank} of {count}.").format(
        score=_points(unit["score"], language), rank=_whole(unit["rank"], language),
        count=_whole(results["ranked"], language))
    tried = results.get("uncertainty")
    if not tried:
        return _after(text, _("How sure this place is has not been tried yet."))
    low, high = tried["units"][unit["code"]]["rank"]
    return _after(text, _("In 9 of 10 trials of all that is uncertain the place lies between {low} and "
                          "{high}.").format(low=_whole(low, language), high=_whole(high, language)))


def _gaps(results: Mapping[str, Any], unit: Mapping[str, Any]) -> str:
    """Say of a city with a score what is missing in it, and which parts do not count."""
    if unit["score"] is None:
        return ""
    unscored = [told(group["title"]) for group in results["groups"]
                if unit["scores"][group["code"]] is None and unit["scores"][group["parent"]] is not None]
    missing = [told(item["title"]) for item in results["items"]
               if item["code"] in unit["missing"] and item["code"] not in unit["imputed"]]
    return gaps_text(missing, len(results["items"]), unscored)


def _after(*texts: str) -> str:
    """Put sentences behind each other."""
    return " ".join(texts)


def _unscored(results: Mapping[str, Any], unit: Mapping[str, Any]) -> str:
    out = [code for entry in results.get("log", ()) if entry["step"] == "screened" for code in entry["out"]]
    if unit["code"] in out:
        return _("No score: the index leaves out cities of which too few values are known or too many are zero. Known: "
                 "{known} of {all}.").format(known=unit["known"], all=len(results["items"]))
    return _("No score: {count} of the {all} values that the index asks for are missing. A missing value is not taken "
             "for zero.").format(count=len(unit["missing"]), all=len(results["items"]))


def _parts(results: Mapping[str, Any], unit: Mapping[str, Any], language: str) -> tuple[Fact, ...]:
    """Give the dimensions with their scores and bands, each with its sub-dimensions."""
    root = next(group["code"] for group in results["groups"] if not group["parent"])
    dimensions = [group for group in results["groups"] if group["parent"] == root]
    return tuple(Fact(told(group["title"]), _score_text(results, unit, group["code"], language),
                      tuple(_("{title}: {text}").format(title=told(each["title"]),
                                                        text=_score_text(results, unit, each["code"], language))
                            for each in results["groups"] if each["parent"] == group["code"]))
                 for group in dimensions)


def _score_text(results: Mapping[str, Any], unit: Mapping[str, Any], code: str, language: str) -> str:
    score = unit["scores"][code]
    if score is None:
        return _("no score; {share} % of it is known").format(
            share=number_text(100 * (unit["coverage"][code] or 0.0), 0, language=language))
    band = next((each for each in sorted(results["bands"], key=lambda each: -each["from"]) if score >= each["from"]),
                None)
    points = _("{points} points").format(points=_points(score, language))
    return points if band is None else joined([points, told(band["title"])])


def _rest(results: Mapping[str, Any], unit: Mapping[str, Any], language: str) -> tuple[Fact, ...]:
    """Give coverage, what is missing, what was filled, doubtful benchmarks and the source."""
    titles = {item["code"]: told(item["title"]) for item in results["items"]}
    missing = [titles[code] for code in unit["missing"]]
    more = (_("and {count} more").format(count=len(missing) - _SHOWN),) if len(missing) > _SHOWN else ()
    doubtful = tuple(titles[item["code"]] for item in results["items"]
                     if item["status"] == "doubtful" and item["code"] not in unit["missing"])
    root = results["groups"][-1]["code"]
    facts = [Fact(_("Known"), _("{known} of {all} values, {share} % of the index by weight").format(
        known=unit["known"], all=len(results["items"]),
        share=number_text(100 * (unit["coverage"][root] or 0.0), 0, language=language)))]
    if missing:
        facts.append(Fact(_("Missing values"), "", (*missing[:_SHOWN], *more)))
    if unit["imputed"]:
        facts.append(Fact(_("Filled by the index's own rule"), "", tuple(titles[code] for code in unit["imputed"])))
    if doubtful:
        facts.append(Fact(_("Scored by doubtful benchmarks"), "", doubtful))
    source = ", ".join(part for part in (results["index"]["edition"], results["index"]["source"]) if part)
    return (*facts, Fact(_("Source of the index"), source or _("not stated")))
