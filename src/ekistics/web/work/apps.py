"""The app, as Django knows it."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Work in the background, and the commands that run the site."""

    name = "ekistics.web.work"
    default_auto_field = "django.db.models.BigAutoField"
