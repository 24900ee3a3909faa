"""Forms of accounts: invitations, roles, tokens."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.functional import lazy

from ekistics.core.i18n import N_, _
from ekistics.web.accounts.models import ROLES
from ekistics.web.places.models import Place
from ekistics.web.policy import SCOPES, Role

__all__ = ["ROLE_WORDS", "SCOPE_WORDS", "InviteForm", "RoleForm", "TokenForm"]

ROLE_WORDS = {Role.PUBLIC: N_("public"), Role.VIEWER: N_("viewer"), Role.CONTRIBUTOR: N_("contributor"),
              Role.EDITOR: N_("editor"), Role.PUBLISHER: N_("publisher"), Role.ADMINISTRATOR: N_("administrator")}
SCOPE_WORDS = {"read": N_("read what you may read"), "upload": N_("upload, change and submit drafts"),
               "review": N_("review what others submitted"), "publish": N_("publish and withdraw"),
               "audit": N_("read the log")}
_lazy = lazy(_, str)


def _roles() -> list[tuple[int, str]]:
    return [(role, _(ROLE_WORDS[Role(role)])) for role, _name in ROLES]


def _scopes() -> list[tuple[str, str]]:
    return [(scope, _(SCOPE_WORDS[scope])) for scope in SCOPES]


class RoleForm(forms.Form):
    """A role at a place."""

    place = forms.CharField(label=_lazy(N_("Code of the place")), max_length=80, widget=forms.TextInput(
        attrs={"list": "places", "dir": "ltr", "autocomplete": "off"}),
        help_text=_lazy(N_("001 for the world, GHA for Ghana, or the code of a city. The role holds there and below.")))
    role = forms.TypedChoiceField(label=_lazy(N_("Role")), choices=_roles, coerce=lambda text: Role(int(text)))

    def clean_place(self) -> Place:
        """Find the place."""
        found = Place.objects.filter(code__iexact=self.cleaned_data["place"].strip()).first()
        if found is None:
            raise forms.ValidationError(_("There is no place with this code."))
        return found


class InviteForm(RoleForm):
    """A new account with its first role."""

    username = forms.CharField(label=_lazy(N_("User name")), max_length=150, validators=[UnicodeUsernameValidator()],
                               widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}))
    name = forms.CharField(label=_lazy(N_("Name")), max_length=150,
                           widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}))
    email = forms.EmailField(label=_lazy(N_("Email address")), max_length=254,
                             widget=forms.EmailInput(attrs={"autocomplete": "off", "dir": "ltr"}))
    field_order = ("name", "username", "email", "place", "role")


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=_lazy(N_("What it is for")), max_length=80)
    scopes = forms.MultipleChoiceField(label=_lazy(N_("What it may be used for")), choices=_scopes,
                                       widget=forms.CheckboxSelectMultiple, initial=["read"])
    expires = forms.DateField(label=_lazy(N_("Last day")), required=False,
                              widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                              help_text=_lazy(N_("Empty for a token that works until it is revoked.")))

    def clean_expires(self) -> datetime | None:
        """Let the token work to the end of its last day."""
        day: Any = self.cleaned_data["expires"]
        return datetime.combine(day, time.max, tzinfo=UTC) if day else None
