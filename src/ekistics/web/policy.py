"""Who may do what: one pure function over plain facts, and the same rules as a filter for queries.

Every edge (page, API, CSV, features, tiles, media, export, search) asks :func:`may`, or filters by :func:`readable`,
which is derived from :func:`may` case by case, so that the two cannot disagree.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cache, reduce
from itertools import product
from operator import or_

from django.db.models import Q
from django.utils import timezone

__all__ = ["PUBLIC", "SCOPES", "Action", "Actor", "Facts", "Role", "State", "allowed", "announced", "may",
           "readable", "visible"]


class Role(IntEnum):
    """What a person is at a place and below it; each role may do all that the ones before it may."""

    PUBLIC = 0
    VIEWER = 1
    CONTRIBUTOR = 2
    EDITOR = 3
    PUBLISHER = 4
    ADMINISTRATOR = 5


class State(StrEnum):
    """Where a thing is in the workflow."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    NEEDS_REVISION = "needs_revision"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What somebody wants to do with a thing."""

    READ = "read"
    HEAR = "hear"  # what those who work on it said of it: notes of moves and comments
    EDIT = "edit"
    COMMENT = "comment"
    SUBMIT = "submit"
    REVIEW = "review"
    PUBLISH = "publish"
    MANAGE = "manage"
    AUDIT = "audit"


# What a token must carry for an action; people and their roles are managed by people only, never by a token.
_SCOPE_OF: dict[Action, str | None] = {
    Action.READ: "read", Action.HEAR: "read", Action.EDIT: "upload", Action.SUBMIT: "upload", Action.COMMENT: "upload",
    Action.REVIEW: "review", Action.PUBLISH: "publish", Action.AUDIT: "audit", Action.MANAGE: None}
SCOPES = ("read", "upload", "review", "publish", "audit")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that counts about a thing.

    Parameters
    ----------
    state : State
        Its place in the workflow.
    embargoed : bool
        Whether its day of release is still to come.
    restricted : bool
        Whether it holds a number whose ``conf_status`` is not free.
    own : bool
        Whether the person who asks made it.
    """

    state: State = State.PUBLISHED
    embargoed: bool = False
    restricted: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person with roles at places, or nobody in particular.

    Parameters
    ----------
    user_id : int or None
        The account; None for the public.
    grants : tuple of (str, Role)
        Path of a place, ending in a slash, and the role there and below.
    scopes : frozenset of str or None
        What a token may be used for; None where a person is signed in.
    """

    user_id: int | None = None
    grants: tuple[tuple[str, Role], ...] = ()
    scopes: frozenset[str] | None = None

    def role_at(self, path: str) -> Role:
        """Give the highest role at a place: that of the place or of any place above it."""
        return max((role for held, role in self.grants if path.startswith(held)), default=Role.PUBLIC)

    def within(self, action: Action) -> bool:
        """Tell whether the token's scopes reach an action; a person who is signed in has no such bound."""
        return self.scopes is None or _SCOPE_OF[action] in self.scopes

    def role_for(self, action: Action, path: str) -> Role:
        """Give the role that counts for an action at a place: that of the public where a token does not reach it."""
        return self.role_at(path) if self.within(action) else Role.PUBLIC

    @property
    def highest(self) -> Role:
        """Give the highest role anywhere: what menus may show."""
        return max((role for _path, role in self.grants), default=Role.PUBLIC)


PUBLIC = Actor()

_OPEN_TO_AUTHORS = (State.DRAFT, State.NEEDS_REVISION)
_LEAST: dict[Action, Role] = {Action.HEAR: Role.CONTRIBUTOR, Action.COMMENT: Role.CONTRIBUTOR,
                              Action.REVIEW: Role.EDITOR, Action.PUBLISH: Role.PUBLISHER,
                              Action.MANAGE: Role.ADMINISTRATOR, Action.AUDIT: Role.ADMINISTRATOR}


def may(role: Role, action: Action, facts: Facts) -> bool:
    """Tell whether a role at a thing's place allows an action on it.

    Parameters
    ----------
    role : Role
        The highest role at the place of the thing.
    action : Action
        What is wanted.
    facts : Facts
        State, embargo, confidentiality, and whether the asker made it.

    Returns
    -------
    bool
        Whether it is allowed.

    Notes
    -----
    Everybody reads what is published, released and free. Restricted numbers need a viewer, embargoed ones an editor.
    What is not published is read by its author and by editors. What is said while a thing is worked on is heard by
    those who may take part, from contributors on, as far as they may read it. Nobody reviews or publishes their own
    work, except an administrator: an office of one person must be able to work, and the log shows it.

    Examples
    --------
    >>> may(Role.PUBLIC, Action.READ, Facts()), may(Role.PUBLIC, Action.READ, Facts(embargoed=True))
    (True, False)
    >>> may(Role.EDITOR, Action.REVIEW, Facts(State.SUBMITTED, own=True))
    False
    """
    if action is Action.READ:
        return role >= _least_to_read(facts)
    if action in (Action.EDIT, Action.SUBMIT):
        least = Role.CONTRIBUTOR if facts.own else Role.EDITOR
        return facts.state in _OPEN_TO_AUTHORS and role >= least
    if action in (Action.REVIEW, Action.PUBLISH) and facts.own and role < Role.ADMINISTRATOR:
        return False
    if action in (Action.HEAR, Action.COMMENT) and not may(role, Action.READ, facts):
        return False
    return role >= _LEAST[action]


