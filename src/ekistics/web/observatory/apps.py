"""The app, as Django knows it."""

from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    """The observatory: indicators, editions, observations, layers, and their pages."""

    name = "ekistics.web.observatory"
    default_auto_field = "django.db.models.BigAutoField"
