"""Addresses of accounts, tokens and people."""

from django.urls import include, path

from ekistics.web.accounts.pages.account import account, token_new, token_revoke, tokens
from ekistics.web.accounts.pages.people import invite, people, person

urlpatterns = [
    path("account/", account, name="account"),
    path("account/tokens/", tokens, name="tokens"),
    path("account/tokens/new/", token_new, name="token-new"),
    path("account/tokens/<int:number>/revoke/", token_revoke, name="token-revoke"),
    path("account/", include("allauth.urls")),
    path("people/", people, name="people"),
    path("people/invite/", invite, name="people-invite"),
    path("people/<int:number>/", person, name="person"),
]
