"""The composer: a profile package becomes a document of typed blocks, from which both HTML and PDF are drawn."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from babel import Locale
from babel.core import get_global

from ekistics.core.i18n import _, joined, use_language
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.period import Period
from ekistics.core.provenance import Run
from ekistics.package.model import ProfilePackage
from ekistics.publish.cards import cards
from ekistics.publish.content import Document, Fact, Section
from ekistics.publish.figures import listed, newest_rows, numbered
from ekistics.publish.findings import charts
from ekistics.publish.index_section import index_section
from ekistics.publish.labels import labels
from ekistics.publish.live import live_layers
from ekistics.publish.maps import map_sheets
from ekistics.publish.method import flattened, of_method, sentence
from ekistics.publish.numbers import day_text
from ekistics.publish.report import direction_of
from ekistics.publish.story import Placed, headline
from ekistics.publish.tables import (
    certificate_table,
    neighbourhood_table,
    parameter_table,
    quality_table,
    sources_table,
    values_table,
)

__all__ = ["command_of", "compose_profile"]


def compose_profile(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], *,
                    indices: Sequence[Mapping[str, Any]] = (), language: str = "en") -> Document:
    """Turn a profile package into content; page and PDF of one profile may share it.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators by code, in the order of the profile.
    indices : sequence of mapping
        What index packages say of cities: the content of their ``results.json``.
    language : str
        Language of texts, numbers and dates.

    Returns
    -------
    Document
        The content.
    """
    with use_language(language):
        return _composed(package, specs, indices, language)


def _composed(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], indices: Sequence[Mapping[str, Any]],
              language: str) -> Document:
    rows = numbered(package.observations)
    newest = newest_rows(listed(rows))
    first, rule = headline(package, specs, newest, language=language)
    of_index = [index_section(results, package.place.code, language=language) for results in indices]
    areas = neighbourhood_table(package, specs, newest, language=language)
    tables = [areas, values_table(package, specs, rows, language=language),
              quality_table(package, specs, language=language), sources_table(package, language=language),
              parameter_table(package, language=language)]
    return Document(
        language=language, direction=direction_of(language),
        title=package.place.name, place=place_line(package, language=language), edition=package.edition,
        source_line=_source_line(package), headline=first, headline_rule=rule,
        cards=cards(package, specs, newest, language=language),
        charts=charts(package, specs, rows, language=language),
        maps=map_sheets(package, language=language), tables=tuple(t for t in tables if t is not None),
        sections=(*(each for each in of_index if each is not None),
                  method_section(package, _present(specs, rows), language=language),
                  run_section(package, language=language)),
        certificate=certificate_table(package, specs), labels=labels(),
        live=live_layers(package, areas, language=language), downloads=_downloads(package))


def _present(specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame) -> dict[str, IndicatorSpec]:
    """Keep the indicators that have rows."""
    present = set(rows["indicator"])
    return {code: spec for code, spec in specs.items() if code in present}


def place_line(package: Placed, *, language: str) -> str:
    """Say what kind of place it is and where.

    Parameters
    ----------
    package : Placed
        The profile, or records with a place and its parts.
    language : str
        Language of the country's name.

    Returns
    -------
    str
        E.g. ``City in Brazil, 12 neighbourhoods, code BRA-POA``.
    """
    country = _country(package.place.country, language)
    count = sum(p.kind == "neighbourhood" for p in package.places)
    parts = [_("City in {country}").format(country=country) if country else _("City"),
             _("code {code}").format(code=package.place.code)]
    if count:
        parts.insert(1, _("{count} neighbourhoods").format(count=count) if count > 1 else _("1 neighbourhood"))
    return joined(parts)


def _country(code: str, language: str) -> str:
    """Name a country by its three-letter code; codes that no country has give nothing."""
    two = get_global("territory_aliases").get(code, [""])[0]
    return str(Locale.parse(language).territories.get(two, ""))


def _source_line(package: ProfilePackage) -> str:
    parts = [_("Ekistics {version}").format(version=package.run.code_version), _("run {id}").format(id=package.run.id)]
    return joined(parts)


def method_section(package: ProfilePackage, specs: Mapping[str, IndicatorSpec], *, language: str) -> Section:
    """Write the method from the run's own parameters and editions.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    specs : mapping of str to IndicatorSpec
        The indicators that have values or say why not, by code.
    language : str
        Language of numbers.

    Returns
    -------
    Section
        Rules for all numbers, the parameters in sentences, and the method edition of each indicator.
    """
    spoken = [sentence(name, value, language=language) for name, value in flattened(package.run.parameters).items()
              if of_method(name)]  # all others stand in the table of parameters
    paragraphs = (
        _("Every number of this profile was computed from the inputs listed under sources, by the methods and with "
          "the parameters of this run. Nothing was filled in: a value that could not be computed says why."),
        _("A percentage names its numerator, its denominator and its base. Where a method is contested, all readings "
          "are given and the default stands first."),
        " ".join(spoken))
    facts = tuple(Fact(f"{spec.number} {_(spec.title)}".strip(), _(spec.definition),
                       items=(_("Method: {method}.").format(method=spec.method),)) for spec in specs.values())
    return Section("method", _("Method"), tuple(p for p in paragraphs if p), facts)


def run_section(package: ProfilePackage, *, language: str) -> Section:
    """Say which run made the numbers, and how to make them again.

    Parameters
    ----------
    package : ProfilePackage
        The profile.
    language : str
        Language of dates.

    Returns
    -------
    Section
        The run's facts.
    """
    made = day_text(Period.parse(package.created[:10]).start, language=language) if package.created else _("not stated")
    facts = (Fact(_("Run"), package.run.id, code=True), Fact(_("Program"), f"Ekistics {package.run.code_version}"),
             Fact(_("Made on"), made), Fact(_("Edition"), package.edition or _("not stated")))
    return Section("run", _("The run, and how to repeat it"), (
        _("The same inputs, parameters and program give the same run and the same numbers: run "
          "'{command}' again, and hold the package against its checksums with 'ekistics verify'.").format(
              command=command_of(package.run)),), facts)


def command_of(run: Run) -> str:
    """Give the command that makes a run again, by what it read.

    Parameters
    ----------
    run : Run
        The run.

    Returns
    -------
    str
        The command, with the usual name of its file.

    Examples
    --------
    >>> from ekistics.core.provenance import Provenance
    >>> command_of(Run((Provenance("sample.json", "0" * 64, "sample"),), {}, {}, "0.1.0"))
    'ekistics national national.toml'
    """
    roles = {each.role for each in run.inputs}
    return next((command for role, command in _COMMANDS.items() if role in roles), "ekistics profile city.toml")


_COMMANDS = {"sample": "ekistics national national.toml", "households": "ekistics households estimate survey.toml"}


def _downloads(package: ProfilePackage) -> tuple[dict[str, str], ...]:
    stem = f"{package.place.code}-observations"
    frame = package.observations
    table = json.loads(frame.to_json(orient="split", index=False, double_precision=15))
    whole = {"place": package.place.code, "run": package.run.as_dict(), "columns": table["columns"],
             "rows": table["data"]}
    return ({"kind": "csv", "name": f"{stem}.csv", "type": "text/csv", "text": frame.to_csv(index=False)},
            {"kind": "json", "name": f"{stem}.json", "type": "application/json",
             "text": json.dumps(whole, ensure_ascii=False, default=str, separators=(",", ":"))})
