"""The work area: what I am making, what waits for me, what readers reported; and the page of an edition in work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ekistics.core.errors import EkisticsError, InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.accounts.actors import actor_of
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.accounts.pages.account import role_rows
from ekistics.web.accounts.second_factor import lacks_second_factor
from ekistics.web.observatory.models import Edition
from ekistics.web.policy import Action, Actor, Facts, Role, State, allowed, readable
from ekistics.web.problems import status_of
from ekistics.web.workflow.comparison import compared
from ekistics.web.workflow.kinds import Target, find_target, kinds
from ekistics.web.workflow.models import Comment, Event
from ekistics.web.workflow.moves import STATE_WORDS, Move, moves_open_to
from ekistics.web.workflow.parts import parts_of
from ekistics.web.workflow.remarks import comment, open_reports, resolve

__all__ = ["MARKS", "edition", "name_of", "report", "work"]

MOST, LATELY = 100, 10
ROWS = 100
IN_WORK = [str(state) for state in (State.DRAFT, State.NEEDS_REVISION, State.SUBMITTED, State.UNDER_REVIEW)]
FINISHED = [str(State.PUBLISHED), str(State.WITHDRAWN)]
WAITING = [str(State.SUBMITTED), str(State.UNDER_REVIEW)]
MARKS = {State.DRAFT: "info", State.SUBMITTED: "info", State.UNDER_REVIEW: "warn", State.NEEDS_REVISION: "warn",
         State.PUBLISHED: "good", State.WITHDRAWN: "bad"}


@login_required
@never_cache
def work(request: HttpRequest) -> HttpResponse:
    """Show what somebody has to do."""
    actor = actor_of(request)
    mine = _in(actor, IN_WORK).filter(author_id=actor.user_id)[:MOST]
    waiting = _in(actor, WAITING)[:MOST]
    finished = _in(actor, FINISHED).filter(author_id=actor.user_id)[:LATELY]
    return render(request, "workflow/work.html", {
        "tab": "work", "roles": role_rows(list(RoleGrant.objects.filter(user=request.user).select_related("place"))),
        "mine": [_row(each) for each in mine], "finished": [_row(each) for each in finished],
        "waiting": [_row(each) for each in waiting if _waits_for(actor, each)], "others": _others(actor),
        "reports": open_reports(actor), "ask_two_factor": lacks_second_factor(request),
        "may_upload": actor.highest >= Role.CONTRIBUTOR})


def _in(actor: Actor, states: Sequence[str]) -> Any:
    found = Edition.objects.filter(readable(actor, edition=""), state__in=states)
    return found.select_related("dataset", "place", "author").order_by("-created_at", "-pk")


def _others(actor: Actor) -> list[dict[str, Any]]:
    """Give what is in work besides editions, such as texts, with what somebody may do next."""
    found = []
    for kind in (each for each in kinds() if each.model is not Edition):
        rows = kind.model._default_manager.filter(readable(actor, edition=""), state__in=IN_WORK)
        for row in rows.select_related(*kind.related).order_by("-pk")[:MOST]:
            target = Target(kind, row)
            state = State(target.facts(actor).state)
            found.append({"title": target.title, "address": target.address, "state": _(STATE_WORDS[state]),
                          "mark": MARKS[state], "moves": [_(spec.words) for spec in moves_open_to(actor, target)]})
    return found


def _waits_for(actor: Actor, found: Edition) -> bool:
    facts = Facts(State(found.state), own=found.author_id == actor.user_id)
    return allowed(actor, Action.REVIEW, found.place.path, facts)


def _row(found: Edition) -> dict[str, Any]:
    state = State(found.state)
    return {"edition": found, "state": _(STATE_WORDS[state]), "mark": MARKS[state]}


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What could not be done, for the page that is shown again."""

    text: str
    status: int


@login_required
@never_cache
def edition(request: HttpRequest, number: int) -> HttpResponse:
    """Show an edition in work, and make the move or the comment that was asked for."""
    actor, name = actor_of(request), f"edition:{number}"
    target = find_target(name)
    if not allowed(actor, Action.READ, target.path, target.facts(actor)):
        raise Http404
    wrong = None
    if request.method == "POST":
        try:
            return _do(request, actor, target)
        except EkisticsError as error:
            wrong = _Wrong(str(error), status_of(error))
            target = find_target(name)
    return _page(request, actor, target, wrong)


def _do(request: HttpRequest, actor: Actor, target: Target) -> HttpResponse:
    """Do what the form says, and lead to where the thing can be seen."""
    given = request.POST
    if given.get("do") == "comment":
        comment(actor, str(target), given.get("text", ""))
        messages.success(request, _("The comment was added."))
        return redirect(target.address)
    seen = given.get("seen", "")
    moved = Move(actor, str(target), given.get("do", ""), given.get("note", ""), _release_day(given.get("day", "")),
                 State(seen) if seen in list(State) else None).execute()
    messages.success(request, _("Done: {title} is now {state}.").format(
        title=moved.title, state=_(STATE_WORDS[State(moved.row.state)])))
    return redirect(moved.address if allowed(actor, Action.READ, moved.path, moved.facts(actor)) else "work")


def _release_day(text: str) -> datetime | None:
    """Read the day of release: its beginning, UTC."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidValueError(_("This is not a day."), param="day", expected="2026-11-20", got=text[:40]) from None


def _page(request: HttpRequest, actor: Actor, target: Target, wrong: _Wrong | None) -> HttpResponse:
    row, facts, after = target.row, target.facts(actor), request.GET.get("after", "0")
    rows = compared(actor, row, after=int(after) if after.isdecimal() and len(after) < 19 else 0, limit=ROWS)
    events = Event.objects.filter(target=str(target)).select_related("actor")
    hears = allowed(actor, Action.HEAR, target.path, facts)
    remarks = Comment.objects.filter(target=str(target)).select_related("actor") if hears else ()
    return render(request, "workflow/edition.html", {
        "tab": "work", "target": target, "edition": row, "state": _(STATE_WORDS[facts.state]),
        "mark": MARKS[facts.state], "embargoed": facts.embargoed, "rows": rows, "wrong": wrong,
        "next": rows[-1].number if len(rows) == ROWS else None, "author": name_of(row.author),
        "parts": parts_of(actor, row), "moves": moves_open_to(actor, target), "own": facts.own,
        "given": request.POST if wrong else {},
        "may_comment": allowed(actor, Action.COMMENT, target.path, facts),
        "events": [{"event": e, "to": _(STATE_WORDS[State(e.to_state)]), "by": name_of(e.actor),
                    "note": e.note if hears else ""} for e in events], "hears": hears,
        "remarks": [{"remark": c, "by": name_of(c.actor)} for c in remarks]}, status=wrong.status if wrong else 200)


def name_of(user: User | None) -> str:
    """Give the name of somebody who did something; of nobody, the program's."""
    return _("the program") if user is None else user.get_full_name() or user.username


@login_required
@require_POST
def report(request: HttpRequest, number: int) -> HttpResponse:
    """Close a reader's report with an answer."""
    actor = actor_of(request)
    if actor.highest < Role.EDITOR:
        raise PermissionDenied
    try:
        resolve(actor, number, request.POST.get("answer", ""))
    except EkisticsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The report is closed."))
    return redirect("work")
