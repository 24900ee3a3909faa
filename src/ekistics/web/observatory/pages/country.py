"""The page of a country: its published national values, how they were made, the sample of cities, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from ekistics.core.i18n import _, joined
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.compose import method_section, run_section
from ekistics.publish.content import Card
from ekistics.publish.figures import grouped, newest_of_groups, newest_rows
from ekistics.publish.groups import group_tables, round_tables
from ekistics.publish.national_story import national_headline
from ekistics.publish.sample_tables import (
    balance_table,
    comparison_tables,
    design_facts,
    design_table,
    made_from,
    not_drawn_table,
    part_tables,
    promise_text,
    replacement_table,
    sample_cities,
    seed_facts,
    strata_shares,
)
from ekistics.publish.survey_tables import made_from_survey, rounds_table, strata_table, survey_facts, withheld_facts
from ekistics.publish.tables import certificate_table, parameter_table, quality_table, sources_table
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import Documents, open_documents
from ekistics.web.observatory.frames import Row, groups_at, indicator_specs
from ekistics.web.observatory.models import Edition
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.frameworks import slots_told
from ekistics.web.observatory.pages.made import made_line, made_lines
from ekistics.web.observatory.pages.own_cards import own_cards
from ekistics.web.observatory.pages.sample_map import sample_features
from ekistics.web.observatory.pages.shared import absolute, edition_line, how_to_cite, listed_cities, require_country
from ekistics.web.observatory.pages.steps import through_time
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.observatory.sparkline import Sparkline, sparkline
from ekistics.web.observatory.tables import open_editions
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, Facts, State, allowed
from ekistics.web.render import language_now

__all__ = ["NationalCard", "country", "country_map", "sample_part", "survey_part"]


@dataclass(frozen=True, slots=True)
class NationalCard:
    """A card with how its value was made and its way through time.

    Parameters
    ----------
    card : Card
        Figures, variants, quality and method.
    trend : Sparkline or None
        Values over time of its first series, where there are at least two.
    made : str
        Of how many cities or households it was estimated; empty where no document tells.
    """

    card: Card
    trend: Sparkline | None
    made: str


@public_page
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Show a country."""
    actor, place, language, stamp = actor_of(request), require_country(code), language_now(), stamp_of(request)
    record, groups, documents = _record(actor, place, language, stamp)
    specs = {spec.code: spec for spec in record.profile.indicators}
    name, edition = record.profile.place.name, record.edition
    listed = set(listed_cities().filter(country=place.country).order_by().values_list("code", flat=True))
    return render(request, "country.html", {
        "place": place, "name": name, "record": record, "edition": edition,
        "place_line": joined((_("Country"), _("code {code}").format(code=place.code))),
        "edition_line": edition_line(edition) if edition else "",
        **_values(record, groups, documents, language), **_method(record, specs, language),
        "samples": _samples(place, documents, indicator_specs(stamp), language),
        "surveys": [survey_part(d.survey, language) for d in documents if d.survey],
        "survey_rounds": rounds_table([d.survey for d in documents if d.survey], language=language),
        "slots": slots_told(record, documents, language=language), "absent": _absent(record, stamp),
        "listed": listed, "cities": len(listed), "may_write": allowed(
            actor, Action.EDIT, place.path, Facts(State.DRAFT, own=True)), "downloads": _downloads(actor, record),
        "cite": how_to_cite(_("National values of {place}").format(place=name), edition, absolute(
            "country", code=code))})


def _record(actor: Actor, place: Place, language: str,
            stamp: str) -> tuple[CityRecord, list[Row], tuple[Documents, ...]]:
    """Read a country's values for everybody and for groups, and the documents of the editions that they stand in."""
    record = city_record(actor, place, language=language, stamp=stamp)
    groups = groups_at(actor, (place.pk, place.code), [spec.code for spec in record.profile.indicators])
    standing = {row.edition for row in (*record.rows, *groups)}
    return record, groups, open_documents(actor, record.editions, standing=standing)


def _values(record: CityRecord, groups: Sequence[Row], documents: Sequence[Documents], language: str) -> dict[str, Any]:
    """Write the values out: the sentence, the cards, the groups of people and the times."""
    profile, specs = record.profile, {spec.code: spec for spec in record.profile.indicators}
    rows, lines = newest_rows(record.rows), made_lines(documents, language=language)
    first, rule = national_headline(profile.place.name, specs, rows, newest_of_groups(groups), language=language)
    own = grouped(record.rows)
    shown = [NationalCard(card, sparkline(through_time(specs[card.code], own.get(card.code, {})), language=language),
                          made_line(card, record.rows, lines))
             for card in own_cards(record, specs, rows, language=language)]
    return {"headline": first, "headline_rule": rule, "cards": shown,
            "observation": [row.observation for row in record.rows],
            "groups": group_tables([*record.rows, *groups], specs, language=language),
            "rounds": round_tables(record.rows, specs, language=language)}


