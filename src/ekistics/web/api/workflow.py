"""Operations of the workflow: how an edition stands, its moves and comments; the same functions as the pages'."""

from django.http import Http404, HttpRequest
from ninja import Router

from ekistics.web.accounts.tokens import actor_from_header
from ekistics.web.api import schemas
from ekistics.web.api.asking import actor_for
from ekistics.web.api.catalogue import NeedsAccountError
from ekistics.web.api.filters import known_only
from ekistics.web.policy import Action, Actor, State, allowed
from ekistics.web.workflow.kinds import Target, find_target
from ekistics.web.workflow.models import Comment, Event
from ekistics.web.workflow.moves import Move, moves_open_to
from ekistics.web.workflow.remarks import comment

router = Router(tags=["work"])


@router.get("/editions/{edition}/workflow", response=schemas.Workflow, operation_id="getWorkflow",
            summary="Tell how an edition stands")
def get_workflow(request: HttpRequest, edition: schemas.Key) -> schemas.Workflow:
    """Give state and history of an edition that your account may read, and the moves open to you.

    What was said of it, with a move or as a comment, is for those with a role at its place, from contributors on.
    """
    known_only(request.GET)
    actor = actor_for(request)
    if actor.user_id is None:
        raise NeedsAccountError
    target = _readable(actor, edition)
    hears = allowed(actor, Action.HEAR, target.path, target.facts(actor))
    return schemas.Workflow(
        **_standing(actor, target).dict(),
        events=[schemas.Event(from_state=e.from_state, to_state=e.to_state, note=e.note if hears else None,
                              actor=e.actor_id, at=e.at) for e in Event.objects.filter(target=str(target))],
        comments=[_comment(each) for each in Comment.objects.filter(target=str(target))] if hears else None)


@router.post("/editions/{edition}/moves", response=schemas.Standing, operation_id="moveEdition",
             summary="Make a move with an edition")
def move_edition(request: HttpRequest, edition: schemas.Key, asked: schemas.MoveAsked) -> schemas.Standing:
    """Submit, take for review, return, publish, withdraw or review again: what a person does on the edition's page.

    The token needs the scope `read` and that of the move: `upload` for submit and resubmit, `review` for review,
    revise and reopen, `publish` for publish and withdraw.
    """
    known_only(request.GET)
    actor = _by_token(request)
    moved = Move(actor, str(_readable(actor, edition)), asked.move, asked.note, asked.embargo_until,
                 State(asked.seen) if asked.seen else None).execute()
    return _standing(actor, moved)


@router.post("/editions/{edition}/comments", response=schemas.Comment, operation_id="commentEdition",
             summary="Comment on an edition")
def comment_edition(request: HttpRequest, edition: schemas.Key, asked: schemas.CommentAsked) -> schemas.Comment:
    """Say something about an edition to all who work on it; the token needs the scopes `read` and `upload`."""
    known_only(request.GET)
    actor = _by_token(request)
    return _comment(comment(actor, str(_readable(actor, edition)), asked.text))


def _by_token(request: HttpRequest) -> Actor:
    """Give the actor of the token: a session is no key here, for another site's page could send it along."""
    actor = actor_from_header(request)
    if actor is None:
        raise NeedsAccountError
    return actor


def _readable(actor: Actor, edition: int) -> Target:
    """Give an edition that an account may read; a token without ``read`` reads nothing here."""
    target = find_target(f"edition:{edition}")
    if not actor.within(Action.READ) or not allowed(actor, Action.READ, target.path, target.facts(actor)):
        raise Http404
    return target


def _standing(actor: Actor, target: Target) -> schemas.Standing:
    return schemas.Standing(edition=target.row.pk, state=str(target.row.state), embargo_until=target.row.embargo_until,
                            moves=[spec.name for spec in moves_open_to(actor, target)])


def _comment(row: Comment) -> schemas.Comment:
    return schemas.Comment(comment=row.pk, text=row.text, actor=row.actor_id, at=row.at)
