"""The app, as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: accounts, roles by place, tokens."""

    name = "ekistics.web.accounts"
    default_auto_field = "django.db.models.BigAutoField"
