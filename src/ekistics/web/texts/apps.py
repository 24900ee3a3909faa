"""The app, as Django knows it."""

from django.apps import AppConfig


class TextsConfig(AppConfig):
    """Texts of people for the reports of countries."""

    name = "ekistics.web.texts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let texts move through the workflow."""
        from ekistics.web.texts.kinds import TEXT  # models are not ready when this module is read
        from ekistics.web.workflow.kinds import register

        register(TEXT)
