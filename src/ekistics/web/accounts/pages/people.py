"""The pages of people and their roles, for administrators of a place."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache

from ekistics.core.errors import EkisticsError, UnknownNameError
from ekistics.core.i18n import N_, _
from ekistics.web.accounts import people as operations
from ekistics.web.accounts.actors import actor_of
from ekistics.web.accounts.forms import InviteForm, RoleForm
from ekistics.web.accounts.models import RoleGrant, User
from ekistics.web.accounts.pages.account import role_rows
from ekistics.web.paging import paged
from ekistics.web.places.choosing import OFFERED, offered
from ekistics.web.places.models import Place
from ekistics.web.policy import Actor, Role

__all__ = ["invite", "people", "person"]

SHOWN = 50
DONE = {"give": N_("The role was given."), "take": N_("The role was taken away."),
        "close": N_("The account is closed."), "reopen": N_("The account is open again."),
        "sessions": N_("All sessions of this account have ended.")}


def _administrator(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor.highest < Role.ADMINISTRATOR:
        raise PermissionDenied
    return actor


@login_required
@never_cache
def people(request: HttpRequest) -> HttpResponse:
    """List the people of the places that somebody administers."""
    actor = _administrator(request)
    page = paged(operations.people_within(actor), request.GET.get("page"), SHOWN, by_keys=False)
    grants: dict[int, list[RoleGrant]] = {}
    for grant in operations.grants_within(actor).filter(user__in=[u.pk for u in page]).select_related("place"):
        grants.setdefault(grant.user_id, []).append(grant)
    with_factor = set(Authenticator.objects.filter(user__in=[u.pk for u in page], type="totp").values_list(
        "user_id", flat=True))
    rows = [{"user": u, "roles": role_rows(grants.get(u.pk, [])), "two_factor": u.pk in with_factor,
             "state": _state(u)} for u in page]
    return render(request, "account/people.html", {"rows": rows, "page": page})


def _state(user: User) -> str:
    if not user.is_active:
        return _("closed")
    return _("open") if user.has_usable_password() else _("invited")


def _suggested(actor: Actor) -> list[str]:
    """Give places for the list behind the input: the administered ones, and the countries and cities below."""
    below = Q(pk__in=[])
    for path, role in actor.grants:
        if role >= Role.ADMINISTRATOR:
            below |= Q(path=path) | Q(path__startswith=path, kind="city") | Q(path__startswith=path, kind="country",
                                                                             children__isnull=False)
    return offered(Place.objects.filter(below).distinct().order_by("path")[:OFFERED + 1])


@login_required
@never_cache
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody: the link is shown, and sent where there is a mail server."""
    return _invite(request, _administrator(request))


@reauthentication_required  # before the form is shown: nobody fills it in twice
def _invite(request: HttpRequest, actor: Actor) -> HttpResponse:
    form = InviteForm(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        wanted = operations.Invitation(**form.cleaned_data)
        if not operations.manages(actor, wanted.place):
            form.add_error("place", _("You do not administer this place."))
        else:
            try:
                user, link = operations.invite(actor, wanted)
            except EkisticsError as error:
                form.add_error(None, str(error))
            else:
                return _shown_link(request, user, link)
    return render(request, "account/invite.html", {"form": form, "places": _suggested(actor)})


def _shown_link(request: HttpRequest, user: User, link: str) -> HttpResponse:
    address = request.build_absolute_uri(link)
    get_adapter(request).send_mail("account/email/invitation", user.email, {"address": address, "person": user})
    return render(request, "account/invited.html", {
        "person": user, "address": address, "mails": bool(settings.EKISTICS.mail)})


@login_required
@reauthentication_required(allow_get=True)
@never_cache
def person(request: HttpRequest, number: int) -> HttpResponse:
    """Show one person, and do what the buttons say."""
    actor = _administrator(request)
    user = get_object_or_404(operations.people_within(actor), pk=number)
    form = RoleForm(request.POST if request.POST.get("do") == "give" else None, actor=actor)
    if request.method == "POST":
        answer = _do(request, actor, user, form)
        if answer is not None:
            return answer
    grants = list(operations.grants_within(actor).filter(user=user).select_related("place"))
    return render(request, "account/person.html", {
        "person": user, "roles": role_rows(grants), "form": form, "state": _state(user),
        "whole": operations.manages_all_of(actor, user), "places": _suggested(actor)})


def _do(request: HttpRequest, actor: Actor, user: User, form: RoleForm) -> HttpResponse | None:
    """Do what was asked; give None where the form must be shown again."""
    asked = request.POST.get("do", "")
    if asked == "link":
        return _shown_link(request, user, operations.one_time_link(actor, user))
    if asked == "give" and not _right(form, actor):
        return None
    try:
        _operation(asked, request, form)(actor, user)
    except EkisticsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _(DONE[asked]))
    return redirect("person", number=user.pk) if operations.people_within(actor).filter(
        pk=user.pk).exists() else redirect("people")


def _right(form: RoleForm, actor: Actor) -> bool:
    if form.is_valid() and not operations.manages(actor, form.cleaned_data["place"]):
        form.add_error("place", _("You do not administer this place."))
    return form.is_valid()


def _operation(asked: str, request: HttpRequest, form: RoleForm) -> Callable[[Actor, User], Any]:
    def take(actor: Actor, user: User) -> None:
        held = operations.grants_within(actor).filter(user=user).select_related("place")
        number = request.POST.get("grant", "")
        operations.take(actor, get_object_or_404(held, pk=int(number) if number.isdecimal() else 0))

    known: dict[str, Callable[[Actor, User], Any]] = {
        "give": lambda actor, user: operations.give(actor, user, form.cleaned_data["place"], form.cleaned_data["role"]),
        "take": take, "close": operations.close, "reopen": operations.reopen, "sessions": operations.end_sessions}
    if asked not in known:
        raise UnknownNameError.among(asked, tuple(known), what=_("step"))
    return known[asked]
