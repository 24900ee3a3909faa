"""The framework of the New Urban Agenda: which of its slots are measured in a country, and which are not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isnan
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.frameworks import Slot, SlotState, nua_framework, slot_state
from ekistics.core.i18n import N_, _
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.content import Figure
from ekistics.publish.figures import default_of, figure, grouped, headline_of, newest_rows
from ekistics.publish.numbers import number_text
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import Documents, open_documents
from ekistics.web.observatory.frames import Row, indicator_specs
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.shared import national_countries, plain, require_country
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.render import language_now

__all__ = ["STATE_WORDS", "ToldSlot", "ToldSlots", "framework", "slots_told", "stated_in", "values_of"]

STATE_WORDS: Mapping[SlotState, str] = {
    SlotState.MEASURED: N_("measured"), SlotState.NEAR: N_("a value that measures something of it"),
    SlotState.NOT_APPLICABLE: N_("does not apply"), SlotState.NOT_MEASURED: N_("not measured")}
DOTS: Mapping[SlotState, str] = {SlotState.MEASURED: "good", SlotState.NEAR: "warn",
                                 SlotState.NOT_APPLICABLE: "info", SlotState.NOT_MEASURED: "info"}


@dataclass(frozen=True, slots=True)
class ToldSlot:
    """A slot in words.

    Parameters
    ----------
    slot : Slot
        The slot.
    state : SlotState
        What is known of it.
    words, dot : str
        The state in words, and its mark.
    values : tuple of (Figure, int)
        National values, each with the key of its observation.
    reason : str
        Why it does not apply, and who states it; empty otherwise.
    """

    slot: Slot
    state: SlotState
    words: str
    dot: str
    values: tuple[tuple[Figure, int], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToldSlots:
    """All slots in words, and how many are in each state.

    Parameters
    ----------
    slots : tuple of ToldSlot
        Every slot.
    sentence : str
        How many of how many are measured.
    """

    slots: tuple[ToldSlot, ...]
    sentence: str


def slots_told(record: CityRecord, documents: Iterable[Documents], *, language: str) -> ToldSlots:
    """Say of each slot what is known in a country.

    Parameters
    ----------
    record : CityRecord
        The country's values.
    documents : iterable of Documents
        Documents of its editions, the newest first: the newest statement of what does not apply counts.
    language : str
        Language of the numbers.

    Returns
    -------
    ToldSlots
        The slots.
    """
    held = nua_framework()
    statement = stated_in(documents, held.code)
    stated = {row["slot"]: row for row in statement["statements"]} if statement else {}
    specs = {spec.code: spec for spec in record.profile.indicators}
    values = values_of(record.rows, specs, language=language)
    told = tuple(_told(slot, values, stated.get(slot.number)) for slot in held.slots)
    return ToldSlots(told, _sentence(told, record.profile.place.name, language))


def stated_in(documents: Iterable[Documents], framework: str) -> Mapping[str, Any] | None:
    """Give the newest statement of what does not apply of a framework; None where there is none.

    Parameters
    ----------
    documents : iterable of Documents
        Documents of editions, the newest first.
    framework : str
        Code of the framework.

    Returns
    -------
    mapping or None
        The document.
    """
    return next((d.framework for d in documents if d.framework is not None and d.framework["framework"] == framework),
                None)


def values_of(rows: Iterable[Row], specs: Mapping[str, IndicatorSpec], *,
              language: str) -> dict[str, tuple[Figure, int]]:
    """Give the value of each indicator that has one: the reading that its card shows first.

    Parameters
    ----------
    rows : iterable of Row
        Values of one place.
    specs : mapping of str to IndicatorSpec
        The indicators.
    language : str
        Language of the numbers.

    Returns
    -------
    dict of str to (Figure, int)
        By indicator the figure and the key of its observation.
    """
    found: dict[str, tuple[Figure, int]] = {}
    for code, by_series in grouped(row for row in newest_rows(rows) if not isnan(row.obs_value)).items():
        spec = specs[code]
        for series in headline_of(spec, by_series)[:1]:
            own = by_series[series.code]
            first = default_of(spec, series.code, [row.variant for row in own])
            row = next(row for row in own if row.variant == first)
            found[code] = figure(row, spec, language=language), row.observation
    return found


def _told(slot: Slot, values: Mapping[str, tuple[Figure, int]], stated: Mapping[str, Any] | None) -> ToldSlot:
    state = slot_state(slot, values, not_applicable=stated is not None)
    own = tuple(values[code] for code in (slot.own, *slot.indicators) if code in values)
    reason = ""
    if state is SlotState.NOT_APPLICABLE and stated is not None:
        reason = _("{reason} ({by}, {day})").format(reason=stated["reason"], by=stated["by"], day=stated["day"])
    return ToldSlot(slot, state, _(STATE_WORDS[state]), DOTS[state], own, reason)


def _sentence(told: tuple[ToldSlot, ...], name: str, language: str) -> str:
    counts = {state: sum(each.state is state for each in told) for state in SlotState}
    shown = {key: number_text(float(value), 0, language=language) for key, value in (
        ("measured", counts[SlotState.MEASURED]), ("near", counts[SlotState.NEAR]), ("all", len(told)),
        ("stated", counts[SlotState.NOT_APPLICABLE]), ("open", sum(not each.slot.retrieved for each in told)))}
    parts = [_("Measured in {place}: {measured} of {all} slots.").format(place=name, **shown)]
    if counts[SlotState.NEAR]:
        parts.append(_("Of a further {near}, a value measures something.").format(**shown))
    if counts[SlotState.NOT_APPLICABLE]:
        parts.append(_("Do not apply, as the country states: {stated}.").format(**shown))
    parts.append(_("The base is all {all} slots; what {open} of them ask for was not retrieved.").format(**shown))
    return " ".join(parts)


@public_page(knows=("c",))
def framework(request: HttpRequest) -> HttpResponse:
    """Show the framework: its structure, its slots, and what is known of them in a country."""
    actor, language, stamp = actor_of(request), language_now(), stamp_of(request)
    countries = national_countries(actor)
    asked = plain(request.GET.get("c", ""), 3)
    chosen = asked if asked in dict(countries) else ""
    took(request, c=chosen)
    told, name = None, ""
    if chosen:
        record = city_record(actor, require_country(chosen), language=language, stamp=stamp)
        documents = open_documents(actor, record.editions, standing={row.edition for row in record.rows})
        told, name = slots_told(record, documents, language=language), record.profile.place.name
    held = nua_framework()
    return render(request, "framework.html", {
        "framework": held, "countries": countries, "chosen": chosen, "name": name, "told": told,
        "retrieved": sum(slot.retrieved for slot in held.slots), "specs": indicator_specs(stamp)})
