"""How accounts behave: nobody signs up by themselves, an administrator invites."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

__all__ = ["Adapter"]


class Adapter(DefaultAccountAdapter):
    """Accounts are given, not taken."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the interface has it
        """Say no: an observatory's accounts are made by its administrators."""
        return False
