"""Survey and sample workspaces: what an edition in work or published holds of its design, balance, values and map.

They are views of an edition: whether somebody sees them is asked of the policy as for the edition, and what they show
is read from its package and its rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from ekistics.core.i18n import _
from ekistics.core.indicator import IndicatorSpec
from ekistics.publish.groups import group_tables
from ekistics.publish.survey_tables import (
    criteria_table,
    rounds_table,
    rules_table,
    strata_table,
    survey_facts,
    variables_table,
    weight_facts,
    withheld_facts,
    withheld_table,
)
from ekistics.web.accounts.actors import actor_of
from ekistics.web.observatory.documents import Documents, documents_of
from ekistics.web.observatory.frames import indicator_specs, listed, rows_for
from ekistics.web.observatory.pages.country import sample_part
from ekistics.web.observatory.pages.sample_map import sample_features
from ekistics.web.observatory.pages.shared import listed_cities, named_places
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, State, allowed
from ekistics.web.render import language_now
from ekistics.web.workflow.kinds import Target, find_target
from ekistics.web.workflow.moves import STATE_WORDS
from ekistics.web.workflow.pages.work import MARKS
from ekistics.web.workflow.parts import parts_of

__all__ = ["workspace", "workspace_map"]


def _open(request: HttpRequest, number: int, part: str) -> tuple[Actor, Target, Documents, dict[str, str]]:
    """Let in who may read the edition and all its numbers; for others it is not there."""
    actor, target = actor_of(request), find_target(f"edition:{number}")
    if not allowed(actor, Action.READ, target.path, target.facts(actor)):
        raise Http404
    parts = parts_of(actor, target.row)
    if part not in parts:
        raise Http404
    return actor, target, documents_of(target.row), parts


@login_required
@never_cache
def workspace(request: HttpRequest, number: int, part: str) -> HttpResponse:
    """Show one page of the workspace of an edition."""
    actor, target, held, parts = _open(request, number, part)
    state = State(target.row.state)
    return render(request, "workflow/workspace.html", {
        "target": target, "edition": target.row, "part": part, "parts": parts, "state": _(STATE_WORDS[state]),
        "mark": MARKS[state], "place": named_places([target.row.place])[target.row.place_id],
        "sample": None, "survey": None, "estimates": (), "listed": set(), "tables": (), "facts": (),
        **_SHOWN[part](actor, held, indicator_specs())})


def _design(_actor: Actor, held: Documents, specs: Mapping[str, IndicatorSpec]) -> dict[str, Any]:
    language = language_now()
    shown: dict[str, Any] = {"sample": sample_part(held.sample, specs, language) if held.sample else None}
    if held.survey is not None:
        tables = (strata_table(held.survey, language=language), criteria_table(held.survey, specs, language=language),
                  variables_table(held.survey, language=language), rounds_table([held.survey], language=language))
        shown |= {"survey": held.survey["title"], "tables": [table for table in tables if table is not None],
                  "facts": (survey_facts(held.survey, language=language), weight_facts(held.survey, language=language))}
    return shown


def _sampled(_actor: Actor, held: Documents, specs: Mapping[str, IndicatorSpec]) -> dict[str, Any]:
    cities = listed_cities().filter(country=held.edition.place.country).order_by().values_list("code", flat=True)
    return {"sample": sample_part(held.sample, specs, language_now()) if held.sample else None, "listed": set(cities)}


def _estimates(actor: Actor, held: Documents, specs: Mapping[str, IndicatorSpec]) -> dict[str, Any]:
    """Tabulate the edition's own rows, a part for each place that they are of."""
    rows = listed(rows_for(actor, current=False, where=Q(edition=held.edition)).order_by("id"))
    codes = list(dict.fromkeys(row.ref_area for row in rows))
    places = {place.code: place for place in Place.objects.filter(code__in=codes)}
    names = named_places(places.values())
    sample = sample_part(held.sample, specs, language_now()) if held.sample else None
    return {"sample": sample, "estimates": [(names[places[code].pk], group_tables(
        [row for row in rows if row.ref_area == code], specs, language=language_now(), every=True)) for code in codes]}


def _withheld(_actor: Actor, held: Documents, specs: Mapping[str, IndicatorSpec]) -> dict[str, Any]:
    survey = held.survey
    if survey is None:
        return {}
    tables = (rules_table(survey), withheld_table(survey, specs))
    return {"survey": survey["title"], "facts": (withheld_facts(survey, language=language_now()),),
            "tables": [table for table in tables if table is not None]}


_SHOWN: Mapping[str, Callable[[Actor, Documents, Mapping[str, IndicatorSpec]], dict[str, Any]]] = {
    "design": _design, "balance": _sampled, "estimates": _estimates, "cities": _sampled, "withheld": _withheld}


@login_required
@never_cache
def workspace_map(request: HttpRequest, number: int) -> HttpResponse:
    """Give the cities of a sample for the map of its workspace."""
    _actor, target, held, _parts = _open(request, number, "cities")
    return JsonResponse(sample_features(target.row.place, held.sample))
