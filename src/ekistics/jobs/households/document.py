"""``survey.json`` and the codebook of a survey's package: design, weights, criteria, counts; never a record."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.reasons import Reason
from ekistics.core.standard_variables import standard_variables
from ekistics.indicators import spec as find_spec
from ekistics.indicators.households import Criterion, rules_of_indicator
from ekistics.jobs.households.config import SurveyConfig
from ekistics.jobs.households.methods import method_text, readings, used_by
from ekistics.package.survey_sizes import without_sizes
from ekistics.survey.publication import PublicationRules

__all__ = ["Facts", "survey_document", "variable_rows"]

_OF_HOUSEHOLDS = {"sex": "head of household"}


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What the documents are made of.

    Parameters
    ----------
    config : SurveyConfig
        The survey.
    households : pandas.DataFrame
        The households; only counted here.
    persons : pandas.DataFrame or None
        The people.
    criteria : dict of str to tuple of Criterion
        What each indicator was judged by.
    variables : tuple of dict
        What became of each standard variable: counts.
    observations : pandas.DataFrame
        The rows that are published.
    rows : pandas.DataFrame
        The rows before disclosure control; only counted here.
    publication : PublicationRules or None
        Rules of reliability.
    report : dict
        The report of disclosure control.
    """

    config: SurveyConfig
    households: pd.DataFrame = field(repr=False)
    persons: pd.DataFrame | None = field(repr=False)
    criteria: Mapping[str, tuple[Criterion, ...]] = field(repr=False)
    variables: tuple[dict[str, Any], ...]
    observations: pd.DataFrame = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    publication: PublicationRules | None
    report: Mapping[str, Any] = field(repr=False)


def survey_document(facts: Facts) -> dict[str, Any]:
    """Make the content of survey.json.

    Parameters
    ----------
    facts : Facts
        What it is made of.

    Returns
    -------
    dict
        Plain values, as ``package/schema/survey-1.json`` has them; without sizes that would tell of what is withheld.
    """
    config, survey = facts.config, facts.config.survey
    place = config.place.place()
    document = {
        "schema_version": "1", "code": survey.code, "series": survey.series, "title": survey.title,
        "place": {"code": place.code, "name": place.name, "kind": place.kind, "country": place.country},
        "time_period": survey.time_period,
        "collected": {"from": survey.collected_from, "to": survey.collected_to},
        "producer": survey.producer, "citation": survey.citation, "licence": survey.licence,
        "population": survey.population, "purpose": config.vault.purpose,
        "retention_until": config.vault.retention_until,
        "design": _design(facts), "weight": _weight(facts), "response": _response(facts),
        "indicators": _indicators(facts), "variables": list(facts.variables), "groups": _groups(facts),
        **_withheld(facts), "rounds": [asdict(each) for each in config.rounds], "ddi": "ddi.xml",
    }
    return without_sizes(document, facts.observations, facts.report)


def _design(facts: Facts) -> dict[str, Any]:
    frame, config = facts.households, facts.config
    has = frame.columns.__contains__
    psu = frame["psu"] if has("psu") else pd.Series(np.arange(len(frame)), index=frame.index)
    stratum = frame["stratum"].astype(str) if has("stratum") else pd.Series("", index=frame.index)
    stages = [{"unit": config.design.psu if has("psu") else "household", "variable": "psu" if has("psu") else "",
               "stratified": has("stratum"), "population_known": has("psu_count")}]
    if has("psu"):
        stages.append({"unit": "household", "variable": "", "stratified": False,
                       "population_known": has("household_count")})
    strata = [_stratum(code, frame.loc[index], psu.loc[index], facts)
              for code, index in frame.groupby(stratum, sort=True).groups.items()]
    units = sum(each["psus"] for each in strata)
    totals = {"strata": len(strata), "psus": units, "households": len(frame), "persons": _people(facts, frame),
              "sum_of_weights": float(frame["weight"].sum()), "degrees_of_freedom": units - len(strata)}
    return {"stages": stages, "lonely": config.design.lonely, "variance": "taylor",
            "confidence": config.design.confidence, "degrees_of_freedom": config.design.degrees_of_freedom,
            "strata": strata, "totals": totals}


def _stratum(code: Any, part: pd.DataFrame, psu: "pd.Series[Any]", facts: Facts) -> dict[str, Any]:
    known = float(part["psu_count"].iloc[0]) if "psu_count" in part.columns else None
    named = {area.value: area.name for area in facts.config.areas}  # where areas are the strata, they have names
    return {"code": str(code), "title": named.get(str(code), str(code)), "psus": int(psu.nunique()),
            "psus_in_population": known, "households": len(part), "persons": _people(facts, part),
            "sum_of_weights": float(part["weight"].sum())}


def _people(facts: Facts, part: pd.DataFrame) -> int | None:
    """Count people of a part of the sample, by the roster or by members; not known where one is not."""
    if facts.persons is not None:
        return int(facts.persons["household_id"].isin(part["household_id"]).sum())
    if "members" not in part.columns or part["members"].isna().any():
        return None
    return int(part["members"].sum())


