"""Comments on things in the workflow, and readers' reports of problems: written, answered, closed."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ekistics.core.i18n import _
from ekistics.web.observatory.models import Observation
from ekistics.web.policy import Action, Actor, Facts, State, allowed
from ekistics.web.refusals import MoveRefusedError, StaleError
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.kinds import find_target
from ekistics.web.workflow.models import Comment

__all__ = ["Report", "comment", "open_reports", "resolve"]

MOST = 500


@dataclass(frozen=True, slots=True)
class Report:
    """A reader's report and the observation that it is about.

    Parameters
    ----------
    remark : Comment
        What the reader wrote.
    observation : Observation
        The number.
    """

    remark: Comment
    observation: Observation


@transaction.atomic
def comment(actor: Actor, target: str, text: str) -> Comment:
    """Say something about a thing in the workflow.

    Parameters
    ----------
    actor : Actor
        Who speaks.
    target : str
        The thing, ``kind:id``.
    text : str
        What is said.

    Returns
    -------
    Comment
        The comment.
    """
    found = find_target(target)
    if not allowed(actor, Action.COMMENT, found.path, found.facts(actor)):
        raise PermissionDenied
    if not text.strip():
        raise MoveRefusedError(_("The comment is empty."), param="text")
    made = Comment.objects.create(target=target, text=text.strip()[:10_000], actor_id=actor.user_id)
    record("comment.add", target, actor=actor.user_id, detail={"comment": made.pk})
    return made


def open_reports(actor: Actor) -> list[Report]:
    """Give the reports that nobody has closed, on numbers of places where somebody reviews.

    Parameters
    ----------
    actor : Actor
        Who asks.

    Returns
    -------
    list of Report
        The oldest first.
    """
    remarks = Comment.objects.filter(target__startswith="observation:", resolved_at=None).order_by("id")[:MOST]
    return [report for report in _joined(remarks) if _may_close(actor, report)]


@transaction.atomic
def resolve(actor: Actor, number: int, answer: str) -> Report:
    """Close a report with an answer.

    Parameters
    ----------
    actor : Actor
        Somebody who reviews at the place.
    number : int
        The report.
    answer : str
        What came of it.

    Returns
    -------
    Report
        The report.

    Raises
    ------
    StaleError
        Somebody else has closed it.
    """
    found = _joined(Comment.objects.select_for_update().filter(pk=number, target__startswith="observation:"))
    if not found or not _may_close(actor, found[0]):
        raise PermissionDenied
    if not answer.strip():
        raise MoveRefusedError(_("A report is closed with an answer."), param="answer")
    remark = found[0].remark
    closed = {"resolved_at": timezone.now(), "resolution": answer.strip()[:10_000]}
    if not Comment.objects.filter(pk=remark.pk, resolved_at=None).update(**closed):
        raise StaleError(_("Somebody else has closed this report."))
    record("report.resolve", f"comment:{remark.pk}", actor=actor.user_id, detail={"about": remark.target})
    return found[0]


def _joined(remarks: Iterable[Comment]) -> list[Report]:
    by_number = {remark.pk: remark.target.partition(":")[2] for remark in remarks}
    wanted = {int(text) for text in by_number.values() if text.isascii() and text.isdecimal() and len(text) < 19}
    rows = {row.pk: row for row in Observation.objects.filter(pk__in=wanted).select_related(
        "place", "measure__indicator", "edition", "period")}
    return [Report(remark, rows[int(by_number[remark.pk])]) for remark in remarks
            if by_number[remark.pk].isdecimal() and int(by_number[remark.pk]) in rows]


def _may_close(actor: Actor, report: Report) -> bool:
    row = report.observation
    facts = Facts(State(row.edition.state), restricted=row.restricted)
    return all(allowed(actor, action, row.place.path, facts) for action in (Action.READ, Action.REVIEW))
