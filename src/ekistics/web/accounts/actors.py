"""From a request to the actor that the policy knows."""

from django.http import HttpRequest

from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.policy import PUBLIC, Actor, Role

__all__ = ["actor_of", "actor_of_user"]


def actor_of_user(user: User | None, *, scopes: frozenset[str] | None = None) -> Actor:
    """Give the actor of an account, with all its roles."""
    if user is None or not user.is_active:
        return PUBLIC
    grants = RoleGrant.objects.filter(user=user).values_list("place__path", "role")
    return Actor(user.pk, tuple((path, Role(role)) for path, role in grants), scopes)


def actor_of(request: HttpRequest) -> Actor:
    """Give the actor of a request, looked up once; visitors without a session cookie cost no query."""
    found = getattr(request, "actor", None)
    if found is None:
        user = request.user if request.user.is_authenticated else None
        found = request.actor = actor_of_user(user)
    return found