def _weight(facts: Facts) -> dict[str, Any]:
    weight = facts.households["weight"].to_numpy(dtype=np.float64)
    variables = next((each["from"] for each in facts.variables if each["standard"] == "weight"), [])
    return {"statement": facts.config.weight.statement, "variable": ", ".join(variables),
            "lowest": float(weight.min()), "highest": float(weight.max()), "mean": float(weight.mean()),
            "kish_effect": max(1.0, float(len(weight) * (weight**2).sum() / weight.sum() ** 2))}


def _response(facts: Facts) -> dict[str, Any]:
    given, responded = facts.config.response, len(facts.households)
    rate = round(responded / given.eligible, 4) if given.eligible and given.eligible >= responded else None
    return {"selected": given.selected, "eligible": given.eligible, "responded": responded, "rate": rate,
            "statement": given.statement}


def _indicators(facts: Facts) -> list[dict[str, Any]]:
    found = []
    for code, judged in facts.criteria.items():
        spec = find_spec(code)
        parameters = rules_of_indicator(code, facts.config.rules_of(code))
        parameters |= {"max_unknown_share": facts.config.estimate.max_unknown_share}
        found += [_reading(facts, spec, reading, judged) | {"parameters": parameters} for reading in readings(spec)]
    return found


def _reading(facts: Facts, spec: IndicatorSpec, reading: str, judged: Sequence[Criterion]) -> dict[str, Any]:
    used = used_by(spec, reading, judged)
    rows = facts.rows[(facts.rows["indicator"] == spec.code) & (facts.rows["variant"] == reading)]
    absent = rows.loc[rows["reason"] == str(Reason.NOT_ASKED), "series"]
    gone = not rows.empty and len(absent) == len(rows)
    method = method_text(spec, "", reading, judged, freedom=facts.config.design.degrees_of_freedom)
    return {"indicator": spec.code, "variant": reading, "method": method,
            "reason": str(Reason.NOT_ASKED) if gone else "",
            "criteria": [{"code": each.code, "title": each.title, "used": each.code in used and not gone,
                          "variables": list(each.variables), "note": each.note,
                          "unknown_households": int(np.isnan(each.truth).sum()) if each.used else None}
                         for each in judged]}


def _groups(facts: Facts) -> list[dict[str, Any]]:
    split = dict.fromkeys(name for group in facts.config.estimate.tables() for name in group)
    found = []
    for name in split:
        of, frame = "person", facts.persons
        if frame is None or name not in frame.columns:
            of, frame = _OF_HOUSEHOLDS.get(name, "household"), facts.households
        if name in frame.columns:
            codes = sorted(map(str, frame[name].dropna().unique()))
            found.append({"dimension": name, "of": of, "codes": codes})
        else:
            found.append({"dimension": name, "of": "", "codes": [], "note": _("the survey did not ask for it")})
    return found


def _withheld(facts: Facts) -> dict[str, Any]:
    rows, reason = facts.observations, facts.observations["reason"]
    by_rule = reason[reason.isin([str(Reason.BELOW_THRESHOLD), str(Reason.UNRELIABLE)])]
    protected = int((reason == str(Reason.WITHHELD)).sum())
    published = int(rows["obs_value"].notna().sum())
    rules = {} if facts.publication is None else {
        name: value for name, value in asdict(facts.publication).items() if value not in (None, ())}
    report = {name: value for name, value in facts.report.items() if name not in ("rules", "cases", "attack")}
    return {"publication": {"rules": rules, "withheld": {str(k): int(v) for k, v in by_rule.value_counts().items()}},
            "disclosure": {"rules": facts.report["rules"], "report": report},
            "withheld": {"cells": len(rows), "published": published, "publication": len(by_rule),
                         "disclosure": protected,
                         "absent": len(rows) - published - len(by_rule) - protected}}


def variable_rows(households: pd.DataFrame, persons: pd.DataFrame | None,
                  reports: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Say what became of each standard variable, with the counts of the records that are kept now.

    Parameters
    ----------
    households, persons : pandas.DataFrame
        Standard variables, as the vault has them.
    reports : sequence of mapping
        What the import found; user-missing answers are known from there only.

    Returns
    -------
    tuple of dict
        A row a variable, as survey.json has them.
    """
    told = {(each["level"], each["standard"]): each for each in reports}
    found = []
    for level, frame in (("household", households), ("person", persons)):
        for column in () if frame is None else frame.columns:
            name = f"person_{column}" if level == "person" and f"person_{column}" in standard_variables() else column
            report = told.get((level, name), {})
            known = int(frame[column].notna().sum())
            said = min(int(report.get("user_missing", 0)), len(frame) - known)
            found.append({"standard": name, "level": level, "from": list(report.get("from", ())),
                          "label": report.get("label", ""), "known": known, "user_missing": said,
                          "absent": len(frame) - known - said, "assumption": report.get("assumption", "")})
    return tuple(found)

