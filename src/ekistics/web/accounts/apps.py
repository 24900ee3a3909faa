"""The app, as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: accounts, roles by place, tokens."""

    name = "ekistics.web.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Write sign-ins and changes of accounts into the log."""
        from ekistics.web.accounts import signals  # models are not ready when this module is read

        signals.connect()
