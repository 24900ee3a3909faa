"""Administrators and the second factor: asked for by default, demanded where the site's settings say so."""

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from ekistics.web.accounts.actors import actor_of
from ekistics.web.policy import Role
from ekistics.web.problems import wants_json

__all__ = ["lacks_second_factor", "second_factor"]

Handler = Callable[[HttpRequest], HttpResponse]


def lacks_second_factor(request: HttpRequest) -> bool:
    """Tell whether an administrator is signed in whose account a password alone opens."""
    return (request.user.is_authenticated and actor_of(request).highest >= Role.ADMINISTRATOR
            and not is_mfa_enabled(request.user))


def second_factor(get_response: Handler) -> "SecondFactor":
    """Lead administrators to setting up a second factor before anything else, where that is demanded."""
    return SecondFactor(get_response)


class SecondFactor:
    """Asks nothing of the database unless the setting is on and somebody is signed in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_rest: object) -> HttpResponse | None:
        """Turn the request aside, except on the pages of the account itself."""
        if not settings.ADMINISTRATORS_NEED_TWO_FACTOR or settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        if request.path.startswith(reverse("account")) or not lacks_second_factor(request):
            return None
        if wants_json(request):
            raise PermissionDenied
        return redirect("mfa_activate_totp")
