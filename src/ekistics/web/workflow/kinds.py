"""What can move through the workflow: a small registry, one entry a kind of thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import _
from ekistics.web.policy import Actor, Facts, State

__all__ = ["Kind", "Target", "find_target", "kinds", "register"]

Effect = Callable[[Any, datetime], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing with a state, an author and perhaps an embargo.

    Parameters
    ----------
    name : str
        First part of its targets, e.g. ``edition``.
    model : type of django.db.models.Model
        Has ``state``, ``author_id`` and, where it can be embargoed, ``embargo_until``.
    path : callable
        From a row to the path of its place.
    title : callable
        From a row to words for people.
    address : callable
        From a row to the address of its page in the work area.
    effects : mapping of State to callable
        What entering a state does besides, given the row and the time; inside the move's transaction.
    related : tuple of str
        Look-ups that the functions above follow.
    """

    name: str
    model: type[models.Model]
    path: Callable[[Any], str]
    title: Callable[[Any], str]
    address: Callable[[Any], str]
    effects: Mapping[State, Effect] = field(default_factory=dict)
    related: tuple[str, ...] = ()

    def facts(self, row: Any, actor: Actor) -> Facts:
        """Give what the policy needs to know of a row."""
        until = getattr(row, "embargo_until", None)
        return Facts(State(row.state), embargoed=until is not None and until > timezone.now(),
                     own=actor.user_id is not None and row.author_id == actor.user_id)


@dataclass(frozen=True, slots=True)
class Target:
    """A thing in the workflow.

    Parameters
    ----------
    kind : Kind
        What it is.
    row : django.db.models.Model
        The thing.
    """

    kind: Kind
    row: Any

    def __str__(self) -> str:
        return f"{self.kind.name}:{self.row.pk}"

    @property
    def path(self) -> str:
        """Give the path of its place."""
        return self.kind.path(self.row)

    @property
    def title(self) -> str:
        """Give its words for people."""
        return self.kind.title(self.row)

    @property
    def address(self) -> str:
        """Give the address of its page."""
        return self.kind.address(self.row)

    def facts(self, actor: Actor) -> Facts:
        """Give what the policy needs to know."""
        return self.kind.facts(self.row, actor)


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let a kind of thing move through the workflow; called when an app is ready."""
    _KINDS[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """Give the kinds that are known."""
    return tuple(_KINDS.values())


def find_target(name: str, *, lock: bool = False) -> Target:
    """Find a thing by its name.

    Parameters
    ----------
    name : str
        ``kind:id``, e.g. ``edition:12``.
    lock : bool
        Whether its row is held until the transaction ends.

    Returns
    -------
    Target
        The thing.

    Raises
    ------
    UnknownNameError
        There is no such kind or thing.
    """
    word, _colon, number = name.partition(":")
    kind = _KINDS.get(word)
    rows = kind.model._default_manager.select_related(*kind.related) if kind is not None else None
    if rows is not None and lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=int(number)).first() if rows is not None and number.isdecimal() and len(number) < 19 else None
    if kind is None or row is None:
        raise UnknownNameError(_("There is no such thing in the workflow."), got=name)
    return Target(kind, row)
