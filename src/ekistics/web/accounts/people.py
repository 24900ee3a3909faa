"""What administrators do with people, each within his tree: invite, give and take roles, close accounts."""

from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse

from ekistics.core.errors import InvalidValueError
from ekistics.core.i18n import _
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.places.models import Place
from ekistics.web.policy import Action, Actor, Facts, Role, allowed
from ekistics.web.workflow.audit import record

__all__ = ["Invitation", "close", "end_sessions", "give", "grants_within", "invite", "manages", "manages_all_of",
           "one_time_link", "people_within", "reopen", "take"]

WORLD = "001"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited, and as what.

    Parameters
    ----------
    username, name, email : str
        The account.
    place : Place
        Where the role holds.
    role : Role
        The role.
    """

    username: str
    name: str
    email: str
    place: Place
    role: Role


def manages(actor: Actor, place: Place) -> bool:
    """Tell whether somebody administers a place."""
    return allowed(actor, Action.MANAGE, place.path, Facts())


def manages_all_of(actor: Actor, user: User) -> bool:
    """Tell whether somebody administers every place where a person has a role: then the account is his to close."""
    paths = list(RoleGrant.objects.filter(user=user).values_list("place__path", flat=True)) or [f"{WORLD}/"]
    return all(allowed(actor, Action.MANAGE, path, Facts()) for path in paths)


def _tree(actor: Actor, lookup: str) -> Q:
    found = Q(pk__in=[])
    for path, _role in actor.grants:
        if allowed(actor, Action.MANAGE, path, Facts()):
            found |= Q(**{f"{lookup}__startswith": path})
    return found


def grants_within(actor: Actor) -> QuerySet[RoleGrant]:
    """Give the roles at places that somebody administers."""
    return RoleGrant.objects.filter(_tree(actor, "place__path"))


def people_within(actor: Actor) -> QuerySet[User]:
    """Give the people who have a role at a place that somebody administers; for the world's, everybody."""
    everybody = User.objects.order_by("username")
    if allowed(actor, Action.MANAGE, f"{WORLD}/", Facts()):
        return everybody
    return everybody.filter(pk__in=grants_within(actor).values("user_id"))


@transaction.atomic
def invite(actor: Actor, wanted: Invitation) -> tuple[User, str]:
    """Make an account without a password, with one role, and a link by which its owner sets one.

    Parameters
    ----------
    actor : Actor
        An administrator of the place.
    wanted : Invitation
        Whom, and as what.

    Returns
    -------
    User
        The account.
    str
        The path of the one-time link.

    Raises
    ------
    InvalidValueError
        The user name or the address is taken.
    """
    _must(manages(actor, wanted.place))
    if User.objects.filter(Q(username__iexact=wanted.username) | Q(email__iexact=wanted.email)).exists():
        raise InvalidValueError(_("There is an account with this user name or address already."))
    user = User(username=wanted.username, email=wanted.email.lower(), first_name=wanted.name[:150])
    user.set_unusable_password()
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    record("account.invite", f"user:{user.pk}", actor=actor.user_id)
    give(actor, user, wanted.place, wanted.role)
    return user, one_time_link(actor, user)


def one_time_link(actor: Actor, user: User) -> str:
    """Give a link by which somebody who was invited sets a password; it works once, for three days.

    Parameters
    ----------
    actor : Actor
        An administrator of all places where the person has a role.
    user : User
        Somebody who has no password yet: nobody takes over an account that is in use.

    Returns
    -------
    str
        The path of the link.
    """
    _must(manages_all_of(actor, user) and user.is_active and not user.has_usable_password())
    return reverse("account_reset_password_from_key", kwargs={
        "uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)})


@transaction.atomic
def give(actor: Actor, user: User, place: Place, role: Role) -> RoleGrant:
    """Give somebody a role at a place and below it, in the place of the one held there.

    Parameters
    ----------
    actor : Actor
        An administrator of the place.
    user : User
        To whom.
    place : Place
        Where.
    role : Role
        Which.

    Returns
    -------
    RoleGrant
        The grant.
    """
    _must(manages(actor, place) and role is not Role.PUBLIC)
    with _one_administrator_stays():
        grant, _made = RoleGrant.objects.update_or_create(
            user=user, place=place, defaults={"role": int(role), "given_by_id": actor.user_id})
    record("role.give", f"user:{user.pk}", actor=actor.user_id, detail={"place": place.code, "role": role.name.lower()})
    return grant


@transaction.atomic
def take(actor: Actor, grant: RoleGrant) -> None:
    """Take a role away.

    Parameters
    ----------
    actor : Actor
        An administrator of the place.
    grant : RoleGrant
        What is taken.
    """
    _must(manages(actor, grant.place))
    with _one_administrator_stays():
        RoleGrant.objects.filter(pk=grant.pk).delete()
    record("role.take", f"user:{grant.user_id}", actor=actor.user_id, detail={
        "place": grant.place.code, "role": Role(grant.role).name.lower()})


@transaction.atomic
def close(actor: Actor, user: User) -> None:
    """Close an account: its sessions end at once and its tokens no longer work; what it made stays."""
    _must(manages_all_of(actor, user))
    with _one_administrator_stays():
        User.objects.filter(pk=user.pk).update(is_active=False)
    record("account.close", f"user:{user.pk}", actor=actor.user_id)


@transaction.atomic
def reopen(actor: Actor, user: User) -> None:
    """Open an account again; sessions from before stay ended."""
    _must(manages_all_of(actor, user))
    User.objects.filter(pk=user.pk).update(is_active=True, session_epoch=F("session_epoch") + 1)
    record("account.reopen", f"user:{user.pk}", actor=actor.user_id)


@transaction.atomic
def end_sessions(actor: Actor, user: User) -> None:
    """Sign somebody out on all devices."""
    _must(actor.user_id == user.pk or manages_all_of(actor, user))
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    record("account.end_sessions", f"user:{user.pk}", actor=actor.user_id)


def _must(right: bool) -> None:
    if not right:
        raise PermissionDenied


class _one_administrator_stays:  # noqa: N801 - read as a phrase
    """Hold the administrators of the world while something changes, and refuse to lose the last one."""

    def __enter__(self) -> None:
        self.before = bool(self._left())

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None and self.before and not self._left():
            raise InvalidValueError(_("The last administrator of the world must stay: nobody could give roles."),
                                    hint=_("Make somebody else an administrator of the world first."))

    @staticmethod
    def _left() -> list[int]:
        return [grant.pk for grant in RoleGrant.objects.select_for_update(of=("self",)).filter(
            place__code=WORLD, role=int(Role.ADMINISTRATOR), user__is_active=True)]
