"""What the pages of the work area know of the reader's rights beyond the highest role."""

from django.http import HttpRequest

from ekistics.web.accounts.actors import actor_of
from ekistics.web.policy import Action, Facts, allowed

__all__ = ["rights"]


def rights(request: HttpRequest) -> dict[str, bool]:
    """Tell whether the reader may see the log."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {"may_audit": signed_in and allowed(actor_of(request), Action.AUDIT, "001/", Facts())}
