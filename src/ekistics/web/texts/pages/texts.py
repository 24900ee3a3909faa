"""The boxes of a country's report: who has written what, and the page of one text with its steps."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.core.report_outline import nua_report
from ekistics.publish.national_report import LANGUAGES
from ekistics.web.accounts.actors import actor_of
from ekistics.web.languages import LANGUAGES as NAMED
from ekistics.web.observatory.pages.shared import named_places, require_country
from ekistics.web.policy import Action, State, allowed
from ekistics.web.problems import status_of
from ekistics.web.texts.kinds import section_title
from ekistics.web.texts.writing import Words, change_text, may_write, new_text, readable_texts
from ekistics.web.workflow.kinds import Target, find_target
from ekistics.web.workflow.models import Comment, Event
from ekistics.web.workflow.moves import STATE_WORDS, Move, moves_open_to
from ekistics.web.workflow.pages.work import MARKS, name_of
from ekistics.web.workflow.remarks import comment

__all__ = ["text", "texts"]

NAMES = dict(NAMED)


@login_required
@never_cache
def texts(request: HttpRequest, code: str) -> HttpResponse:
    """Show the sections of a country's report with their texts, and begin one."""
    actor, place, wrong = actor_of(request), require_country(code), None
    may = may_write(actor, place)
    held = list(readable_texts(actor, place))
    if not may and not held:
        raise PermissionDenied
    given: Mapping[str, str] = request.POST.dict()
    if request.method == "POST":
        try:
            made = new_text(actor, place, given.get("section", ""), given.get("language", ""),
                            Words(given.get("words", ""), given.get("office", "")))
        except EkisticsError as error:
            wrong = error
        else:
            messages.success(request, _("The draft is kept. Submit it when it is ready."))
            return redirect("work-text", number=made.pk)
    by_section: dict[str, list[Any]] = {section.code: [] for section in nua_report().sections}
    for each in held:
        by_section.setdefault(each.section, []).append((each, _(STATE_WORDS[State(each.state)]),
                                                        MARKS[State(each.state)]))
    return render(request, "texts/list.html", {
        "tab": "work", "place": place, "name": named_places([place])[place.pk], "may_write": may, "wrong": wrong,
        "given": given if wrong else {}, "text_languages": [(known, NAMES[known]) for known in LANGUAGES],
        "sections": [(section, section_title(section), rows) for section, rows in by_section.items()]},
        status=status_of(wrong) if wrong else 200)


@login_required
@never_cache
def text(request: HttpRequest, number: int) -> HttpResponse:
    """Show a text in work, and make the change, move or comment that was asked for."""
    actor, name, wrong = actor_of(request), f"text:{number}", None
    target = find_target(name)
    if not allowed(actor, Action.READ, target.path, target.facts(actor)):
        raise Http404
    if request.method == "POST":
        try:
            return _do(request, target)
        except EkisticsError as error:
            wrong = error
            target = find_target(name)
    row, facts = target.row, target.facts(actor)
    hears = allowed(actor, Action.HEAR, target.path, facts)
    remarks = Comment.objects.filter(target=name).select_related("actor") if hears else ()
    return render(request, "texts/text.html", {
        "tab": "work", "target": target, "text": row, "section": section_title(row.section),
        "state": _(STATE_WORDS[facts.state]), "mark": MARKS[facts.state], "wrong": wrong, "author": name_of(row.author),
        "text_language": NAMES.get(row.language, row.language), "own": facts.own,
        "may_change": allowed(actor, Action.EDIT, target.path, facts), "moves": moves_open_to(actor, target),
        "may_comment": allowed(actor, Action.COMMENT, target.path, facts), "hears": hears,
        "given": request.POST.dict() if wrong else {},
        "remarks": [{"remark": c, "by": name_of(c.actor)} for c in remarks],
        "events": [{"event": e, "to": _(STATE_WORDS[State(e.to_state)]), "by": name_of(e.actor),
                    "note": e.note if hears else ""}
                   for e in Event.objects.filter(target=name).select_related("actor")]},
        status=status_of(wrong) if wrong else 200)


def _do(request: HttpRequest, target: Target) -> HttpResponse:
    actor, given = actor_of(request), request.POST
    seen, version = given.get("seen", ""), given.get("version", "")
    if given.get("do") == "comment":
        comment(actor, str(target), given.get("text", ""))
        messages.success(request, _("The comment was added."))
    elif given.get("do") == "change":
        change_text(actor, target.row.pk, int(version) if version.isdecimal() and len(version) < 10 else 0,
                    Words(given.get("words", ""), given.get("office", "")))
        messages.success(request, _("The text was changed."))
    else:
        moved = Move(actor, str(target), given.get("do", ""), given.get("note", ""), None,
                     State(seen) if seen in list(State) else None).execute()
        messages.success(request, _("Done: {title} is now {state}.").format(
            title=moved.title, state=_(STATE_WORDS[State(moved.row.state)])))
        if not allowed(actor, Action.READ, moved.path, moved.facts(actor)):
            return redirect("work")
    return redirect(target.address)
