"""The page of one's own account, and of its tokens."""

from allauth.account.decorators import reauthentication_required
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from ekistics.core.errors import EkisticsError
from ekistics.core.i18n import _
from ekistics.web.accounts.forms import ROLE_MEANS, ROLE_WORDS, SCOPE_WORDS, TokenForm
from ekistics.web.accounts.models import ApiToken, RoleGrant
from ekistics.web.accounts.second_factor import lacks_second_factor
from ekistics.web.accounts.tokens import make_token, revoke_token
from ekistics.web.places.naming import names_of
from ekistics.web.policy import Role
from ekistics.web.render import language_now

__all__ = ["account", "role_rows", "token_new", "token_revoke", "tokens"]


def role_rows(grants: list[RoleGrant]) -> list[dict[str, object]]:
    """Give roles in words: what, where, and the grant itself."""
    named = names_of([grant.place_id for grant in grants], language_now())
    return [{"grant": grant, "role": _(ROLE_WORDS[Role(grant.role)]), "meaning": _(ROLE_MEANS[Role(grant.role)]),
             "place": named.get(grant.place_id, grant.place.name), "code": grant.place.code} for grant in grants]


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own account."""
    grants = list(RoleGrant.objects.filter(user=request.user).select_related("place"))
    return render(request, "account/account.html", {
        "roles": role_rows(grants), "two_factor": is_mfa_enabled(request.user),
        "ask_two_factor": lacks_second_factor(request)})


@login_required
@never_cache
def tokens(request: HttpRequest) -> HttpResponse:
    """List one's tokens."""
    now = timezone.now()
    rows = [{"token": token, "ended": token.expires_at is not None and token.expires_at <= now,
             "scopes": [_(SCOPE_WORDS[scope]) for scope in token.scopes]}
            for token in ApiToken.objects.filter(user=request.user).order_by("-pk")]
    return render(request, "account/tokens.html", {"tokens": rows})


@login_required
@reauthentication_required
@never_cache
@sensitive_variables("text")
def token_new(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it this once."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            _token, text = make_token(request.user, wanted["name"], wanted["scopes"], wanted["expires"])
        except EkisticsError as error:
            form.add_error(None, str(error))
        else:
            return render(request, "account/token_made.html", {"text": text})
    return render(request, "account/token_new.html", {"form": form})


@login_required
@require_POST
def token_revoke(request: HttpRequest, number: int) -> HttpResponse:
    """End one of one's tokens."""
    revoke_token(get_object_or_404(ApiToken, pk=number, user=request.user), actor=request.user.pk)
    return redirect("tokens")
