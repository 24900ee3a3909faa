"""Tokens for programs: shown once, kept as a digest, bounded by scopes, revocable."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.accounts.actors import actor_of, actor_of_user
from ekistics.web.accounts.models import ApiToken, User
from ekistics.web.policy import SCOPES, Actor
from ekistics.web.refusals import TokenRefusedError
from ekistics.web.workflow.audit import record

__all__ = ["actor_for_api", "actor_from_header", "make_token", "revoke_token"]

MARK = "ek"
SEEN_EVERY = timedelta(minutes=1)
_NOTHING = "0" * 64


def make_token(user: User, name: str, scopes: Iterable[str], expires: datetime | None = None,
               ) -> tuple[ApiToken, str]:
    """Make a token of an account.

    Parameters
    ----------
    user : User
        Whose roles it carries, within its scopes.
    name : str
        What it is for.
    scopes : iterable of str
        Of ``policy.SCOPES``, at least one.
    expires : datetime, optional
        When it ends; None for never.

    Returns
    -------
    ApiToken
        The row: prefix, digest, scopes.
    str
        The token itself; it is kept nowhere.

    Raises
    ------
    InvalidValueError
        There is no scope, an unknown one, no name, or the end is past.
    """
    wanted = [scope for scope in SCOPES if scope in set(scopes)]
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not wanted:
        raise InvalidValueError(_("A token needs at least one scope."), expected=", ".join(SCOPES),
                                got=", ".join(unknown) or None)
    if not name.strip():
        raise InvalidValueError(_("A token needs a name that says what it is for."))
    if expires is not None and expires <= timezone.now():
        raise InvalidValueError(_("The last day of a token must lie ahead."), got=expires.date())
    prefix = secrets.token_hex(5)
    text = f"{MARK}_{prefix}_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        made = ApiToken.objects.create(user=user, name=name.strip()[:80], prefix=prefix, digest=_digest(text),
                                       scopes=wanted, expires_at=expires)
        record("token.make", f"token:{made.pk}", actor=user.pk, detail={"scopes": wanted, "expires": expires})
    return made, text


def revoke_token(token: ApiToken, *, actor: int | None) -> None:
    """End a token now and for good.

    Parameters
    ----------
    token : ApiToken
        The token.
    actor : int or None
        The account that ends it.
    """
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record("token.revoke", f"token:{token.pk}", actor=actor)


def actor_from_header(request: HttpRequest) -> Actor | None:
    """Read the token of a request.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.

    Returns
    -------
    Actor or None
        The actor with the token's scopes; None where no token came.

    Raises
    ------
    TokenRefusedError
        A token came that is unknown, has ended or was revoked, or whose account is closed: the answer is 401.
    """
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    held = _held(text.strip())
    if held is None:
        raise TokenRefusedError(_("The token is not valid: it is unknown, has ended or was revoked."),
                                hint=_("Make a new one on the page of your tokens."))
    _seen(held)
    return actor_of_user(held.user, scopes=frozenset(held.scopes))


def actor_for_api(request: HttpRequest) -> Actor:
    """Give the actor of a request of a program: that of its token, else of the session, else the public.

    Parameters
    ----------
    request : django.http.HttpRequest
        The request.

    Returns
    -------
    Actor
        Who asks.
    """
    return actor_from_header(request) or actor_of(request)


def _held(text: str) -> ApiToken | None:
    """Find a token that is valid now. Digests are compared in constant time, also where there is none to compare."""
    parts = text.split("_", 2)
    prefix = parts[1] if len(parts) == 3 and parts[0] == MARK else ""
    held = ApiToken.objects.select_related("user").filter(prefix=prefix).first() if prefix else None
    same = hmac.compare_digest(held.digest if held else _NOTHING, _digest(text))
    if held is None or not same or held.revoked_at is not None or not held.user.is_active:
        return None
    return None if held.expires_at is not None and held.expires_at <= timezone.now() else held


def _seen(token: ApiToken) -> None:
    """Note that a token was used, at most once a minute: reading must not become writing."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - SEEN_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def _digest(text: str) -> str:
    # The token is random and long: a plain hash is enough, and quick enough for every request.
    return hashlib.sha256(text.encode()).hexdigest()
