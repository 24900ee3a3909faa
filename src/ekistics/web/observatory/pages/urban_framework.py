"""The Urban Monitoring Framework: which cells of its grid have a value in a city, and which do not apply."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from ekistics.core.frameworks import Cell, CellState, cell_state, umf_grid
from ekistics.core.i18n import N_, _
from ekistics.publish.content import Figure
from ekistics.publish.numbers import number_text
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import KINDS, Documents, open_documents
from ekistics.web.observatory.frames import indicator_specs
from ekistics.web.observatory.pages.caching import public_page, stamp_of, took
from ekistics.web.observatory.pages.frameworks import stated_in, values_of
from ekistics.web.observatory.pages.shared import plain, require_city
from ekistics.web.observatory.records import CityRecord, city_record
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor
from ekistics.web.render import language_now

__all__ = ["CELL_WORDS", "ToldCell", "ToldCells", "cells_told", "urban_framework"]

CELL_WORDS: Mapping[CellState, str] = {
    CellState.POPULATED: N_("has a value"), CellState.NOT_APPLICABLE: N_("does not apply"),
    CellState.NOT_MEASURED: N_("not measured")}
DOTS: Mapping[CellState, str] = {CellState.POPULATED: "good", CellState.NOT_APPLICABLE: "info",
                                 CellState.NOT_MEASURED: "info"}


@dataclass(frozen=True, slots=True)
class ToldCell:
    """A cell in words.

    Parameters
    ----------
    cell : Cell
        The cell.
    state : CellState
        What is known of it.
    words, dot : str
        The state in words, and its mark.
    held : tuple of (str, Figure or None, int)
        Its indicators: the code, and where there is one the value with the key of its observation.
    reason : str
        Why it does not apply, and who states it; empty otherwise.
    """

    cell: Cell
    state: CellState
    words: str
    dot: str
    held: tuple[tuple[str, Figure | None, int], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ToldCells:
    """All cells in words, and how many are in each state.

    Parameters
    ----------
    cells : dict of str to ToldCell
        Every cell, by its code.
    sentence : str
        How many of how many have a value.
    """

    cells: dict[str, ToldCell]
    sentence: str


def cells_told(record: CityRecord, documents: Iterable[Documents] = (), *, language: str) -> ToldCells:
    """Say of each cell what is known in a city.

    Parameters
    ----------
    record : CityRecord
        The city's values.
    documents : iterable of Documents
        Documents of its editions, the newest first: the newest statement of what does not apply counts.
    language : str
        Language of the numbers.

    Returns
    -------
    ToldCells
        The cells.
    """
    grid = umf_grid()
    statement = stated_in(documents, grid.code)
    stated = {row["cell"]: row for row in statement["statements"]} if statement else {}
    placed = {code for cell in grid.cells for code in cell.indicators}
    own = [row for row in record.rows if row.ref_area == record.place.code and row.indicator in placed]
    values = values_of(own, {spec.code: spec for spec in record.profile.indicators}, language=language)
    told = {cell.code: _told(cell, values, stated) for cell in grid.cells}
    return ToldCells(told, _sentence(told.values(), record.profile.place.name, language))


def _told(cell: Cell, values: Mapping[str, tuple[Figure, int]], stated: Mapping[str, Mapping[str, Any]]) -> ToldCell:
    state = cell_state(cell, values, not_applicable=stated)
    reason = ""
    if state is CellState.NOT_APPLICABLE:
        reason = _("{reason} ({by}, {day})").format_map(stated[cell.code])
    held = tuple((code, *values.get(code, (None, 0))) for code in cell.indicators)
    return ToldCell(cell, state, _(CELL_WORDS[state]), DOTS[state], held, reason)


def _sentence(told: Iterable[ToldCell], name: str, language: str) -> str:
    states = [each.state for each in told]
    shown = {key: number_text(float(value), 0, language=language) for key, value in (
        ("populated", states.count(CellState.POPULATED)), ("stated", states.count(CellState.NOT_APPLICABLE)),
        ("all", len(states)))}
    parts = [_("{place} has a value in {populated} of {all} cells.").format(place=name, **shown)]
    if CellState.NOT_APPLICABLE in states:
        parts.append(_("Cells that do not apply, as the city states: {stated}.").format(**shown))
    return " ".join(parts)


@public_page(knows=("c",))
def urban_framework(request: HttpRequest) -> HttpResponse:
    """Show the grid, and what is known of its cells in a city."""
    actor, language, stamp = actor_of(request), language_now(), stamp_of(request)
    place = _asked(request, actor)
    took(request, c=place.code if place else "")
    told, name = None, ""
    if place:
        record = city_record(actor, place, language=language, stamp=stamp)
        documents = open_documents(actor, record.editions, standing={row.edition for row in record.rows},
                                   kinds=(*KINDS, "profile"))
        told, name = cells_told(record, documents, language=language), record.profile.place.name
    grid = umf_grid()
    return render(request, "urban_framework.html", {
        "grid": grid, "place": place, "name": name, "told": told, "specs": indicator_specs(stamp),
        "cells": {cell.code: cell for cell in grid.cells}, "filled": sum(bool(c.indicators) for c in grid.cells)})


def _asked(request: HttpRequest, actor: Actor) -> Place | None:
    """Give the city that the address asks for; none where it is not there, or not for this reader."""
    code = plain(request.GET.get("c", ""))
    try:
        return require_city(actor, code) if code else None
    except Http404:
        return None
