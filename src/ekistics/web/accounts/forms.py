"""Forms of accounts: invitations, roles, tokens."""

from datetime import UTC, datetime, time
from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.functional import lazy

from ekistics.core.errors import UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.web.accounts.models import ROLES
from ekistics.web.places.choosing import chosen_place
from ekistics.web.places.models import Place
from ekistics.web.policy import SCOPES, Action, Actor, Facts, Role, allowed

__all__ = ["ROLE_MEANS", "ROLE_WORDS", "SCOPE_WORDS", "InviteForm", "RoleForm", "TokenForm"]

ROLE_WORDS = {Role.PUBLIC: N_("public"), Role.VIEWER: N_("viewer"), Role.CONTRIBUTOR: N_("contributor"),
              Role.EDITOR: N_("editor"), Role.PUBLISHER: N_("publisher"), Role.ADMINISTRATOR: N_("administrator")}
ROLE_MEANS = {Role.VIEWER: N_("also reads numbers that are not free for everybody"),
              Role.CONTRIBUTOR: N_("also uploads values and packages, for others to review"),
              Role.EDITOR: N_("also reviews what others bring, and reads what waits for its day of release"),
              Role.PUBLISHER: N_("also publishes and withdraws what others brought"),
              Role.ADMINISTRATOR: N_("also invites people, gives roles and reads the log")}
SCOPE_WORDS = {"read": N_("read what you may read"), "upload": N_("upload, change and submit drafts"),
               "review": N_("review what others submitted"), "publish": N_("publish and withdraw"),
               "audit": N_("read the log")}
_lazy = lazy(_, str)


def _roles() -> list[tuple[int, str]]:
    return [(role, _("{role}: {meaning}").format(role=_(ROLE_WORDS[Role(role)]), meaning=_(ROLE_MEANS[Role(role)])))
            for role, _name in ROLES]


def _scopes() -> list[tuple[str, str]]:
    return [(scope, _(SCOPE_WORDS[scope])) for scope in SCOPES]


class RoleForm(forms.Form):
    """A role at a place."""

    place = forms.CharField(label=_lazy(N_("Place")), max_length=200, widget=forms.TextInput(
        attrs={"list": "places", "dir": "auto", "autocomplete": "off"}),
        help_text=_lazy(N_("The name or code of a city, country or region; 001 is the world. The role holds there and "
                           "below.")))
    role = forms.TypedChoiceField(label=_lazy(N_("Role")), choices=_roles, coerce=lambda text: Role(int(text)),
                                  widget=forms.RadioSelect)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._actor = actor

    def clean_place(self) -> Place:
        """Find the place by code or name."""
        try:
            return chosen_place(self._actor, self.cleaned_data["place"], lambda place: allowed(
                self._actor, Action.MANAGE, place.path, Facts()))
        except UnknownNameError as error:
            raise forms.ValidationError(str(error)) from error


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
