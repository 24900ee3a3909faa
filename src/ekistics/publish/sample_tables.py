"""A national sample of cities as tables and words: its design, its balance, its cities, and what other means would say.

What is written here comes from the document ``sample.json`` of a package (schema ``package/schema/sample-1.json``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.period import Period
from ekistics.core.reasons import reason_text
from ekistics.publish.content import Cell, Column, Fact, Group, Table
from ekistics.publish.dots import Dot, DotRow, DotTable, dot_table
from ekistics.publish.figures import variant_of
from ekistics.publish.numbers import day_text, interval_text, number_text, value_text

__all__ = ["MARKS", "METHODS", "FrameCity", "SampleCity", "balance_table", "cities_not_drawn", "comparison_tables",
           "design_facts", "design_table", "made_from", "made_from_counts", "not_drawn_table", "part_tables",
           "promise_text", "replacement_table", "sample_cities", "seed_facts", "strata_shares"]

METHODS: Mapping[str, str] = {
    "srs": N_("simple random sampling in each stratum"),
    "systematic-pps": N_("systematic sampling with probability proportional to size"),
    "sampford": N_("Sampford's sampling with probability proportional to size"),
    "pareto": N_("Pareto sampling with probability proportional to size"),
    "cube": N_("balanced sampling by the cube method")}
ALLOCATIONS: Mapping[str, str] = {
    "proportional": N_("proportional to the number of cities"), "neyman": N_("by size and spread (Neyman)"),
    "power": N_("by a power of the size"), "stated": N_("as stated in the design")}
REASONS: Mapping[str, str] = {
    "no-data": N_("no data could be had"), "no-access": N_("the city could not be reached"),
    "no-consent": N_("the city did not agree"), "not-a-city": N_("it is not a city by the definition"),
    "merged": N_("it was merged with another"), "other": N_("another reason")}
# How a city came in: certain, by lot, replaced or put in its place; the last is for cities that are not in the sample.
MARKS: tuple[str, ...] = (N_("certain to be in the sample"), N_("drawn by lot"), N_("drawn, and replaced"),
                          N_("put in the place of another"), N_("not in the sample"))
CERTAIN, DRAWN, REPLACED, SUBSTITUTE, _OUTSIDE = range(len(MARKS))
NOT_STATED = N_("not stated")
_NAMED = ("indicator", "series", "variant", "time_period")  # what tells a national value
MOST_ROWS = 1000  # of the table of cities that were not drawn; the package's document has all


def made_from(sample: Mapping[str, Any], *, language: str) -> str:
    """Say of which cities the national values were estimated.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    str
        Cities with data of cities in the frame, and the method.
    """
    template, counts = made_from_counts(sample)
    return template.format(**{name: _whole(count, language) for name, count in counts.items()})


def made_from_counts(sample: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """Say of which cities the national values were estimated, before the numbers are written out.

    Parameters
    ----------
    sample : mapping
        The document.

    Returns
    -------
    template : str
        The translated sentence, with placeholders for the counts.
    counts : dict of str to int
        ``count`` of cities with data and ``all`` cities of the frame.
    """
    response = sample["response"]
    took = sum(city["status"] != "replaced" for city in sample["cities"])
    method = METHODS[sample["design"]["method"]]
    template = _("Estimated from a sample of {count} of {all} cities ({method}). A value is the ratio of two weighted "
                 "totals; percentages of cities are never averaged.").replace("{method}", _(method))
    return template, {"count": response["answered"] if response is not None else took,
                      "all": sample["frame"]["cities"]}


def design_table(sample: Mapping[str, Any], *, language: str) -> Table:
    """Tabulate the strata: how many cities there are, and how many are in the sample.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    Table
        One row a stratum, and their sum.
    """
    strata = sample["design"]["strata"]
    body = tuple(_stratum(row, language) for row in strata)
    sums = {name: sum(row[name] for row in strata) for name in ("frame", "sample", "certainty")}
    known = [row["size"] for row in strata if row.get("size") is not None]
    total = _stratum({**sums, "title": _("All strata"), "size": sum(known) if len(known) == len(strata) else None},
                     language)
    columns = (Column(_("Stratum"), weight=2), Column(_("Cities in the frame"), numeric=True),
               Column(_("Cities in the sample"), numeric=True), Column(_("Certain to be in it"), numeric=True),
               Column(_("Cities that each drawn one stands for, on average"), numeric=True),
               Column(_("Size"), numeric=True))
    return Table("sample-design", _("Design of the sample"), columns, (Group("", body), Group("", (total,))),
                 note=_("Size is {measure}.").format(measure=sample["design"]["size_measure"].replace("_", " ")))


def _stratum(row: Mapping[str, Any], language: str) -> tuple[Cell, ...]:
    lot, left = row["sample"] - row["certainty"], row["frame"] - row["certainty"]
    stands = number_text(left / lot, 1, language=language) if lot else _("no lot") if not left else _("none drawn")
    size = row.get("size")
    return (Cell(row.get("title") or row["code"]), Cell(_whole(row["frame"], language)),
            Cell(_whole(row["sample"], language)), Cell(_whole(row["certainty"], language)),
            Cell(stands, absent=not lot), Cell(_(NOT_STATED) if size is None else _whole(size, language),
                                               absent=size is None))


def strata_shares(sample: Mapping[str, Any], *, language: str) -> DotTable | None:
    """Show how much each stratum brings: its part of the size and of the cities of the sample.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    DotTable or None
        One row a stratum; None where a size is not stated.
    """
    strata = sample["design"]["strata"]
    sizes = [row.get("size") for row in strata]
    cities = sum(row["sample"] for row in strata)
    if any(size is None for size in sizes) or not sum(sizes) or not cities:
        return None
    rows = []
    for row in strata:
        size, part = 100 * row["size"] / sum(sizes), 100 * row["sample"] / cities
        texts = (value_text(value, "PT", language=language) for value in (size, part))
        rows.append(DotRow((Cell(row.get("title") or row["code"]), *map(Cell, texts)),
                           (Dot(part, kind="other"), Dot(size))))
    measure = sample["design"]["size_measure"].replace("_", " ")
    columns = (Column(_("Stratum"), weight=2),
               Column(_("Part of the {measure}").format(measure=measure), numeric=True),
               Column(_("Part of the cities in the sample"), numeric=True))
    return dot_table("strata", _("What each stratum brings"), columns, [("", rows)], unit_measure="PT", full=True,
                     language=language, note=_("A national value rests on the {measure} of each stratum (full dot), "
                                               "not on how many of its cities are in the sample (hollow dot).").format(
                         measure=measure))


def _whole(value: float, language: str) -> str:
    return number_text(float(value), 0, language=language)


def design_facts(sample: Mapping[str, Any], *, language: str) -> tuple[Fact, ...]:
    """Say how the sample was designed, drawn and answered.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of Fact
        The facts.
    """
    design, frame, response = sample["design"], sample["frame"], sample["response"]
    method = METHODS[design["method"]]
    facts = [Fact(_("Method"), _(method)),
             Fact(_("Allocation"), _(ALLOCATIONS[design["allocation"]])),
             Fact(_("Strata by"), joined(word.replace("_", " ") for word in design["stratifiers"]) or _("none")),
             Fact(_("Balanced on"), joined(word.replace("_", " ") for word in design.get("balancing", ()))),
             Fact(_("Frame"), joined((frame["source"], frame.get("definition", ""), frame.get("time_period", ""),
                                      frame.get("producer", ""), frame.get("licence", ""))))]
    if response is not None:
        facts.append(Fact(_("Answers"), _("{answered} of {asked} cities").format(
            answered=_whole(response["answered"], language), asked=_whole(response["asked"], language))))
        if response["r_indicator"] is not None:
            facts.append(Fact(_("R-indicator"), number_text(response["r_indicator"], 2, language=language)))
    return tuple(fact for fact in facts if fact.text)


def seed_facts(sample: Mapping[str, Any], *, language: str) -> tuple[Fact, ...]:
    """Say how anybody can see that the lot was not chosen: commitment, seed and hashes.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of dates.

    Returns
    -------
    tuple of Fact
        The facts.
    """
    seed = sample["seed"]
    hidden = _("not revealed yet")
    facts = (Fact(_("SHA-256 of the frame"), sample["frame"]["sha256"], code=True),
             Fact(_("SHA-256 of the design"), seed.get("design_sha256", ""), code=True),
             Fact(_("Commitment to the seed"), seed["commitment"], code=True),
             Fact(_("Committed on"), _day(seed["committed"], language)),
             Fact(_("Seed"), seed["seed"] or hidden, code=seed["seed"] is not None),
             Fact(_("Revealed on"), _day(seed["revealed"], language) if seed["revealed"] else hidden),
             Fact(_("Public draw"), joined((seed.get("public_source", ""), seed.get("public_value", "")))),
             Fact(_("Algorithm"), seed["algorithm"]))
    return tuple(fact for fact in facts if fact.text)


def promise_text(sample: Mapping[str, Any], *, language: str) -> str:
    """Say what the commitment to the seed shows, and to whom.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of dates.

    Returns
    -------
    str
        One sentence with the days of commitment and draw; whether the fingerprint was published is not known.
    """
    seed = sample["seed"]
    committed = _day(seed["committed"], language)
    if not seed["revealed"]:
        return _("The seed was committed on {committed} by its fingerprint; whoever sees the fingerprint before the "
                 "draw can check that nobody chose the cities.").format(committed=committed)
    return _("The seed was committed on {committed} by its fingerprint, before the draw of {drawn}; whoever has seen "
             "the fingerprint before the draw can check that nobody chose the cities.").format(
        committed=committed, drawn=_day(seed["revealed"], language))


def _day(moment: str, language: str) -> str:
    return day_text(Period.parse(moment[:10]).start, language=language)


def balance_table(sample: Mapping[str, Any], *, language: str) -> DotTable:
    """Hold the weighted sample against the frame, in percent of the frame.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    DotTable
        One row a variable: the frame at 100 percent, and the sample.
    """
    rows = [_balance_row(row, language) for row in sample["balance"]]
    columns = (Column(_("Variable"), weight=1.6), Column(_("Frame"), numeric=True), Column(_("Sample"), numeric=True),
               Column(_("Sample in percent of the frame"), numeric=True))
    return dot_table("balance", _("Frame and sample"), columns, [("", rows)], unit_measure="PT", full=False,
                     language=language, note=_("The sample is weighted. The hollow dot is the frame, at 100 percent."))


def _balance_row(row: Mapping[str, Any], language: str) -> DotRow:
    frame, sample = row["frame"], row["sample"]
    part = 100 * sample / frame if frame and sample is not None else None
    none = _("not measured")
    cells = [Cell(str(row["variable"]).replace("_", " ")),
             *(Cell(none if value is None else _loose(value, language), absent=value is None)
               for value in (frame, sample)),
             Cell(none if part is None else value_text(part, "PT", language=language), absent=part is None)]
    return DotRow(tuple(cells), (Dot(100.0, kind="other"), Dot(part)) if part is not None else ())


def _loose(value: float, language: str) -> str:
    return number_text(float(value), 0 if abs(value) >= 100 or float(value).is_integer() else 3, language=language)


def comparison_tables(sample: Mapping[str, Any], specs: Mapping[str, IndicatorSpec], *,
                      language: str) -> tuple[DotTable, ...]:
    """Hold each national value against what an unweighted mean and a sample of volunteers would have said.

    Parameters
    ----------
    sample : mapping
        The document.
    specs : mapping of str to IndicatorSpec
        The indicators by code, for titles.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of DotTable
        One a unit.
    """
    units = list(dict.fromkeys(row["unit_measure"] for row in sample["comparison"]))
    columns = (Column(_("How it is found"), weight=2), Column(_("Cities"), numeric=True),
               Column(_("Value"), numeric=True), Column(_("Interval"), numeric=True))
    made = []
    for i, unit in enumerate(units):
        found = [row for row in sample["comparison"] if row["unit_measure"] == unit]
        groups = [(_title(row, specs), _comparison_rows(row, language)) for row in found]
        made.append(dot_table(f"comparison-{i}", _("What other ways would have said"), columns, groups,
                              language=language, unit_measure=unit, full=unit == "PT",
                              note=_("An unweighted mean counts a small city like a large one; volunteers are not "
                                     "drawn by lot. Neither has an interval that means anything.")))
    return tuple(made)


def _title(row: Mapping[str, Any], specs: Mapping[str, IndicatorSpec]) -> str:
    spec = specs.get(row["indicator"])
    try:
        name = _(spec.find_series(row["series"]).title) if spec else row.get("title") or row["series"]
    except UnknownNameError:
        name = row.get("title") or row["series"]
    variant = variant_of(spec, row["variant"]) if spec and row["variant"] else None
    return joined((name, _(variant.title) if variant else row["variant"], row["time_period"]))


def _comparison_rows(row: Mapping[str, Any], language: str) -> list[DotRow]:
    ends = {name: nan if row[name] is None else row[name] for name in ("lci", "uci")}
    unit = row["unit_measure"]
    values = ((_("National estimate, from the sample with its weights"), row["cities"], row["value"], ends),
              (_("Mean of the cities, unweighted"), row["cities"], row["unweighted_mean"], {}),
              (_("Cities that would have volunteered"), row["volunteer_cities"], row["volunteers"], {}))
    made = []
    for name, cities, value, bounds in values:
        text = _("not measured") if value is None else value_text(value, unit, language=language, **bounds)
        interval = interval_text(unit_measure=unit, language=language, **bounds) if bounds else _("none")
        cells = (Cell(name), Cell(_whole(cities, language)), Cell(text, absent=value is None),
                 Cell(interval, absent=not bounds))
        dot = Dot(value, row["lci"] if bounds else None, row["uci"] if bounds else None,
                  "main" if bounds else "other")
        made.append(DotRow(cells, (dot,) if value is not None else (), own=bool(bounds)))
    return made


def part_tables(sample: Mapping[str, Any], specs: Mapping[str, IndicatorSpec], *,
                language: str) -> tuple[DotTable, ...]:
    """Hold the values of parts of the country, such as its regions, against the national one.

    Parameters
    ----------
    sample : mapping
        The document.
    specs : mapping of str to IndicatorSpec
        The indicators by code, for titles.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of DotTable
        One a national value that has parts.
    """
    columns = (Column(_("Part of the country"), weight=2), Column(_("Cities in the sample"), numeric=True),
               Column(_("Value"), numeric=True), Column(_("Interval"), numeric=True), Column(_("Quality")))
    made = []
    for i, whole in enumerate(sample["comparison"]):
        found = [row for row in sample.get("domains", {"rows": ()})["rows"]
                 if all(row[name] == whole[name] for name in _NAMED)]
        every = {**whole, "group": _("the whole country"), "frame": sample["frame"]["cities"], "status": "publish"}
        groups = [(column.replace("_", " "), [_part_row(row, language) for row in (every, *found)
                                              if row.get("by", column) == column])
                  for column in dict.fromkeys(row["by"] for row in found)]
        if groups:
            made.append(dot_table(f"parts-{i}", _title(whole, specs), columns, groups, language=language,
                                  unit_measure=whole["unit_measure"], full=whole["unit_measure"] == "PT",
                                  note=_("Estimated from the same sample. A value that is not precise enough by the "
                                         "rules of publication is not shown.")))
    return tuple(made)


def _part_row(row: Mapping[str, Any], language: str) -> DotRow:
    unit, own = row["unit_measure"], "by" not in row
    bounds = {name: nan if row[name] is None else row[name] for name in ("lci", "uci")}
    counted = _("{count} of {all}").format(count=_whole(row["cities"], language), all=_whole(row["frame"], language))
    if row["value"] is None:
        text = _("not shown: {reason}").format(reason=reason_text(row["reason"]))
        none = Cell(_("none"), absent=True)
        return DotRow((Cell(row["group"]), Cell(counted), Cell(text, absent=True), none, Cell("")))
    quality = _("rests on few cities") if row["status"] == "review" else ""
    cells = (Cell(row["group"]), Cell(counted), Cell(value_text(row["value"], unit, language=language, **bounds)),
             Cell(interval_text(unit_measure=unit, language=language, **bounds)), Cell(quality))
    return DotRow(cells, (Dot(row["value"], row["lci"], row["uci"], "other" if own else "main"),), own=own)


@dataclass(frozen=True, slots=True)
class SampleCity:
    """A city of the sample.

    Parameters
    ----------
    code, name, stratum : str
        The city, and the title of its stratum.
    mark : int
        How it came in: its place in :data:`MARKS`.
    weight, chance : str
        Cities that it stands for, and its probability to be drawn, in words.
    longitude, latitude : float or None
        Where it is; none where that is not stated.
    """

    code: str
    name: str
    stratum: str
    mark: int
    weight: str
    chance: str
    longitude: float | None
    latitude: float | None

    @property
    def how(self) -> str:
        """Say how it came in."""
        return _(MARKS[self.mark])


def sample_cities(sample: Mapping[str, Any], *, language: str) -> tuple[SampleCity, ...]:
    """List the cities of the sample, those that were replaced too.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of SampleCity
        By stratum, as the document has them.
    """
    titles = {row["code"]: row["title"] or row["code"] for row in sample["design"]["strata"]}
    order = list(titles)
    found = sorted(sample["cities"], key=lambda c: order.index(c["stratum"]) if c["stratum"] in order else len(order))
    return tuple(SampleCity(
        c["code"], c["name"], titles.get(c["stratum"], c["stratum"]), _mark_of(c),
        number_text(c["weight"], 2, language=language), value_text(100 * c["pi"], "PT", language=language),
        c.get("longitude"), c.get("latitude")) for c in found)


@dataclass(frozen=True, slots=True)
class FrameCity:
    """A city of the frame that is not in the sample.

    Parameters
    ----------
    code, name, stratum, size, rank : str
        The city, the title of its stratum, its size, and its place in the order in which cities stand in.
    longitude, latitude : float or None
        Where it is; none where that is not stated.
    """

    code: str
    name: str
    stratum: str
    size: str
    rank: str
    longitude: float | None
    latitude: float | None


def cities_not_drawn(sample: Mapping[str, Any], *, language: str) -> tuple[FrameCity, ...]:
    """List the cities of the frame that are not in the sample, as far as the document tells of them.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    tuple of FrameCity
        By stratum, in the order in which they stand in.
    """
    titles = {row["code"]: row["title"] or row["code"] for row in sample["design"]["strata"]}
    return tuple(FrameCity(
        c["code"], c["name"], titles.get(c["stratum"], c["stratum"]),
        _(NOT_STATED) if c.get("size") is None else _whole(c["size"], language), _whole(c["rank"], language),
        c.get("longitude"), c.get("latitude")) for c in sample["reserve"])


def not_drawn_table(sample: Mapping[str, Any], *, language: str) -> Table | None:
    """Tabulate the cities of the frame that are not in the sample.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    Table or None
        One row a city, at most :data:`MOST_ROWS`; None where every city is in the sample.
    """
    found = cities_not_drawn(sample, language=language)
    body = tuple((Cell(c.name), Cell(c.stratum), Cell(c.size), Cell(c.rank)) for c in found[:MOST_ROWS])
    columns = (Column(_("City"), weight=2), Column(_("Stratum"), weight=2), Column(_("Size"), numeric=True),
               Column(_("Order in which it stands in"), numeric=True))
    counted = _("{shown} of {all} cities.").format(shown=_whole(len(body), language), all=_whole(len(found), language))
    return Table("not-drawn", _("Cities of the frame that are not in the sample"), columns, (Group("", body),),
                 note=counted) if body else None


def _mark_of(city: Mapping[str, Any]) -> int:
    if city["status"] != "drawn":
        return REPLACED if city["status"] == "replaced" else SUBSTITUTE
    return CERTAIN if city["certainty"] else DRAWN


def replacement_table(sample: Mapping[str, Any], *, language: str) -> Table | None:
    """Tabulate the log of replacements.

    Parameters
    ----------
    sample : mapping
        The document.
    language : str
        Language of dates.

    Returns
    -------
    Table or None
        One row a replacement; None where there was none.
    """
    names = {c["code"]: c["name"] for c in (*sample["cities"], *sample["reserve"])}
    rows: Sequence[tuple[Cell, ...]] = tuple(
        (Cell(_day(row["time"], language)), Cell(names.get(row["out"], row["out"])),
         Cell(names.get(row["in"], row["in"]) if row["in"] else _("nobody"), absent=not row["in"]),
         Cell(_(REASONS[row["reason"]])), Cell(row.get("note", ""))) for row in sample["replacements"])
    columns = (Column(_("Day")), Column(_("City")), Column(_("In its place")), Column(_("Why"), weight=1.5),
               Column(_("Note"), weight=2))
    return Table("replacements", _("Replacements"), columns, (Group("", tuple(rows)),)) if rows else None
