"""A survey of households as tables and words: how it was drawn and weighted, what was judged by what, what is withheld.

What is written here comes from the document ``survey.json`` of a package (schema ``package/schema/survey-1.json``). It
holds counts and words about the survey, never a record of a person or household.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ekistics.core.i18n import N_, _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.observation import DIMENSIONS
from ekistics.core.reasons import Reason, reason_text
from ekistics.publish.content import Cell, Column, Fact, Group, Table
from ekistics.publish.figures import dimension_text, variant_of
from ekistics.publish.numbers import number_text, period_text, value_text
from ekistics.survey.freedom import INTERVALS_BY

__all__ = ["criteria_table", "made_from_survey", "rounds_table", "rules_table", "strata_table", "survey_facts",
           "variables_table", "weight_facts", "withheld_facts", "withheld_table"]

LONELY: Mapping[str, str] = {
    "fail": N_("refused: no stratum had one unit only"), "certainty": N_("counted as certain"),
    "grand-mean": N_("held against the mean of all strata"), "collapse": N_("joined with the next stratum")}
MOST_WITHHELD = 200  # rows of the list of withheld cells; the counts above it are of all

_RULES = {
    "code": N_("Set of rules"), "title": N_("Title"), "source": N_("Source"), "interval": N_("Kind of interval"),
    "confidence": N_("Confidence"), "fewest_cases": N_("Fewest cases"),
    "fewest_effective": N_("Fewest effective cases"),
    "largest_cv": N_("Standard error, as a part of the value, above which it is withheld"),
    "widest": N_("Width of an interval from which on a value is withheld"),
    "narrow": N_("Width of an interval up to which a value is published"),
    "widest_relative": N_("Width between, as a part of the value, above which it is withheld"),
    "fewest_df": N_("Degrees of freedom below which somebody has to look"),
    "unsure": N_("Numbers that were not checked against the source"), "cases": N_("Fewest households behind a value"),
    "psus": N_("Fewest primary sampling units behind a value"),
    "certain": N_("Fewest households behind a share of 0 or 100 percent"),
    "counted": N_("Fewest households that are counted, or not counted, in a share"),
    "protection": N_("How far what can be worked out stays from a withheld value, as a part of it"),
}


def _whole(value: float | None, language: str) -> str:
    return _("not stated") if value is None else number_text(float(value), 0, language=language)


def _size(value: float | None, survey: Mapping[str, Any], language: str) -> str:
    """Write a size of the sample; none is told where it could lead to what is withheld."""
    if value is None and survey["withheld"]["disclosure"]:
        return _("not told")
    return _whole(value, language)


def _untold(survey: Mapping[str, Any]) -> str:
    """Say why sizes are not told, where some are not."""
    if not survey["withheld"]["disclosure"]:
        return ""
    return _("Sizes that could lead to a value that is withheld to protect people are not told.")


def made_from_survey(survey: Mapping[str, Any], *, language: str) -> str:
    """Say of how many households the values of a survey were estimated.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    str
        Households, units and strata; nothing where their numbers are not told.
    """
    totals = survey["design"]["totals"]
    if totals["households"] is None:
        return ""
    return _("Estimated from {households} households in {units} units of {strata} strata. Intervals of {confidence} "
             "percent follow the survey's design.").format(
        households=_whole(totals["households"], language), units=_whole(totals["psus"], language),
        strata=_whole(totals["strata"], language),
        confidence=_whole(100 * survey["design"]["confidence"], language))


def survey_facts(survey: Mapping[str, Any], *, language: str) -> tuple[Fact, ...]:
    """Say what the survey is, how it was drawn and answered.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Fact
        The facts.
    """
    design, response, collected = survey["design"], survey["response"], survey.get("collected", {})
    stages = tuple(_("{unit}{stratified}{known}").format(
        unit=stage["unit"], stratified=_(", stratified") if stage["stratified"] else "",
        known=_(", from a known number") if stage["population_known"] else "") for stage in design["stages"])
    rate = response["rate"]
    facts = (Fact(_("Survey"), joined((survey["title"], survey["code"]))),
             Fact(_("Producer"), survey.get("producer", "")), Fact(_("Citation"), survey.get("citation", "")),
             Fact(_("Licence"), survey.get("licence", "")), Fact(_("Stands for"), survey.get("population", "")),
             Fact(_("Collected"), " – ".join(filter(None, (collected.get("from"), collected.get("to"))))),
             Fact(_("Drawn in stages"), items=stages),
             Fact(_("Strata with one unit"), _(LONELY.get(design["lonely"], design["lonely"]))),
             Fact(_("Variance"), design["variance"]),
             Fact(_("Degrees of freedom"), _freedom(survey, language)),
             Fact(_("Answered"), _answered(survey, language)),
             Fact(_("Rate of response"), _("not stated") if rate is None else value_text(100 * rate, "PT",
                                                                                        language=language)),
             Fact(_("Records are kept until"), survey.get("retention_until", "")))
    return tuple(fact for fact in facts if fact.text or fact.items)


def _freedom(survey: Mapping[str, Any], language: str) -> str:
    """Give units less strata, and say what intervals count where it is stated."""
    design = survey["design"]
    size, rule = _size(design["totals"]["degrees_of_freedom"], survey, language), design.get("degrees_of_freedom")
    return joined((size, _(INTERVALS_BY[rule]))) if rule else size


def _answered(survey: Mapping[str, Any], language: str) -> str:
    response = survey["response"]
    if response["responded"] is None:
        return _size(None, survey, language)
    return _("{responded} of {eligible} households").format(
        responded=_whole(response["responded"], language), eligible=_whole(response["eligible"], language))


def weight_facts(survey: Mapping[str, Any], *, language: str) -> tuple[Fact, ...]:
    """Say where the weights come from and how they spread.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Fact
        The facts.
    """
    weight = survey["weight"]
    if weight["kish_effect"] is None:
        return (Fact(_("Weights"), weight["statement"]),)
    lowest, mean, highest = (number_text(weight[name], 1, language=language) for name in ("lowest", "mean", "highest"))
    cost = _("The variance is {times} times that of equal weights (Kish).").format(
        times=number_text(weight["kish_effect"], 2, language=language))
    return (Fact(_("Weights"), weight["statement"]), Fact(_("Lowest, mean, highest"), joined((lowest, mean, highest))),
            Fact(_("What unequal weights cost"), cost))


def strata_table(survey: Mapping[str, Any], *, language: str) -> Table:
    """Tabulate the strata of a survey.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    Table
        One row a stratum, and their sum.
    """
    design = survey["design"]
    known = [row.get("psus_in_population") for row in design["strata"]]
    every = None if None in known else sum(known)
    totals = _stratum({**design["totals"], "title": _("All strata"), "psus_in_population": every}, survey, language)
    columns = (Column(_("Stratum"), weight=2), Column(_("Units drawn"), numeric=True),
               Column(_("Units to draw from"), numeric=True), Column(_("Households asked"), numeric=True),
               Column(_("Persons"), numeric=True), Column(_("Sum of weights"), numeric=True))
    body = tuple(_stratum(row, survey, language) for row in design["strata"])
    code = f"survey-design-{_slug(survey['code'])}"
    return Table(code, _("Strata and units"), columns, (Group("", body), Group("", (totals,))),
                 note=" ".join(filter(None, (_("A unit is what was drawn first: {unit}.").format(
                     unit=design["stages"][0]["unit"]), _untold(survey)))))


def _slug(code: str) -> str:
    """Write a code so that it can be a part of the name of an element: a page may show several surveys."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")


