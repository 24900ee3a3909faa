"""The page of a city: what stands out, the map, the cards, the tables, method and sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.core.told import told
from ekistics.publish.compose import method_section, place_line, run_section
from ekistics.publish.content import Card
from ekistics.publish.dots import DotTable
from ekistics.publish.figures import grouped, newest_rows
from ekistics.publish.groups import group_tables
from ekistics.publish.story import headline
from ekistics.publish.tables import (
    certificate_table,
    neighbourhood_table,
    parameter_table,
    quality_table,
    sources_table,
)
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import Documents, open_documents
from ekistics.web.observatory.frames import Row, groups_at
from ekistics.web.observatory.models import Edition, Layer
from ekistics.web.observatory.pages.caching import public_page, stamp_of
from ekistics.web.observatory.pages.city_scores import city_scores
from ekistics.web.observatory.pages.country import survey_part
from ekistics.web.observatory.pages.files import may_have_package
from ekistics.web.observatory.pages.made import made_line, made_lines
from ekistics.web.observatory.pages.own_cards import own_cards
from ekistics.web.observatory.pages.shared import absolute, edition_line, how_to_cite, require_city
from ekistics.web.observatory.pages.steps import through_time
from ekistics.web.observatory.pages.urban_framework import cells_told
from ekistics.web.observatory.peers import Standing, spreads, standing
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.observatory.sparkline import Sparkline, sparkline
from ekistics.web.policy import Actor
from ekistics.web.render import language_now
from ekistics.web.statements import Statement

__all__ = ["city"]


@dataclass(frozen=True, slots=True)
class SiteCard:
    """A card with what only the site knows: the way through time, and where the city stands among others.

    Parameters
    ----------
    card : Card
        Figures, variants, quality and method.
    trend : Sparkline or None
        Values over time of its first series, where there are at least two.
    standing : Standing or None
        The city's place among all cities with the same measure and period.
    made : str
        Of how many households it was estimated; empty where no survey tells.
    """

    card: Card
    trend: Sparkline | None
    standing: Standing | None
    made: str = ""


@public_page
def city(request: HttpRequest, code: str) -> HttpResponse:
    """Show a city."""
    actor = actor_of(request)
    place = require_city(actor, code)
    language, stamp = language_now(), stamp_of(request)
    record = city_record(actor, place, language=language, stamp=stamp)
    edition = record.edition
    surveys = open_documents(actor, record.editions, standing={row.edition for row in record.rows})
    return render(request, "city.html", {
        "record": record, "place": place, **_content(record, surveys, language, stamp), "edition": edition,
        "scores": city_scores(actor, place, language=language, stamp=stamp),
        "cells": cells_told(record, language=language),
        "groups": _groups(actor, record, language), "surveys": [survey_part(d.survey, language)
                                                                for d in surveys if d.survey],
        "edition_line": edition_line(edition) if edition else "", "layers": _layer_titles(record),
        "later": _later(record), "origin": _origins(record),
        "briefs": ("pdf", "docx", "html", "xlsx"),
        "may_have_package": edition is not None and may_have_package(actor, edition),
        "cite": how_to_cite(_("City profile of {place}").format(place=record.profile.place.name), edition,
                            absolute("city", code=code))})


def _later(record: CityRecord) -> list[Edition]:
    """Give the editions of other data sets, such as corrections, whose values stand on the page, the newest first."""
    standing = {row.edition for row in record.rows}
    return [e for e in record.editions if e.pk in standing and record.edition is not None
            and e.dataset_id != record.edition.dataset_id]


def _origins(record: CityRecord) -> dict[int, str]:
    """Say of each row that does not come from the profile which data set it comes from, by its place in the table."""
    titles = {e.pk: e.dataset.title for e in _later(record)}
    return {row.Index: titles[row.edition] for row in record.rows if row.edition in titles}


def _layer_titles(record: CityRecord) -> list[dict[str, str]]:
    return [{"title": told(title), "note": told(note)}
            for title, note in (_LAYERS(edition=record.edition.pk) if record.edition else ())]


_LAYERS = Statement(lambda edition: Layer.objects.filter(edition=edition).order_by("id").values_list("title", "note"))


def _groups(actor: Actor, record: CityRecord, language: str) -> tuple[DotTable, ...]:
    """Tabulate the city's values from people's records by group; cities without such are not asked for them."""
    specs = {spec.code: spec for spec in record.profile.indicators if spec.people_records}
    found = groups_at(actor, (record.place.pk, record.place.code), list(specs))
    everybody = [row for row in record.rows if row.ref_area == record.place.code and row.indicator in specs]
    return group_tables([*everybody, *found], specs, language=language) if found else ()


def _content(record: CityRecord, surveys: Sequence[Documents], language: str, stamp: str) -> dict[str, Any]:
    profile = record.profile
    specs = {spec.code: spec for spec in profile.indicators}
    rows = newest_rows(record.rows)
    first, rule = headline(profile, specs, rows, language=language)
    lines = made_lines(surveys, language=language)
    made = [replace(each, made=made_line(each.card, record.rows, lines)) if lines else each
            for each in _cards(record, specs, rows, language, stamp)]
    uncarded = {code: spec for code, spec in specs.items() if code not in {each.card.code for each in made}}
    tables = [neighbourhood_table(profile, specs, rows, language=language),
              quality_table(profile, specs, language=language), sources_table(profile, language=language),
              parameter_table(profile, language=language)]
    return {"headline": first, "headline_rule": rule, "place_line": place_line(profile, language=language),
            "cards": made, "tables": [t for t in tables if t is not None],
            "observation": [row.observation for row in record.rows], "certificate": certificate_table(profile, specs),
            # each card has the definition and the method of its indicator
            "sections": (method_section(profile, uncarded, language=language), run_section(profile, language=language))}


def _cards(record: CityRecord, specs: Mapping[str, IndicatorSpec], rows: Sequence[Row], language: str,
           stamp: str) -> list[SiteCard]:
    made = own_cards(record, specs, rows, language=language)
    own = grouped(row for row in record.rows if row.ref_area == record.place.code)
    shown = [record.rows[card.figures[0].row] for card in made if card.figures]
    newest = {row.indicator: row for row in shown if not isnan(row.obs_value)}
    standings = _standings(newest, language, stamp)
    return [SiteCard(card, sparkline(through_time(specs[card.code], own.get(card.code, {})), language=language),
                     standings.get(card.code)) for card in made]


def _standings(newest: Mapping[str, Row], language: str, stamp: str) -> dict[str, Standing]:
    """Say where the newest value of each card stands."""
    known = spreads(((row.measure, row.period) for row in newest.values()), stamp=stamp)
    return {code: standing(row.obs_value, spread, unit_measure=row.unit_measure, language=language)
            for code, row in newest.items() if (spread := known.get((row.measure, row.period))) is not None}