def allowed(actor: Actor, action: Action, path: str, facts: Facts) -> bool:
    """Tell whether somebody may do something with a thing at a place: :func:`may`, within the scopes of a token.

    Parameters
    ----------
    actor : Actor
        Who asks.
    action : Action
        What is wanted.
    path : str
        Path of the thing's place.
    facts : Facts
        State, embargo, confidentiality, and whether the asker made it.

    Returns
    -------
    bool
        Whether it is allowed.

    Examples
    --------
    >>> editor = Actor(1, (("001/", Role.EDITOR),), frozenset({"read"}))
    >>> allowed(editor, Action.READ, "001/GHA/", Facts(State.DRAFT))
    True
    >>> allowed(editor, Action.REVIEW, "001/GHA/", Facts(State.SUBMITTED))
    False
    """
    return may(actor.role_for(action, path), action, facts)


def _least_to_read(facts: Facts) -> Role:
    if facts.state is not State.PUBLISHED:
        return Role.CONTRIBUTOR if facts.own and facts.state is not State.WITHDRAWN else Role.EDITOR
    if facts.embargoed:
        return Role.EDITOR
    return Role.VIEWER if facts.restricted else Role.PUBLIC


def readable(actor: Actor, *, place: str = "place__path", edition: str = "edition__", restricted: str | None = None,
             now: datetime | None = None) -> Q:
    """Give what an actor may read, as a filter.

    Parameters
    ----------
    actor : Actor
        Who asks.
    place : str
        Look-up of the path of the thing's place.
    edition : str
        Prefix of the look-ups of ``state``, ``embargo_until`` and ``author_id``; empty for editions themselves.
    restricted : str, optional
        Look-up of the mark for restricted numbers; None where the thing holds no number itself.
    now : datetime, optional
        The time by which embargoes are judged.

    Returns
    -------
    django.db.models.Q
        True of exactly the things for which :func:`may` allows reading.
    """
    now = now or timezone.now()
    found = _cases(Role.PUBLIC, edition, restricted, now, actor.user_id)
    for path, role in actor.grants if actor.within(Action.READ) else ():
        found |= Q(**{f"{place}__startswith": path}) & _cases(role, edition, restricted, now, actor.user_id)
    return found


def _cases(role: Role, edition: str, restricted: str | None, now: datetime, user_id: int | None) -> Q:
    """Give one alternative for each case that the role may read."""
    cases = []
    for states, embargoed, holds, own in _readable_cases(role, restricted is not None, user_id is not None):
        case = Q(**{f"{edition}state__in": states})
        if embargoed is not None:
            waiting = Q(**{f"{edition}embargo_until__gt": now})
            case &= waiting if embargoed else ~waiting
        if holds is not None and restricted is not None:
            case &= Q(**{restricted: holds})
        if own:
            case &= Q(**{f"{edition}author_id": user_id})
        cases.append(case)
    return reduce(or_, cases)


@cache
def _readable_cases(role: Role, with_restricted: bool, with_own: bool,
                    ) -> tuple[tuple[tuple[str, ...], bool | None, bool | None, bool], ...]:
    """List the cases that a role may read, those that differ in one fact only joined where all its values may."""
    found: list[tuple[tuple[str, ...], bool | None, bool | None, bool]] = []
    for own in (False, True) if with_own else (False,):
        by_facts: dict[tuple[bool, bool], list[str]] = {}
        for embargoed, holds in product((False, True), (False, True) if with_restricted else (False,)):
            allowed = [str(s) for s in State if may(role, Action.READ, Facts(s, embargoed, holds, own))
                       and not (own and may(role, Action.READ, Facts(s, embargoed, holds, own=False)))]
            by_facts[embargoed, holds] = allowed
        whole = [s for s in map(str, State) if all(s in states for states in by_facts.values())]
        if whole:
            found.append((tuple(whole), None, None, own))
        for (embargoed, holds), states in by_facts.items():
            rest = [s for s in states if s not in whole]
            if rest:
                found.append((tuple(rest), embargoed, holds, own))
    return tuple(found)


def visible(actor: Actor) -> Q:
    """Give the places that an actor may know of, as a filter: what is only in work at a place is not told elsewhere.

    Parameters
    ----------
    actor : Actor
        Who asks.

    Returns
    -------
    django.db.models.Q
        True of countries and regions, of cities with something published and their parts, and of all at and below the
        places where the actor has a role.
    """
    found = Q(listed=True) | ~Q(kind__in=("city", "neighbourhood")) | Q(parent__listed=True)
    for path, _role in actor.grants if actor.within(Action.READ) else ():
        found |= Q(path__startswith=path)
    return found


def announced(now: datetime | None = None) -> Q:
    """Give the editions whose coming is public: day and title of a release are announced, its numbers are not.

    Parameters
    ----------
    now : datetime, optional
        The time by which embargoes are judged.

    Returns
    -------
    django.db.models.Q
        True of editions that are published and wait for their day.
    """
    return Q(state=str(State.PUBLISHED), embargo_until__gt=now or timezone.now())