def _stratum(row: Mapping[str, Any], survey: Mapping[str, Any], language: str) -> tuple[Cell, ...]:
    numbers = (row["psus"], row.get("psus_in_population"), row["households"], row.get("persons"),
               row["sum_of_weights"])
    return (Cell(row.get("title") or row["code"]),
            *(Cell(_size(value, survey, language), absent=value is None) for value in numbers))


def criteria_table(survey: Mapping[str, Any], specs: Mapping[str, IndicatorSpec], *, language: str) -> Table:
    """Tabulate which criteria entered each reading of each indicator, and by which variables they were judged.

    Parameters
    ----------
    survey : mapping
        The document.
    specs : mapping of str to IndicatorSpec
        The indicators by code, for titles.
    language : str
        Language of the numbers.

    Returns
    -------
    Table
        One group a reading.
    """
    groups = []
    for entry in survey["indicators"]:
        rows = tuple((Cell(c["title"]), Cell(_("counts") if c["used"] else _("does not count"), absent=not c["used"]),
                      Cell(joined(c["variables"])), _unknown(c, survey, language),
                      Cell(c.get("note", ""))) for c in entry["criteria"])
        groups.append(Group(_reading(entry, specs), rows))
    columns = (Column(_("Criterion"), weight=1.5), Column(_("In this reading")), Column(_("Judged by"), weight=1.5),
               Column(_("Households not known"), numeric=True), Column(_("Note"), weight=1.5))
    return Table("criteria", _("Which criteria entered each value"), columns, tuple(groups), note=_untold(survey))


def _reading(entry: Mapping[str, Any], specs: Mapping[str, IndicatorSpec]) -> str:
    spec = specs.get(entry["indicator"])
    if spec is None:
        return joined((entry["indicator"], entry["variant"]))
    variant = variant_of(spec, entry["variant"]) if entry["variant"] else None
    reason = entry.get("reason", "")
    return joined((_(spec.title), _(variant.title) if variant else entry["variant"],
                   _("not computed: {reason}").format(reason=reason_text(reason)) if reason else ""))


def _unknown(criterion: Mapping[str, Any], survey: Mapping[str, Any], language: str) -> Cell:
    count = criterion["unknown_households"]
    return Cell(_size(count, survey, language) if criterion["variables"] else _("not asked"), absent=count is None)