def _method(record: CityRecord, specs: dict[str, IndicatorSpec], language: str) -> dict[str, Any]:
    """Give method and sources of the edition that leads; nothing where there is none."""
    if record.edition is None:
        return {"tables": (), "sections": (), "certificate": None}
    profile = record.profile
    return {"tables": (quality_table(profile, specs, language=language), sources_table(profile, language=language),
                       parameter_table(profile, language=language)),
            "sections": (method_section(profile, {}, language=language), run_section(profile, language=language)),
            "certificate": certificate_table(profile, specs)}


def _samples(place: Place, documents: Sequence[Documents], specs: Any, language: str) -> list[dict[str, Any]]:
    """Give each sample with a map of its own cities; what comes after the first has names of its own on the page."""
    held = [(d.edition.pk, d.sample) for d in documents if d.sample]
    source = reverse("country-map", kwargs={"code": place.code})
    return [sample_part(sample, specs, language, suffix=f"-{edition}" if i else "")
            | {"source": f"{source}?edition={edition}" if i else source} for i, (edition, sample) in enumerate(held)]


def sample_part(sample: dict[str, Any], specs: Any, language: str, *, suffix: str = "") -> dict[str, Any]:
    """Give what a page shows of a national sample of cities.

    Parameters
    ----------
    sample : dict
        The document.
    specs : mapping of str to IndicatorSpec
        The indicators of the site, for titles.
    language : str
        Language of the numbers.
    suffix : str
        What the names of its tables end in, where a page shows several samples.

    Returns
    -------
    dict
        Title, tables, facts and cities.
    """
    def named(table: Any) -> Any:
        return replace(table, code=table.code + suffix) if table is not None else None

    return {"title": sample["title"], "made": made_from(sample, language=language), "suffix": suffix,
            "design": named(design_table(sample, language=language)),
            "strata": named(strata_shares(sample, language=language)),
            "facts": design_facts(sample, language=language), "seed": seed_facts(sample, language=language),
            "promise": promise_text(sample, language=language),
            "balance": named(balance_table(sample, language=language)) if sample["balance"] else None,
            "comparison": [named(table) for table in comparison_tables(sample, specs, language=language)],
            "parts": [named(table) for table in part_tables(sample, specs, language=language)],
            "cities": sample_cities(sample, language=language),
            "others": named(not_drawn_table(sample, language=language)),
            "replacements": named(replacement_table(sample, language=language))}


def survey_part(survey: dict[str, Any], language: str) -> dict[str, Any]:
    """Give what a page shows of a survey of households.

    Parameters
    ----------
    survey : dict
        The document.
    language : str
        Language of the numbers.

    Returns
    -------
    dict
        Title, table and facts.
    """
    return {"title": survey["title"], "made": made_from_survey(survey, language=language),
            "design": strata_table(survey, language=language), "facts": survey_facts(survey, language=language),
            "withheld": withheld_facts(survey, language=language)}


def _absent(record: CityRecord, stamp: str) -> list[IndicatorSpec]:
    """Give the indicators of the site that have no national value."""
    known = {row.indicator for row in record.rows if not isnan(row.obs_value)}
    return [spec for code, spec in indicator_specs(stamp).items() if code not in known]


def _downloads(actor: Actor, record: CityRecord) -> list[tuple[Edition, str, bool]]:
    """Give the editions whose values stand, with the address of their data set's tables, and whether a package is."""
    standing = {row.edition for row in record.rows}
    shown = [e for e in record.editions if e.pk in standing]
    open_ones = set(open_editions(actor).filter(pk__in=[e.pk for e in shown]).values_list("pk", flat=True))
    return [(e, f"/tables/datasets/{quote(e.dataset.code)}", e.folder != "" and e.pk in open_ones) for e in shown]


@public_page(knows=("edition",))
def country_map(request: HttpRequest, code: str) -> HttpResponse:
    """Give the cities of a country for the map, by how they came into its newest sample, or that of an edition."""
    actor, place, language = actor_of(request), require_country(code), language_now()
    _rows, _groups, documents = _record(actor, place, language, stamp_of(request))
    held = {str(d.edition.pk): d.sample for d in documents if d.sample}
    asked = request.GET.get("edition", "")
    took(request, edition=asked if asked in held else "")
    return JsonResponse(sample_features(place, held.get(asked, next(iter(held.values()), None))))
