"""Signing in as people do it: through the form, and once more where a step is sensitive."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from ekistics.web.accounts.models import User

PASSWORD = "correct-horse-battery"

__all__ = ["code_now", "confirmed", "signed_in"]


def signed_in(user: User, client: Client | None = None) -> Client:
    """Give a client after the sign-in form."""
    client = client or Client()
    answer = client.post("/en/account/login/", {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def confirmed(user: User) -> Client:
    """Give a client that has also confirmed that it is still the same person."""
    client = signed_in(user)
    answer = client.post("/en/account/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def code_now(secret: str) -> str:
    """Give the code that an authenticator app would show now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
