"""Sign-ins and what people change about their own accounts, as entries of the log."""

from collections.abc import Mapping
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.db.models import Q

from ekistics.web.accounts.models import User
from ekistics.web.workflow.audit import record

__all__ = ["connect"]

_TOLD = {"account.sign_in": account.user_logged_in, "account.sign_out": user_logged_out,
         "account.password_set": account.password_set, "account.password_change": account.password_changed,
         "account.password_reset": account.password_reset, "account.address_change": account.email_changed,
         "account.factor_add": mfa.authenticator_added, "account.factor_remove": mfa.authenticator_removed,
         "account.recovery_codes": mfa.authenticator_reset, "account.factor_failed": mfa.authentication_failed}


def connect() -> None:
    """Listen. Each signal has one receiver, whatever number of times this runs."""
    for action, signal in _TOLD.items():
        signal.connect(_teller(action), weak=False, dispatch_uid=f"audit {action}")
    user_login_failed.connect(_failed, dispatch_uid="audit account.sign_in_failed")


def _teller(action: str) -> Any:
    def tell(user: User | None = None, **_rest: Any) -> None:
        if user is not None:
            record(action, f"user:{user.pk}", actor=user.pk)

    return tell


def _failed(credentials: Mapping[str, Any], **_rest: Any) -> None:
    """Note a failed sign-in by the account's number; what was typed is not kept, it may be a password."""
    typed = str(credentials.get("username") or credentials.get("email") or credentials.get("login") or "")
    held = User.objects.filter(Q(username__iexact=typed) | Q(email__iexact=typed)).values_list("pk", flat=True).first()
    record("account.sign_in_failed", f"user:{held}" if held else "user:unknown")
