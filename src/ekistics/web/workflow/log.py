"""Reading the log: filters, and pages by number, newest first."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.policy import Action, Actor, Facts, allowed
from ekistics.web.workflow.models import AuditEntry

__all__ = ["Asked", "as_plain", "read_log"]

MOST = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """What part of the log is wanted.

    Parameters
    ----------
    actor : int or None
        Number of an account.
    action : str
        An action, or the beginning of some, e.g. ``edition.``.
    target : str
        A target, or the beginning of some.
    since, until : str
        First and last day, ISO; UTC.
    before : int or None
        Only entries with a smaller number: the next page.
    limit : int
        Most entries.
    """

    actor: int | None = None
    action: str = ""
    target: str = ""
    since: str = ""
    until: str = ""
    before: int | None = None
    limit: int = 100

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Asked":
        """Read the parameters of an address.

        Raises
        ------
        InvalidValueError
            A number or a day cannot be read.
        """
        return cls(_number(given, "actor"), given.get("action", "").strip()[:60], given.get("target", "").strip()[:160],
                   _day(given, "since"), _day(given, "until"), _number(given, "before"),
                   min(_number(given, "limit") or 100, MOST))


def _number(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name, "").strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise InvalidValueError(_("This is not a whole number."), param=name, got=text[:40])
    return int(text) if text else None


def _day(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "").strip()
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise InvalidValueError(_("This is not a day."), param=name, expected="2026-11-20", got=text[:40]) from None


def read_log(actor: Actor, asked: Asked) -> list[AuditEntry]:
    """Give entries of the log, the newest first.

    Parameters
    ----------
    actor : Actor
        An administrator of the world, or his token with the scope ``audit``.
    asked : Asked
        What is wanted.

    Returns
    -------
    list of AuditEntry
        At most ``asked.limit`` of them.
    """
    if not allowed(actor, Action.AUDIT, "001/", Facts()):
        raise PermissionDenied
    found: QuerySet[AuditEntry] = AuditEntry.objects.order_by("-number")
    limits = {"actor": asked.actor, "action__startswith": asked.action, "target__startswith": asked.target,
              "at__gte": asked.since, "at__lt": f"{asked.until}U" if asked.until else "", "number__lt": asked.before}
    found = found.filter(**{name: value for name, value in limits.items() if value not in (None, "")})
    return list(found[:asked.limit])


def as_plain(entry: AuditEntry) -> dict[str, Any]:
    """Give an entry as plain fields, with what is needed to compute its digest again."""
    return {"number": entry.number, "at": entry.at, "actor": entry.actor, "action": entry.action,
            "target": entry.target, "detail": json.loads(entry.detail), "previous": entry.previous,
            "digest": entry.digest}
