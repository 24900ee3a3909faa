"""Who asks at a door for programs."""

from django.http import HttpRequest

from ekistics.web.accounts.tokens import actor_for_api
from ekistics.web.api.filters import selection_of
from ekistics.web.policy import Actor

__all__ = ["actor_for", "selection_of"]


def actor_for(request: HttpRequest) -> Actor:
    """Give the actor of a request, looked up once: that of its token, else of the session, else the public."""
    found: Actor | None = getattr(request, "program", None)
    if found is None:
        found = actor_for_api(request)
        request.program = found  # type: ignore[attr-defined]
    return found
