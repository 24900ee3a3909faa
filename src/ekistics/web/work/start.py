"""What a site needs before it can be served: its database in the newest form, the world, and one administrator."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.places.models import Place
from ekistics.web.places.tree import seed_world
from ekistics.web.policy import Role
from ekistics.web.workflow.audit import record

__all__ = ["FirstAccount", "prepare"]

NAME = "admin"


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """The administrator that a new site gets; the password is shown once and kept nowhere.

    Parameters
    ----------
    name, password : str
        What to sign in with.
    """

    name: str
    password: str


def prepare() -> FirstAccount | None:
    """Bring the site's folder and database into the form that this program needs; again changes nothing.

    Returns
    -------
    FirstAccount or None
        The account that was made, where there was none.
    """
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True, mode=0o700)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    seed_world()
    return first_account()


@transaction.atomic
def first_account() -> FirstAccount | None:
    """Make the first administrator with a random password, unless there is an account already.

    Returns
    -------
    FirstAccount or None
        The account.
    """
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(15)
    user = User.objects.create_user(NAME, f"{NAME}@localhost.invalid", password)
    RoleGrant.objects.create(user=user, place=Place.objects.get(code="001"), role=int(Role.ADMINISTRATOR))
    record("account.first", f"user:{user.pk}")
    return FirstAccount(NAME, password)
