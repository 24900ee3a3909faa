"""The one workflow: a table of moves, and the operation that makes one, used by pages and programs alike."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _, joined
from ekistics.web.policy import Action, Actor, State, allowed
from ekistics.web.refusals import MoveRefusedError, StaleError
from ekistics.web.workflow.audit import record
from ekistics.web.workflow.kinds import Target, find_target
from ekistics.web.workflow.models import Event
from ekistics.web.workflow.stamp import renew_stamp

__all__ = ["MOVES", "STATE_WORDS", "Move", "MoveSpec", "move_named", "moves_open_to"]

FARTHEST = 2200  # beyond all calendars of releases, and far from the end of what a moment can hold
STATE_WORDS = {State.DRAFT: N_("draft"), State.SUBMITTED: N_("submitted"), State.UNDER_REVIEW: N_("under review"),
               State.NEEDS_REVISION: N_("needs revision"), State.PUBLISHED: N_("published"),
               State.WITHDRAWN: N_("withdrawn")}


@dataclass(frozen=True, slots=True)
class MoveSpec:
    """A move that the workflow knows.

    Parameters
    ----------
    name : str
        Its name, for programs and for the log.
    starts : tuple of State
        The states that it leads out of.
    ends : State
        The state that it leads to.
    action : Action
        What the policy is asked for.
    words : str
        The button, a verb.
    hint : str
        What it does, one sentence.
    needs_note : bool
        Whether a comment or a reason must be given.
    may_wait : bool
        Whether a day of release can be set.
    """

    name: str
    starts: tuple[State, ...]
    ends: State
    action: Action
    words: str
    hint: str
    needs_note: bool = False
    may_wait: bool = False


MOVES: tuple[MoveSpec, ...] = (
    MoveSpec("submit", (State.DRAFT,), State.SUBMITTED, Action.SUBMIT, N_("Submit for review"),
             N_("Others will look at it; you cannot change it meanwhile.")),
    MoveSpec("resubmit", (State.NEEDS_REVISION,), State.SUBMITTED, Action.SUBMIT, N_("Submit again"),
             N_("It goes back to those who review it.")),
    MoveSpec("review", (State.SUBMITTED,), State.UNDER_REVIEW, Action.REVIEW, N_("Take for review"),
             N_("The author sees that somebody is looking at it.")),
    MoveSpec("revise", (State.SUBMITTED, State.UNDER_REVIEW), State.NEEDS_REVISION, Action.REVIEW,
             N_("Ask for a revision"), N_("The author can change it and submit it again."), needs_note=True),
    MoveSpec("publish", (State.UNDER_REVIEW,), State.PUBLISHED, Action.PUBLISH, N_("Publish"),
             N_("Its values become the current ones, now or on the day of release."), may_wait=True),
    MoveSpec("withdraw", (State.PUBLISHED,), State.WITHDRAWN, Action.PUBLISH, N_("Withdraw"),
             N_("The values that stood before stand again; the reason is kept."), needs_note=True),
    MoveSpec("reopen", (State.WITHDRAWN,), State.UNDER_REVIEW, Action.REVIEW, N_("Review again"),
             N_("It is looked at once more and can be published again.")),
)
_BY_NAME = {spec.name: spec for spec in MOVES}


def move_named(name: str) -> MoveSpec:
    """Give a move by its name.

    Raises
    ------
    UnknownNameError
        There is no such move.
    """
    if name not in _BY_NAME:
        raise UnknownNameError(_("There is no such move."), got=name, expected=", ".join(_BY_NAME))
    return _BY_NAME[name]


def moves_open_to(actor: Actor, target: Target) -> tuple[MoveSpec, ...]:
    """Give the moves that somebody may make with a thing as it stands: the buttons of its page.

    Parameters
    ----------
    actor : Actor
        Who asks.
    target : Target
        The thing.

    Returns
    -------
    tuple of MoveSpec
        In the order of the table.
    """
    facts, path = target.facts(actor), target.path
    return tuple(spec for spec in MOVES if facts.state in spec.starts and allowed(actor, spec.action, path, facts))


@dataclass(frozen=True, slots=True)
class Move:
    """One move of one thing by one person.

    Parameters
    ----------
    actor : Actor
        Who moves it.
    target : str
        The thing, ``kind:id``.
    name : str
        Name of the move.
    note : str
        Comment or reason.
    embargo_until : datetime, optional
        Day of release, for a publication that waits.
    seen : State, optional
        The state that the person saw; another one now refuses the move.
    """

    actor: Actor
    target: str
    name: str
    note: str = ""
    embargo_until: datetime | None = None
    seen: State | None = None

    def check(self, target: Target) -> MoveSpec:
        """Tell whether the move may be made now.

        Parameters
        ----------
        target : Target
            The thing, as it stands.

        Returns
        -------
        MoveSpec
            The move.

        Raises
        ------
        django.core.exceptions.PermissionDenied
            The policy does not allow it: the role is too low, or nobody else has looked at it.
        StaleError
            The thing is in another state by now.
        MoveRefusedError
            The reason is missing, or the day of release does not lie ahead or is beyond all calendars.
        """
        spec, facts = move_named(self.name), target.facts(self.actor)
        if not allowed(self.actor, Action.READ, target.path, facts):
            raise UnknownNameError(_("There is no such thing in the workflow."), got=self.target)
        if not allowed(self.actor, spec.action, target.path, facts):
            if facts.state not in spec.starts and self._allowed_at_start(spec, target):
                raise _stale(spec, facts.state)
            raise PermissionDenied
        if facts.state not in spec.starts or (self.seen is not None and facts.state is not self.seen):
            raise _stale(spec, facts.state)
        if spec.needs_note and not self.note.strip():
            raise MoveRefusedError(_("This step needs a reason."), param="note",
                                   hint=_("Write one or two sentences that others can act on."))
        self._check_day(spec)
        return spec

    def _check_day(self, spec: MoveSpec) -> None:
        day = self.embargo_until
        if day is not None and (not spec.may_wait or day <= timezone.now()):
            raise MoveRefusedError(_("A day of release must lie ahead, and only a publication has one."),
                                   param="embargo_until", got=day.isoformat())
        if day is not None and day.year >= FARTHEST:
            raise MoveRefusedError(
                _("A day of release must lie before the year {year}.").format(year=FARTHEST), param="embargo_until",
                got=day.isoformat(), hint=_("Look at the year that was given. Values that are not to be released stay "
                                            "under review."))

    def _allowed_at_start(self, spec: MoveSpec, target: Target) -> bool:
        """Tell whether the policy would allow the move in a state that it starts from."""
        facts = target.facts(self.actor)
        return any(allowed(self.actor, spec.action, target.path, replace(facts, state=state))
                   for state in spec.starts)

    @transaction.atomic
    def execute(self) -> Target:
        """Make the move: state, history, effects and log, all or nothing.

        Returns
        -------
        Target
            The thing, as it stands now.
        """
        target = find_target(self.target, lock=True)
        spec = self.check(target)
        row, before, now = target.row, State(target.row.state), timezone.now()
        self._change(row, before, spec)
        Event.objects.create(target=self.target, from_state=str(before), to_state=str(spec.ends),
                             note=self.note.strip(), actor_id=self.actor.user_id)
        record(f"{target.kind.name}.{spec.name}", self.target, actor=self.actor.user_id, detail={
            "from": str(before), "to": str(spec.ends),
            **({"embargo_until": self.embargo_until} if self.embargo_until else {})})
        effect = target.kind.effects.get(spec.ends)
        if effect is not None:
            effect(row, now)
        renew_stamp()
        return target

    def _change(self, row: object, before: State, spec: MoveSpec) -> None:
        """Write the new state, only where the old one still stands: of two at once one wins."""
        values: dict[str, object] = {"state": str(spec.ends)}
        if spec.may_wait:
            values["embargo_until"] = self.embargo_until
        rows = type(row)._default_manager.filter(pk=row.pk, state=str(before))  # type: ignore[attr-defined]
        if not rows.update(**values):
            raise _stale(spec, before)
        for name, value in values.items():
            setattr(row, name, value)


def _stale(spec: MoveSpec, state: State) -> StaleError:
    return StaleError(_("This step is no longer possible: the thing has moved on."),
                      expected=joined(_(STATE_WORDS[s]) for s in spec.starts), got=_(STATE_WORDS[state]),
                      hint=_("Open its page again and look at its history."))
