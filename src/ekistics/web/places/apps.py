"""The app, as Django knows it."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Places of the record: hierarchy, names, codes, dated boundaries, lineage."""

    name = "ekistics.web.places"
    default_auto_field = "django.db.models.BigAutoField"
