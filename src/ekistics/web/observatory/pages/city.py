"""The page of a city: what stands out, the map, the cards, the tables, method and sources."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from ekistics.core.indicator import IndicatorSpec
from ekistics.package.model import ProfilePackage
from ekistics.publish.cards import cards
from ekistics.publish.compose import method_section, place_line, run_section
from ekistics.publish.content import Card
from ekistics.publish.figures import default_variant, headline_series, numbered, rows_of, totals
from ekistics.publish.story import headline
from ekistics.publish.tables import (
    certificate_table,
    neighbourhood_table,
    parameter_table,
    quality_table,
    sources_table,
)
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.pages.caching import public_page
from ekistics.web.observatory.peers import Standing, standings
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.observatory.sparkline import Sparkline, sparkline
from ekistics.web.places.models import Place
from ekistics.web.render import language_now

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
    """

    card: Card
    trend: Sparkline | None
    standing: Standing | None


@public_page
def city(request: HttpRequest, code: str) -> HttpResponse:
    """Show a city."""
    place = get_object_or_404(Place, code=code, kind="city")
    language = language_now()
    record = city_record(actor_of(request), place, language=language)
    return render(request, "city.html", {"record": record, "place": place, **_content(record, language)})


def _content(record: CityRecord, language: str) -> dict[str, Any]:
    profile = record.profile
    specs = {spec.code: spec for spec in profile.indicators}
    rows = numbered(profile.observations)
    first, rule = headline(profile, specs, rows, language=language)
    tables = [neighbourhood_table(profile, specs, rows, language=language),
              quality_table(profile, specs, language=language), sources_table(profile, language=language),
              parameter_table(profile, language=language)]
    return {"headline": first, "headline_rule": rule, "place_line": place_line(profile, language=language),
            "cards": _cards(profile, specs, rows, language), "tables": [t for t in tables if t is not None],
            "observation": rows["observation"].to_dict(), "certificate": certificate_table(profile, specs),
            "sections": (method_section(profile, specs, language=language), run_section(profile, language=language)),
            "periods": sorted(set(rows["time_period"]) - {""})}


def _cards(profile: ProfilePackage, specs: Mapping[str, IndicatorSpec], rows: pd.DataFrame,
           language: str) -> list[SiteCard]:
    made = cards(profile, specs, rows, language=language)
    own = totals(rows[rows["ref_area"] == profile.place.code])
    first = {card.code: _first_series(specs[card.code], rows_of(own, specs[card.code])) for card in made}
    ranks = standings([int(found["observation"].iloc[-1]) for found in first.values() if len(found)])
    return [SiteCard(card, sparkline(first[card.code], language=language),
                     ranks.get(int(first[card.code]["observation"].iloc[-1])) if len(first[card.code]) else None)
            for card in made]


def _first_series(spec: IndicatorSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the values over time of the series and variant that a card shows first, the newest last."""
    if rows.empty:
        return rows
    series = headline_series(spec, rows)[0].code
    found = rows_of(rows, spec, series)
    found = found[(found["variant"] == default_variant(spec, found)) & found["obs_value"].notna()]
    return found.sort_values("time_period")