def variables_table(survey: Mapping[str, Any], *, language: str) -> Table | None:
    """Tabulate from which variables of the survey the standard ones were read, and how much of them is known.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    Table or None
        One row a variable; None where there is none.
    """
    rows = tuple((Cell(v["standard"]), Cell(joined(v["from"])), Cell(v.get("label", "")),
                  *(Cell(_size(v[name], survey, language)) for name in ("known", "user_missing", "absent")),
                  Cell(v.get("assumption", ""))) for v in survey["variables"])
    columns = (Column(_("Standard variable")), Column(_("From")), Column(_("Its label"), weight=2),
               Column(_("Known"), numeric=True), Column(_("Not known or refused"), numeric=True),
               Column(_("Absent"), numeric=True), Column(_("Taken for granted"), weight=1.5))
    return Table("variables", _("Variables of the survey"), columns, (Group("", rows),),
                 note=_untold(survey)) if rows else None


def withheld_facts(survey: Mapping[str, Any], *, language: str) -> tuple[Fact, ...]:
    """Say how many values there are, how many are withheld, and why.

    Parameters
    ----------
    survey : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Fact
        Counts.
    """
    counts = survey["withheld"]
    reasons = tuple(_("{reason}: {count}").format(reason=reason_text(code), count=_whole(count, language))
                    for code, count in survey["publication"]["withheld"].items())
    return (Fact(_("Values in all"), _whole(counts["cells"], language)),
            Fact(_("Published"), _whole(counts["published"], language)),
            Fact(_("Cannot be computed"), _whole(counts["absent"], language)),
            Fact(_("Withheld as not reliable enough"), _whole(counts["publication"], language), items=reasons),
            Fact(_("Withheld so that nobody can be recognised"), _whole(counts["disclosure"], language)))


def rules_table(survey: Mapping[str, Any]) -> Table:
    """Tabulate the limits of publication and of disclosure control with the values used.

    Parameters
    ----------
    survey : mapping
        The document.

    Returns
    -------
    Table
        One row a rule.
    """
    groups = tuple(Group(title, tuple((Cell(_rule(name)), Cell(_told(name, value)))
                                      for name, value in survey[part]["rules"].items()))
                   for part, title in (("publication", _("Reliable enough to be published")),
                                       ("disclosure", _("Nobody can be recognised"))))
    return Table("rules", _("Rules by which values are withheld"),
                 (Column(_("Rule"), weight=2), Column(_("Value used"))), groups)


def _rule(name: str) -> str:
    return _(_RULES[name]) if name in _RULES else name.replace("_", " ")


def _told(name: str, value: object) -> str:
    """Write the value of a rule; those that are not sure are named as their rows are."""
    if isinstance(value, list | tuple):
        return joined(_rule(str(each)) if name == "unsure" else str(each) for each in value) or _("none")
    return str(value)


def withheld_table(survey: Mapping[str, Any], specs: Mapping[str, IndicatorSpec]) -> Table | None:
    """Tabulate the cells that disclosure control withheld, without their values, by what they are of.

    Parameters
    ----------
    survey : mapping
        The document.
    specs : mapping of str to IndicatorSpec
        The indicators by code, for titles.

    Returns
    -------
    Table or None
        One row an indicator, group and reason, with its count of cells; None where the report lists none.
    """
    cells = [cell for cell in survey["disclosure"]["report"].get("withheld") or () if isinstance(cell, Mapping)]
    counted = Counter((_cell_title(cell, specs), _cell_group(cell), reason_text(str(cell.get("reason") or (
        Reason.WITHHELD)))) for cell in cells)
    rows = tuple((Cell(title), Cell(group), Cell(reason), Cell(str(count)))
                 for (title, group, reason), count in list(counted.items())[:MOST_WITHHELD])
    columns = (Column(_("Indicator"), weight=2), Column(_("Group"), weight=2), Column(_("Why"), weight=2),
               Column(_("Values"), numeric=True))
    return Table("withheld", _("Values withheld so that nobody can be recognised"), columns, (Group("", rows),),
                 note=_("The list says which values are withheld, never what they are.")) if rows else None


def _cell_title(cell: Mapping[str, Any], specs: Mapping[str, IndicatorSpec]) -> str:
    code = str(cell.get("indicator", ""))
    return _(specs[code].title) if code in specs else code


def _cell_group(cell: Mapping[str, Any]) -> str:
    return joined(dimension_text(name, str(cell[name])) for name in DIMENSIONS
                  if str(cell.get(name, "_T")) not in ("_T", "")) or _("everybody")


def rounds_table(surveys: Iterable[Mapping[str, Any]], *, language: str) -> Table | None:
    """Tabulate the rounds that the producer links, and whether they can be held against each other.

    Parameters
    ----------
    surveys : iterable of mapping
        The documents.
    language : str
        Language of times.

    Returns
    -------
    Table or None
        One row a round; None where there is none.
    """
    rows = tuple((Cell(joined((r.get("title", ""), r["code"]))), Cell(period_text(r["time_period"], language=language)),
                  Cell(_("yes") if r["comparable"] else _("no")), Cell(r.get("why", "")))
                 for survey in surveys for r in survey["rounds"])
    columns = (Column(_("Round"), weight=2), Column(_("Time")), Column(_("Can be compared")),
               Column(_("Why"), weight=2))
    return Table("rounds", _("Other rounds of the survey"), columns, (Group("", rows),)) if rows else None
